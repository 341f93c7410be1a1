//! What came of what nodes and officers did, told and judged.

use comity_app::Failure;
use comity_app::commands::{Acted, Outcome as Act};
use comity_app::workers::{AnswerFailure, Synced};
use tokio::sync::oneshot;

use crate::invariants::{Invariant, Judge, Judged};
use crate::network::Letter;
use crate::tasks::{Errand, Outcome};
use crate::world::{Case, World};

impl World {
    /// A task has ended.
    pub(crate) fn ended(&mut self, node: usize, errand: Errand, outcome: Outcome) -> Judged {
        match (errand, outcome) {
            (Errand::Session { with }, Outcome::Synced(synced)) => self.synced(node, with, synced),
            (Errand::Open { with }, Outcome::Acted(acted)) => {
                if let Ok(acted) = &acted {
                    self.cases.push(Case { id: acted.matter, opener: node, with });
                }
                self.acted(node, self.cases.len().saturating_sub(1), acted)
            }
            (Errand::Act { case }, Outcome::Acted(acted)) => self.acted(node, case, acted),
            (Errand::Answer { to, path, until, reply }, Outcome::Answered(answered)) => {
                if let (Some(until), Ok(body), false) = (until, &answered, self.nodes[node].rogue) {
                    let from = self.agency(to);
                    Judge::goes_on(&mut self.nodes[node], &from, until, body)?;
                }
                self.answered(node, to, path, reply, answered)
            }
            _ => Ok(()),
        }
    }

    fn synced(&mut self, node: usize, with: usize, synced: Result<Synced, Failure>) -> Judged {
        self.say(match &synced {
            Ok(Synced { delivered, received, compared, released, asked, supplied, .. }) => format!(
                "n{node} and n{with}: {delivered} delivered, {received} received, {supplied} of {asked} asked, {released} released, compared {compared}"
            ),
            Err(why) => format!("n{node} and n{with} broke off: {why}"),
        });
        if let (false, Err(why)) = (self.nodes[node].rogue, &synced) {
            Judge::no_fault(why)?;
            let accused = matches!(why, Failure::NotBelieved(_)) && !self.nodes[with].rogue;
            Invariant::HonestNeverAccused.holds_if(!accused, || format!("n{node} says of n{with}: {why}"))?;
        }
        self.last_session = Some(synced);
        Ok(())
    }

    fn acted(&mut self, node: usize, case: usize, acted: Result<Acted, Failure>) -> Judged {
        self.say(match &acted {
            Ok(acted) => format!("n{node} in m{case}: {} {}", acted.act, came_of(&acted.outcome)),
            Err(why) => format!("n{node} in m{case}: no, {why}"),
        });
        match &acted {
            _ if self.nodes[node].rogue => Ok(()),
            Ok(acted) => self.judge.told(&mut self.nodes[node], acted),
            Err(why) => Judge::no_fault(why),
        }
    }

    fn answered(
        &mut self,
        node: usize,
        to: usize,
        path: &'static str,
        reply: Option<oneshot::Sender<Vec<u8>>>,
        answered: Result<Vec<u8>, AnswerFailure>,
    ) -> Judged {
        match answered {
            Ok(body) => {
                self.judge_leaving(node, to, path, true, &body)?;
                let body = self.meddle(node, body);
                self.say(format!("n{node} answers n{to}: {path}"));
                if reply.is_some() {
                    self.network.send(Letter { from: node, to, path, body, reply, is_answer: true });
                }
                Ok(())
            }
            Err(why) => {
                self.say(format!("n{node} does not answer n{to}: {why}"));
                match why {
                    AnswerFailure::Failed(why) if !self.nodes[node].rogue => Judge::no_fault(&why),
                    _ => Ok(()),
                }
            }
        }
    }
}

fn came_of(outcome: &Act) -> String {
    match outcome {
        Act::Recorded(_) => "recorded".into(),
        Act::StillWaits(_, why) => format!("recorded, the draft waits: {why}"),
        Act::Signed(_) => "signed".into(),
        Act::Drafted(_) => "drafted".into(),
        Act::Kept(_, why) => format!("kept: {why}"),
        Act::AwaitsComparison(..) => "awaits a comparison".into(),
        Act::AwaitsEpoch(_) => "awaits the root".into(),
    }
}
