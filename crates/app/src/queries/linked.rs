//! Other matters that a matter's acts name, and those whose acts name it: what it goes on in, what it goes on from.
//!
//! A matter that is not here, or that this officer may not know of, stands there as the number the act holds and nothing
//! more: whoever reads the act reads that too.

use std::collections::BTreeSet;
use std::sync::Arc;

use ciborium::Value;
use comity_domain::act::FieldKind;
use comity_domain::words::Words;
use comity_journal::ids::{AgencyId, MatterId};
use serde::Serialize;

use super::lists::{Also, ListQuery};
use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;
use crate::views::{Facet, MatterRow, named};

/// How many matters that name this one are told, and how many are offered to be named.
const AT_MOST: usize = 50;

/// A matter that another one names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LinkedLine {
    /// How it is named there, in words.
    pub how: String,
    /// Its number; without the letter of its kind where more of it may not be known here.
    pub number: String,
    /// What it is about, while that content is present and may be read.
    pub title: Option<String>,
    /// Whether there is more of it to see.
    pub here: bool,
}

/// A matter that a field can name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nameable {
    /// Its number.
    pub number: String,
    /// What it is about, as far as that may be read, and where it stands.
    pub text: String,
}

impl Ledger {
    /// The matters that acts of this one name, and those whose acts name it; as an officer may know of them, or all
    /// of them for the node's operator.
    ///
    /// # Errors
    /// When there is no such matter, or the store cannot be read.
    pub fn linked(
        &mut self,
        officer: Option<&Officer>,
        id: &MatterId,
        words: &Words,
    ) -> Result<Vec<LinkedLine>, Failure> {
        let kind = self.kind_of(id)?;
        let mut lines = Vec::new();
        for (how, other) in self.names_of(id, &kind, words)? {
            let line = self.linked_line(officer, how.clone(), &other, words)?;
            let only_named = || LinkedLine { how, number: bare(&other), title: None, here: false };
            lines.push(line.unwrap_or_else(only_named));
        }
        for (how, other) in self.named_by(id, words)? {
            lines.extend(self.linked_line(officer, how, &other, words)?);
        }
        lines.dedup();
        Ok(lines)
    }

    /// What the acts of a matter name, in words; of one not sent yet, what its draft would.
    fn names_of(
        &mut self,
        id: &MatterId,
        kind: &str,
        words: &Words,
    ) -> Result<Vec<(String, MatterId)>, Failure> {
        let kinds = Arc::clone(&self.kinds);
        let mut naming = Vec::new();
        if self.matter(id)?.opening().is_none() {
            let def = self.opening_act(kind)?;
            for value in self.opening_values(id)? {
                let Value::Bytes(bytes) = &value.value else { continue };
                if value.field.kind == FieldKind::Matter {
                    let how = words.field(kind, def.code, value.field.name);
                    naming.extend(MatterId::from_slice(bytes).map(|other| (how, other)));
                }
            }
        }
        let signed = named(&kinds, self.matter(id)?.as_ref());
        naming.extend(signed.into_iter().map(|named| (words.field(kind, named.act, named.field), named.id)));
        Ok(naming)
    }

    /// The matters whose acts name this one, with how it refers back to them.
    fn named_by(&mut self, id: &MatterId, words: &Words) -> Result<Vec<(String, MatterId)>, Failure> {
        let kinds = Arc::clone(&self.kinds);
        let mut naming = Vec::new();
        for (kind, other) in self.latest_places(&Facet::Naming(*id), AT_MOST)?.0 {
            let all = named(&kinds, self.matter(&other)?.as_ref());
            let this: BTreeSet<_> = all.into_iter().filter(|named| named.id == *id).collect();
            naming.extend(this.into_iter().map(|named| (words.back(&kind, named.act, named.field), other)));
        }
        Ok(naming)
    }

    /// Nothing where it is no matter that is here and may be known of.
    fn linked_line(
        &mut self,
        officer: Option<&Officer>,
        how: String,
        other: &MatterId,
        words: &Words,
    ) -> Result<Option<LinkedLine>, Failure> {
        let may_know = |row: &MatterRow| officer.is_none_or(|who| who.may_in_row(Doing::SeeMatter, row));
        let Some(row) = self.listed(other)?.filter(|row| may_know(row)) else { return Ok(None) };
        let names = self.partner_names(words)?;
        let line = match officer {
            Some(officer) => self.line_for(officer, &row, &names, words)?,
            None => self.line(&row, &names, words)?,
        };
        Ok(Some(LinkedLine { how, number: line.number, title: line.title, here: true }))
    }

    /// The matters with these partners that an officer may know of, the latest first, for a field that names one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub fn nameable(
        &mut self,
        officer: &Officer,
        partners: &[AgencyId],
        words: &Words,
    ) -> Result<Vec<Nameable>, Failure> {
        let mut found = Vec::new();
        for partner in partners {
            let list = ListQuery {
                facet: Facet::With(*partner),
                also: Also::default(),
                after: None,
                limit: AT_MOST,
            };
            let page = self.matter_lines_for(officer, &list, words)?;
            found.extend(page.lines.into_iter().map(|line| Nameable {
                number: line.number,
                text: line.title.into_iter().chain([line.status_text]).collect::<Vec<_>>().join(" · "),
            }));
        }
        Ok(found)
    }
}

/// The number of a matter of a kind that is not known, or must not be.
fn bare(id: &MatterId) -> String {
    let shown = id.shown('M');
    shown.split_once('-').map_or(shown.clone(), |(_, number)| number.to_owned())
}
