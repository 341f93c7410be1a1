//! A kind of another house keeps to what every kind keeps to.

use std::path::Path;

use comity_domain::matters::standard;
use comity_kind_of_another_house::pouch::PouchKind;
use comity_testkit::kinds::{check_answers, check_grid, check_grid_page, check_translations, check_words};

#[test]
fn the_grid_of_a_pouch_is_whole_and_the_one_that_was_agreed() {
    let kinds = standard().with::<PouchKind>();
    let pouch = kinds.get("pouch").expect("it is registered");
    check_grid(pouch);
    check_answers(pouch);
    check_translations(pouch);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pouch");
    check_grid_page(pouch, &folder, Path::new(env!("CARGO_TARGET_TMPDIR")));
}

#[test]
fn a_pouch_has_all_its_words_in_both_languages() {
    check_words(&standard().with::<PouchKind>());
}
