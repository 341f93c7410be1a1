//! However many hands work on a package and however its plaintext comes in: one file, one outcome, little memory.
//!
//! The definition is the age format's, chunk by chunk, and the tree's, group by group.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use std::fs::{self, File, OpenOptions};
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use comity_evidence::age::{CHUNK, Header, Identity, NONCE, PayloadKey, TAG};
use comity_evidence::bag::{self, PackError};
use comity_evidence::envelope::{Envelope, Facts};
use comity_evidence::folder::SourceError;
use comity_evidence::groups::{GROUP_PLAIN, GROUP_SEALED, RunningRoot};
use comity_evidence::package::{PackageError, open, seal};
use comity_evidence::sealed::{Finding, SealedError, SealedReader, SealedWriter, Tail};
use comity_journal::suite::{Hash, hash};
use comity_testkit::Seeded;
use proptest::prelude::*;

const GROUP: u64 = GROUP_PLAIN;
/// What stands at the end of a file.
const END: &[u8] = b"the end";
/// As many as there can be beside the caller.
const HELPERS: usize = 3;
/// Groups that may be under way at once: two for each hand, one that is filled or handed on, one between.
const UNDER_WAY: u64 = 2 * (HELPERS as u64 + 1) + 2;

fn identity() -> Identity {
    Identity::draw(&mut Seeded::new(1))
}

fn noise(size: usize) -> Vec<u8> {
    let mut noise = vec![0; size];
    comity_journal::entropy::Entropy::fill(&mut Seeded::new(2), &mut noise);
    noise
}

/// Begins a file that is the same each time.
fn begin<W: Write + Seek, S: Read + Write + Seek>(
    output: W,
    spool: S,
    helpers: usize,
) -> SealedWriter<'static, W, S> {
    let (to, entropy) = ([identity().recipient()], &mut Seeded::new(3));
    SealedWriter::with_helpers(output, &to, Facts::default(), None, spool, entropy, Some(helpers)).unwrap()
}

/// Seals `plain` in pieces of these sizes, in turn; the leaves are taken after it.
fn sealed(plain: &[u8], pieces: &[usize], helpers: usize) -> (Vec<u8>, Vec<u8>, Envelope) {
    let mut file = begin(Cursor::new(Vec::new()), Cursor::new(Vec::new()), helpers);
    let (mut rest, mut pieces) = (plain, pieces.iter().cycle());
    while !rest.is_empty() {
        let (piece, more) = rest.split_at(rest.len().min(*pieces.next().unwrap()));
        file.write_all(piece).unwrap();
        rest = more;
    }
    let (leaves, envelope, output) = end(file).unwrap();
    (output.into_inner(), leaves, envelope)
}

/// Takes the leaves and ends a file with them: they, what it says, and what it was written into.
fn end<W: Write + Seek, S: Read + Write + Seek>(
    mut file: SealedWriter<'_, W, S>,
) -> Result<(Vec<u8>, Envelope, W), SealedError> {
    let (leaves_at, mut leaves) = (file.plain_position(), Vec::new());
    file.complete_leaves()?.read_to_end(&mut leaves)?;
    file.write_all(&leaves)?;
    file.write_all(END)?;
    let (envelope, output) = file.finish(Tail { leaves_at, ..Tail::default() })?;
    Ok((leaves, envelope, output))
}

/// The payload as the age format defines it, and its root and complete leaves as RFC 6962 defines the tree.
fn defined(plain: &[u8], header: &Header, nonce: &[u8; NONCE]) -> (Vec<u8>, Hash, Vec<u8>) {
    let key = PayloadKey::derive(&header.unwrap(&identity()).unwrap(), nonce);
    let mut payload = nonce.to_vec();
    let mut chunks = (0..).zip(plain.chunks(CHUNK)).peekable();
    while let Some((number, chunk)) = chunks.next() {
        let mut sealed = [chunk, &[0; TAG]].concat();
        key.seal_chunk(number, chunks.peek().is_none(), &mut sealed);
        payload.extend(sealed);
    }
    let (mut root, mut leaves) = (RunningRoot::default(), Vec::new());
    let mut rest = payload.as_slice();
    while !rest.is_empty() {
        let whole = GROUP_SEALED + if root.leaves() == 0 { NONCE } else { 0 };
        let (group, more) = rest.split_at(rest.len().min(whole));
        let leaf = hash(&[&[0], group]);
        root.push(leaf);
        leaves.extend(leaf.as_bytes());
        rest = more;
    }
    (payload, root.root(), leaves)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn any_hands_and_any_pieces_give_the_bytes_of_the_definition(
        groups in 0..7_usize,
        beside in -2_i64..=2,
        pieces in proptest::collection::vec(prop_oneof![1..2000_usize, 60_000..70_000_usize, 1_000_000..2_500_000_usize], 1..4),
    ) {
        let size = (groups * GROUP as usize).saturating_add_signed(beside as isize);
        // Pieces of a few bytes only would make nothing but calls.
        let pieces: Vec<usize> = pieces.into_iter().map(|piece| piece.max(size / 2000)).collect();
        let plain = noise(size);
        let (file, leaves, envelope) = sealed(&plain, &pieces, 0);
        let header = Header::read(&mut file.as_slice()).unwrap();
        let payload = &file[header.bytes().len()..];
        let all = [plain.as_slice(), &leaves, END].concat();
        let (expected, root, expected_leaves) = defined(&all, &header, payload[..NONCE].try_into().unwrap());
        prop_assert!(payload == expected);
        prop_assert_eq!(envelope.root, root);
        prop_assert!(leaves == expected_leaves[..size / GROUP as usize * 32]);
        for helpers in 1..=HELPERS {
            prop_assert!(sealed(&plain, &pieces, helpers) == (file.clone(), leaves.clone(), envelope.clone()));
        }
        for helpers in 0..=HELPERS {
            let reader = || SealedReader::read(Cursor::new(file.as_slice())).unwrap().with_helpers(helpers);
            prop_assert_eq!(reader().verify().unwrap().findings, []);
            let mut found = Vec::new();
            reader().write_leaves(&mut found).unwrap();
            prop_assert!(found == expected_leaves);
            let mut opened = Vec::new();
            reader().open(&identity()).unwrap().read_to_end(&mut opened).unwrap();
            prop_assert!(opened == all);
        }
    }
}

/// Breaks for good after so many bytes, and counts what passes before.
struct Breaking<'a, T> {
    inner: T,
    left: u64,
    passed: &'a AtomicU64,
}

impl<T> Breaking<'_, T> {
    fn pass(&mut self, wanted: usize) -> io::Result<usize> {
        let most = wanted.min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 && wanted > 0 {
            return Err(io::Error::other("the cable is out"));
        }
        self.left -= most as u64;
        self.passed.fetch_add(most as u64, Relaxed);
        Ok(most)
    }
}

impl<T: Write> Write for Breaking<'_, T> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let most = self.pass(bytes.len())?;
        self.inner.write(&bytes[..most])
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

impl<T: Read> Read for Breaking<'_, T> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let most = self.pass(bytes.len())?;
        self.inner.read(&mut bytes[..most])
    }
}

impl<T: Seek> Seek for Breaking<'_, T> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.inner.seek(to)
    }
}

/// Places in a file of this size at which something may break: its ends, and some in every group.
fn places(size: u64) -> impl Iterator<Item = u64> {
    [0, 1, size - 1].into_iter().chain((0..size).step_by(GROUP as usize / 3 + 1))
}

#[test]
fn an_output_that_breaks_at_any_place_is_an_error_and_leaves_no_sealed_file() {
    let plain = noise(6 * GROUP as usize + 5);
    let size = sealed(&plain, &[CHUNK], 0).0.len() as u64;
    for (number, left) in places(size).enumerate() {
        let (mut output, passed) = (Cursor::new(Vec::new()), AtomicU64::new(0));
        let breaking = Breaking { inner: &mut output, left, passed: &passed };
        let to = [identity().recipient()];
        let made: Result<(), SealedError> = (|| {
            let (entropy, spool) = (&mut Seeded::new(3), Cursor::new(Vec::new()));
            let helpers = Some(number % (HELPERS + 1));
            let mut file =
                SealedWriter::with_helpers(breaking, &to, Facts::default(), None, spool, entropy, helpers)?;
            if let Err(error) = file.write_all(&plain) {
                assert!(file.write(b"x").is_err(), "an error is not forgotten");
                return Err(error.into());
            }
            end(file)?;
            Ok(())
        })();
        assert_eq!(made.unwrap_err().to_string(), "the cable is out", "at {left}");
        assert!(SealedReader::read(output).is_err(), "at {left}");
    }
}

#[test]
fn an_input_that_breaks_at_any_place_is_an_error_behind_all_that_came_before() {
    let plain = noise(6 * GROUP as usize + 5);
    let (file, ..) = sealed(&plain, &[CHUNK], 1);
    let payload = Header::read(&mut file.as_slice()).unwrap().bytes().len() as u64;
    for (number, left) in places(file.len() as u64 - payload).enumerate() {
        let helpers = number % (HELPERS + 1);
        // The header and, for opening, the nonce are read before; what is counted is the payload.
        let reader = |beside: u64, passed| {
            let mut input = Breaking { inner: Cursor::new(file.as_slice()), left: u64::MAX, passed };
            let header = SealedReader::read(&mut input).unwrap().payload().start;
            assert_eq!(header, payload);
            let before = passed.load(Relaxed);
            let input =
                Breaking { inner: Cursor::new(file.as_slice()), left: before + beside + left, passed };
            SealedReader::read(input).unwrap().with_helpers(helpers)
        };
        let passed = AtomicU64::new(0);
        let error = reader(0, &passed).verify().unwrap_err();
        assert_eq!(error.to_string(), "the cable is out", "{left}");
        let (passed, mut opened) = (AtomicU64::new(0), Vec::new());
        let mut opening = reader(NONCE as u64, &passed).open(&identity()).unwrap();
        let error = opening.read_to_end(&mut opened).unwrap_err();
        assert_eq!(error.to_string(), "the cable is out", "{left}");
        let whole = left.saturating_sub(NONCE as u64) / GROUP_SEALED as u64 * GROUP;
        assert!(opened == plain[..whole as usize], "{left}: {} of {whole}", opened.len());
        assert!(opening.read(&mut [0]).is_err(), "an error is not forgotten");
    }
}

#[test]
fn a_changed_group_is_an_error_in_its_turn_whoever_opens_it() {
    let plain = noise(6 * GROUP as usize + 5);
    let (file, ..) = sealed(&plain, &[CHUNK], 1);
    let payload = Header::read(&mut file.as_slice()).unwrap().bytes().len();
    for helpers in 0..=HELPERS {
        for group in 0..7 {
            let mut changed = file.clone();
            changed[payload + NONCE + group * GROUP_SEALED + 10] ^= 1;
            let reader = || SealedReader::read(Cursor::new(&changed)).unwrap().with_helpers(helpers);
            assert_eq!(reader().verify().unwrap().findings, [Finding::WrongRoot]);
            let mut opened = Vec::new();
            reader().open(&identity()).unwrap().read_to_end(&mut opened).unwrap_err();
            assert!(opened == plain[..group * GROUP as usize], "group {group}, {helpers} helpers");
        }
    }
}

#[test]
fn memory_holds_a_few_groups_however_large_the_file_and_however_many_the_hands() {
    for helpers in 0..=HELPERS {
        let (output, block) = (AtomicU64::new(0), noise(CHUNK));
        let counted = Breaking { inner: Cursor::new(Vec::new()), left: u64::MAX, passed: &output };
        let mut file = begin(counted, Cursor::new(Vec::new()), helpers);
        for _ in 0..30 * GROUP / CHUNK as u64 {
            file.write_all(&block).unwrap();
            let held = file.plain_position().saturating_sub(output.load(Relaxed));
            assert!(held <= UNDER_WAY * GROUP, "{held} bytes of plaintext are held by {helpers} helpers");
        }
    }
}

#[test]
fn reading_ahead_has_a_bound() {
    let plain = noise(30 * GROUP as usize);
    let (file, ..) = sealed(&plain, &[1 << 20], 1);
    for helpers in 0..=HELPERS {
        let read = AtomicU64::new(0);
        let counted = Breaking { inner: Cursor::new(file.as_slice()), left: u64::MAX, passed: &read };
        let mut opened =
            SealedReader::read(counted).unwrap().with_helpers(helpers).open(&identity()).unwrap();
        let (mut buffer, mut handed_on) = (vec![0; CHUNK], 0);
        loop {
            let some = opened.read(&mut buffer).unwrap() as u64;
            if some == 0 {
                break;
            }
            handed_on += some;
            let ahead = read.load(Relaxed).saturating_sub(handed_on);
            assert!(ahead <= UNDER_WAY * GROUP + GROUP / 2, "{ahead} bytes ahead with {helpers} helpers");
        }
    }
}

/// A file of noise, sealed into `output`; `progress` hears of it.
fn seal_into(
    output: &File,
    size: usize,
    progress: &mut dyn FnMut(u64, &File),
) -> Result<Envelope, PackageError> {
    let folder = tempfile::tempdir().unwrap();
    let source = folder.path().join("image.dd");
    fs::write(&source, noise(size)).unwrap();
    let image = OpenOptions::new().append(true).open(&source).unwrap();
    let (to, bag) = ([identity().recipient()], bag::Facts::default());
    let entropy = &mut Seeded::new(3);
    let sealed =
        seal(&source, &bag, &to, Facts::default(), None, output, entropy, &mut |done| progress(done, &image));
    sealed.map(|(_, envelope)| envelope)
}

#[test]
fn a_package_written_around_the_page_cache_is_the_one_that_would_have_been_written_into_memory() {
    let folder = tempfile::tempdir().unwrap();
    // Below, at and above what is handed to the disk at once.
    for size in [0, 1, 2 * GROUP as usize - 8000, 2 * GROUP as usize, 23 * GROUP as usize + 77] {
        let source = folder.path().join("image.dd");
        fs::write(&source, noise(size)).unwrap();
        let (to, bag, facts) = ([identity().recipient()], bag::Facts::default(), Facts::default());
        let path = folder.path().join(format!("{size}.package"));
        let output = File::create_new(&path).unwrap();
        let (packed, envelope) =
            seal(&source, &bag, &to, facts.clone(), None, &output, &mut Seeded::new(3), &mut |_| {}).unwrap();
        let (memory, spool) = (Cursor::new(Vec::new()), Cursor::new(Vec::new()));
        let mut file = SealedWriter::create(memory, &to, facts, None, spool, &mut Seeded::new(3)).unwrap();
        let source = comity_evidence::folder::Source::open(&source).unwrap();
        assert_eq!(bag::pack(&source, &bag, &mut file, &mut |_| {}).unwrap(), packed);
        let bag::Packed { index_at, index_size, leaves_at, .. } = packed;
        let (same, memory) = file.finish(Tail { index_at, index_size, leaves_at }).unwrap();
        assert_eq!(same, envelope);
        assert!(fs::read(&path).unwrap() == memory.into_inner(), "{size}");
        // What the file is used for afterwards is not held to what disks ask for.
        (&output).seek(SeekFrom::End(0)).unwrap();
        (&output).write_all(b"odd").unwrap();
        let target = folder.path().join(size.to_string());
        output.set_len(output.metadata().unwrap().len() - 3).unwrap();
        open(File::open(&path).unwrap(), &identity(), &target, &mut |_| {}).unwrap();
        assert!(fs::read(target.join("data/image.dd")).unwrap() == noise(size));
    }
}

#[test]
fn a_disk_that_is_full_is_an_error() {
    let Ok(full) = OpenOptions::new().write(true).open("/dev/full") else { return };
    for size in [10, 3 * GROUP as usize, 30 * GROUP as usize] {
        let error = seal_into(&full, size, &mut |_, _| {}).unwrap_err();
        assert!(error.to_string().contains("No space left on device"), "{error}");
    }
}

#[test]
fn a_file_that_changes_while_many_hands_seal_it_fails_the_seal() {
    for at in [1, 5 * GROUP, 11 * GROUP] {
        let (output, mut changed) = (tempfile::NamedTempFile::new().unwrap(), false);
        let error = seal_into(output.as_file(), 12 * GROUP as usize, &mut |done, mut image| {
            if done >= at && !changed {
                changed = true;
                image.write_all(b"more").unwrap();
            }
        })
        .unwrap_err();
        let of_the_source = match &error {
            PackageError::Pack(PackError::Source(error)) | PackageError::Source(error) => error,
            other => unreachable!("{other}"),
        };
        assert!(matches!(of_the_source, SourceError::Changed(path) if path == "image.dd"), "{error}");
        assert!(
            SealedReader::read(output.reopen().unwrap()).is_err(),
            "no file that could be taken for whole"
        );
    }
}

#[test]
fn whoever_breaks_off_sealing_in_the_middle_is_not_kept_waiting() {
    let output = tempfile::NamedTempFile::new().unwrap();
    let broken_off = catch_unwind(AssertUnwindSafe(|| {
        seal_into(output.as_file(), 12 * GROUP as usize, &mut |done, _| {
            assert!(done < 7 * GROUP, "the officer has changed her mind");
        })
    }));
    assert!(broken_off.is_err());
    assert!(SealedReader::read(output.reopen().unwrap()).is_err());
}
