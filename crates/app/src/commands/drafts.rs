//! Drafts: shared acts that wait for a wish to send, for approvals, for a review, or for a comparison.
//!
//! A draft holds a whole act as content of an inner entry. It is signed once somebody has asked for it to be sent *and*
//! all who must have approved it *and* the gates are open, in whatever order these come.

use comity_domain::act::{ActDef, Composed, PartBytes};
use comity_domain::engine::{DraftState, KeepDraftStructure};
use comity_domain::gates::{Refusal, missing_approvals, rules};
use comity_journal::cbor;
use comity_journal::entry::{Actor, Lane, Opening, Party};
use comity_journal::ids::{MatterId, Token};
use comity_journal::part::PartClass;
use comity_journal::suite::Hash;

use super::act::{ActCommand, Acted, Outcome, send_def};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::{Ledger, NewEntry, Pending};
use crate::people::{Officer, Partner, Partnership};

/// The draft's part that holds the structure of the act it would be.
pub(crate) const STRUCTURE: &str = "structure";
/// The draft's part that holds the opening of the matter it would open.
pub(crate) const OPENING: &str = "opening";

impl Ledger {
    /// Drafts the act that opens a shared matter with a partner. Sends nothing.
    ///
    /// # Errors
    /// When the officer may not open matters, the partner is not confirmed, or the draft cannot be read.
    pub fn draft_opening(
        &mut self,
        pending: &mut Pending,
        kind: &str,
        partner: &Partner,
        toml: &str,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        self.draft_opening_with(pending, kind, std::slice::from_ref(partner), toml, officer)
    }

    /// Drafts the act that opens a shared matter with one or several partners. Sends nothing.
    ///
    /// # Errors
    /// As [`Self::draft_opening`], or when matters of this kind have two parties and no more.
    pub fn draft_opening_with(
        &mut self,
        pending: &mut Pending,
        kind: &str,
        partners: &[Partner],
        toml: &str,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let outcome = self.try_draft_opening(pending, kind, partners, toml, officer);
        self.heed_refusal(pending, officer, Doing::OpenMatter.code(), None, outcome)
    }

    fn try_draft_opening(
        &mut self,
        pending: &mut Pending,
        kind: &str,
        partners: &[Partner],
        toml: &str,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        self.authorise(officer, Doing::OpenMatter, None)?;
        if partners.iter().any(|partner| partner.partnership != Partnership::Confirmed) {
            return Err(Refusal::under(rules::PARTNER_UNCONFIRMED).into());
        }
        if partners.iter().any(|partner| partner.lane.linked_with().is_some()) {
            let why =
                "this partner has a node now: open the matter with the agency its record was linked with";
            return Err(Failure::Usage(why.into()));
        }
        if partners.iter().any(|partner| partner.lane.quarantine.is_some()) {
            return Err(Refusal::under(rules::QUARANTINE).into());
        }
        let act = self.opening_act(kind)?.code;
        let composed = self.compose_for(officer, kind, None, act, toml)?;
        let opening = self.opening_with(kind, partners)?;
        self.keep_draft(pending, &opening.genesis.matter(), kind, composed, Some(&opening), officer)
    }

    /// A new matter of this kind with these partners, as the act that opens it states it.
    pub(crate) fn opening_with(&mut self, kind: &str, partners: &[Partner]) -> Result<Opening, Failure> {
        let def = self.kind_named(kind)?.def();
        let [opener_role, other_role, ..] = def.roles else {
            return Err(Failure::Usage("matters of this kind are not shared".into()));
        };
        if partners.len() > 1 && def.fold.is_none() {
            return Err(Failure::Usage("matters of this kind are opened with one partner".into()));
        }
        let (us, genesis) = (self.agency, self.genesis(kind)?);
        let party = |agency, role: &str, recorder| Party { agency, role: token(role), recorder };
        let others = partners
            .iter()
            .map(|partner| party(partner.agency, other_role, partner.off_network.then_some(us)));
        let mut parties: Vec<_> = others.chain([party(us, opener_role, None)]).collect();
        parties.sort();
        parties.dedup();
        Ok(Opening { genesis, parties, exercise: false, follows: None })
    }

    /// Keeps an act as a draft, its structure and the opening it would make among its content.
    pub(super) fn keep_draft(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        kind: &str,
        composed: Composed,
        opening: Option<&Opening>,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let by = officer.acting_in(&*self.keys.pseudonyms, matter);
        let act = composed.act.as_str().to_owned();
        let content = |label: &str, bytes| PartBytes {
            label: token(label),
            class: PartClass::Content,
            bytes,
            to: None,
        };
        let structure = composed.structure;
        let mut parts = vec![content(STRUCTURE, structure.clone())];
        parts.extend(opening.map(|opening| content(OPENING, cbor::encode(opening))));
        // A draft's tally counts nothing yet, so it can be erased with the rest.
        parts.extend(composed.parts.into_iter().map(|part| PartBytes { class: PartClass::Content, ..part }));
        let offences =
            self.matter_or_new(matter, &token(kind))?.map(|matter| matter.offences(&act, &structure));
        let draft = KeepDraftStructure { act: composed.act, offences: offences.unwrap_or_default() };
        let draft = Composed { act: Token::literal("draft"), structure: cbor::encode(&draft), parts };
        let new = inner_entry(self, *matter, kind, draft, by)?;
        let hash = self.append_own(pending, new)?;
        Ok(Acted { matter: *matter, act, outcome: Outcome::Drafted(hash) })
    }

    /// Records the wish to send the draft that is kept, and sends it if nothing stands against it.
    pub(super) fn ask_to_send(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        kind: &str,
        def: &ActDef,
        officer: &Officer,
    ) -> Result<Acted, Failure> {
        let inner = self.matter(matter)?.inner();
        let draft = inner.current_draft(def.code).cloned().ok_or_else(|| {
            Failure::Usage(format!(
                "there is no draft of `{}` here; give the act's fields in a file",
                def.code
            ))
        })?;
        if !draft.to_be_sent {
            let wish = format!("of = \"{}\"", draft.entry);
            let send = ActCommand { matter: *matter, act: "send".into(), toml: Some(wish) };
            return self.act_inside(pending, &send, kind, &send_def(), officer);
        }
        let (act, outcome) = self.release(pending, matter, kind)?.ok_or_else(|| {
            Failure::Usage(format!(
                "`{}` has been signed and sent already; `matter show` tells where it stands",
                def.code
            ))
        })?;
        Ok(Acted { matter: *matter, act, outcome })
    }

    /// Signs the latest draft that is asked for and fully approved; tells which act, and what stands against it
    /// otherwise. `None` when no draft waits.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(crate) fn release(
        &mut self,
        pending: &mut Pending,
        matter: &MatterId,
        kind: &str,
    ) -> Result<Option<(String, Outcome)>, Failure> {
        let inner = self.matter(matter)?.inner();
        // What was drafted while the matter was taken for one of another kind is nothing that can be signed in it.
        let known = self.kind_named(kind)?;
        let is_known = |draft: &DraftState| known.act(draft.act.as_str()).is_some();
        let wanted = |draft: &&DraftState| {
            draft.to_be_sent && !draft.superseded && !draft.sent_back && is_known(draft)
        };
        let Some(draft) = inner.drafts.iter().rev().find(wanted).cloned() else { return Ok(None) };
        if self.was_signed(matter, &draft.entry)? {
            return Ok(None);
        }
        let def = *self
            .kind_named(kind)?
            .act(draft.act.as_str())
            .ok_or_else(|| Failure::Fault("a draft of an act that is not there".into()))?;
        let act = def.code.to_owned();
        let missing = missing_approvals(&def, &draft.by, &draft.approvals);
        if !missing.is_empty() {
            let refusal = Refusal::under(rules::FOUR_EYES).about(missing);
            return Ok(Some((act, Outcome::Kept(draft.entry, Box::new(refusal)))));
        }
        let (composed, opening) = self.read_draft(pending, &draft)?;
        match self.sign(
            pending,
            matter,
            kind,
            composed,
            &draft.by,
            &draft.approvals,
            opening,
            Some(draft.entry),
        ) {
            Ok(outcome) => Ok(Some((act, outcome))),
            Err(Failure::Refused(refusal)) => Ok(Some((act, Outcome::Kept(draft.entry, refusal)))),
            Err(other) => Err(other),
        }
    }

    /// Whether a draft has become a signed act.
    pub(crate) fn was_signed(&mut self, matter: &MatterId, draft: &Hash) -> Result<bool, Failure> {
        Ok(self.matter(matter)?.relied_on(draft))
    }

    /// The act a draft holds, and the opening it would make.
    pub(super) fn read_draft(
        &self,
        pending: &Pending,
        draft: &DraftState,
    ) -> Result<(Composed, Option<Opening>), Failure> {
        let gone = || Failure::NotFound("the draft's content has been erased; write it again".into());
        let (mut structure, mut opening, mut parts) = (None, None, Vec::new());
        let kept = self.recorded_entry(pending, &draft.entry)?;
        let for_whom = |label: &Token| {
            let part = kept.header().parts.iter().find(|part| part.label == *label);
            part.and_then(|part| part.to.clone())
        };
        for part in self.parts(pending, &draft.entry)? {
            match part.label.as_str() {
                STRUCTURE => structure = Some(part.bytes),
                OPENING => {
                    let read =
                        cbor::decode(&part.bytes).map_err(|error| Failure::Fault(error.to_string()))?;
                    opening = Some(read);
                }
                label => {
                    let tally = label == comity_domain::act::TALLY;
                    let class = if tally { PartClass::Tally } else { PartClass::Content };
                    let to = for_whom(&part.label);
                    parts.push(PartBytes { label: part.label, class, bytes: part.bytes, to });
                }
            }
        }
        Ok((Composed { act: draft.act.clone(), structure: structure.ok_or_else(gone)?, parts }, opening))
    }

    /// The opening that earlier drafts of this matter carried, for a draft that takes their place.
    pub(crate) fn opening_of_drafts(
        &mut self,
        pending: &Pending,
        matter: &MatterId,
        def: &ActDef,
    ) -> Result<Option<Opening>, Failure> {
        let drafts = self.matter(matter)?.inner().drafts;
        match drafts.iter().rev().find(|draft| draft.act.as_str() == def.code) {
            Some(draft) => Ok(self.read_draft(pending, draft)?.1),
            None => Ok(None),
        }
    }

    /// Signs every approved intention that waited for the comparison with `partner`.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn release_waiting(&mut self, pending: &mut Pending) -> Result<u64, Failure> {
        let mut signed = 0;
        let shared: Vec<_> =
            self.kinds.iter().map(|k| k.def()).filter(|d| d.shared).map(|d| d.code).collect();
        for kind in shared {
            for row in self.rows_of(kind)? {
                if let Some((_, Outcome::Signed(_))) = self.release(pending, &row.id, kind)? {
                    signed += 1;
                }
            }
        }
        Ok(signed)
    }
}

/// An entry for our inner lane.
pub(crate) fn inner_entry(
    ledger: &Ledger,
    matter: MatterId,
    kind: &str,
    composed: Composed,
    by: Actor,
) -> Result<NewEntry, Failure> {
    Ok(NewEntry {
        matter,
        kind: Token::new(kind).map_err(|error| Failure::Fault(error.to_string()))?,
        rules: ledger.kind_named(kind)?.def().rules,
        lane: Lane::Inner(ledger.agency),
        act: composed.act,
        structure: composed.structure,
        parts: composed.parts,
        by,
        approved: Vec::new(),
        relied: Vec::new(),
        opening: None,
        handling: Token::literal("h0"),
    })
}

/// A word that comes from a kind's definition.
pub(super) fn token(word: &str) -> Token {
    Token::new(word).expect("roles and part names in definitions are tokens")
}
