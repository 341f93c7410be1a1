//! Every field of every act of every kind in its form: it is there, in both languages, and what is wrong with it is told
//! beside it, with what was typed kept. Walked off the acts' own definitions, so that a new field is walked as well.

use axum::http::StatusCode;
use comity_domain::act::{ActDef, Column, FieldKind};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::words::{Lang, Words};
use comity_journal::limits;

use super::office::{Browser, House, Seen, words};
use super::pouch::PouchKind;

/// The kinds of this release, and one of another house that no page has heard of.
fn kinds() -> Kinds {
    matters::standard().with::<PouchKind>()
}

/// What opens a matter of each shared kind.
const OPENINGS: &[(&str, &str)] = &[
    ("pouch", "title = \"Letters\""),
    (
        "evidence",
        "handling = \"h1\"\nas_evidence = false\npurpose = \"investigate\"\nbasis = \"reciprocity\"\n\
         offences = [\"0701\"]\ntitle = \"Two telephones\"\ncollected = \"At the port, by search.\"\n\
         authority = \"Order 7\"\nbasis_text = \"Exchange of notes\"\ncontact = \"duty desk\"",
    ),
];

/// A house with a matter of every shared kind, and their kinds and numbers.
fn house() -> (House, Vec<(&'static str, String)>) {
    let house = House::knowing(kinds);
    let mut matters = vec![("request", house.pair.signed_request().shown('R'))];
    for (kind, toml) in OPENINGS {
        let drafted = house.pair.a.run(|ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            let partner = ledger.partner("Country B")?;
            ledger.draft_opening(pending, kind, &partner, toml, &officer)
        });
        let prefix = kinds().get(kind).map_or('M', |kind| kind.def().prefix);
        matters.push((kind, drafted.expect("a draft").matter.shown(prefix)));
    }
    let shared = kinds().iter().filter(|kind| kind.def().shared).count();
    assert_eq!(matters.len(), shared, "every shared kind has a matter here");
    (house, matters)
}

/// The acts of a kind; those inside every matter are walked in one kind.
fn acts(kind: &str) -> Vec<ActDef> {
    let known = kinds();
    let acts = known.get(kind).expect("a kind").acts();
    acts.into_iter().filter(|act| !act.inner || kind == "request").copied().collect()
}

fn asked(def: &ActDef) -> impl Iterator<Item = (&'static str, FieldKind, bool)> + use<> {
    let asked = def.fields.iter().filter(|field| !field.derived && field.kind != FieldKind::Entry);
    asked.map(|field| (field.name, field.kind, field.required))
}

fn shown(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Whether the act hands over a sealed package: it has a page of its own, from which the node seals.
fn hands_over(kind: &str, def: &ActDef) -> bool {
    kinds().get(kind).is_some_and(|kind| kind.def().hands_over == Some(def.code))
}

#[test]
fn every_field_of_every_act_is_in_its_form_in_both_languages() {
    let (house, matters) = house();
    let officer = house.sit("Amara Olin");
    let mut seen = Vec::new();
    for lang in [Lang::Zh, Lang::En] {
        let (browser, words) = (officer.reading(lang), words(lang, &kinds()));
        for (kind, number) in &matters {
            for def in acts(kind) {
                let page = browser.get(&format!("/m/{number}/act/{}", def.code));
                if hands_over(kind, &def) {
                    assert_eq!(page.to, format!("/m/{number}/hand-over"), "what sealing knows nobody types");
                    continue;
                }
                assert_eq!(page.status, StatusCode::OK, "{kind}/{}", def.code);
                for (name, field, _) in asked(&def) {
                    is_asked(&page.text, &words, (kind, &def), name, &field);
                    seen.push(format!("{kind}/{}/{name}", def.code));
                }
            }
        }
    }
    assert!(seen.contains(&"pouch/offer/carrier".to_owned()), "the field that was added last is walked");
}

/// Whether a field has a control and its label in this language, and so has every column of a table.
fn is_asked(page: &str, words: &Words, (kind, def): (&str, &ActDef), name: &str, field: &FieldKind) {
    let label = words.field(kind, def.code, name);
    assert!(!label.starts_with("field-"), "{kind}/{}/{name} has no label", def.code);
    assert!(page.contains(&format!("id=\"f-{name}\"")) || page.contains(&format!("id=\"f-{name}-0\"")));
    assert!(page.contains(&shown(&label)), "{kind}/{}/{name}: {label}", def.code);
    let (FieldKind::Table(columns) | FieldKind::List(FieldKind::Table(columns))) = field else { return };
    for column in columns.iter().filter(|column| column.name != "file") {
        let label = words.field(kind, def.code, column.name);
        assert!(page.contains(&shown(&label)), "{kind}/{}/{name}.{}: {label}", def.code, column.name);
    }
}

/// A value that a field takes; `None` where only the node knows one.
fn good(kind: &FieldKind) -> Option<&'static str> {
    Some(match kind {
        FieldKind::Line | FieldKind::Text => "words",
        FieldKind::Code(_, known) => known.first().unwrap_or(&"EUR"),
        FieldKind::Word(_, codes) => codes.first()?,
        FieldKind::Moment => "2027-01-01T10:00",
        FieldKind::Number => "1",
        FieldKind::Flag => "true",
        FieldKind::Officer => "Amara Olin",
        FieldKind::TextField
        | FieldKind::Entry
        | FieldKind::Agency
        | FieldKind::Matter
        | FieldKind::Machine
        | FieldKind::Table(_)
        | FieldKind::List(_) => return None,
    })
}

/// What a person types who gives everything that must be given.
fn typed(def: &ActDef) -> Vec<(String, String)> {
    let mut typed = Vec::new();
    for (name, kind, required) in asked(def).filter(|(_, kind, required)| *required || good(kind).is_some()) {
        type_good(&mut typed, name, &kind, required);
    }
    typed
}

fn type_good(typed: &mut Vec<(String, String)>, path: &str, kind: &FieldKind, required: bool) {
    match kind {
        FieldKind::List(item) if required => type_good(typed, &format!("{path}.0"), item, true),
        FieldKind::Table(columns) => {
            for Column { name, kind, required, .. } in columns.iter().filter(|column| column.name != "file") {
                type_good(typed, &format!("{path}.{name}"), kind, *required);
            }
        }
        other => typed.extend(good(other).map(|value| (path.to_owned(), value.to_owned()))),
    }
}

/// Values that a field does not take, and where that is told.
fn bad(path: &str, kind: &FieldKind) -> Vec<(String, String)> {
    let of = |values: &[&str]| values.iter().map(|value| (path.to_owned(), (*value).to_owned())).collect();
    let (long_line, long_text) = ("x".repeat(501), "x".repeat(64 * 1024 + 1));
    match kind {
        FieldKind::Line => of(&[&long_line, "two\nlines", "a\u{202e}b"]),
        FieldKind::Text => of(&[&long_text, "a\u{202e}b"]),
        FieldKind::Code(..) => of(&["no such code"]),
        FieldKind::Word(..) => of(&["no-such-word"]),
        FieldKind::Moment => of(&["tomorrow", "2027-13-40T10:00"]),
        FieldKind::Number => of(&["many", "-1", "99999999999999999999"]),
        FieldKind::TextField => of(&["no-such-text"]),
        FieldKind::Officer => of(&["Nobody Here"]),
        FieldKind::Agency => of(&["no such agency"]),
        FieldKind::Matter => of(&["no such matter", "R-000000000000"]),
        FieldKind::Machine => of(&["not a hash"]),
        FieldKind::Flag | FieldKind::Entry => Vec::new(),
        FieldKind::List(item) => bad(&format!("{path}.0"), item),
        FieldKind::Table(columns) => {
            let columns = columns.iter().filter(|column| column.name != "file");
            columns.flat_map(|column| bad(&format!("{path}.{}", column.name), &column.kind)).collect()
        }
    }
}

/// Whether the page tells a fault of this field beside it and above the form.
fn tells(page: &Seen, path: &str) -> bool {
    let id = format!("f-{}", path.replace('.', "-"));
    page.text.contains(&format!("id=\"{id}-wrong\"")) && page.text.contains(&format!("href=\"#{id}\""))
}

/// Whether only the node can fill an act in, so that nobody can give all of it by hand.
fn is_for_the_node(def: &ActDef) -> bool {
    asked(def).any(|(_, kind, required)| required && kind.is_for_machines())
}

fn send(browser: &Browser, token: &str, path: &str, typed: &[(String, String)]) -> Seen {
    let fields: Vec<_> = typed.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let fields: Vec<_> = fields.into_iter().chain([("csrf", token), ("step", "check")]).collect();
    browser.post_bare(path, &fields)
}

#[test]
fn every_bad_value_of_every_act_is_told_beside_its_field_and_kept() {
    let (house, matters) = house();
    let officer = house.sit("Bo Reyes");
    let token = officer.token();
    let mut told = 0;
    for lang in [Lang::Zh, Lang::En] {
        let browser = officer.reading(lang);
        for (kind, number) in &matters {
            for def in acts(kind) {
                let path = format!("/m/{number}/act/{}", def.code);
                for (name, field, _) in asked(&def) {
                    for (at, value) in bad(name, &field) {
                        // What is checked by its own type is told once all else is there.
                        if is_for_the_node(&def) && field.is_for_machines() {
                            continue;
                        }
                        let mut form = typed(&def);
                        choose_for(&mut form, &def, name);
                        form.retain(|(name, _)| *name != at);
                        if let Some((row, _)) = at.rsplit_once('.').filter(|_| at.matches('.').count() == 2) {
                            fill_row(&mut form, row, &at, &field);
                        }
                        form.push((at.clone(), value.clone()));
                        let page = send(&browser, &token, &path, &form);
                        let what = format!("{lang:?} {kind}/{} {at} = {value:.20}", def.code);
                        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{what}");
                        assert!(tells(&page, &at) || tells(&page, name), "{what}: {}", page.text);
                        let kept: String = value.chars().take(100).collect();
                        assert!(page.text.contains(&kept), "{what} is kept");
                        told += 1;
                    }
                }
            }
        }
    }
    assert!(told > 100, "{told}");
}

/// Chooses a sort of act to which the field belongs.
fn choose_for(form: &mut [(String, String)], def: &ActDef, name: &str) {
    let only = def.fields.iter().find(|field| field.name == name).and_then(|field| field.only);
    let Some(only) = only else { return };
    for (_, value) in form.iter_mut().filter(|(name, _)| name == only.field) {
        *value = only.codes[0].to_owned();
    }
}

/// The other columns of a row, so that one of them alone is wrong.
fn fill_row(form: &mut Vec<(String, String)>, row: &str, at: &str, field: &FieldKind) {
    let FieldKind::List(FieldKind::Table(columns)) = field else { return };
    for column in *columns {
        let path = format!("{row}.{}", column.name);
        if path != at && form.iter().all(|(name, _)| *name != path) {
            type_good(form, &path, &column.kind, column.required);
        }
    }
}

#[test]
fn everything_that_must_be_given_and_is_not_is_told_at_once() {
    let (house, matters) = house();
    let officer = house.sit("Amara Olin");
    let token = officer.token();
    for (kind, number) in &matters {
        for def in acts(kind).iter().filter(|def| asked(def).any(|(_, _, required)| required)) {
            let page = send(&officer, &token, &format!("/m/{number}/act/{}", def.code), &[]);
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}/{}", def.code);
            // A box that is not ticked says no, and a list begins with one item.
            let must = asked(def).filter(|(_, kind, required)| *required && *kind != FieldKind::Flag);
            for (name, ..) in must {
                assert!(tells(&page, name), "{kind}/{}/{name}", def.code);
            }
        }
    }
}

#[test]
fn more_than_an_act_can_hold_is_told_beside_its_list() {
    let (house, matters) = house();
    let officer = house.sit("Amara Olin");
    let token = officer.token();
    for (kind, number) in &matters {
        for def in acts(kind) {
            for (name, field, _) in asked(&def) {
                let FieldKind::List(item) = field else { continue };
                let Some(value) = good(item) else { continue };
                let mut form = typed(&def);
                let many = (0..=limits::HANDLES).map(|i| (format!("{name}.{i}"), value.to_owned()));
                form.extend(many);
                let page = send(&officer, &token, &format!("/m/{number}/act/{}", def.code), &form);
                assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{kind}/{}/{name}", def.code);
                assert!(tells(&page, name), "{kind}/{}/{name}", def.code);
            }
        }
    }
}

#[test]
fn a_file_that_is_too_large_is_told_beside_its_field_and_the_words_stay() {
    let (house, matters) = house();
    let officer = house.sit("Amara Olin");
    let answer = format!("/m/{}/act/answer", matters[0].1);
    let words = [("extent", "final"), ("text", "The number was held by a dealer."), ("step", "check")];
    for lang in [Lang::Zh, Lang::En] {
        let browser = officer.reading(lang);
        let file = ("papers.0", "holder.pdf", vec![b'x'; limits::PART_BYTES + 1]);
        let page = browser.post_file(&answer, &words, (file.0, file.1, &file.2));
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(tells(&page, "papers.0"), "{}", page.text);
        assert!(page.text.contains("The number was held by a dealer."));
    }
    let fits = officer.post_file(&answer, &words, ("papers.0", "holder.pdf", b"held since 2024"));
    assert_eq!(fits.status, StatusCode::OK, "{}", fits.text);
    assert!(fits.text.contains("holder.pdf"), "the file rides along to be checked");
}
