//! Before an act is signed: is it valid where the matter stands, and may this node do it?
//!
//! The first half asks what every node will ask of the signed entry; the second is policy: roles, four eyes,
//! prohibited grounds, cover. What was relied on is named in the act by hash, so that it can be judged again.

use comity_journal::cbor;
use comity_journal::entry::{Actor, Lane, Opening, Party, Relied};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use std::collections::{BTreeMap, BTreeSet};

use super::candidate::{GROUNDS_FACT, Stated, Verdict};
use super::inner::InnerAct;
use super::kind::{Kind, PackageRef};
use super::matter::{Matter, State};
use super::recall::AnswerRecall;
use super::shared::SharedAct;
use crate::act::{Act as _, ActDef, ActSet as _, PartBytes};
use crate::gates::{
    Ceiling, Cover, GroundAnswer, GroundsCleared, Refusal, check_approvals, check_ceiling, check_quarantine,
    rules,
};
use crate::vocabularies::{Handling, OffenceCode, OuterGround, Role};

/// An act somebody wants signed.
#[derive(Clone, Debug)]
pub struct Proposal<'a> {
    /// Our agency.
    pub author: AgencyId,
    /// The lane it goes to.
    pub lane: Lane,
    /// The act.
    pub act: &'a str,
    /// Its structure.
    pub structure: &'a [u8],
    /// Its content, of which only is read which fields hold something.
    pub parts: &'a [PartBytes],
    /// The opening, for the act that opens.
    pub opening: Option<&'a Opening>,
    /// The version of the rules to open with.
    pub rules: u32,
    /// The draft it comes from, where it was drafted.
    pub draft: Option<Hash>,
}

/// What the decision may rely on, as values.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Now.
    pub now: Timestamp,
    /// What the record says about cover.
    pub cover: Cover,
    /// The lowest ceiling any other party of the matter has now.
    pub ceiling: Ceiling,
    /// Who proposes it.
    pub proposer: Actor,
    /// Who approved it.
    pub approvals: Vec<Actor>,
    /// The sealed packages at this node whose every byte has been checked, by their roots.
    pub packages: BTreeSet<Hash>,
    /// Whether the matter is the record of the very person who proposes it.
    pub own_record: bool,
    /// Whether the matter would be a new one with a partner in quarantine: opened with it now, or by it since.
    pub quarantined: bool,
}

/// An act that may be signed. Made by `decide` alone; one that needs clearing holds its [`GroundsCleared`].
#[derive(Clone, Debug)]
pub struct Decided {
    weighed: Weighed,
    draft: Option<Hash>,
}

/// An act after the gates: the sensitive ones cannot be made without their clearance.
#[derive(Clone, Debug)]
enum Weighed {
    Plain,
    Sensitive(GroundsCleared),
}

impl Decided {
    /// The facts the act names, sorted.
    pub fn relied(&self) -> Vec<Relied> {
        let draft = self.draft.map(|hash| Relied { fact: Token::literal("draft"), hash });
        let grounds = match &self.weighed {
            Weighed::Plain => None,
            Weighed::Sensitive(cleared) => {
                Some(Relied { fact: Token::literal(GROUNDS_FACT), hash: cleared.record() })
            }
        };
        draft.into_iter().chain(grounds).collect()
    }
}

impl<K: Kind> Matter<K> {
    /// Decides whether this node may sign the act now.
    ///
    /// # Errors
    /// A refusal that names the rule and its source.
    pub fn decide(&self, proposal: &Proposal<'_>, facts: &Facts) -> Result<Decided, Refusal> {
        if self.read_only() {
            return Err(Refusal::under(rules::READ_ONLY));
        }
        let begins = Self::def_of(proposal.lane, proposal.act).is_some_and(SharedAct::begins_epoch);
        if self.stands_still(proposal.lane) && !begins {
            return Err(Refusal::under(rules::FORKED));
        }
        let stated = self.stated(proposal, facts);
        let state = self.state();
        match self.admit(&stated, &state) {
            (Verdict::Valid, _) => {}
            (Verdict::NotUnderstood, _) => return Err(Refusal::under(rules::READ_ONLY)),
            (Verdict::Void(_), refusal) => return Err(refusal.unwrap_or(Refusal::under(rules::UNREADABLE))),
        }
        let def = Self::def_of(proposal.lane, proposal.act).ok_or(Refusal::under(rules::UNREADABLE))?;
        let writes_for =
            |party: &Party| party.agency == proposal.lane.party() && party.recorder == Some(proposal.author);
        if proposal.lane.is_shared() && state.parties.iter().any(writes_for) {
            // What a party without a node said is recorded, not decided: its own people have weighed it.
            check_recorder(&facts.proposer)?;
            return Ok(Decided { weighed: Weighed::Plain, draft: None });
        }
        check_role(def, &facts.proposer)?;
        Self::check_new(def, proposal.lane, facts.quarantined)?;
        Self::check_given(def, &stated, &state, proposal, facts.ceiling)?;
        check_approvals(def, &facts.proposer, &facts.approvals)?;
        self.decide_kind(&stated, &state, facts)?;
        self.check_told(&stated, &state)?;
        if let Some(act) = Self::shared_act(&stated) {
            self.decide_shared(&stated, &act, &state)?;
        }
        let weighed = if def.grounds {
            Weighed::Sensitive(self.clear_grounds(&stated, &state, proposal, facts)?)
        } else {
            Weighed::Plain
        };
        Ok(Decided { weighed, draft: proposal.draft })
    }

    /// Whether an act of ours may be done in a matter that is new, with a partner in quarantine. What stays inside may, and
    /// what every matter has alike.
    pub(super) fn check_new(def: &ActDef, lane: Lane, quarantined: bool) -> Result<(), Refusal> {
        check_quarantine(quarantined && lane.is_shared() && !SharedAct::is(def), def)
    }

    /// Whether what an act gives the other parties is within their ceilings. What stays inside gives nothing.
    pub(super) fn check_given(
        def: &ActDef,
        stated: &Stated<'_>,
        state: &State<K>,
        proposal: &Proposal<'_>,
        ceiling: Ceiling,
    ) -> Result<(), Refusal> {
        if !proposal.lane.is_shared() {
            return Ok(());
        }
        let gives = K::gives(&state.lanes_with(stated.opening), def.code);
        check_ceiling(ceiling, def.persons_in(proposal.parts), gives)
    }

    /// What a proposal would state once it is signed.
    pub(super) fn stated<'a>(&self, proposal: &Proposal<'a>, facts: &'a Facts) -> Stated<'a> {
        Stated {
            entry: Hash::ZERO,
            matter: self.id(),
            lane: proposal.lane,
            author: proposal.author,
            by: &facts.proposer,
            approved: &facts.approvals,
            at: facts.now,
            act: proposal.act,
            structure: proposal.structure,
            opening: proposal.opening,
            kind: K::DEF.code,
            rules: proposal.rules,
            grounds_reviewed: true,
        }
    }

    /// What can be said against an act before anything of it is written: that the matter stands still, whose act it
    /// is, where the matter has come to, what it could answer, the proposer's role, quarantine, the ceiling of the other
    /// parties, the two-person rule. `None` says that it can be tried, not that it will be signed.
    pub fn stands_against(
        &self,
        act: &str,
        author: AgencyId,
        proposer: &Actor,
        (ceiling, quarantined): (Ceiling, bool),
    ) -> Option<Refusal> {
        let inner = K::DEF.shared && InnerAct::defs().iter().any(|def| def.code == act);
        let lane = if inner || !K::DEF.shared { Lane::Inner(author) } else { self.lane_of(&author) };
        let Some(def) = Self::def_of(lane, act) else { return Some(Refusal::under(rules::UNREADABLE)) };
        let checked = if self.read_only() {
            Err(Refusal::under(rules::READ_ONLY))
        } else if self.stands_still(lane) && !SharedAct::begins_epoch(def) {
            Err(Refusal::under(rules::FORKED))
        } else {
            self.check_step(def, lane)
                .and_then(|()| self.check_taken(def, lane))
                .and_then(|()| check_role(def, proposer))
                .and_then(|()| Self::check_new(def, lane, quarantined))
                .and_then(|()| self.check_always_given(def, lane, ceiling))
        };
        checked.and_then(|()| self.try_bare(def, lane, proposer)).err()
    }

    /// Whether what an act gives however it is filled in is within the ceiling of the other parties.
    fn check_always_given(&self, def: &ActDef, lane: Lane, ceiling: Ceiling) -> Result<(), Refusal> {
        if !lane.is_shared() {
            return Ok(());
        }
        let always = def.fields.iter().filter(|field| field.required && field.holds_persons());
        let gives = K::gives(&self.state().lanes_with(None), def.code);
        check_ceiling(ceiling, always.map(|field| field.name).collect(), gives)
    }

    /// Whether an act fits where the matter stands: its party, the grid, and something it can answer.
    fn check_step(&self, def: &ActDef, lane: Lane) -> Result<(), Refusal> {
        let state = self.state();
        let lanes = state.lanes_with(None);
        if !Self::is_own_lane_kind(lane) {
            let ours = state.parties.iter().find(|party| party.agency == lane.party());
            if ours.is_none() && state.opened_by.is_some() {
                return Err(Refusal::under(state.stands_against(lane)));
            }
            let role = ours.map_or(K::DEF.roles[0], |party| party.role.as_str());
            if !def.by.is_empty() && !def.by.contains(&role) {
                return Err(Refusal::under(rules::NOT_OURS));
            }
            let shared = SharedAct::is(def);
            if shared && state.opened_by.is_none() || !shared && !K::cell(&lanes).allows(role, def.code) {
                return Err(Refusal::under(rules::NOT_NOW));
            }
            if shared && SharedAct::steers(def) {
                self.check_convenor(lane, &state)?;
            }
            if SharedAct::ends_fork(def) && !self.is_forked(lane) {
                return Err(Refusal::under(rules::NOT_FORKED));
            }
            if def.code == AnswerRecall::DEF.code && shared && !self.owes_recall_answer(&lane.party()) {
                return Err(Refusal::under(rules::WRONG_TARGET).about(def.answers.iter().copied()));
            }
        }
        // A ground that was plainly found stops every act that needs clearing, whatever it will be about.
        let mut legal = state.inner.reviews.iter().filter(|(_, review)| review.is_legal());
        if def.grounds && legal.any(|(_, review)| review.answers.contains(&GroundAnswer::Yes)) {
            return Err(Refusal::under(rules::GROUNDS_PROHIBITED));
        }
        if def.answers.is_empty() || self.latest(def.answers).is_some() {
            Ok(())
        } else {
            Err(Refusal::under(rules::WRONG_TARGET).about(def.answers.iter().copied()))
        }
    }

    /// What was recorded for a party is taken over before it writes anything itself, and by it alone.
    fn check_taken(&self, def: &ActDef, lane: Lane) -> Result<(), Refusal> {
        let state = self.state();
        let waits = state.handed.get(&lane.party()).is_some_and(|handed| handed.word.is_none());
        match (SharedAct::is_take(def), lane.is_shared() && waits) {
            (true, false) => Err(Refusal::under(rules::NOT_NOW)),
            (false, true) => Err(Refusal::under(rules::TAKE_FIRST)),
            _ => Ok(()),
        }
    }

    /// Tries an inner act whose structure is no more than the entry it names; of others more cannot be said.
    fn try_bare(&self, def: &ActDef, lane: Lane, proposer: &Actor) -> Result<(), Refusal> {
        if !Self::is_own_lane_kind(lane) {
            return Ok(());
        }
        let named = self.latest(def.answers).filter(|_| !def.answers.is_empty());
        let bare: BTreeMap<&str, Hash> = named.map(|entry| ("of", entry)).into_iter().collect();
        let structure = cbor::encode(&bare);
        if !matches!(InnerAct::decode(def.code, &structure), Some(Ok(_))) {
            return Ok(());
        }
        let stated = Stated {
            entry: Hash::ZERO,
            matter: self.id(),
            lane,
            author: lane.party(),
            by: proposer,
            approved: &[],
            at: Timestamp::default(),
            act: def.code,
            structure: &structure,
            opening: None,
            kind: K::DEF.code,
            rules: K::DEF.rules,
            grounds_reviewed: false,
        };
        match self.admit(&stated, &self.state()) {
            (Verdict::Void(_), Some(refusal)) => Err(refusal),
            _ => Ok(()),
        }
    }

    /// How what an act of this matter carries may be used onward.
    pub fn handling(&self, act: &str, structure: &[u8]) -> Handling {
        match K::Act::decode(act, structure) {
            Some(Ok(act)) => K::handling(&self.state().lanes_with(None), &act),
            _ => Handling::H1,
        }
    }

    /// The sealed package an act would hand over, where it hands one over.
    pub fn package_in(&self, act: &str, structure: &[u8]) -> Option<PackageRef> {
        K::package(&K::Act::decode(act, structure)?.ok()?)
    }

    /// What stands over the whole matter for everybody to heed.
    pub fn marks(&self) -> Vec<&'static str> {
        K::marks(&self.state().lanes_with(None))
    }

    /// The offences an act of this matter would be about.
    pub fn offences(&self, act: &str, structure: &[u8]) -> Vec<OffenceCode> {
        let Some(Ok(act)) = K::Act::decode(act, structure) else { return Vec::new() };
        K::offences(&self.state().lanes_with(None), &act)
    }

    fn decide_kind(&self, stated: &Stated<'_>, state: &State<K>, facts: &Facts) -> Result<(), Refusal> {
        let Some(Ok(act)) = Self::kind_act(stated) else { return Ok(()) };
        K::decide(&state.lanes_with(stated.opening), &act, facts)
    }

    /// A refusal has a reason that stays inside, and tells the one ground that stands for it. The neutral ground comes
    /// without words and from the desk, whatever the reason: not held, not known and not to be told answer alike, and
    /// the roles that stand in an entry would tell who had to be asked.
    pub(super) fn check_told(&self, stated: &Stated<'_>, state: &State<K>) -> Result<(), Refusal> {
        let Some(Ok(act)) = Self::kind_act(stated) else { return Ok(()) };
        let Some(told) = K::refuses(&act) else { return Ok(()) };
        let weighed = state.inner.weighed.ok_or(Refusal::under(rules::REASON_INSIDE))?;
        let tellable = state.inner.tellable(weighed);
        if tellable != told.ground {
            return Err(Refusal::under(rules::GROUND_TOLD).about([tellable.code()]));
        }
        if told.ground != OuterGround::CannotAssist {
            return Ok(());
        }
        if told.with_words {
            return Err(Refusal::under(rules::NEUTRAL_WITHOUT_WORDS));
        }
        let desk = Role::Desk.code();
        let by_desk = stated.by.roles.iter().any(|held| held.as_str() == desk);
        if by_desk { Ok(()) } else { Err(Refusal::under(rules::ROLE).about([desk])) }
    }

    /// The review that clears this act: of the draft it comes from, or of the request it answers. One review
    /// that found a prohibited ground stops the matter for good.
    pub(super) fn clear_grounds(
        &self,
        stated: &Stated<'_>,
        state: &State<K>,
        proposal: &Proposal<'_>,
        facts: &Facts,
    ) -> Result<GroundsCleared, Refusal> {
        let Some(Ok(act)) = Self::kind_act(stated) else { return Err(Refusal::under(rules::UNREADABLE)) };
        let lanes = state.lanes_with(stated.opening);
        let offences = K::offences(&lanes, &act);
        // Opening needs a review of this very draft; an answer needs one of the request, whichever entry named it.
        let counts = |of: &Hash| proposal.opening.is_none() || proposal.draft == Some(*of);
        // Found once is found for good, whoever proposes now and whatever was drafted or reviewed since.
        for (_, review) in state.inner.reviews.iter().filter(|(_, review)| review.is_legal()) {
            let found = review.found(&offences);
            if !found.is_empty() {
                return Err(Refusal::under(rules::GROUNDS_PROHIBITED).about(found));
            }
        }
        let of_this = state.inner.reviews.iter().rev().find(|(of, _)| counts(of));
        let (_, review) = of_this.ok_or(Refusal::under(rules::GROUNDS_OPEN))?;
        GroundsCleared::judge(review, &offences, &facts.proposer.who)
    }
}

/// Checks that who records what a party without a node said is one of those who speak with partners.
///
/// # Errors
/// The rule of roles, with those that may.
pub fn check_recorder(proposer: &Actor) -> Result<(), Refusal> {
    let speaking = [Role::Desk, Role::Liaison, Role::Officer, Role::Custodian].map(Role::code);
    if proposer.roles.iter().any(|held| speaking.contains(&held.as_str())) {
        Ok(())
    } else {
        Err(Refusal::under(rules::ROLE).about(speaking))
    }
}

/// Checks that the proposer holds one of the roles that may propose this act.
pub(super) fn check_role(def: &ActDef, proposer: &Actor) -> Result<(), Refusal> {
    let holds = proposer.roles.iter().any(|held| def.propose.contains(&held.as_str()));
    if def.propose.is_empty() || holds {
        Ok(())
    } else {
        Err(Refusal::under(rules::ROLE).about(def.propose.iter().copied()))
    }
}
