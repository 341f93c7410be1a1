//! The grids: total, every act in them can be done by the party it is offered to, nobody is waited for who can do
//! nothing, and each is the page that was agreed.

#![expect(clippy::panic, reason = "in what tests share, failing is the point")]

use std::collections::BTreeSet;

use comity_domain::act::{ActSet, Shape};
use comity_domain::engine::{Cell, Kind, Lanes, grid_page};
use comity_domain::matters::{
    node::NodeKind, officer::OfficerKind, partner::PartnerKind, request::RequestKind,
};
use comity_journal::ids::AgencyId;

/// The statuses after which nobody need do anything.
const FINAL: &[&str] = &["closed", "withdrawn"];

/// Every combination of the lane states worth a row, with its cell.
fn cells<K: Kind>() -> Vec<(String, Cell)> {
    let mut examples = K::examples();
    let (first, second) = (K::DEF.roles[0], K::DEF.roles.get(1).copied().unwrap_or("nobody"));
    if second == "nobody" {
        examples.push((second, "-", K::Lane::default()));
    }
    let of = |role| examples.iter().filter(move |(r, ..)| *r == role);
    let pairs =
        of(first).flat_map(|(_, name_a, a)| of(second).map(move |(_, name_b, b)| (name_a, a, name_b, b)));
    let agency = |n| AgencyId::from_bytes([n; 32]);
    pairs
        .map(|(name_a, a, name_b, b)| {
            let lanes = Lanes::new(vec![(first, agency(1), a), (second, agency(2), b)]);
            (format!("{} / {name_a} / {name_b}", K::DEF.code), K::cell(&lanes))
        })
        .collect()
}

fn no_cell_is_impossible<K: Kind>() {
    let mut offered = BTreeSet::new();
    for (at, cell) in cells::<K>() {
        for (role, acts) in &cell.next {
            assert!(K::DEF.roles.contains(role), "{at}: {role}");
            for act in *acts {
                let def = K::Act::defs().iter().find(|def| def.code == *act);
                let def = def.unwrap_or_else(|| panic!("{at}: there is no act {act}"));
                assert!(def.by.is_empty() || def.by.contains(role), "{at}: {role} cannot {act}");
                offered.insert(*act);
            }
        }
        match cell.waited_for {
            Some(role) => {
                assert!(cell.next_of(role).next().is_some(), "{at}: {role} is waited for and can do nothing");
            }
            None => assert!(!K::DEF.shared || FINAL.contains(&cell.status), "{at}: nobody is waited for"),
        }
        if let Some(act) = cell.prevails {
            assert!(K::Act::defs().iter().any(|def| def.code == act), "{at}: {act}");
        }
    }
    for def in K::Act::defs() {
        assert!(offered.contains(def.code), "`{}` can never be done", def.code);
    }
}

#[test]
fn no_cell_of_any_kind_is_impossible() {
    no_cell_is_impossible::<RequestKind>();
    no_cell_is_impossible::<PartnerKind>();
    no_cell_is_impossible::<OfficerKind>();
    no_cell_is_impossible::<NodeKind>();
}

#[test]
fn every_act_that_answers_names_acts_of_its_kind() {
    for def in <RequestKind as Kind>::Act::defs() {
        let names = !def.answers.is_empty();
        assert_eq!(names, matches!(def.shape, Shape::Answer | Shape::Recant), "{}", def.code);
        for answered in def.answers {
            assert!(
                <RequestKind as Kind>::Act::defs().iter().any(|other| other.code == *answered),
                "{answered}"
            );
        }
    }
}

fn compare_page<K: Kind>(committed: &str) {
    let drawn = grid_page::<K>();
    if drawn != committed {
        let fresh =
            std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-grid.md", K::DEF.code));
        std::fs::write(&fresh, &drawn).expect("the target folder can be written");
        panic!(
            "the grid of `{0}` has changed; read {1}, and if it is right copy it to src/matters/{0}/grid.md",
            K::DEF.code,
            fresh.display()
        );
    }
}

#[test]
fn the_grid_of_a_request_is_the_one_that_was_agreed() {
    compare_page::<RequestKind>(include_str!("../src/matters/request/grid.md"));
}

#[test]
fn the_grid_of_a_partner_is_the_one_that_was_agreed() {
    compare_page::<PartnerKind>(include_str!("../src/matters/partner/grid.md"));
}

#[test]
fn the_grid_of_an_officer_is_the_one_that_was_agreed() {
    compare_page::<OfficerKind>(include_str!("../src/matters/officer/grid.md"));
}

#[test]
fn the_grid_of_a_node_is_the_one_that_was_agreed() {
    compare_page::<NodeKind>(include_str!("../src/matters/node/grid.md"));
}
