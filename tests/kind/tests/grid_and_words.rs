//! Kinds of another house keep to what every kind keeps to.

use std::path::Path;

use comity_domain::engine::Kinds;
use comity_domain::matters::standard;
use comity_kind_of_another_house::gathering::GatheringKind;
use comity_kind_of_another_house::pouch::PouchKind;
use comity_testkit::kinds::{check_answers, check_grid, check_grid_page, check_translations, check_words};

fn kinds() -> Kinds {
    standard().with::<PouchKind>().with::<GatheringKind>()
}

fn is_whole(code: &str) {
    let kinds = kinds();
    let kind = kinds.get(code).expect("it is registered");
    check_grid(kind);
    check_answers(kind);
    check_translations(kind);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(code);
    check_grid_page(kind, &folder, Path::new(env!("CARGO_TARGET_TMPDIR")));
}

#[test]
fn the_grid_of_a_pouch_is_whole_and_the_one_that_was_agreed() {
    is_whole("pouch");
}

#[test]
fn the_grid_of_a_gathering_is_whole_and_names_how_several_members_are_read() {
    is_whole("gathering");
    let kinds = kinds();
    let page = kinds.get("gathering").expect("it is registered").grid_page();
    assert!(page.contains("Where several parties are `member`"), "{page}");
}

#[test]
fn kinds_of_another_house_have_all_their_words_in_both_languages() {
    check_words(&kinds());
}

#[test]
fn only_a_kind_that_is_convened_admits_and_removes_parties() {
    for kind in kinds().iter() {
        for act in ["admit", "remove"] {
            assert_eq!(kind.act(act).is_some(), kind.def().code == "gathering", "{}", kind.def().code);
        }
    }
}
