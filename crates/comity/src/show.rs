//! What a terminal shows. Words come from the locale files; this only lays them out.

use std::fmt::Write as _;

use comity_app::commands::NewInvitation;
use comity_app::queries::{
    ActorLine, CardPage, JournalReport, MatterLine, MatterPage, OfficerLine, PartnerLine, RightsAssessment,
    TimelineLine,
};
use comity_domain::engine::Retention;
use comity_domain::gates::Ceiling;
use comity_domain::matters::partner::{Assessment, Cause};
use comity_domain::words::Words;
use serde_json::json;

use crate::reply::Reply;

/// Where an invitation is taken up.
const WELCOME_PATH: &str = "/welcome";

/// Joins lines of text.
fn lines<T>(items: &[T], empty: &str, line: impl Fn(&T) -> String) -> String {
    if items.is_empty() {
        return empty.to_owned();
    }
    items.iter().map(line).collect::<Vec<_>>().join("\n")
}

pub(crate) fn officers(officers: &[OfficerLine]) -> String {
    lines(officers, "Nobody works here yet.", |officer| {
        let signs_in = match (officer.can_sign_in, &officer.invited_until) {
            (true, _) => "can sign in".to_owned(),
            (false, Some(until)) => format!("cannot sign in yet, invited until {until}"),
            (false, None) => "cannot sign in; `officer invite` lets them".to_owned(),
        };
        format!("{}: {} ({signs_in})", officer.name, officer.roles.join(", "))
    })
}

/// Somebody works here now, perhaps with an invitation to hand over.
pub(crate) fn enlisted(name: &str, invitation: Option<&NewInvitation>) -> Reply {
    let text = format!("{name} works here now.");
    match invitation {
        None => Reply::yes(text, json!({ "officer": name })),
        Some(invitation) => {
            let invited = invited(name, invitation);
            Reply { text: format!("{text}\n{}", invited.text), ..invited }
        }
    }
}

/// An invitation, which nobody can look up again.
pub(crate) fn invited(name: &str, invitation: &NewInvitation) -> Reply {
    let NewInvitation { code, expires } = invitation;
    let text = format!(
        "{name} chooses a password and an authenticator on the page {WELCOME_PATH} of this node, until {expires}, with the code\n\n  \
         {code}\n\nHand it over in person. It is good once and is not shown again; a code given out before is void."
    );
    let json = json!({
        "officer": name, "code": code.to_string(), "expires": expires.to_string(), "page": WELCOME_PATH,
    });
    Reply::yes(text, json)
}

pub(crate) fn card(card: &CardPage) -> String {
    let names: Vec<_> = card.names.iter().map(|(language, name)| format!("{name} ({language})")).collect();
    let endpoints = if card.endpoints.is_empty() { "none".into() } else { card.endpoints.join(", ") };
    format!(
        "{}\n  label        {}\n  place        {}\n  kind         {}\n  agency       {}\n  fingerprint  {}\n  \
         card         {}\n  answers at   {}",
        names.join(", "),
        card.label,
        card.place,
        card.kind,
        card.agency,
        card.fingerprint,
        card.number,
        endpoints,
    )
}

pub(crate) fn partners(partners: &[PartnerLine], words: &Words) -> String {
    lines(partners, "There are no partners yet; `partner add` meets one.", |partner| {
        let queued =
            if partner.queued == 0 { String::new() } else { format!(", {} waiting", partner.queued) };
        let label = match &partner.linked {
            Some(linked) => linked.as_str(),
            None if partner.off_network => "no node",
            None => partner.label.as_str(),
        };
        let soon = partner.review_by.filter(|_| partner.review_soon);
        let soon = soon.map_or_else(String::new, |by| format!(", to be reviewed by {}", by.0));
        let may_get = words.term(Ceiling::LIST, partner.ceiling.code());
        let apart = partner.quarantine.as_ref();
        let apart = apart.map_or_else(String::new, |_| format!(", {}", words.text("quarantine")));
        format!(
            "{} ({label}, {}): {}, {may_get}{soon}{apart}{queued}",
            partner.name, partner.place, partner.partnership
        )
    })
}

/// What a partner may get, on which assessment, until when, and whether a widening waits.
pub(crate) fn allowed(partner: &PartnerLine, words: &Words) -> String {
    let may_get = words.term(Ceiling::LIST, partner.ceiling.code());
    let assessment = words.term(Assessment::LIST, partner.assessment);
    let by = partner.review_by.map_or_else(String::new, |by| format!(", to be reviewed by {}", by.0));
    let waits = partner.widening_until.map_or_else(String::new, |until| {
        format!(
            "\n  waits        a widening until {}: a second person grants it with `partner widen`",
            until.0
        )
    });
    let apart = quarantine(partner, words);
    format!("{}\n  may get      {may_get}\n  assessment   {assessment}{by}{waits}{apart}", partner.name)
}

/// The quarantine a partner is in: since when, why, and whether a lifting waits.
fn quarantine(partner: &PartnerLine, words: &Words) -> String {
    let Some(apart) = &partner.quarantine else { return String::new() };
    let said = |by: &Option<String>, reason: &Option<String>| {
        let by = by.as_ref().map_or_else(String::new, |by| format!(" ({by})"));
        let reason = reason
            .as_ref()
            .map_or_else(String::new, |reason| format!("\n    {}", reason.replace('\n', "\n    ")));
        format!("{by}{reason}")
    };
    let cause = words.term(Cause::LIST, apart.cause);
    let proof = apart.proof.map_or_else(String::new, |proof| format!("\n    {proof}"));
    let lifting = apart.lifting.as_ref().map_or_else(String::new, |lifting| {
        let said = said(&lifting.by, &lifting.reason);
        format!("\n  waits        the quarantine is proposed to be lifted: a second person does with `partner lift`{said}")
    });
    format!(
        "\n  quarantine   since {}: {cause}{}{proof}{lifting}",
        apart.since.0,
        said(&apart.by, &apart.reason)
    )
}

/// A rights assessment as it was written, for whoever is to grant or review it.
pub(crate) fn assessment(which: &str, said: Option<&RightsAssessment>) -> String {
    let Some(said) = said else { return String::new() };
    let or_gone = |text: &Option<String>| text.clone().unwrap_or_else(|| "(not here any more)".into());
    format!(
        "\n  {which:<11}  by {}, resting on: {}\n    {}",
        said.by.as_deref().unwrap_or("-"),
        or_gone(&said.source),
        or_gone(&said.text).replace('\n', "\n    ")
    )
}

pub(crate) fn partner(partner: &PartnerLine, words: &Words) -> String {
    let allowed = allowed(partner, words);
    let (_, allowed) = allowed.split_once('\n').unwrap_or_default();
    if partner.off_network {
        return format!(
            "{}\n  no node      we record what it says; nothing is signed by it\n  place        {}\n  agency       {}\n  \
             state        {}\n{allowed}\n  reached      {}",
            partner.name,
            partner.place,
            partner.agency,
            partner.partnership,
            partner.at.as_deref().unwrap_or("-"),
        );
    }
    format!(
        "{}\n  label        {}\n  place        {}\n  agency       {}\n  fingerprint  {}\n  state        {}\n{allowed}\n  \
         answers at   {}\n  waiting      {} to be delivered\n  streams      {}",
        partner.name,
        partner.label,
        partner.place,
        partner.agency,
        partner.fingerprint,
        partner.partnership,
        partner.at.as_deref().unwrap_or("not known; it has to call us"),
        partner.queued,
        match (partner.compared, partner.waived) {
            (true, _) => "compared",
            (false, true) =>
                "not compared since this node started, and not waited for: two people have waived it",
            (false, false) => "not compared since this node started",
        },
    )
}

pub(crate) fn matters(matters: &[MatterLine]) -> String {
    lines(matters, "There are no matters yet.", |matter| {
        let waiting = match matter.waited_for.as_deref() {
            Some("us") => " | our turn",
            Some(_) => " | their turn",
            None => "",
        };
        let due = matter.due.as_ref().map(|due| format!(" | {due}")).unwrap_or_default();
        format!(
            "{}  {}{waiting}{due} | {} | {}",
            matter.number,
            matter.status_text,
            if matter.with.is_empty() { "-".to_owned() } else { matter.with.join(", ") },
            matter.title.as_deref().unwrap_or("-"),
        )
    })
}

pub(crate) fn matter(page: &MatterPage, words: &Words) -> String {
    let mut out = format!(
        "{}  {}: {}\n{}\n",
        page.line.number,
        page.line.kind,
        page.line.status_text,
        page.line.title.as_deref().unwrap_or(""),
    );
    for party in &page.parties {
        let _ = writeln!(out, "  {}: {}", party.role, party.name);
    }
    let _ = writeln!(out, "  {}: {}", words.text("cover"), page.cover);
    for mark in &page.marks {
        let _ = writeln!(out, "  {mark}");
    }
    for package in &page.packages {
        let here = words.text(if package.here { "package-here" } else { "package-not-here" });
        let _ = writeln!(
            out,
            "  {} {} ({} bytes): {here}",
            words.text("sealed-package"),
            &package.package[..12],
            package.size
        );
    }
    for link in &page.linked {
        let title = link.title.as_ref().map_or_else(String::new, |title| format!("  {title}"));
        let _ = writeln!(out, "  {}: {}{title}", link.how, link.number);
    }
    if page.read_only {
        let _ = writeln!(out, "  {}", words.text("read-only"));
    }
    if page.line.quarantined {
        let _ = writeln!(out, "  {}", words.text("quarantine-arrived"));
    }
    for clock in &page.clocks {
        let _ = writeln!(out, "  {}", clock.text);
    }
    if let Some(retention) = &page.retention {
        let overlay = if retention.overdue { "overlay-overdue" } else { "overlay-due" };
        let (clock, overlay) = (words.clock(Retention::CLOCK), words.text(overlay));
        let _ = writeln!(out, "  {clock}: {overlay} {}", retention.due);
    }
    for draft in &page.drafts {
        let missing = if draft.missing.is_empty() {
            String::new()
        } else {
            let roles: Vec<_> = draft.missing.iter().map(|role| words.term("role", role)).collect();
            format!(" ({}: {})", words.text("approval-missing"), roles.join(", "))
        };
        let _ = writeln!(out, "  {}: {}{missing}", words.text("draft-kept"), draft.act);
    }
    if !page.next.is_empty() {
        let next: Vec<_> = page.next.iter().map(|next| format!("{} ({})", next.act, next.text)).collect();
        let _ = writeln!(out, "  {}: {}", words.text("may-do-next"), next.join(", "));
    }
    for entry in &page.timeline {
        out.push('\n');
        out += &timeline_entry(entry, words);
    }
    out.trim_end().to_owned()
}

fn timeline_entry(entry: &TimelineLine, words: &Words) -> String {
    let side = words.text(&format!("side-{}", entry.side));
    let delivery = if entry.delivery.is_empty() {
        String::new()
    } else {
        format!(", {}", words.text(&format!("overlay-{}", entry.delivery)))
    };
    let mut out = format!("{}  {side}  {}{delivery}\n", entry.at, entry.act_text);
    let _ = writeln!(out, "    {}", actor(&entry.by, words));
    for approval in &entry.approved {
        let _ = writeln!(out, "    {}: {}", words.text("approved-by"), actor(approval, words));
    }
    if let Some(word) = &entry.word {
        let _ = writeln!(out, "    {word}");
    }
    if !entry.standing.is_empty() {
        let _ = writeln!(out, "    {}", entry.standing);
    }
    if entry.crossed {
        let _ = writeln!(out, "    {}", words.text("standing-crossed"));
    }
    for objection in &entry.objections {
        let _ = writeln!(out, "    {}: {objection}", words.text("objection"));
    }
    for field in &entry.fields {
        let value = field.value.replace('\n', "\n        ");
        let _ = writeln!(out, "    {}: {value}", field.label);
        for translation in &field.translations {
            let text = translation.text.replace('\n', "\n        ");
            let by = translation.translator.iter().map(|who| format!("; {who}")).collect::<String>();
            let _ = writeln!(out, "        {} ({}{by}): {text}", translation.into_text, translation.declared);
        }
    }
    out
}

fn actor(actor: &ActorLine, words: &Words) -> String {
    let roles: Vec<_> = actor.roles.iter().map(|role| words.term("role", role)).collect();
    format!("{} ({})", actor.who, roles.join(", "))
}

pub(crate) fn journal(report: &JournalReport) -> String {
    let mut out = format!(
        "{} records: {} entries of {} matters in {} lanes, {} receipts, {} checkpoints, {} absent parts.\n",
        report.records,
        report.entries,
        report.matters,
        report.lanes,
        report.receipts,
        report.checkpoints,
        report.absent_parts,
    );
    if report.waiting > 0 {
        let _ = writeln!(
            out,
            "  {} entries of partners wait for earlier ones that have not come yet.",
            report.waiting
        );
    }
    if report.forks > 0 {
        let _ = writeln!(
            out,
            "  {} entries claim a place that another one of their author has taken: both are kept as proof.",
            report.forks
        );
    }
    for finding in &report.findings {
        let _ = writeln!(out, "  does not hold: {finding}");
    }
    out += if report.clean { "The journal is whole." } else { "The journal is NOT whole." };
    out
}
