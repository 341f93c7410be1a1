//! What an act goes through between the officer who writes it and the matter at the partner.

use std::hint::black_box;
use std::sync::Arc;

use comity_domain::act::{Composed, Preparation};
use comity_domain::engine::{Kinds, Matter};
use comity_domain::matters;
use comity_federation::batch::{Draft, Parcel};
use comity_federation::message::{Batch, Message as _};
use comity_federation::seal::SealingSecret;
use comity_journal::card::CardBook;
use comity_journal::entry::{Entry, Header, Lane, Place, VERSION};
use comity_journal::ids::{AgencyId, MatterId, Token};
use comity_journal::part::OpenPart;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;
use comity_testkit::{Agency, OPEN, Seeded, Side, World, bench};

use super::Outcome;
use super::paths::Operation;

const KIND: &str = "request";
const REMINDER: &str = "remind";
/// How many bytes of text a reminder has.
const TEXT_BYTES: usize = 4096;
/// How many acts a batch has.
const TOGETHER: u64 = 16;
/// How many entries a matter has before one more is taken in.
const LONG: usize = 100;
const NOON: Timestamp = Timestamp::from_millis(1_795_000_000_000);

/// Somebody who writes reminders.
struct Writer {
    agency: Agency,
    matter: MatterId,
    reminder: Composed,
    entropy: Seeded,
}

impl Writer {
    fn new() -> Outcome<Self> {
        let mut entropy = Seeded::new(1);
        let agency = Agency::new("north", "XA", Suite::One, &mut entropy);
        let reminder = composed(&matters::standard(), &toml(), &mut entropy)?;
        Ok(Self { agency, matter: MatterId::from_bytes([5; 32]), reminder, entropy })
    }

    /// Signs the reminder at a place of the lane, as a node does.
    fn sign(&mut self, seq: u64) -> (Entry, Vec<OpenPart>) {
        let Composed { act, structure, parts } = self.reminder.clone();
        let parts: Vec<OpenPart> = parts.into_iter().map(|part| part.salted(&mut self.entropy)).collect();
        let header = Header {
            v: VERSION,
            suite: Suite::One,
            matter: self.matter,
            kind: Token::literal(KIND),
            rules: 1,
            lane: Lane::Shared(self.agency.id),
            author: self.agency.id,
            place: Place { epoch: 0, seq },
            prev: (seq > 1).then(|| Hash::from_bytes([6; 32])),
            seen: Vec::new(),
            card: self.agency.card.hash(),
            at: NOON,
            by: self.agency.officer(&self.matter, "wren", &["officer"]),
            approved: Vec::new(),
            handling: Token::literal("h1"),
            act,
            structure,
            parts: parts.iter().map(OpenPart::commit).collect(),
            relied: Vec::new(),
            opening: None,
        };
        (Entry::sign(header, &self.agency.signing), parts)
    }
}

fn toml() -> String {
    let text = bench::text(TEXT_BYTES);
    format!("text = \"{text}\"")
}

fn composed(kinds: &Kinds, toml: &str, entropy: &mut Seeded) -> Outcome<Composed> {
    let kind = kinds.get(KIND).ok_or("no such kind")?;
    Ok(kind.compose(REMINDER, toml, &mut Preparation { entropy, latest: &|_| None })?)
}

/// An act from what an officer wrote.
pub(super) fn compose(_: u32) -> Outcome<Operation> {
    let (kinds, toml, mut entropy) = (matters::standard(), toml(), Seeded::new(2));
    Ok(Box::new(move || {
        black_box(composed(&kinds, &toml, &mut entropy)?);
        Ok(())
    }))
}

/// An entry from an act.
pub(super) fn sign(_: u32) -> Outcome<Operation> {
    let mut writer = Writer::new()?;
    Ok(Box::new(move || {
        black_box(writer.sign(2));
        Ok(())
    }))
}

/// An entry from its bytes.
pub(super) fn verify(_: u32) -> Outcome<Operation> {
    let mut writer = Writer::new()?;
    let (entry, parts) = writer.sign(2);
    let (bytes, card) = (entry.bytes().to_vec(), writer.agency.card);
    Ok(Box::new(move || {
        let entry = Entry::read(black_box(&bytes))?;
        entry.verify(&card)?;
        let committed = &entry.header().parts;
        let fits = parts.iter().zip(committed).all(|(part, commitment)| part.matches(commitment));
        if fits { Ok(()) } else { Err("the content is another's".into()) }
    }))
}

/// The matter with one entry more. Each is a matter of its own, so that none grows.
pub(super) fn fold(most: u32) -> Outcome<Operation> {
    let mut world = World::new(3);
    let refused = |refusal: &dyn std::fmt::Debug| format!("a reminder is refused: {refusal:?}");
    world.properly(Side::Asking, "open", OPEN).map_err(|refusal| refused(&refusal))?;
    let mut entries: Vec<Arc<Entry>> = world.at(Side::Asking).entries().cloned().collect();
    while entries.len() <= LONG {
        let reminder = world.state(Side::Asking, REMINDER, "text = \"Any news?\"");
        entries.push(world.act(Side::Asking, reminder).map_err(|refusal| refused(&refusal))?);
    }
    let last = entries.pop().ok_or("there are entries")?;
    let long = |_| {
        let mut matter = Matter::new(world.id());
        entries.iter().for_each(|entry| matter.receive(Arc::clone(entry)));
        matter
    };
    let mut matters: Vec<Matter<matters::request::RequestKind>> = (0..most).map(long).collect();
    let mut next = 0;
    Ok(Box::new(move || {
        let matter = matters.get_mut(next).ok_or("too few were prepared")?;
        matter.receive(Arc::clone(&last));
        next += 1;
        if matter.entries().count() == LONG + 1 { Ok(()) } else { Err("it was not taken in".into()) }
    }))
}

/// What goes from one agency to another.
struct Sent {
    draft: Draft,
    parcels: Vec<Parcel>,
    secret: SealingSecret,
    entropy: Seeded,
}

impl Sent {
    fn new() -> Outcome<Self> {
        let mut writer = Writer::new()?;
        let parcels = (1..=TOGETHER).map(|seq| writer.sign(seq));
        let parcels = parcels.map(|(entry, parts)| Parcel { entry, parts }).collect();
        let draft = Draft {
            from: writer.agency.id,
            to: AgencyId::from_bytes([8; 32]),
            after: StreamHead::START,
            cards: vec![writer.agency.card],
            heads: Vec::new(),
            receipts: Vec::new(),
            checkpoint: None,
            consistency: Vec::new(),
        };
        let mut entropy = Seeded::new(4);
        Ok(Self { draft, parcels, secret: SealingSecret::generate(&mut entropy), entropy })
    }

    fn batch(&mut self) -> Outcome<Vec<u8>> {
        let key = self.secret.public();
        Ok(Batch::compose(&self.draft, &self.parcels, &key, &mut self.entropy)?.encode())
    }
}

/// A batch as it is sent.
pub(super) fn make_batch(_: u32) -> Outcome<Operation> {
    let mut sent = Sent::new()?;
    Ok(Box::new(move || {
        black_box(sent.batch()?);
        Ok(())
    }))
}

/// A batch as it comes in.
pub(super) fn open_batch(_: u32) -> Outcome<Operation> {
    let mut sent = Sent::new()?;
    let bytes = sent.batch()?;
    let (from, to, secrets, known) = (sent.draft.from, sent.draft.to, [sent.secret], CardBook::default());
    Ok(Box::new(move || {
        let batch = Batch::open(black_box(&bytes), &from, &to, &secrets, &known)?;
        let whole = batch.arrived.iter().all(|arrived| arrived.bad.is_empty() && !arrived.parts.is_empty());
        if whole && batch.arrived.len() as u64 == TOGETHER { Ok(()) } else { Err("acts are missing".into()) }
    }))
}
