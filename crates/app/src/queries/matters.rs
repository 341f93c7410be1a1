//! Matters: the list, and one of them whole.

use ciborium::Value;
use comity_domain::act::{self, Absence, Act as _, FieldKind, FieldType as _, Home};
use comity_domain::clock::ClockReading;
use comity_domain::engine::{
    EntryView, Facts, Holder, KeepGround, PartyRole, ReadContent, RecallResult, Recalled, RecordDispute,
    RecordWord, Recorded, Standing,
};
use comity_domain::gates::{Cover, missing_approvals};
use comity_domain::words::Words;
use comity_journal::entry::{Actor, Lane, Party};
use comity_journal::ids::{AgencyId, MatterId, Pseudonym, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;
use comity_store::Direction;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

use super::desk::DeskPage;
use super::linked::LinkedLine;
use super::lists::{Also, LONGEST_PAGE, ListQuery};
use super::retention::RetentionLine;
use super::translations::{self, TranslationLine};
use crate::authorise::WhyNot;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::Facet;

/// A matter in the list.
#[derive(Clone, Debug, Serialize)]
pub struct MatterLine {
    /// Its number as people see it.
    pub number: String,
    /// Its id.
    pub id: MatterId,
    /// Its kind, in words.
    pub kind: String,
    /// Its kind, as a code.
    pub kind_code: String,
    /// The record of the officer it is assigned to.
    pub assigned: Option<MatterId>,
    /// Its status, as a code.
    pub status: String,
    /// Its status, in words.
    pub status_text: String,
    /// The other parties, by our names for them.
    pub with: Vec<String>,
    /// Whether none of them has a node: what goes out goes by hand, and what they say is recorded.
    pub by_hand: bool,
    /// Whether we wait (`them`), they wait (`us`), or nobody does.
    pub waited_for: Option<String>,
    /// Our own reference, while that content is present.
    pub our_reference: Option<String>,
    /// Another party's reference, while that content is present.
    pub their_reference: Option<String>,
    /// What it is about, while that content is present.
    pub title: Option<String>,
    /// Its latest entry.
    pub updated: String,
    /// The first clock that runs, in words.
    pub due: Option<String>,
    /// When that is due.
    pub due_at: Option<String>,
    /// Whether that is overdue.
    pub overdue: bool,
    /// What its lapse costs, as a code.
    pub consequence: Option<&'static str>,
    /// Whether something has arrived in it that nobody here has taken note of.
    pub arrived: bool,
    /// Whether a partner opened it and we have answered with nothing yet.
    pub unanswered: bool,
    /// Whether nobody need do anything in it any more.
    pub ended: bool,
    /// Whether a partner in quarantine has opened it since: it can be refused, and is not taken up until that is lifted.
    pub quarantined: bool,
}

/// A party of a matter.
#[derive(Clone, Debug, Serialize)]
pub struct PartyLine {
    /// The agency.
    pub agency: AgencyId,
    /// Our name for it; "us" for ourselves.
    pub name: String,
    /// Its part, in words.
    pub role: String,
    /// Whether it has no node, and another writes down what it says.
    pub off_network: bool,
}

/// Who acted or approved.
#[derive(Clone, Debug, Serialize)]
pub struct ActorLine {
    /// A name where it is one of ours, else a pseudonym.
    pub who: String,
    /// The roles held.
    pub roles: Vec<String>,
}

/// One field of an act.
#[derive(Clone, Debug, Serialize)]
pub struct FieldLine {
    /// Its name in the act's definition.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// Its value in words, or why there is none.
    pub value: String,
    /// Whether it could be read.
    pub present: bool,
    /// The same in other languages.
    pub translations: Vec<TranslationLine>,
}

/// One entry on the timeline.
#[derive(Clone, Debug, Serialize)]
pub struct TimelineLine {
    /// The entry.
    pub entry: String,
    /// `ours`, `theirs`, `inner`, or `recorded` by us for a party without a node.
    pub side: &'static str,
    /// The act's code.
    pub act: String,
    /// The act, in words.
    pub act_text: String,
    /// When, by its author's clock.
    pub at: String,
    /// Who acted.
    pub by: ActorLine,
    /// Who approved.
    pub approved: Vec<ActorLine>,
    /// Whether it ends a branch of a fork of our own, so that we can stand by it.
    pub ends_branch: bool,
    /// How it stands, as a code: `valid`, `void`, `not-understood`, `waiting`, `forked`, `given-up` or `disowned`.
    pub stands: &'static str,
    /// How it stands, in words; empty when plainly valid.
    pub standing: String,
    /// What it waits for, where it waits.
    pub waits: Option<WaitsLine>,
    /// Whether the other side acted at the same time.
    pub crossed: bool,
    /// What the party's own agency says of what was recorded for it, in words; nothing while it has said nothing.
    pub word: Option<String>,
    /// What we hold against it.
    pub objections: Vec<String>,
    /// For ours: `queued` or `delivered`, or where it goes out by hand `to-dispatch` or `dispatched`; for theirs:
    /// `received`.
    pub delivery: &'static str,
    /// What it says.
    pub fields: Vec<FieldLine>,
}

/// What an entry waits for.
#[derive(Clone, Debug, Serialize)]
pub struct WaitsLine {
    /// Since when it is here.
    pub since: String,
    /// The entries it names that are not here; none where it waits for another one that waits.
    pub lacks: Vec<LacksLine>,
}

/// An entry that is missing.
#[derive(Clone, Debug, Serialize)]
pub struct LacksLine {
    /// Whose, by our name for it.
    pub of: String,
    /// Whether it would be ours: then it was never written, and nobody can bring it.
    pub ours: bool,
    /// Which of them, counted from 1.
    pub number: u64,
}

/// A clock that runs.
#[derive(Clone, Debug, Serialize)]
pub struct ClockLine {
    /// Its code.
    pub name: &'static str,
    /// In words.
    pub text: String,
    /// When it is due.
    pub due: String,
    /// Whether it is overdue.
    pub overdue: bool,
    /// The role that must act.
    pub who: &'static str,
}

/// What may be done next, by us; on the page of one officer also what cannot be done now, and why.
#[derive(Clone, Debug, Serialize)]
pub struct NextLine {
    /// The act's code.
    pub act: String,
    /// In words.
    pub text: String,
    /// The roles that must approve it.
    pub approve: Vec<String>,
    /// Why the officer whose page it is cannot do it now.
    pub disabled: Option<WhyNot>,
}

/// A draft of ours that is not signed yet.
#[derive(Clone, Debug, Serialize)]
pub struct DraftLine {
    /// The act.
    pub act: String,
    /// The approving roles still missing.
    pub missing: Vec<String>,
    /// Whether it is asked to be sent.
    pub to_be_sent: bool,
}

/// A sealed package that was handed over.
#[derive(Clone, Debug, Serialize)]
pub struct PackageLine {
    /// Its name: the root over its bytes.
    pub package: String,
    /// The entry that handed it over.
    pub entry: String,
    /// Bytes of its payload.
    pub size: u64,
    /// Whether it is whole at this node, every byte checked; else it has not come yet or was erased.
    pub here: bool,
    /// Whether it holds the paper of what was recorded for a party without a node.
    pub paper: bool,
}

/// Content that somebody asked back, and what the others have said to it.
#[derive(Clone, Debug, Serialize)]
pub struct RecallLine {
    /// The entry that asks it back.
    pub recall: String,
    /// The entry whose content it is.
    pub of: String,
    /// The act of that entry, in words.
    pub act_text: String,
    /// Who asks; "us" for ourselves.
    pub by: String,
    /// When.
    pub at: String,
    /// Everybody else.
    pub holders: Vec<HolderLine>,
}

/// A party that was asked to give content up.
#[derive(Clone, Debug, Serialize)]
pub struct HolderLine {
    /// Our name for it; "us" for ourselves.
    pub name: String,
    /// Its answer in words; nothing while it has not answered.
    pub answer: Option<String>,
    /// When it answered.
    pub at: Option<String>,
}

/// A matter whole.
#[derive(Clone, Debug, Serialize)]
pub struct MatterPage {
    /// As in the list.
    #[serde(flatten)]
    pub line: MatterLine,
    /// What the record says about cover.
    pub cover: String,
    /// What stands over the whole matter for everybody to heed: restrictions on use.
    pub marks: Vec<String>,
    /// Sealed packages that were handed over.
    pub packages: Vec<PackageLine>,
    /// What was asked back, the earliest first.
    pub recalls: Vec<RecallLine>,
    /// Its parties.
    pub parties: Vec<PartyLine>,
    /// Who has handed over to us what it recorded for us, while we have neither adopted nor disputed it.
    pub offered_by: Option<String>,
    /// The clocks that run.
    pub clocks: Vec<ClockLine>,
    /// Drafts not signed yet.
    pub drafts: Vec<DraftLine>,
    /// What we may do next.
    pub next: Vec<NextLine>,
    /// Both sides' acts, by time.
    pub timeline: Vec<TimelineLine>,
    /// When what it holds is to be reviewed, once it has ended.
    pub retention: Option<RetentionLine>,
    /// The matters its acts name, and those whose acts name it.
    pub linked: Vec<LinkedLine>,
    /// Whether nothing may be written on it until upgrade.
    pub read_only: bool,
    /// What we do with it inside: who knows it and works on it, tasks, our reference.
    #[serde(flatten)]
    pub desk: DeskPage,
}

/// What is looked up once for a page.
pub(super) struct Names {
    us: AgencyId,
    partners: BTreeMap<AgencyId, String>,
    officers: BTreeMap<Pseudonym, String>,
}

impl Names {
    pub(super) fn read(ledger: &mut Ledger, matter: &MatterId, words: &Words) -> Result<Self, Failure> {
        let officers = ledger.officers_ever()?;
        let of = |officer: &Officer| officer.acting_in(&*ledger.keys.pseudonyms, matter).who;
        let officers = officers.iter().map(|officer| (of(officer), officer.name.clone())).collect();
        Ok(Self { us: ledger.agency, partners: ledger.partner_names(words)?, officers })
    }

    pub(super) fn agency(&self, agency: &AgencyId) -> String {
        if *agency == self.us {
            return "us".into();
        }
        self.partners.get(agency).cloned().unwrap_or_else(|| agency.to_string().chars().take(12).collect())
    }

    /// The name of one of our officers; a pseudonym where it is somebody else's or nobody's any more.
    pub(super) fn officer(&self, who: &Pseudonym) -> String {
        let pseudonym = || who.to_string().chars().take(8).collect();
        self.officers.get(who).cloned().unwrap_or_else(pseudonym)
    }

    pub(super) fn actor(&self, actor: &Actor) -> ActorLine {
        ActorLine { who: self.officer(&actor.who), roles: actor.roles.iter().map(Token::to_string).collect() }
    }
}

impl Ledger {
    /// All shared matters, latest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn list_matters(&mut self, words: &Words) -> Result<Vec<MatterLine>, Failure> {
        let mut list =
            ListQuery { facet: Facet::All, also: Also::default(), after: None, limit: LONGEST_PAGE };
        let mut lines = Vec::new();
        loop {
            let page = self.matter_lines(&list, words)?;
            lines.extend(page.lines);
            if page.next.is_none() {
                return Ok(lines);
            }
            list.after = page.next;
        }
    }

    /// One matter whole.
    ///
    /// # Errors
    /// When there is none, or the store cannot be read.
    pub fn show_matter(&mut self, id: &MatterId, words: &Words) -> Result<MatterPage, Failure> {
        let names = Names::read(self, id, words)?;
        let (us, now) = (self.agency, self.now());
        let kind = self.kind_of(id)?;
        let row = self.row(&kind, id)?.ok_or_else(|| Failure::NotFound("no such matter".into()))?;
        let line = self.line(&row, &names.partners, words)?;
        let view = self.matter(id)?.view();
        let our_role =
            view.parties.iter().find(|party| party.agency == us).map(|party| party.role.as_str().to_owned());
        let mut timeline = Vec::new();
        // Readings are told beside the timeline, or they would bury it.
        for entry in view.timeline.iter().filter(|entry| entry.act.as_str() != ReadContent::DEF.code) {
            timeline.push(self.timeline_line(id, &kind, entry, &names, words)?);
        }
        let (marks, handed) = (self.matter(id)?.marks(), self.packages_told_of(id)?);
        let removed = self.matter(id)?.removed_by(&us).map(|_| words.text("removed-from-matter"));
        let mut packages = Vec::new();
        for handed in &handed {
            packages.push(PackageLine {
                package: handed.package.root.to_string(),
                entry: handed.entry.to_string(),
                size: self.size_of(handed)?,
                here: self.shelf.holds(&handed.package.root),
                paper: handed.paper,
            });
        }
        let known = self.kind_named(&kind)?;
        let role = our_role.unwrap_or_else(|| known.def().roles[0].to_owned());
        let next = view.cell.next_of(&role).filter_map(|code| {
            let def = known.act(code)?;
            let approve = def.approve.iter().map(|role| (*role).to_owned()).collect();
            Some(NextLine { act: code.to_owned(), text: words.act(&kind, code), approve, disabled: None })
        });
        let next = next.collect();
        let clocks = view.clocks.iter().map(|clock| ClockLine {
            name: clock.name,
            text: clock_text(words, clock, now),
            due: clock.due.to_string(),
            overdue: clock.reading(now) == ClockReading::Overdue,
            who: clock.who,
        });
        Ok(MatterPage {
            line,
            cover: words.term(Cover::LIST, Cover::NotOnRecord.code()),
            marks: removed
                .into_iter()
                .chain(marks.iter().map(|mark| words.text(&format!("mark-{kind}-{mark}"))))
                .collect(),
            packages,
            recalls: self.recall_lines(id, &kind, &names, words)?,
            offered_by: self.offered_by(id)?.map(|recorder| names.agency(&recorder)),
            parties: view
                .parties
                .iter()
                .map(|party| PartyLine {
                    agency: party.agency,
                    name: names.agency(&party.agency),
                    role: words.text(&format!("party-{kind}-{}", party.role)),
                    off_network: party.recorder.is_some(),
                })
                .collect(),
            clocks: clocks.collect(),
            drafts: self.draft_lines(id, &kind)?,
            next,
            timeline,
            retention: self.retention_line(id)?,
            linked: self.linked(None, id, words)?,
            read_only: view.read_only,
            desk: self.desk_page(id, &names, words)?,
        })
    }

    /// Who recorded for us in a matter and waits for our word on it.
    fn offered_by(&mut self, id: &MatterId) -> Result<Option<AgencyId>, Failure> {
        let us = self.agency;
        let matter = self.matter(id)?;
        let recorder = matter.opening().map(|(opening, _)| opening.genesis.opener);
        Ok(recorder.filter(|_| matter.offered_to(&us).is_some()))
    }

    fn recall_lines(
        &mut self,
        id: &MatterId,
        kind: &str,
        names: &Names,
        words: &Words,
    ) -> Result<Vec<RecallLine>, Failure> {
        let matter = self.matter(id)?;
        let holder = |holder: Holder| {
            let (answer, at) = match holder.answer {
                Some((result, ground, at)) => {
                    let ground = ground.map(|ground| words.term(KeepGround::LIST, ground.code()));
                    let result = words.term(RecallResult::LIST, result.code());
                    let told = [Some(result), ground].into_iter().flatten().collect::<Vec<_>>();
                    (Some(told.join(&words.text("page-list-comma"))), Some(at.to_string()))
                }
                None => (None, None),
            };
            HolderLine { name: names.agency(&holder.agency), answer, at }
        };
        let line = |recalled: Recalled| {
            let act = matter.entry(&recalled.of).map(|entry| entry.header().act.to_string());
            RecallLine {
                recall: recalled.recall.to_string(),
                of: recalled.of.to_string(),
                act_text: act.map(|act| words.act(kind, &act)).unwrap_or_default(),
                by: names.agency(&recalled.by),
                at: recalled.at.to_string(),
                holders: recalled.holders.into_iter().map(holder).collect(),
            }
        };
        Ok(matter.recalls().into_iter().map(line).collect())
    }

    fn draft_lines(&mut self, id: &MatterId, kind: &str) -> Result<Vec<DraftLine>, Failure> {
        let inner = self.matter(id)?.inner();
        let mut lines = Vec::new();
        for draft in inner.drafts.iter().filter(|draft| !draft.superseded && !draft.sent_back) {
            if self.was_signed(id, &draft.entry)? {
                continue;
            }
            let def = self.kind_named(kind)?.act(draft.act.as_str());
            let missing =
                def.map(|def| missing_approvals(def, &draft.by, &draft.approvals)).unwrap_or_default();
            lines.push(DraftLine {
                act: draft.act.to_string(),
                missing: missing.into_iter().map(str::to_owned).collect(),
                to_be_sent: draft.to_be_sent,
            });
        }
        Ok(lines)
    }

    fn timeline_line(
        &mut self,
        id: &MatterId,
        kind: &str,
        shown: &EntryView,
        names: &Names,
        words: &Words,
    ) -> Result<TimelineLine, Failure> {
        let (us, now) = (self.agency, self.now());
        let ceiling = self.ceiling_in(id, None, now)?;
        let matter = self.matter(id)?;
        let entry = matter.entry(&shown.entry).cloned();
        let entry = entry.ok_or_else(|| Failure::Fault("an entry of the timeline is not there".into()))?;
        let header = entry.header();
        let (recorded, ours) = (matter.is_recorded(&entry), matter.lane_of(&us));
        let ends_branch = header.lane == ours && matter.branches(header.lane).contains(&shown.entry);
        let side = match shown.lane {
            Lane::Inner(_) => "inner",
            Lane::Shared(_) if recorded && header.author == us => "recorded",
            Lane::Shared(_) if recorded => "recorded-by-them",
            Lane::Shared(_) if header.lane == ours => "ours",
            Lane::Shared(_) => "theirs",
        };
        let facts = Facts {
            now,
            cover: Cover::NotOnRecord,
            ceiling,
            proposer: header.by.clone(),
            approvals: Vec::new(),
            packages: BTreeSet::new(),
            own_record: false,
            quarantined: false,
        };
        let word = matter.word_on(&entry).map(|word| {
            let by_us = matter.agency_of(&header.lane.party()) == us;
            let whose = if by_us { "-by-us" } else { "" };
            match word {
                RecordWord::Adopted => words.text(&format!("record-adopted{whose}")),
                RecordWord::Disputed(ground) => {
                    let ground = words.term(RecordDispute::LIST, ground.code());
                    words.text_with(&format!("record-disputed{whose}"), &[("ground", &ground)])
                }
            }
        });
        let objections = if side == "theirs" { matter.judge(&shown.entry, &facts) } else { Vec::new() };
        let meant = header.parts.iter().filter(|part| !matter.is_addressed(&entry, part, &us));
        let not_ours: Vec<_> = meant.map(|part| part.label.clone()).collect();
        let withheld = |home: &Home| {
            let of_others = side == "theirs" || side == "recorded-by-them";
            of_others && not_ours.iter().any(|label| home.is_at(label.as_str()))
        };
        let parts = self.store().parts(&shown.entry)?;
        let def = self.kind_named(kind)?.act(header.act.as_str());
        let how = (side == "recorded").then(|| act::read(&Recorded::DEF, &[], &header.parts, &parts));
        let readings =
            def.map(|def| act::read(def, &header.structure, &header.parts, &parts)).unwrap_or_default();
        let mut fields: Vec<_> = readings
            .iter()
            .chain(how.iter().flatten())
            .filter(|reading| {
                let told = reading.value != Err(Absence::LeftOut) && reading.field.kind != FieldKind::Entry;
                // What is read off the content is told by the content.
                let read_off = reading.field.derived
                    && matches!(reading.field.kind, FieldKind::Flag | FieldKind::Number);
                told && !read_off
            })
            // The matters it names are told, and linked, beside the timeline.
            .filter(|reading| {
                reading.field.kind != FieldKind::Matter && !reading.field.kind.is_for_machines()
            })
            .map(|reading| FieldLine {
                name: reading.field.name,
                label: words.field(kind, header.act.as_str(), reading.field.name),
                present: reading.value.is_ok(),
                value: match &reading.value {
                    Ok(Value::Bytes(who)) if reading.field.kind == FieldKind::Officer => {
                        Pseudonym::from_slice(who).map(|who| names.officer(&who)).unwrap_or_default()
                    }
                    Ok(Value::Bytes(id)) if reading.field.kind == FieldKind::Agency => {
                        AgencyId::from_slice(id).map(|id| names.agency(&id)).unwrap_or_default()
                    }
                    Ok(Value::Text(role)) if reading.field.kind == PartyRole::KIND => words.party(kind, role),
                    Ok(value) => value_text(words, &reading.field.kind, value),
                    Err(_) if withheld(&reading.field.home) => words.text("content-withheld"),
                    Err(_) => words.text("content-not-here"),
                },
                translations: Vec::new(),
            })
            .collect();
        translations::put_beside(&mut fields, &readings, words);
        Ok(TimelineLine {
            entry: shown.entry.to_string(),
            side,
            act: header.act.to_string(),
            act_text: words.act(kind, header.act.as_str()),
            at: shown.at.to_string(),
            by: names.actor(&header.by),
            approved: header.approved.iter().map(|actor| names.actor(actor)).collect(),
            ends_branch,
            stands: standing_code(shown.standing),
            standing: standing_text(words, shown.standing),
            waits: self.waits_line(id, &shown.entry, names)?,
            crossed: shown.crossed,
            word,
            objections: objections.iter().map(|objection| words.rule(&objection.rule)).collect(),
            delivery: self.delivery(id, shown, side)?,
            fields,
        })
    }

    fn waits_line(
        &mut self,
        id: &MatterId,
        entry: &Hash,
        names: &Names,
    ) -> Result<Option<WaitsLine>, Failure> {
        let row = self.waiting.in_matter(id).find(|(waiting, _)| *waiting == entry);
        let Some(row) = row.map(|(_, row)| row.clone()) else { return Ok(None) };
        let us = self.agency;
        let matter = self.matter(id)?;
        let lacks = row.lacks.iter().map(|seen| {
            let of = matter.agency_of(&seen.lane.party());
            LacksLine { of: names.agency(&of), ours: of == us, number: seen.place.seq }
        });
        Ok(Some(WaitsLine { since: row.since.to_string(), lacks: lacks.collect() }))
    }

    /// Queued, delivered, received: overlays, read off streams and receipts.
    fn delivery(&mut self, id: &MatterId, shown: &EntryView, side: &str) -> Result<&'static str, Failure> {
        let by_hand = side == "ours" && self.goes_by_hand(id)?;
        Ok(match side {
            "inner" | "recorded" => "",
            "theirs" | "recorded-by-them" => "received",
            _ if by_hand && self.matter(id)?.inner().dispatched.contains_key(&shown.entry) => "dispatched",
            _ if by_hand => "to-dispatch",
            _ => {
                let given = self.store().receipts(&shown.entry)?;
                let us = self.agency;
                let parties = self.matter(id)?.parties();
                let mut others =
                    parties.iter().filter(|party| party.agency != us && party.recorder.is_none());
                let has = |party: &Party| given.iter().any(|receipt| receipt.partner == party.agency);
                match (given.is_empty(), others.all(has)) {
                    (true, _) => "queued",
                    (false, true) => "delivered",
                    (false, false) => "delivered-in-part",
                }
            }
        })
    }

    /// How many entries wait for delivery to a partner.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn queued_for(&self, partner: &AgencyId) -> Result<u64, Failure> {
        let head = self.store().stream(partner, Direction::Out)?;
        Ok(head.n.saturating_sub(self.store().delivered(partner)?))
    }
}

const fn standing_code(standing: Standing) -> &'static str {
    match standing {
        Standing::Valid => "valid",
        Standing::Void(_) => "void",
        Standing::NotUnderstood => "not-understood",
        Standing::Waiting => "waiting",
        Standing::Forked => "forked",
        Standing::GivenUp => "given-up",
        Standing::Disowned => "disowned",
    }
}

fn standing_text(words: &Words, standing: Standing) -> String {
    match standing {
        Standing::Valid => String::new(),
        Standing::Void(rule) => {
            format!("{} ({})", words.text("standing-void"), words.text(&format!("rule-{rule}")))
        }
        Standing::NotUnderstood => words.text("standing-not-understood"),
        Standing::Waiting => words.text("standing-waiting"),
        Standing::Forked => words.text("standing-forked"),
        Standing::GivenUp => words.text("standing-given-up"),
        Standing::Disowned => words.text("standing-disowned"),
    }
}

fn clock_text(words: &Words, clock: &comity_domain::clock::Clock, now: Timestamp) -> String {
    let name = words.text(&format!("clock-{}", clock.name));
    let state = match clock.reading(now) {
        ClockReading::Running => "overlay-due",
        ClockReading::Overdue => "overlay-overdue",
    };
    format!("{name}: {} {}", words.text(state), clock.due)
}

/// A value as people read it.
fn value_text(words: &Words, kind: &FieldKind, value: &Value) -> String {
    match (kind, value) {
        (FieldKind::Word(list, _), Value::Text(code)) => words.term(list, code),
        (FieldKind::Moment, Value::Integer(millis)) => {
            let millis = i64::try_from(i128::from(*millis)).unwrap_or_default();
            Timestamp::from_millis(millis).to_string()
        }
        (FieldKind::Code(..), Value::Text(code)) => match words.offence(code) {
            known if known != *code => format!("{known} ({code})"),
            unknown => unknown,
        },
        (FieldKind::Flag, Value::Bool(flag)) => words.text(if *flag { "yes" } else { "no" }),
        (FieldKind::List(item), Value::Array(values)) => {
            values.iter().map(|value| value_text(words, item, value)).collect::<Vec<_>>().join("; ")
        }
        (FieldKind::Table(columns), Value::Map(pairs)) => pairs
            .iter()
            .filter_map(|(key, value)| {
                let column = columns.iter().find(|column| Some(column.name) == key.as_text());
                match (column, value) {
                    (Some(column), value) => Some(value_text(words, &column.kind, value)),
                    (None, Value::Text(text)) => Some(text.clone()),
                    (None, Value::Bytes(bytes)) if bytes.len() > 16 => {
                        Some(format!("({} bytes)", bytes.len()))
                    }
                    _ => None,
                }
            })
            .collect::<Vec<_>>()
            .join(", "),
        (_, Value::Text(text)) => text.clone(),
        (_, Value::Integer(number)) => i128::from(*number).to_string(),
        _ => String::new(),
    }
}
