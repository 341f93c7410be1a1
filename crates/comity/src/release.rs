//! What this binary knows: its kinds of matters and their words in every language of the pages.

use std::iter::once;
use std::sync::Arc;

use comity_domain::engine::Kinds;
use comity_domain::words::{ENGINE, Lang, Words};
use comity_web::pages::WORDS;
use comity_web::proof_report::KindWords;

use crate::{card, restore};

/// The kinds and words of one binary.
pub(crate) struct Release {
    kinds: Arc<Kinds>,
    zh: Arc<Words>,
    en: Arc<Words>,
}

impl Release {
    pub(crate) fn new(kinds: Kinds) -> Self {
        let all = || {
            let kinds = kinds.iter().map(|kind| kind.def().words);
            once(ENGINE).chain(kinds).chain(WORDS.iter().copied()).chain([card::WORDS, restore::WORDS])
        };
        let (zh, en) = (Arc::new(Words::of(Lang::Zh, all())), Arc::new(Words::of(Lang::En, all())));
        Self { kinds: Arc::new(kinds), zh, en }
    }

    pub(crate) fn kinds(&self) -> &Arc<Kinds> {
        &self.kinds
    }

    pub(crate) fn words(&self, lang: Lang) -> &Arc<Words> {
        match lang {
            Lang::Zh => &self.zh,
            Lang::En => &self.en,
        }
    }

    /// For a page in both languages.
    pub(crate) fn both(&self) -> KindWords<'_> {
        KindWords { zh: &self.zh, en: &self.en, kinds: &self.kinds }
    }
}
