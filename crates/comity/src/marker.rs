//! The marker of a clean stop, kept outside the node's folder and outside every backup of it.
//!
//! A node that starts cannot know whether its folder is an old copy. When the marker names exactly the journal it
//! finds, it is not, and acts can be signed at once; otherwise only after comparing with the partners.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use comity_app::ledger::Ledger;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;

use crate::folder::Folder;

/// How the marker of a clean stop ends.
const STOPPED: &str = "stopped";
/// How what bundles have asked ends.
const ASKED: &str = "asked";

/// Where markers of this user live: `$XDG_STATE_HOME/comity`, or the usual place under the home folder.
fn place() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").join("state"));
    state.or(home).unwrap_or_else(std::env::temp_dir).join("comity")
}

fn path(folder: &Folder, ending: &str) -> PathBuf {
    let whole = fs::canonicalize(folder.path()).unwrap_or_else(|_| folder.path().to_owned());
    let name = comity_journal::suite::hash(&[b"comity folder", whole.as_os_str().as_encoded_bytes()]);
    place().join(format!("{name}.{ending}"))
}

/// What a journal looks like from outside: its length and its latest checkpoint.
pub(crate) fn state_of(ledger: &Ledger) -> Option<String> {
    let length = ledger.store().length().ok()?;
    let checkpoint = ledger.checkpoint().map(|note| comity_journal::suite::hash(&[note.as_str().as_bytes()]));
    Some(format!(
        "{} {length} {}",
        ledger.own_card().agency(),
        checkpoint.map(|h| h.to_string()).unwrap_or_default()
    ))
}

/// Takes the marker away and gives back what it said: from now on only a clean stop leaves one.
pub(crate) fn take(folder: &Folder) -> Option<String> {
    take_from(&path(folder, STOPPED))
}

fn take_from(path: &Path) -> Option<String> {
    let said = fs::read_to_string(path).ok();
    if said.is_some() && fs::remove_file(path).is_err() {
        return None;
    }
    said
}

/// Leaves the marker of a clean stop. When it cannot be written the next start compares first, which is safe.
pub(crate) fn leave(folder: &Folder, state: &str) {
    leave_at(&path(folder, STOPPED), state);
}

/// Takes away what bundles had asked when the node last stopped, if it stopped cleanly and with this very journal. Kept
/// outside the folder like the marker: with an old copy put in its place, an old answer would be taken for a new one.
pub(crate) fn take_questions(folder: &Folder, ledger: &Ledger) -> BTreeMap<AgencyId, Hash> {
    let said = take_from(&path(folder, ASKED)).unwrap_or_default();
    let (state, asked) = said.split_once('\n').unwrap_or_default();
    if state_of(ledger).as_deref() != Some(state) {
        return BTreeMap::new();
    }
    let asked = asked.lines().filter_map(|line| line.split_once(' '));
    asked.filter_map(|(whom, what)| Some((AgencyId::from_hex(whom)?, Hash::from_hex(what)?))).collect()
}

/// Leaves what bundles have asked and nobody has answered yet.
pub(crate) fn leave_questions(folder: &Folder, state: &str, asked: &BTreeMap<AgencyId, Hash>) {
    let lines = asked.iter().map(|(whom, what)| format!("\n{whom} {what}"));
    leave_at(&path(folder, ASKED), &format!("{state}{}", lines.collect::<String>()));
}

fn leave_at(path: &Path, state: &str) {
    if let Some(parent) = path.parent() {
        drop(fs::create_dir_all(parent));
    }
    if let Err(error) = fs::write(path, state) {
        tracing::warn!(%error, "the marker of a clean stop could not be written; the next start compares first");
    }
}
