//! What the pages work with: the ledger, the words, the sessions, and what only the binary can do.

use std::collections::BTreeSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use comity_app::context::{Clock, Objects};
use comity_app::ledger::{Ledger, LedgerHandle, Pending};
use comity_app::queries::Ringing;
use comity_app::sign_in::{Code, Site};
use comity_app::staging::Staging;
use comity_app::views::ViewsLag;
use comity_app::{Failure, people::Officer};
use comity_domain::engine::Kinds;
use comity_domain::matters::officer::SignInMeans;
use comity_domain::words::{Lang, Words};
use comity_journal::entropy::Entropy;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::time::Timestamp;
use tokio::sync::OnceCell;

use super::evidence::UnderWay;
use super::journal::Verification;
use super::metrics::Answered;
use super::sign_in::Door;
use crate::federation::Contact;
use crate::session::{Secret, Sessions};

/// Something that takes a while.
pub type Soon<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What the node does outside its ledger: partners are called, packages are kept.
pub trait Outside: Send + Sync {
    /// Something was signed: deliver it.
    fn wake(&self);
    /// Partners have changed: whose keys are accepted is read anew.
    fn partners_changed(&self) -> Soon<'_, Result<(), Failure>>;
    /// One session with a partner, now; a sentence says what stood in the way.
    fn call(&self, partner: AgencyId) -> Soon<'_, Result<(), Failure>>;
    /// When each partner was last reached, and what stood in the way since.
    fn contacts(&self) -> Vec<(AgencyId, Contact)>;
    /// The folder of sealed packages.
    fn objects(&self) -> Arc<Objects>;
    /// Where files wait to be sealed.
    fn staging(&self) -> Arc<Staging>;
    /// Randomness of its own, for work that takes long.
    fn entropy(&self) -> Box<dyn Entropy + Send>;
    /// How many bytes the disk has room for; `None` where that cannot be told.
    fn room(&self) -> Option<u64> {
        None
    }
}

/// What an office is made of.
pub struct OfficeParts {
    /// Whose office it is.
    pub agency: AgencyId,
    /// The ledger.
    pub ledger: LedgerHandle,
    /// The kinds of matters.
    pub kinds: Arc<Kinds>,
    /// Words in Chinese.
    pub zh: Arc<Words>,
    /// Words in English.
    pub en: Arc<Words>,
    /// The rest of the node.
    pub outside: Arc<dyn Outside>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Box<dyn Entropy + Send>,
    /// Where browsers reach the pages: `https://desk.example`. Cookies are marked secure where it is https.
    pub origin: String,
    /// Whether this is a demonstration, where anybody may sit down as anybody.
    pub demo: bool,
    /// Who plays scenes, in a demonstration.
    pub director: Option<Arc<dyn Director>>,
    /// The code with which the first administrators are made, as long as nobody can sign in.
    pub set_up: Option<Code>,
}

/// A scene of the demonstration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scene {
    /// Its code.
    pub code: &'static str,
    /// Whether it can be played now.
    pub can: bool,
}

/// Plays scenes for whoever visits the demonstration.
pub trait Director: Send + Sync {
    /// All scenes.
    fn scenes(&self) -> Soon<'_, Vec<Scene>>;
    /// Plays one; a sentence says why it could not.
    fn play(&self, scene: String) -> Soon<'_, Result<(), String>>;
}

/// Everything the pages work with.
pub struct Office {
    /// The ledger.
    pub(crate) ledger: LedgerHandle,
    /// The kinds of matters.
    pub(crate) kinds: Arc<Kinds>,
    /// The shared kinds with every status a matter of theirs can have, as codes.
    pub(crate) statuses: Arc<[(&'static str, Vec<&'static str>)]>,
    /// Who is signed in.
    pub(crate) sessions: Sessions,
    /// How many requests were answered.
    pub(crate) answered: Answered,
    /// Since when rows of lists lag, once the ledger was asked where that is told.
    views_lag: OnceCell<ViewsLag>,
    /// Whether the journal holds, as far as that was asked.
    pub(crate) verification: Verification,
    /// Evidence that is being checked, sealed or fetched.
    pub(crate) evidence: UnderWay,
    /// The rest of the node.
    pub(crate) outside: Arc<dyn Outside>,
    /// Whether this is a demonstration.
    pub(crate) demo: bool,
    /// Who plays scenes, in a demonstration.
    pub(crate) director: Option<Arc<dyn Director>>,
    /// Where browsers reach it.
    pub(crate) origin: String,
    /// What passkeys know it as; nothing where browsers have none.
    pub(crate) site: Option<Site>,
    /// The name of the cookie of a session: cookies know hosts and no ports, and a machine may run several nodes.
    pub(crate) session_cookie: String,
    /// Signing in under way.
    pub(crate) door: Door,
    zh: Arc<Words>,
    en: Arc<Words>,
    clock: Arc<dyn Clock>,
    entropy: Mutex<Box<dyn Entropy + Send>>,
}

/// Read off the grids once: they are drawn from every combination of lanes.
fn statuses(kinds: &Kinds) -> Arc<[(&'static str, Vec<&'static str>)]> {
    let shared = kinds.iter().filter(|kind| kind.def().shared).map(|kind| {
        let statuses: BTreeSet<_> = kind.grid().into_iter().map(|row| row.cell.status).collect();
        (kind.def().code, statuses.into_iter().collect())
    });
    shared.collect()
}

impl Office {
    /// Opens the office of a node.
    pub fn open(parts: OfficeParts) -> Arc<Self> {
        let short: String = parts.agency.to_string().chars().take(8).collect();
        let host = if parts.origin.starts_with("https://") { "__Host-" } else { "" };
        Arc::new(Self {
            session_cookie: format!("{host}comity-{short}"),
            ledger: parts.ledger,
            statuses: statuses(&parts.kinds),
            kinds: parts.kinds,
            sessions: Sessions::default(),
            answered: Answered::default(),
            views_lag: OnceCell::new(),
            verification: Verification::default(),
            evidence: UnderWay::default(),
            door: Door::new(parts.set_up),
            outside: parts.outside,
            demo: parts.demo,
            site: Site::at(&parts.origin),
            director: parts.director,
            origin: parts.origin,
            zh: parts.zh,
            en: parts.en,
            clock: parts.clock,
            entropy: Mutex::new(parts.entropy),
        })
    }

    /// Now.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The words of a language.
    pub(crate) fn words(&self, lang: Lang) -> &Arc<Words> {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// Whether browsers reach the pages over TLS.
    pub(crate) fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Carries a job out on the ledger.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Ledger, &mut Pending) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        self.ledger.run(job).await
    }

    /// How long rows of lists have lagged, in milliseconds; without waiting for the ledger, from the second time on.
    pub(crate) async fn views_lag(&self) -> Result<i64, Failure> {
        let ask = async || self.ledger.ahead().run(|ledger, _| Ok(ledger.views_lag())).await;
        Ok(self.views_lag.get_or_try_init(ask).await?.millis(self.now()))
    }

    /// The officer of this record, as they stand now, and what rings for them.
    pub(crate) async fn officer(&self, record: MatterId) -> Result<Option<(Officer, Vec<Ringing>)>, Failure> {
        self.run(move |ledger, _| {
            let Some(officer) = ledger.officer_of(&record)? else { return Ok(None) };
            let rings = ledger.rings_for(&officer)?;
            Ok(Some((officer, rings)))
        })
        .await
    }

    /// Draws something.
    pub(crate) fn draw<T>(&self, of: impl FnOnce(&mut dyn Entropy) -> T) -> T {
        let mut entropy = self.entropy.lock().unwrap_or_else(PoisonError::into_inner);
        of(&mut **entropy)
    }

    /// Begins a session; gives the cookie's value.
    pub(crate) fn begin_session(&self, officer: &Officer, means: SignInMeans) -> Secret {
        self.draw(|entropy| self.sessions.begin(officer.record, officer.endings, means, self.now(), entropy))
    }

    /// The cookie of a session with this value.
    pub(crate) fn cookie(&self, value: &str) -> String {
        let secure = if self.is_secure() { "; Secure" } else { "" };
        format!("{}={value}; Path=/; HttpOnly; SameSite=Lax{secure}", self.session_cookie)
    }
}
