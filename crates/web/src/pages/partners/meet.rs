//! Meeting a partner, first step: its card, from a file or from where its node shows it.
//!
//! The card travels to the next step in a hidden field: nothing is kept before the fingerprints have been compared.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use comity_app::authorise::Doing;
use comity_journal::card::Card;
use data_encoding::BASE64;
use maud::html;

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::compare::{self, Fault, faults, input};
use crate::public::fetch_card;

pub(super) async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    asking.permit(&office, Doing::ManagePartners).await?;
    Ok(page(&asking, &Typed::default(), &[]))
}

fn page(asking: &Asking, typed: &Typed, wrong: &[Fault]) -> Framed {
    let title = asking.text("page-meet");
    let body = html! {
        p.mb-1 { a href="/partners" { (asking.text("page-partners")) } }
        h1 { (title) }
        (faults(asking, wrong, &|_| None))
        p { (asking.text("page-meet-what")) }
        form.act-form action="/partners/meet" method="post" enctype="multipart/form-data" novalidate {
            input type="hidden" name="csrf" value=(asking.form_token());
            div.mb-3 .has-error[wrong.iter().any(|fault| fault.field == "card")] {
                label.form-label for="f-card" { (asking.text("page-meet-card")) }
                div.form-hint { (asking.text("page-meet-card-hint")) }
                input.form-control #f-card type="file" name="card";
            }
            (input(asking, "address", &asking.text("page-meet-address"), typed.text("address"), wrong))
            p.form-hint { (asking.text_with("page-meet-address-hint", &[("example", "http://node.example:7800")])) }
            div.d-flex.flex-wrap.gap-2.mt-3 {
                button.btn.btn-primary type="submit" { (asking.text("page-meet-compare-next")) }
                a.btn.btn-link href="/partners" { (asking.text("page-form-leave")) }
            }
        }
    };
    Page::new(title).of("partners").faulty(!wrong.is_empty()).around(asking, &body)
}

/// Reads the card and goes on to the comparison.
pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    // Only who may meet partners makes this node ask an address for its card.
    asking.permit(&office, Doing::ManagePartners).await?;
    let again = |field: &'static str, key: &'static str| {
        Ok(Fault::answer(page(&asking, &typed, &[Fault::at(field, key)])))
    };
    let address = typed.text("address").trim();
    let bytes = match (typed.get("card.data"), address) {
        (Some(data), _) => BASE64.decode(data.as_bytes()).unwrap_or_default(),
        (None, "") => return again("card", "page-meet-nothing"),
        (None, address) if !address.starts_with("http://") => {
            return again("address", "page-meet-address-form");
        }
        (None, address) => match fetch_card(address).await {
            Ok(bytes) => bytes,
            Err(_) => return again("address", "page-meet-unreachable"),
        },
    };
    let Ok(card) = Card::read(&bytes) else {
        let field = if address.is_empty() { "card" } else { "address" };
        return again(field, "page-meet-no-card");
    };
    let ours = office.run(|ledger, _| Ok(ledger.own_card().fingerprint())).await?;
    Ok(compare::page(&asking, &card, &ours, &Typed::default(), &[]).into_response())
}
