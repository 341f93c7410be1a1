//! A sealed package checked where it lies: every stored byte against what its sender signed. It needs no key.

use std::sync::Arc;

use axum::extract::{Path, State};
use comity_app::workers::{PackageCheck, check_package};
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::facts::short;

/// Checks a package of a matter and shows what was found.
pub(super) async fn check(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, package)): Path<(String, String)>,
    typed: Typed,
) -> Result<Framed, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let officer = asking.officer();
    let (number, row) = office
        .run(move |ledger, _| {
            let matter = ledger.seen_by(&officer, &number)?;
            let rows = ledger.packages()?.into_iter().filter(|row| row.matter == matter);
            let row = rows.into_iter().find(|row| row.package.to_string() == package);
            Ok((number, row))
        })
        .await?;
    let row = row.ok_or(Trouble::NotFound)?;
    let name = short(&row.package.to_string());
    let objects = office.outside.objects();
    // Every byte is read, so it is not done where others wait.
    let checked = tokio::task::spawn_blocking(move || check_package(&objects, &row, &mut |_| {})).await;
    let checked = checked.ok().and_then(Result::ok).ok_or(Trouble::Fault)?;
    let title = asking.text("page-package-check");
    let body = html! {
        p.mb-1 { a href={ "/m/" (number) } { (number) } }
        h1 { (title) }
        p { code { (name) } }
        @match &checked {
            Some(check) => (found(&asking, check)),
            None => p { (asking.text("package-not-here")) },
        }
    };
    let holds = checked.as_ref().is_some_and(PackageCheck::holds);
    Ok(Page::new(title).of("matters").faulty(!holds).around(&asking, &body))
}

fn found(asking: &Asking, check: &PackageCheck) -> Markup {
    let groups: Vec<_> = check.wrong_groups.iter().map(|group| (group + 1).to_string()).collect();
    let (groups, all) = (groups.join(&asking.text("page-list-comma")), check.groups.to_string());
    html! {
        @if check.holds() {
            div.proof-ok role="status" {
                strong { (asking.text("page-package-holds")) }
                p { (asking.text_with("page-package-holds-what", &[("groups", &all)])) }
            }
        } @else {
            div.proof-bad role="alert" {
                strong { (asking.text("page-package-broken")) }
                ul { @for flaw in &check.flaws { li { (asking.text(&format!("page-flaw-{}", flaw.code()))) } } }
                @if !groups.is_empty() {
                    p { (asking.text_with("page-package-where", &[("groups", &groups), ("all", &all)])) }
                }
            }
        }
    }
}
