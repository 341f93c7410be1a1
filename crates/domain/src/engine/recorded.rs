//! What is said of an act that we record for a party without a node: how it reached us.
//!
//! Not an act: it rides as content of the entry that holds the party's act, in the party's lane, signed by us.
//! Such an entry reads "recorded by us, not signed by them" and is never countersigned.

use serde::Deserialize;

use crate::act::{Act, Line, Moment};
use crate::vocabulary;

vocabulary! {
    /// By which way something reached us from a party without a node.
    pub enum Channel("channel") {
        /// INTERPOL's network.
        I247 = "i-24-7",
        /// A diplomatic note.
        NoteVerbale = "note-verbale",
        /// A letter.
        Letter = "letter",
        /// Electronic mail.
        EMail = "e-mail",
        /// By telephone.
        Telephone = "telephone",
        /// In person.
        InPerson = "in-person",
        /// Another network or way.
        Other = "other",
    }
}

/// How an act reached us.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "recorded", shape = say)]
pub struct Recorded {
    /// By which way.
    #[field(part = "recorded")]
    pub channel: Channel,
    /// The reference it bears there.
    #[field(part = "recorded")]
    pub outside_reference: Option<Line>,
    /// When it was said or dated there.
    #[field(part = "recorded")]
    pub dated: Option<Moment>,
}
