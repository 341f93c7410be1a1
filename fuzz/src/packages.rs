//! What a package is sealed in: the header of an age file, its payload, and the whole with its envelope.

use std::io::{Cursor, Read, Seek as _, SeekFrom};
use std::sync::LazyLock;

use comity_evidence::age::armor::ArmorReader;
use comity_evidence::age::{
    CHUNK, FileKey, HEADER_BYTES, Header, Identity, NONCE, PayloadKey, StreamReader, TAG, payload_size,
    plain_size, recipient_from_text, recipient_text, wrap,
};
use comity_evidence::envelope::{Facts, Sender};
use comity_evidence::sealed::SealedReader;
use comity_evidence::{bag, package};
use comity_journal::entropy::Entropy as _;
use comity_journal::time::Timestamp;

use crate::cast::{cast, entropy};

fn key() -> FileKey {
    FileKey::draw(&mut entropy())
}

/// The header of an age file, in bytes or in armor; and keys as text.
pub(crate) fn age(bytes: &[u8]) -> bool {
    let header = read_header(bytes);
    let mut unarmored = Vec::new();
    // An age header is bounded; so much of what is armored is enough to find one.
    let armored = ArmorReader::new(bytes).take(HEADER_BYTES as u64).read_to_end(&mut unarmored).is_ok();
    let within = armored && read_header(&unarmored);
    header | within | read_keys(bytes)
}

fn read_header(bytes: &[u8]) -> bool {
    let Ok(header) = Header::read(&mut &*bytes) else { return false };
    assert!(bytes.starts_with(header.bytes()), "a header keeps its bytes");
    let count = header.stanzas().len();
    let again = Header::new(header.stanzas().to_vec(), &key());
    assert_eq!(again.beginning(count), header.beginning(count), "what was read is written the same again");
    // Only who holds the file's key can make a header that opens, and here that is nobody but the seeds.
    if header.unwrap(&cast().identity).is_ok() {
        let known = [&PACKAGE.bytes, &age_header()].iter().any(|seed| seed.starts_with(header.bytes()));
        assert!(known, "a changed header was believed");
    }
    true
}

fn read_keys(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else { return false };
    let identity = Identity::from_text(text);
    if let Ok(identity) = &identity {
        let again = Identity::from_text(&identity.text());
        assert_eq!(
            again.map(|again| again.recipient()),
            Ok(identity.recipient()),
            "a key reads as it is shown"
        );
    }
    let recipient = recipient_from_text(text);
    if let Ok(recipient) = &recipient {
        assert_eq!(recipient_from_text(&recipient_text(recipient)), Ok(*recipient));
    }
    identity.is_ok() || recipient.is_ok()
}

/// A header to our key, and to somebody else's of another kind.
fn age_header() -> Vec<u8> {
    let ours = wrap(&key(), &cast().identity.recipient(), &mut entropy()).expect("the key is one");
    let mut other = ours.clone();
    other.kind = "grease".into();
    other.arguments.push("more".into());
    other.body = vec![7; 48];
    Header::new(vec![ours, other], &key()).bytes().to_vec()
}

pub(crate) fn age_seeds() -> Vec<Vec<u8>> {
    let header = age_header();
    let text = data_encoding::BASE64.encode(&header);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let armored = format!(
        "-----BEGIN AGE ENCRYPTED FILE-----\n{}\n-----END AGE ENCRYPTED FILE-----\n",
        lines.join("\n")
    );
    let identity = cast().identity.text().to_string();
    let recipient = recipient_text(&cast().identity.recipient());
    vec![header, armored.into_bytes(), identity.into_bytes(), recipient.into_bytes()]
}

/// A payload: as it arrives; or, behind a zero byte and three that say where it is cut, a plaintext that is sealed here.
pub(crate) fn payload(bytes: &[u8]) -> bool {
    match bytes {
        [0, a, b, c, plain @ ..] => cut(plain, u32::from_be_bytes([0, *a, *b, *c]) as usize),
        _ => match open(bytes) {
            Ok(plain) => {
                assert_eq!(seal(&plain), bytes, "one plaintext, one payload under one key and nonce");
                assert_eq!(plain_size(bytes.len() as u64), Ok(plain.len() as u64));
                true
            }
            Err(_) => false,
        },
    }
}

fn open(payload: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    StreamReader::new(payload, &key())?.read_to_end(&mut plain)?;
    Ok(plain)
}

fn seal(plain: &[u8]) -> Vec<u8> {
    let mut nonce = [0; NONCE];
    entropy().fill(&mut nonce);
    let (key, mut payload) = (PayloadKey::derive(&key(), &nonce), nonce.to_vec());
    let count = plain.len().div_ceil(CHUNK).max(1);
    for number in 0..count {
        let chunk = &plain[number * CHUNK..plain.len().min((number + 1) * CHUNK)];
        let mut sealed = [chunk, &[0; TAG]].concat();
        key.seal_chunk(number as u64, number + 1 == count, &mut sealed);
        payload.extend(sealed);
    }
    payload
}

/// What was sealed opens; what was cut anywhere does not, and nothing but a beginning of the plaintext is handed on.
fn cut(plain: &[u8], at: usize) -> bool {
    let sealed = seal(plain);
    assert_eq!(sealed.len() as u64, payload_size(plain.len() as u64));
    assert!(open(&sealed).is_ok_and(|opened| opened == plain), "what was sealed opens");
    let at = at % sealed.len();
    let mut handed_on = Vec::new();
    let read =
        StreamReader::new(&sealed[..at], &key()).and_then(|mut reader| reader.read_to_end(&mut handed_on));
    assert!(read.is_err() && plain.starts_with(&handed_on), "a payload that was cut is not whole");
    true
}

pub(crate) fn payload_seeds() -> Vec<Vec<u8>> {
    let long: Vec<u8> = (0..CHUNK + 9).map(|i| (i % 251) as u8).collect();
    let cut = |plain: &[u8]| [&[0, 0, 1, 0], plain].concat();
    vec![seal(b""), seal(b"A telephone number"), seal(&long), cut(b"A telephone number"), cut(&long)]
}

/// A package of three small files, and what is in it.
pub(crate) struct Package {
    /// The sealed file.
    pub(crate) bytes: Vec<u8>,
    /// The tar inside.
    pub(crate) plain: Vec<u8>,
    /// Its index.
    pub(crate) index: Vec<u8>,
}

/// Packing reads files, so it is done once.
pub(crate) static PACKAGE: LazyLock<Package> = LazyLock::new(|| make().expect("a small folder is sealed"));

fn make() -> Result<Package, Box<dyn std::error::Error>> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("exhibits");
    std::fs::create_dir_all(source.join("电话"))?;
    std::fs::create_dir(source.join("nothing"))?;
    std::fs::write(source.join("电话/通话记录.txt"), "一二三\n")?;
    std::fs::write(source.join("note.txt"), "Found in the second drawer.\n")?;
    std::fs::write(source.join("image.bin"), [7; 700])?;
    let agency = &cast().asking;
    let sender = Sender { key: &agency.signing, card: &agency.card, more: &[] };
    let at = Some(Timestamp::from_millis(1_795_000_000_000));
    let facts = Facts { to: Some(vec![cast().asked.id]), matter: None, at };
    let recipients = [cast().identity.recipient()];
    let mut output = tempfile::tempfile()?;
    let bag = bag::Facts::default();
    let (packed, _) =
        package::seal(&source, &bag, &recipients, facts, Some(sender), &output, &mut entropy(), &mut |_| {})?;
    let mut bytes = Vec::new();
    output.seek(SeekFrom::Start(0))?;
    output.read_to_end(&mut bytes)?;
    let mut plain = Vec::new();
    SealedReader::read(Cursor::new(&bytes))?.open(&cast().identity)?.read_to_end(&mut plain)?;
    let at = usize::try_from(packed.index_at)?;
    let index = plain[at..at + usize::try_from(packed.index_size)?].to_vec();
    Ok(Package { bytes, plain, index })
}

/// A sealed file: as it arrives; and the same with its header checked by a key of ours, so that it opens if it can.
pub(crate) fn sealed(bytes: &[u8]) -> bool {
    let Ok(mut reader) = SealedReader::read(Cursor::new(bytes)) else { return false };
    let payload = reader.payload();
    let found = reader.verify().expect("memory can be read");
    if found.findings.is_empty() && found.authors.iter().any(Option::is_some) {
        let known = PACKAGE.bytes.ends_with(&bytes[usize::try_from(payload.start).unwrap_or(0)..]);
        assert!(known, "a payload that nobody vouched for was believed");
    }
    if let Ok(plain) = opened(bytes) {
        assert_eq!(plain, PACKAGE.plain, "a package that nobody sealed was opened");
    }
    rechecked(bytes);
    true
}

fn opened(bytes: &[u8]) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let read = || SealedReader::read(Cursor::new(bytes));
    let mut whole = Vec::new();
    read()?.open(&cast().identity)?.read_to_end(&mut whole)?;
    let mut at_a_place = read()?.open_at(&cast().identity, Cursor::new(Vec::new()))?;
    let place = whole.len() / 2;
    at_a_place.seek(SeekFrom::Start(place as u64))?;
    let mut rest = Vec::new();
    at_a_place.read_to_end(&mut rest)?;
    assert!(whole[place..] == rest, "a file opens at any place to what is there");
    Ok(whole)
}

/// Puts a recipient of ours before what the header says, and a check value that holds over all of it.
fn rechecked(bytes: &[u8]) {
    let Ok(header) = Header::read(&mut &*bytes) else { return };
    let ours = wrap(&key(), &cast().identity.recipient(), &mut entropy()).expect("the key is one");
    let stanzas = [&[ours], header.stanzas()].concat();
    let again = Header::new(stanzas, &key());
    let file = [again.bytes(), &bytes[header.bytes().len()..]].concat();
    // No envelope was made for these recipients, so nothing of it opens.
    assert!(opened(&file).is_err(), "recipients that no envelope speaks of were taken");
}

pub(crate) fn sealed_seeds() -> Vec<Vec<u8>> {
    vec![PACKAGE.bytes.clone()]
}
