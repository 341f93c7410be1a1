//! The one door out: who calls it, and that nothing with content or keys in it goes another way.

use std::fs;
use std::path::Path;

/// Lines of the node's own sources that hold `needle`, by file.
fn callers(needle: &str) -> Vec<String> {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the folder of all crates");
    let mut found = Vec::new();
    for part in ["app/src", "comity/src", "web/src"] {
        gather(&crates.join(part), needle, &mut found);
    }
    found.sort();
    found
}

fn gather(folder: &Path, needle: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).expect("a folder of sources").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, needle, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let lines =
                fs::read_to_string(&path).expect("a source").lines().filter(|l| l.contains(needle)).count();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            found.extend(std::iter::repeat_n(name, lines));
        }
    }
}

#[test]
fn whatever_leaves_a_node_goes_through_the_one_door() {
    // A proof with content, a package and the key for packages: each is let out in the request that asks for it, at the
    // keyboard; a package and lines of the audit by their pages, and what is in a package by the door itself.
    let keyboard = ["request.rs", "request.rs", "request.rs"];
    assert_eq!(callers(".let_out("), [&["egress.rs", "export.rs", "out.rs"][..], &keyboard].concat());
    // A bundle is let out at the keyboard and by its page, and nothing makes one in another place.
    assert_eq!(callers(".let_bundle_out("), ["make.rs", "request.rs"]);
    assert_eq!(callers(".export_bundle("), ["request.rs"]);
    assert_eq!(callers("= export_bundle("), ["make.rs", "mod.rs"]);
    // Looking into a package and taking a file out of it: on one page, and nothing else opens one at the node.
    assert_eq!(callers(".let_content_out("), ["contents.rs", "contents.rs"]);
    assert_eq!(callers(".opener("), ["egress.rs"]);
    // Content reaches a proof that leaves there and nowhere else: the page takes away hashes and signatures only.
    assert_eq!(callers(".export_proof("), ["proof.rs", "request.rs"]);
    assert_eq!(callers(".export_proof(&matter, false)"), ["proof.rs"]);
    // The key is read for export by the command that has asked the node first.
    // (What opens packages at the node is asked for where one is opened for who was let to, and where it is asked whether one
    // is sealed to us.)
    assert_eq!(callers("Identity::from_bytes("), ["cli.rs", "keys.rs"]);
    assert_eq!(callers("keys.identity("), ["opening.rs", "packages.rs"]);
    // A package's bytes leave by the command that has asked the node first, and to partners that may have them.
    assert_eq!(callers(".get(&name)"), ["evidence.rs"]);
    // where every byte is checked without a key, where one is opened for who was let to, and by its page.
    // (At the partners' door twice: run by run over the wire, and whole into a bundle.)
    assert_eq!(callers("objects.get("), ["checking.rs", "opening.rs", "packages.rs", "packages.rs"]);
    assert_eq!(callers("objects().get("), ["out.rs"]);
}
