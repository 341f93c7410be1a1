//! A partner's flood, and how long a session of another takes meanwhile: in rounds, not in time.
//!
//! In a round every task goes on, every message arrives, and every ledger carries out what waits in one commit. One partner has
//! no more messages under way than the listener lets it have connections, so whatever it sends, nobody waits for more of its
//! messages than that in a round.

use comity_federation::path;

use crate::invariants::{Broken, Invariant, Violation};
use crate::tasks::Errand;
use crate::town::Town;
use crate::weather::Weather;
use crate::world::{Move, World};

/// How many connections one partner may have: `connections_per_partner` of the listener.
const CONNECTIONS: usize = 16;
/// Jobs of one commit.
const TOGETHER: usize = 256;
/// Rounds after which a session will not end any more.
const LONG: usize = 2_000;
/// Who floods, who is flooded, and whose session is counted.
const FLOODER: usize = 0;
const VICTIM: usize = 1;
const OTHER: usize = 2;

/// Counts the rounds of one session twice, without a flood and with one.
pub(crate) fn compare(seed: u64, town: &Town) -> Result<(), Violation> {
    let broken = |Broken { invariant, what }| Violation { invariant, seed, step: 0, what };
    let alone = rounds(seed, town, false).map_err(broken)?;
    let flooded = rounds(seed, town, true).map_err(broken)?;
    Invariant::FloodDelaysNobody
        .holds_if(flooded <= alone, || {
            format!("a session takes {alone} rounds, and {flooded} while another partner floods the node")
        })
        .map_err(broken)
}

/// How many rounds a session takes that has something to deliver.
fn rounds(seed: u64, town: &Town, flood: bool) -> Result<usize, Broken> {
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
    world.dial(OTHER, VICTIM);
    for round in 0..LONG {
        if !world.tasks.has_session(OTHER, VICTIM) {
            return Ok(round);
        }
        if flood {
            pour(&mut world);
        }
        go_round(&mut world)?;
    }
    Err(Invariant::FloodDelaysNobody.broken("a session does not end any more"))
}

/// The flooder has as many messages under way as it may.
fn pour(world: &mut World) {
    let answering = |errand: &Errand| matches!(errand, Errand::Answer { to: FLOODER, .. });
    let under_way = world.tasks.count_of(VICTIM, answering);
    for number in under_way..CONNECTIONS {
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
    world.next_step();
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
