//! What the disk and one core of this machine can do at all: nobody who signs, checks, seals, sends and stores is faster
//! than these.
//!
//! Each by the library that a node does it with. Not here: packages, which are enciphered by another library, in chunks of
//! 64 KiB, and written around the page cache; their bench has limits of its own.

use std::fs::File;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use comity_federation::seal::{Sealer, SealingSecret};
use comity_journal::suite::{self, SecretKey, Suite};

use super::Figures;
use super::tls::Session;
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

/// What one core can do, each as often a second: signatures, checks of one, hashes, content sealed, and messages through
/// TLS.
///
/// # Errors
/// Those of TLS.
pub fn of_one_core(each: Duration) -> io::Result<Vec<(String, f64)>> {
    let key = SecretKey::generate(Suite::One, &mut Seeded::new(9));
    let (block, public) = ([7; ACT], key.public());
    let signature = key.sign(&block[..512]);
    let receiver = SealingSecret::generate(&mut Seeded::new(10)).public();
    let begun = Sealer::begin(&receiver, b"a limit", &mut Seeded::new(11)).map_err(io::Error::other)?;
    let mut sealer = begun.0;
    let often = |once: &mut dyn FnMut()| {
        let done: Result<f64, std::convert::Infallible> = rate(each, || {
            once();
            Ok(())
        });
        done.unwrap_or_default()
    };
    let alone = [
        ("Ed25519, signatures", often(&mut || keep(key.sign(&block[..512])))),
        (
            "Ed25519, strict checks",
            often(&mut || keep(Suite::One.verify(&public, &block[..512], &signature))),
        ),
        ("SHA-256 of 4 KiB", often(&mut || keep(suite::hash(&[&block])))),
        // As content in a batch is sealed, without the exchange of keys that each batch begins with.
        ("ChaCha20-Poly1305 of 4 KiB, HPKE", often(&mut || keep(sealer.seal(&block)))),
    ];
    let mut all: Vec<_> = alone.into_iter().map(|(what, often)| (what.to_owned(), often)).collect();
    let mut arrived = [0; ACT];
    for (suite, mut session) in Session::of_each_suite()? {
        let often = rate(each, || session.pass(black_box(&block), &mut arrived))?;
        all.push((format!("TLS, 4 KiB passed, {suite}"), often));
    }
    Ok(all)
}

/// What was measured of the machine in several rounds.
#[derive(Default)]
pub struct Bounds(Vec<(String, Vec<f64>)>);

impl Bounds {
    /// Measures the disk and one core once more.
    ///
    /// # Errors
    /// Those of the disk, and of TLS.
    pub fn measure(&mut self, folder: &Path, each: Duration) -> io::Result<()> {
        let disk = ("disk: durable appends of 4 KiB".to_owned(), durable_appends(folder, each)?);
        for (what, often) in std::iter::once(disk).chain(of_one_core(each)?) {
            match self.0.iter_mut().find(|(known, _)| *known == what) {
                Some((_, figures)) => figures.push(often),
                None => self.0.push((what, vec![often])),
            }
        }
        Ok(())
    }

    /// A line each: median, least and greatest.
    pub fn told(&self) -> Vec<String> {
        let line = |(what, figures): &(String, Vec<f64>)| {
            let often: Figures = figures.iter().copied().collect();
            format!("  {what:<44} {:>8.0} {:>15}", often.median(), often.span(0))
        };
        [String::from("limits, a second:")].into_iter().chain(self.0.iter().map(line)).collect()
    }
}

/// The compiler may not leave out what made this.
fn keep<T>(made: T) {
    let _made = black_box(made);
}
