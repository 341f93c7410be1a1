//! Serves the pages: connections, their limits, and the stop.
//!
//! TLS towards browsers is the business of the machine's own front (or of loopback, on a desk of one); this listener speaks
//! plain HTTP and keeps slow or greedy peers from costing anything.

use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

/// Who is at the other end of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// The node stops: what has no end of its own ends now.
#[derive(Clone, Debug)]
pub(crate) struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Waits for the stop.
    pub(crate) async fn wait(&mut self) {
        // A sender that is gone has stopped as well.
        drop(self.0.wait_for(|stop| *stop).await);
    }
}

/// How long a browser may take to say what it wants.
const HEADERS: Duration = Duration::from_secs(10);
/// How long requests under way may take after the stop.
const LAST: Duration = Duration::from_secs(10);
/// How many connections there are at most.
const CONNECTIONS: usize = 1024;
/// How long to wait before accepting again after the operating system refused.
const PAUSE: Duration = Duration::from_millis(100);

/// Serves until `stop` turns true or its sender is gone.
pub async fn serve(socket: TcpListener, routes: Router, mut stop: watch::Receiver<bool>) {
    let room = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = socket.accept() => accepted,
            Some(_) = connections.join_next() => continue,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        // Beyond its room a node hangs up rather than queue.
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let stopping = stop.clone();
        let routes = routes.clone().layer(Extension(Peer(peer.ip())));
        let routes = routes.layer(Extension(Stopping(stopping.clone())));
        connections.spawn(async move {
            attend(stream, routes, stopping).await;
            drop(place);
        });
    }
    drop(socket);
    let finished = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(LAST, finished).await.is_err() {
        connections.shutdown().await;
    }
}

async fn attend(stream: TcpStream, routes: Router, mut stop: watch::Receiver<bool>) -> Option<Infallible> {
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADERS);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    tokio::pin!(connection);
    tokio::select! {
        _ = connection.as_mut() => return None,
        _ = stop.wait_for(|stop| *stop) => {}
    }
    connection.as_mut().graceful_shutdown();
    drop(connection.await);
    None
}
