//! The form of any act of any kind, made from the act's own table: fill in, check your answers, done.
//!
//! Nothing in here knows an act by name. What is wrong is told beside its field and above the form, and what was typed is kept.

mod check;
pub(crate) mod fields;
mod opening;
mod steps;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::get;
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::commands::ActCommand;
use comity_app::queries::ActValue;
use comity_domain::act::{ActDef, Field};
use comity_journal::ids::MatterId;
use maud::{Markup, html};

use super::asking::Asking;
use super::frame::{Framed, Page};
use super::office::Office;
use super::trouble::Trouble;
use super::typed::Typed;
use steps::done;
pub(crate) use steps::{Step, Wrong, step};

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/matters/new", get(opening::choose))
        .route("/matters/new/{kind}/{partner}", get(opening::show).post(opening::take))
        .route("/m/{number}/act/{act}", get(show).post(take))
}

/// A form on its way: which act of which kind, where it is sent, and who the other parties are.
pub(crate) struct ActForm<'a> {
    pub(crate) asking: &'a Asking,
    pub(crate) kind: &'a str,
    pub(crate) def: &'a ActDef,
    /// The number of the matter, or what it would be.
    pub(crate) about: String,
    pub(crate) action: String,
    pub(crate) back: String,
    /// The other parties, by our names for them.
    pub(crate) with: Vec<String>,
    /// Our own people, where a field names one.
    pub(crate) officers: &'a [String],
}

impl ActForm<'_> {
    /// The form, with what was typed and what is wrong with it.
    pub(crate) fn page(&self, typed: &Typed, wrong: &[Wrong]) -> Framed {
        let asking = self.asking;
        let title = asking.words.act(self.kind, self.def.code);
        let body = html! {
            p.mb-1 { a href=(self.back) { (self.about) } }
            h1 { (title) }
            (self.error_summary(wrong))
            (self.approvals())
            (self.completeness(typed))
            form.act-form action=(self.action) method="post" enctype="multipart/form-data" novalidate {
                input type="hidden" name="csrf" value=(asking.form_token());
                @for field in fields::asked(self.def) { (fields::field(self, field, typed, wrong)) }
                div.d-flex.flex-wrap.gap-2.mt-3 {
                    button.btn.btn-primary type="submit" name="step" value="check" { (asking.text("page-form-continue")) }
                    a.btn.btn-link href=(self.back) { (asking.text("page-form-leave")) }
                }
            }
        };
        Page::new(title).of("matters").faulty(!wrong.is_empty()).around(asking, &body)
    }

    /// What is wrong, above the form, each a link to its field.
    pub(crate) fn error_summary(&self, wrong: &[Wrong]) -> Markup {
        html! {
            @if !wrong.is_empty() {
                div.error-summary tabindex="-1" aria-labelledby="error-summary-title" {
                    div role="alert" {
                        h2 #error-summary-title { (self.asking.text("page-form-wrong")) }
                        ul {
                            @for wrong in wrong {
                                li { a href={ "#" (fields::id(&wrong.path)) } {
                                    (self.label_of(&wrong.path)) (self.asking.text("page-colon")) (wrong.text(&self.asking.words))
                                } }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Who has to approve it before it is signed.
    fn approvals(&self) -> Markup {
        let roles: Vec<_> =
            self.def.approve.iter().map(|role| self.asking.words.term("role", role)).collect();
        html! {
            @if !roles.is_empty() {
                @let roles = roles.join(&self.asking.text("page-list-comma"));
                p.alert.alert-info { (self.asking.text_with("page-form-approvals", &[("roles", &roles)])) }
            }
            @if self.def.grounds { p.alert.alert-info { (self.asking.text("page-form-grounds")) } }
        }
    }

    /// How much of what must be said is said, and what is missing, with why the other side would send it back.
    fn completeness(&self, typed: &Typed) -> Markup {
        let table = typed.table(self.def);
        let required: Vec<_> = fields::asked(self.def).filter(|field| field.required).collect();
        let missing: Vec<_> = required.iter().filter(|field| !table.contains_key(field.name)).collect();
        if required.len() < 4 {
            return html! {};
        }
        let (all, done) = (required.len(), required.len() - missing.len());
        let count = [("done", done.to_string()), ("all", all.to_string())];
        let count: Vec<_> = count.iter().map(|(name, value)| (*name, value.as_str())).collect();
        html! {
            details.mb-3 {
                summary {
                    meter min="0" max=(all) value=(done) aria-hidden="true" {}
                    " " (self.asking.text_with("page-form-complete", &count))
                }
                @if !missing.is_empty() {
                    p { (self.asking.text("page-form-complete-why")) }
                    ul { @for field in &missing { li { a href={ "#" (fields::id(field.name)) } { (self.label_of(field.name)) } } } }
                }
            }
        }
    }

    /// The label of a field or of a column: `persons.1.name` reads as the label of `name`, numbered.
    pub(crate) fn label_of(&self, path: &str) -> String {
        let words = &self.asking.words;
        let mut parts = path.split('.');
        let field = words.field(self.kind, self.def.code, parts.next().unwrap_or_default());
        let number = parts.next().and_then(|number| number.parse::<usize>().ok());
        let column = parts.next().map(|column| words.field(self.kind, self.def.code, column));
        match (number, column) {
            (Some(number), Some(column)) => format!("{field} {}, {column}", number + 1),
            (Some(number), None) => format!("{field} {}", number + 1),
            (None, _) => field,
        }
    }
}

/// What an act says, as a list of its fields.
pub(crate) fn says(asking: &Asking, kind: &str, def: &ActDef, values: &[ActValue]) -> Markup {
    let table = fields::typed_again(values).table(def);
    html! {
        dl.facts {
            @for field in fields::asked(def).filter(|field| table.contains_key(field.name)) {
                div {
                    dt { (asking.words.field(kind, def.code, field.name)) }
                    dd { (check::value(asking, kind, def, &field.kind, table.get(field.name))) }
                }
            }
        }
    }
}

/// What was typed into some fields, as it will be read.
pub(crate) fn says_typed(
    form: &ActForm<'_>,
    fields: impl Iterator<Item = &'static Field>,
    typed: &Typed,
) -> Markup {
    let table = typed.table(form.def);
    html! {
        dl.facts.card.card-body.mb-3 {
            @for field in fields {
                div {
                    dt { (form.label_of(field.name)) }
                    dd { (check::value(form.asking, form.kind, form.def, &field.kind, table.get(field.name))) }
                }
            }
        }
    }
}

/// What an act's page needs to know of its matter.
struct Place {
    matter: MatterId,
    number: String,
    kind: String,
    def: ActDef,
    with: Vec<String>,
    officers: Vec<String>,
    /// Whether the act hands over a sealed package.
    hands_over: bool,
}

/// Finds matter and act; what there is none of, or none for this officer, is not found.
async fn place(office: &Office, asking: &Asking, number: String, act: String) -> Result<Place, Trouble> {
    let (words, officer) = (Arc::clone(&asking.words), asking.officer());
    let found = office.run(move |ledger, _| {
        let matter = ledger.seen_by(&officer, &number)?;
        let page = ledger.show_matter_to(&officer, &matter, &words)?;
        let officers = ledger.officers()?.into_iter().map(|officer| officer.name).collect();
        let (kind, def) = ledger.act_of(&matter, &act)?;
        let us = words.text("page-us");
        let with =
            page.parties.into_iter().map(|party| party.name).filter(|name| *name != "us" && *name != us);
        let hands_over = ledger.handing_over(&matter).is_ok_and(|handing| handing.code == def.code);
        let (number, with) = (page.line.number, with.collect());
        Ok(Place { matter, number, kind, def, with, officers, hands_over })
    });
    found.await.map_err(|failure| match failure {
        Failure::Usage(_) => Trouble::NotFound,
        other => other.into(),
    })
}

impl Place {
    fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        ActForm {
            asking,
            kind: &self.kind,
            def: &self.def,
            about: self.number.clone(),
            action: format!("/m/{}/act/{}", self.number, self.def.code),
            back: format!("/m/{}", self.number),
            with: self.with.clone(),
            officers: &self.officers,
        }
    }
}

async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
) -> Result<axum::response::Response, Trouble> {
    let place = place(&office, &asking, number, act).await?;
    if place.hands_over {
        // What sealing knows nobody types.
        return Ok(Redirect::to(&format!("/m/{}/hand-over", place.number)).into_response());
    }
    let (matter, code, officer) = (place.matter, place.def.code, asking.officer());
    let kept = office.run(move |ledger, _| {
        let may_read = ledger.authorise(&officer, Doing::ReadContent, Some(&matter)).is_ok();
        if may_read { ledger.draft_of(&matter, code) } else { Ok(None) }
    });
    let kept = kept.await?;
    let typed = kept.map(|readings| fields::typed_again(&readings)).unwrap_or_default();
    Ok(place.form(&asking).page(&typed, &[]).into_response())
}

async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
    typed: Typed,
) -> Result<axum::response::Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let place = place(&office, &asking, number, act).await?;
    let form = place.form(&asking);
    match step(&form, typed) {
        Step::Show(page) => Ok(page),
        Step::Do { toml, ends, typed } => {
            let command =
                ActCommand { matter: place.matter, act: place.def.code.to_owned(), toml: Some(toml) };
            let officer = asking.officer();
            let acted = office.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await;
            if acted.is_ok() && office.kinds.get(&place.kind).is_some_and(|kind| !kind.def().shared) {
                // A record of our own may say whose keys are accepted.
                office.outside.partners_changed().await?;
            }
            done(&office, &form, acted, &typed, &ends)
        }
    }
}
