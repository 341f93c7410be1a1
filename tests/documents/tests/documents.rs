//! What the threat model and the breakages name is in the tree: a page about security that has rotted is worse than none.
//!
//! Read off the sources, so that this needs nothing built. Not here: whether a test shows what a row says; who writes the row
//! looks at that.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Where a test stands: its crate, the file or folder it is in, and its name.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Named {
    package: String,
    place: Option<String>,
    test: String,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn folder_of(package: &str) -> PathBuf {
    let among_crates = root().join("crates").join(package);
    if among_crates.is_dir() { among_crates } else { root().join("tests").join(package) }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() && entry.file_name() != "target" {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Whether a source has a function of this name, or a macro is given the name of one as `name: …`.
fn has(source: &str, test: &str) -> bool {
    let begins = |line: &str| {
        let rest = line.split_once("fn ").map_or(line, |(_, rest)| rest);
        rest.strip_prefix(test).is_some_and(|after| after.starts_with(['(', '<', ':']))
    };
    source.lines().map(str::trim_start).any(begins)
}

fn is_there(named: &Named) -> bool {
    let mut files = Vec::new();
    sources(&folder_of(&named.package), &mut files);
    let stands_in = |file: &PathBuf| {
        named.place.as_ref().is_none_or(|place| {
            file.components().any(|part| Path::new(part.as_os_str()).file_stem() == Some(place.as_ref()))
        })
    };
    files.iter().filter(|file| stands_in(file)).any(|file| {
        let source = fs::read_to_string(file).unwrap_or_default();
        has(&source, &named.test)
    })
}

/// What stands between backticks on a page.
fn quoted(page: &str) -> impl Iterator<Item = &str> {
    page.split('`').skip(1).step_by(2)
}

/// `CRATE PLACE::NAME`, as pages name a test.
fn on_a_page(text: &str) -> Option<Named> {
    let (package, test) = text.split_once(' ')?;
    let (place, test) = test.rsplit_once("::")?;
    let place = place.rsplit("::").next().map(str::to_owned);
    Some(Named { package: package.to_owned(), place, test: test.to_owned() })
}

/// `-p comity-CRATE … NAME`, as a breakage names one; its place is what stands behind `--test`.
fn in_a_command(line: &str) -> Option<Named> {
    let words: Vec<&str> = line.strip_prefix("# caught by: cargo nextest run ")?.split(' ').collect();
    let after = |flag: &str| words.iter().skip_while(|word| **word != flag).nth(1);
    let package = after("-p")?.trim_start_matches("comity-").to_owned();
    let place = after("--test").map(|place| (*place).to_owned());
    Some(Named { package, place, test: (*words.last()?).to_owned() })
}

fn missing(named: BTreeSet<Named>) -> Vec<Named> {
    named.into_iter().filter(|named| !is_there(named)).collect()
}

#[test]
fn every_test_that_the_threat_model_names_is_there() {
    let page = fs::read_to_string(root().join("docs/security/threat-model.md")).expect("the threat model");
    let named: BTreeSet<Named> = quoted(&page).filter_map(on_a_page).collect();
    assert!(named.len() > 100, "hardly any test was found on the page: {named:?}");
    assert_eq!(missing(named), []);
}

#[test]
fn every_module_that_the_threat_model_names_is_there() {
    let page = fs::read_to_string(root().join("docs/security/threat-model.md")).expect("the threat model");
    let paths = quoted(&page).filter(|text| text.contains("::") && !text.contains([' ', '(']));
    let gone: Vec<&str> = paths
        .filter(|path| {
            let (package, rest) = path.split_once("::").expect("it holds one");
            let inside = folder_of(package).join("src").join(rest.replace("::", "/"));
            !(inside.is_dir() || inside.with_extension("rs").is_file())
        })
        .collect();
    assert_eq!(gone, Vec::<&str>::new());
}

#[test]
fn every_breakage_says_what_is_broken_and_names_a_test_that_is_there() {
    let mut named = BTreeSet::new();
    for entry in fs::read_dir(root().join("tests/broken")).expect("the breakages").flatten() {
        let path = entry.path();
        if path.extension().is_none_or(|end| end != "patch") {
            continue;
        }
        let patch = fs::read_to_string(&path).expect("a breakage");
        for line in ["# broken: ", "# rule: ", "# caught by: "] {
            assert!(patch.contains(line), "{}: no line {line}", path.display());
        }
        named.extend(patch.lines().filter_map(in_a_command));
    }
    assert!(named.len() >= 15, "hardly any breakage was found: {named:?}");
    assert_eq!(missing(named), []);
}

#[test]
fn a_name_is_found_only_where_it_is_said_to_stand() {
    let at = |text: &str| is_there(&on_a_page(text).expect("a test"));
    assert!(at("documents documents::a_name_is_found_only_where_it_is_said_to_stand"));
    assert!(!at("documents documents::a_name_is_found_only_where_it_is_said"));
    assert!(!at("documents elsewhere::a_name_is_found_only_where_it_is_said_to_stand"));
    assert!(at("simulation worlds::worlds_0_to_49"));
    let command = "# caught by: cargo nextest run -p comity-documents --test documents quoted";
    assert!(in_a_command(command).is_some_and(|named| is_there(&named)));
}
