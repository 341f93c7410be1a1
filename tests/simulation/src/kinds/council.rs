//! A council: one convenes, all who are there sign one text, and it is in force from then on. The shape of an agreement.
//!
//! An edit is another text, so it needs every signature anew. What is in force was brought into force by an entry that had
//! seen all signatures on that text; a signature that is withdrawn meanwhile comes too late, and only a denunciation ends it.

use comity_domain::act::{Act, Target, Text, Translation};
use comity_domain::acts;
use comity_domain::engine::{Cell, Fold, Kind, KindDef, Lanes, Stated};
use comity_journal::suite::Hash;
use serde::Deserialize;

/// The party that convenes, and keeps the text.
pub const CONVENOR: &str = "convenor";
/// A party that signs.
pub const MEMBER: &str = "member";

/// Convenes a council.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "open", shape = say, by("convenor"), propose("officer"))]
pub struct Open {}

/// Puts a text to all, in place of the one before.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "amend", shape = say, by("convenor"), propose("officer"))]
pub struct Amend {
    /// The text.
    #[field(part = "text")]
    pub text: Text,
    /// A word that not everybody need read.
    #[field(part = "aside")]
    pub aside: Option<Text>,
    /// Its texts in other languages.
    #[serde(default)]
    #[field(each = "translation", personal)]
    pub translations: Vec<Translation>,
}

/// Signs a text.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "sign", shape = stance, by("member"), answers("amend"), propose("officer"))]
pub struct Sign {
    /// The text; the latest unless another is named.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Takes one's own signature back.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "withdraw", shape = recant, by("member"), answers("sign"), propose("officer"))]
pub struct Withdraw {
    /// The signature.
    #[serde(default)]
    #[field(structure)]
    pub of: Target,
}

/// Brings the text into force that everybody has signed.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "enter-into-force", shape = steer, by("convenor"), propose("officer"))]
pub struct EnterIntoForce {}

/// Ends what is in force.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "denounce", shape = say, propose("officer"))]
pub struct Denounce {}

/// Says something.
#[derive(Act, Deserialize)]
#[serde(deny_unknown_fields)]
#[act(code = "say", shape = say, propose("officer"))]
pub struct Say {}

acts! {
    /// The acts of a council.
    pub enum CouncilAct { Open, Amend, Sign, Withdraw, EnterIntoForce, Denounce, Say }
}

/// One lane of a council.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CouncilLane {
    opened: bool,
    /// The text its convenor put last.
    text: Option<Hash>,
    /// The text its member has signed.
    signed: Option<Hash>,
    in_force: Option<Hash>,
    denounced: bool,
    said: u32,
}

/// The kind `council`.
pub struct Council;

impl Kind for Council {
    const DEF: KindDef = KindDef {
        code: "council",
        prefix: 'C',
        rules: 1,
        roles: &[CONVENOR, MEMBER],
        ended: &["denounced"],
        hands_over: None,
        shared: true,
        convened: true,
        fold: Some(Fold::All),
        words: ("", ""),
    };
    type Act = CouncilAct;
    type Lane = CouncilLane;

    fn evolve(lane: &mut CouncilLane, entry: &Stated<'_>, act: &CouncilAct) {
        match act {
            CouncilAct::Open(_) => lane.opened = true,
            CouncilAct::Amend(_) => lane.text = Some(entry.entry),
            CouncilAct::Sign(sign) => lane.signed = sign.of.entry(),
            CouncilAct::Withdraw(_) => lane.signed = None,
            CouncilAct::EnterIntoForce(_) => lane.in_force = lane.text,
            CouncilAct::Denounce(_) => lane.denounced = true,
            CouncilAct::Say(_) => lane.said = lane.said.saturating_add(1),
        }
    }

    fn cell(lanes: &Lanes<'_, CouncilLane>) -> Cell {
        let convenor = lanes.of(CONVENOR);
        let any_denounced = convenor.denounced || lanes.all(MEMBER).any(|(_, member)| member.denounced);
        if !convenor.opened {
            draw("blank", Some(CONVENOR), &["open"], &[])
        } else if convenor.in_force.is_some() && any_denounced {
            draw("denounced", None, &["say"], &["say"])
        } else if convenor.in_force.is_some() {
            draw("in-force", Some(CONVENOR), &["denounce", "say"], &["denounce", "say"])
        } else if convenor.text.is_none() {
            draw("convened", Some(CONVENOR), &["amend", "say"], &["say"])
        } else if all_have_signed(lanes) {
            draw(
                "signed",
                Some(CONVENOR),
                &["enter-into-force", "amend", "say"],
                &["withdraw", "sign", "say"],
            )
        } else if lanes.all(MEMBER).next().is_none() {
            draw("alone", Some(CONVENOR), &["amend", "say"], &[])
        } else {
            draw("proposed", Some(MEMBER), &["amend", "say"], &["sign", "withdraw", "say"])
        }
    }

    fn examples() -> Vec<(&'static str, &'static str, CouncilLane)> {
        let (text, other) = (Some(Hash::ZERO), Some(Hash::from_bytes([1; 32])));
        let open = CouncilLane { opened: true, ..CouncilLane::default() };
        let proposed = CouncilLane { text, ..open.clone() };
        let in_force = CouncilLane { in_force: text, ..proposed.clone() };
        let ended = CouncilLane { denounced: true, ..in_force.clone() };
        let member = |signed, denounced| CouncilLane { signed, denounced, ..CouncilLane::default() };
        vec![
            (CONVENOR, "blank", CouncilLane::default()),
            (CONVENOR, "convened", open),
            (CONVENOR, "proposed", proposed),
            (CONVENOR, "in force", in_force),
            (CONVENOR, "denounced", ended),
            (MEMBER, "silent", member(None, false)),
            (MEMBER, "signed another text", member(other, false)),
            (MEMBER, "signed", member(text, false)),
            (MEMBER, "denounced", member(text, true)),
        ]
    }
}

fn all_have_signed(lanes: &Lanes<'_, CouncilLane>) -> bool {
    let text = lanes.of(CONVENOR).text;
    text.is_some() && lanes.hold(Fold::All, MEMBER, |member| member.signed == text)
}

fn draw(
    status: &'static str,
    waited_for: Option<&'static str>,
    convenor: &'static [&'static str],
    member: &'static [&'static str],
) -> Cell {
    Cell { status, waited_for, prevails: None, next: vec![(CONVENOR, convenor), (MEMBER, member)] }
}
