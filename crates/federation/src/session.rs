//! The calling side of a session, one type per state: say hello, fetch back what of ours is only there, push what the
//! partner lacks, fetch what we lack.
//!
//! No state reads a socket, a clock or a store. Each says what to send, and takes what came back together with the
//! heads as they are at that moment; a state that is left is gone. Every step back to pushing or fetching has moved a
//! head forward, so a session ends.
//!
//! Not here: the checking of entries and receipts (`batch`, [`Receipt::verify`]); whoever drives the machine does
//! that with what it carries before calling anything stored or delivered.

use comity_journal::card::Card;
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use crate::compare::{self, Divergence, Finding, Fit, Standing};
use crate::message::{BatchReply, CardMark, Fetch, Held, Hello, HelloReply, Receipts, Refused, VERSION};

/// What a node knows of itself and one partner at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Who we are.
    pub me: AgencyId,
    /// Our latest card.
    pub card: CardMark,
    /// The latest card we know of the partner.
    pub partner: Card,
    /// The moment.
    pub now: Timestamp,
    /// Our stream to the partner.
    pub outgoing: StreamHead,
    /// Our stream up to where the partner has answered for every entry, with a receipt or a refusal. An answer that
    /// was lost on the way leaves this behind what the partner has; then the entries are sent once more.
    pub delivered: StreamHead,
    /// What we have of the partner's stream.
    pub incoming: StreamHead,
    /// The latest checkpoint of the partner's tree that we hold.
    pub holds: Option<Held>,
    /// The latest of our own.
    pub checkpoint: Option<SignedCheckpoint>,
    /// The epoch of our tree.
    pub tree_epoch: u32,
    /// Whether that checkpoint may be shown to the partner.
    pub showing: Showing,
    /// One hash over what we hold of the matters both are parties of.
    pub holdings: Hash,
}

/// Whether a node shows a partner checkpoints of its tree. One that may be an older copy of itself would contradict what
/// it has shown before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Showing {
    /// It knows itself.
    Always,
    /// Once the partner has said that it holds nothing that is not here.
    OnceVouched,
    /// Its root has yet to declare the epoch of its tree.
    Never,
}

impl Showing {
    /// What holds after a hello in which the partner has `vouched`, or has not.
    #[must_use]
    pub fn after_hello(self, vouched: bool) -> Self {
        match self {
            Self::OnceVouched if vouched => Self::Always,
            other => other,
        }
    }
}

/// What a hello taught us, beside the streams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// What a person should know.
    pub findings: Vec<Finding>,
    /// What to hold of the partner's tree from now on; its note is the one in the hello.
    pub holds: Option<Held>,
    /// Whether the partner holds something else of the matters both are parties of than we do. While entries are under way it
    /// does; only where both streams are level it says that something is missing.
    pub holdings_differ: bool,
}

/// A hello that is not between these two agencies.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the hello is not from this partner to us")]
pub struct WrongAgency;

impl Snapshot {
    /// What to say of ourselves.
    pub fn hello(&self) -> Hello {
        Hello {
            v: VERSION,
            from: self.me,
            to: self.partner.agency(),
            now: self.now,
            card: self.card,
            knows: self.partner.facts().number,
            outgoing: self.outgoing,
            incoming: self.incoming,
            holds: self.holds,
            checkpoint: self.shown().cloned(),
            holdings: self.holdings,
        }
    }

    /// The checkpoint the partner may see.
    pub(crate) fn shown(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref().filter(|_| self.showing == Showing::Always)
    }

    /// Judges everything in a partner's hello but the streams; `root` is that of our tree at the size the partner holds.
    pub(crate) fn hear(
        &self,
        hello: &Hello,
        path: Option<&[Hash]>,
        root: Option<Hash>,
    ) -> Result<Heard, WrongAgency> {
        if hello.from != self.partner.agency() || hello.to != self.me {
            return Err(WrongAgency);
        }
        let mut findings: Vec<Finding> = [
            compare::clock(self.now, hello.now),
            compare::card(&self.partner, hello.card),
            compare::our_tree(self.tree_epoch, hello.holds, root),
        ]
        .into_iter()
        .flatten()
        .collect();
        let judged = hello
            .checkpoint
            .as_ref()
            .map_or(Ok(self.holds), |note| compare::checkpoint(note, &self.partner, self.holds, path));
        let newer_card = findings.iter().any(|finding| matches!(finding, Finding::NewerCard { .. }));
        let holds = judged.unwrap_or_else(|finding| {
            // A card that is still on its way may declare the epoch, or name the key.
            let may_be_explained =
                matches!(finding, Finding::UndeclaredEpoch { .. } | Finding::BadCheckpoint(_));
            if !(newer_card && may_be_explained) {
                findings.push(finding);
            }
            self.holds
        });
        Ok(Heard { findings, holds, holdings_differ: hello.holdings != self.holdings })
    }
}

/// Before the first word.
#[derive(Debug)]
pub struct Dialling(pub Snapshot);

impl Dialling {
    /// Says hello.
    pub fn hello(self) -> (Hello, AwaitHello) {
        (self.0.hello(), AwaitHello(self.0))
    }
}

/// Hello was said.
#[derive(Debug)]
pub struct AwaitHello(Snapshot);

impl AwaitHello {
    /// Takes the answer, with what is here at that moment.
    ///
    /// # Errors
    /// [`WrongAgency`]: somebody else answered.
    pub fn hear(mut self, reply: &HelloReply, here: Here) -> Result<(Heard, Next), WrongAgency> {
        (self.0.now, self.0.tree_epoch) = (here.now, here.tree_epoch);
        let heard = self.0.hear(&reply.hello, Some(&reply.consistency), here.root)?;
        let mut course = Course::begin(self.0.me, self.0.partner.agency());
        match compare::theirs_here(self.0.incoming, reply.hello.outgoing) {
            Ok(Standing::Level) => {}
            Ok(Standing::Behind) => course.offered = Some((self.0.incoming, reply.hello.outgoing.n)),
            Err(Divergence::TheyLost { .. }) if here.incoming_at == Some(reply.hello.outgoing) => {
                // An older copy of the partner's node. It gets back what it lost before anything else.
                course.they_lost = true;
                let course = course.gave_up();
                let (theirs, until) = (reply.hello.outgoing, self.0.incoming.n);
                return Ok((heard, Next::GiveBack(GivingBack { course, theirs, until })));
            }
            Err(divergence) => course.divergences.push(divergence),
        }
        let (ours, theirs, delivered) = (here.outgoing, reply.hello.incoming, self.0.delivered);
        let tree_beyond = heard.findings.iter().any(|f| matches!(f, Finding::TheyHoldMore { .. }));
        if theirs.n > ours.n || tree_beyond {
            return Ok((heard, Next::Recover(Recovering { course, ours, theirs, delivered })));
        }
        Ok((heard, course.compare_ours(ours, theirs, delivered)))
    }
}

/// What is here when the answer to a hello comes: all of it may have grown since the hello, and the partner may have
/// seen it.
#[derive(Clone, Copy, Debug)]
pub struct Here {
    /// The moment.
    pub now: Timestamp,
    /// Our stream.
    pub outgoing: StreamHead,
    /// The head of what we have of the partner's stream, at the number the partner gives for its own.
    pub incoming_at: Option<StreamHead>,
    /// The epoch of our tree.
    pub tree_epoch: u32,
    /// The root of our tree at the size that the partner holds; `None` when it does not reach so far.
    pub root: Option<Hash>,
}

/// What goes with a session from its comparison on.
#[derive(Debug)]
struct Course {
    me: AgencyId,
    partner: AgencyId,
    /// What we have of the partner's stream and how far it reaches, while there is something to fetch.
    offered: Option<(StreamHead, u64)>,
    divergences: Vec<Divergence>,
    /// The partner, or we, could not take all there was.
    unfinished: bool,
    /// The partner's stream ends before what we have of it, and is its beginning.
    they_lost: bool,
    /// Where our stream ended when the partner had all of it.
    level: Option<StreamHead>,
}

impl Course {
    fn begin(me: AgencyId, partner: AgencyId) -> Self {
        let divergences = Vec::new();
        Self { me, partner, offered: None, divergences, unfinished: false, they_lost: false, level: None }
    }

    fn compare_ours(self, ours: StreamHead, theirs: StreamHead, delivered: StreamHead) -> Next {
        let rewinding = Rewinding { course: self, ours, theirs, delivered };
        if theirs.n < ours.n { Next::Rewind(rewinding) } else { rewinding.stream_at(None) }
    }

    fn pushed(self) -> Next {
        match self.offered {
            Some((have, until)) if have.n < until => Next::Fetch(Fetching { course: self, have, until }),
            _ => self.over(),
        }
    }

    fn nothing_lost(&self) -> bool {
        self.divergences.is_empty() && !self.unfinished
    }

    fn over(self) -> Next {
        let compared = self.divergences.is_empty() && !self.unfinished;
        let level = self.level.filter(|_| compared && !self.they_lost);
        let ended = level.map(|at| Ended { me: self.me, partner: self.partner, at });
        Next::Done(Done { compared, divergences: self.divergences, they_lost: self.they_lost, ended })
    }

    fn gave_up(mut self) -> Self {
        self.unfinished = true;
        self
    }
}

/// What a session does next.
#[derive(Debug)]
pub enum Next {
    /// Ask for entries of ours that are not here.
    Recover(Recovering),
    /// Give the partner back entries of its own.
    GiveBack(GivingBack),
    /// Look up our own stream.
    Rewind(Rewinding),
    /// Send entries.
    Push(Pushing),
    /// Ask for entries.
    Fetch(Fetching),
    /// Nothing.
    Done(Done),
}

/// The partner says that it has something of ours that is not here: entries of our stream, or a checkpoint of our tree.
#[derive(Debug)]
pub struct Recovering {
    course: Course,
    ours: StreamHead,
    theirs: StreamHead,
    delivered: StreamHead,
}

impl Recovering {
    /// Asks for it. Nothing but the checkpoint where no entry is missing.
    pub fn fetch(self) -> (Fetch, AwaitOwn) {
        let limit = self.theirs.n.saturating_sub(self.ours.n).min(limits::BATCH_ENTRIES as u64);
        let (from, to) = (self.course.me, self.course.partner);
        // It may lack some of ours all the same.
        let after = if limit == 0 { self.theirs } else { self.ours };
        (Fetch { v: VERSION, from, to, after, limit }, AwaitOwn(self))
    }
}

/// What is ours was asked for.
#[derive(Debug)]
pub struct AwaitOwn(Recovering);

impl AwaitOwn {
    /// What came was taken in, as far as it was believed; `outgoing` is our stream now, and `shown` says whether the
    /// partner has shown what it says it holds.
    pub fn taken(self, outgoing: StreamHead, shown: bool) -> Next {
        let Recovering { mut course, ours, theirs, delivered } = self.0;
        if outgoing.n < theirs.n && outgoing.n > ours.n {
            return Next::Recover(Recovering { course, ours: outgoing, theirs, delivered });
        }
        // What is said and not shown is compared as it stands: nothing was lost, or the partner is untrue.
        course.unfinished |= !shown;
        course.compare_ours(outgoing, theirs, delivered)
    }
}

/// The partner's node is an older copy of itself, and lacks entries of its own that are here. It may have no way to call and
/// ask for them.
#[derive(Debug)]
pub struct GivingBack {
    course: Course,
    theirs: StreamHead,
    until: u64,
}

impl GivingBack {
    /// Behind which of its own entries it lacks some, and how many go into one batch.
    pub fn after(&self) -> (StreamHead, u64) {
        (self.theirs, self.until.saturating_sub(self.theirs.n).min(limits::BATCH_ENTRIES as u64))
    }

    /// It has its own stream so far now. When it did not take any, or has all, the session is over: it compares anew.
    pub fn given(self, theirs: StreamHead) -> Next {
        if theirs.n > self.theirs.n && theirs.n < self.until {
            return Next::GiveBack(Self { theirs, ..self });
        }
        self.course.over()
    }
}

/// The partner is behind, if what it has is truly the beginning of our stream.
#[derive(Debug)]
pub struct Rewinding {
    course: Course,
    ours: StreamHead,
    theirs: StreamHead,
    delivered: StreamHead,
}

impl Rewinding {
    /// The number of entries to look up our stream's head at.
    pub fn n(&self) -> u64 {
        self.theirs.n
    }

    /// Takes the head of our stream at [`Rewinding::n`].
    pub fn stream_at(mut self, at: Option<StreamHead>) -> Next {
        match compare::ours_there(self.ours, self.theirs, at) {
            Ok(_) => {
                let after = if self.delivered.n < self.theirs.n { self.delivered } else { self.theirs };
                if after.n < self.ours.n {
                    Next::Push(Pushing { course: self.course, after })
                } else {
                    self.course.level = Some(self.ours);
                    self.course.pushed()
                }
            }
            Err(divergence) => {
                self.course.divergences.push(divergence);
                self.course.pushed()
            }
        }
    }
}

/// The partner lacks entries of ours, or we lack its answer for some; and what it has is the beginning of our stream.
#[derive(Debug)]
pub struct Pushing {
    course: Course,
    after: StreamHead,
}

impl Pushing {
    /// Where the batch begins.
    pub fn after(&self) -> StreamHead {
        self.after
    }

    /// Whether the partner has nothing of ours that is not here.
    pub fn nothing_lost(&self) -> bool {
        self.course.nothing_lost()
    }

    /// These entries were put into a batch; at least one, or the session goes on without.
    pub fn sent(self, entries: Vec<Hash>) -> AwaitReceipts {
        AwaitReceipts { course: self.course, after: self.after, entries }
    }
}

/// A batch was sent.
#[derive(Debug)]
pub struct AwaitReceipts {
    course: Course,
    after: StreamHead,
    entries: Vec<Hash>,
}

impl AwaitReceipts {
    /// Takes the answer; `outgoing` is our stream now. Its receipts are the driver's to verify and store.
    pub fn hear(self, reply: &BatchReply, outgoing: StreamHead) -> Next {
        let theirs = reply.incoming;
        if theirs.n <= self.after.n || self.entries.is_empty() {
            // It took nothing, or fell back meanwhile. Whoever dials next compares again.
            return self.course.gave_up().pushed();
        }
        let taken = usize::try_from(theirs.n - self.after.n).unwrap_or(usize::MAX).min(self.entries.len());
        let delivered = compare::head_after(self.after, &self.entries[..taken]);
        if delivered == theirs && theirs.n < outgoing.n {
            return Next::Push(Pushing { course: self.course, after: theirs });
        }
        // Level, or ahead of what was sent (it had more, or fetched meanwhile), or untrue: compared like a hello.
        self.course.compare_ours(outgoing, theirs, delivered)
    }
}

/// We lack entries that the partner offers.
#[derive(Debug)]
pub struct Fetching {
    course: Course,
    have: StreamHead,
    until: u64,
}

impl Fetching {
    /// Whether the partner has nothing of ours that is not here.
    pub fn nothing_lost(&self) -> bool {
        self.course.nothing_lost()
    }

    /// Asks for them.
    pub fn fetch(self) -> (Fetch, AwaitBatch) {
        let limit = (self.until - self.have.n).min(limits::BATCH_ENTRIES as u64);
        let (from, to) = (self.course.me, self.course.partner);
        (Fetch { v: VERSION, from, to, after: self.have, limit }, AwaitBatch(self))
    }
}

/// Entries were asked for.
#[derive(Debug)]
pub struct AwaitBatch(Fetching);

impl AwaitBatch {
    /// Takes what came: where it begins, and the hashes of its entries. `incoming` is what we have now, which may be
    /// more than when we asked.
    pub fn hear(mut self, after: StreamHead, entries: &[Hash], incoming: StreamHead) -> Fetched {
        self.0.course.offered = None;
        match compare::fit(incoming, after, entries) {
            Ok(Fit::Continues { known }) if !entries.is_empty() => {
                Fetched::Take { known, then: Receipting(self.0) }
            }
            Ok(_) => Fetched::Leave(self.0.course.gave_up().pushed()),
            Err(divergence) => {
                self.0.course.divergences.push(divergence);
                Fetched::Leave(self.0.course.pushed())
            }
        }
    }
}

/// What to do with entries that were fetched.
#[derive(Debug)]
pub enum Fetched {
    /// Store them, then receipt them.
    Take {
        /// The first ones are here already; receipt them again.
        known: usize,
        /// What follows.
        then: Receipting,
    },
    /// They do not fit to what is here.
    Leave(Next),
}

/// Entries that fit have arrived, and are stored or refused by now.
#[derive(Debug)]
pub struct Receipting(Fetching);

impl Receipting {
    /// Hands the receipts over, and names what was set aside; `incoming` is what we have of the partner's stream after
    /// storing.
    pub fn receipts(
        self,
        receipts: Vec<Receipt>,
        refused: Vec<Refused>,
        incoming: StreamHead,
    ) -> (Receipts, AwaitDelivery) {
        let Fetching { mut course, have, until } = self.0;
        let (from, to) = (course.me, course.partner);
        if incoming.n > have.n {
            course.offered = Some((incoming, until));
        } else {
            course.unfinished = true;
        }
        (Receipts { v: VERSION, from, to, receipts, refused }, AwaitDelivery(course))
    }
}

/// Receipts were sent.
#[derive(Debug)]
pub struct AwaitDelivery(Course);

impl AwaitDelivery {
    /// The partner has them.
    pub fn delivered(self) -> Next {
        self.0.pushed()
    }
}

/// The session is over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// Both streams were compared and all that either lacked was taken: shared lanes may be signed in.
    pub compared: bool,
    /// What cannot be of one stream.
    pub divergences: Vec<Divergence>,
    /// The partner's node is an older copy of itself: it has yet to fetch back from us what it lost.
    pub they_lost: bool,
    /// Where it ended, if both were level.
    pub ended: Option<Ended>,
}

/// A session at whose end the partner had all of our stream. What was signed since can be sent without comparing anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    me: AgencyId,
    partner: AgencyId,
    at: StreamHead,
}

impl Ended {
    /// Goes on, if our stream has: `outgoing` is its head now.
    pub fn go_on(self, outgoing: StreamHead) -> Option<Pushing> {
        let Self { me, partner, at } = self;
        (outgoing.n > at.n).then(|| Pushing { course: Course::begin(me, partner), after: at })
    }
}
