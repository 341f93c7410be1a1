//! `comity` with two more kinds: one line of registration each.

use std::process::ExitCode;

use comity_kind_of_another_house::{gathering::GatheringKind, pouch::PouchKind};

fn main() -> ExitCode {
    comity::run(comity_domain::matters::standard().with::<PouchKind>().with::<GatheringKind>())
}
