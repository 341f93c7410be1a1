//! A new matter: choose what is asked and whom, then fill in the form of the act that opens it.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::response::Response;
use comity_app::authorise::Doing;
use comity_app::commands::ActCommand;
use comity_app::people::{Partner, Partnership};
use comity_domain::act::ActDef;
use maud::html;
use serde::Deserialize;

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::steps::{Step, done, step};
use super::{ActForm, fields};

/// Which kinds and which partners there are.
pub(crate) async fn choose(State(office): State<Arc<Office>>, asking: Asking) -> Result<Framed, Trouble> {
    asking.permit(&office, Doing::OpenMatter).await?;
    let partners = office.run(|ledger, _| ledger.partners()).await?;
    let partners: Vec<_> =
        partners.into_iter().filter(|partner| partner.partnership == Partnership::Confirmed).collect();
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
                        " " span.text-secondary { (partner.place) }
                    }
                }
            }
        }
    };
    Ok(Page::new(asking.text("page-new")).of("matters").around(&asking, &body))
}

/// A kind and a partner, as the path names them.
struct Chosen {
    kind: &'static str,
    def: ActDef,
    partner: Partner,
}

async fn chosen(office: &Office, asking: &Asking, kind: &str, partner: &str) -> Result<Chosen, Trouble> {
    asking.permit(office, Doing::OpenMatter).await?;
    let known = office.kinds.get(kind).filter(|kind| kind.def().shared).ok_or(Trouble::NotFound)?;
    let first = known.acts().first().map(|def| **def).ok_or(Trouble::NotFound)?;
    let partners = office.run(|ledger, _| ledger.partners()).await?;
    let named = partners.into_iter().find(|known| known.agency.to_string() == partner);
    Ok(Chosen { kind: known.def().code, def: first, partner: named.ok_or(Trouble::NotFound)? })
}

impl Chosen {
    fn form<'a>(&'a self, asking: &'a Asking) -> ActForm<'a> {
        ActForm {
            asking,
            kind: self.kind,
            def: &self.def,
            about: asking.text("page-new"),
            action: format!("/matters/new/{}/{}", self.kind, self.partner.agency),
            back: "/matters/new".into(),
            with: vec![self.partner.name.clone()],
            officers: &[],
        }
    }
}

/// What a new form may begin with.
#[derive(Deserialize)]
pub(crate) struct Begin {
    /// The number of an earlier matter to copy from.
    copy: Option<String>,
}

/// The empty form, or one copied from an earlier matter.
pub(crate) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    Query(begin): Query<Begin>,
) -> Result<Framed, Trouble> {
    let chosen = chosen(&office, &asking, &kind, &partner).await?;
    let typed = match begin.copy {
        Some(number) => {
            let officer = asking.officer();
            let copied = office.run(move |ledger, _| {
                let matter = ledger.seen_by(&officer, &number)?;
                ledger.authorise(&officer, Doing::ReadContent, Some(&matter))?;
                ledger.opening_values(&matter)
            });
            fields::typed_again(&copied.await?)
        }
        None => Typed::default(),
    };
    Ok(chosen.form(&asking).page(&typed, &[]))
}

/// Takes what was filled in: again, to be checked, or kept as a draft that is asked to be sent.
pub(crate) async fn take(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((kind, partner)): Path<(String, String)>,
    typed: Typed,
) -> Result<Response, Trouble> {
    asking.check_form(typed.get("csrf"))?;
    let chosen = chosen(&office, &asking, &kind, &partner).await?;
    let form = chosen.form(&asking);
    match step(&form, typed) {
        Step::Show(page) => Ok(page),
        Step::Do { toml, ends, typed } => {
            let (kind, partner, officer) = (chosen.kind, chosen.partner.clone(), asking.officer());
            let acted = office.run(move |ledger, pending| {
                let drafted = ledger.draft_opening(pending, kind, &partner, &toml, &officer)?;
                let send = ActCommand { matter: drafted.matter, act: drafted.act, toml: None };
                ledger.act(pending, &send, &officer)
            });
            done(&office, &form, acted.await, &typed, &ends)
        }
    }
}
