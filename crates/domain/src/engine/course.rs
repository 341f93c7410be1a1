//! The course of one lane: which of its entries follow one another, where two or more claim one place or the lane has
//! more than one epoch.
//!
//! Two different entries for one place are a fork, and so are two that follow one entry: the lane stands still at the
//! last entry that all of them share. The first entry of a later epoch, where its act may begin one, says which branch
//! goes on: the one that ends with the entry before it. It counts when that branch truly ends there, nobody else
//! claims its place, and it takes back no choice an earlier epoch has made; the other branches are given up.
//!
//! An epoch that its author's root has declared in a card goes on from an entry though others follow that: they were lost
//! when the author's node was put back from a copy, or nobody could be asked whether there are any. They are given up.
//!
//! What a key signed that no longer speaks for its agency ([`super::disowned`]) claims no place and begins nothing: it stands
//! beside the course, as what was given up does.
//!
//! Not here: whether what an entry had seen has arrived, and whether its act is valid. Invariant: the course is a function
//! of the set of the lane's entries.

use std::collections::{BTreeMap, BTreeSet};

use comity_journal::entry::{Header, Place};
use comity_journal::suite::Hash;

/// The first place of every lane.
pub(super) const FIRST: Place = Place { epoch: 0, seq: 1 };

/// The place behind another in its epoch; `None` behind the last that a number can say, which only a liar names.
pub(super) fn place_behind(place: Place) -> Option<Place> {
    Some(Place { seq: place.seq.checked_add(1)?, ..place })
}

/// What the course needs of an entry: where it stands, what it follows, and whether its act may begin an epoch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Link {
    place: Place,
    prev: Option<Hash>,
    begins: bool,
    declared: bool,
    disowned: bool,
}

impl Link {
    /// `begins` says whether the act may stand first in an epoch, `declared` whether a card of the author's declares the epoch
    /// it stands in.
    pub(super) fn of(header: &Header, begins: bool, declared: bool, disowned: bool) -> Self {
        Self { place: header.place, prev: header.prev, begins: begins || declared, declared, disowned }
    }
}

/// The entries of a lane in the order in which they count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Course {
    /// As far as it is known which follow one another.
    pub(super) entries: Vec<Hash>,
    /// Whether the lane stands still behind them, because more than one entry claims to follow.
    pub(super) still: bool,
    /// The last entries of the branches that are open while it stands still.
    pub(super) ends: BTreeSet<Hash>,
    /// What hangs together with the beginning of the lane, and is not on its course: the number of entries shared.
    beside: BTreeMap<Hash, usize>,
    /// What a key signed that no longer speaks for its agency.
    disowned: BTreeSet<Hash>,
}

impl Course {
    /// Whether more than one entry claims, or has claimed, to follow one of them.
    pub(super) fn has_branches(&self) -> bool {
        self.still || !self.beside.is_empty()
    }

    /// Lays the course of the entries of one lane.
    pub(super) fn lay(links: &BTreeMap<Hash, Link>) -> Self {
        let tree = Tree::of(links);
        let mut entries = Vec::new();
        for begin in tree.beginnings() {
            let Some(path) = tree.path(begin).filter(|path| path.starts_with(&entries)) else { continue };
            entries = path;
        }
        let mut still = false;
        loop {
            let last = entries.last().copied();
            match tree.after(last) {
                After::Nothing => break,
                After::One(next) => entries.push(next),
                After::Several => {
                    still = true;
                    break;
                }
            }
        }
        let on: BTreeMap<Hash, usize> = entries.iter().enumerate().map(|(i, hash)| (*hash, i + 1)).collect();
        let mut beside = BTreeMap::new();
        for hash in links.keys().filter(|hash| !on.contains_key(*hash)) {
            let Some(path) = tree.path(*hash) else { continue };
            beside.insert(*hash, path.iter().filter(|step| on.contains_key(*step)).count());
        }
        // Of what parts ways where the lane stands still, the entries that nothing follows.
        let open =
            beside.iter().filter(|(_, shared)| still && **shared == entries.len()).map(|(hash, _)| *hash);
        let disowned = links.iter().filter(|(_, link)| link.disowned).map(|(hash, _)| *hash).collect();
        let ends = open.filter(|hash| tree.is_end(hash) && !links[hash].disowned).collect();
        Self { entries, still, ends, beside, disowned }
    }

    /// Whether its author's agency has disowned the key that signed an entry, or one before it in its lane.
    pub(super) fn is_disowned(&self, entry: &Hash) -> bool {
        self.disowned.contains(entry)
    }

    /// With how many entries of the course an entry beside it shares its past; `None` while that past is not here, and for
    /// what is on the course.
    pub(super) fn shares(&self, entry: &Hash) -> Option<usize> {
        self.beside.get(entry).copied()
    }

    /// Whether an entry beside the course was given up: its author stood by another branch.
    pub(super) fn gave_up(&self, entry: &Hash) -> bool {
        self.shares(entry).is_some_and(|shared| shared < self.entries.len())
    }
}

/// What may follow an entry.
enum After {
    Nothing,
    One(Hash),
    Several,
}

/// The entries of a lane by what they follow and by where they stand, but for those that are disowned.
struct Tree<'a> {
    links: &'a BTreeMap<Hash, Link>,
    followers: BTreeMap<Option<Hash>, BTreeSet<Hash>>,
    places: BTreeMap<Place, BTreeSet<Hash>>,
}

impl<'a> Tree<'a> {
    fn of(links: &'a BTreeMap<Hash, Link>) -> Self {
        let (mut followers, mut places) =
            (BTreeMap::<_, BTreeSet<_>>::new(), BTreeMap::<_, BTreeSet<_>>::new());
        for (hash, link) in links.iter().filter(|(_, link)| !link.disowned) {
            followers.entry(link.prev).or_default().insert(*hash);
            places.entry(link.place).or_default().insert(*hash);
        }
        Self { links, followers, places }
    }

    fn followers(&self, of: Option<Hash>) -> impl Iterator<Item = Hash> {
        let fits = move |hash: &Hash| self.links.get(hash).is_some_and(|link| self.fits(of, link));
        self.followers.get(&of).into_iter().flatten().copied().filter(fits)
    }

    /// Whether an entry stands where what follows `prev` can stand.
    fn fits(&self, prev: Option<Hash>, link: &Link) -> bool {
        match prev.map(|prev| self.links.get(&prev)) {
            None => link.place == FIRST,
            Some(None) => false,
            Some(Some(before)) => {
                let begins = link.begins && link.place.seq == 1 && link.place.epoch > before.place.epoch;
                place_behind(before.place) == Some(link.place) || begins
            }
        }
    }

    /// The first entries of later epochs that count, the earliest epoch first.
    fn beginnings(&self) -> impl Iterator<Item = Hash> {
        let first = self.places.iter().filter(|(place, _)| place.epoch > 0 && place.seq == 1);
        let alone = first.filter_map(|(_, rivals)| (rivals.len() == 1).then(|| rivals.first().copied())?);
        alone.filter(|begin| {
            let Some(link) = self.links.get(begin) else { return false };
            // What the author's root has declared lost gives way to the epoch that was declared with it.
            let gives_way = |other: &Hash| {
                link.declared
                    && self.links.get(other).is_some_and(|other| other.place.epoch < link.place.epoch)
            };
            link.prev.is_some() && self.followers(link.prev).all(|other| other == *begin || gives_way(&other))
        })
    }

    /// The way to an entry from the beginning of the lane, where all of it is here and fits together.
    fn path(&self, to: Hash) -> Option<Vec<Hash>> {
        let (mut path, mut at) = (Vec::new(), Some(to));
        while let Some(hash) = at {
            let link = self.links.get(&hash)?;
            if !self.fits(link.prev, link) {
                return None;
            }
            path.push(hash);
            at = link.prev;
        }
        path.reverse();
        Some(path)
    }

    fn after(&self, last: Option<Hash>) -> After {
        let before = last.and_then(|last| self.links.get(&last)).map(|link| link.place);
        let next = before.map_or(Some(FIRST), place_behind);
        let mut claims = next.and_then(|next| self.places.get(&next)).cloned().unwrap_or_default();
        claims.extend(self.followers(last));
        let mut claims = claims.into_iter();
        match (claims.next(), claims.next()) {
            (None, _) => After::Nothing,
            (Some(_), Some(_)) => After::Several,
            (Some(one), None) if self.rivals(&one) > 1 => After::Several,
            (Some(one), None) if self.followers(last).any(|follows| follows == one) => After::One(one),
            // What stands in the next place and follows something else waits for that.
            (Some(_), None) => After::Nothing,
        }
    }

    fn rivals(&self, hash: &Hash) -> usize {
        self.links.get(hash).and_then(|link| self.places.get(&link.place)).map_or(0, BTreeSet::len)
    }

    fn is_end(&self, hash: &Hash) -> bool {
        self.followers(Some(*hash)).next().is_none()
    }
}
