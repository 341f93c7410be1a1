//! The row of a matter: what a list needs, so that none has to fold a matter for it.
//!
//! Structure only. Titles and references are content: the row names the entries that may hold them, and they are read
//! where they are shown, if they are still there.

use comity_domain::act::{Act as _, matters_named};
use comity_domain::clock::{Clock, Consequence};
use comity_domain::engine::{AnyMatter, Kind as _, Kinds, Standing};
use comity_domain::matters::request::{Answer, RequestKind};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::sync::Arc;

use super::contents::Contents;
use crate::failure::Failure;
use crate::ledger::Ledger;

/// How many entries of each side are looked into for its reference.
const REFERENCES: usize = 4;
/// The status of a request whose answer goes on.
const PARTLY: &str = "partly-answered";

/// One matter in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MatterRow {
    /// The matter.
    pub id: MatterId,
    /// Its kind.
    pub kind: String,
    /// Its status.
    pub status: String,
    /// Whether that status is one after which nobody need do anything.
    pub ended: bool,
    /// The role everybody waits for.
    pub waited_for: Option<String>,
    /// The role we have, once it is opened.
    pub our_role: Option<String>,
    /// The other parties.
    pub with: Vec<AgencyId>,
    /// Whether we opened it.
    pub ours: bool,
    /// Since when this node has it, by its own clock.
    pub since: Timestamp,
    /// Its latest entry, by its author's clock.
    pub updated: Timestamp,
    /// How many entries.
    pub entries: u64,
    /// What is due first: the gravest consequence, then the earliest.
    pub first_due: Option<FirstDue>,
    /// What we have to do first, by date.
    pub due_here: Option<FirstDue>,
    /// What the other side has to do first, by date.
    pub due_there: Option<FirstDue>,
    /// In how many minutes the request was answered by the answer that counts.
    pub answered_in: Option<u64>,
    /// Whether we have written anything that the other side sees.
    pub touched: bool,
    /// Whether only its team may know it.
    pub restricted: bool,
    /// The records of the officers of its team, sorted.
    pub team: Vec<MatterId>,
    /// The record of the officer it is assigned to.
    pub assigned: Option<MatterId>,
    /// The records of the officers who have a task in it that is not done, sorted.
    pub tasked: Vec<MatterId>,
    /// The latest valid entry of a partner that nothing we wrote has taken note of yet.
    pub arrived_unread: Option<Timestamp>,
    /// The roles whose approval or review a draft that is to be sent waits for.
    pub lacks: BTreeSet<String>,
    /// Whether somebody has not answered a recall.
    pub recalled: bool,
    /// When what it holds is to be reviewed, once it has ended.
    pub review_by: Option<Timestamp>,
    /// The other matters that valid acts of this one name, sorted.
    pub names: Vec<MatterId>,
    /// The entry whose content says what it is about.
    pub subject: Option<Hash>,
    /// Entries whose content may hold a side's own reference, the latest first.
    pub references: Vec<Referring>,
}

/// What is due first in a matter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirstDue {
    /// When.
    pub at: Timestamp,
    /// Which clock.
    pub clock: String,
    /// What its lapse costs.
    pub consequence: Consequence,
}

impl FirstDue {
    fn of(clock: &Clock) -> Self {
        Self { at: clock.due, clock: clock.name.to_owned(), consequence: clock.consequence }
    }
}

/// An entry that may hold a reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Referring {
    /// The entry.
    pub entry: Hash,
    /// Whether the reference would be ours.
    pub ours: bool,
}

/// One of the two sides of a matter, seen from here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// This agency.
    Us,
    /// Another party.
    Them,
}

impl MatterRow {
    /// Who is waited for.
    pub fn waits_for(&self) -> Option<Side> {
        let role = self.waited_for.as_ref()?;
        let us = match &self.our_role {
            Some(ours) => ours == role,
            // Nobody but its opener knows of a matter that is not opened yet.
            None => self.ours,
        };
        Some(if us { Side::Us } else { Side::Them })
    }

    /// Whether a partner opened it and we have answered with nothing yet.
    pub fn is_unanswered(&self) -> bool {
        !self.ours && !self.ended && !self.touched
    }

    /// What the lapse of its first clock costs; a matter without one is an ordinary one.
    pub fn consequence(&self) -> Consequence {
        self.first_due.as_ref().map_or(Consequence::Ordinary, |due| due.consequence)
    }
}

/// The row as the matter stands in memory; `None` for a matter of a kind this release does not know.
pub(super) fn fold(
    ledger: &mut Ledger,
    id: &MatterId,
    before: Option<&MatterRow>,
    at: Timestamp,
) -> Result<Option<MatterRow>, Failure> {
    let us = ledger.agency;
    let since = match before {
        Some(row) => row.since,
        None => ledger.store.matter(id)?.first().map_or(at, |record| record.at),
    };
    match ledger.matter(id) {
        Ok(_) => {}
        Err(Failure::NotFound(_)) => return Ok(None),
        Err(other) => return Err(other),
    }
    let kinds = Arc::clone(&ledger.kinds);
    let (matter, contents) = ledger.matter_and_contents(id)?;
    let brief = matter.brief();
    let disowned = matter.disowned_opening();
    let ours = match matter.opening().map(|(opening, _)| opening).or(disowned) {
        Some(opening) => opening.genesis.opener == us,
        // Only our own drafts know of it yet; or a partner's entries wait for their opening.
        None => !matter.inner().drafts.is_empty(),
    };
    let role = brief.parties.iter().find(|party| party.agency == us).map(|party| party.role.to_string());
    let ended = disowned.is_some() || contents.has_ended(brief.kind, brief.cell.status);
    let parties = disowned.map_or(&brief.parties, |opening| &opening.parties);
    let is_ours = |clock: &&Clock| role.as_deref().map_or(ours, |role| role == clock.who);
    let clocks = if ended { &[] } else { brief.clocks.as_slice() };
    let earliest = |here| clocks.iter().filter(|clock| is_ours(clock) == here).min_by_key(|clock| clock.due);
    let inner = matter.inner();
    let open_tasks = inner.tasks.iter().filter(|task| task.done.is_none());
    let people = Insiders {
        team: matter.team(us),
        assigned: inner.assigned,
        tasked: open_tasks.map(|task| task.to).collect(),
        restricted: inner.restricted.is_some(),
    };
    let row = MatterRow {
        id: *id,
        kind: brief.kind.to_owned(),
        status: brief.cell.status.to_owned(),
        ended,
        waited_for: brief.cell.waited_for.map(str::to_owned),
        our_role: role.clone(),
        with: parties.iter().map(|party| party.agency).filter(|party| *party != us).collect(),
        ours,
        since,
        updated: brief.updated,
        entries: brief.entries as u64,
        first_due: first_due(&brief.clocks),
        due_here: earliest(true).map(FirstDue::of),
        due_there: earliest(false).map(FirstDue::of),
        answered_in: answered_in(matter, brief.cell.status),
        touched: matter.entries().iter().any(|entry| entry.header().lane == matter.lane_of(&us)),
        restricted: people.restricted,
        team: Vec::new(),
        assigned: None,
        tasked: Vec::new(),
        arrived_unread: matter.unseen_by(&us),
        lacks: lacking(matter),
        recalled: matter.recalls().iter().any(|recalled| recalled.unanswered().next().is_some()),
        review_by: matter.retention().map(|retention| retention.due),
        names: {
            let names: BTreeSet<_> = named(&kinds, matter).into_iter().map(|named| named.id).collect();
            names.into_iter().collect()
        },
        subject: subject(matter),
        references: references(matter, contents, &us),
    };
    people.named_in(ledger, row).map(Some)
}

/// Another matter that an act names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Named {
    /// The other matter.
    pub(crate) id: MatterId,
    /// The act.
    pub(crate) act: &'static str,
    /// The field that names it.
    pub(crate) field: &'static str,
}

/// The other matters that valid acts of a matter name.
pub(crate) fn named(kinds: &Kinds, matter: &dyn AnyMatter) -> BTreeSet<Named> {
    let Some(kind) = kinds.get(matter.kind()) else { return BTreeSet::new() };
    let entries = matter.entries();
    let own = entries.first().map(|entry| entry.header().matter);
    let naming = entries.iter().filter_map(|entry| {
        let def = kind.act(entry.header().act.as_str())?;
        let named = matters_named(def, &entry.header().structure);
        (!named.is_empty() && matter.standing(&entry.hash()) == Standing::Valid).then_some((def, named))
    });
    let all = naming.flat_map(|(def, named)| {
        named.into_iter().map(|(field, id)| Named { id, act: def.code, field: field.name })
    });
    all.filter(|named| Some(named.id) != own).collect()
}

/// Who of our own people knows a matter and works on it, as entries name them.
struct Insiders {
    team: BTreeSet<Pseudonym>,
    assigned: Option<Pseudonym>,
    tasked: BTreeSet<Pseudonym>,
    restricted: bool,
}

impl Insiders {
    /// The row with their records; who is no officer, as the node's operator, has none.
    fn named_in(self, ledger: &mut Ledger, mut row: MatterRow) -> Result<MatterRow, Failure> {
        let nobody = self.team.is_empty() && self.assigned.is_none() && self.tasked.is_empty();
        if nobody || !ledger.contents.is_shared(&row.kind) {
            return Ok(row);
        }
        for record in ledger.records_ever()?.iter() {
            let who = Pseudonym::of(&*ledger.keys.pseudonyms, &row.id, record.as_bytes());
            if self.team.contains(&who) {
                row.team.push(*record);
            }
            if self.assigned == Some(who) {
                row.assigned = Some(*record);
            }
            if self.tasked.contains(&who) {
                row.tasked.push(*record);
            }
        }
        row.team.sort_unstable();
        row.tasked.sort_unstable();
        Ok(row)
    }
}

fn lacking(matter: &dyn AnyMatter) -> BTreeSet<String> {
    let waiting = matter.drafts_waiting();
    waiting.into_iter().flat_map(|draft| draft.lacks).map(str::to_owned).collect()
}

fn first_due(clocks: &[Clock]) -> Option<FirstDue> {
    clocks.iter().min_by_key(|clock| (clock.consequence, clock.due)).map(FirstDue::of)
}

/// In how many minutes a request was answered; `None` while the last word is not there.
fn answered_in(matter: &dyn AnyMatter, status: &str) -> Option<u64> {
    if matter.kind() != RequestKind::DEF.code || status == PARTLY {
        return None;
    }
    let at = |entry| matter.entry(&entry).map(|entry| entry.header().at);
    let asked = matter.opening().and_then(|(_, entry)| at(entry))?;
    let answered = matter.latest(&[Answer::DEF.code]).and_then(at)?;
    Some(u64::try_from(asked.millis_until(answered) / 60_000).unwrap_or_default())
}

/// The opening act, or the draft of it that counts.
fn subject(matter: &dyn AnyMatter) -> Option<Hash> {
    if let Some((_, opened)) = matter.opening() {
        return Some(opened);
    }
    matter.inner().drafts.iter().rev().find(|draft| !draft.superseded).map(|draft| draft.entry)
}

fn references(matter: &dyn AnyMatter, contents: &Contents, us: &AgencyId) -> Vec<Referring> {
    let kind = matter.kind();
    let (mut telling, ours): (Vec<(Timestamp, Hash, bool)>, _) = (Vec::new(), matter.lane_of(us));
    let draft = if matter.opening().is_none() { subject(matter) } else { None };
    for entry in matter.entries() {
        let (hash, header) = (entry.hash(), entry.header());
        let refers =
            contents.refers(kind, header.act.as_str()) || matter.is_recorded(entry) || draft == Some(hash);
        if refers && matter.standing(&hash) == Standing::Valid {
            telling.push((header.at, hash, header.lane == ours));
        }
    }
    telling.sort_by_key(|told| std::cmp::Reverse((told.0, told.1)));
    let of_side = |ours: bool| telling.iter().filter(move |told| told.2 == ours).take(REFERENCES);
    let both = of_side(true).chain(of_side(false));
    both.map(|(_, entry, ours)| Referring { entry: *entry, ours: *ours }).collect()
}
