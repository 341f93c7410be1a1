//! What leaves an honest node: all of it durable, none of it inner, and only for parties.

use comity_federation::message::{Batch, BatchReply, Hello, HelloReply, Message, Receipts};
use comity_federation::path;
use comity_federation::seal::SealingSecret;
use comity_journal::card::CardBook;
use comity_journal::checkpoint::SignedCheckpoint;
use comity_journal::ids::AgencyId;
use comity_journal::part::OpenPart;
use comity_journal::receipt::Receipt;
use comity_journal::stream::StreamHead;
use comity_journal::suite::{self, Hash};
use comity_store::{Direction, StoredCheckpoint};

use super::{Broken, Invariant, Judge, Judged};
use crate::node::Node;

/// What occurs in content of every kind of act that officers of these worlds write, and officers' names.
const IN_CLEAR: [&str; 4] = ["Example", "Ilo Marn", "Amara Olin", "Bo Reyes"];

impl Judge {
    /// Judges a message at the moment an honest node hands it to the network.
    pub(crate) fn leaves(
        &mut self,
        node: &mut Node,
        (to, opens): (&AgencyId, &[SealingSecret]),
        path: &'static str,
        is_answer: bool,
        body: &[u8],
    ) -> Judged {
        let shown = IN_CLEAR.iter().find(|word| body.windows(word.len()).any(|at| at == word.as_bytes()));
        Invariant::NothingInClear.holds_if(shown.is_none(), || format!("{path} shows {shown:?}"))?;
        match (path, is_answer) {
            (path::HELLO, false) => self.hello(node, to, &read::<Hello>(body)?),
            (path::HELLO, true) => self.hello(node, to, &read::<HelloReply>(body)?.hello),
            (path::RECOVER, true) | (path::RETURN, false) => self.given_back(node, to, &read::<Batch>(body)?),
            (path::BATCH, false) | (path::FETCH | path::ASK, true) => {
                self.content(node, (to, opens), body)?;
                self.batch(node, to, &read::<Batch>(body)?)
            }
            (path::BATCH, true) => {
                let reply = read::<BatchReply>(body)?;
                head_is_durable(node, to, Direction::In, reply.incoming)?;
                self.receipts(node, to, &reply.receipts)
            }
            (path::RECEIPTS, false) => self.receipts(node, to, &read::<Receipts>(body)?.receipts),
            _ => Ok(()),
        }
    }

    /// Opens what is sealed to a partner, as the partner will: it is given no more than it is meant to have.
    fn content(&self, node: &mut Node, (to, opens): (&AgencyId, &[SealingSecret]), body: &[u8]) -> Judged {
        let batch = Batch::open(body, &node.agency(), to, opens, &CardBook::default()).map_err(|why| {
            Invariant::NoFaultOfItsOwn.broken(format!("nobody can open what it sends: {why}"))
        })?;
        for arrived in batch.arrived {
            let header = arrived.entry.header();
            let Some(Ok(matter)) = node.ledger().map(|ledger| ledger.matter(&header.matter)) else {
                continue;
            };
            let meant = |part: &OpenPart| {
                let mut commitments = header.parts.iter().filter(|commitment| part.matches(commitment));
                commitments.any(|commitment| matter.is_addressed(&arrived.entry, commitment, to))
            };
            let stray = arrived.parts.iter().find(|part| !meant(part));
            let stray = stray.map(|part| &part.label).or(arrived.bad.first().map(|bad| &bad.label));
            Invariant::ContentToThoseMeant.holds_if(stray.is_none(), || {
                format!("part {stray:?} of entry {} is given to {to}", arrived.entry.hash())
            })?;
        }
        Ok(())
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

    /// Only who wrote an entry is given it back.
    fn given_back(&mut self, node: &Node, to: &AgencyId, batch: &Batch) -> Judged {
        head_is_durable(node, to, Direction::In, batch.after)?;
        for bytes in &batch.entries {
            let entry = self.entry(&bytes.0, suite::hash(&[&bytes.0]))?;
            Invariant::OnlyPartiesAreTold.holds_if(entry.header().author == *to, || {
                format!("entry {} is given back to {to}, who did not write it", entry.hash())
            })?;
        }
        Ok(())
    }

    /// What a robbed node says of its stream may be overtaken: the stream is laid anew behind what a partner has of it.
    fn own_head_is_durable(&self, node: &Node, to: &AgencyId, head: StreamHead) -> Judged {
        let robbed = self.is_robbed_one(&node.resident.station.agency);
        if robbed { Ok(()) } else { head_is_durable(node, to, Direction::Out, head) }
    }

    fn batch(&mut self, node: &Node, to: &AgencyId, batch: &Batch) -> Judged {
        self.own_head_is_durable(node, to, batch.after)?;
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

    fn hello(&mut self, node: &mut Node, to: &AgencyId, hello: &Hello) -> Judged {
        self.own_head_is_durable(node, to, hello.outgoing)?;
        head_is_durable(node, to, Direction::In, hello.incoming)?;
        hello.checkpoint.iter().try_for_each(|note| self.checkpoint(node, to, note))
    }

    /// A checkpoint that is shown is of a tree that is stored, and continues what the same partner was shown before.
    fn checkpoint(&mut self, node: &mut Node, to: &AgencyId, note: &SignedCheckpoint) -> Judged {
        let Ok(says) = note.peek() else {
            return Err(Invariant::DurableBeforeItLeaves.broken("it shows a checkpoint that is none"));
        };
        let tree = node.durable_tree(says.origin.epoch);
        Invariant::DurableBeforeItLeaves.holds_if(tree.root_at(says.size) == Ok(says.root), || {
            "it shows a checkpoint of a tree that is not stored".into()
        })?;
        let shown = self.shown.entry((says.origin.agency, *to, says.origin.epoch)).or_insert((0, Hash::ZERO));
        if says.size < shown.0 {
            return Ok(());
        }
        let continues = shown.0 == 0 || tree.root_at(shown.0) == Ok(shown.1);
        let before = std::mem::replace(shown, (says.size, says.root)).0;
        Invariant::OneTreeInAnEpoch.holds_if(continues || self.falls(&says.origin.agency), || {
            format!(
                "in epoch {} it shows {} leaves that do not continue {before}",
                says.origin.epoch, says.size
            )
        })
    }

    /// No more of a node's trees than this has reached another.
    pub(crate) fn has_seen(&mut self, of: AgencyId, by: AgencyId, held: Option<StoredCheckpoint>) {
        self.shown.retain(|(agency, to, _), _| (*agency, *to) != (of, by));
        let read = |stored: StoredCheckpoint| SignedCheckpoint::try_from(stored.note).ok()?.peek().ok();
        if let Some(says) = held.and_then(read) {
            self.shown.insert((of, by, says.origin.epoch), (says.size, says.root));
        }
    }

    /// Receipts are promises: the judge keeps them.
    fn receipts(&mut self, node: &mut Node, to: &AgencyId, receipts: &[Receipt]) -> Judged {
        for receipt in receipts {
            self.checkpoint(node, to, &receipt.checkpoint)?;
            for entry in &receipt.entries {
                let stored = node.resident.station.disk.look(|kept| kept.entry(entry));
                Invariant::DurableBeforeItLeaves
                    .holds_if(stored.is_ok_and(|record| record.is_some()), || {
                        format!("entry {entry} is receipted and not stored")
                    })?;
                node.promised.insert(*entry, "receipted");
            }
        }
        Ok(())
    }
}

fn read<M: Message>(body: &[u8]) -> Result<M, Broken> {
    M::decode(body)
        .map_err(|why| Invariant::NoFaultOfItsOwn.broken(format!("it sends what nobody can read: {why}")))
}

fn head_is_durable(node: &Node, partner: &AgencyId, direction: Direction, head: StreamHead) -> Judged {
    let stored = node.resident.station.disk.look(|kept| kept.stream_at(partner, direction, head.n));
    Invariant::DurableBeforeItLeaves.holds_if(stored.is_ok_and(|stored| stored == Some(head)), || {
        format!("it says it has {} entries of a stream ({direction:?}), which is not stored", head.n)
    })
}
