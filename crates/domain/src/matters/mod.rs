//! The kinds of matter, one folder each. Adding a kind is adding its folder and one line to [`standard`].

pub mod evidence;
pub mod node;
pub mod officer;
pub mod partner;
pub mod request;

use crate::engine::Kinds;

/// The kinds of this release.
pub fn standard() -> Kinds {
    Kinds::default()
        .with::<evidence::EvidenceKind>()
        .with::<node::NodeKind>()
        .with::<officer::OfficerKind>()
        .with::<partner::PartnerKind>()
        .with::<request::RequestKind>()
}
