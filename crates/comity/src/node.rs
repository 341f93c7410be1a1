//! Wiring: a folder becomes a node. Only here are concrete things built.

use std::path::Path;
use std::sync::Arc;

use comity_app::context::Clock as _;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts};
use comity_domain::engine::Kinds;
use comity_journal::card::{Card, CardFacts, MonthlyKey, Seat};
use comity_journal::ids::Token;
use comity_journal::suite::{SecretKey, Suite};
use comity_store::objects::Objects;
use comity_store::sqlite::SqliteStore;
use comity_web::federation::TlsIdentity;
use std::collections::{BTreeMap, BTreeSet};

use crate::card::{next_tls, tls_public};
use crate::folder::{Folder, Lock, MONTHS};
use crate::marker;
use crate::partners::Partners;
use crate::real::{SystemClock, SystemEntropy};
use crate::release::Release;
use crate::reply::Reply;
use crate::request::Desk;

/// A node open for writing, under its folder's lock.
pub(crate) struct Node {
    pub(crate) desk: Desk,
    folder: Folder,
    _lock: Lock,
}

/// What a new node says of itself.
pub(crate) struct NewNode {
    pub(crate) label: Token,
    pub(crate) seat: Seat,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) kind: Token,
    pub(crate) endpoints: Vec<String>,
}

/// Makes the folder, keys and first card of a node; the root key goes to `root_out` and nowhere else.
pub(crate) fn initialise(dir: &Path, new: NewNode, root_out: &Path, kinds: &Kinds) -> Result<Card, Reply> {
    let folder = Folder::create(dir)?;
    let entropy = &mut SystemEntropy;
    let root = SecretKey::generate(Suite::One, entropy);
    let months = months_from(SystemClock.now());
    let keys = NodeKeys::generate(months.len(), entropy);
    let tls = tls_public(&keys.tls)?;
    let content = months.into_iter().zip(&keys.content);
    let facts = CardFacts {
        v: 1,
        suite: Suite::One,
        root: root.public(),
        number: 1,
        prev: None,
        at: SystemClock.now(),
        label: new.label,
        names: new.names,
        seat: new.seat,
        kind: new.kind,
        competences: Vec::new(),
        endpoints: new.endpoints,
        signing: keys.signing.public(),
        checkpoint: keys.checkpoint.public(),
        content: content.map(|(month, secret)| MonthlyKey { month, key: secret.public() }).collect(),
        packages: keys.packages.public(),
        tls: vec![tls, tls_public(&next_tls(&root, &tls))?],
        suites: vec![Suite::One],
        least: Suite::One,
        kinds: kinds
            .iter()
            .map(|kind| kind.def())
            .filter(|def| def.shared)
            .filter_map(|def| Some((Token::new(def.code).ok()?, def.rules)))
            .collect(),
        tree_epoch: 0,
        lane_epoch: 0,
        disowned: Vec::new(),
    };
    let card = Card::issue(facts, &root).map_err(|error| Reply::usage(error.to_string()))?;
    crate::folder::write_secret(root_out, root.seed())?;
    folder.write_keys(&keys)?;
    folder.write_card(&card)?;
    Ok(card)
}

/// The months a new card carries sealing keys for, this one first.
pub(crate) fn months_from(now: comity_journal::time::Timestamp) -> Vec<String> {
    let text = now.month();
    let (year, month) = text.split_once('-').unwrap_or(("1970", "01"));
    let (year, month): (usize, usize) = (year.parse().unwrap_or(1970), month.parse().unwrap_or(1));
    let first = year * 12 + month - 1;
    (first..first + MONTHS).map(|m| format!("{:04}-{:02}", m / 12, m % 12 + 1)).collect()
}

impl Node {
    /// Opens a node's folder for writing; `lock` says that nobody else does.
    pub(crate) async fn open(folder: Folder, lock: Lock, release: Arc<Release>) -> Result<Self, Reply> {
        folder.settle_keys()?;
        let card = folder.latest_card()?;
        let keys = folder.read_keys()?;
        let identity = TlsIdentity::from_seed(&keys.tls).map_err(|error| Reply::fault(error.to_string()))?;
        let fresh = !folder.store_path().exists();
        let store = SqliteStore::open(&folder.store_path(), card.agency())
            .map_err(|error| Reply::fault(error.to_string()))?;
        let marker = marker::take(&folder);
        let mut ledger = Ledger::open(LedgerParts {
            store: Box::new(store),
            keys,
            card,
            kinds: Arc::clone(release.kinds()),
            clock: Arc::new(SystemClock),
            entropy: Box::new(SystemEntropy),
            compared: Compared::With(BTreeSet::new()),
        })?;
        if *ledger.own_card() != folder.card()? {
            // A copy of the folder can be older than what its journal got back from a partner.
            folder.write_card(ledger.own_card())?;
        }
        if fresh || (marker.is_some() && marker == marker::state_of(&ledger)) {
            ledger.trust_own_state();
        }
        ledger.go_on_asking(marker::take_questions(&folder, &ledger));
        let objects = Arc::new(folder.objects()?);
        ledger.use_shelf(Arc::<Objects>::clone(&objects));
        ledger.run_now(|ledger, pending| ledger.set_up(pending).map(drop))?;
        let kept = ledger.run_now(|ledger, _| ledger.packages_kept())?;
        objects.sweep(&kept).map_err(Reply::io)?;
        let handle = LedgerHandle::start(ledger);
        let partners = Arc::new(Partners::new(identity, objects));
        partners.refresh(&handle).await?;
        Ok(Self { desk: Desk { ledger: handle, partners, release }, folder, _lock: lock })
    }

    /// Stops cleanly: leaves the marker that lets the next start sign at once, or what has been asked so that it can.
    pub(crate) async fn close(self) {
        let trusted = self.desk.ledger.run(|ledger, _| {
            let partners = ledger.partners()?;
            let all = partners
                .iter()
                .filter(|partner| !partner.off_network)
                .all(|partner| !ledger.is_waited_for(&partner.agency));
            Ok((all, marker::state_of(ledger), ledger.questions()))
        });
        match trusted.await {
            Ok((true, Some(state), _)) => marker::leave(&self.folder, &state),
            Ok((false, Some(state), asked)) if !asked.is_empty() => {
                marker::leave_questions(&self.folder, &state, &asked);
            }
            _ => {}
        }
    }

    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }
}
