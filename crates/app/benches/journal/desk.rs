//! A node at work on matters of its own: nothing has been sent to anybody.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_app::context::Clock;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, NewEntry};
use comity_app::people::Officer;
use comity_app::queries::verify_journal;
use comity_domain::act::{Composed, Preparation};
use comity_domain::matters;
use comity_journal::entry::Lane;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Suite;
use comity_journal::time::Timestamp;
use comity_store::faults::FaultPlan;
use comity_store::sqlite::SqliteStore;
use comity_testkit::node::{Station, request};
use comity_testkit::{Agency, Seeded};
use tempfile::TempDir;

/// How many bytes of text a note has.
pub(crate) const TEXT_BYTES: usize = 120;
const KIND: &str = "request";
const ACT: &str = "note";
const WRITES: &str = "Amara Olin";
const CONFIRMS: &str = "Bo Reyes";
const PARTNER: &str = "Country B";

/// How a note is written.
#[derive(Clone, Copy)]
pub(crate) enum Way {
    /// As an officer's command.
    Command,
    /// Signed and appended, composed before.
    Append,
}

impl Way {
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Command => "an officer's command",
            Self::Append => "the bare append",
        }
    }
}

/// The machine's clock, and how often it was read: a group commit reads it once, when it begins.
#[derive(Clone, Default)]
struct CountingClock(Arc<AtomicU64>);

impl Clock for CountingClock {
    #[expect(clippy::disallowed_methods, reason = "a bench runs on the machine's time, as a node does")]
    fn now(&self) -> Timestamp {
        self.0.fetch_add(1, Ordering::Relaxed);
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A node whose people have drafted requests, one a matter.
pub(crate) struct Desk {
    pub(crate) ledger: LedgerHandle,
    agency: AgencyId,
    matters: Vec<MatterId>,
    officer: Officer,
    pseudonyms: Vec<u8>,
    toml: String,
    note: Composed,
    rules: u32,
    clock: CountingClock,
    _folder: TempDir,
}

impl Desk {
    /// Sets a node up in a folder inside `folder`, with so many matters.
    pub(crate) fn settle(folder: &Path, count: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(folder).map_err(fault)?;
        // Only its card and keys: the disk is a real one.
        let station = Station::new("north", "XA", 5, FaultPlan::default());
        let (keys, kinds, clock) = (station.keys(), Arc::new(matters::standard()), CountingClock::default());
        let pseudonyms = keys.pseudonyms.to_vec();
        let mut ledger = Ledger::open(LedgerParts {
            store: Box::new(SqliteStore::open(&folder.path().join("store"), station.agency)?),
            keys,
            card: station.card.clone(),
            kinds: Arc::clone(&kinds),
            clock: Arc::new(clock.clone()),
            entropy: Box::new(Seeded::new(6)),
            compared: Compared::WithEverybody,
        })?;
        let partner = Agency::new("south", "XB", Suite::One, &mut Seeded::new(8));
        let people = [(WRITES, ["officer"].as_slice()), (CONFIRMS, ["supervisor"].as_slice())];
        station.settle(&mut ledger, people, &[(partner.card, PARTNER.to_owned())])?;
        let matters = (0..count).map(|number| draft(&mut ledger, number)).collect::<Result<_, _>>()?;
        let officer = ledger.run_now(|ledger, _| ledger.officer(Some(WRITES)))?;
        let text: String = (0..TEXT_BYTES).map(|at| char::from(b'a' + (at * at % 26) as u8)).collect();
        let toml = format!("text = \"{text}\"");
        let kind = kinds.get(KIND).ok_or_else(|| Failure::Fault("no such kind".into()))?;
        let mut preparation = Preparation { entropy: &mut Seeded::new(7), latest: &|_| None };
        let note = kind.compose(ACT, &toml, &mut preparation)?;
        let (agency, rules) = (station.agency, kind.def().rules);
        let ledger = LedgerHandle::start(ledger);
        Ok(Self { ledger, agency, matters, officer, pseudonyms, toml, note, rules, clock, _folder: folder })
    }

    /// Writes a note into a matter; returns once it is durable.
    pub(crate) async fn note(&self, way: Way, matter: usize) -> Result<(), Failure> {
        let matter = *self.matters.get(matter).ok_or_else(|| Failure::NotFound("no such matter".into()))?;
        match way {
            Way::Command => {
                let command = ActCommand { matter, act: ACT.into(), toml: Some(self.toml.clone()) };
                let written = self.ledger.run(move |ledger, pending| {
                    let officer = ledger.officer(Some(WRITES))?;
                    ledger.act(pending, &command, &officer)
                });
                written.await.map(drop)
            }
            Way::Append => {
                let new = self.entry(matter);
                self.ledger.run(move |ledger, pending| ledger.append_own(pending, new)).await.map(drop)
            }
        }
    }

    /// What the command would append.
    fn entry(&self, matter: MatterId) -> NewEntry {
        let Composed { act, structure, parts } = self.note.clone();
        NewEntry {
            matter,
            kind: Token::literal(KIND),
            rules: self.rules,
            lane: Lane::Inner(self.agency),
            act,
            structure,
            parts,
            by: self.officer.acting_in(&self.pseudonyms, &matter),
            approved: Vec::new(),
            relied: Vec::new(),
            opening: None,
            handling: Token::literal("h0"),
        }
    }

    /// How many group commits there were.
    pub(crate) fn commits(&self) -> u64 {
        self.clock.0.load(Ordering::Relaxed)
    }

    /// How many entries the journal has.
    pub(crate) async fn entries(&self) -> Result<u64, Failure> {
        Ok(self.ledger.run(|ledger, _| verify_journal(ledger)).await?.entries)
    }
}

fn draft(ledger: &mut Ledger, number: usize) -> Result<MatterId, Failure> {
    ledger.run_now(|ledger, pending| {
        let (officer, partner) = (ledger.officer(Some(WRITES))?, ledger.partner(PARTNER)?);
        let toml = request(&format!("Number {number}"));
        Ok(ledger.draft_opening(pending, KIND, &partner, &toml, &officer)?.matter)
    })
}

pub(crate) fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}
