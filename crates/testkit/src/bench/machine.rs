//! What the machine is, and what it says of processes. Linux tells all of it in files.

use std::fs;
use std::io;
use std::path::Path;
use std::process::Command;

/// How many of its ticks Linux tells a second by in `/proc`, on every architecture.
const TICKS: f64 = 100.0;

/// Processor, cores, what it has for hashes and ciphers, memory, load.
pub fn told() -> String {
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
pub fn load() -> String {
    read("/proc/loadavg").split(' ').next().unwrap_or("not told").to_owned()
}

/// The kind of file system a folder is on, where the system tells.
pub fn file_system(folder: &Path) -> String {
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
///
/// # Errors
/// When the system cannot.
pub fn settle(folder: &Path) -> io::Result<()> {
    let settled = Command::new("sync").arg("-f").arg(folder).status()?;
    if settled.success() { Ok(()) } else { Err(io::Error::other("sync has failed")) }
}

/// The kind of file system a folder is on, where that is a real disk: in memory nothing would be durable.
///
/// # Errors
/// Where it is in memory.
pub fn disk(folder: &Path) -> io::Result<String> {
    let kind = file_system(folder);
    if kind == "tmpfs" || kind == "ramfs" {
        return Err(io::Error::other(format!("{} is in memory: nothing would be durable", folder.display())));
    }
    Ok(kind)
}

/// How often disks were told to make durable what they hold, since the machine began: every fsync that had something to
/// write is one at least. 0 where the system does not tell.
pub fn flushes() -> u64 {
    let disks = fs::read_dir("/sys/block").into_iter().flatten().flatten();
    let of = |disk: fs::DirEntry| {
        let stat = fs::read_to_string(disk.path().join("stat")).unwrap_or_default();
        stat.split_whitespace().nth(15).and_then(|flushes| flushes.parse::<u64>().ok())
    };
    disks.filter_map(of).sum()
}

/// The most memory this process had, in KiB: ever, or since [`forget_peak`].
pub fn peak() -> u64 {
    kibibytes("VmHWM:")
}

/// The memory this process has, in KiB.
pub fn resident() -> u64 {
    kibibytes("VmRSS:")
}

fn kibibytes(what: &str) -> u64 {
    let status = read("/proc/self/status");
    let line = status.lines().find_map(|line| line.strip_prefix(what));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The peak begins anew, where the system lets it.
pub fn forget_peak() {
    drop(fs::write("/proc/self/clear_refs", "5"));
}

/// Processor seconds of this process and of all its children that have ended.
pub fn cpu() -> f64 {
    let stat = read("/proc/self/stat");
    // The name, in parentheses, may hold spaces.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields);
    let ticks = fields.split(' ').skip(11).take(4).filter_map(|ticks| ticks.parse::<u32>().ok());
    f64::from(ticks.sum::<u32>()) / TICKS
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_default()
}
