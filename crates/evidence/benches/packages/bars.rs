//! What was asked for, beside what was measured.

use super::inputs::Input;
use super::table::Table;

/// What opening is to reach, in MB of content a second.
const OPEN: f64 = 900.0;
/// What one file of a tree may take, in milliseconds.
const ONE: f64 = 50.0;
/// The most memory, in MiB.
const MEMORY: f64 = 64.0;

/// A verdict a line.
pub(crate) fn judge(table: &Table, inputs: &[Input]) -> Vec<String> {
    inputs.iter().flat_map(|input| of_input(table, input)).flatten().collect()
}

fn of_input(table: &Table, input: &Input) -> Vec<Option<String>> {
    let median = |what: &str| table.median(&input.what, what);
    let by_age = if input.is_tree { "seal, tar | age -r" } else { "seal, age -r" };
    let overhead = if input.is_tree { 2.0 } else { 0.05 };
    let at_least = |what: &str, bar: Option<f64>| verdict(input, what, median(what), ">=", bar);
    vec![
        at_least("seal, comity", median(by_age)),
        at_least("verify, comity", median("open to nowhere, age -d")),
        at_least("open to a sink, comity", Some(OPEN)),
        verdict(input, "one file of all, ms", median("one file of all, comity"), "<", Some(ONE)),
        verdict(input, "memory, MiB", table.peak(&input.what), "<", Some(MEMORY)),
        verdict(input, "overhead, %", table.overhead(&input.what), "<", Some(overhead)),
    ]
}

/// Nothing of what was not measured, and of what there is nobody to compare with.
fn verdict(input: &Input, what: &str, found: Option<f64>, sign: &str, bar: Option<f64>) -> Option<String> {
    let (found, bar) = (found?, bar?);
    let met = if sign == "<" { found < bar } else { found >= bar };
    let said = if met { "met" } else { "MISSED" };
    Some(format!("{said:<6} {}: {what}: {found:.3} {sign} {bar:.3}", input.what))
}
