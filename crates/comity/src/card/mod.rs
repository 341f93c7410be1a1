//! `comity card set|rotate|revoke`: the root issues the next card of its agency, from the folder of a node that stands still
//! or, where no key changes, of one that runs.
//!
//! `rotate` renews every key of the node. `revoke` does so because somebody else may have the former ones: its card states
//! up to where the signing key stands (`comity_app`), and declares a new epoch of the log.
//!
//! A partner that knows only the former card still finds the node: a card names the TLS key that comes next, and that key
//! is drawn from the root and never in the folder before its time ([`next_tls`]).
//!
//! Not here: what follows from a card at either node. Invariant: the journal keeps the card before the new keys take the
//! place of the former ones, and whichever of the two steps was interrupted, the next start finishes or undoes it.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use comity_app::context::Clock as _;
use comity_app::ledger::{Compared, Ledger, LedgerParts};
use comity_journal::card::{Card, CardFacts, MonthlyKey};
use comity_journal::suite::{self, PublicKey, SecretKey, Suite};
use comity_journal::time::Timestamp;
use comity_store::sqlite::SqliteStore;
use comity_web::federation::TlsIdentity;
use serde_json::json;
use zeroize::Zeroizing;

use crate::cli::{Terminal, ask_node};
use crate::folder::{Folder, read_secret};
use crate::node::months_from;
use crate::real::{SystemClock, SystemEntropy};
use crate::reply::Reply;
use crate::request::Request;

/// What people read of cards: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// The seed of the TLS key that comes after this one.
pub(crate) fn next_tls(root: &SecretKey, current: &PublicKey) -> Zeroizing<[u8; 32]> {
    let seed = suite::hash(&[b"comity next tls key v1", root.seed(), current.as_bytes()]);
    Zeroizing::new(*seed.as_bytes())
}

/// The public half of a TLS key.
pub(crate) fn tls_public(seed: &Zeroizing<[u8; 32]>) -> Result<PublicKey, Reply> {
    Ok(TlsIdentity::from_seed(seed).map_err(|error| Reply::fault(error.to_string()))?.public_key())
}

/// Issues a card with another address or other names.
pub(crate) async fn set(
    dir: &Path,
    root: &Path,
    endpoints: Vec<String>,
    names: [(&str, Option<String>); 2],
    at: &Terminal,
) -> Result<Reply, Reply> {
    let folder = Folder::open(dir)?;
    let (mut facts, root) = following(&folder.card()?, root, at)?;
    if !endpoints.is_empty() {
        facts.endpoints = endpoints;
    }
    for (language, name) in names {
        if let Some(name) = name {
            facts.names.insert(language.into(), name);
        }
    }
    let card = issue(facts, &root)?;
    let request = Request::CardSet { card: data_encoding::BASE64.encode(card.bytes()) };
    let reply = ask_node(dir, request, at).await?;
    if reply.exit == 0 {
        folder.write_card(&card)?;
    }
    Ok(reply)
}

/// The facts of the card that follows, and the root that signs it.
fn following(current: &Card, root: &Path, at: &Terminal) -> Result<(CardFacts, SecretKey), Reply> {
    let root = SecretKey::from_seed(Suite::One, read_secret(root)?);
    let mut facts = current.facts().clone();
    if root.public() != facts.root {
        return Err(Reply::no(at.release.words(at.lang).text("card-other-root")));
    }
    facts.number += 1;
    facts.prev = Some(current.hash());
    facts.at = SystemClock.now();
    Ok((facts, root))
}

fn issue(facts: CardFacts, root: &SecretKey) -> Result<Card, Reply> {
    Card::issue(facts, root).map_err(|error| Reply::usage(error.to_string()))
}

/// Why the keys are renewed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Why {
    /// They are due, or some of them are gone.
    Rotate,
    /// Somebody else may have them; what they signed stands that this journal had recorded before then.
    Revoke { before: Option<Timestamp> },
}

/// Renews all keys of a node that stands still.
pub(crate) fn renew(dir: &Path, root: &Path, why: Why, at: &Terminal) -> Result<Reply, Reply> {
    let words = at.release.words(at.lang);
    let folder = Folder::open(dir)?;
    let _lock = folder.lock_standing_still(|| words.text("card-node-runs"))?;
    folder.settle_keys()?;
    let current = folder.latest_card()?;
    let (mut facts, root) = following(&current, root, at)?;
    let months = months_from(SystemClock.now());
    let left = folder.read_keys_left()?;
    let first = facts.tls.first().copied().unwrap_or(facts.root);
    let tls = next_tls(&root, &first);
    let planned = facts.tls.contains(&tls_public(&tls)?);
    let lost = left.lost.clone();
    let keys = left.renewed(months.len(), tls, &mut SystemEntropy);
    let fresh = keys.content.iter().skip(keys.content.len() - months.len());
    (facts.signing, facts.checkpoint) = (keys.signing.public(), keys.checkpoint.public());
    facts.content = months
        .into_iter()
        .zip(fresh)
        .map(|(month, secret)| MonthlyKey { month, key: secret.public() })
        .collect();
    facts.packages = keys.packages.public();
    let now = tls_public(&keys.tls)?;
    facts.tls = vec![now, tls_public(&next_tls(&root, &now))?];
    folder.write_keys_to_come(&keys)?;
    let mut ledger = open(&folder, &current, at)?;
    let (mut stands, mut beyond, mut stated) = (0, 0, None);
    if let Why::Revoke { before } = why {
        let disowning = ledger.disown_own_key(facts, before)?;
        facts = disowning.facts;
        (stands, beyond, stated) = (disowning.stated.len(), disowning.beyond, Some(disowning.stated));
    }
    let card = issue(facts, &root)?;
    let number = card.facts().number;
    let kept = card.clone();
    ledger.run_now(move |ledger, pending| ledger.renew_keys(pending, card, stated))?;
    drop(ledger);
    folder.settle_keys()?;
    folder.write_card(&kept)?;
    let said =
        [("number", number.to_string()), ("stands", stands.to_string()), ("beyond", beyond.to_string())];
    let said = said.each_ref().map(|(name, text)| (*name, text.as_str()));
    let mut lines = vec![words.text_with("card-renewed", &said)];
    if matches!(why, Why::Revoke { .. }) {
        lines.push(words.text_with("card-disowned", &said));
    }
    if !lost.is_empty() {
        lines.push(words.text_with("card-keys-gone", &[("keys", &lost.join(", "))]));
    }
    lines.push(words.text(if planned { "card-partners-take-it" } else { "card-by-hand" }));
    let json = json!({
        "card": number, "stands": stands, "beyond": beyond, "gone": lost, "by_hand": !planned,
        "revoked": matches!(why, Why::Revoke { .. }),
    });
    Ok(Reply::yes(lines.join("\n"), json))
}

/// The ledger with the keys to come; nothing is signed with them before the card that names them is kept.
fn open(folder: &Folder, current: &Card, at: &Terminal) -> Result<Ledger, Reply> {
    let store = SqliteStore::open(&folder.store_path(), current.agency())
        .map_err(|error| Reply::fault(error.to_string()))?;
    let opened = Ledger::open(LedgerParts {
        store: Box::new(store),
        keys: folder.read_keys_to_come()?,
        card: current.clone(),
        kinds: Arc::clone(at.release.kinds()),
        clock: Arc::new(SystemClock),
        entropy: Box::new(SystemEntropy),
        compared: Compared::With(BTreeSet::new()),
    });
    Ok(opened?)
}
