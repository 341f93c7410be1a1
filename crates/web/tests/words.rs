//! The words of the pages: whole in both languages, and none that no page says.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use comity_testkit::kinds::messages;
use comity_web::pages::WORDS;

type Texts = BTreeMap<String, BTreeSet<String>>;

fn all(pick: impl Fn(&(&'static str, &'static str)) -> &'static str) -> Texts {
    let mut texts = Texts::new();
    for source in WORDS.iter().map(pick) {
        for (key, variables) in messages(source) {
            assert!(texts.insert(key.clone(), variables).is_none(), "`{key}` stands in two places");
        }
    }
    texts
}

/// Every text between quotes in the pages' sources that begins like a key.
fn asked_for(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the pages").flatten() {
        let path = entry.path();
        if path.is_dir() {
            asked_for(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let begins = |text: &&str| text.starts_with("page-") || text.starts_with("bundle-");
            let keys = source.split('"').filter(begins).filter(|text| !text.contains([' ', '\n']));
            found.extend(keys.map(str::to_owned));
        }
    }
}

fn keys_in_sources() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    asked_for(&here.join("src"), &mut found);
    // What is said of bundles is said at the keyboard, too.
    asked_for(&here.join("../app/src/bundles"), &mut found);
    asked_for(&here.join("../comity/src/bundle"), &mut found);
    // Classes of the stylesheet that are named alike.
    for class in ["page-body", "page-wrapper", "page-link", "page-item"] {
        found.remove(class);
    }
    found
}

#[test]
fn both_languages_say_the_same_things_with_the_same_variables() {
    assert_eq!(all(|(zh, _)| zh), all(|(_, en)| en));
}

#[test]
fn every_text_a_page_asks_for_is_there() {
    let texts = all(|(_, en)| en);
    for key in keys_in_sources() {
        match key.split_once('{') {
            // Some of a key is filled in when the page is made: one text at least begins like it.
            Some((begins, _)) => assert!(texts.keys().any(|text| text.starts_with(begins)), "{key}"),
            None => assert!(texts.contains_key(&key), "{key}"),
        }
    }
}

#[test]
fn no_text_is_kept_that_no_page_says() {
    let asked = keys_in_sources();
    let begins: Vec<_> =
        asked.iter().filter_map(|key| key.split_once('{').map(|(begins, _)| begins)).collect();
    for key in all(|(_, en)| en).into_keys() {
        let helped = key.strip_suffix("-help").is_some_and(|key| asked.contains(key));
        let said = asked.contains(&key)
            || helped
            || begins.iter().any(|begins| !begins.is_empty() && key.starts_with(begins));
        assert!(said, "{key}");
    }
}

#[test]
fn chinese_is_written_with_chinese_punctuation_and_no_text_speaks_of_lanes() {
    for (zh, en) in WORDS {
        for line in zh.lines().filter(|line| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c))) {
            let said = line.split_once(" = ").map_or("", |(_, said)| said);
            let outside_variables: String =
                said.split('{').map(|part| part.split_once('}').map_or(part, |(_, rest)| rest)).collect();
            assert!(!outside_variables.contains([',', ';', ':']), "{line}");
        }
        let said = en.lines().filter_map(|line| Some(line.split_once(" = ")?.1.to_lowercase()));
        assert!(
            !said
                .flat_map(|said| said
                    .split(|c: char| !c.is_alphabetic())
                    .map(str::to_owned)
                    .collect::<Vec<_>>())
                .any(|word| word == "lane" || word == "lanes")
        );
    }
}
