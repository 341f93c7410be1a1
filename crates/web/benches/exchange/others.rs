//! What people use today to pass messages on, where this machine has it: a message queue, a database as one, and GnuPG.
//!
//! None of them does all that an exchange of acts does: a queue and a database sign and seal nothing, and GnuPG delivers
//! nothing.
//! Mail that is signed and sealed is never faster than GnuPG alone, so that mail itself need not be set up.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use comity_app::Failure;
use comity_testkit::bench::limits;
use rusqlite::Connection;
use tempfile::TempDir;

use super::TEXT_BYTES;
use super::pair::fault;
use super::rabbitmq::RabbitMq;

/// Whom one message is measured with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Peer {
    Sqlite,
    Postgres,
    RabbitMq,
    Gpg,
}

impl Peer {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite insert, 1 writer",
            Self::Postgres => "PostgreSQL insert, 32 clients",
            Self::RabbitMq => "RabbitMQ, 32 unconfirmed",
            Self::Gpg => "GnuPG, two at a time",
        }
    }

    pub(crate) const fn what(self) -> &'static str {
        match self {
            Self::Sqlite => "durable at one end, a commit each; neither signed nor sealed",
            Self::Postgres => "durable at one end, a commit each; neither signed nor sealed",
            Self::RabbitMq => "through a quorum queue, confirmed, acknowledged; neither signed nor sealed",
            Self::Gpg => "signed and sealed, then opened and checked; neither delivered nor durable",
        }
    }
}

/// Those that are here, each in a folder of its own.
pub(crate) struct Others {
    folder: PathBuf,
    gpg: Option<Gpg>,
    postgres: Option<Postgres>,
    rabbit: Option<RabbitMq>,
}

impl Others {
    pub(crate) fn found(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            gpg: Gpg::begin(folder).ok(),
            postgres: Postgres::begin(folder).ok(),
            rabbit: RabbitMq::begin(folder).ok(),
        }
    }

    /// What is left out, and why.
    pub(crate) fn told(&self) -> Vec<String> {
        let missing = [
            ("gpg", self.gpg.is_none()),
            ("PostgreSQL (initdb, pgbench)", self.postgres.is_none()),
            ("RabbitMQ (rabbitmq-server, python3-pika)", self.rabbit.is_none()),
        ];
        let missing = missing.into_iter().filter(|(_, missing)| *missing);
        missing.map(|(name, _)| format!("not here: {name} does not run on this machine")).collect()
    }

    pub(crate) fn peers(&self) -> Vec<Peer> {
        let postgres = self.postgres.iter().map(|_| Peer::Postgres);
        let rabbit = self.rabbit.iter().map(|_| Peer::RabbitMq);
        let gpg = self.gpg.iter().map(|_| Peer::Gpg);
        std::iter::once(Peer::Sqlite).chain(postgres).chain(rabbit).chain(gpg).collect()
    }

    /// Messages a second.
    pub(crate) fn rate(&self, peer: Peer, each: Duration) -> Result<f64, Failure> {
        let gone = || Failure::Fault("it was here a moment ago".into());
        match peer {
            Peer::Sqlite => sqlite(&self.folder, each),
            Peer::Postgres => self.postgres.as_ref().ok_or_else(gone)?.rate(each),
            Peer::RabbitMq => self.rabbit.as_ref().ok_or_else(gone)?.rate(each),
            Peer::Gpg => self.gpg.as_ref().ok_or_else(gone)?.rate(each),
        }
    }
}

fn sqlite(folder: &Path, each: Duration) -> Result<f64, Failure> {
    let folder = tempfile::tempdir_in(folder).map_err(fault)?;
    let connection = Connection::open(folder.path().join("queue")).map_err(fault)?;
    let make = "PRAGMA journal_mode = wal; PRAGMA synchronous = FULL; CREATE TABLE queue (n INTEGER PRIMARY KEY, b BLOB)";
    connection.execute_batch(make).map_err(fault)?;
    let text = [7; TEXT_BYTES];
    limits::rate(each, || {
        connection.execute("INSERT INTO queue (b) VALUES (?1)", [&text[..]]).map(drop).map_err(fault)
    })
}

/// Two people with keys in a folder.
struct Gpg(TempDir);

impl Gpg {
    fn begin(folder: &Path) -> Result<Self, Failure> {
        let gpg = Self(tempfile::tempdir_in(folder).map_err(fault)?);
        std::fs::write(gpg.0.path().join("message"), [b'a'; TEXT_BYTES]).map_err(fault)?;
        for person in ["sender", "receiver"] {
            run(gpg.command().args([
                "--passphrase",
                "",
                "--quick-generate-key",
                person,
                "future-default",
                "default",
                "never",
            ]))?;
        }
        Ok(gpg)
    }

    fn command(&self) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--quiet", "--yes", "--trust-model", "always", "--homedir"]).arg(self.0.path());
        gpg
    }

    /// One message there and back in every thread, for as long as is said.
    fn rate(&self, each: Duration) -> Result<f64, Failure> {
        let (message, hands) = (self.0.path().join("message"), ["one", "two"]);
        let by = |hand: &str| {
            let sealed = self.0.path().join(hand);
            limits::rate(each, || {
                run(self
                    .command()
                    .args(["-u", "sender", "-r", "receiver", "-o"])
                    .arg(&sealed)
                    .arg("-se")
                    .arg(&message))?;
                run(self.command().args(["-o", "/dev/null", "-d"]).arg(&sealed))
            })
        };
        std::thread::scope(|scope| {
            let running = hands.map(|hand| scope.spawn(move || by(hand)));
            let done =
                running.into_iter().map(|hand| hand.join().map_err(|_| fault("a thread broke off"))?);
            done.sum()
        })
    }
}

impl Drop for Gpg {
    fn drop(&mut self) {
        drop(run(Command::new("gpgconf").arg("--homedir").arg(self.0.path()).args(["--kill", "gpg-agent"])));
    }
}

/// A cluster in a folder, without a port.
struct Postgres {
    folder: TempDir,
    programs: PathBuf,
}

impl Postgres {
    fn begin(folder: &Path) -> Result<Self, Failure> {
        let versions = std::fs::read_dir("/usr/lib/postgresql").map_err(fault)?;
        let newest = versions.flatten().map(|version| version.path().join("bin")).max();
        let programs = newest.ok_or_else(|| fault("there is none"))?;
        let postgres = Self { folder: tempfile::tempdir_in(folder).map_err(fault)?, programs };
        // It does not run as root; whoever is root here lends it the folder.
        run(Command::new("chown").arg("postgres").arg(postgres.folder.path()))?;
        let data = postgres.folder.path().join("data");
        run(postgres.command("initdb").args(["--auth=trust", "-D"]).arg(&data))?;
        let socket =
            format!("-c listen_addresses= -c unix_socket_directories={}", postgres.folder.path().display());
        run(postgres
            .command("pg_ctl")
            .args(["-w", "-l", "/dev/null", "-o", &socket, "-D"])
            .arg(&data)
            .arg("start"))?;
        let make = "CREATE TABLE queue (n bigserial PRIMARY KEY, b bytea); ALTER TABLE queue ALTER b SET STORAGE EXTERNAL";
        run(postgres.command("psql").args(["-c", make, "-h"]).arg(postgres.folder.path()).arg("postgres"))?;
        let insert = format!("INSERT INTO queue (b) VALUES (repeat('x', {TEXT_BYTES})::bytea);\n");
        std::fs::write(postgres.folder.path().join("insert.sql"), insert).map_err(fault)?;
        Ok(postgres)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(self.programs.join(program)).current_dir("/");
        command
    }

    fn rate(&self, each: Duration) -> Result<f64, Failure> {
        let (seconds, folder) = (each.as_secs().max(1).to_string(), self.folder.path());
        let mut bench = self.command("pgbench");
        bench.args(["-n", "-c", "32", "-j", "2", "-T", &seconds, "-f"]).arg(folder.join("insert.sql"));
        let said =
            bench.arg("-h").arg(folder).arg("postgres").stderr(Stdio::null()).output().map_err(fault)?;
        let said = String::from_utf8_lossy(&said.stdout).into_owned();
        let often =
            said.lines().find_map(|line| line.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
        often.ok_or_else(|| fault("pgbench gave no figure"))
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.folder.path().join("data");
        drop(run(self.command("pg_ctl").args(["-m", "immediate", "-D"]).arg(data).arg("stop")));
    }
}

pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let ended =
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status().map_err(fault)?;
    if ended.success() { Ok(()) } else { Err(fault(format!("{} failed", command.get_program().display()))) }
}
