//! `comity` with the kinds of matters of this release.

use std::process::ExitCode;

fn main() -> ExitCode {
    comity::run(comity_domain::matters::standard())
}
