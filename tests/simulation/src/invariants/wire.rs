//! What leaves an honest node: all of it durable, none of it inner, and only for parties.

use comity_federation::message::{Batch, BatchReply, Hello, HelloReply, Message, Receipts};
use comity_federation::path;
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite;
use comity_store::Direction;

use super::{Broken, Invariant, Judge, Judged};
use crate::node::Node;

impl Judge {
    /// Judges a message at the moment an honest node hands it to the network.
    pub(crate) fn leaves(
        &mut self,
        node: &mut Node,
        to: &AgencyId,
        path: &'static str,
        is_answer: bool,
        body: &[u8],
    ) -> Judged {
        match (path, is_answer) {
            (path::HELLO, false) => hello(node, to, &read::<Hello>(body)?),
            (path::HELLO, true) => hello(node, to, &read::<HelloReply>(body)?.hello),
            (path::BATCH, false) | (path::FETCH | path::ASK, true) => {
                self.batch(node, to, &read::<Batch>(body)?)
            }
            (path::BATCH, true) => {
                let reply = read::<BatchReply>(body)?;
                head_is_durable(node, to, Direction::In, reply.incoming)?;
                receipts(node, &reply.receipts)
            }
            (path::RECEIPTS, false) => receipts(node, &read::<Receipts>(body)?.receipts),
            _ => Ok(()),
        }
    }

    /// A batch was taken: the stream has come to its end at least, whatever was in it, unless there is no room left for
    /// what its sender writes.
    pub(crate) fn goes_on(node: &mut Node, from: &AgencyId, until: StreamHead, reply: &[u8]) -> Judged {
        let has = read::<BatchReply>(reply)?.incoming;
        // A node that cannot be read just now is asked nothing.
        let full = node.ledger().is_none_or(|ledger| ledger.is_full_of(from));
        let there = has == until || has.n > until.n;
        Invariant::BlocksNothingButItself.holds_if(there || full, || {
            format!("a batch reached to {} of a stream, which has come to {}", until.n, has.n)
        })
    }

    fn batch(&mut self, node: &Node, to: &AgencyId, batch: &Batch) -> Judged {
        head_is_durable(node, to, Direction::Out, batch.after)?;
        for bytes in &batch.entries {
            let hash = suite::hash(&[&bytes.0]);
            let disk = &node.resident.station.disk;
            let stored = disk.look(|kept| kept.entry(&hash)).is_ok_and(|record| record.is_some());
            Invariant::DurableBeforeItLeaves
                .holds_if(stored, || format!("entry {hash} is sent and not stored"))?;
            let entry = self.entry(&bytes.0, hash)?;
            let (header, us) = (entry.header(), node.resident.station.agency);
            let parties = self.parties(&header.matter).unwrap_or_default();
            let told = header.lane.is_shared() && parties.contains(to) && parties.contains(&us);
            Invariant::OnlyPartiesAreTold.holds_if(told, || format!("entry {hash} is sent to {to}"))?;
        }
        Ok(())
    }
}

fn read<M: Message>(body: &[u8]) -> Result<M, Broken> {
    M::decode(body)
        .map_err(|why| Invariant::NoFaultOfItsOwn.broken(format!("it sends what nobody can read: {why}")))
}

fn hello(node: &mut Node, to: &AgencyId, hello: &Hello) -> Judged {
    head_is_durable(node, to, Direction::Out, hello.outgoing)?;
    head_is_durable(node, to, Direction::In, hello.incoming)?;
    hello.checkpoint.iter().try_for_each(|note| checkpoint_is_durable(node, note))
}

fn head_is_durable(node: &Node, partner: &AgencyId, direction: Direction, head: StreamHead) -> Judged {
    let stored = node.resident.station.disk.look(|kept| kept.stream_at(partner, direction, head.n));
    Invariant::DurableBeforeItLeaves.holds_if(stored.is_ok_and(|stored| stored == Some(head)), || {
        format!("it says it has {} entries of a stream ({direction:?}), which is not stored", head.n)
    })
}

fn checkpoint_is_durable(node: &mut Node, note: &SignedCheckpoint) -> Judged {
    let durable = note.peek().is_ok_and(|says| node.durable_tree().root_at(says.size) == Ok(says.root));
    Invariant::DurableBeforeItLeaves
        .holds_if(durable, || "it shows a checkpoint of a tree that is not stored".into())
}

/// Receipts are promises: the judge keeps them.
fn receipts(node: &mut Node, receipts: &[Receipt]) -> Judged {
    for receipt in receipts {
        checkpoint_is_durable(node, &receipt.checkpoint)?;
        for entry in &receipt.entries {
            let stored = node.resident.station.disk.look(|kept| kept.entry(entry));
            Invariant::DurableBeforeItLeaves.holds_if(stored.is_ok_and(|record| record.is_some()), || {
                format!("entry {entry} is receipted and not stored")
            })?;
            node.promised.insert(*entry, "receipted");
        }
    }
    Ok(())
}
