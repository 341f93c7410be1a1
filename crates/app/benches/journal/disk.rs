//! What the disk and one core can do at all, and how busy the machine is.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::time::Duration;

use comity_app::Failure;
use comity_journal::suite::{SecretKey, Suite};
use comity_testkit::Seeded;
use tokio::time::Instant;

use super::desk::fault;

const EACH: Duration = Duration::from_secs(1);

/// Appends of 4 KiB that were synced one by one, and signatures made, a second.
pub(crate) fn limits(folder: &Path) -> Result<(f64, f64), Failure> {
    let folder = tempfile::tempdir_in(folder).map_err(fault)?;
    let mut file = File::create_new(folder.path().join("plain")).map_err(fault)?;
    let block = [7; 4096];
    let appends = rate(|| {
        file.write_all(&block).map_err(fault)?;
        file.sync_data().map_err(fault)
    })?;
    let key = SecretKey::generate(Suite::One, &mut Seeded::new(9));
    let signatures = rate(|| {
        std::hint::black_box(key.sign(&block[..512]));
        Ok(())
    })?;
    Ok((appends, signatures))
}

fn rate(mut once: impl FnMut() -> Result<(), Failure>) -> Result<f64, Failure> {
    let (began, mut done) = (Instant::now(), 0);
    while began.elapsed() < EACH {
        once()?;
        done += 1;
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

/// How many processes wanted a core in the last minute, on average.
pub(crate) fn load() -> String {
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().unwrap_or("not told").to_owned()
}

/// The kind of file system a folder is on, where the system tells.
pub(crate) fn file_system(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/mounts").unwrap_or_default();
    let fields = mounts.lines().filter_map(|line| {
        let mut words = line.split(' ').skip(1);
        Some((words.next()?, words.next()?))
    });
    let holding = fields.filter(|(mount, _)| folder.starts_with(mount));
    let nearest = holding.max_by_key(|(mount, _)| mount.len());
    nearest.map_or_else(|| "a file system not told".to_owned(), |(_, kind)| kind.to_owned())
}
