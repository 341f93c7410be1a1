//! `comity demo`: a telecom fraud in Country A, money that went to Country C, callers who sit in Country B.
//!
//! Three real nodes with folders of their own, on loopback, over the real federation. XA, XB and XC are user-assigned
//! codes of ISO 3166-1; all people are invented. Every step goes through the same requests as the command line; one
//! that does not come out as told ends the demo with a fault.

mod cast;
mod chapters;
mod evidence;
mod proofs;
mod stage;
mod still_open;
mod telling;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::json;

use crate::cli::{Terminal, stopped};
use crate::reply::Reply;
use crate::serve::Running;
use stage::Stage;

/// Which of the three agencies acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Side {
    A,
    B,
    C,
}

impl Side {
    const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    const fn folder(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
            Self::C => "c",
        }
    }

    /// Where its desk is served.
    const fn port(self) -> u16 {
        match self {
            Self::A => 7801,
            Self::B => 7802,
            Self::C => 7803,
        }
    }

    /// What the others call it.
    const fn name(self) -> &'static str {
        match self {
            Self::A => "Country A",
            Self::B => "Country B",
            Self::C => "Country C",
        }
    }
}

/// The story so far.
struct Story {
    dir: PathBuf,
    /// What Country B hands over: the visitor's files, or a folder made up here.
    files: Option<PathBuf>,
    /// Whether the demo ends with the story.
    once: bool,
    at: Terminal,
    /// Where the played story goes, for the scenes a visitor plays.
    stage: Arc<Stage>,
    steps: usize,
    nodes: [Option<Running>; 3],
}

/// Plays the story; stays up afterwards unless `once`.
pub(crate) async fn run(
    dir: Option<&Path>,
    files: Option<PathBuf>,
    once: bool,
    at: &Terminal,
) -> Result<Reply, Reply> {
    let dir = dir.map_or_else(|| PathBuf::from("demo"), Path::to_owned);
    if dir.exists() && dir.join("made-by-comity-demo").is_file() {
        std::fs::remove_dir_all(&dir).map_err(Reply::io)?;
    }
    if dir.exists() {
        return Err(Reply::usage(format!(
            "{} exists and is not the demo's; name another with --dir",
            dir.display()
        )));
    }
    std::fs::create_dir_all(&dir).map_err(Reply::io)?;
    std::fs::write(dir.join("made-by-comity-demo"), "").map_err(Reply::io)?;
    let stage = Arc::new(Stage::default());
    let (at, kept) = (at.clone(), Arc::clone(&stage));
    let mut story = Story { dir, files, once, at, stage: kept, steps: 0, nodes: [None, None, None] };
    let played = story.play().await;
    let steps = story.steps;
    if played.is_ok() && !once {
        story.invite();
        stage.set(story).await;
        stopped().await;
        stage.strike().await;
    } else {
        story.stop().await;
    }
    played.map(|()| Reply::yes("The story is told.", json!({ "steps": steps })))
}

impl Story {
    /// Says what a visitor may do now.
    fn invite(&self) {
        self.say("\nThe three nodes stay up. Their desks, where you may sit down as anybody:");
        for (side, running) in Side::ALL.into_iter().zip(&self.nodes) {
            if let Some(web) = running.as_ref().and_then(|running| running.web) {
                self.say(&format!("  {}: http://{web}/", side.name()));
            }
        }
        self.say("Begin with Country B, as the head of its bureau sees it; /demo there has scenes to play.");
        self.say("Or try, in another terminal:");
        let a = self.folder(Side::A);
        self.say(&format!("  comity matter list {}", a.display()));
        self.say(&format!("  comity --lang zh matter list {}", a.display()));
        self.say("Ctrl-C ends the demo.");
    }

    async fn play(&mut self) -> Result<(), Reply> {
        self.three_agencies().await?;
        self.meet().await?;
        self.widen().await?;
        let money = self.stop_the_money().await?;
        let request = self.ask_for_information().await?;
        self.partner_away(&request).await?;
        self.answer_in_part(&request).await?;
        let evidence = self.hand_over_evidence().await?;
        self.one_byte_of_a_package(&evidence).await?;
        self.answer_finally(&request).await?;
        self.prohibited_ground().await?;
        self.still_open().await?;
        self.prove(&[(Side::C, &money), (Side::B, &request), (Side::B, &evidence)]).await
    }
}
