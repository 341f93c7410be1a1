//! Eight officers in their browsers, in front of the router that serves browsers.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::header::{ACCEPT_ENCODING, CONTENT_TYPE, COOKIE, SET_COOKIE};
use axum::http::{Request, Response, StatusCode};
use comity_app::Failure;
use comity_app::context::Objects;
use comity_app::staging::Staging;
use comity_domain::engine::Kinds;
use comity_domain::words::{ENGINE, Lang, Words};
use comity_journal::entropy::Entropy;
use comity_journal::ids::AgencyId;
use comity_testkit::Seeded;
use comity_testkit::bench::real::SystemClock;
use comity_web::federation::Contact;
use comity_web::pages::{Office, OfficeParts, Outside, Soon, WORDS, router};
use http_body_util::BodyExt as _;
use tokio::task::JoinSet;
use tokio::time::Instant;
use tower::ServiceExt as _;

use super::seeding::{PEOPLE, Town, fault};

const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);
/// What the first page may weigh as it travels, in bytes.
const FIRST_PAGE: usize = 60 * 1000;

/// The node outside its ledger: nothing of it is needed for these pages.
struct Nothing;

impl Outside for Nothing {
    fn wake(&self) {}

    fn partners_changed(&self) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }

    fn call(&self, _: AgencyId) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { Err(Failure::Waiting("nothing answers".into())) })
    }

    fn contacts(&self) -> Vec<(AgencyId, Contact)> {
        Vec::new()
    }

    fn objects(&self) -> Arc<Objects> {
        unreachable!("no page that is measured touches a package")
    }

    fn staging(&self) -> Arc<Staging> {
        unreachable!("no page that is measured takes a file")
    }

    fn entropy(&self) -> Box<dyn Entropy + Send> {
        Box::new(Seeded::new(3))
    }
}

/// A page that is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Page {
    List,
    Filtered,
    Intake,
    Work,
    Matter,
    Bureau,
}

impl Page {
    pub(crate) const ALL: [Self; 6] =
        [Self::List, Self::Filtered, Self::Intake, Self::Work, Self::Matter, Self::Bureau];

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::List => "list, any of 20 pages of 50",
            Self::Filtered => "list, filtered by status and cost",
            Self::Intake => "intake",
            Self::Work => "my work",
            Self::Matter => "a matter's page",
            Self::Bureau => "bureau home",
        }
    }

    /// Whether officers who know only the matters they work on are asked as well.
    fn is_for_everybody(self) -> bool {
        !matches!(self, Self::Intake | Self::Matter)
    }

    fn path(self, town: &Town, knows_all: bool, dice: &mut Seeded) -> String {
        match self {
            Self::List if knows_all => {
                let after = &town.cursors[dice.below(town.cursors.len())];
                format!("/matters?after={after}")
            }
            Self::List => "/matters".into(),
            Self::Filtered => "/matters?status=request%2Fsent&cost=ordinary".into(),
            Self::Intake => "/intake".into(),
            Self::Work => "/work".into(),
            Self::Matter => format!("/m/{}", town.matters[dice.below(town.matters.len())].shown('R')),
            Self::Bureau => "/".into(),
        }
    }
}

/// An officer's browser.
#[derive(Clone)]
struct Browser {
    routes: Router,
    cookie: String,
    knows_all: bool,
}

/// The town with its desk, and everybody at work.
pub(crate) struct Street {
    town: Arc<Town>,
    browsers: Vec<Browser>,
}

impl Street {
    pub(crate) async fn open(town: Arc<Town>) -> Self {
        let kinds: Arc<Kinds> = Arc::clone(&town.kinds);
        let agency = town.ledger.run(|ledger, _| Ok(ledger.own_card().agency())).await.expect("our card");
        let words = |lang| {
            let sources = std::iter::once(ENGINE).chain(kinds.iter().map(|kind| kind.def().words));
            Arc::new(Words::of(lang, sources.chain(WORDS.iter().copied())))
        };
        let office = Office::open(OfficeParts {
            agency,
            ledger: town.ledger.clone(),
            zh: words(Lang::Zh),
            en: words(Lang::En),
            kinds: Arc::clone(&kinds),
            outside: Arc::new(Nothing),
            clock: Arc::new(SystemClock),
            entropy: Box::new(Seeded::new(7)),
            origin: "http://desk.example".into(),
            demo: true,
            director: None,
            set_up: None,
        });
        let routes = router(&office);
        let mut browsers = Vec::new();
        for (name, roles) in PEOPLE {
            let officer =
                town.ledger.run(move |ledger, _| ledger.officer(Some(name))).await.expect("an officer");
            let body = form_urlencoded::Serializer::new(String::new())
                .append_pair("officer", &officer.record.to_string())
                .finish();
            let request =
                Request::post("/sign-in/demo").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            let request = request.body(Body::from(body)).expect("a request");
            let answer = routes.clone().oneshot(request).await.expect("an answer");
            let cookie = answer.headers()[SET_COOKIE].to_str().expect("a cookie");
            let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
            let knows_all = !["officer", "liaison"].contains(&roles[0]);
            browsers.push(Browser { routes: routes.clone(), cookie, knows_all });
        }
        Self { town, browsers }
    }

    /// Everybody asks for the page again and again.
    pub(crate) async fn measure(self: &Arc<Self>, page: Page) -> Result<Measured, Failure> {
        let begins = Instant::now() + WARM_UP;
        let ends = begins + MEASURED;
        let mut running = JoinSet::new();
        for n in 0..self.browsers.len() {
            let street = Arc::clone(self);
            running.spawn(async move { street.ask_again(page, n, begins, ends).await });
        }
        let mut taken = Vec::new();
        while let Some(browser) = running.join_next().await {
            taken.extend(browser.map_err(fault)?);
        }
        taken.sort();
        Ok(Measured(taken))
    }

    async fn ask_again(&self, page: Page, n: usize, begins: Instant, ends: Instant) -> Vec<Duration> {
        let (mut taken, mut dice) = (Vec::new(), Seeded::new(100 + n as u64));
        // Where a page is for some alone, two browsers of each of them are open.
        let of = if page.is_for_everybody() { n } else { n % (PEOPLE.len() / 2) + PEOPLE.len() / 2 };
        let of = if page == Page::Intake { PEOPLE.len() / 2 + n % 3 } else { of };
        let browser = &self.browsers[of];
        loop {
            let started = Instant::now();
            if started >= ends {
                return taken;
            }
            let path = page.path(&self.town, browser.knows_all, &mut dice);
            let (status, _) = browser.ask(&path).await;
            assert_eq!(status, StatusCode::OK, "{path}");
            let now = Instant::now();
            if started >= begins && now < ends {
                taken.push(now - started);
            }
        }
    }

    /// What a first page weighs with its stylesheet and script.
    #[expect(clippy::print_stdout, reason = "a measurement is told on the terminal")]
    pub(crate) async fn weigh(&self) {
        let assets: usize = comity_assets::all().iter().map(|asset| asset.brotli.len()).sum();
        println!("stylesheet, script and mark: {assets} bytes; pages, with them, below {FIRST_PAGE}:");
        let browser = &self.browsers[PEOPLE.len() / 2];
        for path in ["/", "/matters", "/intake", "/work?whose=bureau"] {
            let (_, page) = browser.ask(path).await;
            let verdict = if page + assets < FIRST_PAGE { "met" } else { "missed" };
            println!("{path:<34} {page:>9} + {assets} = {} bytes, {verdict}", page + assets);
        }
    }
}

impl Browser {
    /// Asks for a page; its status, and how many bytes of it travel.
    async fn ask(&self, path: &str) -> (StatusCode, usize) {
        let request = Request::get(path).header(COOKIE, &self.cookie).header(ACCEPT_ENCODING, "gzip");
        let request = request.header("sec-fetch-site", "same-origin").body(Body::empty()).expect("a request");
        let answer: Response<Body> = self.routes.clone().oneshot(request).await.expect("an answer");
        let status = answer.status();
        (status, answer.into_body().collect().await.expect("a body").to_bytes().len())
    }
}

/// What each page took, sorted.
pub(crate) struct Measured(Vec<Duration>);

impl Measured {
    pub(crate) fn told(&self, bar_ms: f64) -> String {
        let millis = |hundredths: usize| {
            let at = (self.0.len() * hundredths / 100).min(self.0.len().saturating_sub(1));
            self.0.get(at).map_or(0.0, Duration::as_secs_f64) * 1000.0
        };
        let rate = self.0.len() as f64 / MEASURED.as_secs_f64();
        let verdict = if millis(95) < bar_ms { "met" } else { "missed" };
        format!("{rate:>9.0} {:>9.2} {:>9.2} {:>9.2}  {verdict}", millis(50), millis(95), millis(99))
    }
}
