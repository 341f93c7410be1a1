//! `comity demo`: the agencies of Country A and Country B play one request through, from draft to answer.
//!
//! Two real nodes with folders of their own, on loopback, over the real federation. XA and XB are user-assigned
//! codes of ISO 3166-1; all people are invented. Every step goes through the same requests as the command line.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::time::Duration;

use comity_app::context::Clock as _;
use comity_domain::words::Lang;
use comity_journal::card::Seat;
use comity_journal::ids::Token;
use serde_json::{Value, json};

use crate::cli::{Terminal, stopped};
use crate::folder::Folder;
use crate::node::{NewNode, initialise};
use crate::real::SystemClock;
use crate::reply::{REFUSED, Reply};
use crate::request::Request;
use crate::serve::{Running, bind};
use crate::verify;

/// How long the other node may take to receive what was sent.
const ARRIVAL: Duration = Duration::from_secs(20);

/// Plays the story; stays up afterwards unless `once`.
pub(crate) async fn run(dir: Option<&Path>, once: bool, at: &Terminal) -> Result<Reply, Reply> {
    let dir = dir.map_or_else(|| PathBuf::from("demo"), Path::to_owned);
    if dir.exists() && dir.join("made-by-comity-demo").is_file() {
        std::fs::remove_dir_all(&dir).map_err(Reply::io)?;
    }
    if dir.exists() {
        return Err(Reply::usage(format!(
            "{} exists and is not the demo's; name another with --dir",
            dir.display()
        )));
    }
    std::fs::create_dir_all(&dir).map_err(Reply::io)?;
    std::fs::write(dir.join("made-by-comity-demo"), "").map_err(Reply::io)?;
    let mut story = Story { dir, at, steps: 0, a: None, b: None };
    let played = story.play().await;
    if played.is_ok() && !once {
        story.say("Both nodes stay up. Try, in another terminal:");
        let a = story.dir.join("a");
        story.say(&format!("  comity matter list {}", a.display()));
        story.say("Ctrl-C ends the demo.");
        stopped().await;
    }
    story.stop().await;
    played.map(|()| Reply::yes("The story is told.", json!({ "steps": story.steps })))
}

struct Story<'a> {
    dir: PathBuf,
    at: &'a Terminal,
    steps: usize,
    a: Option<Running>,
    b: Option<Running>,
}

/// Which of the two agencies acts.
#[derive(Clone, Copy)]
enum Side {
    A,
    B,
}

impl Story<'_> {
    async fn play(&mut self) -> Result<(), Reply> {
        self.two_agencies().await?;
        self.meet().await?;
        let matter = self.ask_for_information().await?;
        self.answer(&matter).await?;
        self.prohibited_ground().await?;
        self.prove(&matter).await
    }

    /// Country A and Country B each set up a node and enlist officers.
    async fn two_agencies(&mut self) -> Result<(), Reply> {
        self.step("Two agencies set up their nodes");
        let listeners = [bind("127.0.0.1:0").await?, bind("127.0.0.1:0").await?];
        let facts = [
            ("a", "XA", "Country A liaison bureau", "甲国联络局"),
            ("b", "XB", "Country B liaison bureau", "乙国联络局"),
        ];
        let mut running = Vec::new();
        for (listener, (folder, place, en, zh)) in listeners.into_iter().zip(facts) {
            let at = listener.local_addr().map_err(Reply::io)?;
            let new = NewNode {
                label: Token::literal(if folder == "a" { "xa.liaison" } else { "xb.liaison" }),
                seat: Seat::place(place).ok_or_else(|| Reply::fault("a place code".into()))?,
                names: BTreeMap::from([("en".into(), en.into()), ("zh".into(), zh.into())]),
                kind: Token::literal("police"),
                endpoints: vec![format!("https://{at}")],
            };
            let card = initialise(
                &self.dir.join(folder),
                new,
                &self.dir.join(format!("{folder}.root")),
                self.at.release.kinds(),
            )?;
            self.say(&format!("{en} ({zh}), answers at https://{at}"));
            self.say(&format!("  fingerprint {}", card.fingerprint()));
            running.push(Running::start(&self.dir.join(folder), listener, None, &self.at.release).await?);
        }
        self.b = running.pop();
        self.a = running.pop();
        for (side, name, roles) in [
            (Side::A, "Amara Olin", &["officer"][..]),
            (Side::A, "Bo Reyes", &["supervisor", "desk", "legal"]),
            (Side::B, "Chen Ning", &["desk", "officer"]),
            (Side::B, "Dara Vong", &["supervisor", "legal"]),
        ] {
            let roles: Vec<_> = roles.iter().map(|role| (*role).to_owned()).collect();
            self.ask(side, Request::OfficerAdd { name: name.into(), roles }).await?;
        }
        Ok(())
    }

    /// Each side compares the other's fingerprint; a second person confirms.
    async fn meet(&mut self) -> Result<(), Reply> {
        self.step("They compare fingerprints by telephone and add each other; a second person confirms");
        for (side, other, name, first, second) in [
            (Side::A, "b", "Country B", "Amara Olin", "Bo Reyes"),
            (Side::B, "a", "Country A", "Chen Ning", "Dara Vong"),
        ] {
            let card = Folder::open(&self.dir.join(other))?.card()?;
            let add = Request::PartnerAdd {
                card: data_encoding::BASE64.encode(card.bytes()),
                fingerprint: card.fingerprint().to_string(),
                name: Some(name.into()),
                at: None,
                officer: Some(first.into()),
            };
            self.ask(side, add).await?;
            let confirm = |officer: &str| Request::PartnerConfirm {
                partner: name.into(),
                officer: Some(officer.into()),
            };
            self.refused(side, confirm(first)).await?;
            self.ask(side, confirm(second)).await?;
        }
        Ok(())
    }

    /// Country A drafts, reviews, approves and sends.
    async fn ask_for_information(&mut self) -> Result<String, Reply> {
        self.step("Country A drafts a request for information; nothing leaves the node");
        let drafted = self.draft("The number +999 555 0100 in a telecom fraud").await?;
        let matter = word(&drafted, "matter");
        self.step("The officer alone cannot send it");
        self.refused(Side::A, self.act(&matter, "open", None, "Amara Olin")).await?;
        self.step(
            "A legal reviewer answers the seven questions on prohibited grounds; a second person approves",
        );
        self.ask(Side::A, self.act(&matter, "review-grounds", Some(&review("no")), "Bo Reyes")).await?;
        self.ask(Side::A, self.act(&matter, "approve", None, "Bo Reyes")).await?;
        self.arrives(Side::B, &matter, "sent").await?;
        Ok(matter)
    }

    /// Country B acknowledges, asks, accepts and answers with a paper.
    async fn answer(&mut self, matter: &str) -> Result<(), Reply> {
        self.step("Country B acknowledges, and asks for clarification");
        self.ask(Side::B, self.act(matter, "acknowledge", Some("reference = \"XB-2026-0815\""), "Chen Ning"))
            .await?;
        let question = "questions = [\"Which bank did the callers name?\"]";
        self.ask(Side::B, self.act(matter, "ask", Some(question), "Chen Ning")).await?;
        self.arrives(Side::A, matter, "clarification-asked").await?;
        self.step("Country A clarifies");
        self.ask(Side::A, self.act(matter, "clarify", Some("text = \"The Bank of Example.\""), "Amara Olin"))
            .await?;
        self.arrives(Side::B, matter, "acknowledged").await?;
        self.step("Country B reviews the grounds itself, accepts with two persons, and promises a date");
        let promise = format!("promised_by = \"{}\"", self.hours_ahead(72));
        self.refused(Side::B, self.act(matter, "accept", Some(&promise), "Chen Ning")).await?;
        self.ask(Side::B, self.act(matter, "review-grounds", Some(&review("no")), "Dara Vong")).await?;
        self.ask(Side::B, self.act(matter, "approve", None, "Dara Vong")).await?;
        self.arrives(Side::A, matter, "accepted").await?;
        self.step("Country B answers, with a paper");
        let paper = "Subscriber record of +999 555 0100\nHeld by Example Trading Ltd since 3 March 2026.\n";
        std::fs::write(self.dir.join("subscriber.txt"), paper).map_err(Reply::io)?;
        let answer = self.dir.join("answer.toml");
        let text = "extent = \"final\"\ntext = \"The subscriber is a company; the record is attached.\"\n\
                    [[papers]]\nfile = \"subscriber.txt\"\n";
        std::fs::write(&answer, text).map_err(Reply::io)?;
        let toml = crate::cli::read_toml(&answer)?;
        self.refused(Side::B, self.act(matter, "answer", Some(&toml), "Chen Ning")).await?;
        self.ask(Side::B, self.act(matter, "approve", None, "Dara Vong")).await?;
        self.arrives(Side::A, matter, "answered").await?;
        self.step("Country A closes the matter");
        self.ask(Side::A, self.act(matter, "close", Some("outcome = \"satisfied\""), "Amara Olin")).await?;
        self.arrives(Side::B, matter, "closed").await?;
        let shown = self.ask_quietly(Side::A, Request::MatterShow { matter: matter.into() }).await?;
        self.say(&shown.text);
        Ok(())
    }

    /// A request about somebody's journalism stops for good, with the rule named.
    async fn prohibited_ground(&mut self) -> Result<(), Reply> {
        self.step("A request on a prohibited ground: the legal reviewer finds it is about journalism");
        let drafted = self.draft("Whereabouts of a reporter").await?;
        let matter = word(&drafted, "matter");
        self.ask(Side::A, self.act(&matter, "review-grounds", Some(&review("yes")), "Bo Reyes")).await?;
        self.ask(Side::A, self.act(&matter, "approve", None, "Bo Reyes")).await?;
        let stopped = self.refused(Side::A, self.act(&matter, "open", None, "Amara Olin")).await?;
        if stopped.json["rule"] != "grounds-prohibited" {
            return Err(Reply::fault("the prohibited ground was not what stopped the request".into()));
        }
        Ok(())
    }

    /// Both journals verify; each side's proof verifies with nothing but the file.
    async fn prove(&mut self, matter: &str) -> Result<(), Reply> {
        self.step("Both journals verify from their first record");
        for side in [Side::A, Side::B] {
            self.ask(side, Request::JournalVerify).await?;
        }
        self.step("Each side exports its proof; anybody verifies it with the file and the two fingerprints");
        let cards = ["a", "b"].map(|folder| self.dir.join(folder).join("card").display().to_string());
        for (side, name) in [(Side::A, "a"), (Side::B, "b")] {
            let exported = self.ask_quietly(side, Request::ProofExport { matter: matter.into() }).await?;
            let file = self.dir.join(format!("{name}.proof"));
            let bytes = data_encoding::BASE64.decode(word(&exported, "proof").as_bytes());
            std::fs::write(&file, bytes.unwrap_or_default()).map_err(Reply::io)?;
            let report = self.dir.join(format!("{name}.proof.html"));
            let verified = verify::run(&file, &cards, Some(&report), self.at)?;
            self.say(&format!("{} → {}", file.display(), verified.text.lines().next().unwrap_or_default()));
            self.say(&format!("  report for a judge, in Chinese and English: {}", report.display()));
            self.check(&verified)?;
            let mut changed = std::fs::read(&file).map_err(Reply::io)?;
            let middle = changed.len() / 2;
            changed[middle] ^= 1;
            let altered = self.dir.join(format!("{name}-altered.proof"));
            std::fs::write(&altered, &changed).map_err(Reply::io)?;
            let found = verify::run(&altered, &cards, None, self.at)?;
            self.say(&format!(
                "one bit changed → {}",
                found.text.lines().take(2).collect::<Vec<_>>().join(" ")
            ));
            if found.exit != crate::reply::NO {
                return Err(Reply::fault("a changed proof was not noticed".into()));
            }
        }
        Ok(())
    }

    // --- telling ------------------------------------------------------------------------------------------

    async fn draft(&mut self, title: &str) -> Result<Reply, Reply> {
        let toml = format!(
            "request_type = \"information\"\ngrade = \"urgent\"\ngrade_reason = \"Money is still moving.\"\n\
             purpose = \"investigate\"\nbasis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\n\
             wished_by = \"{}\"\nas_evidence = false\nlanguage = \"en\"\ntitle = \"{title}\"\n\
             facts = \"On 20 November 2026 in Port Example callers who said they were a bank took 40,000.\"\n\
             questions = [\"Who held the number on that day?\"]\nlink = \"It was used for every call.\"\n\
             basis_text = \"Reciprocity, exchange of notes of 2019.\"\n\
             offence_text = \"Fraud, article 210, up to seven years.\"\ncontact = \"duty desk, day and night\"\n\
             [[persons]]\nname = \"Ilo Marn\"\nstanding = \"suspect\"\nnationality = \"XB\"\n",
            self.hours_ahead(24 * 7)
        );
        let (kind, to, officer) =
            ("request".to_owned(), "Country B".to_owned(), Some("Amara Olin".to_owned()));
        self.ask(Side::A, Request::Draft { kind, to, toml, officer, send: false }).await
    }

    #[expect(clippy::unused_self, reason = "reads as part of the story")]
    fn act(&self, matter: &str, act: &str, toml: Option<&str>, officer: &str) -> Request {
        Request::Act {
            matter: matter.into(),
            act: act.into(),
            toml: toml.map(str::to_owned),
            officer: Some(officer.into()),
        }
    }

    #[expect(clippy::unused_self, reason = "reads as part of the story")]
    fn hours_ahead(&self, hours: i64) -> String {
        SystemClock.now().plus_millis(hours * 3_600_000).to_string()
    }

    fn side(&self, side: Side) -> Result<&Running, Reply> {
        let running = match side {
            Side::A => &self.a,
            Side::B => &self.b,
        };
        running.as_ref().ok_or_else(|| Reply::fault("the node is not running".into()))
    }

    async fn ask_quietly(&self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.side(side)?.node().desk.execute(request, Lang::En).await;
        self.check(&reply)?;
        Ok(reply)
    }

    async fn ask(&mut self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.ask_quietly(side, request).await?;
        self.tell(side, &reply);
        Ok(reply)
    }

    /// Asks for what the rules must refuse.
    async fn refused(&mut self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.side(side)?.node().desk.execute(request, Lang::En).await;
        self.tell(side, &reply);
        if reply.exit == REFUSED {
            Ok(reply)
        } else {
            Err(Reply::fault("this should have been refused".into()))
        }
    }

    #[expect(clippy::unused_self, reason = "reads as part of the story")]
    fn check(&self, reply: &Reply) -> Result<(), Reply> {
        if reply.exit == 0 {
            Ok(())
        } else {
            Err(Reply::fault(format!("the story broke off: {}", reply.text)))
        }
    }

    /// Waits until the matter has come to `status` on that side, by real delivery.
    async fn arrives(&mut self, side: Side, matter: &str, status: &str) -> Result<(), Reply> {
        let seen = async {
            loop {
                let shown = self.side(side)?.node().desk.execute(Request::MatterList, Lang::En).await;
                let rows = shown.json.as_array().cloned().unwrap_or_default();
                if rows.iter().any(|row| row["number"] == matter && row["status"] == status) {
                    return Ok(());
                }
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        within(ARRIVAL, seen).await?;
        let name = if matches!(side, Side::A) { "Country A" } else { "Country B" };
        self.say(&format!("   → {name} sees it: {status}"));
        Ok(())
    }

    fn tell(&mut self, side: Side, reply: &Reply) {
        let name = if matches!(side, Side::A) { "A" } else { "B" };
        for line in reply.text.lines() {
            self.say(&format!("{name}: {line}"));
        }
    }

    fn step(&mut self, what: &str) {
        self.steps += 1;
        let n = self.steps;
        self.say(&format!("\n{n}. {what}"));
    }

    #[expect(clippy::print_stdout, clippy::unused_self, reason = "the demo tells its story on the terminal")]
    fn say(&self, line: &str) {
        println!("{line}");
    }

    async fn stop(&mut self) {
        for running in [self.a.take(), self.b.take()].into_iter().flatten() {
            running.stop().await;
        }
    }
}

async fn within(limit: Duration, wait: impl Future<Output = Result<(), Reply>>) -> Result<(), Reply> {
    let late = || Reply::fault("what was sent did not arrive in time".into());
    tokio::time::timeout(limit, wait).await.map_err(|_| late())?
}

fn word(reply: &Reply, key: &str) -> String {
    reply.json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The seven answers; `journalism` is the one that differs.
fn review(journalism: &str) -> String {
    format!(
        "politics = \"no\"\nreligion = \"no\"\nethnicity = \"no\"\norientation = \"no\"\nprotest = \"no\"\n\
         journalism = \"{journalism}\"\nrefugee = \"no\"\nreasons = \"Read from the file as it stands.\"\n"
    )
}
