//! The job that seals files and hands them over: off the ledger's thread, the same way as at the keyboard.
//!
//! Invariant: whatever comes of it, the files in the clear are gone from this node when it ends. A killed node leaves them
//! as they were brought; they go when nobody touches them.

use std::sync::Arc;

use axum::extract::{Path, State};
use comity_app::Failure;
use comity_app::commands::{ActCommand, Outcome, RecordCommand};
use comity_app::people::{Officer, Partner};
use comity_app::staging::{Claimed, Upload, UploadId};
use comity_app::workers::{SealOrder, Shelved};
use comity_journal::ids::MatterId;
use maud::html;
use toml::Table;

use super::super::asking::Asking;
use super::super::frame::{Framed, Page};
use super::super::office::Office;
use super::super::trouble::Trouble;
use super::super::typed::Typed;
use super::check::under_way;
use super::hand_over::Place;
use super::jobs::{Begun, Meter, PATIENCE, Stand};
use crate::session::Secret;

/// What is sealed and handed over, by whom.
struct Order {
    officer: Officer,
    matter: MatterId,
    code: &'static str,
    files: Claimed,
    act: Table,
    /// For whom it is recorded and how it reached us, where a party without a node said it.
    record: Option<(Partner, Table)>,
    /// Whether what is sealed is what the act hands over.
    hands_over: bool,
}

/// Begins to seal what was chosen; the name of the job.
pub(super) async fn begin(
    office: &Arc<Office>,
    asking: &Asking,
    place: &Place,
    chosen: Vec<(UploadId, Upload)>,
    typed: &Typed,
    act: Table,
) -> Result<String, Trouble> {
    let name = office.draw(|entropy| Secret::draw(entropy).as_str().to_owned());
    let officer = asking.officer();
    let all = chosen.iter().map(|(_, upload)| upload.length).sum();
    let (matter, at) = (place.matter, office.now());
    let begun = Begun { officer: officer.record, matter, about: None, at, all };
    // How to seal is asked first: what stands against it costs nobody their files.
    let how = office.run(move |ledger, _| ledger.seal_order(&matter)).await?;
    let paths: Vec<_> = chosen.iter().map(|(_, upload)| upload.path.clone()).collect();
    let ids: Vec<_> = chosen.into_iter().map(|(id, _)| id).collect();
    let files = office.outside.staging().claim(&ids).ok_or(Trouble::Busy)?;
    let meter = office.evidence.jobs.begin(name.clone(), begun)?;
    let record = place.record.clone().map(|party| (party, named(place.how(typed), &paths)));
    let order =
        Order { officer, matter, code: place.def.code, files, act, record, hands_over: place.hands_over };
    let sealing = tokio::spawn(carry_out(Arc::clone(office), name.clone(), how, order, meter));
    drop(tokio::time::timeout(PATIENCE, sealing).await);
    Ok(name)
}

/// How something reached us, with what the paper is called: the first file, and how many more there are.
fn named(mut how: Table, paths: &[String]) -> Table {
    if let Some(first) = paths.first() {
        let more = if paths.len() > 1 { format!(" (+{})", paths.len() - 1) } else { String::new() };
        how.insert("paper".into(), format!("{first}{more}").into());
    }
    how
}

async fn carry_out(office: Arc<Office>, name: String, how: SealOrder, order: Order, meter: Meter) {
    let turn = Arc::clone(&office.evidence.jobs.turns).acquire_owned().await;
    let stand = seal_and_hand_over(&office, how, order, meter).await.unwrap_or_else(|stopped| stopped);
    office.evidence.jobs.end(&name, stand);
    drop(turn);
}

/// Seals, has the act done, and takes the package off the shelf again where nobody was handed it.
async fn seal_and_hand_over(
    office: &Arc<Office>,
    how: SealOrder,
    order: Order,
    meter: Meter,
) -> Result<Stand, Stand> {
    let fault = || Stand::Stopped(Trouble::Fault);
    let objects = office.outside.objects();
    // From now until an entry names it the package is nobody's, and must not be swept.
    let held = objects.hold().map_err(|_| fault())?;
    let shelved = seal(office, how, order.files, meter).await?;
    let (mut act, officer) = (order.act, order.officer);
    if order.record.is_none() || order.hands_over {
        shelved.fill_in(&mut act);
    }
    let command =
        ActCommand { matter: order.matter, act: order.code.to_owned(), toml: Some(act.to_string()) };
    let records = order.record.is_some();
    let acted = match order.record {
        None => office.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await,
        Some((party, mut how)) => {
            let paper = (!order.hands_over).then(|| shelved.fill_in_record(&mut how));
            let command = RecordCommand { party, act: command, recorded: how.to_string(), paper };
            office.run(move |ledger, pending| ledger.record_for(pending, &command, &officer)).await
        }
    };
    if matches!(&acted, Err(Failure::Refused(_) | Failure::Usage(_) | Failure::Compose(_))) {
        shelved.take_off(&objects).map_err(|_| fault())?;
    }
    drop(held);
    let acted = acted.map_err(|failure| Stand::Stopped(failure.into()))?;
    if matches!(acted.outcome, Outcome::Signed(_)) {
        office.outside.wake();
    }
    if records {
        return Ok(Stand::Recorded);
    }
    Ok(Stand::HandedOver { said: acted.outcome.code(), rule: acted.outcome.rule() })
}

async fn seal(office: &Arc<Office>, how: SealOrder, files: Claimed, meter: Meter) -> Result<Shelved, Stand> {
    let (staging, objects, at) = (office.outside.staging(), office.outside.objects(), office.now());
    let mut entropy = office.outside.entropy();
    let sealing = tokio::task::spawn_blocking(move || {
        let laid_out = staging.lay_out(&files).map_err(|not_taken| Stand::Stopped(not_taken.into()));
        let sealed = laid_out.and_then(|laid_out| {
            let progress = &mut |done| meter.at(done);
            let sealed = how.carry_out(laid_out.path(), &objects, at, &mut *entropy, progress);
            sealed.map_err(|error| Stand::CouldNot(error.to_string()))
        });
        if let Err(error) = files.remove() {
            tracing::error!(kind = %error.kind(), "files in the clear could not be removed after sealing");
        }
        sealed
    });
    sealing.await.map_err(|_| Stand::Stopped(Trouble::Fault))?
}

/// How far it is, or what came of it.
pub(super) async fn show(
    State(office): State<Arc<Office>>,
    asking: Asking,
    Path((number, job)): Path<(String, String)>,
) -> Result<Framed, Trouble> {
    let officer = asking.officer();
    let seen = number.clone();
    let matter = office.run(move |ledger, _| ledger.seen_by(&officer, &seen)).await?;
    let job =
        office.evidence.jobs.find(&job, asking.officer().record, matter, None).ok_or(Trouble::NotFound)?;
    let title = asking.text("page-bring");
    let body = html! {
        p.mb-1.no-print { a href={ "/m/" (number) } { (number) } }
        h1 { (title) }
        @match &job.stand {
            Stand::HandedOver { said, rule } => div.proof-ok role="status" {
                p { strong { (asking.text("page-job-sealed")) } }
                p { (asking.text(&format!("page-said-{said}"))) }
                @if let Some(rule) = rule {
                    p { (asking.words.rule(rule)) " " (asking.words.rule_help(rule)) }
                }
            },
            Stand::Recorded => div.proof-ok role="status" { p { strong { (asking.text("page-record-done")) } } },
            _ => (under_way(&asking, &job, "page-job-sealing")),
        }
        p { a href={ "/m/" (number) } { (asking.text("page-job-to-matter")) } }
    };
    let stopped = matches!(&job.stand, Stand::Stopped(_) | Stand::CouldNot(_));
    Ok(Page::new(title).of("evidence").faulty(stopped).around(&asking, &body))
}
