//! Trouble: nodes stop and come back, disks fail and fill up, clocks are set, lines part.

use comity_store::faults::Fault;
use comity_testkit::node::Cut;

use crate::dice::Dice;
use crate::invariants::{Broken, Invariant, Judged};
use crate::world::World;

impl World {
    /// Makes trouble, if the weather has it; tells whether it did.
    pub(crate) fn trouble(&mut self) -> Result<bool, Broken> {
        let weather = self.weather;
        let number = self.dice.below(self.nodes.len());
        if self.nodes[number].up.is_none() && self.dice.in_thousand(120) {
            return self.start(number).map(|()| true);
        }
        if self.nodes[number].failing && self.dice.in_thousand(300) {
            self.nodes[number].mend();
            self.say(format!("n{number} can be read and written again"));
            return Ok(true);
        }
        if self.nodes[number].silent && self.dice.in_thousand(50) {
            self.speaks_again(number);
            return Ok(true);
        }
        let drawn = |chance, dice: &mut Dice| dice.in_thousand(chance);
        if drawn(weather.stops, &mut self.dice) {
            self.stop(number)?;
        } else if drawn(weather.bad_commit, &mut self.dice) {
            self.spoil_commits(number);
        } else if drawn(weather.bad_reading, &mut self.dice) {
            let after = self.dice.below(40) as u64;
            let node = &mut self.nodes[number];
            node.plan.fail_readings_after(after);
            (node.failing, node.unreadable) = (true, true);
            self.say(format!("n{number}: after {after} more, readings fail"));
        } else if drawn(weather.again, &mut self.dice) {
            self.bring_again();
        } else if drawn(weather.parted, &mut self.dice) {
            let other = self.dice.below(self.nodes.len());
            let parted = self.network.part_or_heal(number, other);
            self.say(format!(
                "the line of n{number} and n{other} is {}",
                if parted { "parted" } else { "whole" }
            ));
        } else if drawn(weather.clocks, &mut self.dice) {
            self.nodes[number].skew = self.dice.around(170_000);
            let skew = self.nodes[number].skew / 1000;
            self.say(format!("the clock of n{number} is {skew} s off"));
        } else if weather.copies > 0 && drawn(weather.copies, &mut self.dice) {
            self.copy_or_put_back()?;
        } else if weather.copies > 0 && drawn(10, &mut self.dice) {
            return self.declare_epoch(0);
        } else if self.is_late() && self.to_be_robbed.is_some() && drawn(20, &mut self.dice) {
            self.steal()?;
        } else if drawn(weather.lies, &mut self.dice) {
            self.lie();
        } else {
            return Ok(false);
        }
        Ok(true)
    }

    /// One commit of the node fails, or there is no room for any until somebody makes some.
    fn spoil_commits(&mut self, number: usize) {
        let node = &mut self.nodes[number];
        if self.dice.in_thousand(250) {
            node.plan.fill();
            node.failing = true;
            return self.say(format!("n{number}: the disk is full"));
        }
        let fault = [Fault::Before, Fault::After, Fault::Full][self.dice.below(3)];
        node.plan.fail_next(fault);
        self.say(format!("n{number}: the next commit fails, {fault:?}"));
    }

    /// Whoever waits for an answer of the node has waited for long enough.
    pub(crate) fn speaks_again(&mut self, number: usize) {
        self.nodes[number].silent = false;
        self.network.give_up_on(number);
        self.say(format!("n{number} says something again"));
    }

    pub(crate) fn start(&mut self, number: usize) -> Judged {
        let node = &mut self.nodes[number];
        node.start().map_err(|why| Invariant::NoFaultOfItsOwn.broken(format!("it does not start: {why}")))?;
        let uncertain = node.uncertain;
        self.recorded(number)?;
        self.judge.promises_are_kept(&self.nodes[number])?;
        self.say(format!("n{number} starts{}", if uncertain { ", uncertain of itself" } else { "" }));
        Ok(())
    }

    fn stop(&mut self, number: usize) -> Judged {
        let way = self.dice.below(4);
        let node = &mut self.nodes[number];
        let Some(up) = &mut node.up else { return Ok(()) };
        match way {
            0 => node.resident.station.disk.cut(Cut::BeforeCommit),
            1 => node.resident.station.disk.cut(Cut::AfterCommit),
            2 => self.die(number)?,
            _ if node.unreadable => return Ok(()),
            _ => {
                while up.ledger.waiting() > 0 {
                    up.ledger.work(256);
                }
                if node.resident.station.disk.is_off() {
                    return self.die(number);
                }
                self.recorded(number)?;
                self.tasks.drop_all_of(number);
                self.nodes[number].stop_cleanly();
            }
        }
        let how = ["goes off before its next commit", "goes off after its next commit", "dies", "stops"][way];
        self.say(format!("n{number} {how}"));
        Ok(())
    }

    /// The node dies where it stands. What its tasks could say by then, they have said.
    pub(crate) fn die(&mut self, number: usize) -> Judged {
        for task in self.tasks.ready_of(number) {
            self.poll(task)?;
        }
        self.tasks.drop_all_of(number);
        self.nodes[number].up = None;
        // What it had stored by then was signed by a node that knew itself.
        self.recorded(number)?;
        self.nodes[number].uncertain = true;
        self.say(format!("n{number} is dead"));
        Ok(())
    }
}
