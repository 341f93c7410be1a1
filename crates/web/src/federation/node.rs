//! The node behind the wire: what a partner's request reaches, and the way to a partner's node.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use comity_app::Failure;
use comity_app::context::Objects;
use comity_app::ledger::LedgerHandle;
use comity_app::workers::{AnswerFailure, Peer, answer, answer_package};
use comity_domain::matters::node::Trouble;
use comity_federation::path;
use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use tokio::sync::Notify;

use super::{Answer, Contacts, Dialler, Federation, TransportError};

/// Strangers' knocks recorded since the node started; beyond this they are logged and counted only, so that
/// nobody can fill a journal by knocking.
const KNOCKS_RECORDED: u32 = 100;

/// Answers partners from a ledger.
pub struct NodeFederation {
    ledger: LedgerHandle,
    objects: Option<Arc<Objects>>,
    arrived: Arc<Notify>,
    contacts: Option<Arc<Contacts>>,
    knocks: AtomicU32,
}

impl NodeFederation {
    /// Answers from this ledger.
    pub fn new(ledger: LedgerHandle) -> Self {
        Self { ledger, objects: None, arrived: Arc::default(), contacts: None, knocks: AtomicU32::new(0) }
    }

    /// Serves sealed packages from this folder, too.
    #[must_use]
    pub fn serving(self, objects: Arc<Objects>) -> Self {
        Self { objects: Some(objects), ..self }
    }

    /// Tells `arrived` whenever a partner has brought entries: one may hand over a package that is to be fetched.
    #[must_use]
    pub fn telling(self, arrived: Arc<Notify>) -> Self {
        Self { arrived, ..self }
    }

    /// Notes every request that was answered as contact with the partner.
    #[must_use]
    pub fn noting(self, contacts: Arc<Contacts>) -> Self {
        Self { contacts: Some(contacts), ..self }
    }

    async fn answer(&self, from: AgencyId, path: &str, body: Vec<u8>) -> Result<Vec<u8>, AnswerFailure> {
        if let (path::PACKAGE, Some(objects)) = (path, &self.objects) {
            return answer_package(&self.ledger, objects, from, &body).await;
        }
        let answered = answer(&self.ledger, from, path, body).await;
        if path == path::BATCH && answered.is_ok() {
            self.arrived.notify_one();
        }
        answered
    }
}

impl Federation for NodeFederation {
    async fn handle(&self, from: AgencyId, path: &str, body: Vec<u8>) -> Answer {
        let answered = self.answer(from, path, body).await;
        if let (Ok(_), Some(contacts)) = (&answered, &self.contacts) {
            contacts.reached(from);
        }
        match answered {
            Ok(body) => Answer { status: 200, body },
            Err(AnswerFailure::NoSuchPath) => Answer { status: 404, body: Vec::new() },
            Err(AnswerFailure::Nonsense(why)) => {
                tracing::warn!(partner = %from, "a partner's request was not believed");
                Answer { status: 422, body: why.into_bytes() }
            }
            Err(AnswerFailure::Failed(failure)) => {
                tracing::error!(partner = %from, %failure, "a partner's request could not be answered");
                Answer { status: 503, body: Vec::new() }
            }
        }
    }

    fn refused(&self, peer: SocketAddr, why: &TransportError) {
        tracing::warn!(%peer, why = why.code(), "a connection was refused");
        if !matches!(why, TransportError::NotPinned)
            || self.knocks.fetch_add(1, Ordering::Relaxed) >= KNOCKS_RECORDED
        {
            return;
        }
        let ledger = self.ledger.clone();
        tokio::spawn(async move {
            let recorded = ledger
                .run(|ledger, pending| {
                    ledger.record_incident(pending, Trouble::UnknownPartner, None, None, None)
                })
                .await;
            if let Err(failure) = recorded {
                tracing::error!(%failure, "an incident could not be recorded");
            }
        });
    }
}

/// One partner's node, reached over the wire.
pub struct PartnerNode<'a> {
    /// What dials.
    pub dialler: &'a Dialler,
    /// Which agency must answer.
    pub agency: AgencyId,
    /// The TLS keys its card names.
    pub keys: Vec<PublicKey>,
    /// Where it answers.
    pub url: String,
    /// What last stood in the way of a message to it.
    pub hindrance: Hindrance,
}

/// What last stood in the way of a message, as a short word.
#[derive(Debug, Default)]
pub struct Hindrance(Mutex<Option<&'static str>>);

impl Hindrance {
    /// The word of the [`TransportError`]; `None` while every message has passed.
    pub fn code(&self) -> Option<&'static str> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, error: &TransportError) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.code());
    }
}

impl Peer for PartnerNode<'_> {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let sent = self.dialler.post(self.agency, &self.keys, &self.url, path, body).await;
        sent.map_err(|error| {
            self.hindrance.note(&error);
            Failure::Waiting(format!("the partner's node: {error}"))
        })
    }
}
