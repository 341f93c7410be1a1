//! A commented TOML file for an act, from its field table alone.

use super::{ActDef, Column, Field, FieldKind, When, translatable};

/// Prints every field a person fills in, with what to write; what may be left out is commented out.
pub fn template(def: &ActDef) -> String {
    let mut out = format!("# {}: {}\n", def.code, def.help);
    // Tables come last in TOML: a plain field after one would belong to it.
    let (tables, plain): (Vec<&Field>, Vec<&Field>) = def
        .fields
        .iter()
        .filter(|field| !field.derived && field.kind != FieldKind::Entry)
        .partition(|field| columns(&field.kind).is_some());
    for field in plain {
        let line = format!("{} = {}\n", field.name, example(&field.kind));
        out += &format!(
            "\n# {}{}\n{}",
            field.help,
            when(field),
            if field.required { line } else { commented(&line) }
        );
    }
    for field in tables {
        out += &format!("\n# {}{}\n", field.help, when(field));
        let head = if matches!(field.kind, FieldKind::List(_)) { "[[" } else { "[" };
        let tail = if head == "[[" { "]]" } else { "]" };
        let mark = if field.required { "" } else { "# " };
        out += &format!("{mark}{head}{}{tail}\n", field.name);
        for column in columns(&field.kind).into_iter().flatten() {
            let example = match column.kind {
                FieldKind::TextField => text_field(def),
                kind => example(&kind),
            };
            let line = format!("{} = {example}   # {}\n", column.name, column.help);
            out += &if field.required && column.required { line } else { commented(&line) };
        }
    }
    out
}

/// Where a field belongs and must be given.
fn when(field: &Field) -> String {
    let told = |what: &str, when: &When| format!("{what} {}: {}", when.field, when.codes.join(", "));
    let only = field.only.as_ref().map(|only| told("only with", only));
    let needed = field.needed.as_ref().filter(|needed| field.only.as_ref() != Some(*needed));
    let needed = needed.map(|needed| told("must be given with", needed));
    // What belongs to one sort of act alone and must be given there is no more to be left out than not to be written.
    let may =
        (!field.required && (field.needed.is_none() || needed.is_some())).then(|| "may be left out".into());
    let told: Vec<String> = only.into_iter().chain(may).chain(needed).collect();
    if told.is_empty() { String::new() } else { format!(" ({})", told.join("; ")) }
}

/// The first text of an act, and all of them.
fn text_field(def: &ActDef) -> String {
    let names: Vec<_> = translatable(def).map(|field| field.name).collect();
    format!("\"{}\"   # one of: {}", names.first().unwrap_or(&""), names.join(", "))
}

/// Comments out every line; an example of a long text has several.
fn commented(lines: &str) -> String {
    lines.lines().map(|line| format!("# {line}\n")).collect()
}

fn columns(kind: &FieldKind) -> Option<&'static [Column]> {
    match kind {
        FieldKind::Table(columns) => Some(columns),
        FieldKind::List(item) => columns(item),
        _ => None,
    }
}

fn example(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Line
        | FieldKind::Code(..)
        | FieldKind::Machine
        | FieldKind::Officer
        | FieldKind::Agency
        | FieldKind::Matter
        | FieldKind::TextField
        | FieldKind::Entry => "\"\"".into(),
        FieldKind::Text => "\"\"\"\n\"\"\"".into(),
        FieldKind::Moment => "\"2026-12-01T12:00:00Z\"".into(),
        FieldKind::Number => "0".into(),
        FieldKind::Flag => "false".into(),
        FieldKind::Word(_, codes) => {
            format!("\"{}\"   # one of: {}", codes.first().unwrap_or(&""), codes.join(", "))
        }
        FieldKind::Table(_) => "{}".into(),
        FieldKind::List(item) => match item {
            FieldKind::Word(_, codes) => {
                format!("[\"{}\"]   # any of: {}", codes.first().unwrap_or(&""), codes.join(", "))
            }
            other => format!("[{}]", example(other)),
        },
    }
}
