//! What benches share: the machine they run on, and figures of several rounds. Not for tests: nothing here decides
//! whether anything is right.

#[cfg(feature = "node")]
pub mod limits;
pub mod machine;
#[cfg(feature = "node")]
pub mod real;
mod settings;
#[cfg(feature = "node")]
mod tls;

pub use settings::settings;

/// How a bar is told.
pub fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

/// A text of so many letters, always the same.
pub fn text(letters: usize) -> String {
    (0..letters).map(|at| char::from(b'a' + (at * at % 26) as u8)).collect()
}

/// Figures of one thing measured in several rounds.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<f64>);

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(figures: I) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        Self(figures)
    }
}

impl Figures {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The least of them; 0 of none.
    pub fn least(&self) -> f64 {
        self.0.first().copied().unwrap_or(0.0)
    }

    /// The greatest of them; 0 of none.
    pub fn most(&self) -> f64 {
        self.0.last().copied().unwrap_or(0.0)
    }

    /// The one in the middle, or between the two there; 0 of none.
    pub fn median(&self) -> f64 {
        let (low, high) = (self.0.get(self.0.len().saturating_sub(1) / 2), self.0.get(self.0.len() / 2));
        f64::midpoint(*low.unwrap_or(&0.0), *high.unwrap_or(&0.0))
    }

    /// The figure below which this share of all lies; 0 of none.
    pub fn at(&self, share: f64) -> f64 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index into a list that fits in memory"
        )]
        let at = (self.0.len() as f64 * share) as usize;
        self.0.get(at.min(self.0.len().saturating_sub(1))).copied().unwrap_or(0.0)
    }

    /// The least and the greatest, as text.
    pub fn span(&self, places: usize) -> String {
        format!("{:.places$}-{:.places$}", self.least(), self.most())
    }
}
