//! Who asks for a page, in which language and light: read from the request before any page is made.

use std::convert::Infallible;
use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::header::{ACCEPT_LANGUAGE, COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method};
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::authorise::Doing;
use comity_app::people::Officer;
use comity_app::queries::Ringing;
use comity_domain::words::{Lang, Words};

use super::office::Office;
use super::trouble::Trouble;
use crate::session::Session;

/// The cookie of the language.
pub(crate) const LANG: &str = "comity-lang";
/// The cookie of the light.
pub(crate) const THEME: &str = "comity-theme";

/// Light or dark; following the system where neither was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) const fn code(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.code() == code)
    }
}

/// How somebody reads: known of everybody, signed in or not.
#[derive(Clone)]
pub(crate) struct Reading {
    pub(crate) words: Arc<Words>,
    pub(crate) theme: Theme,
    /// The path asked for, to come back to after a choice.
    pub(crate) path: String,
    /// Whether this is a demonstration.
    pub(crate) demo: bool,
    /// Who is signed in, where somebody is.
    pub(crate) who: Option<Arc<Who>>,
}

/// An officer who is signed in.
pub(crate) struct Who {
    pub(crate) officer: Officer,
    /// What rings for the officer.
    pub(crate) rings: Vec<Ringing>,
    pub(crate) session: Session,
    pub(crate) cookie: String,
    /// What every form of this page carries.
    pub(crate) form_token: String,
}

impl Reading {
    pub(crate) fn lang(&self) -> Lang {
        self.words.lang()
    }

    pub(crate) fn text(&self, key: &str) -> String {
        self.words.text(key)
    }

    pub(crate) fn text_with(&self, key: &str, variables: &[(&str, &str)]) -> String {
        self.words.text_with(key, variables)
    }

    /// Reads who asks and how; never fails: what cannot be told is the default.
    pub(crate) async fn of(parts: &Parts, office: &Office) -> Self {
        let cookie = |name: &str| cookie(&parts.headers, name);
        let chosen = cookie(LANG).and_then(|code| Lang::from_tag(&code));
        let lang = chosen.unwrap_or_else(|| accepted(&parts.headers));
        let theme = cookie(THEME).and_then(|code| Theme::from_code(&code)).unwrap_or(Theme::System);
        let who = match cookie(&office.session_cookie) {
            Some(cookie) => signed_in(office, cookie).await,
            None => None,
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Self { words: Arc::clone(office.words(lang)), theme, path, demo: office.demo, who }
    }
}

async fn signed_in(office: &Office, cookie: String) -> Option<Arc<Who>> {
    let session = office.sessions.find(&cookie, office.now())?;
    // Roles are read anew at every request: who was dismissed is out at once.
    let (officer, rings) = office.officer(session.officer).await.ok()??;
    if officer.endings != session.endings {
        office.sessions.end(&cookie);
        return None;
    }
    let form_token = office.draw(|entropy| session.form_token.masked(entropy));
    Some(Arc::new(Who { officer, rings, session, cookie, form_token }))
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let all = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned())
}

/// The first language of the browser that there are pages in.
fn accepted(headers: &HeaderMap) -> Lang {
    let wanted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let tags = wanted.split(',').map(|tag| tag.split(';').next().unwrap_or_default().trim());
    tags.filter_map(Lang::from_tag).next().unwrap_or_default()
}

impl FromRequestParts<Arc<Office>> for Reading {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Infallible> {
        // The guard has read it already for every request that came through it.
        if let Some(reading) = parts.extensions.get::<Self>() {
            return Ok(reading.clone());
        }
        Ok(Self::of(parts, office).await)
    }
}

/// A signed-in officer with how they read. Whoever is not signed in is sent to sign in.
#[derive(Clone)]
pub(crate) struct Asking {
    pub(crate) reading: Reading,
    pub(crate) who: Arc<Who>,
}

impl std::ops::Deref for Asking {
    type Target = Reading;
    fn deref(&self) -> &Reading {
        &self.reading
    }
}

impl Asking {
    pub(crate) fn officer(&self) -> Officer {
        self.who.officer.clone()
    }

    /// What every form of this page carries.
    pub(crate) fn form_token(&self) -> &str {
        &self.who.form_token
    }

    /// Whether the officer may do this anywhere, so that a page can leave out what leads nowhere.
    pub(crate) fn may(&self, doing: Doing) -> bool {
        self.who.officer.reach(doing).is_some()
    }

    /// Refuses who may not do this anywhere; that they tried is recorded.
    pub(crate) async fn permit(&self, office: &Office, doing: Doing) -> Result<(), Trouble> {
        let officer = self.officer();
        Ok(office.run(move |ledger, pending| ledger.permit(pending, &officer, doing, None)).await?)
    }

    /// An agency as a page names it: the partner's own name, or that it is ours.
    pub(crate) fn agency(&self, name: &str) -> String {
        if name == "us" { self.text("page-us") } else { name.to_owned() }
    }

    /// Refuses a form that another page made.
    pub(crate) fn check_form(&self, token: Option<&str>) -> Result<(), Trouble> {
        let ours = token.is_some_and(|token| self.who.session.form_token.is_under(token));
        if ours { Ok(()) } else { Err(Trouble::StaleForm) }
    }
}

impl FromRequestParts<Arc<Office>> for Asking {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Response> {
        let Ok(reading) = <Reading as FromRequestParts<_>>::from_request_parts(parts, office).await;
        match reading.who.clone() {
            Some(who) => Ok(Self { reading, who }),
            None => Err(to_sign_in(parts)),
        }
    }
}

impl OptionalFromRequestParts<Arc<Office>> for Asking {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Option<Self>, Infallible> {
        let Ok(reading) = <Reading as FromRequestParts<_>>::from_request_parts(parts, office).await;
        Ok(reading.who.clone().map(|who| Self { reading, who }))
    }
}

fn to_sign_in(parts: &Parts) -> Response {
    // Only a page that can be asked for again is come back to; the query may hold what somebody searched for.
    let back = (parts.method == Method::GET).then(|| parts.uri.path()).filter(|path| *path != "/");
    match back {
        Some(path) => Redirect::to(&format!("/sign-in?next={path}")).into_response(),
        None => Redirect::to("/sign-in").into_response(),
    }
}
