//! Lines of the audit as a file: recorded before any of it leaves, as everything that leaves a node.
//!
//! Invariant: a cell of a table never begins like a formula, so that nothing somebody wrote is carried out by the program
//! that opens it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use comity_app::authorise::Doing;
use comity_app::queries::{AuditFilter, AuditLine};
use comity_domain::matters::node::Export;

use super::super::asking::Asking;
use super::super::office::Office;
use super::super::sign_in::prove_to_let_out;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::filter::{Asked, dated};
use super::page;

/// The most lines of one file; more are asked for by days.
const MOST: usize = 50_000;
/// How many lines are asked for at once.
const AT_ONCE: usize = 1000;
/// The longest purpose, in characters.
const LONGEST: usize = 500;

/// A form that lines are taken out in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Csv,
    Json,
}

pub(super) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    asking.permit(&office, Doing::TakeOutAudit).await?;
    let asked = Asked::of(|name| typed.get(name));
    let purpose = typed.text("purpose").trim().to_owned();
    let again = |fault| page::again(&office, &asking, &asked, &purpose, fault);
    let form = match typed.text("form") {
        "csv" => Form::Csv,
        "json" => Form::Json,
        _ => return again(("form", "fault-not-a-word")).await,
    };
    match purpose.chars().count() {
        0 => return again(("purpose", "fault-missing")).await,
        n if n > LONGEST => return again(("purpose", "fault-too-long")).await,
        _ => {}
    }
    let Ok(filter) = asked.means(&office).await? else {
        return again(("purpose", "page-audit-filter-first")).await;
    };
    if let Some(first) = prove_to_let_out(&office, &asking, &typed).await? {
        return Ok(first);
    }
    let (officer, matter, why) = (asking.officer(), filter.matter, purpose.clone());
    // Durable before the first line is read.
    office
        .run(move |ledger, pending| ledger.let_out(pending, Export::Audit, matter.as_ref(), &why, &officer))
        .await?;
    match lines(&office, &asking, filter).await? {
        Some(lines) => Ok(file(form, &lines, &dated(office.now()))),
        None => again(("purpose", "page-audit-too-many")).await,
    }
}

/// Every line that fits; `None` where there are too many for one file.
async fn lines(
    office: &Office,
    asking: &Asking,
    filter: AuditFilter,
) -> Result<Option<Vec<AuditLine>>, Trouble> {
    let (mut lines, mut before) = (Vec::new(), None);
    loop {
        let (words, filter) = (Arc::clone(&asking.words), filter.clone());
        let page = office.run(move |ledger, _| ledger.audit_page(&filter, before, AT_ONCE, &words)).await?;
        lines.extend(page.lines);
        before = page.next;
        if lines.len() > MOST {
            return Ok(None);
        }
        if before.is_none() {
            return Ok(Some(lines));
        }
    }
}

fn file(form: Form, lines: &[AuditLine], day: &str) -> Response {
    let (media, extension, text) = match form {
        Form::Csv => ("text/csv; charset=utf-8", "csv", csv(lines)),
        Form::Json => ("application/json", "json", serde_json::to_string_pretty(lines).unwrap_or_default()),
    };
    let name = format!("attachment; filename=\"audit-{day}.{extension}\"");
    (StatusCode::OK, [(CONTENT_TYPE, media.to_owned()), (CONTENT_DISPOSITION, name)], text).into_response()
}

/// A table as RFC 4180 has it, with the mark by which office programs know UTF-8.
fn csv(lines: &[AuditLine]) -> String {
    let mut text = String::from("\u{feff}record,recorded,side,agency,who,roles,act,what,matter,detail\r\n");
    for line in lines {
        let cells = [
            line.record.to_string(),
            line.at.clone(),
            line.side.to_owned(),
            line.agency.clone(),
            line.who.clone(),
            line.roles.join("; "),
            line.act.clone(),
            line.act_text.clone(),
            line.number.clone().unwrap_or_default(),
            line.detail.clone().unwrap_or_default(),
        ];
        text.push_str(&cells.map(|cell| quoted(&cell)).join(","));
        text.push_str("\r\n");
    }
    text
}

fn quoted(cell: &str) -> String {
    let guard = if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
    format!("\"{guard}{}\"", cell.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_ends_where_it_ends_and_never_begins_like_a_formula() {
        assert_eq!(quoted("Olin, \"Amara\""), "\"Olin, \"\"Amara\"\"\"");
        for formula in ["=1+1", "+1", "-1", "@now", "\tx"] {
            assert!(quoted(formula).starts_with("\"'"), "{formula}");
        }
    }
}
