//! The end of a world: trouble stops, everybody comes back, and honest partners must converge.

use std::collections::BTreeSet;

use comity_app::workers::Synced;
use comity_domain::engine::{AnyMatter, EntryView, Standing};
use comity_journal::entry::Lane;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::{Direction, Recorded};
use comity_testkit::node::Disk;

use crate::invariants::{Broken, Invariant, Judge, Judged, digest_in};
use crate::node::Node;
use crate::weather::Weather;
use crate::world::World;

/// Rounds of sessions after which honest nodes must have nothing left to say.
const ROUNDS: usize = 6;
/// Steps in which what is under way must come to its end.
const LONG: usize = 20_000;
/// Steps more for each node.
const LONG_EACH: usize = 500;

impl World {
    pub(crate) fn end_quietly(&mut self) -> Judged {
        self.say("everything is mended".into());
        self.weather = Weather::default();
        self.network.heal();
        for node in 0..self.nodes.len() {
            self.speaks_again(node);
            self.nodes[node].mend();
            self.nodes[node].resident.station.disk.power_on();
            if self.nodes[node].up.is_none() {
                self.start(node)?;
            }
        }
        self.come_to_rest()?;
        self.converge()?;
        self.upgrade()?;
        if !self.nodes[0].rogue {
            self.judge.lost_came_back(&mut self.nodes[0])?;
        }
        self.judge.rollback_came_to_light()?;
        for node in (0..self.nodes.len()).filter(|node| !self.nodes[*node].rogue).collect::<Vec<_>>() {
            self.judge.promises_are_kept(&self.nodes[node])?;
            self.judge.every_matter(&mut self.nodes[node], &mut self.eyes)?;
            Judge::views_rebuild(&mut self.nodes[node])?;
            self.judge.journal_verifies(&mut self.nodes[node])?;
            self.judge.forks_are_proven(&mut self.nodes[node])?;
        }
        for (a, b) in self.pairs() {
            self.agree(a, b)?;
        }
        Ok(())
    }

    /// Whoever runs an older release than another stops, and starts with that one: what was kept comes to what it is
    /// everywhere.
    fn upgrade(&mut self) -> Judged {
        let latest = self.latest_release();
        let older: Vec<_> = (0..self.nodes.len()).filter(|node| self.nodes[*node].release < latest).collect();
        for node in &older {
            self.nodes[*node].stop_cleanly();
            self.nodes[*node].run_release(latest);
            self.say(format!("n{node} is upgraded"));
            self.start(*node)?;
        }
        if older.is_empty() {
            return Ok(());
        }
        self.come_to_rest()?;
        self.converge()
    }

    /// Lets everything that can move move, until nothing does.
    pub(crate) fn come_to_rest(&mut self) -> Judged {
        for _ in 0..LONG + LONG_EACH * self.nodes.len() {
            let moves = self.moves();
            let Some(next) = self.dice.pick(&moves).copied() else { break };
            self.next_step();
            self.make(next)?;
        }
        let still = self.tasks.is_empty() && self.network.under_way.is_empty();
        Invariant::HonestConverge.holds_if(still, || "something goes on for ever".into())
    }

    /// Every node calls every other, until honest ones have nothing left to say.
    fn converge(&mut self) -> Judged {
        let partners = |(a, node): (usize, &Node)| {
            node.resident.partners.keys().map(move |b| (a, *b)).collect::<Vec<_>>()
        };
        let pairs: Vec<_> = self.nodes.iter().enumerate().flat_map(partners).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|(a, b)| !self.are_strangers(*a, *b)).collect();
        let mut said = None;
        for _ in 0..ROUNDS {
            said = None;
            let declared = self.declare_epoch(0)?;
            let before = self.kept();
            for (a, b) in &pairs {
                let nothing = self.nothing_said(*a, *b)?;
                if !nothing && !self.nodes[*a].rogue && !self.nodes[*b].rogue {
                    said = Some((*a, *b));
                }
            }
            // What a dishonest node brought in this round, and what others have receipted, is passed on in the next.
            if said.is_none() && !declared && before == self.kept() {
                break;
            }
        }
        Invariant::HonestConverge
            .holds_if(said.is_none(), || format!("there is still something to say: {said:?}"))
    }

    /// How many records and receipts each honest node has.
    fn kept(&self) -> Vec<(u64, usize)> {
        let receipts =
            |disk: &Disk| disk.look(|kept| kept.all_receipts(0, usize::MAX)).unwrap_or_default().len();
        let honest = self.nodes.iter().filter(|node| !node.rogue);
        honest
            .map(|node| &node.resident.station.disk)
            .map(|disk| (disk.look(|kept| kept.length()).unwrap_or_default(), receipts(disk)))
            .collect()
    }

    /// Runs a session to its end; tells whether there was nothing to say but that the streams agree.
    fn nothing_said(&mut self, from: usize, to: usize) -> Result<bool, Broken> {
        self.dial(from, to);
        self.come_to_rest()?;
        let session = self.last_session.take();
        Ok(matches!(session, Some(Ok(Synced { compared: true, requests: 1, released: 0, supplied: 0, .. }))))
    }

    /// Every pair of honest nodes that are partners, or parties of one matter.
    fn pairs(&self) -> Vec<(usize, usize)> {
        let honest: Vec<_> = (0..self.nodes.len()).filter(|node| !self.nodes[*node].rogue).collect();
        let meet = |a: usize, b: usize| {
            let mut cases = 0..self.cases.len();
            !self.are_strangers(a, b) || cases.any(|case| self.is_of(case, a) && self.is_of(case, b))
        };
        let with = |a: usize| {
            honest.iter().filter(|b| **b != a && meet(a, **b)).map(|b| (a, *b)).collect::<Vec<_>>()
        };
        honest.iter().flat_map(|a| with(*a)).collect()
    }

    /// What one node gave the other is there, receipted and counted; and both have the same of their matters.
    fn agree(&mut self, a: usize, b: usize) -> Judged {
        if self.are_strangers(a, b) {
            // What one of them wrote has reached the other through a third that both meet.
            let meets_both = |node: &usize| {
                let meets = |other| !self.are_strangers(*node, other);
                !self.nodes[*node].rogue && ![a, b].contains(node) && meets(a) && meets(b)
            };
            let through: Vec<_> = (0..self.nodes.len()).filter(meets_both).collect();
            let shared = (0..self.cases.len()).filter(|case| self.is_of(*case, a) && self.is_of(*case, b));
            let of_three = shared.map(|case| {
                (
                    self.cases[case].id,
                    through.iter().copied().filter(|node| self.is_of(case, *node)).collect(),
                )
            });
            let of_three: Vec<(MatterId, Vec<usize>)> = of_three.collect();
            let mut cases = Vec::new();
            for (case, through) in of_three {
                let mut there = through.into_iter();
                if there.any(|node| self.are_present(&case, a, node) && self.are_present(&case, b, node)) {
                    cases.push(case);
                }
            }
            for case in cases {
                self.agree_on(case, a, b)?;
                self.receipts_came_round(case, a, b)?;
            }
            return Ok(());
        }
        let (us, them) = (self.agency(a), self.agency(b));
        let (here, there) = (&self.nodes[a].resident.station.disk, &self.nodes[b].resident.station.disk);
        let given = here.look(|kept| kept.stream(&them, Direction::Out)).ok();
        let had = there.look(|kept| kept.stream(&us, Direction::In)).ok();
        Invariant::HonestConverge
            .holds_if(given == had, || format!("n{a} gave n{b} {given:?}, it has {had:?}"))?;
        let delivered = here.look(|kept| kept.delivered(&them)).ok();
        Invariant::ReceiptsOnBothSides.holds_if(delivered == given.map(|head| head.n), || {
            format!("n{b} has receipted {delivered:?} of {given:?} of n{a}")
        })?;
        let steps = here.look(|kept| kept.steps(&them, Direction::Out, 0, usize::MAX)).unwrap_or_default();
        for (step, record) in steps {
            let Recorded::Entry { entry, .. } = record.what else { continue };
            let receipts = here.look(|kept| kept.receipts(&entry)).unwrap_or_default();
            Invariant::ReceiptsOnBothSides.holds_if(receipts.iter().any(|r| r.partner == them), || {
                format!("n{a} has no receipt of n{b} for entry {} of its stream", step.head.n)
            })?;
        }
        let compared = self.nodes[a].ledger().is_some_and(|ledger| ledger.compared_with(&them));
        Invariant::HonestConverge.holds_if(compared, || format!("n{a} has not compared with n{b}"))?;
        let shared = (0..self.cases.len()).filter(|case| self.is_of(*case, a) && self.is_of(*case, b));
        let cases: Vec<_> = shared.map(|case| self.cases[case].id).collect();
        cases.into_iter().try_for_each(|case| self.agree_on(case, a, b))
    }

    /// Of what one stranger wrote and the other has, it holds the other's receipt: a third has brought it. Not where somebody may
    /// lie, or has become an older copy of itself and signs nothing more of its former trees.
    fn receipts_came_round(&mut self, case: MatterId, a: usize, b: usize) -> Judged {
        let parties = self.judge.parties(&case).unwrap_or_default().to_vec();
        let (us, them) = (self.agency(a), self.agency(b));
        let first_tree = self.nodes[b].ledger().is_some_and(|ledger| ledger.tree_epoch() == 0);
        if !first_tree || !parties.iter().all(|party| self.judge.is_honest(party)) {
            return Ok(());
        }
        let (here, there) = (&self.nodes[a].resident.station.disk, &self.nodes[b].resident.station.disk);
        let records = here.look(|kept| kept.matter(&case)).unwrap_or_default();
        for record in records {
            let Recorded::Entry { entry, lane, .. } = record.what else { continue };
            let is_there = there.look(|kept| kept.entry(&entry)).is_ok_and(|record| record.is_some());
            if lane != Lane::Shared(us) || !is_there {
                continue;
            }
            let receipts = here.look(|kept| kept.receipts(&entry)).unwrap_or_default();
            Invariant::ReceiptsOnBothSides.holds_if(receipts.iter().any(|r| r.partner == them), || {
                format!("n{a} has no receipt of n{b}, with which it never connects, for entry {entry}")
            })?;
        }
        Ok(())
    }

    /// Both have heard of the stolen key by now: they come to one state, in which nothing of it counts.
    fn stolen_counts_nowhere(&mut self, case: MatterId, a: usize, b: usize) -> Judged {
        let mut states = Vec::new();
        for node in [a, b] {
            let Some(ledger) = self.nodes[node].ledger() else { return Ok(()) };
            let digest = digest_in(ledger, &case)?;
            // The second line is of the inner lane, which each node has for itself.
            let lines = digest.lines().enumerate().filter(|(number, _)| *number != 1);
            states.push(lines.map(|(_, line)| line.to_owned()).collect::<Vec<_>>());
            let matter =
                ledger.matter(&case).map_err(|why| Invariant::NoFaultOfItsOwn.broken(why.to_string()))?;
            let counts = self.judge.stolen().iter().find(|entry| matter.standing(entry) == Standing::Valid);
            Invariant::StolenCountsNowhere
                .holds_if(counts.is_none(), || format!("entry {counts:?} counts at n{node}"))?;
        }
        Invariant::SameEntriesSameState.holds_if(states.first() == states.last(), || {
            format!("matter {case} after a key was disowned:\n  n{a} {:?}\n  n{b} {:?}", states[0], states[1])
        })
    }

    /// Whether both are parties in the eyes of both; who was removed is not given everything any more.
    fn are_present(&mut self, case: &MatterId, a: usize, b: usize) -> bool {
        let both = [self.agency(a), self.agency(b)];
        [a, b].into_iter().all(|node| {
            let matter = self.nodes[node].ledger().map(|ledger| ledger.matter(case));
            let Some(Ok(matter)) =
                matter.filter(|matter| matter.as_ref().is_ok_and(|m| m.convenor().is_some()))
            else {
                return true;
            };
            let parties = matter.parties();
            both.iter().all(|agency| parties.iter().any(|party| party.agency == *agency))
        })
    }

    /// What both tell of these entries.
    fn tell_one_story(&mut self, case: &MatterId, of: &BTreeSet<Hash>, [a, b]: [usize; 2]) -> Judged {
        let mut stories = Vec::new();
        for node in [a, b] {
            let Some(Ok(matter)) = self.nodes[node].ledger().map(|ledger| ledger.matter(case)) else {
                return Ok(());
            };
            let told = matter.view().timeline.into_iter().filter(|line| of.contains(&line.entry));
            stories.push(told.collect::<Vec<_>>());
        }
        let [here, there] = stories.as_slice() else { return Ok(()) };
        let other = here.iter().zip(there).find(|(here, there)| here != there);
        Invariant::BothTellOneStory.holds_if(here == there, || {
            let told =
                |line: &EntryView| format!("`{}` {:?} crossed {}", line.act, line.standing, line.crossed);
            let other = other.map(|(here, there)| (here.entry, told(here), there.entry, told(there)));
            format!("n{a} and n{b} of matter {case}: {other:?}")
        })
    }

    fn agree_on(&mut self, case: MatterId, a: usize, b: usize) -> Judged {
        if !self.are_present(&case, a, b) {
            return Ok(());
        }
        let here = self.shared_of(case, a);
        let there = self.shared_of(case, b);
        let parties = self.judge.parties(&case).unwrap_or_default().to_vec();
        // A dishonest party may have filled the room of one of them, and not of the other.
        let is_full = |node: &mut Node| {
            node.ledger().is_some_and(|ledger| parties.iter().any(|party| ledger.is_full_of(party)))
        };
        let full = [a, b].into_iter().any(|node| is_full(&mut self.nodes[node]));
        // Where the opening has reached neither, neither knows that the other is a party.
        let is_open = |node: &mut Node| {
            node.ledger().is_some_and(|ledger| ledger.matter(&case).is_ok_and(|matter| is_opened(&**matter)))
        };
        let unopened = ![a, b].into_iter().any(|node| is_open(&mut self.nodes[node]));
        Invariant::HonestConverge.holds_if(unopened || full || here == there, || {
            let alone: Vec<_> = here.symmetric_difference(&there).collect();
            format!("n{a} and n{b} have other entries of matter {case}: {alone:?}")
        })?;
        if self.judge.depends_on_hearsay(&case) {
            return if unopened { Ok(()) } else { self.stolen_counts_nowhere(case, a, b) };
        }
        if here == there {
            self.tell_one_story(&case, &here, [a, b])?;
        }
        let all_honest = parties.iter().all(|party| self.judge.is_honest(party));
        for node in [a, b] {
            let Some(ledger) = self.nodes[node].ledger() else { continue };
            let Ok(matter) = ledger.matter(&case) else { continue };
            let of_honest = |hash: &&Hash| {
                let lane = matter.entry(hash).map(|entry| entry.header().lane.party());
                lane.is_some_and(|party| self.judge.is_honest(&party))
            };
            let ours: Vec<_> = here.iter().filter(of_honest).collect();
            let other = ours.iter().find(|entry| matter.standing(entry) != Standing::Valid);
            let standing = other.map(|entry| matter.standing(entry));
            let told = || format!("entry {other:?} of honest partners is {standing:?} at n{node}");
            if all_honest {
                Invariant::HonestConverge.holds_if(other.is_none(), told)?;
                continue;
            }
            // What rests on a fork of a dishonest third party may wait for ever, and what it filled the room with.
            let forked = matter.entries().iter().any(|e| matter.standing(&e.hash()) == Standing::Forked);
            let waits = ours.iter().any(|entry| matter.standing(entry) == Standing::Waiting);
            Invariant::MissingIsAskedFor.holds_if(!waits || forked || full, told)?;
        }
        Ok(())
    }

    /// The entries in the lanes of the parties, those of a dishonest one and both branches of its forks among them.
    fn shared_of(&self, case: MatterId, node: usize) -> BTreeSet<Hash> {
        let parties = self.judge.parties(&case).unwrap_or_default();
        let records = self.nodes[node].resident.station.disk.look(|kept| kept.matter(&case));
        let shared = records.unwrap_or_default().into_iter().filter_map(|record| match record.what {
            Recorded::Entry { entry, lane, .. } if lane.is_shared() => {
                parties.contains(&lane.party()).then_some(entry)
            }
            _ => None,
        });
        shared.collect()
    }
}

/// Whether an opening is here, valid or not.
fn is_opened(matter: &dyn AnyMatter) -> bool {
    matter.entries().iter().any(|entry| entry.header().opening.is_some())
}
