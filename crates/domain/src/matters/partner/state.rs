//! What a partner is to us, and what it may get.
//!
//! Invariant: the state carries no time of day. Whether an assessment still holds is read off it and a moment
//! ([`PartnerLane::ceiling`]), so that a lapse needs nobody to notice it.

use std::collections::BTreeSet;

use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::acts::PartnerAct;
use crate::engine::Stated;
use crate::gates::Ceiling;

/// What a partner's record has come to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartnerLane {
    /// What it is to us.
    pub relation: Relation,
    /// Why no new matters are opened with it, while that is so. It outlasts the partnership.
    pub quarantine: Option<Quarantine>,
}

/// What a partner is to us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Relation {
    /// Nobody yet.
    #[default]
    Unknown,
    /// Added by one person.
    Added {
        /// By whom.
        by: Pseudonym,
        /// The agency.
        agency: Hash,
    },
    /// Confirmed by a second.
    Confirmed {
        /// The agency.
        agency: Hash,
        /// What two people have let it have.
        granted: Granted,
        /// A widening that waits for a second person.
        proposed: Option<ProposedWidening>,
        /// How a record without a node and an agency with one were found to be the same.
        tie: Tie,
    },
    /// No longer a partner.
    Ended {
        /// The agency.
        agency: Hash,
    },
}

/// A quarantine: since when, on whose word, and whether one person would lift it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quarantine {
    /// The entry that began it: what came before it is not new.
    pub began: Hash,
    /// When that was written.
    pub since: Timestamp,
    /// The latest entry that gives a cause.
    pub last: Hash,
    /// What that cause is.
    pub cause: Cause,
    /// A lifting that waits for a second person.
    pub proposed: Option<ProposedLifting>,
}

/// What put a partner in quarantine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It signed two entries for one place; one of them.
    Fork(Hash),
    /// A person did.
    Person(Pseudonym),
}

impl Cause {
    /// The list's name in label keys: `term-quarantine-CODE`.
    pub const LIST: &'static str = "quarantine";

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fork(_) => "fork",
            Self::Person(_) => "person",
        }
    }
}

/// A lifting one person has proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposedLifting {
    /// The entry that proposes it, with the reason.
    pub entry: Hash,
    /// Who proposes it.
    pub by: Pseudonym,
}

impl Quarantine {
    /// In quarantine for this cause, too. What was proposed before it did not know of it, and falls.
    fn also(before: Option<Self>, entry: &Stated<'_>, cause: Cause) -> Self {
        let (began, since) = before.map_or((entry.entry, entry.at), |before| (before.began, before.since));
        Self { began, since, last: entry.entry, cause, proposed: None }
    }

    /// What may be done about it next.
    pub(super) const fn next(quarantine: Option<&Self>) -> &'static [&'static str] {
        match quarantine {
            None => &["quarantine", "record-fork"],
            Some(Self { proposed: None, .. }) => &["propose-lifting", "record-fork"],
            Some(Self { proposed: Some(_), .. }) => &["propose-lifting", "lift", "quarantine", "record-fork"],
        }
    }
}

/// What two people have let a partner have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// Nothing beyond correspondence yet.
    Nothing,
    /// Everything, while the assessment holds.
    Full {
        /// The entry that holds the assessment.
        assessment: Hash,
        /// By when it is to be reviewed.
        review_by: Timestamp,
    },
    /// What it had was taken back.
    Narrowed,
}

/// How a record of an agency without a node and an agency that has one were found to be the same: on the record of the
/// former with which agency (a link), on the record of a partner with which party of its matters we are (a claim).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tie {
    /// What one person proposes.
    pub proposed: Option<Box<ProposedTie>>,
    /// What two have confirmed.
    pub holds: BTreeSet<Hash>,
}

impl Tie {
    fn proposing(self, entry: &Stated<'_>, with: Hash) -> Self {
        let proposed = ProposedTie { entry: entry.entry, by: entry.by.who, with };
        Self { proposed: Some(Box::new(proposed)), ..self }
    }

    fn confirmed(mut self) -> Self {
        self.holds.extend(self.proposed.take().map(|proposed| proposed.with));
        self
    }
}

/// A tie that waits for a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposedTie {
    /// The entry that proposes it.
    pub entry: Hash,
    /// Who proposes it.
    pub by: Pseudonym,
    /// With which agency, or which party.
    pub with: Hash,
}

/// A widening one person has proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProposedWidening {
    /// The entry that proposes it, with the assessment.
    pub entry: Hash,
    /// Who proposes it.
    pub by: Pseudonym,
    /// By when the assessment would be reviewed.
    pub review_by: Timestamp,
}

/// How the rights assessment of a partner stands at some moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assessment {
    /// None has been accepted yet.
    Missing,
    /// One holds.
    Holds {
        /// Until then.
        review_by: Timestamp,
    },
    /// One held, and was not reviewed in time.
    Lapsed {
        /// Since then.
        review_by: Timestamp,
    },
    /// One held, and somebody took the partner back to the floor.
    Narrowed,
}

impl Assessment {
    /// The list's name in label keys: `term-assessment-CODE`.
    pub const LIST: &'static str = "assessment";

    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Holds { .. } => "holds",
            Self::Lapsed { .. } => "lapsed",
            Self::Narrowed => "narrowed",
        }
    }

    /// The review date, while it matters.
    pub const fn review_by(self) -> Option<Timestamp> {
        match self {
            Self::Holds { review_by } | Self::Lapsed { review_by } => Some(review_by),
            Self::Missing | Self::Narrowed => None,
        }
    }

    /// What a partner may get while it stands so.
    pub const fn ceiling(self) -> Ceiling {
        match self {
            Self::Holds { .. } => Ceiling::Full,
            Self::Missing | Self::Lapsed { .. } | Self::Narrowed => Ceiling::Floor,
        }
    }
}

impl PartnerLane {
    /// How the rights assessment stands at `now`; it holds up to its review date and not at it.
    pub fn assessment(&self, now: Timestamp) -> Assessment {
        match &self.relation {
            Relation::Confirmed { granted: Granted::Full { review_by, .. }, .. } if now < *review_by => {
                Assessment::Holds { review_by: *review_by }
            }
            Relation::Confirmed { granted: Granted::Full { review_by, .. }, .. } => {
                Assessment::Lapsed { review_by: *review_by }
            }
            Relation::Confirmed { granted: Granted::Narrowed, .. } => Assessment::Narrowed,
            _ => Assessment::Missing,
        }
    }

    /// What the partner may get at `now`.
    pub fn ceiling(&self, now: Timestamp) -> Ceiling {
        self.assessment(now).ceiling()
    }

    /// The entry with the assessment that was accepted last, while nobody has taken it back.
    pub fn assessed_in(&self) -> Option<Hash> {
        match &self.relation {
            Relation::Confirmed { granted: Granted::Full { assessment, .. }, .. } => Some(*assessment),
            _ => None,
        }
    }

    /// The widening that waits for a second person.
    pub fn proposed(&self) -> Option<&ProposedWidening> {
        match &self.relation {
            Relation::Confirmed { proposed, .. } => proposed.as_ref(),
            _ => None,
        }
    }

    /// How it is tied to another, once it is confirmed.
    pub fn tie(&self) -> Option<&Tie> {
        match &self.relation {
            Relation::Confirmed { tie, .. } => Some(tie),
            _ => None,
        }
    }

    /// The agency that a record without a node was linked with.
    pub fn linked_with(&self) -> Option<Hash> {
        self.tie().and_then(|tie| tie.holds.first().copied())
    }

    pub(super) fn evolve(&mut self, entry: &Stated<'_>, act: &PartnerAct) {
        self.quarantine = match act {
            PartnerAct::PutInQuarantine(_) => {
                Some(Quarantine::also(self.quarantine, entry, Cause::Person(entry.by.who)))
            }
            PartnerAct::RecordFork(fork) => {
                Some(Quarantine::also(self.quarantine, entry, Cause::Fork(fork.entry)))
            }
            PartnerAct::ProposeLifting(_) => {
                let proposed = Some(ProposedLifting { entry: entry.entry, by: entry.by.who });
                self.quarantine.map(|quarantine| Quarantine { proposed, ..quarantine })
            }
            PartnerAct::Lift(_) => None,
            _ => self.quarantine,
        };
        self.relation.evolve(entry, act);
    }
}

impl Relation {
    fn evolve(&mut self, entry: &Stated<'_>, act: &PartnerAct) {
        *self = match (act, self.clone()) {
            (PartnerAct::Add(add), _) => Self::Added { by: entry.by.who, agency: add.agency },
            (PartnerAct::AddOffNetwork(add), _) => Self::Added { by: entry.by.who, agency: add.agency },
            (PartnerAct::Confirm(_), Self::Added { agency, .. }) => {
                Self::Confirmed { agency, granted: Granted::Nothing, proposed: None, tie: Tie::default() }
            }
            (PartnerAct::ProposeWidening(propose), Self::Confirmed { agency, granted, tie, .. }) => {
                let proposed =
                    ProposedWidening { entry: entry.entry, by: entry.by.who, review_by: propose.review_by.0 };
                Self::Confirmed { agency, granted, proposed: Some(proposed), tie }
            }
            (PartnerAct::Widen(_), Self::Confirmed { agency, proposed: Some(proposed), tie, .. }) => {
                let granted = Granted::Full { assessment: proposed.entry, review_by: proposed.review_by };
                Self::Confirmed { agency, granted, proposed: None, tie }
            }
            (PartnerAct::Narrow(_), Self::Confirmed { agency, granted, tie, .. }) => {
                // Where nothing had been granted, only the proposal falls.
                let granted = if granted == Granted::Nothing { granted } else { Granted::Narrowed };
                Self::Confirmed { agency, granted, proposed: None, tie }
            }
            (PartnerAct::ProposeLink(propose), Self::Confirmed { agency, granted, proposed, tie }) => {
                Self::Confirmed { agency, granted, proposed, tie: tie.proposing(entry, propose.agency) }
            }
            (PartnerAct::ProposeClaim(propose), Self::Confirmed { agency, granted, proposed, tie }) => {
                Self::Confirmed { agency, granted, proposed, tie: tie.proposing(entry, propose.party) }
            }
            (
                PartnerAct::Link(_) | PartnerAct::Claim(_),
                Self::Confirmed { agency, granted, proposed, tie },
            ) => Self::Confirmed { agency, granted, proposed, tie: tie.confirmed() },
            (PartnerAct::End(_), Self::Added { agency, .. } | Self::Confirmed { agency, .. }) => {
                Self::Ended { agency }
            }
            (_, unchanged) => unchanged,
        };
    }
}
