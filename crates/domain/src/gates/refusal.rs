//! Rules, refusals and objections.
//!
//! Every rule that can stop an act is a row here: its code, its source, who could lift it, and what a partner
//! may be told. Texts in zh and en hang on the code.

use comity_journal::ids::Token;

use crate::vocabularies::{OuterGround, Role};

/// A rule that can stop an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its code; also its label key.
    pub code: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    /// Who could lift it; `None` for an absolute one.
    pub lifted_by: Option<Role>,
    /// What a partner may be told when an answer is refused under it.
    pub outer: OuterGround,
}

/// The rules, by name.
pub mod rules {
    use super::{OuterGround, Role, Rule};

    macro_rules! rules {
        ($($(#[$doc:meta])* $name:ident = $code:literal, $source:literal, $lifted:expr, $outer:ident;)*) => {
            $(
                $(#[$doc])*
                pub const $name: Rule =
                    Rule { code: $code, source: $source, lifted_by: $lifted, outer: OuterGround::$outer };
            )*
            /// Every rule.
            pub const ALL: &[Rule] = &[$($name),*];
        };
    }

    rules! {
        /// The matter has not come to where this act belongs.
        NOT_NOW = "not-now", "the grid of the matter's kind", None, CannotAssist;
        /// Another party's act.
        NOT_OURS = "not-ours", "the grid of the matter's kind", None, CannotAssist;
        /// The act names an entry it cannot mean.
        WRONG_TARGET = "wrong-target", "the shapes of acts", None, CannotAssist;
        /// An act whose structure does not read.
        UNREADABLE = "unreadable", "the act's definition", None, Incomplete;
        /// A shared act before the matter was opened, or a second opening.
        NOT_OPENED = "not-opened", "the shapes of acts", None, CannotAssist;
        /// Parties that the kind does not have.
        WRONG_PARTIES = "wrong-parties", "the kind's definition", None, Incomplete;
        /// Written in a lane that is not the author's to write.
        FOREIGN_LANE = "foreign-lane", "one lane, one writer", None, CannotAssist;
        /// The officer holds no role that may propose this.
        ROLE = "role", "who may do what: the table of roles", Some(Role::Administrator), CannotAssist;
        /// The officer is not of those who may know this matter.
        NEED_TO_KNOW = "need-to-know", "who may do what: need to know", Some(Role::Desk), CannotAssist;
        /// The matter is restricted to its team.
        RESTRICTED = "restricted", "who may do what: restricted matters", Some(Role::Supervisor), CannotAssist;
        /// Not approved by all who must.
        FOUR_EYES = "four-eyes", "two-person rule on sending, refusing and answering", None, CannotAssist;
        /// The approver is the proposer.
        OWN_WORK = "own-work", "two-person rule: nobody approves their own work", None, CannotAssist;
        /// The same officer did both halves of a two-person act.
        SECOND_PERSON = "second-person", "two-person rule: a second person confirms", None, CannotAssist;
        /// Somebody would give themself roles, or a way to sign in.
        OWN_ACCESS = "own-access", "nobody gives themself roles or access", Some(Role::Administrator), CannotAssist;
        /// Somebody else would set what a person signs in with.
        BY_THEMSELF = "by-themself", "only the person themself sets what they sign in with", None, CannotAssist;
        /// Prohibited grounds have not been reviewed.
        GROUNDS_OPEN = "grounds-open", "INTERPOL Constitution Art. 2 and 3; ICCPR Art. 2(1), 18, 19, 21, 22, 26",
            Some(Role::Legal), Incomplete;
        /// Prohibited grounds were found. Absolute.
        GROUNDS_PROHIBITED = "grounds-prohibited",
            "INTERPOL Constitution Art. 2 and 3; ICCPR Art. 2(1), 18, 19, 21, 22, 26; 1951 Convention Art. 33",
            None, FundamentalRights;
        /// The legal reviewer wrote the request.
        GROUNDS_OWN_WORK = "grounds-own-work", "the legal reviewer is not the author", None, CannotAssist;
        /// No agreement, treaty or law covers it.
        NOT_COVERED = "not-covered", "the agreement that governs", Some(Role::Legal), NotCovered;
        /// Urgency without a reason.
        URGENCY_REASON = "urgency-reason", "a grade of urgency needs a stated reason", None, Incomplete;
        /// Something else the request must say.
        INCOMPLETE = "incomplete", "UN Convention against Transnational Organized Crime Art. 18(15)", None, Incomplete;
        /// A grade that is no lower than the one that stands.
        GRADE_NOT_LOWERED = "grade-not-lowered", "the requested party may take a request to be less pressing, never more",
            None, CannotAssist;
        /// No reason for a refusal is recorded inside.
        REASON_INSIDE = "reason-inside", "a refusal has a reason in our own file: rule, source and who decided",
            Some(Role::Desk), CannotAssist;
        /// The ground told is not the one that stands for the reason recorded inside.
        GROUND_TOLD = "ground-told", "what would reveal protection, asylum, a victim, a source or an investigation is told alike",
            None, CannotAssist;
        /// Words beside the neutral ground.
        NEUTRAL_WITHOUT_WORDS = "neutral-without-words", "not held, not known and not to be told answer alike",
            None, CannotAssist;
        /// A wish that lies in the past.
        WISH_IN_THE_PAST = "wish-in-the-past", "clocks: due times lie ahead", None, Incomplete;
        /// The partner has not been confirmed by a second person.
        PARTNER_UNCONFIRMED = "partner-unconfirmed", "two people compare the fingerprint", None, CannotAssist;
        /// A partner of the matter is at the floor, and the act gives more than correspondence.
        CEILING = "ceiling", "partners have ceilings: persons and evidence only after a rights assessment by two people",
            Some(Role::Legal), CannotAssist;
        /// A new matter with a partner in quarantine.
        QUARANTINE = "quarantine", "quarantine: no new matters with a partner of whom a fork is proven, until two people lift it",
            Some(Role::Supervisor), CannotAssist;
        /// A rights assessment that is to be reviewed in the past, or too late.
        REVIEW_DATE = "review-date", "a rights assessment is reviewed within two years", None, Incomplete;
        /// The sealed package is not at this node, or not every byte of it has been checked.
        PACKAGE_NOT_HERE = "package-not-here", "nobody vouches for bytes that were not checked here", None, CannotAssist;
        /// A package that is said to be destroyed is still kept here.
        PACKAGE_STILL_HERE = "package-still-here", "what is said to be destroyed is destroyed", None, CannotAssist;
        /// Content that is said to be erased is still kept here.
        CONTENT_STILL_HERE = "content-still-here", "what is said to be erased is erased", None, CannotAssist;
        /// What statistics count cannot be erased.
        TALLY_STAYS = "tally-stays", "what statistics count stays while its entry counts", None, CannotAssist;
        /// Two entries claim one place of the lane.
        FORKED = "forked", "a fork freezes its lane for all until its author stands by one branch", None, CannotAssist;
        /// The recorder has handed over what it wrote for the party.
        HANDED_OVER = "handed-over", "one lane, one writer: ownership moves by offer and take", None, CannotAssist;
        /// What was recorded is to be adopted or disputed first.
        TAKE_FIRST = "take-first", "one lane, one writer: ownership moves by offer and take", None, CannotAssist;
        /// Nobody here has confirmed that the record is about us.
        CLAIM_FIRST = "claim-first", "two people say which record is about us", None, CannotAssist;
        /// Somebody else than the convenor would admit or remove a party.
        CONVENOR = "convenor", "the convenor's part: admitting and removing parties", None, CannotAssist;
        /// The author had seen that it was removed.
        REMOVED = "removed", "a party that was removed writes no more", None, CannotAssist;
        /// There is no fork to end.
        NOT_FORKED = "not-forked", "a party stands by a branch only where its own lane is forked", None, CannotAssist;
        /// The matter holds something this release does not understand.
        READ_ONLY = "read-only", "what is not understood is not written on", None, CannotAssist;
    }
}

/// An act that is refused: the rule, and what in particular stood against it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The rule.
    pub rule: Rule,
    /// The particulars a label can show: codes and role names, never content.
    pub about: Vec<Token>,
}

impl Refusal {
    /// Refuses under `rule`.
    pub fn under(rule: Rule) -> Self {
        Self { rule, about: Vec::new() }
    }

    /// Adds particulars; words that are no tokens are left out.
    #[must_use]
    pub fn about<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.about.extend(words.into_iter().filter_map(|word| Token::new(word).ok()));
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "refused under rule `{}` ({})", self.rule.code, self.rule.source)?;
        if !self.about.is_empty() {
            let about: Vec<_> = self.about.iter().map(Token::as_str).collect();
            write!(f, ": {}", about.join(", "))?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// What a receiver holds against a valid act: it answers it in its own lane, and always keeps the header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objection {
    /// The rule it rests on.
    pub rule: Rule,
}
