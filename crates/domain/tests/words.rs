//! Every code of the standard kinds has a text in Chinese and in English, with the same variables.

#![expect(clippy::panic, reason = "in what tests share, failing is the point")]

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::act::{ActDef, FieldKind};
use comity_domain::engine::{AnyKind, Channel, Kind, Lanes};
use comity_domain::gates::{Cover, GroundAnswer, GroundsQuestion, Refusal, rules};
use comity_domain::matters::{
    node::NodeKind, officer::OfficerKind, partner::PartnerKind, request::RequestKind, standard,
};
use comity_domain::vocabularies::{Handling, Language, OFFENCES, OuterGround, Role, Standing};
use comity_domain::words::{ENGINE, Lang, Words};
use comity_journal::ids::AgencyId;

/// The statuses a kind's grid can show.
fn statuses<K: Kind>() -> BTreeSet<&'static str> {
    let examples = K::examples();
    let role = |i: usize| K::DEF.roles.get(i).copied().unwrap_or("-");
    let untouched = K::Lane::default();
    let lanes_of = |i: usize| {
        let found: Vec<_> = examples.iter().filter(|(r, ..)| *r == role(i)).map(|(.., lane)| lane).collect();
        if found.is_empty() { vec![&untouched] } else { found }
    };
    let agency = |n| AgencyId::from_bytes([n; 32]);
    let mut statuses = BTreeSet::new();
    for first in lanes_of(0) {
        for second in lanes_of(1) {
            let lanes = Lanes::new(vec![(role(0), agency(1), first), (role(1), agency(2), second)]);
            statuses.insert(K::cell(&lanes).status);
        }
    }
    statuses
}

fn words_of(kind: &FieldKind, lists: &mut BTreeMap<&'static str, &'static [&'static str]>) {
    match kind {
        FieldKind::Word(list, codes) => {
            lists.insert(list, codes);
        }
        FieldKind::List(item) => words_of(item, lists),
        FieldKind::Table(columns) => columns.iter().for_each(|column| words_of(&column.kind, lists)),
        _ => {}
    }
}

fn names_of(def: &ActDef) -> Vec<&'static str> {
    fn columns(kind: &FieldKind) -> Vec<&'static str> {
        match kind {
            FieldKind::Table(columns) => columns.iter().map(|column| column.name).collect(),
            FieldKind::List(item) => columns(item),
            _ => Vec::new(),
        }
    }
    def.fields.iter().flat_map(|field| std::iter::once(field.name).chain(columns(&field.kind))).collect()
}

/// All texts one language must have: what asks for it, and what it reads as.
fn required(words: &Words) -> Vec<(String, String)> {
    let kinds = standard();
    let mut texts = Vec::new();
    let mut lists: BTreeMap<&str, &[&str]> = BTreeMap::from([
        (Handling::LIST, Handling::CODES),
        (GroundsQuestion::LIST, GroundsQuestion::CODES),
        (GroundAnswer::LIST, GroundAnswer::CODES),
        (Role::LIST, Role::CODES),
        (Language::LIST, Language::CODES),
        (Cover::LIST, Cover::CODES),
        (Channel::LIST, Channel::CODES),
        (OuterGround::LIST, OuterGround::CODES),
        (Standing::LIST, Standing::CODES),
    ]);
    for kind in kinds.iter() {
        let code = kind.def().code;
        texts.push((format!("kind {code}"), words.kind(code)));
        for role in kind.def().roles {
            texts.push((format!("party {code} {role}"), words.party(code, role)));
        }
        for act in kind.acts() {
            texts.push((format!("act {code} {}", act.code), words.act(code, act.code)));
            for name in names_of(act) {
                texts.push((format!("field {code} {} {name}", act.code), words.field(code, act.code, name)));
            }
            act.fields.iter().for_each(|field| words_of(&field.kind, &mut lists));
        }
    }
    let by_kind = [
        (RequestKind::DEF.code, statuses::<RequestKind>()),
        (PartnerKind::DEF.code, statuses::<PartnerKind>()),
        (OfficerKind::DEF.code, statuses::<OfficerKind>()),
        (NodeKind::DEF.code, statuses::<NodeKind>()),
    ];
    assert_eq!(by_kind.len(), kinds.iter().count(), "a kind was added: name it here");
    for (kind, statuses) in by_kind {
        texts.extend(statuses.iter().map(|s| (format!("status {kind} {s}"), words.status(kind, s))));
    }
    for (list, codes) in &lists {
        texts.extend(codes.iter().map(|code| (format!("term {list} {code}"), words.term(list, code))));
    }
    for rule in rules::ALL {
        texts.push((format!("rule {}", rule.code), words.rule(rule)));
        texts.push((format!("rule {} help", rule.code), words.rule_help(rule)));
        texts.push((format!("rule {} source", rule.code), words.rule_source(rule)));
    }
    for code in OFFENCES.iter().map(|row| row.code).chain(["national"]) {
        texts.push((format!("offence {code}"), words.term("offence", code)));
    }
    for clock in ["acknowledge", "answer"] {
        texts.push((format!("clock {clock}"), words.clock(clock)));
    }
    texts
}

fn messages(source: &str) -> BTreeMap<String, BTreeSet<String>> {
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

fn sources() -> Vec<(&'static str, &'static str)> {
    let kinds = standard();
    std::iter::once(ENGINE).chain(kinds.iter().map(|kind: &dyn AnyKind| kind.def().words)).collect()
}

#[test]
fn every_code_of_every_kind_has_a_text_in_both_languages() {
    for lang in Lang::ALL {
        let words = Words::new(*lang, &standard());
        let is_key = |text: &str| {
            ["status-", "act-", "field-", "party-", "term-", "rule-", "clock-"]
                .iter()
                .any(|p| text.starts_with(p))
        };
        let missing: Vec<_> =
            required(&words).into_iter().filter(|(_, text)| is_key(text) || text.is_empty()).collect();
        assert!(missing.is_empty(), "{}: {missing:#?}", lang.code());
        for kind in standard().iter() {
            assert!(words.has(kind.def().code), "{}: {}", lang.code(), kind.def().code);
        }
    }
}

#[test]
fn both_languages_have_the_same_keys_with_the_same_variables() {
    let mut keys = BTreeSet::new();
    for (zh, en) in sources() {
        let (zh, en) = (messages(zh), messages(en));
        assert_eq!(zh, en);
        for key in en.into_keys() {
            assert!(keys.insert(key.clone()), "`{key}` stands in two places");
        }
    }
    for lang in Lang::ALL {
        let words = Words::new(*lang, &standard());
        let unread: Vec<_> = keys.iter().filter(|key| !words.has(key)).collect();
        assert!(unread.is_empty(), "{unread:?}");
    }
}

#[test]
fn no_text_speaks_of_lanes_and_chinese_texts_are_chinese() {
    for (zh, en) in sources() {
        for line in en.lines().chain(zh.lines()) {
            let said = line.split_once(" = ").map_or("", |(_, said)| said).to_lowercase();
            assert!(
                !said.split(|c: char| !c.is_alphabetic()).any(|word| word == "lane" || word == "lanes"),
                "{line}"
            );
        }
        for (line, said) in zh.lines().filter_map(|line| Some((line, line.split_once(" = ")?.1))) {
            assert!(said.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{line}");
            assert!(!said.contains([',', ';', ':']), "half-width punctuation: {line}");
        }
    }
}

#[test]
fn words_read_as_officers_write_them() {
    let (zh, en) = (Words::new(Lang::Zh, &standard()), Words::new(Lang::En, &standard()));
    assert_eq!(zh.kind("request"), "协查请求");
    assert_eq!(zh.act("request", "remind"), "催办");
    assert_eq!(zh.text("standing-void"), "不生效");
    assert_eq!(zh.text("standing-crossed"), "同时作出");
    assert_eq!((zh.text("ours"), zh.text("theirs")), ("我方".into(), "对方".into()));
    assert_eq!(en.status("request", "sent"), "Sent, not yet acknowledged");
    assert_eq!(en.act("request", "approve"), "Approve");
    assert_eq!(zh.offence("0701"), "诈骗");
    assert_eq!(zh.offence("0811"), "0811");
}

#[test]
fn a_missing_key_reads_as_itself_and_variables_carry_no_marks() {
    let words = Words::new(Lang::En, &standard());
    assert_eq!(words.text("no-such-key"), "no-such-key");
    assert_eq!(words.text(""), "");
    assert_eq!(words.status("request", "nonsense"), "status-request-nonsense");
    assert_eq!(words.text_with("clock-due", &[("due", "2026-12-01")]), "Due 2026-12-01");
    let refusal = Refusal::under(rules::ROLE);
    assert_eq!(
        words.refusal(&refusal),
        "This cannot be done: Your role cannot propose this act. Hand it to a colleague whose role can. \
         Source: who may do what: the table of roles. It can be lifted by: Administrator."
    );
}

#[test]
fn words_can_be_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Words>();
}
