//! Passkeys of officers: made, used, lost, copied, and misused.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::ledger::{Compared, Ledger};
use comity_app::people::Officer;
use comity_app::queries::verify_journal;
use comity_app::sign_in::{
    Account, Challenge, Checked, Given, KnownPasskey, Made, NewPasskey, NotSignedIn, Site, UnfitAnswer,
};
use comity_domain::act::Line;
use comity_domain::act::SECRET;
use comity_domain::matters::officer::SignInMeans;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::Reader as _;
use comity_store::faults::FaultPlan;
use comity_testkit::Seeded;
use comity_testkit::node::{SoftToken, Station};

const ORIGIN: &str = "https://desk.example";

/// A node with people, and the site its desk is at.
struct Node {
    station: Station,
    ledger: Ledger,
    entropy: Seeded,
    site: Site,
}

impl Node {
    fn with(names: &[&str]) -> Self {
        let station = Station::new("xa.liaison", "XA", 1, FaultPlan::new());
        let mut ledger = station.open(Compared::WithEverybody).unwrap();
        ledger.run_now(|ledger, pending| ledger.set_up(pending)).unwrap();
        for name in names {
            let roles = [Role::Officer, Role::Administrator];
            ledger.run_now(|ledger, pending| ledger.add_officer(pending, name, &roles)).unwrap();
        }
        Self { station, ledger, entropy: Seeded::new(7), site: Site::at(ORIGIN).unwrap() }
    }

    fn officer(&mut self, name: &str) -> Officer {
        self.ledger.officer(Some(name)).unwrap()
    }

    fn challenge(&mut self) -> Challenge {
        Challenge::draw(&mut self.entropy)
    }

    /// Has a device make a passkey for an officer.
    fn make(&mut self, token: &mut SoftToken, name: &str) -> Result<NewPasskey, UnfitAnswer> {
        let (challenge, officer) = (self.challenge(), self.officer(name));
        let account = Account { handle: officer.record.as_bytes(), name };
        let answer = token.make(&self.site.to_make(&challenge, &account, &[]));
        Made::read(&answer)?.check(&self.site, &challenge)
    }

    fn add(&mut self, name: &str, passkey: &NewPasskey) -> Result<Hash, Failure> {
        let officer = self.officer(name);
        let nickname = Line::new("Blue key").unwrap();
        self.ledger.run_now(|ledger, pending| ledger.add_passkey(pending, &officer, nickname, passkey))
    }

    /// An officer's device with a passkey that has been added.
    fn enrolled(&mut self, name: &str) -> SoftToken {
        let mut token = SoftToken::at("desk.example", ORIGIN);
        let made = self.make(&mut token, name).unwrap();
        self.add(name, &made).unwrap();
        token
    }

    /// Has a device answer one challenge and checks the answer against another, where one is given.
    fn answer(&mut self, token: &mut SoftToken, asked: Option<Challenge>) -> Result<Checked, UnfitAnswer> {
        let challenge = self.challenge();
        let given = Given::read(&token.give(&self.site.to_give(&challenge, &[])))?;
        let known = self.ledger.passkey(&given).unwrap();
        known.check_answer(&self.site, &asked.unwrap_or(challenge), &given)
    }

    fn sign_in(&mut self, token: &mut SoftToken) -> Result<Officer, Failure> {
        let checked = self.answer(token, None).unwrap();
        self.ledger.run_now(|ledger, pending| ledger.record_sign_in(pending, &checked))
    }

    /// How many entries still hold a secret.
    fn secrets(&self) -> usize {
        let entries = self.station.disk.entries();
        let parts = entries.iter().flat_map(|(entry, _)| self.station.disk.parts(entry).unwrap());
        parts.filter(|part| part.label.as_str() == SECRET).count()
    }

    /// What an auditor reads in a record.
    fn shown(&mut self, record: &MatterId) -> String {
        let words = Words::new(Lang::En, &standard());
        format!("{:?}", self.ledger.show_matter(record, &words).unwrap().timeline)
    }
}

fn rule<T>(outcome: Result<T, Failure>) -> &'static str {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal.rule.code,
        Err(other) => panic!("{other}"),
        Ok(_) => "-",
    }
}

fn unfit(outcome: Result<Checked, UnfitAnswer>) -> UnfitAnswer {
    outcome.err().unwrap()
}

#[test]
fn an_officer_signs_in_by_a_passkey_without_saying_who_it_is() {
    let mut node = Node::with(&["Amara Olin", "Bo Reyes"]);
    assert!(!node.ledger.anybody_can_sign_in().unwrap());
    let mut token = node.enrolled("Amara Olin");
    assert!(node.ledger.anybody_can_sign_in().unwrap());
    let officer = node.sign_in(&mut token).unwrap();
    assert_eq!(officer.name, "Amara Olin");
    node.ledger = node.station.open(Compared::WithEverybody).unwrap();
    assert_eq!(node.sign_in(&mut token).unwrap().name, "Amara Olin", "after a start as well");
    let shown = node.shown(&officer.record);
    assert!(shown.contains("Blue key") && shown.contains("Signed in by"), "{shown}");
    assert!(node.ledger.run_now(|ledger, _| verify_journal(ledger)).unwrap().clean);
}

#[test]
fn an_answer_to_another_challenge_or_from_another_page_signs_nobody_in() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    let other = node.challenge();
    assert_eq!(unfit(node.answer(&mut token, Some(other))), UnfitAnswer::OtherChallenge);
    token.origin = "https://desk.example.evil.example".into();
    assert_eq!(unfit(node.answer(&mut token, None)), UnfitAnswer::OtherSite);
    token.origin = "https://desk.example:8443".into();
    assert_eq!(unfit(node.answer(&mut token, None)), UnfitAnswer::OtherSite);
    token.origin = ORIGIN.into();
    token.site = "example".into();
    assert_eq!(unfit(node.answer(&mut token, None)), UnfitAnswer::OtherSite);
    token.site = "desk.example".into();
    node.sign_in(&mut token).unwrap();
}

#[test]
fn a_device_that_has_not_verified_its_holder_signs_nobody_in() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    for flags in [0x01, 0x04, 0x00] {
        token.flags = flags;
        assert_eq!(unfit(node.answer(&mut token, None)), UnfitAnswer::NotVerified, "{flags:#x}");
    }
    let mut careless = SoftToken::at("desk.example", ORIGIN);
    careless.flags = 0x01;
    assert_eq!(node.make(&mut careless, "Amara Olin").err(), Some(UnfitAnswer::NotVerified));
}

#[test]
fn a_passkey_of_one_officer_signs_no_other_in() {
    let mut node = Node::with(&["Amara Olin", "Bo Reyes"]);
    let (mut hers, mut his) = (node.enrolled("Amara Olin"), node.enrolled("Bo Reyes"));
    let bo = node.officer("Bo Reyes").record;
    hers.pretend(bo.as_bytes());
    assert_eq!(unfit(node.answer(&mut hers, None)), UnfitAnswer::WrongSignature);
    // As the second step after his password, too.
    let challenge = node.challenge();
    let amara = node.officer("Amara Olin").record;
    hers.pretend(amara.as_bytes());
    let given = Given::read(&hers.give(&node.site.to_give(&challenge, &[]))).unwrap();
    let known = node.ledger.passkey_of(&bo, &given).unwrap();
    assert_eq!(known.check(&node.site, &challenge, &given).err(), Some(NotSignedIn));
    assert_eq!(node.sign_in(&mut his).unwrap().name, "Bo Reyes");
}

#[test]
fn a_passkey_nobody_has_reads_like_one_with_a_wrong_signature() {
    let mut node = Node::with(&["Amara Olin"]);
    let amara = node.officer("Amara Olin").record;
    let mut strange = SoftToken::at("desk.example", ORIGIN);
    for handle in [&[][..], &[9; 32], amara.as_bytes(), b"short"] {
        strange.pretend(handle);
        assert_eq!(unfit(node.answer(&mut strange, None)), UnfitAnswer::WrongSignature);
    }
    let challenge = node.challenge();
    let given = Given::read(&strange.give(&node.site.to_give(&challenge, &[]))).unwrap();
    let nobody = KnownPasskey::of_nobody();
    assert_eq!(nobody.check(&node.site, &challenge, &given).err(), Some(NotSignedIn));
}

#[test]
fn what_is_not_of_the_form_that_browsers_send_is_not_read() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    let challenge = node.challenge();
    let whole = token.give(&node.site.to_give(&challenge, &[]));
    for answer in ["", "{}", "[]", "null", &whole[1..], &whole.replace("rawId", "raw"), &"9".repeat(70_000)] {
        assert_eq!(Given::read(answer).err(), Some(UnfitAnswer::Unreadable));
        assert_eq!(Made::read(answer).err(), Some(UnfitAnswer::Unreadable));
    }
    // An answer to the one question is none to the other.
    let officer = node.officer("Amara Olin");
    let account = Account { handle: officer.record.as_bytes(), name: "Amara Olin" };
    let made = token.make(&node.site.to_make(&challenge, &account, &[]));
    assert_eq!(Given::read(&made).err(), Some(UnfitAnswer::Unreadable));
    // Every byte that is cut off or changed makes it unfit, and nothing panics.
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let attestation = made["response"]["attestationObject"].as_str().unwrap();
    for length in 0..attestation.len() {
        let mut cut = made.clone();
        cut["response"]["attestationObject"] = attestation[..length].into();
        let read = Made::read(&cut.to_string()).and_then(|made| made.check(&node.site, &challenge));
        assert!(read.is_err(), "{length}");
    }
}

#[test]
fn a_count_that_does_not_go_on_is_refused_and_recorded_as_an_incident() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    token.count = 7;
    node.sign_in(&mut token).unwrap();
    for went_back in [7, 6, 0] {
        token.count = went_back;
        assert_eq!(rule(node.sign_in(&mut token)), "not-now", "{went_back}");
    }
    let of_node = node.ledger.run_now(|ledger, pending| ledger.set_up(pending)).unwrap();
    let shown = node.shown(&of_node);
    assert_eq!(shown.matches("it may have been copied").count(), 3, "{shown}");
    token.count = 8;
    node.sign_in(&mut token).unwrap();
}

#[test]
fn a_passkey_that_does_not_count_says_zero_for_ever() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    node.sign_in(&mut token).unwrap();
    node.sign_in(&mut token).unwrap();
}

#[test]
fn a_removed_passkey_opens_nothing_and_leaves_nothing_behind() {
    let mut node = Node::with(&["Amara Olin"]);
    let (mut lost, mut kept) = (node.enrolled("Amara Olin"), node.enrolled("Amara Olin"));
    let amara = node.officer("Amara Olin");
    let late = node.answer(&mut lost, None).unwrap();
    assert_eq!(node.secrets(), 2);
    let first = node.ledger.passkeys(&amara.record).unwrap()[0].entry;
    let remove = |node: &mut Node, entry| {
        node.ledger.run_now(|ledger, pending| ledger.remove_passkey(pending, &amara, entry))
    };
    remove(&mut node, first).unwrap();
    assert_eq!(node.secrets(), 1, "its public half is gone with it");
    assert_eq!(rule(remove(&mut node, first)), "wrong-target");
    assert_eq!(unfit(node.answer(&mut lost, None)), UnfitAnswer::WrongSignature);
    let recorded = node.ledger.run_now(|ledger, pending| ledger.record_sign_in(pending, &late));
    assert_eq!(rule(recorded), "not-now", "checked before it was removed");
    assert_eq!(node.ledger.passkeys(&amara.record).unwrap().len(), 1);
    node.sign_in(&mut kept).unwrap();
}

#[test]
fn a_dismissed_officers_passkey_opens_nothing() {
    let mut node = Node::with(&["Amara Olin", "Bo Reyes"]);
    let mut token = node.enrolled("Amara Olin");
    let (amara, bo) = (node.officer("Amara Olin").record, node.officer("Bo Reyes"));
    let late = node.answer(&mut token, None).unwrap();
    node.ledger.run_now(|ledger, pending| ledger.dismiss(pending, &amara, &bo)).unwrap();
    assert_eq!(unfit(node.answer(&mut token, None)), UnfitAnswer::WrongSignature);
    let recorded = node.ledger.run_now(|ledger, pending| ledger.record_sign_in(pending, &late));
    assert_eq!(rule(recorded), "not-now");
    assert_eq!(node.secrets(), 0);
}

#[test]
fn passkeys_are_added_by_their_officer_once_and_not_without_end() {
    let mut node = Node::with(&["Amara Olin", "Bo Reyes"]);
    let mut token = SoftToken::at("desk.example", ORIGIN);
    let made = node.make(&mut token, "Amara Olin").unwrap();
    node.add("Amara Olin", &made).unwrap();
    assert!(matches!(node.add("Amara Olin", &made), Err(Failure::Usage(_))));
    assert!(matches!(node.add("Bo Reyes", &made), Err(Failure::Usage(_))), "nor by another");
    for _ in 1..10 {
        node.enrolled("Amara Olin");
    }
    let mut token = SoftToken::at("desk.example", ORIGIN);
    let eleventh = node.make(&mut token, "Amara Olin").unwrap();
    assert_eq!(rule(node.add("Amara Olin", &eleventh)), "not-now");
    // Nobody removes what another signs in with.
    let (amara, bo) = (node.officer("Amara Olin"), node.officer("Bo Reyes"));
    let entry = node.ledger.passkeys(&amara.record).unwrap()[0].entry;
    let command = comity_app::commands::ActCommand {
        matter: amara.record,
        act: "remove-passkey".into(),
        toml: Some(format!("of = \"{entry}\"")),
    };
    assert_eq!(
        rule(node.ledger.run_now(|ledger, pending| ledger.act(pending, &command, &bo))),
        "by-themself"
    );
}

#[test]
fn a_proof_before_something_grave_is_recorded_and_uses_the_count_up() {
    let mut node = Node::with(&["Amara Olin"]);
    let mut token = node.enrolled("Amara Olin");
    token.count = 3;
    let again = node.answer(&mut token, None).unwrap();
    assert_eq!(again.means(), SignInMeans::Passkey);
    let record = |node: &mut Node, checked: &Checked| {
        node.ledger.run_now(|ledger, pending| ledger.record_proven_again(pending, checked))
    };
    record(&mut node, &again).unwrap();
    assert_eq!(rule(record(&mut node, &again)), "not-now");
    let amara = node.officer("Amara Olin").record;
    let shown = node.shown(&amara);
    assert!(shown.contains("Prove again"), "{shown}");
}
