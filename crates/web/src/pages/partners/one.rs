//! One partner: what its card says, what stands between us, how its node is reached, and what may be done about it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use comity_app::authorise::Doing;
use comity_app::commands::ActCommand;
use comity_app::queries::{AnswerTime, Between, PartnerLine, PartnerPage, RightsAssessment};
use comity_domain::act::{Act as _, ActDef, ActSet as _};
use comity_domain::gates::Ceiling;
use comity_domain::matters::partner::{Assessment, Lift, PartnerAct, ProposeLifting, Waive, Widen};
use comity_journal::ids::AgencyId;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::act_form::{ActForm, Keeps, Step, step};
use super::super::asking::Asking;
use super::super::bundles::facts;
use super::super::frame::{Framed, Page, name_language};
use super::super::matters;
use super::super::office::Office;
use super::super::sign_in::{prove_for, prove_keeping};
use super::super::trouble::{self, Trouble};
use super::super::typed::Typed;
use super::super::when::{when, when_text};
use super::{Reached, card, compared, digits, quarantine, tie, waiver};

/// What the page before says has been done.
#[derive(Deserialize)]
pub(super) struct Said {
    said: Option<String>,
}

/// The acts that an officer fills in a form for; the others are buttons or have pages of their own.
const IN_FORMS: &[&str] = &[
    "describe",
    "propose-widening",
    "widen",
    "narrow",
    "quarantine",
    "propose-lifting",
    "lift",
    "propose-waiver",
    "waive",
    "end",
];
/// Of these, what is offered only while the partner has not been compared with.
const WHILE_NOT_COMPARED: &[&str] = &["propose-waiver", "waive"];

async fn partner(office: &Office, asking: &Asking, agency: &str) -> Result<PartnerPage, Trouble> {
    let agency = AgencyId::from_hex(agency).ok_or(Trouble::NotFound)?;
    let (officer, words) = (asking.officer(), Arc::clone(&asking.words));
    Ok(office.run(move |ledger, _| ledger.partner_page(&agency, &officer, &words)).await?)
}

pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    Query(said): Query<Said>,
) -> Result<Framed, Trouble> {
    let page = partner(&office, &asking, &agency).await?;
    let contact = office.outside.contacts().into_iter().find(|(of, _)| *of == page.line.agency);
    let reached = Reached::of(contact.map(|(_, contact)| contact));
    let line = &page.line;
    let body = html! {
        p.mb-1.no-print { a href="/partners" { (asking.text("page-partners")) } }
        h1.m-0 lang=[name_language(&line.name)] { (line.name) }
        p.text-secondary {
            (asking.words.status("partner", line.partnership)) " · " (line.place)
            @if !line.label.is_empty() { " · " (line.label) }
        }
        (notice(&asking, &said, reached))
        (doing(&asking, &page))
        div.matter-grid {
            div {
                (quarantine::section(&asking, line)) (waiver::section(&asking, line)) (tie::section(&asking, &page)) (allowed(&asking, &page))
                (between(&asking, &page.between))                (carried(&asking, &page)) (node(&asking, &page, reached))
            }
            div { (who(&asking, &page)) }
        }
        section {
            h2 { (asking.text("page-partner-open")) }
            (matters::table(&asking, &page.open))
            @if page.more { p.text-secondary { (asking.text("page-partner-more")) } }
        }
    };
    Ok(Page::new(line.name.clone()).of("partners").around(&asking, &body))
}

fn notice(asking: &Asking, said: &Said, reached: Reached) -> Markup {
    match said.said.as_deref() {
        Some("tested") => html! {
            div role="status" class=(if reached.is_hindered() { "proof-bad" } else { "proof-ok" }) {
                @if reached.is_hindered() {
                    (asking.text("page-partner-tested-not")) " " (reached.error(asking))
                } @else {
                    (asking.text("page-partner-tested")) " " (reached.last(asking))
                }
            }
        },
        Some(code @ ("added" | "confirmed" | "changed")) => html! {
            div.alert.alert-success role="status" { p { strong { (asking.text(&format!("page-partner-said-{code}"))) } } }
        },
        _ => html! {},
    }
}

/// What may be done about the partner.
fn doing(asking: &Asking, page: &PartnerPage) -> Markup {
    let (agency, may_manage) = (&page.line.agency, asking.may(Doing::ManagePartners));
    let button = |to: &str, text: &str, class: &str| {
        html! {
            form action={ "/partners/" (agency) "/" (to) } method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                button type="submit" class={ "btn " (class) } { (text) }
            }
        }
    };
    html! {
        div.d-flex.flex-wrap.gap-2.mb-3.no-print {
            @if may_manage && page.next.contains(&"confirm") {
                (button("confirm", &asking.words.act("partner", "confirm"), "btn-primary"))
            }
            @if page.line.partnership == "confirmed" && !page.line.off_network {
                (button("test", &asking.text("page-partner-test"), "btn-outline-primary"))
            }
            @for act in page.next.iter().filter(|act| is_offered(asking, page, act)) {
                a.btn.btn-outline-secondary href={ "/partners/" (agency) "/act/" (act) } {
                    (asking.words.act("partner", act))
                }
            }
        }
    }
}

/// Whether an act is offered to this officer as a form.
fn is_offered(asking: &Asking, page: &PartnerPage, act: &str) -> bool {
    let is_of_use = !WHILE_NOT_COMPARED.contains(&act) || waiver::is_of_use(&page.line);
    IN_FORMS.contains(&act) && is_of_use && may(asking, act)
}

/// Whether this officer may do an act in a partner's record, as far as the roles say.
fn may(asking: &Asking, act: &str) -> bool {
    let propose = PartnerAct::defs().iter().find(|def| def.code == act).map_or(&[][..], |def| def.propose);
    let roles = asking.officer().roles;
    let holds = propose.is_empty() || roles.iter().any(|held| propose.contains(&held.as_str()));
    holds && asking.may(Doing::in_own_record("partner", act))
}

/// What the partner may get, on which assessment, until when, and what is missing for more.
fn allowed(asking: &Asking, page: &PartnerPage) -> Markup {
    let line = &page.line;
    html! {
        section.card.card-body.mb-2 aria-labelledby="allowed" {
            h2.card-title #allowed { (asking.text("ceiling")) }
            p.fw-bold { (asking.words.term(Ceiling::LIST, line.ceiling.code())) }
            dl.facts {
                div { dt { (asking.text("assessment")) } dd { (asking.words.term(Assessment::LIST, line.assessment)) } }
                @if let Some(by) = line.review_by { div {
                    dt { (asking.text("page-partner-review-by")) }
                    dd.text-danger[line.review_soon] { (when(&asking.words, by.0)) }
                } }
            }
            @if let Some(assessed) = &page.assessed { (assessment(asking, assessed)) }
            @if line.partnership == "confirmed" { (missing(asking, page)) }
        }
    }
}

fn missing(asking: &Asking, page: &PartnerPage) -> Markup {
    html! {
        @if let (Some(proposed), Some(until)) = (&page.proposed, page.line.widening_until) {
            h3.mt-2 { (asking.text("page-partner-proposed")) }
            p { (asking.text("page-partner-second-missing")) }
            dl.facts { div { dt { (asking.text("page-partner-review-by")) } dd { (when(&asking.words, until.0)) } } }
            (assessment(asking, proposed))
        } @else if page.line.ceiling == Ceiling::Floor {
            p.form-hint { (asking.text("page-partner-assessment-missing")) }
        }
    }
}

fn assessment(asking: &Asking, assessed: &RightsAssessment) -> Markup {
    let label = |field: &str| asking.words.field("partner", "propose-widening", field);
    let said = |text: &Option<String>| text.clone().unwrap_or_else(|| asking.text("content-not-here"));
    html! {
        dl.facts {
            div { dt { (label("assessment")) } dd.said { (said(&assessed.text)) } }
            div { dt { (label("source")) } dd { (said(&assessed.source)) } }
            @if let Some(by) = &assessed.by {
                div { dt { (asking.text("page-partner-proposed-by")) } dd lang=[name_language(by)] { (by) } }
            }
        }
    }
}

/// What a partner may get, in a list or on a card: in words, and the review date where it is near or past.
pub(crate) fn ceiling(asking: &Asking, line: &PartnerLine) -> Markup {
    html! {
        (asking.words.term(Ceiling::LIST, line.ceiling.code()))
        @if let (true, Some(by)) = (line.review_soon, line.review_by) {
            br; span.text-danger { (asking.text("page-partner-review-by")) " " (when(&asking.words, by.0)) }
        }
    }
}

/// How much is overdue on either side, and with whom of us.
pub(crate) fn overdue(asking: &Asking, between: &Between) -> Markup {
    let (here, there) = (between.overdue_here.to_string(), between.overdue_there.to_string());
    let nobody = between.overdue_unassigned.to_string();
    html! {
        @if between.overdue_here + between.overdue_there == 0 {
            (asking.text("page-partner-overdue-none"))
        } @else {
            strong { (asking.text_with("page-partner-overdue-both", &[("here", &here), ("there", &there)])) }
            @for name in &between.overdue_with { br; span lang=[name_language(name)] { (name) } }
            @if between.overdue_unassigned > 0 {
                br; (asking.text_with("page-partner-overdue-unassigned", &[("count", &nobody)]))
            }
        }
    }
}

/// What stands between us: every mechanism in one state.
fn between(asking: &Asking, between: &Between) -> Markup {
    let fact = |key: &str, value: Markup| html! { div { dt { (asking.text(key)) } dd { (value) } } };
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-partner-between")) }
            dl.facts {
                (fact("cover", html! { (asking.words.term("cover", "not-on-record")) }))
                (fact("page-partner-for-us", html! { (between.for_us) }))
                (fact("page-partner-for-them", html! { (between.for_them) }))
                (fact("page-partner-overdue", overdue(asking, between)))
                (fact("page-partner-they-answer", answer_time(asking, between.they_answer)))
                (fact("page-partner-we-answer", answer_time(asking, between.we_answer)))
            }
        }
    }
}

pub(crate) fn answer_time(asking: &Asking, time: Option<AnswerTime>) -> Markup {
    let Some(time) = time else { return html! { (asking.text("page-partner-no-answers")) } };
    let of = time.of.to_string();
    // Half an hour and more counts as one.
    let hours = ((time.minutes + 30) / 60).to_string();
    let key = if time.minutes < 60 { "page-partner-within-an-hour" } else { "page-partner-hours" };
    html! { (asking.text_with(key, &[("hours", &hours), ("of", &of)])) }
}

/// How its node is reached, what waits for it, and what stands in the way.
fn node(asking: &Asking, page: &PartnerPage, reached: Reached) -> Markup {
    let line = &page.line;
    html! {
        section.card.card-body.mb-2 {
            h2.card-title { (asking.text("page-partner-node")) }
            @if line.off_network {
                @if line.linked.is_none() { p { (asking.text("page-partner-no-node")) } }
                dl.facts { div {
                    dt { (asking.words.field("partner", "add-off-network", "reached")) }
                    dd.said { (line.at.as_deref().unwrap_or_default()) }
                } }
            } @else {
                dl.facts {
                    div { dt { (asking.text("page-partner-at")) } dd {
                        (line.at.clone().unwrap_or_else(|| asking.text("page-partner-at-none")))
                    } }
                    div { dt { (asking.text("page-partner-reached")) } dd { (reached.last(asking)) } }
                    div { dt { (asking.text("page-partner-error")) } dd { (reached.error(asking)) } }
                    div { dt { (asking.text("page-partner-queued")) } dd { (line.queued) } }
                    div { dt { (asking.text("page-partner-waits")) } dd { (waits(asking, line)) } }
                    div { dt { (asking.text("page-partner-missing")) } dd { (line.missing) } }
                    div { dt { (asking.text("page-partner-compared")) } dd { (compared(asking, line)) } }
                }
            }
        }
    }
}

/// What stands on record of bundles with it.
fn carried(asking: &Asking, page: &PartnerPage) -> Markup {
    html! {
        @if page.line.partnership == "confirmed" && !page.line.off_network {
            section.card.card-body.mb-2 aria-labelledby="bundles" {
                h2.card-title #bundles { a href="/bundles" { (asking.text("page-bundles")) } }
                (facts(asking, &page.line, &page.bundles))
            }
        }
    }
}

/// What has come from it and waits for earlier entries, since when, and whether there is room for more.
fn waits(asking: &Asking, line: &PartnerLine) -> Markup {
    html! {
        (line.waiting)
        @if let Some(since) = &line.waiting_since {
            " (" (asking.text("page-partner-waits-since")) " " (when_text(&asking.words, since)) ")"
        }
        @if line.full { br; strong { (asking.text("page-partner-full")) } }
    }
}

/// Who it is: its card and fingerprint.
fn who(asking: &Asking, page: &PartnerPage) -> Markup {
    html! {
        @if !page.line.fingerprint.is_empty() {
            section.card.card-body.mb-2 {
                h2.card-title { (asking.text("page-partner-fingerprint")) }
                (digits(&page.line.fingerprint))
            }
        }
        @if let Some(card) = &page.card {
            section.card.card-body.mb-2 {
                h2.card-title { (asking.text("page-partner-card")) }
                (card::facts(asking, card))
            }
        }
    }
}

/// Calls the partner's node now, and says what came of it.
pub(super) async fn test(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let page = partner(&office, &asking, &agency).await?;
    // What stood in the way is among the contacts, which the next page shows in words.
    if let Err(failure) = office.outside.call(page.line.agency).await {
        tracing::info!(partner = %page.line.agency, %failure, "a partner was tested and not reached");
    }
    Ok(said(&page.line.agency, "tested"))
}

/// Where a browser comes back to that was asked to prove who sits before it.
pub(super) async fn to_partner(Path(agency): Path<String>) -> Redirect {
    Redirect::to(&format!("/partners/{agency}"))
}

/// Confirms the partner as a second person.
pub(super) async fn confirm(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path(agency): Path<String>,
    typed: Typed,
) -> Result<Redirect, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let page = partner(&office, &asking, &agency).await?;
    prove_for(&office, &asking, "partner", "confirm")?;
    let command = ActCommand { matter: page.line.record, act: "confirm".into(), toml: None };
    done(&office, &asking, command).await?;
    Ok(said(&page.line.agency, "confirmed"))
}

fn said(agency: &AgencyId, what: &str) -> Redirect {
    Redirect::to(&format!("/partners/{agency}?said={what}"))
}

async fn done(office: &Office, asking: &Asking, command: ActCommand) -> Result<(), Trouble> {
    let officer = asking.officer();
    office.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await?;
    office.outside.partners_changed().await?;
    Ok(())
}

/// The form of an act in the partner's record.
struct Place {
    page: PartnerPage,
    def: ActDef,
}

async fn place(office: &Office, asking: &Asking, agency: &str, act: String) -> Result<Place, Trouble> {
    if !IN_FORMS.contains(&act.as_str()) {
        return Err(Trouble::NotFound);
    }
    asking.permit(office, Doing::in_own_record("partner", &act)).await?;
    let page = partner(office, asking, agency).await?;
    let record = page.line.record;
    let (_, def) = office.run(move |ledger, _| ledger.act_of(&record, &act)).await?;
    Ok(Place { page, def })
}

impl Place {
    fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        let line = &self.page.line;
        ActForm {
            asking,
            kind: "partner",
            def: &self.def,
            about: line.name.clone(),
            path: format!("/partners/{}/act/{}", line.agency, self.def.code),
            query: String::new(),
            back: format!("/partners/{}", line.agency),
            with: Vec::new(),
            officers: &[],
            matters: &[],
            // Who lets it have more reads what that rests on.
            told: match self.def.code {
                code if code == Widen::DEF.code => allowed(asking, &self.page),
                code if code == Lift::DEF.code || code == ProposeLifting::DEF.code => {
                    quarantine::section(asking, line)
                }
                code if WHILE_NOT_COMPARED.contains(&code) => waiver::told(asking, line),
                _ => html! {},
            },
            keeps: Keeps::Nothing,
            ahead: None,
        }
    }
}

pub(super) async fn act_form(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((agency, act)): Path<(String, String)>,
) -> Result<Framed, Trouble> {
    let place = place(&office, &asking, &agency, act).await?;
    prove_for(&office, &asking, "partner", place.def.code)?;
    let mut typed = Typed::default();
    // What is granted is what was read, whatever is proposed meanwhile.
    if let Some(read) = place.page.proposed.as_ref().filter(|_| place.def.code == Widen::DEF.code) {
        typed.put("of", read.entry.to_string());
    }
    let apart = place.page.line.quarantine.as_ref().filter(|_| place.def.code == Lift::DEF.code);
    if let Some(read) = apart.and_then(|apart| apart.lifting.as_ref()) {
        typed.put("of", read.entry.to_string());
    }
    if let Some(read) = place.page.line.waiver.as_ref().filter(|_| place.def.code == Waive::DEF.code) {
        typed.put("of", read.entry.to_string());
    }
    Ok(place.form(&asking).page(&typed, &[]))
}

pub(super) async fn act(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((agency, act)): Path<(String, String)>,
    mut typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let place = place(&office, &asking, &agency, act).await?;
    if let Some(first) = prove_keeping(&office, &asking, "partner", place.def.code, &typed).await? {
        return Ok(first);
    }
    // It stays in our own record and no partner reads it: nothing is to be checked before it is done.
    typed.put("step", "do");
    match step(&place.form(&asking), typed.clone()) {
        Step::Show(page) => Ok(page),
        // Its form has no button for these.
        Step::Change(_) | Step::Check { .. } | Step::Keep(_) | Step::Discard => Err(Trouble::NotFound),
        Step::Do { toml, .. } => {
            let line = &place.page.line;
            let command = ActCommand { matter: line.record, act: place.def.code.into(), toml: Some(toml) };
            match done(&office, &asking, command).await {
                Ok(()) => Ok(said(&line.agency, "changed").into_response()),
                // What was written stays on the form, under what stands against it.
                Err(Trouble::Refused(refusal)) => {
                    let against = trouble::refused(&asking.words, &refusal);
                    let page = place.form(&asking).page_under(&typed, &[], &against);
                    Ok((StatusCode::FORBIDDEN, page).into_response())
                }
                Err(other) => Err(other),
            }
        }
    }
}
