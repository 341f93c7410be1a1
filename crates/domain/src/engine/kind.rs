//! What a kind of matter says about itself.

use comity_journal::ids::AgencyId;
use comity_journal::suite::Hash;
use comity_journal::time::Timestamp;

use super::candidate::Stated;
use super::decide::Facts;
use super::grid::Cell;
use crate::act::ActSet;
use crate::clock::Clock;
use crate::gates::{Gives, Objection, Refusal};
use crate::vocabularies::{Handling, OffenceCode, OuterGround};

/// The constants of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KindDef {
    /// Its code in headers, commands and label keys.
    pub code: &'static str,
    /// The letter before its matters' short ids.
    pub prefix: char,
    /// The version of its rules.
    pub rules: u32,
    /// The roles of its parties, the opener's first. A kind that stays inside one node has the role `own`.
    pub roles: &'static [&'static str],
    /// The statuses after which nobody need do anything.
    pub ended: &'static [&'static str],
    /// The act that hands over a sealed package, where there is one.
    pub hands_over: Option<&'static str>,
    /// Whether it has shared lanes at all.
    pub shared: bool,
    /// Whether the party that opens it is its convenor, who admits and removes parties.
    pub convened: bool,
    /// How the second role is read where several parties have it; nothing where never more than one has.
    pub fold: Option<Fold>,
    /// Its words: zh, then en, as Fluent.
    pub words: (&'static str, &'static str),
}

/// How several parties in one role are read as one: what the grid says of a pair of roles is drawn for one party in each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// It is so once it is so of every one of them, and of one at least.
    All,
    /// It is so once it is so of one of them.
    Any,
    /// It is so once it is so of more than half of them.
    Quorum,
}

impl Fold {
    /// Its code, for the page of the grid.
    pub const fn code(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Any => "any",
            Self::Quorum => "quorum",
        }
    }

    /// Whether it is so, where it is so of as many out of as many.
    pub const fn holds(self, of: usize, out_of: usize) -> bool {
        match self {
            Self::All => out_of > 0 && of == out_of,
            Self::Any => of > 0,
            Self::Quorum => of * 2 > out_of,
        }
    }
}

/// A sealed package as an act names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PackageRef {
    /// The root over its bytes, which is its name.
    pub root: Hash,
    /// How many bytes.
    pub size: u64,
}

/// A sealed package that was handed over, or that holds the paper of what was recorded; and by which valid entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HandedOver {
    /// The package. Of a paper the entry names no size: its envelope does, and 0 stands here.
    pub package: PackageRef,
    /// The entry.
    pub entry: Hash,
    /// Who handed it over.
    pub by: AgencyId,
    /// Whether the lanes still speak of it as kept or to be kept: not once it was given back, withdrawn or destroyed.
    pub kept: bool,
    /// Where it stands, by the kind's own code.
    pub stands: &'static str,
    /// Who answers for it now; nobody once it was destroyed.
    pub holder: Option<AgencyId>,
    /// Whether it holds the paper of what a recorder wrote for a party without a node: it stays with the recorder.
    pub paper: bool,
}

/// What the other side is told of why it is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// The ground.
    pub ground: OuterGround,
    /// Whether words were added to it.
    pub with_words: bool,
}

/// Where a package stands: the kind's own code for it, and the role of the party that answers for it now.
pub type PackageStands = (&'static str, Option<&'static str>);

/// A kind of matter. Everything in it is pure; everything but [`Kind::decide`] and [`Kind::judge`] reads
/// structure only.
pub trait Kind: Sized + Send + Sync + 'static {
    /// Its constants.
    const DEF: KindDef;
    /// Its acts.
    type Act: ActSet;
    /// What one lane has come to.
    type Lane: Clone + Default + std::fmt::Debug + PartialEq + Send + Sync + 'static;

    /// Moves a lane on by one valid entry of that lane.
    fn evolve(lane: &mut Self::Lane, entry: &Stated<'_>, act: &Self::Act);

    /// The cell of the grid these lanes are in: total, no combination is impossible.
    fn cell(lanes: &Lanes<'_, Self::Lane>) -> Cell;

    /// The clocks that run.
    fn clocks(_lanes: &Lanes<'_, Self::Lane>) -> Vec<Clock> {
        Vec::new()
    }

    /// When what a matter of this kind holds is to be reviewed once it has ended, where its acts name a date.
    fn review_by(_lanes: &Lanes<'_, Self::Lane>) -> Option<Timestamp> {
        None
    }

    /// What makes an act invalid beyond the grid, from structure alone.
    ///
    /// # Errors
    /// The rule it breaks; the entry is void under it everywhere alike.
    fn admit(_lanes: &Lanes<'_, Self::Lane>, _entry: &Stated<'_>, _act: &Self::Act) -> Result<(), Refusal> {
        Ok(())
    }

    /// What this node demands of its own act before it signs.
    ///
    /// # Errors
    /// The rule that stands against it.
    fn decide(_lanes: &Lanes<'_, Self::Lane>, _act: &Self::Act, _facts: &Facts) -> Result<(), Refusal> {
        Ok(())
    }

    /// All that this node demands and the act does not give, for somebody who is still writing it. A kind whose
    /// [`Kind::decide`] can refuse for several reasons names them all here, and takes the first of them there.
    fn demands(lanes: &Lanes<'_, Self::Lane>, act: &Self::Act, facts: &Facts) -> Vec<Refusal> {
        Self::decide(lanes, act, facts).err().into_iter().collect()
    }

    /// What this node holds against a partner's valid act.
    fn judge(
        _lanes: &Lanes<'_, Self::Lane>,
        _entry: &Stated<'_>,
        _act: &Self::Act,
        _facts: &Facts,
    ) -> Vec<Objection> {
        Vec::new()
    }

    /// The offences an act is about, for the review of prohibited grounds.
    fn offences(_lanes: &Lanes<'_, Self::Lane>, _act: &Self::Act) -> Vec<OffenceCode> {
        Vec::new()
    }

    /// What an act that refuses the other side something tells it of the ground.
    fn refuses(_act: &Self::Act) -> Option<Told> {
        None
    }

    /// How what the act carries may be used onward.
    fn handling(_lanes: &Lanes<'_, Self::Lane>, _act: &Self::Act) -> Handling {
        Handling::H1
    }

    /// What stands over the whole matter for everybody to heed, by code: restrictions on use.
    fn marks(_lanes: &Lanes<'_, Self::Lane>) -> Vec<&'static str> {
        Vec::new()
    }

    /// The sealed package an act hands over, where it hands one over.
    fn package(_act: &Self::Act) -> Option<PackageRef> {
        None
    }

    /// What an act gives its receivers beyond the persons that stand in its own fields: evidence, or news of persons that
    /// another entry names.
    fn gives(_lanes: &Lanes<'_, Self::Lane>, act: &str) -> Option<Gives> {
        (Self::DEF.hands_over == Some(act)).then_some(Gives::Evidence)
    }

    /// Whether the package an entry handed over is still kept or to be kept by who received it.
    fn keeps(_lanes: &Lanes<'_, Self::Lane>, _handed_over_by: &Hash) -> bool {
        true
    }

    /// Where the package an entry handed over stands, and who answers for it now.
    fn stands(_lanes: &Lanes<'_, Self::Lane>, _handed_over_by: &Hash) -> PackageStands {
        ("sent", None)
    }

    /// One lane of every state worth a row of the grid, by role, with its name.
    fn examples() -> Vec<(&'static str, &'static str, Self::Lane)>;
}

/// The lanes of a matter as a kind sees them: by the role of their party.
pub struct Lanes<'a, L> {
    pub(super) parties: Vec<(&'a str, AgencyId, &'a L)>,
    /// The lanes of parties that were removed, as far as they count.
    former: Vec<(&'a str, AgencyId, &'a L)>,
    pub(super) untouched: L,
}

impl<'a, L: Default> Lanes<'a, L> {
    /// Lanes by role, agency and state.
    pub fn new(parties: Vec<(&'a str, AgencyId, &'a L)>) -> Self {
        Self { parties, former: Vec::new(), untouched: L::default() }
    }

    pub(super) fn with_former(self, former: Vec<(&'a str, AgencyId, &'a L)>) -> Self {
        Self { former, ..self }
    }

    /// The lane of the (first) party in this role; an untouched one where there is none.
    pub fn of(&self, role: &str) -> &L {
        self.parties.iter().find(|(r, ..)| *r == role).map_or(&self.untouched, |(.., lane)| lane)
    }

    /// All lanes in this role.
    pub fn all(&self, role: &str) -> impl Iterator<Item = (AgencyId, &L)> {
        self.parties.iter().filter(move |(r, ..)| *r == role).map(|(_, agency, lane)| (*agency, *lane))
    }

    /// Whether something is so of the parties in this role, as the fold reads several.
    pub fn hold(&self, fold: Fold, role: &str, is_so: impl Fn(&L) -> bool) -> bool {
        let of = self.all(role).filter(|(_, lane)| is_so(lane)).count();
        fold.holds(of, self.all(role).count())
    }

    /// The lanes in this role of parties that were removed: as they stood at the frontier that the removal states. Nobody
    /// waits for them any more; what they said until then is still there to be counted.
    pub fn former(&self, role: &str) -> impl Iterator<Item = (AgencyId, &L)> {
        self.former.iter().filter(move |(r, ..)| *r == role).map(|(_, agency, lane)| (*agency, *lane))
    }
}
