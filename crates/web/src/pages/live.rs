//! Tells open pages that something was recorded, so that they ask again for what they show. Says nothing about what. And
//! what rings, for the part of every page that asks for it.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use axum::{Extension, Router};
use futures_util::{StreamExt as _, future, stream};

use super::asking::Asking;
use super::frame::bell;
use super::office::Office;
use super::serve::Stopping;

/// How often a page with nothing new is told so; a session that has ended is noticed then.
const BREATH: Duration = Duration::from_secs(20);

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/live", get(live)).route("/bell", get(rings))
}

/// What rings now: the part of the frame that asks for itself again.
async fn rings(asking: Asking) -> Html<String> {
    Html(bell(&asking, &asking.who).into_string())
}

async fn live(
    State(office): State<Arc<Office>>,
    asking: Asking,
    stopping: Option<Extension<Stopping>>,
) -> impl IntoResponse {
    let written = office.ledger.written();
    let events = stream::unfold(
        (written, office, asking.who.cookie.clone()),
        |(mut written, office, cookie)| async move {
            loop {
                let told = tokio::time::timeout(BREATH, written.changed()).await;
                // A page left open is no work: looking does not keep a session alive.
                if !office.sessions.lives(&cookie, office.now()) {
                    return None;
                }
                match told {
                    Ok(Ok(())) => {
                        // An event without data is dropped by every browser, so it says its own name.
                        let event = Ok::<_, Infallible>(Event::default().event("changed").data("changed"));
                        return Some((event, (written, office, cookie)));
                    }
                    Ok(Err(_)) => return None,
                    Err(_) => {}
                }
            }
        },
    );
    // Pages ask again by themselves once the node is back.
    let stopped = async move {
        match stopping {
            Some(Extension(mut stopping)) => stopping.wait().await,
            None => future::pending().await,
        }
    };
    let events = Box::pin(events).take_until(Box::pin(stopped));
    Sse::new(events).keep_alive(KeepAlive::new().interval(BREATH))
}
