//! How long a matter that has ended is kept here: until the date its acts name, then reviewed by people.
//!
//! An overlay of one node's own: it moves no lane and no status, and no partner sees it. Nothing is erased by it and
//! nothing kept longer: content goes by the hands of two, or is kept on by two, with a reason and a new date. Once no
//! content is left there is nothing to review. Not here: erasing itself, which is an inner act.

use comity_journal::part::PartClass;
use comity_journal::time::Timestamp;

use super::kind::Kind;
use super::matter::Matter;

/// That what a matter holds is to be reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// When.
    pub due: Timestamp,
    /// Whether it has been reviewed before, and is kept on since.
    pub kept_on: bool,
}

impl Retention {
    /// The name of its clock, as a label key.
    pub const CLOCK: &'static str = "review";

    /// Whether that day has passed.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        now > self.due
    }
}

impl<K: Kind> Matter<K> {
    /// When what this matter holds is to be reviewed; nothing while it has not ended, where its acts name no date, and once
    /// nothing is left of its content here.
    pub fn retention(&self) -> Option<Retention> {
        let state = self.state();
        let lanes = state.lanes_with(None);
        if !K::DEF.shared || !K::DEF.ended.contains(&K::cell(&lanes).status) {
            return None;
        }
        let kept_until = state.inner.kept_until;
        let due = kept_until.or_else(|| K::review_by(&lanes))?;
        self.holds_content().then_some(Retention { due, kept_on: kept_until.is_some() })
    }

    /// Whether anything of its content has not been erased here.
    fn holds_content(&self) -> bool {
        let inner = self.inner();
        let shared = self.entries().filter(|entry| entry.header().lane.is_shared());
        let mut content = shared.flat_map(|entry| {
            let content = entry.header().parts.iter().filter(|part| part.class == PartClass::Content);
            content.map(move |part| (entry.hash(), part.label.as_str()))
        });
        content.any(|(entry, label)| !inner.has_erased(&entry, label))
    }
}
