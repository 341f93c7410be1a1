//! The way in, page by page, as a browser without scripts goes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

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

const PASSWORD: &str = "four lamps by the old quay";
const MINUTE: i64 = 60_000;

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
struct Browser {
    station: Station,
    ledger: LedgerHandle,
    routes: Router,
    set_up: Code,
    cookie: String,
}

/// A page as it came.
struct Page {
    status: StatusCode,
    to: String,
    html: String,
}

impl Page {
    /// The value of a hidden field.
    fn field(&self, name: &str) -> String {
        let from = format!("name=\"{name}\" value=\"");
        let after = self.html.split(&from).nth(1).unwrap_or_else(|| panic!("no {name} in {}", self.html));
        after.split('"').next().unwrap().to_owned()
    }

    /// What stands in each element `code`.
    fn codes(&self) -> Vec<String> {
        let after = self.html.split("<code>").skip(1);
        after.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
    }

    #[track_caller]
    fn says(self, status: u16, text: &str) -> Self {
        assert!(self.status.as_u16() == status && self.html.contains(text), "{} {}", self.status, self.html);
        self
    }

    #[track_caller]
    fn goes_to(&self, path: &str) {
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
    fn new(origin: &str, demo: bool) -> Self {
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
    fn with_amara() -> (Self, Vec<u8>, Vec<String>) {
        let mut browser = Self::new("http://desk.example", false);
        let code = browser.invite("Amara Olin");
        let (secret, recovery) = browser.enrol(&code);
        browser.later(MINUTE);
        (browser, secret, recovery)
    }

    fn later(&self, millis: i64) {
        self.station.clock.set(self.station.clock.now().plus_millis(millis));
    }

    /// The operator enlists somebody and hands a code over.
    fn invite(&self, name: &'static str) -> String {
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

    fn ask(&mut self, method: &str, path: &str, form: &[(&str, &str)]) -> Page {
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

    fn get(&mut self, path: &str) -> Page {
        self.ask("GET", path, &[])
    }

    fn post(&mut self, path: &str, form: &[(&str, &str)]) -> Page {
        self.ask("POST", path, form)
    }

    /// What an authenticator shows.
    fn totp(&self, secret: &[u8]) -> String {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let step = u64::try_from(self.station.clock.now().millis() / 30_000).unwrap();
        let mac = Hmac::<sha1::Sha1>::new_from_slice(secret).unwrap().chain_update(step.to_be_bytes());
        let mac = mac.finalize().into_bytes();
        let at = usize::from(mac[19] & 15);
        let number = u32::from_be_bytes(mac[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
        format!("{:06}", number % 1_000_000)
    }

    /// Takes an invitation up.
    fn enrol(&mut self, code: &str) -> (Vec<u8>, Vec<String>) {
        let page = self.post("/welcome", &[("invitation", code)]).says(200, "Choose a password");
        let step = page.field("step");
        let page = self.post("/welcome/password", &[("step", &step), ("new-password", PASSWORD)]);
        let page = page.says(200, "<svg");
        let secret = BASE32_NOPAD.decode(page.codes()[0].replace(' ', "").as_bytes()).unwrap();
        let (step, code) = (page.field("step"), self.totp(&secret));
        let page = self.post("/welcome/authenticator", &[("step", &step), ("code", &code)]);
        (secret, page.says(200, "Recovery codes").codes())
    }

    fn password(&mut self, name: &str, password: &str) -> Page {
        self.post("/sign-in", &[("name", name), ("password", password), ("next", "/account")])
    }

    fn sign_in(&mut self, secret: &[u8]) -> Page {
        let step = self.password("Amara Olin", PASSWORD).says(200, "Six digits").field("step");
        let code = self.totp(secret);
        self.post("/sign-in/code", &[("step", &step), ("code", &code)])
    }
}

#[test]
fn a_new_node_is_set_up_by_two_administrators() {
    let mut browser = Browser::new("http://desk.example", false);
    browser.get("/sign-in").goes_to("/set-up");
    browser.get("/set-up").says(200, "Set-up code");
    let names = [("first-name", "Ada Brook"), ("second-name", "Bern Coll")];
    let with = |code: &str, names: &[(&'static str, &'static str)]| -> Vec<(String, String)> {
        let code = [("set-up-code".to_owned(), code.to_owned())];
        code.into_iter().chain(names.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))).collect()
    };
    let post = |browser: &mut Browser, form: Vec<(String, String)>| {
        let form: Vec<_> = form.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        browser.post("/set-up", &form)
    };
    let right = browser.set_up.to_string();
    let wrong = Code::draw::<{ Code::INVITATION }>(&mut Seeded::new(6)).to_string();
    post(&mut browser, with(&wrong, &names)).says(422, "not the set-up code");
    let alone = [("first-name", "Ada Brook"), ("second-name", "Ada Brook")];
    post(&mut browser, with(&right, &alone)).says(422, "two different people");
    let page = post(&mut browser, with(&right, &names)).says(200, "Bern Coll");
    let (own, other) = (page.field("invitation"), page.codes()[0].clone());
    browser.enrol(&own);
    browser.get("/set-up").says(404, "There is nothing here");
    browser.get("/sign-in").says(200, "Password");
    browser.enrol(&other);
    let officers = wait(browser.ledger.run(|ledger, _| ledger.list_officers())).unwrap();
    assert!(officers.iter().all(|officer| officer.can_sign_in && officer.roles == ["administrator"]));
    assert_eq!(officers.len(), 2);
}

#[test]
fn an_officer_signs_in_by_password_and_authenticator_and_out_again() {
    let (mut browser, secret, _) = Browser::with_amara();
    browser.get("/account").goes_to("/sign-in?next=/account");
    browser.sign_in(&secret).goes_to("/account");
    let token = browser.get("/account").says(200, "Amara Olin").field("csrf");
    assert!(!browser.cookie.contains("__Host-"), "a desk on loopback has no TLS");
    browser.post("/sign-out", &[("csrf", "another")]).says(403, "This form can no longer be used");
    let cookie = browser.cookie.clone();
    browser.post("/sign-out", &[("csrf", &token)]).goes_to("/sign-in");
    browser.cookie = cookie;
    browser.get("/account").goes_to("/sign-in?next=/account");
}

#[test]
fn over_tls_the_cookie_is_for_this_host_alone() {
    let mut browser = Browser::new("https://desk.example", true);
    browser.invite("Amara Olin");
    let page = browser.get("/sign-in").says(200, "sit down as anybody");
    let record =
        page.html.split("name=\"officer\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    browser.post("/sign-in/demo", &[("officer", &record)]).goes_to("/");
    assert!(browser.cookie.starts_with("__Host-"), "{}", browser.cookie);
    browser.get("/account").says(200, "Amara Olin");
}

#[test]
fn a_wrong_password_and_a_name_nobody_bears_read_alike_and_soon_have_to_wait() {
    let (mut browser, secret, _) = Browser::with_amara();
    let wrong =
        browser.password("Amara Olin", "not the password at all").says(422, "Name or password is not right");
    let nobody =
        browser.password("Nobody", "not the password at all").says(422, "Name or password is not right");
    assert_eq!(wrong.html.replace("Amara Olin", ""), nobody.html.replace("Nobody", ""));
    for _ in 0..3 {
        browser.password("Amara Olin", "not the password at all").says(422, "Name or password is not right");
    }
    browser.password("Amara Olin", PASSWORD).says(429, "Too many tries");
    browser.later(2_000);
    browser.sign_in(&secret).goes_to("/account");
}

#[test]
fn a_code_signs_in_once_and_so_does_a_recovery_code() {
    let (mut browser, secret, recovery) = Browser::with_amara();
    browser.sign_in(&secret).goes_to("/account");
    browser.cookie.clear();
    let again = browser.sign_in(&secret).says(422, "was used already");
    let form = [("step", again.field("step")), ("recovery", recovery[0].clone())];
    let form: Vec<_> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post("/sign-in/code", &form).goes_to("/account");
    browser.get("/account").says(200, "9 left");
    browser.cookie.clear();
    browser.post("/sign-in/code", &form).says(403, "This form can no longer be used");
    let step = browser.password("Amara Olin", PASSWORD).field("step");
    browser
        .post("/sign-in/code", &[("step", &step), ("recovery", &recovery[0])])
        .says(422, "was used already");
}

#[test]
fn an_invitation_is_taken_up_once_and_not_after_three_days() {
    let mut browser = Browser::new("http://desk.example", false);
    let code = browser.invite("Amara Olin");
    browser.post("/welcome", &[("invitation", "0000")]).says(422, "This code opens nothing");
    let step = browser.post("/welcome", &[("invitation", &code)]).field("step");
    let short = browser.post("/welcome/password", &[("step", &step), ("new-password", "short")]);
    short.says(422, "at least 12 characters");
    browser.enrol(&code);
    browser.post("/welcome", &[("invitation", &code)]).says(422, "This code opens nothing");
    let late = browser.invite("Amara Olin");
    browser.later(73 * 60 * MINUTE);
    browser.post("/welcome", &[("invitation", &late)]).says(422, "This code opens nothing");
}

#[test]
fn sessions_end_everywhere_by_the_officer_by_another_password_and_by_dismissal() {
    let (mut browser, secret, _) = Browser::with_amara();
    browser.sign_in(&secret).goes_to("/account");
    let elsewhere = browser.cookie.clone();
    browser.later(MINUTE);
    browser.cookie.clear();
    browser.sign_in(&secret).goes_to("/account");

    let token = browser.get("/account/password").field("csrf");
    let other = "a kettle sings at seven";
    let form = |now: &'static str| {
        [("csrf", token.clone()), ("password", now.into()), ("new-password", other.into())]
    };
    let post = |browser: &mut Browser, form: [(&'static str, String); 3]| {
        browser.post("/account/password", &form.each_ref().map(|(name, value)| (*name, value.as_str())))
    };
    post(&mut browser, form("not my password")).says(422, "The password is not right");
    post(&mut browser, form(PASSWORD)).goes_to("/account");
    browser.get("/account").says(200, "Amara Olin");
    let here = std::mem::replace(&mut browser.cookie, elsewhere);
    browser.get("/account").goes_to("/sign-in?next=/account");

    browser.cookie = here.clone();
    let token = browser.get("/account").field("csrf");
    browser.post("/account/end-sessions", &[("csrf", &token)]).goes_to("/sign-in");
    browser.get("/account").goes_to("/sign-in?next=/account");
}

#[test]
fn something_grave_asks_again_after_ten_minutes() {
    let (mut browser, secret, recovery) = Browser::with_amara();
    browser.sign_in(&secret).goes_to("/account");
    browser.get("/account/recovery-codes").says(200, "New codes make those you have void");
    browser.later(11 * MINUTE);
    browser.get("/account/recovery-codes").goes_to("/sign-in/again?next=/account/recovery-codes");
    let token = browser.get("/account").field("csrf");
    browser
        .post("/account/recovery-codes", &[("csrf", &token)])
        .goes_to("/sign-in/again?next=/account/recovery-codes");
    let again = |browser: &mut Browser, password: &str| {
        let form = [("csrf", token.as_str()), ("password", password), ("next", "/account/recovery-codes")];
        browser.post("/sign-in/again", &form)
    };
    again(&mut browser, "not my password").says(422, "The password is not right");
    again(&mut browser, PASSWORD).goes_to("/account/recovery-codes");
    let page = browser.post("/account/recovery-codes", &[("csrf", &token)]).says(200, "not shown again");
    assert_eq!(page.codes().len(), 10);
    assert!(!page.codes().contains(&recovery[0]));
}

#[test]
fn every_page_of_the_way_in_reads_in_both_languages_and_holds_no_inline_script() {
    let mut browser = Browser::new("http://desk.example", false);
    let code = browser.invite("Amara Olin");
    for (cookie, text) in [("comity-lang=zh", "开通登录"), ("comity-lang=en", "Take up an invitation")] {
        browser.cookie = cookie.into();
        browser.get("/welcome").says(200, text);
        for path in ["/set-up", "/welcome"] {
            let page = browser.get(path);
            assert!(
                !page.html.contains("page-door-") && !page.html.contains("page-welcome"),
                "{}",
                page.html
            );
            assert!(!page.html.contains(" style=") && !page.html.contains("<script>"), "{}", page.html);
        }
    }
    let page = browser.post("/welcome", &[("invitation", &code)]);
    assert!(!page.html.contains(&code), "a code is not sent back");
}
