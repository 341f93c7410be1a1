//! A running node: federation, public card, control socket and delivery, until it is told to stop.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use comity_app::context::Clock as _;
use comity_app::sign_in::Code;
use comity_app::staging::Staging;
use comity_domain::words::Lang;
use comity_journal::ids::AgencyId;
use comity_web::federation::{Limits, Listener, NodeFederation, TlsIdentity};
use comity_web::pages::{self, Director, Office, OfficeParts};
use comity_web::public;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::control;
use crate::folder::Folder;
use crate::node::Node;
use crate::real::{SystemClock, SystemEntropy};
use crate::release::Release;
use crate::reply::Reply;

/// A node at work.
pub(crate) struct Running {
    node: Node,
    tasks: JoinSet<()>,
    stop: watch::Sender<bool>,
    /// Where partners reach it.
    pub(crate) federation: SocketAddr,
    /// Where its card is shown, if anywhere.
    pub(crate) web: Option<SocketAddr>,
}

impl Running {
    /// Starts a node on listeners that are bound already.
    pub(crate) async fn start(
        dir: &Path,
        federation: TcpListener,
        desk: Option<OfficeAt>,
        release: &Arc<Release>,
    ) -> Result<Self, Reply> {
        let folder = Folder::open(dir)?;
        let node = Node::open(folder.clone(), folder.lock()?, Arc::clone(release)).await?;
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let address = |listener: &TcpListener| listener.local_addr().map_err(Reply::io);
        let federation_address = address(&federation)?;
        let web_address = desk.as_ref().map(|desk| address(&desk.listener)).transpose()?;

        let (ledger, partners) = (node.desk.ledger.clone(), Arc::clone(&node.desk.partners));
        let identity = TlsIdentity::from_seed(&folder.read_keys()?.tls);
        let identity = identity.map_err(|error| Reply::fault(error.to_string()))?;
        let answers = Arc::new(
            NodeFederation::new(ledger.clone())
                .serving(partners.objects())
                .telling(partners.arrived())
                .noting(partners.contacts()),
        );
        let listener = Listener::new(&identity, partners.pins(), answers, Limits::default())
            .map_err(|error| Reply::fault(error.to_string()))?;
        tasks.spawn(listener.run(federation, stopping.clone()));

        let staging = Arc::new(folder.staging()?);
        tasks.spawn(let_go(Arc::clone(&staging), stopping.clone()));
        if let Some(desk) = desk {
            let (listener, office) = desk.open(folder.card()?.agency(), &node, staging, release);
            let routes = pages::router(&office).merge(public::routes(ledger.clone(), partners.objects()));
            tasks.spawn(pages::serve(listener, routes, stopping.clone()));
        }
        let socket = control::bind(&node.folder().socket_path())?;
        let desk = Arc::new(node.desk.share());
        tasks.spawn(control::serve(socket, desk, stopping.clone()));
        tasks.spawn(Arc::clone(&partners).fetch_packages(ledger.clone(), stopping.clone()));
        tasks.spawn(partners.deliver(ledger, stopping));
        Ok(Self { node, tasks, stop, federation: federation_address, web: web_address })
    }

    /// Stops: no new requests, what is under way is finished, the journal is closed cleanly.
    pub(crate) async fn stop(mut self) {
        self.stop.send_replace(true);
        while self.tasks.join_next().await.is_some() {}
        drop(std::fs::remove_file(self.node.folder().socket_path()));
        self.node.close().await;
    }

    pub(crate) fn node(&self) -> &Node {
        &self.node
    }
}

/// Where the pages of a node are served, and how.
pub(crate) struct OfficeAt {
    pub(crate) listener: TcpListener,
    /// Where browsers reach it, where that is not the listener's own address.
    pub(crate) origin: Option<String>,
    /// Whether anybody may sit down as anybody.
    pub(crate) demo: bool,
    /// Who plays scenes, in a demonstration.
    pub(crate) director: Option<Arc<dyn Director>>,
    /// With what the first administrators are made, as long as nobody can sign in.
    pub(crate) set_up: Option<Code>,
}

impl OfficeAt {
    fn open(
        self,
        agency: AgencyId,
        node: &Node,
        staging: Arc<Staging>,
        release: &Arc<Release>,
    ) -> (TcpListener, Arc<Office>) {
        let here = self.listener.local_addr().map(|at| format!("http://{at}")).unwrap_or_default();
        let office = Office::open(OfficeParts {
            agency,
            ledger: node.desk.ledger.clone(),
            kinds: Arc::clone(release.kinds()),
            zh: Arc::clone(release.words(Lang::Zh)),
            en: Arc::clone(release.words(Lang::En)),
            outside: Arc::new(node.desk.outside(staging)),
            clock: Arc::new(SystemClock),
            entropy: Box::new(SystemEntropy),
            origin: self.origin.unwrap_or(here),
            demo: self.demo,
            director: self.director,
            set_up: self.set_up,
        });
        (self.listener, office)
    }
}

/// How often it is looked for files in the clear that are overdue.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Lets go what was brought and never sealed, from the start on and until the stop.
async fn let_go(staging: Arc<Staging>, mut stop: watch::Receiver<bool>) {
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        tokio::select! {
            _ = look.tick() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if let Err(error) = staging.let_go(SystemClock.now()) {
            tracing::error!(kind = %error.kind(), "files that wait to be sealed could not be removed");
        }
    }
}

/// Binds an address people typed.
pub(crate) async fn bind(address: &str) -> Result<TcpListener, Reply> {
    TcpListener::bind(address)
        .await
        .map_err(|error| Reply::usage(format!("cannot listen on {address}: {error}")))
}
