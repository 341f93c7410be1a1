//! Our own card: what we give a partner, and what we read out to it. It is public: anybody may take it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use comity_app::queries::CardPage;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::sign_in::picture;
use super::super::trouble::Trouble;
use super::digits;

pub(super) async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    let card = office.run(|ledger, _| Ok(ledger.show_card())).await?;
    let title = asking.text("page-own-card");
    let body = html! {
        p.mb-1.no-print { a href="/partners" { (asking.text("page-partners")) } }
        h1 { (title) }
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-partner-fingerprint")) }
            p { (asking.text("page-own-card-read")) }
            (digits(&card.fingerprint))
            @if let Some(picture) = picture(&card.fingerprint, &asking.text("page-own-card-qr")) { div.mt-3 { (picture) } }
        }
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-partner-card")) }
            (facts(&asking, &card))
            p.mt-3.no-print { a.btn.btn-primary href="/card-of-us/file" download { (asking.text("page-own-card-take")) } }
            p.form-hint.no-print { (asking.text("page-own-card-take-hint")) }
        }
    };
    Ok(Page::new(title).of("partners").around(&asking, &body))
}

/// The card as a file.
pub(super) async fn file(State(office): State<Arc<Office>>, _: Asking) -> Result<Response, Trouble> {
    let (label, bytes) = office
        .run(|ledger, _| {
            let card = ledger.own_card();
            Ok((card.facts().label.to_string(), card.bytes().to_vec()))
        })
        .await?;
    let headers = [
        (CONTENT_TYPE, "application/vnd.comity.card.v1+cbor".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{label}.card\"")),
    ];
    Ok((headers, bytes).into_response())
}

/// What a card says of its agency.
pub(super) fn facts(asking: &Asking, card: &CardPage) -> Markup {
    let comma = asking.text("page-list-comma");
    html! {
        dl.facts {
            div {
                dt { (asking.text("page-card-names")) }
                dd { @for (language, name) in &card.names { div lang=(language) { (name) } } }
            }
            div { dt { (asking.text("page-card-kind")) } dd { (kind(asking, &card.kind)) } }
            @if !card.competences.is_empty() {
                div { dt { (asking.text("page-card-competences")) } dd { (card.competences.join(&comma)) } }
            }
            div { dt { (asking.text("page-partner-place")) } dd { (card.place) } }
            div { dt { (asking.text("page-card-label")) } dd { (card.label) } }
            div { dt { (asking.text("page-card-number")) } dd { (card.number) } }
            div {
                dt { (asking.text("page-card-endpoints")) }
                dd {
                    @if card.endpoints.is_empty() { (asking.text("page-card-endpoints-none")) }
                    (card.endpoints.join(&comma))
                }
            }
        }
    }
}

/// What an agency is, in words where there are any.
fn kind(asking: &Asking, code: &str) -> String {
    let key = format!("page-agency-{code}");
    if asking.words.has(&key) { asking.text(&key) } else { code.to_owned() }
}
