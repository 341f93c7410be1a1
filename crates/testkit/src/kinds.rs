//! What every kind of matter must keep to, whoever adds it: its grid, its acts and its words.

#![expect(clippy::panic, reason = "a check of a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use comity_domain::act::{
    Act as _, ActDef, ActSet as _, FieldKind, FieldType as _, Shape, TRANSLATIONS, Translation, translatable,
};
use comity_domain::engine::{AnyKind, Kinds, Recall, SharedAct, StandBy};
use comity_domain::words::{ENGINE, Lang, Words};

/// Checks that no cell of a kind's grid is impossible: each offers acts that exist to roles that may do them, who
/// is waited for can do something, nobody is waited for only where it has ended, and every act can be done
/// somewhere.
///
/// # Panics
/// Where one is, with its row.
pub fn check_grid(kind: &dyn AnyKind) {
    let def = kind.def();
    // What every shared kind has, whatever its grid, stands in no cell.
    let of_the_kind = |act: &&&ActDef| !act.inner && !SharedAct::defs().contains(act);
    let acts: Vec<_> = kind.acts().into_iter().filter(|act| of_the_kind(&act)).collect();
    let mut offered = BTreeSet::new();
    for row in kind.grid() {
        let at = format!("{} / {} / {}", def.code, row.first, row.second);
        let cell = &row.cell;
        for (role, next) in &cell.next {
            assert!(def.roles.contains(role), "{at}: {role}");
            for act in *next {
                let act = acts.iter().find(|known| known.code == *act);
                let act = act.unwrap_or_else(|| panic!("{at}: {role} is offered an act that is not there"));
                assert!(act.by.is_empty() || act.by.contains(role), "{at}: {role} cannot {}", act.code);
                offered.insert(act.code);
            }
        }
        match cell.waited_for {
            Some(role) => {
                assert!(cell.next_of(role).next().is_some(), "{at}: {role} is waited for and can do nothing");
            }
            None => assert!(!def.shared || def.ended.contains(&cell.status), "{at}: nobody is waited for"),
        }
        if let Some(prevailing) = cell.prevails {
            assert!(acts.iter().any(|act| act.code == prevailing), "{at}: {prevailing}");
        }
    }
    for act in &acts {
        assert!(offered.contains(act.code), "`{}` of `{}` can never be done", act.code, def.code);
    }
}

/// Checks that acts which name an entry name acts of their own kind.
///
/// # Panics
/// Where one does not.
pub fn check_answers(kind: &dyn AnyKind) {
    let (inner, acts): (Vec<&ActDef>, Vec<&ActDef>) = kind.acts().into_iter().partition(|act| act.inner);
    for act in &acts {
        assert!(inner.iter().all(|other| other.code != act.code), "`{}` is an inner act already", act.code);
        let names = matches!(act.shape, Shape::Answer | Shape::Recant);
        // Content is asked back of any act of one's own, and any of them can end a branch of a fork.
        let any_own = [Recall::DEF.code, StandBy::DEF.code].contains(&act.code);
        assert!(!names || any_own || !act.answers.is_empty(), "`{}` answers nothing", act.code);
        for answered in act.answers {
            assert!(acts.iter().any(|other| other.code == *answered), "`{}`: {answered}", act.code);
        }
    }
}

/// Checks that every act of a shared kind that travels and holds free text can carry it in other languages.
///
/// # Panics
/// Where one cannot.
pub fn check_translations(kind: &dyn AnyKind) {
    for act in kind.acts().into_iter().filter(|act| !act.inner && kind.def().shared) {
        let field = act.fields.iter().find(|field| field.name == TRANSLATIONS);
        let can = field.is_some_and(|field| field.kind == FieldKind::List(&Translation::KIND));
        assert_eq!(can, translatable(act).next().is_some(), "`{}` of `{}`", act.code, kind.def().code);
    }
}

/// Compares a kind's grid with the page that was agreed, `grid.md` in its folder. A page that is not there or
/// differs is written to `fresh` for people to read.
///
/// # Panics
/// When they differ.
pub fn check_grid_page(kind: &dyn AnyKind, folder: &Path, fresh: &Path) {
    let agreed = folder.join("grid.md");
    let drawn = kind.grid_page();
    if std::fs::read_to_string(&agreed).ok().as_ref() != Some(&drawn) {
        let fresh = fresh.join(format!("{}-grid.md", kind.def().code));
        std::fs::write(&fresh, &drawn).expect("the folder for fresh pages can be written");
        panic!(
            "the grid of `{}` has changed; read {}, and if it is right copy it to {}",
            kind.def().code,
            fresh.display(),
            agreed.display()
        );
    }
}

/// All texts these kinds need in one language: what asks for each, and what it reads as.
pub fn texts_of(kinds: &Kinds, words: &Words) -> Vec<(String, String)> {
    let mut texts = Vec::new();
    let mut lists: BTreeMap<&str, &[&str]> = BTreeMap::new();
    for kind in kinds.iter() {
        let code = kind.def().code;
        texts.push((format!("kind {code}"), words.kind(code)));
        let roles = kind.def().roles.iter();
        texts.extend(roles.map(|role| (format!("party {code} {role}"), words.party(code, role))));
        for row in kind.grid() {
            let status = row.cell.status;
            texts.push((format!("status {code} {status}"), words.status(code, status)));
            texts.extend(row.clocks.iter().map(|clock| (format!("clock {clock}"), words.clock(clock))));
        }
        for act in kind.acts() {
            texts.push((format!("act {code} {}", act.code), words.act(code, act.code)));
            for name in names_of(act) {
                texts.push((format!("field {code} {} {name}", act.code), words.field(code, act.code, name)));
            }
            let naming = act.fields.iter().filter(|field| field.kind == FieldKind::Matter);
            texts.extend(naming.map(|field| {
                (format!("back {code} {} {}", act.code, field.name), words.back(code, act.code, field.name))
            }));
            act.fields.iter().for_each(|field| lists_of(&field.kind, &mut lists));
        }
    }
    for (list, codes) in &lists {
        texts.extend(codes.iter().map(|code| (format!("term {list} {code}"), words.term(list, code))));
    }
    texts
}

/// Whether a text is a key nobody has given a text, or nothing.
pub fn is_missing(text: &str) -> bool {
    let prefixes = ["status-", "act-", "field-", "back-", "party-", "term-", "rule-", "clock-"];
    text.is_empty() || prefixes.iter().any(|prefix| text.starts_with(prefix))
}

/// Checks that these kinds have all their texts in every language, with the same variables in each, in words
/// people use.
///
/// # Panics
/// With what is missing.
pub fn check_words(kinds: &Kinds) {
    for lang in Lang::ALL {
        let words = Words::new(*lang, kinds);
        let missing: Vec<_> =
            texts_of(kinds, &words).into_iter().filter(|(_, text)| is_missing(text)).collect();
        assert!(missing.is_empty(), "{}: {missing:#?}", lang.code());
        for kind in kinds.iter() {
            assert!(words.has(kind.def().code), "{}: {}", lang.code(), kind.def().code);
        }
    }
    let sources = std::iter::once(ENGINE).chain(kinds.iter().map(|kind| kind.def().words));
    let mut keys = BTreeSet::new();
    for (zh, en) in sources {
        let (in_zh, in_en) = (messages(zh), messages(en));
        assert_eq!(in_zh, in_en, "the two languages differ");
        for key in in_en.into_keys() {
            assert!(keys.insert(key.clone()), "`{key}` stands in two places");
        }
        check_language(zh, en);
    }
}

/// No text speaks of lanes, and Chinese texts are Chinese, with full-width punctuation.
fn check_language(zh: &str, en: &str) {
    for line in en.lines().chain(zh.lines()) {
        let said = line.split_once(" = ").map_or("", |(_, said)| said).to_lowercase();
        let mut words = said.split(|c: char| !c.is_alphabetic());
        assert!(!words.any(|word| word == "lane" || word == "lanes"), "{line}");
    }
    for (line, said) in zh.lines().filter_map(|line| Some((line, line.split_once(" = ")?.1))) {
        assert!(said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{line}");
        assert!(!said.contains([',', ';', ':']), "half-width punctuation: {line}");
    }
}

/// The texts of one source by key, with their variables.
///
/// # Panics
/// When a line is no text, or a key stands twice.
pub fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut found = BTreeMap::new();
    for line in source.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let (key, value) = line.split_once(" = ").unwrap_or_else(|| panic!("one line a text: {line}"));
        let variables = value.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect::<String>()
        });
        let twice = found.insert(key.to_owned(), variables.collect());
        assert!(twice.is_none(), "`{key}` stands twice");
    }
    found
}

fn lists_of(kind: &FieldKind, lists: &mut BTreeMap<&'static str, &'static [&'static str]>) {
    match kind {
        FieldKind::Word(list, codes) => {
            lists.insert(list, codes);
        }
        FieldKind::List(item) => lists_of(item, lists),
        FieldKind::Table(columns) => columns.iter().for_each(|column| lists_of(&column.kind, lists)),
        _ => {}
    }
}

fn names_of(act: &ActDef) -> Vec<&'static str> {
    fn columns(kind: &FieldKind) -> Vec<&'static str> {
        match kind {
            FieldKind::Table(columns) => columns.iter().map(|column| column.name).collect(),
            FieldKind::List(item) => columns(item),
            _ => Vec::new(),
        }
    }
    act.fields.iter().flat_map(|field| std::iter::once(field.name).chain(columns(&field.kind))).collect()
}
