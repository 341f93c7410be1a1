//! The way in, page by page, as a browser without scripts goes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

mod browser;
mod grave;
mod passkeys;

use browser::{Browser, MINUTE, PASSWORD};
use comity_app::sign_in::Code;
use comity_domain::vocabularies::Role;
use comity_testkit::Seeded;
use comity_testkit::node::wait;

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
    let (mut browser, secret, _) = Browser::with_amara_at("https://desk.example");
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

    let mut token = passkeys::another_way_in(&mut browser);
    passkeys::use_it(&mut browser, &mut token).goes_to("/account");
    let dismissed = wait(browser.ledger.run(|ledger, pending| {
        let amara = ledger.officer(Some("Amara Olin"))?.record;
        let bo = ledger.add_officer(pending, "Bo Reyes", &[Role::Administrator])?;
        Ok((amara, bo))
    }));
    let (amara, bo) = dismissed.expect("an administrator");
    let code = browser.invite("Bo Reyes");
    let here = browser.cookie.clone();
    browser.enrol(&code);
    browser.cookie = here;
    let dismissed = wait(browser.ledger.run(move |ledger, pending| {
        let bo = ledger.officer_of(&bo)?.expect("he works here");
        ledger.dismiss(pending, &amara, &bo)
    }));
    dismissed.expect("a dismissal");
    browser.get("/account").goes_to("/sign-in?next=/account");
    passkeys::use_it(&mut browser, &mut token).says(422, "does not sign in here");
    browser.password("Amara Olin", PASSWORD).says(422, "Name or password is not right");
}

#[test]
fn wrong_codes_have_to_wait_like_wrong_passwords() {
    let (mut browser, secret, recovery) = Browser::with_amara();
    let mut step = browser.password("Amara Olin", PASSWORD).field("step");
    for _ in 0..5 {
        let page = browser.post("/sign-in/code", &[("step", &step), ("code", "000000")]);
        step = page.says(422, "was used already").field("step");
    }
    let code = browser.totp(&secret);
    let page = browser.post("/sign-in/code", &[("step", &step), ("code", &code)]);
    step = page.says(429, "Too many tries").field("step");
    let page = browser.post("/sign-in/code", &[("step", &step), ("recovery", &recovery[0])]);
    step = page.says(429, "Too many tries").field("step");
    browser.later(2_000);
    let code = browser.totp(&secret);
    browser.post("/sign-in/code", &[("step", &step), ("code", &code)]).goes_to("/account");
}

#[test]
fn a_recovery_code_proves_it_again_and_new_ones_make_those_before_void() {
    let (mut browser, secret, recovery) = Browser::with_amara();
    browser.sign_in(&secret).goes_to("/account");
    browser.later(11 * MINUTE);
    let path = "/sign-in/again?next=/account/recovery-codes&by=recovery";
    let csrf = browser.get(path).says(200, "Recovery code").field("csrf");
    let again = |browser: &mut Browser, code: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("by", "recovery"),
            ("password", PASSWORD),
            ("recovery", code),
            ("next", "/account/recovery-codes"),
        ];
        browser.post("/sign-in/again", &form)
    };
    again(&mut browser, "0000-0000-0000-0000").says(422, "Password or code is not right");
    again(&mut browser, &recovery[0]).goes_to("/account/recovery-codes");
    browser.get("/account").says(200, "9 left");
    let renewed = browser.post("/account/recovery-codes", &[("csrf", &csrf)]).says(200, "not shown again");
    let renewed = renewed.codes();
    browser.cookie.clear();
    let step = browser.password("Amara Olin", PASSWORD).field("step");
    let page = browser.post("/sign-in/code", &[("step", &step), ("recovery", &recovery[1])]);
    let step = page.says(422, "was used already").field("step");
    browser.post("/sign-in/code", &[("step", &step), ("recovery", &renewed[1])]).goes_to("/account");
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
    let code = browser.totp(&secret);
    let again = |browser: &mut Browser, password: &str| {
        let form = [
            ("csrf", token.as_str()),
            ("password", password),
            ("code", &code),
            ("next", "/account/recovery-codes"),
        ];
        browser.post("/sign-in/again", &form)
    };
    again(&mut browser, "not my password").says(422, "Password or code is not right");
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
