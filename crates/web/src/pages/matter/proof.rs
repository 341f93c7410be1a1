//! Show proof: the verifier run on the bytes that are stored, and the proof file to take away.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use comity_app::queries::MatterProof;
use comity_journal::verify::{ActFact, Findings, Outcome};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when;

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    let (number, kind, proof) = office.run(move |ledger, _| ledger.check_for(&officer, &number)).await?;
    let title = asking.text_with("page-proof", &[("number", &number)]);
    let body = html! {
        p.crumbs { a href={ "/m/" (number) } { (number) } }
        h1 { (title) }
        (verdict(&asking, &proof))
        @if let Some(findings) = &proof.findings {
            (acts(&asking, &kind, findings))
            form action={ "/m/" (number) "/proof/file" } method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                button.btn.btn-primary type="submit" { (asking.text("page-proof-take")) }
                p.form-hint { (asking.text("page-proof-take-hint")) }
            }
        }
    };
    Ok(Page::new(title).of("matters").faulty(!proof.holds()).around(&asking, &body))
}

/// Green where everything stored holds; red with the entries that do not.
fn verdict(asking: &Asking, proof: &MatterProof) -> Markup {
    html! {
        @if proof.holds() {
            div.proof-ok role="status" {
                p { strong { (asking.text("page-proof-holds")) } }
                p { (asking.text("page-proof-holds-what")) }
            }
        } @else {
            div.proof-bad role="alert" {
                p { strong { (asking.text("page-proof-broken")) } }
                ul {
                    @for broken in &proof.broken {
                        li { (asking.text("page-proof-entry")) " " code { (broken) } (asking.text("page-colon"))
                            (asking.text("page-proof-entry-changed")) }
                    }
                    @if let Some(Findings { outcome: Outcome::Broken(problems), .. }) = &proof.findings {
                        @for problem in problems { li lang="en" { (problem) } }
                    }
                }
                p { (asking.text("page-proof-broken-what")) }
            }
        }
    }
}

fn acts(asking: &Asking, kind: &str, findings: &Findings) -> Markup {
    let mut acts: Vec<_> = findings.acts.iter().collect();
    acts.sort_by_key(|act| (act.at, act.entry.hash));
    html! {
        h2 { (asking.text("page-proof-acts")) }
        ol.list-unstyled { @for act in acts { (act_fact(asking, kind, act, findings)) } }
    }
}

fn act_fact(asking: &Asking, kind: &str, act: &ActFact, findings: &Findings) -> Markup {
    let label =
        |agency| findings.agency(agency).map_or_else(|| agency.to_string(), |fact| fact.label.to_string());
    html! {
        li.card.card-body.mb-2 id={ "e-" (act.entry.hash) } {
            h3 { (asking.words.act(kind, act.act.as_str())) }
            dl.facts {
                div { dt { (asking.text("page-proof-author")) } dd { (label(&act.author)) } }
                div { dt { (asking.text("page-proof-at")) } dd { (when(&asking.words, act.at)) } }
                div { dt { (asking.text("page-proof-key")) } dd {
                    @match act.card {
                        Some(number) => (asking.text_with("page-proof-card", &[("number", &number.to_string())])),
                        None => (asking.text("page-proof-no-card")),
                    }
                } }
                @if let Some(logged) = act.logged {
                    div { dt { (asking.text("page-proof-logged")) } dd { (when(&asking.words, logged.at)) } }
                }
                div { dt { (asking.text("page-proof-receipts")) } dd {
                    @if act.receipts.is_empty() { (asking.text("page-proof-no-receipt")) }
                    @for receipt in &act.receipts { (label(&receipt.by)) " " (when(&asking.words, receipt.at)) br; }
                } }
                div { dt { (asking.text("page-proof-hash")) } dd { code.hash { (act.entry.hash) } } }
            }
        }
    }
}

/// The proof file: hashes and signatures only, so nothing of the content leaves.
pub(super) async fn file(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(number): Path<String>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let officer = asking.officer();
    let (number, proof) = office
        .run(move |ledger, _| {
            let matter = ledger.seen_by(&officer, &number)?;
            let number = ledger.number_for(&officer, &matter)?;
            Ok((number, ledger.export_proof(&matter, false)?))
        })
        .await?;
    let name = format!("attachment; filename=\"{number}.proof\"");
    Ok(([(CONTENT_TYPE, "application/octet-stream".to_owned()), (CONTENT_DISPOSITION, name)], proof)
        .into_response())
}
