//! Before a grave act the desk asks again who sits there; the list of grave acts is the app's.

use comity_app::authorise::GRAVE;
use comity_app::commands::ActCommand;
use comity_app::people::Partner;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_testkit::node::{request, wait};

use crate::browser::{Browser, MINUTE, PASSWORD};

/// Where the desk does each grave act of an officer's record, and of a partner's.
const OF_OFFICERS: &[(&str, &str)] = &[
    ("enlist", "/officers/enlist"),
    ("propose-roles", "/officers/RECORD/propose-roles"),
    ("grant-roles", "/officers/RECORD/grant-roles"),
    ("dismiss", "/officers/RECORD/dismiss"),
    ("invite", "/officers/RECORD/invite"),
    ("end-sessions", "/officers/RECORD/end-sessions"),
    ("set-password", "/account/password"),
    ("enrol-totp", "/account/authenticator"),
    ("set-recovery-codes", "/account/recovery-codes"),
    ("add-passkey", "/account/passkey"),
    ("remove-passkey", "/account/passkey/remove"),
];
const OF_PARTNERS: &[(&str, &str)] = &[
    ("confirm", "/partners/PARTNER/confirm"),
    ("propose-widening", "/partners/PARTNER/act/propose-widening"),
    ("widen", "/partners/PARTNER/act/widen"),
    ("link", "/partners/PARTNER/link"),
    ("claim", "/partners/PARTNER/claim"),
    ("propose-lifting", "/partners/PARTNER/act/propose-lifting"),
    ("lift", "/partners/PARTNER/act/lift"),
    ("propose-waiver", "/partners/PARTNER/act/propose-waiver"),
    ("waive", "/partners/PARTNER/act/waive"),
    ("end", "/partners/PARTNER/act/end"),
];

/// A node with somebody who may do everything, signed in eleven minutes ago; and a partner and a matter to do it to.
fn long_signed_in() -> (Browser, Vec<u8>, String) {
    let (mut browser, secret, _) = Browser::with_amara_at("https://desk.example");
    let made = wait(browser.ledger.run(|ledger, pending| {
        let amara = ledger.officer(Some("Amara Olin"))?;
        ledger.assign_roles(
            pending,
            &amara.record,
            &[Role::Administrator, Role::Supervisor, Role::Desk, Role::Legal, Role::RightsOfficer],
        )?;
        Ok(amara.record.to_string())
    }));
    browser.sign_in(&secret).goes_to("/account");
    browser.later(11 * MINUTE);
    (browser, secret, made.expect("an officer"))
}

/// A partner that waits to be confirmed.
fn partner(browser: &Browser) -> Partner {
    let added = wait(browser.ledger.run(|ledger, pending| {
        let amara = ledger.officer(Some("Amara Olin"))?;
        ledger.add_off_network_partner(pending, "Country D", "XD", "by letter", &amara)
    }));
    added.expect("a record");
    wait(browser.ledger.run(|ledger, _| ledger.partner("Country D"))).expect("a partner")
}

#[test]
fn every_grave_act_in_the_record_of_an_officer_is_asked_for_again() {
    let (mut browser, _, record) = long_signed_in();
    let listed = |kind| GRAVE.iter().find(|row| row.kind == Some(kind)).map(|row| row.acts.to_vec());
    let walked = OF_OFFICERS.iter().map(|(act, _)| *act).collect::<Vec<_>>();
    assert_eq!(listed("officer"), Some(walked));
    let csrf = browser.get("/account").field("csrf");
    for (act, path) in OF_OFFICERS {
        let path = path.replace("RECORD", &record);
        let to = browser.post(&path, &[("csrf", &csrf)]).to;
        assert_eq!(to, format!("/sign-in/again?next={path}"), "{act}");
    }
}

#[test]
fn every_grave_act_about_a_partner_is_asked_for_again() {
    let (mut browser, _, _) = long_signed_in();
    let partner = partner(&browser).agency.to_string();
    let listed = GRAVE.iter().find(|row| row.kind == Some("partner")).map(|row| row.acts.to_vec());
    assert_eq!(listed, Some(OF_PARTNERS.iter().map(|(act, _)| *act).collect()));
    let csrf = browser.get("/account").field("csrf");
    for (act, path) in OF_PARTNERS {
        let path = path.replace("PARTNER", &partner);
        let asked = browser.post(&path, &[("csrf", &csrf)]);
        let led = asked.to == format!("/sign-in/again?next={path}");
        assert!(led || asked.says(200, "Is it you?").field("next") == path, "{act}");
    }
    let described = browser.post(&format!("/partners/{partner}/act/describe"), &[("csrf", &csrf)]);
    described.goes_to(&format!("/partners/{partner}?said=changed"));
}

#[test]
fn every_grave_act_inside_a_matter_is_asked_for_again_and_no_other_is() {
    let (mut browser, _, _) = long_signed_in();
    let added = partner(&browser);
    let confirmed = wait(browser.ledger.run(move |ledger, pending| {
        ledger.add_officer(pending, "Bo Reyes", &[Role::Supervisor])?;
        Ok(added.record)
    }));
    let record = confirmed.expect("a second officer");
    let confirmed = wait(browser.ledger.run(move |ledger, pending| {
        let second = ledger.officer(Some("Bo Reyes"))?;
        ledger.act(pending, &ActCommand { matter: record, act: "confirm".into(), toml: None }, &second)
    }));
    confirmed.expect("a partner of two");
    let partner = wait(browser.ledger.run(|ledger, _| ledger.partner("Country D"))).expect("a partner");
    let drafted = wait(browser.ledger.run(move |ledger, pending| {
        let amara = ledger.officer(Some("Amara Olin"))?;
        ledger.draft_opening(pending, "request", &partner, &request("A number"), &amara)
    }));
    let number = drafted.expect("a draft").matter.shown('R');
    let kinds = standard();
    let inside = kinds.get("request").expect("requests").acts().into_iter().filter(|act| act.inner);
    let grave = GRAVE.iter().find(|row| row.kind.is_none()).expect("some are").acts;
    assert_eq!(grave.len(), 5);
    for act in inside {
        let path = format!("/m/{number}/act/{}", act.code);
        let (to, again) = (browser.get(&path).to, format!("/sign-in/again?next={path}"));
        assert_eq!(to == again, grave.contains(&act.code), "{}", act.code);
    }
    // A matter that is not there is not there, whatever is asked of it.
    browser.get("/m/R-0000000000000/act/approve").says(404, "There is nothing here");
}

#[test]
fn password_and_code_prove_it_again_and_the_code_only_once() {
    let (mut browser, secret, _) = long_signed_in();
    let page = browser.get("/sign-in/again?next=/account/recovery-codes").says(200, "Six digits");
    let (csrf, code) = (page.field("csrf"), browser.totp(&secret));
    let again = |browser: &mut Browser, password: &str, code: &str| {
        let form = [("csrf", csrf.as_str()), ("password", password), ("code", code), ("next", "/account")];
        browser.post("/sign-in/again", &form)
    };
    again(&mut browser, PASSWORD, "000000").says(422, "Password or code is not right");
    again(&mut browser, "not my password at all", &code).says(422, "Password or code is not right");
    again(&mut browser, PASSWORD, &code).goes_to("/account");
    again(&mut browser, PASSWORD, &code).says(422, "Password or code is not right");
}

#[test]
fn what_was_filled_in_is_kept_while_it_is_proven_again() {
    let (mut browser, secret, _) = long_signed_in();
    let path = format!("/partners/{}/act/end", partner(&browser).agency);
    let csrf = browser.get("/account").field("csrf");
    let page = browser.post(&path, &[("csrf", &csrf), ("reason", "It has a \"new\" node.")]);
    let kept = page.says(200, "Is it you?").field("kept.reason").replace("&quot;", "\"");
    assert_eq!(kept, "It has a \"new\" node.");
    let code = browser.totp(&secret);
    let again = |browser: &mut Browser, code: &str| {
        let form = [
            ("csrf", csrf.as_str()),
            ("password", PASSWORD),
            ("code", code),
            ("next", &path),
            ("kept.reason", &kept),
        ];
        browser.post("/sign-in/again", &form)
    };
    let wrong = again(&mut browser, "000000").says(422, "Password or code is not right");
    assert!(wrong.html.contains("kept.reason"), "{}", wrong.html);
    let page = again(&mut browser, &code).says(200, "What you filled in is kept");
    assert!(page.html.contains(&format!("action=\"{path}\"")), "{}", page.html);
    let reason = page.field("reason").replace("&quot;", "\"");
    let done = browser.post(&path, &[("csrf", &page.field("csrf")), ("reason", &reason)]);
    assert!(done.to.ends_with("?said=changed"), "{}", done.html);
}
