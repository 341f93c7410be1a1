//! Two nodes in a box: stores in memory, a clock that stands still, entropy that replays, and a line between them
//! that keeps every byte and can lose or repeat messages. What travels is what would travel between real nodes.

#![expect(dead_code, unreachable_pub, reason = "each test file uses another part of the box")]

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard};

use comity_app::Failure;
use comity_app::commands::{ActCommand, Acted};
use comity_app::context::Clock;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, Pending};
use comity_app::queries::{JournalReport, MatterPage, verify_journal};
use comity_app::workers::{Peer, Synced, answer, sync};
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};
use comity_journal::card::{Card, CardFacts, MonthlyKey, Seat};
use comity_journal::entropy::Entropy as _;
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, SecretKey, Suite};
use comity_journal::time::Timestamp;
use comity_store::faults::{Failing, FaultPlan};
use comity_store::memory::MemoryStore;
use comity_store::{
    Commit, Direction, Reader, Record, Recorded, Result as Stored, Store, StoredCard, StoredCheckpoint,
    StoredReceipt, StreamStep, TreeName,
};
use comity_testkit::Seeded;

/// 14 July 2026.
pub const NOW: Timestamp = Timestamp::from_millis(1_784_000_000_000);

pub struct Standing;

impl Clock for Standing {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// A store that outlives its ledger, as a disk outlives a process.
#[derive(Clone)]
pub struct Disk(Arc<Mutex<Failing<MemoryStore>>>);

impl Disk {
    fn new(plan: FaultPlan) -> Self {
        Self(Arc::new(Mutex::new(Failing::new(MemoryStore::new(), plan))))
    }

    pub fn get(&self) -> MutexGuard<'_, Failing<MemoryStore>> {
        self.0.lock().expect("no test panics while it holds the disk")
    }

    /// Every entry of the journal, in order.
    pub fn entries(&self) -> Vec<(Hash, Record)> {
        let records = self.get().records(0, usize::MAX).expect("memory can be read");
        let entry = |record: Record| match &record.what {
            Recorded::Entry { entry, .. } => Some((*entry, record)),
            Recorded::InnerRoot { .. } => None,
        };
        records.into_iter().filter_map(entry).collect()
    }
}

impl Reader for Disk {
    fn length(&self) -> Stored<u64> {
        self.get().length()
    }
    fn records(&self, from: u64, limit: usize) -> Stored<Vec<Record>> {
        self.get().records(from, limit)
    }
    fn leaf_hashes(&self, tree: TreeName, from: u64, limit: usize) -> Stored<Vec<Hash>> {
        self.get().leaf_hashes(tree, from, limit)
    }
    fn matter(&self, matter: &MatterId) -> Stored<Vec<Record>> {
        self.get().matter(matter)
    }
    fn matters(&self) -> Stored<Vec<MatterId>> {
        self.get().matters()
    }
    fn entry(&self, entry: &Hash) -> Stored<Option<Record>> {
        self.get().entry(entry)
    }
    fn parts(&self, entry: &Hash) -> Stored<Vec<OpenPart>> {
        self.get().parts(entry)
    }
    fn stream(&self, partner: &AgencyId, direction: Direction) -> Stored<StreamHead> {
        self.get().stream(partner, direction)
    }
    fn stream_at(&self, partner: &AgencyId, direction: Direction, n: u64) -> Stored<Option<StreamHead>> {
        self.get().stream_at(partner, direction, n)
    }
    fn steps(
        &self,
        partner: &AgencyId,
        direction: Direction,
        after: u64,
        limit: usize,
    ) -> Stored<Vec<(StreamStep, Record)>> {
        self.get().steps(partner, direction, after, limit)
    }
    fn delivered(&self, partner: &AgencyId) -> Stored<u64> {
        self.get().delivered(partner)
    }
    fn receipts(&self, entry: &Hash) -> Stored<Vec<StoredReceipt>> {
        self.get().receipts(entry)
    }
    fn all_receipts(&self, from: u64, limit: usize) -> Stored<Vec<StoredReceipt>> {
        self.get().all_receipts(from, limit)
    }
    fn cards(&self) -> Stored<Vec<StoredCard>> {
        self.get().cards()
    }
    fn checkpoint(&self, agency: &AgencyId) -> Stored<Option<StoredCheckpoint>> {
        self.get().checkpoint(agency)
    }
    fn view(
        &self,
        view: &'static str,
        after: Option<&[u8]>,
        limit: usize,
    ) -> Stored<Vec<(Vec<u8>, Vec<u8>)>> {
        self.get().view(view, after, limit)
    }
    fn view_row(&self, view: &'static str, key: &[u8]) -> Stored<Option<Vec<u8>>> {
        self.get().view_row(view, key)
    }
}

impl Store for Disk {
    fn commit(&mut self, commit: &Commit) -> Stored<()> {
        self.get().commit(commit)
    }
    fn drop_view(&mut self, view: &'static str) -> Stored<()> {
        self.get().drop_view(view)
    }
    fn reader(&self) -> Stored<Box<dyn Reader>> {
        Ok(Box::new(self.clone()))
    }
}

/// Runs what would run in the node's runtime.
pub fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(future)
}

/// One node.
pub struct Desk {
    seed: u64,
    pub agency: AgencyId,
    pub card: Card,
    pub disk: Disk,
    pub ledger: LedgerHandle,
}

impl Desk {
    fn new(label: &str, seat: &str, seed: u64, plan: FaultPlan) -> Self {
        let keys = keys(seed);
        let root = SecretKey::generate(Suite::One, &mut Seeded::new(seed ^ 0xffff));
        let facts = CardFacts {
            v: 1,
            suite: Suite::One,
            root: root.public(),
            number: 1,
            prev: None,
            at: NOW,
            label: Token::new(label).expect("a label"),
            names: BTreeMap::from([("en".into(), format!("Police of {label}"))]),
            seat: Seat::place(seat).expect("a place"),
            kind: Token::literal("police"),
            competences: Vec::new(),
            endpoints: vec![format!("https://{label}.example:7443")],
            signing: keys.signing.public(),
            checkpoint: keys.checkpoint.public(),
            content: vec![MonthlyKey { month: NOW.month(), key: keys.content[0].public() }],
            packages: keys.packages.public(),
            tls: vec![SecretKey::generate(Suite::One, &mut Seeded::new(seed)).public()],
            suites: vec![Suite::One],
            least: Suite::One,
            kinds: BTreeMap::from([(Token::literal("request"), 1)]),
            tree_epoch: 0,
            lane_epoch: 0,
            disowned: Vec::new(),
        };
        let card = Card::issue(facts, &root).expect("the facts fit together");
        let disk = Disk::new(plan);
        let ledger = open(seed, &card, &disk, Compared::WithEverybody);
        Self { seed, agency: card.agency(), card, disk, ledger }
    }

    pub fn keys(&self) -> NodeKeys {
        keys(self.seed)
    }

    /// The node stops and starts again on the same disk.
    pub fn reopen(&mut self, compared: Compared) {
        self.ledger = open(self.seed, &self.card, &self.disk, compared);
    }

    pub fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        wait(self.ledger.run(job))
    }

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

    pub fn draft(&self, to: &str, toml: &str, officer: &str) -> Result<MatterId, Failure> {
        let (to, toml, officer) = (to.to_owned(), toml.to_owned(), officer.to_owned());
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(&officer))?;
            let partner = ledger.partner(&to)?;
            Ok(ledger.draft_opening(pending, "request", &partner, &toml, &officer)?.matter)
        })
    }

    pub fn show(&self, matter: MatterId) -> Result<MatterPage, Failure> {
        self.run(move |ledger, _| ledger.show_matter(&matter, &Words::new(Lang::En, &matters::standard())))
    }

    pub fn status(&self, matter: MatterId) -> String {
        self.show(matter).map(|page| page.line.status).unwrap_or_else(|failure| failure.to_string())
    }

    pub fn journal(&self) -> JournalReport {
        self.run(|ledger, _| verify_journal(ledger)).expect("memory can be read")
    }

    /// The troubles in the node's own record, in order.
    pub fn incidents(&self) -> Vec<String> {
        let entries = self.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
            Recorded::Entry { bytes, .. } => comity_journal::entry::Entry::read(&bytes).ok(),
            Recorded::InnerRoot { .. } => None,
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

    pub fn stream(&self, partner: AgencyId, direction: Direction) -> StreamHead {
        self.disk.stream(&partner, direction).expect("memory can be read")
    }
}

fn keys(seed: u64) -> NodeKeys {
    NodeKeys::generate(1, &mut Seeded::new(seed))
}

fn open(seed: u64, card: &Card, disk: &Disk, compared: Compared) -> LedgerHandle {
    let length = disk.length().expect("memory can be read");
    let ledger = Ledger::open(LedgerParts {
        store: Box::new(disk.clone()),
        keys: keys(seed),
        card: card.clone(),
        kinds: Arc::new(matters::standard()),
        clock: Arc::new(Standing),
        // Another start draws other numbers.
        entropy: Box::new(Seeded::new(seed.wrapping_mul(31).wrapping_add(length))),
        compared,
    });
    LedgerHandle::start(ledger.expect("the ledger opens"))
}

/// What happens to one message on the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Arrives,
    /// It never arrives.
    Lost,
    /// It arrives; its answer does not.
    AnswerLost,
    /// It arrives twice; the second answer counts.
    Twice,
}

/// Every body that was sent, with its path.
pub type Sent = Arc<Mutex<Vec<(&'static str, Vec<u8>)>>>;

/// The line from one node to another.
pub struct Line<'a> {
    pub from: &'a Desk,
    pub to: &'a Desk,
    pub sent: Sent,
    pub fate: &'a (dyn Fn(usize) -> Fate + Sync),
    pub meddle: &'a (dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
    count: Mutex<usize>,
}

impl Peer for Line<'_> {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let number = {
            let mut count = self.count.lock().expect("a count");
            *count += 1;
            *count - 1
        };
        self.sent.lock().expect("a list").push((path, body.clone()));
        let deliver = || async {
            let answered = answer(&self.to.ledger, self.from.agency, path, body.clone()).await;
            let answer = answered.map_err(|failure| Failure::Waiting(failure.to_string()))?;
            self.sent.lock().expect("a list").push(("answer", answer.clone()));
            Ok(answer)
        };
        let lost = || Failure::Waiting("the line is down".into());
        match (self.fate)(number) {
            Fate::Arrives => deliver().await.map(|answer| (self.meddle)(path, answer)),
            Fate::Lost => Err(lost()),
            Fate::AnswerLost => {
                deliver().await?;
                Err(lost())
            }
            Fate::Twice => {
                deliver().await?;
                deliver().await
            }
        }
    }
}

/// Two nodes whose people have met.
pub struct Pair {
    pub a: Desk,
    pub b: Desk,
    /// Of both nodes: commits are counted over the two.
    pub plan: FaultPlan,
    pub sent: Sent,
}

impl Pair {
    pub fn met() -> Self {
        let plan = FaultPlan::new();
        let a = Desk::new("xa.liaison", "XA", 1, plan.clone());
        let b = Desk::new("xb.liaison", "XB", 2, plan.clone());
        for (desk, name, roles) in [
            (&a, "Amara Olin", &["officer"][..]),
            (&a, "Bo Reyes", &["supervisor", "desk", "legal"]),
            (&b, "Chen Ning", &["desk", "officer"]),
            (&b, "Dara Vong", &["supervisor", "legal"]),
        ] {
            let roles: Vec<_> = roles.iter().map(|role| Role::from_code(role).expect("a role")).collect();
            desk.run(move |ledger, pending| {
                ledger.set_up(pending)?;
                ledger.add_officer(pending, name, &roles)
            })
            .expect("an officer is enlisted");
        }
        for (desk, card, name, first, second) in [
            (&a, b.card.clone(), "Country B", "Amara Olin", "Bo Reyes"),
            (&b, a.card.clone(), "Country A", "Chen Ning", "Dara Vong"),
        ] {
            desk.run(move |ledger, pending| {
                let officer = ledger.officer(Some(first))?;
                let compared = card.fingerprint();
                ledger.add_partner(pending, card, &compared, Some(name), None, &officer)
            })
            .expect("a partner is added");
            desk.run(move |ledger, pending| {
                let officer = ledger.officer(Some(second))?;
                ledger.confirm_partner(pending, name, &officer)
            })
            .expect("a partner is confirmed");
        }
        Self { a, b, plan, sent: Sent::default() }
    }

    pub fn try_sync(&self, from_a: bool, fate: &(dyn Fn(usize) -> Fate + Sync)) -> Result<Synced, Failure> {
        self.sync_meddled(from_a, fate, &|_, answer| answer)
    }

    pub fn sync_meddled(
        &self,
        from_a: bool,
        fate: &(dyn Fn(usize) -> Fate + Sync),
        meddle: &(dyn Fn(&'static str, Vec<u8>) -> Vec<u8> + Sync),
    ) -> Result<Synced, Failure> {
        let (from, to) = if from_a { (&self.a, &self.b) } else { (&self.b, &self.a) };
        let sent = Arc::clone(&self.sent);
        let line = Line { from, to, sent, fate, meddle, count: Mutex::new(0) };
        wait(sync(&from.ledger, to.agency, &line))
    }

    pub fn sync(&self) -> Result<Synced, Failure> {
        self.try_sync(true, &|_| Fate::Arrives)
    }

    /// A request that is reviewed, approved and signed, and has not travelled yet.
    pub fn signed_request(&self) -> MatterId {
        let matter = self.a.draft("Country B", &request("A number"), "Amara Olin").expect("a draft");
        self.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
        self.a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
        self.a.act(matter, "open", None, "Amara Olin").expect("it is sent");
        matter
    }

    /// Whether any byte string that travelled holds `needle`.
    pub fn travelled(&self, needle: &[u8]) -> bool {
        let sent = self.sent.lock().expect("a list");
        sent.iter().any(|(_, bytes)| bytes.windows(needle.len()).any(|window| window == needle))
    }

    /// Asserts that both nodes hold the same and each journal is whole.
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

/// A request as an officer writes it.
pub fn request(title: &str) -> String {
    format!(
        "request_type = \"information\"\ngrade = \"urgent\"\ngrade_reason = \"Money is still moving.\"\n\
         purpose = \"investigate\"\nbasis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\n\
         wished_by = \"{}\"\nas_evidence = false\nlanguage = \"en\"\ntitle = \"{title}\"\n\
         facts = \"Callers who said they were a bank took 40,000 in Port Example.\"\n\
         questions = [\"Who held the number on that day?\"]\nlink = \"It was used for every call.\"\n\
         basis_text = \"Reciprocity, exchange of notes.\"\n\
         offence_text = \"Fraud, article 210, up to seven years.\"\ncontact = \"duty desk, day and night\"\n\
         [[persons]]\nname = \"Ilo Marn\"\nstanding = \"suspect\"\nnationality = \"XB\"\n",
        NOW.plus_millis(7 * 24 * 3_600_000)
    )
}

/// The seven answers on prohibited grounds: none.
pub fn review() -> String {
    let grounds = ["politics", "religion", "ethnicity", "orientation", "protest", "journalism", "refugee"];
    let answers: String = grounds.iter().map(|ground| format!("{ground} = \"no\"\n")).collect();
    answers + "reasons = \"Read from the file as it stands.\"\n"
}

/// Letters that occur nowhere else.
pub fn marker(entropy: &mut Seeded) -> String {
    let mut bytes = [0; 24];
    entropy.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}
