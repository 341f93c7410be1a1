//! People of a node: roles that take two administrators, and signing in.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::ledger::{Compared, Ledger};
use comity_app::people::Officer;
use comity_app::queries::verify_journal;
use comity_app::sign_in::{
    Checked, Credentials, Enrolled, Enrolment, NewAuthenticator, NotSignedIn, PasswordHash, Second,
    TotpSecret,
};
use comity_domain::act::SECRET;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use comity_store::Reader as _;
use comity_store::faults::FaultPlan;
use comity_testkit::Seeded;
use comity_testkit::node::{NOW, Station};

const PASSWORD: &str = "four lamps by the old quay";
const MINUTE: i64 = 60_000;

/// A node with people, whose clock moves when it is told to.
struct Node {
    station: Station,
    ledger: Ledger,
    entropy: Seeded,
    now: Timestamp,
}

/// What a person who has enrolled keeps.
struct Person {
    record: MatterId,
    name: &'static str,
    totp: TotpSecret,
    recovery: Vec<String>,
}

impl Node {
    fn new() -> Self {
        let station = Station::new("xa.liaison", "XA", 1, FaultPlan::new());
        let mut ledger = station.open(Compared::WithEverybody).unwrap();
        ledger.run_now(|ledger, pending| ledger.set_up(pending)).unwrap();
        Self { station, ledger, entropy: Seeded::new(7), now: NOW }
    }

    fn later(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
        self.station.clock.set(self.now);
    }

    /// The node's operator enlists somebody.
    fn enlist(&mut self, name: &str, roles: &[Role]) -> MatterId {
        self.ledger.run_now(|ledger, pending| ledger.add_officer(pending, name, roles)).unwrap()
    }

    fn officer(&mut self, name: &str) -> Officer {
        self.ledger.officer(Some(name)).unwrap()
    }

    fn roles(&mut self, name: &str) -> Vec<String> {
        self.officer(name).roles.iter().map(ToString::to_string).collect()
    }

    fn invite(&mut self, name: &str, by: Option<&str>) -> Result<String, Failure> {
        let record = self.officer(name).record;
        let by = by.map(|by| self.officer(by));
        self.ledger
            .run_now(|ledger, pending| ledger.invite(pending, &record, by.as_ref()))
            .map(|invitation| invitation.code.to_string())
    }

    /// Goes through the pages of an enrolment up to the last step.
    fn begin(&mut self, code: &str, password: &str) -> Option<(Enrolled, TotpSecret)> {
        let invited = self.ledger.invited(code).unwrap().ok()?;
        let authenticator = NewAuthenticator::draw(&mut self.entropy);
        let enrolment = Enrolment::begin(invited, password, [3; 16], authenticator).unwrap();
        let totp = enrolment.secret().clone();
        assert!(enrolment.confirm("000000", self.now, &mut self.entropy).is_none());
        let enrolled = enrolment.confirm(&totp.code_at(self.now), self.now, &mut self.entropy).unwrap();
        Some((enrolled, totp))
    }

    fn enrol(&mut self, name: &'static str, code: &str) -> Person {
        let (enrolled, totp) = self.begin(code, PASSWORD).unwrap();
        let officer = self.ledger.run_now(|ledger, pending| ledger.enrol(pending, &enrolled)).unwrap();
        let recovery = enrolled.recovery().codes().iter().map(ToString::to_string).collect();
        Person { record: officer.record, name, totp, recovery }
    }

    /// Somebody who has enrolled, a minute ago.
    fn enrolled(&mut self, name: &'static str, roles: &[Role]) -> Person {
        self.enlist(name, roles);
        let code = self.invite(name, None).unwrap();
        let person = self.enrol(name, &code);
        self.later(MINUTE);
        person
    }

    fn check(&mut self, name: &str, password: &str, second: Second<'_>) -> Result<Checked, NotSignedIn> {
        self.ledger.credentials(name).unwrap().check(password, second, self.now)
    }

    fn record(&mut self, checked: &Checked) -> Result<Officer, Failure> {
        self.ledger.run_now(|ledger, pending| ledger.record_sign_in(pending, checked))
    }

    fn sign_in(&mut self, person: &Person) -> Result<Officer, Failure> {
        let code = person.totp.code_at(self.now);
        let checked = self.check(person.name, PASSWORD, Second::Totp(&code)).unwrap();
        self.record(&checked)
    }

    /// How many entries still hold a secret.
    fn secrets(&self) -> usize {
        let entries = self.station.disk.entries();
        let parts = entries.iter().flat_map(|(entry, _)| self.station.disk.parts(entry).unwrap());
        parts.filter(|part| part.label.as_str() == SECRET).count()
    }
}

fn rule<T>(outcome: Result<T, Failure>) -> &'static str {
    match outcome {
        Err(Failure::Refused(refusal)) => refusal.rule.code,
        Err(other) => panic!("{other}"),
        Ok(_) => "-",
    }
}

/// A node with two administrators and one officer.
fn with_administrators() -> Node {
    let mut node = Node::new();
    node.enlist("Ada Brook", &[Role::Administrator]);
    node.enlist("Bern Coll", &[Role::Administrator]);
    node.enlist("Cora Dunn", &[Role::Officer]);
    node
}

#[test]
fn roles_are_proposed_by_one_administrator_and_granted_by_another() {
    let mut node = with_administrators();
    let (ada, bern, cora) = (node.officer("Ada Brook"), node.officer("Bern Coll"), node.officer("Cora Dunn"));
    let record = cora.record;
    let propose = |ledger: &mut Ledger, by: &Officer| {
        ledger.run_now(|ledger, pending| {
            ledger.propose_roles(pending, &record, &[Role::Desk, Role::Supervisor], by)
        })
    };
    let grant = |ledger: &mut Ledger, by: &Officer| {
        ledger.run_now(|ledger, pending| ledger.grant_roles(pending, &record, by))
    };
    assert_eq!(rule(grant(&mut node.ledger, &bern)), "wrong-target", "nothing is proposed");
    propose(&mut node.ledger, &ada).unwrap();
    assert_eq!(node.roles("Cora Dunn"), ["officer"], "a proposal gives nothing");
    assert_eq!(rule(grant(&mut node.ledger, &ada)), "second-person");
    assert_eq!(rule(grant(&mut node.ledger, &cora)), "role");
    grant(&mut node.ledger, &bern).unwrap();
    assert_eq!(node.roles("Cora Dunn"), ["desk", "supervisor"]);
    assert_eq!(rule(grant(&mut node.ledger, &bern)), "wrong-target", "it is granted once");
}

#[test]
fn nobody_gives_themself_roles_or_an_invitation() {
    let mut node = with_administrators();
    let (ada, bern) = (node.officer("Ada Brook"), node.officer("Bern Coll"));
    let own = ada.record;
    let all = [Role::Administrator, Role::Supervisor];
    let refused = node.ledger.run_now(|ledger, pending| ledger.propose_roles(pending, &own, &all, &ada));
    assert_eq!(rule(refused), "own-access");
    node.ledger.run_now(|ledger, pending| ledger.propose_roles(pending, &own, &all, &bern)).unwrap();
    let refused = node.ledger.run_now(|ledger, pending| ledger.grant_roles(pending, &own, &ada));
    assert_eq!(rule(refused), "own-access");
    assert_eq!(rule(node.invite("Ada Brook", Some("Ada Brook"))), "own-access");
    assert_eq!(rule(node.invite("Ada Brook", Some("Cora Dunn"))), "role");
    assert!(node.invite("Ada Brook", Some("Bern Coll")).is_ok());
}

#[test]
fn an_administrator_enlists_without_roles_and_only_the_operator_assigns_alone() {
    let mut node = with_administrators();
    let ada = node.officer("Ada Brook");
    let act = |node: &mut Node, record, act: &str, toml: &str, by: &Officer| {
        let command =
            comity_app::commands::ActCommand { matter: record, act: act.into(), toml: Some(toml.into()) };
        node.ledger.run_now(|ledger, pending| ledger.act(pending, &command, by))
    };
    let record =
        node.ledger.run_now(|ledger, pending| ledger.enlist_officer(pending, "Dario Esk", &ada)).unwrap();
    assert_eq!(node.roles("Dario Esk"), Vec::<String>::new());
    assert_eq!(rule(act(&mut node, record, "assign-roles", "roles = [\"desk\"]", &ada)), "second-person");
    let cora = node.officer("Cora Dunn");
    let refused = node.ledger.run_now(|ledger, pending| ledger.enlist_officer(pending, "Eve Fall", &cora));
    assert_eq!(rule(refused), "role");
    node.ledger.run_now(|ledger, pending| ledger.assign_roles(pending, &record, &[Role::Desk])).unwrap();
    assert_eq!(node.roles("Dario Esk"), ["desk"]);
    assert_eq!(rule(act(&mut node, record, "dismiss", "", &cora)), "role");
    assert_eq!(rule(act(&mut node, record, "dismiss", "", &ada)), "-");
    assert!(node.ledger.officer(Some("Dario Esk")).is_err());
}

#[test]
fn an_invited_officer_chooses_what_to_sign_in_with_and_signs_in() {
    let mut node = Node::new();
    assert!(!node.ledger.anybody_can_sign_in().unwrap());
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    assert!(node.ledger.anybody_can_sign_in().unwrap());
    let officer = node.sign_in(&amara).unwrap();
    assert_eq!((officer.record, officer.name.as_str()), (amara.record, "Amara Olin"));
    let known = node.ledger.credentials_of(&amara.record).unwrap().check_password(PASSWORD).unwrap();
    assert_eq!(known.record(), amara.record);
    assert!(node.ledger.run_now(|ledger, _| verify_journal(ledger)).unwrap().clean);
}

#[test]
fn a_wrong_password_a_wrong_code_and_a_name_nobody_bears_read_alike() {
    let mut node = Node::new();
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    node.enlist("Not Invited", &[Role::Officer]);
    let code = amara.totp.code_at(node.now);
    for (name, password, code) in [
        ("Amara Olin", "four lamps by the new quay", code.as_str()),
        ("Amara Olin", PASSWORD, "000000"),
        ("Nobody", PASSWORD, code.as_str()),
        ("Not Invited", PASSWORD, code.as_str()),
    ] {
        assert_eq!(node.check(name, password, Second::Totp(code)).unwrap_err(), NotSignedIn, "{name}");
    }
    assert_eq!(Credentials::of_nobody().check_password("").unwrap_err(), NotSignedIn);
    assert!(node.check("Amara Olin", PASSWORD, Second::Totp(&code)).is_ok());
}

#[test]
fn a_code_that_was_taken_is_not_taken_again_even_by_two_at_once_or_after_a_start() {
    let mut node = Node::new();
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    let code = amara.totp.code_at(node.now);
    let one = node.check("Amara Olin", PASSWORD, Second::Totp(&code)).unwrap();
    let other = node.check("Amara Olin", PASSWORD, Second::Totp(&code)).unwrap();
    node.record(&one).unwrap();
    assert_eq!(rule(node.record(&other)), "not-now");
    node.ledger = node.station.open(Compared::WithEverybody).unwrap();
    assert_eq!(node.check("Amara Olin", PASSWORD, Second::Totp(&code)).unwrap_err(), NotSignedIn);
    node.later(MINUTE);
    node.sign_in(&amara).unwrap();
}

#[test]
fn the_code_that_confirmed_an_authenticator_does_not_sign_in() {
    let mut node = Node::new();
    node.enlist("Amara Olin", &[Role::Officer]);
    let invitation = node.invite("Amara Olin", None).unwrap();
    let amara = node.enrol("Amara Olin", &invitation);
    let code = amara.totp.code_at(node.now);
    assert_eq!(node.check("Amara Olin", PASSWORD, Second::Totp(&code)).unwrap_err(), NotSignedIn);
}

#[test]
fn a_recovery_code_stands_in_for_the_authenticator_once() {
    let mut node = Node::new();
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    let second = Second::Recovery(&amara.recovery[4]);
    let one = node.check("Amara Olin", PASSWORD, second).unwrap();
    let other = node.check("Amara Olin", PASSWORD, second).unwrap();
    assert_eq!(node.check("Amara Olin", "not the password", second).unwrap_err(), NotSignedIn);
    node.record(&one).unwrap();
    assert_eq!(rule(node.record(&other)), "not-now");
    assert_eq!(node.check("Amara Olin", PASSWORD, second).unwrap_err(), NotSignedIn);
    assert!(node.check("Amara Olin", PASSWORD, Second::Recovery(&amara.recovery[5])).is_ok());
}

#[test]
fn an_invitation_is_taken_up_once_in_time_and_the_latest_one_only() {
    let mut node = Node::new();
    node.enlist("Amara Olin", &[Role::Officer]);
    let overtaken = node.invite("Amara Olin", None).unwrap();
    let code = node.invite("Amara Olin", None).unwrap();
    assert!(node.begin(&overtaken, PASSWORD).is_none());
    assert!(node.begin("0000-0000", PASSWORD).is_none());
    let (one, _) = node.begin(&code, PASSWORD).unwrap();
    let (other, _) = node.begin(&code, "another password of somebody").unwrap();
    node.ledger.run_now(|ledger, pending| ledger.enrol(pending, &one)).unwrap();
    assert_eq!(rule(node.ledger.run_now(|ledger, pending| ledger.enrol(pending, &other))), "not-now");
    assert!(node.begin(&code, PASSWORD).is_none());

    let late = node.invite("Amara Olin", None).unwrap();
    let (too_late, _) = node.begin(&late, PASSWORD).unwrap();
    node.later(73 * 60 * MINUTE);
    assert!(node.begin(&late, PASSWORD).is_none());
    assert_eq!(rule(node.ledger.run_now(|ledger, pending| ledger.enrol(pending, &too_late))), "not-now");
}

#[test]
fn who_enrols_anew_leaves_nothing_behind_that_opens_anything() {
    let mut node = Node::new();
    let before = node.enrolled("Amara Olin", &[Role::Officer]);
    assert_eq!(
        node.secrets(),
        3,
        "password, authenticator and recovery codes; the invitation's code is gone"
    );
    let began = node.sign_in(&before).unwrap().endings;
    node.later(MINUTE);
    let code = node.invite("Amara Olin", None).unwrap();
    // An invitation alone changes nothing for who still signs in.
    node.sign_in(&before).unwrap();
    let after = node.enrol("Amara Olin", &code);
    node.later(MINUTE);
    assert_eq!(node.secrets(), 3, "what was superseded is erased");
    assert!(node.officer("Amara Olin").endings > began, "sessions that had begun are over");
    let old = before.totp.code_at(node.now);
    assert!(node.check("Amara Olin", PASSWORD, Second::Totp(&old)).is_err());
    assert!(node.check("Amara Olin", PASSWORD, Second::Recovery(&before.recovery[0])).is_err());
    node.sign_in(&after).unwrap();
    assert!(node.ledger.run_now(|ledger, _| verify_journal(ledger)).unwrap().clean);
}

#[test]
fn an_officer_changes_what_they_sign_in_with_and_nobody_else_does() {
    let mut node = Node::new();
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    let bo = node.enrolled("Bo Reyes", &[Role::Administrator]);
    node.invite("Amara Olin", Some("Bo Reyes")).unwrap();
    let officer = node.sign_in(&amara).unwrap();
    let password = PasswordHash::of("a kettle sings at seven", "Amara Olin", [4; 16]).unwrap();
    let waiting = {
        let code = amara.totp.code_at(node.now.plus_millis(30_000));
        node.check("Amara Olin", PASSWORD, Second::Totp(&code)).unwrap()
    };
    let changed =
        node.ledger.run_now(|ledger, pending| ledger.set_password(pending, &officer, &password)).unwrap();
    assert_eq!(changed.endings, officer.endings + 1);
    assert_eq!(rule(node.record(&waiting)), "not-now", "checked against the password before");
    assert_eq!(
        node.check("Amara Olin", PASSWORD, Second::Recovery(&amara.recovery[0])).unwrap_err(),
        NotSignedIn
    );
    let checked = node.check("Amara Olin", "a kettle sings at seven", Second::Recovery(&amara.recovery[0]));
    node.record(&checked.unwrap()).unwrap();

    let administrator = node.officer(bo.name);
    for (act, toml) in [
        ("set-password", "password = \"x\""),
        ("sign-in", "means = \"demo\""),
        ("use-recovery-code", "number = 2"),
    ] {
        let command = comity_app::commands::ActCommand {
            matter: amara.record,
            act: act.into(),
            toml: Some(toml.into()),
        };
        let written = node.ledger.run_now(|ledger, pending| ledger.act(pending, &command, &administrator));
        assert!(matches!(written, Err(Failure::Compose(_))), "{act} is written by hand");
    }
    let command = comity_app::commands::ActCommand {
        matter: amara.record,
        act: "remove-passkey".into(),
        toml: Some(String::new()),
    };
    let refused = node.ledger.run_now(|ledger, pending| ledger.act(pending, &command, &administrator));
    assert_eq!(rule(refused), "wrong-target");
}

#[test]
fn sessions_end_by_the_officer_by_an_administrator_and_by_dismissal() {
    let mut node = with_administrators();
    let (ada, bern, cora) = (node.officer("Ada Brook"), node.officer("Bern Coll"), node.officer("Cora Dunn"));
    let end = |node: &mut Node, of: MatterId, by: &Officer| {
        node.ledger.run_now(|ledger, pending| ledger.end_sessions(pending, &of, by))
    };
    end(&mut node, cora.record, &cora).unwrap();
    end(&mut node, cora.record, &ada).unwrap();
    assert_eq!(node.officer("Cora Dunn").endings, cora.endings + 2);
    assert_eq!(rule(end(&mut node, bern.record, &cora)), "role");
    node.ledger.run_now(|ledger, pending| ledger.dismiss(pending, &cora.record, &ada)).unwrap();
    assert_eq!(node.ledger.officer_of(&cora.record).unwrap(), None);
    assert_eq!(rule(end(&mut node, cora.record, &ada)), "not-now");
}

#[test]
fn a_demonstration_says_that_nothing_was_checked() {
    let mut node = with_administrators();
    let cora = node.officer("Cora Dunn");
    let played =
        node.ledger.run_now(|ledger, pending| ledger.record_demo_sign_in(pending, &cora.record)).unwrap();
    assert_eq!(played, cora);
    let words = Words::new(Lang::En, &standard());
    let page = format!("{:?}", node.ledger.show_matter(&cora.record, &words).unwrap().timeline);
    assert!(page.contains("Demonstration, without any check"), "{page}");
}

#[test]
fn no_page_and_no_proof_shows_a_secret() {
    let mut node = Node::new();
    let amara = node.enrolled("Amara Olin", &[Role::Officer]);
    node.sign_in(&amara).unwrap();
    for lang in [Lang::En, Lang::Zh] {
        let words = Words::new(lang, &standard());
        let page = format!("{:?}", node.ledger.show_matter(&amara.record, &words).unwrap());
        assert!(page.contains("Amara Olin") || page.contains("officer"), "{page}");
        let code = &amara.recovery[0];
        for secret in ["argon2id", code.as_str(), &amara.totp.text()] {
            assert!(!page.contains(secret), "{page}");
        }
    }
    let listed = format!("{:?}", node.ledger.list_officers().unwrap());
    assert!(listed.contains("Amara Olin") && !listed.contains("argon2id"));
}
