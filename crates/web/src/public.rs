//! What anybody may see: the agency card, which proves itself, and whether the node is up.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::routing::get;
use comity_app::context::Objects;
use comity_app::ledger::LedgerHandle;
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// How long fetching a card may take.
const FETCH: Duration = Duration::from_secs(10);

/// Where a node shows its card.
pub const CARD_PATH: &str = "/card";

/// The room on the disk below which a node is not ready, in bytes.
const ROOM: u64 = 1 << 30;

/// Card and health, for anybody. `objects` lies on the disk whose room counts.
pub fn routes(ledger: LedgerHandle, objects: Arc<Objects>) -> Router {
    let health = ledger.clone();
    let card = move || async move {
        match ledger.run(|ledger, _| Ok(ledger.own_card().bytes().to_vec())).await {
            Ok(bytes) => {
                ([(header::CONTENT_TYPE, "application/vnd.comity.card.v1+cbor")], bytes).into_response()
            }
            Err(_) => hyper::StatusCode::SERVICE_UNAVAILABLE.into_response(),
        }
    };
    let ready = move || async move {
        match readiness(&health, objects.room().ok()).await {
            Ok(()) => (hyper::StatusCode::OK, "ready\n"),
            Err(why) => (hyper::StatusCode::SERVICE_UNAVAILABLE, why),
        }
    };
    Router::new()
        .route(CARD_PATH, get(card))
        .route("/healthz", get(|| async { "alive\n" }))
        .route("/readyz", get(ready))
}

/// Whether the node can work: its store answers, its disk has room, its clock was not set back.
async fn readiness(ledger: &LedgerHandle, room: Option<u64>) -> Result<(), &'static str> {
    let read = ledger.run(|ledger, _| Ok((ledger.last_recorded()?, ledger.now()))).await;
    let (last, now) = read.map_err(|_| "the store does not answer\n")?;
    if last.is_some_and(|last| now < last) {
        return Err("the clock is before the last record: it was set back\n");
    }
    match room {
        Some(room) if room >= ROOM => Ok(()),
        Some(_) => Err("less than 1 GiB is free on the disk\n"),
        None => Err("the disk does not say how much room it has\n"),
    }
}

/// Fetches a card from `http://host:port`, any path. The card proves itself; who it belongs to, the fingerprint says.
///
/// # Errors
/// A sentence for people.
pub async fn fetch_card(url: &str) -> Result<Vec<u8>, String> {
    let unreachable = || "no card could be fetched from there: nothing answers, or it is no node".to_owned();
    let rest = url.strip_prefix("http://").ok_or("a card is fetched from http://host:port")?;
    let authority = rest.split('/').next().unwrap_or(rest).to_owned();
    let fetched = tokio::time::timeout(FETCH, async {
        let stream = TcpStream::connect(&authority).await.map_err(|_| unreachable())?;
        let (mut sender, connection) =
            hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|_| unreachable())?;
        let driver = tokio::spawn(connection);
        let request = hyper::Request::get(CARD_PATH)
            .header(header::HOST, &authority)
            .body(Empty::<Bytes>::new())
            .map_err(|_| unreachable())?;
        let answer = sender.send_request(request).await.map_err(|_| unreachable())?;
        if !answer.status().is_success() {
            return Err(unreachable());
        }
        let body = Limited::new(answer.into_body(), comity_journal::limits::CARD_BYTES);
        let bytes = body.collect().await.map_err(|_| unreachable())?.to_bytes().to_vec();
        driver.abort();
        Ok(bytes)
    });
    fetched.await.map_err(|_| unreachable())?
}
