//! An act on its way to judgement: signed by somebody, or not yet signed by us. Both are asked the same.

use comity_journal::entry::{Actor, Entry, Lane, Opening};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

/// What an entry states apart from its act; a proposal states the same, with [`Hash::ZERO`] for a hash.
#[derive(Clone, Copy, Debug)]
pub struct Stated<'a> {
    /// The entry's hash.
    pub entry: Hash,
    /// The matter.
    pub matter: MatterId,
    /// The lane.
    pub lane: Lane,
    /// Who signs.
    pub author: AgencyId,
    /// Who acted.
    pub by: &'a Actor,
    /// Who approved.
    pub approved: &'a [Actor],
    /// When, by the author's clock.
    pub at: Timestamp,
    /// The act's code.
    pub act: &'a str,
    /// Its structure.
    pub structure: &'a [u8],
    /// The opening, where it carries one.
    pub opening: Option<&'a Opening>,
    /// The kind it says the matter is of.
    pub kind: &'a str,
    /// The version of the rules it says the matter has.
    pub rules: u32,
    /// Whether it names a review of prohibited grounds among the facts it relied on.
    pub grounds_reviewed: bool,
}

impl<'a> Stated<'a> {
    /// What a signed entry states.
    pub fn of(entry: &'a Entry) -> Self {
        let header = entry.header();
        Self {
            entry: entry.hash(),
            matter: header.matter,
            lane: header.lane,
            author: header.author,
            by: &header.by,
            approved: &header.approved,
            at: header.at,
            act: header.act.as_str(),
            structure: &header.structure,
            opening: header.opening.as_ref(),
            kind: header.kind.as_str(),
            rules: header.rules,
            grounds_reviewed: header.relied.iter().any(|relied| relied.fact.as_str() == GROUNDS_FACT),
        }
    }
}

/// The name of the fact "prohibited grounds were reviewed" among those an entry relied on.
pub(crate) const GROUNDS_FACT: &str = "grounds";

/// Whether an entry is valid. Depends on its causal past, its author's cards and the rules version alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It counts.
    Valid,
    /// It stays in the chain and changes nothing; the code of the rule.
    Void(&'static str),
    /// This release cannot read it.
    NotUnderstood,
}
