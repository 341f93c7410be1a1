//! One field of an act as a control with its label, hint and fault, whatever the field holds.

use ciborium::Value;
use comity_app::queries::ActValue;
use comity_domain::act::{ActDef, Column, Fault, Field, FieldKind, When, translatable};
use comity_journal::time::Timestamp;
use maud::{Markup, html};
use toml::Table;

use super::super::frame::name_language;
use super::super::typed::Typed;
use super::super::when::for_input;
use super::ActForm;
use super::steps::Wrong;

/// The most bytes of one line, for the browser's own check.
const LINE: usize = 500;

/// The fields a person fills in: none the engine fills, none that names an entry the engine finds.
pub(crate) fn asked(def: &ActDef) -> impl Iterator<Item = &'static Field> + use<> {
    def.fields.iter().filter(|field| !field.derived && field.kind != FieldKind::Entry)
}

/// The id of a control.
pub(crate) fn id(path: &str) -> String {
    format!("f-{}", path.replace('.', "-"))
}

/// The names of the texts of an act that can be translated.
fn texts_of(def: &ActDef) -> Vec<&'static str> {
    translatable(def).map(|field| field.name).collect()
}

/// A control being drawn: where it is and what belongs to it.
struct Control<'a> {
    form: &'a ActForm<'a>,
    /// The field or column, for its words.
    name: &'static str,
    path: String,
    label: String,
    required: bool,
    /// With what it must be given, where it need not always be.
    needed: Option<When>,
    typed: &'a Typed,
    wrong: &'a [Wrong],
}

/// A field in its place: one that belongs to some sorts of the act alone is out of sight for the others, and one that was
/// filled in all the same stays, and says so. The field that decides has a button that shows what belongs, for who has no
/// scripts; with them the island `when` shows it at once.
pub(crate) fn placed(
    form: &ActForm<'_>,
    field: &'static Field,
    typed: &Typed,
    written: &Table,
    wrong: &[Wrong],
) -> Markup {
    let drawn = self::field(form, field, typed, wrong);
    let Some(only) = field.only else {
        return html! {
            (drawn)
            @if decides(form.def, field) {
                button.btn.btn-outline-secondary.btn-sm.mb-3 type="submit" name="step" value="fields" data-when-apply {
                    (form.asking.text("page-form-fields"))
                }
            }
        };
    };
    let (belongs, filled) = (field.belongs(written), written.contains_key(field.name));
    html! {
        div data-when=(only.field) data-codes=(only.codes.join(" ")) hidden[!belongs && !filled] {
            p.field-error.mb-1 data-when-stray hidden[!field.is_out_of_place(written)] {
                (form.asking.text(Fault::NotBelonging.key()))
            }
            (drawn)
        }
    }
}

/// Whether other fields of the act belong to it, or must be given, by what this one holds.
fn decides(def: &ActDef, field: &Field) -> bool {
    def.fields.iter().any(|other| other.only.is_some_and(|only| only.field == field.name))
}

/// A field of an act with all that belongs to it.
pub(crate) fn field(form: &ActForm<'_>, field: &'static Field, typed: &Typed, wrong: &[Wrong]) -> Markup {
    let control = Control {
        form,
        name: field.name,
        path: field.name.to_owned(),
        label: form.label_of(field.name),
        required: field.required || field.needed.is_some(),
        needed: field.needed.filter(|_| !field.required),
        typed,
        wrong,
    };
    control.draw(&field.kind)
}

impl Control<'_> {
    fn draw(&self, kind: &FieldKind) -> Markup {
        match kind {
            FieldKind::List(FieldKind::Table(columns)) => self.rows(columns),
            FieldKind::List(item) => self.items(item),
            FieldKind::Table(columns) => self.group(&self.row(columns, &self.path)),
            FieldKind::Flag => self.flag(),
            _ => self.one(kind),
        }
    }

    fn text(&self, key: &str) -> String {
        self.form.asking.text(key)
    }

    fn fault(&self) -> Option<&Wrong> {
        self.wrong.iter().find(|wrong| wrong.path == self.path)
    }

    /// Label, hint and fault around a control.
    fn one(&self, kind: &FieldKind) -> Markup {
        html! {
            div.mb-3 .has-error[self.fault().is_some()] {
                label.form-label for=(id(&self.path)) { (self.label) (self.may()) }
                (self.hint()) (self.told())
                (self.input(kind))
            }
        }
    }

    /// A control in a list of its like: its label is read out, for the list shows it already.
    fn bare(&self, kind: &FieldKind) -> Markup {
        html! {
            label.visually-hidden for=(id(&self.path)) { (self.label) }
            (self.told())
            (self.input(kind))
        }
    }

    fn may(&self) -> Markup {
        html! {
            @if let Some(needed) = self.needed {
                span.text-secondary.fw-normal data-when=(needed.field) data-codes=(needed.codes.join(" ")) data-when-not
                    hidden[needed.codes.contains(&self.typed.text(needed.field))] {
                    " " (self.text("page-form-optional"))
                }
            } @else if !self.required { span.text-secondary.fw-normal { " " (self.text("page-form-optional")) } }
        }
    }

    fn hint(&self) -> Markup {
        let hint = self.form.asking.words.hint(self.form.kind, self.form.def.code, self.name);
        html! { @if let Some(hint) = hint { div.form-hint id={ (id(&self.path)) "-hint" } { (hint) } } }
    }

    fn told(&self) -> Markup {
        html! {
            @if let Some(wrong) = self.fault() {
                p.field-error id={ (id(&self.path)) "-wrong" } {
                    span.visually-hidden { (self.text("page-form-error")) } (wrong.text(&self.form.asking.words))
                }
            }
        }
    }

    /// What is read out with the control: its hint and its fault, as far as there are any.
    fn described(&self) -> Option<String> {
        let hint = self.form.asking.words.hint(self.form.kind, self.form.def.code, self.name);
        let hint = hint.map(|_| format!("{}-hint", id(&self.path)));
        let wrong = self.fault().map(|_| format!("{}-wrong", id(&self.path)));
        let both: Vec<_> = hint.into_iter().chain(wrong).collect();
        (!both.is_empty()).then(|| both.join(" "))
    }

    fn input(&self, kind: &FieldKind) -> Markup {
        let value = self.typed.text(&self.path);
        let (id, invalid, described) = (id(&self.path), self.fault().map(|_| "true"), self.described());
        let lang = name_language(value);
        html! {
            @match kind {
                FieldKind::Text => textarea.form-control id=(id) name=(self.path) rows="4" lang=[lang]
                    aria-invalid=[invalid] aria-describedby=[described] { (value) },
                FieldKind::Word(list, codes) => (self.select(codes, |code| self.form.asking.words.term(list, code))),
                FieldKind::Code(list, known) if !known.is_empty() => (self.select(known, |code| {
                    format!("{} ({code})", self.form.asking.words.term(list, code))
                })),
                FieldKind::Officer => (self.officer()),
                FieldKind::Matter => (self.matter()),
                FieldKind::TextField => (self.select(&texts_of(self.form.def), |name| self.form.label_of(name))),
                FieldKind::Moment => {
                    div.moment {
                        input.form-control id=(id) name=(self.path) type="datetime-local"
                            value=(for_input(value)) aria-invalid=[invalid] aria-describedby=[described];
                        span { "UTC" }
                    }
                }
                FieldKind::Number => input.form-control id=(id) name=(self.path) inputmode="numeric" value=(value)
                    aria-invalid=[invalid] aria-describedby=[described];,
                _ => input.form-control id=(id) name=(self.path) maxlength=(LINE) value=(value) lang=[lang]
                    aria-invalid=[invalid] aria-describedby=[described];,
            }
        }
    }

    fn select(&self, codes: &[&'static str], text: impl Fn(&str) -> String) -> Markup {
        let value = self.typed.text(&self.path);
        html! {
            select.form-select id=(id(&self.path)) name=(self.path)
                aria-invalid=[self.fault().map(|_| "true")] aria-describedby=[self.described()] {
                option value="" { (self.text("page-form-choose")) }
                @if !value.is_empty() && !codes.contains(&value) { option value=(value) selected { (value) } }
                @for code in codes { option value=(code) selected[*code == value] { (text(code)) } }
            }
        }
    }

    /// One of our own people, by name: what is written down is a pseudonym of the matter.
    fn officer(&self) -> Markup {
        let value = self.typed.text(&self.path);
        html! {
            select.form-select id=(id(&self.path)) name=(self.path)
                aria-invalid=[self.fault().map(|_| "true")] aria-describedby=[self.described()] {
                option value="" { (self.text("page-form-choose")) }
                @if !value.is_empty() && self.form.officers.iter().all(|name| name != value) {
                    option value=(value) selected { (value) }
                }
                @for name in self.form.officers {
                    option value=(name) selected[name == value] lang=[name_language(name)] { (name) }
                }
            }
        }
    }

    /// Another matter: one that is offered, or any by its number. What is offered is no more than a hint of the browser's,
    /// so that it can be typed over, and works without scripts.
    fn matter(&self) -> Markup {
        let offered = format!("{}-offered", id(&self.path));
        html! {
            input.form-control id=(id(&self.path)) name=(self.path) maxlength=(LINE) value=(self.typed.text(&self.path))
                list=(offered) autocomplete="off" spellcheck="false"
                aria-invalid=[self.fault().map(|_| "true")] aria-describedby=[self.described()];
            datalist id=(offered) {
                @for matter in self.form.matters { option value=(matter.number) { (matter.text) } }
            }
        }
    }

    fn flag(&self) -> Markup {
        html! {
            div.mb-3 {
                label.form-check for=(id(&self.path)) {
                    input type="hidden" name=(self.path) value="false";
                    input.form-check-input type="checkbox" id=(id(&self.path)) name=(self.path) value="true"
                        checked[self.typed.text(&self.path) == "true"];
                    span.form-check-label { (self.label) }
                }
                (self.hint())
            }
        }
    }

    /// A list: one control an item, one empty one at its end, and a button for more that works without scripts.
    fn items(&self, item: &FieldKind) -> Markup {
        let count = self.typed.items(&self.path).max(1);
        let inside = html! {
            (self.repeated(count, &|i| self.item(i).bare(item)))
        };
        self.group(&inside)
    }

    fn item(&self, i: &str) -> Control<'_> {
        Control {
            path: format!("{}.{i}", self.path),
            label: self.label.clone(),
            required: true,
            needed: None,
            form: self.form,
            name: "",
            typed: self.typed,
            wrong: self.wrong,
        }
    }

    /// A list of tables: persons, payments, files.
    fn rows(&self, columns: &'static [Column]) -> Markup {
        let typed = self.typed.items(&self.path);
        // Where it is needed for one sort of act alone, no empty row stands there for the others.
        let needed = self.needed.is_none_or(|needed| needed.codes.contains(&self.typed.text(needed.field)));
        let count = if self.required && needed { typed.max(1) } else { typed };
        let inside = html! {
            (self.repeated(count, &|i| html! { (self.row(columns, &format!("{}.{i}", self.path))) }))
        };
        self.group(&inside)
    }

    fn row(&self, columns: &'static [Column], path: &str) -> Markup {
        if columns.iter().any(|column| column.kind == FieldKind::TextField) {
            return self.beside(columns, path);
        }
        html! { @for column in columns { (self.column(column, path)) } }
    }

    /// A translation: which text and what it says on the left, the same in another language on the right.
    fn beside(&self, columns: &'static [Column], path: &str) -> Markup {
        let about_the_original =
            |column: &&Column| column.kind == FieldKind::TextField || column.name == "from";
        let (left, right): (Vec<_>, Vec<_>) = columns.iter().partition(about_the_original);
        let named = self.typed.text(&format!("{path}.original"));
        let original = self.typed.whole(named);
        let from = self.typed.text(&format!("{path}.from"));
        html! {
            div.side-by-side {
                div {
                    @for column in left { (self.column(column, path)) }
                    @if !original.is_empty() { div.said lang=[(!from.is_empty()).then_some(from)] { (original) } }
                }
                div { @for column in right { (self.column(column, path)) } }
            }
        }
    }

    fn column(&self, column: &'static Column, path: &str) -> Markup {
        if column.name == "file" {
            return self.file(path);
        }
        let control = Control {
            form: self.form,
            name: column.name,
            path: format!("{path}.{}", column.name),
            label: self.form.asking.words.field(self.form.kind, self.form.def.code, column.name),
            required: column.required,
            needed: None,
            typed: self.typed,
            wrong: self.wrong,
        };
        control.draw(&column.kind)
    }

    /// A file: what was chosen already rides along, so that nobody has to choose it twice.
    fn file(&self, path: &str) -> Markup {
        let (name, data) = (format!("{path}.name"), format!("{path}.data"));
        let kept = self.typed.text(&name);
        let wrong = self.wrong.iter().find(|wrong| wrong.path == path);
        let told = wrong.map(|_| format!("{}-wrong", id(path)));
        html! {
            div.mb-3 .has-error[wrong.is_some()] {
                label.form-label for=(id(path)) { (self.text("page-form-file")) }
                @if let Some(wrong) = wrong {
                    p.field-error id=[told.as_deref()] {
                        span.visually-hidden { (self.text("page-form-error")) } (wrong.text(&self.form.asking.words))
                    }
                }
                @if !kept.is_empty() {
                    p.form-hint { (self.form.asking.text_with("page-form-file-kept", &[("name", kept)])) }
                    input type="hidden" name=(name) value=(kept);
                    input type="hidden" name=(data) value=(self.typed.text(&data));
                }
                input.form-control type="file" id=(id(path)) name=(path)
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby=[told.as_deref()];
            }
        }
    }

    /// Items one after the other, with a button for more: where scripts run, from the template; else the form comes back
    /// with one more. The template's number is written as `__n__`.
    fn repeated(&self, count: usize, item: &dyn Fn(&str) -> Markup) -> Markup {
        html! {
            div data-island="rows" data-repeat=(self.path) data-next=(count) {
                div data-repeat-list {
                    @for i in 0..count {
                        fieldset.repeat-item { legend.visually-hidden { (self.label) " " (i + 1) } (item(&i.to_string())) }
                    }
                }
                template {
                    fieldset.repeat-item {
                        legend.visually-hidden { (self.label) }
                        (item("__n__"))
                        button.btn.btn-outline-secondary.btn-sm type="button" data-repeat-remove {
                            (self.text("page-form-remove"))
                        }
                    }
                }
                (self.more())
            }
        }
    }

    fn more(&self) -> Markup {
        html! {
            button.btn.btn-outline-secondary.btn-sm type="submit" name="more" value=(self.path) data-repeat-add {
                (self.form.asking.text_with("page-form-more", &[("what", &self.label)]))
            }
        }
    }

    fn group(&self, inside: &Markup) -> Markup {
        html! {
            fieldset.mb-3 .has-error[self.fault().is_some()] id=(id(&self.path)) tabindex="-1"
                aria-describedby=[self.described()] {
                legend.form-label { (self.label) (self.may()) }
                (self.hint()) (self.told())
                (inside)
            }
        }
    }
}

/// What an act says as if it had been typed, to go on from a draft or to copy an earlier request.
pub(crate) fn typed_again(values: &[ActValue]) -> Typed {
    let mut typed = Typed::default();
    for value in values.iter().filter(|value| !value.field.derived) {
        type_value(&mut typed, value.field.name, &value.field.kind, &value.value);
    }
    typed
}

fn type_value(typed: &mut Typed, path: &str, kind: &FieldKind, value: &Value) {
    match (kind, value) {
        (FieldKind::List(item), Value::Array(items)) => {
            for (i, value) in items.iter().enumerate() {
                type_value(typed, &format!("{path}.{i}"), item, value);
            }
        }
        (FieldKind::Table(columns), Value::Map(pairs)) => {
            for (name, value) in pairs.iter().filter_map(|(name, value)| Some((name.as_text()?, value))) {
                match (columns.iter().find(|column| column.name == name), value) {
                    (Some(column), value) => {
                        type_value(typed, &format!("{path}.{name}"), &column.kind, value);
                    }
                    (None, Value::Bytes(bytes)) if name == "data" => {
                        typed.put(format!("{path}.data"), data_encoding::BASE64.encode(bytes));
                    }
                    (None, Value::Text(text)) => typed.put(format!("{path}.{name}"), text.as_str()),
                    _ => {}
                }
            }
        }
        (FieldKind::Flag, Value::Bool(flag)) => typed.put(path, if *flag { "true" } else { "false" }),
        (FieldKind::Moment, Value::Integer(millis)) => {
            let millis = i64::try_from(i128::from(*millis)).unwrap_or_default();
            typed.put(path, Timestamp::from_millis(millis).to_string());
        }
        (_, Value::Integer(number)) => typed.put(path, i128::from(*number).to_string()),
        (_, Value::Text(text)) => typed.put(path, text.as_str()),
        _ => {}
    }
}
