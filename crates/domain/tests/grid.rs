//! The grids of the standard kinds: total, every act in them can be done by the party it is offered to, nobody is
//! waited for who can do nothing, and each is the page that was agreed.

use std::path::Path;

use comity_domain::matters::standard;
use comity_testkit::kinds::{check_answers, check_grid, check_grid_page, check_translations};

#[test]
fn no_cell_of_any_kind_is_impossible() {
    standard().iter().for_each(check_grid);
}

#[test]
fn every_act_that_answers_names_acts_of_its_kind() {
    standard().iter().for_each(check_answers);
    standard().iter().for_each(check_translations);
}

#[test]
fn every_grid_is_the_one_that_was_agreed() {
    let matters = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/matters");
    let fresh = Path::new(env!("CARGO_TARGET_TMPDIR"));
    for kind in standard().iter() {
        check_grid_page(kind, &matters.join(kind.def().code), fresh);
    }
}
