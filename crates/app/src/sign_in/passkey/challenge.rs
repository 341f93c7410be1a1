//! Challenges: random, good for one answer and five minutes, and bounded in number for everybody and for each address.
//!
//! Pure: entropy and time are parameters. Lost with the process, which costs nobody but who is on the way in.

use std::collections::BTreeMap;

use comity_journal::entropy::Entropy;
use comity_journal::time::Timestamp;
use data_encoding::BASE64URL_NOPAD;

use super::super::attempts::Who;

/// How long an answer is waited for.
const WAIT_MS: i64 = 5 * 60 * 1000;
/// How many challenges wait for an answer at once.
const MOST: usize = 4_096;
/// How many of them from one address: a guest who asks for many pushes out its own.
const MOST_OF_ONE: usize = 64;

/// What a passkey signs, so that no signature is good twice.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Challenge([u8; 32]);

impl Challenge {
    /// How long an answer is waited for, as browsers are told.
    pub const WAIT_MS: i64 = WAIT_MS;

    /// Draws one.
    pub fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(bytes)
    }

    /// As it stands in options and answers.
    pub fn text(&self) -> String {
        BASE64URL_NOPAD.encode(&self.0)
    }

    pub(super) fn read(text: &str) -> Option<Self> {
        let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
        bytes.try_into().ok().map(Self)
    }
}

/// Who has the challenge of somebody else can answer it in their place.
impl std::fmt::Debug for Challenge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Challenge")
    }
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    since: Timestamp,
    from: Option<Who>,
}

/// The challenges that strangers were given and have not answered.
#[derive(Debug, Default)]
pub struct Challenges {
    waiting: BTreeMap<Challenge, Waiting>,
}

impl Challenges {
    /// Gives somebody a challenge; where there are too many, the oldest of the same address goes, or of all.
    pub fn give(&mut self, from: Option<Who>, now: Timestamp, entropy: &mut dyn Entropy) -> Challenge {
        self.waiting.retain(|_, waiting| waiting.since.millis_until(now) < WAIT_MS);
        let same = |waiting: &Waiting| from.is_some() && waiting.from == from;
        if self.waiting.values().filter(|waiting| same(waiting)).count() >= MOST_OF_ONE {
            self.forget_oldest(same);
        } else if self.waiting.len() >= MOST {
            self.forget_oldest(|_| true);
        }
        let challenge = Challenge::draw(entropy);
        self.waiting.insert(challenge, Waiting { since: now, from });
        challenge
    }

    /// The challenge that an answer answers, if it was given here and waits; it is good no more.
    pub fn take(&mut self, answered: &Challenge, now: Timestamp) -> Option<Challenge> {
        let waiting = self.waiting.remove(answered)?;
        (waiting.since.millis_until(now) < WAIT_MS).then_some(*answered)
    }

    fn forget_oldest(&mut self, of: impl Fn(&Waiting) -> bool) {
        let old = self.waiting.iter().filter(|(_, waiting)| of(waiting));
        let oldest = old.min_by_key(|(_, waiting)| waiting.since).map(|(challenge, _)| *challenge);
        oldest.map(|oldest| self.waiting.remove(&oldest));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use comity_testkit::Seeded;
    use comity_testkit::node::NOW;

    fn address(text: &str) -> Option<Who> {
        Some(Who::address(text.parse().unwrap()))
    }

    #[test]
    fn a_challenge_is_good_for_one_answer_and_five_minutes() {
        let (mut challenges, mut entropy) = (Challenges::default(), Seeded::new(1));
        let one = challenges.give(None, NOW, &mut entropy);
        assert_eq!(challenges.take(&one, NOW), Some(one));
        assert_eq!(challenges.take(&one, NOW), None);
        let other = challenges.give(None, NOW, &mut entropy);
        assert_eq!(challenges.take(&other, NOW.plus_millis(WAIT_MS)), None);
        assert_eq!(challenges.take(&Challenge::draw(&mut entropy), NOW), None, "nobody was given that one");
    }

    #[test]
    fn who_asks_for_many_pushes_out_its_own_and_nobody_elses() {
        let (mut challenges, mut entropy) = (Challenges::default(), Seeded::new(2));
        let ours = challenges.give(address("192.0.2.7"), NOW, &mut entropy);
        let first = challenges.give(address("192.0.2.8"), NOW, &mut entropy);
        for n in 0..MOST_OF_ONE {
            let later = NOW.plus_millis(i64::try_from(n).unwrap() + 1);
            challenges.give(address("192.0.2.8"), later, &mut entropy);
        }
        assert_eq!(challenges.waiting.len(), MOST_OF_ONE + 1);
        assert_eq!(challenges.take(&first, NOW), None);
        assert_eq!(challenges.take(&ours, NOW), Some(ours));
    }

    #[test]
    fn many_addresses_cost_bounded_memory() {
        let (mut challenges, mut entropy) = (Challenges::default(), Seeded::new(3));
        for n in 0..MOST + 9 {
            challenges.give(address(&format!("10.0.{}.{}", n / 256, n % 256)), NOW, &mut entropy);
        }
        assert_eq!(challenges.waiting.len(), MOST);
        challenges.give(None, NOW.plus_millis(WAIT_MS), &mut entropy);
        assert_eq!(challenges.waiting.len(), 1, "what is too old is forgotten");
    }
}
