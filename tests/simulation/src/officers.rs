//! What officers want: mostly what the matter in front of them calls for, now and then something it does not.

use comity_app::ledger::Ledger;
use comity_domain::engine::DraftState;
use comity_domain::matters::request::REQUESTING;
use comity_journal::ids::{AgencyId, MatterId};
use comity_testkit::node::{NOW, request, review};

use crate::dice::Dice;
use crate::members;

/// An act an officer wants done.
pub(crate) struct Wish {
    pub(crate) act: String,
    pub(crate) toml: Option<String>,
    /// Whether the approver acts, rather than the drafter.
    pub(crate) by_approver: bool,
}

/// Every act of a request but `open`, and every inner one.
const ANY: &[&str] = &[
    "acknowledge",
    "ask",
    "clarify",
    "accept",
    "refuse",
    "answer",
    "remind",
    "withdraw",
    "confirm-withdrawal",
    "close",
    "approve",
    "send-back",
    "send",
    "review-grounds",
    "note",
    "downgrade",
    "hold",
    "progress",
    "redirect",
    "needs-judicial",
    "supplement",
    "dispute",
    "supersede",
    "feedback",
    "weigh-refusal",
];

/// Whether a matter waits for this node: for its next act, or for a draft to be reviewed, approved, sent.
pub(crate) fn is_our_turn(ledger: &mut Ledger, matter: &MatterId) -> bool {
    let us = ledger.own_card().agency();
    let Ok(matter) = ledger.matter(matter) else { return false };
    let brief = matter.brief();
    // Where hard pairs meet nobody waits for the other.
    if ["council", "escort"].contains(&brief.kind) {
        return brief.cell.waited_for.is_some();
    }
    let role = brief.parties.iter().find(|party| party.agency == us).map(|party| party.role.as_str());
    brief.cell.waited_for == Some(role.unwrap_or(REQUESTING))
}

/// What an officer of the ledger's node wants in this matter; `None` when the node does not have it. `others` are the
/// node's partners.
pub(crate) fn wish(
    ledger: &mut Ledger,
    matter: MatterId,
    others: &[AgencyId],
    dice: &mut Dice,
) -> Option<Wish> {
    let us = ledger.own_card().agency();
    let matter = ledger.matter(&matter).ok()?;
    let brief = matter.brief();
    match matter.kind() {
        "round" => return matter.opening().map(|_| write("say", dice)),
        "council" | "escort" => return members::wish(&**matter, us, others, dice),
        _ => {}
    }
    let open = |draft: &&DraftState| !draft.superseded && !draft.sent_back && !matter.relied_on(&draft.entry);
    let drafts = matter.inner().drafts;
    let draft = drafts.iter().rev().find(open);
    let role = brief.parties.iter().find(|party| party.agency == us).map(|party| party.role.as_str());
    let next: Vec<_> = brief.cell.next_of(role.unwrap_or(REQUESTING)).filter(|act| *act != "open").collect();
    let inner = matter.inner();
    let reviewed = !inner.reviews.is_empty();
    match draft {
        _ if dice.in_thousand(80) => dice.pick(ANY).map(|act| write(act, dice)),
        Some(draft) if draft.act.as_str() == "refuse" && inner.weighed.is_none() => {
            Some(write("weigh-refusal", dice))
        }
        Some(draft) if next.is_empty() || dice.in_thousand(750) => Some(handle(draft, reviewed, dice)),
        _ => dice.pick(&next).map(|act| write(act, dice)),
    }
}

/// Brings a draft a step further, or gives it back.
fn handle(draft: &DraftState, reviewed: bool, dice: &mut Dice) -> Wish {
    let wish = |act: &str, toml, by_approver| Wish { act: act.to_owned(), toml, by_approver };
    match dice.below(20) {
        0 => return write("send-back", dice),
        1 if draft.act.as_str() == "open" => return wish("open", Some(request("Written anew")), false),
        1 => return write(draft.act.as_str(), dice),
        2 | 3 => return wish(draft.act.as_str(), None, false),
        _ => {}
    }
    if !reviewed && draft.act.as_str() != "refuse" {
        write("review-grounds", dice)
    } else if draft.approvals.is_empty() {
        write("approve", dice)
    } else {
        wish(draft.act.as_str(), None, false)
    }
}

/// What an officer writes for an act.
pub(crate) fn wording(act: &str, dice: &mut Dice) -> String {
    let either = |dice: &mut Dice, one: &str, other: &str| {
        if dice.in_thousand(500) { one.to_owned() } else { other.to_owned() }
    };
    match act {
        "acknowledge" => either(dice, "reference = \"A-17\"", ""),
        "ask" => "questions = [\"Which bank in Example?\"]".to_owned(),
        "clarify" => "text = \"The Bank of Example.\"".to_owned(),
        "accept" => format!("promised_by = \"{}\"", NOW.plus_millis(72 * 3_600_000)),
        "refuse" => "ground = \"cannot-assist\"".to_owned(),
        // Whatever the reason inside, the other side is told the same.
        "weigh-refusal" => either(
            dice,
            "ground = \"not-held\"\ntext = \"Nothing is held in Example.\"",
            "ground = \"source\"\ntext = \"A source in Example would become known.\"",
        ),
        "downgrade" => either(
            dice,
            "grade = \"normal\"\nreason = \"Nothing moves in Example.\"",
            "grade = \"priority\"\nreason = \"A date is set in Example.\"",
        ),
        "hold" => either(
            dice,
            &format!("ground = \"consent-awaited\"\nuntil = \"{}\"", NOW.plus_millis(96 * 3_600_000)),
            "ground = \"no-means-now\"",
        ),
        "progress" => "text = \"The Bank of Example was asked.\"".to_owned(),
        "redirect" => "authority = \"The coast guard of Example.\"".to_owned(),
        "needs-judicial" => "text = \"A letter of request to the court of Example.\"".to_owned(),
        "supplement" => "text = \"A second number in Example is known.\"".to_owned(),
        "dispute" => "text = \"The address in Example is missing.\"".to_owned(),
        "supersede" => "text = \"A judicial request was sent to Example.\"".to_owned(),
        "feedback" => either(dice, "usefulness = \"useful\"", "usefulness = \"not-useful\""),
        "answer" => either(
            dice,
            "extent = \"final\"\ntext = \"A company in Example.\"",
            "extent = \"partial\"\ntext = \"More will follow from Example.\"",
        ),
        "confirm-withdrawal" => either(dice, "outcome = \"stopped\"", "outcome = \"already-done\""),
        "close" => either(dice, "outcome = \"satisfied\"", "outcome = \"partly-satisfied\""),
        "send-back" => "reason = \"The date in Example is missing.\"".to_owned(),
        "hand-over" => "at = \"The bridge at Example.\"".to_owned(),
        "amend" => "text = \"We meet in Example.\"".to_owned(),
        "note" => "text = \"Called the desk of Example.\"".to_owned(),
        "review-grounds" if dice.in_thousand(40) => review().replace("protest = \"no\"", "protest = \"yes\""),
        "review-grounds" => review(),
        _ => String::new(),
    }
}

/// Writes an act.
fn write(act: &str, dice: &mut Dice) -> Wish {
    let toml = Some(wording(act, dice));
    let by_approver = ["approve", "review-grounds", "send-back"].contains(&act);
    if act == "say" {
        return Wish { act: act.to_owned(), toml, by_approver: false };
    }
    // Now and then the wrong person tries.
    Wish { act: act.to_owned(), toml, by_approver: by_approver != dice.in_thousand(30) }
}
