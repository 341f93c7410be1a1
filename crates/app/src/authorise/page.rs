//! The document of who may do what, drawn from the table and from the definitions of acts.

use comity_domain::act::{Act as _, ActDef};
use comity_domain::engine::{Kind as _, Kinds};
use comity_domain::matters::partner::{Lift, PartnerKind, ProposeLifting, PutInQuarantine};
use comity_domain::vocabularies::Role;
use comity_domain::words::Words;
use std::fmt::Write as _;

use super::grave::GRAVE;
use super::table::{Doing, rows_of};

/// The page `docs/use/who-may-do-what.md`, in the language of these words where they name things.
pub fn who_may_do_what(kinds: &Kinds, words: &Words) -> String {
    let mut page = String::from(
        "# Who may do what\n\n\
         Drawn from the table in `crates/app/src/authorise/table.rs` and from the definitions of acts; a test compares.\n\n\
         One function, `authorise`, reads the first table and is asked on the matter that is actually touched. A matter\n\
         somebody may not see answers like one that does not exist. To the *team* of a matter belongs who wrote or\n\
         approved an entry of ours in it, was let in or assigned, and was not put out since. Once a supervisor has\n\
         *restricted* a matter only its team can see it; a second supervisor of the team lifts that. Whoever holds the\n\
         machine holds the folder: commands given there without `--as` are the operator's.\n\n\
         ## What roles may do\n\n\
         | who | may | where |\n|---|---|---|\n",
    );
    for row in Doing::ALL.iter().flat_map(|doing| rows_of(*doing)) {
        let roles: Vec<_> = row.roles.iter().map(|role| role_text(words, role.code())).collect();
        let all = row.roles.len() == Role::ALL.len();
        let who = if all { "everybody".to_owned() } else { roles.join(", ") };
        line(&mut page, &[&who, &words.term(Doing::LIST, row.doing.code()), row.reach.help()]);
    }
    page += "\nAn administrator can neither see a matter nor act in one. An auditor sees every act, read and refusal, and no\n\
             content of restricted matters.\n";
    grave(&mut page, kinds, words);
    let shared: Vec<_> = kinds.iter().filter(|kind| kind.def().shared).collect();
    for kind in &shared {
        let acts = kind.acts().into_iter().filter(|act| !act.inner);
        let _ = write!(page, "\n## Acts of `{}`\n", kind.def().code);
        acts_table(&mut page, acts, kind.def().code, words);
    }
    let of_partners = kinds.get(PartnerKind::DEF.code).map(|kind| kind.acts()).unwrap_or_default();
    let assessing = Doing::AssessPartners;
    let about_ceilings: Vec<_> = of_partners
        .into_iter()
        .filter(|act| Doing::in_own_record(PartnerKind::DEF.code, act.code) == assessing)
        .collect();
    if !about_ceilings.is_empty() {
        page += "\n## Acts about what a partner may get\n\n\
                 A partner starts at the floor: correspondence without persons of the case, and no evidence. Another person than\n\
                 the one who proposed it lifts that; one person takes it back at once. A lapsed assessment is the floor.\n";
        acts_table(&mut page, about_ceilings.into_iter(), PartnerKind::DEF.code, words);
    }
    let quarantine = [PutInQuarantine::DEF, ProposeLifting::DEF, Lift::DEF];
    if kinds.get(PartnerKind::DEF.code).is_some() {
        page += "\n## Acts about quarantine\n\n\
                 No new matters with a partner in quarantine. A proven fork puts its author there by itself.\n";
        acts_table(&mut page, quarantine.iter(), PartnerKind::DEF.code, words);
    }
    if let Some(any) = shared.first() {
        page += "\n## Acts inside every matter, which never travel\n";
        acts_table(&mut page, any.acts().into_iter().filter(|act| act.inner), any.def().code, words);
    }
    page
}

/// What is asked to be proven again before it is done.
fn grave(page: &mut String, kinds: &Kinds, words: &Words) {
    *page += "\n## Grave acts\n\n\
              Before these, whoever has been signed in at the desk for more than ten minutes proves again who they are: by\n\
              a passkey, or by password and a code. The list is `crates/app/src/authorise/grave.rs`.\n\n\
              | where | act |\n|---|---|\n";
    let inside = kinds.iter().find(|kind| kind.def().shared).map_or("request", |kind| kind.def().code);
    for row in GRAVE {
        let kind = row.kind.unwrap_or(inside);
        let place = row.kind.map_or_else(|| "inside every matter".to_owned(), |kind| words.text(kind));
        for act in row.acts {
            line(page, &[&place, &format!("{} (`{act}`)", words.act(kind, act))]);
        }
    }
}

fn acts_table<'a>(page: &mut String, acts: impl Iterator<Item = &'a ActDef>, kind: &str, words: &Words) {
    page.push_str("\n| act | by the party | proposed by | approved by, none of them its proposer |\n|---|---|---|---|\n");
    for act in acts {
        let name = format!("{} (`{}`)", words.act(kind, act.code), act.code);
        let by: Vec<_> = act.by.iter().map(|role| words.party(kind, role)).collect();
        let by = if act.inner { "ours".to_owned() } else { or(&by, "any") };
        let roles = |roles: &[&str]| roles.iter().map(|role| role_text(words, role)).collect::<Vec<_>>();
        let grounds = if act.grounds { "; grounds reviewed by a legal reviewer" } else { "" };
        let approved = or(&roles(act.approve), "nobody") + grounds;
        line(page, &[&name, &by, &or(&roles(act.propose), "whoever may act in it"), &approved]);
    }
}

fn or(words: &[String], none: &str) -> String {
    if words.is_empty() { none.to_owned() } else { words.join(", ") }
}

fn role_text(words: &Words, role: &str) -> String {
    words.term(Role::LIST, role)
}

fn line(page: &mut String, cells: &[&str]) {
    page.push_str("| ");
    page.push_str(&cells.join(" | "));
    page.push_str(" |\n");
}
