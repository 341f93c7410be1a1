//! Says in which file a manifest or index first differs from what is in the package. Both are sorted, so one look
//! at each line is enough, and no more than two lines are in memory.

use std::fs::File;
use std::io::BufReader;

use super::UnpackError;
use crate::bag::{Algorithm, Lines, member, parse_line};
use crate::index::Rows;

/// The first line in which a manifest differs from the accounts.
pub(super) fn in_manifest(theirs: File, ours: File) -> Option<UnpackError> {
    let entries = |file| {
        Lines::new(BufReader::new(file))
            .map_while(Result::ok)
            .map_while(|line| parse_line(&line, Algorithm::Sha256))
            .map(|entry| (entry.path, entry.hash))
    };
    first_difference(entries(theirs), entries(ours), member::MANIFEST)
}

/// The first row in which an index differs from the accounts.
pub(super) fn in_index(theirs: File, ours: File) -> Option<UnpackError> {
    let rows = |file| {
        let rows = Rows::new(BufReader::new(file)).map_while(Result::ok);
        rows.map(|row| (row.path, (row.offset, row.size, row.hash)))
    };
    first_difference(rows(theirs), rows(ours), member::INDEX)
}

fn first_difference<T: PartialEq>(
    mut theirs: impl Iterator<Item = (String, T)>,
    mut ours: impl Iterator<Item = (String, T)>,
    listed_in: &'static str,
) -> Option<UnpackError> {
    loop {
        let (listed, there) = match (theirs.next(), ours.next()) {
            (None, None) => return None,
            (Some((path, _)), None) => return Some(UnpackError::Missing { path, listed_in }),
            (None, Some((path, _))) => return Some(UnpackError::NotListed { path, missing_in: listed_in }),
            (Some(listed), Some(there)) => (listed, there),
        };
        if listed.0 < there.0 {
            return Some(UnpackError::Missing { path: listed.0, listed_in });
        }
        if listed.0 > there.0 {
            return Some(UnpackError::NotListed { path: there.0, missing_in: listed_in });
        }
        if listed.1 != there.1 {
            return Some(UnpackError::Damaged { path: there.0, listed_in });
        }
    }
}
