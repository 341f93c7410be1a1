//! What both sides of a matter have said to each other in words, and what could be said in reply.
//!
//! Read off the definitions: an act with free text is a message where its text is there to be read; one that consists of
//! words alone, such as a question or a reminder, always is.

use comity_domain::act::{ActDef, Field, FieldKind, TRANSLATIONS};
use comity_domain::words::Words;
use comity_journal::ids::MatterId;
use serde::Serialize;
use std::collections::BTreeMap;

use super::matters::{ActorLine, FieldLine, MatterPage, NextLine, TimelineLine};
use crate::failure::Failure;
use crate::ledger::Ledger;

/// Something one side has said to the other.
#[derive(Clone, Debug, Serialize)]
pub struct MessageLine {
    /// The entry.
    pub entry: String,
    /// Whose it is, as on the timeline.
    pub side: &'static str,
    /// The act, in words.
    pub act_text: String,
    /// When, by its author's clock.
    pub at: String,
    /// Who acted.
    pub by: ActorLine,
    /// What was said, as far as it can be read.
    pub text: Vec<FieldLine>,
    /// What we can do now that answers it.
    pub replies: Vec<ReplyLine>,
}

/// What we can do now that answers what was said.
#[derive(Clone, Debug, Serialize)]
pub struct ReplyLine {
    /// The act.
    #[serde(flatten)]
    pub act: NextLine,
    /// The field a reply in words goes into, as a form names it, where there is one.
    pub text_in: Option<String>,
    /// Its label.
    pub label: String,
}

impl Ledger {
    /// What was said in a matter, oldest first, from its page as one officer may read it.
    ///
    /// # Errors
    /// When there is no such matter.
    pub fn conversation(
        &mut self,
        id: &MatterId,
        page: &MatterPage,
        words: &Words,
    ) -> Result<Vec<MessageLine>, Failure> {
        let kind = self.kind_of(id)?;
        let opens = self.opening_act(&kind)?.code;
        let defs: BTreeMap<_, _> = self
            .kind_named(&kind)?
            .acts()
            .into_iter()
            .filter(|def| !def.inner)
            .map(|def| (def.code, def))
            .collect();
        let valid = page.timeline.iter().filter(|line| line.side != "inner" && line.stands == "valid");
        let mut messages = Vec::new();
        for line in valid.filter(|line| line.act != opens) {
            let Some(def) = defs.get(line.act.as_str()) else { continue };
            let text = said(def, line);
            if text.is_empty() && !is_words_alone(def) {
                continue;
            }
            messages.push(MessageLine {
                entry: line.entry.clone(),
                side: line.side,
                act_text: line.act_text.clone(),
                at: line.at.clone(),
                by: line.by.clone(),
                text,
                replies: replies((&kind, &defs), page, line, words),
            });
        }
        Ok(messages)
    }
}

/// The free text of an act that can be read.
fn said(def: &ActDef, line: &TimelineLine) -> Vec<FieldLine> {
    let is_text = |name: &str| def.fields.iter().any(|field| field.name == name && is_free_text(&field.kind));
    line.fields.iter().filter(|field| field.present && is_text(field.name)).cloned().collect()
}

const fn is_free_text(kind: &FieldKind) -> bool {
    matches!(kind, FieldKind::Text | FieldKind::List(FieldKind::Text))
}

/// Whether everything a person writes into an act is free text.
fn is_words_alone(def: &ActDef) -> bool {
    let beside = |field: &&Field| field.kind == FieldKind::Entry || field.name == TRANSLATIONS;
    let mut asked = def.fields.iter().filter(|field| !field.derived && !beside(field));
    let first = asked.next();
    first.is_some_and(|field| is_free_text(&field.kind)) && asked.all(|field| is_free_text(&field.kind))
}

/// What we can do now that answers an act; only the latest of its like is what an answer means.
fn replies(
    (kind, defs): (&str, &BTreeMap<&str, &'static ActDef>),
    page: &MatterPage,
    line: &TimelineLine,
    words: &Words,
) -> Vec<ReplyLine> {
    let latest = page.timeline.iter().rfind(|other| other.act == line.act && other.stands == "valid");
    if latest.is_none_or(|latest| latest.entry != line.entry) || line.side == "ours" {
        return Vec::new();
    }
    let possible = page.next.iter().filter(|next| next.disabled.is_none());
    let answering = possible.filter_map(|next| {
        let def = defs.get(next.act.as_str()).filter(|def| def.answers.contains(&line.act.as_str()))?;
        let text = def.fields.iter().find(|field| is_free_text(&field.kind));
        let label = text.map(|field| words.field(kind, def.code, field.name)).unwrap_or_default();
        Some(ReplyLine { act: next.clone(), text_in: text.map(name_in_form), label })
    });
    answering.collect()
}

/// The name a form gives a field, or the first item of a list.
fn name_in_form(field: &Field) -> String {
    match field.kind {
        FieldKind::List(_) => format!("{}.0", field.name),
        _ => field.name.to_owned(),
    }
}
