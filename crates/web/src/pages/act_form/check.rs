//! Check your answers: everything that was typed, who will see it, and the way back to change it.

use comity_domain::act::{ActDef, Declaration, FieldKind, TRANSLATIONS};
use comity_domain::vocabularies::Language;
use maud::{Markup, html};
use toml::{Table, Value};

use super::super::asking::Asking;
use super::super::frame::{Framed, Page, name_language};
use super::super::typed::Typed;
use super::super::when::when_text;
use super::fields::asked;
use super::{ActForm, ahead};

/// The page on which answers are checked before the act is done.
pub(crate) fn page(form: &ActForm<'_>, typed: &Typed, table: &Table) -> Framed {
    let asking = form.asking;
    let title = asking.text("page-check");
    let act = asking.words.act(form.kind, form.def.code);
    let body = html! {
        p.mb-1 { a href=(form.back) { (form.about) } }
        h1 { (title) }
        p { (act) }
        form action=(form.action()) method="post" {
            (carried(form, typed))
            dl.facts.card.card-body.mb-3 {
                @for field in asked(form.def).filter(|field| field.belongs(table) || table.contains_key(field.name)) {
                    div {
                        dt { (form.label_of(field.name)) }
                        dd {
                            @match table.get(field.name) {
                                Some(Value::Array(rows)) if field.name == TRANSLATIONS => (translations(form, typed, rows)),
                                value => (self::value(asking, form.kind, form.def, &field.kind, value)),
                            }
                        }
                    }
                }
            }
            @if let Some(ahead) = &form.ahead { (ahead::told(form, ahead, false)) }
            (who_sees(form))
            div.d-flex.flex-wrap.gap-2 {
                button.btn.btn-primary type="submit" name="step" value="do" { (asking.text(do_key(form))) }
                button.btn.btn-secondary type="submit" name="step" value="change" { (asking.text("page-check-change")) }
                a.btn.btn-link href=(form.back) { (asking.text("page-form-away")) }
            }
        }
    };
    Page::new(title).of("matters").around(asking, &body)
}

/// Each translation to the right of what it translates, with what its translator declares.
fn translations(form: &ActForm<'_>, typed: &Typed, rows: &[Value]) -> Markup {
    let asking = form.asking;
    let text = |row: &Value, name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    html! {
        @for row in rows {
            @let original = text(row, "original");
            div.side-by-side.mb-2 {
                div {
                    strong { (form.label_of(&original)) }
                    div.said lang=(text(row, "from")) { (typed.whole(&original)) }
                }
                div {
                    strong { (asking.words.term(Language::LIST, &text(row, "into"))) }
                    div.said lang=(text(row, "into")) { (text(row, "translation")) }
                    p.form-hint.m-0 {
                        (asking.words.term(Declaration::LIST, &text(row, "declared")))
                        @let translator = text(row, "translator");
                        @if !translator.is_empty() { " · " span lang=[name_language(&translator)] { (translator) } }
                    }
                }
            }
        }
    }
}

fn do_key(form: &ActForm<'_>) -> &'static str {
    if form.def.approve.is_empty() { "page-check-sign" } else { "page-check-propose" }
}

/// What was typed, carried on to the next step.
fn carried(form: &ActForm<'_>, typed: &Typed) -> Markup {
    html! {
        input type="hidden" name="csrf" value=(form.asking.form_token());
        @for (name, value) in typed.all().filter(|(name, _)| !["csrf", "step", "more"].contains(name)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// Who will see what is sent: people ask before they send, not after.
fn who_sees(form: &ActForm<'_>) -> Markup {
    let asking = form.asking;
    let with = form.partners();
    html! {
        section.card.card-body.mb-3 {
            h2 { (asking.text("page-check-who-sees")) }
            ul {
                @if form.def.inner {
                    li { (asking.text("page-check-inner")) }
                } @else {
                    li { (asking.text_with("page-check-partners", &[("partners", &with)])) }
                    li { (asking.text("page-check-colleagues")) }
                    li { (asking.text("page-check-nobody-else")) }
                }
            }
        }
    }
}

/// What stands in a field, in words.
pub(crate) fn value(
    asking: &Asking,
    of: &str,
    def: &ActDef,
    kind: &FieldKind,
    typed: Option<&Value>,
) -> Markup {
    let words = &asking.words;
    let inside = |kind: &FieldKind, typed: Option<&Value>| value(asking, of, def, kind, typed);
    let Some(typed) = typed else {
        return html! { span.text-secondary { (words.text("page-check-left-out")) } };
    };
    match (kind, typed) {
        (FieldKind::List(item), Value::Array(items)) => html! {
            ol { @for typed in items { li { (inside(item, Some(typed))) } } }
        },
        (FieldKind::Table(columns), Value::Table(row)) => html! {
            @if let Some(Value::String(name)) = row.get("name").filter(|_| row.contains_key("data")) {
                (name)
            } @else {
                dl.facts {
                    @for column in columns.iter().filter(|column| row.contains_key(column.name)) {
                        div {
                            dt { (words.field(of, def.code, column.name)) }
                            dd { (inside(&column.kind, row.get(column.name))) }
                        }
                    }
                }
            }
        },
        (FieldKind::Word(list, _), Value::String(code)) | (FieldKind::Code(list, _), Value::String(code)) => {
            let key = format!("term-{list}-{code}");
            html! { @if words.has(&key) { (words.text(&key)) } @else { (code) } }
        }
        (FieldKind::TextField, Value::String(name)) => html! { (words.field(of, def.code, name)) },
        (FieldKind::Moment, Value::String(at)) => when_text(words, at),
        (FieldKind::Flag, Value::Boolean(flag)) => html! { (words.text(if *flag { "yes" } else { "no" })) },
        (_, Value::String(text)) => html! { div.said lang=[name_language(text)] { (text) } },
        (_, other) => html! { (other) },
    }
}
