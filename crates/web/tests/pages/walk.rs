//! Every route walked by every role, by the wrong people in a matter, without a form's token and by methods not offered.
//!
//! [`ROUTES`] says what each route asks of whoever is signed in; who may do that is read off the table in
//! `comity_app::authorise`. Both are compared with the sources, so a route without a line here fails.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::{Method, StatusCode};
use comity_app::authorise::{Doing, Reach, TABLE};
use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;
use comity_testkit::node::request;

use super::office::{Browser, House, Seen, titled};
use super::strangers::{OPEN, filled_with, routes};

/// What a route asks of somebody who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gate {
    /// Nothing: it is the same for all, about themselves, or shows only what they may see.
    Everybody,
    /// That they may do this at all.
    May(Doing),
    /// That they may know the matter and do this in it.
    In(Doing),
    /// There is nothing there in this house.
    Absent,
}

use Gate::{Absent, Everybody, In, May};

/// Every route that is not open to all.
const ROUTES: &[(&str, Gate)] = &[
    ("GET /", Everybody),
    ("GET /account", Everybody),
    ("GET /account/authenticator", Everybody),
    ("GET /account/passkey", Absent),
    ("GET /account/passkey/remove", Everybody),
    ("GET /account/password", Everybody),
    ("GET /account/recovery-codes", Everybody),
    ("GET /audit", May(Doing::SeeAudit)),
    ("GET /audit/export", Everybody),
    ("GET /bell", Everybody),
    ("GET /bundles", May(Doing::SeePartners)),
    ("GET /bundles/{job}", Absent),
    ("GET /card-of-us", Everybody),
    ("GET /card-of-us/file", Everybody),
    ("GET /demo", Absent),
    ("GET /evidence", Everybody),
    ("GET /help", Everybody),
    ("GET /intake", May(Doing::Intake)),
    ("GET /intake/{number}/{act}", Everybody),
    ("GET /journal", May(Doing::SeeJournal)),
    ("GET /journal/verified", May(Doing::SeeJournal)),
    ("GET /live", Everybody),
    ("GET /m/{number}", In(Doing::SeeMatter)),
    ("GET /m/{number}/act/{act}", In(Doing::SeeMatter)),
    ("GET /m/{number}/hand-over", Absent),
    ("GET /m/{number}/hand-over/{job}", Absent),
    ("GET /m/{number}/package/{package}", Absent),
    ("GET /m/{number}/package/{package}/check", Everybody),
    ("GET /m/{number}/package/{package}/check/{job}", Absent),
    ("GET /m/{number}/package/{package}/open", Absent),
    ("GET /m/{number}/package/{package}/open/{grant}", Absent),
    ("GET /m/{number}/package/{package}/take", Absent),
    ("GET /m/{number}/package/{package}/take/{grant}", Absent),
    ("GET /m/{number}/proof", In(Doing::SeeMatter)),
    ("GET /m/{number}/receipt/{entry}", Absent),
    ("GET /m/{number}/record/{party}/{act}", Absent),
    ("GET /matters", Everybody),
    ("GET /matters/filters", Everybody),
    ("GET /matters/filters/{filter}", Everybody),
    ("GET /matters/new", May(Doing::OpenMatter)),
    ("GET /matters/new/{kind}/{partner}", May(Doing::OpenMatter)),
    ("GET /metrics", May(Doing::Administer)),
    ("GET /node", May(Doing::SeeJournal)),
    ("GET /officers", May(Doing::ManageOfficers)),
    ("GET /officers/enlist", Everybody),
    ("GET /officers/{record}", May(Doing::ManageOfficers)),
    ("GET /officers/{record}/{what}", Everybody),
    ("GET /partners", May(Doing::SeePartners)),
    ("GET /partners/meet", May(Doing::ManagePartners)),
    ("GET /partners/off-network", May(Doing::ManagePartners)),
    ("GET /partners/{agency}", May(Doing::SeePartners)),
    ("GET /partners/{agency}/act/{act}", May(Doing::ManagePartners)),
    ("GET /partners/{agency}/bundle", May(Doing::TakeOut)),
    ("GET /partners/{agency}/bundle/{job}", Absent),
    ("GET /partners/{agency}/bundle/{job}/file", Absent),
    ("GET /partners/{agency}/claim", Everybody),
    ("GET /partners/{agency}/confirm", Everybody),
    ("GET /partners/{agency}/link", Everybody),
    ("GET /search", Everybody),
    ("GET /sign-in/again", Everybody),
    ("GET /work", Everybody),
    ("GET /work/print", Everybody),
    ("POST /account/authenticator", Everybody),
    ("POST /account/end-session", Everybody),
    ("POST /account/end-sessions", Everybody),
    ("POST /account/passkey", Absent),
    ("POST /account/passkey/remove", Everybody),
    ("POST /account/password", Everybody),
    ("POST /account/recovery-codes", Everybody),
    ("POST /audit/export", May(Doing::TakeOutAudit)),
    ("POST /bundles", May(Doing::Intake)),
    // It wants the form's proof as a header, and without it answers all alike.
    ("POST /bundles/uploads", Everybody),
    ("POST /demo", Absent),
    ("POST /intake/{number}/{act}", In(Doing::Intake)),
    ("POST /journal/verify", May(Doing::SeeJournal)),
    ("POST /m/{number}/act/{act}", In(Doing::ActInMatter)),
    ("POST /m/{number}/act/{act}/kept", In(Doing::SeeMatter)),
    ("POST /m/{number}/hand-over", Absent),
    ("POST /m/{number}/package/{package}/check", Absent),
    ("POST /m/{number}/package/{package}/open", Absent),
    ("POST /m/{number}/package/{package}/open/{grant}", Absent),
    ("POST /m/{number}/package/{package}/take", Absent),
    ("POST /m/{number}/proof/file", In(Doing::SeeMatter)),
    ("POST /m/{number}/record/{party}/{act}", Absent),
    // It wants the form's proof as a header, and without it answers all alike.
    ("POST /m/{number}/uploads", Everybody),
    ("POST /matters/filters", Everybody),
    ("POST /matters/filters/{filter}", Absent),
    ("POST /matters/new/{kind}/{partner}", May(Doing::OpenMatter)),
    ("POST /matters/new/{kind}/{partner}/earlier", May(Doing::OpenMatter)),
    ("POST /matters/new/{kind}/{partner}/kept", May(Doing::OpenMatter)),
    ("POST /officers/enlist", May(Doing::ManageOfficers)),
    ("POST /officers/{record}/{what}", May(Doing::ManageOfficers)),
    ("POST /partners/meet", May(Doing::ManagePartners)),
    ("POST /partners/meet/compare", May(Doing::ManagePartners)),
    ("POST /partners/off-network", May(Doing::ManagePartners)),
    ("POST /partners/{agency}/act/{act}", May(Doing::ManagePartners)),
    ("POST /partners/{agency}/bundle", May(Doing::TakeOut)),
    ("POST /partners/{agency}/claim", May(Doing::ManagePartners)),
    ("POST /partners/{agency}/confirm", May(Doing::ManagePartners)),
    ("POST /partners/{agency}/link", May(Doing::ManagePartners)),
    ("POST /partners/{agency}/test", May(Doing::SeePartners)),
    ("POST /search", Everybody),
    ("POST /sign-in/again", Everybody),
    ("POST /sign-out", Everybody),
];

/// What came of asking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Came {
    Through,
    /// Refused by a rule about who may.
    Refused,
    /// As if there were nothing.
    NotThere,
}

impl Came {
    fn of(seen: &Seen) -> Self {
        let rules = ["Your role cannot", "You are not among those who may know", "restricted to its team"];
        match seen.status {
            StatusCode::NOT_FOUND => Self::NotThere,
            StatusCode::FORBIDDEN if rules.iter().any(|rule| seen.text.contains(rule)) => Self::Refused,
            _ => Self::Through,
        }
    }
}

/// How far the table lets this role go.
fn reach(role: Role, doing: Doing) -> Option<Reach> {
    let rows = TABLE.iter().filter(|row| row.doing == doing && row.roles.contains(&role));
    rows.map(|row| row.reach).max()
}

/// What must come of it for a role outside the team of the matter, which takes this reach to be known.
fn expected(gate: Gate, role: Role, takes: Reach) -> Came {
    let may_in = |doing| reach(role, doing) >= Some(takes);
    match gate {
        Everybody => Came::Through,
        Absent => Came::NotThere,
        May(doing) if reach(role, doing).is_some() => Came::Through,
        May(_) => Came::Refused,
        In(_) if !may_in(Doing::SeeMatter) => Came::NotThere,
        In(doing) if may_in(doing) => Came::Through,
        In(_) => Came::Refused,
    }
}

/// A house with an officer of each role, who hold no other, and a matter that none of them is of the team of.
struct Street {
    house: House,
    people: BTreeMap<&'static str, &'static str>,
    number: String,
    agency: String,
    record: String,
}

const NAMES: [&str; 10] = [
    "Aro Lind",
    "Bea Sund",
    "Cy Noor",
    "Dov Ries",
    "Eda Mill",
    "Fio Kern",
    "Gus Tarn",
    "Hana Wick",
    "Ivo Pell",
    "Jo Marsh",
];

impl Street {
    fn open() -> Self {
        let house = House::open();
        let people: BTreeMap<_, _> = Role::ALL.iter().map(|role| role.code()).zip(NAMES).collect();
        let enlisted = Role::ALL.iter().zip(NAMES).map(|(role, name)| (*role, name)).collect::<Vec<_>>();
        let record = house.pair.a.run(move |ledger, pending| {
            for (role, name) in &enlisted {
                ledger.add_officer(pending, name, &[*role])?;
            }
            ledger.add_officer(pending, "Kit Lowe", &[Role::Custodian])
        });
        let number = house.pair.signed_request().shown('R');
        let agency = house.pair.b.agency.to_string();
        Self { record: record.expect("officers").to_string(), house, people, number, agency }
    }

    fn sit(&self, role: Role) -> Browser {
        self.house.sit(self.people[role.code()])
    }

    /// A path of this route, in the matter of this number.
    fn path(&self, route: &str, number: &str) -> String {
        filled_with(route, |part| match part {
            "{number}" => number,
            "{agency}" | "{partner}" => &self.agency,
            "{kind}" => "request",
            "{act}" if route.starts_with("/partners") => "describe",
            "{act}" if route.starts_with("/intake") => "number",
            "{act}" => "note",
            "{record}" => &self.record,
            "{what}" => "propose-roles",
            _ => "nothing",
        })
    }

    /// Asks for a route as somebody, with a form that has all its fields where it is one.
    fn ask(&self, browser: &Browser, asked: &str, number: &str) -> Seen {
        let (method, route) = asked.split_once(' ').expect("a method and a route");
        let path = self.path(route, number);
        match method {
            // It goes on for as long as somebody listens.
            "GET" if route == "/live" => browser.status_of(Method::GET, &path, &[]),
            "GET" => browser.get(&path),
            _ => {
                let fields = fields(route);
                let fields: Vec<_> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                browser.post(&path, &fields)
            }
        }
    }

    /// Every line of [`ROUTES`] as every role, in a matter that takes this reach to be known.
    fn walk(&self, takes: Reach) {
        for role in Role::ALL {
            for (asked, gate) in ROUTES {
                // Anew each time: some routes end the session.
                let seen = self.ask(&self.sit(*role), asked, &self.number);
                let came = Came::of(&seen);
                assert_eq!(came, expected(*gate, *role, takes), "{} at {asked}: {seen:?}", role.code());
                if came != Came::Through {
                    assert!(!seen.text.contains("A number"), "{} at {asked} is told something", role.code());
                }
            }
        }
    }
}

/// What a form of this route carries when it is filled in.
fn fields(route: &str) -> Vec<(String, String)> {
    let plain: &[(&str, &str)] = match route {
        "/m/{number}/act/{act}" => &[("text", "Noted."), ("step", "do")],
        "/audit/export" => &[("purpose", "An examination."), ("form", "csv")],
        "/intake/{number}/{act}" => &[("reference", "XA-1")],
        "/matters/filters" => &[("shows", "list=due&assigned=me"), ("name", "Mine")],
        "/officers/enlist" => &[("name", "Lu Stone")],
        "/officers/{record}/{what}" => &[("role-liaison", "true")],
        "/search" => &[("q", "number")],
        "/matters/new/{kind}/{partner}" => return whole_request(),
        _ => &[],
    };
    plain.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The opening of a request, as the form of it would send it.
fn whole_request() -> Vec<(String, String)> {
    let table: toml::Table = request("Another number").parse().expect("a request");
    let mut fields = vec![("step".to_owned(), "do".to_owned())];
    for (name, value) in table {
        flatten(name, value, &mut fields);
    }
    fields
}

fn flatten(name: String, value: toml::Value, fields: &mut Vec<(String, String)>) {
    match value {
        toml::Value::Array(items) => {
            for (i, item) in items.into_iter().enumerate() {
                flatten(format!("{name}.{i}"), item, fields);
            }
        }
        toml::Value::Table(columns) => {
            for (column, value) in columns {
                flatten(format!("{name}.{column}"), value, fields);
            }
        }
        toml::Value::String(text) => fields.push((name, text)),
        other => fields.push((name, other.to_string())),
    }
}

#[test]
fn every_route_of_the_sources_has_its_line_and_no_line_is_left_over() {
    let street = Street::open();
    let someone = street.sit(Role::Officer);
    let mut offered = BTreeSet::new();
    for route in routes().iter().filter(|route| !OPEN.contains(&route.as_str())) {
        let path = street.path(route, &street.number);
        for method in [Method::GET, Method::POST] {
            if someone.status_of(method.clone(), &path, &[]).status != StatusCode::METHOD_NOT_ALLOWED {
                offered.insert(format!("{method} {route}"));
            }
        }
    }
    let lines: BTreeSet<_> = ROUTES.iter().map(|(asked, _)| (*asked).to_owned()).collect();
    assert_eq!(lines, offered);
}

#[test]
fn each_role_comes_as_far_as_the_table_lets_it() {
    Street::open().walk(Reach::Unrestricted);
}

#[test]
fn in_a_restricted_matter_each_role_outside_the_team_comes_as_far_as_the_table_lets_it() {
    let street = Street::open();
    restrict(&street.house, &street.number);
    street.walk(Reach::Anything);
}

fn restrict(house: &House, number: &str) {
    let number = number.to_owned();
    let matter: MatterId =
        house.pair.a.run(move |ledger, _| ledger.matter_named(&number)).expect("the matter");
    house
        .pair
        .a
        .act(matter, "restrict", Some("reason = \"Kept close.\""), "Bo Reyes")
        .expect("a restriction");
}

#[test]
fn whoever_may_not_know_a_matter_is_answered_as_if_there_were_none() {
    let street = Street::open();
    let nowhere = "R-0000000000000";
    for takes in [Reach::Unrestricted, Reach::Anything] {
        if takes == Reach::Anything {
            restrict(&street.house, &street.number);
        }
        let outside = Role::ALL.iter().filter(|role| reach(**role, Doing::SeeMatter) < Some(takes));
        for role in outside {
            let someone = street.sit(*role);
            for (asked, _) in ROUTES.iter().filter(|(asked, _)| asked.contains("{number}")) {
                let hidden = street.ask(&someone, asked, &street.number);
                let missing = street.ask(&someone, asked, nowhere);
                assert_eq!(hidden.status, missing.status, "{} at {asked}", role.code());
                let (hidden, missing) =
                    (without(&hidden.text, &street.number), without(&missing.text, nowhere));
                assert_eq!(hidden, missing, "{} at {asked}", role.code());
            }
        }
    }
}

/// A page without the number that was asked for, and without the tokens, which are others in every page.
fn without(page: &str, number: &str) -> String {
    let mut parts = page.split("name=\"csrf\" value=\"");
    let begins = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|rest| rest.split_once('"')).map(|(_, rest)| rest);
    rest.fold(begins, |page, rest| page + rest).replace(number, "NUMBER")
}

#[test]
fn no_list_names_a_matter_to_whoever_may_not_know_it() {
    let street = Street::open();
    let lists = ROUTES.iter().filter(|(asked, _)| asked.starts_with("GET") && !asked.contains("{number}"));
    let lists: Vec<_> = lists.map(|(asked, _)| *asked).chain(["POST /search"]).collect();
    for role in Role::ALL.iter().filter(|role| reach(**role, Doing::SeeMatter) < Some(Reach::Unrestricted)) {
        for asked in &lists {
            let seen = street.ask(&street.sit(*role), asked, &street.number);
            let told = seen.text.contains(&street.number) || seen.text.contains(titled("A number").as_str());
            assert!(!told, "{} at {asked}: {}", role.code(), seen.text);
        }
    }
}

#[test]
fn no_form_is_taken_without_the_token_of_its_own_session() {
    let street = Street::open();
    let (someone, other) = (street.house.sit("Bo Reyes"), street.house.sit("Ina Tor"));
    let foreign = other.token();
    assert_ne!(someone.token(), foreign);
    let written = || street.house.pair.a.run(|ledger, _| Ok(ledger.store().length()?)).expect("a length");
    let before = written();
    for (asked, _) in ROUTES.iter().filter(|(asked, _)| asked.starts_with("POST")) {
        let route = asked.trim_start_matches("POST ");
        let path = street.path(route, &street.number);
        for token in ["", &foreign] {
            let mut fields = fields(route);
            fields.push(("csrf".to_owned(), token.to_owned()));
            let fields: Vec<_> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            for seen in
                [someone.post_bare(&path, &fields), someone.post_bare(&path, &fields[..fields.len() - 1])]
            {
                assert_eq!(seen.status, StatusCode::FORBIDDEN, "{asked}: {seen:?}");
                assert!(seen.text.contains("This form can no longer be used"), "{asked}");
            }
        }
    }
    assert_eq!(written(), before, "nothing was recorded");
}

#[test]
fn no_form_is_taken_from_another_site() {
    let street = Street::open();
    let someone = street.house.sit("Bo Reyes");
    for route in routes() {
        let path = street.path(&route, &street.number);
        for from in [("sec-fetch-site", "cross-site"), ("origin", "https://elsewhere.example")] {
            let seen = someone.status_of(Method::POST, &path, &[from]);
            assert_eq!(seen.status, StatusCode::FORBIDDEN, "{route}");
        }
    }
}

#[test]
fn methods_that_are_not_offered_are_refused_to_everybody() {
    let street = Street::open();
    let (someone, stranger) = (street.sit(Role::Supervisor), street.house.stranger());
    // Uploads have methods of their protocol; what each answers is tested where they are.
    for route in routes().into_iter().filter(|route| !route.contains("/uploads")) {
        let path = street.path(&route, &street.number);
        for browser in [&someone, &stranger] {
            for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
                let seen = browser.status_of(method.clone(), &path, &[]);
                assert_eq!(seen.status, StatusCode::METHOD_NOT_ALLOWED, "{method} {route}");
            }
            let asked =
                [Method::HEAD, Method::GET].map(|method| browser.status_of(method, &path, &[]).status);
            assert_eq!(asked[0], asked[1], "HEAD {route}");
        }
    }
}

#[test]
fn the_navigation_offers_each_role_the_pages_that_are_open_to_it() {
    let street = Street::open();
    for role in Role::ALL {
        let someone = street.sit(*role);
        let page = someone.get("/help").text;
        let nav =
            page.split("<nav").nth(1).and_then(|rest| rest.split("</nav>").next()).expect("a navigation");
        let offered: Vec<_> =
            nav.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        for path in &offered {
            assert_eq!(someone.get(path).status, StatusCode::OK, "{} is offered {path}", role.code());
        }
        for (asked, gate) in ROUTES {
            let May(doing) = gate else { continue };
            let path = asked.trim_start_matches("GET ");
            let listed = ["/intake", "/audit", "/journal", "/node", "/officers"].contains(&path);
            assert!(
                !listed || offered.contains(&path) == reach(*role, *doing).is_some(),
                "{} {path}",
                role.code()
            );
        }
    }
}
