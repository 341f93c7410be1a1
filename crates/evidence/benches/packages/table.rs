//! What was measured, told as a table: medians, and between what they lie.

use std::time::Instant;

use comity_testkit::bench::{Figures, machine};

use super::Outcome;
use super::inputs::Input;

/// One piece of work, done once.
#[derive(Clone, Copy, Default)]
pub(crate) struct Taken {
    /// By the clock.
    pub(crate) seconds: f64,
    /// Of all processors together.
    pub(crate) cpu: f64,
    /// What it took further until all was on the disk, where something was written.
    pub(crate) sync: Option<f64>,
    /// The most memory, in KiB.
    pub(crate) peak: Option<u64>,
}

/// Does a piece of work and takes its time; what it gave.
#[expect(clippy::disallowed_methods, reason = "a bench runs on the machine's time")]
pub(crate) fn timed<T>(work: impl FnOnce() -> Outcome<T>) -> Outcome<(T, Taken)> {
    let (began, cpu) = (Instant::now(), machine::cpu());
    let given = work()?;
    let seconds = began.elapsed().as_secs_f64();
    Ok((given, Taken { seconds, cpu: machine::cpu() - cpu, ..Taken::default() }))
}

struct Series {
    group: String,
    what: &'static str,
    /// 0 for what is told in milliseconds.
    bytes: u64,
    taken: Vec<Taken>,
}

/// All series, in the order in which they began.
#[derive(Default)]
pub(crate) struct Table {
    series: Vec<Series>,
    sizes: Vec<(String, f64)>,
}

impl Table {
    /// Notes one more time that `what` took on `bytes` of content.
    pub(crate) fn note(&mut self, group: &str, what: &'static str, bytes: u64, taken: Taken) {
        match self.series.iter_mut().find(|series| series.group == group && series.what == what) {
            Some(series) => series.taken.push(taken),
            None => self.series.push(Series { group: group.to_owned(), what, bytes, taken: vec![taken] }),
        }
    }

    /// Notes how many bytes a sealed package has.
    pub(crate) fn size(&mut self, input: &Input, sealed: u64) {
        if !self.sizes.iter().any(|(group, _)| *group == input.what) {
            let percent = (sealed as f64 / input.bytes as f64 - 1.0) * 100.0;
            self.sizes.push((input.what.clone(), percent));
        }
    }

    /// The median of what was noted: MB of content a second, or milliseconds of what has no bytes.
    pub(crate) fn median(&self, group: &str, what: &str) -> Option<f64> {
        let series = self.series.iter().find(|series| series.group == group && series.what == what)?;
        let rate = |taken: &Taken| match series.bytes {
            0 => taken.seconds * 1000.0,
            bytes => bytes as f64 / 1e6 / taken.seconds,
        };
        Some(series.taken.iter().map(rate).collect::<Figures>().median())
    }

    /// The most memory that any of our own work on this input took, in MiB.
    pub(crate) fn peak(&self, group: &str) -> Option<f64> {
        let of = self.series.iter().filter(|series| series.group == group);
        let peaks: Figures =
            of.flat_map(|series| &series.taken).filter_map(|taken| Some(taken.peak? as f64)).collect();
        (!peaks.is_empty()).then(|| peaks.most() / 1024.0)
    }

    /// What a sealed package is larger than its content, in percent of it.
    pub(crate) fn overhead(&self, group: &str) -> Option<f64> {
        self.sizes.iter().find(|(of, _)| of == group).map(|(_, percent)| *percent)
    }

    /// All of it as text.
    pub(crate) fn told(&self) -> String {
        let mut lines = vec![format!(
            "{:<34} {:>8} {:>13} {:>8} {:>8} {:>9} {:>9}",
            "MB of content a second", "median", "min-max", "on disk", "CPU s", "MB/CPU s", "peak MiB"
        )];
        let mut group = "";
        for series in &self.series {
            if series.group != group {
                group = &series.group;
                lines.push(group.to_owned());
            }
            lines.push(series.told());
        }
        for (group, percent) in &self.sizes {
            lines.push(format!("overhead of the package, {group}: {percent:.4} %"));
        }
        lines.join("\n")
    }
}

impl Series {
    fn told(&self) -> String {
        let each = |of: &dyn Fn(&Taken) -> Option<f64>| self.taken.iter().filter_map(of).collect::<Figures>();
        if self.bytes == 0 {
            let millis = each(&|taken| Some(taken.seconds * 1000.0));
            return format!("  {:<32} {:>8.1} {:>13} ms", self.what, millis.median(), millis.span(1));
        }
        let megabytes = self.bytes as f64 / 1e6;
        let speeds = each(&|taken| Some(megabytes / taken.seconds));
        let on_disk = each(&|taken| Some(megabytes / (taken.seconds + taken.sync?)));
        let cpu = each(&|taken| Some(taken.cpu));
        let peak = each(&|taken| Some(taken.peak? as f64 / 1024.0));
        format!(
            "  {:<32} {:>8.0} {:>13} {:>8} {:>8.2} {:>9.0} {:>9}",
            self.what,
            speeds.median(),
            speeds.span(0),
            or_dash(&on_disk, 0, on_disk.median()),
            cpu.median(),
            megabytes / cpu.median(),
            or_dash(&peak, 1, peak.most()),
        )
    }
}

fn or_dash(of: &Figures, places: usize, number: f64) -> String {
    if of.is_empty() { "-".to_owned() } else { format!("{number:.places$}") }
}
