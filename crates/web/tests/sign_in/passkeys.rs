//! Signing in by a passkey, page by page: what the page asks of the browser, and what comes of its answer.

use comity_app::sign_in::{Account, Challenge, Made, Site};
use comity_domain::act::Line;
use comity_testkit::Seeded;
use comity_testkit::node::{SoftToken, wait};
use serde_json::Value;

use crate::browser::{Browser, MINUTE, PASSWORD, Page};

const ORIGIN: &str = "https://desk.example";

/// What a page asks of the browser.
fn options(page: &Page) -> Value {
    let after = page.html.split("data-options=\"").nth(1).unwrap_or_else(|| panic!("none in {}", page.html));
    let json = after.split('"').next().unwrap_or_default().replace("&quot;", "\"");
    serde_json::from_str(&json).expect("options are JSON")
}

/// A passkey of Amara's, whose password has changed since and whose sessions are over.
pub(crate) fn another_way_in(browser: &mut Browser) -> SoftToken {
    let mut token = SoftToken::at("desk.example", ORIGIN);
    let amara = wait(browser.ledger.run(|ledger, _| ledger.officer(Some("Amara Olin")))).expect("an officer");
    let (site, challenge) = (Site::at(ORIGIN).expect("a site"), Challenge::draw(&mut Seeded::new(8)));
    let account = Account { handle: amara.record.as_bytes(), name: &amara.name };
    let made = Made::read(&token.make(&site.to_make(&challenge, &account, &[])));
    let made = made.and_then(|made| made.check(&site, &challenge)).expect("a passkey");
    let nickname = Line::new("Blue key").expect("a line");
    let added =
        wait(browser.ledger.run(move |ledger, pending| ledger.add_passkey(pending, &amara, nickname, &made)));
    added.expect("room for one");
    token
}

/// A node at which Amara can sign in, is signed in, and has a device with a passkey.
fn with_passkey() -> (Browser, Vec<u8>, SoftToken) {
    let (mut browser, secret, _) = Browser::with_amara_at(ORIGIN);
    browser.sign_in(&secret).goes_to("/account");
    let token = add(&mut browser, "Blue key");
    browser.later(MINUTE);
    (browser, secret, token)
}

fn add(browser: &mut Browser, nickname: &str) -> SoftToken {
    let mut token = SoftToken::at("desk.example", ORIGIN);
    let page = browser.get("/account/passkey").says(200, "Name of the passkey");
    let answer = token.make(&options(&page));
    let (csrf, step) = (page.field("csrf"), page.field("step"));
    let form = [("csrf", csrf.as_str()), ("step", &step), ("nickname", nickname), ("credential", &answer)];
    browser.post("/account/passkey", &form).goes_to("/account");
    token
}

pub(crate) fn use_it(browser: &mut Browser, token: &mut SoftToken) -> Page {
    let page = browser.get("/sign-in").says(200, "Sign in with a passkey");
    let answer = token.give(&options(&page));
    browser.post("/sign-in/passkey", &[("credential", &answer), ("next", "/account")])
}

#[test]
fn a_passkey_signs_in_without_a_name_and_once_for_each_page() {
    let (mut browser, _, mut token) = with_passkey();
    browser.get("/account").says(200, "Blue key");
    browser.cookie.clear();
    let page = browser.get("/sign-in");
    assert!(!page.html.contains("Amara"), "a stranger is told no name");
    assert_eq!(options(&page)["allowCredentials"], Value::Array(Vec::new()), "and no passkey");
    let answer = token.give(&options(&page));
    let form = [("credential", answer.as_str()), ("next", "/account")];
    browser.post("/sign-in/passkey", &form).goes_to("/account");
    browser.get("/account").says(200, "Amara Olin");
    browser.cookie.clear();
    browser.post("/sign-in/passkey", &form).says(422, "That took too long");
    browser.get("/account").goes_to("/sign-in?next=/account");
}

#[test]
fn an_answer_from_elsewhere_too_late_or_of_nobody_signs_nobody_in_and_reads_alike() {
    let (mut browser, _, mut token) = with_passkey();
    browser.cookie.clear();
    token.origin = "https://desk.example.org".into();
    let elsewhere = use_it(&mut browser, &mut token).says(422, "does not sign in here");
    let mut strange = SoftToken::at("desk.example", ORIGIN);
    let nobody = use_it(&mut browser, &mut strange).says(422, "does not sign in here");
    let without =
        |page: &Page| page.html.replace(&options(page)["challenge"].to_string().replace('"', ""), "");
    assert_eq!(without(&elsewhere), without(&nobody));
    browser.post("/sign-in/passkey", &[("credential", "")]).says(422, "The browser sent no passkey");
    token.origin = ORIGIN.into();
    let page = browser.get("/sign-in");
    browser.later(6 * MINUTE);
    let late = token.give(&options(&page));
    browser.post("/sign-in/passkey", &[("credential", &late)]).says(422, "That took too long");
    use_it(&mut browser, &mut token).goes_to("/account");
}

#[test]
fn a_passkey_stands_in_for_the_authenticator_after_the_password() {
    let (mut browser, _, mut token) = with_passkey();
    browser.cookie.clear();
    let page = browser.password("Amara Olin", PASSWORD).says(200, "Use a passkey");
    let (answer, step) = (token.give(&options(&page)), page.field("step"));
    let mut strange = SoftToken::at("desk.example", ORIGIN);
    let wrong = strange.give(&options(&page));
    let wrong = browser.post("/sign-in/code", &[("step", &step), ("credential", &wrong)]);
    wrong.says(422, "was used already");
    browser.post("/sign-in/code", &[("step", &step), ("credential", &answer)]).says(403, "no longer be used");
    let page = browser.password("Amara Olin", PASSWORD);
    let (answer, step) = (token.give(&options(&page)), page.field("step"));
    browser.post("/sign-in/code", &[("step", &step), ("credential", &answer)]).goes_to("/account");
    browser.get("/account").says(200, "Password and passkey");
}

#[test]
fn a_count_that_went_back_signs_nobody_in() {
    let (mut browser, _, mut token) = with_passkey();
    token.count = 5;
    use_it(&mut browser, &mut token).goes_to("/account");
    token.count = 4;
    browser.cookie.clear();
    use_it(&mut browser, &mut token).says(422, "does not sign in here");
}

#[test]
fn passkeys_are_named_listed_and_removed() {
    let (mut browser, _, mut token) = with_passkey();
    let page = browser.get("/account/passkey");
    assert_eq!(options(&page)["excludeCredentials"].as_array().map(Vec::len), Some(1));
    let step = page.field("step");
    let csrf = page.field("csrf");
    let nameless = [("csrf", csrf.as_str()), ("step", &step), ("nickname", " "), ("credential", "{}")];
    browser.post("/account/passkey", &nameless).says(422, "Give it a name");
    browser.post("/account/passkey", &nameless).says(403, "no longer be used");
    let step = browser.get("/account/passkey").field("step");
    let unfit = [("csrf", csrf.as_str()), ("step", &step), ("nickname", "New one"), ("credential", "{}")];
    browser.post("/account/passkey", &unfit).says(422, "value=\"New one\"");
    let passkey = browser.get("/account").says(200, "Blue key").field("passkey");
    browser.post("/account/passkey/remove", &[("csrf", &csrf), ("passkey", "nothing")]).goes_to("/account");
    browser.get("/account").says(200, "Blue key");
    browser.post("/account/passkey/remove", &[("csrf", &csrf), ("passkey", &passkey)]).goes_to("/account");
    browser.get("/account").says(200, "You have none");
    browser.cookie.clear();
    use_it(&mut browser, &mut token).says(422, "does not sign in here");
}

#[test]
fn a_passkey_asked_for_by_one_officer_is_not_added_for_another() {
    let (mut browser, _, _) = with_passkey();
    let hers = browser.get("/account/passkey");
    let mut token = SoftToken::at("desk.example", ORIGIN);
    let (answer, step) = (token.make(&options(&hers)), hers.field("step"));
    browser.cookie.clear();
    let code = browser.invite("Bo Reyes");
    let (secret, _) = browser.enrol(&code);
    browser.later(MINUTE);
    browser.sign_in_as("Bo Reyes", &secret).goes_to("/account");
    let csrf = browser.get("/account").field("csrf");
    let form = [("csrf", csrf.as_str()), ("step", &step), ("nickname", "Mine"), ("credential", &answer)];
    browser.post("/account/passkey", &form).says(403, "no longer be used");
    browser.get("/account").says(200, "You have none");
}

#[test]
fn where_browsers_have_no_passkeys_none_is_offered() {
    let (mut browser, secret, _) = Browser::with_amara_at("http://127.0.0.1:8080");
    let page = browser.get("/sign-in").says(200, "Password");
    assert!(!page.html.contains("passkey"), "{}", page.html);
    browser.post("/sign-in/passkey", &[("credential", "{}")]).says(404, "There is nothing here");
    browser.sign_in(&secret).goes_to("/account");
    browser.get("/account").says(200, "No passkey can be added here");
    browser.get("/account/passkey").says(404, "There is nothing here");
}

#[test]
fn by_a_passkey_something_grave_goes_on() {
    let (mut browser, _, mut token) = with_passkey();
    browser.later(11 * MINUTE);
    browser.get("/account/passkey").goes_to("/sign-in/again?next=/account/passkey");
    let page = browser.get("/sign-in/again?next=/account/passkey").says(200, "Use a passkey");
    let (csrf, step, answer) = (page.field("csrf"), page.field("step"), token.give(&options(&page)));
    let form =
        [("csrf", csrf.as_str()), ("step", &step), ("next", "/account/passkey"), ("credential", &answer)];
    browser.post("/sign-in/again", &form).goes_to("/account/passkey");
    browser.get("/account/passkey").says(200, "Name of the passkey");
    browser.later(11 * MINUTE);
    browser.post("/sign-in/again", &form).says(403, "no longer be used");
    browser.get("/account/passkey").goes_to("/sign-in/again?next=/account/passkey");
}

#[test]
fn own_sessions_are_listed_and_ended_one_by_one() {
    let (mut browser, secret, mut token) = with_passkey();
    let here = browser.cookie.clone();
    browser.cookie.clear();
    use_it(&mut browser, &mut token).goes_to("/account");
    let there = std::mem::replace(&mut browser.cookie, here.clone());
    let page = browser.get("/account").says(200, "Password and authenticator code");
    assert!(page.html.contains("This browser") && page.html.contains("Passkey"), "{}", page.html);
    let (csrf, session) = (page.field("csrf"), page.field("session"));
    browser.post("/account/end-session", &[("csrf", "another"), ("session", &session)]).says(403, "form");
    browser.post("/account/end-session", &[("csrf", &csrf), ("session", &session)]).goes_to("/account");
    browser.get("/account").says(200, "Amara Olin");
    browser.cookie = there;
    browser.get("/account").goes_to("/sign-in?next=/account");
    drop(secret);
}
