//! Proving again who one is, before something grave: by a passkey, or by password and a second proof.

use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, Query, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use comity_app::Failure;
use comity_app::authorise::is_grave;
use comity_app::sign_in::{Challenge, Checked, Given, Second};
use comity_domain::act::Act as _;
use comity_domain::engine::Kind as _;
use comity_domain::matters::node::{LetOut, NodeKind};
use maud::{Markup, html};
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::choices::local;
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::door::{Address, Step, Tried};
use super::form::{Field, carried, page, send};
use super::passkey::passkey_form;
use super::{PASSWORD, RECOVERY};

pub(super) fn routes() -> Router<Arc<Office>> {
    Router::new().route("/sign-in/again", get(ask).post(take))
}

/// A signed-in officer who has proven within the last ten minutes who they are; anybody else is asked to first, and comes
/// back to the path asked for. A form of something grave lies at the path it is sent to.
pub(crate) struct Proven(pub(crate) Asking);

impl FromRequestParts<Arc<Office>> for Proven {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Response> {
        let asking = <Asking as FromRequestParts<_>>::from_request_parts(parts, office).await?;
        match prove(office, &asking) {
            Ok(()) => Ok(Self(asking)),
            Err(first) => Err(first.into_response()),
        }
    }
}

/// Sends whoever wants to do a grave act, and has not lately proven who they are, to prove it first.
pub(crate) fn prove_for(office: &Office, asking: &Asking, kind: &str, act: &str) -> Result<(), Trouble> {
    if is_grave(kind, act) { prove(office, asking) } else { Ok(()) }
}

/// As [`prove_for`], for a form that was filled in: what was typed in it is carried on, so that nobody writes it twice.
pub(crate) async fn prove_keeping(
    office: &Office,
    asking: &Asking,
    kind: &str,
    act: &str,
    typed: &Typed,
) -> Result<Option<Response>, Trouble> {
    let Err(Trouble::ProveFirst(next)) = prove_for(office, asking, kind, act) else { return Ok(None) };
    let kept = typed.all().filter(|(name, _)| *name != "csrf");
    let kept = kept.map(|(name, text)| (format!("{KEPT}{name}"), text.to_owned())).collect();
    again_page(office, asking, &Wanted { next, by: String::new(), kept }, None).await.map(Some)
}

/// As [`prove_keeping`], before something leaves the node.
pub(crate) async fn prove_to_let_out(
    office: &Office,
    asking: &Asking,
    typed: &Typed,
) -> Result<Option<Response>, Trouble> {
    prove_keeping(office, asking, NodeKind::DEF.code, LetOut::DEF.code, typed).await
}

fn prove(office: &Office, asking: &Asking) -> Result<(), Trouble> {
    // In a demonstration nobody has anything to prove it with.
    if office.demo || asking.who.session.is_fresh(office.now()) {
        return Ok(());
    }
    let path = asking.path.split('?').next().unwrap_or_default();
    Err(Trouble::ProveFirst(path.to_owned()))
}

/// What the names of fields begin with that are carried on.
const KEPT: &str = "kept.";

/// Where somebody wants to go, whether a recovery code stands in for the authenticator, and what is carried on.
#[derive(Default, Deserialize)]
struct Wanted {
    #[serde(default)]
    next: String,
    #[serde(default)]
    by: String,
    #[serde(skip)]
    kept: Typed,
}

impl Wanted {
    fn of(typed: &Typed) -> Self {
        let kept = typed.all().filter(|(name, _)| name.starts_with(KEPT));
        let kept = kept.map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        Self { next: typed.text("next").to_owned(), by: typed.text("by").to_owned(), kept }
    }

    /// What every form of the page carries.
    fn carried(&self, asking: &Asking) -> Markup {
        html! {
            (carried("csrf", asking.form_token()))
            (carried("next", &self.next))
            @for (name, text) in self.kept.all() { (carried(name, text)) }
        }
    }

    fn second(&self) -> &'static Field {
        if self.by == RECOVERY.name { &RECOVERY } else { &Field::CODE }
    }
}

async fn ask(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Trouble> {
    again_page(&office, &asking, &wanted, None).await
}

async fn again_page(
    office: &Office,
    asking: &Asking,
    wanted: &Wanted,
    fault: Option<&str>,
) -> Result<Response, Trouble> {
    let record = asking.who.officer.record;
    let passkeys = office.run(move |ledger, _| ledger.passkeys(&record)).await?;
    let known: Vec<_> = passkeys.into_iter().map(|passkey| passkey.id).collect();
    let (other, instead) = match wanted.by == RECOVERY.name {
        true => ("", "page-door-have-authenticator"),
        false => (RECOVERY.name, "page-door-no-authenticator"),
    };
    let body = html! {
        p { (asking.text("page-again-what")) }
        @if let Some(site) = office.site.as_ref().filter(|_| !known.is_empty()) {
            @let challenge = office.draw(|entropy| Challenge::draw(entropy));
            @let step = office.keep_step(Step::Asked { officer: record, challenge });
            (passkey_form(asking, "/sign-in/again", "get", &site.to_give(&challenge, &known), "page-passkey-use", &html! {
                (wanted.carried(asking))
                (carried("step", step.as_str()))
            }))
            p.mt-3 { (asking.text("page-passkey-or")) }
        }
        form action="/sign-in/again" method="post" {
            (wanted.carried(asking))
            (carried("by", &wanted.by))
            input type="text" name="username" value=(asking.who.officer.name) autocomplete="username" hidden;
            (PASSWORD.draw(asking, "", None))
            (wanted.second().draw(asking, "", None))
            (send(asking, "page-door-on"))
        }
        form.mt-3 action="/sign-in/again" method="post" {
            (wanted.carried(asking))
            (carried("by", other))
            button.btn.btn-link.p-0 type="submit" name="instead" value="true" { (asking.text(instead)) }
        }
    };
    Ok(page(asking, "page-again", fault, &body))
}

async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    from: Address,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let wanted = Wanted::of(&typed);
    if typed.get("instead").is_some() {
        return again_page(&office, &asking, &wanted, None).await;
    }
    let tried = Tried::new(&asking.who.officer.name, &from);
    if office.door.begin(&tried, office.now()).is_err() {
        return again_page(&office, &asking, &wanted, Some("page-door-later")).await;
    }
    let checked = match typed.get("credential") {
        Some(credential) => by_passkey(&office, &asking, credential, typed.text("step")).await?,
        None => by_password(&office, &asking, &typed, wanted.second()).await?,
    };
    let recorded = match checked {
        Ok(checked) => office.run(move |ledger, pending| ledger.record_proven_again(pending, &checked)).await,
        Err(fault) => return again_page(&office, &asking, &wanted, Some(fault)).await,
    };
    match recorded {
        Ok(()) => {
            office.door.succeeded(&tried);
            office.sessions.prove(&asking.who.cookie, office.now());
            Ok(on_page(&asking, &wanted))
        }
        // A code that was taken already, a passkey that went back.
        Err(Failure::Refused(_)) => again_page(&office, &asking, &wanted, Some("page-again-wrong")).await,
        Err(other) => Err(other.into()),
    }
}

/// Goes on: to where somebody wanted to go, or with what was typed there.
fn on_page(asking: &Asking, wanted: &Wanted) -> Response {
    let mut kept =
        wanted.kept.all().filter_map(|(name, text)| Some((name.strip_prefix(KEPT)?, text))).peekable();
    if kept.peek().is_none() {
        return Redirect::to(local(&wanted.next)).into_response();
    }
    let body = html! {
        p { (asking.text("page-again-kept")) }
        form action=(local(&wanted.next)) method="post" {
            (carried("csrf", asking.form_token()))
            @for (name, text) in kept { (carried(name, text)) }
            (send(asking, "page-door-on"))
        }
    };
    page(asking, "page-again-done", None, &body)
}

async fn by_passkey(
    office: &Office,
    asking: &Asking,
    credential: &str,
    step: &str,
) -> Result<Result<Checked, &'static str>, Trouble> {
    let record = asking.who.officer.record;
    let site = office.site.as_ref().ok_or(Trouble::NotFound)?;
    let Ok(challenge) = office.asked(step, record) else { return Ok(Err("page-passkey-late")) };
    let Ok(given) = Given::read(credential) else { return Ok(Err("page-passkey-none")) };
    let given = Arc::new(given);
    let named = Arc::clone(&given);
    let known = office.run(move |ledger, _| ledger.passkey_of(&record, &named)).await?;
    Ok(known.check(site, &challenge, &given).map_err(|_| "page-passkey-wrong"))
}

async fn by_password(
    office: &Office,
    asking: &Asking,
    typed: &Typed,
    second: &'static Field,
) -> Result<Result<Checked, &'static str>, Trouble> {
    let (record, now) = (asking.who.officer.record, office.now());
    let (password, code) = (typed.text("password").to_owned(), typed.text(second.name).to_owned());
    let by_recovery = second.name == RECOVERY.name;
    let credentials = office.run(move |ledger, _| ledger.credentials_of(&record)).await?;
    let checked = office.slowly(move || {
        let second = if by_recovery { Second::Recovery(&code) } else { Second::Totp(&code) };
        credentials.check(&password, second, now)
    });
    Ok(checked.await?.map_err(|_| "page-again-wrong"))
}

/// Checks the password of who is signed in; else the key of what to say.
pub(super) async fn check_own_password(
    office: &Office,
    asking: &Asking,
    from: &Address,
    typed: &str,
) -> Result<Result<(), &'static str>, Trouble> {
    let tried = Tried::new(&asking.who.officer.name, from);
    if office.door.begin(&tried, office.now()).is_err() {
        return Ok(Err("page-door-later"));
    }
    let (record, typed) = (asking.who.officer.record, typed.to_owned());
    let credentials = office.run(move |ledger, _| ledger.credentials_of(&record)).await?;
    match office.slowly(move || credentials.check_password(&typed)).await? {
        Ok(_) => {
            office.door.succeeded(&tried);
            Ok(Ok(()))
        }
        Err(_) => Ok(Err("page-door-wrong-password")),
    }
}
