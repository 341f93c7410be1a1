//! `comity` with one more kind: the one line of registration.

use std::process::ExitCode;

fn main() -> ExitCode {
    comity::run(comity_domain::matters::standard().with::<comity_kind_of_another_house::pouch::PouchKind>())
}
