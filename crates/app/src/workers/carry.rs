//! Makes a bundle: what a partner has not receipted, the receipts we owe it, our cards and, where asked for, sealed
//! packages, frame by frame into a file that somebody carries.
//!
//! Nothing counts as delivered by it: only a receipt that comes back does that. So a bundle that is lost costs nothing
//! but the next one. Not here: who may take a bundle out (`egress`), and the bytes of it (`comity_federation::bundle`).
//!
//! Invariant: only what is stored is read, so nothing leaves before it is durable; and no more than a frame is in
//! memory at a time, however large the packages are.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::sync::Arc;

use comity_federation::bundle::{Frame, Stood, Writing};
use comity_federation::message::{Message as _, PackageRun, Receipts, Signed, VERSION};
use comity_journal::ids::AgencyId;
use comity_journal::limits;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::objects::Objects;
use comity_store::{Direction, Recorded, TreeName};

use super::packages::{blocking, disk, read_whole};
use crate::commands::{Reception, set_aside_in};
use crate::failure::Failure;
use crate::keys::Signer;
use crate::ledger::{Ledger, LedgerHandle};
use crate::people::{Partner, Partnership};

/// What a bundle holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exported {
    /// Entries of ours that the partner has not receipted.
    pub entries: u64,
    /// Entries of the partner that are receipted in it.
    pub receipted: u64,
    /// Sealed packages.
    pub packages: u64,
    /// Sealed packages that the partner may still lack and that were not asked to go with it.
    pub left_out: u64,
    /// The size of the file.
    pub bytes: u64,
    /// Whether it asks the partner where it stands, because this node may be an old copy of itself.
    pub asks: bool,
}

/// Writes a bundle for a partner into an empty file, and makes it durable. That it leaves has been recorded before.
///
/// # Errors
/// When the store, a package or the file cannot be read or written.
pub async fn export_bundle(
    ledger: &LedgerHandle,
    objects: &Arc<Objects>,
    partner: AgencyId,
    with_packages: bool,
    file: File,
) -> Result<Exported, Failure> {
    let begun = ledger.run(move |ledger, _| ledger.begin_bundle(&partner)).await?;
    let Leaving { writing, opening, stood, cards, receipts_after, mut after } = begun;
    let mut exported = Exported { asks: stood.asks.is_some(), ..Exported::default() };
    let (incoming, outgoing) = (stood.hello.incoming, stood.hello.outgoing);
    let mut out = Out { writing, file, bytes: 0 }.raw(opening).await?;
    out = out.frame(Frame::Stood(Box::new(stood))).await?;
    for card in cards {
        out = out.frame(Frame::Card(card)).await?;
    }
    let mut receipted = receipts_after;
    while receipted < incoming.n {
        let most = incoming.n - receipted;
        let (message, entries) = ledger
            .run(move |ledger, _| {
                let (reception, entries) = ledger.receipts_owed(&partner, receipted, most)?;
                let (from, receipts) =
                    (ledger.own_card().agency(), ledger.receipts_for(&partner, &reception)?);
                let refused = reception.refused;
                Ok((Receipts { v: VERSION, from, to: partner, receipts, refused }.encode(), entries))
            })
            .await?;
        out = out.frame(Frame::Receipts(Signed(message))).await?;
        receipted += entries;
        exported.receipted += entries;
    }
    while after.n < outgoing.n {
        let most = usize::try_from(outgoing.n - after.n).unwrap_or(usize::MAX).min(limits::BATCH_ENTRIES);
        let (batch, hashes) = ledger.run(move |ledger, _| ledger.compose_batch(partner, after, most)).await?;
        if hashes.is_empty() {
            return Err(Failure::Fault("an entry of the stream fits into no batch".into()));
        }
        out = out.frame(Frame::Batch(Signed(batch))).await?;
        after = hashes.iter().fold(after, |head, entry| head.push(entry));
        exported.entries += hashes.len() as u64;
    }
    for package in ledger.run(move |ledger, _| ledger.packages_to_carry(&partner)).await?.into_keys() {
        if with_packages {
            out = out.package(objects, package).await?;
            exported.packages += 1;
        } else {
            exported.left_out += 1;
        }
    }
    exported.bytes = out.close(ledger, partner).await?;
    Ok(exported)
}

/// A bundle on its way to the disk.
struct Out {
    writing: Writing,
    file: File,
    bytes: u64,
}

impl Out {
    async fn raw(mut self, bytes: Vec<u8>) -> Result<Self, Failure> {
        blocking(move || {
            self.write(&bytes).map_err(written)?;
            Ok(self)
        })
        .await
    }

    async fn frame(mut self, frame: Frame) -> Result<Self, Failure> {
        blocking(move || {
            self.add(&frame).map_err(written)?;
            Ok(self)
        })
        .await
    }

    async fn package(mut self, objects: &Arc<Objects>, package: Hash) -> Result<Self, Failure> {
        let objects = Arc::clone(objects);
        blocking(move || {
            self.add(&Frame::Package(package)).map_err(written)?;
            let here = read_whole(&objects, &package, |run, bytes| {
                self.add(&match run {
                    PackageRun::Leaves { first } => Frame::Leaves { first, hashes: bytes },
                    PackageRun::Groups { first } => Frame::Group { number: first, sealed: bytes },
                })
            });
            if !here.map_err(disk)? {
                return Err(Failure::Fault("a package was taken off the shelf meanwhile; try again".into()));
            }
            Ok(self)
        })
        .await
    }

    /// Signs for all of it; the size of the whole.
    async fn close(self, ledger: &LedgerHandle, partner: AgencyId) -> Result<u64, Failure> {
        let Self { writing, mut file, bytes } = self;
        let closing = ledger.run(move |ledger, _| ledger.close_bundle(partner, writing)).await?;
        blocking(move || {
            file.write_all(&closing).and_then(|()| file.sync_all()).map_err(written)?;
            Ok(bytes + closing.len() as u64)
        })
        .await
    }

    fn add(&mut self, frame: &Frame) -> io::Result<()> {
        let bytes = self.writing.frame(frame);
        self.write(&bytes)
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        self.file.write_all(bytes)
    }
}

/// The file is where the person at the keyboard wants it, so it is theirs to mend.
#[expect(clippy::needless_pass_by_value, reason = "it maps an owned error")]
fn written(error: io::Error) -> Failure {
    Failure::Fault(format!("the bundle cannot be written: {error}"))
}

/// A bundle that was begun.
struct Leaving {
    writing: Writing,
    opening: Vec<u8>,
    stood: Stood,
    cards: Vec<Signed>,
    receipts_after: u64,
    /// Where the first batch begins.
    after: StreamHead,
}

impl Ledger {
    /// The partner that a bundle is to be made for: one whose node takes bundles, and whom two people have confirmed.
    ///
    /// # Errors
    /// When there is none of that name, or nothing is exchanged with it.
    pub fn bundle_partner(&mut self, named: &str) -> Result<Partner, Failure> {
        let partner = self.partner(named)?;
        if partner.off_network {
            let why = "this partner has no node, so it opens no bundle; send it a proof or a letter";
            return Err(Failure::Usage(why.into()));
        }
        if partner.partnership == Partnership::Confirmed {
            return Ok(partner);
        }
        let why = "a second person has to confirm this partner first: `partner confirm`";
        Err(Failure::Usage(why.into()))
    }

    /// What bundles have asked of partners with whom the streams have not been compared since.
    pub fn questions(&self) -> BTreeMap<AgencyId, Hash> {
        let open = self.questions.iter().filter(|(partner, _)| !self.compared.with(partner));
        open.map(|(partner, asked)| (*partner, *asked)).collect()
    }

    /// These were asked before the last stop, which was clean; the journal is the one of then.
    pub fn go_on_asking(&mut self, questions: BTreeMap<AgencyId, Hash>) {
        self.questions = questions;
    }

    fn begin_bundle(&mut self, partner: &AgencyId) -> Result<Leaving, Failure> {
        let (snapshot, told) = (self.snapshot(partner)?, self.told(partner)?);
        let month = self.now().month();
        let key = snapshot.partner.facts().content_key(&month).map(|monthly| monthly.key);
        let key = key.ok_or_else(|| Failure::Fault("the partner's card has no sealing key".into()))?;
        let (writing, opening) =
            Writing::begin(&key, &mut *self.entropy).map_err(|error| Failure::Fault(error.to_string()))?;
        let after = match told.lacks.filter(|n| *n < snapshot.delivered.n) {
            // It has lost what it had receipted: it gets that once more.
            Some(n) => self.store.stream_at(partner, Direction::Out, n)?.unwrap_or(StreamHead::START),
            None => snapshot.delivered,
        };
        let asks = self.question_for(partner);
        let stood =
            Stood { hello: snapshot.hello(), receipted: snapshot.delivered, asks, answers: told.asks };
        let cards: Vec<_> =
            self.cards.chain(&self.agency).map(|card| Signed(card.bytes().to_vec())).collect();
        let newest = cards.len().saturating_sub(limits::CARD_CHAIN);
        let cards = cards.into_iter().skip(newest).collect();
        // Receipts show our tree, which an older copy of this node would contradict.
        let receipts_after = if self.may_show_tree(partner) { told.receipted } else { snapshot.incoming.n };
        Ok(Leaving { writing, opening, stood, cards, receipts_after, after })
    }

    /// What is asked of a partner as long as its streams have not been compared with ours: always the same, for nothing
    /// of ours can be signed for it meanwhile.
    fn question_for(&mut self, partner: &AgencyId) -> Option<Hash> {
        if self.compared.with(partner) {
            return None;
        }
        if !self.questions.contains_key(partner) {
            let mut drawn = [0; 32];
            self.entropy.fill(&mut drawn);
            self.questions.insert(*partner, Hash::from_bytes(drawn));
        }
        self.questions.get(partner).copied()
    }

    /// What is to be receipted of a partner's stream after the `after`-th entry and what was set aside of it, and how
    /// many entries that are: at most `most`, and no more than one message holds.
    fn receipts_owed(&self, partner: &AgencyId, after: u64, most: u64) -> Result<(Reception, u64), Failure> {
        let most = usize::try_from(most).unwrap_or(usize::MAX).min(limits::BATCH_ENTRIES);
        let steps = self.store.steps(partner, Direction::In, after, most)?;
        if steps.is_empty() {
            return Err(Failure::Fault("the partner's stream is shorter than its head says".into()));
        }
        let count = steps.len() as u64;
        let (mut leaves, mut refused) = (Vec::new(), Vec::new());
        for (_, record) in steps {
            match record.what {
                Recorded::Entry { entry, .. } if record.tree == TreeName::Exchange => {
                    leaves.push((record.leaf, record.at, entry));
                }
                // In the place of what does not count stands our own record of it.
                _ => refused.extend(set_aside_in(&record)),
            }
        }
        Ok((Reception::of_old(leaves, refused), count))
    }

    /// How many bytes of packages a bundle for a partner would take along.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn bytes_to_carry(&mut self, partner: &AgencyId) -> Result<u64, Failure> {
        Ok(self.packages_to_carry(partner)?.into_values().sum())
    }

    /// The packages that we handed over to a partner, answer for until it takes them over, and hold; with their sizes.
    fn packages_to_carry(&mut self, partner: &AgencyId) -> Result<BTreeMap<Hash, u64>, Failure> {
        let (us, mut carried) = (self.agency, BTreeMap::new());
        for row in self.packages()? {
            if row.by != us || !self.shelf.holds(&row.package) || !self.may_fetch(partner, &row.package)? {
                continue;
            }
            let matter = self.matter(&row.matter)?;
            let is_party = matter.parties().iter().any(|party| party.agency == *partner);
            let ours = |handed: &comity_domain::engine::HandedOver| {
                handed.entry == row.entry && handed.kept && handed.holder == Some(us)
            };
            if is_party && matter.packages().iter().any(ours) {
                carried.insert(row.package, row.size);
            }
        }
        Ok(carried)
    }

    fn close_bundle(&self, partner: AgencyId, writing: Writing) -> Result<Vec<u8>, Failure> {
        let card = self.own_card();
        let vouched = writing.vouched(partner, card);
        let message = vouched.to_be_signed(card);
        let signatures = Signer::sign(&self.keys.signing, &[message]).map_err(Failure::Fault)?;
        let signature =
            signatures.first().ok_or_else(|| Failure::Fault("the signer gave no signature".into()))?;
        Ok(writing.close(&vouched, card, signature))
    }
}
