//! What officers want in councils and escorts, so that the hard pairs meet: one admits or removes while another writes, one
//! signs while another withdraws or amends, one hands over while another breaks it off.

use comity_domain::engine::{AnyMatter, DraftState};
use comity_journal::ids::AgencyId;

use crate::dice::Dice;
use crate::officers::Wish;

/// Every act of a council or an escort but `open`, for an officer who does not look.
const ANY: &[&str] = &[
    "amend",
    "sign",
    "withdraw",
    "enter-into-force",
    "denounce",
    "say",
    "clear",
    "protect",
    "hand-over",
    "take-over",
    "abort",
    "note",
];

/// What an officer of `us` wants in this matter.
pub(crate) fn wish(
    matter: &dyn AnyMatter,
    us: AgencyId,
    others: &[AgencyId],
    dice: &mut Dice,
) -> Option<Wish> {
    matter.opening()?;
    let open = |draft: &&DraftState| !draft.superseded && !draft.sent_back && !matter.relied_on(&draft.entry);
    let drafts = matter.inner().drafts;
    if let Some(draft) = drafts.iter().rev().find(open)
        && dice.in_thousand(700)
    {
        return Some(if draft.approvals.is_empty() {
            write("approve", None, true)
        } else {
            write(draft.act.as_str(), None, false)
        });
    }
    if matter.convenor() == Some(us) && dice.in_thousand(250) {
        return steer(matter, us, others, dice);
    }
    let brief = matter.brief();
    let role = brief.parties.iter().find(|party| party.agency == us).map(|party| party.role.as_str());
    let mut next: Vec<_> = role.map_or(Vec::new(), |role| brief.cell.next_of(role).collect());
    // Who only talks brings nothing about.
    if next.len() > 1 && dice.in_thousand(800) {
        next.retain(|act| *act != "say");
    }
    let act = if dice.in_thousand(120) { dice.pick(ANY).copied() } else { dice.pick(&next).copied() }?;
    let aside = brief.parties.iter().map(|party| party.agency).find(|party| *party != us);
    let toml = match act {
        "amend" => amended(aside.filter(|_| dice.in_thousand(500))),
        "hand-over" => "at = \"The bridge at Example.\"".to_owned(),
        "note" => "text = \"Told the desk of Example.\"".to_owned(),
        _ => String::new(),
    };
    Some(write(act, Some(toml), false))
}

/// A text, with a word aside for one party alone.
fn amended(aside: Option<AgencyId>) -> String {
    let text = "text = \"We meet in Example.\"\n";
    let aside = aside.map(|only| {
        format!("aside = \"Between us: come to Example alone.\"\n[only_for]\naside = [\"{only}\"]\n")
    });
    text.to_owned() + &aside.unwrap_or_default()
}

/// Admits somebody who is no party, or removes somebody who is.
fn steer(matter: &dyn AnyMatter, us: AgencyId, others: &[AgencyId], dice: &mut Dice) -> Option<Wish> {
    let parties: Vec<_> = matter.parties().into_iter().map(|party| party.agency).collect();
    let members: Vec<_> = parties.iter().filter(|party| **party != us).collect();
    let outside: Vec<_> = others.iter().filter(|other| !parties.contains(other)).collect();
    let removes = outside.is_empty() || (members.len() > 1 && dice.in_thousand(400));
    if removes {
        let party = dice.pick(&members)?;
        return Some(write(
            "remove",
            Some(format!("party = \"{party}\"\nground = \"not-concerned\"")),
            false,
        ));
    }
    let agency = dice.pick(&outside)?;
    Some(write("admit", Some(format!("agency = \"{agency}\"\nrole = \"member\"")), false))
}

fn write(act: &str, toml: Option<String>, by_approver: bool) -> Wish {
    Wish { act: act.to_owned(), toml, by_approver }
}
