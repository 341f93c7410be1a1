//! RabbitMQ with a quorum queue, in a folder and on ports of its own.
//!
//! What passes messages on where nothing may be lost: they are persistent, the publisher counts those alone that the
//! server confirmed, and the consumer acknowledges each. The client is written in Python, with the library `pika`
//! (`rabbitmq.py`); two cores carry server, publisher and consumer.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use comity_app::Failure;
use tempfile::TempDir;

use super::TEXT_BYTES;
use super::others::run;
use super::pair::fault;

/// What starts a server without a user and folders of its own. Debian's `rabbitmq-server` on the path insists on them.
const SERVER: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";
/// How many messages may be unconfirmed.
const OUTSTANDING: usize = 32;
/// How often epmd is asked whether it answers: some milliseconds each.
const PATIENCE: usize = 1000;
const CLIENT: &str = include_str!("rabbitmq.py");

/// A running server.
pub(crate) struct RabbitMq {
    folder: TempDir,
    python: &'static str,
    port: u16,
    /// Which node is on which port. Where none answers the server starts one, which would stay behind.
    names: Option<Child>,
    server: Option<Child>,
}

impl RabbitMq {
    /// Starts it, and waits until it lets a client in.
    pub(crate) fn begin(folder: &Path) -> Result<Self, Failure> {
        if !Path::new(SERVER).exists() {
            return Err(fault("RabbitMQ is not here"));
        }
        let [port, nodes, names] = ports()?;
        let folder = tempfile::tempdir_in(folder).map_err(fault)?;
        let mut rabbit = Self { folder, python: python()?, port, names: None, server: None };
        let mut daemon = Command::new("epmd");
        daemon.args(["-address", "127.0.0.1", "-port", &names.to_string()]);
        rabbit.names = Some(quiet(&mut daemon).spawn().map_err(fault)?);
        let asked = || run(Command::new("epmd").args(["-port", &names.to_string(), "-names"])).is_ok();
        if !(0..PATIENCE).any(|_| asked()) {
            return Err(fault("epmd does not answer"));
        }
        let mut server = Command::new(SERVER);
        server.env("ERL_EPMD_PORT", names.to_string()).env("ERL_EPMD_ADDRESS", "127.0.0.1");
        server.env("HOME", rabbit.folder.path()).env("RABBITMQ_CONF_ENV_FILE", "/dev/null");
        server.env("RABBITMQ_NODENAME", "bench@localhost").env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1");
        server.env("RABBITMQ_NODE_PORT", port.to_string()).env("RABBITMQ_DIST_PORT", nodes.to_string());
        let places = ["MNESIA_BASE", "LOG_BASE", "ENABLED_PLUGINS_FILE", "CONFIG_FILE", "PID_FILE"];
        for place in places {
            server.env(format!("RABBITMQ_{place}"), rabbit.folder.path().join(place.to_lowercase()));
        }
        rabbit.server = Some(quiet(&mut server).spawn().map_err(fault)?);
        run(&mut rabbit.client(&[]))?;
        Ok(rabbit)
    }

    fn client(&self, words: &[String]) -> Command {
        let mut client = Command::new(self.python);
        client.args(["-c", CLIENT, &self.port.to_string()]).args(words);
        client
    }

    /// Messages a second.
    pub(crate) fn rate(&self, each: Duration) -> Result<f64, Failure> {
        let words = [each.as_secs().max(1).to_string(), TEXT_BYTES.to_string(), OUTSTANDING.to_string()];
        let said = self.client(&words).stdin(Stdio::null()).stderr(Stdio::null()).output().map_err(fault)?;
        let often = String::from_utf8_lossy(&said.stdout).trim().parse().ok();
        often.filter(|_| said.status.success()).ok_or_else(|| fault("RabbitMQ's client gave no figure"))
    }
}

impl Drop for RabbitMq {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            // It passes this on to the machine it runs in; killed outright it would leave it behind.
            drop(run(Command::new("kill").arg(server.id().to_string())));
            drop(server.wait());
        }
        if let Some(mut names) = self.names.take() {
            drop(names.kill());
            drop(names.wait());
        }
    }
}

/// Ports that nobody has a moment before they are taken.
fn ports() -> Result<[u16; 3], Failure> {
    let free = || TcpListener::bind("127.0.0.1:0").map_err(fault);
    let found = [free()?, free()?, free()?];
    let [one, two, three] = found.each_ref().map(|bound| bound.local_addr().map(|address| address.port()));
    Ok([one.map_err(fault)?, two.map_err(fault)?, three.map_err(fault)?])
}

/// The Python that has `pika`: Debian's, where another stands before it on the path.
fn python() -> Result<&'static str, Failure> {
    let has = |python: &&str| run(Command::new(python).args(["-c", "import pika"])).is_ok();
    ["python3", "/usr/bin/python3"].into_iter().find(has).ok_or_else(|| fault("pika is not here"))
}

fn quiet(command: &mut Command) -> &mut Command {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null())
}
