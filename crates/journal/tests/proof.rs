//! Proof files: what holds, what does not, and that every change shows.

mod agencies;

use agencies::{Agency, Small, key, minute, word};
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::entry::{Lane, Place, Seen};
use comity_journal::ids::AgencyId;
use comity_journal::part::OpenPart;
use comity_journal::proof::{self, Logged, ProofBuildError, ProofParts, ProofReadError};
use comity_journal::suite::{Hash, Suite};
use comity_journal::verify::{
    Bound, ContentFact, Duty, Findings, Limit, Outcome, PartState, Problem, verify,
};

fn problems(findings: &Findings) -> &[Problem] {
    assert!(matches!(findings.outcome, Outcome::Broken(_)), "expected a broken file: {:?}", findings.outcome);
    if let Outcome::Broken(problems) = &findings.outcome { problems } else { &[] }
}

/// What is wrong with a proof that the exporter itself sealed.
fn found(small: &Small, proof: &ProofParts) -> Vec<Problem> {
    problems(&verify(&proof.seal(&small.ask.signing()), &small.both())).to_vec()
}

fn hashes_only(_: usize) -> Option<Vec<OpenPart>> {
    None
}

#[test]
fn a_proof_is_intact_when_every_signer_is_trusted() {
    let small = Small::new();
    let findings = verify(&small.sealed(), &small.both());
    assert_eq!(findings.outcome, Outcome::Intact);
    assert_eq!(findings.outcome.exit_code(), 0);
    assert_eq!(
        findings.acts.iter().map(|act| act.act.as_str()).collect::<Vec<_>>(),
        ["open", "acknowledge", "accept", "supplement"]
    );
    assert!(findings.lanes.iter().all(|lane| lane.whole && lane.entries == 2));
    let exporter = findings.agency(&small.ask.id()).unwrap();
    assert_eq!(exporter.duties, [Duty::Author, Duty::Exporter].into());
    assert_eq!(findings.agency(&small.help.id()).unwrap().duties, [Duty::Author, Duty::Receiver].into());
}

#[test]
fn a_proof_tells_who_logged_and_received_and_between_which_bounds() {
    let small = Small::new();
    let findings = verify(&small.sealed(), &small.both());
    let [open, acknowledge, _, supplement] = findings.acts.as_slice() else { panic!("four acts") };
    let (ask, help) = (small.ask.id(), small.help.id());
    assert_eq!(open.card, Some(1));
    assert_eq!(open.logged.unwrap().at, minute(1));
    assert_eq!(
        open.receipts.iter().map(|r| (r.by, r.at, r.leaf)).collect::<Vec<_>>(),
        [(help, minute(35), 2)]
    );
    // Nobody else's time bounds the first act from below; its receipt bounds it from above.
    assert_eq!((open.not_before, open.not_after), (None, Some(Bound { at: minute(35), by: help })));
    // The answer had seen the opening, and the exporter logged it.
    assert_eq!(acknowledge.not_before, Some(Bound { at: minute(0), by: ask }));
    assert_eq!(acknowledge.not_after, Some(Bound { at: minute(11), by: ask }));
    assert_eq!(supplement.not_before, Some(Bound { at: minute(20), by: help }));
    assert_eq!(open.approved, [[word("supervisor")]]);
}

#[test]
fn signers_who_are_not_known_are_named() {
    let small = Small::new();
    let file = small.sealed();
    let help = (small.help.id(), word("xb.police"), small.help.print());
    let partly = verify(&file, &[small.ask.print()]);
    assert_eq!(partly.outcome, Outcome::Untrusted(vec![help]));
    assert_eq!(partly.outcome.exit_code(), 3);
    assert!(matches!(verify(&file, &[]).outcome, Outcome::Untrusted(who) if who.len() == 2));
}

#[test]
fn every_flipped_bit_of_a_proof_is_noticed() {
    let small = Small::new();
    let proof = small.proof_of(&[0, 1], |i| (i == 0).then(|| vec![small.part.clone()]));
    let file = proof.seal(&small.ask.signing());
    assert_eq!(verify(&file, &small.both()).outcome, Outcome::Intact);
    let whole = |bits: std::ops::Range<usize>| {
        for bit in bits {
            let mut changed = file.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(verify(&changed, &small.both()).outcome.exit_code(), 1, "bit {bit}");
        }
    };
    let (half, end) = (file.len() * 4, file.len() * 8);
    std::thread::scope(|scope| {
        scope.spawn(|| whole(0..half));
        whole(half..end);
    });
}

#[test]
fn every_lost_and_every_added_byte_of_a_proof_is_noticed() {
    let small = Small::new();
    let file = small.proof_of(&[0, 1], hashes_only).seal(&small.ask.signing());
    assert_eq!(verify(&file, &small.both()).outcome, Outcome::Intact);
    for at in 0..file.len() {
        let mut lost = file.clone();
        lost.remove(at);
        assert_eq!(verify(&lost, &small.both()).outcome.exit_code(), 1, "byte {at} lost");
        assert_eq!(verify(&file[..at], &small.both()).outcome.exit_code(), 1, "cut at {at}");
    }
    for byte in 0..=255 {
        let longer = [file.as_slice(), &[byte]].concat();
        assert_eq!(verify(&longer, &small.both()).outcome.exit_code(), 1, "byte {byte} added");
    }
}

#[test]
fn erased_and_withheld_content_leaves_a_proof_intact_and_is_told() {
    let mut small = Small::new();
    let erased = small.proof_of(&[0], |_| Some(vec![small.tally.clone()])).seal(&small.ask.signing());
    let findings = verify(&erased, &small.both());
    assert_eq!(findings.outcome, Outcome::Intact);
    let states = vec![(word("facts"), PartState::Erased), (word("offences"), PartState::Present)];
    assert_eq!(findings.acts[0].content, ContentFact::Parts(states));
    assert!(findings.limits.contains(&Limit::ErasureByWord));

    let hashes = small.proof_of(&[0], hashes_only).seal(&small.ask.signing());
    let findings = verify(&hashes, &small.both());
    assert_eq!(findings.acts[0].content, ContentFact::NotIncluded(2));
    assert!(findings.limits.contains(&Limit::ContentLeftOut));

    let help = small.help.id();
    small.rewrite(0, |header| header.parts[0].to = Some(vec![help]));
    let withheld = small.proof_of(&[0], |_| Some(Vec::new())).seal(&small.ask.signing());
    let findings = verify(&withheld, &small.both());
    let states = vec![(word("facts"), PartState::Withheld), (word("offences"), PartState::Erased)];
    assert_eq!(findings.acts[0].content, ContentFact::Parts(states));
}

#[test]
fn a_changed_part_is_named() {
    let small = Small::new();
    // A part that matches nothing is left out, so an exporter that lies has to change the finished item.
    let honest = small.proof_of(&[0], |_| Some(small.parts_of(0)));
    let forged =
        reseal(&small, &honest, |bytes| replace(bytes, b"an account was used", b"no account was used"));
    let entry = verify(&forged, &[]).acts[0].entry;
    assert_eq!(problems(&verify(&forged, &[])), [Problem::Part { entry, label: word("facts") }]);
}

/// The file with its bytes before the seal changed, and sealed again by the exporter.
fn reseal(small: &Small, proof: &ProofParts, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let file = proof.seal(&small.ask.signing());
    // tag 18, array of four, header in 3 bytes, empty map, digest of 32 and signature of 64 with their lengths
    let seal = 1 + 1 + 4 + 1 + 34 + 66;
    let mut changed = change(file[..file.len() - seal].to_vec());
    let digest = comity_journal::suite::hash(&[&changed]).as_bytes().to_vec();
    changed.extend(comity_journal::cose::sign(
        &small.ask.signing(),
        comity_journal::cose::Context::Proof,
        digest,
    ));
    changed
}

fn replace(bytes: Vec<u8>, from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("it is in the file");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

#[test]
fn not_even_the_exporter_can_change_what_others_or_the_log_signed() {
    let small = Small::new();
    let proof = small.proof_of(&[0, 1], |i| Some(small.parts_of(i)));
    let file = proof.seal(&small.ask.signing());
    // Its own word about cover is the one thing in the file that only the seal covers.
    let cover = b"not-on-record";
    let cover_at = file.windows(cover.len()).position(|window| window == cover).expect("the cover is stated");
    let ends = reseal(&small, &proof, |bytes| bytes).len() - 107;
    for at in (0..ends).step_by(5).filter(|at| !(cover_at..cover_at + cover.len()).contains(at)) {
        let forged = reseal(&small, &proof, |mut bytes| {
            bytes[at] ^= 1;
            bytes
        });
        assert_eq!(verify(&forged, &small.both()).outcome.exit_code(), 1, "byte {at}");
    }
}

#[test]
fn a_seal_by_another_key_is_refused() {
    let small = Small::new();
    let file = small.proof_of(&[0], hashes_only).seal(&small.help.signing());
    assert_eq!(problems(&verify(&file, &[])), [Problem::Unreadable(ProofReadError::Seal)]);
}

#[test]
fn an_entry_signed_with_another_key_is_named() {
    let mut small = Small::new();
    let forged = comity_journal::entry::Entry::sign(small.headers[3].clone(), &key(99, Suite::One));
    small.entries[3] = forged;
    let proof = small.proof_of(&[0, 1, 2, 3], hashes_only);
    let found = found(&small, &proof);
    assert!(matches!(found.as_slice(), [Problem::Entry { entry, .. }] if entry.number == 4), "{found:?}");
}

#[test]
fn an_entry_under_a_card_that_is_not_there_is_named() {
    let mut small = Small::new();
    small.rewrite(3, |header| header.card = Hash::ZERO);
    let proof = small.proof_of(&[0, 1, 2, 3], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::NoCard(entry)] if entry.number == 4));
}

#[test]
fn what_a_lost_key_signed_counts_up_to_the_head_that_was_stated_and_no_further() {
    // `acknowledge` and `accept` are by the one that loses its key.
    for (stated, counts) in [(None, [false, false]), (Some(1), [true, false]), (Some(2), [true, true])] {
        let mut small = Small::new();
        let heads: Vec<_> = stated.map(|at: usize| small.head_at(at)).into_iter().collect();
        let stated = small.help.lose_signing_key(&heads);
        let proof = small.proof_with(&[0, 1, 2, 3], &stated, hashes_only);
        let findings = verify(&proof.seal(&small.ask.signing()), &small.both());
        assert_eq!(findings.outcome, Outcome::Intact);
        assert_eq!([1, 2].map(|at| !findings.acts[at].disowned), counts);
        assert_eq!(findings.limits.contains(&Limit::KeyLost), counts != [true, true]);
    }
}

#[test]
fn a_matter_that_a_lost_key_opened_has_no_opening() {
    let mut small = Small::new();
    small.ask.lose_signing_key(&[]);
    let proof = small.proof_of(&[0, 1], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::Openings(0), ..]));
}

#[test]
fn a_head_that_no_card_states_makes_the_file_unreadable() {
    let mut small = Small::new();
    let head = small.head_at(2);
    let mut stated = small.help.lose_signing_key(&[head]);
    stated[0].head = small.head_at(1);
    let proof = small.proof_with(&[0, 1, 2, 3], &stated, hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::Unreadable(ProofReadError::Item { .. })]));
}

#[test]
fn a_gap_in_a_lane_is_named() {
    let small = Small::new();
    let gap = |lane, seq| Problem::Gap { lane, before: Place { epoch: 0, seq } };
    // The acknowledgement is left out.
    let without_second = small.proof_of(&[0, 2], hashes_only);
    assert_eq!(found(&small, &without_second), [gap(small.help.id(), 2)]);
    let text = found(&small, &without_second)[0].to_string();
    assert!(text.starts_with("gap in lane of "), "{text}");
    // So is the opening.
    let without_first = small.proof_of(&[1, 2, 3], hashes_only);
    let found = found(&small, &without_first);
    assert!(found.contains(&gap(small.ask.id(), 2)), "{found:?}");
    assert!(found.contains(&Problem::Openings(0)), "{found:?}");
    // An end that was cut off shows where somebody had seen it.
    let cut = small.proof_of(&[0, 1, 3], hashes_only);
    let findings = verify(&cut.seal(&small.ask.signing()), &small.both());
    assert!(matches!(problems(&findings), [Problem::Seen { lane, place, .. }]
        if *lane == small.help.id() && place.seq == 2));
}

#[test]
fn an_entry_that_continues_another_history_is_named() {
    let mut small = Small::new();
    small.rewrite(3, |header| header.prev = Some(Hash::ZERO));
    let proof = small.proof_of(&[0, 1, 2, 3], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::BrokenLink(entry)] if entry.number == 4));
}

#[test]
fn two_entries_for_one_place_are_named() {
    let mut small = Small::new();
    small.act("supplement");
    let first = small.headers[3].prev;
    small.rewrite(4, |header| {
        header.place.seq = 2;
        header.prev = first;
    });
    let proof = small.proof_of(&[0, 1, 2, 3, 4], hashes_only);
    let fork = Problem::Fork { lane: small.ask.id(), place: Place { epoch: 0, seq: 2 } };
    assert_eq!(found(&small, &proof), [fork]);
}

#[test]
fn what_was_seen_must_be_what_is_there() {
    let mut small = Small::new();
    let lane = small.headers[0].lane;
    small.rewrite(1, |header| {
        header.seen = vec![Seen { lane, place: Place { epoch: 0, seq: 1 }, entry: Hash::ZERO }];
    });
    let proof = small.proof_of(&[0, 1], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::Seen { entry, .. }] if entry.number == 2));
}

#[test]
fn a_stranger_in_a_lane_is_named() {
    let mut small = Small::new();
    let stranger = Agency::new(40, "xc.police");
    small.rewrite(1, |header| header.lane = Lane::Shared(stranger.id()));
    let proof = small.proof_of(&[0, 1], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::WrongAuthor(entry)] if entry.number == 2));
}

#[test]
fn an_agency_that_took_over_what_was_recorded_signs_itself_and_only_with_the_offer_before_it() {
    let mut small = Small::new();
    let party = AgencyId::from_bytes([7; 32]);
    let recorder = small.ask.id();
    small.rewrite(0, |header| {
        let opening = header.opening.as_mut().expect("it opens");
        let without_node =
            opening.parties.iter_mut().find(|party| party.agency != recorder).expect("the other");
        (without_node.agency, without_node.recorder) = (party, Some(recorder));
        opening.parties.sort();
    });
    let (of, entry) = (small.headers[0].clone(), small.entries[0].hash());
    small.rewrite(1, |header| {
        header.lane = Lane::Shared(party);
        header.seen = vec![Seen { lane: of.lane, place: of.place, entry }];
    });
    let proof = small.proof_of(&[0, 1], hashes_only);
    let findings = verify(&proof.seal(&small.ask.signing()), &small.both());
    assert_eq!(findings.outcome, Outcome::Intact);
    let lane = findings.lanes.iter().find(|lane| lane.party == party).expect("the lane");
    assert_eq!(lane.taken_over, Some((small.help.id(), Place { epoch: 0, seq: 1 })));
    // Without having seen what its recorder wrote, nobody takes anything over.
    small.rewrite(1, |header| header.seen.clear());
    let proof = small.proof_of(&[0, 1], hashes_only);
    assert!(matches!(found(&small, &proof).as_slice(), [Problem::WrongAuthor(entry)] if entry.number == 2));
}

fn one_entry(small: &Small, logged: &Logged, receipts: &[comity_journal::receipt::Receipt]) -> ProofParts {
    let mut proof = small.empty_proof();
    proof.add_entry(&small.entries[0], logged, receipts, None).expect("the receipts cover it");
    proof
}

#[test]
fn a_log_time_that_was_changed_is_named() {
    let small = Small::new();
    let logged = Logged { at: minute(-5), ..small.logged(0) };
    let found = found(&small, &one_entry(&small, &logged, &[]));
    assert!(matches!(found.as_slice(), [Problem::Logged { entry, .. }] if entry.number == 1), "{found:?}");
}

#[test]
fn a_changed_receipt_is_named() {
    let small = Small::new();
    let mut receipt = small.receipt();
    receipt.at = minute(-5);
    let found = found(&small, &one_entry(&small, &small.logged(0), &[receipt]));
    assert!(matches!(found.as_slice(), [Problem::Receipt { by, .. }] if *by == small.help.id()), "{found:?}");
}

#[test]
fn a_receipt_for_other_entries_cannot_be_added() {
    let small = Small::new();
    let mut proof = small.empty_proof();
    let refused = proof.add_entry(&small.entries[1], &small.logged(1), &[small.receipt()], None);
    assert_eq!(refused, Err(ProofBuildError::NotCovered));
}

#[test]
fn a_checkpoint_signed_by_somebody_else_is_named() {
    let small = Small::new();
    let text = small.logged(0).checkpoint.as_str().to_owned();
    // The same tree, signed with the other agency's key in the first one's name.
    let says = small.logged(0).checkpoint.peek().unwrap();
    let forged = says.sign(&small.help.log());
    assert_ne!(forged.as_str(), text);
    let found_other =
        found(&small, &one_entry(&small, &Logged { checkpoint: forged, ..small.logged(0) }, &[]));
    assert!(
        matches!(found_other.as_slice(), [Problem::Checkpoint { number: 1, .. }, Problem::Logged { .. }]),
        "{found_other:?}"
    );
    let changed = SignedCheckpoint::try_from(text.replacen("\n4\n", "\n5\n", 1)).unwrap();
    let found = found(&small, &one_entry(&small, &Logged { checkpoint: changed, ..small.logged(0) }, &[]));
    assert!(found[0].to_string().contains("checkpoint 1 does not hold"), "{found:?}");
}

#[test]
fn the_log_of_a_partner_does_not_stand_for_the_exporters() {
    let small = Small::new();
    let receipt = small.receipt();
    let (leaf, path) = receipt.inclusion_of(&small.entries[0].hash()).unwrap().unwrap();
    let logged = Logged { checkpoint: receipt.checkpoint, leaf, at: receipt.at, path };
    let found = found(&small, &one_entry(&small, &logged, &[]));
    assert!(matches!(found.as_slice(), [Problem::Logged { .. }]), "{found:?}");
}

#[test]
fn two_tales_of_one_tree_are_named() {
    let small = Small::new();
    let mut says = small.logged(0).checkpoint.peek().unwrap();
    says.root = Hash::ZERO;
    let mut proof = one_entry(&small, &small.logged(0), &[]);
    let lying = Logged { checkpoint: says.sign(&small.ask.log()), ..small.logged(1) };
    proof.add_entry(&small.entries[1], &lying, &[], None).unwrap();
    assert!(found(&small, &proof).contains(&Problem::SplitView { agency: small.ask.id() }));
}

#[test]
fn a_changed_card_is_named() {
    let small = Small::new();
    let file = small.sealed();
    let changed = replace(file, b"Agency xb.police", b"Agency xb.office");
    let found = verify(&changed, &small.both());
    assert!(matches!(problems(&found), [Problem::Unreadable(ProofReadError::Card { item: 1 | 2, .. })]));
}

#[test]
fn suite_0_proves_nothing() {
    let small = Small::between(
        Agency::with_suite(10, "xa.liaison", Suite::Toy),
        Agency::with_suite(20, "xb.police", Suite::Toy),
    );
    let findings = verify(&small.sealed(), &small.both());
    assert!(problems(&findings).iter().all(|problem| matches!(problem, Problem::Toy(_))));
    // the seal, two cards, four entries
    assert_eq!(problems(&findings).len(), 7);
}

#[test]
fn a_witness_is_independent_only_when_it_is_no_party() {
    let small = Small::new();
    let court = Agency::new(40, "xc.court");
    let tree = small.logged(0);
    let cosign = |by: &Agency, name: &str| tree.checkpoint.cosign(&by.log(), name, minute(50)).unwrap();
    let checkpoint = tree
        .checkpoint
        .with_cosignature(&cosign(&court, "court.example"))
        .and_then(|note| note.with_cosignature(&cosign(&small.help, "partner.example")))
        .and_then(|note| note.with_cosignature(&cosign(&Agency::new(50, "xd"), "stranger.example")))
        .unwrap();
    let mut proof = small.empty_proof();
    proof.add_chain(court.cards.iter());
    proof.add_entry(&small.entries[0], &Logged { checkpoint, ..tree.clone() }, &[], None).unwrap();
    let findings = verify(&proof.seal(&small.ask.signing()), &small.both());
    // The court signed nothing of this file's own, so it need not be trusted.
    assert_eq!(findings.outcome, Outcome::Intact);
    let seen: Vec<(&str, Option<AgencyId>, bool)> =
        findings.acts[0].witnesses.iter().map(|w| (w.name.as_str(), w.agency, w.independent)).collect();
    assert_eq!(
        seen,
        [
            ("court.example", Some(court.id()), true),
            ("partner.example", Some(small.help.id()), false),
            ("stranger.example", None, false),
        ]
    );
    assert!(!findings.limits.contains(&Limit::NoIndependentWitness));
}

#[test]
fn the_same_checkpoint_is_written_once() {
    let small = Small::new();
    let file = proof::read(&small.sealed()).unwrap();
    assert_eq!(file.checkpoints.len(), 2);
    assert_eq!(file.opening.items, 2 + 2 + 2 + 4);
}

#[test]
fn a_signer_elsewhere_makes_the_same_file() {
    let small = Small::new();
    let proof = small.proof_of(&[0], hashes_only);
    let signature = small.ask.signing().sign(&proof.to_be_signed(Suite::One));
    assert_eq!(proof.assemble(Suite::One, &signature), proof.seal(&small.ask.signing()));
}

#[test]
fn an_unbounded_claim_costs_nothing() {
    // Arrays, maps and strings that claim to be longer than any file, and deep nesting.
    for bytes in [
        vec![0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0xbb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x5b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        vec![0x81; 100_000],
        vec![0xc1; 100_000],
        vec![0x00; 100_000],
        vec![0xff],
        Vec::new(),
    ] {
        assert_eq!(verify(&bytes, &[]).outcome.exit_code(), 1);
    }
}
