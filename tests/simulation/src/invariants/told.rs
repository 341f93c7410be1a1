//! What a node tells its people, what it records of itself and of partners, and what it says when it cannot.

use std::collections::BTreeMap;

use comity_app::Failure;
use comity_app::commands::{Acted, Outcome};
use comity_app::queries::verify_journal;
use comity_app::views;
use comity_domain::matters::node::Trouble;
use comity_journal::cbor;
use comity_journal::entry::Entry;
use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_store::{Record, Recorded, StoreError};

use super::{Invariant, Judge, Judged};
use crate::node::Node;

/// Whether this is only said of somebody who lies or has lost something. A new trouble does not compile before it is said here which
/// it is.
pub(super) fn is_accusation(trouble: &str) -> bool {
    Trouble::from_code(trouble).is_some_and(|trouble| match trouble {
        Trouble::BadEntry
        | Trouble::NotKept
        | Trouble::BadPart
        | Trouble::BadReceipt
        | Trouble::RewrittenPast
        | Trouble::TwoTrees
        | Trouble::UnprovenTree
        | Trouble::BadBatch
        | Trouble::Fork
        | Trouble::StreamMismatch => true,
        Trouble::UnknownPartner
        | Trouble::TooNew
        | Trouble::NoRoom
        | Trouble::ClockSkew
        | Trouble::OldCopy
        | Trouble::PartnerOldCopy
        | Trouble::KeyDisowned
        | Trouble::KeyMisused
        | Trouble::PasskeyWentBack => false,
    })
}

type Fields = BTreeMap<String, ciborium::Value>;

fn fields_of(incident: &Entry) -> Fields {
    cbor::decode(&incident.header().structure).unwrap_or_default()
}

/// With whom the trouble is.
fn agency_in(incident: &Fields) -> Option<AgencyId> {
    AgencyId::from_slice(incident.get("partner")?.as_bytes()?)
}

impl Judge {
    /// An officer was told that an act is done, as far as it is.
    pub(crate) fn told(&self, node: &mut Node, acted: &Acted) -> Judged {
        let (Outcome::Recorded(entry)
        | Outcome::StillWaits(entry, _)
        | Outcome::Signed(entry)
        | Outcome::Drafted(entry)
        | Outcome::Kept(entry, _)
        | Outcome::AwaitsComparison(entry, _)
        | Outcome::AwaitsEpoch(entry)) = &acted.outcome;
        let stored = node.resident.station.disk.look(|kept| kept.entry(entry));
        Invariant::DurableBeforeItIsTold.holds_if(stored.is_ok_and(|record| record.is_some()), || {
            format!("{} is told as done; its entry {entry} is not stored", acted.act)
        })?;
        node.promised.insert(*entry, "told as done");
        Ok(())
    }

    /// What an older copy of a node had promised, and partners hold, is there again.
    pub(crate) fn lost_came_back(&mut self, node: &mut Node) -> Judged {
        for (entry, what) in std::mem::take(&mut node.owed) {
            let stored = node.resident.station.disk.look(|kept| kept.entry(&entry));
            Invariant::LostComesBack.holds_if(stored.is_ok_and(|record| record.is_some()), || {
                format!("entry {entry} was {what}, was lost with a copy, and has not come back")
            })?;
            node.promised.insert(entry, what);
        }
        Ok(())
    }

    /// Whatever an honest node has promised is still there; that it is unchanged is judged where entries are read.
    pub(crate) fn promises_are_kept(&mut self, node: &Node) -> Judged {
        for (entry, what) in &node.promised {
            let record = node.resident.station.disk.look(|kept| kept.entry(entry)).ok().flatten();
            let Some(Recorded::Entry { bytes, .. }) = record.map(|record| record.what) else {
                return Err(
                    Invariant::AcknowledgedForEver.broken(format!("entry {entry} was {what} and is gone"))
                );
            };
            self.entry(&bytes, *entry)?;
        }
        Ok(())
    }

    /// An honest node has recorded an incident.
    pub(super) fn incident(&mut self, node: &Node, record: &Record) -> Judged {
        let Recorded::Entry { entry, matter, bytes, .. } = &record.what else { return Ok(()) };
        let own = node.resident.station.disk.look(|kept| kept.matters()).unwrap_or_default();
        Invariant::OwnRecordsStayOwn.holds_if(own.first() == Some(matter), || {
            format!("incident {entry} stands in matter {matter}, which is not the node's record")
        })?;
        let Ok(read) = Entry::read(bytes) else { return Ok(()) };
        let fields = fields_of(&read);
        let word = |name| fields.get(name).and_then(|word| word.as_text()).unwrap_or_default();
        let trouble = word("trouble");
        let accused = is_accusation(trouble);
        let partner = agency_in(&fields);
        // Whoever was put back shows its tree to the first partner that misses nothing, and may have shown another one to a
        // second: so this is an alarm and no more (RFD 0013).
        let of_trees = [Trouble::TwoTrees, Trouble::UnprovenTree].map(Trouble::code).contains(&trouble);
        let innocent = accused
            && !(of_trees && partner == self.copied)
            && partner.is_some_and(|partner| {
                self.is_honest(&partner) && !self.is_robbed_one(&partner) && !self.falls(&partner)
            });
        Invariant::HonestNeverAccused.holds_if(!innocent, || {
            let about = fields.get("entry").and_then(|entry| entry.as_bytes());
            let about = about.and_then(|entry| Hash::from_slice(entry));
            let known = about.and_then(|about| self.entries.get(&about)).map(|entry| entry.header());
            let act = known.map(|header| (header.kind.to_string(), header.act.to_string()));
            format!("incident `{trouble}` ({}) about an honest partner, of {about:?}: {act:?}", word("why"))
        })
    }

    /// A node has told its people something about a partner.
    pub(super) fn keep_alarm(&mut self, node: &Node, entry: &Entry) {
        let header = entry.header();
        if header.author != node.agency() || header.act.as_str() != "incident" {
            return;
        }
        let fields = fields_of(entry);
        let trouble = fields.get("trouble").and_then(|word| word.as_text()).unwrap_or_default();
        if let Some(partner) = agency_in(&fields) {
            self.alarms.insert((node.agency(), partner, trouble.to_owned()));
        }
    }

    /// A failure that nobody planned.
    pub(crate) fn no_fault(failure: &Failure) -> Judged {
        let planned = |why: &str| {
            ["a test planned this fault", "the power has gone", "full"].iter().any(|p| why.contains(p))
        };
        let innocent = match failure {
            Failure::Fault(_) => false,
            Failure::Store(StoreError::LostRace { .. } | StoreError::Inconsistent { .. }) => false,
            Failure::Store(StoreError::Failed(why)) | Failure::NotRecorded(why) => planned(why),
            _ => true,
        };
        Invariant::NoFaultOfItsOwn.holds_if(innocent, || failure.to_string())
    }

    /// Views dropped and rebuilt equal the live ones.
    pub(crate) fn views_rebuild(node: &mut Node) -> Judged {
        let disk = node.resident.station.disk.clone();
        let rows_of = |view| disk.look(|kept| kept.view(view, None, usize::MAX)).unwrap_or_default();
        let rows = || views::ALL.map(|view| (view, rows_of(view)));
        let Some(ledger) = node.ledger() else { return Ok(()) };
        if let Err(why) = ledger.fold_lagging() {
            return Self::no_fault(&why);
        }
        let live = rows();
        views::rebuild(ledger).map_err(|why| Invariant::NoFaultOfItsOwn.broken(why.to_string()))?;
        let rebuilt = rows();
        Invariant::RebuiltEqualsLive.holds_if(rebuilt == live, || {
            let differ = live.iter().zip(&rebuilt).filter(|(live, rebuilt)| live != rebuilt);
            let told = differ.map(|((view, live), (_, rebuilt))| {
                let here = live.iter().filter(|row| !rebuilt.contains(row)).count();
                let there = rebuilt.iter().filter(|row| !live.contains(row)).count();
                format!("{view}: {here} rows only live, {there} only rebuilt")
            });
            told.collect::<Vec<_>>().join("; ")
        })
    }

    /// A journal verifies, but for what dishonest partners wrote.
    pub(crate) fn journal_verifies(&self, node: &mut Node) -> Judged {
        let disk = node.resident.station.disk.clone();
        let Some(ledger) = node.ledger() else { return Ok(()) };
        let report =
            verify_journal(ledger).map_err(|why| Invariant::NoFaultOfItsOwn.broken(why.to_string()))?;
        let of_liar = |finding: &&String| {
            let number =
                finding.strip_prefix("record ").and_then(|rest| rest.split(':').next()?.parse().ok());
            let record = number.and_then(|number| disk.look(|kept| kept.records(number, 1)).ok()?.pop());
            match record.map(|record| record.what) {
                Some(Recorded::Entry { bytes, .. }) => {
                    Entry::read(&bytes).is_ok_and(|entry| !self.is_honest(&entry.header().author))
                }
                _ => false,
            }
        };
        let found: Vec<_> = report.findings.iter().filter(|finding| !of_liar(finding)).collect();
        Invariant::JournalVerifies.holds_if(found.is_empty(), || format!("{found:?}"))
    }
}
