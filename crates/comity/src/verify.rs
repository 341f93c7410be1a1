//! `comity verify FILE`: checks a proof with nothing but the file and what the reader trusts.

use std::fmt::Write as _;
use std::path::Path;

use comity_journal::card::Card;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::AgencyId;
use comity_journal::scan::scanned;
use comity_journal::suite::Hash;
use comity_journal::verify::{ActFact, ContentFact, Findings, Outcome, PartState, verify};
use comity_web::proof_report;
use serde_json::json;

use crate::cli::Terminal;
use crate::reply::{NO, Reply, UNTRUSTED, YES};

/// The largest proof read into memory.
const LIMIT: u64 = 1024 * 1024 * 1024;

/// What is asked of a proof file.
#[derive(Clone, Copy, Default)]
pub(crate) struct Question<'a> {
    /// Whom the reader trusts: fingerprints, or files with cards.
    pub(crate) trusted: &'a [String],
    /// The act that it must speak of, as a receipt prints its hash.
    pub(crate) entry: Option<&'a str>,
    /// Where a report is written.
    pub(crate) report: Option<&'a Path>,
}

/// Verifies a proof file, and writes a report where one is asked for.
pub(crate) fn run(file: &Path, question: &Question<'_>, at: &Terminal) -> Result<Reply, Reply> {
    let named = question.entry.map(|text| scanned(text).ok_or_else(not_a_hash)).transpose()?;
    let trusted = question.trusted.iter().map(|text| fingerprint(text)).collect::<Result<Vec<_>, _>>()?;
    let read = || -> std::io::Result<Vec<u8>> {
        if std::fs::metadata(file)?.len() > LIMIT {
            return Err(std::io::Error::other("larger than any proof may be"));
        }
        std::fs::read(file)
    };
    let bytes = read().map_err(|error| Reply::no(format!("{}: {error}", file.display())))?;
    let findings = verify(&bytes, &trusted);
    if let Some(report) = question.report {
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let hash = comity_journal::suite::hash(&[&bytes]).to_string();
        let page = proof_report::page(&findings, &name, &hash, at.release.both()).into_string();
        std::fs::write(report, page).map_err(Reply::io)?;
    }
    let reply = reply(&findings);
    Ok(match named {
        Some(entry) => speaks_of(&entry, &findings, reply),
        None => reply,
    })
}

fn not_a_hash() -> Reply {
    Reply::usage(
        "--entry takes the hash a receipt prints: 64 hexadecimal digits, or what its picture holds".into(),
    )
}

/// The answer, with whether the proof speaks of this act; a proof of others is none of it.
fn speaks_of(entry: &Hash, findings: &Findings, mut reply: Reply) -> Reply {
    let act = findings.acts.iter().find(|act| act.entry.hash == *entry);
    match act {
        Some(act) => {
            let _ = write!(reply.text, "\nThe act asked about is number {}: {}.", act.entry.number, act.act);
        }
        None => {
            reply.exit = NO;
            reply.text = format!("This file does not speak of entry {entry}.\n{}", reply.text);
        }
    }
    reply.json["entry"] = json!(act.map(|act| act.entry.number));
    reply
}

/// A trusted party: its fingerprint as typed, or a file with its card.
pub(crate) fn fingerprint(text: &str) -> Result<Fingerprint, Reply> {
    if let Ok(fingerprint) = Fingerprint::parse(text) {
        return Ok(fingerprint);
    }
    let path = Path::new(text);
    let bytes = std::fs::read(path).map_err(|_| {
        Reply::usage(
            "--trust takes a fingerprint (twelve groups of five digits, in quotes) or a card's file".into(),
        )
    })?;
    Card::read(&bytes).map(|card| card.fingerprint()).map_err(|error| Reply::no(format!("{text}: {error}")))
}

fn reply(findings: &Findings) -> Reply {
    let mut text = String::new();
    let (exit, outcome) = match &findings.outcome {
        Outcome::Intact => {
            text += "Intact, and signed by those you trust.";
            (YES, "intact")
        }
        Outcome::Untrusted(who) => {
            text += "Intact; keys not known to you: compare these fingerprints.";
            for (_, label, fingerprint) in who {
                let _ = write!(text, "\n  {label}  {fingerprint}");
            }
            (UNTRUSTED, "untrusted")
        }
        Outcome::Broken(problems) => {
            text += "This file proves nothing:";
            for problem in problems.iter().take(20) {
                let _ = write!(text, "\n  {problem}");
            }
            (NO, "broken")
        }
    };
    text += &facts(findings);
    let problems: Vec<_> = match &findings.outcome {
        Outcome::Broken(problems) => problems.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let unknown: Vec<_> = match &findings.outcome {
        Outcome::Untrusted(who) => who
            .iter()
            .map(|(agency, label, print)| json!({ "agency": agency, "label": label, "fingerprint": print.to_string() }))
            .collect(),
        _ => Vec::new(),
    };
    let disowned: Vec<_> =
        findings.acts.iter().filter(|act| act.disowned).map(|act| act.entry.number).collect();
    let json = json!({
        "outcome": outcome, "entries": findings.acts.len(), "problems": problems, "unknown": unknown,
        "disowned": disowned,
    });
    Reply::of(exit, text, json)
}

/// By whom the logs of an act were cosigned, and since when.
fn witnessed(act: &ActFact, label: impl Fn(&AgencyId) -> String) -> String {
    let said = act.witnesses.iter().map(|witness| match (&witness.agency, witness.at) {
        (Some(agency), Some(at)) => {
            let not = if witness.independent { "" } else { " (a party or the exporter, not independent)" };
            format!("witnessed by {}{not} since {at}", label(agency))
        }
        _ => format!("cosigned by {}, whose key is not in the file: not checked", witness.name),
    });
    let said: Vec<_> = said.collect();
    if said.is_empty() { "no witness".to_owned() } else { said.join(", ") }
}

/// The acts in order: who, when, logged and receipted by whom, content.
fn facts(findings: &Findings) -> String {
    let mut out = String::new();
    let label = |agency: &AgencyId| {
        findings.agency(agency).map_or_else(|| agency.to_string(), |fact| fact.label.to_string())
    };
    if let (Some(kind), Some(cover)) = (&findings.kind, &findings.cover) {
        let _ = write!(out, "\nkind {kind}, cover: {}", cover.as_str().replace('-', " "));
    }
    for act in &findings.acts {
        let receipts: Vec<_> =
            act.receipts.iter().map(|log| format!("receipted by {} {}", label(&log.by), log.at)).collect();
        let receipts = if receipts.is_empty() { "no receipt".to_owned() } else { receipts.join(", ") };
        let content = match &act.content {
            ContentFact::None => "no content".to_owned(),
            ContentFact::NotIncluded(parts) => format!("{parts} parts by hash only"),
            ContentFact::Parts(parts) => {
                let count = |state| parts.iter().filter(|(_, s)| *s == state).count();
                format!(
                    "content: {} present, {} erased, {} withheld",
                    count(PartState::Present),
                    count(PartState::Erased),
                    count(PartState::Withheld)
                )
            }
        };
        let card =
            act.card.map(|number| format!("under card {number}")).unwrap_or_else(|| "NOT valid".into());
        let card = if act.disowned { format!("{card}, DISOWNED since: it does not count") } else { card };
        let _ = write!(
            out,
            "\n{:>3}. {} {} of {}, key {card}, {}; {receipts}; {}; {content}",
            act.entry.number,
            act.at,
            act.act,
            label(&act.author),
            act.logged.map(|log| format!("logged {}", log.at)).unwrap_or_default(),
            witnessed(act, label),
        );
    }
    out
}
