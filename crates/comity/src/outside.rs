//! What the pages ask of the rest of a node: partners are called, packages are kept.

use std::sync::Arc;

use comity_app::Failure;
use comity_app::context::Objects;
use comity_app::ledger::LedgerHandle;
use comity_app::staging::Staging;
use comity_journal::entropy::Entropy;
use comity_journal::ids::AgencyId;
use comity_web::federation::Contact;
use comity_web::pages::{Outside, Soon};

use crate::partners::Partners;
use crate::real::SystemEntropy;
use crate::reply::Reply;
use crate::request::Desk;

/// The rest of a node, as its pages see it.
pub(crate) struct OutsideOfNode {
    ledger: LedgerHandle,
    partners: Arc<Partners>,
    staging: Arc<Staging>,
}

impl Desk {
    /// What the pages ask the rest of the node.
    pub(crate) fn outside(&self, staging: Arc<Staging>) -> OutsideOfNode {
        OutsideOfNode { ledger: self.ledger.clone(), partners: Arc::clone(&self.partners), staging }
    }
}

impl Outside for OutsideOfNode {
    fn wake(&self) {
        self.partners.wake();
    }

    fn partners_changed(&self) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { self.partners.refresh(&self.ledger).await.map_err(failed) })
    }

    fn call(&self, partner: AgencyId) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async move {
            let outcomes = self.partners.sync_now(&self.ledger, Some(partner)).await.map_err(failed)?;
            for (_, _, outcome) in outcomes {
                let (synced, _) = outcome?;
                if !synced.compared {
                    let why = "the records of both sides do not agree; see the incidents of the node";
                    return Err(Failure::Waiting(why.into()));
                }
            }
            Ok(())
        })
    }

    fn contacts(&self) -> Vec<(AgencyId, Contact)> {
        self.partners.contacts().all()
    }

    fn objects(&self) -> Arc<Objects> {
        self.partners.objects()
    }

    fn staging(&self) -> Arc<Staging> {
        Arc::clone(&self.staging)
    }

    fn entropy(&self) -> Box<dyn Entropy + Send> {
        Box::new(SystemEntropy)
    }

    fn room(&self) -> Option<u64> {
        self.partners.objects().room().ok()
    }
}

fn failed(reply: Reply) -> Failure {
    Failure::Fault(reply.text)
}
