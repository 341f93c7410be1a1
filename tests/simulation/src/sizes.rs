//! Two runs of one world that differ only in what officers do inside: what partners see of either has the same sizes.
//!
//! The network of such a world is as bad as any; its disks are good, and nobody lies or is put back from a copy. Inner events are
//! drawn apart, and done between two steps, so that the steps themselves are the same in both runs.

use comity_app::Failure;
use comity_app::commands::ActCommand;
use comity_testkit::node::request;

use crate::dice::Dice;
use crate::invariants::{Broken, Invariant, Judge, Violation};
use crate::town::Town;
use crate::weather::Weather;
use crate::world::World;

type Seen = Vec<(usize, usize, &'static str, bool, usize)>;

/// Runs the world twice, once with and once without inner events, and compares what partners saw.
pub(crate) fn compare(seed: u64, town: &Town) -> Result<(), Violation> {
    let quiet = seen_by_partners(seed, town, None)?;
    let busy = seen_by_partners(seed, town, Some(Dice::new(seed ^ 0xffff)))?;
    let differ = quiet.iter().zip(&busy).position(|(quiet, busy)| quiet != busy);
    let same = differ.is_none() && quiet.len() == busy.len();
    let told = Invariant::SizesTellNothing.holds_if(same, || {
        let at = differ.unwrap_or(quiet.len().min(busy.len()));
        format!("message {at} was {:?} and is {:?} when more is done inside", quiet.get(at), busy.get(at))
    });
    told.map_err(|Broken { invariant, what }| Violation { invariant, seed, step: 0, what })
}

fn seen_by_partners(seed: u64, town: &Town, mut inside: Option<Dice>) -> Result<Seen, Violation> {
    let mut world = World::begin(seed, town);
    let Weather { lost, twice, again, parted, clocks, .. } = world.weather;
    world.weather = Weather { lost, twice, again, parted, clocks, ..Weather::default() };
    (world.to_be_robbed, world.strangers) = (None, None);
    world.nodes.iter_mut().for_each(|node| node.rogue = false);
    live(&mut world, &mut inside).map_err(|broken| world.violation(broken))?;
    Ok(world.seen)
}

fn live(world: &mut World, inside: &mut Option<Dice>) -> Result<(), Broken> {
    world.start_all()?;
    while world.step < world.steps() {
        world.next_step();
        if let Some(dice) = inside
            && dice.in_thousand(300)
        {
            do_inside(world, dice)?;
        }
        if !world.trouble()? {
            world.go_on()?;
        }
    }
    Ok(())
}

/// An officer writes a note, drafts what will never be sent, or looks at something.
fn do_inside(world: &mut World, dice: &mut Dice) -> Result<(), Broken> {
    let number = dice.below(world.nodes.len());
    let cases: Vec<_> = (0..world.cases.len()).filter(|case| world.is_of(*case, number)).collect();
    let matter = dice.pick(&cases).map(|case| world.cases[*case].id);
    let partner = world.nodes[number].resident.partners.values().next().cloned();
    let officer = world.nodes[number].resident.drafter.clone();
    let drafts = dice.in_thousand(200);
    let Some(ledger) = world.nodes[number].ledger() else { return Ok(()) };
    let done = ledger.run_now(|ledger, pending| {
        if let Some(partner) = partner.filter(|_| drafts) {
            return ledger
                .draft_opening(pending, "request", &partner, &request("Never sent"), &officer)
                .map(drop);
        }
        let Some(matter) = matter else { return Ok(()) };
        let toml = Some("text = \"Called the desk of Example.\"".to_owned());
        ledger.act(pending, &ActCommand { matter, act: "note".into(), toml }, &officer).map(drop)
    });
    match done {
        // The matter has not come yet.
        Ok(()) | Err(Failure::NotFound(_)) => {}
        Err(why) => Judge::no_fault(&why)?,
    }
    world.recorded(number)
}
