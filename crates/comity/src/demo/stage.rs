//! Scenes a visitor of the demonstration plays from a page, with the nodes of the story that was told.
//!
//! Each goes through the same requests as the command line. What the visitor does by hand (acknowledge, read, verify, print)
//! is done in the desks themselves.

use std::fs::OpenOptions;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use comity_web::pages::{Director, Scene, Soon};
use tokio::sync::Mutex;

use super::cast::people;
use super::telling::hours_ahead;
use super::{Side, Story};
use crate::reply::Reply;

/// The scenes, in the order they are best played in.
const SCENES: &[&str] =
    &["payment-stop", "evidence", "change-byte", "mend-byte", "prohibited", "partner-away", "partner-back"];

/// The story, once it is told: whoever plays a scene has it for as long as the scene takes.
#[derive(Default)]
pub(super) struct Stage {
    story: Mutex<Option<Story>>,
    /// Where a byte was changed.
    changed: std::sync::Mutex<Option<(PathBuf, u64)>>,
}

impl Stage {
    /// The story is told; scenes may be played with it.
    pub(super) async fn set(&self, story: Story) {
        *self.story.lock().await = Some(story);
    }

    /// Ends the demonstration.
    pub(super) async fn strike(&self) {
        if let Some(mut story) = self.story.lock().await.take() {
            story.stop().await;
        }
    }

    async fn play_scene(&self, scene: &str) -> Result<(), Reply> {
        let mut story = self.story.lock().await;
        let story = story.as_mut().ok_or_else(|| Reply::usage("the story is still being told".into()))?;
        match scene {
            "payment-stop" => story.ask_to_stop_a_payment().await,
            "evidence" => story.hand_over_evidence().await.map(drop),
            "change-byte" => self.change_byte(&story.folder(Side::B)),
            "mend-byte" => self.mend_byte(),
            "prohibited" => story.prohibited_ground().await,
            "partner-away" => {
                story.goes_away(Side::A).await;
                Ok(())
            }
            "partner-back" if story.node(Side::A).is_err() => story.comes_back(Side::A).await,
            _ => Err(Reply::usage("this scene cannot be played now".into())),
        }
    }

    /// Changes one byte in the middle of the largest package that lies on a node's disk.
    fn change_byte(&self, node: &Path) -> Result<(), Reply> {
        let mut changed = self.changed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if changed.is_some() {
            return Err(Reply::usage("a byte is changed already; mend it first".into()));
        }
        let (path, size) = largest(&node.join("objects")).map_err(Reply::io)?;
        flip(&path, size / 2).map_err(Reply::io)?;
        *changed = Some((path, size / 2));
        Ok(())
    }

    fn mend_byte(&self) -> Result<(), Reply> {
        let mut changed = self.changed.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (path, at) = changed.take().ok_or_else(|| Reply::usage("no byte is changed".into()))?;
        flip(&path, at).map_err(Reply::io)
    }
}

impl Director for Stage {
    fn scenes(&self) -> Soon<'_, Vec<Scene>> {
        Box::pin(async {
            let story = self.story.lock().await;
            let told = story.is_some();
            let away = story.as_ref().is_some_and(|story| story.node(Side::A).is_err());
            let changed = self.changed.lock().unwrap_or_else(std::sync::PoisonError::into_inner).is_some();
            let can = |scene: &str| match scene {
                "change-byte" => !changed,
                "mend-byte" => changed,
                "partner-back" => away,
                "payment-stop" | "evidence" | "partner-away" | "prohibited" => !away,
                _ => true,
            };
            SCENES.iter().map(|code| Scene { code, can: told && can(code) }).collect()
        })
    }

    fn play(&self, scene: String) -> Soon<'_, Result<(), String>> {
        Box::pin(async move { self.play_scene(&scene).await.map_err(|reply| reply.text) })
    }
}

impl Story {
    /// Country A asks Country B to stop a payment: it rings there, and waits to be acknowledged by hand.
    async fn ask_to_stop_a_payment(&mut self) -> Result<(), Reply> {
        self.step("Country A asks Country B to stop a payment");
        let toml = super::chapters::request(
            "payment-stop",
            "40,000 to an account in Country B",
            "Can the money still be stopped?",
            8,
        ) + &format!(
            "[[payments]]\nbank = \"Example Bank\"\naccount = \"XB00 0000 1234\"\namount = \"40000 EUR\"\nmade = \"{}\"\n",
            hours_ahead(-2)
        );
        let matter = self.open(Side::A, Side::B.name(), "request", toml, people(Side::A)).await?;
        self.arrives(Side::B, &matter, "sent").await
    }
}

/// The largest file in a folder and the folders in it.
fn largest(folder: &Path) -> std::io::Result<(PathBuf, u64)> {
    let mut found = (PathBuf::new(), 0);
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let (path, about) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
            if about.is_dir() {
                folders.push(path);
            } else if about.len() > found.1 {
                found = (path, about.len());
            }
        }
    }
    if found.1 == 0 { Err(std::io::Error::other("no package lies here yet")) } else { Ok(found) }
}

fn flip(path: &Path, at: u64) -> std::io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    let mut byte = [0];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut byte)?;
    byte[0] ^= 1;
    file.seek(SeekFrom::Start(at))?;
    file.write_all(&byte)
}
