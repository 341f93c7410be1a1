//! What every node does for itself in a matter: drafts, approvals, reviews, notes. None of it ever travels.
//!
//! The same entries and the same engine as shared acts; only the lane differs. A draft holds a whole act as
//! content, so a superseded draft can be erased; who approved what is structure.

use comity_journal::entry::Actor;
use comity_journal::ids::Token;
use comity_journal::suite::Hash;
use serde::Deserialize;

use super::candidate::Stated;
use crate::act::{Act, Several, Target, Text};
use crate::acts;
use crate::gates::{GroundAnswer, GroundsReview, Refusal, rules};
use crate::vocabularies::OffenceCode;

/// Keeps an act that is not sent yet; its content is the act itself. Supersedes the draft before it of that act.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "draft", shape = say, inner)]
pub struct KeepDraft {
    /// Which act it is a draft of.
    #[field(structure)]
    pub act: Token,
    /// The offences it is about; the node fills them in, so that a review of the draft stays tied to them.
    #[serde(default)]
    #[field(structure, derived)]
    pub offences: Vec<OffenceCode>,
}

/// Approves a draft, in the roles the approver holds.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "approve", shape = answer, answers("draft"), inner)]
pub struct Approve {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// A note that stays here.
    #[field(part = "note")]
    pub note: Option<Text>,
}

/// Gives a draft back to its author with a reason.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "send-back", shape = answer, answers("draft"), inner)]
pub struct SendBack {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Why.
    #[field(part = "note")]
    pub reason: Text,
}

/// Asks that a draft be signed and sent as soon as the rules allow.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "send", shape = answer, answers("draft"), inner)]
pub struct SendAct {
    /// The draft; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Answers the seven questions on prohibited grounds, for one's own draft or a partner's request.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "review-grounds", shape = answer, answers("draft", "open"), propose("legal"), inner)]
pub struct ReviewGrounds {
    /// The draft or the request; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
    /// Is it about political opinion or activity?
    #[field(structure)]
    pub politics: GroundAnswer,
    /// Is it about religion or belief?
    #[field(structure)]
    pub religion: GroundAnswer,
    /// Is it about ethnic or national origin?
    #[field(structure)]
    pub ethnicity: GroundAnswer,
    /// Is it about sexual orientation or gender?
    #[field(structure)]
    pub orientation: GroundAnswer,
    /// Is it about peaceful assembly or protest?
    #[field(structure)]
    pub protest: GroundAnswer,
    /// Is it about journalism or the defence of rights?
    #[field(structure)]
    pub journalism: GroundAnswer,
    /// Is it about flight from persecution?
    #[field(structure)]
    pub refugee: GroundAnswer,
    /// On what the answers rest.
    #[field(part = "note")]
    pub reasons: Text,
}

/// Proposes that content be erased here: some parts of one entry, or the sealed package it handed over.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "propose-erasure", shape = say, propose("rights-officer"), inner)]
pub struct ProposeErasure {
    /// The entry.
    #[field(structure)]
    pub entry: Hash,
    /// Its parts by label; `sealed-package` for the package it handed over.
    #[field(structure)]
    pub parts: Several<Token>,
    /// On what this rests: the term that ended, the order, the request of the person.
    #[field(part = "note")]
    pub reason: Text,
}

/// Erases what was proposed, as a second person. Signatures and hashes stay, so history still verifies.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "erase", shape = answer, answers("propose-erasure"), propose("supervisor"), inner)]
pub struct Erase {
    /// The proposal; the latest one unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// The label that means the sealed package itself.
pub const SEALED_PACKAGE: &str = "sealed-package";

/// A note for this node's own file.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "note", shape = say, inner)]
pub struct Note {
    /// The note.
    #[field(part = "note")]
    pub text: Text,
}

acts! {
    /// The inner acts of every shared kind.
    pub enum InnerAct { KeepDraft, Approve, SendBack, SendAct, ReviewGrounds, ProposeErasure, Erase, Note }
}

/// The answers of a review in the order of the questions.
pub trait GroundsAnswers {
    /// The seven answers.
    fn answers(&self) -> [GroundAnswer; 7];
}

impl GroundsAnswers for ReviewGroundsStructure {
    fn answers(&self) -> [GroundAnswer; 7] {
        [
            self.politics,
            self.religion,
            self.ethnicity,
            self.orientation,
            self.protest,
            self.journalism,
            self.refugee,
        ]
    }
}

/// A draft and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftState {
    /// The entry that keeps it.
    pub entry: Hash,
    /// The act it would be.
    pub act: Token,
    /// The offences it is about.
    pub offences: Vec<OffenceCode>,
    /// Who wrote it.
    pub by: Actor,
    /// Who approved it.
    pub approvals: Vec<Actor>,
    /// Whether it is to be sent as soon as the rules allow.
    pub to_be_sent: bool,
    /// Whether it was given back.
    pub sent_back: bool,
    /// Whether a later draft took its place.
    pub superseded: bool,
}

/// Content that is to be erased here, or was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Erasure {
    /// The entry that proposes it.
    pub proposal: Hash,
    /// Who proposed it.
    pub by: Actor,
    /// Of which entry.
    pub of: Hash,
    /// Which parts.
    pub parts: Vec<Token>,
    /// Whether a second person has had it done.
    pub done: bool,
}

/// What this node has done for itself in a matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InnerLane {
    /// All drafts, oldest first.
    pub drafts: Vec<DraftState>,
    /// Reviews of prohibited grounds, with what they reviewed.
    pub reviews: Vec<(Hash, GroundsReview)>,
    /// Erasures proposed and done, oldest first.
    pub erasures: Vec<Erasure>,
}

impl InnerLane {
    /// The draft kept by this entry.
    pub fn draft(&self, entry: &Hash) -> Option<&DraftState> {
        self.drafts.iter().find(|draft| draft.entry == *entry)
    }

    /// The draft of `act` that counts: not superseded, not given back.
    pub fn current_draft(&self, act: &str) -> Option<&DraftState> {
        self.drafts.iter().rev().find(|d| d.act.as_str() == act && !d.superseded && !d.sent_back)
    }

    /// Whether this part of an entry was erased here.
    pub fn has_erased(&self, entry: &Hash, part: &str) -> bool {
        let mut done = self.erasures.iter().filter(|erasure| erasure.done && erasure.of == *entry);
        done.any(|erasure| erasure.parts.iter().any(|erased| erased.as_str() == part))
    }

    /// The erasure this entry proposes.
    pub fn erasure(&self, proposal: &Hash) -> Option<&Erasure> {
        self.erasures.iter().find(|erasure| erasure.proposal == *proposal)
    }

    pub(super) fn admit(&self, entry: &Stated<'_>, act: &InnerAct) -> Result<(), Refusal> {
        let named = |of: &Target| of.entry().and_then(|entry| self.draft(&entry));
        match act {
            InnerAct::Approve(approve) => {
                let draft = named(&approve.of).ok_or(Refusal::under(rules::WRONG_TARGET))?;
                if draft.by.who == entry.by.who {
                    return Err(Refusal::under(rules::OWN_WORK));
                }
                still_open(draft)
            }
            InnerAct::SendBack(back) => {
                named(&back.of).ok_or(Refusal::under(rules::WRONG_TARGET)).and_then(still_open)
            }
            InnerAct::SendAct(send) => {
                named(&send.of).ok_or(Refusal::under(rules::WRONG_TARGET)).and_then(still_open)
            }
            InnerAct::Erase(erase) => {
                let proposed = erase.of.entry().and_then(|of| self.erasure(&of));
                match proposed.ok_or(Refusal::under(rules::WRONG_TARGET))? {
                    erasure if erasure.by.who == entry.by.who => Err(Refusal::under(rules::SECOND_PERSON)),
                    erasure if erasure.done => Err(Refusal::under(rules::NOT_NOW)),
                    _ => Ok(()),
                }
            }
            InnerAct::KeepDraft(_)
            | InnerAct::ReviewGrounds(_)
            | InnerAct::ProposeErasure(_)
            | InnerAct::Note(_) => Ok(()),
        }
    }

    pub(super) fn evolve(&mut self, entry: &Stated<'_>, act: &InnerAct) {
        match act {
            InnerAct::KeepDraft(draft) => {
                for earlier in self.drafts.iter_mut().filter(|earlier| earlier.act == draft.act) {
                    earlier.superseded = true;
                }
                self.drafts.push(DraftState {
                    entry: entry.entry,
                    act: draft.act.clone(),
                    offences: draft.offences.clone(),
                    by: entry.by.clone(),
                    approvals: Vec::new(),
                    to_be_sent: false,
                    sent_back: false,
                    superseded: false,
                });
            }
            InnerAct::Approve(approve) => {
                self.change(&approve.of, |draft| draft.approvals.push(entry.by.clone()));
            }
            InnerAct::SendBack(back) => self.change(&back.of, |draft| draft.sent_back = true),
            InnerAct::SendAct(send) => self.change(&send.of, |draft| draft.to_be_sent = true),
            InnerAct::ReviewGrounds(review) => {
                if let Some(of) = review.of.entry() {
                    // A review stays one of the offences it was made for, whatever is drafted later.
                    let offences = self.draft(&of).map(|draft| draft.offences.clone()).unwrap_or_default();
                    let (record, reviewer, answers) = (entry.entry, entry.by.clone(), review.answers());
                    self.reviews.push((of, GroundsReview { record, reviewer, offences, answers }));
                }
            }
            InnerAct::ProposeErasure(proposal) => self.erasures.push(Erasure {
                proposal: entry.entry,
                by: entry.by.clone(),
                of: proposal.entry,
                parts: proposal.parts.items().to_vec(),
                done: false,
            }),
            InnerAct::Erase(erase) => {
                let of = erase.of.entry();
                let proposed = self.erasures.iter_mut().find(|erasure| Some(erasure.proposal) == of);
                if let Some(erasure) = proposed {
                    erasure.done = true;
                }
            }
            InnerAct::Note(_) => {}
        }
    }

    fn change(&mut self, of: &Target, change: impl FnOnce(&mut DraftState)) {
        let named = of.entry();
        if let Some(draft) = self.drafts.iter_mut().find(|draft| Some(draft.entry) == named) {
            change(draft);
        }
    }
}

fn still_open(draft: &DraftState) -> Result<(), Refusal> {
    if draft.superseded || draft.sent_back { Err(Refusal::under(rules::NOT_NOW)) } else { Ok(()) }
}
