//! The side that calls: posts one message to one partner, over connections that are kept and used again.
//!
//! It neither repeats a message that may have arrived nor waits and tries later: when to try again is the
//! deliverer's decision. Only a message of which no byte was written goes out a second time.
//!
//! Invariant: a message is written only to a connection whose peer proved one of the keys given with *that*
//! message, and whose key is still pinned to the agency it is for.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::{Body as _, Bytes, Incoming};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderValue};
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::{Instant, timeout};
use tokio_rustls::TlsConnector;

use super::{Limits, PinnedKeys, Stage, TlsIdentity, TransportError, tls, tls_fault, verifiers};

/// What one read from a partner takes at most, in bytes; also bounds the head of an answer.
const READ_BYTES: usize = 64 * 1024;

/// Calls partners.
pub struct Dialler {
    identity: TlsIdentity,
    pins: PinnedKeys,
    limits: Limits,
    partners: Mutex<BTreeMap<AgencyId, Arc<Partner>>>,
}

/// What we keep open towards one partner.
struct Partner {
    turns: Semaphore,
    idle: Mutex<Vec<Connection>>,
}

/// One open connection; closes when dropped.
struct Connection {
    sender: SendRequest<Full<Bytes>>,
    /// Ends with the connection, and says why TLS ended it, if it was TLS.
    ended: JoinHandle<Option<TransportError>>,
    key: PublicKey,
    address: Address,
    used: Instant,
}

/// `https://host:port`, in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Address {
    host: String,
    port: u16,
}

/// Where a message goes and who may receive it.
#[derive(Clone, Copy)]
struct Target<'a> {
    agency: AgencyId,
    keys: &'a [PublicKey],
    address: &'a Address,
}

/// A message that one connection did not answer.
struct Unanswered {
    why: TransportError,
    /// The message, if the connection was already closed and no byte of it was written.
    unsent: Option<Box<Request<Full<Bytes>>>>,
}

impl Dialler {
    /// A dialler that shows `identity` and believes `pins`.
    pub fn new(identity: TlsIdentity, pins: PinnedKeys, limits: Limits) -> Self {
        Self { identity, pins, limits, partners: Mutex::default() }
    }

    /// Posts `body` to `path` at `url` and returns the body of the answer. The peer must prove one of `keys`
    /// (those of the card of `to`), and that key must be pinned to `to`.
    ///
    /// # Errors
    /// [`TransportError::Address`] for a `url` other than `https://host:port` or a `path` that is no plain
    /// path, [`TransportError::NotPinned`] when another key answers, [`TransportError::NotPinnedThere`] when
    /// the partner refuses ours, [`TransportError::TooLarge`] when a body is over the limit here or there,
    /// [`TransportError::Status`] for an answer other than 2xx, and what the network causes. After
    /// [`TransportError::Cut`] and [`TransportError::TooSlow`] the message may have arrived.
    pub async fn post(
        &self,
        to: AgencyId,
        keys: &[PublicKey],
        url: &str,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Vec<u8>, TransportError> {
        if body.len() > self.limits.body {
            return Err(TransportError::TooLarge);
        }
        let address = Address::parse(url).ok_or(TransportError::Address)?;
        let request = request(&address, path, body)?;
        let partner = self.partner(to);
        let target = Target { agency: to, keys, address: &address };
        let exchange = async {
            let _turn = partner.turns.acquire().await.map_err(|_| TransportError::Busy)?;
            self.exchange(&partner, target, request).await
        };
        timeout(self.limits.request, exchange).await.unwrap_or(Err(TransportError::TooSlow(Stage::Request)))
    }

    /// Closes every connection nobody is using; for example after the pins changed, to free what it held.
    pub fn hang_up(&self) {
        self.partners.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn partner(&self, agency: AgencyId) -> Arc<Partner> {
        let mut partners = self.partners.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            let turns = Semaphore::new(self.limits.requests_per_partner);
            Arc::new(Partner { turns, idle: Mutex::default() })
        };
        Arc::clone(partners.entry(agency).or_insert_with(fresh))
    }

    async fn exchange(
        &self,
        partner: &Partner,
        target: Target<'_>,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Vec<u8>, TransportError> {
        while let Some(mut connection) = self.take_idle(partner, target) {
            match connection.ask(request).await {
                Ok(response) => return self.finish(partner, connection, response).await,
                Err(Unanswered { unsent: Some(unsent), .. }) => request = *unsent,
                Err(Unanswered { why, .. }) => return Err(why),
            }
        }
        let mut connection = self.dial(target).await?;
        match connection.ask(request).await {
            Ok(response) => self.finish(partner, connection, response).await,
            Err(Unanswered { why, .. }) => Err(why),
        }
    }

    /// A kept connection that may still be used for this target; those that may not are closed on the way.
    fn take_idle(&self, partner: &Partner, target: Target<'_>) -> Option<Connection> {
        let mut idle = partner.idle.lock().unwrap_or_else(PoisonError::into_inner);
        while let Some(connection) = idle.pop() {
            // The partner closes after its idle limit; staying well below it avoids writing into a closing one.
            let fresh = connection.used.elapsed() < self.limits.idle / 2;
            let trusted = target.keys.contains(&connection.key)
                && self.pins.agency_of(&connection.key) == Some(target.agency);
            if fresh && trusted && connection.address == *target.address && !connection.sender.is_closed() {
                return Some(connection);
            }
        }
        None
    }

    async fn dial(&self, target: Target<'_>) -> Result<Connection, TransportError> {
        let config = self.identity.client_config(self.pins.clone(), target.agency, target.keys)?;
        let connect = TcpStream::connect((target.address.host.as_str(), target.address.port));
        let stream = timeout(self.limits.handshake, connect)
            .await
            .map_err(|_| TransportError::Unreachable)?
            .map_err(|_| TransportError::Unreachable)?;
        stream.set_nodelay(true).map_err(|_| TransportError::Cut)?;
        let connect = TlsConnector::from(Arc::new(config)).connect(tls::server_name(), stream);
        let stream = timeout(self.limits.handshake, connect)
            .await
            .map_err(|_| TransportError::TooSlow(Stage::Handshake))?
            .map_err(|error| {
                tls_fault(&error).unwrap_or(TransportError::Handshake("the peer ended it half-way"))
            })?;
        let key = verifiers::proven_key(stream.get_ref().1)?;
        let (sender, connection) = http1::Builder::new()
            .max_buf_size(READ_BYTES)
            .handshake(TokioIo::new(stream))
            .await
            .map_err(|_| TransportError::Cut)?;
        let ended = tokio::spawn(async move { connection.await.err().and_then(|error| tls_fault(&error)) });
        Ok(Connection { sender, ended, key, address: target.address.clone(), used: Instant::now() })
    }

    /// Reads the answer and keeps the connection for the next message.
    async fn finish(
        &self,
        partner: &Partner,
        mut connection: Connection,
        response: Response<Incoming>,
    ) -> Result<Vec<u8>, TransportError> {
        let status = response.status();
        let limit = self.limits.body;
        if response.body().size_hint().lower() > u64::try_from(limit).unwrap_or(u64::MAX) {
            return Err(TransportError::TooLarge);
        }
        let body = Limited::new(response.into_body(), limit).collect().await.map_err(|error| {
            if error.is::<LengthLimitError>() { TransportError::TooLarge } else { TransportError::Cut }
        })?;
        // A partner that answers before it has read the request leaves the connection unready. Such a
        // connection is not worth the answer in hand.
        if let Ok(Ok(())) = timeout(self.limits.handshake, connection.sender.ready()).await {
            connection.used = Instant::now();
            partner.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => Err(TransportError::TooLarge),
            status if status.is_success() => Ok(Vec::from(body.to_bytes())),
            status => Err(TransportError::Status(status.as_u16())),
        }
    }
}

impl Connection {
    async fn ask(&mut self, request: Request<Full<Bytes>>) -> Result<Response<Incoming>, Unanswered> {
        let mut failed = match self.sender.try_send_request(request).await {
            Ok(response) => return Ok(response),
            Err(failed) => failed,
        };
        // In TLS 1.3 the server judges our certificate after our side has finished, so that its refusal shows
        // only here: in the failed request, or in the end of the connection if that came first.
        let why = match tls_fault(failed.error()) {
            Some(why) => why,
            None => (&mut self.ended).await.ok().flatten().unwrap_or(TransportError::Cut),
        };
        Err(Unanswered { why, unsent: failed.take_message().map(Box::new) })
    }
}

impl Address {
    /// `None` for anything but `https://host:port`: no path, no user, no default port.
    fn parse(url: &str) -> Option<Self> {
        let (host, port) = url.strip_prefix("https://")?.rsplit_once(':')?;
        let port = port.bytes().all(|b| b.is_ascii_digit()).then(|| port.parse().ok()).flatten()?;
        let host = match host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            Some(address) => address.parse::<std::net::Ipv6Addr>().ok()?.to_string(),
            None => {
                let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'.';
                (!host.is_empty() && host.bytes().all(plain)).then(|| host.to_owned())?
            }
        };
        (port != 0).then_some(Self { host, port })
    }

    fn authority(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }
}

fn request(address: &Address, path: &str, body: Vec<u8>) -> Result<Request<Full<Bytes>>, TransportError> {
    let uri: Uri = path.parse().map_err(|_| TransportError::Address)?;
    if !path.starts_with('/') || uri.query().is_some() || uri.authority().is_some() {
        return Err(TransportError::Address);
    }
    Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(HOST, address.authority())
        .header(CONTENT_TYPE, HeaderValue::from_static("application/cbor"))
        .body(Full::new(Bytes::from(body)))
        .map_err(|_| TransportError::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_host_and_a_port_and_nothing_else() {
        let address = |host: &str, port| Some(Address { host: host.into(), port });
        assert_eq!(Address::parse("https://node.example:7443"), address("node.example", 7443));
        assert_eq!(Address::parse("https://192.0.2.7:443"), address("192.0.2.7", 443));
        assert_eq!(Address::parse("https://[2001:db8::1]:7443"), address("2001:db8::1", 7443));
        for bad in [
            "http://node.example:7443",
            "https://node.example",
            "https://node.example:7443/",
            "https://node.example:0",
            "https://node.example:65536",
            "https://node.example:+443",
            "https://node.example:",
            "https://:7443",
            "https://officer@node.example:7443",
            "https://2001:db8::1:7443",
            "https://node.example:7443?x",
            "node.example:7443",
        ] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_address_of_ipv6_keeps_its_brackets_in_the_request() {
        let address = Address::parse("https://[2001:db8::1]:7443").expect("an address");
        assert_eq!(address.authority(), "[2001:db8::1]:7443");
    }
}
