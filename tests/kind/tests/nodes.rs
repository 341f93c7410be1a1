//! A gathering between whole nodes: opened with three parties, a fourth admitted, one removed while it writes, and content
//! that is for some of them alone.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use comity_app::Failure;
use comity_app::commands::{ActCommand, Outcome};
use comity_app::ledger::NewEntry;
use comity_app::queries::MatterPage;
use comity_domain::engine::{AdmitStructure, Kinds, Standing};
use comity_domain::matters::standard;
use comity_domain::words::{Lang, Words};
use comity_journal::cbor;
use comity_journal::entry::{Entry, Lane};
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;
use comity_journal::verify::{Outcome as ProofOutcome, verify};
use comity_kind_of_another_house::gathering::GatheringKind;
use comity_store::Recorded;
use comity_store::faults::FaultPlan;
use comity_testkit::node::{Desk, Person, Station, Three};

fn kinds() -> Kinds {
    standard().with::<GatheringKind>()
}

/// The convenor's node, and three others; each has all others for partners.
struct Four {
    a: Desk,
    b: Desk,
    c: Desk,
    d: Desk,
}

const OFFICERS: [&str; 4] = ["Amara Olin", "Chen Ning", "Emil Sand", "Gil Tamm"];
const SECOND: [&str; 4] = ["Bo Reyes", "Dara Vong", "Fen Ilar", "Hana Uribe"];

impl Four {
    fn met() -> Self {
        let stations = [
            ("xa.liaison", "XA", 1),
            ("xb.liaison", "XB", 2),
            ("xc.liaison", "XC", 3),
            ("xd.liaison", "XD", 4),
        ]
        .map(|(label, seat, seed)| Station::new(label, seat, seed, FaultPlan::new()).knowing(kinds));
        let names = ["A", "B", "C", "D"].map(|name| format!("Country {name}"));
        let [a, b, c, d] = [0, 1, 2, 3].map(|i: usize| {
            let people: [Person; 2] =
                [(OFFICERS[i], &["officer", "desk"]), (SECOND[i], &["supervisor", "legal"])];
            let others = (0..4).filter(|j| *j != i);
            let partners: Vec<_> = others.map(|j| (stations[j].card.clone(), names[j].clone())).collect();
            Desk::settled(stations[i].clone(), people, &partners)
        });
        Self { a, b, c, d }
    }

    fn all(&self) -> [&Desk; 4] {
        [&self.a, &self.b, &self.c, &self.d]
    }

    fn which(&self, desk: &Desk) -> usize {
        self.all().into_iter().position(|known| known.agency == desk.agency).unwrap()
    }

    /// A convenes B and C, and it has not travelled yet.
    fn convened(&self) -> MatterId {
        let matter = self.a.run(|ledger, pending| {
            let officer = ledger.officer(Some(OFFICERS[0]))?;
            let partners = [ledger.partner("Country B")?, ledger.partner("Country C")?];
            let toml = "title = \"One text\"";
            let drafted = ledger.draft_opening_with(pending, "gathering", &partners, toml, &officer)?;
            let open = ActCommand { matter: drafted.matter, act: drafted.act, toml: None };
            ledger.act(pending, &open, &officer)
        });
        let matter = matter.unwrap().matter;
        signed(self.a.act(matter, "approve", None, SECOND[0]).unwrap().outcome);
        matter
    }

    /// An act that needs nobody's approval.
    fn acts(&self, desk: &Desk, matter: MatterId, act: &str, toml: &str) -> Hash {
        signed(desk.act(matter, act, Some(toml), OFFICERS[self.which(desk)]).unwrap().outcome)
    }

    /// The convenor admits or removes; the second person's approval signs it.
    fn steers(&self, matter: MatterId, act: &str, toml: &str) -> Hash {
        let kept = self.a.act(matter, act, Some(toml), OFFICERS[0]).unwrap().outcome;
        assert!(matches!(kept, Outcome::Kept(..)), "{kept:?}");
        signed(self.a.act(matter, "approve", None, SECOND[0]).unwrap().outcome)
    }

    fn sync_all(&self, among: &[&Desk]) {
        for _ in 0..3 {
            for from in among {
                for to in among.iter().filter(|to| to.agency != from.agency) {
                    Three::sync(from, to).unwrap();
                }
            }
        }
    }
}

fn signed(outcome: Outcome) -> Hash {
    match outcome {
        Outcome::Signed(entry) => entry,
        other => panic!("it was to be signed: {other:?}"),
    }
}

fn state(desk: &Desk, matter: MatterId) -> String {
    let digest = desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.digest())).unwrap();
    digest.lines().enumerate().filter(|(line, _)| *line != 1).map(|(_, line)| line).collect()
}

fn standing(desk: &Desk, matter: MatterId, entry: Hash) -> Standing {
    desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.standing(&entry))).unwrap()
}

fn has(desk: &Desk, matter: MatterId, entry: Hash) -> bool {
    desk.run(move |ledger, _| Ok(ledger.matter(&matter)?.entry(&entry).is_some())).unwrap()
}

/// The labels of the parts of an entry that a node holds.
fn content(desk: &Desk, entry: Hash) -> Vec<String> {
    let parts = desk.disk.look(|kept| kept.parts(&entry)).unwrap();
    parts.iter().map(|part| part.label.to_string()).collect()
}

fn page(desk: &Desk, matter: MatterId) -> MatterPage {
    desk.run(move |ledger, _| ledger.show_matter(&matter, &Words::new(Lang::En, &kinds()))).unwrap()
}

fn field<'p>(page: &'p MatterPage, entry: Hash, name: &str) -> Option<&'p str> {
    let line = page.timeline.iter().find(|line| line.entry == entry.to_string())?;
    line.fields.iter().find(|field| field.name == name).map(|field| field.value.as_str())
}

fn rule(result: Result<impl std::fmt::Debug, Failure>) -> &'static str {
    match result.unwrap_err() {
        Failure::Refused(refusal) => refusal.rule.code,
        other => panic!("{other}"),
    }
}

const FINDINGS: &str = "places = 2\nsummary = \"Two flats.\"\nfindings = \"Names and numbers.\"\n\
    [only_for]\nfindings = [\"Country A\"]\n";

#[test]
fn what_is_for_one_party_alone_reaches_no_other_and_every_status_is_the_same() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b]);
    let told = four.acts(&four.b, matter, "report", FINDINGS);
    // C hears of it from A alone, who has all of it.
    Three::sync(&four.b, &four.a).unwrap();
    assert_eq!(content(&four.a, told), ["findings", "summary"]);
    Three::sync(&four.a, &four.c).unwrap();
    Three::sync(&four.c, &four.a).unwrap();
    assert!(has(&four.c, matter, told), "what was done goes to all");
    assert_eq!(content(&four.c, told), ["summary"]);
    four.sync_all(&[&four.a, &four.b, &four.c]);
    assert_eq!(content(&four.c, told), ["summary"], "nor from its author");
    for desk in [&four.a, &four.b, &four.c] {
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(page(desk, matter).marks, ["Several places have been searched"]);
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
    let read = |desk, name| field(&page(desk, matter), told, name).map(str::to_owned);
    assert_eq!(read(&four.a, "findings").unwrap(), "Names and numbers.");
    assert_eq!(read(&four.b, "findings").unwrap(), "Names and numbers.");
    assert_eq!(read(&four.c, "findings").unwrap(), "(withheld: this was not addressed to us)");
    assert_eq!(read(&four.c, "summary").unwrap(), "Two flats.");
}

#[test]
fn a_translation_is_for_those_alone_that_its_original_is_for() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let told = "places = 1\nfindings = \"Names.\"\n\
        [[translations]]\noriginal = \"findings\"\nfrom = \"en\"\ninto = \"fr\"\ntranslation = \"Des noms.\"\n\
        declared = \"human\"\n[only_for]\nfindings = [\"Country A\"]\n";
    let told = four.acts(&four.b, matter, "report", told);
    four.sync_all(&[&four.a, &four.b, &four.c]);
    assert_eq!(content(&four.a, told), ["findings", "translation-1"]);
    assert_eq!(content(&four.c, told), Vec::<String>::new());
    // Asked back it is of those who were given it.
    let asked = format!("of = \"{told}\"\nground = \"wrong\"");
    four.b.act(matter, "recall", Some(&asked), OFFICERS[1]).unwrap();
    signed(four.b.act(matter, "approve", None, SECOND[1]).unwrap().outcome);
    let recalled = page(&four.b, matter).recalls;
    assert_eq!(recalled.len(), 1);
    assert_eq!(recalled[0].holders.len(), 1, "A has to answer, C has nothing to give up");
}

#[test]
fn what_cannot_be_withheld_is_told_and_nothing_is_signed() {
    let four = Four::met();
    let matter = four.convened();
    for (wrong, why) in [
        ("places = 1\n[only_for]\nplaces = [\"Country B\"]\n", "content"),
        ("places = 1\n[only_for]\nnothing = [\"Country B\"]\n", "content"),
        ("places = 1\nsummary = \"x\"\n[only_for]\nsummary = [\"Country D\"]\n", "no party"),
        ("places = 1\nsummary = \"x\"\n[only_for]\nsummary = []\n", "list of parties"),
        ("places = 1\nonly_for = 3\n", "names fields"),
    ] {
        let refused = four.a.act(matter, "report", Some(wrong), OFFICERS[0]).unwrap_err().to_string();
        assert!(refused.contains(why), "{wrong}: {refused}");
    }
    assert_eq!(page(&four.a, matter).timeline.iter().filter(|line| line.act == "report").count(), 0);
}

#[test]
fn a_fourth_party_is_admitted_and_has_the_matter_from_its_beginning_but_no_content_from_before() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let before = four.acts(&four.b, matter, "report", "places = 1\nsummary = \"One flat.\"");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let word = "agency = \"Country D\"\nrole = \"member\"\ntext = \"Between us.\"\n\
        [only_for]\ntext = [\"Country B\"]\n";
    let admitted = four.steers(matter, "admit", word);
    Three::sync(&four.a, &four.d).unwrap();
    assert_eq!(state(&four.d, matter), state(&four.a, matter));
    assert_eq!(standing(&four.d, matter, admitted), Standing::Valid);
    assert_eq!(content(&four.d, before), Vec::<String>::new());
    assert!(content(&four.d, admitted).is_empty(), "the draft kept for whom its word was");
    // D says something; B hears of the admission from D, before A has told it.
    let said = four.acts(&four.d, matter, "report", "places = 1\nsummary = \"One house.\"");
    assert!(!has(&four.b, matter, admitted));
    Three::sync(&four.d, &four.b).unwrap();
    assert_eq!(standing(&four.b, matter, said), Standing::Valid);
    assert_eq!(content(&four.b, said), ["summary"]);
    assert_eq!(four.b.incidents(), Vec::<String>::new());
    let after = four.acts(&four.b, matter, "report", "places = 1\nsummary = \"A cellar.\"");
    four.sync_all(&four.all());
    assert_eq!(content(&four.d, after), ["summary"]);
    assert_eq!(content(&four.b, admitted), ["reply"]);
    assert_eq!(content(&four.d, before), Vec::<String>::new(), "from nobody it asks either");
    let said = field(&page(&four.b, matter), admitted, "agency").map(str::to_owned);
    assert_eq!(said.unwrap(), "Country D");
    assert_eq!(field(&page(&four.b, matter), admitted, "role").unwrap(), "a member");
    for desk in four.all() {
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(page(desk, matter).line.with.len(), 3);
        assert_eq!(desk.incidents(), Vec::<String>::new());
        assert!(desk.journal().clean);
    }
    let proof = four.c.run(move |ledger, _| ledger.export_proof(&matter, false)).unwrap();
    let findings = verify(&proof, &four.all().map(|desk| desk.card.fingerprint()));
    assert_eq!(findings.outcome, ProofOutcome::Intact);
    let own_proof = four.d.run(move |ledger, _| ledger.export_proof(&matter, true)).unwrap();
    let found = verify(&own_proof, &four.all().map(|desk| desk.card.fingerprint()));
    let of_before =
        found.acts.iter().find(|act| act.entry.hash == before).map(|act| format!("{:?}", act.content));
    assert!(of_before.unwrap().contains("Withheld"), "what was never given is not said to be erased");
    let lane = findings.lanes.iter().find(|lane| lane.party == four.d.agency).unwrap();
    assert_eq!(lane.role.as_ref().unwrap().as_str(), "member");
    // Everything is here: nobody asks for more.
    let again = Three::sync(&four.b, &four.d).unwrap();
    assert_eq!((again.requests, again.asked), (1, 0));
}

#[test]
fn a_party_hears_of_its_admission_from_another_that_it_meets_first() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b]);
    let before = four.acts(&four.b, matter, "report", "places = 1\nsummary = \"One flat.\"");
    let admitted = four.steers(matter, "admit", "agency = \"Country D\"\nrole = \"member\"");
    Three::sync(&four.a, &four.b).unwrap();
    Three::sync(&four.d, &four.b).unwrap();
    assert_eq!(standing(&four.d, matter, admitted), Standing::Valid);
    assert_eq!(state(&four.d, matter), state(&four.b, matter));
    assert!(has(&four.d, matter, before) && content(&four.d, before).is_empty());
    four.acts(&four.d, matter, "report", "places = 1\nsummary = \"One house.\"");
    four.sync_all(&four.all());
    for desk in four.all() {
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
}

#[test]
fn a_party_that_was_admitted_may_reach_another_before_the_opening_does() {
    let four = Four::met();
    let matter = four.convened();
    let admitted = four.steers(matter, "admit", "agency = \"Country D\"\nrole = \"member\"");
    Three::sync(&four.a, &four.d).unwrap();
    let said = four.acts(&four.d, matter, "report", "places = 1\nsummary = \"One house.\"");
    // B has been a party from the beginning, and has heard nothing of it yet.
    Three::sync(&four.d, &four.b).unwrap();
    assert_eq!(four.b.incidents(), Vec::<String>::new());
    Three::sync(&four.b, &four.d).unwrap();
    assert_eq!(standing(&four.b, matter, said), Standing::Valid, "what D holds of it came when it was asked");
    four.sync_all(&four.all());
    for desk in four.all() {
        assert_eq!(standing(desk, matter, admitted), Standing::Valid);
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
}

#[test]
fn a_party_of_a_release_that_does_not_know_the_kind_is_admitted_and_keeps_all_it_is_given() {
    let mut four = Four::met();
    four.d.upgrade(standard);
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    four.acts(&four.b, matter, "report", "places = 1\nsummary = \"One flat.\"");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    four.steers(matter, "admit", "agency = \"Country D\"\nrole = \"member\"");
    four.sync_all(&four.all());
    assert_eq!(four.d.incidents(), ["too-new"], "what B wrote comes from A, and is kept like the rest");
    assert_eq!(four.a.incidents(), Vec::<String>::new());
    four.d.upgrade(kinds);
    four.sync_all(&four.all());
    assert_eq!(state(&four.d, matter), state(&four.a, matter));
}

#[test]
fn what_an_agency_writes_that_the_convenor_never_admitted_is_taken_by_nobody() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    // B, who may not, says that D is admitted, and hands it the matter.
    let d = four.d.agency;
    let admits = AdmitStructure { agency: d, role: serde_json::from_str("\"member\"").unwrap() };
    let said = forges(OFFICERS[1], &four.b, matter, "admit", cbor::encode(&admits));
    four.sync_all(&[&four.a, &four.b, &four.c]);
    assert_eq!(standing(&four.c, matter, said), Standing::Void("convenor"));
    let given = four.b.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
        Recorded::Entry { bytes, matter: of, lane, .. } if of == matter && lane.is_shared() => {
            Entry::read(&bytes).ok()
        }
        _ => None,
    });
    let (given, b): (Vec<_>, _) = (given.collect(), four.b.agency);
    let given = four.d.run(move |ledger, pending| {
        given
            .into_iter()
            .try_for_each(|entry| ledger.append_received(pending, b, entry, Vec::new()).map(drop))
    });
    given.unwrap();
    let written = forges(
        OFFICERS[3],
        &four.d,
        matter,
        "report",
        vec![0xa1, 0x66, b'p', b'l', b'a', b'c', b'e', b's', 7],
    );
    Three::sync(&four.d, &four.c).unwrap();
    Three::sync(&four.d, &four.a).unwrap();
    for desk in [&four.a, &four.c] {
        assert!(!has(desk, matter, written));
        assert!(page(desk, matter).marks.is_empty());
        assert_eq!(desk.incidents(), ["bad-entry"], "set aside, and people hear of it");
    }
    let asked = four.c.run(move |ledger, _| Ok(ledger.matter(&matter)?.may_be_given(&d, &said))).unwrap();
    assert!(!asked);
}

/// What a node signs whose people do not keep to the rules.
fn forges(
    officer: &'static str,
    desk: &Desk,
    matter: MatterId,
    act: &'static str,
    structure: Vec<u8>,
) -> Hash {
    let (secret, us) = (desk.keys().pseudonyms, desk.agency);
    let forged = desk.run(move |ledger, pending| {
        let by = ledger.officer(Some(officer))?.acting_in(&*secret, &matter);
        let new = NewEntry {
            matter,
            kind: Token::literal("gathering"),
            rules: 1,
            lane: Lane::Shared(us),
            act: Token::literal(act),
            structure,
            parts: Vec::new(),
            by,
            approved: Vec::new(),
            relied: Vec::new(),
            opening: None,
            handling: Token::literal("h1"),
        };
        ledger.append_own(pending, new)
    });
    forged.unwrap()
}

#[test]
fn a_party_is_removed_while_it_writes_and_every_node_comes_to_the_same() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let counted = four.acts(&four.c, matter, "report", "places = 1\nsummary = \"One flat.\"");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let gone = "party = \"Country C\"\nground = \"terms-not-kept\"\ntext = \"As we said.\"";
    let removed = four.steers(matter, "remove", gone);
    let meanwhile = four.acts(&four.c, matter, "report", "places = 1\nsummary = \"Another.\"");
    let blind = four.acts(&four.b, matter, "report", "places = 0\nsummary = \"Nothing.\"");
    // C tells B, who does not know of the removal yet either.
    Three::sync(&four.c, &four.b).unwrap();
    Three::sync(&four.a, &four.b).unwrap();
    let knowing = four.acts(&four.b, matter, "report", "places = 0\nsummary = \"Still nothing.\"");
    // C hears of it from B, to whom A has told it.
    four.sync_all(&[&four.b, &four.c]);
    assert!(has(&four.c, matter, removed), "it is to know");
    assert!(has(&four.c, matter, blind), "and to have what was written before that was known");
    assert!(!has(&four.c, matter, knowing), "and nothing behind it");
    assert_eq!(rule(four.c.act(matter, "report", Some("places = 1"), OFFICERS[2])), "removed");
    let shown = page(&four.c, matter);
    assert!(shown.marks[0].starts_with("We were removed from this matter"), "{:?}", shown.marks);
    assert_eq!(content(&four.c, removed), ["reply"], "and why");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    assert!(!has(&four.c, matter, knowing));
    for desk in [&four.a, &four.b] {
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(page(desk, matter).marks, ["One place has been searched"]);
        for entry in [counted, removed, meanwhile, blind, knowing] {
            assert_eq!(standing(desk, matter, entry), Standing::Valid);
        }
        assert_eq!(desk.incidents(), Vec::<String>::new());
    }
    for (from, to) in [(&four.c, &four.a), (&four.c, &four.b), (&four.b, &four.c)] {
        let again = Three::sync(from, to).unwrap();
        assert_eq!((again.requests, again.asked), (1, 0), "one small request says that nothing is missing");
    }
    // Admitted again, it is given what it missed and goes on.
    four.steers(matter, "admit", "agency = \"Country C\"\nrole = \"member\"");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    assert!(has(&four.c, matter, knowing));
    assert_eq!(content(&four.c, knowing), Vec::<String>::new(), "it was no party then");
    four.acts(&four.c, matter, "report", "places = 0\nsummary = \"We are back.\"");
    four.sync_all(&[&four.a, &four.b, &four.c]);
    for desk in [&four.a, &four.b, &four.c] {
        assert_eq!(state(desk, matter), state(&four.a, matter));
        assert_eq!(page(desk, matter).marks, ["Several places have been searched"]);
    }
}

#[test]
fn only_an_agency_that_was_met_is_admitted_and_the_others_cannot_admit_at_all() {
    let four = Four::met();
    let matter = four.convened();
    four.sync_all(&[&four.a, &four.b, &four.c]);
    let admit = "agency = \"Country D\"\nrole = \"member\"";
    four.b.act(matter, "admit", Some(admit), OFFICERS[1]).unwrap();
    let kept = four.b.act(matter, "approve", None, SECOND[1]).unwrap().outcome;
    assert_eq!(kept.rule().unwrap().code, "convenor");
    let unknown = "agency = \"Country E\"\nrole = \"member\"";
    assert!(four.a.act(matter, "admit", Some(unknown), OFFICERS[0]).is_err());
    let stranger = format!("agency = \"{}\"\nrole = \"member\"", Hash::from_bytes([7; 32]));
    assert!(four.a.act(matter, "admit", Some(&stranger), OFFICERS[0]).is_err());
    four.sync_all(&four.all());
    let known = four.d.run(move |ledger, _| Ok(ledger.matter(&matter).is_ok())).unwrap();
    assert!(!known, "who was never admitted has nothing of it");
}
