//! A QR code as a drawing of one path, without script or style.

use std::fmt::Write as _;

use maud::{Markup, html};
use qrcode::{Color, QrCode};

/// Empty modules around the code, which readers need.
const QUIET: usize = 4;

/// The code of a text; nothing where the text is too long for one.
pub(crate) fn qr(text: &str, title: &str) -> Markup {
    let Ok(code) = QrCode::new(text) else { return html! {} };
    let (width, colours) = (code.width(), code.to_colors());
    let mut path = String::new();
    for (place, _) in colours.iter().enumerate().filter(|(_, colour)| **colour == Color::Dark) {
        let (x, y) = (place % width + QUIET, place / width + QUIET);
        // Writing into a string cannot fail.
        let _ = write!(path, "M{x} {y}h1v1h-1z");
    }
    let side = width + 2 * QUIET;
    html! {
        svg role="img" aria-label=(title) width="240" height="240" viewBox={ "0 0 " (side) " " (side) }
            shape-rendering="crispEdges" {
            rect width=(side) height=(side) fill="#fff" {}
            path d=(path) fill="#000" {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_fits_into_a_code_and_the_code_into_its_drawing() {
        let drawn = qr(&"65535 ".repeat(12), "fingerprint").into_string();
        assert!(drawn.contains("<path d=\"M4 4h1v1h-1z"), "the first dark module is in the upper left corner");
        assert!(!drawn.contains("style="));
    }

    #[test]
    fn what_is_too_long_for_a_code_draws_nothing() {
        assert_eq!(qr(&"x".repeat(10_000), "long").into_string(), "");
    }
}
