//! Numbers about the node for whoever watches it, as Prometheus reads them.
//!
//! They hold no personal data; but how much lies here and with whom is nobody else's business. So they are answered to an
//! administrator who is signed in and to nobody else: behind a proxy every peer looks like this machine, and where a request
//! came from would prove nothing. A watcher is given a session of an administrator made for it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Extension, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use comity_app::authorise::Doing;
use comity_journal::ids::AgencyId;

use super::asking::Asking;
use super::office::Office;
use super::trouble::Trouble;

/// The classes of answers: `1xx` to `5xx`.
const CLASSES: usize = 5;

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/metrics", get(show))
}

/// How many requests were answered, by the class of their status.
#[derive(Debug, Default)]
pub(crate) struct Answered([AtomicU64; CLASSES]);

impl Answered {
    pub(crate) fn count(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100).wrapping_sub(1);
        if let Some(counter) = self.0.get(class) {
            counter.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn all(&self) -> impl Iterator<Item = (usize, u64)> {
        self.0.iter().enumerate().map(|(class, counter)| (class + 1, counter.load(Ordering::Relaxed)))
    }
}

/// How long rows of lists had lagged when a request came, in milliseconds; nothing where the ledger did not say.
#[derive(Clone, Copy, Debug)]
struct LaggedBefore(Option<i64>);

/// Notes how long rows of lists lag, for whoever asks for the numbers. Later it would be too late: already the question who
/// is signed in has them folded, since whoever asks may look.
pub(crate) async fn look_before(parts: &mut Parts, office: &Office) {
    if parts.uri.path() == "/metrics" {
        parts.extensions.insert(LaggedBefore(office.views_lag().await.ok()));
    }
}

/// What is told of a node.
#[derive(Debug, PartialEq, Eq)]
struct Numbers {
    records: u64,
    matters: u64,
    views_lag: Option<i64>,
    queued: Vec<(AgencyId, u64)>,
    sessions: usize,
    answered: Vec<(usize, u64)>,
}

async fn show(
    State(office): State<Arc<Office>>,
    Extension(LaggedBefore(views_lag)): Extension<LaggedBefore>,
    asking: Asking,
) -> Result<Response, Trouble> {
    let officer = asking.officer();
    let (records, matters, queued) = office
        .run(move |ledger, pending| {
            ledger.permit(pending, &officer, Doing::Administer, None)?;
            let queued = ledger.list_partners()?.into_iter().filter(|line| !line.off_network);
            let queued: Vec<_> = queued.map(|line| (line.agency, line.queued)).collect();
            Ok((ledger.store().length()?, ledger.store().matters()?.len() as u64, queued))
        })
        .await?;
    let sessions = office.sessions.count(office.now());
    let answered = office.answered.all().collect();
    let text = text(&Numbers { records, matters, views_lag, queued, sessions, answered });
    Ok(([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}

/// The numbers in the text format of Prometheus.
fn text(numbers: &Numbers) -> String {
    let mut text = String::new();
    let mut metric = |name: &str, kind: &str, help: &str, values: &[(String, String)]| {
        // Writing into a string cannot fail.
        let _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n");
        for (labels, value) in values {
            let _ = writeln!(text, "{name}{labels} {value}");
        }
    };
    let one = |value: u64| [(String::new(), value.to_string())];
    metric("comity_journal_records", "gauge", "Records in the journal.", &one(numbers.records));
    metric("comity_matters", "gauge", "Matters and inner records.", &one(numbers.matters));
    metric("comity_sessions", "gauge", "Officers signed in.", &one(numbers.sessions as u64));
    let lag = numbers.views_lag.map(|millis| (String::new(), (millis as f64 / 1000.0).to_string()));
    metric(
        "comity_views_lag_seconds",
        "gauge",
        "Age of the oldest commit whose rows in lists are not folded yet; 0 when there is none.",
        lag.as_slice(),
    );
    let of_partner =
        |(agency, queued): &(AgencyId, u64)| (format!("{{agency=\"{agency}\"}}"), queued.to_string());
    let queued = numbers.queued.iter().map(of_partner);
    metric("comity_queued_entries", "gauge", "Entries that wait for delivery.", &queued.collect::<Vec<_>>());
    let of_class = |(class, count): &(usize, u64)| (format!("{{class=\"{class}xx\"}}"), count.to_string());
    let answered = numbers.answered.iter().map(of_class);
    metric("comity_requests_total", "counter", "Requests answered.", &answered.collect::<Vec<_>>());
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_prometheus_reads_them() {
        let answered = Answered::default();
        for status in [StatusCode::OK, StatusCode::NOT_FOUND, StatusCode::OK] {
            answered.count(status);
        }
        let agency = AgencyId::from_bytes([7; 32]);
        let told = text(&Numbers {
            records: 31,
            matters: 9,
            views_lag: Some(470),
            queued: vec![(agency, 4)],
            sessions: 2,
            answered: answered.all().collect(),
        });
        assert!(told.contains("# TYPE comity_journal_records gauge\ncomity_journal_records 31\n"));
        assert!(told.contains("# TYPE comity_views_lag_seconds gauge\ncomity_views_lag_seconds 0.47\n"));
        assert!(told.contains(&format!("comity_queued_entries{{agency=\"{agency}\"}} 4\n")));
        assert!(told.contains("comity_requests_total{class=\"2xx\"} 2\n"));
        assert!(told.contains("comity_requests_total{class=\"4xx\"} 1\n"));
        assert!(told.ends_with('\n'));
    }
}
