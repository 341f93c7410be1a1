//! Sealed files as a whole: sealed, verified without a key, opened, cut, changed, mixed up, given to one more.

#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "in what tests share, failing is the point")]

use std::io::{Cursor, Read, Seek, SeekFrom, Write};
use std::process::{Command, Stdio};

use comity_evidence::age::{
    CHUNK, FileKey, Header, Identity, NONCE, PayloadKey, Stanza, StreamReader, TAG, recipient_text,
};
use comity_evidence::bag;
use comity_evidence::envelope::{Author, Envelope, Facts, KIND, Sender, SignedEnvelope};
use comity_evidence::folder::Source;
use comity_evidence::groups::{self, GROUP_PLAIN, GROUP_SEALED, WrongGroup};
use comity_evidence::index::Rows;
use comity_evidence::sealed::{
    Finding, SealedError, SealedReader, SealedWriter, Tail, Verification, add_recipient,
};
use comity_journal::ids::MatterId;
use comity_journal::suite::{Hash, Suite, hash};
use comity_journal::time::Timestamp;
use comity_testkit::{Agency, Seeded};

const GROUP: usize = GROUP_PLAIN as usize;
const INDEX: usize = 100;
const END: usize = 1024;

/// Two agencies, and the keys that packages are sealed to.
struct World {
    north: Agency,
    south: Agency,
    identity: Identity,
    other: Identity,
    entropy: Seeded,
}

impl World {
    fn new() -> Self {
        let mut entropy = Seeded::new(7);
        Self {
            north: Agency::new("north", "XA", Suite::One, &mut entropy),
            south: Agency::new("south", "XB", Suite::One, &mut entropy),
            identity: Identity::draw(&mut entropy),
            other: Identity::draw(&mut entropy),
            entropy,
        }
    }

    /// A file that holds `content`, an index, leaves and an end, signed by the north where `signed`.
    fn seal(&mut self, content: &[u8], signed: bool) -> File {
        let facts = facts(&self.north);
        let sender = signed.then(|| sender(&self.north));
        let recipients = [self.identity.recipient(), self.other.recipient()];
        let output = Cursor::new(Vec::new());
        let mut file =
            SealedWriter::create(output, &recipients, facts, sender, spool(), &mut self.entropy).unwrap();
        let mut plain = content.to_vec();
        plain.extend([b'i'; INDEX]);
        file.write_all(&plain).unwrap();
        let leaves_at = file.plain_position();
        assert_eq!(leaves_at, plain.len() as u64);
        let mut leaves = Vec::new();
        file.complete_leaves().unwrap().read_to_end(&mut leaves).unwrap();
        assert_eq!(leaves.len() as u64, leaves_at / GROUP_PLAIN * 32);
        let rest = [leaves.as_slice(), &[0; END]].concat();
        file.write_all(&rest).unwrap();
        plain.extend(rest);
        let tail = Tail { index_at: content.len() as u64, index_size: INDEX as u64, leaves_at };
        let (envelope, output) = file.finish(tail).unwrap();
        assert_eq!(envelope.plain_size, plain.len() as u64);
        File { bytes: output.into_inner(), plain }
    }
}

struct File {
    bytes: Vec<u8>,
    plain: Vec<u8>,
}

impl File {
    fn header(&self) -> Header {
        Header::read(&mut self.bytes.as_slice()).unwrap()
    }

    /// Where the payload begins.
    fn payload(&self) -> usize {
        self.header().bytes().len()
    }

    fn key(&self, world: &World) -> FileKey {
        self.header().unwrap(&world.identity).unwrap()
    }

    fn reader(&self) -> SealedReader<Cursor<&[u8]>> {
        read(&self.bytes).unwrap()
    }
}

fn facts(from: &Agency) -> Facts {
    Facts {
        to: Some(vec![from.id]),
        matter: Some(MatterId::from_bytes([8; 32])),
        at: Some(Timestamp::from_millis(1_790_000_000_000)),
    }
}

fn sender(agency: &Agency) -> Sender<'_> {
    Sender { key: &agency.signing, card: &agency.card, more: &[] }
}

fn spool() -> Cursor<Vec<u8>> {
    Cursor::new(Vec::new())
}

fn content(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i % 249) as u8 ^ (i / CHUNK) as u8).collect()
}

/// The payload of an age file, as its specification defines it.
fn payload(plain: &[u8], file: &FileKey, nonce: &[u8; NONCE]) -> Vec<u8> {
    let (key, mut payload) = (PayloadKey::derive(file, nonce), nonce.to_vec());
    let mut chunks = (0..).zip(plain.chunks(CHUNK)).peekable();
    while let Some((number, chunk)) = chunks.next() {
        let mut sealed = [chunk, &[0; TAG]].concat();
        key.seal_chunk(number, chunks.peek().is_none(), &mut sealed);
        payload.extend(sealed);
    }
    payload
}

fn read(bytes: &[u8]) -> Result<SealedReader<Cursor<&[u8]>>, SealedError> {
    SealedReader::read(Cursor::new(bytes))
}

fn verify(bytes: &[u8]) -> Verification {
    read(bytes).unwrap().verify().unwrap()
}

fn open(bytes: &[u8], identity: &Identity) -> Result<Vec<u8>, SealedError> {
    let mut plain = Vec::new();
    read(bytes)?.open(identity)?.read_to_end(&mut plain)?;
    Ok(plain)
}

/// The reason in an error that came through `Read`.
fn reason(error: SealedError) -> SealedError {
    match error {
        SealedError::Io(error) => *error.into_inner().unwrap().downcast::<SealedError>().unwrap(),
        other => other,
    }
}

#[test]
fn a_file_of_any_size_verifies_without_a_key_and_opens_both_ways() {
    let mut world = World::new();
    let mut places = Seeded::new(1);
    // Leaves begin at a chunk's end, at a group's end, beside them, and across the end of a group.
    let at_group = GROUP - INDEX;
    let sizes =
        [0, 1, CHUNK - INDEX, at_group - END, at_group - 1, at_group, at_group + 1, 2 * GROUP - INDEX - 40];
    for (size, signed) in sizes.into_iter().zip([true, false].into_iter().cycle()) {
        let file = world.seal(&content(size), signed);
        let found = verify(&file.bytes);
        assert_eq!(found.findings, [], "{size}");
        let author = found.authors[0].as_ref().map(|author: &Author| author.fingerprint);
        assert_eq!(author, signed.then(|| world.north.card.fingerprint()));
        assert!(open(&file.bytes, &world.identity).unwrap() == file.plain, "{size}");
        let mut at = file.reader().open_at(&world.other, spool()).unwrap();
        for _ in 0..20 {
            let (from, take) = (places.below(file.plain.len()), places.below(3 * CHUNK));
            let expected = &file.plain[from..file.plain.len().min(from + take)];
            let mut part = Vec::new();
            at.seek(SeekFrom::Start(from as u64)).unwrap();
            (&mut at).take(take as u64).read_to_end(&mut part).unwrap();
            assert!(part == expected, "{size}: {take} bytes from {from}");
        }
    }
}

#[test]
fn who_holds_no_key_of_a_file_does_not_open_it() {
    let mut world = World::new();
    let file = world.seal(&content(10), true);
    let stranger = Identity::draw(&mut world.entropy);
    assert!(matches!(open(&file.bytes, &stranger), Err(SealedError::Age(_))));
}

#[test]
fn every_changed_byte_is_found_without_a_key_but_the_headers_check_value_which_opening_finds() {
    let mut world = World::new();
    let file = world.seal(&content(300), true);
    let check = file.payload() - 44..file.payload() - 1;
    for place in 0..file.bytes.len() {
        let mut changed = file.bytes.clone();
        changed[place] ^= 1 << (place % 8);
        let intact = read(&changed).is_ok_and(|mut file| file.verify().unwrap().findings.is_empty());
        assert!(!intact || check.contains(&place), "byte {place}");
        assert!(open(&changed, &world.identity).is_err(), "byte {place} of the check value");
    }
}

#[test]
fn every_changed_byte_of_an_unsigned_file_is_found_by_who_opens_it() {
    let mut world = World::new();
    let file = world.seal(&content(300), false);
    for place in 0..file.bytes.len() {
        let mut changed = file.bytes.clone();
        changed[place] ^= 1 << (place % 8);
        assert!(open(&changed, &world.identity).is_err(), "byte {place}");
        let payload_changed = place >= file.payload();
        assert!(!payload_changed || verify(&changed).findings == [Finding::WrongRoot], "byte {place}");
    }
}

#[test]
fn a_file_cut_at_any_group_is_found_and_does_not_open() {
    let mut world = World::new();
    let file = world.seal(&content(2 * GROUP + 5), true);
    let size = (file.bytes.len() - file.payload()) as u64;
    assert_eq!(groups::count(size), 3);
    for group in 0..3 {
        let span = groups::span(group, size).unwrap();
        for cut in [span.start, span.start + NONCE as u64, span.start + 500, span.end - 1] {
            let cut = &file.bytes[..file.payload() + cut as usize];
            let stated = size;
            let found = (cut.len() - file.payload()) as u64;
            assert_eq!(verify(cut).findings, [Finding::Size { stated, found }]);
            let size = |error| matches!(error, SealedError::Finding(Finding::Size { .. }));
            assert!(open(cut, &world.identity).is_err_and(size));
            assert!(read(cut).unwrap().open_at(&world.identity, spool()).is_err_and(size));
        }
    }
    let longer = [file.bytes.as_slice(), b"x"].concat();
    assert!(matches!(verify(&longer).findings[..], [Finding::Size { .. }]));
}

#[test]
fn groups_that_changed_places_are_found() {
    let mut world = World::new();
    let mut file = world.seal(&content(3 * GROUP), true);
    let second = file.payload() + NONCE + GROUP_SEALED;
    let (first, rest) = file.bytes[second..].split_at_mut(GROUP_SEALED);
    first.swap_with_slice(&mut rest[..GROUP_SEALED]);
    assert_eq!(verify(&file.bytes).findings, [Finding::WrongRoot]);
    assert!(open(&file.bytes, &world.identity).is_err());
    let mut at = file.reader().open_at(&world.identity, spool()).unwrap();
    let mut byte = [0];
    at.read_exact(&mut byte).unwrap();
    for group in [1, 2] {
        at.seek(SeekFrom::Start(group * GROUP_PLAIN)).unwrap();
        let error = reason(at.read(&mut byte).unwrap_err().into());
        assert!(
            matches!(error, SealedError::Finding(Finding::Group(WrongGroup { group: found })) if found == group)
        );
    }
    at.seek(SeekFrom::Start(3 * GROUP_PLAIN)).unwrap();
    at.read_exact(&mut byte).unwrap();
}

#[test]
fn an_envelope_of_another_file_is_found_even_when_a_recipient_put_it_there() {
    let mut world = World::new();
    let (one, two) = (world.seal(&content(50), true), world.seal(&content(51), true));
    let (mut stanzas, other) = (one.header().stanzas().to_vec(), two.header().stanzas().to_vec());
    stanzas.pop();
    stanzas.push(other.last().unwrap().clone());
    let header = Header::new(stanzas, &one.key(&world));
    let mixed = [header.bytes(), &one.bytes[one.payload()..]].concat();
    let findings = verify(&mixed).findings;
    assert!(findings.contains(&Finding::OtherRecipients { number: 1 }), "{findings:?}");
    assert!(matches!(open(&mixed, &world.identity), Err(SealedError::Finding(_))));
}

#[test]
fn other_content_under_the_same_key_and_envelope_is_found_and_its_end_is_not_handed_on() {
    let mut world = World::new();
    let file = world.seal(&content(GROUP + 9), true);
    let mut plain = file.plain.clone();
    plain[5] ^= 1;
    let nonce = file.bytes[file.payload()..][..NONCE].try_into().unwrap();
    let changed = [file.header().bytes(), &payload(&plain, &file.key(&world), &nonce)].concat();
    assert_eq!(verify(&changed).findings, [Finding::WrongRoot]);
    let mut handed_on = Vec::new();
    let mut opened = read(&changed).unwrap().open(&world.identity).unwrap();
    let error = reason(opened.read_to_end(&mut handed_on).unwrap_err().into());
    assert!(matches!(error, SealedError::Finding(Finding::WrongRoot)));
    assert_eq!(handed_on.len(), GROUP);
    assert!(opened.read(&mut [0]).is_err(), "an error is not forgotten");
    // Stored leaves are those of the first group as it was; only reading it shows that it is another.
    let mut at = read(&changed).unwrap().open_at(&world.identity, spool()).unwrap();
    let error = reason(at.read(&mut [0]).unwrap_err().into());
    assert!(matches!(error, SealedError::Finding(Finding::Group(WrongGroup { group: 0 }))));
}

#[test]
fn leaves_that_were_changed_in_the_content_are_not_believed() {
    let mut world = World::new();
    let file = world.seal(&content(GROUP + 9), true);
    let mut plain = file.plain.clone();
    plain[GROUP + 9 + INDEX] ^= 1;
    let nonce = file.bytes[file.payload()..][..NONCE].try_into().unwrap();
    let changed = [file.header().bytes(), &payload(&plain, &file.key(&world), &nonce)].concat();
    let opened = read(&changed).unwrap().open_at(&world.identity, spool());
    assert!(matches!(opened, Err(SealedError::Finding(Finding::WrongRoot))));
}

#[test]
fn one_part_is_opened_and_verified_when_only_header_tail_and_its_own_groups_are_there() {
    let mut world = World::new();
    let mut file = world.seal(&content(5 * GROUP + 77), true);
    let envelope = file.reader().envelope().clone();
    let payload = file.payload();
    // The nonce counts as header: without it there is no key.
    let kept = |group: usize| [2, 5].contains(&group);
    for (number, byte) in file.bytes[payload + NONCE..].iter_mut().enumerate() {
        if !kept(number / GROUP_SEALED) {
            *byte = 0;
        }
    }
    assert_eq!(envelope.stored_leaves(), 5);
    let mut at = file.reader().open_at(&world.identity, spool()).unwrap();
    let range = 2 * GROUP + 1000..3 * GROUP;
    let mut part = vec![0; range.len()];
    at.seek(SeekFrom::Start(range.start as u64)).unwrap();
    at.read_exact(&mut part).unwrap();
    assert!(part == file.plain[range]);
    at.seek(SeekFrom::Start(envelope.index_at)).unwrap();
    let mut index = [0; INDEX];
    at.read_exact(&mut index).unwrap();
    assert_eq!(index, [b'i'; INDEX]);
    for missing in [0, GROUP, 3 * GROUP, 4 * GROUP] {
        at.seek(SeekFrom::Start(missing as u64)).unwrap();
        assert!(at.read(&mut index).is_err());
    }
    assert!(open(&file.bytes, &world.identity).is_err());
}

#[test]
fn a_recipient_added_later_opens_the_same_payload_and_the_first_envelope_stays() {
    let mut world = World::new();
    let file = world.seal(&content(GROUP + 3), true);
    let (third, fourth) = (Identity::draw(&mut world.entropy), Identity::draw(&mut world.entropy));
    let added = add(&mut world, &file.bytes, &third, true).unwrap();
    let twice = add(&mut world, &added, &fourth, false).unwrap();
    let mut reader = read(&twice).unwrap();
    let header = Header::read(&mut twice.as_slice()).unwrap();
    assert!(twice[header.bytes().len()..] == file.bytes[file.payload()..], "not one byte of payload changed");
    let found = reader.verify().unwrap();
    assert_eq!(found.findings, []);
    let authors = found.authors.iter().map(|author| author.as_ref().map(|author| author.agency));
    assert_eq!(authors.collect::<Vec<_>>(), [Some(world.north.id), Some(world.south.id), None]);
    assert_eq!(reader.envelopes()[0], file.reader().envelopes()[0]);
    let first = reader.envelopes()[0].hash();
    let names = |sealed: &Envelope| (sealed.recipients, sealed.first);
    let named: Vec<_> = reader.envelopes().iter().map(|sealed| names(sealed.envelope())).collect();
    assert_eq!(named, [(2, None), (3, Some(first)), (4, Some(first))]);
    for identity in [&world.identity, &world.other, &third, &fourth] {
        assert!(open(&twice, identity).unwrap() == file.plain);
    }
    assert!(matches!(open(&added, &fourth), Err(SealedError::Age(_))));
}

fn add(world: &mut World, file: &[u8], to: &Identity, signed: bool) -> Result<Vec<u8>, SealedError> {
    let mut output = Vec::new();
    let (identity, key) = (&world.identity, to.recipient());
    let facts = facts(&world.south);
    let sender = signed.then(|| sender(&world.south));
    add_recipient(
        Cursor::new(file),
        &mut output,
        identity,
        &key,
        facts,
        sender.as_ref(),
        &mut world.entropy,
    )?;
    Ok(output)
}

#[test]
fn recipients_added_without_an_envelope_and_envelopes_taken_away_are_found() {
    let mut world = World::new();
    let file = world.seal(&content(20), true);
    let third = Identity::draw(&mut world.entropy);
    let added = add(&mut world, &file.bytes, &third, true).unwrap();
    let header = Header::read(&mut added.as_slice()).unwrap();
    let (key, payload) = (file.key(&world), &added[header.bytes().len()..]);
    let with = |stanzas: Vec<Stanza>| [Header::new(stanzas, &key).bytes(), payload].concat();
    // Stanzas: two recipients, the third, the first envelope, the second.
    let stanzas = header.stanzas();
    let all = |places: &[usize]| places.iter().map(|place| stanzas[*place].clone()).collect::<Vec<_>>();
    assert_eq!(verify(&with(all(&[0, 1, 2, 3, 4]))).findings, []);
    let unstated = Finding::UnstatedRecipients { covered: 2, found: 3 };
    assert_eq!(verify(&with(all(&[0, 1, 2, 3]))).findings, [unstated]);
    assert_eq!(verify(&with(all(&[0, 1, 2, 4]))).findings, [Finding::OtherFirst { number: 1 }]);
    assert!(!verify(&with(all(&[0, 1, 2, 4, 3]))).findings.is_empty());
    assert!(!verify(&with(all(&[1, 0, 2, 3, 4]))).findings.is_empty());
    assert!(!verify(&with(all(&[0, 1, 3, 4]))).findings.is_empty());
    assert!(matches!(read(&with(all(&[0, 1, 3, 2, 4]))), Err(SealedError::Misplaced)));
    assert!(matches!(read(&with(all(&[0, 1, 2]))), Err(SealedError::NoEnvelope)));
    assert!(open(&with(all(&[0, 1, 2, 3])), &world.identity).is_err());
}

#[test]
fn a_second_envelope_over_another_content_is_found() {
    let mut world = World::new();
    let file = world.seal(&content(20), true);
    let third = Identity::draw(&mut world.entropy);
    let added = add(&mut world, &file.bytes, &third, true).unwrap();
    let (header, reader) = (Header::read(&mut added.as_slice()).unwrap(), read(&added).unwrap());
    let second = reader.envelopes()[1].envelope().clone();
    // Another payload, or other places for what stands in this one.
    for other in [
        Envelope { root: Hash::from_bytes([1; 32]), ..second.clone() },
        Envelope { index_at: second.index_at - 1, ..second.clone() },
        Envelope { index_size: second.index_size - 1, ..second.clone() },
        Envelope { leaves_at: second.leaves_at - 1, ..second },
    ] {
        let other = SignedEnvelope::seal(other, Some(&sender(&world.south))).unwrap();
        let stanzas = [&header.stanzas()[..4], &[other.stanza()]].concat();
        let mixed =
            [Header::new(stanzas, &file.key(&world)).bytes(), &added[header.bytes().len()..]].concat();
        assert_eq!(verify(&mixed).findings, [Finding::OtherPayload { number: 2 }]);
    }
}

#[test]
fn nobody_signs_for_a_file_that_does_not_hold() {
    let mut world = World::new();
    let mut file = world.seal(&content(2 * GROUP), true);
    let third = Identity::draw(&mut world.entropy);
    let place = file.payload() + 100;
    file.bytes[place] ^= 1;
    let added = add(&mut world, &file.bytes, &third, true);
    assert!(matches!(added, Err(SealedError::Finding(Finding::WrongRoot))));
}

#[test]
fn a_file_whose_sealing_did_not_finish_is_no_sealed_file() {
    let mut world = World::new();
    let mut output = Cursor::new(Vec::new());
    let key = [world.identity.recipient()];
    let mut file =
        SealedWriter::create(&mut output, &key, Facts::default(), None, spool(), &mut world.entropy).unwrap();
    file.write_all(&content(20 * GROUP)).unwrap();
    drop(file);
    assert!(output.get_ref().len() > GROUP);
    assert!(matches!(read(output.get_ref()), Err(SealedError::Age(_))));
}

#[test]
fn leaves_are_taken_once_and_where_they_are_written() {
    let mut world = World::new();
    let key = [world.identity.recipient()];
    let mut file = |content: &[u8]| {
        let (output, entropy) = (Cursor::new(Vec::new()), &mut world.entropy);
        let mut file = SealedWriter::create(output, &key, Facts::default(), None, spool(), entropy).unwrap();
        file.write_all(content).unwrap();
        file
    };
    let tail = |leaves_at| Tail { leaves_at, ..Tail::default() };
    let mut twice = file(b"content");
    drop(twice.complete_leaves().unwrap());
    assert!(twice.complete_leaves().is_err());
    assert!(matches!(twice.finish(tail(6)), Err(SealedError::Leaves)));
    assert!(matches!(file(&content(GROUP + 1)).finish(tail(GROUP_PLAIN)), Err(SealedError::Leaves)));
    assert!(file(b"content").finish(tail(0)).is_ok());
    let mut nothing_follows = file(&content(GROUP));
    drop(nothing_follows.complete_leaves().unwrap());
    assert!(nothing_follows.finish(tail(GROUP_PLAIN)).is_err());
}

#[test]
fn an_empty_list_of_recipients_is_refused() {
    let output = Cursor::new(Vec::new());
    let made = SealedWriter::create(output, &[], Facts::default(), None, spool(), &mut Seeded::new(1));
    assert!(matches!(made, Err(SealedError::Recipients(_))));
}

/// Runs an age tool with `input`; `None` where there is none on this machine.
fn age(arguments: &[&str], input: &[u8]) -> Option<Vec<u8>> {
    let child = Command::new("age")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: there is no `age` on this machine");
        return None;
    };
    let (mut stdin, input) = (child.stdin.take().unwrap(), input.to_vec());
    let feeding = std::thread::spawn(move || stdin.write_all(&input));
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    feeding.join().unwrap().unwrap();
    Some(output.stdout)
}

#[test]
fn any_age_tool_opens_a_sealed_file_and_what_it_seals_opens_here() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key.txt");
    std::fs::write(&key, world.identity.text().as_str()).unwrap();
    let key = key.to_str().unwrap();
    let third = Identity::draw(&mut world.entropy);
    let file = world.seal(&content(GROUP + 12_345), true);
    let added = add(&mut world, &file.bytes, &third, true).unwrap();
    for bytes in [&file.bytes, &added] {
        let Some(plain) = age(&["--decrypt", "--identity", key], bytes) else { return };
        assert!(plain == file.plain);
    }
    let recipient = recipient_text(&world.identity.recipient());
    let Some(theirs) = age(&["--recipient", &recipient], &file.plain) else { return };
    assert!(matches!(read(&theirs), Err(SealedError::NoEnvelope)), "a plain age file is named as one");
    let mut theirs = theirs.as_slice();
    let header = Header::read(&mut theirs).unwrap();
    assert!(header.stanzas().iter().all(|stanza| stanza.kind != KIND));
    let mut plain = Vec::new();
    let stream = StreamReader::new(theirs, &header.unwrap(&world.identity).unwrap());
    stream.unwrap().read_to_end(&mut plain).unwrap();
    assert!(plain == file.plain);
}

#[test]
fn a_folder_packed_and_sealed_gives_one_file_by_its_index_and_all_by_age_and_tar() {
    let mut world = World::new();
    let folder = tempfile::tempdir().unwrap();
    let (source, key) = (folder.path().join("exhibits"), folder.path().join("key.txt"));
    std::fs::create_dir_all(source.join("calls")).unwrap();
    std::fs::write(&key, world.identity.text().as_str()).unwrap();
    let files =
        [("calls/list.csv", content(40)), ("disk.img", content(2 * GROUP + 7)), ("记录.txt", content(900))];
    for (name, bytes) in &files {
        std::fs::write(source.join(name), bytes).unwrap();
    }
    let (to, facts) = ([world.identity.recipient()], facts(&world.north));
    let (output, from) = (Cursor::new(Vec::new()), Some(sender(&world.north)));
    let mut file = SealedWriter::create(output, &to, facts, from, spool(), &mut world.entropy).unwrap();
    let packed =
        bag::pack(&Source::open(&source).unwrap(), &bag::Facts::default(), &mut file, &mut |_| {}).unwrap();
    let bag::Packed { index_at, index_size, leaves_at, .. } = packed;
    let (envelope, output) = file.finish(Tail { index_at, index_size, leaves_at }).unwrap();
    let sealed = output.into_inner();
    assert_eq!((envelope.plain_size, envelope.stored_leaves()), (packed.size, 2));
    assert_eq!(verify(&sealed).findings, []);
    let mut at = read(&sealed).unwrap().open_at(&world.identity, spool()).unwrap();
    for (name, bytes) in &files {
        at.seek(SeekFrom::Start(index_at)).unwrap();
        let row = Rows::new((&mut at).take(index_size)).find(name).unwrap().unwrap();
        at.seek(SeekFrom::Start(row.offset)).unwrap();
        let mut found = Vec::new();
        (&mut at).take(row.size).read_to_end(&mut found).unwrap();
        assert!(found == *bytes && row.hash == hash(&[bytes]), "{name}");
    }
    let Some(plain) = age(&["--decrypt", "--identity", key.to_str().unwrap()], &sealed) else { return };
    assert!(plain == open(&sealed, &world.identity).unwrap());
    std::fs::write(folder.path().join("package.tar"), plain).unwrap();
    let tar = Command::new("tar").args(["-x", "-f", "package.tar"]).current_dir(&folder).status();
    let Ok(status) = tar else { return println!("skipped: there is no `tar` on this machine") };
    assert!(status.success());
    for (name, bytes) in &files {
        assert!(std::fs::read(folder.path().join("package/data").join(name)).unwrap() == *bytes, "{name}");
    }
}
