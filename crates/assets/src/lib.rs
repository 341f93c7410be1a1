//! The browser side of the desk, embedded: one stylesheet, one script, one mark.
//!
//! In scope: their bytes, plain and compressed, under names that change with their content, so that a browser may keep
//! them for ever. Out of scope: serving them and the headers that go with it (`comity-web`), the pages that use them
//! (likewise), and any text a person reads: the script has no words of its own, it shows those of the page.
//!
//! Invariant: nothing here names an address outside the node, holds a font, makes code from text or keeps anything in
//! the browser's storage; the tests look.
//!
//! What classes and islands a page may use is said at the top of `ui/src/desk.css` and of each file in
//! `ui/src/islands/`. `build.rs` makes the bytes.

/// One file the browser asks for.
#[derive(Clone, Copy, Debug)]
pub struct Asset {
    /// Its name, such as `desk-1a2b3c4d5e.css`. The middle is the hash of the content: another content, another name.
    pub path: &'static str,
    /// What to send as `Content-Type`.
    pub media_type: &'static str,
    /// The content.
    pub plain: &'static [u8],
    /// The content for `Content-Encoding: gzip`.
    pub gzip: &'static [u8],
    /// The content for `Content-Encoding: br`.
    pub brotli: &'static [u8],
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

/// Every asset, for a server's table of routes.
#[must_use]
pub fn all() -> &'static [Asset] {
    &ASSETS
}

/// The one stylesheet: both themes, screen and paper.
#[must_use]
pub fn stylesheet() -> &'static Asset {
    &ASSETS[0]
}

/// The one script: htmx and the islands. Load it with `defer`; it needs nothing inline.
#[must_use]
pub fn script() -> &'static Asset {
    &ASSETS[1]
}

/// Two nodes and what links them: the icon of the pages.
#[must_use]
pub fn mark() -> &'static Asset {
    &ASSETS[2]
}

/// The asset of that name, and none for an old or unknown name.
#[must_use]
pub fn named(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}
