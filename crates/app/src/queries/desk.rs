//! A matter as one desk works on it: who knows it and works on it, tasks, our reference, and what one officer may do.

use ciborium::Value;
use comity_domain::act::{Act as _, ActDef};
use comity_domain::engine::{
    AdoptRecord, Dispatch, DisputeRecord, HandRecordOver, KeepDraft, LastRead, ReadContent, Recall,
    Restriction, ReviewGrounds, SharedAct, StandBy, Task,
};
use comity_domain::vocabularies::Purpose;
use comity_domain::words::Words;
use comity_journal::cbor;
use comity_journal::ids::{MatterId, Pseudonym};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::matters::{ActorLine, MatterPage, Names, NextLine};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

/// What we do with a matter inside.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DeskPage {
    /// The names of its team, sorted.
    pub team: Vec<String>,
    /// The restriction that stands.
    pub restricted: Option<RestrictedLine>,
    /// Who works on it.
    pub assigned: Option<String>,
    /// Tasks, oldest first.
    pub tasks: Vec<TaskLine>,
    /// Our own reference (我方文号), while that content is present.
    pub our_reference: Option<String>,
    /// The latest reading of each officer, where readings are recorded; latest first.
    pub reads: Vec<ReadLine>,
}

/// A restriction that stands.
#[derive(Clone, Debug, Serialize)]
pub struct RestrictedLine {
    /// Who restricted the matter.
    pub by: ActorLine,
    /// When.
    pub at: String,
}

/// Something an officer is to do.
#[derive(Clone, Debug, Serialize)]
pub struct TaskLine {
    /// The entry that gives it.
    pub entry: String,
    /// What is to be done, while that content is present.
    pub text: Option<String>,
    /// Who is to do it.
    pub to: String,
    /// Who gave it.
    pub by: ActorLine,
    /// By when.
    pub due: Option<String>,
    /// Whether that time has passed and it is not done.
    pub overdue: bool,
    /// Who said that it is done.
    pub done: Option<ActorLine>,
}

/// A reading of the content.
#[derive(Clone, Debug, Serialize)]
pub struct ReadLine {
    /// Who.
    pub who: String,
    /// When.
    pub at: String,
    /// For what, in words, where it was said.
    pub purpose: Option<String>,
}

impl Ledger {
    /// A matter as this officer may see it: every act of our party, those that cannot be done now with the reason; no
    /// content where the officer's roles may not read it.
    ///
    /// # Errors
    /// Refused when the officer may not know the matter; what a person typed goes through [`Ledger::seen_by`] first.
    pub fn show_matter_to(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        words: &Words,
    ) -> Result<MatterPage, Failure> {
        self.authorise(officer, Doing::SeeMatter, Some(id))?;
        let mut page = self.show_matter(id, words)?;
        page.next = self.next_for(officer, id, words)?;
        page.linked = self.linked(Some(officer), id, words)?;
        match self.authorise(officer, Doing::ReadContent, Some(id)) {
            Err(Failure::Refused(_)) => hide_content(&mut page, words),
            other => other?,
        }
        Ok(page)
    }

    /// What is done inside our own agency whatever the matter has come to, with why this officer cannot do it now. Read
    /// off the definitions: inner acts a person can fill in; what is done with a draft stands with the draft.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn inside_for(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        words: &Words,
    ) -> Result<Vec<NextLine>, Failure> {
        let kind = self.kind_of(id)?;
        let with_a_draft = !self.matter(id)?.inner().drafts.is_empty();
        let us = self.agency;
        let to_dispatch = !self.matter(id)?.to_dispatch(&us).is_empty();
        let is_here = |act: &&&ActDef| {
            let of_a_draft = act.answers.contains(&KeepDraft::DEF.code);
            let goes_out = act.code != Dispatch::DEF.code || to_dispatch;
            act.inner
                && goes_out
                && by_hand(act)
                && !(of_a_draft && (with_a_draft || !act.answers.contains(&"open")))
        };
        let acts = self.kind_named(&kind)?.acts();
        acts.iter().filter(is_here).map(|act| self.next_line(officer, id, &kind, act, words)).collect()
    }

    /// What may be done with the draft of an act, with why this officer cannot do it now.
    ///
    /// # Errors
    /// When there is no such matter or act, or the store cannot be read.
    pub fn with_draft_for(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        act: &str,
        words: &Words,
    ) -> Result<Vec<NextLine>, Failure> {
        let (kind, draft) = self.act_of(id, act)?;
        let fits = |act: &&&ActDef| {
            let review = act.code == ReviewGrounds::DEF.code;
            act.inner && act.answers.contains(&KeepDraft::DEF.code) && (!review || draft.grounds)
        };
        let acts = self.kind_named(&kind)?.acts();
        acts.iter().filter(fits).map(|act| self.next_line(officer, id, &kind, act, words)).collect()
    }

    fn next_line(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        kind: &str,
        act: &ActDef,
        words: &Words,
    ) -> Result<NextLine, Failure> {
        Ok(NextLine {
            act: act.code.to_owned(),
            text: words.act(kind, act.code),
            approve: act.approve.iter().map(|role| (*role).to_owned()).collect(),
            disabled: self.why_not(id, act.code, officer, words)?,
        })
    }

    /// Every act of our party, with why this officer cannot do it now.
    fn next_for(
        &mut self,
        officer: &Officer,
        id: &MatterId,
        words: &Words,
    ) -> Result<Vec<NextLine>, Failure> {
        let (us, kind) = (self.agency, self.kind_of(id)?);
        let known = self.kind_named(&kind)?;
        let (acts, roles) = (known.acts(), known.def().roles);
        let opening = acts.first().map(|act| act.code);
        let (parties, offered) =
            (self.matter(id)?.ever_parties(), self.matter(id)?.offered_to(&us).is_some());
        let convenes = self.matter(id)?.convenor() == Some(us);
        let is_open = !parties.is_empty();
        let role = parties.into_iter().find(|party| party.agency == us);
        let role = role.map_or(roles[0].to_owned(), |party| party.role.to_string());
        let ours_by_role = |act: &&&ActDef| act.by.is_empty() || act.by.contains(&role.as_str());
        let done = |act: &&&ActDef| is_open && Some(act.code) == opening;
        // What is asked back, and what counts of a fork, is named by the link that stands at it.
        let at_its_entry = |act: &&&ActDef| [Recall::DEF.code, StandBy::DEF.code].contains(&act.code);
        // The node writes an offer by itself, and what takes one over belongs where one was made.
        let of_records = |act: &&&ActDef| {
            let takes = [AdoptRecord::DEF.code, DisputeRecord::DEF.code].contains(&act.code);
            act.code == HandRecordOver::DEF.code || takes && !offered
        };
        let not_ours = |act: &&&ActDef| SharedAct::steers(act) && SharedAct::is(act) && !convenes;
        let ours = acts.iter().filter(|act| !act.inner && !at_its_entry(act) && !of_records(act));
        let ours = ours.filter(|act| !not_ours(act));
        let ours = ours.filter(ours_by_role).filter(|act| !done(act));
        ours.map(|act| self.next_line(officer, id, &kind, act, words)).collect()
    }

    /// Who knows a matter as a member of its team.
    pub(crate) fn team_of(&mut self, id: &MatterId) -> Result<BTreeSet<Pseudonym>, Failure> {
        let us = self.agency;
        Ok(self.matter(id)?.team(us))
    }

    pub(super) fn desk_page(
        &mut self,
        id: &MatterId,
        names: &Names,
        words: &Words,
    ) -> Result<DeskPage, Failure> {
        let inner = self.matter(id)?.inner();
        let now = self.now();
        let mut team: Vec<_> = self.team_of(id)?.iter().map(|who| names.officer(who)).collect();
        team.sort();
        let tasks =
            inner.tasks.iter().map(|task| self.task_line(task, names, now)).collect::<Result<_, _>>()?;
        let restricted = |restriction: &Restriction| RestrictedLine {
            by: names.actor(&restriction.by),
            at: restriction.at.to_string(),
        };
        let mut reads: Vec<_> = inner.reads.iter().collect();
        reads.sort_by_key(|(who, read)| (std::cmp::Reverse(read.at), **who));
        let read = |(who, read): (&Pseudonym, &LastRead)| ReadLine {
            who: names.officer(who),
            at: read.at.to_string(),
            purpose: read.purpose.map(|purpose| words.term(Purpose::LIST, purpose.code())),
        };
        Ok(DeskPage {
            team,
            restricted: inner.restricted.as_ref().map(restricted),
            assigned: inner.assigned.map(|who| names.officer(&who)),
            tasks,
            our_reference: self.our_reference(id, inner.number)?,
            reads: reads.into_iter().map(read).collect(),
        })
    }

    pub(super) fn task_line(&self, task: &Task, names: &Names, now: Timestamp) -> Result<TaskLine, Failure> {
        Ok(TaskLine {
            entry: task.entry.to_string(),
            text: self.text_in(&task.entry, "text")?,
            to: names.officer(&task.to),
            by: names.actor(&task.by),
            due: task.due.map(|due| due.to_string()),
            overdue: task.done.is_none() && task.due.is_some_and(|due| due < now),
            done: task.done.as_ref().map(|(by, _)| names.actor(by)),
        })
    }

    /// The reference we gave the matter, else the latest one an act of ours told the other side.
    fn our_reference(&mut self, id: &MatterId, number: Option<Hash>) -> Result<Option<String>, Failure> {
        if let Some(reference) = number.map(|entry| self.text_in(&entry, "reference")).transpose()?.flatten()
        {
            return Ok(Some(reference));
        }
        let us = self.agency;
        let ours = self.matter(id)?.lane_of(&us);
        let timeline = self.matter(id)?.view().timeline;
        for shown in timeline.iter().rev().filter(|shown| shown.lane == ours) {
            if let Some(reference) = self.text_in(&shown.entry, "reference")? {
                return Ok(Some(reference));
            }
        }
        Ok(None)
    }

    /// A text field in the content of an entry that is still present.
    fn text_in(&self, entry: &Hash, field: &str) -> Result<Option<String>, Failure> {
        let parts = self.store().parts(entry)?;
        let texts = parts.iter().filter_map(|part| {
            let mut map: BTreeMap<String, Value> = cbor::decode(&part.bytes).ok()?;
            map.remove(field)?.into_text().ok()
        });
        Ok({ texts }.next())
    }
}

/// Whether a person can fill an act in: what the node alone knows, or writes by itself, has no form.
fn by_hand(act: &ActDef) -> bool {
    let asked = act.fields.iter().filter(|field| field.required && !field.derived);
    act.code != ReadContent::DEF.code && !{ asked }.any(|field| field.kind.is_for_machines())
}

/// Leaves acts and people, and takes away what the acts say.
fn hide_content(page: &mut MatterPage, words: &Words) {
    page.line.title = None;
    (page.line.our_reference, page.line.their_reference) = (None, None);
    page.desk.our_reference = None;
    page.linked.clear();
    page.desk.tasks.iter_mut().for_each(|task| task.text = None);
    for field in page.timeline.iter_mut().flat_map(|line| &mut line.fields) {
        field.value = words.text("content-not-permitted");
        field.present = false;
        field.translations.clear();
    }
}
