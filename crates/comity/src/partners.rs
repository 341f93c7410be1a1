//! The partners of a running node: whose keys are accepted, and who delivers to them.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use comity_app::Failure;
use comity_app::ledger::LedgerHandle;
use comity_app::people::Partnership;
use comity_app::workers::{Fetched, Level, Synced, deliver, fetch_packages};
use comity_journal::ids::AgencyId;
use comity_journal::suite::PublicKey;
use comity_store::objects::Objects;
use comity_web::federation::{Contacts, Dialler, Hindrance, Limits, PartnerNode, PinnedKeys, TlsIdentity};
use tokio::sync::{Notify, watch};
use tokio::time::Instant;

use crate::by_partner::ByPartner;
use crate::real::SystemClock;
use crate::reply::Reply;

/// A partner is compared with this often even when nothing is to be delivered.
const COMPARE_EVERY: Duration = Duration::from_secs(300);

/// One partner the node may dial.
#[derive(Clone)]
struct Dialled {
    name: String,
    agency: AgencyId,
    url: Option<String>,
    keys: Vec<PublicKey>,
    queued: u64,
    /// Packages to be fetched from it.
    wanted: usize,
    compared: bool,
}

/// What one session with a partner came to.
pub(crate) type SyncOutcome = (String, AgencyId, Result<(Synced, Fetched), Failure>);

/// Pins, the dialler, and the worker that delivers.
pub(crate) struct Partners {
    pins: PinnedKeys,
    dialler: Dialler,
    objects: Arc<Objects>,
    contacts: Arc<Contacts>,
    /// Something is to be delivered.
    woken: Notify,
    /// A partner has brought something: a package may be to be fetched.
    arrived: Arc<Notify>,
}

impl Partners {
    pub(crate) fn new(identity: TlsIdentity, objects: Arc<Objects>) -> Self {
        let pins = PinnedKeys::new();
        let dialler = Dialler::new(identity, pins.clone(), Limits::default());
        let contacts = Arc::new(Contacts::new(Arc::new(SystemClock)));
        Self { pins, dialler, objects, contacts, woken: Notify::new(), arrived: Arc::default() }
    }

    pub(crate) fn pins(&self) -> PinnedKeys {
        self.pins.clone()
    }

    /// The folder of sealed packages.
    pub(crate) fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.objects)
    }

    /// When each partner was last reached.
    pub(crate) fn contacts(&self) -> Arc<Contacts> {
        Arc::clone(&self.contacts)
    }

    /// What is told when a partner has brought something.
    pub(crate) fn arrived(&self) -> Arc<Notify> {
        Arc::clone(&self.arrived)
    }

    /// Something is to be delivered.
    pub(crate) fn wake(&self) {
        self.woken.notify_one();
    }

    /// Looks again whom the node may dial and whose keys it accepts, and delivers.
    pub(crate) async fn refresh(&self, ledger: &LedgerHandle) -> Result<(), Reply> {
        self.confirmed(ledger).await?;
        self.wake();
        Ok(())
    }

    /// The partners that the node may dial. From now on exactly the TLS keys are accepted that their latest cards name.
    async fn confirmed(&self, ledger: &LedgerHandle) -> Result<Vec<Dialled>, Reply> {
        // It is asked with each batch that comes, and looks at no list.
        let ahead = ledger.ahead();
        let dialled = ahead.run(|ledger, _| {
            let mut dialled = Vec::new();
            for partner in ledger.partners()? {
                if partner.partnership != Partnership::Confirmed || partner.off_network {
                    continue;
                }
                let keys = ledger.cards().latest(&partner.agency).map(|card| card.facts().tls.clone());
                let wanted = ledger.wanted_from(&partner.agency)?.len();
                let line = ledger.partner_line(partner)?;
                dialled.push(Dialled {
                    name: line.name,
                    agency: line.agency,
                    url: line.at,
                    keys: keys.unwrap_or_default(),
                    queued: line.queued,
                    wanted,
                    compared: line.compared,
                });
            }
            Ok(dialled)
        });
        let dialled: Vec<Dialled> = dialled.await?;
        let keys_of =
            |partner: &Dialled| partner.keys.iter().map(|key| (*key, partner.agency)).collect::<Vec<_>>();
        let pins: BTreeMap<PublicKey, AgencyId> = dialled.iter().flat_map(keys_of).collect();
        self.pins.replace(pins);
        Ok(dialled)
    }

    /// Delivers, fetches entries, and fetches packages.
    async fn sync_one(&self, ledger: &LedgerHandle, partner: &Dialled) -> Result<(Synced, Fetched), Failure> {
        let synced = self.exchange(ledger, partner, &mut Level::default()).await?;
        Ok((synced, self.fetch(ledger, partner).await?))
    }

    fn node(&self, partner: &Dialled) -> Result<PartnerNode<'_>, Failure> {
        let url = partner.url.clone().ok_or_else(|| {
            Failure::Waiting("no address is known for this partner: it has to call us".into())
        })?;
        let (keys, hindrance) = (partner.keys.clone(), Hindrance::default());
        Ok(PartnerNode { dialler: &self.dialler, agency: partner.agency, keys, url, hindrance })
    }

    async fn fetch(&self, ledger: &LedgerHandle, partner: &Dialled) -> Result<Fetched, Failure> {
        fetch_packages(ledger, &self.objects, partner.agency, &self.node(partner)?).await
    }

    async fn exchange(
        &self,
        ledger: &LedgerHandle,
        partner: &Dialled,
        level: &mut Level,
    ) -> Result<Synced, Failure> {
        let node = match self.node(partner) {
            Ok(node) => node,
            Err(failure) => {
                self.contacts.failed(partner.agency, "no_address");
                return Err(failure);
            }
        };
        let outcome = self.exchange_with(ledger, &node, level).await;
        match &outcome {
            Ok(synced) if synced.compared => self.contacts.reached(partner.agency),
            Ok(_) => self.contacts.failed(partner.agency, "records_differ"),
            Err(failure) => self.contacts.failed(partner.agency, hindered(failure, &node.hindrance)),
        }
        outcome
    }

    async fn exchange_with(
        &self,
        ledger: &LedgerHandle,
        node: &PartnerNode<'_>,
        level: &mut Level,
    ) -> Result<Synced, Failure> {
        let first = deliver(ledger, node.agency, node, level).await?;
        self.arrived.notify_one();
        if first.released == 0 {
            return Ok(first);
        }
        // What the comparison released was signed after it, and is to be delivered as well.
        let second = deliver(ledger, node.agency, node, level).await?;
        Ok(Synced {
            delivered: first.delivered + second.delivered,
            received: first.received + second.received,
            requests: first.requests + second.requests,
            recovered: first.recovered + second.recovered,
            compared: second.compared,
            released: first.released,
            asked: first.asked + second.asked,
            supplied: first.supplied + second.supplied,
            witnessed: first.witnessed + second.witnessed,
        })
    }

    /// One session with every confirmed partner, or with one of them, now.
    pub(crate) async fn sync_now(
        &self,
        ledger: &LedgerHandle,
        only: Option<AgencyId>,
    ) -> Result<Vec<SyncOutcome>, Reply> {
        self.refresh(ledger).await?;
        let mut outcomes = Vec::new();
        for partner in self.confirmed(ledger).await? {
            if only.is_none_or(|agency| agency == partner.agency) {
                let outcome = self.sync_one(ledger, &partner).await;
                outcomes.push((partner.name, partner.agency, outcome));
            }
        }
        Ok(outcomes)
    }

    /// Delivers whenever something is to be delivered, until `stop` turns true; what is under way then is finished.
    pub(crate) async fn deliver(self: Arc<Self>, ledger: LedgerHandle, mut stop: watch::Receiver<bool>) {
        let mut work: ByPartner<(Level, Result<Synced, Failure>)> = ByPartner::new();
        let mut levels: BTreeMap<AgencyId, Level> = BTreeMap::new();
        let mut compared_at: BTreeMap<AgencyId, Instant> = BTreeMap::new();
        loop {
            let now = Instant::now();
            for partner in self.confirmed(&ledger).await.unwrap_or_default() {
                let agency = partner.agency;
                let wanted = partner.queued > 0
                    || !partner.compared
                    || compared_at.get(&agency).is_none_or(|at| now >= *at + COMPARE_EVERY);
                if wanted && partner.url.is_some() && work.is_free(&agency, now) {
                    let (this, ledger) = (Arc::clone(&self), ledger.clone());
                    let mut level = levels.remove(&agency).unwrap_or_default();
                    work.start(agency, async move {
                        let outcome = this.exchange(&ledger, &partner, &mut level).await;
                        (level, outcome)
                    });
                }
            }
            let next = work.next_try(now).unwrap_or_else(|| Instant::now() + COMPARE_EVERY);
            tokio::select! {
                Some((agency, (level, outcome))) = work.ended() => {
                    levels.insert(agency, level);
                    compared_at.insert(agency, Instant::now());
                    match outcome {
                        Ok(_) => work.went_well(&agency),
                        Err(failure) => {
                            tracing::info!(partner = %agency, %failure, "delivery will be tried again");
                            work.failed(agency);
                        }
                    }
                }
                () = self.woken.notified() => {}
                () = tokio::time::sleep_until(next) => {}
                _ = stop.wait_for(|stop| *stop) => break,
            }
        }
        work.finish().await;
    }

    /// Fetches packages whenever one is wanted, until `stop` turns true: beside delivery. What broke off goes on later.
    pub(crate) async fn fetch_packages(
        self: Arc<Self>,
        ledger: LedgerHandle,
        mut stop: watch::Receiver<bool>,
    ) {
        let mut work: ByPartner<Result<Fetched, Failure>> = ByPartner::new();
        loop {
            let now = Instant::now();
            for partner in self.confirmed(&ledger).await.unwrap_or_default() {
                let agency = partner.agency;
                if partner.wanted > 0 && partner.url.is_some() && work.is_free(&agency, now) {
                    let (this, ledger) = (Arc::clone(&self), ledger.clone());
                    work.start(agency, async move { this.fetch(&ledger, &partner).await });
                }
            }
            let next = work.next_try(now).unwrap_or_else(|| Instant::now() + COMPARE_EVERY);
            tokio::select! {
                Some((agency, outcome)) = work.ended() => match outcome {
                    Ok(_) => work.went_well(&agency),
                    Err(failure) => {
                        tracing::info!(partner = %agency, %failure, "a package will be asked for again");
                        work.failed(agency);
                    }
                },
                () = self.arrived.notified() => {}
                () = tokio::time::sleep_until(next) => {}
                _ = stop.wait_for(|stop| *stop) => return,
            }
        }
    }
}

/// A short word for what stood in the way of a session, which the pages have a text for.
fn hindered(failure: &Failure, hindrance: &Hindrance) -> &'static str {
    match failure {
        Failure::NotBelieved(_) => "nonsense",
        _ => hindrance.code().unwrap_or("fault"),
    }
}
