//! A letter that goes round: one party writes it to several others, and each of them may say something.
//!
//! A kind of matter for tests only: of the real ones none has more than two parties yet. `RULES` is the version of its
//! rules, so that a node of an earlier release and one of a later can meet.

use comity_app::Failure;
use comity_app::ledger::{Ledger, NewEntry, Pending};
use comity_app::people::Officer;
use comity_domain::act::Act;
use comity_domain::acts;
use comity_domain::engine::{Cell, Kind, KindDef, Kinds, Lanes, Stated};
use comity_domain::matters;
use comity_journal::entry::{Lane, Opening, Party};
use comity_journal::ids::{AgencyId, Genesis, MatterId, Token};
use comity_journal::suite::Hash;
use serde::Deserialize;

/// Writes the letter.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "open", shape = say, by("writing"), propose("officer"))]
pub struct Open {}

/// Says something.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "say", shape = say, propose("officer"))]
pub struct Say {}

acts! {
    /// The acts of a letter.
    pub enum RoundAct { Open, Say }
}

/// How often a party has said something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RoundLane(pub u32);

/// The kind `round`, under this version of its rules.
pub struct Round<const RULES: u32>;

impl<const RULES: u32> Kind for Round<RULES> {
    const DEF: KindDef = KindDef {
        code: "round",
        prefix: 'L',
        rules: RULES,
        roles: &["writing", "reading"],
        ended: &[],
        hands_over: None,
        shared: true,
        convened: false,
        fold: None,
        words: ("", ""),
    };
    type Act = RoundAct;
    type Lane = RoundLane;

    fn evolve(lane: &mut RoundLane, _: &Stated<'_>, _: &RoundAct) {
        lane.0 += 1;
    }

    fn cell(lanes: &Lanes<'_, RoundLane>) -> Cell {
        let written = lanes.of("writing").0 > 0;
        let (status, waited_for) = if written { ("written", "reading") } else { ("blank", "writing") };
        let (writing, reading): (&[_], &[_]) = if written { (&["say"], &["say"]) } else { (&["open"], &[]) };
        let next = vec![("writing", writing), ("reading", reading)];
        Cell { status, waited_for: Some(waited_for), prevails: None, next }
    }

    fn examples() -> Vec<(&'static str, &'static str, RoundLane)> {
        vec![("writing", "blank", RoundLane(0)), ("reading", "blank", RoundLane(0))]
    }
}

/// Opens a letter to these readers; `nonce` makes it another one. Gives the matter and its first entry.
///
/// # Errors
/// When the store cannot be read.
pub fn open_letter(
    ledger: &mut Ledger,
    pending: &mut Pending,
    (officer, secret): (&Officer, &[u8]),
    nonce: Hash,
    readers: &[AgencyId],
) -> Result<(MatterId, Hash), Failure> {
    let (kind, us) = (Token::literal("round"), ledger.own_card().agency());
    let rules = ledger.rules_of("round")?;
    let genesis = Genesis { opener: us, kind: kind.clone(), rules, nonce };
    let party = |agency, role| Party { agency, role: Token::literal(role), recorder: None };
    let readers = readers.iter().map(|reader| party(*reader, "reading"));
    let mut parties: Vec<_> = readers.chain([party(us, "writing")]).collect();
    parties.sort();
    let matter = genesis.matter();
    let new = NewEntry {
        matter,
        kind,
        rules,
        lane: Lane::Shared(us),
        act: Token::literal("open"),
        structure: vec![0xa0],
        parts: Vec::new(),
        by: officer.acting_in(secret, &matter),
        approved: Vec::new(),
        relied: Vec::new(),
        opening: Some(Opening { genesis, parties, exercise: false, follows: None }),
        handling: Token::literal("h1"),
    };
    Ok((matter, ledger.append_own(pending, new)?))
}

/// What a node knows that knows letters, too.
pub fn with_letters() -> Kinds {
    matters::standard().with::<Round<1>>()
}

/// What a node of the next release knows.
pub fn with_later_letters() -> Kinds {
    matters::standard().with::<Round<2>>()
}
