//! A new matter: choose what is asked and whom, then fill in the form of the act that opens it, empty or copied from an
//! earlier matter of ours.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use comity_app::authorise::Doing;
use comity_app::people::{Partner, Partnership};
use comity_app::queries::{Copied, MatterLine, Nameable};
use comity_domain::act::ActDef;
use maud::{Markup, html};
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::about::{self, About};
use super::kept::{self, Keeps};
use super::{ActForm, fields, nameable};

/// The hidden field that says what was copied; no field of an act has a name like it.
pub(super) const COPY_OF: &str = "copy-of";

/// Which kinds and which partners there are.
pub(crate) async fn choose(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    asking.permit(&office, Doing::OpenMatter).await?;
    let partners = office.run(|ledger, _| ledger.partners()).await?;
    let partners = partners.into_iter().filter(|partner| partner.partnership == Partnership::Confirmed);
    // An agency that has a node by now is asked there.
    let partners: Vec<_> = partners.filter(|partner| partner.lane.linked_with().is_none()).collect();
    let shared: Vec<_> = office.kinds.iter().map(|kind| kind.def()).filter(|def| def.shared).collect();
    let body = html! {
        h1 { (asking.text("page-new")) }
        @if partners.is_empty() { p { (asking.text("page-new-no-partner")) } }
        @for kind in &shared {
            h2 { (asking.words.kind(kind.code)) }
            ul.list-unstyled.d-flex.flex-wrap.gap-3 {
                @for partner in &partners {
                    li {
                        a href={ "/matters/new/" (kind.code) "/" (partner.agency) } lang=[name_language(&partner.name)] {
                            (partner.name)
                        }
                        " " span.text-secondary {
                            (partner.place)
                            @if partner.off_network { " · " (asking.text("page-party-no-node")) }
                        }
                    }
                }
            }
        }
    };
    Ok(Page::new(asking.text("page-new")).of("matters").around(&asking, &body))
}

/// A kind and a partner, as the path names them.
pub(super) struct Chosen {
    kind: &'static str,
    def: ActDef,
    partner: Partner,
    matters: Vec<Nameable>,
}

pub(super) async fn chosen(
    office: &Office,
    asking: &Asking,
    kind: &str,
    partner: &str,
) -> Result<Chosen, Trouble> {
    asking.permit(office, Doing::OpenMatter).await?;
    let known = office.kinds.get(kind).filter(|kind| kind.def().shared).ok_or(Trouble::NotFound)?;
    let first = known.acts().first().map(|def| **def).ok_or(Trouble::NotFound)?;
    let partners = office.run(|ledger, _| ledger.partners()).await?;
    let named = partners.into_iter().find(|known| known.agency.to_string() == partner);
    let partner = named.ok_or(Trouble::NotFound)?;
    let (words, officer, agency) = (Arc::clone(&asking.words), asking.officer(), partner.agency);
    let matters = office.run(move |ledger, _| nameable(ledger, &officer, &first, &[agency], &words)).await?;
    Ok(Chosen { kind: known.def().code, def: first, partner, matters })
}

impl Chosen {
    fn path(&self) -> String {
        format!("/matters/new/{}/{}", self.kind, self.partner.agency)
    }

    pub(super) fn form<'a>(&'a self, asking: &'a Asking, copied: Option<&Copied>) -> ActForm<'a> {
        ActForm {
            asking,
            kind: self.kind,
            def: &self.def,
            about: asking.text("page-new"),
            path: self.path(),
            query: copied.map(|copied| format!("?copy={}", copied.from)).unwrap_or_default(),
            back: "/matters/new".into(),
            with: vec![self.partner.name.clone()],
            officers: &[],
            matters: &self.matters,
            told: copied.map(|copied| self.says_copied(asking, copied)).unwrap_or_default(),
            keeps: Keeps::NotYet,
            ahead: None,
        }
    }

    fn about(&self) -> About {
        About::Opening { kind: self.kind, partner: Box::new(self.partner.clone()) }
    }

    /// What was copied from where, and what was not.
    fn says_copied(&self, asking: &Asking, copied: &Copied) -> Markup {
        let label = |name: &&str| asking.words.field(self.kind, self.def.code, name);
        let left_out: Vec<_> = copied.left_out.iter().map(label).collect();
        let left_out = left_out.join(&asking.text("page-list-comma"));
        html! {
            div.alert.alert-info {
                p {
                    (asking.text("page-copied")) (asking.text("page-colon"))
                    a href={ "/m/" (copied.from) } { (copied.from) }
                    @if let Some(title) = &copied.title { " " span lang=[name_language(title)] { (title) } }
                }
                @if !left_out.is_empty() {
                    p { (asking.text_with("page-copied-not", &[("fields", &left_out)])) }
                }
                p.m-0 { (asking.text("page-copied-check")) }
            }
        }
    }

    /// Where a new matter can be copied from: the latest of its kind with this partner, and a search for others.
    fn offer(&self, asking: &Asking, earlier: &[MatterLine]) -> Markup {
        html! {
            @if !earlier.is_empty() {
                details.mb-3 {
                    summary { (asking.text("page-copy-from")) }
                    (self.choices(asking, earlier))
                    (self.look(asking, ""))
                }
            }
        }
    }

    fn choices(&self, asking: &Asking, earlier: &[MatterLine]) -> Markup {
        html! {
            ul.list-unstyled.mt-2 {
                @for line in earlier {
                    li.mb-1 {
                        a href={ (self.path()) "?copy=" (line.number) } { (line.number) }
                        @if let Some(title) = &line.title { " " span lang=[name_language(title)] { (title) } }
                        " " span.text-secondary {
                            @if let Some(reference) = &line.our_reference { (reference) " · " }
                            (line.status_text)
                        }
                    }
                }
                @if earlier.is_empty() { li { (asking.text("page-copy-none")) } }
            }
        }
    }

    fn look(&self, asking: &Asking, typed: &str) -> Markup {
        html! {
            form.d-flex.flex-wrap.gap-2.align-items-end action={ (self.path()) "/earlier" } method="post" {
                input type="hidden" name="csrf" value=(asking.form_token());
                div {
                    label.form-label for="earlier" { (asking.text("page-copy-look")) }
                    input.form-control #earlier type="search" name="q" value=(typed) maxlength="200" autocomplete="off";
                }
                button.btn.btn-outline-secondary type="submit" { (asking.text("page-search")) }
            }
        }
    }
}

/// What a new form may begin with.
#[derive(Deserialize)]
pub(crate) struct Begin {
    /// The number of an earlier matter to copy from.
    copy: Option<String>,
}

async fn copied(
    office: &Office,
    asking: &Asking,
    chosen: &Chosen,
    begin: Begin,
) -> Result<Option<Copied>, Trouble> {
    let Some(number) = begin.copy else { return Ok(None) };
    let (officer, kind) = (asking.officer(), chosen.kind);
    Ok(Some(office.run(move |ledger, _| ledger.copy_of(&officer, kind, &number)).await?))
}

/// The form: as it was left, copied from an earlier matter, or empty.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    Query(begin): Query<Begin>,
) -> Result<Framed, Trouble> {
    let chosen = chosen(&office, &asking, &kind, &partner).await?;
    let copied = copied(&office, &asking, &chosen, begin).await?;
    let mut form = chosen.form(&asking, copied.as_ref());
    let unsent = kept::read(&office, &asking, &form.path).await?;
    let of_this = |typed: &Typed| copied.as_ref().is_none_or(|copied| typed.text(COPY_OF) == copied.from);
    let typed = match (unsent, &copied) {
        (Some(unsent), _) if of_this(&unsent.typed.clone().into_iter().collect()) => {
            form.keeps = Keeps::Since(unsent.at);
            unsent.typed.into_iter().collect()
        }
        (_, Some(copied)) => {
            let mut typed = fields::typed_again(&copied.values);
            typed.put(COPY_OF, copied.from.as_str());
            typed
        }
        _ => Typed::default(),
    };
    if copied.is_none() {
        form.told = chosen.offer(&asking, &earlier(&office, &asking, &chosen, String::new()).await?);
    }
    Ok(form.page(&typed, &[]))
}

/// Matters that a new one can be copied from; none for who may open none.
async fn earlier(
    office: &Office,
    asking: &Asking,
    chosen: &Chosen,
    typed: String,
) -> Result<Vec<MatterLine>, Trouble> {
    let (officer, words) = (asking.officer(), Arc::clone(&asking.words));
    let (kind, agency) = (chosen.kind, chosen.partner.agency);
    let found = office.run(move |ledger, _| ledger.earlier(&officer, kind, &agency, &typed, &words)).await;
    match found {
        Err(comity_app::Failure::Refused(_)) => Ok(Vec::new()),
        other => Ok(other?),
    }
}

/// Looks for an earlier matter to copy from. What was typed stays out of addresses.
pub(crate) async fn search(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let chosen = chosen(&office, &asking, &kind, &partner).await?;
    let looked_for: String = typed.text("q").chars().take(200).collect();
    let found = earlier(&office, &asking, &chosen, looked_for.clone()).await?;
    let title = asking.text("page-copy-from");
    let body = html! {
        p.mb-1 { a href=(chosen.path()) { (asking.text("page-new")) } }
        h1 { (title) }
        (chosen.look(&asking, &looked_for))
        (chosen.choices(&asking, &found))
    };
    Ok(Page::new(title).of("matters").around(&asking, &body).into_response())
}

/// Takes what was filled in: again, to be checked, or kept as a draft that is asked to be sent.
pub(crate) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    Query(begin): Query<Begin>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let chosen = chosen(&office, &asking, &kind, &partner).await?;
    let copied = copied(&office, &asking, &chosen, begin).await?;
    about::take(&office, chosen.form(&asking, copied.as_ref()), &chosen.about(), typed).await
}
