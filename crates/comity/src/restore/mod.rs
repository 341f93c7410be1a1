//! `comity restore` puts a node back from a copy of its folder; `comity epoch declare` has its root declare the new epoch of
//! its log, once a partner has shown that it was an older copy.
//!
//! Not here: how a node notices that, and what it fetches back (`comity_app`). A copy that was put back by other means, or
//! by a snapshot of the whole machine, is noticed just the same.
//!
//! Invariant: no copy is put in place whose journal does not verify, or which is another node's, or which knows less than
//! what stands there unless that was said; and nothing is deleted.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use comity_app::context::Clock as _;
use comity_domain::words::Words;
use comity_journal::card::Card;
use comity_journal::ids::AgencyId;
use comity_journal::suite::{SecretKey, Suite};
use comity_store::Store as _;
use comity_store::sqlite::SqliteStore;
use serde_json::json;

use crate::cli::{Terminal, ask_node};
use crate::folder::{Folder, read_secret};
use crate::marker;
use crate::real::SystemClock;
use crate::reply::{REFUSED, Reply};
use crate::request::Request;

/// What people read of restoring: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// Signs the card that declares the epoch of a node's log, and hands it to the node.
pub(crate) async fn declare_epoch(dir: &Path, root: &Path, at: &Terminal) -> Result<Reply, Reply> {
    let words = at.release.words(at.lang);
    let awaited = ask_node(dir, Request::EpochAwaited, at).await?;
    if awaited.exit != 0 {
        return Ok(awaited);
    }
    let epoch = |name: &str| awaited.json[name].as_u64().and_then(|epoch| u32::try_from(epoch).ok());
    let (tree, lanes) = (epoch("epoch"), epoch("lane_epoch"));
    if tree.is_none() && lanes.is_none() {
        return Err(Reply::usage(words.text("restore-no-epoch")));
    }
    let unreadable = || Reply::fault("the node gave no card of its own".into());
    let bytes = awaited.json["card"].as_str().unwrap_or_default();
    let bytes = data_encoding::BASE64.decode(bytes.as_bytes()).map_err(|_| unreadable())?;
    let current = Card::read(&bytes).map_err(|_| unreadable())?;
    let root = SecretKey::from_seed(Suite::One, read_secret(root)?);
    let mut facts = current.facts().clone();
    if root.public() != facts.root {
        return Err(Reply::no(words.text("restore-other-root")));
    }
    facts.number += 1;
    facts.prev = Some(current.hash());
    facts.at = SystemClock.now();
    facts.tree_epoch = tree.unwrap_or(facts.tree_epoch);
    facts.lane_epoch = lanes.unwrap_or(facts.lane_epoch);
    let card = Card::issue(facts, &root).map_err(|error| Reply::usage(error.to_string()))?;
    let request = Request::EpochDeclare { card: data_encoding::BASE64.encode(card.bytes()) };
    let reply = ask_node(dir, request, at).await?;
    if reply.exit == 0 {
        Folder::open(dir)?.write_card(&card)?;
    }
    Ok(reply)
}

/// Tells that an epoch is declared.
pub(crate) fn declared(epoch: u32, released: u64, words: &Words) -> Reply {
    let said = [("epoch", epoch.to_string()), ("released", released.to_string())];
    let said = said.each_ref().map(|(name, number)| (*name, number.as_str()));
    Reply::yes(words.text_with("restore-declared", &said), json!({ "epoch": epoch, "released": released }))
}

/// How far a journal has come.
struct Extent {
    agency: AgencyId,
    records: u64,
    last: String,
}

/// Puts a copy of a node's folder in its place.
pub(crate) fn run(dir: &Path, from: &Path, lose_newer: bool, words: &Words) -> Result<Reply, Reply> {
    let place = |path: &Path| path.display().to_string();
    let copy = Folder::open(from)?;
    let _copy_lock = copy.lock()?;
    let extent = extent_of(&copy, words)?;
    let there = if dir.exists() { Some(Folder::open(dir)?) } else { None };
    // A node that runs keeps its folder.
    let _lock = there.as_ref().map(Folder::lock).transpose()?;
    let mut lost = None;
    if let Some(there) = &there {
        if there.card()?.agency() != extent.agency {
            return Err(Reply::usage(words.text_with("restore-other-node", &[("dir", &place(dir))])));
        }
        // What cannot be read any more is no reason against a copy that can.
        lost = extent_of(there, words).ok().and_then(|now| now.records.checked_sub(extent.records));
        if let Some(newer) = lost.filter(|newer| *newer > 0 && !lose_newer) {
            let said = [("count", newer.to_string()), ("last", extent.last.clone())];
            let said = said.each_ref().map(|(name, text)| (*name, text.as_str()));
            let json = json!({ "error": "refused", "newer": newer, "last": extent.last });
            return Err(Reply::of(REFUSED, words.text_with("restore-newer", &said), json));
        }
    }
    let fresh = beside(dir, ".restored");
    if fresh.exists() {
        return Err(Reply::usage(words.text_with("restore-in-the-way", &[("dir", &place(&fresh))])));
    }
    copy_all(from, &fresh).map_err(Reply::io)?;
    let kept = there.is_some().then(|| free_name(dir));
    if let Some(kept) = &kept {
        fs::rename(dir, kept).map_err(Reply::io)?;
    }
    fs::rename(&fresh, dir).map_err(Reply::io)?;
    // Whatever was known of the last stop was known of another journal.
    drop(marker::take(&Folder::open(dir)?));
    let records = extent.records.to_string();
    let mut lines =
        vec![words.text_with(
            "restore-done",
            &[("dir", &place(dir)), ("records", &records), ("last", &extent.last)],
        )];
    lines.extend(kept.as_ref().map(|kept| words.text_with("restore-kept", &[("dir", &place(kept))])));
    lines.push(words.text("restore-next"));
    let json = json!({
        "dir": dir, "records": extent.records, "last": extent.last, "lost": lost, "kept": kept,
    });
    Ok(Reply::yes(lines.join("\n"), json))
}

/// Reads and verifies the journal of a folder.
fn extent_of(folder: &Folder, words: &Words) -> Result<Extent, Reply> {
    let agency = folder.card()?.agency();
    let no_journal =
        || Reply::no(words.text_with("restore-no-journal", &[("dir", &folder.path().display().to_string())]));
    if !folder.store_path().is_file() {
        return Err(no_journal());
    }
    let store = SqliteStore::open(&folder.store_path(), agency).map_err(|_| no_journal())?;
    let reader = store.reader().map_err(|error| Reply::fault(error.to_string()))?;
    let report = comity_app::queries::verify_stored(&*reader, agency)?;
    if !report.clean {
        let count = report.findings.len().to_string();
        let json = json!({ "error": "no", "findings": report.findings });
        return Err(Reply::of(1, words.text_with("restore-broken", &[("count", &count)]), json));
    }
    let last = report.records.checked_sub(1).map(|last| reader.records(last, 1)).transpose();
    let last = last.map_err(|error| Reply::fault(error.to_string()))?.unwrap_or_default();
    let last = last.first().map(|record| record.at.to_string()).unwrap_or_default();
    Ok(Extent { agency, records: report.records, last })
}

fn beside(dir: &Path, ending: &str) -> PathBuf {
    let mut name = dir.file_name().map_or_else(OsString::new, OsString::from);
    name.push(ending);
    dir.with_file_name(name)
}

/// A name beside the folder that nothing has yet.
fn free_name(dir: &Path) -> PathBuf {
    let names = (1..).map(|n| beside(dir, &format!(".before-restore-{n}")));
    names.into_iter().find(|path| !path.exists()).unwrap_or_else(|| beside(dir, ".before-restore"))
}

/// Copies a folder with the modes of its files; sockets and locks of a node that ran are left out.
fn copy_all(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir(to)?;
    fs::set_permissions(to, fs::metadata(from)?.permissions())?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy_all(&entry.path(), &target)?;
        } else if kind.is_file() && entry.file_name() != "lock" {
            fs::copy(entry.path(), &target)?;
            fs::File::open(&target)?.sync_all()?;
        }
    }
    fs::File::open(to)?.sync_all()
}
