//! The bureau: what stands between us and each partner, and what waits for us today.
//!
//! Counted over the matters an officer may know, and no other: a count would tell of those that are kept from them.
//!
//! Invariant: at most [`LOOKED_AT`] matters are looked at, those that moved last; [`Bureau::more`] says when there are others.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use comity_domain::words::Words;
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use serde::Serialize;

use super::bundles::BundlesPage;
use super::matters::MatterLine;
use super::partners::{CardPage, PartnerLine};
use super::ties::TiePage;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{Facet, FirstDue, MatterRow, Side};

/// How many matters are looked at.
const LOOKED_AT: usize = 1000;
/// How many matters are told one by one.
const TOLD: usize = 50;

/// How long answers take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnswerTime {
    /// The median, in minutes from the request to the answer that counts.
    pub minutes: u64,
    /// Over how many answered requests.
    pub of: u64,
}

/// What stands between us and one partner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Between {
    /// Matters that have not ended.
    pub open: u64,
    /// Matters that wait for us.
    pub for_us: u64,
    /// Matters that wait for the partner.
    pub for_them: u64,
    /// Matters in which something of ours is overdue.
    pub overdue_here: u64,
    /// Who works on those, by name, sorted.
    pub overdue_with: Vec<String>,
    /// How many of those nobody works on.
    pub overdue_unassigned: u64,
    /// Matters in which something of the partner's is overdue.
    pub overdue_there: u64,
    /// When anything was last written in a matter with the partner, by either side.
    pub last: Option<Timestamp>,
    /// How long the partner takes to answer us.
    pub they_answer: Option<AnswerTime>,
    /// How long we take to answer the partner.
    pub we_answer: Option<AnswerTime>,
}

/// The clock of a matter that strikes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextClock {
    /// Its code.
    pub name: String,
    /// When it is due.
    pub due: Timestamp,
    /// Whether that has passed.
    pub overdue: bool,
}

/// A matter that waits for us.
#[derive(Clone, Debug)]
pub struct WaitsForUs {
    /// The matter.
    pub line: MatterLine,
    /// What strikes first.
    pub clock: Option<NextClock>,
}

/// The bureau as one officer sees it.
#[derive(Clone, Debug)]
pub struct Bureau {
    /// Whether nothing is signed for any partner before the root has declared the epoch of our log.
    pub awaits_epoch: bool,
    /// Every partner, with what stands between.
    pub partners: Vec<(PartnerLine, Between)>,
    /// What waits for us, what strikes first before what strikes later.
    pub waits: Vec<WaitsForUs>,
    /// How many matters wait for us in all.
    pub waiting: u64,
    /// Matters of partners that nobody here has answered with anything.
    pub arrived: u64,
    /// Whether there are matters that were not looked at.
    pub more: bool,
}

/// One partner as one officer sees it.
#[derive(Clone, Debug)]
pub struct PartnerPage {
    /// As in the list.
    pub line: PartnerLine,
    /// What stands on record of bundles with it.
    pub bundles: BundlesPage,
    /// Its card, where it has one.
    pub card: Option<CardPage>,
    /// What stands between us.
    pub between: Between,
    /// The matters that have not ended, what moved last first.
    pub open: Vec<MatterLine>,
    /// The rights assessment two people have accepted, while nobody has taken it back.
    pub assessed: Option<RightsAssessment>,
    /// The rights assessment that waits for a second person.
    pub proposed: Option<RightsAssessment>,
    /// How it is tied with an agency that has a node, or with a record that was kept of us.
    pub tie: TiePage,
    /// The acts that may follow in its record, as codes.
    pub next: Vec<&'static str>,
    /// Whether there are matters that were not looked at.
    pub more: bool,
}

/// A rights assessment of a partner as it was written.
#[derive(Clone, Debug, Serialize)]
pub struct RightsAssessment {
    /// The entry that holds it.
    pub entry: Hash,
    /// What it says, while that has not been erased.
    pub text: Option<String>,
    /// What it rests on.
    pub source: Option<String>,
    /// Who proposed it, by name.
    pub by: Option<String>,
}

/// A matter that was looked at.
struct Looked {
    row: Arc<MatterRow>,
    here: Option<NextClock>,
    there: Option<NextClock>,
}

impl Bureau {
    /// The partners for which nothing is signed before both have compared their records, by our names for them.
    pub fn not_compared_with(&self) -> Vec<&str> {
        let holds_up = |line: &&PartnerLine| {
            line.partnership == "confirmed"
                && !line.off_network
                && line.linked.is_none()
                && !line.compared
                && !line.waived
        };
        self.partners.iter().map(|(line, _)| line).filter(holds_up).map(|line| line.name.as_str()).collect()
    }
}

impl Looked {
    fn at(row: Arc<MatterRow>, now: Timestamp) -> Self {
        let clock =
            |due: &FirstDue| NextClock { name: due.clock.clone(), due: due.at, overdue: now > due.at };
        Self { here: row.due_here.as_ref().map(clock), there: row.due_there.as_ref().map(clock), row }
    }

    fn waits_for(&self, side: Side) -> bool {
        !self.row.ended && self.row.waits_for() == Some(side)
    }
}

impl Ledger {
    /// The bureau as an officer sees it.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn bureau(&mut self, officer: &Officer, words: &Words) -> Result<Bureau, Failure> {
        let (looked, more) = self.look(officer)?;
        let officers = self.names_of_officers()?;
        let mut partners = Vec::new();
        for line in self.list_partners()? {
            let between = between(looked.iter().filter(|one| one.row.with.contains(&line.agency)), &officers);
            partners.push((line, between));
        }
        let mut waits: Vec<_> = looked.iter().filter(|one| one.waits_for(Side::Us)).collect();
        let waiting = waits.len() as u64;
        // What has a date comes before what has none, and of two dates the earlier one.
        let due = |one: &Looked| one.here.as_ref().map(|clock| clock.due);
        waits.sort_by_key(|one| (one.here.is_none(), due(one), one.row.updated));
        waits.truncate(TOLD);
        let names = self.partner_names(words)?;
        let told = |one: &Looked| {
            let line = self.line_for(officer, &one.row, &names, words)?;
            Ok(WaitsForUs { line, clock: one.here.clone() })
        };
        let waits = waits.into_iter().map(told).collect::<Result<_, Failure>>()?;
        let arrived = looked.iter().filter(|one| one.row.is_unanswered()).count() as u64;
        Ok(Bureau { awaits_epoch: self.awaits_epoch(), partners, waits, waiting, arrived, more })
    }

    /// One partner as an officer sees it.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn partner_page(
        &mut self,
        agency: &AgencyId,
        officer: &Officer,
        words: &Words,
    ) -> Result<PartnerPage, Failure> {
        let mut named = self.list_partners()?.into_iter().filter(|line| line.agency == *agency);
        // Of an agency that was ended and met anew the record that counts is not the ended one.
        let line = named.clone().find(|line| line.partnership != "ended").or_else(|| named.next());
        let line = line.ok_or_else(|| Failure::NotFound("no such partner".into()))?;
        let (mut looked, more) = self.look(officer)?;
        looked.retain(|one| one.row.with.contains(agency));
        let names = self.partner_names(words)?;
        let open = looked.iter().filter(|one| !one.row.ended).take(TOLD);
        let open =
            open.map(|one| self.line_for(officer, &one.row, &names, words)).collect::<Result<_, _>>()?;
        let next = self.matter(&line.record)?.brief().cell;
        let next = next.next.iter().flat_map(|(_, acts)| acts.iter().copied()).collect();
        let (assessed, proposed) = self.assessments_of(&line.record)?;
        let card = self.card_of(agency);
        let between = between(looked.iter(), &self.names_of_officers()?);
        let tie = self.tie_page(&line)?;
        let bundles = self.bundles_with(agency)?;
        Ok(PartnerPage { line, bundles, card, between, open, assessed, proposed, tie, next, more })
    }

    /// The rights assessment in a partner's record that is accepted, and the one that waits for a second person.
    ///
    /// # Errors
    /// When there is no such record, or the store cannot be read.
    pub fn assessments_of(
        &mut self,
        record: &MatterId,
    ) -> Result<(Option<RightsAssessment>, Option<RightsAssessment>), Failure> {
        let lane = self.partner_lane(record)?;
        let mut read = |entry: Option<Hash>| entry.map(|entry| self.assessment_in(record, entry)).transpose();
        Ok((read(lane.assessed_in())?, read(lane.proposed().map(|proposed| proposed.entry))?))
    }

    fn assessment_in(&mut self, record: &MatterId, entry: Hash) -> Result<RightsAssessment, Failure> {
        let who = self.matter(record)?.entry(&entry).map(|entry| entry.header().by.who);
        let by = who.map(|who| self.officer_behind(record, who)).transpose()?.flatten();
        let named = [(entry, ())];
        Ok(RightsAssessment {
            entry,
            text: self.text_of(&named, "assessment", "assessment")?,
            source: self.text_of(&named, "assessment", "source")?,
            by,
        })
    }

    fn names_of_officers(&mut self) -> Result<BTreeMap<MatterId, String>, Failure> {
        let officers = self.officers_ever()?.into_iter();
        Ok(officers.map(|officer| (officer.record, officer.name)).collect())
    }

    /// The shared matters that moved last and that this officer may know.
    fn look(&mut self, officer: &Officer) -> Result<(Vec<Looked>, bool), Failure> {
        let (now, (rows, more)) = (self.now(), self.rows_for(officer, &Facet::All, LOOKED_AT)?);
        Ok((rows.into_iter().map(|row| Looked::at(row, now)).collect(), more))
    }
}

fn between<'a>(looked: impl Iterator<Item = &'a Looked>, officers: &BTreeMap<MatterId, String>) -> Between {
    let mut between = Between::default();
    let (mut theirs, mut ours, mut overdue_with) = (Vec::new(), Vec::new(), BTreeSet::new());
    for one in looked {
        between.open += u64::from(!one.row.ended);
        between.for_us += u64::from(one.waits_for(Side::Us));
        between.for_them += u64::from(one.waits_for(Side::Them));
        if one.here.as_ref().is_some_and(|clock| clock.overdue) {
            between.overdue_here += 1;
            match one.row.assigned.and_then(|officer| officers.get(&officer)) {
                Some(name) => drop(overdue_with.insert(name.clone())),
                None => between.overdue_unassigned += 1,
            }
        }
        between.overdue_there += u64::from(one.there.as_ref().is_some_and(|clock| clock.overdue));
        between.last = between.last.max(Some(one.row.updated));
        // Who did not ask has answered.
        let answers = if one.row.ours { &mut theirs } else { &mut ours };
        answers.extend(one.row.answered_in);
    }
    let overdue_with = overdue_with.into_iter().collect();
    Between { they_answer: median(theirs), we_answer: median(ours), overdue_with, ..between }
}

/// The middle one; of an even number the earlier of the two in the middle.
fn median(mut minutes: Vec<u64>) -> Option<AnswerTime> {
    minutes.sort_unstable();
    let middle = minutes.len().checked_sub(1)? / 2;
    Some(AnswerTime { minutes: *minutes.get(middle)?, of: minutes.len() as u64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_answer_tells_how_long_answers_take() {
        assert_eq!(median(Vec::new()), None);
        assert_eq!(median(vec![60]), Some(AnswerTime { minutes: 60, of: 1 }));
        assert_eq!(median(vec![600, 10, 60]), Some(AnswerTime { minutes: 60, of: 3 }));
        assert_eq!(median(vec![600, 10, 60, 70]), Some(AnswerTime { minutes: 60, of: 4 }));
    }
}
