//! How to repeat the check with other tools: every format, hash and string one needs, from public specifications.

use maud::{Markup, PreEscaped, html};

/// Chinese, English; the only markup in them is `code`.
const STEPS: [(&str, &str); 9] = [
    (
        "计算文件的 SHA-256，与本页所载数值比对（例如 <code>sha256sum 文件名</code>）。",
        "Take the SHA-256 of the file and compare it with the one on this page (<code>sha256sum FILE</code>).",
    ),
    (
        "文件是一个 CBOR 序列(RFC 8742)，各项均为确定性编码（RFC 8949 第 4.2 节）。首项 <code>items</code> 为总项数，其后依次为 <code>cards</code> 个机构名片、<code>checkpoints</code> 个检查点文本、<code>heads</code> 条密钥失密时声明的截止位置（如有）、各条记录，最后一项为导出签名。最后一项之后不得有任何字节。",
        "The file is a CBOR sequence (RFC 8742), every item in deterministic form (RFC 8949, 4.2). The first item states the number of <code>items</code>; then come as many agency cards as <code>cards</code> says, as many checkpoints, as text, as <code>checkpoints</code> says, where there are any as many heads of lanes, stated when a key was disowned, as <code>heads</code> says, the entries, and the seal. No byte follows it.",
    ),
    (
        "机构名片、记录和导出签名均为 COSE_Sign1（RFC 9052，标签 18）：受保护首部为 <code>A1 01 32</code>，即算法 -19(Ed25519,RFC 9864)；非保护首部为空；<code>external_aad</code> 依次为 <code>comity card v1</code>、<code>comity entry v1</code>、<code>comity proof v1</code>。",
        "Cards, entries and the seal are COSE_Sign1 (RFC 9052, tag 18): protected header <code>A1 01 32</code>, which is algorithm -19 (Ed25519, RFC 9864), no unprotected header, and as <code>external_aad</code> the text <code>comity card v1</code>, <code>comity entry v1</code> or <code>comity proof v1</code>.",
    ),
    (
        "机构名片以其载荷中的 <code>root</code> 公钥验证；从第二张起，<code>prev</code> 为前一张名片全部字节的 SHA-256。机构编号为 SHA-256(<code>comity agency v1</code> ‖ <code>root</code>)；取其前 24 字节，每 2 字节按大端序写成五位十进制数，即得十二组指纹码。",
        "Check a card with the public key <code>root</code> in its payload; from the second on, <code>prev</code> is the SHA-256 of all bytes of the card before. The agency's id is SHA-256(<code>comity agency v1</code> ‖ <code>root</code>); its first 24 bytes, each two of them as a big-endian number of five digits, are the twelve groups of the fingerprint.",
    ),
    (
        "导出签名的载荷，是其之前全部字节的 SHA-256；以导出机构（首项 <code>exporter</code>）最后一张名片中的 <code>signing</code> 公钥验证。",
        "The payload of the seal is the SHA-256 of all bytes before it. Check it with the key <code>signing</code> in the last card of the agency that the first item names as <code>exporter</code>.",
    ),
    (
        "每条记录（<code>entry</code> 中的字节）以其载荷中 <code>card</code> 所指名片（名片字节的 SHA-256）的 <code>signing</code> 公钥验证。<code>prev</code> 为同一方前一条记录字节的 SHA-256；<code>seen</code> 列出作出记录时已收到的他方记录。各方记录应自 0.1 起逐条相接。",
        "Check each entry (the bytes in <code>entry</code>) with the key <code>signing</code> of the card whose SHA-256 its payload names as <code>card</code>. <code>prev</code> is the SHA-256 of the same party's entry before; <code>seen</code> names what the author had of the others. Each party's entries follow each other from place 0.1 on.",
    ),
    (
        "文件附有内容的，SHA-256(<code>salt</code> ‖ <code>bytes</code>)应等于记录载荷 <code>parts</code> 中同一位置的 <code>hash</code>。",
        "Where content is included, SHA-256(<code>salt</code> ‖ <code>bytes</code>) equals the <code>hash</code> at the same position of <code>parts</code> in the entry's payload.",
    ),
    (
        "检查点为 C2SP 签名文本(c2sp.org/signed-note、c2sp.org/tlog-checkpoint)。首行为机构编号、<code>/exchange/</code> 及树的期数；签名覆盖空行之前的三行（含行末换行），签名行 Base64 解码后前 4 字节为密钥标识，其余为 Ed25519 签名，以该机构名片中的 <code>checkpoint</code> 公钥验证。见证签名见 c2sp.org/tlog-cosignature。",
        "Checkpoints are C2SP signed notes (c2sp.org/signed-note, c2sp.org/tlog-checkpoint). The first line is the agency's id, <code>/exchange/</code> and the epoch of its tree. What is signed is the three lines before the blank one, with their line ends; in the signature line, decoded from Base64, 4 bytes of key id come before the Ed25519 signature. Check it with the key <code>checkpoint</code> in the agency's card. Cosignatures: c2sp.org/tlog-cosignature.",
    ),
    (
        "日志与回执：叶哈希为 SHA-256（字节 <code>00</code> ‖ CBOR <code>[1, {\"entry\": {\"at\": 毫秒, \"entry\": 记录的 SHA-256}}]</code>），其中 <code>at</code> 取自 <code>logged</code> 或 <code>receipts</code>。以 <code>leaf</code> 为叶序号、<code>path</code> 为路径，按 RFC 6962 第 2.1 节逐级计算 SHA-256（字节 <code>01</code> ‖ 左 ‖ 右），结果应等于第 <code>checkpoint</code> 个检查点（自 0 起计）所载的根。",
        "Log and receipts: the leaf hash is SHA-256(byte <code>00</code> ‖ CBOR <code>[1, {\"entry\": {\"at\": milliseconds, \"entry\": SHA-256 of the entry}}]</code>), with <code>at</code> from <code>logged</code> or <code>receipts</code>. From it, with leaf number <code>leaf</code> and <code>path</code>, compute SHA-256(byte <code>01</code> ‖ left ‖ right) upwards as in RFC 6962, 2.1; the result is the root in checkpoint number <code>checkpoint</code>, counted from 0.",
    ),
];

pub(super) fn steps() -> Markup {
    let list = |pick: fn(&(&'static str, &'static str)) -> &'static str| {
        html! { ol { @for step in &STEPS { li { (PreEscaped(pick(step))) } } } }
    };
    html! {
        section {
            (super::heading("不使用 comity 复核的步骤", "How to repeat this check without comity"))
            (super::pair(&list(|step| step.0), &list(|step| step.1)))
        }
    }
}
