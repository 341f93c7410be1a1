//! How much memory reading takes: counted at the allocator, so that a small input that makes a node hold much is a finding.
//!
//! The count is of the whole process: whoever watches does nothing else meanwhile.

use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// The most memory that reading may hold at once.
#[derive(Clone, Copy)]
pub(crate) struct Bound {
    /// Whatever the input is, in bytes.
    pub(crate) at_least: usize,
    /// For each byte of it, in bytes.
    pub(crate) a_byte: usize,
}

impl Bound {
    /// Does it, and panics when it held more than this.
    pub(crate) fn watch(self, length: usize, does: impl FnOnce() -> bool) -> bool {
        let before = MEMORY.current_usage();
        MEMORY.reset_peak_usage();
        let taken = does();
        let held = MEMORY.peak_usage().saturating_sub(before);
        let most = self.at_least + self.a_byte * length;
        assert!(held <= most, "{held} bytes were held for {length} bytes of input; the bound is {most}");
        taken
    }
}
