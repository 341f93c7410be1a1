//! The node's two trees: their upper nodes and newest leaves in memory, all leaves in the store.
//!
//! A whole tile, 256 leaves, is in memory by its root alone, so a million leaves take a quarter of a mebibyte. What is
//! asked for within a tile is made of its leaves again, which the store gives. The roots of tiles are a view as well
//! ([`TILES`]): a start reads one hash for 256 leaves.
//!
//! Not here: the epochs of the exchange tree (`epochs`), and proofs (`comity_journal::tree`).
//!
//! Invariant: roots that the view gives are gone by only where they lead to the root that this node signed last.

use std::borrow::Cow;
use std::cell::RefCell;

use comity_journal::suite::Hash;
use comity_journal::tree::{self, Nodes, ProofError, TILE, TILE_LEVEL, Tree};
use comity_store::{Reader, TreeName, ViewRow};

use super::{Ledger, PAGE};
use crate::failure::Failure;
use crate::views::TILES;

/// One of the trees, as far as it is in memory.
#[derive(Clone)]
pub(crate) struct Grown {
    name: TreeName,
    /// Its first leaf in the store's counting, which goes on over all epochs.
    first: u64,
    tree: Tree,
    /// How many tiles have their row in the view, from the first on.
    with_row: u64,
}

impl Grown {
    /// Without leaves; the first will be this one.
    pub(super) fn new(name: TreeName, first: u64) -> Self {
        Self { name, first, tree: Tree::default(), with_row: 0 }
    }

    /// As the view and, behind it, the leaves tell.
    pub(super) fn read(store: &dyn Reader, name: TreeName, first: u64) -> Result<Self, Failure> {
        let roots = tile_roots(store, name, first)?;
        let with_row = roots.len() as u64;
        let mut grown = Self { name, first, tree: Tree::of_tiles(roots), with_row };
        grown.read_on(store, u64::MAX)?;
        Ok(grown)
    }

    /// As the leaves tell, up to, not including, `end`.
    pub(super) fn read_leaves(
        store: &dyn Reader,
        name: TreeName,
        first: u64,
        end: u64,
    ) -> Result<Self, Failure> {
        let mut grown = Self::new(name, first);
        grown.read_on(store, end)?;
        Ok(grown)
    }

    fn read_on(&mut self, store: &dyn Reader, end: u64) -> Result<(), Failure> {
        loop {
            let next = self.first.saturating_add(self.size());
            let room = usize::try_from(end.saturating_sub(next)).unwrap_or(usize::MAX).min(PAGE);
            let page = store.leaf_hashes(self.name, next, room)?;
            if page.is_empty() {
                return Ok(());
            }
            self.tree.extend(page);
            self.settle();
        }
    }

    pub(super) fn size(&self) -> u64 {
        self.tree.size()
    }

    pub(super) fn root(&self) -> Hash {
        self.tree.root()
    }

    pub(super) fn push(&mut self, leaf: Hash) {
        self.tree.push(leaf);
    }

    /// All leaves are durable: of those before the last whole tile the store tells from now on.
    pub(super) fn settle(&mut self) {
        self.tree.let_go_before(self.size().saturating_sub(TILE));
    }

    /// The rows of the tiles that have become whole.
    pub(crate) fn put_rows(&mut self, views: &mut Vec<ViewRow>) {
        let whole = self.with_row..self.tree.tiles();
        self.with_row = whole.end;
        views.extend(whole.map(|tile| self.row(tile, self.tree.node(TILE_LEVEL, tile))));
    }

    /// The view was dropped.
    pub(crate) const fn forget_rows(&mut self) {
        self.with_row = 0;
    }

    /// It begins anew with this leaf; the rows of the tiles it had go.
    pub(super) fn begin_anew(&mut self, first: u64, views: &mut Vec<ViewRow>) {
        views.extend((0..self.with_row).map(|tile| self.row(tile, None)));
        *self = Self::new(self.name, first);
    }

    fn row(&self, tile: u64, root: Option<Hash>) -> ViewRow {
        let key = key(self.name, self.first + tile * TILE);
        ViewRow { view: TILES, key, value: root.map(|root| root.as_bytes().to_vec()) }
    }
}

/// A tree with the store beneath it, so that all of its nodes are at hand.
pub struct WholeTree<'l> {
    grown: Cow<'l, Grown>,
    store: &'l dyn Reader,
    /// The tile that was asked of the store last.
    tile: RefCell<Option<(u64, Tree)>>,
}

impl Nodes for WholeTree<'_> {
    fn node(&self, level: u8, index: u64) -> Option<Hash> {
        if let Some(hash) = self.grown.tree.node(level, index) {
            return Some(hash);
        }
        let above = TILE_LEVEL.checked_sub(level).filter(|above| *above > 0)?;
        let tile = index >> above;
        if tile >= self.grown.tree.tiles() {
            return None;
        }
        let mut read = self.tile.borrow_mut();
        if read.as_ref().is_none_or(|(known, _)| *known != tile) {
            let (first, tile_size) = (self.grown.first + tile * TILE, TILE as usize);
            let leaves = self.store.leaf_hashes(self.grown.name, first, tile_size).ok()?;
            *read = Some((tile, leaves.into_iter().collect()));
        }
        read.as_ref()?.1.node(level, index - (tile << above))
    }
}

impl<'l> WholeTree<'l> {
    pub(super) fn new(grown: Cow<'l, Grown>, store: &'l dyn Reader) -> Self {
        Self { grown, store, tile: RefCell::new(None) }
    }

    /// The number of leaves.
    pub fn size(&self) -> u64 {
        self.grown.size()
    }

    /// The root of all leaves.
    pub fn root(&self) -> Hash {
        self.grown.root()
    }

    /// The root it had at `size` leaves.
    ///
    /// # Errors
    /// When it has not grown so far, or the store does not give what it is made of.
    pub fn root_at(&self, size: u64) -> Result<Hash, ProofError> {
        if size > self.size() {
            return Err(ProofError::RangeOutside { start: 0, end: size, size: self.size() });
        }
        tree::root_at(self, size)
    }
}

impl Ledger {
    /// The exchange tree.
    pub fn exchange(&self) -> WholeTree<'_> {
        WholeTree::new(Cow::Borrowed(&self.exchange), &*self.store)
    }

    /// Both trees, to be changed.
    pub(crate) const fn trees(&mut self) -> [&mut Grown; 2] {
        [&mut self.exchange, &mut self.inner]
    }

    /// Reads both trees. What the view says of them has to lead to the roots that were signed and recorded last; otherwise
    /// they are made of their leaves.
    pub(super) fn read_trees(&mut self) -> Result<(), Failure> {
        let first = self.epochs.now().leaf;
        self.exchange = Grown::read(&*self.store, TreeName::Exchange, first)?;
        let signed = self.checkpoint.as_ref().and_then(|note| note.peek().ok());
        let signed = signed.filter(|says| says.origin.epoch == self.epochs.now().epoch);
        if signed.is_some_and(|says| self.exchange().root_at(says.size) != Ok(says.root)) {
            self.exchange = Grown::read_leaves(&*self.store, TreeName::Exchange, first, u64::MAX)?;
        }
        self.inner = Grown::read(&*self.store, TreeName::Inner, 0)?;
        let last = self.last_inner_root()?;
        let inner = WholeTree::new(Cow::Borrowed(&self.inner), &*self.store);
        if last.is_some_and(|(_, size, root)| inner.root_at(size) != Ok(root)) {
            self.inner = Grown::read_leaves(&*self.store, TreeName::Inner, 0, u64::MAX)?;
        }
        self.inner_root_at = last.map(|(at, ..)| at);
        Ok(())
    }
}

/// The key of a tile's row: which tree, then its first leaf, so that tiles are listed in order.
fn key(name: TreeName, leaf: u64) -> Vec<u8> {
    [&[number(name)][..], &leaf.to_be_bytes()].concat()
}

const fn number(name: TreeName) -> u8 {
    match name {
        TreeName::Exchange => 0,
        TreeName::Inner => 1,
    }
}

/// The roots of the tiles from this leaf on, as long as none is missing.
fn tile_roots(store: &dyn Reader, name: TreeName, first: u64) -> Result<Vec<Hash>, Failure> {
    let mut roots: Vec<Hash> = Vec::new();
    let mut after = first.checked_sub(1).map_or_else(|| vec![number(name)], |before| key(name, before));
    loop {
        let page = store.view(TILES, Some(&after), PAGE)?;
        let more = page.len() == PAGE;
        for (found, root) in page {
            let expected = key(name, first + roots.len() as u64 * TILE);
            match Hash::from_slice(&root).filter(|_| found == expected) {
                Some(root) => roots.push(root),
                None => return Ok(roots),
            }
            after = found;
        }
        if !more {
            return Ok(roots);
        }
    }
}
