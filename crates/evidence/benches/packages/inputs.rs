//! What is sealed: noise, so that nothing can be won by guessing or compressing.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use comity_journal::entropy::Entropy as _;
use comity_testkit::Seeded;

use super::Outcome;

/// What one file of the tree has, in bytes.
const FILE_BYTES: u64 = 50_000;
/// Files in one folder of the tree.
const IN_A_FOLDER: u64 = 100;

/// Something to be sealed.
pub(crate) struct Input {
    /// In words.
    pub(crate) what: String,
    /// Where it lies.
    pub(crate) path: PathBuf,
    /// Bytes of content.
    pub(crate) bytes: u64,
    /// How many files; 1 for a file that stands alone.
    pub(crate) files: u64,
    /// Whether it is a folder.
    pub(crate) is_tree: bool,
}

impl Input {
    /// One file of so many MiB.
    pub(crate) fn noise(folder: &Path, mebibytes: u64) -> Outcome<Self> {
        let path = folder.join("disk-image.raw");
        let mut file = File::create_new(&path)?;
        let (mut seed, mut block) = (Seeded::new(2), vec![0; 1 << 20]);
        for _ in 0..mebibytes {
            seed.fill(&mut block);
            file.write_all(&block)?;
        }
        let what = format!("one file of {mebibytes} MiB");
        Ok(Self { what, path, bytes: mebibytes << 20, files: 1, is_tree: false })
    }

    /// A tree of so many files.
    pub(crate) fn tree(folder: &Path, files: u64) -> Outcome<Self> {
        let path = folder.join("exhibits");
        let (mut seed, mut content) = (Seeded::new(3), vec![0; usize::try_from(FILE_BYTES)?]);
        for number in 0..files {
            let file = path.join(path_of(number));
            if let Some(above) = file.parent() {
                fs::create_dir_all(above)?;
            }
            seed.fill(&mut content);
            fs::write(file, &content)?;
        }
        let what = format!("{files} files of 50 KB");
        Ok(Self { what, path, bytes: files * FILE_BYTES, files, is_tree: true })
    }

    /// The path of one file of a tree, another one each round.
    pub(crate) fn one_of(&self, round: usize) -> Option<String> {
        // Steps of the golden ratio: spread over the tree from the first round on.
        let step = (self.files * 618 / 1000).max(1);
        self.is_tree.then(|| path_of((round as u64 + 1) * step % self.files))
    }
}

fn path_of(number: u64) -> String {
    format!("folder-{:03}/exhibit-{number:05}.jpg", number / IN_A_FOLDER)
}
