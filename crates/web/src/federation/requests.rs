//! HTTP with a partner that has proven its key: reads requests within their limits and asks the node.
//!
//! What a request means is the [`Federation`]'s business.
//!
//! Invariant: `Federation::handle` runs only for a key that was pinned when its request began.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONNECTION, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;

use super::stall::Stall;
use super::{Limits, PinnedKeys, TransportError};

/// The largest head of a request, in bytes; ours are a few hundred.
const HEAD_BYTES: usize = 16 * 1024;

/// What a node does with what partners send.
pub trait Federation: Send + Sync + 'static {
    /// Answers one request. `from` is the agency whose key signed the handshake. The future is dropped when
    /// [`Limits::request`] is over or the partner hangs up, so work that must finish belongs in its own task.
    fn handle(&self, from: AgencyId, path: &str, body: Vec<u8>) -> impl Future<Output = Answer> + Send;

    /// Told of every connection that was turned away. Called as often as strangers like: limit what it costs.
    fn refused(&self, peer: SocketAddr, why: &TransportError);
}

/// The answer to one request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// An HTTP status; anything that is none is sent as 500.
    pub status: u16,
    /// What the partner gets to read.
    pub body: Vec<u8>,
}

/// How much has happened at a listener since it was made.
#[derive(Debug, Default)]
pub struct Counters {
    pub(super) connections: AtomicU64,
    http_connections: AtomicU64,
    requests: AtomicU64,
}

impl Counters {
    /// TCP connections accepted, from anybody.
    pub fn connections(&self) -> u64 {
        self.connections.load(Ordering::Relaxed)
    }

    /// Connections on which HTTP was spoken: those of pinned partners, after the handshake.
    pub fn http_connections(&self) -> u64 {
        self.http_connections.load(Ordering::Relaxed)
    }

    /// Requests of which the head was read, whatever the answer.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}

/// Who a request is from.
#[derive(Clone, Copy)]
pub(super) struct Caller {
    pub(super) peer: SocketAddr,
    pub(super) key: PublicKey,
    pub(super) agency: AgencyId,
}

/// The caller's key was unpinned while its connection was open; the connection ends without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the key of this connection is no longer pinned")]
struct Unpinned;

/// What the requests of all partners have in common.
pub(super) struct Requests<H> {
    pub(super) pins: PinnedKeys,
    pub(super) handler: Arc<H>,
    pub(super) limits: Limits,
    pub(super) counters: Arc<Counters>,
}

impl<H: Federation> Requests<H> {
    /// Serves one connection of a partner until either side ends it, or `stop` and its last answer do.
    pub(super) async fn serve(
        self: &Arc<Self>,
        stream: TlsStream<TcpStream>,
        caller: Caller,
        mut stop: watch::Receiver<bool>,
    ) {
        self.counters.http_connections.fetch_add(1, Ordering::Relaxed);
        let service = service_fn(move |request| Arc::clone(self).respond(caller, request));
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.idle)
            .max_buf_size(HEAD_BYTES)
            .auto_date_header(false)
            .serve_connection(TokioIo::new(Stall::new(stream, self.limits.request)), service);
        let mut connection = std::pin::pin!(connection);
        let ended = tokio::select! {
            ended = connection.as_mut() => ended,
            () = stopped(&mut stop) => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if ended.is_err() {
            tracing::debug!("a partner's connection ended in the middle");
        }
    }

    async fn respond(
        self: Arc<Self>,
        caller: Caller,
        request: Request<Incoming>,
    ) -> Result<Response<Full<Bytes>>, Unpinned> {
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        if self.pins.agency_of(&caller.key) != Some(caller.agency) {
            self.handler.refused(caller.peer, &TransportError::NotPinned);
            return Err(Unpinned);
        }
        if request.method() != Method::POST {
            let mut response = plain(StatusCode::METHOD_NOT_ALLOWED);
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
            return Ok(response);
        }
        if request.uri().query().is_some() {
            return Ok(plain(StatusCode::BAD_REQUEST));
        }
        let answered = timeout(self.limits.request, self.ask(caller, request)).await;
        Ok(answered.unwrap_or_else(|_| last(StatusCode::REQUEST_TIMEOUT)))
    }

    async fn ask(&self, caller: Caller, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let body = match read_body(body, self.limits.body).await {
            Ok(body) => body,
            Err(TransportError::TooLarge) => return last(StatusCode::PAYLOAD_TOO_LARGE),
            Err(_) => return last(StatusCode::BAD_REQUEST),
        };
        let answer = self.handler.handle(caller.agency, head.uri.path(), body).await;
        let mut response = Response::new(Full::new(Bytes::from(answer.body)));
        *response.status_mut() =
            StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response
    }
}

/// Reads a body of at most `limit` bytes. Of a larger one nothing is kept, but its rest is read off the
/// connection, since only a peer that has finished sending reliably reads our answer.
async fn read_body(mut body: Incoming, limit: usize) -> Result<Vec<u8>, TransportError> {
    // Grows with what arrives: a length that was only announced takes no memory.
    let mut bytes = Vec::new();
    let mut too_large = false;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(|_| TransportError::Cut)?.into_data() else { continue };
        too_large |= bytes.len() + data.len() > limit;
        if too_large {
            bytes = Vec::new();
        } else {
            bytes.extend_from_slice(&data);
        }
    }
    if too_large { Err(TransportError::TooLarge) } else { Ok(bytes) }
}

fn plain(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = status;
    response
}

/// An answer after which the connection ends, because part of the request may still be on its way.
fn last(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = plain(status);
    response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    response
}

/// Ends when `stop` becomes true or nobody is left who could say so.
pub(super) async fn stopped(stop: &mut watch::Receiver<bool>) {
    drop(stop.wait_for(|stop| *stop).await);
}
