//! Every route there is, asked for by somebody who may not: read off the sources, so that a new one is walked as well.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use axum::http::StatusCode;

use super::office::{House, Seen};

/// What answers somebody who is not signed in: the way in, language and light, and files that say nothing of anybody.
/// This list may only shrink.
pub(crate) const OPEN: &[&str] = &[
    "/assets/{name}",
    "/choices",
    "/set-up",
    "/sign-in",
    "/sign-in/code",
    "/sign-in/demo",
    "/sign-in/passkey",
    "/welcome",
    "/welcome/authenticator",
    "/welcome/password",
];

fn gather(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).expect("the pages").flatten() {
        let path = entry.path();
        if path.is_dir() {
            gather(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let source = fs::read_to_string(&path).expect("a source");
            let routes =
                source.split(".route(").skip(1).filter_map(|rest| rest.trim_start().strip_prefix('"'));
            found.extend(routes.filter_map(|rest| rest.split('"').next()).map(str::to_owned));
        }
    }
}

pub(crate) fn routes() -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    gather(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/pages"), &mut found);
    assert!(found.len() > 20, "the routes were not found: {found:?}");
    found
}

/// A path of this route: the number of a matter, and a word that means nothing for everything else.
fn filled(route: &str, number: &str) -> String {
    filled_with(route, |part| if part == "{number}" { number } else { "nothing" })
}

/// A path of this route, each part in braces as `fill` says.
pub(crate) fn filled_with<'a>(route: &'a str, fill: impl Fn(&'a str) -> &'a str) -> String {
    let parts = route.split('/').map(|part| if part.starts_with('{') { fill(part) } else { part });
    parts.collect::<Vec<_>>().join("/")
}

#[test]
fn no_route_answers_a_stranger_but_those_that_lead_in() {
    let house = House::open();
    let number = house.pair.signed_request().shown('R');
    let stranger = house.stranger();
    for route in routes().iter().filter(|route| !OPEN.contains(&route.as_str())) {
        let path = filled(route, &number);
        for seen in [stranger.get(&path), stranger.post_bare(&path, &[])] {
            // A page that only takes forms sends whoever asks for it to the page that has the form.
            let to_in = |seen: &Seen| seen.status == StatusCode::SEE_OTHER && seen.to.starts_with("/sign-in");
            let led_in =
                to_in(&seen) || (seen.status == StatusCode::SEE_OTHER && to_in(&stranger.get(&seen.to)));
            assert!(led_in || seen.status == StatusCode::METHOD_NOT_ALLOWED, "{route}: {seen:?}");
            assert!(!seen.text.contains("A number"), "{route} tells a stranger something");
        }
    }
}

#[test]
fn every_answer_carries_what_keeps_a_page_to_itself() {
    let house = House::open();
    let number = house.pair.signed_request().shown('R');
    let (stranger, officer) = (house.stranger(), house.sit("Amara Olin"));
    for path in ["/", "/sign-in", "/m/nothing", "/no-such-page", &format!("/m/{number}")] {
        for browser in [&stranger, &officer] {
            let (headers, _) = browser.raw(path, &[]);
            let said =
                |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
            let policy = said("content-security-policy");
            for part in
                ["default-src 'none'", "script-src 'self';", "frame-ancestors 'none'", "base-uri 'none'"]
            {
                assert!(policy.contains(part), "{path}: {policy}");
            }
            assert!(!policy.contains("unsafe"), "{path}: {policy}");
            let others = [said("x-content-type-options"), said("cache-control"), said("referrer-policy")];
            assert_eq!(others, ["nosniff", "no-store", "same-origin"], "{path}");
            assert_eq!(said("cross-origin-opener-policy"), "same-origin", "{path}");
        }
    }
}
