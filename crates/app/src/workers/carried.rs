//! Takes a bundle in: looks the whole file through first, then takes what is in it as if it had come over the wire.
//!
//! The same commands believe or refuse it, for the same reasons; what is here already changes nothing, so a bundle may
//! be imported twice, and bundles in any order. Not here: the bytes of a bundle (`comity_federation::bundle`).
//!
//! What a carried file says of the streams is old by nature: since it was made, this node may have given more and lost
//! it. So it counts as a comparison only where it answers what this node asked after it could have lost anything.
//!
//! Invariant: of a file that is cut, changed, for somebody else or from a stranger nothing is taken; and beside its cards
//! no more than a frame of it is in memory at a time.

use std::fs::File;
use std::io::{BufReader, Seek as _};
use std::sync::{Arc, Mutex, PoisonError};

use comity_domain::act::{Act as _, Composed};
use comity_domain::engine::Kind as _;
use comity_domain::matters::node::{NodeKind, TakenIn, TakenInStructure, Trouble};
use comity_evidence::groups::LEAF;
use comity_federation::bundle::{Begun, BundleError, Closing, Frame, Next, Reading, Stood};
use comity_federation::compare::{Divergence, Finding};
use comity_federation::message::{Message as _, PackageFetch, PackageRun, Refused};
use comity_journal::card::{Card, CardBook};
use comity_journal::cbor::{self, Malformed};
use comity_journal::ids::{AgencyId, Token};
use comity_journal::limits;
use comity_journal::suite::Hash;
use comity_store::objects::Objects;
use comity_store::{Direction, ViewRow};
use serde::{Deserialize, Serialize};

use super::answer::{AnswerFailure, Taking, Way, heed_nonsense, take_batch, take_receipts};
use super::deliver::Peer;
use super::packages::{blocking, fetch_one};
use crate::commands::inner_entry;
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle, Pending};
use crate::people::{Officer, Partner, Partnership};

/// The rows of what partners' bundles told. They are no view: nothing could fold them again. Where one is missing, the
/// partner is given more receipts than it needs.
const TOLD: &str = "told";

/// Why a bundle was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum NotImported {
    /// The file is not what it should be; nothing of it was taken.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// The node could not, or something that the sender signed is not believed.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl From<AnswerFailure> for NotImported {
    fn from(failure: AnswerFailure) -> Self {
        Self::Failed(match failure {
            AnswerFailure::Failed(failure) => failure,
            other => Failure::NotBelieved(other.to_string()),
        })
    }
}

/// Entries of a partner's stream that are missing before those of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// The first that is missing, from 1.
    pub first: u64,
    /// The last.
    pub last: u64,
}

/// What came of a bundle.
#[derive(Debug)]
pub struct Imported {
    /// From whom.
    pub partner: Partner,
    /// Entries of the partner that were new.
    pub received: u64,
    /// Entries of ours that are delivered since.
    pub delivered: u64,
    /// Entries that were not taken, with a word why.
    pub refused: Vec<Refused>,
    /// What is missing before entries of this bundle, which were therefore left.
    pub gap: Option<Gap>,
    /// Packages that are whole now.
    pub packages: u64,
    /// Packages of the partner that are still wanted.
    pub wanted: u64,
    /// The first package that could not be taken.
    pub package_failed: Option<Failure>,
    /// In what the streams of both sides cannot be of one: recorded as incidents.
    pub diverged: bool,
    /// Entries of the partner that it does not know to be here: the next bundle to it holds receipts for them.
    pub owed: u64,
    /// Whether it answered what this node had asked, so that the streams count as compared.
    pub compared: bool,
    /// Acts that were signed because of that.
    pub released: u64,
}

/// Takes a bundle in.
///
/// # Errors
/// [`NotImported`]; a bundle that is not whole, not for us or from no partner changes nothing.
pub async fn import_bundle(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    file: File,
    by: Option<Officer>,
) -> Result<Imported, NotImported> {
    let again = file.try_clone().map_err(|error| BundleError::Unreadable(error.kind()))?;
    let looked = look_through(begin(ledger, file).await?).await?;
    let closing = looked.closing.clone();
    let stood = looked.stood.clone();
    let mut imported = ledger.run(move |ledger, pending| ledger.begin_import(pending, looked)).await??;
    let runs = Runs { reading: begin(ledger, again).await?, held: None };
    let whole = take_frames(ledger, objects, runs, &mut imported).await?;
    if whole != closing {
        return Err(BundleError::Altered.into());
    }
    Ok(ledger.run(move |ledger, pending| ledger.end_import(pending, imported, &stood, by.as_ref())).await?)
}

/// Reads the first item of the file, from its beginning, and finds what opens the rest.
async fn begin(ledger: &LedgerHandle, mut file: File) -> Result<Reading<BufReader<File>>, NotImported> {
    let begun = blocking(move || {
        let begun = file.rewind().map_err(|error| BundleError::Unreadable(error.kind()));
        Ok(begun.and_then(|()| Begun::read(BufReader::new(file))))
    });
    let begun = begun.await??;
    let opening = begun.opening.clone();
    let opener = ledger.run(move |ledger, _| Ok(opening.unsealer(&ledger.keys.content))).await??;
    Ok(begun.open(opener))
}

/// What is known of a bundle once every byte of it was read.
struct LookedThrough {
    stood: Stood,
    cards: Vec<Card>,
    closing: Closing,
}

/// Reads the whole file and takes nothing.
async fn look_through(mut reading: Reading<BufReader<File>>) -> Result<LookedThrough, NotImported> {
    let looked = blocking(move || {
        let mut look = || {
            let (mut stood, mut cards) = (None, Vec::new());
            loop {
                match reading.next()? {
                    Next::Frame(Frame::Stood(says)) => stood = Some(*says),
                    Next::Frame(Frame::Card(card)) if cards.len() < limits::CARD_CHAIN => {
                        let card = Card::read(&card.0).map_err(|error| disorder(&error))?;
                        cards.push(card);
                    }
                    Next::Frame(Frame::Card(_)) => return Err(disorder(&"too many cards")),
                    Next::Frame(_) => {}
                    Next::Closing(closing) => {
                        let stood = stood.ok_or_else(|| disorder(&"it does not say from whom it is"))?;
                        return Ok(LookedThrough { stood, cards, closing });
                    }
                }
            }
        };
        Ok(look())
    });
    Ok(looked.await??)
}

fn disorder(why: &dyn std::fmt::Display) -> BundleError {
    BundleError::Disorder(Malformed::Unreadable(why.to_string()))
}

/// Takes frame after frame; gives back the closing.
async fn take_frames(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    runs: Runs,
    imported: &mut Imported,
) -> Result<Closing, NotImported> {
    let from = imported.partner.agency;
    let runs = Arc::new(Mutex::new(runs));
    loop {
        let next = {
            let runs = Arc::clone(&runs);
            blocking(move || Ok(locked(&runs).next())).await??
        };
        match next {
            Next::Closing(closing) => return Ok(closing),
            Next::Frame(Frame::Receipts(receipts)) => {
                let taken = take_receipts(ledger, from, &receipts.0, Way::Carried).await;
                heed_nonsense(ledger, from, taken).await?;
            }
            // After an entry that was refused, or is missing, nothing more of the stream can be taken.
            Next::Frame(Frame::Batch(batch)) if imported.gap.is_none() && imported.refused.is_empty() => {
                let taken = take_batch(ledger, from, batch.0, Way::Carried).await;
                match heed_nonsense(ledger, from, taken).await? {
                    Taking::Taken(reply) => imported.refused.extend(reply.refused),
                    Taking::Gap { after } => {
                        let have = ledger.run(move |ledger, _| ledger.stream(&from, Direction::In)).await?;
                        imported.gap = Some(Gap { first: have.n + 1, last: after });
                    }
                }
            }
            Next::Frame(Frame::Package(package)) => {
                match take_package(ledger, objects, from, package, &runs).await {
                    Ok(taken) => imported.packages += u64::from(taken),
                    Err(failure) => drop(imported.package_failed.get_or_insert(failure)),
                }
            }
            // Cards and where the sender stood were taken at the beginning; runs of a package that is not wanted are
            // passed over.
            Next::Frame(_) => {}
        }
    }
}

/// Takes a package whose runs come next, if it is wanted.
async fn take_package(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    from: AgencyId,
    package: Hash,
    runs: &Arc<Mutex<Runs>>,
) -> Result<bool, Failure> {
    let (us, wanted) =
        ledger.run(move |ledger, _| Ok((ledger.own_card().agency(), ledger.wanted_from(&from)?))).await?;
    let Some(row) = wanted.into_iter().find(|row| row.package == package) else { return Ok(false) };
    Ok(fetch_one(ledger, objects, us, &row, &CarriedRuns(Arc::clone(runs))).await? > 0)
}

/// A bundle that is read on, and a frame that was looked at and not used up.
struct Runs {
    reading: Reading<BufReader<File>>,
    held: Option<Next>,
}

fn locked(runs: &Mutex<Runs>) -> std::sync::MutexGuard<'_, Runs> {
    // Whoever panicked with it has at most read a frame; what is missing then is noticed by its number.
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Runs {
    fn next(&mut self) -> Result<Next, BundleError> {
        self.held.take().map_or_else(|| self.reading.next(), Ok)
    }

    /// What the package whose runs come next has of the run that is asked for; what comes before it is passed over.
    fn run(&mut self, asked: PackageRun) -> Result<Vec<u8>, BundleError> {
        match asked {
            PackageRun::Leaves { first } => self.leaves(first),
            PackageRun::Groups { first } => self.groups(first),
        }
    }

    fn leaves(&mut self, asked: u64) -> Result<Vec<u8>, BundleError> {
        let most = PackageFetch::LEAVES * LEAF as u64;
        let mut got = Vec::new();
        while (got.len() as u64) < most {
            let next = asked + (got.len() / LEAF) as u64;
            let (first, hashes) = match self.next()? {
                Next::Frame(Frame::Leaves { first, hashes }) => (first, hashes),
                other => {
                    self.held = Some(other);
                    break;
                }
            };
            let skip = usize::try_from(next.saturating_sub(first)).unwrap_or(usize::MAX).saturating_mul(LEAF);
            let room = usize::try_from(most).unwrap_or(usize::MAX) - got.len();
            let fresh = hashes.get(skip..).unwrap_or_default();
            got.extend_from_slice(fresh.get(..room).unwrap_or(fresh));
            if first > next || fresh.len() > room {
                // Leaves are missing before these, which the asker will notice; or some are left for the next run.
                self.held = Some(Next::Frame(Frame::Leaves { first, hashes }));
                break;
            }
        }
        Ok(got)
    }

    fn groups(&mut self, asked: u64) -> Result<Vec<u8>, BundleError> {
        let mut got = Vec::new();
        let mut next = asked;
        while next < asked + PackageFetch::GROUPS {
            match self.next()? {
                Next::Frame(Frame::Leaves { .. }) => {}
                Next::Frame(Frame::Group { number, .. }) if number < next => {}
                Next::Frame(Frame::Group { number, sealed }) if number == next => {
                    got.extend_from_slice(&sealed);
                    next += 1;
                }
                other => {
                    self.held = Some(other);
                    break;
                }
            }
        }
        Ok(got)
    }
}

/// A partner that answers out of a bundle: what is asked for comes next in it.
struct CarriedRuns(Arc<Mutex<Runs>>);

impl Peer for CarriedRuns {
    async fn post(&self, _: &'static str, body: Vec<u8>) -> Result<Vec<u8>, Failure> {
        let fetch = PackageFetch::decode(&body).map_err(|error| Failure::Fault(error.to_string()))?;
        let runs = Arc::clone(&self.0);
        let run = blocking(move || Ok(locked(&runs).run(fetch.run)));
        run.await?.map_err(|error| Failure::NotBelieved(error.to_string()))
    }
}

/// What the last bundle of a partner told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    /// So many entries of its stream it knows to be receipted.
    pub(crate) receipted: u64,
    /// So many entries of ours it has, where that is fewer than it had receipted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) lacks: Option<u64>,
    /// What it asked, to be given back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) asks: Option<Hash>,
}

impl Ledger {
    /// What the last bundle of a partner told.
    pub(super) fn told(&self, partner: &AgencyId) -> Result<Told, Failure> {
        let stored = self.store.view_row(TOLD, partner.as_bytes())?;
        Ok(stored.and_then(|bytes| cbor::decode(&bytes).ok()).unwrap_or_default())
    }

    /// Whether a bundle that is whole is for us, from a partner whom two people have confirmed, and signed by it.
    fn believe(&mut self, looked: &LookedThrough) -> Result<Result<Partner, BundleError>, Failure> {
        let partners = self.partners()?;
        Ok(self.believe_among(&partners, looked))
    }

    fn believe_among(&self, partners: &[Partner], looked: &LookedThrough) -> Result<Partner, BundleError> {
        let (hello, vouched) = (&looked.stood.hello, &looked.closing.vouched);
        if hello.to != self.agency {
            return Err(BundleError::NotForUs);
        }
        let confirmed = |partner: &&Partner| {
            partner.agency == hello.from
                && partner.partnership == Partnership::Confirmed
                && !partner.off_network
        };
        let partner = partners.iter().find(confirmed).ok_or(BundleError::Stranger)?;
        if vouched.from != hello.from || vouched.to != hello.to {
            return Err(BundleError::NotSigned);
        }
        let book = self.book_with(&hello.from, &looked.cards)?;
        let card = book.get(&vouched.card).ok_or(BundleError::NotSigned)?;
        looked.closing.verify(card)?;
        Ok(partner.clone())
    }

    /// The cards known of a partner, and those it brings.
    fn book_with(&self, partner: &AgencyId, brought: &[Card]) -> Result<CardBook, BundleError> {
        let mut book = CardBook::default();
        let known = self.cards.chain(partner).cloned();
        for card in known.chain(brought.iter().cloned()) {
            if card.agency() != *partner {
                return Err(disorder(&"it brings another agency's card"));
            }
            book.add(card).map_err(|error| disorder(&error))?;
        }
        Ok(book)
    }

    /// Takes the cards of a bundle that is believed, and what it says of where its sender stood.
    fn begin_import(
        &mut self,
        pending: &mut Pending,
        looked: LookedThrough,
    ) -> Result<Result<Imported, BundleError>, Failure> {
        let partner = match self.believe(&looked)? {
            Ok(partner) => partner,
            Err(error) => return Ok(Err(error)),
        };
        for card in looked.cards {
            self.keep_card_of(pending, card, partner.agency)?;
        }
        let (from, stood) = (partner.agency, looked.stood);
        let hello = &stood.hello;
        // It says what its clock showed then. Only one that comes from the future says that the clocks differ.
        let now = self.now().min(hello.now);
        let Ok((_, answered)) = self.judge_hello(pending, from, hello, now)? else {
            return Ok(Err(BundleError::NotForUs));
        };
        let (ours, theirs) = (self.stream(&from, Direction::Out)?.n, hello.incoming.n);
        let has_lost = theirs > ours;
        if !answered.vouched {
            // A file cannot be asked for what it says that its sender has: people hear of it.
            let of_tree = hello.holds.map(|held| Finding::TheyHoldMore { held }.to_string());
            let of_stream = || Divergence::WeLost { ours, theirs }.to_string();
            let why = of_tree.filter(|_| !has_lost).unwrap_or_else(of_stream);
            self.record_incident(pending, Trouble::StreamMismatch, Some(from), None, Some(&why))?;
        }
        let delivered = self.store.delivered(&from)?;
        let told = Told {
            receipted: stood.receipted.n,
            lacks: (hello.incoming.n < delivered).then_some(hello.incoming.n),
            asks: stood.asks,
        };
        let value = Some(cbor::encode(&told));
        pending.commit.views.push(ViewRow { view: TOLD, key: from.as_bytes().to_vec(), value });
        Ok(Ok(Imported {
            partner,
            received: self.stream(&from, Direction::In)?.n,
            delivered,
            refused: Vec::new(),
            gap: None,
            packages: 0,
            wanted: 0,
            package_failed: None,
            diverged: !answered.divergences.is_empty() || has_lost,
            owed: 0,
            compared: false,
            released: 0,
        }))
    }

    /// What a bundle came to once all of it was taken; the counts in `imported` are still those from before.
    fn end_import(
        &mut self,
        pending: &mut Pending,
        mut imported: Imported,
        stood: &Stood,
        by: Option<&Officer>,
    ) -> Result<Imported, Failure> {
        let from = imported.partner.agency;
        let (incoming, delivered) = (self.stream(&from, Direction::In)?, self.store.delivered(&from)?);
        imported.received = incoming.n.saturating_sub(imported.received);
        imported.delivered = delivered.saturating_sub(imported.delivered);
        imported.wanted = self.wanted_from(&from)?.len() as u64;
        imported.owed = incoming.n.saturating_sub(stood.receipted.n);
        let answered = stood.answers.is_some() && stood.answers.as_ref() == self.questions.get(&from);
        let taken = !imported.diverged && incoming.n >= stood.hello.outgoing.n;
        if answered && taken && !self.compared.with(&from) {
            imported.released = self.streams_agree(pending, from)?;
            imported.compared = true;
        }
        self.record_taken_in(pending, &imported, by)?;
        Ok(imported)
    }

    /// Records that a bundle was taken in: by an officer at the desk, or by whoever runs the node.
    fn record_taken_in(
        &mut self,
        pending: &mut Pending,
        imported: &Imported,
        by: Option<&Officer>,
    ) -> Result<(), Failure> {
        let node = self.set_up(pending)?;
        let by = by
            .map_or_else(|| self.operator(&node), |officer| officer.acting_in(&*self.keys.pseudonyms, &node));
        let taken = TakenInStructure {
            from: Hash::from_bytes(*imported.partner.agency.as_bytes()),
            received: imported.received,
            delivered: imported.delivered,
            packages: imported.packages,
        };
        let act = Token::literal(TakenIn::DEF.code);
        let composed = Composed { act, structure: cbor::encode(&taken), parts: Vec::new() };
        let new = inner_entry(self, node, NodeKind::DEF.code, composed, by)?;
        self.append_own(pending, new).map(drop)
    }

    /// What the last bundle of a partner told; nothing where none has come.
    pub(crate) fn told_by(&self, partner: &AgencyId) -> Result<Option<Told>, Failure> {
        let came = self.store.view_row(TOLD, partner.as_bytes())?.is_some();
        came.then(|| self.told(partner)).transpose()
    }
}
