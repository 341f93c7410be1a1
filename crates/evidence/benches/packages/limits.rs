//! What one core and the disk of this machine can do at all: nobody who hashes, seals and writes is faster than these.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Write as _;
use std::path::Path;

use chacha20poly1305::{AeadInOut as _, ChaCha20Poly1305, KeyInit as _};
use comity_evidence::age::CHUNK;
use sha2::{Digest as _, Sha256};

use super::Outcome;
use super::table::{Table, Taken, timed};

const GROUP: &str = "limits of one core and the disk";
/// How much each is measured on: 256 MiB.
const BYTES: u64 = 256 << 20;
const CHUNKS: u64 = BYTES / CHUNK as u64;

/// Takes each once.
pub(crate) fn take(table: &mut Table, folder: &Path) -> Outcome<()> {
    let hash = timed(hash)?.1;
    let cipher = timed(cipher)?.1;
    table.note(GROUP, "SHA-256", BYTES, hash);
    table.note(GROUP, "ChaCha20-Poly1305", BYTES, cipher);
    // What sealing needs of each byte, one after the other: its file's hash, the cipher, the group's hash.
    let sealing =
        Taken { seconds: 2.0 * hash.seconds + cipher.seconds, cpu: 2.0 * hash.cpu + cipher.cpu, ..hash };
    table.note(GROUP, "hash + cipher + hash, computed", BYTES, sealing);
    let file = folder.join("plain");
    let (plain, written) = timed(|| write(&file))?;
    let sync = timed(|| Ok(plain.sync_all()?))?.1.seconds;
    table.note(GROUP, "write", BYTES, Taken { sync: Some(sync), ..written });
    Ok(fs::remove_file(file)?)
}

fn hash() -> Outcome<()> {
    let (mut state, chunk) = (Sha256::new(), vec![7; CHUNK]);
    for _ in 0..CHUNKS {
        state.update(black_box(&chunk));
    }
    black_box(state.finalize());
    Ok(())
}

fn cipher() -> Outcome<()> {
    let (key, mut chunk) = (ChaCha20Poly1305::new(&[7; 32].into()), vec![7; CHUNK]);
    for number in 0..CHUNKS {
        let mut nonce = [0; 12];
        nonce[..8].copy_from_slice(&number.to_be_bytes());
        let sealed = key.encrypt_inout_detached(&nonce.into(), b"", black_box(chunk.as_mut_slice()).into());
        black_box(sealed.map_err(|_| "the cipher refuses a chunk")?);
    }
    Ok(())
}

fn write(path: &Path) -> Outcome<File> {
    let (mut file, block) = (File::create_new(path)?, vec![7; 1 << 20]);
    for _ in 0..BYTES >> 20 {
        file.write_all(&block)?;
    }
    Ok(file)
}
