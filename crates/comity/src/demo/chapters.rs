//! The matters of the case: money that is stopped, a request that is clarified and answered in parts, and one that
//! must not be made.

use super::cast::people;
use super::telling::{act, hours_ahead, review, word};
use super::{Side, Story};
use crate::reply::Reply;
use crate::request::Request;

/// A request, with what differs from one to the next.
pub(super) struct Asked<'a> {
    pub(super) kind: &'a str,
    /// The grade, and why it is pressing where it is.
    pub(super) grade: (&'a str, &'a str),
    pub(super) title: &'a str,
    pub(super) facts: &'a str,
    pub(super) question: &'a str,
    pub(super) link: &'a str,
    /// In how many hours an answer is wished.
    pub(super) wished_in: i64,
}

impl Asked<'_> {
    /// It as an officer would have written it into a file.
    pub(super) fn toml(&self) -> String {
        let Asked { kind, grade: (grade, reason), title, facts, question, link, wished_in } = self;
        let reason = if reason.is_empty() { String::new() } else { format!("grade_reason = \"{reason}\"\n") };
        format!(
            "request_type = \"{kind}\"\ngrade = \"{grade}\"\n{reason}\
             purpose = \"investigate\"\nbasis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\n\
             wished_by = \"{}\"\nas_evidence = false\nlanguage = \"en\"\nhandling = \"h1\"\ntitle = \"{title}\"\n\
             facts = \"{facts}\"\nquestions = [\"{question}\"]\nlink = \"{link}\"\n\
             basis_text = \"Reciprocity, exchange of notes of 2019.\"\n\
             offence_text = \"Fraud, article 210, up to seven years.\"\ncontact = \"duty desk, day and night\"\n",
            hours_ahead(*wished_in)
        )
    }
}

/// A request of the case: the callers and the money.
pub(super) fn request(kind: &str, title: &str, question: &str, wished_in: i64) -> String {
    Asked {
        kind,
        grade: ("urgent", "Money is still moving."),
        title,
        facts: "On 20 November 2026 in Port Example callers who said they were a bank took 40,000.",
        question,
        link: "It was used in every one of 31 calls.",
        wished_in,
    }
    .toml()
}

impl Story {
    /// Country A asks Country C to stop the money, and C says what became of it before it has even accepted.
    pub(super) async fn stop_the_money(&mut self) -> Result<String, Reply> {
        self.step("Country A asks Country C to stop a payment; the officer alone cannot send it");
        let toml =
            request("payment-stop", "40,000 to an account in Country C", "Can the money be stopped?", 8)
                + "[[payments]]\nbank = \"EXAMPLE BANK OF C, EXAMXCXX\"\naccount = \"XC21 0000 0042\"\n\
               amount = \"40000 XTS\"\nmade = \"2026-11-20T08:12:00Z\"\n";
        let matter = self.open(Side::A, Side::C.name(), "request", toml, people(Side::A)).await?;
        self.arrives(Side::C, &matter, "sent").await?;
        let (desk, supervisor) = people(Side::C);
        self.step("Country C acknowledges and has stopped a part of it within the hour");
        self.ask(Side::C, act(&matter, "acknowledge", Some("reference = \"XC-PS-77\""), desk)).await?;
        let stopped =
            "result = \"partly\"\namount = 31000\ncurrency = \"XTS\"\ntext = \"Held until 20 December.\"";
        self.ask(Side::C, act(&matter, "report-stop", Some(stopped), desk)).await?;
        self.arrives(Side::A, &matter, "acknowledged").await?;
        self.ask(Side::C, act(&matter, "review-grounds", Some(&review("no")), supervisor)).await?;
        for (name, toml) in
            [("accept", ""), ("answer", "extent = \"final\"\ntext = \"31,000 are held; 9,000 had gone on.\"")]
        {
            self.refused(Side::C, act(&matter, name, Some(toml), desk)).await?;
            self.ask(Side::C, act(&matter, "approve", None, supervisor)).await?;
        }
        self.arrives(Side::A, &matter, "answered").await?;
        let close = act(&matter, "close", Some("outcome = \"partly-satisfied\""), people(Side::A).0);
        self.ask(Side::A, close).await?;
        self.arrives(Side::C, &matter, "closed").await?;
        Ok(matter)
    }

    /// Country A asks Country B who the callers are; B asks back.
    pub(super) async fn ask_for_information(&mut self) -> Result<String, Reply> {
        self.step("Country A asks Country B who used the number; a legal reviewer answers the seven questions first");
        let toml =
            request("information", "The number +999 555 0100", "Who held the number on that day?", 24 * 7)
                + "[[persons]]\nname = \"Ilo Marn\"\nstanding = \"suspect\"\nnationality = \"XB\"\n";
        let matter = self.open(Side::A, Side::B.name(), "request", toml, people(Side::A)).await?;
        self.arrives(Side::B, &matter, "sent").await?;
        self.step("Country B acknowledges, and asks for clarification");
        let desk = people(Side::B).0;
        self.ask(Side::B, act(&matter, "acknowledge", Some("reference = \"XB-2026-0815\""), desk)).await?;
        let question = "questions = [\"Which bank did the callers name?\"]";
        self.ask(Side::B, act(&matter, "ask", Some(question), desk)).await?;
        self.arrives(Side::A, &matter, "clarification-asked").await?;
        Ok(matter)
    }

    /// Country B's node is away while A clarifies; nothing is lost, and it catches up.
    pub(super) async fn partner_away(&mut self, matter: &str) -> Result<(), Reply> {
        self.step("Country B's node is away; Country A clarifies all the same, and reminds");
        self.goes_away(Side::B).await;
        let officer = people(Side::A).0;
        self.ask(Side::A, act(matter, "clarify", Some("text = \"The Bank of Example.\""), officer)).await?;
        self.ask(Side::A, act(matter, "remind", None, officer)).await?;
        let partners = self.ask_quietly(Side::A, Request::PartnerList).await?;
        self.tell(Side::A, &partners);
        self.step("Country B's node is back, and catches up");
        self.comes_back(Side::B).await?;
        self.ask(Side::B, Request::Sync { partner: None }).await?;
        self.arrives(Side::B, matter, "acknowledged").await
    }

    /// Country B reviews the grounds itself, accepts, and answers a first part with a paper.
    pub(super) async fn answer_in_part(&mut self, matter: &str) -> Result<(), Reply> {
        self.step("Country B reviews the grounds itself, accepts with two persons, and promises a date");
        let (desk, supervisor) = people(Side::B);
        let promise = format!("promised_by = \"{}\"", hours_ahead(72));
        self.refused(Side::B, act(matter, "accept", Some(&promise), desk)).await?;
        self.ask(Side::B, act(matter, "review-grounds", Some(&review("no")), supervisor)).await?;
        self.ask(Side::B, act(matter, "approve", None, supervisor)).await?;
        self.arrives(Side::A, matter, "accepted").await?;
        self.step("Country B answers a first part, with a paper");
        let paper = "Subscriber record of +999 555 0100\nHeld by Example Trading Ltd since 3 March 2026.\n";
        std::fs::write(self.dir.join("subscriber.txt"), paper).map_err(Reply::io)?;
        let answer = self.dir.join("answer.toml");
        let text = "extent = \"partial\"\ntext = \"The subscriber is a company; the record is attached. Devices follow.\"\n\
                    [[papers]]\nfile = \"subscriber.txt\"\n";
        std::fs::write(&answer, text).map_err(Reply::io)?;
        let toml = crate::cli::read_toml(&answer)?;
        self.refused(Side::B, act(matter, "answer", Some(&toml), desk)).await?;
        self.ask(Side::B, act(matter, "approve", None, supervisor)).await?;
        self.arrives(Side::A, matter, "partly-answered").await
    }

    /// Country B gives its last answer, and Country A closes the matter.
    pub(super) async fn answer_finally(&mut self, matter: &str) -> Result<(), Reply> {
        self.step("Country B gives its final answer, and Country A closes the matter");
        let (desk, supervisor) = people(Side::B);
        let answer =
            "extent = \"final\"\ntext = \"Two telephones were found; their images were handed over.\"";
        self.refused(Side::B, act(matter, "answer", Some(answer), desk)).await?;
        self.ask(Side::B, act(matter, "approve", None, supervisor)).await?;
        self.arrives(Side::A, matter, "answered").await?;
        self.ask(Side::A, act(matter, "close", Some("outcome = \"satisfied\""), people(Side::A).0)).await?;
        self.arrives(Side::B, matter, "closed").await?;
        let shown = self.ask_quietly(Side::A, Request::MatterShow { matter: matter.into() }).await?;
        self.say(&shown.text);
        Ok(())
    }

    /// A request about somebody's journalism stops for good, with the rule named.
    pub(super) async fn prohibited_ground(&mut self) -> Result<(), Reply> {
        self.step("A request on a prohibited ground: the legal reviewer finds it is about journalism");
        let (officer, reviewer) = people(Side::A);
        let toml = request("information", "Whereabouts of a reporter", "Where does he live?", 48);
        let (kind, to) = ("request".to_owned(), vec![Side::B.name().to_owned()]);
        let draft = Request::Draft { kind, to, toml, officer: Some(officer.into()), send: false };
        let matter = word(&self.ask(Side::A, draft).await?, "matter");
        self.ask(Side::A, act(&matter, "review-grounds", Some(&review("yes")), reviewer)).await?;
        self.ask(Side::A, act(&matter, "approve", None, reviewer)).await?;
        let stopped = self.refused(Side::A, act(&matter, "open", None, officer)).await?;
        if stopped.json["rule"] == "grounds-prohibited" {
            Ok(())
        } else {
            Err(Reply::fault("the prohibited ground was not what stopped the request".into()))
        }
    }
}
