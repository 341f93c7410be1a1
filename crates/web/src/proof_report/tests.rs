//! The page, for findings made up here; how findings come about is tested in `comity-journal`.

use std::collections::{BTreeMap, BTreeSet};

use comity_domain::words::{Lang, Words};
use comity_journal::entry::Place;
use comity_journal::fingerprint::Fingerprint;
use comity_journal::ids::Token;
use comity_journal::suite::Hash;
use comity_journal::verify::{Duty, EntryRef, InLog, Limit, Problem, verify};

use super::*;

fn page_of(findings: &Findings, name: &str, hash: &str) -> String {
    let kinds = comity_domain::matters::standard();
    let (zh, en) = (Words::new(Lang::Zh, &kinds), Words::new(Lang::En, &kinds));
    page(findings, name, hash, KindWords { zh: &zh, en: &en, kinds: &kinds }).into_string()
}

fn findings(outcome: Outcome) -> Findings {
    let id = AgencyId::from_bytes([7; 32]);
    let at = Timestamp::from_millis(1_790_000_000_000);
    let matter = MatterId::from_bytes([3; 32]);
    let log = InLog { by: id, at, leaf: 0, size: 1 };
    let label = Token::literal("xa.liaison");
    Findings {
        outcome,
        matter: Some(matter),
        kind: Some(Token::literal("request")),
        exporter: Some(id),
        cover: Some(Token::literal("not-on-record")),
        exercise: false,
        agencies: vec![AgencyFact {
            agency: id,
            label: label.clone(),
            names: BTreeMap::from([
                ("zh".into(), "甲地联络处".into()),
                ("en".into(), "<b>Liaison</b> XA".into()),
            ]),
            seat: "XA".into(),
            fingerprint: Fingerprint::of(&id),
            cards: (1, 2),
            duties: [Duty::Author, Duty::Exporter].into(),
            trusted: true,
        }],
        lanes: vec![LaneFact {
            party: id,
            role: Some(Token::literal("requesting")),
            recorder: None,
            taken_over: None,
            entries: 1,
            last: Some(Place { epoch: 0, seq: 1 }),
            whole: true,
        }],
        acts: vec![ActFact {
            entry: EntryRef { number: 1, hash: Hash::ZERO },
            matter,
            kind: Token::literal("request"),
            lane: id,
            place: Place { epoch: 0, seq: 1 },
            act: Token::literal("open"),
            author: id,
            at,
            by: vec![Token::literal("officer")],
            approved: vec![vec![Token::literal("supervisor")]],
            card: Some(2),
            disowned: false,
            logged: Some(log),
            receipts: vec![InLog { by: AgencyId::from_bytes([8; 32]), ..log }],
            witnesses: Vec::new(),
            not_before: None,
            not_after: Some(Bound { at, by: AgencyId::from_bytes([8; 32]) }),
            content: ContentFact::Parts(vec![(Token::literal("facts"), PartState::Erased)]),
        }],
        limits: [Limit::Truth, Limit::ErasureByWord].into(),
    }
}

fn shown(outcome: Outcome) -> String {
    page_of(&findings(outcome), "matter.proof", "00ff")
}

#[test]
fn the_page_needs_nothing_but_itself() {
    let page = shown(Outcome::Intact);
    for foreign in ["<script", "src=", "href=", "url(", "@import", " style=", "javascript:"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
}

#[test]
fn names_from_the_file_cannot_become_markup() {
    let page = shown(Outcome::Intact);
    assert!(page.contains("&lt;b&gt;Liaison&lt;/b&gt; XA"));
    assert!(!page.contains("<b>"));
}

#[test]
fn every_outcome_is_said_in_both_languages() {
    let id = AgencyId::from_bytes([7; 32]);
    let who = vec![(id, Token::literal("xa.liaison"), Fingerprint::of(&id))];
    let gap = Problem::Gap { lane: id, before: Place { epoch: 0, seq: 2 } };
    for (outcome, zh, en) in [
        (Outcome::Intact, "核验通过", "The file is intact, and every agency"),
        (Outcome::Untrusted(who), "有1个签名机构的指纹码未经核验人确认", "(unknown: 1)"),
        (Outcome::Broken(vec![gap]), "xa.liaison的办理记录有缺漏", "gap in lane of"),
    ] {
        let page = shown(outcome);
        assert!(page.contains(zh), "{zh}");
        assert!(page.contains(en), "{en}");
    }
}

#[test]
fn a_judge_finds_signer_time_content_and_limits() {
    let page = shown(Outcome::Intact);
    let print = Fingerprint::of(&AgencyId::from_bytes([7; 32])).to_string();
    for words in [
        print.as_str(),
        "发出请求",
        "Send the request",
        "2026-09-21 14:13:20 UTC",
        "经办：承办人",
        "Approved by: Supervisor",
        "已删除",
        "erased",
        "不晚于",
        "回执机构",
        "本文件不能证明的事项",
        "comity entry v1",
        "RFC 6962",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn a_file_that_cannot_be_read_still_gets_a_page() {
    let page = page_of(&verify(b"no proof", &[]), "x.proof", "00");
    assert!(page.contains("不是存证文件"), "{page}");
    assert!(!page.contains("<table"));
}

/// The relative luminance of `#rrggbb`, as WCAG 2 defines it.
fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = f64::from(u8::from_str_radix(&colour[at..at + 2], 16).unwrap()) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}

#[test]
fn text_stands_out_from_its_ground_in_light_in_dark_and_on_paper() {
    let mut grounds = BTreeSet::new();
    for block in STYLE.split(":root {").skip(1) {
        let colours: BTreeMap<&str, &str> = block
            .split('}')
            .next()
            .unwrap()
            .split(';')
            .filter_map(|pair| pair.trim().split_once(": "))
            .collect();
        let ground = luminance(colours["--ground"]);
        for name in ["--text", "--soft", "--good", "--ask", "--bad"] {
            let text = luminance(colours[name]);
            let contrast = (text.max(ground) + 0.05) / (text.min(ground) + 0.05);
            assert!(contrast >= 4.5, "{name} on {}: {contrast}", colours["--ground"]);
        }
        grounds.insert(colours["--ground"]);
    }
    assert_eq!(grounds.len(), 2);
}
