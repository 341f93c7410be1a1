//! What the forms of these pages are made of: a field with its label, hint and fault; a picture that an authenticator reads.

use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use maud::{Markup, html};
use qrcode::{Color, QrCode};

use super::super::asking::Reading;
use super::super::frame::Page;

/// One field of a form.
pub(crate) struct Field {
    /// Its name, which its texts hang on.
    pub(crate) name: &'static str,
    /// What browsers and password stores know it as.
    pub(crate) autocomplete: &'static str,
    /// Whether what is typed is not shown.
    pub(crate) hidden: bool,
    /// Whether it takes digits.
    pub(crate) digits: bool,
}

impl Field {
    pub(crate) const fn new(name: &'static str, autocomplete: &'static str) -> Self {
        Self { name, autocomplete, hidden: false, digits: false }
    }

    pub(crate) const fn password(name: &'static str, autocomplete: &'static str) -> Self {
        Self { name, autocomplete, hidden: true, digits: false }
    }

    pub(crate) const CODE: Self =
        Self { name: "code", autocomplete: "one-time-code", hidden: false, digits: true };

    /// The field, with what was typed before and what is wrong with it. Nothing secret is sent back.
    pub(crate) fn draw(&self, reading: &Reading, typed: &str, fault: Option<&str>) -> Markup {
        let (id, hint) = (format!("f-{}", self.name), format!("page-door-{}-hint", self.name));
        let hint = reading.words.has(&hint).then(|| reading.text(&hint));
        let described: Vec<_> = [(hint.is_some(), "hint"), (fault.is_some(), "wrong")]
            .iter()
            .filter(|(there, _)| *there)
            .map(|(_, what)| format!("{id}-{what}"))
            .collect();
        html! {
            div.mb-3 .has-error[fault.is_some()] {
                label.form-label for=(id) { (reading.text(&format!("page-door-{}", self.name))) }
                @if let Some(hint) = &hint { div.form-hint id={ (id) "-hint" } { (hint) } }
                @if let Some(fault) = fault { p.field-error id={ (id) "-wrong" } { (reading.text(fault)) } }
                input.form-control id=(id) name=(self.name) type=(if self.hidden { "password" } else { "text" })
                    value=[(!self.hidden && !self.digits).then_some(typed)] autocomplete=(self.autocomplete)
                    inputmode=[self.digits.then_some("numeric")] autocapitalize="none" spellcheck="false"
                    maxlength="1024" required aria-invalid=[fault.map(|_| "true")]
                    aria-describedby=[(!described.is_empty()).then(|| described.join(" "))];
            }
        }
    }
}

/// A field that is not shown.
pub(crate) fn carried(name: &str, value: &str) -> Markup {
    html! { input type="hidden" name=(name) value=(value); }
}

/// The button that sends a form.
pub(crate) fn send(reading: &Reading, key: &str) -> Markup {
    html! { button.btn.btn-primary type="submit" { (reading.text(key)) } }
}

/// A page of these, narrow; with a fault it says so in its status and title.
pub(crate) fn page(reading: &Reading, title: &str, fault: Option<&str>, body: &Markup) -> Response {
    let title = reading.text(title);
    let body = html! { div.row.justify-content-center { div."col-12"."col-md-8"."col-lg-6" {
        h1 { (title) }
        @if let Some(fault) = fault { p.field-error role="alert" { (reading.text(fault)) } }
        (body)
    } } };
    let page = Page::new(title).faulty(fault.is_some()).around(reading, &body);
    let status = match fault {
        None => StatusCode::OK,
        Some("page-door-later") => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
    };
    (status, page).into_response()
}

/// A text as a picture of squares; `None` where it is too long for one.
pub(crate) fn picture(text: &str, label: &str) -> Option<Markup> {
    let code = QrCode::new(text.as_bytes()).ok()?;
    let (wide, quiet) = (code.width(), 4);
    let side = wide + 2 * quiet;
    let dark = code.to_colors().into_iter().enumerate().filter(|(_, color)| *color == Color::Dark);
    let squares: String =
        dark.map(|(i, _)| format!("M{} {}h1v1h-1z", i % wide + quiet, i / wide + quiet)).collect();
    Some(html! {
        svg role="img" aria-label=(label) width="240" height="240" viewBox={ "0 0 " (side) " " (side) }
            shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(squares) fill="#000" {}
        }
    })
}
