//! The answering side: each request is judged against a snapshot, without a session to remember.
//!
//! Since the caller's words are older than the snapshot, a caller whose stream ends before what we have of it is
//! no divergence as long as it is the beginning; the caller, which knows its own stream, notices a loss itself.

use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;

use crate::compare::{self, Divergence, Standing};
use crate::message::{Fetch, Hello, HelloReply};
use crate::session::{Heard, Snapshot, WrongAgency};

/// What to look up before a hello can be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The head of our stream at this number.
    pub outgoing_at: u64,
    /// The head of what we have of the partner's stream at this number.
    pub incoming_at: u64,
    /// The path between these sizes of our tree.
    pub consistency: Option<(u64, u64)>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The head of our stream at the number wanted; `None` when it does not reach so far.
    pub outgoing_at: Option<StreamHead>,
    /// Likewise of the partner's.
    pub incoming_at: Option<StreamHead>,
    /// The path.
    pub consistency: Vec<Hash>,
}

/// What an answer knows of the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What the hello taught us.
    pub heard: Heard,
    /// What cannot be of one stream.
    pub divergences: Vec<Divergence>,
    /// Both ends of both streams agree, now.
    pub level: bool,
}

/// The answering side of a session.
#[derive(Debug)]
pub struct Answering(pub Snapshot);

impl Answering {
    /// What has to be looked up to answer.
    pub fn wanted(&self, hello: &Hello) -> Wanted {
        let ours = self.0.checkpoint.as_ref().and_then(|note| note.peek().ok());
        let path = |ours: comity_journal::checkpoint::Checkpoint| {
            let held = hello.holds?;
            let provable = held.epoch == ours.origin.epoch && (1..=ours.size).contains(&held.size);
            provable.then_some((held.size, ours.size))
        };
        Wanted {
            outgoing_at: hello.incoming.n,
            incoming_at: hello.outgoing.n,
            consistency: ours.and_then(path),
        }
    }

    /// Answers a hello.
    ///
    /// # Errors
    /// [`WrongAgency`]: it is not from this partner to us.
    pub fn hello(&self, hello: &Hello, found: Found) -> Result<(HelloReply, Answered), WrongAgency> {
        let heard = self.0.hear(hello, None)?;
        let ours = compare::ours_there(self.0.outgoing, hello.incoming, found.outgoing_at);
        let theirs = match compare::theirs_here(self.0.incoming, hello.outgoing) {
            Err(Divergence::TheyLost { .. }) if found.incoming_at == Some(hello.outgoing) => {
                Ok(Standing::Behind)
            }
            Err(Divergence::TheyLost { theirs, .. }) => Err(Divergence::TheirsDiffers { at: theirs }),
            other => other,
        };
        let level = ours == Ok(Standing::Level) && theirs == Ok(Standing::Level);
        let divergences = [ours, theirs].into_iter().filter_map(Result::err).collect();
        let reply = HelloReply { hello: self.0.hello(), consistency: found.consistency };
        Ok((reply, Answered { heard, divergences, level }))
    }

    /// How many entries to give, after what the caller has; `at` is the head of our stream there.
    ///
    /// # Errors
    /// [`Divergence`]: what it has is not the beginning of our stream.
    pub fn fetch(&self, fetch: &Fetch, at: Option<StreamHead>) -> Result<u64, Divergence> {
        compare::ours_there(self.0.outgoing, fetch.after, at)?;
        Ok(fetch.limit.min(self.0.outgoing.n - fetch.after.n))
    }
}
