//! When a partner was last reached, and what stands in the way, in words.

use maud::{Markup, html};

use super::super::asking::Asking;
use super::super::when::when;
use crate::federation::Contact;

/// The contact with one partner, to be shown.
#[derive(Clone, Copy, Default)]
pub(crate) struct Reached(Contact);

impl Reached {
    pub(crate) fn of(contact: Option<Contact>) -> Self {
        Self(contact.unwrap_or_default())
    }

    /// When both nodes last understood each other.
    pub(crate) fn last(self, asking: &Asking) -> Markup {
        match self.0.reached {
            Some(at) => when(&asking.words, at),
            None => html! { (asking.text("page-contact-never")) },
        }
    }

    /// What stands in the way now, and since when it was seen.
    pub(crate) fn error(self, asking: &Asking) -> Markup {
        match self.0.stands_in_the_way() {
            Some((at, code)) => html! { (why(asking, code)) " " (when(&asking.words, at)) },
            None => html! { (asking.text("page-contact-fine")) },
        }
    }

    /// Whether something stands in the way.
    pub(crate) fn is_hindered(self) -> bool {
        self.0.stands_in_the_way().is_some()
    }
}

/// A code of the transport in words; one that is newer than these words is told as a fault.
fn why(asking: &Asking, code: &str) -> String {
    let key = format!("page-contact-{}", code.replace('_', "-"));
    asking.text(if asking.words.has(&key) { &key } else { "page-contact-fault" })
}
