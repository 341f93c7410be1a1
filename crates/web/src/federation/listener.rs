//! The side that is called: accepts connections, lets pinned partners in and turns others away.
//!
//! A stranger costs at most one handshake of at most [`Limits::handshake`]; a partner at most its share of
//! connections. What is said on a connection is the business of `requests`.
//!
//! Invariant: nothing is read as HTTP before the handshake has proven a pinned key.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use comity_journal::ids::AgencyId;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use super::requests::{Caller, Requests, stopped};
use super::slots::{Slot, Slots};
use super::verifiers::proven_key;
use super::{Counters, Federation, Limits, PinnedKeys, Stage, TlsIdentity, TransportError, tls_fault};

/// How long to wait before accepting again after the operating system refused, for example for want of files.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Waits for partners and serves them.
pub struct Listener<H> {
    acceptor: TlsAcceptor,
    strangers: Arc<Slots<IpAddr>>,
    partners: Arc<Slots<AgencyId>>,
    requests: Arc<Requests<H>>,
}

/// A peer that has proven a pinned key.
struct Guest {
    stream: TlsStream<TcpStream>,
    caller: Caller,
}

/// A handshake that failed, with the connection if there is something to read on it for the peer.
struct TurnedAway {
    why: TransportError,
    stream: Option<TcpStream>,
}

impl From<TransportError> for TurnedAway {
    fn from(why: TransportError) -> Self {
        Self { why, stream: None }
    }
}

impl<H: Federation> Listener<H> {
    /// A listener that shows `identity`, lets in whom `pins` names and asks `handler`.
    ///
    /// # Errors
    /// [`TransportError::Identity`] when TLS cannot be set up with this identity.
    pub fn new(
        identity: &TlsIdentity,
        pins: PinnedKeys,
        handler: Arc<H>,
        limits: Limits,
    ) -> Result<Self, TransportError> {
        let config = identity.server_config(pins.clone())?;
        Ok(Self {
            acceptor: TlsAcceptor::from(Arc::new(config)),
            strangers: Slots::new(limits.handshakes, limits.handshakes_per_address),
            partners: Slots::new(limits.connections, limits.connections_per_partner),
            requests: Arc::new(Requests { pins, handler, limits, counters: Arc::default() }),
        })
    }

    /// What has happened so far; stays readable while the listener runs.
    pub fn counters(&self) -> Arc<Counters> {
        Arc::clone(&self.requests.counters)
    }

    /// Serves until `stop` becomes true or its sender is gone; then takes nobody new, lets requests under way
    /// finish within [`Limits::request`], and returns with every connection closed.
    pub async fn run(self, socket: TcpListener, mut stop: watch::Receiver<bool>) {
        let this = Arc::new(self);
        let until_stop = stop.clone();
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                () = stopped(&mut stop) => break,
                Some(ended) = connections.join_next() => report(ended),
                accepted = socket.accept() => match accepted {
                    Ok((stream, peer)) => {
                        if let Some(slot) = this.admit(peer) {
                            connections.spawn(Arc::clone(&this).attend(stream, peer, slot, until_stop.clone()));
                        }
                    }
                    Err(_) => {
                        tracing::warn!("the operating system refuses new connections for now");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                },
            }
        }
        drop(socket);
        let finished = async {
            while let Some(ended) = connections.join_next().await {
                report(ended);
            }
        };
        if timeout(this.requests.limits.request, finished).await.is_err() {
            connections.shutdown().await;
        }
    }

    fn admit(&self, peer: SocketAddr) -> Option<Slot<IpAddr>> {
        self.requests.counters.connections.fetch_add(1, Ordering::Relaxed);
        let slot = self.strangers.take(peer.ip());
        if slot.is_none() {
            self.requests.handler.refused(peer, &TransportError::Busy);
        }
        slot
    }

    /// One connection from its first byte to its last.
    async fn attend(
        self: Arc<Self>,
        stream: TcpStream,
        peer: SocketAddr,
        stranger: Slot<IpAddr>,
        mut stop: watch::Receiver<bool>,
    ) {
        let greeted = tokio::select! {
            () = stopped(&mut stop) => return,
            greeted = self.greet(stream, peer) => greeted,
        };
        match greeted {
            Ok(guest) => {
                drop(stranger);
                match self.partners.take(guest.caller.agency) {
                    Some(_held) => self.requests.serve(guest.stream, guest.caller, stop).await,
                    None => self.requests.handler.refused(peer, &TransportError::Busy),
                }
            }
            Err(away) => {
                self.requests.handler.refused(peer, &away.why);
                if let Some(stream) = away.stream {
                    tokio::select! {
                        () = stopped(&mut stop) => {}
                        () = self.let_read(stream) => {}
                    }
                }
            }
        }
    }

    async fn greet(&self, stream: TcpStream, peer: SocketAddr) -> Result<Guest, TurnedAway> {
        // Requests are small and each waits for its answer: bytes must leave at once.
        stream.set_nodelay(true).map_err(|_| TransportError::Cut)?;
        let accept = self.acceptor.accept(stream).into_fallible();
        let stream = match timeout(self.requests.limits.handshake, accept).await {
            Err(_) => return Err(TransportError::TooSlow(Stage::Handshake).into()),
            Ok(Err((error, stream))) => {
                let why =
                    tls_fault(&error).unwrap_or(TransportError::Handshake("the peer ended it half-way"));
                // Only a peer that speaks our protocol and lacks nothing but the pin can use the reason.
                let stream = (why == TransportError::NotPinned).then_some(stream);
                return Err(TurnedAway { why, stream });
            }
            Ok(Ok(stream)) => stream,
        };
        let key = proven_key(stream.get_ref().1)?;
        let agency = self.requests.pins.agency_of(&key).ok_or(TransportError::NotPinned)?;
        Ok(Guest { stream, caller: Caller { peer, key, agency } })
    }

    /// Gives a peer that was turned away the time to read why. Closing at once, while its first request lies
    /// unread here, would make its operating system throw our alert away. What it sends is not looked at.
    async fn let_read(&self, mut stream: TcpStream) {
        let limit = u64::try_from(self.requests.limits.body).unwrap_or(u64::MAX);
        let drained = async {
            if stream.shutdown().await.is_ok() {
                let ended = tokio::io::copy(&mut stream.take(limit), &mut tokio::io::sink()).await;
                drop(ended);
            }
        };
        drop(timeout(self.requests.limits.handshake, drained).await);
    }
}

fn report(ended: Result<(), tokio::task::JoinError>) {
    if ended.is_err() {
        tracing::error!("serving a connection failed; the partner will try again");
    }
}
