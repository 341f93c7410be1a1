//! The receipt of one act on paper: who signed it, in whose journals it stands since when, in Chinese and English side by side.
//!
//! It is made from what the verifier found in the stored bytes at this moment, so a changed record gets none. It says
//! *stored* and nothing more. Its picture holds the hash of the entry: `comity verify FILE.proof --entry` takes it, and so
//! does the search of any desk that may see the matter.

use std::sync::Arc;

use axum::extract::{Path, State};
use comity_domain::words::{Lang, Words};
use comity_journal::ids::AgencyId;
use comity_journal::scan::to_scan;
use comity_journal::verify::{ActFact, Findings, InLog};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::sign_in::picture;
use super::super::trouble::Trouble;
use super::super::when::when;

/// What a receipt is printed from.
struct Receipt<'a> {
    number: &'a str,
    kind: &'static str,
    act: &'a ActFact,
    findings: &'a Findings,
}

/// The receipt of an entry, where everything that vouches for it holds.
pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, entry)): Path<(String, String)>,
) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    let (number, kind, proof) = office
        .run(move |ledger, _| {
            let matter = ledger.seen_by(&officer, &number)?;
            let number = ledger.number_for(&officer, &matter)?;
            Ok((number, ledger.matter(&matter)?.kind(), ledger.check_matter(&matter)?))
        })
        .await?;
    let holds = proof.holds();
    let findings = proof.findings.as_ref();
    let act = findings.and_then(|f| f.acts.iter().find(|act| act.entry.hash.to_string() == entry));
    let title = asking.text_with("page-receipt-of", &[("number", &number)]);
    let body = html! {
        p.mb-1.no-print {
            a href={ "/m/" (number) } { (number) }
        }
        h1 { (title) }
        @match (act, findings) {
            (Some(act), Some(findings)) if holds => {
                (sheet(&office, &Receipt { number: &number, kind, act, findings }))
                p.no-print { (asking.text("page-receipt-print")) }
            }
            _ => div.proof-bad role="alert" {
                strong { (asking.text("page-receipt-none")) }
                p { a href={ "/m/" (number) "/proof" } { (asking.text("page-show-proof")) } }
            },
        }
    };
    if holds && act.is_none() {
        return Err(Trouble::NotFound);
    }
    Ok(Page::new(title).of("matters").faulty(!holds).around(&asking, &body))
}

/// Both languages beside each other, the picture and the hash under them.
fn sheet(office: &Office, receipt: &Receipt<'_>) -> Markup {
    let hash = receipt.act.entry.hash.to_string();
    let label = office.words(Lang::En).text("page-receipt-picture");
    html! {
        div.side-by-side.mb-3 {
            @for lang in Lang::ALL {
                section lang=(lang.tag()) { (said(office.words(*lang), receipt)) }
            }
        }
        div.d-flex.flex-wrap.gap-3.align-items-center.receipt-hash {
            @if let Some(picture) = picture(&to_scan(&receipt.act.entry.hash), &label) { (picture) }
            p { code.hash { (hash) } }
        }
    }
}

/// The receipt in one language.
fn said(words: &Words, receipt: &Receipt<'_>) -> Markup {
    let act = receipt.act;
    let fact = |key: &str, value: Markup| html! { div { dt { (words.text(key)) } dd { (value) } } };
    html! {
        h2 { (words.text("page-receipt")) }
        dl.facts {
            (fact("page-column-number", html! { strong { (receipt.number) } }))
            (fact("page-receipt-kind", html! { (words.kind(receipt.kind)) }))
            (fact("page-receipt-act", html! { (words.act(receipt.kind, act.act.as_str())) }))
            (fact("page-proof-author", name(words, receipt.findings, &act.author)))
            (fact("page-proof-at", when(words, act.at)))
            (fact("page-receipt-stored", html! {
                @for log in act.logged.iter().chain(&act.receipts) { (stored(words, receipt.findings, log)) br; }
            }))
        }
        p.mt-2 { (words.text("page-receipt-says")) }
        p { (words.text_with("page-receipt-check", &[("number", receipt.number)])) }
    }
}

fn stored(words: &Words, findings: &Findings, log: &InLog) -> Markup {
    html! { (name(words, findings, &log.by)) (words.text("page-colon")) (when(words, log.at)) }
}

/// What an agency calls itself in this language, and its label.
fn name(words: &Words, findings: &Findings, agency: &AgencyId) -> Markup {
    let fact = findings.agency(agency);
    let own = fact.and_then(|fact| fact.names.get(words.lang().code()));
    let label = fact.map_or_else(|| agency.to_string(), |fact| fact.label.to_string());
    html! { @if let Some(own) = own { (own) " " } "(" (label) ")" }
}
