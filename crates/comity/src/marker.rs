//! The marker of a clean stop, kept outside the node's folder and outside every backup of it.
//!
//! A node that starts cannot know whether its folder is an old copy. When the marker names exactly the journal it
//! finds, it is not, and acts can be signed at once; otherwise only after comparing with the partners.

use std::fs;
use std::path::PathBuf;

use comity_app::ledger::Ledger;

use crate::folder::Folder;

/// Where markers of this user live: `$XDG_STATE_HOME/comity`, or the usual place under the home folder.
fn place() -> PathBuf {
    let state = std::env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let home = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local").join("state"));
    state.or(home).unwrap_or_else(std::env::temp_dir).join("comity")
}

fn path(folder: &Folder) -> PathBuf {
    let whole = fs::canonicalize(folder.path()).unwrap_or_else(|_| folder.path().to_owned());
    let name = comity_journal::suite::hash(&[b"comity folder", whole.as_os_str().as_encoded_bytes()]);
    place().join(format!("{name}.stopped"))
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
    let path = path(folder);
    let said = fs::read_to_string(&path).ok();
    if said.is_some() && fs::remove_file(&path).is_err() {
        return None;
    }
    said
}

/// Leaves the marker of a clean stop. When it cannot be written the next start compares first, which is safe.
pub(crate) fn leave(folder: &Folder, state: &str) {
    let path = path(folder);
    if let Some(parent) = path.parent() {
        drop(fs::create_dir_all(parent));
    }
    if let Err(error) = fs::write(&path, state) {
        tracing::warn!(%error, "the marker of a clean stop could not be written; the next start compares first");
    }
}
