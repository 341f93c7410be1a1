//! A journal so long that its trees are in memory by the roots of their tiles, and in the store leaf by leaf.

#![expect(clippy::unwrap_used, reason = "in what tests share, failing is the point")]

use comity_app::ledger::Compared;
use comity_app::views::{self, TILES};
use comity_journal::cbor;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::MatterId;
use comity_journal::receipt::Receipt;
use comity_journal::suite::{Hash, hash};
use comity_journal::tree::{self, TILE};
use comity_journal::verify::{Outcome, verify};
use comity_store::{Commit, Reader as _, Store as _, TreeName, ViewRow};

use comity_testkit::node::{Desk, Pair, shared};

/// As many acts as reach into the third tile: of the first, nothing but its root is in memory.
const LONG: usize = 2 * TILE as usize + 40;

/// A has done each of these so often that of the first tile nothing but its root is in its memory any more.
fn long(acts: &'static [&'static str]) -> (Pair, MatterId) {
    let pair = Pair::met();
    let matter = pair.signed_request();
    pair.sync().unwrap();
    for act in acts {
        pair.a
            .run(move |ledger, pending| {
                let officer = ledger.officer(Some("Amara Olin"))?;
                for _ in 0..LONG {
                    let toml = Some("text = \"Once more.\"".to_owned());
                    ledger.act(
                        pending,
                        &comity_app::commands::ActCommand { matter, act: (*act).to_owned(), toml },
                        &officer,
                    )?;
                }
                Ok(())
            })
            .unwrap();
    }
    (pair, matter)
}

/// Size and root of the exchange tree, as the ledger has it and as its leaves give it.
fn roots(desk: &Desk) -> [(u64, Hash); 2] {
    let leaves = desk.disk.leaf_hashes(TreeName::Exchange, 0, usize::MAX).unwrap();
    let whole: tree::Tree = leaves.into_iter().collect();
    let known = desk.run(|ledger, _| Ok((ledger.exchange().size(), ledger.exchange().root()))).unwrap();
    [known, (whole.size(), whole.root())]
}

#[test]
fn a_partner_that_saw_the_first_leaves_is_proven_that_the_tree_continues_them() {
    let (pair, matter) = long(&["remind"]);
    pair.sync().unwrap();
    pair.sync().unwrap();
    pair.assert_converged();
    let [known, told] = roots(&pair.a);
    assert_eq!(known, told);
    assert!(known.0 > 2 * TILE);
    let proof = pair.a.run(move |ledger, _| ledger.export_proof(&matter, false)).unwrap();
    let findings = verify(&proof, &[Fingerprint::of(&pair.a.agency), Fingerprint::of(&pair.b.agency)]);
    assert_eq!(findings.outcome, Outcome::Intact);
    let first = shared(&pair.a)[0];
    for stored in pair.a.disk.receipts(&first).unwrap() {
        let receipt: Receipt = cbor::decode(&stored.bytes).unwrap();
        assert_eq!(receipt.verify(&pair.b.card).unwrap().origin.agency, pair.b.agency);
    }
}

#[test]
fn a_node_that_starts_again_has_the_trees_it_had_whatever_became_of_the_view_of_tiles() {
    let (mut pair, _) = long(&["remind", "note"]);
    let rows = |desk: &Desk| desk.disk.view(TILES, None, 1000).unwrap();
    let live = rows(&pair.a);
    assert_eq!(live.len(), 4, "two whole tiles of each tree");
    let known = roots(&pair.a)[0];
    pair.a.reopen(Compared::WithEverybody);
    assert_eq!(roots(&pair.a), [known; 2]);

    let mut store = |value: Option<Hash>, at: usize| {
        let expects = pair.a.disk.length().unwrap();
        let value = value.map(|hash| hash.as_bytes().to_vec());
        let views = vec![ViewRow { view: TILES, key: live[at].0.clone(), value }];
        pair.a.disk.clone().commit(&Commit { expects, views, ..Commit::default() }).unwrap();
        pair.a.reopen(Compared::WithEverybody);
    };
    // A row is lost, and another is not what it was.
    store(None, 1);
    store(Some(hash(&[b"another"])), 0);
    assert_eq!(roots(&pair.a), [known; 2]);

    pair.a.run(|ledger, _| views::rebuild(ledger).map_err(|error| panic!("{error}"))).unwrap();
    assert_eq!(rows(&pair.a), live);
    assert!(pair.a.journal().clean);
}

#[test]
fn a_new_epoch_of_the_tree_leaves_no_tile_of_the_former() {
    let (mut pair, matter) = long(&["remind"]);
    pair.sync().unwrap();
    let copy = pair.a.back_up();
    pair.a.act(matter, "remind", Some("text = \"Lost here.\""), "Amara Olin").unwrap();
    pair.sync().unwrap();
    pair.a.put_back(&copy);
    pair.sync().unwrap();
    pair.a.declare_epoch().unwrap();
    pair.sync().unwrap();
    pair.assert_converged();
    let of_exchange = |desk: &Desk| {
        desk.disk.view(TILES, None, 1000).unwrap().iter().filter(|(key, _)| key[0] == 0).count()
    };
    assert_eq!(of_exchange(&pair.a), 0);
    assert!(pair.a.journal().clean);
    let proof = pair.a.run(move |ledger, _| ledger.export_proof(&matter, false)).unwrap();
    let findings = verify(&proof, &[Fingerprint::of(&pair.a.agency), Fingerprint::of(&pair.b.agency)]);
    assert_eq!(findings.outcome, Outcome::Intact);
}
