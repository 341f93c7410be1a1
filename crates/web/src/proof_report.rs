//! The report on a proof file: one page in Chinese and English, for a judge.
//!
//! It needs nothing but itself: no script, no font, no picture, no address that a browser would fetch. It prints,
//! follows the reader's light or dark setting, and puts into words what `comity-journal` found and no more; so the
//! last two sections say what is *not* shown and how to repeat the check with other tools.

mod steps;
mod words;

use comity_journal::ids::{AgencyId, MatterId};
use comity_journal::time::Timestamp;
use comity_journal::verify::{
    ActFact, AgencyFact, Bound, ContentFact, Findings, LaneFact, Outcome, PartState,
};
use maud::{DOCTYPE, Markup, PreEscaped, html};

const STYLE: &str = include_str!("proof_report/style.css");

pub use words::KindWords;

/// The page for what was found in the file of that name and SHA-256, in the words of the kinds known here; what
/// is not known here reads as its code.
pub fn page(findings: &Findings, file_name: &str, file_hash: &str, said: KindWords<'_>) -> Markup {
    html! {
        (DOCTYPE)
        html lang="zh" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "核验报告 · Verification report · " (file_name) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                main {
                    h1 { (two("存证文件核验报告", "Verification report on a proof file")) }
                    (result(findings))
                    (subject(findings, file_name, file_hash, said))
                    (signers(findings))
                    (lanes(findings, said))
                    (acts(findings, said))
                    (limits(findings))
                    (steps::steps())
                }
            }
        }
    }
}

/// One text in both languages, one above the other.
fn two(zh: &str, en: &str) -> Markup {
    html! { span.t lang="zh" { (zh) } span.t lang="en" { (en) } }
}

/// One passage in both languages, side by side where there is room.
fn pair(zh: &Markup, en: &Markup) -> Markup {
    html! { div.pair { div lang="zh" { (zh) } div lang="en" { (en) } } }
}

fn heading(zh: &str, en: &str) -> Markup {
    html! { h2 { (two(zh, en)) } }
}

fn result(findings: &Findings) -> Markup {
    let (class, zh, en) = match &findings.outcome {
        Outcome::Intact => (
            "good",
            "核验通过：文件完整，未被改动；所有签名机构的指纹码，均在核验人确认的指纹码之列。".to_owned(),
            "The file is intact, and every agency that signed it is one whose fingerprint the verifier confirmed."
                .to_owned(),
        ),
        Outcome::Untrusted(who) => (
            "ask",
            format!(
                "文件完整，未被改动；但有{}个签名机构的指纹码未经核验人确认，须与该机构当面或通过电话逐组核对后，方可认定签名者身份。",
                who.len()
            ),
            format!(
                "The file is intact, but the verifier does not know the fingerprint of every signer (unknown: {}). \
                 Compare fingerprints with the agencies themselves before relying on who signed.",
                who.len()
            ),
        ),
        Outcome::Broken(_) => (
            "bad",
            "核验未通过：文件存在下列问题，不能作为证明使用。".to_owned(),
            "The file does not hold, for the reasons below. It proves nothing.".to_owned(),
        ),
    };
    html! {
        section.result.(class) {
            (pair(&html! { p { strong { (zh) } } }, &html! { p { strong { (en) } } }))
            @if let Outcome::Broken(problems) = &findings.outcome {
                (pair(
                    &html! { ol { @for problem in problems { li { (words::problem(problem, findings)) } } } },
                    &html! { ol { @for problem in problems { li { (problem) } } } },
                ))
            }
            @if findings.exercise {
                (pair(&html! { p { "本合作事项为演练，不涉及真实案情。" } }, &html! { p { "This matter is an exercise." } }))
            }
        }
    }
}

fn subject(findings: &Findings, file_name: &str, file_hash: &str, said: KindWords<'_>) -> Markup {
    html! {
        section {
            (heading("核验对象", "What was examined"))
            dl {
                dt { (two("文件", "File")) } dd { code { (file_name) } }
                dt { (two("文件的 SHA-256", "SHA-256 of the file")) } dd { code { (file_hash) } }
                @if let Some(matter) = &findings.matter {
                    dt { (two("合作事项", "Matter")) } dd { (matter_name(matter, findings, said)) }
                }
                @if let Some(kind) = &findings.kind {
                    @let (zh, en) = said.kind(kind.as_str());
                    dt { (two("类别", "Kind")) } dd { (two(&zh, &en)) }
                }
                @if let Some(exporter) = &findings.exporter {
                    dt { (two("导出机构", "Exported by")) } dd { (agency(findings, exporter)) }
                }
                @if let Some(cover) = &findings.cover {
                    @let (zh, en) = said.cover(cover.as_str());
                    dt { (two("导出依据（导出机构记载）", "Cover for the export, as the exporter records it")) }
                    dd { (two(&zh, &en)) }
                }
            }
        }
    }
}

fn matter_name(matter: &MatterId, findings: &Findings, said: KindWords<'_>) -> Markup {
    let prefix = findings.kind.as_ref().and_then(|kind| said.prefix(kind.as_str()));
    html! {
        @if let Some(prefix) = prefix { strong { (matter.shown(prefix)) } br; }
        code { (matter) }
    }
}

fn signers(findings: &Findings) -> Markup {
    html! {
        @if !findings.agencies.is_empty() {
            section {
                (heading("签名机构", "Who signed"))
                (pair(
                    &html! { p { "机构名称由各机构自行填写，不能证明身份。能够证明身份的只有指纹码：请通过其他渠道（例如电话）与该机构逐组核对。" } },
                    &html! { p { "Names and labels are what agencies call themselves and prove nothing. Only the fingerprint does: \
                                 compare it, group by group, with the agency itself by another way, such as the telephone." } },
                ))
                @for agency in &findings.agencies { (signer(agency)) }
            }
        }
    }
}

fn signer(agency: &AgencyFact) -> Markup {
    let (first, last) = agency.cards;
    let duties: Vec<_> = agency.duties.iter().map(|duty| words::duty(*duty)).collect();
    let join = |pick: fn(&(&'static str, &'static str)) -> &'static str, gap: &str| {
        duties.iter().map(pick).collect::<Vec<_>>().join(gap)
    };
    html! {
        article {
            h3 { (name(agency)) }
            p.print { (agency.fingerprint) }
            p {
                @if duties.is_empty() {
                    (two("在本文件中未作签名，仅附机构名片。", "Signed nothing in this file but its own card."))
                } @else {
                    (two(&format!("本文件中：{}", join(|duty| duty.0, "、")), &format!("In this file: {}", join(|duty| duty.1, ", "))))
                }
            }
            p {
                @if agency.trusted {
                    (two("✓ 指纹码已经核验人确认。", "✓ Fingerprint confirmed by the verifier."))
                } @else {
                    (two("? 指纹码未经核验人确认。", "? Fingerprint not confirmed by the verifier."))
                }
            }
            p.small {
                (two(
                    &format!("简称 {} · 国家或地区（组织）代码 {} · 机构名片第{first}至{last}号", agency.label, agency.seat),
                    &format!("Label {} · country, territory or body {} · cards {first} to {last}", agency.label, agency.seat),
                ))
            }
        }
    }
}

fn name(agency: &AgencyFact) -> Markup {
    let named = |language: &str| agency.names.get(language).or_else(|| agency.names.get("en"));
    let label = agency.label.as_str();
    two(named("zh").map_or(label, String::as_str), named("en").map_or(label, String::as_str))
}

/// An agency's name, or the beginning of its id when the file holds no card of it.
fn agency(findings: &Findings, id: &AgencyId) -> Markup {
    match findings.agency(id) {
        Some(agency) => name(agency),
        None => html! { code { (words::short(id)) } },
    }
}

fn lanes(findings: &Findings, said: KindWords<'_>) -> Markup {
    html! {
        @if !findings.lanes.is_empty() {
            section {
                (heading("各方记录是否连续", "Whether each party's acts follow without a gap"))
                ul { @for lane in &findings.lanes { li { (lane_line(findings, lane, said)) } } }
            }
        }
    }
}

fn lane_line(findings: &Findings, lane: &LaneFact, said: KindWords<'_>) -> Markup {
    let kind = findings.kind.as_ref().map_or("", |kind| kind.as_str());
    let role = lane.role.as_ref().map(|role| said.party(kind, role.as_str()));
    let (zh, en) = role.unwrap_or_else(|| ("当事方".into(), "party".into()));
    let (whole_zh, whole_en) = if lane.whole {
        ("自第一条起连续，无缺漏", "from the first on, without a gap")
    } else {
        ("有缺漏或前后不相衔接", "with gaps, or not following each other")
    };
    html! {
        (agency(findings, &lane.party))
        (two(&format!("{zh}；办理记录{}条，{whole_zh}。", lane.entries), &format!("{en}; {} acts, {whole_en}.", lane.entries)))
        @if let Some(recorder) = &lane.recorder {
            (two("未接入方：由下列机构代录，该方未签名。", "Not connected: recorded by this agency, not signed by the party."))
            (agency(findings, recorder))
        }
        @if let Some((taker, from)) = &lane.taken_over {
            (two(
                &format!("自第{from}条起，由该机构接入后自行签名："),
                &format!("From {from} on the agency itself, which got a node, signs:"),
            ))
            (agency(findings, taker))
        }
    }
}

fn acts(findings: &Findings, said: KindWords<'_>) -> Markup {
    html! {
        @if !findings.acts.is_empty() {
            section {
                (heading("办理记录", "The acts, in order"))
                (pair(
                    &html! { p { "时间均为协调世界时(UTC)。“作出”时间由签名机构自报；“不早于”“不晚于”依据其他机构的时钟，不依赖签名机构自己的说法。" } },
                    &html! { p { "All times are UTC. The time an act was made is its author's own word; “not before” and “not after” rest \
                                 on the clocks of other agencies." } },
                ))
                div.wide { table {
                    thead { tr {
                        th scope="col" { (two("序号", "No.")) }
                        th scope="col" { (two("事项与签名机构", "Act and signer")) }
                        th scope="col" { (two("作出时间", "Made")) }
                        th scope="col" { (two("入存证日志与回执", "Logged and received")) }
                        th scope="col" { (two("时间范围", "Bounds")) }
                        th scope="col" { (two("内容", "Content")) }
                    } }
                    tbody { @for act in &findings.acts { (act_row(findings, act, said)) } }
                } }
            }
        }
    }
}

fn act_row(findings: &Findings, act: &ActFact, said: KindWords<'_>) -> Markup {
    let kind = findings.kind.as_ref().map_or("", |kind| kind.as_str());
    let (zh, en) = said.act(kind, act.act.as_str());
    html! {
        tr {
            th scope="row" { (act.entry.number) }
            td {
                strong { (two(&zh, &en)) }
                (agency(findings, &act.author))
                @if act.author != act.lane { (two("（我方代录，对方未签）", "(recorded for another party, not signed by it)")) }
                (people(act, said))
                @match act.card {
                    Some(card) => (two(&format!("签名有效（机构名片第{card}号）"), &format!("Signature holds under card {card}"))),
                    None => (two("签名无效", "Signature does not hold")),
                }
                @if act.disowned {
                    strong { (two("该密钥其后被声明作废，本条不产生效力", "The key was disowned since: this does not count")) }
                }
                code.hash { (act.entry.hash) }
            }
            td { (moment(act.at)) }
            td { (logs(findings, act)) }
            td { (bound(findings, act.not_before, "不早于", "Not before")) (bound(findings, act.not_after, "不晚于", "Not after")) }
            td { (content(&act.content)) }
        }
    }
}

fn people(act: &ActFact, said: KindWords<'_>) -> Markup {
    html! {
        @if !act.by.is_empty() {
            @let (zh, en) = said.roles(&act.by);
            (two(&format!("经办：{zh}"), &format!("By: {en}")))
        }
        @for roles in &act.approved {
            @let (zh, en) = said.roles(roles);
            (two(&format!("审批：{zh}"), &format!("Approved by: {en}")))
        }
    }
}

fn logs(findings: &Findings, act: &ActFact) -> Markup {
    html! {
        @match &act.logged {
            Some(log) => {
                (two("已记入导出机构日志", "In the exporter's log"))
                (moment(log.at))
            }
            None => (two("未能证明已记入日志", "Not shown to be logged")),
        }
        @for receipt in &act.receipts {
            (two("回执机构", "Receipt by")) (agency(findings, &receipt.by)) (moment(receipt.at))
        }
        @if act.receipts.is_empty() { (two("无回执", "No receipt in the file")) }
        @for witness in &act.witnesses {
            @let (zh, en) = words::witness(witness);
            (two(zh, en))
            @match &witness.agency {
                Some(by) => (agency(findings, by)),
                None => code { (witness.name) },
            }
            @if let Some(at) = witness.at { (two("见证时间", "since")) (moment(at)) }
        }
    }
}

fn bound(findings: &Findings, bound: Option<Bound>, zh: &str, en: &str) -> Markup {
    html! {
        @match bound {
            Some(bound) => {
                (two(zh, en)) (moment(bound.at))
                (two("依据该机构时钟", "by the clock of")) (agency(findings, &bound.by))
            }
            None => (two(&format!("{zh}:无其他机构佐证"), &format!("{en}: no other agency vouches for it"))),
        }
    }
}

fn content(content: &ContentFact) -> Markup {
    html! {
        @match content {
            ContentFact::None => (two("无附带内容", "None")),
            ContentFact::NotIncluded(parts) => (two(
                &format!("共{parts}项，本文件仅含其哈希值"),
                &format!("{parts} parts; the file holds their hashes only"),
            )),
            ContentFact::Parts(parts) => {
                ul { @for (label, state) in parts { li { code { (label) } (part(*state)) } } }
            }
        }
    }
}

fn part(state: PartState) -> Markup {
    match state {
        PartState::Present => two("在文件内，与签名时一致", "present, as it was signed"),
        PartState::Erased => two("已删除", "erased"),
        PartState::Withheld => two("未随文件提供", "withheld"),
        PartState::Changed => two("与签名时不一致", "not what was signed"),
    }
}

fn limits(findings: &Findings) -> Markup {
    html! {
        @if !findings.limits.is_empty() {
            section {
                (heading("本文件不能证明的事项", "What this proof does not show"))
                (pair(
                    &html! { ul { @for limit in &findings.limits { li { (words::limit(*limit).0) } } } },
                    &html! { ul { @for limit in &findings.limits { li { (words::limit(*limit).1) } } } },
                ))
            }
        }
    }
}

fn moment(at: Timestamp) -> Markup {
    let text = at.to_string();
    let shown =
        text.strip_suffix('Z').map_or(text.clone(), |time| format!("{} UTC", time.replacen('T', " ", 1)));
    html! { time.t datetime=(text) { (shown) } }
}

#[cfg(test)]
#[path = "proof_report/tests.rs"]
mod tests;
