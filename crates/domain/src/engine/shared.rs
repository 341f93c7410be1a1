//! The acts that every shared kind has beside its own, whatever its grid and whatever the matter has come to.
//!
//! They move no lane and no status of the kind. What each means stands in its own file: recalls in `recall`, a fork's
//! end in `stand_by`, a party that speaks for itself from now on in `handed`. Admitting and removing parties (`convened`) is
//! of those kinds alone that have a convenor.

use super::candidate::Stated;
use super::convened::{Admit, Remove};
use super::handed::{AdoptRecord, DisputeRecord, HandRecordOver};
use super::kind::Kind;
use super::matter::{Matter, State};
use super::recall::{AnswerRecall, Recall};
use super::stand_by::StandBy;
use crate::act::{Act as _, ActDef, ActSet as _};
use crate::acts;
use crate::gates::{Refusal, rules};

acts! {
    /// The acts that every shared kind has beside its own.
    pub enum SharedAct {
        Recall, AnswerRecall, StandBy, HandRecordOver, AdoptRecord, DisputeRecord, Admit, Remove,
    }
}

impl SharedAct {
    /// Whether an act stands first in an epoch of its lane, and nowhere else.
    pub(super) fn begins_epoch(def: &ActDef) -> bool {
        def.code == StandBy::DEF.code || Self::is_take(def)
    }

    /// Whether an act ends a fork of its author's.
    pub(super) fn ends_fork(def: &ActDef) -> bool {
        def.code == StandBy::DEF.code
    }

    /// Whether an act of this code says who is a party, or which agency one is.
    pub(super) fn is_of_parties(act: &str) -> bool {
        [Admit::DEF.code, Remove::DEF.code, HandRecordOver::DEF.code].contains(&act)
    }

    /// Whether this is the definition of one of them.
    pub fn is(def: &ActDef) -> bool {
        Self::defs().contains(def)
    }
}

impl<K: Kind> Matter<K> {
    /// The act of these that a statement in a shared lane holds.
    pub(super) fn shared_act(stated: &Stated<'_>) -> Option<SharedAct> {
        let here = stated.lane.is_shared() && Self::of_shared(stated.act);
        SharedAct::decode(stated.act, stated.structure).filter(|_| here)?.ok()
    }

    /// Whether an act is one of these that the kind has.
    fn of_shared(act: &str) -> bool {
        SharedAct::of(&K::DEF).any(|def| def.code == act)
    }

    /// What makes one of them valid: its author's lane, what its shape demands, and what it says of itself.
    pub(super) fn admit_shared(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        act: &SharedAct,
    ) -> Result<(), Refusal> {
        let def = Self::def_of(stated.lane, stated.act).ok_or(Refusal::under(rules::UNREADABLE))?;
        if SharedAct::is_take(def) {
            return self.admit_take(stated, state, def, act.target());
        }
        self.check_party(stated, state)?;
        self.check_target(def, stated, state, act.target())?;
        match act {
            SharedAct::Recall(_) => self.admit_recall(stated, state, act.target()),
            SharedAct::HandRecordOver(offer) => self.admit_offer(stated, state, offer),
            SharedAct::StandBy(_) => self.admit_stand_by(stated, act.target()),
            SharedAct::Admit(_) | SharedAct::Remove(_) => self.admit_steering(stated, state, act),
            SharedAct::AnswerRecall(_) | SharedAct::AdoptRecord(_) | SharedAct::DisputeRecord(_) => Ok(()),
        }
    }

    /// What this node demands of its own.
    pub(super) fn decide_shared(
        &self,
        stated: &Stated<'_>,
        act: &SharedAct,
        state: &State<K>,
    ) -> Result<(), Refusal> {
        match act {
            SharedAct::AnswerRecall(_) => self.decide_recall(act, state),
            SharedAct::StandBy(_) => self.decide_stand_by(stated, act.target()),
            SharedAct::Recall(_)
            | SharedAct::HandRecordOver(_)
            | SharedAct::AdoptRecord(_)
            | SharedAct::DisputeRecord(_)
            | SharedAct::Admit(_)
            | SharedAct::Remove(_) => Ok(()),
        }
    }
}
