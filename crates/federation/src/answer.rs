//! The answering side: each request is judged against a snapshot, without a session to remember.
//!
//! Since the caller's words are older than the snapshot, a caller whose stream ends before what we have of it is
//! no divergence as long as it is the beginning; the caller, which knows its own stream, notices a loss itself.

use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;

use crate::compare::{self, Divergence, Finding, Standing};
use crate::message::{Fetch, Held, Hello, HelloReply};
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
    /// What the partner holds of our tree: its root at that size is to be looked up.
    pub held: Option<Held>,
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
    /// The root of our tree at the size that the partner holds; `None` when it does not reach so far.
    pub root: Option<Hash>,
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
    /// The partner says it has nothing of ours that is not here: as far as it can tell, this node is no older copy of
    /// itself.
    pub vouched: bool,
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
            held: hello.holds,
        }
    }

    /// Answers a hello. A partner that says it has more of ours than is here is no divergence: whether that is so shows
    /// when it is asked for it.
    ///
    /// # Errors
    /// [`WrongAgency`]: it is not from this partner to us.
    pub fn hello(&self, hello: &Hello, found: Found) -> Result<(HelloReply, Answered), WrongAgency> {
        let mut heard = self.0.hear(hello, None, found.root)?;
        let beyond = |finding: &Finding| matches!(finding, Finding::TheyHoldMore { .. });
        let tree_beyond = heard.findings.iter().any(beyond);
        heard.findings.retain(|finding| !beyond(finding));
        let ours = compare::ours_there(self.0.outgoing, hello.incoming, found.outgoing_at);
        let theirs = match compare::theirs_here(self.0.incoming, hello.outgoing) {
            Err(Divergence::TheyLost { .. }) if found.incoming_at == Some(hello.outgoing) => {
                Ok(Standing::Behind)
            }
            Err(Divergence::TheyLost { theirs, .. }) => Err(Divergence::TheirsDiffers { at: theirs }),
            other => other,
        };
        let vouched = ours.is_ok() && !tree_beyond;
        let level = vouched && ours == Ok(Standing::Level) && theirs == Ok(Standing::Level);
        let claims_more = |divergence: &Divergence| matches!(divergence, Divergence::WeLost { .. });
        let divergences = [ours, theirs].into_iter().filter_map(Result::err).filter(|d| !claims_more(d));
        let answer = Snapshot { showing: self.0.showing.after_hello(vouched), ..self.0.clone() };
        let consistency = if answer.shown().is_some() { found.consistency } else { Vec::new() };
        let reply = HelloReply { hello: answer.hello(), consistency };
        Ok((reply, Answered { heard, divergences: divergences.collect(), level, vouched }))
    }

    /// How many entries to give, after what the caller has; `at` is the head of our stream there.
    ///
    /// # Errors
    /// [`Divergence`]: what it has is not the beginning of our stream.
    pub fn fetch(&self, fetch: &Fetch, at: Option<StreamHead>) -> Result<u64, Divergence> {
        compare::ours_there(self.0.outgoing, fetch.after, at)?;
        Ok(fetch.limit.min(self.0.outgoing.n - fetch.after.n))
    }

    /// How many of the caller's own entries to give back, after what it has of its stream itself; `at` is the head of
    /// what we have of it there.
    ///
    /// # Errors
    /// [`Divergence`]: what it has is not the beginning of what we have from it.
    pub fn recover(&self, fetch: &Fetch, at: Option<StreamHead>) -> Result<u64, Divergence> {
        if at == Some(fetch.after) && fetch.after.n <= self.0.incoming.n {
            Ok(fetch.limit.min(self.0.incoming.n - fetch.after.n))
        } else {
            Err(Divergence::TheirsDiffers { at: fetch.after.n })
        }
    }
}
