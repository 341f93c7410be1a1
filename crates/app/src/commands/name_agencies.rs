//! Agencies by our own names for them in what an officer wrote: those an act names become ids, and parts that are meant
//! for some parties alone are told from the rest, before the act is composed.
//!
//! `only_for` stands beside the fields of an act and is none of them: it names fields, and for each of them the parties
//! that it is for. What is withheld is the part a field lives in, so fields of one part are for the same parties, and a
//! translation is for those that its original is for. Not here: that nobody else is given it (`workers::missing`).

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::act::Act as _;
use comity_domain::act::{ActDef, Composed, Field, FieldKind, Home, TALLY, TRANSLATIONS};
use comity_domain::engine::Admit;
use comity_domain::gates::{Refusal, rules};
use comity_journal::entry::Lane;
use comity_journal::ids::{AgencyId, MatterId};
use toml::{Table, Value};

use crate::failure::Failure;
use crate::ledger::Ledger;
use crate::people::Partnership;

/// What stands beside the fields of an act.
const ONLY_FOR: &str = "only_for";

/// For whom parts of an act are that are not for all parties, by label.
pub(crate) type OnlyFor = BTreeMap<String, BTreeSet<AgencyId>>;

impl Ledger {
    /// The text with ids where agencies are named; `None` when the act names none, or the text is no TOML, which composing
    /// it says better. A party is named by the id it has in the matter, whoever speaks for it by now.
    pub(crate) fn with_agencies(
        &mut self,
        matter: &MatterId,
        def: &ActDef,
        toml: &str,
    ) -> Result<Option<String>, Failure> {
        let fields: Vec<_> =
            def.fields.iter().filter(|f| f.kind == FieldKind::Agency).map(|f| f.name).collect();
        let (false, Ok(mut table)) = (fields.is_empty(), toml.parse::<Table>()) else { return Ok(None) };
        for field in fields {
            let Some(Value::String(name)) = table.get(field) else { continue };
            let name = name.trim().to_owned();
            let agency = self.agency_meant(&name, def.code == Admit::DEF.code)?;
            let Lane::Shared(party) = self.matter(matter)?.lane_of(&agency) else { continue };
            table.insert(field.to_owned(), party.to_string().into());
        }
        Ok(Some(table.to_string()))
    }

    /// Who is to be admitted has been met and confirmed by two people. Any other agency can be a party that was
    /// introduced, so that its whole id will do.
    fn agency_meant(&mut self, name: &str, to_admit: bool) -> Result<AgencyId, Failure> {
        if let Some(agency) = AgencyId::from_hex(name).filter(|_| !to_admit) {
            return Ok(agency);
        }
        let partner = self.partner(name)?;
        if to_admit && partner.partnership != Partnership::Confirmed {
            return Err(Refusal::under(rules::PARTNER_UNCONFIRMED).into());
        }
        // Of one in quarantine it would be a new matter.
        if to_admit && partner.lane.quarantine.is_some() {
            return Err(Refusal::under(rules::QUARANTINE).into());
        }
        if to_admit && partner.off_network {
            let why = "an agency without a node is a party from the beginning or not at all";
            return Err(Failure::Usage(why.into()));
        }
        Ok(partner.agency)
    }

    /// The text without what says for whom parts are, and what it says; `None` where it says nothing of it.
    pub(crate) fn without_only_for(
        &mut self,
        matter: Option<&MatterId>,
        def: &ActDef,
        toml: &str,
    ) -> Result<Option<(String, OnlyFor)>, Failure> {
        let Ok(mut table) = toml.parse::<Table>() else { return Ok(None) };
        let Some(said) = table.remove(ONLY_FOR) else { return Ok(None) };
        let wrong = |why: &str| Failure::Usage(format!("`{ONLY_FOR}` {why}"));
        let Value::Table(said) = said else { return Err(wrong("names fields, each with a list of parties")) };
        let parties = matter.map(|id| Ok::<_, Failure>(self.matter(id)?.parties())).transpose()?;
        let mut by_field: BTreeMap<&'static str, BTreeSet<AgencyId>> = BTreeMap::new();
        for (name, list) in &said {
            let field = def.fields.iter().find(|field| field.name == name && field.name != TRANSLATIONS);
            let field = field.filter(|field| field.home != Home::Structure).ok_or_else(|| {
                wrong(&format!("cannot hold `{name}`: it names fields of this act that have content"))
            })?;
            let named =
                list.as_array().map(|list| list.iter().map(Value::as_str).collect::<Option<Vec<_>>>());
            let named = named.flatten().filter(|named| !named.is_empty());
            let named = named.ok_or_else(|| wrong(&format!("`{name}` takes a list of parties")))?;
            let mut to = BTreeSet::from([self.agency]);
            for name in named {
                let agency = self.agency_meant(name, false)?;
                if parties.as_ref().is_some_and(|parties| parties.iter().all(|party| party.agency != agency))
                {
                    return Err(wrong(&format!("names `{name}`, which is no party of this matter")));
                }
                to.insert(agency);
            }
            by_field.insert(field.name, to);
        }
        let only_for = labels(def, &table, &by_field)?;
        Ok(Some((table.to_string(), only_for)))
    }
}

/// The labels of the parts that these fields live in, and of their translations.
fn labels(
    def: &ActDef,
    written: &Table,
    by_field: &BTreeMap<&'static str, BTreeSet<AgencyId>>,
) -> Result<OnlyFor, Failure> {
    let mut only_for = OnlyFor::new();
    for field in def.fields.iter().filter(|field| by_field.contains_key(field.name)) {
        let to = &by_field[field.name];
        let beside = |other: &&Field| other.home == field.home && written.contains_key(other.name);
        if let Some(other) =
            def.fields.iter().filter(beside).find(|other| by_field.get(other.name) != Some(to))
        {
            return Err(Failure::Usage(format!(
                "`{}` and `{}` are kept as one: name the same parties for both",
                field.name, other.name
            )));
        }
        match field.home {
            Home::Part(label) => {
                only_for.insert(label.to_owned(), to.clone());
            }
            Home::Each(label) => {
                let items = written.get(field.name).and_then(Value::as_array).map_or(0, Vec::len);
                only_for.extend((1..=items).map(|n| (format!("{label}-{n}"), to.clone())));
            }
            Home::Tally => {
                only_for.insert(TALLY.to_owned(), to.clone());
            }
            Home::Structure => {}
        }
    }
    let home = def.fields.iter().find(|field| field.name == TRANSLATIONS).map(|field| field.home);
    if let (Some(Home::Each(label)), Some(items)) =
        (home, written.get(TRANSLATIONS).and_then(Value::as_array))
    {
        for (n, item) in items.iter().enumerate() {
            let original = item.get("original").and_then(Value::as_str).unwrap_or_default();
            let to = by_field.get(original.split('.').next().unwrap_or_default());
            only_for.extend(to.map(|to| (format!("{label}-{}", n + 1), to.clone())));
        }
    }
    Ok(only_for)
}

/// Puts into an act for whom its parts are.
pub(crate) fn put_only_for(composed: &mut Composed, only_for: &OnlyFor) {
    for part in &mut composed.parts {
        part.to = only_for.get(part.label.as_str()).map(|to| to.iter().copied().collect());
    }
}
