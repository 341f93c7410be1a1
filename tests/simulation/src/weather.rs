//! How bad a world is: drawn once from its seed. All in thousandths.

use crate::dice::Dice;

/// The chances of trouble.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weather {
    /// Of a message: it is lost.
    pub(crate) lost: usize,
    /// Of a request: it comes twice.
    pub(crate) twice: usize,
    /// Of a step: an old request comes again.
    pub(crate) again: usize,
    /// Of a step: a line parts, or heals.
    pub(crate) parted: usize,
    /// Of a step: a node stops, cleanly or not, or comes back.
    pub(crate) stops: usize,
    /// Of a step: a commit is going to fail.
    pub(crate) bad_commit: usize,
    /// Of a step: readings begin to fail.
    pub(crate) bad_reading: usize,
    /// Of a step: a clock is set.
    pub(crate) clocks: usize,
    /// Of a step: a copy of a node is made, or one is put in its place. Only the first node of a world is copied, and none
    /// where somebody lies: what a liar alone holds of others it can keep from them.
    pub(crate) copies: usize,
    /// Of a step: the dishonest partner, where there is one, does something dishonest.
    pub(crate) lies: usize,
}

impl Weather {
    /// Every tenth world is fair; the others draw each kind of trouble on its own, from none to much.
    pub(crate) fn of(seed: u64, rogue: bool, dice: &mut Dice) -> Self {
        let lies = if rogue { 90 } else { 0 };
        if seed.is_multiple_of(10) {
            return Self { lies, ..Self::default() };
        }
        let mut upto = |most: usize| if dice.below(4) == 0 { 0 } else { dice.below(most) };
        Self {
            lost: upto(150),
            twice: upto(150),
            again: upto(30),
            parted: upto(15),
            stops: upto(20),
            bad_commit: upto(20),
            bad_reading: upto(8),
            clocks: upto(8),
            copies: if rogue { 0 } else { upto(12) },
            lies,
        }
    }
}
