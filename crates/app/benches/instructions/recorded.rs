//! The counts that somebody looked at, in a file beside this bench: `name<TAB>instructions`, under a line that says with
//! which compiler they were made.

use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

use super::Outcome;

/// Where they stand.
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/instructions/recorded.tsv");
/// How far from what was recorded a count may be, in percent, before somebody has to look.
const AS_RECORDED: f64 = 5.0;

/// What the file holds.
#[derive(Default)]
pub(crate) struct Recorded {
    /// With which compiler, for which architecture.
    pub(crate) made_by: Option<String>,
    /// Instructions of one operation, by path.
    pub(crate) counts: BTreeMap<String, u64>,
}

impl Recorded {
    /// Reads the file; nothing is recorded where there is none.
    pub(crate) fn read() -> Outcome<Self> {
        let text = match fs::read_to_string(FILE) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error.into()),
        };
        let mut recorded = Self::default();
        for line in text.lines() {
            if let Some(made_by) = line.strip_prefix("# ") {
                recorded.made_by = Some(made_by.to_owned());
            } else {
                let (name, count) = line.split_once('\t').ok_or_else(|| format!("{FILE}: {line}"))?;
                recorded.counts.insert(name.to_owned(), count.parse()?);
            }
        }
        Ok(recorded)
    }

    /// Writes the file.
    pub(crate) fn write(&self, made_by: &str) -> Outcome<()> {
        let rows = self.counts.iter().map(|(name, count)| format!("{name}\t{count}\n"));
        Ok(fs::write(FILE, format!("# {made_by}\n{}", rows.collect::<String>()))?)
    }
}

/// The compiler and the architecture.
pub(crate) fn made_by() -> String {
    let said = Command::new("rustc").arg("--version").output().ok().filter(|said| said.status.success());
    let compiler = said.map_or_else(
        || "a compiler not told".to_owned(),
        |said| String::from_utf8_lossy(&said.stdout).trim().to_owned(),
    );
    format!("{}, {compiler}", std::env::consts::ARCH)
}

/// A count beside the one that was recorded.
pub(crate) fn judged(before: Option<u64>, count: u64) -> String {
    let Some(before) = before.filter(|before| *before > 0) else { return "not recorded yet".to_owned() };
    let change = (count as f64 / before as f64 - 1.0) * 100.0;
    if change.abs() <= AS_RECORDED {
        "as recorded".to_owned()
    } else {
        format!("CHANGED by {change:+.1} %: look why, then record")
    }
}
