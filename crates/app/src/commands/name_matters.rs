//! Matters by number in what an officer wrote become ids, before the act is composed.
//!
//! A number means one of the matters this officer may know, and any beginning of it that no other of them has. A whole
//! id is taken as it is: it says nothing of what is here, so that who may not know a matter learns nothing by naming it.

use std::collections::BTreeMap;

use comity_domain::act::{ActDef, ComposeError, Fault, FieldFault, FieldKind};
use comity_journal::ids::MatterId;
use toml::{Spanned, Value};

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

impl Ledger {
    /// The text with ids where matters are named by number, line by line as it was; `None` when the act names no
    /// matter, or the text is no TOML, which composing it says better.
    pub(crate) fn with_matters(
        &mut self,
        officer: &Officer,
        def: &ActDef,
        toml: &str,
    ) -> Result<Option<String>, Failure> {
        let naming: Vec<_> =
            def.fields.iter().filter(|f| f.kind == FieldKind::Matter && !f.derived).map(|f| f.name).collect();
        if naming.is_empty() {
            return Ok(None);
        }
        let Ok(typed) = toml::from_str::<BTreeMap<String, Spanned<Value>>>(toml) else { return Ok(None) };
        let mut meant = Vec::new();
        for (field, value) in typed.iter().filter(|(field, _)| naming.contains(&field.as_str())) {
            if let Value::String(number) = value.get_ref() {
                meant.push((value.span(), self.matter_meant(officer, field, number)?));
            }
        }
        meant.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
        let mut text = toml.to_owned();
        for (span, id) in meant {
            text.replace_range(span, &format!("\"{id}\""));
        }
        Ok(Some(text))
    }

    fn matter_meant(&mut self, officer: &Officer, field: &str, typed: &str) -> Result<MatterId, Failure> {
        if let Some(id) = MatterId::from_hex(typed.trim()) {
            return Ok(id);
        }
        let unfit = || ComposeError::Field(FieldFault::new(field, Fault::NoSuchMatter)).into();
        let id = match self.seen_by(officer, typed) {
            Err(Failure::NotFound(_) | Failure::Usage(_)) => return Err(unfit()),
            other => other?,
        };
        // A record of our own people or partners has a number too, and is no matter that an act can go on in.
        if self.listed(&id)?.is_some() { Ok(id) } else { Err(unfit()) }
    }
}
