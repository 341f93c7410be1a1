//! Who is signed in: sessions of officers in their browsers.
//!
//! A session is a random cookie of which only the SHA-256 is kept, in memory: a copy of a node's folder opens nobody's
//! session, and a restart ends them all. What an officer may do is read anew from the journal at every request; a session says
//! only who it is, and since when that is proven.
//!
//! Invariant: nobody can tell from what is kept here what the cookie was.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use comity_domain::matters::officer::SignInMeans;
use comity_journal::entropy::Entropy;
use comity_journal::ids::MatterId;
use comity_journal::time::Timestamp;
use sha2::{Digest as _, Sha256};

/// How long a session lives without a request.
pub(crate) const IDLE_MILLIS: i64 = 30 * 60 * 1000;
/// How long it lives at most.
pub(crate) const ABSOLUTE_MILLIS: i64 = 12 * 60 * 60 * 1000;
/// How long ago a person may have proven who they are for a grave act.
pub(crate) const FRESH_MILLIS: i64 = 10 * 60 * 1000;
/// How many bytes of a session's key are its name.
const NAME_BYTES: usize = 10;
/// How many sessions are kept; the one idle for longest makes room.
const MOST: usize = 10_000;

/// A secret of 32 bytes, as a browser holds it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = [0; 32];
        entropy.fill(&mut bytes);
        Self(data_encoding::BASE64URL_NOPAD.encode(&bytes))
    }

    /// As it stands in a cookie or a form.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// As it stands in one page: under a pad drawn for it. Two pages never hold the same bytes, so how well a page
    /// compresses tells nothing of the secret.
    pub(crate) fn masked(&self, entropy: &mut dyn Entropy) -> String {
        let mut bytes = vec![0; self.0.len()];
        entropy.fill(&mut bytes);
        let under: Vec<_> = bytes.iter().zip(self.0.bytes()).map(|(pad, byte)| pad ^ byte).collect();
        bytes.extend(under);
        data_encoding::BASE64URL_NOPAD.encode(&bytes)
    }

    /// Whether this is the secret under some pad.
    pub(crate) fn is_under(&self, masked: &str) -> bool {
        let bytes = data_encoding::BASE64URL_NOPAD.decode(masked.as_bytes()).unwrap_or_default();
        let (pad, under) = bytes.split_at(bytes.len() / 2);
        let differs = pad
            .iter()
            .zip(under)
            .zip(self.0.bytes())
            .fold(0, |so_far, ((pad, under), byte)| so_far | (pad ^ under ^ byte));
        bytes.len() == 2 * self.0.len() && differs == 0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// One officer in one browser.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    /// The officer's record.
    pub(crate) officer: MatterId,
    /// How often all sessions of the officer had been ended when it began; it is over once that is another number.
    pub(crate) endings: u64,
    /// By what the officer signed in.
    pub(crate) means: SignInMeans,
    /// Since when.
    pub(crate) begun: Timestamp,
    /// The last request.
    pub(crate) seen: Timestamp,
    /// When the officer last proved who they are.
    pub(crate) proven: Timestamp,
    /// What every form of this session carries.
    pub(crate) form_token: Secret,
}

impl Session {
    fn lives(&self, now: Timestamp) -> bool {
        now.millis() - self.seen.millis() < IDLE_MILLIS
            && now.millis() - self.begun.millis() < ABSOLUTE_MILLIS
    }

    /// Whether the officer has proven who they are lately enough for a grave act.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        now.millis() - self.proven.millis() < FRESH_MILLIS
    }
}

/// A session among those of one officer, as that officer sees it.
#[derive(Clone, Debug)]
pub(crate) struct SessionLine {
    /// What it can be ended by. It opens nothing: the cookie cannot be told from it.
    pub(crate) name: String,
    /// Whether it is the one that asks.
    pub(crate) here: bool,
    /// By what the officer signed in.
    pub(crate) means: SignInMeans,
    /// Since when.
    pub(crate) begun: Timestamp,
    /// The last request.
    pub(crate) seen: Timestamp,
}

type Key = [u8; 32];

/// All sessions of a node.
#[derive(Debug, Default)]
pub(crate) struct Sessions {
    kept: Mutex<BTreeMap<Key, Session>>,
}

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<Key, Session>> {
        // A panic elsewhere leaves a map of whole sessions: nothing in here is half written.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a session of an officer who has just proven who they are; gives the cookie's value.
    pub(crate) fn begin(
        &self,
        officer: MatterId,
        endings: u64,
        means: SignInMeans,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Secret {
        let cookie = Secret::draw(entropy);
        let form_token = Secret::draw(entropy);
        let session = Session { officer, endings, means, begun: now, seen: now, proven: now, form_token };
        let mut kept = self.lock();
        kept.retain(|_, session| session.lives(now));
        if kept.len() >= MOST
            && let Some(idlest) = kept.iter().min_by_key(|(_, session)| session.seen).map(|(key, _)| *key)
        {
            kept.remove(&idlest);
        }
        kept.insert(key(cookie.as_str()), session);
        cookie
    }

    /// The living session of a cookie; it counts as a request.
    pub(crate) fn find(&self, cookie: &str, now: Timestamp) -> Option<Session> {
        let mut kept = self.lock();
        let session = kept.get_mut(&key(cookie))?;
        if !session.lives(now) {
            kept.remove(&key(cookie));
            return None;
        }
        session.seen = now;
        Some(session.clone())
    }

    /// Whether a session lives; looking is no request.
    pub(crate) fn lives(&self, cookie: &str, now: Timestamp) -> bool {
        self.lock().get(&key(cookie)).is_some_and(|session| session.lives(now))
    }

    /// How many sessions live.
    pub(crate) fn count(&self, now: Timestamp) -> usize {
        self.lock().values().filter(|session| session.lives(now)).count()
    }

    /// The officer has proven again who they are.
    pub(crate) fn prove(&self, cookie: &str, now: Timestamp) {
        if let Some(session) = self.lock().get_mut(&key(cookie)) {
            session.proven = now;
        }
    }

    /// The living sessions of the officer whose cookie this is, the latest first.
    pub(crate) fn beside(&self, cookie: &str, now: Timestamp) -> Vec<SessionLine> {
        let (kept, own) = (self.lock(), key(cookie));
        let Some(asks) = kept.get(&own) else { return Vec::new() };
        let same = |session: &Session| {
            session.officer == asks.officer && session.endings == asks.endings && session.lives(now)
        };
        let line = |(key, session): (&Key, &Session)| SessionLine {
            name: name(key),
            here: *key == own,
            means: session.means,
            begun: session.begun,
            seen: session.seen,
        };
        let mut lines: Vec<_> = kept.iter().filter(|(_, session)| same(session)).map(line).collect();
        lines.sort_by_key(|line| std::cmp::Reverse(line.begun));
        lines
    }

    /// Ends the session of this officer that has this name.
    pub(crate) fn end_named(&self, officer: MatterId, named: &str) {
        self.lock().retain(|key, session| session.officer != officer || name(key) != named);
    }

    /// Ends one session.
    pub(crate) fn end(&self, cookie: &str) {
        self.lock().remove(&key(cookie));
    }
}

fn key(cookie: &str) -> Key {
    Sha256::digest(cookie.as_bytes()).into()
}

fn name(key: &Key) -> String {
    data_encoding::HEXLOWER.encode(&key[..NAME_BYTES])
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting(u8);

    impl Entropy for Counting {
        fn fill(&mut self, bytes: &mut [u8]) {
            self.0 += 1;
            bytes.fill(self.0);
        }
    }

    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_millis(1_790_000_000_000 + minutes * 60_000)
    }

    fn officer(n: u8) -> MatterId {
        MatterId::from_bytes([n; 32])
    }

    #[test]
    fn a_secret_is_known_under_any_pad_and_no_other_is() {
        let (secret, other) = (Secret::draw(&mut Counting(0)), Secret::draw(&mut Counting(1)));
        let (one, two) = (secret.masked(&mut Counting(6)), secret.masked(&mut Counting(7)));
        assert_ne!(one, two);
        assert!(secret.is_under(&one) && secret.is_under(&two));
        for wrong in ["", "A", secret.as_str(), &one[..one.len() - 4], &other.masked(&mut Counting(6))] {
            assert!(!secret.is_under(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_session_ends_when_nobody_has_used_it_for_half_an_hour() {
        let sessions = Sessions::default();
        let cookie = sessions.begin(officer(1), 0, SignInMeans::Passkey, at(0), &mut Counting(0));
        assert!(sessions.find(cookie.as_str(), at(29)).is_some());
        assert!(sessions.find(cookie.as_str(), at(58)).is_some());
        assert!(sessions.find(cookie.as_str(), at(88)).is_none());
    }

    #[test]
    fn a_session_ends_after_twelve_hours_whatever_is_done_in_it() {
        let sessions = Sessions::default();
        let cookie = sessions.begin(officer(1), 0, SignInMeans::Passkey, at(0), &mut Counting(0));
        for minutes in (0..720).step_by(20) {
            assert!(sessions.find(cookie.as_str(), at(minutes)).is_some());
        }
        assert!(sessions.find(cookie.as_str(), at(720)).is_none());
    }

    #[test]
    fn a_grave_act_needs_a_proof_of_the_last_ten_minutes() {
        let sessions = Sessions::default();
        let cookie = sessions.begin(officer(1), 0, SignInMeans::Passkey, at(0), &mut Counting(0));
        let session = |now| sessions.find(cookie.as_str(), now).unwrap();
        assert!(session(at(9)).is_fresh(at(9)));
        assert!(!session(at(10)).is_fresh(at(10)));
        sessions.prove(cookie.as_str(), at(11));
        assert!(session(at(12)).is_fresh(at(12)));
    }

    #[test]
    fn an_officer_sees_and_ends_their_own_sessions_and_nobody_elses() {
        let (sessions, mut entropy) = (Sessions::default(), Counting(0));
        let mut begin =
            |n, minutes| sessions.begin(officer(n), 0, SignInMeans::PasswordTotp, at(minutes), &mut entropy);
        let (here, there, other) = (begin(1, 0), begin(1, 5), begin(2, 6));
        let lines = sessions.beside(here.as_str(), at(10));
        assert_eq!(lines.iter().map(|line| line.here).collect::<Vec<_>>(), [false, true]);
        assert!(lines.iter().all(|line| !here.as_str().contains(&line.name)));
        let of_other = sessions.beside(other.as_str(), at(10)).remove(0).name;
        sessions.end_named(officer(1), &of_other);
        assert!(sessions.lives(other.as_str(), at(10)), "another officer's session has another owner");
        sessions.end_named(officer(1), &lines[0].name);
        assert!(!sessions.lives(there.as_str(), at(10)) && sessions.lives(here.as_str(), at(10)));
        assert_eq!(sessions.beside(here.as_str(), at(29)).len(), 1);
        assert_eq!(sessions.beside("nobody's", at(10)).len(), 0);
    }
}
