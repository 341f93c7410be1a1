//! Prohibited grounds: a record, not a word filter.
//!
//! A legal reviewer who is not the author answers seven questions for the persons of the matter. "Yes" to any of
//! them, an offence that is about expression or status, or an open question where the offence may be used
//! against either, stops for good. There is no override, and an act that needs clearing cannot be made without
//! a [`GroundsCleared`], which only a review that found nothing yields.
//!
//! Sources: INTERPOL Constitution Art. 2 and 3; ICCPR Art. 2, 18, 19, 21, 22, 26; 1951 Refugee Convention Art. 33.

use comity_journal::entry::Actor;
use comity_journal::ids::Pseudonym;
use comity_journal::suite::Hash;

use super::refusal::{Refusal, rules};
use crate::vocabularies::{OffenceCode, Role, Touches};
use crate::vocabulary;

vocabulary! {
    /// The seven questions: is the request about the person's …
    pub enum GroundsQuestion("grounds-question") {
        /// … political opinion or activity?
        Politics = "politics",
        /// … religion or belief?
        Religion = "religion",
        /// … ethnic or national origin?
        Ethnicity = "ethnicity",
        /// … sexual orientation or gender?
        Orientation = "orientation",
        /// … peaceful assembly or protest?
        Protest = "protest",
        /// … journalism or defence of rights?
        Journalism = "journalism",
        /// … flight from persecution?
        Refugee = "refugee",
    }
}

vocabulary! {
    /// The answer to one question.
    pub enum GroundAnswer("ground-answer") {
        /// It is not.
        No = "no",
        /// It cannot be told.
        Open = "open",
        /// It is.
        Yes = "yes",
    }
}

/// A review as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundsReview {
    /// The entry that records it.
    pub record: Hash,
    /// Who reviewed.
    pub reviewer: Actor,
    /// The offences of the draft that was reviewed; none when a signed entry was, whose own count.
    pub offences: Vec<OffenceCode>,
    /// The answers, in the order of [`GroundsQuestion::ALL`].
    pub answers: [GroundAnswer; 7],
}

impl GroundsReview {
    /// The grounds it found, by their codes, given what the offences touch: those it reviewed and those of the act
    /// now proposed, so that naming another offence later escapes nothing. Whoever asks, the answer is the same.
    pub fn found(&self, offences: &[OffenceCode]) -> Vec<&'static str> {
        let touches =
            offences.iter().chain(&self.offences).map(OffenceCode::touches).max().unwrap_or(Touches::Mixed);
        let stopping = |answer: GroundAnswer| match touches {
            Touches::No => answer == GroundAnswer::Yes,
            Touches::Mixed | Touches::Yes => answer != GroundAnswer::No,
        };
        let questions = GroundsQuestion::ALL.iter().zip(self.answers);
        let mut found: Vec<_> =
            questions.filter(|(_, answer)| stopping(*answer)).map(|(question, _)| question.code()).collect();
        if touches == Touches::Yes {
            found.push("offence");
        }
        found
    }

    /// What it answered to this question.
    pub fn answer_to(&self, question: GroundsQuestion) -> GroundAnswer {
        self.answers[question as usize]
    }

    /// Whether somebody in the legal role made it; a review by anybody else counts for nothing.
    pub fn is_legal(&self) -> bool {
        self.reviewer.roles.iter().any(|role| role.as_str() == Role::Legal.code())
    }
}

/// Proof that the prohibited grounds of one act were reviewed and none was found. Nothing else makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroundsCleared {
    record: Hash,
}

impl GroundsCleared {
    /// Judges a review.
    ///
    /// # Errors
    /// A refusal: absolute when a ground was found; to be mended when the reviewer wrote the request or holds no
    /// legal role.
    pub fn judge(
        review: &GroundsReview,
        offences: &[OffenceCode],
        author: &Pseudonym,
    ) -> Result<Self, Refusal> {
        if review.reviewer.who == *author {
            return Err(Refusal::under(rules::GROUNDS_OWN_WORK));
        }
        if !review.is_legal() {
            return Err(Refusal::under(rules::GROUNDS_OPEN).about([Role::Legal.code()]));
        }
        let found = review.found(offences);
        if found.is_empty() {
            Ok(Self { record: review.record })
        } else {
            Err(Refusal::under(rules::GROUNDS_PROHIBITED).about(found))
        }
    }

    /// The entry that records the review; an act names it among the facts it relied on.
    pub fn record(&self) -> Hash {
        self.record
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_journal::ids::Token;

    fn review(answers: [GroundAnswer; 7]) -> GroundsReview {
        let reviewer = Actor {
            who: Pseudonym::from_bytes([2; 16]),
            roles: vec![Token::literal("legal"), Token::literal("x")],
        };
        GroundsReview { record: Hash::from_bytes([1; 32]), reviewer, offences: Vec::new(), answers }
    }

    fn judged(code: &str, change: Option<(usize, GroundAnswer)>) -> Result<GroundsCleared, &'static str> {
        let mut answers = [GroundAnswer::No; 7];
        if let Some((i, answer)) = change {
            answers[i] = answer;
        }
        let author = Pseudonym::from_bytes([9; 16]);
        let offence = OffenceCode::new(code).unwrap();
        GroundsCleared::judge(&review(answers), &[offence], &author).map_err(|refusal| refusal.rule.code)
    }

    #[test]
    fn a_yes_to_any_question_stops_for_good_whatever_the_offence() {
        for code in ["0101", "0903", "national"] {
            for question in 0..7 {
                assert_eq!(judged(code, Some((question, GroundAnswer::Yes))), Err("grounds-prohibited"));
            }
        }
        assert_eq!(rules::GROUNDS_PROHIBITED.lifted_by, None);
    }

    #[test]
    fn an_open_question_stops_where_the_offence_may_touch_expression() {
        assert!(judged("0101", Some((4, GroundAnswer::Open))).is_ok());
        assert_eq!(judged("0903", Some((4, GroundAnswer::Open))), Err("grounds-prohibited"));
        assert_eq!(judged("national", Some((4, GroundAnswer::Open))), Err("grounds-prohibited"));
        assert!(judged("0903", None).is_ok());
    }

    #[test]
    fn the_reviewer_is_a_legal_reviewer_and_not_the_author() {
        let mut own = review([GroundAnswer::No; 7]);
        let offence = [OffenceCode::new("0101").unwrap()];
        let author = own.reviewer.who;
        assert_eq!(
            GroundsCleared::judge(&own, &offence, &author).map_err(|r| r.rule.code),
            Err("grounds-own-work")
        );
        own.reviewer.roles = vec![Token::literal("desk")];
        let other = Pseudonym::from_bytes([9; 16]);
        assert_eq!(
            GroundsCleared::judge(&own, &offence, &other).map_err(|r| r.rule.code),
            Err("grounds-open")
        );
    }
}
