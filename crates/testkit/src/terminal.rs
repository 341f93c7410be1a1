//! The command line as people and scripts use it: a real binary in a folder of its own, real nodes on loopback.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use comity_journal::time::Timestamp;
use serde_json::Value;
use tempfile::TempDir;

/// A legal reviewer's answers that find no prohibited ground, as a file.
pub const REVIEW: &str = "politics = \"no\"\nreligion = \"no\"\nethnicity = \"no\"\norientation = \"no\"\nprotest = \"no\"\n\
                      journalism = \"no\"\nrefugee = \"no\"\nreasons = \"Read from the file.\"\n";
/// A request for information that names nobody, as a file.
pub const REQUEST: &str = "request_type = \"information\"\ngrade = \"normal\"\npurpose = \"investigate\"\n\
    basis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\nas_evidence = false\n\
    language = \"en\"\nhandling = \"h1\"\ntitle = \"A number\"\nfacts = \"Callers took 40,000 in Port Example.\"\n\
    questions = [\"Who held the number?\"]\nlink = \"It was used.\"\nbasis_text = \"Reciprocity.\"\n\
    offence_text = \"Fraud.\"\ncontact = \"duty desk\"\n";

/// A folder with everything a test makes, the user's state included.
#[derive(Debug)]
pub struct Place {
    binary: PathBuf,
    dir: TempDir,
}

/// What a command came to.
#[derive(Debug)]
pub struct Said {
    /// The exit code; -1 where a signal ended it.
    pub exit: i32,
    /// What it printed; null where that was no JSON.
    pub json: Value,
}

impl Said {
    fn of(output: &Output) -> Self {
        let json = serde_json::from_slice(&output.stdout).unwrap_or(Value::Null);
        Self { exit: output.status.code().unwrap_or(-1), json }
    }

    /// The text under a key of what it printed; empty where there is none.
    pub fn word(&self, key: &str) -> String {
        self.json[key].as_str().unwrap_or_default().to_owned()
    }
}

impl Place {
    /// A fresh folder for this binary (`env!("CARGO_BIN_EXE_…")`).
    ///
    /// # Panics
    /// When no folder can be made.
    pub fn new(binary: &str) -> Self {
        Self { binary: binary.into(), dir: tempfile::tempdir().expect("a folder") }
    }

    /// A path in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A command that is not started yet, with `--json`.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("--json").args(args).current_dir(self.dir.path()).stdin(Stdio::null());
        command.env("XDG_STATE_HOME", self.path("state")).env("HOME", self.dir.path());
        command
    }

    /// Says it and waits for the answer.
    ///
    /// # Panics
    /// When the binary does not run.
    pub fn say(&self, args: &[&str]) -> Said {
        Said::of(&self.command(args).output().expect("the binary runs"))
    }

    /// Says it and expects this exit code.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn expect(&self, exit: i32, args: &[&str]) -> Said {
        let said = self.say(args);
        assert_eq!(said.exit, exit, "comity {}: {}", args.join(" "), said.json);
        said
    }

    /// Writes a file.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file is written");
    }

    /// A node; gives back its fingerprint.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn init(&self, dir: &str, label: &str, place: &str) -> String {
        let root = format!("{dir}.root");
        let names = ["--name-en", "A bureau", "--name-zh", "联络局", "--root-out", &root];
        self.expect(0, &[&["init", dir, "--agency", label, "--place", place][..], &names].concat())
            .word("fingerprint")
    }

    /// Starts a node and waits until it says where it listens.
    ///
    /// # Panics
    /// When it does not start.
    pub fn serve(&self, dir: &str) -> Served {
        let mut command = self.command(&["serve", dir, "--federation", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the node starts");
        let mut out = BufReader::new(child.stdout.take().expect("piped"));
        let mut line = String::new();
        out.read_line(&mut line).expect("the node says where it listens");
        let at: Value = serde_json::from_str(&line).expect("a line of JSON");
        Served { child, _out: out, at: format!("https://{}", at["federation"].as_str().expect("an address")) }
    }

    /// Buries a node that was killed, and starts it again in its place.
    ///
    /// # Panics
    /// When it does not start.
    pub fn serve_after<'s>(&self, dir: &str, killed: &'s mut Served) -> &'s Served {
        killed.child.wait().expect("a child can be waited for");
        *killed = self.serve(dir);
        killed
    }

    /// Two people let a partner have persons and evidence, on an assessment to be reviewed in a year by the machine's clock,
    /// which is the clock of the nodes under test.
    ///
    /// # Panics
    /// When they may not.
    #[track_caller]
    #[expect(clippy::disallowed_methods, reason = "the binary under test runs on the machine's clock")]
    pub fn widen(&self, dir: &str, partner: &str, first: &str, second: &str) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let now = Timestamp::from_millis(i64::try_from(now).unwrap_or_default());
        let review_by = now.plus_millis(365 * 24 * 60 * 60 * 1000);
        self.write(
            "assessment.toml",
            &format!(
                "review_by = \"{review_by}\"\nassessment = \"Independent courts.\"\nsource = \"A country report\"\n"
            ),
        );
        self.expect(0, &["partner", "widen", dir, partner, "assessment.toml", "--as", first]);
        self.expect(0, &["partner", "widen", dir, partner, "--as", second]);
    }

    /// Enlists an officer of a node with these roles.
    ///
    /// # Panics
    /// When that is refused.
    #[track_caller]
    pub fn enlist(&self, dir: &str, name: &str, roles: &[&str]) {
        let roles: Vec<_> = roles.iter().flat_map(|role| ["--role", role]).collect();
        self.expect(0, &[&["officer", "add", dir, name][..], &roles].concat());
    }

    /// The first person at `dir` adds the agency of `other` by its card and fingerprint, as it answers `at`; the second
    /// confirms it; it may have persons and evidence.
    ///
    /// # Panics
    /// When that is refused.
    #[track_caller]
    pub fn meet(
        &self,
        dir: &str,
        other: &str,
        at: &str,
        print: &str,
        name: &str,
        [first, second]: [&str; 2],
    ) {
        let card = format!("{other}.card");
        self.expect(0, &["card", "show", other, "--out", &card]);
        let add = ["partner", "add", dir, &card, "--fingerprint", print, "--name", name, "--at", at];
        self.expect(0, &[&add[..], &["--as", first]].concat());
        self.expect(0, &["partner", "confirm", dir, name, "--as", second]);
        self.widen(dir, name, first, second);
    }

    /// The status of a matter at one node.
    ///
    /// # Panics
    /// When it has no such matter.
    pub fn status(&self, dir: &str, matter: &str) -> String {
        self.expect(0, &["matter", "show", dir, matter]).word("status")
    }
}

/// A running node; ends with the test, however that ends.
#[derive(Debug)]
pub struct Served {
    child: Child,
    _out: BufReader<ChildStdout>,
    /// Where partners reach it, `https://…`.
    pub at: String,
}

impl Served {
    /// Tells it to stop and waits until it has, cleanly.
    ///
    /// # Panics
    /// When it does not stop cleanly.
    pub fn stop(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("kill").success());
        let ended = self.child.wait().expect("the node ends");
        assert_eq!(ended.code(), Some(0), "a node that is told to stop stops cleanly");
    }
}

impl Served {
    /// Its process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Copies a folder with all that is in it.
///
/// # Panics
/// When it cannot be read, or the copy not be written.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a file");
        }
    }
}
