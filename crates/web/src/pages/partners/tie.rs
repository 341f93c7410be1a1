//! An agency without a node gets one: on the page of its record, which partner it is; on the page of a partner, which record of
//! theirs was about us. Each takes two people, the second of whom says the same again.
//!
//! Not here: what follows in the matters (`Ledger::link_partner`, `Ledger::claim_record`).

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::Redirect;
use comity_app::authorise::Doing;
use comity_app::commands::Tied;
use comity_app::queries::PartnerPage;
use comity_journal::ids::AgencyId;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::name_language;
use super::super::office::Office;
use super::super::sign_in::prove_for;
use super::super::trouble::Trouble;
use super::super::typed::Typed;

/// What is tied, what waits for a second person and what can be said.
pub(super) fn section(asking: &Asking, page: &PartnerPage) -> Markup {
    let (tie, line) = (&page.tie, &page.line);
    let may = asking.may(Doing::ManagePartners) && line.partnership == "confirmed";
    let told = tie.linked.is_some() || tie.proposed.is_some() || !tie.offered.is_empty();
    html! {
        @if told || line.off_network && may && !tie.could_be.is_empty() {
            section.card.card-body.mb-2 aria-labelledby="tie" {
                h2.card-title #tie { (asking.text(if line.off_network { "page-tie-link" } else { "page-tie-claim" })) }
                @if let Some(linked) = &tie.linked {
                    p {
                        (asking.text("page-tie-linked")) (asking.text("page-colon"))
                        a href={ "/partners/" (linked.agency) } lang=[name_language(&linked.name)] { (linked.name) }
                    }
                }
                @if let Some(proposed) = &tie.proposed {
                    p {
                        (asking.text("page-tie-proposed")) (asking.text("page-colon"))
                        span lang=[name_language(&proposed.name)] { (proposed.name) }
                        @if let Some(by) = &proposed.by { " · " span lang=[name_language(by)] { (by) } }
                    }
                }
                @if line.off_network && may && tie.linked.is_none() { (link(asking, page)) }
                @for party in &tie.offered { (offered(asking, page, party, may)) }
            }
        }
    }
}

/// Which partner with a node it is.
fn link(asking: &Asking, page: &PartnerPage) -> Markup {
    let proposed = page.tie.proposed.as_ref().map(|proposed| proposed.with);
    html! {
        p { (asking.text("page-tie-link-what")) }
        form action={ "/partners/" (page.line.agency) "/link" } method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            label.form-label for="f-with" { (asking.text("page-tie-with")) }
            select.form-select.mb-2 #f-with name="with" {
                @for known in &page.tie.could_be {
                    option value=(known.agency) selected[proposed == Some(known.agency)] { (known.name) }
                }
            }
            button.btn.btn-primary type="submit" {
                (asking.words.act("partner", if proposed.is_some() { "link" } else { "propose-link" }))
            }
        }
    }
}

/// A record that a partner hands over to us.
fn offered(asking: &Asking, page: &PartnerPage, party: &AgencyId, may: bool) -> Markup {
    let proposed = page.tie.proposed.as_ref().is_some_and(|proposed| proposed.with == *party);
    let short: String = party.to_string().chars().take(12).collect();
    html! {
        p { (asking.text_with("page-tie-offered", &[("partner", &page.line.name)])) " " code { (short) } }
        p.form-hint { (asking.text("page-tie-claim-what")) }
        @if may {
            form action={ "/partners/" (page.line.agency) "/claim" } method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                input type="hidden" name="record" value=(party);
                button.btn.btn-primary type="submit" {
                    (asking.words.act("partner", if proposed { "claim" } else { "propose-claim" }))
                }
            }
        }
    }
}

/// Says that a partner without a node is one that has one.
pub(super) async fn take_link(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    asking.permit(&office, Doing::ManagePartners).await?;
    prove_for(&office, &asking, "partner", "link")?;
    let (officer, with, named) = (asking.officer(), typed.text("with").to_owned(), agency.clone());
    let tied = office.run(move |ledger, pending| {
        let (partner, with) = (ledger.partner(&named)?, ledger.partner(&with)?);
        ledger.link_partner(pending, &partner, &with, &officer)
    });
    said(&office, &agency, tied.await?)
}

/// Says that a record which the partner kept is about us.
pub(super) async fn take_claim(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    asking.permit(&office, Doing::ManagePartners).await?;
    prove_for(&office, &asking, "partner", "claim")?;
    let (officer, record, named) = (asking.officer(), typed.text("record").to_owned(), agency.clone());
    let tied = office.run(move |ledger, pending| {
        let partner = ledger.partner(&named)?;
        ledger.claim_record(pending, &partner, Some(&record), &officer)
    });
    said(&office, &agency, tied.await?)
}

/// Wakes delivery where something was handed over, and goes back to the partner.
fn said(office: &Office, agency: &str, tied: Tied) -> Result<Redirect, Trouble> {
    if matches!(tied, Tied::Confirmed(_)) {
        office.outside.wake();
    }
    let agency = AgencyId::from_hex(agency).ok_or(Trouble::NotFound)?;
    Ok(Redirect::to(&format!("/partners/{agency}?said=changed")))
}
