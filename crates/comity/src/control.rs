//! The control socket: a running node takes commands from the command line of its own machine.
//!
//! One request a connection, a line of JSON each way. The socket is in the node's folder and readable by its owner
//! alone; whoever can write there could write the folder itself.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::Arc;

use comity_domain::words::Lang;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::watch;

use crate::reply::Reply;
use crate::request::{Desk, Request};

/// The longest request: all content an act may have, in base 64, and room for the rest.
const LIMIT: u64 = 16 * 1024 * 1024;

#[derive(Serialize, Deserialize)]
struct Asked {
    request: Request,
    zh: bool,
}

/// Asks a running node; `None` when none listens.
pub(crate) async fn ask(socket: &Path, request: &Request, lang: Lang) -> Option<Reply> {
    let mut stream = UnixStream::connect(socket).await.ok()?;
    let asked = Asked { request: request.clone(), zh: lang == Lang::Zh };
    let mut line = serde_json::to_vec(&asked).ok()?;
    line.push(b'\n');
    let told = async {
        stream.write_all(&line).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        serde_json::from_slice(&answer).map_err(std::io::Error::other)
    };
    Some(told.await.unwrap_or_else(|_| {
        Reply::fault("the running node broke off; `matter show` tells whether the act was recorded".into())
    }))
}

/// Binds the socket of a node that is about to run.
pub(crate) fn bind(socket: &Path) -> Result<UnixListener, Reply> {
    // The lock is ours, so whatever lies there belongs to a node that is gone.
    drop(std::fs::remove_file(socket));
    let listener = UnixListener::bind(socket).map_err(Reply::io)?;
    std::fs::set_permissions(socket, std::fs::Permissions::from_mode(0o600)).map_err(Reply::io)?;
    Ok(listener)
}

/// Takes commands until `stop` turns true.
pub(crate) async fn serve(listener: UnixListener, desk: Arc<Desk>, mut stop: watch::Receiver<bool>) {
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => return,
        };
        if let Ok((stream, _)) = accepted {
            let desk = Arc::clone(&desk);
            tokio::spawn(async move {
                if let Err(error) = take_one(stream, &desk).await {
                    tracing::warn!(%error, "a command broke off");
                }
            });
        }
    }
}

async fn take_one(stream: UnixStream, desk: &Desk) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream).take(LIMIT);
    let mut line = Vec::new();
    reader.read_until(b'\n', &mut line).await?;
    let reply = match serde_json::from_slice::<Asked>(&line) {
        Ok(asked) => {
            let lang = if asked.zh { Lang::Zh } else { Lang::En };
            desk.execute(asked.request, lang).await
        }
        Err(_) => Reply::usage("the running node does not know this command; is it another version?".into()),
    };
    let mut stream = reader.into_inner().into_inner();
    stream.write_all(&serde_json::to_vec(&reply)?).await?;
    stream.shutdown().await
}
