//! Asks for what is missing, and gives what another lacks.
//!
//! An entry that waits names what it waits for. Any party of the matter may hold it and may hand it on, since it is
//! signed: so three parties come to the same though two of them never connect. What was asked for stands in no stream;
//! when its author's own stream brings it, it is here already and receipted.
//!
//! Not here: who may be told. Only a party of a matter is given its entries, and only the content addressed to it; to
//! everybody else a matter that is not theirs and one that is not there answer alike.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::engine::AnyMatter;
use comity_domain::gates::Ceiling;
use comity_federation::batch::{Draft, Parcel};
use comity_federation::holdings::{Holdings, HoldingsReply};
use comity_federation::message::{Ask, Batch, Message as _, VERSION};
use comity_federation::path;
use comity_journal::card::Card;
use comity_journal::entry::{Entry, Lane, Place, Seen};
use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::limits;
use comity_journal::part::{Commitment, OpenPart};
use comity_journal::receipt::Receipt;
use comity_journal::stated::StatedHead;
use comity_journal::stream::StreamHead;
use comity_journal::suite::Hash;
use comity_store::Recorded;

use super::deliver::{Peer, Synced, unreadable};
use crate::failure::Failure;
use crate::ledger::{Ledger, LedgerHandle};
use crate::views::{Admission, Named};

/// How many matters one session asks about; the next goes on behind the last of them.
const MATTERS: usize = 16;
/// How often one matter is asked about while each answer brings something.
const ROUNDS: usize = 8;

/// Asks a partner for what is missing in matters it is a party of.
///
/// # Errors
/// As for a session.
pub(super) async fn ask_for_missing(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    differ: bool,
    synced: &mut Synced,
) -> Result<(), Failure> {
    let elsewhere =
        if differ { held_elsewhere(ledger, partner, peer, synced).await? } else { BTreeMap::new() };
    let about = ledger.run({
        let elsewhere = elsewhere.keys().copied().collect();
        move |ledger, _| ledger.about_what_to_ask(&partner, &elsewhere)
    });
    for matter in about.await? {
        let theirs = elsewhere.get(&matter).copied();
        let mut how = if theirs.is_some() { About::WhatFollows } else { About::WhatIsMissing };
        for _ in 0..ROUNDS {
            let ask = ledger.run(move |ledger, _| ledger.ask(&partner, matter, how)).await?;
            let Some(ask) = ask else { break };
            let bytes = peer.post(path::ASK, ask.encode()).await?;
            synced.asked += 1;
            let supplied = ledger
                .run(move |ledger, pending| {
                    let batch = ledger.open_batch(partner, &bytes)?;
                    ledger.receive_supplied(pending, partner, &matter, batch)
                })
                .await?;
            synced.supplied += supplied;
            let alike = ledger.run(move |ledger, _| Ok(ledger.held_of(&partner, &matter)? == theirs));
            how = match (how, supplied) {
                (About::WhatFollows, 0) if alike.await? => break,
                // It stands beside what counts.
                (About::WhatFollows, 0) => About::AllOfIt,
                (_, 0) => break,
                _ => About::WhatIsMissing,
            };
        }
    }
    Ok(())
}

/// The matters of which the partner holds something else than we do, and what it holds of each.
async fn held_elsewhere(
    ledger: &LedgerHandle,
    partner: AgencyId,
    peer: &impl Peer,
    synced: &mut Synced,
) -> Result<BTreeMap<MatterId, Hash>, Failure> {
    let ours = ledger.run(move |ledger, _| {
        let (v, from, to) = (VERSION, ledger.agency, partner);
        Ok(Holdings { v, from, to, runs: ledger.runs_with(&partner)? })
    });
    let bytes = peer.post(path::HOLDINGS, ours.await?.encode()).await?;
    let reply = HoldingsReply::decode(&bytes).map_err(unreadable)?;
    synced.asked += 1;
    let ours = ledger.run(move |ledger, _| ledger.held_with(&partner, None)).await?;
    let ours: BTreeSet<_> = ours.into_iter().collect();
    let others = reply.held.into_iter().filter(|held| !ours.contains(held));
    Ok(others.map(|held| (held.matter, held.entries)).collect())
}

/// What of a matter is asked for.
#[derive(Clone, Copy)]
enum About {
    /// What an entry that is here names, if anything.
    WhatIsMissing,
    /// Everything behind the last entry of each lane: the two hold something else of it.
    WhatFollows,
    /// Everything.
    AllOfIt,
}

impl Ledger {
    /// The matters to ask a partner about, those it was not asked about for longest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn about_what_to_ask(
        &mut self,
        partner: &AgencyId,
        elsewhere: &BTreeSet<MatterId>,
    ) -> Result<Vec<MatterId>, Failure> {
        let last = self.asked.get(partner).copied();
        let all: BTreeSet<_> = self.waiting.matters().chain(elsewhere).copied().collect();
        let behind = all.iter().filter(|matter| last.is_none_or(|last| **matter > last));
        let before = all.iter().filter(|matter| last.is_some_and(|last| **matter <= last));
        let mut asked = Vec::new();
        for matter in behind.chain(before) {
            let how = if elsewhere.contains(matter) { About::WhatFollows } else { About::WhatIsMissing };
            if asked.len() < MATTERS && self.ask(partner, *matter, how)?.is_some() {
                asked.push(*matter);
            }
        }
        if let Some(last) = asked.last() {
            self.asked.insert(*partner, *last);
        }
        Ok(asked)
    }

    /// What to ask a partner about a matter, if it may hold what is asked for. What is said to be of our own lane and is not
    /// here was never written, unless the partner holds it and we signed it.
    fn ask(&mut self, partner: &AgencyId, matter: MatterId, how: About) -> Result<Option<Ask>, Failure> {
        // It has said itself that it holds something of it, whoever the opening that is here names.
        let anyway = !matches!(how, About::WhatIsMissing);
        let (from, to) = (self.agency, *partner);
        let ask = |have| Ask { v: VERSION, from, to, matter, have };
        let (ours, is_party) = match self.matter(&matter) {
            Ok(folded) => (folded.lane_of(&from), folded.was_party(&to)),
            // A matter that has not come yet, or one of a kind this release does not know.
            Err(Failure::NotFound(_)) => return Ok(anyway.then(|| ask(Vec::new()))),
            Err(other) => return Err(other),
        };
        let rows = || self.waiting.in_matter(&matter).map(|(_, row)| row);
        let missing = rows().any(|row| row.lacks.iter().any(|seen| seen.lane != ours));
        let may_hold = is_party.unwrap_or_else(|| rows().any(|row| row.author == to));
        if !(anyway || missing && may_hold) {
            return Ok(None);
        }
        let mut have = if matches!(how, About::AllOfIt) { Vec::new() } else { self.matter(&matter)?.heads() };
        have.truncate(limits::PARTIES);
        Ok(Some(ask(have)))
    }

    /// A batch, outside any stream, of the entries of a matter that `partner` lacks.
    ///
    /// # Errors
    /// When the store cannot be read, or the partner's card has no sealing key.
    pub fn supply(&mut self, partner: AgencyId, ask: &Ask) -> Result<Vec<u8>, Failure> {
        let (mut lacking, mut receipts) = (Vec::new(), Vec::new());
        if self.are_parties(&ask.matter, &partner)? {
            let records = self.store.matter(&ask.matter)?;
            let mut given = Vec::new();
            for record in &records {
                let is_shared = matches!(&record.what, Recorded::Entry { lane, .. } if lane.is_shared());
                if is_shared && self.may_be_given(&ask.matter, &partner, record)? {
                    given.push(record);
                }
            }
            receipts = self.receipts_to_pass_on(&partner, &ask.matter, &given)?;
            let is_here = |seen: &Seen| {
                records
                    .iter()
                    .any(|record| matches!(record.what, Recorded::Entry { entry, .. } if entry == seen.entry))
            };
            // Of a lane whose last entry there is unknown here, the asker may have another branch: what stands in that
            // place goes with the rest, and the places before it in the rounds that follow.
            let have: BTreeMap<Lane, (Place, bool)> =
                ask.have.iter().map(|seen| (seen.lane, (seen.place, is_here(seen)))).collect();
            for record in given {
                let Recorded::Entry { lane, place, bytes, .. } = &record.what else { continue };
                let has =
                    have.get(lane).is_some_and(|(to, known)| if *known { to >= place } else { to > place });
                if !has {
                    lacking.push((*place, bytes.clone()));
                }
            }
        }
        // The first of each lane come first, so that an answer that is cut short is of use.
        lacking.sort();
        lacking.truncate(limits::BATCH_ENTRIES);
        let mut parcels = Vec::new();
        for (_, bytes) in lacking {
            let entry = Entry::read(&bytes).map_err(|error| Failure::Fault(error.to_string()))?;
            parcels.push(self.parcel(&partner, entry)?);
        }
        // What was stated of the matters behind it goes along: after a key was lost it is wanted of all of them.
        let heads = if self.are_parties(&ask.matter, &partner)? {
            self.heads_from(&partner, Some(ask.matter))?
        } else {
            Vec::new()
        };
        let cards = self.cards_with(&partner, &parcels, &heads, &receipts);
        let (from, to, after) = (self.agency, partner, StreamHead::START);
        let draft =
            Draft { from, to, after, cards, heads, receipts, checkpoint: None, consistency: Vec::new() };
        Ok(self.seal_batch(draft, parcels)?.0)
    }

    /// Whether both this node and the partner are parties of a matter that was opened here.
    fn are_parties(&mut self, matter: &MatterId, partner: &AgencyId) -> Result<bool, Failure> {
        let us = self.agency;
        let matter = match self.matter(matter) {
            Ok(matter) => matter,
            Err(Failure::NotFound(_)) => return Ok(false),
            Err(other) => return Err(other),
        };
        let now = matter.ever_parties();
        let entries = matter.entries().into_iter().map(AsRef::as_ref);
        let named = Named::by(entries, &now, &Admission::all_in(&**matter));
        Ok(named.is_opened() && named.by_all(&us) && named.by_all(partner))
    }

    /// An entry with the content of it that is here and addressed to a partner.
    pub(super) fn parcel(&mut self, partner: &AgencyId, entry: Entry) -> Result<Parcel, Failure> {
        let mut parts = self.store.parts(&entry.hash())?;
        if self.came_by_offer(partner, &entry.header().matter)? {
            self.keep_within_ceiling(partner, &entry, &mut parts)?;
        }
        let meant = |part: &Commitment, matter: Option<&dyn AnyMatter>| match matter {
            Some(matter) => matter.is_addressed(&entry, part, partner),
            None => part.is_for(partner),
        };
        let committed = entry.header().parts.iter();
        let meant: Vec<_> = match self.matter(&entry.header().matter) {
            Ok(matter) => committed.filter(|part| meant(part, Some(&**matter))).collect(),
            Err(Failure::NotFound(_)) => committed.filter(|part| meant(part, None)).collect(),
            Err(other) => return Err(other),
        };
        parts.retain(|part| meant.iter().any(|commitment| part.matches(commitment)));
        Ok(Parcel { entry, parts })
    }

    /// Whether a record is an entry that a partner may be given, which a party that was removed may not of everything.
    fn may_be_given(
        &mut self,
        matter: &MatterId,
        partner: &AgencyId,
        record: &comity_store::Record,
    ) -> Result<bool, Failure> {
        let Recorded::Entry { entry, .. } = record.what else { return Ok(false) };
        let matter = self.matter(matter)?;
        Ok(matter.removed_by(partner).is_none() || matter.may_be_given(partner, &entry))
    }

    /// Whether a party of a matter had no node when it was opened: then what it is given was decided for its record.
    fn came_by_offer(&mut self, partner: &AgencyId, matter: &MatterId) -> Result<bool, Failure> {
        match self.matter(matter) {
            Ok(matter) => Ok(matter.lane_of(partner) != Lane::Shared(*partner)),
            Err(Failure::NotFound(_)) => Ok(false),
            Err(other) => Err(other),
        }
    }

    /// Leaves out what a partner's ceiling does not let it have: what tells of persons, also in other languages. It does not
    /// follow by itself when the ceiling is lifted.
    fn keep_within_ceiling(
        &mut self,
        partner: &AgencyId,
        entry: &Entry,
        parts: &mut Vec<OpenPart>,
    ) -> Result<(), Failure> {
        let now = self.now();
        let known = self.known_partners()?;
        let ceiling =
            known.iter().find(|known| known.agency == *partner).map(|known| known.lane.ceiling(now));
        if ceiling == Some(Ceiling::Full) {
            return Ok(());
        }
        let header = entry.header();
        let def = self.kinds.get(header.kind.as_str()).and_then(|kind| kind.act(header.act.as_str()));
        let personal =
            def.into_iter().flat_map(|def| def.fields).filter(|field| field.personal && !field.ours);
        let homes: Vec<_> = personal.map(|field| field.home).collect();
        parts.retain(|part| !homes.iter().any(|home| home.is_at(part.label.as_str())));
        Ok(())
    }

    /// Our own cards, and those of whoever else signed any of these entries, stated any of these heads or gave any of these receipts: who has not met them is introduced by it.
    fn cards_with(
        &self,
        partner: &AgencyId,
        parcels: &[Parcel],
        heads: &[StatedHead],
        receipts: &[Receipt],
    ) -> Vec<Card> {
        let receivers =
            receipts.iter().filter_map(|receipt| Some(receipt.checkpoint.peek().ok()?.origin.agency));
        let authors = parcels.iter().map(|parcel| parcel.entry.header().author);
        let authors: BTreeSet<_> =
            authors.chain(heads.iter().map(|stated| stated.agency)).chain(receivers).collect();
        let others = authors.into_iter().filter(|author| *author != self.agency && author != partner);
        let chains = others.flat_map(|author| self.cards.chain(&author).cloned().collect::<Vec<_>>());
        self.latest_cards(&self.agency).into_iter().chain(chains).take(limits::CARD_CHAIN).collect()
    }

    /// A batch of these stated heads and as many of these parcels as fit, sealed to a partner, and those that are in it.
    pub(super) fn batch_of(
        &mut self,
        partner: AgencyId,
        after: StreamHead,
        parcels: Vec<Parcel>,
        heads: Vec<StatedHead>,
    ) -> Result<(Vec<u8>, Vec<Parcel>), Failure> {
        let cards = self.cards_with(&partner, &parcels, &heads, &[]);
        let (from, to) = (self.agency, partner);
        let (receipts, consistency) = (Vec::new(), Vec::new());
        let draft = Draft { from, to, after, cards, heads, receipts, checkpoint: None, consistency };
        self.seal_batch(draft, parcels)
    }

    /// The cards known of an agency, as many as a batch may hold: each proves itself by those before it.
    pub(super) fn latest_cards(&self, agency: &AgencyId) -> Vec<Card> {
        let cards: Vec<_> = self.cards.chain(agency).cloned().collect();
        let newest = cards.len().saturating_sub(limits::CARD_CHAIN);
        cards.into_iter().skip(newest).collect()
    }

    /// As many of these parcels as fit into a batch that was drafted, sealed to its receiver, and those that are in it.
    pub(super) fn seal_batch(
        &mut self,
        draft: Draft,
        mut parcels: Vec<Parcel>,
    ) -> Result<(Vec<u8>, Vec<Parcel>), Failure> {
        let month = self.now().month();
        let card = self
            .cards
            .latest(&draft.to)
            .ok_or_else(|| Failure::NotFound("no card of this partner".into()))?;
        let key = card.facts().content_key(&month).map(|monthly| monthly.key);
        let key = key.ok_or_else(|| Failure::Fault("the partner's card has no sealing key".into()))?;
        parcels.truncate(draft.fill(&parcels));
        let batch = Batch::compose(&draft, &parcels, &key, &mut *self.entropy)
            .map_err(|error| Failure::Fault(error.to_string()))?;
        Ok((batch.encode(), parcels))
    }
}
