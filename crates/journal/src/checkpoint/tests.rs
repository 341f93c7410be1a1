//! Checkpoints by example: one note made with another implementation of hash and signature, and its every
//! misspelling.

use super::*;
use zeroize::Zeroizing;

/// Signed with the key of 32 bytes 0x01, cosigned at 1790000000 with the key of 32 bytes 0x02; written by a few
/// lines of Python over OpenSSL, from the C2SP texts.
const NOTE: &str = "\
abababababababababababababababababababababababababababababababab/exchange/3
70000
ULMS9cvHFnWfViDXOnzBFBVwc0n0Gwzgt897eAfsMdo=

\u{2014} abababababababababababababababababababababababababababababababab/exchange/3 VE8DuKo4EVNYsjGqdJtvbP8/SWeobjl/W/xy7ma1rVvo+yy0GtNMQcaIJE+Q24HhrDdxqlGNKj/5v2qx57rSv32NZQs=
\u{2014} witness.example/one Wqm4CAAAAABqsTuAQDTBxyrkOFtyWQC+9MsG2tlOJBuviqGNKRnJvvSo7jvdpVKuF0W0pspUip++Kg6JLtQ6RxXGskVy7WwgpQ+1Aw==
";
const WITNESS: &str = "witness.example/one";

fn key(byte: u8, suite: Suite) -> SecretKey {
    SecretKey::from_seed(suite, Zeroizing::new([byte; 32]))
}

fn log() -> SecretKey {
    key(1, Suite::One)
}

fn checkpoint() -> Checkpoint {
    let origin = Origin { agency: AgencyId::from_bytes([0xab; 32]), epoch: 3 };
    Checkpoint { origin, size: 70000, root: crate::suite::hash(&[b"a root"]) }
}

fn noon() -> Timestamp {
    Timestamp::from_millis(1_790_000_000_999)
}

fn taken(text: impl Into<String>) -> SignedCheckpoint {
    SignedCheckpoint::try_from(text.into()).unwrap()
}

fn open(text: impl Into<String>) -> Result<Checkpoint, CheckpointError> {
    taken(text).open(&log().public(), Suite::One)
}

/// Signs any body as the log would, to reach the rules behind the signature.
fn sign_body(body: &str) -> SignedCheckpoint {
    let name = checkpoint().origin.to_string();
    let id = note::key_id(&name, Use::Note, Suite::One, &log().public());
    let payload = log().sign(body.as_bytes()).as_bytes().to_vec();
    taken(format!("{body}\n{}\n", Line { name: &name, id, payload }))
}

#[test]
fn a_checkpoint_has_the_bytes_that_other_tools_give_it() {
    let signed = checkpoint().sign(&log());
    let cosignature = signed.cosign(&key(2, Suite::One), WITNESS, noon()).unwrap();
    assert_eq!(signed.with_cosignature(&cosignature).unwrap().as_str(), NOTE);
}

#[test]
fn a_checkpoint_opens_only_with_its_own_key_and_suite() {
    assert_eq!(open(NOTE), Ok(checkpoint()));
    assert_eq!(taken(NOTE).peek(), Ok(checkpoint()));
    let other = key(2, Suite::One).public();
    assert_eq!(taken(NOTE).open(&other, Suite::One), Err(CheckpointError::OtherKey));
    assert_eq!(taken(NOTE).open(&log().public(), Suite::Toy), Err(CheckpointError::OtherKey));
    let toy = checkpoint().sign(&key(1, Suite::Toy));
    assert_eq!(toy.open(&log().public(), Suite::Toy), Ok(checkpoint()));
    assert_eq!(toy.open(&log().public(), Suite::One), Err(CheckpointError::OtherKey));
}

#[test]
fn a_cosignature_tells_when_the_witness_saw_the_checkpoint() {
    let witness = key(2, Suite::One).public();
    let at = Timestamp::from_millis(1_790_000_000_000);
    assert_eq!(taken(NOTE).verify_cosignature(WITNESS, &witness, Suite::One), Ok(at));
    let [cosignature] = taken(NOTE).cosignatures().unwrap().try_into().unwrap();
    assert_eq!(cosignature.verify(&taken(NOTE), &witness, Suite::One), Ok(at));

    let other = log().public();
    let refused = taken(NOTE).verify_cosignature(WITNESS, &other, Suite::One);
    assert_eq!(refused, Err(CheckpointError::OtherKey));
    let absent = taken(NOTE).verify_cosignature("witness.example/two", &witness, Suite::One);
    assert_eq!(absent, Err(CheckpointError::NotCosigned("witness.example/two".into())));
    let larger = Checkpoint { size: 70001, ..checkpoint() }.sign(&log());
    assert_eq!(cosignature.verify(&larger, &witness, Suite::One), Err(CheckpointError::BadSignature));
}

#[test]
fn the_newest_cosignature_of_a_witness_stands_in_place_of_its_older_one() {
    let later = noon().plus_millis(60_000);
    let witness = key(2, Suite::One);
    let cosignature = taken(NOTE).cosign(&witness, WITNESS, later).unwrap();
    let renewed = taken(NOTE).with_cosignature(&cosignature).unwrap();
    assert_eq!(renewed.cosignatures().unwrap(), [cosignature]);
    let two = renewed.cosign(&key(3, Suite::One), "witness.example/two", later).unwrap();
    let both = renewed.with_cosignature(&two).unwrap();
    assert_eq!(both.cosignatures().unwrap().len(), 2);
    assert_eq!(both.open(&log().public(), Suite::One), Ok(checkpoint()));
}

#[test]
fn a_witness_has_a_plain_name_of_its_own_and_a_time_after_1970() {
    let witness = key(2, Suite::One);
    let origin = checkpoint().origin.to_string();
    for name in ["", "two words", "a+b", "w\u{2003}x", "w\nx", "证", &origin, &"x".repeat(256)] {
        assert_eq!(taken(NOTE).cosign(&witness, name, noon()), Err(CheckpointError::WitnessName), "{name:?}");
    }
    let before = Timestamp::from_millis(-1);
    assert_eq!(taken(NOTE).cosign(&witness, WITNESS, before), Err(CheckpointError::Time));
}

#[test]
fn a_cosignature_of_unspeakable_time_is_refused() {
    let witness = key(2, Suite::One);
    let text = checkpoint().sign(&log());
    for seconds in [u64::MAX, 1 << 63, i64::MAX as u64] {
        let body = NOTE.split_inclusive('\n').take(3).collect::<String>();
        let signature = witness.sign(format!("cosignature/v1\ntime {seconds}\n{body}").as_bytes());
        let payload = [&seconds.to_be_bytes(), signature.as_bytes().as_slice()].concat();
        let id = note::key_id(WITNESS, Use::Cosignature, Suite::One, &witness.public());
        let line = Line { name: WITNESS, id, payload }.to_string();
        let cosignature = Cosignature::try_from(line).unwrap();
        assert_eq!(cosignature.verify(&text, &witness.public(), Suite::One), Err(CheckpointError::Time));
    }
}

#[test]
fn no_changed_byte_and_no_cut_survives() {
    let signed = checkpoint().sign(&log()).as_str().to_owned();
    for place in 0..signed.len() {
        for bit in 0..8 {
            let mut bytes = signed.clone().into_bytes();
            bytes[place] ^= 1 << bit;
            let opened =
                SignedCheckpoint::from_bytes(&bytes).and_then(|note| note.open(&log().public(), Suite::One));
            assert!(opened.is_err(), "bit {bit} of byte {place}");
        }
        let cut = SignedCheckpoint::from_bytes(&signed.as_bytes()[..place]);
        assert!(cut.and_then(|cut| cut.open(&log().public(), Suite::One)).is_err(), "cut at {place}");
    }
}

#[test]
fn a_second_spelling_is_refused_even_when_it_is_signed() {
    let (origin, root) = (checkpoint().origin.to_string(), "ULMS9cvHFnWfViDXOnzBFBVwc0n0Gwzgt897eAfsMdo=");
    let open = |body: &str| sign_body(body).open(&log().public(), Suite::One);
    assert_eq!(open(&format!("{origin}\n70000\n{root}\n")), Ok(checkpoint()));
    for size in ["070000", "+70000", " 70000", "70000 ", "7e4", "-1", "9223372036854775809"] {
        assert_eq!(open(&format!("{origin}\n{size}\n{root}\n")), Err(CheckpointError::Size), "{size:?}");
    }
    let short = root.trim_end_matches('=');
    let loose = root.replace("o=", "p=");
    let url = root.replace('9', "-");
    let whole = checkpoint().root;
    let pieces = note::base64(&whole.as_bytes()[..1]) + &note::base64(&whole.as_bytes()[1..]);
    for root in [short, &loose, &url, &pieces, "AAAA", &format!("{root}\r")] {
        assert_eq!(open(&format!("{origin}\n70000\n{root}\n")), Err(CheckpointError::Root), "{root:?}");
    }
    for origin in
        [origin.to_uppercase(), origin.replace("/3", "/03"), origin.replace("/3", ""), String::new()]
    {
        assert_eq!(open(&format!("{origin}\n70000\n{root}\n")), Err(CheckpointError::Origin), "{origin:?}");
    }
    assert_eq!(open(&format!("{origin}\n70000\n{root}\nextension\n")), Err(CheckpointError::NotANote));
    assert_eq!(open(&format!("{origin}\n70000\n")), Err(CheckpointError::NotANote));
    // A tree without leaves has one root.
    assert_eq!(open(&format!("{origin}\n0\n{root}\n")), Err(CheckpointError::Root));
    let empty = Checkpoint { size: 0, root: tree::empty_root(), ..checkpoint() };
    assert_eq!(empty.sign(&log()).open(&log().public(), Suite::One), Ok(empty));
}

#[test]
fn nothing_but_one_signature_and_cosignatures_stands_below() {
    let lines: Vec<&str> = NOTE.lines().collect();
    let join = |lines: &[&str]| lines.join("\n") + "\n";
    let (body, log_line, witness_line) = (&lines[..4], lines[4], lines[5]);
    let with = |more: &[&str]| open(join(&[body, more].concat()));
    assert_eq!(with(&[log_line]), Ok(checkpoint()));
    assert_eq!(with(&[witness_line, log_line]), Err(CheckpointError::Line(1)));
    assert_eq!(with(&[log_line, log_line]), Err(CheckpointError::Line(2)));
    assert_eq!(with(&[log_line, witness_line, witness_line]), Err(CheckpointError::Twice(WITNESS.into())));
    assert_eq!(with(&[log_line, ""]), Err(CheckpointError::Line(2)));
    assert_eq!(with(&[log_line, "a remark"]), Err(CheckpointError::Line(2)));
    assert_eq!(with(&[log_line, &witness_line.replace('\u{2014}', "-")]), Err(CheckpointError::Line(2)));
    assert_eq!(with(&[log_line, &format!("{witness_line} ")]), Err(CheckpointError::Line(2)));
    assert!(open(join(body)).is_err());
    assert!(open(join(&lines[..3])).is_err());
    assert!(open(NOTE.trim_end()).is_err());
    assert!(open(NOTE.replace('\n', "\r\n")).is_err());
    let other = log_line.replace("/exchange/3", "/exchange/4");
    assert_eq!(with(&[&other]), Err(CheckpointError::NotByOrigin));
}

#[test]
fn a_checkpoint_without_its_cosignatures_is_what_its_origin_signed() {
    let signed = checkpoint().sign(&log());
    assert_eq!(signed.without_cosignatures(), Ok(signed.clone()));
    assert_eq!(taken(NOTE).without_cosignatures(), Ok(signed));
}

#[test]
fn a_witness_is_called_by_its_agency_and_never_like_an_origin() {
    let agency = checkpoint().origin.agency;
    let name = witness_name(&agency);
    assert_eq!(name, format!("{agency}/witness"));
    assert!(name.parse::<Origin>().is_err());
    let (signed, witness) = (checkpoint().sign(&log()), key(2, Suite::One));
    let cosigned = signed.with_cosignature(&signed.cosign(&witness, &name, noon()).unwrap()).unwrap();
    let whole_second = Timestamp::from_millis(1_790_000_000_000);
    assert_eq!(cosigned.verify_cosignature(&name, &witness.public(), Suite::One), Ok(whole_second));
}

#[test]
fn a_checkpoint_carries_64_cosignatures_and_no_more() {
    let witness = key(2, Suite::One);
    let mut signed = checkpoint().sign(&log());
    for number in 0..COSIGNATURES {
        let name = format!("{number:0>255}");
        signed = signed.with_cosignature(&signed.cosign(&witness, &name, noon()).unwrap()).unwrap();
    }
    assert!(signed.as_str().len() <= NOTE_BYTES);
    assert_eq!(signed.open(&log().public(), Suite::One), Ok(checkpoint()));
    let more = signed.cosign(&witness, WITNESS, noon()).unwrap();
    assert_eq!(signed.with_cosignature(&more), Err(CheckpointError::TooManyCosignatures));
    let forced = taken(format!("{signed}{more}\n"));
    assert_eq!(forced.peek(), Err(CheckpointError::TooManyCosignatures));
}

#[test]
fn checkpoints_and_cosignatures_travel_as_text() {
    let bytes = crate::cbor::encode(&taken(NOTE));
    assert_eq!(bytes, crate::cbor::encode(NOTE));
    assert_eq!(crate::cbor::decode(&bytes), Ok(taken(NOTE)));
    assert!(
        crate::cbor::decode::<SignedCheckpoint>(&crate::cbor::encode(&"x".repeat(NOTE_BYTES + 1))).is_err()
    );
    for cosignature in taken(NOTE).cosignatures().unwrap() {
        assert_eq!(crate::cbor::decode(&crate::cbor::encode(&cosignature)), Ok(cosignature));
    }
}
