//! Enlists an officer.

use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;

use crate::failure::Failure;
use crate::ledger::{Ledger, Pending};

impl Ledger {
    /// Enlists an officer under a name no other officer here bears.
    ///
    /// # Errors
    /// When the name is taken or no name, or there is no role.
    pub fn add_officer(
        &mut self,
        pending: &mut Pending,
        name: &str,
        roles: &[Role],
    ) -> Result<MatterId, Failure> {
        if roles.is_empty() {
            let known = Role::CODES.join(", ");
            return Err(Failure::Usage(format!("an officer needs at least one role: {known}")));
        }
        if self.officers()?.iter().any(|officer| officer.name == name.trim()) {
            return Err(Failure::Usage("an officer of that name works here already".into()));
        }
        let genesis = self.genesis("officer")?;
        let mut table = toml::Table::new();
        table.insert("name".into(), name.into());
        let roles = roles.iter().map(|role| role.code().into()).collect();
        table.insert("roles".into(), toml::Value::Array(roles));
        let operator = self.operator(&genesis.matter());
        self.open_inner(pending, &genesis, "enlist", &table.to_string(), operator)?;
        Ok(genesis.matter())
    }
}
