//! The BagIt conformance suite of the Library of Congress, and what it leaves open: bags of version 1.0 that are
//! wrong in one way each.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "in what tests share, failing is the point")]

use std::fs;
use std::path::{Path, PathBuf};

use comity_evidence::bag::{Algorithm, BagProblem, BagProblems, BagWarning, validate_folder};

#[path = "plain/mod.rs"]
mod plain;
use plain::{Tree, packed, plant, skip, tree};

fn suite() -> Option<PathBuf> {
    let suite = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/conformance/bagit");
    suite.is_dir().then_some(suite)
}

/// The bags of one version, as (expectation, name, folder).
fn bags(version: &Path) -> Vec<(String, String, PathBuf)> {
    let below = |folder: &Path| {
        let mut all: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        all.retain(|path| path.is_dir());
        all.sort();
        all
    };
    let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
    below(version)
        .iter()
        .flat_map(|expectation| {
            below(expectation).into_iter().map(|bag| (name(expectation), name(&bag), bag))
        })
        .collect()
}

#[test]
fn bags_of_version_1_0_are_judged_as_the_suite_says() {
    let Some(suite) = suite() else { return skip("the BagIt conformance suite") };
    let bags = bags(&suite.join("v1.0"));
    assert_eq!(bags.len(), 5);
    for (expected, name, bag) in bags {
        let judged = validate_folder(&bag);
        match expected.as_str() {
            "valid" => assert_eq!(judged.unwrap().checked_with, [Algorithm::Sha512], "{name}"),
            // And for the reason that the bag is named after, not by chance.
            "invalid" => {
                let problems = judged.expect_err(&name);
                let found = problems.first.iter().any(|problem| match name.as_str() {
                    "bagit-with-invalid-whitespace" => matches!(problem, BagProblem::Declaration(_)),
                    "notAllManifestsListAllFiles" => {
                        matches!(problem, BagProblem::NotListed { path, .. } if path == "data/missingFromManifest.txt")
                    }
                    // The first of these two also has a space behind its version, for which it is refused first.
                    "same-filename-listed-twice-with-different-hashes" => {
                        matches!(problem, BagProblem::Declaration(_) | BagProblem::ListedTwice { .. })
                    }
                    "same-filename-listed-twice-with-the-same-hash" => {
                        matches!(problem, BagProblem::ListedTwice { path, .. } if path == "data/README")
                    }
                    other => panic!("a new bag in the suite: {other}"),
                });
                assert!(found, "{name}: {problems}");
            }
            other => panic!("a new expectation in the suite: {other}"),
        }
    }
}

#[test]
fn bags_of_earlier_versions_are_refused_as_too_old() {
    let Some(suite) = suite() else { return skip("the BagIt conformance suite") };
    let mut count = 0;
    for version in ["0.93", "0.94", "0.95", "0.96", "0.97"] {
        for (_, name, bag) in bags(&suite.join(format!("v{version}"))) {
            count += 1;
            let problems = validate_folder(&bag).expect_err(&name);
            let [problem] = &problems.first[..] else { panic!("{name}: {problems}") };
            match name.as_str() {
                // Refused before a version can be read: there is no bagit.txt,
                "missing-bagit.txt" => {
                    assert!(matches!(problem, BagProblem::NoBag("bagit.txt")), "{problem}");
                }
                // or it begins with a byte order mark, or says ".97".
                "bom-in-bagit.txt" | "invalid-version-number" => {
                    assert!(matches!(problem, BagProblem::Declaration(_)), "{name}: {problem}");
                }
                _ => {
                    // One bag among those of 0.97 says that it is of 0.96.
                    let one = name == "same-filename-listed-twice-with-different-normalization";
                    let declared = if one { "0.96" } else { version };
                    assert!(
                        matches!(problem, BagProblem::TooOld(old) if old == declared),
                        "{name}: {problem}"
                    );
                    assert!(problem.to_string().contains("too old"));
                }
            }
        }
    }
    assert_eq!(count, 55);
}

/// Copies a bag and declares it to be of version 1.0, also to its tag manifests: their line on bagit.txt goes.
fn redeclared(bag: &Path, to: &Path) {
    for (path, content) in plain::gather(bag, false) {
        let text = |content: &[u8]| String::from_utf8(content.to_vec()).unwrap_or_default();
        let content = match path.as_str() {
            "bagit.txt" => {
                let text = text(&content);
                let (_, rest) = text.split_once('\n').unwrap_or_default();
                format!("BagIt-Version: 1.0\n{rest}").into_bytes()
            }
            name if name.starts_with("tagmanifest-") => {
                let lines = text(&content);
                let kept = lines.lines().filter(|line| !line.ends_with("bagit.txt"));
                kept.map(|line| format!("{line}\n")).collect::<String>().into_bytes()
            }
            _ => content,
        };
        plant(to, &Tree::from([(path, content)]));
    }
}

/// What a redeclared bag must come to, where that is not simply what its folder in the suite says.
fn exception(name: &str) -> Option<&'static str> {
    Some(match name {
        // What was wrong with them was the line that declaring them anew has put right.
        "bom-in-bagit.txt" | "invalid-version-number" => "valid",
        // Other encodings of tag files, and SHA-224, are not read here; it says so.
        "ISO-8859-1-encoded-tag-files" | "UTF-16-encoded-tag-files" => "tag files are in",
        "uncommon-metadata-separators" => "no manifest",
        // Version 1.0 forbids what earlier versions tolerated with a warning.
        "same-filename-listed-twice-with-the-same-hash" => "twice",
        // These need a machine that takes the two names for one, or files that never came into the suite's archive.
        "duplicate-file-with-different-case" => "data/HELLO.txt",
        "same-filename-listed-twice-with-different-normalization" => "missing",
        "special-system-files" => ".DS_Store",
        _ => return None,
    })
}

#[test]
fn bags_of_0_97_declared_to_be_1_0_are_judged_as_the_suite_says() {
    let Some(suite) = suite() else { return skip("the BagIt conformance suite") };
    for (expected, name, bag) in bags(&suite.join("v0.97")) {
        let folder = tempfile::tempdir().unwrap();
        redeclared(&bag, folder.path());
        if name == "missing-bagit.txt" {
            fs::remove_file(folder.path().join("bagit.txt")).ok();
        }
        let judged = validate_folder(folder.path());
        let old_form = |warnings: &[BagWarning]| {
            warnings.iter().any(|warning| matches!(warning, BagWarning::OldForm(_)))
        };
        match (exception(&name).unwrap_or(&expected), judged) {
            ("valid", Ok(_)) => {}
            ("warning", Ok(facts)) => assert!(old_form(&facts.warnings), "{name}"),
            ("invalid", Err(_)) => {}
            // A path that leads out, on whatever machine, is refused as that.
            ("linux-only" | "windows-only", Err(problems)) => {
                let outside =
                    problems.first.iter().any(|problem| matches!(problem, BagProblem::Outside { .. }));
                assert!(outside, "{name}: {problems}");
            }
            (words, Err(problems)) if exception(&name).is_some() => {
                assert!(problems.to_string().contains(words), "{name}: {problems}");
            }
            (expected, judged) => panic!("{name} should be {expected}: {judged:?}"),
        }
    }
}

/// A good bag of version 1.0 with three files, unpacked from a package.
fn good() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    plant(&folder.path().join("source"), &tree(&["a", "b/c", "笔录"]));
    let (bytes, _) = packed(&folder.path().join("source")).unwrap();
    comity_evidence::extract::unpack(&mut &bytes[..], &folder.path().join("bag"), &mut |_| {}).unwrap();
    folder
}

/// Changes a good bag in one way and judges it.
fn judged(change: impl FnOnce(&Path)) -> Result<Vec<BagWarning>, BagProblems> {
    let folder = good();
    let bag = folder.path().join("bag");
    // The tag manifest would speak of every change first.
    fs::remove_file(bag.join("tagmanifest-sha256.txt")).unwrap();
    change(&bag);
    validate_folder(&bag).map(|facts| facts.warnings)
}

fn edit(file: &Path, change: impl FnOnce(String) -> String) {
    fs::write(file, change(fs::read_to_string(file).unwrap())).unwrap();
}

#[test]
fn a_bag_that_is_wrong_in_one_way_is_refused_for_that() {
    type Change = fn(&Path);
    let wrongs: &[(&str, Change)] = &[
        ("\"data/a\" is damaged", |bag| fs::write(bag.join("data/a"), b"b").unwrap()),
        ("\"data/b/c\" is listed in \"manifest-sha256.txt\" and missing", |bag| {
            fs::remove_dir_all(bag.join("data/b")).unwrap();
        }),
        ("\"data/b/c\" is listed in \"manifest-sha256.txt\" and missing", |bag| {
            fs::remove_dir_all(bag.join("data/b")).unwrap();
            fs::write(bag.join("data/b"), b"a file where a folder was").unwrap();
        }),
        ("\"data/new\" is not listed", |bag| fs::write(bag.join("data/new"), b"").unwrap()),
        ("speaks of 99 bytes", |bag| edit(&bag.join("bag-info.txt"), |_| "Payload-Oxum: 99.3\n".into())),
        ("a line has no label", |bag| edit(&bag.join("bag-info.txt"), |text| text + "no label\n")),
        ("bagit.txt is missing", |bag| fs::remove_file(bag.join("bagit.txt")).unwrap()),
        ("the folder data is missing", |bag| fs::remove_dir_all(bag.join("data")).unwrap()),
        ("no manifest", |bag| fs::remove_file(bag.join("manifest-sha256.txt")).unwrap()),
        ("line 4: not of the form", |bag| edit(&bag.join("manifest-sha256.txt"), |text| text + "data/x\n")),
        ("version 2.0, which is not known", |bag| {
            edit(&bag.join("bagit.txt"), |text| text.replace("1.0", "2.0"));
        }),
        ("\"data/link\" is a link", |bag| {
            std::os::unix::fs::symlink("/etc/passwd", bag.join("data/link")).unwrap();
        }),
        ("is a link", |bag| {
            fs::rename(bag.join("data"), bag.join("elsewhere")).unwrap();
            std::os::unix::fs::symlink("elsewhere", bag.join("data")).unwrap();
        }),
        ("lists \"data/a\" twice", |bag| {
            edit(&bag.join("manifest-sha256.txt"), |text| {
                text.lines().next().unwrap().to_owned() + "\n" + &text
            });
        }),
        ("names \"data/../bag-info.txt\", which is outside", |bag| {
            edit(&bag.join("manifest-sha256.txt"), |text| text.replace("data/a", "data/../bag-info.txt"));
        }),
        ("names \"bag-info.txt\", which is outside", |bag| {
            edit(&bag.join("manifest-sha256.txt"), |text| text.replace("data/a", "bag-info.txt"));
        }),
        ("\"data/to-come\" is still to be fetched", |bag| {
            edit(&bag.join("manifest-sha256.txt"), |text| {
                format!("{text}{}  data/to-come\n", "0".repeat(64))
            });
            fs::write(bag.join("fetch.txt"), b"https://example.org/x 12 data/to-come\n").unwrap();
        }),
        ("\"fetch.txt\", line 1", |bag| {
            fs::write(bag.join("fetch.txt"), b"https://example.org/x\n").unwrap();
        }),
        ("\"bag-info.txt\" is damaged", |bag| {
            fs::write(bag.join("tagmanifest-sha256.txt"), format!("{}  bag-info.txt\n", "0".repeat(64)))
                .unwrap();
        }),
        ("\"gone.txt\" is listed in \"tagmanifest-sha256.txt\" and missing", |bag| {
            fs::write(bag.join("tagmanifest-sha256.txt"), format!("{}  gone.txt\n", "0".repeat(64))).unwrap();
        }),
        ("names \"data/a\", which is outside", |bag| {
            fs::write(bag.join("tagmanifest-sha256.txt"), format!("{}  data/a\n", "0".repeat(64))).unwrap();
        }),
        ("a line is not UTF-8", |bag| fs::write(bag.join("manifest-sha256.txt"), b"\xff\n").unwrap()),
    ];
    assert_eq!(judged(|_| {}).unwrap(), []);
    for (words, change) in wrongs {
        let problems = judged(change).expect_err(words);
        assert!(problems.to_string().contains(words), "{words}: {problems}");
    }
}

#[test]
fn what_is_to_be_fetched_is_not_told_as_missing_too() {
    let problems = judged(|bag| {
        edit(&bag.join("manifest-sha256.txt"), |text| format!("{text}{}  data/to-come\n", "0".repeat(64)));
        fs::write(bag.join("fetch.txt"), b"https://example.org/x 12 data/to-come\n").unwrap();
    });
    let problems = problems.unwrap_err().first;
    assert!(
        matches!(&problems[..], [BagProblem::ToBeFetched(path)] if path == "data/to-come"),
        "{problems:?}"
    );
}

#[test]
fn what_weakens_a_bag_without_breaking_it_is_a_warning() {
    let warned =
        judged(|bag| edit(&bag.join("manifest-sha256.txt"), |text| text.replace("  data/a", " *./data/a")));
    assert_eq!(warned.unwrap(), [BagWarning::OldForm("manifest-sha256.txt".into())]);
    let warned = judged(|bag| fs::write(bag.join("manifest-sha3256.txt"), b"whatever").unwrap());
    assert_eq!(warned.unwrap(), [BagWarning::NotChecked("manifest-sha3256.txt".into())]);
    let warned = judged(|bag| fs::write(bag.join("fetch.txt"), b"https://example.org/a - data/a\n").unwrap());
    assert_eq!(warned.unwrap(), [BagWarning::Fetched]);
}

#[test]
fn all_problems_are_told_and_many_are_counted() {
    let problems = judged(|bag| {
        for number in 0..250 {
            fs::write(bag.join(format!("data/new-{number}")), b"").unwrap();
        }
        fs::remove_file(bag.join("data/a")).unwrap();
    })
    .unwrap_err();
    // The missing one, the sum, and 250 files that are not listed.
    assert_eq!((problems.first.len(), problems.more), (100, 152));
    assert!(problems.to_string().ends_with("and 152 more"));
}

#[test]
fn a_file_is_no_bag() {
    let folder = good();
    let problems = validate_folder(&folder.path().join("bag/bagit.txt")).unwrap_err();
    assert!(matches!(problems.first[..], [BagProblem::NotAFolder]));
    assert!(validate_folder(&folder.path().join("absent")).is_err());
}
