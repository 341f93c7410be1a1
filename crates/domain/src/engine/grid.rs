//! The grid of a kind: what holds in every combination of lane states, drawn from the code that decides it.

use super::kind::{Kind, KindDef, Lanes};
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

/// One row of a grid: what the two lanes have come to, by name, and what that means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GridRow {
    /// What the first role's lane has come to.
    pub first: &'static str,
    /// What the second role's lane has come to; `-` in a kind with one role.
    pub second: &'static str,
    /// What that means.
    pub cell: Cell,
    /// The clocks that run then.
    pub clocks: Vec<&'static str>,
}

/// Every combination of the lane states worth a row, over the pair of roles of a kind.
pub(super) fn rows<K: Kind>() -> Vec<GridRow> {
    let mut examples = K::examples();
    let (first, second) = pair(&K::DEF);
    if second == "-" {
        examples.push(("-", "-", K::Lane::default()));
    }
    let of = |role| examples.iter().filter(move |(r, ..)| *r == role);
    let agency = |n| AgencyId::from_bytes([n; 32]);
    let pairs = of(first).flat_map(|a| of(second).map(move |b| (a, b)));
    pairs
        .map(|((_, name_a, a), (_, name_b, b))| {
            let lanes = Lanes::new(vec![(first, agency(1), a), (second, agency(2), b)]);
            let clocks = K::clocks(&lanes).iter().map(|clock| clock.name).collect();
            GridRow { first: name_a, second: name_b, cell: K::cell(&lanes), clocks }
        })
        .collect()
}

fn pair(def: &KindDef) -> (&'static str, &'static str) {
    (def.roles[0], def.roles.get(1).copied().unwrap_or("-"))
}

/// Draws a grid as a page a lawyer can read.
pub(super) fn page(def: &KindDef, rows: &[GridRow]) -> String {
    let (first, second) = pair(def);
    let mut page = format!(
        "# The grid of `{}`, rules version {}\n\n\
         Drawn from the code; every combination of what the two lanes have come to.\n\n\
         | {first} | {second} | status | waited for | prevails | {first} may | {second} may |\n\
         |---|---|---|---|---|---|---|\n",
        def.code, def.rules,
    );
    if let Some(fold) = def.fold {
        page = page.replacen(
            "\n\n|",
            &format!(
                "\nWhere several parties are `{second}`, what is said of them is so once it is so of: {}.\n\n|",
                fold.code()
            ),
            1,
        );
    }
    for GridRow { first: name_a, second: name_b, cell, .. } in rows {
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
    page
}
