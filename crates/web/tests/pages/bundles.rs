//! Bundles at the desk: made for a partner and fetched, brought and taken in, and what the pages say of both.

use std::fs::File;
use std::io::{Seek as _, Write as _};
use std::sync::Arc;

use axum::http::StatusCode;
use axum::http::header::CONTENT_DISPOSITION;
use comity_app::staging::StagingLimits;
use comity_app::workers::{Imported, export_bundle, import_bundle};
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_store::objects::Objects;
use comity_testkit::node::{Desk, Pair, wait};
use tempfile::TempDir;

use super::office::{Browser, House};

/// A house with a custodian besides, and the other node's packages.
struct Counter {
    house: House,
    theirs: Arc<Objects>,
    _folder: TempDir,
}

impl Counter {
    fn open() -> Self {
        let house = House::open();
        let folder = tempfile::tempdir().expect("a folder");
        let theirs = Arc::new(Objects::open(&folder.path().join("objects")).expect("a folder"));
        let custodian = |ledger: &mut comity_app::ledger::Ledger, pending: &mut _| {
            ledger.add_officer(pending, "Lio Park", &[Role::Custodian])
        };
        house.pair.a.run(custodian).expect("an officer");
        Self { house, theirs, _folder: folder }
    }

    fn path(&self) -> String {
        format!("/partners/{}/bundle", self.house.pair.b.agency)
    }

    /// The other side takes a file in.
    fn carried_there(&self, bytes: &[u8]) -> Imported {
        let mut file = tempfile::tempfile().expect("a file");
        file.write_all(bytes).expect("a disk");
        file.rewind().expect("a disk");
        wait(import_bundle(&self.house.pair.b.ledger, &self.theirs, file, None)).expect("a bundle")
    }

    /// The other side makes a bundle for us.
    fn carried_here(&self, folder: &TempDir) -> Vec<u8> {
        let (b, place) = (&self.house.pair.b, folder.path().join("back"));
        let file = File::create(&place).expect("a disk");
        let made = export_bundle(&b.ledger, &self.theirs, self.house.pair.a.agency, false, file);
        wait(made).expect("a bundle");
        std::fs::read(place).expect("a disk")
    }

    fn lets_out(&self) -> usize {
        acts(&self.house.pair.a, "export")
    }
}

/// How many acts of this code there are at a node.
fn acts(desk: &Desk, act: &str) -> usize {
    let entries = desk.disk.entries().into_iter().filter_map(|(_, record)| match record.what {
        comity_store::Recorded::Entry { bytes, .. } => comity_journal::entry::Entry::read(&bytes).ok(),
        _ => None,
    });
    entries.filter(|entry| entry.header().act.as_str() == act).count()
}

/// Takes a bundle in by the plain form; gives the page that says what came of it.
fn bring(browser: &Browser, bytes: &[u8]) -> String {
    let seen = Browser::see(browser.send_files("/bundles", &browser.token(), &[], &[("1.bundle", bytes)]));
    assert!(seen.to.starts_with("/bundles/"), "{seen:?}");
    browser.get(&seen.to).text
}

#[test]
fn a_bundle_is_recorded_made_and_fetched_and_the_next_one_brings_the_receipts() {
    let counter = Counter::open();
    let (pair, path) = (&counter.house.pair, counter.path());
    pair.signed_request();
    let supervisor = counter.house.sit("Bo Reyes");
    assert!(supervisor.get("/bundles").text.contains("never"));
    let nameless = supervisor.post(&path, &[("purpose", " ")]);
    assert_eq!(nameless.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(counter.lets_out(), 0, "nothing leaves without a purpose");
    let made = supervisor.post(&path, &[("purpose", "By pouch of 15 July.")]);
    assert!(made.to.starts_with(&path), "{made:?}");
    assert_eq!(counter.lets_out(), 1);
    let page = supervisor.get(&made.to).text;
    assert!(page.contains("It holds 1 entries") && page.contains("Have it carried there"), "{page}");
    let (headers, bundle) = supervisor.raw(&format!("{}/file", made.to), &[]);
    assert!(headers[CONTENT_DISPOSITION].to_str().expect("text").contains(".bundle"));
    assert_eq!(counter.carried_there(&bundle).received, 1);
    let folder = tempfile::tempdir().expect("a folder");
    let back = counter.carried_here(&folder);
    assert!(supervisor.get("/bundles").text.contains("<dt>Our entries not receipted yet</dt><dd>1</dd>"));
    let page = bring(&supervisor, &back);
    assert!(page.contains("0 new entries, receipts for 1 of ours"), "{page}");
    for of in ["/bundles".to_owned(), format!("/partners/{}", pair.b.agency)] {
        let page = supervisor.get(&of).text;
        assert!(page.contains("<dt>Our entries not receipted yet</dt><dd>0</dd>"), "{of}: {page}");
        let by = page.split("Last taken in from it").nth(1).unwrap_or_default();
        assert!(by.split("</div>").next().unwrap_or_default().contains("Bo Reyes"), "{of}: by whom");
        assert!(!page.contains("never"), "{of}: both are on record");
    }
    // Once more changes nothing.
    assert!(bring(&supervisor, &back).contains("0 new entries, receipts for 0 of ours"));
    assert!(pair.a.journal().clean);
}

#[test]
fn a_bundle_serves_who_had_it_made_and_nobody_else() {
    let counter = Counter::open();
    let (supervisor, officer) = (counter.house.sit("Bo Reyes"), counter.house.sit("Amara Olin"));
    let made = supervisor.post(&counter.path(), &[("purpose", "By pouch.")]).to;
    for path in [made.clone(), format!("{made}/file")] {
        assert_eq!(officer.get(&path).status, StatusCode::NOT_FOUND, "{path}");
    }
    let next = supervisor.post(&counter.path(), &[("purpose", "Once more.")]).to;
    assert_eq!(
        supervisor.get(&format!("{made}/file")).status,
        StatusCode::NOT_FOUND,
        "the next one took its place"
    );
    assert_eq!(supervisor.get(&next).status, StatusCode::OK);
}

#[test]
fn a_file_that_is_no_bundle_is_named_in_the_words_of_the_keyboard_and_changes_nothing() {
    let counter = Counter::open();
    let (supervisor, custodian) = (counter.house.sit("Bo Reyes"), counter.house.sit("Lio Park"));
    let page = bring(&supervisor, b"a letter");
    assert!(page.contains("The file is no bundle that this release reads. Nothing was taken."), "{page}");
    assert_eq!(acts(&counter.house.pair.a, "import"), 0);
    let empty = supervisor.post("/bundles", &[]);
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(empty.text.contains("Choose the file that was carried here."));
    // Whoever takes nothing in for the agency has no form, and no way past it.
    assert!(!custodian.get("/bundles").text.contains("name=\"file\""));
    let refused = Browser::see(custodian.send_files("/bundles", &custodian.token(), &[], &[("x", b"y")]));
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let left = counter.house.dir.path().join("uploads").read_dir().expect("a folder").count();
    assert_eq!(left, 0, "what was brought is gone");
}

#[test]
fn a_file_beyond_what_may_be_brought_is_refused_before_anything_is_looked_at() {
    let limits = StagingLimits { file: 10, ..StagingLimits::default() };
    let house = House::of(Pair::met(), tempfile::tempdir().expect("a folder"), limits, standard);
    let supervisor = house.sit("Bo Reyes");
    let files: [(&str, &[u8]); 1] = [("1.bundle", &[0; 1000])];
    let refused = Browser::see(supervisor.send_files("/bundles", &supervisor.token(), &[], &files));
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text.contains("href=\"#f-file\""), "{}", refused.text);
    assert_eq!(house.dir.path().join("uploads").read_dir().expect("a folder").count(), 0);
}

#[test]
fn a_bundle_that_comes_in_pieces_is_taken_in_like_one_of_the_form() {
    use axum::http::Request;
    let counter = Counter::open();
    let folder = tempfile::tempdir().expect("a folder");
    let (bundle, supervisor) = (counter.carried_here(&folder), counter.house.sit("Bo Reyes"));
    let token = supervisor.token();
    let tus = |method: &str, path: &str| {
        Request::builder().method(method).uri(path).header("tus-resumable", "1.0.0").header("x-csrf", &token)
    };
    let begin = tus("POST", "/bundles/uploads")
        .header("upload-length", bundle.len())
        .header("upload-metadata", "filename MS5idW5kbGU=");
    let begun = supervisor.request(begin, "");
    assert_eq!(begun.status(), StatusCode::CREATED);
    let place = begun.headers()["location"].to_str().expect("text").to_owned();
    let (first, rest) = bundle.split_at(bundle.len() / 2);
    for (at, piece) in [(0, first), (first.len(), rest)] {
        let patch = tus("PATCH", &place)
            .header("upload-offset", at)
            .header("content-type", "application/offset+octet-stream");
        assert_eq!(supervisor.request(patch, piece.to_vec()).status(), StatusCode::NO_CONTENT);
    }
    let taken = Browser::see(supervisor.send_files("/bundles", &token, &[("upload", &place)], &[]));
    let page = supervisor.get(&taken.to).text;
    assert!(page.contains("From Country B: 0 new entries"), "{page}");
}
