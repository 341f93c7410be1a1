//! A station at work, and two of them whose people have met.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use comity_app::Failure;
use comity_app::commands::{ActCommand, Acted};
use comity_app::ledger::{Compared, Ledger, LedgerHandle, Pending};
use comity_app::queries::{JournalReport, MatterPage, verify_journal};
use comity_app::workers::{Level, Synced, deliver, sync};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::words::{Lang, Words};
use comity_journal::card::Card;
use comity_journal::entry::Entry;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, SecretKey};
use comity_journal::time::Timestamp;
use comity_store::faults::FaultPlan;
use comity_store::{Direction, Record, Recorded};

use super::{Disk, Fate, Line, Person, Sent, Station, request, review};

/// Runs what would run in the node's runtime.
///
/// # Panics
/// When the machine gives no runtime.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(future)
}

/// A station whose ledger works on its thread. Reads as the station it is at; a clone is another hand at it.
#[derive(Clone)]
pub struct Desk {
    /// The way to the ledger.
    pub ledger: LedgerHandle,
    at: Station,
}

impl Deref for Desk {
    type Target = Station;

    fn deref(&self) -> &Station {
        &self.at
    }
}

impl Desk {
    /// A station set up with its people and partners, at work.
    ///
    /// # Panics
    /// When the disk was planned to fail.
    pub fn settled(at: Station, people: [Person; 2], partners: &[(Card, String)]) -> Self {
        let mut ledger = at.open(Compared::WithEverybody).expect("memory can be read");
        at.settle(&mut ledger, people, partners).expect("memory can be written");
        Self { ledger: LedgerHandle::start(ledger), at }
    }

    /// The node stops, and the next release, which knows these kinds of matters, starts on the same disk.
    ///
    /// # Panics
    /// When a reading was planned to fail.
    pub fn upgrade(&mut self, kinds: fn() -> Kinds) {
        self.at = self.at.clone().knowing(kinds);
        self.reopen(Compared::WithEverybody);
    }

    /// The node stops and starts again on the same disk.
    ///
    /// # Panics
    /// When a reading was planned to fail.
    pub fn reopen(&mut self, compared: Compared) {
        self.ledger = LedgerHandle::start(self.at.open(compared).expect("the ledger opens"));
    }

    /// A copy of what the node keeps now, as an operator makes one.
    pub fn back_up(&self) -> Disk {
        self.disk.copy(FaultPlan::new())
    }

    /// The node dies and is put back from a copy; it cannot know that it was.
    ///
    /// # Panics
    /// When a reading was planned to fail.
    pub fn put_back(&mut self, copy: &Disk) {
        self.at.disk = self.at.disk.put_back(copy, FaultPlan::new());
        self.reopen(Compared::With(BTreeSet::new()));
    }

    /// The root declares the epoch that the node's tree has begun; gives how many acts waited for that and are signed.
    ///
    /// # Errors
    /// As [`Ledger::declare_epoch`].
    pub fn declare_epoch(&self) -> Result<u64, Failure> {
        let root = self.root();
        self.run(move |ledger, pending| {
            let card = next_epoch(ledger, &root)?;
            ledger.declare_epoch(pending, card)
        })
    }

    /// The node stops, its root issues a card with new keys, and it starts with them.
    ///
    /// # Panics
    /// When the disk was planned to fail.
    pub fn rotate_keys(&mut self) {
        self.at.rotate_keys().expect("memory can be written");
        self.reopen(Compared::With(BTreeSet::new()));
    }

    /// Somebody else may have the node's keys: as above, and the card disowns the signing key beyond what the journal had
    /// recorded before a time, or holds now. Gives how many entries in our name that are here lie beyond.
    ///
    /// # Panics
    /// When the disk was planned to fail.
    pub fn revoke_keys(&mut self, before: Option<Timestamp>) -> u64 {
        let beyond = self.at.revoke_keys(before).expect("memory can be written");
        self.reopen(Compared::With(BTreeSet::new()));
        beyond
    }

    /// The same node once more, at work on a copy of the disk: what must never be, and will.
    ///
    /// # Panics
    /// When a reading was planned to fail.
    #[must_use]
    pub fn running_twice(&self) -> Self {
        let at = self.at.copy(FaultPlan::new());
        let ledger = LedgerHandle::start(at.open(Compared::WithEverybody).expect("the ledger opens"));
        Self { ledger, at }
    }

    /// Runs a job on the node's ledger.
    ///
    /// # Errors
    /// As the job says, or that nothing was recorded.
    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        wait(self.ledger.run(job))
    }

    /// An officer does an act.
    ///
    /// # Errors
    /// As [`Ledger::act`].
    pub fn act(
        &self,
        matter: MatterId,
        act: &str,
        toml: Option<&str>,
        officer: &str,
    ) -> Result<Acted, Failure> {
        let (act, toml, officer) = (act.to_owned(), toml.map(str::to_owned), officer.to_owned());
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(&officer))?;
            ledger.act(pending, &ActCommand { matter, act, toml }, &officer)
        })
    }

    /// An officer drafts a request.
    ///
    /// # Errors
    /// As [`Ledger::draft_opening`].
    pub fn draft(&self, to: &str, toml: &str, officer: &str) -> Result<MatterId, Failure> {
        let (to, toml, officer) = (to.to_owned(), toml.to_owned(), officer.to_owned());
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(&officer))?;
            let partner = ledger.partner(&to)?;
            Ok(ledger.draft_opening(pending, "request", &partner, &toml, &officer)?.matter)
        })
    }

    /// A matter as an officer sees it, in English.
    ///
    /// # Errors
    /// As [`Ledger::show_matter`].
    pub fn show(&self, matter: MatterId) -> Result<MatterPage, Failure> {
        self.run(move |ledger, _| ledger.show_matter(&matter, &Words::new(Lang::En, &matters::standard())))
    }

    /// Its status, or why there is none.
    pub fn status(&self, matter: MatterId) -> String {
        self.show(matter).map(|page| page.line.status).unwrap_or_else(|failure| failure.to_string())
    }

    /// Verifies the journal.
    ///
    /// # Panics
    /// When a reading was planned to fail.
    pub fn journal(&self) -> JournalReport {
        self.run(|ledger, _| verify_journal(ledger)).expect("memory can be read")
    }

    /// The troubles in the node's own record, in order.
    ///
    /// # Panics
    /// Never: what a node writes can be read.
    pub fn incidents(&self) -> Vec<String> {
        let entries = self.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
            Recorded::Entry { bytes, .. } => Entry::read(&bytes).ok(),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => None,
        });
        entries
            .filter(|entry| entry.header().act.as_str() == "incident")
            .map(|entry| {
                let structure: BTreeMap<String, ciborium::Value> =
                    comity_journal::cbor::decode(&entry.header().structure).expect("an incident");
                structure["trouble"].as_text().expect("a word").to_owned()
            })
            .collect()
    }

    /// The head of a stream.
    ///
    /// # Panics
    /// Never: memory can be read.
    pub fn stream(&self, partner: AgencyId, direction: Direction) -> StreamHead {
        self.disk.look(|kept| kept.stream(&partner, direction)).expect("memory can be read")
    }
}

/// The card by which a root declares the epoch of its node's tree.
///
/// # Errors
/// When the store cannot be read.
///
/// # Panics
/// When the root is another agency's.
pub fn next_epoch(ledger: &mut Ledger, root: &SecretKey) -> Result<Card, Failure> {
    let lanes = ledger.awaited_lane_epoch()?;
    let before = ledger.own_card();
    let mut facts = before.facts().clone();
    facts.number += 1;
    facts.prev = Some(before.hash());
    facts.tree_epoch = ledger.tree_epoch();
    facts.lane_epoch = lanes.unwrap_or(facts.lane_epoch);
    Ok(Card::issue(facts, root).expect("the root of this agency"))
}

/// Two nodes whose people have met.
#[derive(Clone)]
pub struct Pair {
    /// It asks.
    pub a: Desk,
    /// It is asked.
    pub b: Desk,
    /// Of both nodes: commits are counted over the two.
    pub plan: FaultPlan,
    /// What went over the line.
    pub sent: Sent,
}

impl Pair {
    /// Both set up, each with the other for a partner.
    ///
    /// # Panics
    /// Never: memory can be written.
    pub fn met() -> Self {
        Self::met_knowing(matters::standard)
    }

    /// Both set up, knowing these kinds of matters, each with the other for a partner.
    ///
    /// # Panics
    /// Never: memory can be written.
    pub fn met_knowing(kinds: fn() -> Kinds) -> Self {
        let plan = FaultPlan::new();
        let a = Station::new("xa.liaison", "XA", 1, plan.clone()).knowing(kinds);
        let b = Station::new("xb.liaison", "XB", 2, plan.clone()).knowing(kinds);
        let people_a: [Person; 2] =
            [("Amara Olin", &["officer"]), ("Bo Reyes", &["supervisor", "desk", "legal"])];
        let people_b: [Person; 2] =
            [("Chen Ning", &["desk", "officer"]), ("Dara Vong", &["supervisor", "legal"])];
        let met = |station: &Station, people, partner: &Station, name: &str| {
            Desk::settled(station.clone(), people, &[(partner.card.clone(), name.to_owned())])
        };
        let desks = (met(&a, people_a, &b, "Country B"), met(&b, people_b, &a, "Country A"));
        Self { a: desks.0, b: desks.1, plan, sent: Sent::default() }
    }

    /// A session, of A with B or of B with A.
    ///
    /// # Errors
    /// As [`sync`].
    pub fn try_sync(&self, from_a: bool, fate: &(dyn Fn(usize) -> Fate + Sync)) -> Result<Synced, Failure> {
        self.sync_meddled(from_a, fate, &|_, answer| answer)
    }

    /// The same, with answers changed on the way.
    ///
    /// # Errors
    /// As [`sync`].
    pub fn sync_meddled(
        &self,
        from_a: bool,
        fate: &(dyn Fn(usize) -> Fate + Sync),
        meddle: &(dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
    ) -> Result<Synced, Failure> {
        let (from, to) = if from_a { (&self.a, &self.b) } else { (&self.b, &self.a) };
        let sent = Arc::clone(&self.sent);
        let line = Line::new(from, to, sent, fate, meddle);
        wait(sync(&from.ledger, to.agency, &line))
    }

    /// A delivers to B, with a session where it takes one.
    ///
    /// # Errors
    /// As [`deliver`].
    pub fn deliver(
        &self,
        level: &mut Level,
        fate: &(dyn Fn(usize) -> Fate + Sync),
    ) -> Result<Synced, Failure> {
        let line = Line::new(&self.a, &self.b, Arc::clone(&self.sent), fate, &|_, answer| answer);
        wait(deliver(&self.a.ledger, self.b.agency, &line, level))
    }

    /// A session of A with B on a good line.
    ///
    /// # Errors
    /// As [`sync`].
    pub fn sync(&self) -> Result<Synced, Failure> {
        self.try_sync(true, &|_| Fate::Arrives)
    }

    /// A request that is reviewed, approved and signed, and has not travelled yet.
    ///
    /// # Panics
    /// When a commit was planned to fail.
    pub fn signed_request(&self) -> MatterId {
        let matter = self.a.draft("Country B", &request("A number"), "Amara Olin").expect("a draft");
        self.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
        self.a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
        self.a.act(matter, "open", None, "Amara Olin").expect("it is sent");
        matter
    }

    /// Whether any byte string that travelled holds `needle`.
    ///
    /// # Panics
    /// Never: no test panics while it holds the list.
    pub fn travelled(&self, needle: &[u8]) -> bool {
        let sent = self.sent.lock().expect("a list");
        sent.iter().any(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
    }

    /// Asserts that both nodes hold the same and each journal is whole.
    ///
    /// # Panics
    /// When they do not.
    pub fn assert_converged(&self) {
        let (a, b) = (&self.a, &self.b);
        assert_eq!(a.stream(b.agency, Direction::Out), b.stream(a.agency, Direction::In));
        assert_eq!(b.stream(a.agency, Direction::Out), a.stream(b.agency, Direction::In));
        for desk in [a, b] {
            let report = desk.journal();
            assert!(report.clean, "{:?}", report.findings);
        }
        assert_eq!(shared(a), shared(b));
    }
}

/// The hashes of the entries in shared lanes, sorted; one held twice would stand here twice.
pub fn shared(desk: &Desk) -> Vec<Hash> {
    let of_shared = |(hash, record): (Hash, Record)| match record.what {
        Recorded::Entry { lane, .. } if lane.is_shared() => Some(hash),
        _ => None,
    };
    let mut hashes: Vec<_> = desk.disk.entries().into_iter().filter_map(of_shared).collect();
    hashes.sort();
    hashes
}
