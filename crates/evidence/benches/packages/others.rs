//! The tools people use today, where this machine has them: age, GNU tar, the library `bagit` of Python, minisign, b3sum.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use comity_evidence::age::{Identity, recipient_text};

use comity_testkit::bench::machine;

use super::Outcome;
use super::inputs::Input;
use super::table::{Table, Taken, timed};

/// Which of them are here.
pub(crate) struct Others {
    recipient: String,
    key: PathBuf,
    age: Option<String>,
    bagit: Option<String>,
    minisign: Option<String>,
    b3sum: Option<String>,
}

impl Others {
    /// Looks for them.
    pub(crate) fn found(identity: &Identity, key: &Path) -> Self {
        let bagit = Command::new("python3").args(["-c", "import bagit; print(bagit.VERSION)"]).output();
        Self {
            recipient: recipient_text(&identity.recipient()),
            key: key.to_owned(),
            age: said(Command::new("age").arg("--version").output()),
            bagit: said(bagit),
            minisign: said(Command::new("minisign").arg("-v").output()),
            b3sum: said(Command::new("b3sum").arg("--version").output()),
        }
    }

    /// Which, and what is left out.
    pub(crate) fn told(&self) -> [String; 4] {
        let told = |name: &str, version: &Option<String>| match version {
            Some(version) => format!("beside {name}: {version}"),
            None => format!("{name}: not here"),
        };
        [
            told("age", &self.age),
            told("Python bagit", &self.bagit),
            told("minisign", &self.minisign),
            told("b3sum", &self.b3sum),
        ]
    }

    /// What signs and what hashes one file, and does no more: a signature by minisign, which hashes with BLAKE2b first, and
    /// b3sum.
    pub(crate) fn vouch(&self, table: &mut Table, input: &Input) -> Outcome<()> {
        if input.is_tree {
            return Ok(());
        }
        if self.minisign.is_some() {
            let (public, secret) = (self.key.with_extension("pub"), self.key.with_extension("sec"));
            if !secret.exists() {
                let mut new = Command::new("minisign");
                new.args(["-G", "-W", "-f", "-p"]).arg(&public).arg("-s").arg(&secret).stdout(Stdio::null());
                succeeded("minisign -G", new.status()?)?;
            }
            let mut sign = Command::new("minisign");
            sign.args(["-S", "-s"]).arg(&secret).arg("-m").arg(&input.path).stdout(Stdio::null());
            let ((), taken) = timed(|| succeeded("minisign", sign.status()?))?;
            table.note(&input.what, "sign only, minisign", input.bytes, taken);
        }
        if self.b3sum.is_some() {
            let mut hash = Command::new("b3sum");
            hash.arg(&input.path).stdout(Stdio::null());
            let ((), taken) = timed(|| succeeded("b3sum", hash.status()?))?;
            table.note(&input.what, "hash only, b3sum", input.bytes, taken);
        }
        Ok(())
    }

    /// `age -r`; a tree goes through GNU tar.
    pub(crate) fn seal(&self, table: &mut Table, input: &Input, sealed: &Path) -> Outcome<()> {
        if self.age.is_none() {
            return Ok(());
        }
        let mut age = Command::new("age");
        age.args(["-r", &self.recipient, "-o"]).arg(sealed);
        let (what, work): (_, &mut dyn FnMut() -> Outcome<()>) = if input.is_tree {
            ("seal, tar | age -r", &mut || tarred(&input.path, &mut age))
        } else {
            age.arg(&input.path);
            ("seal, age -r", &mut || succeeded("age", age.status()?))
        };
        let ((), taken) = timed(work)?;
        let sync = timed(|| Ok(File::open(sealed)?.sync_all()?))?.1.seconds;
        table.note(&input.what, what, input.bytes, Taken { sync: Some(sync), ..taken });
        Ok(())
    }

    /// `age -d` to nowhere.
    pub(crate) fn open(&self, table: &mut Table, input: &Input, sealed: &Path) -> Outcome<()> {
        if self.age.is_none() {
            return Ok(());
        }
        let mut age = Command::new("age");
        age.args(["-d", "-i"]).arg(&self.key).arg(sealed).stdout(Stdio::null());
        let ((), taken) = timed(|| succeeded("age -d", age.status()?))?;
        table.note(&input.what, "open to nowhere, age -d", input.bytes, taken);
        Ok(())
    }

    /// A bag made of a copy of a tree: hashes only, nothing is sealed.
    pub(crate) fn bag(&self, table: &mut Table, input: &Input, copy: &Path) -> Outcome<()> {
        if self.bagit.is_none() || !input.is_tree {
            return Ok(());
        }
        succeeded("cp", Command::new("cp").arg("-r").arg(&input.path).arg(copy).status()?)?;
        machine::settle(copy)?;
        let mut bagit = Command::new("python3");
        bagit.args(["-m", "bagit", "--quiet", "--sha256"]).arg(copy);
        let ((), taken) = timed(|| succeeded("bagit", bagit.status()?))?;
        table.note(&input.what, "bag only, Python bagit", input.bytes, taken);
        Ok(fs::remove_dir_all(copy)?)
    }
}

fn tarred(tree: &Path, age: &mut Command) -> Outcome<()> {
    let mut tar = Command::new("tar");
    tar.args(["--format=ustar", "--sort=name", "-cf", "-", "-C"]).arg(tree).arg(".").stdout(Stdio::piped());
    let mut tar = tar.spawn()?;
    let stream = tar.stdout.take().ok_or("tar has no output")?;
    let sealed = age.stdin(stream).status();
    // The command keeps its end of the pipe until it is told otherwise.
    age.stdin(Stdio::null());
    succeeded("tar", tar.wait()?)?;
    succeeded("age", sealed?)
}

fn succeeded(what: &str, status: std::process::ExitStatus) -> Outcome<()> {
    if status.success() { Ok(()) } else { Err(format!("{what} has failed: {status}").into()) }
}

fn said(output: std::io::Result<std::process::Output>) -> Option<String> {
    let output = output.ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
