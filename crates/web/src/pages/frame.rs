//! What stands around every page: head, skip link, navigation, search, language and light.

use axum::http::HeaderName;
use axum::response::{Html, IntoResponse, Response};
use comity_app::authorise::Doing;
use comity_domain::words::Lang;
use maud::{DOCTYPE, Markup, html};

use super::asking::{Reading, Theme, Who};
use super::files;

/// An entry of the navigation: key of its text, path, the letter after `g`, and what it is only offered to those who may.
const NAVIGATION: &[(&str, &str, &str, Option<Doing>)] = &[
    ("home", "/", "g h", None),
    ("work", "/work", "g w", None),
    ("intake", "/intake", "g i", Some(Doing::Intake)),
    ("matters", "/matters", "g m", None),
    ("evidence", "/evidence", "g e", None),
    ("partners", "/partners", "g p", None),
    ("audit", "/audit", "g a", Some(Doing::SeeAudit)),
    ("journal", "/journal", "g j", Some(Doing::SeeJournal)),
    ("node", "/node", "g n", Some(Doing::SeeJournal)),
    ("officers", "/officers", "g o", Some(Doing::ManageOfficers)),
];

/// The entries for whoever reads.
fn navigation(reading: &Reading) -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let may = |doing| reading.who.as_ref().is_some_and(|who| who.officer.reach(doing).is_some());
    let offered = NAVIGATION.iter().filter(move |(.., doing)| doing.is_none_or(&may));
    offered.map(|(name, path, keys, _)| (*name, *path, *keys))
}

/// A page before its frame is put around it.
pub(crate) struct Page {
    title: String,
    faulty: bool,
    section: &'static str,
}

impl Page {
    /// A page with this title.
    pub(crate) fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), faulty: false, section: "" }
    }

    /// Which entry of the navigation it belongs to.
    pub(crate) fn of(mut self, section: &'static str) -> Self {
        self.section = section;
        self
    }

    /// Something on it has to be mended: its title says so first.
    pub(crate) fn faulty(mut self, faulty: bool) -> Self {
        self.faulty = faulty;
        self
    }

    /// The whole page.
    pub(crate) fn around(&self, reading: &Reading, body: &Markup) -> Framed {
        let text = |key: &str| reading.text(key);
        let theme = (reading.theme != Theme::System).then(|| reading.theme.code());
        let markup = html! {
            (DOCTYPE)
            html lang=(reading.lang().tag()) data-bs-theme=[theme] {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content=(color_scheme(reading.theme));
                    meta name="robots" content="noindex";
                    title {
                        @if self.faulty { (text("page-title-error")) " " }
                        (self.title) " · " (text("page-product"))
                    }
                    link rel="icon" href=(files::icon_path()) type="image/svg+xml";
                    link rel="stylesheet" href=(files::stylesheet_path());
                    script src=(files::script_path()) defer {}
                }
                body data-island="keyboard times" {
                    a.skip href="#main" { (text("page-skip")) }
                    div.page {
                        (header(reading, self.section))
                        @if let Some(who) = &reading.who { (bell(reading, who)) }
                        div.page-wrapper {
                            main.page-body #main tabindex="-1" { div.container-fluid { (body) } }
                        }
                        (footer(reading))
                    }
                    @if reading.who.is_some() { (live(reading)) }
                    (keyboard_help(reading))
                }
            }
        };
        Framed(markup)
    }
}

/// A page with its frame.
pub(crate) struct Framed(Markup);

impl IntoResponse for Framed {
    fn into_response(self) -> Response {
        ([(HeaderName::from_static("vary"), "Cookie, Accept-Language")], Html(self.0.into_string()))
            .into_response()
    }
}

const fn color_scheme(theme: Theme) -> &'static str {
    match theme {
        Theme::System => "light dark",
        Theme::Light => "light",
        Theme::Dark => "dark",
    }
}

fn header(reading: &Reading, section: &str) -> Markup {
    html! {
        header.no-print {
            @if reading.demo {
                p.bg-secondary-lt.text-center.m-0.p-1.small { (reading.text("page-demo-banner")) }
            }
            div.navbar { div.container-fluid {
                a.navbar-brand href="/" { (reading.text("page-product")) }
                @if let Some(who) = &reading.who { (search(reading, who)) }
                div.tools {
                    (switches(reading))
                    @if let Some(who) = &reading.who { (account(reading, who)) }
                }
            } }
            @if reading.who.is_some() {
                nav.border-bottom aria-label=(reading.text("page-nav")) { div.container-fluid {
                    ul.nav {
                        @for (name, path, keys) in navigation(reading) {
                            li.nav-item {
                                a.nav-link href=(path) data-key=(keys)
                                    aria-current=[(name == section).then_some("page")] {
                                    (reading.text(&format!("page-nav-{name}")))
                                }
                            }
                        }
                    }
                } }
            }
        }
    }
}

/// What rings, on every page until somebody takes note of it; also where no script runs.
pub(crate) fn bell(reading: &Reading, who: &Who) -> Markup {
    let rings = html! {
        @for ringing in &who.rings {
            p.alert.alert-danger.m-0.rounded-0 role="alert" id={ "ring-" (ringing.number) } {
                strong { (reading.text("page-bell")) }
                " " a.alert-link href={ "/m/" (ringing.number) } { (ringing.number) }
                (reading.text("page-colon"))
                (reading.text(if ringing.waits { "page-bell-waits" } else { "page-bell-come" }))
            }
        }
    };
    html! { div.no-print data-island="bell" { (kept_fresh("bell", "/bell", &rings)) } }
}

fn search(reading: &Reading, who: &Who) -> Markup {
    html! {
        form action="/search" method="post" role="search" {
            input type="hidden" name="csrf" value=(who.form_token);
            label.visually-hidden for="search" { (reading.text("page-search")) }
            input.form-control #search type="search" name="q" placeholder=(reading.text("page-search"))
                autocomplete="off" maxlength="200" data-search;
        }
    }
}

fn account(reading: &Reading, who: &Who) -> Markup {
    html! {
        a.nav-link href="/account" lang=[name_language(&who.officer.name)] { (who.officer.name) }
        form action="/sign-out" method="post" {
            input type="hidden" name="csrf" value=(who.form_token);
            button.btn.btn-link.btn-sm type="submit" { (reading.text("page-sign-out")) }
        }
    }
}

/// The other language, and the other lights.
fn switches(reading: &Reading) -> Markup {
    let other = if reading.lang() == Lang::Zh { Lang::En } else { Lang::Zh };
    let name = if other == Lang::Zh { "中文" } else { "English" };
    html! {
        form.d-flex.flex-wrap.align-items-center action="/choices" method="post" {
            input type="hidden" name="back" value=(reading.path);
            button.btn.btn-link.btn-sm type="submit" name="lang" value=(other.code()) lang=(other.tag()) { (name) }
            @for theme in Theme::ALL {
                @if theme != reading.theme {
                    button.btn.btn-link.btn-sm type="submit" name="theme" value=(theme.code()) {
                        (reading.text(&format!("page-theme-{}", theme.code())))
                    }
                }
            }
        }
    }
}

fn footer(reading: &Reading) -> Markup {
    html! {
        footer.footer.footer-transparent.no-print { div.container-fluid {
            (reading.text("page-footer")) " " a href="/help" { (reading.text("page-help")) }
        } }
    }
}

/// Where it is said that something has come; what it is, the page asks for again.
fn live(reading: &Reading) -> Markup {
    html! {
        div.no-print data-island="live" data-live="/live" data-say=(reading.text("page-live-changed")) {
            p.live-note role="status" {}
        }
    }
}

fn keyboard_help(reading: &Reading) -> Markup {
    html! {
        template #keyboard-help {
            h2 #keyboard-help-title { (reading.text("page-keyboard")) }
            (keys(reading))
            button.btn.btn-primary type="button" { (reading.text("page-close")) }
        }
    }
}

/// What of a page asks for itself again, at `address`, when something changed. It is changed in place: whoever is in one
/// of its rows stays there, what somebody opened or types stays open and typed. A row that may move needs an id.
pub(crate) fn kept_fresh(id: &str, address: &str, body: &Markup) -> Markup {
    html! {
        div id=(id) hx-get=(address) hx-trigger="changed from:body" hx-select={ "#" (id) } hx-swap="outerMorph" { (body) }
    }
}

/// Every key and what it does.
pub(crate) fn keys(reading: &Reading) -> Markup {
    let line = |keys: &str, what: String| {
        html! { div { dt { @for key in keys.split(' ') { kbd.key { (key) } " " } } dd { (what) } } }
    };
    html! {
        dl.facts {
            (line("?", reading.text("page-keyboard-help")))
            (line("/", reading.text("page-keyboard-search")))
            (line("j k", reading.text("page-keyboard-rows")))
            @for (name, _, keys) in navigation(reading) { (line(keys, reading.text(&format!("page-nav-{name}")))) }
        }
    }
}

/// The language of a name by its script, so that it is read out and drawn as what it is.
pub(crate) fn name_language(name: &str) -> Option<&'static str> {
    let of = |c: char| match u32::from(c) {
        0x4e00..=0x9fff | 0x3400..=0x4dbf => Some("zh"),
        0x1000..=0x109f => Some("my"),
        0x0e00..=0x0e7f => Some("th"),
        0x0e80..=0x0eff => Some("lo"),
        0x1780..=0x17ff => Some("km"),
        0x0400..=0x04ff => Some("ru"),
        0x0600..=0x06ff => Some("ar"),
        0x3040..=0x30ff => Some("ja"),
        0xac00..=0xd7af => Some("ko"),
        _ => None,
    };
    name.chars().find_map(of)
}
