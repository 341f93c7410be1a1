//! The grid of a kind: what holds in every combination of lane states, drawn from the code that decides it.

use super::kind::{Kind, Lanes};
use comity_journal::ids::AgencyId;

/// What one combination of lane states means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// The matter's status, as a label key.
    pub status: &'static str,
    /// The role everybody waits for.
    pub waited_for: Option<&'static str>,
    /// The act that prevails where acts crossed.
    pub prevails: Option<&'static str>,
    /// What each role may do next.
    pub next: Vec<(&'static str, &'static [&'static str])>,
}

impl Cell {
    /// Whether `role` may do `act` next.
    pub fn allows(&self, role: &str, act: &str) -> bool {
        self.next.iter().any(|(r, acts)| *r == role && acts.contains(&act))
    }

    /// What `role` may do next.
    pub fn next_of(&self, role: &str) -> impl Iterator<Item = &'static str> {
        let own: Vec<_> =
            self.next.iter().filter(|(r, _)| *r == role).flat_map(|(_, acts)| acts.iter()).collect();
        own.into_iter().copied()
    }
}

/// Draws the grid of a kind over its pair of roles as a page a lawyer can read.
pub fn grid_page<K: Kind>() -> String {
    let examples = K::examples();
    let (first, second) = (K::DEF.roles[0], K::DEF.roles.get(1).copied().unwrap_or("-"));
    let rows = |role| examples.iter().filter(move |(r, ..)| *r == role);
    let mut page = format!(
        "# The grid of `{}`, rules version {}\n\n\
         Drawn from the code; every combination of what the two lanes have come to.\n\n\
         | {first} | {second} | status | waited for | prevails | {first} may | {second} may |\n\
         |---|---|---|---|---|---|---|\n",
        K::DEF.code,
        K::DEF.rules,
    );
    let nobody = K::Lane::default();
    let none = [("-", "-", nobody)];
    let seconds: Vec<_> = if second == "-" { none.iter().collect() } else { rows(second).collect() };
    for (_, name_a, a) in rows(first) {
        for (_, name_b, b) in &seconds {
            let agency = |n| AgencyId::from_bytes([n; 32]);
            let lanes = Lanes::new(vec![(first, agency(1), a), (second, agency(2), b)]);
            let cell = K::cell(&lanes);
            let next = |role: &str| {
                let acts: Vec<_> = cell.next_of(role).collect();
                if acts.is_empty() { "nothing".to_owned() } else { acts.join(", ") }
            };
            page += &format!(
                "| {name_a} | {name_b} | {} | {} | {} | {} | {} |\n",
                cell.status,
                cell.waited_for.unwrap_or("nobody"),
                cell.prevails.unwrap_or("-"),
                next(first),
                next(second),
            );
        }
    }
    page
}
