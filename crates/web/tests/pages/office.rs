//! An office on a node in memory, and a browser in front of it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use axum::http::{HeaderMap, Method, Request, Response, StatusCode};
use comity_app::Failure;
use comity_app::context::Objects;
use comity_app::ledger::Compared;
use comity_app::staging::{Staging, StagingLimits};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_domain::words::{ENGINE, Lang, Words};
use comity_journal::entropy::Entropy;
use comity_journal::ids::AgencyId;
use comity_testkit::Seeded;
use comity_testkit::node::{Desk, Pair, wait};
use comity_web::federation::Contact;
use comity_web::pages::{Office, OfficeParts, Outside, Soon, WORDS, router};
use http_body_util::BodyExt as _;
use tempfile::TempDir;
use tower::ServiceExt as _;

/// A node outside its ledger, of which nothing is there but what it was told and two folders.
pub(crate) struct Nothing {
    /// How often whose keys are accepted was read anew.
    pub(crate) refreshed: AtomicUsize,
    /// How much room the disk has.
    pub(crate) room: AtomicU64,
    drawn: AtomicUsize,
    objects: Arc<Objects>,
    staging: Arc<Staging>,
}

impl Nothing {
    fn at(dir: &Path, limits: StagingLimits) -> Self {
        Self {
            refreshed: AtomicUsize::default(),
            room: AtomicU64::default(),
            drawn: AtomicUsize::default(),
            objects: Arc::new(Objects::open(&dir.join("objects")).expect("a folder")),
            staging: Arc::new(Staging::open(&dir.join("uploads"), limits).expect("a folder")),
        }
    }
}

impl Outside for Nothing {
    fn wake(&self) {}

    fn partners_changed(&self) -> Soon<'_, Result<(), Failure>> {
        self.refreshed.fetch_add(1, Ordering::Relaxed);
        Box::pin(async { Ok(()) })
    }

    fn call(&self, _: AgencyId) -> Soon<'_, Result<(), Failure>> {
        Box::pin(async { Err(Failure::Waiting("nothing answers".into())) })
    }

    fn contacts(&self) -> Vec<(AgencyId, Contact)> {
        Vec::new()
    }

    fn objects(&self) -> Arc<Objects> {
        Arc::clone(&self.objects)
    }

    fn staging(&self) -> Arc<Staging> {
        Arc::clone(&self.staging)
    }

    fn entropy(&self) -> Box<dyn Entropy + Send> {
        Box::new(Seeded::new(self.drawn.fetch_add(1, Ordering::Relaxed) as u64))
    }

    fn room(&self) -> Option<u64> {
        Some(self.room.load(Ordering::Relaxed))
    }
}

/// Two nodes whose people have met, and the pages of the first.
pub(crate) struct House {
    pub(crate) pair: Pair,
    pub(crate) outside: Arc<Nothing>,
    /// The node's folders.
    pub(crate) dir: TempDir,
    kinds: fn() -> Kinds,
    routes: Router,
}

/// The words of these kinds and of the pages.
pub(crate) fn words(lang: Lang, kinds: &Kinds) -> Words {
    let sources = std::iter::once(ENGINE).chain(kinds.iter().map(|kind| kind.def().words));
    Words::of(lang, sources.chain(WORDS.iter().copied()))
}

/// The pages of a node.
fn pages(desk: &Desk, kinds: fn() -> Kinds, outside: &Arc<Nothing>) -> Router {
    let shelf = outside.objects();
    let keep = move |ledger: &mut comity_app::ledger::Ledger, _: &mut _| {
        ledger.use_shelf(shelf);
        Ok(())
    };
    desk.run(keep).expect("a shelf");
    let kinds = Arc::new(kinds());
    let words = |lang| Arc::new(words(lang, &kinds));
    let office = Office::open(OfficeParts {
        agency: desk.agency,
        ledger: desk.ledger.clone(),
        zh: words(Lang::Zh),
        en: words(Lang::En),
        kinds: Arc::clone(&kinds),
        outside: Arc::clone(outside) as Arc<dyn Outside>,
        clock: Arc::new(desk.clock.clone()),
        entropy: Box::new(Seeded::new(7)),
        origin: "http://desk.example".into(),
        demo: true,
        director: None,
        set_up: None,
    });
    router(&office)
}

impl House {
    pub(crate) fn open() -> Self {
        Self::knowing(matters::standard)
    }

    /// A house that knows these kinds of matters.
    pub(crate) fn knowing(kinds: fn() -> Kinds) -> Self {
        let pair = Pair::met_knowing(kinds);
        let administrator = |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
            ledger.add_officer(pending, "Ina Tor", &[Role::Administrator])
        };
        pair.a.run(administrator).expect("a third officer");
        Self::of(pair, tempfile::tempdir().expect("a folder"), StagingLimits::default(), kinds)
    }

    /// The pages of a node with these folders.
    pub(crate) fn of(pair: Pair, dir: TempDir, limits: StagingLimits, kinds: fn() -> Kinds) -> Self {
        let outside = Arc::new(Nothing::at(dir.path(), limits));
        let routes = pages(&pair.a, kinds, &outside);
        Self { pair, outside, dir, kinds, routes }
    }

    /// The first node stops and starts again: what was in memory alone is gone, every session with it.
    pub(crate) fn restart(&mut self) {
        self.pair.a.reopen(Compared::WithEverybody);
        self.routes = pages(&self.pair.a, self.kinds, &self.outside);
    }

    /// The first node is put back from a copy of itself, and has not compared with anybody since.
    pub(crate) fn put_back(&mut self) {
        let copy = self.pair.a.back_up();
        self.pair.a.put_back(&copy);
        self.routes = pages(&self.pair.a, self.kinds, &self.outside);
    }

    /// A browser in which this officer has signed in.
    pub(crate) fn sit(&self, name: &'static str) -> Browser {
        let officer = self.pair.a.run(move |ledger, _| ledger.officer(Some(name))).expect("an officer");
        let mut browser = self.stranger();
        let answer = browser.send("/sign-in/demo", Some(&[("officer", &officer.record.to_string())]));
        let cookie = answer.headers()[SET_COOKIE].to_str().expect("a cookie");
        browser.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        browser
    }

    /// The same browser once the node has started again: its cookie is all it has.
    pub(crate) fn back(&self, browser: &Browser) -> Browser {
        Browser { routes: self.routes.clone(), cookie: browser.cookie.clone() }
    }

    /// A browser in which nobody has signed in.
    pub(crate) fn stranger(&self) -> Browser {
        Browser { routes: self.routes.clone(), cookie: String::new() }
    }
}

/// A title as it stands on a page, and as no form or button of the page reads.
pub(crate) fn titled(title: &str) -> String {
    format!(">{title}<")
}

/// What an officer sees.
pub(crate) struct Browser {
    routes: Router,
    cookie: String,
}

/// A page that was answered.
#[derive(Debug)]
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) to: String,
    pub(crate) text: String,
}

impl Browser {
    fn ask(&self, path: &str, form: Option<(&str, Vec<u8>)>) -> Response<Body> {
        let request = Request::builder().uri(path).header(COOKIE, &self.cookie);
        let request = match form {
            None => request.body(Body::empty()),
            Some((kind, body)) => request.method("POST").header(CONTENT_TYPE, kind).body(Body::from(body)),
        };
        wait(self.routes.clone().oneshot(request.expect("a request"))).expect("an answer")
    }

    fn send(&self, path: &str, form: Option<&[(&str, &str)]>) -> Response<Body> {
        let encoded = |fields: &[(&str, &str)]| {
            form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
        };
        self.ask(path, form.map(|fields| ("application/x-www-form-urlencoded", encoded(fields))))
    }

    pub(crate) fn see(answer: Response<Body>) -> Seen {
        let (parts, body) = answer.into_parts();
        let bytes = wait(body.collect()).expect("a body").to_bytes();
        let to = parts.headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        Seen { status: parts.status, to: to.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    /// Sends a request as it is, with this browser's cookie.
    pub(crate) fn request(
        &self,
        request: axum::http::request::Builder,
        body: impl Into<Body>,
    ) -> Response<Body> {
        let request = request.header(COOKIE, &self.cookie).body(body.into()).expect("a request");
        wait(self.routes.clone().oneshot(request)).expect("an answer")
    }

    /// The same browser, whose reader has chosen this language.
    pub(crate) fn reading(&self, lang: Lang) -> Self {
        let cookie = format!("{}; comity-lang={}", self.cookie, lang.code());
        Self { routes: self.routes.clone(), cookie }
    }

    /// Asks for a page.
    pub(crate) fn get(&self, path: &str) -> Seen {
        Self::see(self.send(path, None))
    }

    /// Sends a form that no page made.
    pub(crate) fn post_bare(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        Self::see(self.send(path, Some(fields)))
    }

    /// What every form of this session carries.
    pub(crate) fn token(&self) -> String {
        let page = self.get("/card-of-us").text;
        let token = page.split("name=\"csrf\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        token.unwrap_or_default().to_owned()
    }

    /// Sends a form that a page of this session made.
    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Seen {
        let token = self.token();
        let fields: Vec<_> = fields.iter().copied().chain([("csrf", token.as_str())]).collect();
        Self::see(self.send(path, Some(&fields)))
    }

    /// Sends a form with a file, as a browser does.
    pub(crate) fn post_file(
        &self,
        path: &str,
        fields: &[(&str, &str)],
        (name, file, bytes): (&str, &str, &[u8]),
    ) -> Seen {
        let token = self.token();
        let mut body = Vec::new();
        for (name, value) in fields.iter().copied().chain([("csrf", token.as_str())]) {
            body.extend(format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n").bytes());
            body.extend(format!("{value}\r\n").bytes());
        }
        let head = format!("form-data; name=\"{name}\"; filename=\"{file}\"");
        body.extend(format!("--edge\r\nContent-Disposition: {head}\r\n\r\n").bytes());
        body.extend(bytes);
        body.extend(b"\r\n--edge--\r\n");
        Self::see(self.ask(path, Some(("multipart/form-data; boundary=edge", body))))
    }

    /// Sends a form as a browser without scripts does: its proof first, then files, then fields.
    pub(crate) fn send_files(
        &self,
        path: &str,
        token: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Response<Body> {
        let mut body = Vec::new();
        let mut part = |head: &str, content: &[u8]| {
            body.extend(b"--edge\r\nContent-Disposition: form-data; ");
            body.extend(head.as_bytes());
            body.extend(b"\r\n\r\n");
            body.extend(content);
            body.extend(b"\r\n");
        };
        part("name=\"csrf\"", token.as_bytes());
        for (name, content) in files {
            part(&format!("name=\"file\"; filename=\"{name}\""), content);
        }
        for (name, value) in fields {
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        body.extend(b"--edge--\r\n");
        let request = Request::post(path)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=edge")
            .header(CONTENT_LENGTH, body.len());
        self.request(request, body)
    }

    /// Asks for a page as a browser that says this; what travels is not read.
    pub(crate) fn raw(&self, path: &str, headers: &[(&str, &str)]) -> (HeaderMap, Vec<u8>) {
        let request = Request::builder().uri(path).header(COOKIE, &self.cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).expect("a request");
        let (parts, body) = wait(self.routes.clone().oneshot(request)).expect("an answer").into_parts();
        (parts.headers, wait(body.collect()).expect("a body").to_bytes().to_vec())
    }

    /// Asks by any method, without a form; what the answer says is not waited for.
    pub(crate) fn status_of(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Seen {
        let request = Request::builder().method(method).uri(path).header(COOKIE, &self.cookie);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let request = request.body(Body::empty()).expect("a request");
        let answer = wait(self.routes.clone().oneshot(request)).expect("an answer");
        let (parts, _) = answer.into_parts();
        let to = parts.headers.get(LOCATION).and_then(|to| to.to_str().ok()).unwrap_or_default();
        Seen { status: parts.status, to: to.to_owned(), text: String::new() }
    }
}
