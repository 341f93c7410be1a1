//! Sealed packages between two nodes when the giver's node answers wrongly, lies about what it handed over, or is not
//! the one it is asked for.

#![expect(clippy::unwrap_used, clippy::panic, reason = "in what tests share, failing is the point")]

use std::fs;
use std::io::{Read as _, Seek as _};
use std::sync::{Arc, Mutex};

use comity_app::Failure;
use comity_app::commands::{Erasing, ToErase};
use comity_app::context::Objects;
use comity_app::workers::{Fetched, Peer, answer_package, fetch_packages};
use comity_domain::vocabularies::Role;
use comity_evidence::age::NONCE;
use comity_evidence::bag;
use comity_evidence::envelope::{Envelope, Facts, Sender};
use comity_evidence::groups::{GROUP_SEALED, LEAF};
use comity_evidence::package::seal;
use comity_evidence::sealed::SealedReader;
use comity_federation::message::{Message as _, PackageFetch, PackageRun, VERSION};
use comity_journal::ids::{MatterId, Token};
use comity_journal::suite::Hash;
use comity_testkit::Seeded;
use comity_testkit::node::{Desk, Pair, review, wait};
use tempfile::TempDir;

const OPEN: &str = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
    offences = [\"0701\"]\ntitle = \"Images\"\ncollected = \"Copied.\"\nauthority = \"Warrant 12\"\n\
    basis_text = \"Reciprocity.\"\ncontact = \"evidence desk\"\n";

/// A gives evidence to B; both keep packages in folders of their own.
struct Transfer {
    pair: Pair,
    shelves: [Arc<Objects>; 2],
    dir: TempDir,
    matter: MatterId,
}

fn opened() -> Transfer {
    let (pair, dir) = (Pair::met(), tempfile::tempdir().unwrap());
    let shelves = ["a", "b"].map(|name| Arc::new(Objects::open(&dir.path().join(name)).unwrap()));
    for (desk, shelf) in [&pair.a, &pair.b].into_iter().zip(&shelves) {
        let shelf: Arc<Objects> = Arc::clone(shelf);
        desk.run(move |ledger, pending| {
            ledger.use_shelf(shelf);
            ledger.add_officer(pending, "Cyan Roe", &[Role::Custodian])?;
            ledger.add_officer(pending, "Rune Ask", &[Role::RightsOfficer])
        })
        .unwrap();
    }
    let matter = pair.a.run(|ledger, pending| {
        let (officer, partner) = (ledger.officer(Some("Cyan Roe"))?, ledger.partner("Country B")?);
        Ok(ledger.draft_opening(pending, "evidence", &partner, OPEN, &officer)?.matter)
    });
    let matter = matter.unwrap();
    pair.a.act(matter, "open", None, "Cyan Roe").unwrap();
    pair.a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").unwrap();
    pair.a.act(matter, "approve", None, "Bo Reyes").unwrap();
    // At A the rights officer, at B both of them have yet to be let in.
    for (desk, supervisor, name) in [
        (&pair.a, "Bo Reyes", "Rune Ask"),
        (&pair.b, "Dara Vong", "Cyan Roe"),
        (&pair.b, "Dara Vong", "Rune Ask"),
    ] {
        pair.sync().unwrap();
        desk.act(matter, "let-in", Some(&format!("officer = \"{name}\"")), supervisor).unwrap();
    }
    assert_eq!(pair.b.status(matter), "announced");
    Transfer { pair, shelves, dir, matter }
}

impl Transfer {
    /// Seals a file of so many bytes as A for both, and keeps it on A's shelf; its header.
    fn sealed(&self, size: usize, seed: u64, facts: Facts) -> (Envelope, Vec<u8>) {
        let source = self.dir.path().join(format!("exhibit-{seed}"));
        let mut noise = vec![0; size];
        comity_journal::entropy::Entropy::fill(&mut Seeded::new(seed), &mut noise);
        fs::write(&source, noise).unwrap();
        let (a, b) = (&self.pair.a, &self.pair.b);
        let keys = a.keys();
        let sender = Sender { key: &keys.signing, card: &a.card, more: &[] };
        let recipients = [a, b].map(|desk| desk.card.facts().packages);
        let package = self.shelves[0].fresh().unwrap();
        let (bag, entropy) = (bag::Facts::default(), &mut Seeded::new(seed + 1000));
        let output = package.as_file();
        let (_, envelope) =
            seal(&source, &bag, &recipients, facts, Some(sender), output, entropy, &mut |_| {}).unwrap();
        let mut leaves = self.shelves[0].fresh().unwrap();
        let mut reader = SealedReader::read(package.reopen().unwrap()).unwrap();
        reader.write_leaves(&mut leaves).unwrap();
        let mut header = Vec::new();
        let mut file = package.reopen().unwrap();
        file.rewind().unwrap();
        file.take(reader.payload().start).read_to_end(&mut header).unwrap();
        self.shelves[0].keep(&envelope.root, package, leaves).unwrap();
        (envelope, header)
    }

    fn hand_over(&self, package: &Hash, size: u64, header: &[u8]) -> Hash {
        let header = data_encoding::BASE64.encode(header);
        let toml = format!(
            "package = \"{package}\"\nsize = {size}\nfiles = 1\nlabel = \"Image\"\nheader = \"{header}\"\n"
        );
        let acted = self.pair.a.act(self.matter, "transfer", Some(&toml), "Cyan Roe").unwrap();
        self.pair.sync().unwrap();
        let comity_app::commands::Outcome::Signed(entry) = acted.outcome else {
            panic!("{:?}", acted.outcome)
        };
        entry
    }

    /// Seals and hands over honestly.
    fn honest(&self, size: usize, seed: u64) -> Hash {
        let facts = Facts { matter: Some(self.matter), ..Facts::default() };
        let (envelope, header) = self.sealed(size, seed, facts);
        self.hand_over(&envelope.root, envelope.payload_size, &header);
        envelope.root
    }

    /// B fetches; `meddle` changes A's answers, or takes them away.
    fn fetch(
        &self,
        meddle: &(dyn Fn(&PackageFetch, Vec<u8>) -> Option<Vec<u8>> + Sync),
    ) -> Result<Fetched, Failure> {
        let line = Meddled { to: &self.pair.a, from: &self.pair.b, shelf: &self.shelves[0], meddle };
        wait(fetch_packages(&self.pair.b.ledger, &self.shelves[1], self.pair.a.agency, &line))
    }

    fn assert_whole(&self, package: &Hash) {
        let read = |shelf: &Objects| {
            let mut bytes = Vec::new();
            shelf.get(package).unwrap().unwrap().read_to_end(&mut bytes).unwrap();
            bytes
        };
        assert!(read(&self.shelves[0]) == read(&self.shelves[1]), "the package differs");
    }

    fn troubles(&self) -> usize {
        self.pair.b.incidents().iter().filter(|trouble| *trouble == "bad-part").count()
    }
}

struct Meddled<'a> {
    from: &'a Desk,
    to: &'a Desk,
    shelf: &'a Arc<Objects>,
    meddle: &'a (dyn Fn(&PackageFetch, Vec<u8>) -> Option<Vec<u8>> + Sync),
}

impl Peer for Meddled<'_> {
    async fn post(&self, _: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let fetch = PackageFetch::decode(&body).unwrap();
        let gone = || Failure::Waiting("the partner answered with status 404".into());
        let answered = answer_package(&self.to.ledger, self.shelf, self.from.agency, &body).await;
        let answered = answered.map_err(|_| gone())?;
        (self.meddle)(&fetch, answered).ok_or_else(gone)
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an answer may also be taken away")]
fn honestly(_: &PackageFetch, answer: Vec<u8>) -> Option<Vec<u8>> {
    Some(answer)
}

#[test]
fn a_package_comes_whole_and_is_then_vouched_for_and_taken_over() {
    let transfer = opened();
    let package = transfer.honest(5 << 20, 1);
    let b = &transfer.pair.b;
    b.act(transfer.matter, "receive", Some("check = \"intact\""), "Cyan Roe").unwrap_err();
    assert_eq!(transfer.fetch(&honestly).unwrap().packages, 1);
    transfer.assert_whole(&package);
    assert_eq!(transfer.fetch(&honestly).unwrap(), Fetched::default(), "nothing is asked for twice");
    b.act(transfer.matter, "receive", Some("check = \"intact\""), "Cyan Roe").unwrap();
    b.act(transfer.matter, "accept", None, "Cyan Roe").unwrap();
    assert_eq!(transfer.troubles(), 0);
}

#[test]
fn wrong_bytes_are_not_believed_and_what_was_right_is_gone_on_from() {
    type Damage = fn(Vec<u8>) -> Vec<u8>;
    let damages: [(&str, Damage); 5] = [
        ("nothing", |_| Vec::new()),
        ("cut", |mut bytes| {
            bytes.pop();
            bytes
        }),
        ("longer", |mut bytes| {
            bytes.push(0);
            bytes
        }),
        ("another byte at the end", |mut bytes| {
            *bytes.last_mut().unwrap() ^= 1;
            bytes
        }),
        ("another first byte", |mut bytes| {
            bytes[0] ^= 1;
            bytes
        }),
    ];
    for (name, damage) in damages {
        for leaves in [true, false] {
            let transfer = opened();
            let package = transfer.honest(5 << 20, 2);
            let failed = transfer.fetch(&|fetch, answer| {
                // Of the groups, the second run: the first was right.
                let hit = match fetch.run {
                    PackageRun::Leaves { .. } => leaves,
                    PackageRun::Groups { first } => !leaves && first > 0,
                };
                Some(if hit { damage(answer) } else { answer })
            });
            assert!(matches!(failed, Err(Failure::NotBelieved(_))), "{name}: {failed:?}");
            assert!(!transfer.shelves[1].holds(&package), "{name}");
            assert_eq!(transfer.troubles(), 1, "{name}");
            let asked = Mutex::new(Vec::new());
            transfer
                .fetch(&|fetch, answer| {
                    asked.lock().unwrap().push(fetch.run);
                    Some(answer)
                })
                .unwrap();
            transfer.assert_whole(&package);
            let groups =
                asked.lock().unwrap().iter().any(|run| matches!(run, PackageRun::Groups { first: 0 }));
            assert_eq!(groups, leaves, "{name}: what was right was asked for again");
        }
    }
}

/// A file as a disk may leave it that lost power: cut at a place, or as long as it was, with nothing behind the place.
fn torn(whole: &[u8], at: usize) -> [Vec<u8>; 2] {
    let mut zeroed = whole.to_vec();
    zeroed[at..].fill(0);
    [whole[..at].to_vec(), zeroed]
}

#[test]
fn what_a_torn_disk_left_of_a_package_is_gone_on_from_and_nobody_is_blamed() {
    let transfer = opened();
    let package = transfer.honest((3 << 20) + 77, 2);
    // All but the last groups have arrived when the line breaks.
    let broken = transfer.fetch(&|fetch, answer| match fetch.run {
        PackageRun::Groups { first: 2.. } => None,
        _ => Some(answer),
    });
    assert!(matches!(broken, Err(Failure::Waiting(_))), "{broken:?}");
    let kept = |ending| transfer.dir.path().join("b").join(format!("{package}.{ending}"));
    let [part, leaves] = ["part", "leaves"].map(|ending| fs::read(kept(ending)).unwrap());
    let groups = 2 * GROUP_SEALED;
    let header = part.len() - groups - NONCE;
    let in_part = [0, 1, header - 1, header, header + NONCE]
        .into_iter()
        .chain((1..=2).flat_map(|group| {
            [group * GROUP_SEALED - 1, group * GROUP_SEALED, group * GROUP_SEALED + 1]
                .map(|at| part.len() - groups + at)
        }))
        .filter(|at| *at <= part.len());
    let cases = in_part.flat_map(|at| torn(&part, at).map(|torn| (torn, leaves.clone())));
    let beside = (0..=leaves.len()).filter(|at| [0, 1, 16, 31].contains(&(at % LEAF)));
    let in_leaves = beside.flat_map(|at| torn(&leaves, at).map(|torn| (part.clone(), torn)));
    let mut tried = 0;
    for (part, leaves) in cases.chain(in_leaves).collect::<Vec<_>>() {
        transfer.shelves[1].remove(&package).unwrap();
        fs::write(kept("part"), &part).unwrap();
        fs::write(kept("leaves"), &leaves).unwrap();
        transfer.fetch(&honestly).unwrap();
        transfer.assert_whole(&package);
        tried += 1;
    }
    assert!(tried > 40, "only {tried} torn files");
    assert_eq!(transfer.troubles(), 0, "the partner was blamed for a torn disk");
}

#[test]
fn what_lies_on_disk_is_compared_before_a_transfer_goes_on_from_it() {
    let transfer = opened();
    let package = transfer.honest(5 << 20, 8);
    // The first run of groups arrives, the line breaks, and the disk does not keep the second of them as it was.
    let first_run = |fetch: &PackageFetch, answer: Vec<u8>| match fetch.run {
        PackageRun::Groups { first } if first > 0 => None,
        _ => Some(answer),
    };
    assert!(matches!(transfer.fetch(&first_run), Err(Failure::Waiting(_))));
    let part = transfer.dir.path().join("b").join(format!("{package}.part"));
    let mut bytes = fs::read(&part).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&part, bytes).unwrap();
    let asked = Mutex::new(Vec::new());
    transfer
        .fetch(&|fetch, answer| {
            asked.lock().unwrap().push(fetch.run);
            Some(answer)
        })
        .unwrap();
    transfer.assert_whole(&package);
    assert_eq!(asked.lock().unwrap().first(), Some(&PackageRun::Groups { first: 1 }));
    assert_eq!(transfer.troubles(), 0, "it was our own disk");
}

#[test]
fn one_package_that_cannot_be_had_keeps_no_other_waiting() {
    let transfer = opened();
    let packages = [transfer.honest(2 << 20, 3), transfer.honest(2 << 20, 4), transfer.honest(2 << 20, 5)];
    for missing in packages {
        let failed = transfer.fetch(&|fetch, answer| (fetch.package != missing).then_some(answer));
        assert!(failed.is_ok() || matches!(failed, Err(Failure::Waiting(_))));
        let here = packages.iter().filter(|package| transfer.shelves[1].holds(package)).count();
        assert!(here >= 2);
    }
    assert!(packages.iter().all(|package| transfer.shelves[1].holds(package)));
}

#[test]
fn an_envelope_that_speaks_of_something_else_is_never_fetched_nor_vouched_for() {
    let other_matter = MatterId::from_bytes([9; 32]);
    for (matter, wrong_size) in [(None, false), (Some(other_matter), false), (None, true)] {
        let transfer = opened();
        let facts = Facts { matter: matter.or(wrong_size.then_some(transfer.matter)), ..Facts::default() };
        let (envelope, header) = transfer.sealed(1 << 20, 6, facts);
        let size = envelope.payload_size + u64::from(wrong_size);
        transfer.hand_over(&envelope.root, size, &header);
        let failed = transfer.fetch(&|_, _| panic!("nothing is to be asked for"));
        assert!(matches!(failed, Err(Failure::NotBelieved(_))));
        assert_eq!(transfer.troubles(), 1);
        // Not even when the bytes are on the shelf for another reason.
        fs::copy(
            transfer.dir.path().join("a").join(envelope.root.to_string()),
            transfer.dir.path().join("b").join(envelope.root.to_string()),
        )
        .unwrap();
        let receive = transfer.pair.b.act(transfer.matter, "receive", Some("check = \"intact\""), "Cyan Roe");
        let Err(Failure::Refused(refusal)) = receive else { panic!("{receive:?}") };
        assert_eq!(refusal.rule.code, "package-not-here");
        // Nor is it there to be looked into by who may know this matter, and perhaps not the one it is of.
        let (matter, root) = (transfer.matter, envelope.root);
        let seen = transfer.pair.b.run(move |ledger, _| {
            let officer = ledger.officer(Some("Cyan Roe"))?;
            ledger.package_seen_by(&officer, &matter.shown('E'), &root.to_string())
        });
        assert!(matches!(seen, Err(Failure::NotFound(_))), "{seen:?}");
        let named = transfer.pair.b.run(move |ledger, _| ledger.package_named(&matter, None));
        assert!(matches!(named, Err(Failure::NotFound(_))), "{named:?}");
    }
}

#[test]
fn what_was_erased_is_neither_kept_fetched_nor_served_again() {
    let transfer = opened();
    let package = transfer.honest(1 << 20, 7);
    transfer.fetch(&honestly).unwrap();
    let erase = |desk: &Desk, officer: &'static str| {
        let matter = transfer.matter;
        desk.run(move |ledger, pending| {
            let entry = ledger.packages()?[0].entry;
            let content = ToErase { entry, parts: vec![Token::literal("sealed-package")] };
            let officer = ledger.officer(Some(officer))?;
            ledger.erase(pending, &matter, &content, "the term ended", &officer)
        })
    };
    for (desk, supervisor, shelf) in [
        (&transfer.pair.b, "Dara Vong", &transfer.shelves[1]),
        (&transfer.pair.a, "Bo Reyes", &transfer.shelves[0]),
    ] {
        assert_eq!(erase(desk, "Rune Ask").unwrap(), Erasing::Proposed);
        assert_eq!(erase(desk, supervisor).unwrap(), Erasing::Done);
        let kept = desk.run(|ledger, _| ledger.packages_kept()).unwrap();
        assert!(shelf.sweep(&kept).unwrap() && !shelf.holds(&package));
    }
    let asked = transfer.fetch(&|_, _| panic!("what was erased is asked for again"));
    assert_eq!(asked.unwrap(), Fetched::default());
    assert!(
        !transfer
            .pair
            .a
            .run({
                let partner = transfer.pair.b.agency;
                move |ledger, _| ledger.may_fetch(&partner, &package)
            })
            .unwrap()
    );
}

#[test]
fn the_same_act_by_hand_erases_as_well() {
    let transfer = opened();
    let (b, matter) = (&transfer.pair.b, transfer.matter);
    let opening = b.run(move |ledger, _| Ok(ledger.matter(&matter)?.opening().unwrap().1)).unwrap();
    let title = || b.show(matter).unwrap().line.title;
    assert_eq!(title().as_deref(), Some("Images"));
    let proposal = format!("entry = \"{opening}\"\nparts = [\"evidence\"]\nreason = \"the term ended\"\n");
    b.act(matter, "propose-erasure", Some(&proposal.replace("evidence", "no-such-part")), "Rune Ask")
        .unwrap_err();
    b.act(matter, "propose-erasure", Some(&proposal), "Rune Ask").unwrap();
    b.act(matter, "erase", None, "Dara Vong").unwrap();
    assert_eq!(title(), None);
    assert!(b.journal().clean);
}

#[test]
fn a_package_is_served_to_its_parties_alone_and_answers_alike_otherwise() {
    let transfer = opened();
    let package = transfer.honest(1 << 20, 8);
    let a = &transfer.pair.a;
    let ask = |from, to, package, run| {
        let fetch = PackageFetch { v: VERSION, from, to, package, run };
        wait(answer_package(&a.ledger, &transfer.shelves[0], from, &fetch.encode()))
    };
    let (us, b) = (a.agency, transfer.pair.b.agency);
    let stranger = comity_journal::ids::AgencyId::from_bytes([5; 32]);
    let first = PackageRun::Groups { first: 0 };
    assert!(ask(b, us, package, first).is_ok());
    let refused = [
        ask(stranger, us, package, first),
        ask(b, us, Hash::from_bytes([3; 32]), first),
        ask(b, stranger, package, first),
    ];
    let said: Vec<_> = refused.into_iter().map(|answer| answer.unwrap_err().to_string()).collect();
    assert!(said.iter().all(|text| *text == said[0]), "{said:?}");
    for run in [PackageRun::Leaves { first: u64::MAX }, PackageRun::Groups { first: u64::MAX }] {
        assert_eq!(ask(b, us, package, run).unwrap(), Vec::<u8>::new());
    }
}

#[test]
fn nobody_takes_a_key_out_without_a_role_that_may() {
    let transfer = opened();
    let take = |officer: &'static str| {
        transfer.pair.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some(officer))?;
            let what = comity_domain::matters::node::Export::PackagesKey;
            ledger.let_out(pending, what, None, "examination", &officer)
        })
    };
    assert!(matches!(take("Rune Ask"), Err(Failure::Refused(_))));
    take("Cyan Roe").unwrap();
}
