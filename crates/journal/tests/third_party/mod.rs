//! Test data of third parties, which lies beside this repository and not in it. Where it is absent a test that needs
//! it says that it was skipped.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder `name` of the conformance data, or `None`, said aloud, where the data is not at hand.
pub(crate) fn folder(name: &str) -> Option<PathBuf> {
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/conformance").join(name);
    if !found.is_dir() {
        println!("skipped: ../shared/data/conformance/{name} is absent");
        return None;
    }
    Some(found)
}

/// One JSON file of that data.
pub(crate) fn read(path: &Path) -> Value {
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The text field `name`.
pub(crate) fn text<'a>(case: &'a Value, name: &str) -> &'a str {
    case[name].as_str().unwrap_or_else(|| panic!("`{name}` is no text in {case}"))
}
