//! What was measured, told as a table: medians, and between what they lie.

use std::time::Instant;

use super::inputs::Input;
use super::{Outcome, machine};

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
        let each = |of: &dyn Fn(&Taken) -> Option<f64>| sorted(self.taken.iter().filter_map(of).collect());
        if self.bytes == 0 {
            let millis = each(&|taken| Some(taken.seconds * 1000.0));
            let span = format!("{:.1}-{:.1}", least(&millis), most(&millis));
            return format!("  {:<32} {:>8.1} {span:>13} ms", self.what, median(&millis));
        }
        let megabytes = self.bytes as f64 / 1e6;
        let speeds = each(&|taken| Some(megabytes / taken.seconds));
        let on_disk = each(&|taken| Some(megabytes / (taken.seconds + taken.sync?)));
        let cpu = each(&|taken| Some(taken.cpu));
        let peak = each(&|taken| Some(taken.peak? as f64 / 1024.0));
        format!(
            "  {:<32} {:>8.0} {:>13} {:>8} {:>8.2} {:>9.0} {:>9}",
            self.what,
            median(&speeds),
            format!("{:.0}-{:.0}", least(&speeds), most(&speeds)),
            or_dash(&on_disk, 0, median(&on_disk)),
            median(&cpu),
            megabytes / median(&cpu),
            or_dash(&peak, 1, most(&peak)),
        )
    }
}

fn or_dash(of: &[f64], places: usize, number: f64) -> String {
    if of.is_empty() { "-".to_owned() } else { format!("{number:.places$}") }
}

fn sorted(mut numbers: Vec<f64>) -> Vec<f64> {
    numbers.sort_by(f64::total_cmp);
    numbers
}

fn least(sorted: &[f64]) -> f64 {
    sorted.first().copied().unwrap_or(0.0)
}

fn most(sorted: &[f64]) -> f64 {
    sorted.last().copied().unwrap_or(0.0)
}

fn median(sorted: &[f64]) -> f64 {
    let (low, high) = (sorted.get(sorted.len().saturating_sub(1) / 2), sorted.get(sorted.len() / 2));
    (low.unwrap_or(&0.0) + high.unwrap_or(&0.0)) / 2.0
}
