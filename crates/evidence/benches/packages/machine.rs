//! What the machine is, and what it says of processes. Linux tells all of it in files.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::Outcome;

/// How many of its ticks Linux tells a second by in `/proc`, on every architecture.
const TICKS: f64 = 100.0;

/// Processor, cores, what it has for hashes and ciphers, memory, load.
pub(crate) fn told() -> String {
    let cpu = read("/proc/cpuinfo");
    let line =
        |name: &str| cpu.lines().find(|line| line.starts_with(name)).and_then(|line| line.split_once(": "));
    let model = line("model name").map_or("a processor not told", |(_, model)| model);
    let flags: Vec<&str> = line("flags").map_or("", |(_, flags)| flags).split(' ').collect();
    let known = ["sha_ni", "avx2", "avx512f"].into_iter().filter(|flag| flags.contains(flag));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{model}; {cores} cores; {}; load at the start: {}", known.collect::<Vec<_>>().join(" "), load())
}

/// How many processes wanted a core in the last minute, on average.
pub(crate) fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or("not told").to_owned()
}

/// The kind of file system a folder is on, where the system tells.
pub(crate) fn file_system(folder: &Path) -> String {
    let mounts = read("/proc/mounts");
    let fields = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = fields.filter(|(mount, _)| folder.starts_with(mount));
    let nearest = holding.max_by_key(|(mount, _)| mount.len());
    nearest.map_or_else(|| "a file system not told".to_owned(), |(_, kind)| kind.to_owned())
}

/// Waits until what was written is on the disk, so that the next to be measured has it for itself.
pub(crate) fn settle(folder: &Path) -> Outcome<()> {
    let settled = Command::new("sync").arg("-f").arg(folder).status()?;
    if settled.success() { Ok(()) } else { Err("sync has failed".into()) }
}

/// The most memory this process ever had, in KiB.
pub(crate) fn peak() -> u64 {
    let status = read("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// Processor seconds of this process and of all its children that have ended.
pub(crate) fn cpu() -> f64 {
    let stat = read("/proc/self/stat");
    // The name, in parentheses, may hold spaces.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields.split(' ').skip(11).take(4).filter_map(|ticks| ticks.parse::<u32>().ok());
    f64::from(ticks.sum::<u32>()) / TICKS
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
