//! Bundles that are not taken, and change nothing.

use std::fs;

use serde_json::Value;

use crate::two::Two;

/// The items of a bundle, as ranges of its bytes.
fn items(bytes: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        // Byte strings all: a length below 24 stands in the first byte, a longer one in the 1, 2 or 4 after it.
        let width = bytes[at].checked_sub(0x58).map_or(0, |power| 1 << power);
        let size = bytes[at + 1..at + 1 + width].iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
        let size = if width == 0 { usize::from(bytes[at] - 0x40) } else { size };
        found.push(at..at + 1 + width + size);
        at += 1 + width + size;
    }
    found
}

#[test]
fn a_bundle_for_somebody_else_or_from_a_stranger_changes_nothing() {
    let two = Two::met();
    let place = &two.place;
    two.request();
    two.export("a", "for-b.bundle", &[]);
    // C is no partner of B's, but B is one of C's.
    place.init("c", "xc.liaison", "XC");
    place.expect(0, &["card", "show", "c", "--out", "c.card"]);
    for (name, role) in [("Gil Moor", "officer"), ("Hana Sato", "supervisor")] {
        place.expect(0, &["officer", "add", "c", name, "--role", role]);
    }
    two.meet("c", "b", "Country B", ["Gil Moor", "Hana Sato"]);
    let before = [two.journal("b"), two.journal("c")];
    assert_eq!(two.import(1, "c", "for-b.bundle")["why"], "other-key");
    // A's own bundle does not open at A either.
    assert_eq!(two.import(1, "a", "for-b.bundle")["why"], "other-key");
    let export = ["bundle", "export", "c", "--to", "Country B", "--out", "from-c.bundle"];
    place.expect(0, &[&export[..], &["--as", "Gil Moor"]].concat());
    assert_eq!(two.import(1, "b", "from-c.bundle")["why"], "stranger");
    // Known to one person is not known to two.
    let print = place.expect(0, &["card", "show", "c"]).word("fingerprint");
    let add = ["partner", "add", "b", "c.card", "--fingerprint", &print, "--name", "Country C"];
    let unconfirmed = two.journal("b");
    assert_eq!(unconfirmed, before[0]);
    place.expect(0, &[&add[..], &["--as", "Chen Ning"]].concat());
    assert_eq!(two.import(1, "b", "from-c.bundle")["why"], "stranger");
    place.expect(0, &["partner", "confirm", "b", "Country C", "--as", "Dara Vong"]);
    assert_eq!(two.import(0, "b", "from-c.bundle")["received"], 0);
    assert_eq!(place.expect(0, &["matter", "list", "b"]).json, Value::Array(Vec::new()));
}

#[test]
fn a_bundle_that_was_cut_or_changed_changes_nothing_and_says_so() {
    let two = Two::met();
    let place = &two.place;
    let matter = two.request();
    two.export("a", "whole.bundle", &[]);
    let whole = fs::read(place.path("whole.bundle")).expect("the bundle");
    let (items, before) = (items(&whole), two.journal("b"));
    let refused = |bytes: &[u8], what: &str| {
        fs::write(place.path("broken.bundle"), bytes).expect("a file");
        let said = two.import(1, "b", "broken.bundle");
        assert!(
            said["text"].as_str().is_some_and(|text| text.contains("Nothing was taken")),
            "{what}: {said}"
        );
        said["why"].as_str().unwrap_or_default().to_owned()
    };
    for (frame, item) in items.iter().enumerate().skip(1) {
        assert_eq!(refused(&whole[..item.start], "cut"), "cut", "before frame {frame}");
        assert_eq!(refused(&whole[..(item.start + item.end) / 2], "cut"), "cut", "within frame {frame}");
    }
    assert_eq!(refused(&[], "empty"), "not-a-bundle");
    assert_eq!(refused(&[&whole[..], &[0x40]].concat(), "lengthened"), "altered");
    // A frame that is left out, or moved.
    let (first, second) = (items[1].clone(), items[2].clone());
    let without = [&whole[..first.start], &whole[first.end..]].concat();
    assert_eq!(refused(&without, "without a frame"), "altered");
    let moved = [&whole[..first.start], &whole[second.clone()], &whole[first], &whole[second.end..]].concat();
    assert_eq!(refused(&moved, "in another order"), "altered");
    // The beginning and the end of every item, and places between.
    let mut places: Vec<_> = items.iter().flat_map(|item| [item.start, item.end - 1]).collect();
    places.extend((0..24).map(|n| n * whole.len() / 24));
    for (n, at) in places.into_iter().enumerate() {
        let mut changed = whole.clone();
        changed[at] ^= 1 << (n % 8);
        refused(&changed, &format!("bit {} of byte {at}", n % 8));
    }
    assert_eq!(two.journal("b"), before);
    two.import(0, "b", "whole.bundle");
    assert_eq!(place.status("b", &matter), "sent");
}
