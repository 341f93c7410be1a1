//! The words of the report, each in Chinese and English. A code without words here is shown as it is.

use comity_domain::engine::Kinds;
use comity_domain::gates::Cover;
use comity_domain::vocabularies::Role;
use comity_domain::words::Words as DomainWords;
use comity_journal::ids::{AgencyId, Token};
use comity_journal::proof::ProofReadError;
use comity_journal::verify::{Duty, Findings, Limit, Problem, Witnessed};

/// Chinese, English.
type Words<'a> = (&'a str, &'a str);

/// What kinds of matters call things, in both languages of the report.
#[derive(Clone, Copy)]
pub struct KindWords<'a> {
    /// Chinese.
    pub zh: &'a DomainWords,
    /// English.
    pub en: &'a DomainWords,
    /// The kinds the words are of.
    pub kinds: &'a Kinds,
}

impl KindWords<'_> {
    fn both(&self, say: impl Fn(&DomainWords) -> String) -> (String, String) {
        (say(self.zh), say(self.en))
    }

    /// The letter before the short ids of this kind's matters, for a kind that is known here.
    pub(super) fn prefix(&self, kind: &str) -> Option<char> {
        self.kinds.get(kind).map(|kind| kind.def().prefix)
    }

    pub(super) fn kind(&self, code: &str) -> (String, String) {
        self.both(|words| words.kind(code))
    }

    pub(super) fn cover(&self, code: &str) -> (String, String) {
        self.both(|words| words.term(Cover::LIST, code))
    }

    pub(super) fn act(&self, kind: &str, code: &str) -> (String, String) {
        self.both(|words| words.act(kind, code))
    }

    pub(super) fn party(&self, kind: &str, role: &str) -> (String, String) {
        self.both(|words| words.party(kind, role))
    }

    pub(super) fn roles(&self, roles: &[Token]) -> (String, String) {
        let said = |words: &DomainWords| -> Vec<_> {
            roles.iter().map(|role| words.term(Role::LIST, role.as_str())).collect()
        };
        (said(self.zh).join("、"), said(self.en).join(", "))
    }
}

pub(super) fn duty(duty: Duty) -> Words<'static> {
    match duty {
        Duty::Author => ("签署办理记录", "signed acts"),
        Duty::Receiver => ("签发回执", "signed receipts"),
        Duty::Exporter => ("导出并签署本文件", "exported and signed this file"),
    }
}

pub(super) fn witness(witness: &Witnessed) -> Words<'static> {
    match (witness.agency, witness.independent) {
        (None, _) => (
            "有见证签名，但文件内无其公钥，未能核验",
            "Cosigned by a witness whose key is not in the file; not checked",
        ),
        (Some(_), true) => ("独立见证方", "Independent witness"),
        (Some(_), false) => (
            "见证方（为事项当事方或导出机构，不属独立见证）",
            "Witness (a party or the exporter, so not independent)",
        ),
    }
}

pub(super) fn limit(limit: Limit) -> Words<'static> {
    match limit {
        Limit::Truth => (
            "所载内容是否属实、行为是否合法。签名只证明谁作出了何种表示。",
            "That what was written is true or lawful. A signature shows who said what, no more.",
        ),
        Limit::Persons => (
            "具体由哪位人员经办、审批。文件只载明岗位和代号，姓名由该机构掌握。",
            "Which person acted or approved. The file has roles and pseudonyms; the agency knows the names.",
        ),
        Limit::KeyUse => {
            ("签名密钥是否始终由该机构独自掌握。", "That an agency's key was never in other hands.")
        }
        Limit::LaterActs => (
            "各方在本文件最后一条记录之后有无其他行为。",
            "What any party did after its last act in this file.",
        ),
        Limit::Clocks => (
            "绝对准确的时间。各项时间以签名机构各自的时钟为准。",
            "Exact time. Times are by the clocks of those who signed them.",
        ),
        Limit::Acceptance => (
            "对方是否阅读、认可。回执只证明已存入对方的存证日志。",
            "That a receiver read or accepted anything. A receipt says stored, nothing more.",
        ),
        Limit::NoIndependentWitness => (
            "存证日志对外口径是否始终一致。至少有一条记录没有独立见证方签名。",
            "That no agency showed others a different log. At least one act has no independent witness.",
        ),
        Limit::ContentLeftOut => (
            "未附入本文件的内容。文件只含其哈希值；取得原文后可据此核对。",
            "The content that was left out. The file has its hashes, against which the content can be checked.",
        ),
        Limit::ErasureByWord => (
            "内容为何、何时删除或未提供。此点仅为导出机构单方说明。",
            "Why and when content was erased or withheld. For that there is only the exporter's word.",
        ),
        Limit::RecordedForAnother => (
            "未接入方本身的意思表示。相关记录由他方代录，该方未签名。",
            "What a party without a node said itself. Another recorded it, and the party did not sign.",
        ),
        Limit::KeyLost => (
            "以已失密的密钥签名的记录究竟由谁作出。该机构已用根密钥声明不予承认，这些记录不产生效力。",
            "Who wrote what was signed with a lost key. Its agency has disowned it with its root key: it does not count.",
        ),
        Limit::EarlierCards => (
            "部分机构更早的机构名片。文件所附名片并非自第一号起。",
            "The earlier cards of some agencies. Their chains in this file do not begin with number 1.",
        ),
        Limit::CoverNotOnRecord => (
            "导出本文件的依据。导出机构未作记载。",
            "What the export of this file rests on. The exporter's record names nothing.",
        ),
        Limit::Exercise => ("真实发生的事件。本合作事项为演练。", "Real events. The matter is an exercise."),
    }
}

/// The first eight characters of an id.
pub(super) fn short(id: &AgencyId) -> String {
    format!("{}…", id.to_string().chars().take(8).collect::<String>())
}

/// The problem in Chinese; its English is its own text.
pub(super) fn problem(problem: &Problem, findings: &Findings) -> String {
    let who =
        |id: &AgencyId| findings.agency(id).map_or_else(|| short(id), |agency| agency.label.to_string());
    match problem {
        Problem::Unreadable(why) => unreadable(why),
        Problem::Toy(what) => format!("使用了仅供测试的签名算法，不具证明力({what})。"),
        Problem::Entry { entry, why } => format!("第{}条记录的签名或格式不成立({why})。", entry.number),
        Problem::NoCard(entry) => format!("第{}条记录所引用的机构名片不在文件内。", entry.number),
        Problem::OtherMatter(entry) => format!("第{}条记录不属于本合作事项。", entry.number),
        Problem::InnerLane(entry) => {
            format!("第{}条记录属于机构内部记录，不应出现在存证文件中。", entry.number)
        }
        Problem::WrongAuthor(entry) => format!("第{}条记录的签名机构无权代表该方作出记录。", entry.number),
        Problem::Openings(count) => format!("合作事项应有且仅有一条起始记录，文件内有{count}条。"),
        Problem::Gap { lane, before } => {
            format!("{}的办理记录有缺漏：位置 {before} 之前的记录不全。", who(lane))
        }
        Problem::BrokenLink(entry) => format!("第{}条记录与该方前一条记录不相衔接。", entry.number),
        Problem::Fork { lane, place } => format!("{}在同一位置({place})有两条不同记录。", who(lane)),
        Problem::Seen { entry, lane, place } => format!(
            "第{}条记录作出时已收到{}位置 {place} 的记录，但该记录不在文件内，或者内容不符。",
            entry.number,
            who(lane)
        ),
        Problem::Part { entry, label } => format!("第{}条记录的内容“{label}”与签名时不一致。", entry.number),
        Problem::Parts(entry) => format!("第{}条记录所附内容的项数与签名时不一致。", entry.number),
        Problem::Checkpoint { number, why } => format!("第{number}个日志检查点的签名或格式不成立({why})。"),
        Problem::SplitView { agency } => format!("{}就同一日志签发了两个相互矛盾的检查点。", who(agency)),
        Problem::Logged { entry, why } => {
            format!("不能证明第{}条记录已记入导出机构日志({why})。", entry.number)
        }
        Problem::Receipt { entry, by, why } => {
            format!("{}对第{}条记录的回执不成立({why})。", who(by), entry.number)
        }
    }
}

fn unreadable(why: &ProofReadError) -> String {
    match why {
        ProofReadError::NotItems(at) => format!("不是存证文件，或者文件不全（第 {at} 字节处）。"),
        ProofReadError::Count { found } => format!("文件共有{found}项，与文件首项所载数目不符。"),
        ProofReadError::Version(version) => format!("文件格式版本({version})高于本程序所能识别的版本。"),
        ProofReadError::Item { item, why } => format!("文件第{item}项（自0起计）无法读取({why})。"),
        ProofReadError::Card { item, why } => format!("文件第{item}项（自0起计）的机构名片不成立({why})。"),
        ProofReadError::NoExporter => "文件内没有导出机构的机构名片。".to_owned(),
        ProofReadError::Seal => "导出签名不成立：文件在导出后被改动，或者并非由所载导出机构签署。".to_owned(),
    }
}
