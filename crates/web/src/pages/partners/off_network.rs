//! A partner that has no node: it answers by letter, telephone or another network, and we record what it says.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::Failure;
use comity_app::authorise::Doing;
use maud::html;

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::compare::{Fault, faults, input};

/// The act whose fields are asked.
const ACT: &str = "add-off-network";
const FIELDS: [&str; 3] = ["name", "place", "reached"];

pub(super) async fn show(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    asking.permit(&office, Doing::ManagePartners).await?;
    Ok(page(&asking, &Typed::default(), &[]))
}

fn page(asking: &Asking, typed: &Typed, wrong: &[Fault]) -> Framed {
    let title = asking.text("page-off-network");
    let label = |field: &str| asking.words.field("partner", ACT, field);
    let body = html! {
        p.mb-1 { a href="/partners" { (asking.text("page-partners")) } }
        h1 { (title) }
        (faults(asking, wrong, &|field| Some(label(field))))
        p { (asking.text("page-off-network-what")) }
        form.act-form action="/partners/off-network" method="post" novalidate {
            input type="hidden" name="csrf" value=(asking.form_token());
            @for field in FIELDS { (input(asking, field, &label(field), typed.text(field), wrong)) }
            div.d-flex.flex-wrap.gap-2.mt-3 {
                button.btn.btn-primary type="submit" { (asking.words.act("partner", ACT)) }
                a.btn.btn-link href="/partners" { (asking.text("page-form-leave")) }
            }
        }
    };
    Page::new(title).of("partners").faulty(!wrong.is_empty()).around(asking, &body)
}

pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    asking.permit(&office, Doing::ManagePartners).await?;
    let missing = FIELDS.into_iter().filter(|field| typed.text(field).trim().is_empty());
    let wrong: Vec<_> = missing.map(|field| Fault::at(field, "fault-missing")).collect();
    if !wrong.is_empty() {
        return Ok(Fault::answer(page(&asking, &typed, &wrong)));
    }
    let [name, place, reached] = FIELDS.map(|field| typed.text(field).trim().to_owned());
    let officer = asking.officer();
    let added = office.run(move |ledger, pending| {
        let record = ledger.add_off_network_partner(pending, &name, &place, &reached, &officer)?;
        Ok(comity_journal::ids::AgencyId::from_bytes(*record.as_bytes()))
    });
    match added.await {
        Ok(agency) => Ok(Redirect::to(&format!("/partners/{agency}?said=added")).into_response()),
        Err(Failure::Usage(_)) => {
            Ok(Fault::answer(page(&asking, &typed, &[Fault::at("name", "page-meet-name-taken")])))
        }
        Err(other) => Err(other.into()),
    }
}
