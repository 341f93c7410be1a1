//! An agency without a node gets one: its recorder hands over what it wrote for it, and it adopts or disputes that and goes
//! on itself. In any order of arrival that is one state.

use std::sync::Arc;

use comity_domain::engine::{Matter, RecordDispute, RecordWord, Standing};
use comity_domain::gates::Refusal;
use comity_domain::matters::request::{REQUESTED, REQUESTING, RequestKind};
use comity_journal::entry::{Entry, Lane, Party, Place};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::suite::{Hash, Suite};
use comity_testkit::{OPEN, Side, Statement, World};
use proptest::prelude::*;

use Side::{Asked, Asking};

/// The id under which the agency is a party until it has a node.
const PARTY: AgencyId = AgencyId::from_bytes([7; 32]);

/// A world in which the agency that is asked has no node when the matter is opened: the other one records for it.
fn world(seed: u64, suite: Suite) -> World {
    let mut world = World::of_suite(seed, suite);
    let party = |agency, role, recorder| Party { agency, role: Token::literal(role), recorder };
    let asking = world.asking.id;
    world.opening.parties = vec![party(asking, REQUESTING, None), party(PARTY, REQUESTED, Some(asking))];
    world.opening.parties.sort();
    world
}

fn opened(seed: u64) -> World {
    let mut world = world(seed, Suite::One);
    world.properly(Asking, "open", OPEN).expect("it opens");
    world
}

/// An act in the party's lane, by its recorder or by the agency itself.
fn for_party(world: &mut World, by: Side, act: &str, toml: &str) -> Statement {
    Statement { lane: Lane::Shared(PARTY), ..world.state(by, act, toml) }
}

fn record(world: &mut World, act: &str, toml: &str) -> Hash {
    let statement = for_party(world, Asking, act, toml);
    world.act(Asking, statement).expect("it is recorded").hash()
}

/// The offer a node writes by itself.
fn offer(world: &mut World, last: Option<Hash>) -> Statement {
    let hash = |agency: AgencyId| Hash::from_bytes(*agency.as_bytes());
    let last = last.map(|last| format!("last = \"{last}\"\n")).unwrap_or_default();
    let toml = format!("party = \"{}\"\nagency = \"{}\"\n{last}", hash(PARTY), hash(world.asked.id));
    world.state(Asking, "hand-record-over", &toml)
}

fn hand_over(world: &mut World, last: Option<Hash>) -> Hash {
    let offer = offer(world, last);
    let hash = world.act(Asking, offer).expect("it is handed over").hash();
    world.exchange();
    hash
}

/// An act of the agency itself that a supervisor has approved.
fn own(world: &mut World, act: &str, toml: &str) -> Result<Arc<Entry>, Refusal> {
    let approved = vec![world.officer(Asked, "moss", &["supervisor"])];
    let statement = for_party(world, Asked, act, toml);
    let entry = world.act(Asked, Statement { approved, ..statement })?;
    world.exchange();
    Ok(entry)
}

fn rule(result: Result<Arc<Entry>, Refusal>) -> &'static str {
    result.expect_err("it is refused").rule.code
}

fn word(world: &World, of: Hash) -> Option<RecordWord> {
    let words = [&world.at_asking, &world.at_asked].map(|at| at.word_on(at.entry(&of).expect("an entry")));
    assert_eq!(words[0], words[1]);
    words[0]
}

#[test]
fn an_agency_that_joins_adopts_what_was_recorded_and_speaks_for_itself() {
    let mut world = opened(1);
    record(&mut world, "acknowledge", "");
    let last = record(&mut world, "accept", "");
    hand_over(&mut world, Some(last));
    assert_eq!(world.at_asked.cell().status, "accepted", "it has all that was said");
    assert_eq!(world.at_asked.offered_to(&world.asked.id), Some(PARTY));
    // The recorder's pen is down, and the agency's first word is about what stands already.
    let late = for_party(&mut world, Asking, "answer", "extent = \"final\"\ntext = \"Late.\"");
    assert_eq!(rule(world.act(Asking, late)), "handed-over");
    assert_eq!(rule(own(&mut world, "answer", "extent = \"final\"\ntext = \"Early.\"")), "take-first");
    let take = own(&mut world, "adopt-record", "").expect("it takes over");
    assert_eq!((take.header().place, take.header().prev), (Place { epoch: 1, seq: 1 }, Some(last)));
    assert_eq!(word(&world, last), Some(RecordWord::Adopted));
    assert_eq!(rule(own(&mut world, "adopt-record", "")), "not-now");
    let ask = own(&mut world, "ask", "questions = [\"Which bank?\"]").expect("it asks");
    assert_eq!(ask.header().place, Place { epoch: 1, seq: 2 });
    for at in [&world.at_asking, &world.at_asked] {
        assert_eq!(at.cell().status, "clarification-asked");
        assert_eq!(at.standing(&ask.hash()), Standing::Valid);
        let now = at.parties().into_iter().find(|party| party.role.as_str() == REQUESTED).expect("the party");
        assert_eq!((now.agency, now.recorder), (world.asked.id, None));
        assert_eq!(at.lane_of(&world.asked.id), Lane::Shared(PARTY));
    }
    let later = for_party(&mut world, Asking, "acknowledge", "");
    assert_eq!(rule(world.act(Asking, later)), "handed-over");
}

#[test]
fn what_is_disputed_stands_as_it_was_recorded_and_is_marked_for_everybody() {
    let mut world = opened(2);
    let last = record(&mut world, "refuse", "ground = \"incomplete\"");
    hand_over(&mut world, Some(last));
    own(&mut world, "dispute-record", "ground = \"not-authorised\"").expect("it takes over");
    assert_eq!(word(&world, last), Some(RecordWord::Disputed(RecordDispute::NotAuthorised)));
    assert_eq!(world.at_asking.cell().status, "refused");
    assert_eq!(world.at_asking.standing(&last), Standing::Valid);
}

#[test]
fn an_agency_for_which_nothing_was_recorded_yet_takes_over_from_the_first_place_on() {
    let mut world = opened(3);
    hand_over(&mut world, None);
    let take = own(&mut world, "adopt-record", "").expect("it takes over");
    assert_eq!((take.header().place, take.header().prev), (Place { epoch: 0, seq: 1 }, None));
    own(&mut world, "acknowledge", "").expect("it goes on");
    assert_eq!(world.at_asking.cell().status, "acknowledged");
}

#[test]
fn an_offer_names_the_last_that_was_recorded_a_party_of_ours_and_is_made_once() {
    let mut world = opened(4);
    let first = record(&mut world, "acknowledge", "");
    let last = record(&mut world, "accept", "");
    for wrong in [None, Some(first)] {
        let offer = offer(&mut world, wrong);
        assert_eq!(rule(world.act(Asking, offer)), "wrong-target");
    }
    hand_over(&mut world, Some(last));
    let again = offer(&mut world, Some(last));
    assert_eq!(rule(world.act(Asking, again)), "handed-over");
}

#[test]
fn a_take_whose_offer_it_had_not_seen_is_void_and_so_is_what_follows() {
    let mut world = opened(5);
    let last = record(&mut world, "acknowledge", "");
    world.exchange();
    // It names an offer that it has guessed: nothing of it is here.
    let toml = format!("of = \"{}\"", Hash::from_bytes([3; 32]));
    let mut take = for_party(&mut world, Asked, "adopt-record", &toml);
    take.at_place = Some((Place { epoch: 1, seq: 1 }, Some(last), Vec::new()));
    let take = world.force(Asked, take).hash();
    let mut answer = for_party(&mut world, Asked, "accept", "");
    answer.at_place = Some((Place { epoch: 1, seq: 2 }, Some(take), Vec::new()));
    let answer = world.force(Asked, answer).hash();
    world.exchange();
    for at in [&world.at_asking, &world.at_asked] {
        assert_eq!(at.standing(&take), Standing::Void("wrong-target"));
        assert_eq!(at.standing(&answer), Standing::Void("foreign-lane"));
        assert_eq!(at.cell().status, "acknowledged");
    }
}

#[test]
fn a_take_whose_author_says_it_had_not_seen_the_offer_is_void_although_everybody_has_both() {
    let mut world = opened(8);
    let last = record(&mut world, "acknowledge", "");
    let offer = hand_over(&mut world, Some(last));
    let mut take = for_party(&mut world, Asked, "adopt-record", &format!("of = \"{offer}\""));
    take.at_place = Some((Place { epoch: 1, seq: 1 }, Some(last), Vec::new()));
    let take = world.force(Asked, take).hash();
    world.exchange();
    for at in [&world.at_asking, &world.at_asked] {
        assert_eq!(at.standing(&take), Standing::Void("wrong-target"));
        assert_eq!(at.offered_to(&world.asked.id), Some(PARTY), "nobody has taken it");
    }
    assert_eq!(word(&world, last), None);
}

#[test]
fn a_recorder_that_goes_on_behind_its_offer_forks_the_lane_and_the_agency_stands_by_its_take() {
    let mut world = opened(6);
    let last = record(&mut world, "acknowledge", "");
    let more = for_party(&mut world, Asking, "refuse", "ground = \"incomplete\"");
    let spot = world.at_asking.next_in(Lane::Shared(PARTY));
    hand_over(&mut world, Some(last));
    let more = world.force(Asking, Statement { at_place: Some(spot), ..more }).hash();
    let take = own(&mut world, "adopt-record", "").expect("it takes over").hash();
    for at in [&world.at_asking, &world.at_asked] {
        assert_eq!((at.standing(&more), at.standing(&take)), (Standing::Forked, Standing::Forked));
        assert_eq!(at.cell().status, "acknowledged", "nobody's word counts behind the offer");
    }
}

/// What happens next, as numbers that shrink well.
type Happening = (u8, u8, u8);

/// Two agencies, one of which records for the other until it hands over, and what is under way between them.
struct Joining {
    world: World,
    under_way: [Vec<Arc<Entry>>; 2],
}

const RECORDED: &[(&str, &str)] = &[
    ("acknowledge", ""),
    ("ask", "questions = [\"Which?\"]"),
    ("accept", ""),
    ("refuse", "ground = \"incomplete\""),
    ("answer", "extent = \"final\"\ntext = \"All.\""),
];

impl Joining {
    fn begun(seed: u64) -> Self {
        let mut world = world(seed, Suite::Toy);
        let open = world.state(Asking, "open", OPEN);
        let open = world.force(Asking, open);
        Self { world, under_way: [Vec::new(), vec![open]] }
    }

    fn signs(&mut self, side: Side, statement: Statement) {
        let entry = self.world.force(side, statement);
        self.under_way[usize::from(side == Asking)].push(entry);
    }

    fn happens(&mut self, (what, which, how): Happening) {
        self.world.pass(1000);
        let (act, toml) = RECORDED[usize::from(which) % RECORDED.len()];
        let side = if what & 1 == 0 { Asking } else { Asked };
        // An honest node waits for its turn; a dishonest one does not.
        let (offered, taken) = (self.is_offered(), self.is_taken());
        let waits = how >= 8 && if side == Asking { offered } else { !taken };
        match what {
            0..=49 if waits => {}
            80..=99 if how >= 8 && (side == Asking || !self.may_take()) => {}
            0..=49 => {
                let mut statement = for_party(&mut self.world, side, act, toml);
                if how < 60 {
                    let (place, prev, _) = self.world.at(side).next_in(statement.lane);
                    statement.at_place = Some((place, prev, Vec::new()));
                }
                self.signs(side, statement);
            }
            50..=64 => {
                let reminder = self.world.state(Asking, "remind", "");
                self.signs(Asking, reminder);
            }
            65..=79 => {
                let head =
                    self.world.at_asking.heads().into_iter().find(|seen| seen.lane == Lane::Shared(PARTY));
                let last = head.map(|seen| seen.entry).filter(|_| how > 8);
                let offer = offer(&mut self.world, last);
                self.signs(Asking, offer);
            }
            80..=99 => {
                let takes = ["adopt-record", "dispute-record"][usize::from(how & 1)];
                let ground = if how & 1 == 1 { "ground = \"not-said\"" } else { "" };
                let statement = for_party(&mut self.world, side, takes, ground);
                self.signs(side, statement);
            }
            _ => self.delivers(side, which, how),
        }
    }

    fn is_offered(&self) -> bool {
        self.world.at_asking.agency_of(&PARTY) != PARTY
    }

    fn may_take(&self) -> bool {
        self.world.at_asked.offered_to(&self.world.asked.id).is_some()
    }

    fn is_taken(&self) -> bool {
        let at = &self.world.at_asked;
        at.agency_of(&PARTY) != PARTY && at.offered_to(&self.world.asked.id).is_none()
    }

    fn delivers(&mut self, side: Side, which: u8, how: u8) {
        let waiting = &mut self.under_way[usize::from(side == Asked)];
        if waiting.is_empty() {
            return;
        }
        let i = usize::from(which) % waiting.len();
        let entry = if how < 40 { Arc::clone(&waiting[i]) } else { waiting.swap_remove(i) };
        self.receives(side, entry);
    }

    fn receives(&mut self, side: Side, entry: Arc<Entry>) {
        match side {
            Asking => self.world.at_asking.receive(entry),
            Asked => self.world.at_asked.receive(entry),
        }
    }

    /// Everything a node came to, who the parties are included.
    fn told(matter: &Matter<RequestKind>) -> String {
        let words: Vec<_> = matter.entries().map(|entry| matter.word_on(entry)).collect();
        format!("{}\n{:?}\n{words:?}", matter.digest(), matter.parties())
    }

    fn check(&mut self) -> Result<(), TestCaseError> {
        for side in [Asking, Asked] {
            let mut entries: Vec<_> = self.world.at(side).entries().cloned().collect();
            let told = Self::told(self.world.at(side));
            for _ in 0..2 {
                self.world.entropy.shuffle(&mut entries);
                let mut fresh = Matter::new(self.world.id());
                entries.iter().cloned().for_each(|entry| fresh.receive(entry));
                prop_assert_eq!(&told, &Self::told(&fresh));
            }
        }
        Ok(())
    }

    fn settles(&mut self) {
        for side in [Asking, Asked] {
            let mut rest = std::mem::take(&mut self.under_way[usize::from(side == Asked)]);
            self.world.entropy.shuffle(&mut rest);
            rest.into_iter().for_each(|entry| self.receives(side, entry));
        }
        self.world.exchange();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn a_record_that_is_handed_over_comes_to_one_state_in_any_order(
        seed in any::<u64>(),
        happenings in proptest::collection::vec(any::<Happening>(), 1..40),
    ) {
        let mut joining = Joining::begun(seed);
        for happening in happenings {
            joining.happens(happening);
            joining.check()?;
        }
        joining.settles();
        joining.check()?;
        prop_assert_eq!(Joining::told(&joining.world.at_asking), Joining::told(&joining.world.at_asked));
    }
}

/// The property is only worth something where the runs hold what it is about.
#[test]
fn random_runs_hold_records_that_were_adopted_and_disputed() {
    let (mut adopted, mut disputed) = (0, 0);
    for seed in 0..60_u64 {
        let mut joining = Joining::begun(seed);
        let mut numbers = comity_testkit::Seeded::new(seed);
        for _ in 0..90 {
            let mut bytes = [0; 3];
            comity_journal::entropy::Entropy::fill(&mut numbers, &mut bytes);
            joining.happens((bytes[0], bytes[1], bytes[2]));
        }
        joining.settles();
        let at = &joining.world.at_asking;
        let words: Vec<_> = at.entries().filter_map(|entry| at.word_on(entry)).collect();
        adopted += usize::from(words.contains(&RecordWord::Adopted));
        disputed += usize::from(words.iter().any(|word| *word != RecordWord::Adopted));
    }
    assert!(adopted >= 3 && disputed >= 3, "{adopted} {disputed}");
}
