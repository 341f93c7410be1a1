//! Sealed packages on their way: serving runs of ours to a partner, fetching a partner's run by run.
//!
//! Who receives a package asks for it, so that a transfer goes on where it stopped, whichever side was killed. The
//! hashes of its groups come first and are checked against its name; every group is then checked as it arrives.
//! What is on disk already is checked again and not asked for twice.
//!
//! Invariant: a package is on the shelf only once every byte of it is the one its name promises.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::sync::Arc;

use comity_domain::matters::node::Trouble;
use comity_evidence::groups::{self, LEAF};
use comity_evidence::sealed::SealedReader;
use comity_federation::message::{Message as _, PackageFetch, PackageRun, VERSION};
use comity_federation::path;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_store::objects::{Arriving, Objects};

use super::answer::{AnswerFailure, check_caller};
use super::deliver::Peer;
use crate::failure::Failure;
use crate::ledger::LedgerHandle;
use crate::views::PackageRow;

/// Bytes of the disk that packages leave free for the journal.
const KEPT_FREE: u64 = 1024 * 1024 * 1024;

/// Serves a run of a package to a partner that may have it. Not held, not known and not the partner's answer alike.
///
/// # Errors
/// [`AnswerFailure::NoSuchPath`] for all of these.
pub async fn answer_package(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    from: AgencyId,
    body: &[u8],
) -> Result<Vec<u8>, AnswerFailure> {
    let fetch = PackageFetch::decode(body)?;
    check_caller(from, fetch.from)?;
    if ledger.run(|ledger, _| Ok(ledger.own_card().agency())).await? != fetch.to {
        return Err(AnswerFailure::NoSuchPath);
    }
    if !ledger.run(move |ledger, _| ledger.may_fetch(&from, &fetch.package)).await? {
        return Err(AnswerFailure::NoSuchPath);
    }
    let objects = Arc::clone(objects);
    let read = blocking(move || read_run(&objects, &fetch)).await?;
    read.ok_or(AnswerFailure::NoSuchPath)
}

fn read_run(objects: &Objects, fetch: &PackageFetch) -> Result<Option<Vec<u8>>, Failure> {
    let read = || -> io::Result<Option<Vec<u8>>> {
        match fetch.run {
            PackageRun::Leaves { first } => {
                let Some(leaves) = objects.leaves(&fetch.package)? else { return Ok(None) };
                read_at(leaves, first.saturating_mul(LEAF as u64), PackageFetch::LEAVES * LEAF as u64)
                    .map(Some)
            }
            PackageRun::Groups { first } => {
                let Some(package) = objects.get(&fetch.package)? else { return Ok(None) };
                let payload = SealedReader::read(&package).map_err(io::Error::from)?.payload();
                let size = payload.end - payload.start;
                let Some(run) = span(first, size) else { return Ok(Some(Vec::new())) };
                read_at(package, payload.start + run.start, run.end - run.start).map(Some)
            }
        }
    };
    read().map_err(|error| Failure::Fault(format!("a package cannot be read: {error}")))
}

/// Hands a whole package out in the order in which it is asked for: runs of leaves, then its groups one by one.
/// Whether it was here.
pub(super) fn read_whole(
    objects: &Objects,
    package: &Hash,
    mut run: impl FnMut(PackageRun, Vec<u8>) -> io::Result<()>,
) -> io::Result<bool> {
    let (Some(mut leaves), Some(mut whole)) = (objects.leaves(package)?, objects.get(package)?) else {
        return Ok(false);
    };
    let (payload, mut first) = (SealedReader::read(&whole).map_err(io::Error::from)?.payload(), 0);
    loop {
        let mut hashes = Vec::new();
        leaves.by_ref().take(PackageFetch::LEAVES * LEAF as u64).read_to_end(&mut hashes)?;
        if hashes.is_empty() {
            break;
        }
        let next = first + (hashes.len() / LEAF) as u64;
        run(PackageRun::Leaves { first }, hashes)?;
        first = next;
    }
    whole.seek(SeekFrom::Start(payload.start))?;
    for number in 0..groups::count(payload.end - payload.start) {
        let span = groups::span(number, payload.end - payload.start).unwrap_or_default();
        let mut sealed = Vec::new();
        whole.by_ref().take(span.end - span.start).read_to_end(&mut sealed)?;
        run(PackageRun::Groups { first: number }, sealed)?;
    }
    Ok(true)
}

/// What a file holds from `at` on; nothing beyond its end.
fn read_at(mut file: File, at: u64, most: u64) -> io::Result<Vec<u8>> {
    if at >= file.metadata()?.len() {
        return Ok(Vec::new());
    }
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Where the run of groups lies that one answer holds.
fn span(first: u64, size: u64) -> Option<std::ops::Range<u64>> {
    let begin = groups::span(first, size)?;
    let last = (first + PackageFetch::GROUPS - 1).min(groups::count(size) - 1);
    Some(begin.start..groups::span(last, size)?.end)
}

/// What a transfer came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// Packages that are whole now.
    pub packages: u64,
    /// Bytes that came over the wire for them.
    pub bytes: u64,
}

/// Fetches every package a partner handed over that is wanted here. One that cannot be had keeps no other waiting.
///
/// # Errors
/// What stood against the first that did not come, once all have been tried: [`Failure::Waiting`] when the partner
/// cannot be reached or there is no room, [`Failure::NotBelieved`] when it sends or vouches for something else; that
/// is recorded as an incident.
pub async fn fetch_packages(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    partner: AgencyId,
    peer: &impl Peer,
) -> Result<Fetched, Failure> {
    let (us, wanted) =
        ledger.run(move |ledger, _| Ok((ledger.own_card().agency(), ledger.wanted_from(&partner)?))).await?;
    let (mut fetched, mut failed) = (Fetched::default(), None);
    for row in wanted {
        match fetch_one(ledger, objects, us, &row, peer).await {
            Ok(bytes) => {
                fetched.bytes += bytes;
                // No bytes: somebody else had it in hand, and it was whole when our turn came.
                fetched.packages += u64::from(bytes > 0);
            }
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    failed.map_or(Ok(fetched), Err)
}

/// Fetches one package, if it is still wanted when its turn comes; the bytes that came. What is not believed is
/// recorded as an incident.
pub(super) async fn fetch_one(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    us: AgencyId,
    row: &PackageRow,
    peer: &impl Peer,
) -> Result<u64, Failure> {
    let fetched = try_fetch_one(ledger, objects, us, row, peer).await;
    if let Err(Failure::NotBelieved(why)) = &fetched {
        let (why, partner, entry) = (why.clone(), row.by, row.entry);
        let recorded = ledger.run(move |ledger, pending| {
            ledger.record_incident(pending, Trouble::BadPart, Some(partner), Some(entry), Some(&why))
        });
        recorded.await?;
    }
    fetched
}

async fn try_fetch_one(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    us: AgencyId,
    row: &PackageRow,
    peer: &impl Peer,
) -> Result<u64, Failure> {
    let asked = row.clone();
    let header = ledger
        .run(move |ledger, _| {
            if !ledger.is_wanted(&asked)? {
                return Ok(None);
            }
            let header = ledger.package_header(&asked.entry)?;
            header.as_deref().map_or(Ok(()), |header| ledger.check_header(header, &asked))?;
            Ok(header)
        })
        .await?;
    let Some(header) = header else { return Ok(0) };
    let transfer = Transfer { us, partner: row.by, row: row.clone() };
    transfer.run(objects, header, peer).await
}

/// A partner says how large a package is, so it must not be able to fill the disk by saying so: asked again with every
/// run, since others write to the same disk.
fn check_room(objects: &Objects, missing: u64) -> Result<(), Failure> {
    let room = objects.room().map_err(disk)?;
    if missing.saturating_add(KEPT_FREE) <= room {
        return Ok(());
    }
    let why = format!("a package waits for {missing} bytes more: there is room for {room} on this disk");
    Err(Failure::Waiting(why))
}

struct Transfer {
    us: AgencyId,
    partner: AgencyId,
    row: PackageRow,
}

impl Transfer {
    /// Fetches what is missing; the bytes that came.
    async fn run(&self, objects: &Arc<Objects>, header: Vec<u8>, peer: &impl Peer) -> Result<u64, Failure> {
        let (root, size) = (self.row.package, self.row.size);
        let (shelf, at) = (Arc::clone(objects), Arc::clone(objects));
        let begun = blocking(move || {
            let Some(mut arriving) = at.arriving(&root, &header).map_err(disk)? else { return Ok(None) };
            let leaves = leaves_here(&mut arriving, &root, size)?;
            Ok(Some((arriving, leaves)))
        });
        let Some((mut arriving, mut leaves)) = begun.await? else { return Ok(0) };
        let (mut bytes, mut from_disk) = (0, leaves);
        while leaves < groups::count(size) {
            let run = self.ask(peer, PackageRun::Leaves { first: leaves }).await?;
            bytes += run.len() as u64;
            (arriving, leaves) = blocking(move || {
                let leaves = add_leaves(&mut arriving, &root, size, leaves, &run)?;
                Ok((arriving, leaves))
            })
            .await?;
            if leaves == 0 {
                // They do not make the name. Those that a disk kept may have been torn there: then it is not the partner's fault,
                // and it is asked for all of them once.
                if std::mem::take(&mut from_disk) == 0 {
                    return Err(Failure::NotBelieved(
                        "the hashes of a package's parts do not make its name".into(),
                    ));
                }
            }
        }
        let (mut arriving, mut next) = blocking(move || {
            let next = groups_here(&mut arriving, size)?;
            let here = groups::span(next, size).map_or(size, |span| span.start);
            check_room(&shelf, size - here)?;
            Ok((arriving, next))
        })
        .await?;
        while next < groups::count(size) {
            let run = self.ask(peer, PackageRun::Groups { first: next }).await?;
            bytes += run.len() as u64;
            let shelf = Arc::clone(objects);
            (arriving, next) = blocking(move || {
                check_room(&shelf, run.len() as u64)?;
                let next = add_groups(&mut arriving, size, next, &run)?;
                Ok((arriving, next))
            })
            .await?;
        }
        blocking(move || arriving.keep().map_err(disk)).await?;
        Ok(bytes)
    }

    async fn ask(&self, peer: &impl Peer, run: PackageRun) -> Result<Vec<u8>, Failure> {
        let fetch =
            PackageFetch { v: VERSION, from: self.us, to: self.partner, package: self.row.package, run };
        peer.post(path::PACKAGE, fetch.encode()).await
    }
}

/// How many leaves are here and can be gone on from: all of them if they are the right ones.
fn leaves_here(arriving: &mut Arriving, root: &Hash, size: u64) -> Result<u64, Failure> {
    let expected = groups::count(size);
    let found = arriving.leaves().metadata().map_err(disk)?.len() / LEAF as u64;
    if found < expected {
        return Ok(found);
    }
    if leaves_fit(arriving, root, size)? {
        return Ok(expected);
    }
    arriving.leaves().set_len(0).map_err(disk)?;
    Ok(0)
}

fn leaves_fit(arriving: &mut Arriving, root: &Hash, size: u64) -> Result<bool, Failure> {
    arriving.leaves().rewind().map_err(disk)?;
    let running = groups::root_of(&mut io::BufReader::new(arriving.leaves())).map_err(disk)?;
    Ok(running.leaves() == groups::count(size) && running.root() == *root)
}

/// How many leaves are here now: none where all are, and are not the right ones.
fn add_leaves(
    arriving: &mut Arriving,
    root: &Hash,
    size: u64,
    have: u64,
    run: &[u8],
) -> Result<u64, Failure> {
    let expected = (groups::count(size) - have).min(PackageFetch::LEAVES);
    if run.len() as u64 != expected * LEAF as u64 {
        return Err(Failure::NotBelieved("the partner sent another number of hashes than asked for".into()));
    }
    let leaves = arriving.leaves();
    leaves.seek(SeekFrom::Start(have * LEAF as u64)).map_err(disk)?;
    io::Write::write_all(leaves, run).map_err(disk)?;
    let have = have + expected;
    if have == groups::count(size) && !leaves_fit(arriving, root, size)? {
        arriving.leaves().set_len(0).map_err(disk)?;
        return Ok(0);
    }
    Ok(have)
}

fn leaf(arriving: &mut Arriving, group: u64) -> Result<Hash, Failure> {
    let mut bytes = [0; LEAF];
    arriving.leaves().seek(SeekFrom::Start(group * LEAF as u64)).map_err(disk)?;
    arriving.leaves().read_exact(&mut bytes).map_err(disk)?;
    Ok(Hash::from_bytes(bytes))
}

/// How many groups are here, whole and right; what follows them is cut off.
fn groups_here(arriving: &mut Arriving, size: u64) -> Result<u64, Failure> {
    let here = arriving.payload_size().map_err(disk)?;
    let (mut next, mut kept, mut bytes) = (0, 0, Vec::new());
    while let Some(span) = groups::span(next, size).filter(|span| span.end <= here) {
        bytes.resize(usize::try_from(span.end - span.start).unwrap_or(0), 0);
        arriving.read_payload(span.start, &mut bytes).map_err(disk)?;
        let leaf = leaf(arriving, next)?;
        if groups::check(next, &bytes, &leaf).is_err() {
            break;
        }
        kept = span.end;
        next += 1;
    }
    arriving.truncate_payload(kept).map_err(disk)?;
    Ok(next)
}

fn add_groups(arriving: &mut Arriving, size: u64, first: u64, run: &[u8]) -> Result<u64, Failure> {
    let expected = span(first, size).map_or(0, |span| span.end - span.start);
    if run.is_empty() || run.len() as u64 != expected {
        return Err(Failure::NotBelieved("the partner sent another number of bytes than asked for".into()));
    }
    let begin = groups::span(first, size).map_or(0, |span| span.start);
    let mut next = first;
    while let Some(span) = groups::span(next, size).filter(|span| span.end <= begin + expected) {
        let at = |place: u64| usize::try_from(place - begin).unwrap_or(usize::MAX);
        let bytes = run.get(at(span.start)..at(span.end)).unwrap_or_default();
        let leaf = leaf(arriving, next)?;
        groups::check(next, bytes, &leaf).map_err(|error| Failure::NotBelieved(error.to_string()))?;
        next += 1;
    }
    arriving.write_payload(begin, run).map_err(disk)?;
    Ok(next)
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
pub(super) fn disk(error: io::Error) -> Failure {
    Failure::Fault(format!("the folder of packages: {error}"))
}

/// Disk and hashing, away from what answers partners.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => Err(Failure::Fault(format!("work on a package broke off: {error}"))),
    }
}
