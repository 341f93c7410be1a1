//! Quarantine: no new matters with a partner that was put apart, because a fork of it is proven or people said so.
//!
//! Read when we act. What a partner in quarantine sends is stored and receipted like anything else, and is valid as ever: it
//! is our own act that waits until two people have lifted it (`matters/partner`). Refusing is never stopped, nor what
//! belongs to every matter alike, such as the answer to a recall. Existing matters go on, and nobody else is affected.

use super::refusal::{Refusal, rules};
use crate::act::{ActDef, FieldKind};
use crate::vocabularies::OuterGround;

/// Checks an act of our own lane in a matter that is new, where it would be one with a partner in quarantine.
///
/// # Errors
/// A refusal under `quarantine`.
pub fn check_quarantine(quarantined: bool, def: &ActDef) -> Result<(), Refusal> {
    let says_no = |kind: &FieldKind| matches!(kind, FieldKind::Word(list, _) if *list == OuterGround::LIST);
    if quarantined && !def.fields.iter().any(|field| says_no(&field.kind)) {
        return Err(Refusal::under(rules::QUARANTINE));
    }
    Ok(())
}
