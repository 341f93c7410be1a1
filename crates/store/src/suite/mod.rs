//! What every store must do, as cases each of them passes.
//!
//! `store_suite!(name, make)` makes a module of tests of the cases here; `make` is a closure that gives an empty
//! store. A [`Scribe`] makes commits that fit one after another, a [`Picture`] is all a reader says, to compare.

mod beside_journal;
mod of_journal;
mod picture;
mod scribe;

use crate::{Commit, Store};

pub use beside_journal::*;
pub use of_journal::*;
pub use picture::Picture;
pub use scribe::{Scribe, VIEWS, agency, label, matter, unknown};

/// Gives an empty store.
pub type Make<'m> = &'m dyn Fn() -> Box<dyn Store>;

fn stored(store: &mut Box<dyn Store>, commit: &Commit) {
    store.commit(commit).expect("a commit that fits is stored");
}

/// Makes a module of tests, one for each case of the suite, from a closure that gives an empty store.
#[macro_export]
macro_rules! store_suite {
    (@each $make:expr; $($case:ident)*) => {
        $(#[test]
        fn $case() {
            $crate::suite::$case(&$make);
        })*
    };
    ($name:ident, $make:expr) => {
        #[cfg(test)]
        mod $name {
            use super::*;
            $crate::store_suite! { @each $make;
                an_empty_store_knows_nothing
                records_come_back_byte_for_byte
                records_are_read_in_pages
                epochs_are_found_among_all_records
                a_lost_race_changes_nothing
                a_gap_in_the_journal_is_refused_whole
                a_gap_in_a_tree_is_refused_whole
                a_gap_in_a_stream_is_refused_whole
                an_entry_is_recorded_once
                an_inner_entry_never_gets_into_the_exchange_tree
                a_number_no_store_can_hold_is_refused
                a_step_of_a_record_that_is_not_there_is_refused
                matters_come_in_the_order_of_their_first_record
                each_tree_has_its_own_leaves
                a_part_is_kept_once
                a_part_is_erased_alone
                a_part_stored_and_erased_at_once_is_gone
                an_empty_part_is_a_part
                streams_have_heads_and_steps_with_their_records
                delivered_never_goes_back
                the_first_receipt_of_each_partner_counts
                receipts_are_listed_oldest_first
                content_and_receipts_of_no_entry_of_the_journal_are_refused
                a_card_again_changes_nothing_and_another_one_is_refused
                a_stated_head_is_kept_once_with_its_matter
                a_stream_of_ours_is_cut_and_goes_on
                the_latest_checkpoint_is_of_the_highest_epoch_then_the_largest_size
                views_are_ordered_and_paged
                the_last_of_several_rows_with_one_key_counts
                a_dropped_view_is_empty_and_no_other
                a_reader_sees_a_commit_at_once
                a_commit_larger_than_any_statement_is_stored_whole
            }
        }
    };
}
