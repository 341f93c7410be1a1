//! What acts are made of and come to: a matter of entries that their authors really signed, an act's body as somebody else
//! wrote it, and what a person writes in TOML.

use std::sync::Arc;

use comity_domain::act::{self, Preparation};
use comity_domain::engine::{AnyKind, AnyMatter, Kinds};
use comity_domain::matters::standard;
use comity_journal::cbor;
use comity_journal::entry::{Entry, Header, Place};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::part::{OpenPart, bytes};
use comity_journal::suite::{Hash, hash};
use comity_testkit::OPEN;
use serde::{Deserialize, Serialize};

use crate::cast::{cast, entropy};
use crate::{recorded, records};

/// The most entries that are tried in one matter.
const ENTRIES: usize = 24;

/// Entries of one matter, each signed by whoever it says, in two orders of arrival: both come to the same.
///
/// The input is records, each a header. A header can name an entry before it, whose hash nobody can know who writes
/// headers: 32 times the same byte stand for the entry of that number.
pub(crate) fn matter(bytes: &[u8]) -> bool {
    let (mut hashes, mut entries, mut id) = (Vec::new(), Vec::new(), None);
    for record in records(bytes).into_iter().take(ENTRIES) {
        let Ok(mut header) = cbor::decode::<Header>(&with_hashes(record, &hashes)) else { continue };
        if let Some(opening) = &header.opening {
            header.matter = opening.genesis.matter();
        }
        header.matter = *id.get_or_insert(header.matter);
        let Some(entry) = signed(header) else { continue };
        hashes.push(entry.hash());
        entries.push(Arc::new(entry));
    }
    let kinds = standard();
    let Some(kind) = kinds.of(entries.iter().map(AsRef::as_ref)) else { return false };
    let id = id.unwrap_or(MatterId::from_bytes([0; 32]));
    let forwards = received(kind, id, entries.iter());
    let backwards = received(kind, id, entries.iter().rev());
    assert_eq!(forwards.digest(), backwards.digest(), "one set of entries has one state");
    look_at(forwards.as_ref(), &entries);
    true
}

fn received<'e>(
    kind: &dyn AnyKind,
    id: MatterId,
    entries: impl Iterator<Item = &'e Arc<Entry>>,
) -> Box<dyn AnyMatter> {
    let mut matter = kind.matter(id);
    entries.for_each(|entry| matter.receive(Arc::clone(entry)));
    matter
}

/// Everything that a node asks of a matter after it has received something.
fn look_at(matter: &dyn AnyMatter, entries: &[Arc<Entry>]) {
    let us = cast().asking.id;
    for entry in entries {
        let header = entry.header();
        matter.standing(&entry.hash());
        matter.would_wait(entry);
        matter.is_recorded(entry);
        matter.word_on(entry);
        matter.next_in(header.lane);
        matter.place_for(header.lane, header.act.as_str(), &header.structure);
        matter.branches(header.lane);
        for part in &header.parts {
            matter.is_addressed(entry, part, &us);
        }
    }
    matter.view();
    matter.brief();
    matter.parties();
    matter.packages();
    matter.recalls();
    matter.retention();
    matter.entries_waiting();
    matter.to_dispatch(&us);
    matter.team(us);
}

fn signed(header: Header) -> Option<Entry> {
    let (asking, asked) = (&cast().asking, &cast().asked);
    let agency = if header.author == asked.id { asked } else { asking };
    Entry::read(Entry::sign(header, &agency.signing).bytes()).ok()
}

/// The same, with the hashes of entries in place of what stands for them.
fn with_hashes(record: &[u8], hashes: &[Hash]) -> Vec<u8> {
    let mut bytes = record.to_vec();
    let mut at = 0;
    while let Some(window) = bytes.get_mut(at..at + 32) {
        let first = window[0];
        match hashes.get(usize::from(first)).filter(|_| window.iter().all(|byte| *byte == first)) {
            Some(hash) => {
                window.copy_from_slice(hash.as_bytes());
                at += 32;
            }
            None => at += 1,
        }
    }
    bytes
}

pub(crate) fn matter_seeds() -> Vec<Vec<u8>> {
    let hashes: Vec<Hash> = cast().entries.iter().map(|entry| entry.hash()).collect();
    let placed = |header: &Header| {
        let mut bytes = header.encode();
        for (number, hash) in (0_u8..).zip(&hashes) {
            let found = bytes.windows(32).position(|window| window == hash.as_bytes());
            if let Some(at) = found {
                bytes[at..at + 32].fill(number);
            }
        }
        bytes
    };
    let all: Vec<_> = cast().entries.iter().map(|entry| placed(entry.header())).collect();
    // Two that stand where others do, and one that comes before its time.
    let twice = [&all[..], &all[2..4]].concat();
    let early = [&all[..1], &all[3..]].concat();
    vec![recorded(&all), recorded(twice), recorded(early), recorded(&all[..2]), recorded(forked())]
}

/// The opening, and a lane that says two things at one place and goes on at the last place there is.
fn forked() -> Vec<Vec<u8>> {
    let open = cast().entries[0].header();
    let first = Header { opening: None, seen: Vec::new(), ..cast().entries[1].header().clone() };
    let at = |seq, follows: Option<u8>, minutes: i64| Header {
        place: Place { epoch: 0, seq },
        prev: follows.map(|number| Hash::from_bytes([number; 32])),
        at: open.at.plus_millis(minutes * 60_000),
        ..first.clone()
    };
    let headers = [
        open.clone(),
        at(1, None, 1),
        at(1, None, 2),
        at(u64::MAX, Some(1), 3),
        at(2, Some(3), 4),
        at(3, Some(4), 5),
    ];
    headers.iter().map(Header::encode).collect()
}

/// An act's body as somebody else wrote it.
#[derive(Serialize, Deserialize)]
struct Body {
    #[serde(with = "bytes")]
    structure: Vec<u8>,
    parts: Vec<OpenPart>,
}

/// A line that names kind and act, and the body.
pub(crate) fn body(input: &[u8]) -> bool {
    let kinds = standard();
    let Some((kind, act, rest)) = named(&kinds, input) else { return false };
    let Ok(body) = cbor::decode::<Body>(rest) else { return false };
    let committed: Vec<_> = body.parts.iter().map(OpenPart::commit).collect();
    let Some(def) = kind.act(act) else { return false };
    let readings = act::read(def, &body.structure, &committed, &body.parts);
    assert!(readings.len() <= def.fields.len(), "what is read are the fields of the act");
    act::matters_named(def, &body.structure);
    let matter = kind.matter(MatterId::from_bytes([1; 32]));
    matter.package_in(act, &body.structure);
    matter.handling(act, &body.structure);
    matter.offences(act, &body.structure);
    let framed = matter.with_frontier(&cast().asking.id, act, body.structure.clone());
    assert!(!framed.is_empty() || body.structure.is_empty(), "a structure is not lost");
    true
}

pub(crate) fn body_seeds() -> Vec<Vec<u8>> {
    let mut composed: Vec<_> = toml_seeds().iter().filter_map(|text| composed_of(text)).collect();
    composed.truncate(24);
    composed
}

fn composed_of(input: &[u8]) -> Option<Vec<u8>> {
    let kinds = standard();
    let (kind, act, text) = named(&kinds, input)?;
    let composed = compose(kind, act, std::str::from_utf8(text).ok()?)?;
    let open = |part: act::PartBytes| part.salted(&mut entropy());
    let parts = composed.parts.into_iter().map(open).collect();
    let body = cbor::encode(&Body { structure: composed.structure, parts });
    Some([format!("{} {act}\n", kind.def().code).as_bytes(), &body].concat())
}

/// Kind and act by the first line, and what follows it.
fn named<'k, 'i>(kinds: &'k Kinds, input: &'i [u8]) -> Option<(&'k dyn AnyKind, &'i str, &'i [u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    let (kind, act) = std::str::from_utf8(&input[..end]).ok()?.split_once(' ')?;
    Some((kinds.get(kind)?, act, &input[end + 1..]))
}

fn compose(kind: &dyn AnyKind, act: &str, text: &str) -> Option<act::Composed> {
    let latest = |_: &[&str]| Some(hash(&[b"the entry it means"]));
    kind.compose(act, text, &mut Preparation { entropy: &mut entropy(), latest: &latest }).ok()
}

/// A line that names kind and act, and what a person wrote.
pub(crate) fn toml(input: &[u8]) -> bool {
    let kinds = standard();
    let Some((kind, act, text)) = named(&kinds, input) else { return false };
    let Ok(text) = std::str::from_utf8(text) else { return false };
    let Some(composed) = compose(kind, act, text) else { return false };
    let structure = cbor::decode_value(&composed.structure);
    assert!(structure.is_ok(), "a structure is written in its one form: {structure:?}");
    for part in &composed.parts {
        let part = cbor::decode_value(&part.bytes);
        assert!(part.is_ok(), "a part is written in its one form: {part:?}");
    }
    true
}

pub(crate) fn toml_seeds() -> Vec<Vec<u8>> {
    let kinds = standard();
    let mut seeds = vec![format!("request open\n{OPEN}").into_bytes()];
    for kind in kinds.iter() {
        for def in kind.acts() {
            let line = format!("{} {}\n", kind.def().code, def.code);
            let asked = def.fields.iter().filter(|field| !field.derived);
            let written = asked.map(|field| format!("{} = {}\n", field.name, example(&field.kind)));
            seeds.push([line.as_str(), &written.collect::<String>()].concat().into_bytes());
            seeds.push(line.into_bytes());
        }
    }
    seeds
}

/// Something that a field of this kind can hold.
fn example(kind: &act::FieldKind) -> String {
    use act::FieldKind as Kind;
    match kind {
        Kind::Line | Kind::Text | Kind::Officer | Kind::TextField => "\"Ilse Varn\"".into(),
        Kind::Code(_, codes) | Kind::Word(_, codes) => format!("{:?}", codes.first().unwrap_or(&"0701")),
        Kind::Moment => "\"2027-01-01T00:00:00Z\"".into(),
        Kind::Number => "3".into(),
        Kind::Flag => "true".into(),
        Kind::Entry => format!("\"{}\"", hash(&[b"an entry"])),
        Kind::Agency => format!("\"{}\"", AgencyId::from_bytes([3; 32])),
        Kind::Matter => format!("\"{}\"", MatterId::from_bytes([4; 32])),
        Kind::Machine => "\"000102030405060708090a0b0c0d0e0f\"".into(),
        Kind::List(inner) => format!("[{}]", example(inner)),
        Kind::Table(columns) => {
            let written = columns.iter().map(|column| format!("{} = {}", column.name, example(&column.kind)));
            format!("{{ {} }}", written.collect::<Vec<_>>().join(", "))
        }
    }
}
