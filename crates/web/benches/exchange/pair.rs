//! Two whole nodes whose people have met, over loopback.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, Pending};
use comity_app::workers::{Level, Synced, deliver};
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_journal::card::{Card, CardFacts, MonthlyKey, Seat};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::{Hash, SecretKey, Suite};
use comity_store::sqlite::SqliteStore;
use comity_store::{Direction, Reader, Store as _};
use comity_testkit::Seeded;
use comity_testkit::bench::real::{SystemClock, SystemEntropy, now};
use comity_testkit::node::{request_wished_by, review};
use comity_web::federation::{
    Dialler, Hindrance, Limits, Listener, NodeFederation, PartnerNode, PinnedKeys, TlsIdentity,
};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::{Mutex, watch};
use tokio::task::JoinSet;

/// Who acts at A.
pub(crate) const ASKS: &str = "Amara Olin";
const HOUR_MS: i64 = 3_600_000;
/// The files in a node's folder from which another process draws the same keys, and has its card.
const SEED: &str = "seed";
const CARD: &str = "card";

/// One node.
pub(crate) struct Node {
    card: Card,
    pub(crate) ledger: LedgerHandle,
    /// The store, as another process would read it.
    stored: Mutex<Box<dyn Reader>>,
    identity: TlsIdentity,
    listener: Option<TcpListener>,
    pseudonyms: Vec<u8>,
    folder: Option<TempDir>,
}

impl Node {
    async fn start(folder: &Path, label: &str, seat: &str) -> Result<Self, Failure> {
        let folder = tempfile::tempdir_in(folder).map_err(fault)?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(fault)?;
        let address = listener.local_addr().map_err(fault)?;
        let seed = label.bytes().fold(0, |seed, byte| seed * 31 + u64::from(byte));
        std::fs::write(folder.path().join(SEED), seed.to_string()).map_err(fault)?;
        let keys = NodeKeys::generate(1, &mut Seeded::new(seed));
        let identity = TlsIdentity::from_seed(&keys.tls).map_err(fault)?;
        let card = card(label, seat, format!("https://{address}"), &keys, &identity)?;
        std::fs::write(folder.path().join(CARD), card.bytes()).map_err(fault)?;
        let (mut ledger, stored, pseudonyms) = open(folder.path(), keys, &card)?;
        ledger.run_now(|ledger, pending| ledger.set_up(pending).map(drop))?;
        let ledger = LedgerHandle::start(ledger);
        Ok(Self {
            card,
            ledger,
            stored,
            pseudonyms,
            identity,
            listener: Some(listener),
            folder: Some(folder),
        })
    }

    /// A node in the folder that another has left.
    pub(crate) async fn wake(folder: &Path) -> Result<Self, Failure> {
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(fault)?;
        let seed = std::fs::read_to_string(folder.join(SEED)).map_err(fault)?.parse().map_err(fault)?;
        let keys = NodeKeys::generate(1, &mut Seeded::new(seed));
        let identity = TlsIdentity::from_seed(&keys.tls).map_err(fault)?;
        let card = Card::read(&std::fs::read(folder.join(CARD)).map_err(fault)?).map_err(fault)?;
        let (ledger, stored, pseudonyms) = open(folder, keys, &card)?;
        let ledger = LedgerHandle::start(ledger);
        Ok(Self { card, ledger, stored, pseudonyms, identity, listener: Some(listener), folder: None })
    }

    pub(crate) fn agency(&self) -> AgencyId {
        self.card.agency()
    }

    /// What officers' pseudonyms are made with.
    pub(crate) fn pseudonyms(&self) -> &[u8] {
        &self.pseudonyms
    }

    /// Up to where a partner's receipts reach.
    pub(crate) async fn delivered(&self, partner: &AgencyId) -> Result<u64, Failure> {
        Ok(self.stored.lock().await.delivered(partner)?)
    }

    /// How many entries wait for a partner.
    pub(crate) async fn queued(&self, partner: &AgencyId) -> Result<u64, Failure> {
        let stored = self.stored.lock().await;
        Ok(stored.stream(partner, Direction::Out)?.n.saturating_sub(stored.delivered(partner)?))
    }

    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ledger.run(job).await
    }

    async fn enlist(&self, name: &'static str, roles: &[&str]) -> Result<(), Failure> {
        let roles: Vec<_> = roles.iter().filter_map(|role| Role::from_code(role)).collect();
        self.run(move |ledger, pending| ledger.add_officer(pending, name, &roles)).await.map(drop)
    }

    /// Adds and confirms a partner, by two persons.
    async fn trust(&self, card: Card, first: &'static str, second: &'static str) -> Result<(), Failure> {
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(first))?;
            let compared = card.fingerprint();
            ledger.add_partner(pending, card, &compared, Some("the other"), None, &officer)
        })
        .await?;
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(second))?;
            ledger.confirm_partner(pending, "the other", &officer)
        })
        .await?;
        // The date of review is reckoned from the node's own time.
        self.run(move |ledger, pending| {
            let (proposer, granter) = (ledger.officer(Some(first))?, ledger.officer(Some(second))?);
            let matter = ledger.partner("the other")?.record;
            let review_by = ledger.now().plus_millis(365 * 24 * 60 * 60 * 1000);
            let toml = format!("review_by = \"{review_by}\"\nassessment = \"None.\"\nsource = \"A bench\"\n");
            let propose = ActCommand { matter, act: "propose-widening".into(), toml: Some(toml) };
            ledger.act(pending, &propose, &proposer)?;
            ledger.act(pending, &ActCommand { matter, act: "widen".into(), toml: None }, &granter).map(drop)
        })
        .await
    }

    async fn act(
        &self,
        matter: MatterId,
        act: &str,
        toml: Option<String>,
        by: &'static str,
    ) -> Result<(), Failure> {
        let command = ActCommand { matter, act: act.into(), toml };
        self.run(move |ledger, pending| {
            let officer = ledger.officer(Some(by))?;
            ledger.act(pending, &command, &officer)
        })
        .await
        .map(drop)
    }
}

/// What a node keeps in its folder.
fn open(
    folder: &Path,
    keys: NodeKeys,
    card: &Card,
) -> Result<(Ledger, Mutex<Box<dyn Reader>>, Vec<u8>), Failure> {
    let store = SqliteStore::open(&folder.join("store"), card.agency())?;
    let stored = Mutex::new(store.reader()?);
    let pseudonyms = keys.pseudonyms.to_vec();
    let ledger = Ledger::open(LedgerParts {
        store: Box::new(store),
        keys,
        card: card.clone(),
        kinds: Arc::new(matters::standard()),
        clock: Arc::new(SystemClock),
        entropy: Box::new(SystemEntropy),
        compared: Compared::WithEverybody,
    })?;
    Ok((ledger, stored, pseudonyms))
}

/// Both nodes, listening.
pub(crate) struct Pair {
    pub(crate) a: Node,
    pub(crate) b: Node,
    dialler: Dialler,
    _stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Pair {
    /// Starts two nodes in folders inside `folder`; their people enlist, compare and confirm.
    pub(crate) async fn meet(folder: &Path) -> Result<Self, Failure> {
        let mut a = Node::start(folder, "xa.liaison", "XA").await?;
        let mut b = Node::start(folder, "xb.liaison", "XB").await?;
        a.enlist(ASKS, &["officer"]).await?;
        a.enlist("Bo Reyes", &["supervisor", "desk", "legal"]).await?;
        b.enlist("Chen Ning", &["desk", "officer"]).await?;
        b.enlist("Dara Vong", &["supervisor", "legal"]).await?;
        a.trust(b.card.clone(), ASKS, "Bo Reyes").await?;
        b.trust(a.card.clone(), "Chen Ning", "Dara Vong").await?;
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let pins_of_a = listen(&mut tasks, &mut a, &b.card, &stopping)?;
        listen(&mut tasks, &mut b, &a.card, &stopping)?;
        let dialler = Dialler::new(a.identity.clone(), pins_of_a, Limits::default());
        Ok(Self { a, b, dialler, _stop: stop, tasks })
    }

    /// Delivers from A to B.
    pub(crate) async fn deliver(&self, line: &mut Level) -> Result<Synced, Failure> {
        let facts = self.b.card.facts();
        let node = PartnerNode {
            dialler: &self.dialler,
            agency: self.b.agency(),
            keys: facts.tls.clone(),
            url: facts.endpoints.first().cloned().unwrap_or_default(),
            hindrance: Hindrance::default(),
        };
        deliver(&self.a.ledger, self.b.agency(), &node, line).await
    }

    /// Requests from A that B has accepted.
    pub(crate) async fn open_requests(&self, count: usize) -> Result<Vec<MatterId>, Failure> {
        let mut matters = Vec::new();
        for number in 0..count {
            let wished_by = now().plus_millis(7 * 24 * HOUR_MS);
            let toml = request_wished_by(&format!("Number {number}"), wished_by);
            let draft = self.a.run(move |ledger, pending| {
                let officer = ledger.officer(Some(ASKS))?;
                let partner = ledger.partner("the other")?;
                Ok(ledger.draft_opening(pending, "request", &partner, &toml, &officer)?.matter)
            });
            let matter = draft.await?;
            self.a.act(matter, "review-grounds", Some(review()), "Bo Reyes").await?;
            self.a.act(matter, "approve", None, "Bo Reyes").await?;
            self.a.act(matter, "open", None, ASKS).await?;
            matters.push(matter);
        }
        self.deliver(&mut Level::default()).await?;
        let promise = format!("promised_by = \"{}\"", now().plus_millis(72 * HOUR_MS));
        for matter in &matters {
            let reference = Some("reference = \"XB-2026-1\"".into());
            self.b.act(*matter, "acknowledge", reference, "Chen Ning").await?;
            self.b.act(*matter, "review-grounds", Some(review()), "Dara Vong").await?;
            self.b.act(*matter, "accept", Some(promise.clone()), "Chen Ning").await?;
            self.b.act(*matter, "approve", None, "Dara Vong").await?;
        }
        self.deliver(&mut Level::default()).await?;
        Ok(matters)
    }

    /// Both stop; gives A's folder.
    pub(crate) async fn leave(mut self) -> Result<TempDir, Failure> {
        self.tasks.shutdown().await;
        self.a.folder.take().ok_or_else(|| Failure::Fault("it has no folder of its own".into()))
    }

    /// Every one of these acts has its receipt in A's store.
    pub(crate) async fn check_receipted(&self, acts: Vec<Hash>) -> Result<(), Failure> {
        self.a
            .run(move |ledger, _| {
                for act in &acts {
                    if ledger.store().receipts(act)?.is_empty() {
                        return Err(Failure::Fault("an act counted as delivered has no receipt".into()));
                    }
                }
                Ok(())
            })
            .await
    }
}

fn listen(
    tasks: &mut JoinSet<()>,
    node: &mut Node,
    partner: &Card,
    stopping: &watch::Receiver<bool>,
) -> Result<PinnedKeys, Failure> {
    let pins = PinnedKeys::new();
    for key in &partner.facts().tls {
        pins.pin(*key, partner.agency());
    }
    let answers = Arc::new(NodeFederation::new(node.ledger.clone()));
    let listener = Listener::new(&node.identity, pins.clone(), answers, Limits::default()).map_err(fault)?;
    let bound = node.listener.take().ok_or_else(|| Failure::Fault("it listens already".into()))?;
    tasks.spawn(listener.run(bound, stopping.clone()));
    Ok(pins)
}

fn card(
    label: &str,
    seat: &str,
    url: String,
    keys: &NodeKeys,
    identity: &TlsIdentity,
) -> Result<Card, Failure> {
    let root = SecretKey::generate(Suite::One, &mut SystemEntropy);
    let month = now().month();
    let content = keys.content.iter().map(|key| MonthlyKey { month: month.clone(), key: key.public() });
    let facts = CardFacts {
        v: 1,
        suite: Suite::One,
        root: root.public(),
        number: 1,
        prev: None,
        at: now(),
        label: Token::new(label).map_err(fault)?,
        names: BTreeMap::from([("en".to_owned(), format!("Police of {label}"))]),
        seat: Seat::place(seat).ok_or_else(|| Failure::Fault("a place code".into()))?,
        kind: Token::literal("police"),
        competences: Vec::new(),
        endpoints: vec![url],
        signing: keys.signing.public(),
        checkpoint: keys.checkpoint.public(),
        content: content.collect(),
        packages: keys.packages.public(),
        tls: vec![identity.public_key()],
        suites: vec![Suite::One],
        least: Suite::One,
        kinds: BTreeMap::from([(Token::literal("request"), 1)]),
        tree_epoch: 0,
        lane_epoch: 0,
        disowned: Vec::new(),
    };
    Card::issue(facts, &root).map_err(fault)
}

pub(crate) fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}
