//! Who plays: three agencies, their nodes and people, and how they meet.

use std::collections::BTreeMap;
use std::sync::Arc;

use comity_app::context::Clock as _;
use comity_journal::card::Seat;
use comity_journal::ids::Token;
use comity_web::pages::Director;

use super::{Side, Story};
use crate::folder::Folder;
use crate::node::{NewNode, initialise};
use crate::real::SystemClock;
use crate::reply::Reply;
use crate::request::Request;
use crate::serve::{OfficeAt, Running, bind};

/// The two who play each agency in the story: who drafts, and who reviews and approves.
pub(super) const fn people(side: Side) -> (&'static str, &'static str) {
    match side {
        Side::A => ("Amara Olin", "Bo Reyes"),
        Side::B => ("Chen Ning", "Dara Vong"),
        Side::C => ("Ema Lind", "Faris Kol"),
    }
}

/// Who else works in Country B: one of every role, so that a visitor may sit down as any of them.
const COLLEAGUES: &[(&str, &[&str])] = &[
    ("Tavi Noor", &["officer"]),
    ("Brandt Oye", &["supervisor"]),
    ("Lior Quen", &["legal"]),
    ("Pell Ostrand", &["central-authority"]),
    ("Kesh Ravel", &["custodian"]),
    ("Adina Morr", &["rights-officer"]),
    ("Yun Sabe", &["liaison"]),
    ("Mirel Vash", &["auditor"]),
    ("Odo Brakk", &["administrator"]),
    ("Senna Tol", &["administrator"]),
];

impl Story {
    /// Each agency sets up a node and enlists two people; Country B a whole bureau.
    pub(super) async fn three_agencies(&mut self) -> Result<(), Reply> {
        self.step("Three agencies set up their nodes");
        for (side, place, zh) in
            [(Side::A, "XA", "甲国联络局"), (Side::B, "XB", "乙国联络局"), (Side::C, "XC", "丙国联络局")]
        {
            let listener = bind("127.0.0.1:0").await?;
            let at = listener.local_addr().map_err(Reply::io)?;
            let en = format!("{} liaison bureau", side.name());
            let label = format!("x{}.liaison", side.folder());
            let new = NewNode {
                label: Token::new(label).map_err(|error| Reply::fault(error.to_string()))?,
                seat: Seat::place(place).ok_or_else(|| Reply::fault("a place code".into()))?,
                names: BTreeMap::from([("en".into(), en.clone()), ("zh".into(), zh.into())]),
                kind: Token::literal("police"),
                endpoints: vec![format!("https://{at}")],
            };
            let root = self.dir.join(format!("{}.root", side.folder()));
            let card = initialise(&self.folder(side), new, &root, self.at.release.kinds())?;
            self.say(&format!("{en} ({zh}), answers at https://{at}"));
            self.say(&format!("  fingerprint {}", card.fingerprint()));
            let running =
                Running::start(&self.folder(side), listener, self.office_of(side).await?, &self.at.release)
                    .await?;
            self.nodes[side as usize] = Some(running);
            let (first, second) = people(side);
            let both = [
                (first, &["officer", "desk", "custodian"][..]),
                (second, &["supervisor", "desk", "legal", "rights-officer"]),
            ];
            let others = if side == Side::B { COLLEAGUES } else { &[] };
            for (name, roles) in both.iter().chain(others) {
                let roles = roles.iter().map(|role| (*role).to_owned()).collect();
                self.ask(side, Request::OfficerAdd { name: (*name).into(), roles, invite: false }).await?;
            }
        }
        Ok(())
    }

    /// Country A meets B and C: each side compares the other's fingerprint, a second person confirms.
    pub(super) async fn meet(&mut self) -> Result<(), Reply> {
        self.step("They compare fingerprints by telephone and add each other; a second person confirms");
        for (side, other) in [(Side::A, Side::B), (Side::B, Side::A), (Side::A, Side::C), (Side::C, Side::A)]
        {
            let card = Folder::open(&self.folder(other))?.card()?;
            let (first, second) = people(side);
            let add = Request::PartnerAdd {
                card: data_encoding::BASE64.encode(card.bytes()),
                fingerprint: card.fingerprint().to_string(),
                name: Some(other.name().into()),
                at: None,
                officer: Some(first.into()),
            };
            self.ask(side, add).await?;
            let confirm = |officer: &str| Request::PartnerConfirm {
                partner: other.name().into(),
                officer: Some(officer.into()),
            };
            let alone =
                self.node(side)?.node().desk.execute(confirm(first), comity_domain::words::Lang::En).await;
            if alone.exit == 0 {
                return Err(Reply::fault("one person alone confirmed a partner".into()));
            }
            self.ask(side, confirm(second)).await?;
        }
        Ok(())
    }

    /// So far they may only correspond. On a rights assessment one person proposes more, and a second grants it.
    pub(super) async fn widen(&mut self) -> Result<(), Reply> {
        self.step("A partner starts at the floor; two people and a rights assessment let it have persons and evidence");
        let review_by = SystemClock.now().plus_millis(365 * 24 * 60 * 60 * 1000);
        let assessment = format!(
            "review_by = \"{review_by}\"\n\
             assessment = \"Courts are independent; no one may be executed; what we send is kept apart and erased when due.\"\n\
             source = \"Invented country report of the legal department, 2026\"\n"
        );
        for (side, other) in [(Side::A, Side::B), (Side::B, Side::A), (Side::A, Side::C), (Side::C, Side::A)]
        {
            let (first, second) = people(side);
            let act = |act: &str, toml: Option<&str>, officer: &str| Request::PartnerAct {
                partner: other.name().into(),
                act: act.into(),
                toml: toml.map(str::to_owned),
                officer: Some(officer.into()),
            };
            self.ask(side, act("propose-widening", Some(&assessment), first)).await?;
            self.refused(side, act("widen", None, first)).await?;
            self.ask(side, act("widen", None, second)).await?;
        }
        Ok(())
    }

    /// Where the desk of an agency is served while the demo stays up: always at the same address, where that is free.
    async fn office_of(&self, side: Side) -> Result<Option<OfficeAt>, Reply> {
        if self.once {
            return Ok(None);
        }
        let wanted = bind(&format!("127.0.0.1:{}", side.port())).await;
        let listener = match wanted {
            Ok(listener) => listener,
            Err(_) => bind("127.0.0.1:0").await?,
        };
        // Whoever plays a scene sits in Country B: the node of Country A goes away in one of them.
        let director = (side == Side::B).then(|| Arc::clone(&self.stage) as Arc<dyn Director>);
        Ok(Some(OfficeAt { listener, origin: None, demo: true, director, set_up: None }))
    }

    /// A node goes away, cleanly.
    pub(super) async fn goes_away(&mut self, side: Side) {
        if let Some(running) = self.nodes[side as usize].take() {
            running.stop().await;
        }
    }

    /// It comes back where its card says it answers.
    pub(super) async fn comes_back(&mut self, side: Side) -> Result<(), Reply> {
        let card = Folder::open(&self.folder(side))?.card()?;
        let at = card.facts().endpoints.first().cloned().unwrap_or_default();
        let listener = bind(at.trim_start_matches("https://")).await?;
        let running =
            Running::start(&self.folder(side), listener, self.office_of(side).await?, &self.at.release)
                .await?;
        self.nodes[side as usize] = Some(running);
        Ok(())
    }
}
