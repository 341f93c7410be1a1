//! The kinds that worlds bring keep to what every kind must keep to.

use comity_simulation::kinds;
use comity_testkit::kinds::{check_answers, check_grid, check_translations};

#[test]
fn councils_and_escorts_are_kinds_like_any_other() {
    let known = kinds::all();
    for code in ["council", "escort"] {
        let kind = known.get(code).expect("the worlds bring it");
        check_grid(kind);
        check_answers(kind);
        check_translations(kind);
    }
}
