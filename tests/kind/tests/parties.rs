//! Parties that are admitted and removed while a gathering goes on: who may do it, what it does to what was written
//! meanwhile, and that in any order of arrival it comes to one state.

use std::collections::BTreeSet;
use std::sync::Arc;

use comity_domain::act::{ActSet as _, Preparation};
use comity_domain::engine::{Facts, Kind as _, Matter, Proposal, SharedAct, Standing};
use comity_domain::gates::{Ceiling, Cover, Refusal};
use comity_journal::entry::{Entry, Header, Lane, Opening, Party, Place, Seen, VERSION};
use comity_journal::ids::{AgencyId, Genesis, Token};
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;
use comity_kind_of_another_house::gathering::{CONVENOR, GatheringAct, GatheringKind, MEMBER};
use comity_testkit::{Agency, Seeded};
use proptest::prelude::*;

type Gathering = Matter<GatheringKind>;
type Spot = (Place, Option<Hash>, Vec<Seen>);

/// The convenor, and three who may be members.
const A: usize = 0;
const B: usize = 1;
const C: usize = 2;
const D: usize = 3;

/// Four agencies, and what each has of one gathering.
struct Table {
    agencies: Vec<Agency>,
    at: Vec<Gathering>,
    opening: Opening,
    now: Timestamp,
    entropy: Seeded,
}

impl Table {
    /// Convened by A with these members; everybody has it.
    fn with(seed: u64, members: &[usize]) -> Self {
        let mut entropy = Seeded::new(seed);
        let labels = [("norrland", "XA"), ("sudmark", "XB"), ("ostrand", "XC"), ("vestby", "XD")];
        let agencies: Vec<_> =
            labels.iter().map(|(label, seat)| Agency::new(label, seat, Suite::Toy, &mut entropy)).collect();
        let def = GatheringKind::DEF;
        let nonce = Hash::from_bytes([u8::try_from(seed % 251).expect("small"); 32]);
        let genesis =
            Genesis { opener: agencies[A].id, kind: Token::literal(def.code), rules: def.rules, nonce };
        let party =
            |of: usize, role| Party { agency: agencies[of].id, role: Token::literal(role), recorder: None };
        let mut parties: Vec<_> = members.iter().map(|member| party(*member, MEMBER)).collect();
        parties.push(party(A, CONVENOR));
        parties.sort();
        let at = agencies.iter().map(|_| Matter::new(genesis.matter())).collect();
        let opening = Opening { genesis, parties, exercise: false, follows: None };
        let mut table =
            Self { agencies, at, opening, now: Timestamp::from_millis(1_795_000_000_000), entropy };
        table.acts(A, "open", "title = \"One text\"").expect("it opens");
        table.tells_all();
        table
    }

    fn id(&self, of: usize) -> AgencyId {
        self.agencies[of].id
    }

    fn lane(&self, of: usize) -> Lane {
        Lane::Shared(self.id(of))
    }

    fn structure(&mut self, of: usize, act: &str, toml: &str) -> Vec<u8> {
        let matter = &self.at[of];
        let latest = |acts: &[&str]| matter.latest(acts);
        let mut preparation = Preparation { entropy: &mut self.entropy, latest: &latest };
        let shared = SharedAct::defs().iter().any(|def| def.code == act);
        let composed = if shared {
            SharedAct::compose(act, toml, &mut preparation)
        } else {
            GatheringAct::compose(act, toml, &mut preparation)
        };
        let structure = composed.expect("a test's text composes").structure;
        self.at[of].with_frontier(&self.id(of), act, structure)
    }

    /// Decides, signs and keeps an act.
    fn acts(&mut self, of: usize, act: &str, toml: &str) -> Result<Hash, Refusal> {
        let structure = self.structure(of, act, toml);
        let opening = (act == "open").then(|| self.opening.clone());
        let facts = Facts {
            now: self.now,
            cover: Cover::NotOnRecord,
            ceiling: Ceiling::Full,
            proposer: self.agencies[of].officer(&self.at[of].id(), "wren", &["officer", "desk"]),
            approvals: vec![self.agencies[of].officer(&self.at[of].id(), "moss", &["supervisor"])],
            packages: BTreeSet::new(),
            own_record: false,
            quarantined: false,
        };
        let proposal = Proposal {
            author: self.id(of),
            lane: self.lane(of),
            act,
            structure: &structure,
            parts: &[],
            opening: opening.as_ref(),
            rules: GatheringKind::DEF.rules,
            draft: None,
        };
        self.at[of].decide(&proposal, &facts)?;
        Ok(self.signs(of, act, structure, None))
    }

    /// Signs and keeps an act, whatever stands against it.
    fn forces(&mut self, of: usize, act: &str, toml: &str) -> Hash {
        let structure = self.structure(of, act, toml);
        self.signs(of, act, structure, None)
    }

    fn signs(&mut self, of: usize, act: &str, structure: Vec<u8>, spot: Option<Spot>) -> Hash {
        let (agency, lane, matter) = (&self.agencies[of], self.lane(of), &self.at[of]);
        let (place, prev, seen) = spot.unwrap_or_else(|| matter.place_for(lane, act, &structure));
        let header = Header {
            v: VERSION,
            suite: agency.signing.suite(),
            matter: matter.id(),
            kind: Token::literal(GatheringKind::DEF.code),
            rules: GatheringKind::DEF.rules,
            lane,
            author: agency.id,
            place,
            prev,
            seen,
            card: agency.card.hash(),
            at: self.now,
            by: agency.officer(&matter.id(), "wren", &["officer", "desk"]),
            approved: Vec::new(),
            handling: Token::literal("h1"),
            act: Token::new(act).expect("an act is a token"),
            structure,
            parts: Vec::new(),
            relied: Vec::new(),
            opening: (act == "open").then(|| self.opening.clone()),
        };
        let entry = Entry::read(Entry::sign(header, &agency.signing).bytes()).expect("it keeps its form");
        self.now = self.now.plus_millis(1000);
        self.at[of].receive(Arc::new(entry.clone()));
        entry.hash()
    }

    /// One is given whatever another has.
    fn tells(&mut self, from: usize, to: usize) {
        let entries: Vec<_> = self.at[from].entries().cloned().collect();
        entries.into_iter().for_each(|entry| self.at[to].receive(entry));
    }

    fn tells_all(&mut self) {
        for (from, to) in
            (0..4).flat_map(|from| (0..4).map(move |to| (from, to))).chain((0..4).map(|of| (D, of)))
        {
            self.tells(from, to);
        }
    }

    fn admit(&mut self, of: usize) -> Result<Hash, Refusal> {
        let toml = admission(self.id(of), MEMBER);
        self.acts(A, "admit", &toml)
    }

    fn remove(&mut self, of: usize) -> Result<Hash, Refusal> {
        let toml = removal(self.id(of));
        self.acts(A, "remove", &toml)
    }

    /// Everybody has come to the same, and this is how it stands.
    #[track_caller]
    fn stands(&self, entry: Hash, as_it_should: Standing) {
        for at in &self.at {
            assert_eq!(at.standing(&entry), as_it_should);
            assert_eq!(at.digest(), self.at[A].digest());
        }
    }

    #[track_caller]
    fn members(&self, are: &[usize]) {
        for at in &self.at {
            let members = at.parties().into_iter().filter(|party| party.role.as_str() == MEMBER);
            let members: BTreeSet<_> = members.map(|party| party.agency).collect();
            assert_eq!(members, are.iter().map(|of| self.id(*of)).collect());
        }
    }
}

fn admission(agency: AgencyId, role: &str) -> String {
    format!("agency = \"{agency}\"\nrole = \"{role}\"")
}

fn removal(party: AgencyId) -> String {
    format!("party = \"{party}\"\nground = \"not-concerned\"")
}

fn rule(result: Result<Hash, Refusal>) -> &'static str {
    result.expect_err("it is refused").rule.code
}

const REPORT: &str = "places = 1";

#[test]
fn a_party_that_is_admitted_writes_from_then_on_and_is_waited_for() {
    let mut table = Table::with(1, &[B, C]);
    table.acts(A, "propose", "text = \"We meet.\"").expect("it is proposed");
    table.tells_all();
    for member in [B, C] {
        table.acts(member, "agree", "").expect("it agrees");
    }
    table.tells_all();
    assert_eq!(table.at[D].cell().status, "agreed");
    let early = table.forces(D, "report", REPORT);
    let admitted = table.admit(D).expect("it is admitted");
    table.tells_all();
    table.stands(early, Standing::Void("foreign-lane"));
    table.stands(admitted, Standing::Valid);
    table.members(&[B, C, D]);
    assert_eq!(table.at[B].cell().status, "proposed", "all are those who are there now");
    let agreed = table.acts(D, "agree", "").expect("it agrees");
    table.tells_all();
    table.stands(agreed, Standing::Valid);
    assert_eq!(table.at[B].cell().status, "agreed");
}

#[test]
fn only_the_convenor_admits_and_removes_and_nobody_removes_the_convenor() {
    let mut table = Table::with(2, &[B, C]);
    let (a, c, d) = (table.id(A), table.id(C), table.id(D));
    for (act, toml) in [("admit", admission(d, MEMBER)), ("remove", removal(c))] {
        assert_eq!(rule(table.acts(B, act, &toml)), "convenor");
        let forced = table.forces(B, act, &toml);
        table.tells_all();
        table.stands(forced, Standing::Void("convenor"));
    }
    table.members(&[B, C]);
    for (act, toml) in [
        ("remove", removal(a)),
        ("remove", removal(d)),
        ("admit", admission(c, MEMBER)),
        ("admit", admission(d, "host")),
    ] {
        assert_eq!(rule(table.acts(A, act, &toml)), "wrong-parties", "{toml}");
    }
}

#[test]
fn a_matter_has_no_more_parties_than_the_protocol_allows_removed_ones_included() {
    let mut table = Table::with(3, &[B]);
    for n in 2..64 {
        let toml = admission(AgencyId::from_bytes([n; 32]), MEMBER);
        table.acts(A, "admit", &toml).expect("there is room");
    }
    assert_eq!(table.at[A].parties().len(), 64);
    assert_eq!(rule(table.admit(C)), "wrong-parties");
    table.remove(B).expect("it is removed");
    assert_eq!(rule(table.admit(C)), "wrong-parties", "a lane that was written stays a lane");
    table.admit(B).expect("who was a party has its place");
}

#[test]
fn a_removed_party_writes_no_more() {
    let mut table = Table::with(4, &[B, C]);
    let removed = table.remove(C).expect("it is removed");
    table.tells_all();
    assert_eq!(rule(table.acts(C, "report", REPORT)), "removed");
    let forced = table.forces(C, "report", REPORT);
    table.tells_all();
    table.stands(forced, Standing::Void("removed"));
    table.members(&[B]);
    for at in &table.at {
        assert_eq!(at.removed_by(&table.id(C)), Some(removed));
        assert_eq!(at.former_parties().len(), 1);
        assert!(at.marks().is_empty(), "what is void counts nowhere");
    }
}

#[test]
fn what_a_removed_party_wrote_before_it_knew_is_valid_and_counts_up_to_the_stated_frontier() {
    let mut table = Table::with(5, &[B, C]);
    let before = table.acts(C, "report", REPORT).expect("it reports");
    table.tells(C, A);
    let removed = table.remove(C).expect("it is removed");
    // At the same time C goes on, and B rests on what it reads there.
    let meanwhile = table.acts(C, "report", REPORT).expect("it does not know");
    table.tells(C, B);
    let rests = table.acts(B, "report", "places = 0").expect("nor does B");
    assert_eq!(table.at[B].marks(), ["several-places"]);
    table.tells_all();
    for entry in [before, removed, meanwhile, rests] {
        table.stands(entry, Standing::Valid);
    }
    for at in &table.at {
        assert_eq!(at.marks(), ["one-place"], "up to what the convenor had seen, and no further");
        assert!(at.concurrent(&removed, &meanwhile), "and both are told as made at the same time");
    }
    let last = table.at[A].entry(&removed).expect("it is here").header().structure.clone();
    assert!(last.windows(32).any(|bytes| bytes == before.as_bytes()), "the frontier stands in the act");
}

#[test]
fn nobody_waits_for_a_party_that_was_removed() {
    let mut table = Table::with(6, &[B, C]);
    table.acts(A, "propose", "text = \"We meet.\"").expect("it is proposed");
    table.tells_all();
    table.acts(B, "agree", "").expect("it agrees");
    table.tells_all();
    assert_eq!(table.at[A].cell().status, "proposed");
    table.remove(C).expect("it is removed");
    table.tells_all();
    assert_eq!(table.at[C].cell().status, "agreed");
    table.remove(B).expect("it is removed");
    assert_eq!((table.at[A].cell().status, table.at[A].cell().waited_for), ("proposed", Some(CONVENOR)));
}

#[test]
fn a_frontier_that_the_convenor_had_not_seen_so_makes_a_removal_void() {
    let mut table = Table::with(7, &[B, C]);
    let reported = table.acts(C, "report", REPORT).expect("it reports");
    table.tells(C, A);
    let toml = removal(table.id(C));
    let structure = table.structure(A, "remove", &toml);
    // Cut back: as if it had never said anything.
    let none = SharedAct::compose(
        "remove",
        &toml,
        &mut Preparation { entropy: &mut table.entropy, latest: &|_| None },
    );
    let none = none.expect("it composes").structure;
    assert_ne!(structure, none);
    let cut = table.signs(A, "remove", none, None);
    table.tells_all();
    table.stands(cut, Standing::Void("wrong-target"));
    table.stands(reported, Standing::Valid);
    table.members(&[B, C]);
}

#[test]
fn a_removed_party_undoes_nothing_by_forking_what_it_wrote() {
    let mut table = Table::with(8, &[B, C]);
    let spot = table.at[C].next_in(table.lane(C));
    table.acts(C, "report", REPORT).expect("it reports");
    table.acts(C, "report", REPORT).expect("it reports more");
    table.tells(C, A);
    let removed = table.remove(C).expect("it is removed");
    table.tells_all();
    assert_eq!(table.at[B].marks(), ["several-places"]);
    let other = table.structure(C, "report", "places = 7");
    let other = table.signs(C, "report", other, Some(spot));
    table.tells_all();
    table.stands(other, Standing::Forked);
    table.stands(removed, Standing::Valid);
    table.members(&[B]);
    assert!(table.at[B].marks().is_empty(), "of a forked record what both branches share counts");
    assert_eq!(rule(table.acts(C, "report", REPORT)), "forked");
}

#[test]
fn a_party_that_is_admitted_again_goes_on_where_it_was() {
    let mut table = Table::with(9, &[B, C]);
    table.remove(C).expect("it is removed");
    let meanwhile = table.acts(C, "report", REPORT).expect("it does not know");
    table.tells_all();
    let knowing = table.forces(C, "report", REPORT);
    assert!(table.at[A].marks().is_empty());
    table.admit(C).expect("it is admitted again");
    table.tells_all();
    let again = table.acts(C, "report", "places = 0").expect("it goes on");
    table.tells_all();
    table.members(&[B, C]);
    table.stands(again, Standing::Valid);
    table.stands(meanwhile, Standing::Valid);
    table.stands(knowing, Standing::Void("removed"));
    assert_eq!(table.at[D].marks(), ["one-place"], "what was never void counts with the rest of it");
    assert!(table.at[D].former_parties().is_empty());
}

#[test]
fn a_removed_party_is_given_what_was_written_by_those_who_did_not_know_it_yet() {
    let mut table = Table::with(10, &[B, C]);
    let (c, d) = (table.id(C), table.id(D));
    let removed = table.remove(C).expect("it is removed");
    let blind = table.acts(B, "report", REPORT).expect("B does not know yet");
    table.tells_all();
    let knowing = table.acts(B, "report", REPORT).expect("B knows");
    table.tells_all();
    for at in &table.at {
        assert!(at.may_be_given(&c, &removed) && at.may_be_given(&c, &blind));
        assert!(!at.may_be_given(&c, &knowing) && !at.may_be_given(&d, &blind));
        assert!(at.may_be_given(&table.id(B), &knowing));
    }
}

// --- in any order of arrival ---------------------------------------------------------------------------------------

type Happening = (u8, u8, u8);

impl Table {
    fn happens(&mut self, (what, who, how): Happening) {
        let (of, other) = (usize::from(who % 4), usize::from(how % 4));
        match what {
            0..=59 => self.tells(of, other),
            60..=99 => {
                let toml = admission(self.id(other), if how < 230 { MEMBER } else { CONVENOR });
                self.forces(if what < 92 { A } else { of }, "admit", &toml);
            }
            100..=149 => {
                let toml = removal(self.id(other));
                self.forces(if what < 142 { A } else { of }, "remove", &toml);
            }
            150..=164 => {
                self.forces(A, "propose", "text = \"We meet.\"");
            }
            165..=184 if self.at[of].latest(&["propose"]).is_some() => {
                self.forces(of, "agree", "");
            }
            185..=199 => {
                // A dishonest one writes beside one of its own entries, or says what was never seen.
                let lane = self.lane(of);
                let own = self.at[of].entries().filter(|entry| entry.header().lane == lane);
                let own: Vec<_> = own.filter(|entry| entry.header().opening.is_none()).cloned().collect();
                let Some(rival) = own.get(usize::from(how) % own.len().max(1)) else { return };
                let rival = rival.header();
                let structure = self.structure(of, "report", &format!("places = {how}"));
                let spot = (rival.place, rival.prev, rival.seen.clone());
                self.signs(of, "report", structure, Some(spot));
            }
            200..=209 => {
                let lane = self.lane(of);
                let Some(end) = self.at[of].branches(lane).first().copied() else { return };
                self.forces(of, "stand-by", &format!("of = \"{end}\"\ncause = \"not-known\""));
            }
            _ => {
                self.forces(of, "report", REPORT);
            }
        }
    }

    fn replayed(&self, of: usize, order: impl Fn(&[Arc<Entry>]) -> Vec<Arc<Entry>>) -> String {
        let entries: Vec<_> = self.at[of].entries().cloned().collect();
        let mut fresh = Gathering::new(self.at[of].id());
        order(&entries).into_iter().for_each(|entry| fresh.receive(entry));
        fresh.digest()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn admitting_and_removing_comes_to_one_state_in_any_order_of_arrival(
        seed in any::<u64>(),
        happenings in proptest::collection::vec(any::<Happening>(), 1..40),
    ) {
        let mut table = Table::with(seed, &[B, C]);
        for happening in happenings {
            table.happens(happening);
        }
        for of in 0..4 {
            let digest = table.at[of].digest();
            prop_assert_eq!(&digest, &table.replayed(of, <[_]>::to_vec));
            prop_assert_eq!(&digest, &table.replayed(of, |all| all.iter().rev().cloned().collect()));
            // One party's entries before the others'.
            for first in 0..4 {
                let id = table.id(first);
                prop_assert_eq!(&digest, &table.replayed(of, |all| {
                    let (own, others): (Vec<_>, Vec<_>) =
                        all.iter().cloned().partition(|entry| entry.header().author == id);
                    own.into_iter().chain(others).collect()
                }));
            }
        }
        table.tells_all();
        table.tells_all();
        let mut shuffled: Vec<_> = table.at[A].entries().cloned().collect();
        table.entropy.shuffle(&mut shuffled);
        let digest = table.replayed(A, |_| shuffled.clone());
        for of in 0..4 {
            prop_assert_eq!(&digest, &table.at[of].digest());
            for entry in &shuffled {
                for who in 0..4 {
                    let (id, hash) = (table.id(who), entry.hash());
                    prop_assert_eq!(table.at[of].may_be_given(&id, &hash), table.at[A].may_be_given(&id, &hash));
                }
            }
        }
    }
}

/// The property is only worth something where the runs hold what it is about.
#[test]
fn random_runs_admit_remove_and_hold_what_is_void_for_either_reason() {
    let mut seen = std::collections::BTreeMap::<&str, usize>::new();
    for seed in 0..60 {
        let mut table = Table::with(seed, &[B, C]);
        for _ in 0..40 {
            let [what, who, how, ..] = table.entropy.next_u64().to_le_bytes();
            table.happens((what, who, how));
        }
        table.tells_all();
        for entry in table.at[A].entries() {
            let steers = ["admit", "remove"].contains(&entry.header().act.as_str());
            match table.at[A].standing(&entry.hash()) {
                Standing::Valid if steers => *seen.entry("steered").or_default() += 1,
                Standing::Void(rule) => *seen.entry(rule).or_default() += 1,
                Standing::Forked => *seen.entry("forked").or_default() += 1,
                _ => {}
            }
        }
        *seen.entry("former").or_default() += table.at[A].former_parties().len();
    }
    for what in ["steered", "removed", "foreign-lane", "convenor", "wrong-parties", "forked", "former"] {
        assert!(seen.get(what).copied().unwrap_or(0) >= 10, "{what}: {seen:?}");
    }
}
