//! Drives one target with libFuzzer: `fuzz FOLDER… -max_total_time=60 -ignore_remaining_args=1 TARGET`. `scripts/fuzz` calls it.
//!
//! Which target comes last on the command line, behind what libFuzzer is told not to read.
#![no_main]

use std::sync::LazyLock;

use comity_fuzz::Target;

static TARGET: LazyLock<&Target> = LazyLock::new(|| {
    let name = std::env::args().next_back().unwrap_or_default();
    Target::named(&name).expect("the last argument is the name of a target")
});

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    TARGET.run(bytes);
});
