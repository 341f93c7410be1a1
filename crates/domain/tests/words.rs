//! Every code of the standard kinds has a text in Chinese and in English, with the same variables.

use comity_domain::clock::Consequence;
use comity_domain::engine::Channel;
use comity_domain::gates::{Cover, GroundAnswer, GroundsQuestion, Refusal, rules};
use comity_domain::matters::standard;
use comity_domain::vocabularies::{Handling, Language, OFFENCES, OuterGround, Role, Standing};
use comity_domain::words::{Lang, Words};
use comity_testkit::kinds::{check_words, is_missing};

/// The texts every kind shares, beyond those its acts lead to.
fn shared_texts(words: &Words) -> Vec<(String, String)> {
    let lists = [
        (Handling::LIST, Handling::CODES),
        (GroundsQuestion::LIST, GroundsQuestion::CODES),
        (GroundAnswer::LIST, GroundAnswer::CODES),
        (Role::LIST, Role::CODES),
        (Language::LIST, Language::CODES),
        (Consequence::LIST, Consequence::CODES),
        (Cover::LIST, Cover::CODES),
        (Channel::LIST, Channel::CODES),
        (OuterGround::LIST, OuterGround::CODES),
        (Standing::LIST, Standing::CODES),
    ];
    let mut texts = Vec::new();
    for (list, codes) in lists {
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
    texts
}

#[test]
fn every_code_of_every_kind_has_a_text_in_both_languages() {
    check_words(&standard());
    for lang in Lang::ALL {
        let words = Words::new(*lang, &standard());
        let missing: Vec<_> = shared_texts(&words).into_iter().filter(|(_, text)| is_missing(text)).collect();
        assert!(missing.is_empty(), "{}: {missing:#?}", lang.code());
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
