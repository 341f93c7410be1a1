//! What else lies on the desks when the story is told: matters at every step, so that a visitor finds work to do.

use super::cast::people;
use super::chapters::Asked;
use super::telling::{act, hours_ahead, review, word};
use super::{Side, Story};
use crate::reply::Reply;
use crate::request::Request;

/// The officer of Country B whom matters are assigned to.
const OFFICER: &str = "Tavi Noor";

impl Story {
    /// Six matters are under way: one has just arrived, one is asked back, one is promised, one waits for the other
    /// side, one waits for approval here, and one goes on by letter with an agency that has no node.
    pub(super) async fn still_open(&mut self) -> Result<(), Reply> {
        self.step("Meanwhile other matters are under way between Country A and Country B");
        self.asked_back().await?;
        self.promised().await?;
        self.waits_for_them().await?;
        self.waits_for_approval().await?;
        self.on_paper().await?;
        self.just_arrived().await
    }

    /// Country A asks; nobody in Country B has taken note of it yet.
    async fn just_arrived(&mut self) -> Result<(), Reply> {
        let asked = Asked {
            kind: "information",
            grade: ("priority", "The driver is held until Thursday."),
            title: "Employer of a driver who is held",
            facts: "A driver was stopped on 27 November 2026 at the Example bridge with 212 bank cards.",
            question: "Who has employed him since June, and at which address?",
            link: "He drove a van that is registered in Country B.",
            wished_in: 30,
        };
        let matter = self.open(Side::A, Side::B.name(), "request", asked.toml(), people(Side::A)).await?;
        self.arrives(Side::B, &matter, "sent").await
    }

    /// Country A asks; Country B's officer needs to know more first.
    async fn asked_back(&mut self) -> Result<(), Reply> {
        let asked = Asked {
            kind: "information",
            grade: ("normal", ""),
            title: "Two vehicles seen at the ferry",
            facts: "Two vehicles left Port Example by ferry on 12 November 2026 an hour after the money was drawn.",
            question: "Who were their keepers on that day?",
            link: "Both stood outside the bank.",
            wished_in: 24 * 10,
        };
        let matter = self.open(Side::A, Side::B.name(), "request", asked.toml(), people(Side::A)).await?;
        self.arrives(Side::B, &matter, "sent").await?;
        self.taken_up(&matter, "XB-2026-0821").await?;
        let questions = "questions = [\"Which number plates, and of which country?\"]";
        self.ask(Side::B, act(&matter, "ask", Some(questions), OFFICER)).await?;
        self.arrives(Side::A, &matter, "clarification-asked").await
    }

    /// Country B has promised an answer, and its officer has something to do for it.
    async fn promised(&mut self) -> Result<(), Reply> {
        let asked = Asked {
            kind: "information",
            grade: ("urgent", "The account is in use."),
            title: "An account opened with a lost passport",
            facts: "On 18 November 2026 an account in Country B was opened with a passport reported lost in Country A.",
            question: "Who opened it, and which devices were used?",
            link: "The account received money of three victims.",
            wished_in: 48,
        };
        let matter = self.open(Side::A, Side::B.name(), "request", asked.toml(), people(Side::A)).await?;
        self.arrives(Side::B, &matter, "sent").await?;
        self.taken_up(&matter, "XB-2026-0822").await?;
        let (desk, supervisor) = people(Side::B);
        let promise = format!("promised_by = \"{}\"", hours_ahead(20));
        self.refused(Side::B, act(&matter, "accept", Some(&promise), desk)).await?;
        self.ask(Side::B, act(&matter, "review-grounds", Some(&review("no")), "Lior Quen")).await?;
        self.ask(Side::B, act(&matter, "approve", None, supervisor)).await?;
        let task = format!(
            "to = \"{OFFICER}\"\ntext = \"Ask the bank for the opening form.\"\ndue = \"{}\"\n",
            hours_ahead(6)
        );
        self.ask(Side::B, act(&matter, "task", Some(&task), supervisor)).await?;
        let note = "text = \"The bank answers within a day; its desk was told by telephone.\"";
        self.ask(Side::B, act(&matter, "note", Some(note), OFFICER)).await?;
        self.arrives(Side::A, &matter, "accepted").await
    }

    /// Country B has asked, and Country A has acknowledged.
    async fn waits_for_them(&mut self) -> Result<(), Reply> {
        let asked = Asked {
            kind: "information",
            grade: ("normal", ""),
            title: "Owner of a shipping container",
            facts: "Container EXAU 100200 left Port Sample on 9 November 2026 with telephones of the call rooms.",
            question: "Who took it over in Port Example?",
            link: "It held the telephones of two call rooms.",
            wished_in: 24 * 14,
        };
        let matter = self.open(Side::B, Side::A.name(), "request", asked.toml(), people(Side::B)).await?;
        self.arrives(Side::A, &matter, "sent").await?;
        let acknowledge = act(&matter, "acknowledge", Some("reference = \"XA-77/26\""), people(Side::A).0);
        self.ask(Side::A, acknowledge).await?;
        self.arrives(Side::B, &matter, "acknowledged").await
    }

    /// An officer of Country B has drafted a request; a supervisor and the desk have still to approve it.
    async fn waits_for_approval(&mut self) -> Result<(), Reply> {
        let asked = Asked {
            kind: "information",
            grade: ("normal", ""),
            title: "Lessor of a flat in Port Example",
            facts: "Callers of the second call room paid rent for a flat in Port Example until October 2026.",
            question: "Who let the flat, and to whom?",
            link: "Its address was on the telephones found.",
            wished_in: 24 * 14,
        };
        let (kind, to) = ("request".to_owned(), vec![Side::A.name().to_owned()]);
        let draft =
            Request::Draft { kind, to, toml: asked.toml(), officer: Some(OFFICER.into()), send: true };
        let matter = word(&self.refused(Side::B, draft).await?, "matter");
        self.ask(Side::B, act(&matter, "review-grounds", Some(&review("no")), "Lior Quen")).await?;
        Ok(())
    }

    /// Country B has asked Country D, which has no node: the letter has gone, and what comes back will be recorded.
    async fn on_paper(&mut self) -> Result<(), Reply> {
        let (desk, supervisor) = people(Side::B);
        let without_node = "Country D";
        let add = Request::PartnerAddOffNetwork {
            name: without_node.into(),
            place: "XD".into(),
            reached: "by letter, through its embassy in Port Sample".into(),
            officer: Some(desk.into()),
        };
        self.ask(Side::B, add).await?;
        let confirm =
            Request::PartnerConfirm { partner: without_node.into(), officer: Some(supervisor.into()) };
        self.ask(Side::B, confirm).await?;
        let asked = Asked {
            kind: "information",
            grade: ("normal", ""),
            title: "Ship that carried a container of telephones",
            facts: "The container left Port Sample on 9 November 2026 on a ship of a company in Country D.",
            question: "Which company ran the ship on that day?",
            link: "The telephones in it were used in call rooms.",
            wished_in: 24 * 30,
        };
        let matter = self.open(Side::B, without_node, "request", asked.toml(), (desk, supervisor)).await?;
        let gone = "channel = \"letter\"\nreference = \"XB-2026-0830\"\n";
        self.ask(Side::B, act(&matter, "dispatch", Some(gone), desk)).await?;
        Ok(())
    }

    /// Country B's desk acknowledges what has arrived and assigns it.
    async fn taken_up(&mut self, matter: &str, reference: &str) -> Result<(), Reply> {
        let desk = people(Side::B).0;
        let reference = format!("reference = \"{reference}\"");
        self.ask(Side::B, act(matter, "acknowledge", Some(&reference), desk)).await?;
        let to = format!("to = \"{OFFICER}\"");
        self.ask(Side::B, act(matter, "assign", Some(&to), desk)).await?;
        Ok(())
    }
}
