//! Counting by valgrind: this program again, one path of it, so many times.

use std::process::Command;

use super::Outcome;
use super::paths::Path;

/// Valgrind, where this machine has it.
pub(crate) struct Valgrind {
    /// What it calls itself.
    pub(crate) version: String,
}

impl Valgrind {
    /// Looks for it.
    pub(crate) fn found() -> Option<Self> {
        let said = Command::new("valgrind").arg("--version").output().ok()?;
        let version = String::from_utf8_lossy(&said.stdout).trim().to_owned();
        said.status.success().then_some(Self { version })
    }

    /// Instructions of one operation.
    pub(crate) fn count(&self, path: &Path) -> Outcome<u64> {
        let (once, twice) = (self.run(path, path.times)?, self.run(path, 2 * path.times)?);
        let more = twice.checked_sub(once).ok_or("more repetitions took fewer instructions")?;
        Ok(more / u64::from(path.times))
    }

    fn run(&self, path: &Path, times: u32) -> Outcome<u64> {
        let mut counted = Command::new("valgrind");
        counted.args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]);
        counted.arg(std::env::current_exe()?).args(["--path", path.name, "--times", &times.to_string()]);
        let output = counted.output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        if !output.status.success() {
            return Err(format!("{} under {}: {said}", path.name, self.version).into());
        }
        instructions(&said).ok_or_else(|| format!("no count in what valgrind says: {said}").into())
    }
}

/// From `==123== I   refs:      1,234,567`.
fn instructions(said: &str) -> Option<u64> {
    let counted = said.lines().find_map(|line| {
        let (what, count) = line.split_once("refs:")?;
        what.trim_end().ends_with('I').then_some(count)
    });
    counted?.trim().replace(',', "").parse().ok()
}
