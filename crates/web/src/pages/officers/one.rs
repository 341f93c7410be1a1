//! One officer's record: what is proposed, what may be done, each act its own button.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::queries::OfficerLine;
use comity_domain::vocabularies::Role;
use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::office::Office;
use super::super::sign_in::{Proven, handed_over};
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::super::when::when_text;
use super::{lines, roles};

async fn line(office: &Office, asking: &Asking, record: &str) -> Result<OfficerLine, Trouble> {
    let lines = lines(office, asking).await?;
    lines.into_iter().find(|line| line.record.to_string() == record).ok_or(Trouble::NotFound)
}

/// Where a browser comes back to that was asked to prove who sits before it.
pub(super) async fn to_record(Path((record, _)): Path<(String, String)>) -> Redirect {
    Redirect::to(&format!("/officers/{record}"))
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(record): Path<String>,
) -> Result<Framed, Trouble> {
    let line = line(&office, &asking, &record).await?;
    let body = html! {
        p.mb-1 { a href="/officers" { (asking.text("page-officers")) } }
        h1 lang=[name_language(&line.name)] { (line.name) }
        dl.facts {
            div { dt { (asking.text("page-officers-roles")) } dd { (roles(&asking, &line.roles)) } }
            div { dt { (asking.text("page-officers-sign-in")) } dd {
                (asking.text(if line.can_sign_in { "yes" } else { "no" }))
            } }
            @if let Some(until) = &line.invited_until {
                div { dt { (asking.words.field("officer", "invite", "expires")) } dd { (when_text(&asking.words, until)) } }
            }
        }
        @if !line.proposed.is_empty() { (proposed(&asking, &line)) }
        (propose(&asking, &line))
        section.card.card-body {
            h2.card-title { (asking.text("page-officers-more")) }
            div.d-flex.flex-wrap.gap-2 {
                (button(&asking, &line, "invite", "btn-outline-primary"))
                (button(&asking, &line, "end-sessions", "btn-outline-secondary"))
                (button(&asking, &line, "dismiss", "btn-outline-danger"))
            }
        }
    };
    Ok(Page::new(line.name.clone()).of("officers").around(&asking, &body))
}

fn button(asking: &Asking, line: &OfficerLine, act: &str, class: &str) -> Markup {
    html! {
        form action={ "/officers/" (line.record) "/" (act) } method="post" {
            input type="hidden" name="csrf" value=(asking.form_token());
            button type="submit" class={ "btn " (class) } { (asking.words.act("officer", act)) }
        }
    }
}

/// The proposal, for another administrator to grant.
fn proposed(asking: &Asking, line: &OfficerLine) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-officers-proposed")) }
            p { strong { (roles(asking, &line.proposed)) } }
            p { (asking.text("page-officers-grant-what")) }
            (button(asking, line, "grant-roles", "btn-primary"))
        }
    }
}

fn propose(asking: &Asking, line: &OfficerLine) -> Markup {
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.words.act("officer", "propose-roles")) }
            form.act-form action={ "/officers/" (line.record) "/propose-roles" } method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                fieldset.mb-3 {
                    legend.form-label { (asking.words.field("officer", "propose-roles", "roles")) }
                    @for role in Role::ALL {
                        label.form-check {
                            input.form-check-input type="checkbox" name={ "role-" (role.code()) } value="true"
                                checked[line.roles.iter().any(|held| held == role.code())];
                            span.form-check-label { (asking.words.term("role", role.code())) }
                        }
                    }
                }
                button.btn.btn-primary type="submit" { (asking.words.act("officer", "propose-roles")) }
            }
        }
    }
}

/// Does an act in the officer's record.
pub(super) async fn act(
    State(office): State<Arc<Office>>,
    Proven(asking): Proven,
    Path((record, what)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let line = line(&office, &asking, &record).await?;
    let (id, by) = (line.record, asking.officer());
    if what == "invite" {
        let invitation = office.run(move |ledger, pending| ledger.invite(pending, &id, Some(&by))).await?;
        let title = asking.words.act("officer", "invite");
        let body = html! {
            p.mb-1 { a href={ "/officers/" (record) } lang=[name_language(&line.name)] { (line.name) } }
            h1 { (title) }
            p { (asking.text("page-officers-invited")) }
            (handed_over(&asking, &line.name, &invitation))
        };
        return Ok(Page::new(title).of("officers").around(&asking, &body).into_response());
    }
    let ticked = |role: &&Role| typed.text(&format!("role-{}", role.code())) == "true";
    let chosen: Vec<_> = Role::ALL.iter().filter(ticked).copied().collect();
    let done = office.run(move |ledger, pending| match what.as_str() {
        "propose-roles" => ledger.propose_roles(pending, &id, &chosen, &by).map(Some),
        "grant-roles" => ledger.grant_roles(pending, &id, &by).map(Some),
        "dismiss" => ledger.dismiss(pending, &id, &by).map(Some),
        "end-sessions" => ledger.end_sessions(pending, &id, &by).map(Some),
        _ => Ok(None),
    });
    done.await?.ok_or(Trouble::NotFound)?;
    // Who was dismissed is in the list no more.
    let after = line_after(&office, &asking, &record).await?;
    Ok(Redirect::to(&after).into_response())
}

async fn line_after(office: &Office, asking: &Asking, record: &str) -> Result<String, Trouble> {
    match line(office, asking, record).await {
        Ok(_) => Ok(format!("/officers/{record}")),
        Err(Trouble::NotFound) => Ok("/officers".into()),
        Err(other) => Err(other),
    }
}
