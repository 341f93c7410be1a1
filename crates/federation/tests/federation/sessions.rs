//! Two nodes in memory whose requests and answers get lost or come twice; in the end both have everything, every
//! entry is answered for, and having nothing to say costs one request.

use std::collections::BTreeSet;

use comity_federation::answer::{Answering, Found};
use comity_federation::compare::{self, Fit, head_after};
use comity_federation::message::{BatchReply, Fetch, Hello, HelloReply, Message as _, VERSION};
use comity_federation::session::{AwaitBatch, Dialling, Done, Fetched, Here, Next, Pushing, Snapshot};
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, hash};
use proptest::prelude::*;

use crate::people::{Agency, NOON};

struct Node {
    agency: Agency,
    given: Vec<Hash>,
    had: Vec<Hash>,
    answered: BTreeSet<Hash>,
}

/// What happens to one request.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fate {
    Arrives,
    Lost,
    AnswerLost,
    Twice,
}

/// The network between two nodes for one session.
struct Line {
    fates: Vec<Fate>,
    requests: usize,
}

struct Broken;

impl Line {
    fn ask<T>(&mut self, mut request: impl FnMut() -> T) -> Result<T, Broken> {
        self.requests += 1;
        match self.fates.pop().unwrap_or(Fate::Arrives) {
            Fate::Arrives => Ok(request()),
            Fate::Lost => Err(Broken),
            Fate::AnswerLost => {
                request();
                Err(Broken)
            }
            Fate::Twice => {
                request();
                Ok(request())
            }
        }
    }
}

fn at(stream: &[Hash], n: u64) -> Option<StreamHead> {
    stream.get(..usize::try_from(n).ok()?).map(|entries| head_after(StreamHead::START, entries))
}

fn head(stream: &[Hash]) -> StreamHead {
    head_after(StreamHead::START, stream)
}

impl Node {
    fn new(label: &'static str, given: &[Hash]) -> Self {
        Self { agency: Agency::new(label), given: given.to_vec(), had: vec![], answered: BTreeSet::new() }
    }

    fn snapshot(&self, partner: &Self) -> Snapshot {
        let delivered = self.given.iter().take_while(|entry| self.answered.contains(entry)).count();
        Snapshot {
            outgoing: head(&self.given),
            delivered: head(&self.given[..delivered]),
            incoming: head(&self.had),
            ..self.agency.snapshot(&partner.agency)
        }
    }

    /// What is here when an answer comes.
    fn here(&self, reply: &HelloReply) -> Here {
        let incoming_at = at(&self.had, reply.hello.outgoing.n);
        Here { now: NOON, outgoing: head(&self.given), incoming_at, tree_epoch: 0, root: None }
    }

    /// Gives back what `caller` gave before.
    fn answer_recover(&self, caller: &Self, fetch: &Fetch, room: usize) -> Vec<Hash> {
        let answering = Answering(self.snapshot(caller));
        let n = answering.recover(fetch, at(&self.had, fetch.after.n)).expect("one stream");
        let from = usize::try_from(fetch.after.n).unwrap();
        self.had[from..from + usize::try_from(n).unwrap().min(room)].to_vec()
    }

    fn answer_hello(&self, caller: &Self, hello: &[u8]) -> Vec<u8> {
        let hello = Hello::decode(hello).unwrap();
        let answering = Answering(self.snapshot(caller));
        let wanted = answering.wanted(&hello);
        let found = Found {
            outgoing_at: at(&self.given, wanted.outgoing_at),
            incoming_at: at(&self.had, wanted.incoming_at),
            consistency: vec![],
            root: None,
        };
        let (reply, answered) = answering.hello(&hello, found).unwrap();
        assert_eq!(answered.divergences, []);
        reply.encode()
    }

    /// Takes a batch; gives what it now has, and the entries it receipts.
    fn answer_batch(&mut self, after: StreamHead, entries: &[Hash]) -> Vec<Hash> {
        match compare::fit(head(&self.had), after, entries).expect("one stream") {
            Fit::Gap => panic!("nothing is skipped"),
            Fit::Continues { known } => self.take(known, entries),
        }
        entries.to_vec()
    }

    fn take(&mut self, known: usize, entries: &[Hash]) {
        assert!(entries[..known].iter().all(|entry| self.had.contains(entry)));
        self.had.extend(&entries[known..]);
    }

    fn answer_fetch(&self, caller: &Self, fetch: &Fetch, room: usize) -> (StreamHead, Vec<Hash>) {
        let answering = Answering(self.snapshot(caller));
        let n = answering.fetch(fetch, at(&self.given, fetch.after.n)).expect("one stream");
        let from = usize::try_from(fetch.after.n).unwrap();
        let until = from + usize::try_from(n).unwrap().min(room);
        (fetch.after, self.given[from..until].to_vec())
    }
}

/// One session from `a` to `b`; at most `room` entries fit into a batch.
fn session(a: &mut Node, b: &mut Node, line: &mut Line, room: usize) -> Result<Done, Broken> {
    let (hello, waiting) = Dialling(a.snapshot(b)).hello();
    let hello = hello.encode();
    assert!(hello.len() < 512, "a hello is one small request");
    let reply = HelloReply::decode(&line.ask(|| b.answer_hello(a, &hello))?).unwrap();
    let (heard, mut next) = waiting.hear(&reply, a.here(&reply)).unwrap();
    assert_eq!(heard.findings, []);
    loop {
        next = match next {
            Next::Recover(recovering) => {
                let (fetch, waiting) = recovering.fetch();
                let own = line.ask(|| b.answer_recover(a, &fetch, room))?;
                a.given.extend(own);
                waiting.taken(head(&a.given), true)
            }
            Next::GiveBack(giving) => {
                let (after, count) = giving.after();
                let from = usize::try_from(after.n).unwrap();
                let until = from + usize::try_from(count).unwrap().min(room);
                let own = line.ask(|| a.had[from..until].to_vec())?;
                b.given.extend(own);
                giving.given(head(&b.given))
            }
            Next::Rewind(rewinding) => {
                let n = rewinding.n();
                rewinding.stream_at(at(&a.given, n))
            }
            Next::Push(pushing) => push(a, b, line, room, pushing)?,
            Next::Fetch(fetching) => {
                let (fetch, waiting) = fetching.fetch();
                let (after, entries) = line.ask(|| b.answer_fetch(a, &fetch, room))?;
                fetched(a, b, line, waiting, after, &entries)?
            }
            Next::Done(done) => return Ok(done),
        }
    }
}

fn push(a: &mut Node, b: &mut Node, line: &mut Line, room: usize, pushing: Pushing) -> Result<Next, Broken> {
    let after = pushing.after();
    let from = usize::try_from(after.n).unwrap();
    let entries: Vec<Hash> = a.given[from..].iter().take(room).copied().collect();
    let waiting = pushing.sent(entries.clone());
    let receipted = line.ask(|| b.answer_batch(after, &entries))?;
    a.answered.extend(receipted);
    let reply = BatchReply { v: VERSION, receipts: vec![], refused: vec![], incoming: head(&b.had) };
    Ok(waiting.hear(&reply, head(&a.given)))
}

fn fetched(
    a: &mut Node,
    b: &mut Node,
    line: &mut Line,
    waiting: AwaitBatch,
    after: StreamHead,
    entries: &[Hash],
) -> Result<Next, Broken> {
    match waiting.hear(after, entries, head(&a.had)) {
        Fetched::Leave(next) => Ok(next),
        Fetched::Take { known, then } => {
            a.take(known, entries);
            let (_, waiting) = then.receipts(vec![], vec![], head(&a.had));
            line.ask(|| b.answered.extend(entries))?;
            Ok(waiting.delivered())
        }
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![5 => Just(Fate::Arrives), 1 => Just(Fate::Lost), 1 => Just(Fate::AnswerLost), 1 => Just(Fate::Twice)]
}

fn stream(who: u8, n: usize) -> Vec<Hash> {
    (0..n).map(|i| hash(&[&[who], &i.to_be_bytes()])).collect()
}

proptest! {
    #[test]
    fn two_nodes_converge_and_then_have_nothing_to_say(
        lengths in (0..30_usize, 0..30_usize),
        begun in (0..30_usize, 0..30_usize),
        grows in prop::collection::vec((0..3_usize, 0..3_usize), 0..6),
        fates in prop::collection::vec(prop::collection::vec(fate(), 0..8), 6),
        room in 1..8_usize,
    ) {
        let (all_a, all_b) = (stream(1, 60), stream(2, 60));
        let (mut a, mut b) = (Node::new("xa.police", &all_a[..lengths.0]), Node::new("xb.police", &all_b[..lengths.1]));
        // each has some beginning of the other's stream already, answered for or not
        b.had = a.given[..begun.0.min(a.given.len())].to_vec();
        a.had = b.given[..begun.1.min(b.given.len())].to_vec();
        for (round, fates) in fates.into_iter().enumerate() {
            let mut line = Line { fates, requests: 0 };
            let (caller, answerer) = if round % 2 == 0 { (&mut a, &mut b) } else { (&mut b, &mut a) };
            if let Ok(done) = session(caller, answerer, &mut line, room) {
                prop_assert!(done.compared, "{done:?}");
            }
            prop_assert!(a.given.starts_with(&b.had) && b.given.starts_with(&a.had));
            let more = grows.get(round).copied().unwrap_or_default();
            a.given.extend(&all_a[a.given.len()..a.given.len() + more.0]);
            b.given.extend(&all_b[b.given.len()..b.given.len() + more.1]);
        }
        let whole = || Line { fates: vec![], requests: 0 };
        prop_assert!(session(&mut a, &mut b, &mut whole(), room).is_ok());
        prop_assert!(session(&mut b, &mut a, &mut whole(), room).is_ok());
        prop_assert_eq!((&a.had, &b.had), (&b.given, &a.given));
        prop_assert!(a.given.iter().all(|entry| a.answered.contains(entry)));
        prop_assert!(b.given.iter().all(|entry| b.answered.contains(entry)));
        for calls_back in [false, true] {
            let (caller, answerer) = if calls_back { (&mut b, &mut a) } else { (&mut a, &mut b) };
            let mut line = whole();
            let done = session(caller, answerer, &mut line, room);
            prop_assert!(done.is_ok_and(|done| done.compared));
            prop_assert_eq!(line.requests, 1);
        }
    }

    #[test]
    fn streams_that_are_not_one_are_never_pushed_onto(ours in 1..20_usize, theirs in 1..20_usize) {
        let (mut a, b) = (Node::new("xa.police", &stream(1, ours)), Node::new("xb.police", &[]));
        let mut snapshot = b.snapshot(&a);
        snapshot.incoming = head(&stream(3, theirs));
        a.had.clear();
        let (hello, waiting) = Dialling(a.snapshot(&b)).hello();
        let reply = HelloReply { hello: Hello { to: hello.from, ..snapshot.hello() }, consistency: vec![] };
        let (_, mut next) = waiting.hear(&reply, a.here(&reply)).unwrap();
        if let Next::Recover(recovering) = next {
            // Nothing of what the other has was signed by us.
            next = recovering.fetch().1.taken(head(&a.given), false);
        }
        if let Next::Rewind(rewinding) = next {
            let n = rewinding.n();
            next = rewinding.stream_at(at(&a.given, n));
        }
        let Next::Done(done) = next else { return Err(TestCaseError::fail("it went on")) };
        prop_assert!(!done.compared && done.divergences.len() == 1);
    }
}

#[test]
fn an_older_copy_gets_back_what_it_gave_in_as_many_rounds_as_it_takes() {
    let all = stream(1, 9);
    for (left, room) in [(0, 1), (4, 2), (8, 9)] {
        let (mut a, mut b) = (Node::new("xa.police", &all[..left]), Node::new("xb.police", &stream(2, 3)));
        (b.had, a.had) = (all.clone(), b.given.clone());
        b.answered.extend(&b.given.clone());
        let mut line = Line { fates: vec![], requests: 0 };
        let Ok(done) = session(&mut a, &mut b, &mut line, room) else { panic!("the line holds") };
        assert!(done.compared);
        assert_eq!((&a.given, &b.had), (&all, &all));
        assert!(all.iter().all(|entry| a.answered.contains(entry)), "it has the receipts, too");
    }
}

#[test]
fn a_partner_that_takes_nothing_does_not_hold_a_session_for_ever() {
    let (a, b) = (Node::new("xa.police", &stream(1, 3)), Node::new("xb.police", &[]));
    let (_, waiting) = Dialling(a.snapshot(&b)).hello();
    let reply = HelloReply { hello: b.snapshot(&a).hello(), consistency: vec![] };
    let (_, next) = waiting.hear(&reply, a.here(&reply)).unwrap();
    let Next::Rewind(rewinding) = next else { panic!("it is behind") };
    let Next::Push(pushing) = rewinding.stream_at(Some(StreamHead::START)) else { panic!("it is behind") };
    let none = BatchReply { v: VERSION, receipts: vec![], refused: vec![], incoming: StreamHead::START };
    let Next::Done(done) = pushing.sent(a.given.clone()).hear(&none, head(&a.given)) else { panic!("over") };
    assert_eq!(done, Done { compared: false, divergences: vec![], they_lost: false, ended: None });
}
