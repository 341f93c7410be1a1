//! What fuzzing has found worth keeping: one file for each target in `corpus/`, of records as [`records`] reads them, the
//! shortest input first.

use std::path::PathBuf;
use std::{fs, io};

use crate::{Target, recorded, records};

/// The longest input that is kept, in bytes.
const INPUT_BYTES: usize = 2048;
/// The most bytes that are kept for one target. The corpus stays below a megabyte.
const TARGET_BYTES: usize = 40 * 1024;

impl Target {
    fn file(&self) -> PathBuf {
        PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("corpus").join(self.name)
    }

    /// What is kept for it.
    ///
    /// # Errors
    /// When there is something and it cannot be read.
    pub fn kept(&self) -> io::Result<Vec<Vec<u8>>> {
        match fs::read(self.file()) {
            Ok(bytes) => Ok(records(&bytes).into_iter().map(<[u8]>::to_vec).collect()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    /// Keeps these, as many as there is room for, in place of what was kept.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep(&self, mut inputs: Vec<Vec<u8>>) -> io::Result<()> {
        inputs.retain(|input| input.len() <= INPUT_BYTES);
        inputs.sort_by(|a, b| (a.len(), a).cmp(&(b.len(), b)));
        inputs.dedup();
        let mut room = TARGET_BYTES;
        let fits = |input: &&Vec<u8>| {
            let left = room.checked_sub(2 + input.len());
            room = left.unwrap_or(0);
            left.is_some()
        };
        fs::create_dir_all(self.file().with_file_name(""))?;
        fs::write(self.file(), recorded(inputs.iter().take_while(fits)))
    }
}
