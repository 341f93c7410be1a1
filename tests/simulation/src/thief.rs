//! A thief: somebody with the keys of an honest node, who signs in its name and shows that to one partner. The node's root hears
//! of it at once and disowns the key; half of the time all its lines part at that moment.
//!
//! From then on nothing of it may count anywhere in the end, the lanes of the robbed node go on, and everybody comes to one
//! state. What may be said of the robbed node until everybody has heard is not held against anybody.

use comity_federation::path;
use comity_journal::entry::{Entry, Lane};
use comity_store::Recorded;

use crate::invariants::{Invariant, Judged};
use crate::rogue::reminder;
use crate::world::World;

impl World {
    /// The keys of the node that is to be robbed are used for as long as a partner that shares a matter with it is up; and
    /// disowned. Happens once.
    pub(crate) fn steal(&mut self) -> Judged {
        let Some(victim) = self.to_be_robbed else { return Ok(()) };
        let Some((partner, stolen)) = self.sign_as(victim) else { return Ok(()) };
        self.to_be_robbed = None;
        let name = self.agency(victim);
        self.judge.is_robbed(name, &stolen);
        if self.nodes[victim].up.is_some() {
            self.die(victim)?;
        }
        let signed: Vec<_> = stolen.iter().map(|entry| entry.bytes().to_vec()).collect();
        let body = self.batch(victim, partner, &signed, Vec::new());
        self.say(format!(
            "somebody signs {} entries as n{victim} and shows them to n{partner}",
            stolen.len()
        ));
        if let Some(body) = body {
            self.answer(partner, victim, path::BATCH, body, None);
        }
        let node = &mut self.nodes[victim];
        node.resident.station.disk.power_on();
        node.mend();
        // Whoever holds the root does not go away before it has worked.
        node.plan.mend_commits();
        let revoked = node.resident.station.revoke_keys(None);
        let revoked = revoked.map_err(|why| Invariant::NoFaultOfItsOwn.broken(why.to_string()))?;
        self.say(format!("the root of n{victim} disowns the key, {revoked} entries lie beyond"));
        if self.dice.in_thousand(500) {
            (0..self.nodes.len()).for_each(|other| self.network.part(victim, other));
            self.say(format!("all lines of n{victim} are parted"));
        }
        self.start(victim)
    }

    /// What somebody signs behind the lane of the robbed node in a matter that a partner has, and that partner.
    fn sign_as(&mut self, victim: usize) -> Option<(usize, Vec<Entry>)> {
        let lane = Lane::Shared(self.agency(victim));
        let key = self.nodes[victim].resident.station.keys().signing;
        for partner in (0..self.nodes.len()).filter(|partner| *partner != victim) {
            let entries = self.nodes[partner].resident.station.disk.entries();
            let of_lane = entries.into_iter().filter_map(|(_, record)| match record.what {
                Recorded::Entry { lane: of, bytes, .. } if of == lane => Entry::read(&bytes).ok(),
                _ => None,
            });
            let bases: Vec<_> = of_lane.collect();
            let Some(base) = self.dice.pick(&bases).cloned() else { continue };
            let like = base.header();
            let Some(ledger) = self.nodes[partner].ledger() else { continue };
            let Ok(matter) = ledger.matter(&like.matter) else { continue };
            let (place, prev, seen) = matter.next_in(lane);
            let (mut stolen, mut header) = (Vec::new(), reminder(like));
            (header.place, header.prev, header.seen) = (place, prev, seen);
            for _ in 0..=self.dice.below(3) {
                header.at = header.at.plus_millis(1);
                let entry = Entry::sign(header.clone(), &key);
                (header.place.seq, header.prev, header.seen) =
                    (header.place.seq + 1, Some(entry.hash()), Vec::new());
                stolen.push(entry);
            }
            return Some((partner, stolen));
        }
        None
    }
}
