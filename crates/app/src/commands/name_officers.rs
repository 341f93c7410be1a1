//! Officers by name in what a person wrote become pseudonyms of the act's matter, before the act is composed.

use comity_domain::act::{Act as _, ActDef, ComposeError, Fault, FieldFault, FieldKind};
use comity_domain::engine::{GiveTask, PutOut};
use comity_journal::ids::MatterId;

use crate::authorise::Doing;
use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Officer;

impl Ledger {
    /// The text with pseudonyms where officers are named; `None` when the act names no officer, or the text is no TOML,
    /// which composing it says better.
    pub(crate) fn with_officers(
        &mut self,
        matter: &MatterId,
        def: &ActDef,
        toml: &str,
    ) -> Result<Option<String>, Failure> {
        let fields: Vec<_> =
            def.fields.iter().filter(|f| f.kind == FieldKind::Officer).map(|f| f.name).collect();
        let (false, Ok(mut table)) = (fields.is_empty(), toml.parse::<toml::Table>()) else {
            return Ok(None);
        };
        for field in fields {
            let Some(toml::Value::String(name)) = table.get(field) else { continue };
            let officer = self.officer_of_field(field, name.trim())?;
            self.check_may_be_named(matter, def, field, &officer)?;
            let who = officer.acting_in(&*self.keys.pseudonyms, matter).who;
            table.insert(field.to_owned(), who.to_string().into());
        }
        Ok(Some(table.to_string()))
    }

    fn officer_of_field(&mut self, field: &str, name: &str) -> Result<Officer, Failure> {
        let officers = self.officers()?;
        let named = officers.into_iter().find(|officer| officer.name == name);
        named.ok_or_else(|| unfit(field, Fault::NotAnOfficer))
    }

    /// Work is given, and knowledge, to those alone whose roles can have it.
    fn check_may_be_named(
        &mut self,
        matter: &MatterId,
        def: &ActDef,
        field: &str,
        officer: &Officer,
    ) -> Result<(), Failure> {
        if def.code == PutOut::DEF.code {
            return Ok(());
        }
        // Who may act anywhere can be let in here; a task is for those who know the matter already.
        let known = (def.code == GiveTask::DEF.code).then_some(matter);
        match self.authorise(officer, Doing::ActInMatter, known) {
            Err(Failure::Refused(_)) if known.is_some() => Err(unfit(field, Fault::MayNotKnow)),
            Err(Failure::Refused(_)) => Err(unfit(field, Fault::MayNotAct)),
            other => other,
        }
    }
}

fn unfit(field: &str, fault: Fault) -> Failure {
    ComposeError::Field(FieldFault::new(field, fault)).into()
}
