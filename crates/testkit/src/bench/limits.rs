//! What the disk and one core of this machine can do at all: nobody who signs, checks and stores is faster than these.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use comity_journal::suite::{self, SecretKey, Suite};

use super::Figures;
use crate::Seeded;

/// As many bytes as an act of a bench carries.
const ACT: usize = 4096;

/// How often a second something can be done, by doing it for so long.
///
/// # Errors
/// Those of the work.
#[expect(clippy::disallowed_methods, reason = "a bench runs on the machine's time")]
pub fn rate<E>(each: Duration, mut once: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let (began, mut done) = (Instant::now(), 0_u32);
    while began.elapsed() < each {
        once()?;
        done += 1;
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

/// Appends of 4 KiB a second to a file in a folder, each made durable before the next.
///
/// # Errors
/// Those of the file.
pub fn durable_appends(folder: &Path, each: Duration) -> io::Result<f64> {
    let path = folder.join("appends");
    let mut file = File::create(&path)?;
    let appends = rate(each, || {
        file.write_all(&[7; ACT])?;
        file.sync_data()
    });
    std::fs::remove_file(path)?;
    appends
}

/// What one core can do, each as often a second: signatures, checks of one, and hashes of 4 KiB.
pub fn of_one_core(each: Duration) -> [(&'static str, f64); 3] {
    let key = SecretKey::generate(Suite::One, &mut Seeded::new(9));
    let (block, public) = ([7; ACT], key.public());
    let signature = key.sign(&block[..512]);
    let often = |once: &mut dyn FnMut()| {
        let done: Result<f64, std::convert::Infallible> = rate(each, || {
            once();
            Ok(())
        });
        done.unwrap_or_default()
    };
    [
        ("Ed25519, signatures", often(&mut || keep(key.sign(&block[..512])))),
        (
            "Ed25519, strict checks",
            often(&mut || keep(Suite::One.verify(&public, &block[..512], &signature))),
        ),
        ("SHA-256 of 4 KiB", often(&mut || keep(suite::hash(&[&block])))),
    ]
}

/// What was measured of the machine in several rounds.
#[derive(Default)]
pub struct Bounds(Vec<(&'static str, Vec<f64>)>);

impl Bounds {
    /// Measures the disk and one core once more.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn measure(&mut self, folder: &Path, each: Duration) -> io::Result<()> {
        let disk = ("disk: durable appends of 4 KiB", durable_appends(folder, each)?);
        for (what, often) in [disk].into_iter().chain(of_one_core(each)) {
            match self.0.iter_mut().find(|(known, _)| *known == what) {
                Some((_, figures)) => figures.push(often),
                None => self.0.push((what, vec![often])),
            }
        }
        Ok(())
    }

    /// A line each: median, least and greatest.
    pub fn told(&self) -> Vec<String> {
        let line = |(what, figures): &(&str, Vec<f64>)| {
            let often: Figures = figures.iter().copied().collect();
            format!("  {what:<32} {:>8.0} {:>15}", often.median(), often.span(0))
        };
        [String::from("limits, a second:")].into_iter().chain(self.0.iter().map(line)).collect()
    }
}

/// The compiler may not leave out what made this.
fn keep<T>(made: T) {
    let _made = black_box(made);
}
