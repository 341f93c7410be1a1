//! The form of any act of any kind, made from the act's own table: fill in, check your answers, done.
//!
//! Nothing in here knows an act by name. What is wrong is told beside its field and above the form, and what was typed is kept.

mod about;
mod ahead;
mod check;
pub(crate) mod fields;
mod kept;
mod opening;
mod steps;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::response::{IntoResponse as _, Redirect};
use axum::routing::{get, post};
use comity_app::Failure;
use comity_app::authorise::Doing;
use comity_app::ledger::Ledger;
use comity_app::people::Officer;
use comity_app::queries::{ActValue, ForeseenPage, Nameable};
use comity_domain::act::{ActDef, Field, FieldKind};
use comity_domain::words::Words;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use maud::{Markup, html};
use serde::Deserialize;

use super::asking::Asking;
use super::frame::{Framed, Page};
use super::office::Office;
use super::sign_in::{prove_for, prove_keeping};
use super::trouble::Trouble;
use super::typed::Typed;
use about::About;
pub(crate) use kept::Keeps;
pub(crate) use steps::{Step, Wrong, step, wrong_in};

/// The words of these pages: zh, then en.
pub(crate) const WORDS: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

pub(crate) fn routes() -> Router<Arc<Office>> {
    Router::new()
        .route("/matters/new", get(opening::choose))
        .route("/matters/new/{kind}/{partner}", get(opening::show).post(opening::take))
        .route("/matters/new/{kind}/{partner}/earlier", post(opening::search))
        .route("/matters/new/{kind}/{partner}/kept", post(kept::of_new))
        .route("/m/{number}/act/{act}", get(show).post(take))
        .route("/m/{number}/act/{act}/kept", post(kept::of_matter))
        // `Typed` has limits of its own.
        .layer(DefaultBodyLimit::disable())
}

/// A form on its way: which act of which kind, where it is sent, and who the other parties are.
pub(crate) struct ActForm<'a> {
    pub(crate) asking: &'a Asking,
    pub(crate) kind: &'a str,
    pub(crate) def: &'a ActDef,
    /// The number of the matter, or what it would be.
    pub(crate) about: String,
    /// Where it is sent; what is typed into it is kept under this path.
    pub(crate) path: String,
    /// What its address says besides: what was copied.
    pub(crate) query: String,
    pub(crate) back: String,
    /// The other parties, by our names for them.
    pub(crate) with: Vec<String>,
    /// Our own people, where a field names one.
    pub(crate) officers: &'a [String],
    /// The matters with these parties that this officer may know of, where a field names one.
    pub(crate) matters: &'a [Nameable],
    /// What is told above it: what was copied, or from where it could be.
    pub(crate) told: Markup,
    /// Whether what is typed into it is kept.
    pub(crate) keeps: Keeps,
    /// What would stand against it as it is, once that was looked at.
    pub(crate) ahead: Option<ForeseenPage>,
}

impl ActForm<'_> {
    fn action(&self) -> String {
        format!("{}{}", self.path, self.query)
    }

    /// The other parties in words; a matter that was never sent does not name them yet.
    fn partners(&self) -> String {
        if self.with.is_empty() {
            return self.asking.text("page-other-side");
        }
        self.with.join(&self.asking.text("page-list-comma"))
    }

    /// The form, with what was typed and what is wrong with it.
    pub(crate) fn page(&self, typed: &Typed, wrong: &[Wrong]) -> Framed {
        self.page_under(typed, wrong, &html! {})
    }

    /// The form under what stands against the whole of it.
    pub(crate) fn page_under(&self, typed: &Typed, wrong: &[Wrong], against: &Markup) -> Framed {
        let asking = self.asking;
        let title = asking.words.act(self.kind, self.def.code);
        let body = html! {
            p.mb-1 { a href=(self.back) { (self.about) } }
            h1 { (title) }
            (self.error_summary(wrong))
            @if !against.0.is_empty() {
                div.error-summary tabindex="-1" role="alert" { h2 { (asking.text("page-trouble-refused")) } (against) }
            }
            (self.told)
            (kept::note(self))
            div.act-grid {
                div {
                    (self.approvals())
                    (self.completeness(typed))
                    @if let Some(ahead) = &self.ahead { (ahead::told(self, ahead, true)) }
                }
                (self.fields(typed, wrong))
            }
        };
        let faulty = !wrong.is_empty() || !against.0.is_empty();
        Page::new(title).of("matters").faulty(faulty).around(asking, &body)
    }

    fn fields(&self, typed: &Typed, wrong: &[Wrong]) -> Markup {
        let asking = self.asking;
        let kept = (self.keeps != Keeps::Nothing).then(|| format!("{}/kept", self.path));
        html! {
            form.act-form action=(self.action()) method="post" enctype="multipart/form-data" novalidate
                data-island=[kept.as_ref().map(|_| "autosave")] data-autosave=[kept.as_deref()]
                data-failed=[kept.as_ref().map(|_| asking.text("page-kept-not"))] {
                input type="hidden" name="csrf" value=(asking.form_token());
                // The first button of a form is what Enter presses.
                button.visually-hidden type="submit" name="step" value="check" tabindex="-1" aria-hidden="true" {}
                // What was copied, and the entry the act is about, are not asked and must not be lost.
                @for name in self.carried_names().filter(|name| typed.get(name).is_some()) {
                    input type="hidden" name=(name) value=(typed.text(name));
                }
                @let written = typed.table(self.def);
                div data-island="when" {
                    @for field in fields::asked(self.def) { (fields::placed(self, field, typed, &written, wrong)) }
                }
                @if kept.is_some() { p.live-note.form-hint role="status" {} }
                div.d-flex.flex-wrap.gap-2.mt-3 {
                    button.btn.btn-primary type="submit" name="step" value="check" { (asking.text("page-form-continue")) }
                    @if kept.is_some() {
                        button.btn.btn-secondary type="submit" name="step" value="keep" { (asking.text("page-kept-keep")) }
                    }
                    a.btn.btn-link href=(self.back) {
                        (asking.text(if kept.is_some() { "page-form-away" } else { "page-form-leave" }))
                    }
                }
            }
        }
    }

    fn carried_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let named = self.def.fields.iter().filter(|field| field.kind == FieldKind::Entry && !field.derived);
        named.map(|field| field.name).chain([opening::COPY_OF])
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
        let required: Vec<_> = fields::asked(self.def)
            .filter(|field| field.belongs(&table) && field.is_required(&table))
            .collect();
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
    matters: Vec<Nameable>,
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
        let others: Vec<_> =
            page.parties.iter().filter(|party| party.name != "us").map(|party| party.agency).collect();
        let mut matters = nameable(ledger, &officer, &def, &others, &words)?;
        matters.retain(|other| other.number != page.line.number);
        let us = words.text("page-us");
        let with =
            page.parties.into_iter().map(|party| party.name).filter(|name| *name != "us" && *name != us);
        let hands_over = ledger.handing_over(&matter).is_ok_and(|handing| handing.code == def.code);
        let (number, with) = (page.line.number, with.collect());
        Ok(Place { matter, number, kind, def, with, officers, matters, hands_over })
    });
    found.await.map_err(|failure| match failure {
        Failure::Usage(_) => Trouble::NotFound,
        other => other.into(),
    })
}

/// The matters with these partners that a form of this act offers to be named; none where no field names one.
fn nameable(
    ledger: &mut Ledger,
    officer: &Officer,
    def: &ActDef,
    partners: &[AgencyId],
    words: &Words,
) -> Result<Vec<Nameable>, Failure> {
    let names_one = fields::asked(def).any(|field| field.kind == FieldKind::Matter);
    if names_one { ledger.nameable(officer, partners, words) } else { Ok(Vec::new()) }
}

impl Place {
    fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        ActForm {
            asking,
            kind: &self.kind,
            def: &self.def,
            about: self.number.clone(),
            path: format!("/m/{}/act/{}", self.number, self.def.code),
            query: String::new(),
            back: format!("/m/{}", self.number),
            with: self.with.clone(),
            officers: &self.officers,
            matters: &self.matters,
            told: html! {},
            keeps: Keeps::NotYet,
            ahead: None,
        }
    }

    fn about(&self) -> About {
        About::In { matter: self.matter, kind: self.kind.clone(), act: self.def.code.to_owned() }
    }
}

/// The entry an act is to name, where the link to its form says so.
#[derive(Deserialize)]
struct Named {
    of: Option<String>,
}

/// The form: as this officer left it, as a draft of it says, or empty.
async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
    Query(named): Query<Named>,
) -> Result<axum::response::Response, Trouble> {
    let place = place(&office, &asking, number, act).await?;
    if place.hands_over {
        // What sealing knows nobody types.
        return Ok(Redirect::to(&format!("/m/{}/hand-over", place.number)).into_response());
    }
    prove_for(&office, &asking, &place.kind, place.def.code)?;
    let mut form = place.form(&asking);
    if let Some(unsent) = kept::read(&office, &asking, &form.path).await? {
        form.keeps = Keeps::Since(unsent.at);
        return Ok(form.page(&unsent.typed.into_iter().collect(), &[]).into_response());
    }
    let (matter, code, officer) = (place.matter, place.def.code, asking.officer());
    let drafted = office.run(move |ledger, _| {
        let may_read = ledger.authorise(&officer, Doing::ReadContent, Some(&matter)).is_ok();
        let drafted = if may_read { ledger.draft_of(&matter, code)? } else { None };
        drafted.map(|values| ledger.with_numbers(&officer, values)).transpose()
    });
    let mut typed = drafted.await?.map(|values| fields::typed_again(&values)).unwrap_or_default();
    if let Some(of) = named.of.filter(|of| typed.get("of").is_none() && Hash::from_hex(of).is_some()) {
        typed.put("of", of);
    }
    Ok(form.page(&typed, &[]).into_response())
}

async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, act)): Path<(String, String)>,
    typed: Typed,
) -> Result<axum::response::Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let place = place(&office, &asking, number, act).await?;
    if let Some(first) = prove_keeping(&office, &asking, &place.kind, place.def.code, &typed).await? {
        return Ok(first);
    }
    about::take(&office, place.form(&asking), &place.about(), typed).await
}
