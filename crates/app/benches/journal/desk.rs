//! A node at work on matters that it has opened with a partner who has not been dialled yet.

use std::path::Path;
use std::sync::{Arc, Mutex};

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, NewEntry};
use comity_app::people::Officer;
use comity_app::queries::verify_journal;
use comity_domain::act::{Composed, Preparation};
use comity_domain::matters;
use comity_journal::entry::Lane;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::{Hash, Suite};
use comity_store::faults::FaultPlan;
use comity_store::sqlite::SqliteStore;
use comity_store::{Reader, Store as _};
use comity_testkit::bench::{
    self,
    real::{SystemClock, now},
};
use comity_testkit::node::{Station, request_wished_by, review};
use comity_testkit::{Agency, Seeded};
use tempfile::TempDir;

/// How many bytes of text a note has.
pub(crate) const TEXT_BYTES: usize = 120;
pub(crate) const KIND: &str = "request";
const NOTE: &str = "note";
const REMINDER: &str = "remind";
const WRITES: &str = "Amara Olin";
const CONFIRMS: &str = "Bo Reyes";
const PARTNER: &str = "Country B";

/// How a note is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// A note, as an officer's command.
    Command,
    /// A note, composed before: signed and appended in the inner tree.
    Note,
    /// A reminder, composed before: signed and appended in the exchange tree and in the partner's stream.
    Reminder,
}

impl Way {
    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::Note => "append, inner",
            Self::Reminder => "append, shared",
        }
    }
}

/// A node whose people have signed requests, one a matter.
pub(crate) struct Desk {
    pub(crate) ledger: LedgerHandle,
    agency: AgencyId,
    matters: Vec<MatterId>,
    /// The store, as another process would read it: nobody is asked, and nothing is folded for whoever reads it.
    pub(crate) stored: Mutex<Box<dyn Reader>>,
    officer: Officer,
    pseudonyms: Vec<u8>,
    toml: String,
    note: Composed,
    reminder: Composed,
    rules: u32,
    _folder: TempDir,
}

impl Desk {
    /// Sets a node up in a folder inside `folder`, with so many matters.
    pub(crate) fn settle(folder: &Path, count: usize) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(folder).map_err(fault)?;
        // Only its card and keys: the disk is a real one.
        let station = Station::new("north", "XA", 5, FaultPlan::default());
        let (keys, kinds) = (station.keys(), Arc::new(matters::standard()));
        let pseudonyms = keys.pseudonyms.to_vec();
        let store = SqliteStore::open(&folder.path().join("store"), station.agency)?;
        let stored = Mutex::new(store.reader()?);
        let mut ledger = Ledger::open(LedgerParts {
            store: Box::new(store),
            keys,
            card: station.card.clone(),
            kinds: Arc::clone(&kinds),
            clock: Arc::new(SystemClock),
            entropy: Box::new(Seeded::new(6)),
            compared: Compared::WithEverybody,
        })?;
        let partner = Agency::new("south", "XB", Suite::One, &mut Seeded::new(8));
        let people = [(WRITES, ["officer"].as_slice()), (CONFIRMS, ["supervisor", "legal"].as_slice())];
        station.settle(&mut ledger, people, &[(partner.card, PARTNER.to_owned())])?;
        let matters = (0..count).map(|number| open(&mut ledger, number)).collect::<Result<_, _>>()?;
        let officer = ledger.run_now(|ledger, _| ledger.officer(Some(WRITES)))?;
        let text = bench::text(TEXT_BYTES);
        let toml = format!("text = \"{text}\"");
        let kind = kinds.get(KIND).ok_or_else(|| Failure::Fault("no such kind".into()))?;
        let mut preparation = Preparation { entropy: &mut Seeded::new(7), latest: &|_| None };
        let note = kind.compose(NOTE, &toml, &mut preparation)?;
        let reminder = kind.compose(REMINDER, &toml, &mut preparation)?;
        let (agency, rules) = (station.agency, kind.def().rules);
        let ledger = LedgerHandle::start(ledger);
        Ok(Self {
            ledger,
            agency,
            matters,
            stored,
            officer,
            pseudonyms,
            toml,
            note,
            reminder,
            rules,
            _folder: folder,
        })
    }

    /// Writes an entry into a matter; returns once it is durable.
    pub(crate) async fn write(&self, way: Way, matter: usize) -> Result<(), Failure> {
        let matter = self.matter(matter)?;
        match way {
            Way::Command => {
                let command = ActCommand { matter, act: NOTE.into(), toml: Some(self.toml.clone()) };
                let ahead = self.ledger.ahead();
                let written = ahead.run(move |ledger, pending| {
                    let officer = ledger.officer(Some(WRITES))?;
                    ledger.act(pending, &command, &officer)
                });
                written.await.map(drop)
            }
            Way::Note => self.append(matter, &self.note, Lane::Inner(self.agency)).await.map(drop),
            Way::Reminder => self.remind(matter).await.map(drop),
        }
    }

    /// A matter by its number.
    pub(crate) fn matter(&self, number: usize) -> Result<MatterId, Failure> {
        self.matters.get(number).copied().ok_or_else(|| Failure::NotFound("no such matter".into()))
    }

    /// Writes a reminder; which entry it is, once it is durable.
    pub(crate) async fn remind(&self, matter: MatterId) -> Result<Hash, Failure> {
        self.append(matter, &self.reminder, Lane::Shared(self.agency)).await
    }

    async fn append(&self, matter: MatterId, act: &Composed, lane: Lane) -> Result<Hash, Failure> {
        let Composed { act, structure, parts } = act.clone();
        let new = NewEntry {
            matter,
            kind: Token::literal(KIND),
            rules: self.rules,
            lane,
            act,
            structure,
            parts,
            by: self.officer.acting_in(&self.pseudonyms, &matter),
            approved: Vec::new(),
            relied: Vec::new(),
            opening: None,
            handling: Token::literal("h0"),
        };
        self.ledger.ahead().run(move |ledger, pending| ledger.append_own(pending, new)).await
    }

    /// How many group commits have brought records.
    pub(crate) fn commits(&self) -> u64 {
        *self.ledger.written().borrow()
    }

    /// How many entries the journal has.
    pub(crate) async fn entries(&self) -> Result<u64, Failure> {
        Ok(self.ledger.run(|ledger, _| verify_journal(ledger)).await?.entries)
    }
}

fn open(ledger: &mut Ledger, number: usize) -> Result<MatterId, Failure> {
    let wished_by = now().plus_millis(7 * 24 * 3_600_000);
    let toml = request_wished_by(&format!("Number {number}"), wished_by);
    let matter = ledger.run_now(|ledger, pending| {
        let (officer, partner) = (ledger.officer(Some(WRITES))?, ledger.partner(PARTNER)?);
        Ok(ledger.draft_opening(pending, KIND, &partner, &toml, &officer)?.matter)
    })?;
    for (act, toml, by) in
        [("review-grounds", Some(review()), CONFIRMS), ("approve", None, CONFIRMS), ("open", None, WRITES)]
    {
        ledger.run_now(|ledger, pending| {
            let officer = ledger.officer(Some(by))?;
            ledger.act(pending, &ActCommand { matter, act: act.into(), toml }, &officer)
        })?;
    }
    Ok(matter)
}

pub(crate) fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}
