//! The cipher of the age format, ChaCha20-Poly1305 (RFC 8439), by the library that the node has for TLS: it takes
//! half the time of the one in plain Rust. The key is wiped when it is dropped.

use std::sync::Arc;

use aws_lc_rs::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, Nonce, UnboundKey};

use super::TAG;

/// A key, and no memory of its nonces: whoever holds it uses each once.
#[derive(Clone)]
pub(super) struct Cipher(Arc<LessSafeKey>);

/// Bytes that do not open.
pub(super) struct Altered;

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        let key = UnboundKey::new(&CHACHA20_POLY1305, key).expect("the cipher's keys have 32 bytes");
        Self(Arc::new(LessSafeKey::new(key)))
    }

    /// Seals all but the last 16 bytes of `sealed` in place and puts the tag there.
    pub(super) fn seal(&self, nonce: [u8; 12], sealed: &mut [u8]) {
        let (plain, place) = sealed.split_last_chunk_mut::<TAG>().expect("room for the tag is left");
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), plain)
            .expect("a chunk is within what the cipher takes");
        place.copy_from_slice(tag.as_ref());
    }

    /// Opens in place; what it held. After an error there is nothing of use in `sealed`.
    pub(super) fn open<'a>(&self, nonce: [u8; 12], sealed: &'a mut [u8]) -> Result<&'a mut [u8], Altered> {
        let nonce = Nonce::assume_unique_for_key(nonce);
        self.0.open_in_place(nonce, Aad::empty(), sealed).map_err(|_| Altered)
    }
}
