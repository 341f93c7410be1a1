//! Callers that ask again and again, and what each answer took.

use std::sync::Arc;
use std::time::Duration;

use comity_app::Failure;
use comity_app::queries::{Also, ListQuery};
use comity_app::views::Facet;
use comity_domain::words::{Lang, Words};
use comity_journal::ids::MatterId;
use comity_testkit::Seeded;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::seeding::{Town, fault, name, word};

/// How many ask at once.
pub(crate) const CALLERS: usize = 8;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);
/// How many lines a page has.
const PAGE: usize = 50;
/// How many matters a search shows.
const FOUND: usize = 20;

/// What is asked.
#[derive(Clone, Copy)]
pub(crate) enum Asked {
    All,
    Due,
    Counts,
    Matter,
    Name,
    CommonWord,
    Words,
}

impl Asked {
    pub(crate) const ALL: [Self; 7] =
        [Self::All, Self::Due, Self::Counts, Self::Matter, Self::Name, Self::CommonWord, Self::Words];

    pub(crate) fn told(self) -> &'static str {
        match self {
            Self::All => "list of all, any of 20 pages of 50",
            Self::Due => "list of what is due, first page",
            Self::Counts => "counts of six lists",
            Self::Matter => "one matter whole",
            Self::Name => "search: a Chinese name",
            Self::CommonWord => "search: a common word",
            Self::Words => "search: two words of a text",
        }
    }

    async fn ask(self, town: &Town, words: Arc<Words>, dice: &mut Seeded) -> Result<usize, Failure> {
        match self {
            Self::All => {
                let after = town.cursors.get(dice.below(town.cursors.len())).cloned();
                let list = ListQuery { facet: Facet::All, also: Also::default(), after, limit: PAGE };
                town.ledger.run(move |l, _| Ok(l.matter_lines(&list, &words)?.lines.len())).await
            }
            Self::Due => {
                let list = ListQuery { facet: Facet::Due, also: Also::default(), after: None, limit: PAGE };
                town.ledger.run(move |l, _| Ok(l.matter_lines(&list, &words)?.lines.len())).await
            }
            Self::Counts => {
                let facets = [
                    Facet::All,
                    Facet::WaitingUs,
                    Facet::WaitingThem,
                    Facet::Arrived,
                    Facet::Due,
                    Facet::Ended,
                ];
                let count = move |l: &mut comity_app::ledger::Ledger| {
                    let counted = facets.iter().map(|facet| l.count_matters(facet, &Also::default()));
                    counted.map(|counted| Ok(counted?.count)).sum::<Result<usize, Failure>>()
                };
                town.ledger.run(move |l, _| count(l)).await
            }
            Self::Matter => {
                let id: MatterId = town.matters[dice.below(town.matters.len())];
                town.ledger.run(move |l, _| Ok(l.show_matter(&id, &words)?.timeline.len())).await
            }
            Self::Name => search(town, words, name(dice)).await,
            Self::CommonWord => search(town, words, "transfer".into()).await,
            Self::Words => {
                let typed = format!("{} {}", word(dice), word(dice));
                search(town, words, typed).await
            }
        }
    }
}

async fn search(town: &Town, words: Arc<Words>, typed: String) -> Result<usize, Failure> {
    town.ledger.run(move |l, _| Ok(l.search(&typed, FOUND, &|_| true, &words)?.lines.len())).await
}

/// What each answer took, sorted.
pub(crate) struct Measured(Vec<Duration>);

/// So many callers at once.
pub(crate) async fn measure(town: &Arc<Town>, asked: Asked) -> Result<Measured, Failure> {
    let words = Arc::new(Words::new(Lang::Zh, &town.kinds));
    let begins = Instant::now() + WARM_UP;
    let ends = begins + MEASURED;
    let mut running = JoinSet::new();
    for caller in 0..CALLERS {
        running.spawn(ask(Arc::clone(town), Arc::clone(&words), asked, caller as u64, begins, ends));
    }
    let mut taken = Vec::new();
    while let Some(caller) = running.join_next().await {
        taken.extend(caller.map_err(fault)??);
    }
    taken.sort();
    Ok(Measured(taken))
}

async fn ask(
    town: Arc<Town>,
    words: Arc<Words>,
    asked: Asked,
    caller: u64,
    begins: Instant,
    ends: Instant,
) -> Result<Vec<Duration>, Failure> {
    let (mut taken, mut dice) = (Vec::new(), Seeded::new(100 + caller));
    loop {
        let started = Instant::now();
        if started >= ends {
            return Ok(taken);
        }
        asked.ask(&town, Arc::clone(&words), &mut dice).await?;
        let now = Instant::now();
        if started >= begins && now < ends {
            taken.push(now - started);
        }
    }
}

impl Measured {
    pub(crate) fn told(&self) -> String {
        let millis = |hundredths: usize| {
            let at = (self.0.len() * hundredths / 100).min(self.0.len().saturating_sub(1));
            self.0.get(at).map_or(0.0, Duration::as_secs_f64) * 1000.0
        };
        let rate = self.0.len() as f64 / MEASURED.as_secs_f64();
        format!("{rate:>10.0} {:>10.2} {:>10.2} {:>10.2}", millis(50), millis(95), millis(99))
    }
}
