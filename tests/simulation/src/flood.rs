//! A partner's flood, and how long a session of another takes meanwhile: in rounds, not in time.
//!
//! In a round every task goes on, every message arrives, and every ledger carries out what waits in one commit. One partner has
//! no more messages under way than the listener lets it have connections, so whatever it sends, nobody waits for more of its
//! messages than that in a round.
//!
//! The bound is none: a request of another partner is answered in as many rounds as without the flood, since sixteen requests
//! more fit into the commit that would have been made anyway. The session as a whole takes no round more either, unless the
//! flood brought what the other partner is to have: what somebody writes in a matter of all three is passed on, flood or not,
//! and asking for it takes requests of its own.
//!
//! The two runs differ in the flood alone: what it holds is drawn apart, and so is the time that passes in a round.

use comity_app::workers::CONNECTIONS_OF_A_PARTNER;
use comity_federation::path;

use crate::dice::Dice;
use crate::invariants::{Broken, Invariant, Violation};
use crate::tasks::Errand;
use crate::town::Town;
use crate::weather::Weather;
use crate::world::{Move, World};

/// Jobs of one commit.
const TOGETHER: usize = 256;
/// Rounds after which a session will not end any more.
const LONG: usize = 2_000;
/// Who floods, who is flooded, and whose session is counted.
const FLOODER: usize = 0;
const VICTIM: usize = 1;
const OTHER: usize = 2;

/// What a session took.
struct Course {
    /// Its rounds.
    rounds: usize,
    /// The rounds until the request was answered that took most.
    slowest: usize,
    /// Entries that came of asking for what is missing.
    supplied: usize,
}

/// Counts the rounds of one session twice, without a flood and with one.
pub(crate) fn compare(seed: u64, town: &Town) -> Result<(), Violation> {
    let broken = |Broken { invariant, what }| Violation { invariant, seed, step: 0, what };
    let alone = course(seed, town, None).map_err(broken)?;
    let flooded = course(seed, town, Some(Dice::new(seed ^ 0xffff))).map_err(broken)?;
    let as_soon = flooded.slowest <= alone.slowest;
    let as_long = flooded.rounds <= alone.rounds || flooded.supplied > alone.supplied;
    Invariant::FloodDelaysNobody
        .holds_if(as_soon && as_long, || {
            let told = |Course { rounds, slowest, .. }| format!("{rounds} rounds, {slowest} for one request");
            let (alone, flooded) = (told(alone), told(flooded));
            format!("a session takes {alone}, and {flooded} while another partner floods the node")
        })
        .map_err(broken)
}

/// Counts the rounds of a session that has something to deliver.
fn course(seed: u64, town: &Town, mut flood: Option<Dice>) -> Result<Course, Broken> {
    let mut world = World::begin(seed, town);
    world.weather = Weather::default();
    (world.to_be_robbed, world.strangers) = (None, None);
    for (number, node) in world.nodes.iter_mut().enumerate() {
        node.rogue = number == FLOODER;
    }
    let flooder = world.agency(FLOODER);
    world.judge.distrust(&flooder);
    world.start_all()?;
    while world.step < world.steps() / 2 {
        world.next_step();
        world.go_on()?;
    }
    world.come_to_rest()?;
    for _ in 0..3 {
        world.wish(OTHER);
        world.come_to_rest()?;
    }
    let mut clock = Dice::new(!seed);
    let seen = world.seen.len();
    let (mut slowest, mut waits) = (0, 0);
    world.last_session = None;
    world.dial(OTHER, VICTIM);
    for rounds in 0..LONG {
        if !world.tasks.has_session(OTHER, VICTIM) {
            let supplied = world.last_session.and_then(Result::ok).map_or(0, |synced| synced.supplied);
            return Ok(Course { rounds, slowest, supplied });
        }
        if let Some(dice) = &mut flood {
            drawn_from(dice, &mut world, pour);
        }
        drawn_from(&mut clock, &mut world, World::next_step);
        go_round(&mut world)?;
        waits += 1;
        let new = world.seen.split_off(seen);
        let asked =
            new.iter().any(|(from, to, _, answer, _)| (*from, *to, *answer) == (OTHER, VICTIM, false));
        let answered =
            new.iter().any(|(from, to, _, answer, _)| (*from, *to, *answer) == (VICTIM, OTHER, true));
        if answered {
            slowest = slowest.max(waits);
        }
        if asked {
            waits = 0;
        }
    }
    Err(Invariant::FloodDelaysNobody.broken("a session does not end any more"))
}

/// Has the world draw from these dice for once.
fn drawn_from(dice: &mut Dice, world: &mut World, then: fn(&mut World)) {
    std::mem::swap(&mut world.dice, dice);
    then(world);
    std::mem::swap(&mut world.dice, dice);
}

/// The flooder has as many messages under way as it may.
fn pour(world: &mut World) {
    let answering = |errand: &Errand| matches!(errand, Errand::Answer { to: FLOODER, .. });
    let under_way = world.tasks.count_of(VICTIM, answering);
    for number in under_way..CONNECTIONS_OF_A_PARTNER {
        let lie = match number % 4 {
            0 => world.noise(),
            1 => world.false_hello(FLOODER, VICTIM),
            2 => world.forged_batch(FLOODER, VICTIM),
            _ => Some((path::FETCH, vec![0x81; 1 << 16], "lists in lists".into())),
        };
        if let Some(lie) = lie {
            world.send_lie(FLOODER, VICTIM, lie);
        }
    }
}

fn go_round(world: &mut World) -> Result<(), Broken> {
    let (tasks, letters): (Vec<_>, Vec<_>) =
        world.moves().into_iter().partition(|next| matches!(next, Move::Poll(_)));
    for task in tasks {
        world.make(task)?;
    }
    // The last first: one that has gone leaves the others where they are.
    for letter in letters.into_iter().rev().filter(|next| matches!(next, Move::Carry(_))) {
        world.make(letter)?;
    }
    for number in 0..world.nodes.len() {
        if let Some(up) = &mut world.nodes[number].up {
            up.ledger.work(TOGETHER);
        }
        world.recorded(number)?;
    }
    Ok(())
}
