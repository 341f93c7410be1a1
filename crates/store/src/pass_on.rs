//! Passes every reading call on to something inside: for stores that wrap another reader.

/// The methods of [`crate::Reader`], each asking what is named: a field, or a method that may fail (`reading()?`).
macro_rules! pass_reading_on {
    ($($inside:tt)+) => {
        fn length(&self) -> $crate::Result<u64> {
            self.$($inside)+.length()
        }
        fn records(&self, from: u64, limit: usize) -> $crate::Result<Vec<$crate::Record>> {
            self.$($inside)+.records(from, limit)
        }
        fn leaf_hashes(
            &self,
            tree: $crate::TreeName,
            from: u64,
            limit: usize,
        ) -> $crate::Result<Vec<comity_journal::suite::Hash>> {
            self.$($inside)+.leaf_hashes(tree, from, limit)
        }
        fn epochs(&self) -> $crate::Result<Vec<$crate::Record>> {
            self.$($inside)+.epochs()
        }
        fn matter(&self, matter: &comity_journal::ids::MatterId) -> $crate::Result<Vec<$crate::Record>> {
            self.$($inside)+.matter(matter)
        }
        fn matters(&self) -> $crate::Result<Vec<comity_journal::ids::MatterId>> {
            self.$($inside)+.matters()
        }
        fn entry(&self, entry: &comity_journal::suite::Hash) -> $crate::Result<Option<$crate::Record>> {
            self.$($inside)+.entry(entry)
        }
        fn parts(
            &self,
            entry: &comity_journal::suite::Hash,
        ) -> $crate::Result<Vec<comity_journal::part::OpenPart>> {
            self.$($inside)+.parts(entry)
        }
        fn stream(
            &self,
            partner: &comity_journal::ids::AgencyId,
            direction: $crate::Direction,
        ) -> $crate::Result<comity_journal::stream::StreamHead> {
            self.$($inside)+.stream(partner, direction)
        }
        fn stream_at(
            &self,
            partner: &comity_journal::ids::AgencyId,
            direction: $crate::Direction,
            n: u64,
        ) -> $crate::Result<Option<comity_journal::stream::StreamHead>> {
            self.$($inside)+.stream_at(partner, direction, n)
        }
        fn steps(
            &self,
            partner: &comity_journal::ids::AgencyId,
            direction: $crate::Direction,
            after: u64,
            limit: usize,
        ) -> $crate::Result<Vec<($crate::StreamStep, $crate::Record)>> {
            self.$($inside)+.steps(partner, direction, after, limit)
        }
        fn delivered(&self, partner: &comity_journal::ids::AgencyId) -> $crate::Result<u64> {
            self.$($inside)+.delivered(partner)
        }
        fn receipts(
            &self,
            entry: &comity_journal::suite::Hash,
        ) -> $crate::Result<Vec<$crate::StoredReceipt>> {
            self.$($inside)+.receipts(entry)
        }
        fn all_receipts(&self, from: u64, limit: usize) -> $crate::Result<Vec<$crate::StoredReceipt>> {
            self.$($inside)+.all_receipts(from, limit)
        }
        fn cards(&self) -> $crate::Result<Vec<$crate::StoredCard>> {
            self.$($inside)+.cards()
        }
        fn heads(&self, matter: &comity_journal::ids::MatterId) -> $crate::Result<Vec<Vec<u8>>> {
            self.$($inside)+.heads(matter)
        }
        fn checkpoint(
            &self,
            agency: &comity_journal::ids::AgencyId,
        ) -> $crate::Result<Option<$crate::StoredCheckpoint>> {
            self.$($inside)+.checkpoint(agency)
        }
        fn view(
            &self,
            view: &'static str,
            after: Option<&[u8]>,
            limit: usize,
        ) -> $crate::Result<Vec<(Vec<u8>, Vec<u8>)>> {
            self.$($inside)+.view(view, after, limit)
        }
        fn view_row(&self, view: &'static str, key: &[u8]) -> $crate::Result<Option<Vec<u8>>> {
            self.$($inside)+.view_row(view, key)
        }
    };
}
pub(crate) use pass_reading_on;
