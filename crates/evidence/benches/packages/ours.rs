//! Our own work: each piece is this program again, as a process of its own.
//!
//! The process does the work and tells what only it can know: `sync` (seconds until all was on the disk), `peak`
//! (KiB), `size` (bytes), `millis`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::process::Command;

use comity_evidence::age::Identity;
use comity_evidence::envelope::{Facts, Sender};
use comity_evidence::sealed::SealedReader;
use comity_evidence::{bag, package};
use comity_journal::suite::Suite;
use comity_testkit::{Agency, Seeded};

use comity_testkit::bench::machine;

use super::Outcome;
use super::inputs::Input;
use super::table::{Table, Taken, timed};

/// Seals an input; how many bytes the package has.
pub(crate) fn seal(table: &mut Table, input: &Input, sealed: &Path, key: &Path) -> Outcome<u64> {
    let (told, taken) = by_a_process("seal", &[&input.path, sealed, key])?;
    let sync = number(&told, "sync")?;
    let taken = Taken { seconds: taken.seconds - sync, sync: Some(sync), ..taken };
    table.note(&input.what, "seal, comity", input.bytes, taken);
    Ok(sealed.metadata()?.len())
}

/// Verifies tree and signature.
pub(crate) fn verify(table: &mut Table, input: &Input, sealed: &Path, key: &Path) -> Outcome<()> {
    let (_, taken) = by_a_process("verify", &[sealed, key])?;
    table.note(&input.what, "verify, comity", input.bytes, taken);
    Ok(())
}

/// Opens all of it to a sink.
pub(crate) fn open(table: &mut Table, input: &Input, sealed: &Path, key: &Path) -> Outcome<()> {
    let (_, taken) = by_a_process("open", &[sealed, key])?;
    table.note(&input.what, "open to a sink, comity", input.bytes, taken);
    Ok(())
}

/// Opens and verifies one file of many; without the start of the process, which a node has behind it.
pub(crate) fn open_one(
    table: &mut Table,
    input: &Input,
    sealed: &Path,
    key: &Path,
    path: &str,
) -> Outcome<()> {
    let target = sealed.with_file_name("one");
    let (told, taken) = by_a_process("one", &[sealed, key, Path::new(path), &target])?;
    let taken = Taken { seconds: number(&told, "millis")? / 1000.0, ..taken };
    table.note(&input.what, "one file of all, comity", 0, taken);
    Ok(std::fs::remove_file(target)?)
}

fn by_a_process(work: &str, paths: &[&Path]) -> Outcome<(BTreeMap<String, f64>, Taken)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["work", work]).args(paths);
    let (output, mut taken) = timed(|| Ok(command.output()?))?;
    if !output.status.success() {
        return Err(format!("{work}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let said = String::from_utf8(output.stdout)?;
    let pairs = said.split_whitespace().filter_map(|word| word.split_once('='));
    let told: BTreeMap<_, _> =
        pairs.filter_map(|(name, number)| Some((name.to_owned(), number.parse().ok()?))).collect();
    // A peak is far below what a float holds exactly.
    taken.peak = Some(number(&told, "peak")? as u64);
    Ok((told, taken))
}

fn number(told: &BTreeMap<String, f64>, name: &str) -> Outcome<f64> {
    told.get(name).copied().ok_or_else(|| format!("the process did not tell its {name}").into())
}

/// What the process does.
pub(crate) fn work(words: &[&str]) -> Outcome<()> {
    match words {
        ["seal", source, sealed, key] => sealing(Path::new(source), Path::new(sealed), Path::new(key))?,
        ["verify", sealed, _] => verifying(File::open(sealed)?)?,
        ["open", sealed, key] => opening(File::open(sealed)?, &identity(Path::new(key))?)?,
        ["one", sealed, key, path, target] => {
            let (file, identity) = (File::open(sealed)?, identity(Path::new(key))?);
            let ((), taken) = timed(|| Ok(package::open_one(file, &identity, path, Path::new(target))?))?;
            println!("millis={}", taken.seconds * 1000.0);
        }
        other => return Err(format!("no such work: {}", other.join(" ")).into()),
    }
    println!("peak={}", machine::peak());
    Ok(())
}

fn identity(key: &Path) -> Outcome<Identity> {
    Ok(Identity::from_text(std::fs::read_to_string(key)?.trim())?)
}

fn sealing(source: &Path, sealed: &Path, key: &Path) -> Outcome<()> {
    let mut entropy = Seeded::new(4);
    let agency = Agency::new("north", "XA", Suite::One, &mut entropy);
    let sender = Sender { key: &agency.signing, card: &agency.card, more: &[] };
    let recipients = [identity(key)?.recipient()];
    let output = File::create_new(sealed)?;
    package::seal(
        source,
        &bag::Facts::default(),
        &recipients,
        Facts::default(),
        Some(sender),
        &output,
        &mut entropy,
        &mut |_| {},
    )?;
    let sync = timed(|| Ok(output.sync_all()?))?.1.seconds;
    println!("sync={sync}");
    Ok(())
}

fn verifying(sealed: File) -> Outcome<()> {
    let found = SealedReader::read(sealed)?.verify()?;
    if !found.findings.is_empty() || found.authors.iter().any(Option::is_none) {
        return Err(format!("the package does not verify: {:?}", found.findings).into());
    }
    Ok(())
}

fn opening(sealed: File, identity: &Identity) -> Outcome<()> {
    let mut plaintext = SealedReader::read(sealed)?.open(identity)?;
    let mut buffer = vec![0; 128 * 1024];
    let mut sink = io::sink();
    loop {
        let read = plaintext.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        io::Write::write_all(&mut sink, &buffer[..read])?;
    }
}
