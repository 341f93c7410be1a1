//! How the story is told and checked: steps, what a node answered, what has arrived.

use std::future::Future;
use std::path::PathBuf;
use std::time::Duration;

use comity_app::context::Clock as _;
use comity_domain::words::Lang;
use serde_json::Value;

use super::{Side, Story};
use crate::real::SystemClock;
use crate::reply::{REFUSED, Reply};
use crate::request::Request;
use crate::serve::Running;

/// How long the other node may take to receive what was sent.
const ARRIVAL: Duration = Duration::from_secs(60);

impl Story {
    pub(super) fn folder(&self, side: Side) -> PathBuf {
        self.dir.join(side.folder())
    }

    pub(super) fn node(&self, side: Side) -> Result<&Running, Reply> {
        let running = self.nodes[side as usize].as_ref();
        running.ok_or_else(|| Reply::fault("the node is not running".into()))
    }

    pub(super) async fn ask_quietly(&self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.node(side)?.node().desk.execute(request, Lang::En).await;
        check(&reply)?;
        Ok(reply)
    }

    pub(super) async fn ask(&mut self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.ask_quietly(side, request).await?;
        self.tell(side, &reply);
        Ok(reply)
    }

    /// Asks for what the rules must refuse.
    pub(super) async fn refused(&mut self, side: Side, request: Request) -> Result<Reply, Reply> {
        let reply = self.node(side)?.node().desk.execute(request, Lang::En).await;
        self.tell(side, &reply);
        if reply.exit == REFUSED {
            Ok(reply)
        } else {
            Err(Reply::fault("this should have been refused".into()))
        }
    }

    /// Drafts, reviews and approves the opening of a matter; the second person's approval sends it.
    pub(super) async fn open(
        &mut self,
        side: Side,
        to: &str,
        kind: &str,
        toml: String,
        (author, second): (&str, &str),
    ) -> Result<String, Reply> {
        let officer = Some(author.to_owned());
        let draft = Request::Draft { kind: kind.into(), to: vec![to.into()], toml, officer, send: true };
        let drafted = self.refused(side, draft).await?;
        let matter = word(&drafted, "matter");
        self.ask(side, act(&matter, "review-grounds", Some(&review("no")), second)).await?;
        self.ask(side, act(&matter, "approve", None, second)).await?;
        Ok(matter)
    }

    /// Waits until the matter has come to `status` on that side, by real delivery.
    pub(super) async fn arrives(&mut self, side: Side, matter: &str, status: &str) -> Result<(), Reply> {
        self.until(|story| async move {
            let shown = story.node(side)?.node().desk.execute(Request::MatterList, Lang::En).await;
            let rows = shown.json.as_array().cloned().unwrap_or_default();
            Ok(rows.iter().any(|row| row["number"] == matter && row["status"] == status))
        })
        .await?;
        self.say(&format!("   → {} sees it: {status}", side.name()));
        Ok(())
    }

    /// Waits until something holds.
    pub(super) async fn until<'s, F>(&'s self, holds: impl Fn(&'s Self) -> F) -> Result<(), Reply>
    where
        F: Future<Output = Result<bool, Reply>>,
    {
        let seen = async {
            while !holds(self).await? {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            Ok(())
        };
        let late = || Reply::fault("what was sent did not arrive in time".into());
        tokio::time::timeout(ARRIVAL, seen).await.map_err(|_| late())?
    }

    pub(super) fn tell(&self, side: Side, reply: &Reply) {
        for line in reply.text.lines() {
            self.say(&format!("{side:?}: {line}"));
        }
    }

    pub(super) fn step(&mut self, what: &str) {
        self.steps += 1;
        let n = self.steps;
        self.say(&format!("\n{n}. {what}"));
    }

    #[expect(clippy::print_stdout, clippy::unused_self, reason = "the demo tells its story on the terminal")]
    pub(super) fn say(&self, line: &str) {
        println!("{line}");
    }

    pub(super) async fn stop(&mut self) {
        for running in self.nodes.iter_mut().filter_map(Option::take) {
            running.stop().await;
        }
    }
}

pub(super) fn check(reply: &Reply) -> Result<(), Reply> {
    if reply.exit == 0 { Ok(()) } else { Err(Reply::fault(format!("the story broke off: {}", reply.text))) }
}

pub(super) fn act(matter: &str, act: &str, toml: Option<&str>, officer: &str) -> Request {
    Request::Act {
        matter: matter.into(),
        act: act.into(),
        toml: toml.map(str::to_owned),
        officer: Some(officer.into()),
    }
}

pub(super) fn word(reply: &Reply, key: &str) -> String {
    reply.json.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

pub(super) fn hours_ahead(hours: i64) -> String {
    SystemClock.now().plus_millis(hours * 3_600_000).to_string()
}

/// The seven answers; `journalism` is the one that differs.
pub(super) fn review(journalism: &str) -> String {
    format!(
        "politics = \"no\"\nreligion = \"no\"\nethnicity = \"no\"\norientation = \"no\"\nprotest = \"no\"\n\
         journalism = \"{journalism}\"\nrefugee = \"no\"\nreasons = \"Read from the file as it stands.\"\n"
    )
}
