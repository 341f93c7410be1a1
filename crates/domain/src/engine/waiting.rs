//! What drafts that are to be sent still wait for: the roles that have not approved, a legal review.
//!
//! It tells whose turn it is, so that nobody has to look through matters for their own. Whether an act may be signed is
//! decided by `decide` alone, when the last of them has spoken.

use std::collections::BTreeSet;

use comity_journal::entry::Actor;
use comity_journal::ids::Token;
use comity_journal::suite::Hash;

use super::inner::{DraftState, InnerLane};
use super::kind::Kind;
use super::matter::Matter;
use crate::act::{ActDef, ActSet as _};
use crate::gates::{GroundAnswer, missing_approvals};
use crate::vocabularies::Role;

/// A draft that somebody has to approve or review before it can be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftWaiting {
    /// The entry that keeps it.
    pub draft: Hash,
    /// The act it would be.
    pub act: Token,
    /// Who wrote it, and so approves nothing of it.
    pub by: Actor,
    /// The roles whose approval or review is missing; never empty.
    pub lacks: BTreeSet<&'static str>,
}

impl<K: Kind> Matter<K> {
    /// The drafts that are to be sent and wait for somebody. In a matter that a prohibited ground has stopped none does.
    pub fn drafts_waiting(&self) -> Vec<DraftWaiting> {
        let inner = self.inner();
        let mut legal = inner.reviews.iter().filter(|(_, review)| review.is_legal());
        if self.read_only() || legal.any(|(_, review)| review.answers.contains(&GroundAnswer::Yes)) {
            return Vec::new();
        }
        let waits =
            inner.drafts.iter().filter(|draft| draft.to_be_sent && !draft.superseded && !draft.sent_back);
        let waits = waits.filter(|draft| !self.relied_on(&draft.entry));
        waits.filter_map(|draft| self.waiting(&inner, draft)).collect()
    }

    fn waiting(&self, inner: &InnerLane, draft: &DraftState) -> Option<DraftWaiting> {
        let def = K::Act::defs().iter().find(|def| draft.act.as_str() == def.code)?;
        let mut lacks: BTreeSet<_> =
            missing_approvals(def, &draft.by, &draft.approvals).into_iter().collect();
        if def.grounds && !self.is_reviewed(inner, def, draft) {
            lacks.insert(Role::Legal.code());
        }
        let waiting =
            DraftWaiting { draft: draft.entry, act: draft.act.clone(), by: draft.by.clone(), lacks };
        (!waiting.lacks.is_empty()).then_some(waiting)
    }

    /// Whether a legal reviewer other than its author has reviewed it: a draft that opens, itself; any other, the request.
    fn is_reviewed(&self, inner: &InnerLane, def: &ActDef, draft: &DraftState) -> bool {
        let opens = K::Act::defs().first().is_some_and(|first| first.code == def.code);
        let mut reviews = inner.reviews.iter().filter(|(of, _)| !opens || *of == draft.entry);
        reviews.any(|(_, review)| review.is_legal() && review.reviewer.who != draft.by.who)
    }
}
