//! Any act of any kind, by an officer of this node.
//!
//! An inner act is decided and written. A shared act that nobody has to approve is decided, signed and on its
//! way. One that needs approval is kept as a draft: it is signed once somebody has asked for it to be sent *and*
//! all who must have approved it *and* the gates are open, in whatever order these come.

use std::io::Cursor;

use comity_domain::act::{Act as _, ActDef, Composed, PartBytes, Preparation, compose_one};
use comity_domain::engine::{CheckPackage, Facts, HandRecordOver, Kind as _, PAPER_FACT, Proposal, Recorded};
use comity_domain::gates::{Cover, Refusal, Rule};
use comity_domain::matters::partner::{Link, PartnerKind, RecordFork};
use comity_evidence::sealed::SealedReader;
use comity_journal::entry::{Actor, Lane, Opening, Relied};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::suite::Hash;

use super::drafts::{inner_entry, token};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, NewEntry, Pending};
use crate::people::{Officer, Partner};
use crate::queries::{HEADER, header_in};
use crate::views::PackageRow;

/// An act an officer wants done.
#[derive(Clone, Debug)]
pub struct ActCommand {
    /// In which matter.
    pub matter: MatterId,
    /// Which act.
    pub act: String,
    /// Its fields; `None` sends the draft that is kept.
    pub toml: Option<String>,
}

/// What a party without a node said, to be recorded by us in its lane.
#[derive(Clone, Debug)]
pub struct RecordCommand {
    /// The party, as our partner.
    pub party: Partner,
    /// In which matter, which act, its fields.
    pub act: ActCommand,
    /// How it reached us: the fields of [`Recorded`] as TOML.
    pub recorded: String,
    /// The sealed package with the scanned paper, which stands on the shelf.
    pub paper: Option<Hash>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Acted {
    /// The matter.
    pub matter: MatterId,
    /// The act.
    pub act: String,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of an act.
#[derive(Clone, Debug)]
pub enum Outcome {
    /// Written in our inner lane.
    Recorded(Hash),
    /// Written in our inner lane; this rule still stands against signing the draft that waits.
    StillWaits(Hash, Box<Refusal>),
    /// Signed; on its way to the partners.
    Signed(Hash),
    /// Kept as a draft until it is asked to be sent.
    Drafted(Hash),
    /// Kept as a draft: this rule stands against sending it yet.
    Kept(Hash, Box<Refusal>),
    /// Approved and asked for; signed once the streams with this partner have been compared.
    AwaitsComparison(Hash, AgencyId),
    /// Approved and asked for; signed once the root has declared the new epoch of our log, since this node is an older
    /// copy of itself.
    AwaitsEpoch(Hash),
}

impl Outcome {
    /// Its code, for an address or the key of a text.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Recorded(_) => "recorded",
            Self::StillWaits(..) => "still-waits",
            Self::Signed(_) => "signed",
            Self::Drafted(_) => "drafted",
            Self::Kept(..) => "kept",
            Self::AwaitsComparison(..) => "awaits-comparison",
            Self::AwaitsEpoch(_) => "awaits-epoch",
        }
    }

    /// The rule that still stands against signing, where one does.
    pub fn rule(&self) -> Option<Rule> {
        match self {
            Self::StillWaits(_, refusal) | Self::Kept(_, refusal) => Some(refusal.rule),
            _ => None,
        }
    }
}

impl Ledger {
    /// Does any act of any kind.
    ///
    /// # Errors
    /// The rule that refuses it; what had been kept as a draft before stays.
    pub fn act(
        &mut self,
        pending: &mut Pending,
        command: &ActCommand,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let outcome = self.try_act(pending, command, officer);
        self.heed_refusal(pending, officer, &command.act, Some(&command.matter), outcome)
    }

    fn try_act(
        &mut self,
        pending: &mut Pending,
        command: &ActCommand,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        self.authorise_act(officer, &command.matter, &command.act)?;
        let kind = self.kind_of(&command.matter)?;
        let known = self.kind_named(&kind)?;
        let def = *known.act(&command.act).ok_or_else(|| {
            let acts: Vec<_> = known.acts().iter().map(|act| act.code).collect();
            Failure::Usage(format!(
                "matters of kind `{kind}` have no act `{}`; there are: {}",
                command.act,
                acts.join(", ")
            ))
        })?;
        if def.code == CheckPackage::DEF.code {
            // Somebody's word for it would look like the node's own finding.
            return Err(Failure::Usage("the node records by itself what checking a package came to".into()));
        }
        if def.code == HandRecordOver::DEF.code {
            let why = "the node hands records over by itself, once two people have linked a partner with its agency";
            return Err(Failure::Usage(why.into()));
        }
        if kind == PartnerKind::DEF.code && def.code == RecordFork::DEF.code {
            return Err(Failure::Usage("the node records by itself that a fork is proven".into()));
        }
        if def.inner || !known.def().shared {
            return self.act_inside(pending, command, &kind, &def, officer);
        }
        let needs_draft = !def.approve.is_empty() || self.is_opening(&kind, &def);
        if !needs_draft {
            let composed =
                self.compose_for(officer, &kind, Some(&command.matter), &command.act, text_of(command))?;
            let by = officer.acting_in(&*self.keys.pseudonyms, &command.matter);
            return self.sign_or_wait(pending, command, &kind, composed, by, officer);
        }
        if let Some(toml) = &command.toml {
            let composed = self.compose_for(officer, &kind, Some(&command.matter), &command.act, toml)?;
            let opening = self.opening_of_drafts(pending, &command.matter, &def)?;
            self.keep_draft(pending, &command.matter, &kind, composed, opening.as_ref(), officer)?;
        }
        self.ask_to_send(pending, &command.matter, &kind, &def, officer)
    }

    /// Records an act of a party that has no node, in its lane, signed by us: how it reached us rides along, and the
    /// paper is named by its root.
    ///
    /// # Errors
    /// When the matter has no such party that we record for, the act cannot be meant there, or the paper is not here as
    /// its envelope says.
    pub fn record_for(
        &mut self,
        pending: &mut Pending,
        command: &RecordCommand,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let outcome = self.weigh_record(pending, command, officer).and_then(|new| {
            let act = new.act.to_string();
            let entry = self.append_own(pending, new)?;
            Ok(Acted { matter: command.act.matter, act, outcome: Outcome::Signed(entry) })
        });
        self.heed_refusal(pending, officer, &command.act.act, Some(&command.act.matter), outcome)
    }

    /// Decides what is to be recorded; signed it is not yet.
    pub(crate) fn weigh_record(
        &mut self,
        pending: &Pending,
        RecordCommand { party, act: command, recorded, paper }: &RecordCommand,
        officer: &Officer,
    ) -> Result<NewEntry, Failure> {
        self.authorise(officer, Doing::ActInMatter, Some(&command.matter))?;
        let kind = self.kind_of(&command.matter)?;
        let (us, lane) = (self.agency, Lane::Shared(party.agency));
        if !self.recorded_by_us(&command.matter)?.iter().any(|known| known.agency == party.agency) {
            return Err(Failure::Usage("this matter has no such party that we record for".into()));
        }
        let mut composed =
            self.compose_for(officer, &kind, Some(&command.matter), &command.act, text_of(command))?;
        let mut preparation = Preparation { entropy: &mut *self.entropy, latest: &|_| None };
        let how = compose_one::<Recorded>(recorded, &mut preparation)?.parts;
        let relied = self.paper_relied_on(&command.matter, &composed, &how, *paper)?;
        composed.parts.extend(how);
        let by = officer.acting_in(&*self.keys.pseudonyms, &command.matter);
        let facts = self.facts(pending, &command.matter, &composed, None, by.clone(), Vec::new())?;
        let rules = self.kind_named(&kind)?.def().rules;
        let proposal = Proposal {
            author: us,
            lane,
            act: composed.act.as_str(),
            structure: &composed.structure,
            parts: &composed.parts,
            opening: None,
            rules,
            draft: None,
        };
        self.matter(&command.matter)?.decide(&proposal, &facts)?;
        let handling = self.handling(&command.matter, &composed)?;
        Ok(NewEntry {
            matter: command.matter,
            kind: token(&kind),
            rules,
            lane,
            act: composed.act,
            structure: composed.structure,
            parts: composed.parts,
            by,
            approved: Vec::new(),
            relied,
            opening: None,
            handling,
        })
    }

    /// The paper as a fact the record relies on, once it is here and its envelope is ours, of it and of this matter.
    fn paper_relied_on(
        &mut self,
        matter: &MatterId,
        act: &Composed,
        how: &[PartBytes],
        paper: Option<Hash>,
    ) -> Result<Vec<Relied>, Failure> {
        let header = how.iter().find(|part| part.label.as_str() == HEADER).and_then(header_in);
        let (paper, header) = match (paper, header) {
            (None, None) => return Ok(Vec::new()),
            (Some(paper), Some(header)) => (paper, header),
            _ => {
                return Err(Failure::Usage(
                    "a paper is named by its package and comes with its header".into(),
                ));
            }
        };
        if self.matter(matter)?.package_in(act.act.as_str(), &act.structure).is_some() {
            let why = "what this act hands over is the paper itself: give it with the act, not beside it";
            return Err(Failure::Usage(why.into()));
        }
        if !self.shelf.holds(&paper) {
            return Err(Failure::NotFound("the package with the paper is not whole at this node".into()));
        }
        let size = SealedReader::read(Cursor::new(&header)).map(|sealed| sealed.envelope().payload_size);
        let size =
            size.map_err(|error| Failure::NotBelieved(format!("the envelope of the paper: {error}")))?;
        let row = PackageRow { package: paper, size, matter: *matter, entry: Hash::ZERO, by: self.agency };
        self.check_header(&header, &row)?;
        Ok(vec![Relied { fact: Token::literal(PAPER_FACT), hash: paper }])
    }

    fn is_opening(&self, kind: &str, def: &ActDef) -> bool {
        self.kind_named(kind)
            .is_ok_and(|kind| kind.acts().first().is_some_and(|first| first.code == def.code))
    }

    /// The kind of a matter this node holds.
    pub(crate) fn kind_of(&mut self, matter: &MatterId) -> Result<String, Failure> {
        Ok(self.matter(matter)?.kind().to_owned())
    }

    /// An act in our inner lane; an approval, a review, a reason or a wish may be what a draft was waiting for.
    pub(super) fn act_inside(
        &mut self,
        pending: &mut Pending,
        command: &ActCommand,
        kind: &str,
        def: &ActDef,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let composed =
            self.compose_for(officer, kind, Some(&command.matter), &command.act, text_of(command))?;
        if kind == PartnerKind::DEF.code {
            self.check_tie(&composed)?;
        }
        let by = officer.acting_in(&*self.keys.pseudonyms, &command.matter);
        let hash = self.write_inside(pending, &command.matter, kind, def, composed, by)?;
        if (kind, def.code) == (PartnerKind::DEF.code, Link::DEF.code) {
            self.hand_records_over(pending, &command.matter, officer)?;
        }
        let recorded = Outcome::Recorded(hash);
        let released = if ["approve", "send", "review-grounds", "weigh-refusal"].contains(&def.code) {
            self.release(pending, &command.matter, kind)?
        } else {
            None
        };
        let (act, outcome) = match released {
            None => (command.act.clone(), recorded),
            Some((_, Outcome::Kept(_, refusal))) if def.code != "send" => {
                (command.act.clone(), Outcome::StillWaits(hash, refusal))
            }
            Some((act, outcome)) => (act, outcome),
        };
        Ok(Acted { matter: command.matter, act, outcome })
    }

    /// Decides an act in our inner lane and writes it, with what it erases.
    pub(crate) fn write_inside(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        kind: &str,
        def: &ActDef,
        composed: Composed,
        by: Actor,
    ) -> Result<Hash, Failure> {
        let facts = self.facts(pending, matter, &composed, None, by.clone(), Vec::new())?;
        let proposal = Proposal {
            author: self.agency,
            lane: Lane::Inner(self.agency),
            act: def.code,
            structure: &composed.structure,
            parts: &composed.parts,
            opening: None,
            rules: self.kind_named(kind)?.def().rules,
            draft: None,
        };
        self.matter(matter)?.decide(&proposal, &facts)?;
        let new = inner_entry(self, *matter, kind, composed, by)?;
        let erasing = self.erasing(matter, def, &new)?;
        let secrets = self.secrets_of(matter)?;
        let hash = self.append_own(pending, new)?;
        if let Some(content) = erasing {
            self.carry_out(pending, matter, &content)?;
        }
        self.erase_superseded(pending, matter, secrets)?;
        Ok(hash)
    }

    fn sign_or_wait(
        &mut self,
        pending: &mut Pending,
        command: &ActCommand,
        kind: &str,
        composed: Composed,
        by: Actor,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let kept = composed.clone();
        let outcome = self.sign(pending, &command.matter, kind, composed, &by, &[], None, None)?;
        if !matches!(outcome, Outcome::AwaitsComparison(..) | Outcome::AwaitsEpoch(_)) {
            return Ok(Acted { matter: command.matter, act: command.act.clone(), outcome });
        }
        let acted = self.keep_draft(pending, &command.matter, kind, kept, None, officer)?;
        let Outcome::Drafted(draft) = acted.outcome else { return Ok(acted) };
        let wish = ActCommand {
            matter: command.matter,
            act: "send".into(),
            toml: Some(format!("of = \"{draft}\"")),
        };
        self.act_inside(pending, &wish, kind, &send_def(), officer)?;
        let outcome = match outcome {
            Outcome::AwaitsComparison(_, partner) => Outcome::AwaitsComparison(draft, partner),
            _ => Outcome::AwaitsEpoch(draft),
        };
        Ok(Acted { outcome, ..acted })
    }

    /// Decides a shared act and signs it.
    pub(super) fn sign(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        kind: &str,
        mut composed: Composed,
        by: &Actor,
        approvals: &[Actor],
        opening: Option<Opening>,
        draft: Option<Hash>,
    ) -> Result<Outcome, Failure> {
        let us = self.agency;
        // It may have waited for an approval, and lanes have moved since.
        let act = composed.act.as_str();
        composed.structure = self.matter(matter)?.with_frontier(&us, act, composed.structure);
        let facts =
            self.facts(pending, matter, &composed, opening.as_ref(), by.clone(), approvals.to_vec())?;
        let handling = self.handling(matter, &composed)?;
        let rules_version = self.kind_named(kind)?.def().rules;
        let lane = self.matter(matter)?.lane_of(&us);
        let proposal = Proposal {
            author: self.agency,
            lane,
            act: composed.act.as_str(),
            structure: &composed.structure,
            parts: &composed.parts,
            opening: opening.as_ref(),
            rules: rules_version,
            draft,
        };
        let decided = self.matter(matter)?.decide(&proposal, &facts)?;
        self.check_claimed(matter, proposal.act)?;
        let to_admit = self.admitted_but_not_compared(proposal.act, proposal.structure);
        if let Some(partner) = self.not_compared(matter, opening.as_ref())?.or(to_admit) {
            let draft = draft.unwrap_or(Hash::ZERO);
            return Ok(if !self.is_waited_for(&partner) {
                Outcome::AwaitsEpoch(draft)
            } else {
                Outcome::AwaitsComparison(draft, partner)
            });
        }
        let new = NewEntry {
            matter: *matter,
            kind: Token::new(kind).map_err(|error| Failure::Fault(error.to_string()))?,
            rules: rules_version,
            lane,
            act: composed.act,
            structure: composed.structure,
            parts: composed.parts,
            by: by.clone(),
            approved: approvals.to_vec(),
            relied: decided.relied(),
            opening,
            handling,
        };
        let entry = self.append_own(pending, new)?;
        self.give_to_admitted(pending, matter, &entry)?;
        Ok(Outcome::Signed(entry))
    }

    /// A party of the matter with whom the streams have not been compared since the node started; any party while an
    /// epoch of our tree waits to be declared.
    pub(super) fn not_compared(
        &mut self,
        matter: &MatterId,
        opening: Option<&Opening>,
    ) -> Result<Option<AgencyId>, Failure> {
        let us = self.agency;
        let known = self.matter(matter)?.parties();
        let parties = opening.filter(|_| known.is_empty()).map_or(known, |opening| opening.parties.clone());
        // A party without a node has no streams to compare.
        let others = parties.iter().filter(|party| party.recorder.is_none()).map(|party| party.agency);
        let others: Vec<_> = others.filter(|party| *party != us).collect();
        let first = others.iter().find(|party| self.is_waited_for(party));
        Ok(first.or_else(|| others.first().filter(|_| self.awaits_epoch())).copied())
    }

    /// The code under which what an act carries travels.
    fn handling(&mut self, matter: &MatterId, composed: &Composed) -> Result<Token, Failure> {
        let code = self.matter(matter)?.handling(composed.act.as_str(), &composed.structure).code();
        Ok(Token::literal(code))
    }

    pub(crate) fn facts(
        &mut self,
        pending: &Pending,
        matter: &MatterId,
        composed: &Composed,
        opening: Option<&Opening>,
        proposer: Actor,
        approvals: Vec<Actor>,
    ) -> Result<Facts, Failure> {
        let mut packages = self.packages_here(matter)?;
        let proposed = self.matter(matter)?.package_in(composed.act.as_str(), &composed.structure);
        packages.extend(proposed.map(|package| package.root).filter(|package| self.shelf.holds(package)));
        let own_record = proposer.who == self.subject_of(matter);
        let (now, cover) = (pending.at, Cover::NotOnRecord);
        let ceiling = self.ceiling_in(matter, opening, now)?;
        let quarantined = self.quarantined_in(Some(pending), matter, opening)?;
        Ok(Facts { now, cover, ceiling, proposer, approvals, packages, own_record, quarantined })
    }
}

pub(super) fn send_def() -> ActDef {
    <comity_domain::engine::SendAct as comity_domain::act::Act>::DEF
}

fn text_of(command: &ActCommand) -> &str {
    command.toml.as_deref().unwrap_or("")
}
