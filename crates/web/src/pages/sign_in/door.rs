//! What a node remembers of people on their way in: who has shown half of what is asked, and who tried too often.
//!
//! All of it is in memory and bounded. A step is named by a random token in a hidden field of the next form, of which
//! only the hash is kept; it is forgotten after a quarter of an hour.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use comity_app::sign_in::{
    Attempts, Challenge, Challenges, Code, Enrolment, Given, Invited, KnownPassword, NewAuthenticator,
    TryLater, Who,
};
use comity_journal::ids::MatterId;
use comity_journal::suite::{self, Hash};
use comity_journal::time::Timestamp;
use std::convert::Infallible;
use tokio::sync::Semaphore;

use super::super::office::Office;
use super::super::serve::Peer;
use super::super::trouble::Trouble;
use crate::session::Secret;

/// How long a step waits for the next.
const STEP_MILLIS: i64 = 15 * 60 * 1000;
/// How many people may be on their way in at once.
const STEPS: usize = 2_000;
/// How many passwords are stretched at once: each takes 19 MiB and most of a core.
const AT_ONCE: usize = 2;

/// How far somebody has come.
#[derive(Clone)]
pub(crate) enum Step {
    /// The password was right; a second proof is asked for, which may answer this challenge.
    Known { half: Half, challenge: Challenge },
    /// The invitation is good; a password is asked for.
    Invited(Invited),
    /// The password is chosen; the authenticator is to be confirmed.
    Enrolling(Box<Enrolment>),
    /// An officer who is signed in sets up another authenticator.
    Replacing { officer: MatterId, authenticator: NewAuthenticator },
    /// An officer who is signed in makes a passkey, or proves by one who they are.
    Asked { officer: MatterId, challenge: Challenge },
}

/// Somebody whose password was right, on the way to where they wanted to go.
#[derive(Clone)]
pub(crate) struct Half {
    pub(crate) known: KnownPassword,
    pub(crate) name: String,
    pub(crate) next: String,
}

/// The way in.
pub(crate) struct Door {
    steps: Mutex<BTreeMap<Hash, (Timestamp, Step)>>,
    attempts: Mutex<Attempts>,
    challenges: Mutex<Challenges>,
    set_up: Option<Hash>,
    room: Semaphore,
}

impl Door {
    pub(crate) fn new(set_up: Option<Code>) -> Self {
        Self {
            steps: Mutex::default(),
            attempts: Mutex::default(),
            challenges: Mutex::default(),
            set_up: set_up.map(|code| code.hash()),
            room: Semaphore::new(AT_ONCE),
        }
    }

    /// Whether this is the code that makes the first administrators.
    pub(crate) fn sets_up(&self, typed: &str) -> bool {
        let typed = Code::parse::<{ Code::INVITATION }>(typed).map(|code| code.hash());
        typed.is_some() && typed == self.set_up
    }

    /// Whether there is such a code at all.
    pub(crate) fn can_be_set_up(&self) -> bool {
        self.set_up.is_some()
    }

    fn steps(&self) -> MutexGuard<'_, BTreeMap<Hash, (Timestamp, Step)>> {
        // A panic elsewhere leaves whole steps: nothing in here is half written.
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn attempts(&self) -> MutexGuard<'_, Attempts> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn challenges(&self) -> MutexGuard<'_, Challenges> {
        self.challenges.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a try is looked at now.
    pub(crate) fn begin(&self, tried: &Tried, now: Timestamp) -> Result<(), TryLater> {
        self.attempts().begin(&tried.both(), now)
    }

    /// One proof of two was right.
    pub(crate) fn right_so_far(&self, tried: &Tried) {
        self.attempts().right_so_far(&tried.both());
    }

    /// All that was asked was right.
    pub(crate) fn succeeded(&self, tried: &Tried) {
        self.attempts().succeeded(tried.account, tried.address);
    }
}

/// Whose tries are counted.
pub(crate) struct Tried {
    account: Who,
    address: Option<Who>,
}

impl Tried {
    pub(crate) fn new(account: &str, from: &Address) -> Self {
        Self { account: Who::account(account), address: from.0.map(Who::address) }
    }

    fn both(&self) -> Vec<Who> {
        std::iter::once(self.account).chain(self.address).collect()
    }
}

impl Office {
    /// Remembers how far somebody has come; gives the token of the next form.
    pub(crate) fn keep_step(&self, step: Step) -> Secret {
        let (token, now) = (self.draw(|entropy| Secret::draw(entropy)), self.now());
        let mut steps = self.door.steps();
        steps.retain(|_, (at, _)| at.millis_until(now) < STEP_MILLIS);
        if steps.len() >= STEPS
            && let Some(oldest) = steps.iter().min_by_key(|(_, (at, _))| *at).map(|(key, _)| *key)
        {
            steps.remove(&oldest);
        }
        steps.insert(key(token.as_str()), (now, step));
        token
    }

    /// How far somebody has come. Nothing of it is told to who has no token.
    pub(crate) fn step(&self, token: &str) -> Result<Step, Trouble> {
        let now = self.now();
        let steps = self.door.steps();
        let step = steps.get(&key(token)).filter(|(at, _)| at.millis_until(now) < STEP_MILLIS);
        step.map(|(_, step)| step.clone()).ok_or(Trouble::StaleForm)
    }

    /// The step is done.
    pub(crate) fn forget_step(&self, token: &str) {
        self.door.steps().remove(&key(token));
    }

    /// Gives a stranger a challenge for a passkey.
    pub(crate) fn challenge(&self, from: &Address) -> Challenge {
        let (who, now) = (from.0.map(Who::address), self.now());
        self.draw(|entropy| self.door.challenges().give(who, now, entropy))
    }

    /// The challenge that a stranger's passkey answers, once.
    pub(crate) fn answered(&self, given: &Given) -> Option<Challenge> {
        self.door.challenges().take(&given.challenge(), self.now())
    }

    /// The challenge that an officer who is signed in was given, once.
    pub(crate) fn asked(&self, token: &str, officer: MatterId) -> Result<Challenge, Trouble> {
        let step = self.step(token)?;
        self.forget_step(token);
        match step {
            Step::Asked { officer: of, challenge } if of == officer => Ok(challenge),
            _ => Err(Trouble::StaleForm),
        }
    }

    /// Stretches a password where nobody else waits for it.
    pub(crate) async fn slowly<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Trouble> {
        let _place = self.door.room.acquire().await.map_err(|_| Trouble::Fault)?;
        tokio::task::spawn_blocking(work).await.map_err(|_| Trouble::Fault)
    }
}

fn key(token: &str) -> Hash {
    suite::hash(&[b"step", token.as_bytes()])
}

/// Where a request comes from. Behind the machine's own front it is what the front says; a request that comes from this
/// very machine has no address that could be counted.
pub(crate) struct Address(Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Address {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let peer = parts.extensions.get::<Peer>().map(|peer| peer.0.to_canonical());
        if let Some(peer) = peer.filter(|peer| !peer.is_loopback()) {
            return Ok(Self(Some(peer)));
        }
        // The last one is what our front has added; those before it anybody can invent.
        let said = parts.headers.get_all("x-forwarded-for").iter().next_back();
        let last = said.and_then(|said| said.to_str().ok()).and_then(|said| said.rsplit(',').next());
        Ok(Self(last.and_then(|last| last.trim().parse().ok())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn counted(peer: &str, forwarded: &[&str]) -> Option<String> {
        let mut request = Request::builder();
        for said in forwarded {
            request = request.header("x-forwarded-for", *said);
        }
        let (mut parts, ()) = request.body(()).unwrap().into_parts();
        parts.extensions.insert(Peer(peer.parse().unwrap()));
        let Ok(address) = Address::from_request_parts(&mut parts, &()).await;
        address.0.map(|address| address.to_string())
    }

    #[tokio::test]
    async fn what_our_own_front_adds_last_is_counted_and_nothing_that_a_browser_invents() {
        let front = "127.0.0.1";
        assert_eq!(counted(front, &["198.51.100.1, 192.0.2.7"]).await.as_deref(), Some("192.0.2.7"));
        assert_eq!(counted(front, &["198.51.100.1", "192.0.2.7"]).await.as_deref(), Some("192.0.2.7"));
        assert_eq!(counted("192.0.2.9", &["198.51.100.1"]).await.as_deref(), Some("192.0.2.9"));
        assert_eq!(counted("::ffff:192.0.2.9", &[]).await.as_deref(), Some("192.0.2.9"));
        assert_eq!((counted(front, &[]).await, counted(front, &["nobody"]).await), (None, None));
    }
}
