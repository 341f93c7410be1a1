//! What officers do: they open matters of every kind, and act in those there are.

use comity_app::Failure;
use comity_app::commands::Outcome::Signed;
use comity_app::commands::{ActCommand, Acted};
use comity_journal::suite::Hash;
use comity_testkit::node::{open_letter, request};

use crate::kinds::Release;
use crate::officers;
use crate::tasks::{Errand, Outcome};
use crate::world::{Case, World};

impl World {
    /// An officer of a node wants something.
    pub(crate) fn wish(&mut self, node: usize) {
        if self.tasks.acts_of(node) > 2 {
            return;
        }
        let mut ours: Vec<_> = (0..self.cases.len()).filter(|case| self.is_of(*case, node)).collect();
        if ours.is_empty() || (self.cases.len() < self.nodes.len() + 4 && self.dice.in_thousand(100)) {
            return match self.dice.below(8) {
                0 => self.write_letter(node),
                1 | 2 => self.open_plainly(node, "council"),
                3 | 4 => self.open_plainly(node, "escort"),
                _ => self.draft(node),
            };
        }
        if self.dice.in_thousand(800)
            && let Some(ledger) = self.nodes[node].ledger()
        {
            let cases = &self.cases;
            let turn: Vec<_> =
                ours.iter().copied().filter(|case| officers::is_our_turn(ledger, &cases[*case].id)).collect();
            ours = if turn.is_empty() { ours } else { turn };
        }
        if let Some(case) = self.dice.pick(&ours).copied() {
            self.act(node, case);
        }
    }

    fn draft(&mut self, number: usize) {
        let Some(asked) = self.any_partner(number) else { return };
        let node = &self.nodes[number];
        let (Some(up), Some(partner)) = (&node.up, node.resident.partners.get(&asked).cloned()) else {
            return;
        };
        let (handle, officer) = (up.handle.clone(), node.resident.drafter.clone());
        self.say(format!("n{number} drafts a request to n{asked}"));
        self.tasks.spawn(number, Errand::Open { with: vec![asked] }, async move {
            let drafted = handle.run(move |ledger, pending| {
                ledger.draft_opening(pending, "request", &partner, &request("A number"), &officer)
            });
            Outcome::Acted(drafted.await)
        });
    }

    /// Opens a matter that needs nobody's approval: an escort with one partner, a council with one or two.
    fn open_plainly(&mut self, number: usize, kind: &'static str) {
        let (first, second) = (self.any_partner(number), self.any_partner(number));
        let mut with: Vec<_> = first.into_iter().collect();
        with.extend(second.filter(|second| kind == "council" && Some(*second) != first));
        let node = &self.nodes[number];
        let partners: Vec<_> = with.iter().filter_map(|of| node.resident.partners.get(of)).cloned().collect();
        let Some(up) = node.up.as_ref().filter(|_| node.release != Release::Earlier) else { return };
        let (handle, officer) = (up.handle.clone(), node.resident.drafter.clone());
        self.say(format!("n{number} opens a matter of kind {kind} with {with:?}"));
        self.tasks.spawn(number, Errand::Open { with }, async move {
            let opened = handle.run(move |ledger, pending| {
                let Acted { matter, act, .. } =
                    ledger.draft_opening_with(pending, kind, &partners, "", &officer)?;
                ledger.act(pending, &ActCommand { matter, act, toml: None }, &officer)
            });
            Outcome::Acted(opened.await)
        });
    }

    /// An officer writes to two others, once the node has compared with both. Where one node's letters are under the rules of
    /// a later release, nobody else writes any: what every node comes to understand in the end is one set of rules.
    fn write_letter(&mut self, number: usize) {
        let (Some(asked), Some(also)) = (self.any_partner(number), self.any_partner(number)) else { return };
        let readers = [self.agency(asked), self.agency(also)];
        let nonce = Hash::from_slice(&self.dice.bytes(32)).unwrap_or(Hash::ZERO);
        let latest = self.latest_release();
        let node = &self.nodes[number];
        let Some(up) = &node.up else { return };
        if asked == also || node.release != latest {
            return;
        }
        let (handle, officer) = (up.handle.clone(), node.resident.drafter.clone());
        let secret = node.resident.station.keys().pseudonyms;
        self.say(format!("n{number} writes a letter to n{asked} and n{also}"));
        self.tasks.spawn(number, Errand::Open { with: vec![asked, also] }, async move {
            let written = handle.run(move |ledger, pending| {
                if !readers.iter().all(|reader| ledger.compared_with(reader)) {
                    return Err(Failure::Waiting("the streams have not been compared yet".into()));
                }
                let (matter, entry) = open_letter(ledger, pending, (&officer, &*secret), nonce, &readers)?;
                Ok(Acted { matter, act: "open".into(), outcome: Signed(entry) })
            });
            Outcome::Acted(written.await)
        });
    }

    fn act(&mut self, number: usize, case: usize) {
        let Case { id: matter, .. } = self.cases[case];
        let partners = &self.nodes[number].resident.partners;
        let others: Vec<_> = partners.values().map(|partner| partner.agency).collect();
        let node = &mut self.nodes[number];
        let Some(ledger) = node.ledger() else { return };
        let Some(wish) = officers::wish(ledger, matter, &others, &mut self.dice) else { return };
        let resident = &node.resident;
        let officer = if wish.by_approver { resident.approver.clone() } else { resident.drafter.clone() };
        let Some(up) = &node.up else { return };
        let handle = up.handle.clone();
        self.say(format!("n{number} wants {} in m{case}", wish.act));
        let command = ActCommand { matter, act: wish.act, toml: wish.toml };
        self.tasks.spawn(number, Errand::Act { case }, async move {
            Outcome::Acted(handle.run(move |ledger, pending| ledger.act(pending, &command, &officer)).await)
        });
    }
}
