//! A node, and one browser without scripts at its desk.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{Request, StatusCode};
use comity_app::Failure;
use comity_app::context::{Clock as _, Objects};
use comity_app::ledger::{Compared, LedgerHandle};
use comity_app::sign_in::Code;
use comity_app::staging::{Staging, StagingLimits};
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{ENGINE, Lang, Words};
use comity_journal::entropy::Entropy;
use comity_journal::ids::AgencyId;
use comity_store::faults::FaultPlan;
use comity_testkit::Seeded;
use comity_testkit::node::{Station, wait};
use comity_web::federation::Contact;
use comity_web::pages::{Office, OfficeParts, Outside, Soon, WORDS, router};
use data_encoding::BASE32_NOPAD;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "four lamps by the old quay";
pub(crate) const MINUTE: i64 = 60_000;

/// A node that calls nobody and keeps no packages.
struct Alone(tempfile::TempDir);

impl Outside for Alone {
    fn wake(&self) {}
    fn partners_changed(&self) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
    fn call(&self, _: AgencyId) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { Ok(()) })
    }
    fn contacts(&self) -> Vec<(AgencyId, Contact)> {
        Vec::new()
    }
    fn objects(&self) -> Arc<Objects> {
        Arc::new(Objects::open(self.0.path()).unwrap())
    }
    fn staging(&self) -> Arc<Staging> {
        Arc::new(Staging::open(&self.0.path().join("uploads"), StagingLimits::default()).unwrap())
    }
    fn entropy(&self) -> Box<dyn Entropy + Send> {
        Box::new(Seeded::new(5))
    }
}

/// A node, and one browser at its desk.
pub(crate) struct Browser {
    pub(crate) station: Station,
    pub(crate) ledger: LedgerHandle,
    pub(crate) routes: Router,
    pub(crate) set_up: Code,
    pub(crate) cookie: String,
}

/// A page as it came.
pub(crate) struct Page {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) html: String,
}

impl Page {
    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        let after = self.html.split(&from).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.html));
        after.split('"').next().unwrap().to_owned()
    }

    /// What stands in each element `code`.
    pub(crate) fn codes(&self) -> Vec<String> {
        let after = self.html.split("<code>").skip(1);
        after.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    }

    #[track_caller]
    pub(crate) fn says(self, status: u16, text: &str) -> Self {
        assert!(self.status.as_u16() == status && self.html.contains(text), "{} {}", self.status, self.html);
        self
    }

    #[track_caller]
    pub(crate) fn goes_to(&self, path: &str) {
        assert_eq!(
            (self.status.is_redirection(), self.to.as_str()),
            (true, path),
            "{} {}",
            self.status,
            self.html
        );
    }
}

impl Browser {
    pub(crate) fn new(origin: &str, demo: bool) -> Self {
        let station = Station::new("xa.liaison", "XA", 1, FaultPlan::new());
        let mut ledger = station.open(Compared::WithEverybody).unwrap();
        ledger.run_now(|ledger, pending| ledger.set_up(pending)).unwrap();
        let ledger = LedgerHandle::start(ledger);
        let kinds = Arc::new(standard());
        let words = |lang| {
            let of_kinds = kinds.iter().map(|kind| kind.def().words);
            Arc::new(Words::of(lang, std::iter::once(ENGINE).chain(of_kinds).chain(WORDS.iter().copied())))
        };
        let set_up = Code::draw::<{ Code::INVITATION }>(&mut Seeded::new(5));
        let office = Office::open(OfficeParts {
            director: None,
            agency: station.agency,
            ledger: ledger.clone(),
            zh: words(Lang::Zh),
            en: words(Lang::En),
            kinds: Arc::clone(&kinds),
            outside: Arc::new(Alone(tempfile::tempdir().unwrap())),
            clock: Arc::new(station.clock.clone()),
            entropy: Box::new(Seeded::new(9)),
            origin: origin.into(),
            demo,
            set_up: Some(set_up.clone()),
        });
        Self { station, ledger, routes: router(&office), set_up, cookie: String::new() }
    }

    /// A node at which one officer can sign in; gives the authenticator's secret and the recovery codes.
    pub(crate) fn with_amara() -> (Self, Vec<u8>, Vec<String>) {
        Self::with_amara_at("http://desk.example")
    }

    pub(crate) fn with_amara_at(origin: &str) -> (Self, Vec<u8>, Vec<String>) {
        let mut browser = Self::new(origin, false);
        let code = browser.invite("Amara Olin");
        let (secret, recovery) = browser.enrol(&code);
        browser.later(MINUTE);
        (browser, secret, recovery)
    }

    pub(crate) fn later(&self, millis: i64) {
        self.station.clock.set(self.station.clock.now().plus_millis(millis));
    }

    /// The operator enlists somebody and hands a code over.
    pub(crate) fn invite(&self, name: &'static str) -> String {
        let invited = self.ledger.run(move |ledger, pending| {
            let known = ledger.officers()?.into_iter().find(|officer| officer.name == name);
            let record = match known {
                Some(officer) => officer.record,
                None => ledger.add_officer(pending, name, &[Role::Officer])?,
            };
            ledger.invite(pending, &record, None)
        });
        wait(invited).unwrap().code.to_string()
    }

    pub(crate) fn ask(&mut self, method: &str, path: &str, form: &[(&str, &str)]) -> Page {
        let mut body = String::new();
        for (name, value) in form {
            let hex: String = value.bytes().map(|byte| format!("%{byte:02x}")).collect();
            body += &format!("{name}={hex}&");
        }
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .header(COOKIE, &self.cookie)
            .header("x-forwarded-for", "192.0.2.7");
        let request = request.body(Body::from(body)).unwrap();
        let answer = wait(async {
            let answer = self.routes.clone().oneshot(request).await.unwrap();
            let (parts, body) = answer.into_parts();
            (parts, body.collect().await.unwrap().to_bytes())
        });
        let (parts, bytes) = answer;
        let said = |name| {
            parts.headers.get(name).map(|value: &axum::http::HeaderValue| value.to_str().unwrap().to_owned())
        };
        if let Some(cookie) = said(SET_COOKIE) {
            assert!(cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"), "{cookie}");
            self.cookie = cookie.split(';').next().unwrap().to_owned();
        }
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        Page { status: parts.status, to: said(LOCATION).unwrap_or_default(), html }
    }

    pub(crate) fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &[])
    }

    pub(crate) fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        self.ask("POST", path, form)
    }

    /// What an authenticator shows.
    pub(crate) fn totp(&self, secret: &[u8]) -> String {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let step = u64::try_from(self.station.clock.now().millis() / 30_000).unwrap();
        let mac = Hmac::<sha1::Sha1>::new_from_slice(secret).unwrap().chain_update(step.to_be_bytes());
        let mac = mac.finalize().into_bytes();
        let at = usize::from(mac[19] & 15);
        let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// Takes an invitation up.
    pub(crate) fn enrol(&mut self, code: &str) -> (Vec<u8>, Vec<String>) {
        let page = self.post("/welcome", &[("invitation", code)]).says(200, "Choose a password");
        let step = page.field("step");
        let page = self.post("/welcome/password", &[("step", &step), ("new-password", PASSWORD)]);
        let page = page.says(200, "<svg");
        let secret = BASE32_NOPAD.decode(page.codes()[0].replace(' ', "").as_bytes()).unwrap();
        let (step, code) = (page.field("step"), self.totp(&secret));
        let page = self.post("/welcome/authenticator", &[("step", &step), ("code", &code)]);
        (secret, page.says(200, "Recovery codes").codes())
    }

    pub(crate) fn password(&mut self, name: &str, password: &str) -> Page {
        self.post("/sign-in", &[("name", name), ("password", password), ("next", "/account")])
    }

    pub(crate) fn sign_in(&mut self, secret: &[u8]) -> Page {
        self.sign_in_as("Amara Olin", secret)
    }

    pub(crate) fn sign_in_as(&mut self, name: &str, secret: &[u8]) -> Page {
        let step = self.password(name, PASSWORD).says(200, "Six digits").field("step");
        let code = self.totp(secret);
        self.post("/sign-in/code", &[("step", &step), ("code", &code)])
    }
}
