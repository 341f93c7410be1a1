//! A file as the body of an answer: read a piece at a time as the browser takes it, and never as a whole.

use std::io::{self, Read};

use axum::body::{Body, Bytes};
use futures_util::stream;

/// How much is read at once.
const PIECE: usize = 256 * 1024;

/// A body that reads `from` to its end. A failing source breaks the body off, so that nobody takes it for whole.
pub(crate) fn body_of(from: impl Read + Send + 'static) -> Body {
    Body::from_stream(stream::try_unfold(from, |from| async move {
        // Disks are slow and packages are decrypted while they are read: not where others wait.
        let read = tokio::task::spawn_blocking(move || piece(from)).await.map_err(io::Error::other)?;
        read.map(|(piece, from)| (!piece.is_empty()).then_some((piece, from)))
    }))
}

fn piece<R: Read>(mut from: R) -> io::Result<(Bytes, R)> {
    let mut piece = vec![0; PIECE];
    let mut filled = 0;
    while filled < piece.len() {
        match from.read(&mut piece[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    piece.truncate(filled);
    Ok((piece.into(), from))
}
