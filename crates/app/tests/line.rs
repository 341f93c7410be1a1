//! What travels between two nodes, what does not, and what becomes of it when the line is bad or somebody meddles.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_app::keys::NodeKeys;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, Pending};
use comity_app::workers::{Level, Peer, answer, deliver};
use comity_domain::matters::standard;
use comity_federation::batch::{Draft, Parcel};
use comity_federation::message::{Batch, BatchReply, Message as _, Receipts, VERSION};
use comity_federation::path;
use comity_federation::seal;
use comity_journal::card::CardBook;
use comity_journal::cbor;
use comity_journal::checkpoint::{Checkpoint, Origin};
use comity_journal::entry::Entry;
use comity_journal::ids::{MatterId, Token};
use comity_journal::leaf::Leaf;
use comity_journal::part::OpenPart;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash, SecretKey, Suite};
use comity_journal::tree::Tree;
use comity_store::{Direction, Reader as _, Recorded};
use comity_testkit::Seeded;

use comity_testkit::node::{Desk, Fate, Line, NOW, Pair, Sent, Three, marker, request, review, shared, wait};

#[test]
fn drafts_and_notes_never_travel() {
    let pair = Pair::met();
    let mut entropy = Seeded::new(44);
    let [first, second, third, note] = std::array::from_fn(|_| marker(&mut entropy));
    let matter = pair.a.draft("Country B", &request(&first), "Amara Olin").unwrap();
    for title in [&second, &third] {
        pair.sync().unwrap();
        pair.a.act(matter, "open", Some(&request(title)), "Amara Olin").unwrap();
    }
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.sync().unwrap();
    pair.a.act(matter, "approve", Some(&format!("note = \"{note}\"")), "Bo Reyes").unwrap();
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    pair.sync().unwrap();
    assert_eq!(pair.b.status(matter), "acknowledged");

    for never in [&first, &second, &third, &note] {
        assert!(!pair.travelled(never.as_bytes()), "content travelled in clear");
    }
    for name in ["Amara Olin", "Bo Reyes", "Chen Ning", "Dara Vong", "Ilo Marn"] {
        assert!(!pair.travelled(name.as_bytes()), "a name travelled in clear");
    }
    let mut seen = Vec::new();
    for (way, bytes) in pair.sent.lock().unwrap().iter() {
        let (from, to) = if *way == path::BATCH { (&pair.a, &pair.b) } else { (&pair.b, &pair.a) };
        if let Ok(batch) =
            Batch::open(bytes, &from.agency, &to.agency, &to.keys().content, &CardBook::default())
        {
            seen.extend(batch.arrived);
        }
    }
    assert_eq!(seen.len(), 2, "the request and its acknowledgement");
    let holds = |word: &str| {
        let in_parts = |part: &OpenPart| part.bytes.windows(word.len()).any(|w| w == word.as_bytes());
        seen.iter().any(|arrived| {
            arrived.entry.bytes().windows(word.len()).any(|w| w == word.as_bytes())
                || arrived.parts.iter().any(in_parts)
        })
    };
    assert!(holds(&third), "the draft that was sent is the request");
    for never in [&first, &second, &note, "Amara Olin", "Bo Reyes"] {
        assert!(!holds(never), "what belongs to the inner lane was sealed and sent");
    }
    let approved = &seen[0].entry.header().approved;
    let roles: Vec<_> =
        approved.iter().flat_map(|actor| actor.roles.iter().map(|role| role.as_str())).collect();
    assert_eq!((approved.len(), roles), (1, vec!["desk", "legal", "supervisor"]));
    assert!(seen.iter().all(|arrived| arrived.entry.header().lane.is_shared()));
}

/// Both sides have something for the other.
fn both_have_news() -> (Pair, MatterId) {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    pair.b.act(matter, "acknowledge", None, "Chen Ning").unwrap();
    pair.b.act(matter, "ask", Some("questions = [\"Which bank?\"]"), "Chen Ning").unwrap();
    pair.signed_request();
    pair.sent.lock().unwrap().clear();
    (pair, matter)
}

#[test]
fn whatever_the_line_loses_or_repeats_the_nodes_converge() {
    let (clean, matter) = both_have_news();
    let messages = usize::try_from(clean.sync().unwrap().requests).unwrap();
    assert!(messages > 3, "the session compares, pushes, fetches and gives receipts");
    clean.assert_converged();
    assert_eq!(clean.a.status(matter), "clarification-asked");
    let entries = shared(&clean.a);
    let faults = [Fate::Lost, Fate::AnswerLost];
    let broken = (0..messages).flat_map(|n| faults.map(|fault| (n, fault)));
    for (n, fault) in broken {
        for from_a in [true, false] {
            let (pair, matter) = both_have_news();
            let fate = move |number| if number < n { Fate::Arrives } else { fault };
            let outcome = pair.try_sync(from_a, &fate);
            assert!(outcome.is_err() || !from_a, "message {n} was lost and nobody noticed");
            pair.sync().unwrap();
            pair.assert_converged();
            assert_eq!(shared(&pair.a), entries, "message {n}, {fault:?}");
            assert_eq!(pair.b.status(matter), "clarification-asked");
            assert_eq!((pair.a.incidents(), pair.b.incidents()), (Vec::new(), Vec::new()));
        }
    }
}

#[test]
fn what_arrives_twice_is_recorded_once() {
    for from_a in [true, false] {
        let (pair, _) = both_have_news();
        pair.try_sync(from_a, &|_| Fate::Twice).unwrap();
        pair.sync().unwrap();
        pair.assert_converged();
        assert_eq!(shared(&pair.a).len(), 4);
        let again = pair.sync().unwrap();
        assert_eq!((again.requests, again.delivered, again.received), (1, 0, 0));
        assert!(again.compared);
        assert_eq!((pair.a.incidents(), pair.b.incidents()), (Vec::new(), Vec::new()));
    }
}

/// A signed request that has not travelled, as it would.
fn waiting_parcel(pair: &Pair) -> Parcel {
    pair.signed_request();
    let steps = pair.a.disk.steps(&pair.b.agency, Direction::Out, 0, 10).unwrap();
    let Recorded::Entry { entry, bytes, .. } = &steps[0].1.what else { panic!("a step is an entry") };
    Parcel { entry: Entry::read(bytes).unwrap(), parts: pair.a.disk.parts(entry).unwrap() }
}

fn batch_of(pair: &Pair, parcels: &[Parcel]) -> Batch {
    let draft = Draft {
        from: pair.a.agency,
        to: pair.b.agency,
        after: StreamHead::START,
        cards: vec![pair.a.card.clone()],
        heads: Vec::new(),
        receipts: Vec::new(),
        checkpoint: None,
        consistency: Vec::new(),
    };
    let key = pair.b.keys().content[0].public();
    Batch::compose(&draft, parcels, &key, &mut Seeded::new(5)).unwrap()
}

fn give(pair: &Pair, batch: &Batch) -> BatchReply {
    let reply = wait(answer(&pair.b.ledger, pair.a.agency, path::BATCH, batch.encode())).unwrap();
    BatchReply::decode(&reply).unwrap()
}

/// What was meddled with has changed nothing but the node's own record, and the true entry still arrives.
fn nothing_lost(pair: &Pair, incidents: &[&str]) {
    assert_eq!(pair.b.incidents(), incidents);
    pair.sync().unwrap();
    pair.assert_converged();
    assert_eq!(shared(&pair.b).len(), 1);
    assert_eq!(pair.b.incidents(), incidents);
}

/// What does not count is set aside under this word and not receipted; the entries behind it are taken, and a node that
/// asks again is answered alike, after a restart too.
fn set_aside_alone(pair: &mut Pair, batch: &Batch, words: &[&str]) {
    let hashes: Vec<_> = batch.entries.iter().map(|entry| suite::hash(&[&entry.0])).collect();
    let (aside, taken) = hashes.split_at(words.len());
    let end = hashes.iter().fold(StreamHead::START, |head, hash| head.push(hash));
    for again in [false, false, true] {
        if again {
            pair.b.reopen(Compared::WithEverybody);
        }
        let reply = give(pair, batch);
        let refused: Vec<_> = reply.refused.iter().map(|r| (r.entry, r.why.as_str())).collect();
        assert_eq!(refused, aside.iter().copied().zip(words.iter().copied()).collect::<Vec<_>>());
        let receipted: Vec<_> = reply.receipts.iter().flat_map(|receipt| &receipt.entries).copied().collect();
        assert_eq!(receipted, taken);
        assert_eq!(reply.incoming, end);
        assert_eq!(shared(&pair.b), taken);
        assert_eq!(pair.b.incidents(), vec!["bad-entry"; words.len()]);
    }
    for (entry, hash) in batch.entries.iter().zip(aside) {
        assert!(kept_aside(pair).contains(&entry.0), "the bytes of {hash} are kept");
    }
    let report = pair.b.journal();
    assert!(report.clean, "{:?}", report.findings);
}

/// The bytes that B has set aside.
fn kept_aside(pair: &Pair) -> Vec<Vec<u8>> {
    let entries = pair.b.disk.entries();
    let parts = entries.iter().flat_map(|(hash, _)| pair.b.disk.parts(hash).unwrap());
    let aside = parts.filter(|part| part.label.as_str() == "set-aside");
    aside
        .map(|part| {
            let fields: BTreeMap<String, ciborium::Value> = cbor::decode(&part.bytes).unwrap();
            fields["bytes"].as_bytes().unwrap().clone()
        })
        .collect()
}

#[test]
fn an_entry_signed_with_a_wrong_key_is_set_aside_alone() {
    let mut pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    let stranger = SecretKey::generate(Suite::One, &mut Seeded::new(77));
    let entry = Entry::sign(parcel.entry.header().clone(), &stranger);
    let batch = batch_of(&pair, &[Parcel { entry, parts: parcel.parts.clone() }, parcel]);
    set_aside_alone(&mut pair, &batch, &["bad-signature"]);
}

#[test]
fn an_entry_under_an_unknown_card_is_set_aside_alone() {
    let mut pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    let mut header = parcel.entry.header().clone();
    header.card = Hash::from_bytes([9; 32]);
    let entry = Entry::sign(header, &pair.a.keys().signing);
    let batch = batch_of(&pair, &[Parcel { entry, parts: Vec::new() }, parcel]);
    set_aside_alone(&mut pair, &batch, &["unknown-card"]);
}

#[test]
fn an_entry_that_is_no_entry_is_set_aside_alone() {
    let mut pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    let mut batch = batch_of(&pair, &[parcel.clone(), parcel]);
    batch.content = None;
    batch.entries[0].0.truncate(40);
    set_aside_alone(&mut pair, &batch, &["malformed"]);
}

/// A opens its ledger with a key for signing that its card does not list, as after a mistake with its keys.
fn with_a_wrong_key(pair: &mut Pair) {
    let signing = SecretKey::generate(Suite::One, &mut Seeded::new(77));
    let ledger = Ledger::open(LedgerParts {
        store: Box::new(pair.a.disk.clone()),
        keys: NodeKeys { signing, ..pair.a.keys() },
        card: pair.a.card.clone(),
        kinds: Arc::new(standard()),
        clock: Arc::new(pair.a.clock.clone()),
        entropy: Box::new(Seeded::new(78)),
        compared: Compared::WithEverybody,
    });
    pair.a.ledger = LedgerHandle::start(ledger.unwrap());
}

#[test]
fn whoever_sent_what_was_set_aside_hears_why_and_goes_on() {
    for from_a in [true, false] {
        let mut pair = Pair::met();
        with_a_wrong_key(&mut pair);
        let wrong = pair.signed_request();
        pair.a.reopen(Compared::WithEverybody);
        let right = pair.signed_request();
        pair.try_sync(from_a, &|_| Fate::Arrives).unwrap();
        let again = pair.sync().unwrap();
        assert_eq!((again.requests, again.compared), (1, true));
        assert_eq!(pair.b.status(right), "sent");
        assert!(pair.b.show(wrong).is_err(), "what was set aside is no matter");
        assert_eq!(pair.b.incidents(), ["bad-entry"]);
        assert_eq!(pair.a.incidents(), ["not-kept"]);
        assert_eq!(pair.a.disk.delivered(&pair.b.agency).unwrap(), 2);
        assert_eq!(pair.a.stream(pair.b.agency, Direction::Out), pair.b.stream(pair.a.agency, Direction::In));
        let steps = pair.a.disk.steps(&pair.b.agency, Direction::Out, 0, 10).unwrap();
        let receipts = steps.iter().map(|(_, record)| match &record.what {
            Recorded::Entry { entry, .. } => pair.a.disk.receipts(entry).unwrap().len(),
            Recorded::InnerRoot { .. } | Recorded::Epoch { .. } | Recorded::Again { .. } => {
                panic!("a step is an entry")
            }
        });
        assert_eq!(receipts.collect::<Vec<_>>(), [0, 1], "what is set aside is not receipted");
    }
}

#[test]
fn a_bad_part_is_left_out_and_recorded_and_its_entry_counts() {
    let pair = Pair::met();
    let mut parcel = waiting_parcel(&pair);
    let good = parcel.parts.len();
    assert!(good > 1);
    let entry = parcel.entry.hash();
    parcel.parts[0].bytes[0] ^= 1;
    // An honest node refuses to compose this; a dishonest one seals what it likes.
    let mut batch = batch_of(&pair, &[Parcel { parts: Vec::new(), ..parcel.clone() }]);
    let around = suite::hash(&[b"comity batch content v1", &batch.encode()]);
    let plaintext = cbor::encode(&vec![(entry, &parcel.parts)]);
    let key = pair.b.keys().content[0].public();
    let sealed =
        seal::seal(&key, b"comity batch content v1", around.as_bytes(), &plaintext, &mut Seeded::new(6));
    batch.content = Some(sealed.unwrap());
    let reply = give(&pair, &batch);
    assert_eq!(reply.refused, []);
    assert_eq!(reply.receipts.len(), 1);
    assert_eq!(pair.b.disk.parts(&entry).unwrap().len(), good - 1);
    nothing_lost(&pair, &["bad-part"]);
}

#[test]
fn a_batch_that_is_no_batch_is_recorded() {
    let pair = Pair::met();
    waiting_parcel(&pair);
    assert!(wait(answer(&pair.b.ledger, pair.a.agency, path::BATCH, vec![0xff; 100])).is_err());
    nothing_lost(&pair, &["bad-batch"]);
}

#[test]
fn a_bad_receipt_is_recorded_and_the_entry_counts_as_not_delivered() {
    let pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    let meddle = |way: &'static str, answer: Vec<u8>| {
        if way != path::BATCH {
            return answer;
        }
        let mut reply = BatchReply::decode(&answer).unwrap();
        reply.receipts[0].at = reply.receipts[0].at.plus_millis(-60_000);
        reply.encode()
    };
    drop(pair.sync_meddled(true, &|number| if number < 4 { Fate::Arrives } else { Fate::Lost }, &meddle));
    assert!(pair.a.incidents().contains(&"bad-receipt".to_owned()));
    assert!(pair.a.incidents().len() < 4, "{:?}", pair.a.incidents());
    assert_eq!(pair.a.disk.delivered(&pair.b.agency).unwrap(), 0);
    assert_eq!(pair.a.disk.receipts(&parcel.entry.hash()).unwrap(), []);
    pair.sync().unwrap();
    pair.assert_converged();
    assert_eq!(pair.a.disk.delivered(&pair.b.agency).unwrap(), 1);
    assert_eq!(pair.a.disk.receipts(&parcel.entry.hash()).unwrap().len(), 1);
}

/// A receipt as an agency can sign it for whatever it likes.
fn receipt_by(desk: &Desk, entries: &[Hash]) -> Receipt {
    let leaves = entries.iter().map(|entry| Leaf::Entry { entry: *entry, at: NOW }.hash());
    let tree: Tree = leaves.collect();
    let origin = Origin { agency: desk.agency, epoch: 0 };
    let checkpoint = Checkpoint { origin, size: tree.size(), root: tree.root() };
    Receipt {
        checkpoint: checkpoint.sign(&desk.keys().checkpoint),
        first: 0,
        entries: entries.to_vec(),
        at: NOW,
        proof: tree.range(0, tree.size(), tree.size()).unwrap(),
    }
}

#[test]
fn a_receipt_for_what_the_partner_was_not_given_is_bad() {
    let pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    // Of the entries of A, B has got none yet; the drafts it never gets.
    let entries = [parcel.entry.hash(), pair.a.disk.entries()[0].0, Hash::from_bytes([7; 32])];
    for (entries, trouble) in [(&entries[..2], true), (&entries[2..], true), (&entries[..1], false)] {
        let receipt = receipt_by(&pair.b, entries);
        let before = pair.a.incidents().len();
        let (a, b) = (pair.a.agency, pair.b.agency);
        let message = Receipts { v: VERSION, from: b, to: a, receipts: vec![receipt], refused: vec![] };
        wait(answer(&pair.a.ledger, b, path::RECEIPTS, message.encode())).unwrap();
        assert_eq!(pair.a.incidents().len() > before, trouble);
        assert_eq!(pair.a.disk.delivered(&b).unwrap(), u64::from(!trouble));
    }
    assert!(pair.a.journal().clean);
}

#[test]
fn a_receipt_for_what_another_partner_alone_was_given_is_bad_and_proves_nothing() {
    let three = Three::met();
    let (a, b, c) = (three.a.agency, &three.b, &three.c);
    let letter = three.letter_to(1, &[c]);
    Three::sync(&three.a, c).unwrap();
    let opening = three.a.run(move |ledger, _| Ok(ledger.matter(&letter)?.opening().unwrap().1)).unwrap();
    let receipts = vec![receipt_by(b, &[opening])];
    let message = Receipts { v: VERSION, from: b.agency, to: a, receipts, refused: vec![] };
    wait(answer(&three.a.ledger, b.agency, path::RECEIPTS, message.encode())).unwrap();
    assert_eq!(three.a.incidents(), ["bad-receipt"]);
    let receipted = three.a.disk.look(|kept| kept.receipts(&opening)).unwrap();
    assert_eq!(receipted.iter().map(|receipt| receipt.partner).collect::<Vec<_>>(), [c.agency]);
}

#[test]
fn no_partner_writes_in_records_of_our_own_nor_beside_them() {
    for kind in ["node", "officer", "partner"] {
        let mut pair = Pair::met();
        let parcel = waiting_parcel(&pair);
        let record = pair.b.disk.matters().unwrap()[0];
        let mut parcels: Vec<_> = [MatterId::from_bytes([0; 32]), record]
            .into_iter()
            .map(|matter| {
                let mut header = parcel.entry.header().clone();
                (header.matter, header.opening, header.kind) = (matter, None, Token::literal(kind));
                let entry = Entry::sign(header, &pair.a.keys().signing);
                Parcel { entry, parts: Vec::new() }
            })
            .collect();
        parcels.push(parcel);
        let batch = batch_of(&pair, &parcels);
        set_aside_alone(&mut pair, &batch, &["not-shared", "not-shared"]);
    }
}

#[test]
fn nobody_writes_in_a_request_that_is_only_drafted() {
    let mut pair = Pair::met();
    let parcel = waiting_parcel(&pair);
    let matter = pair.b.draft("Country A", &request("A number"), "Chen Ning").unwrap();
    let mut header = parcel.entry.header().clone();
    (header.matter, header.opening) = (matter, None);
    let entry = Entry::sign(header, &pair.a.keys().signing);
    let batch = batch_of(&pair, &[Parcel { entry, parts: Vec::new() }, parcel]);
    set_aside_alone(&mut pair, &batch, &["not-addressed"]);
}

#[test]
fn a_hello_carried_out_with_the_batch_that_overtook_it_accuses_nobody() {
    let pair = Pair::met();
    pair.signed_request();
    let (a, b) = (pair.a.agency, pair.b.agency);
    let hello = pair.a.run(move |ledger, _| Ok(ledger.snapshot(&b)?.hello().encode())).unwrap();
    pair.signed_request();
    let batch = pair.a.run(move |ledger, _| Ok(ledger.compose_batch(b, StreamHead::START, 10)?.0)).unwrap();
    // B carries both out in one commit.
    let (handle, mut ledger) = LedgerHandle::by_hand(pair.b.open(Compared::WithEverybody).unwrap());
    let (received, heard, ()) = wait(async {
        tokio::join!(biased; answer(&handle, a, path::BATCH, batch), answer(&handle, a, path::HELLO, hello), async {
            assert_eq!(ledger.waiting(), 2);
            ledger.work(2);
        })
    });
    assert_eq!(BatchReply::decode(&received.unwrap()).unwrap().incoming.n, 2);
    heard.unwrap();
    assert_eq!(pair.b.incidents(), Vec::<String>::new());
}

#[test]
fn what_is_signed_after_a_session_is_sent_in_one_message_and_compared_again_after_ten_seconds() {
    let pair = Pair::met();
    let (mut level, good) = (Level::default(), |_| Fate::Arrives);
    let matter = pair.signed_request();
    let session = pair.deliver(&mut level, &good).unwrap();
    assert!(session.compared && session.requests == 2);
    for (later, requests) in [(0, 1), (9_999, 1), (1, 2), (0, 1)] {
        pair.a.clock.advance(later);
        pair.a.act(matter, "remind", Some("text = \"Please.\""), "Amara Olin").unwrap();
        let sent = pair.deliver(&mut level, &good).unwrap();
        assert_eq!((sent.delivered, sent.requests, sent.compared), (1, requests, true));
    }
    let nothing = pair.deliver(&mut level, &good).unwrap();
    assert_eq!((nothing.delivered, nothing.requests), (0, 1), "with nothing to send the two compare");
    pair.assert_converged();
}

#[test]
fn after_a_lost_answer_or_a_partner_that_was_put_back_the_two_compare_first() {
    let mut pair = Pair::met();
    let (mut level, good) = (Level::default(), |_| Fate::Arrives);
    let matter = pair.signed_request();
    let remind =
        |pair: &Pair| pair.a.act(matter, "remind", Some("text = \"Please.\""), "Amara Olin").unwrap();
    pair.deliver(&mut level, &good).unwrap();
    remind(&pair);
    pair.deliver(&mut level, &|_| Fate::AnswerLost).unwrap_err();
    let again = pair.deliver(&mut level, &good).unwrap();
    assert_eq!((again.delivered, again.requests), (1, 2), "a hello, and what was not answered once more");
    let copy = pair.b.back_up();
    remind(&pair);
    pair.deliver(&mut level, &good).unwrap();
    pair.b.put_back(&copy);
    remind(&pair);
    // B lacks what the message follows, and may be an older copy of itself: it takes nothing before it has compared.
    assert!(matches!(pair.deliver(&mut level, &good), Err(Failure::Waiting(_))));
    for from_a in [false, true, false] {
        drop(pair.try_sync(from_a, &good));
    }
    pair.deliver(&mut level, &good).unwrap();
    pair.assert_converged();
    assert!(pair.a.incidents().iter().all(|incident| !incident.contains("fork")));
}

/// A line whose first batch takes so long that A signs something meanwhile.
struct SlowLine<'a> {
    line: Line<'a>,
    pair: &'a Pair,
    matter: MatterId,
    batches: Mutex<usize>,
}

impl Peer for SlowLine<'_> {
    async fn post(&self, path: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let is_first = path == path::BATCH && {
            let mut batches = self.batches.lock().unwrap();
            *batches += 1;
            *batches == 1
        };
        if is_first {
            let command = ActCommand {
                matter: self.matter,
                act: "remind".into(),
                toml: Some("text = \"Please.\"".into()),
            };
            let act = move |ledger: &mut Ledger, pending: &mut Pending| {
                let officer = ledger.officer(Some("Amara Olin"))?;
                ledger.act(pending, &command, &officer)
            };
            self.pair.a.ledger.run(act).await?;
        }
        self.line.post(path, body).await
    }
}

#[test]
fn what_is_signed_while_a_partner_takes_a_batch_follows_in_the_next() {
    let (pair, mut level) = (Pair::met(), Level::default());
    let matter = pair.signed_request();
    pair.deliver(&mut level, &|_| Fate::Arrives).unwrap();
    pair.a.act(matter, "remind", Some("text = \"Please.\""), "Amara Olin").unwrap();
    let sent = Sent::default();
    let line = Line::new(&pair.a, &pair.b, Arc::clone(&sent), &|_| Fate::Arrives, &|_, answer| answer);
    let slow = SlowLine { line, pair: &pair, matter, batches: Mutex::new(0) };
    let synced = wait(deliver(&pair.a.ledger, pair.b.agency, &slow, &mut level)).unwrap();
    assert_eq!((synced.delivered, synced.requests, synced.compared), (2, 2, true));
    let sent = sent.lock().unwrap();
    let asked = sent.iter().filter(|(path, _)| *path != "answer");
    let begins = asked.map(|(path, body)| (*path, Batch::decode(body).unwrap().after.n));
    assert_eq!(begins.collect::<Vec<_>>(), [(path::BATCH, 1), (path::BATCH, 2)]);
    pair.assert_converged();
}
