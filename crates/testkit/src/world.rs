//! Two agencies and one matter of kind `request` between them, in memory: who writes what, and who has it.
//!
//! `act` asks `decide` first, as a node does; `force` signs whatever it is told, as a dishonest or mistaken node
//! would. Every entry goes through its signed bytes, so that what a partner would refuse to read fails here too.

use std::collections::BTreeSet;
use std::sync::Arc;

use comity_domain::act::{ActSet as _, Composed, PartBytes, Preparation};
use comity_domain::engine::{DisownedKey, Facts, InnerAct, Kind as _, Matter, Proposal, SharedAct};
use comity_domain::gates::{Ceiling, Cover, Refusal};
use comity_domain::matters::request::{REQUESTED, REQUESTING, RequestAct, RequestKind};
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Party, Place, Seen, VERSION};
use comity_journal::ids::{Genesis, MatterId, Token};
use comity_journal::stated::LaneHead;
use comity_journal::suite::{Hash, Suite};
use comity_journal::time::Timestamp;

use crate::{Agency, Seeded};

/// A request as an officer would fill it in; the offence touches nobody's expression.
pub const OPEN: &str = r#"
request_type = "information"
grade = "normal"
purpose = "investigate"
basis = "reciprocity"
offences = ["0701"]
stage = "investigation"
as_evidence = false
language = "en"
handling = "h1"
title = "Subscriber of one number"
facts = "On 2 November 2026 a caller in Port Ester took savings from a pensioner."
questions = ["Who is the subscriber of the number?"]
link = "The number called the victim four times that day."
basis_text = "Reciprocity, as in our letter of 3 May 2026"
offence_text = "Fraud, Criminal Act of Norrland s. 41: up to six years"
contact = "Desk of Norrland, +000 555 0100"

[[persons]]
name = "Ilse Varn"
standing = "victim"
nationality = "XA"
"#;

/// One of the two agencies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// It asks.
    Asking,
    /// It is asked.
    Asked,
}

impl Side {
    /// The other one.
    pub const fn other(self) -> Self {
        match self {
            Self::Asking => Self::Asked,
            Self::Asked => Self::Asking,
        }
    }
}

/// Composes an act, inner or shared, as a node does.
///
/// # Panics
/// When the text does not compose; tests write their own texts.
pub fn compose_with(
    matter: &Matter<RequestKind>,
    entropy: &mut Seeded,
    inner: bool,
    code: &str,
    toml: &str,
) -> Composed {
    let latest = |acts: &[&str]| matter.latest(acts);
    let mut preparation = Preparation { entropy, latest: &latest };
    let composed = if inner {
        InnerAct::compose(code, toml, &mut preparation)
    } else if SharedAct::defs().iter().any(|def| def.code == code) {
        SharedAct::compose(code, toml, &mut preparation)
    } else {
        RequestAct::compose(code, toml, &mut preparation)
    };
    composed.expect("a test's text composes")
}

/// An act as somebody states it, before it is signed.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which act.
    pub act: String,
    /// Its structure.
    pub structure: Vec<u8>,
    /// Its content.
    pub parts: Vec<PartBytes>,
    /// The lane.
    pub lane: Lane,
    /// Who acts.
    pub by: Actor,
    /// Who approved.
    pub approved: Vec<Actor>,
    /// The opening it carries, where it does.
    pub opening: Option<Opening>,
    /// The draft it comes from.
    pub draft: Option<Hash>,
    /// The version of the rules it names.
    pub rules: u32,
    /// Place, entry before and entries seen, when not as the node would put them.
    pub at_place: Option<(Place, Option<Hash>, Vec<Seen>)>,
}

/// Both agencies, and what each has of the matter.
pub struct World {
    /// The agency that asks.
    pub asking: Agency,
    /// The agency that is asked.
    pub asked: Agency,
    /// What the asking agency has.
    pub at_asking: Matter<RequestKind>,
    /// What the asked agency has.
    pub at_asked: Matter<RequestKind>,
    /// How the matter is opened.
    pub opening: Opening,
    /// What time it is.
    pub now: Timestamp,
    /// What nodes know of cover.
    pub cover: Cover,
    /// What each may get of the other.
    pub ceiling: Ceiling,
    /// Where bytes come from.
    pub entropy: Seeded,
}

impl World {
    /// Two agencies that sign with suite 1, and a matter nobody has written in.
    pub fn new(seed: u64) -> Self {
        Self::of_suite(seed, Suite::One)
    }

    /// The same with another suite.
    ///
    /// # Panics
    /// Never; the names are well formed.
    pub fn of_suite(seed: u64, suite: Suite) -> Self {
        let mut entropy = Seeded::new(seed);
        let asking = Agency::new("norrland", "XA", suite, &mut entropy);
        let asked = Agency::new("sudmark", "XB", suite, &mut entropy);
        let mut nonce = [0; 32];
        comity_journal::entropy::Entropy::fill(&mut entropy, &mut nonce);
        let genesis = Genesis {
            opener: asking.id,
            kind: Token::literal(RequestKind::DEF.code),
            rules: RequestKind::DEF.rules,
            nonce: Hash::from_bytes(nonce),
        };
        let party =
            |agency: &Agency, role| Party { agency: agency.id, role: Token::literal(role), recorder: None };
        let mut parties = vec![party(&asking, REQUESTING), party(&asked, REQUESTED)];
        parties.sort();
        let id = genesis.matter();
        Self {
            asking,
            asked,
            at_asking: Matter::new(id),
            at_asked: Matter::new(id),
            opening: Opening { genesis, parties, exercise: false, follows: None },
            now: Timestamp::from_millis(1_795_000_000_000),
            cover: Cover::NotOnRecord,
            ceiling: Ceiling::Full,
            entropy,
        }
    }

    /// The matter's id.
    pub fn id(&self) -> MatterId {
        self.opening.genesis.matter()
    }

    /// An agency.
    pub fn agency(&self, side: Side) -> &Agency {
        if side == Side::Asking { &self.asking } else { &self.asked }
    }

    /// What an agency has of the matter.
    pub fn at(&self, side: Side) -> &Matter<RequestKind> {
        if side == Side::Asking { &self.at_asking } else { &self.at_asked }
    }

    fn at_mut(&mut self, side: Side) -> &mut Matter<RequestKind> {
        if side == Side::Asking { &mut self.at_asking } else { &mut self.at_asked }
    }

    /// An officer of one side.
    pub fn officer(&self, side: Side, name: &str, roles: &[&str]) -> Actor {
        self.agency(side).officer(&self.id(), name, roles)
    }

    /// The shared lane of one side.
    pub fn lane(&self, side: Side) -> Lane {
        Lane::Shared(self.agency(side).id)
    }

    /// The inner lane of one side.
    pub fn inner_lane(&self, side: Side) -> Lane {
        Lane::Inner(self.agency(side).id)
    }

    /// Composes a shared act of one side. An officer in every proposing role states it, nobody has approved it.
    pub fn state(&mut self, side: Side, act: &str, toml: &str) -> Statement {
        let matter = if side == Side::Asking { &self.at_asking } else { &self.at_asked };
        let composed = compose_with(matter, &mut self.entropy, false, act, toml);
        Statement {
            act: act.to_owned(),
            structure: composed.structure,
            parts: composed.parts,
            lane: self.lane(side),
            by: self.officer(side, "wren", &["officer", "desk"]),
            approved: Vec::new(),
            opening: (act == "open").then(|| self.opening.clone()),
            draft: None,
            rules: RequestKind::DEF.rules,
            at_place: None,
        }
    }

    /// Composes an inner act of one side.
    pub fn state_inner(&mut self, side: Side, by: Actor, act: &str, toml: &str) -> Statement {
        let matter = if side == Side::Asking { &self.at_asking } else { &self.at_asked };
        let composed = compose_with(matter, &mut self.entropy, true, act, toml);
        Statement {
            act: act.to_owned(),
            structure: composed.structure,
            parts: composed.parts,
            lane: self.inner_lane(side),
            by,
            approved: Vec::new(),
            opening: None,
            draft: None,
            rules: RequestKind::DEF.rules,
            at_place: None,
        }
    }

    /// Decides, signs and keeps an act.
    ///
    /// # Errors
    /// The refusal, when the node may not sign it.
    pub fn act(&mut self, side: Side, statement: Statement) -> Result<Arc<Entry>, Refusal> {
        let proposal = Proposal {
            author: self.agency(side).id,
            lane: statement.lane,
            act: &statement.act,
            structure: &statement.structure,
            parts: &statement.parts,
            opening: statement.opening.as_ref(),
            rules: statement.rules,
            draft: statement.draft,
        };
        let facts = self.facts(&statement);
        let decided = self.at(side).decide(&proposal, &facts)?;
        let relied = decided.relied();
        let entry = self.sign(side, statement, relied);
        self.at_mut(side).receive(Arc::clone(&entry));
        Ok(entry)
    }

    /// Signs and keeps whatever it is told.
    pub fn force(&mut self, side: Side, statement: Statement) -> Arc<Entry> {
        let entry = self.sign(side, statement, Vec::new());
        self.at_mut(side).receive(Arc::clone(&entry));
        entry
    }

    /// The facts a node would decide by.
    pub fn facts(&self, statement: &Statement) -> Facts {
        Facts {
            now: self.now,
            cover: self.cover,
            ceiling: self.ceiling,
            proposer: statement.by.clone(),
            approvals: statement.approved.clone(),
            packages: BTreeSet::new(),
            own_record: false,
            quarantined: false,
        }
    }

    /// Signs an act of one side at the next place of its lane, or where the statement puts it.
    ///
    /// # Panics
    /// When the entry's bytes cannot be read back or its signature does not hold.
    pub fn sign(
        &self,
        side: Side,
        statement: Statement,
        relied: Vec<comity_journal::entry::Relied>,
    ) -> Arc<Entry> {
        let agency = self.agency(side);
        let next = || self.at(side).place_for(statement.lane, &statement.act, &statement.structure);
        let (place, prev, seen) = statement.at_place.clone().unwrap_or_else(next);
        let header = Header {
            v: VERSION,
            suite: agency.signing.suite(),
            matter: self.id(),
            kind: Token::literal(RequestKind::DEF.code),
            rules: statement.rules,
            lane: statement.lane,
            author: agency.id,
            place,
            prev,
            seen,
            card: agency.card.hash(),
            at: self.now,
            by: statement.by,
            approved: statement.approved,
            handling: Token::literal("h1"),
            act: Token::new(statement.act).expect("an act is a token"),
            structure: statement.structure,
            parts: Vec::new(),
            relied,
            opening: statement.opening,
        };
        let entry =
            Entry::read(Entry::sign(header, &agency.signing).bytes()).expect("the entry keeps its form");
        entry.verify(&agency.card).expect("the signature holds");
        Arc::new(entry)
    }

    /// One side's key was lost; it stood up to this entry of its lane, or nowhere in it. Gives what is said of the key, which
    /// nobody has heard yet.
    pub fn lose_key(&mut self, side: Side, until: Option<Hash>) -> DisownedKey {
        let entry = until.and_then(|hash| self.at(side).entry(&hash)).map(|entry| entry.header().clone());
        let last =
            entry.zip(until).map(|(header, entry)| Seen { lane: header.lane, place: header.place, entry });
        let matter = self.id();
        let heads: Vec<_> = last.into_iter().map(|last| LaneHead { matter, last }).collect();
        let agency = match side {
            Side::Asking => &mut self.asking,
            Side::Asked => &mut self.asked,
        };
        let lost = agency.card.hash();
        agency.lose_key(&heads, &mut self.entropy);
        DisownedKey {
            cards: BTreeSet::from([lost]),
            heads: last.into_iter().map(|last| (last.lane, last)).collect(),
        }
    }

    /// Both hear of a key that was lost.
    pub fn disown(&mut self, key: &DisownedKey) {
        self.at_asking.disown(vec![key.clone()]);
        self.at_asked.disown(vec![key.clone()]);
    }

    /// Gives one side every shared entry the other has.
    pub fn deliver(&mut self, to: Side) {
        let shared = |entry: &&Arc<Entry>| entry.header().lane.is_shared();
        let entries: Vec<_> = self.at(to.other()).entries().filter(shared).cloned().collect();
        for entry in entries {
            self.at_mut(to).receive(entry);
        }
    }

    /// Gives both sides what the other has.
    pub fn exchange(&mut self) {
        self.deliver(Side::Asking);
        self.deliver(Side::Asked);
    }

    /// Lets time pass.
    pub fn pass(&mut self, millis: i64) {
        self.now = self.now.plus_millis(millis);
    }

    /// Drafts an act, has a second person approve it and grounds reviewed where the act asks for either, and
    /// signs it.
    ///
    /// # Errors
    /// The refusal of whichever step was refused.
    pub fn properly(&mut self, side: Side, act: &str, toml: &str) -> Result<Arc<Entry>, Refusal> {
        let mut statement = self.state(side, act, toml);
        let author = statement.by.clone();
        let draft = self.state_inner(side, author, "draft", &format!("act = \"{act}\""));
        let draft = self.act(side, draft)?.hash();
        let approver = self.officer(side, "moss", &["supervisor", "desk"]);
        let approval = self.state_inner(side, approver.clone(), "approve", &format!("of = \"{draft}\""));
        self.act(side, approval)?;
        let of = if side == Side::Asking { draft } else { self.at(side).latest(&["open"]).unwrap_or(draft) };
        self.review(side, "sage", of, "no")?;
        if act == "refuse" {
            let inner = if toml.contains("cannot-assist") { "not-held" } else { "incomplete" };
            self.weigh(side, inner)?;
        }
        let kept =
            self.at(side).inner().draft(&draft).map(|draft| draft.approvals.clone()).unwrap_or_default();
        statement.approved = kept;
        statement.draft = Some(draft);
        self.act(side, statement)
    }

    /// Records inside why the other side is refused.
    ///
    /// # Errors
    /// The refusal.
    pub fn weigh(&mut self, side: Side, ground: &str) -> Result<Arc<Entry>, Refusal> {
        let desk = self.officer(side, "brook", &["desk"]);
        let toml = format!("ground = \"{ground}\"\ntext = \"Weighed.\"\n");
        let weigh = self.state_inner(side, desk, "weigh-refusal", &toml);
        self.act(side, weigh)
    }

    /// Records a review of prohibited grounds in which the question on protest is answered so.
    ///
    /// # Errors
    /// The refusal.
    pub fn review(&mut self, side: Side, who: &str, of: Hash, protest: &str) -> Result<Arc<Entry>, Refusal> {
        let reviewer = self.officer(side, who, &["legal"]);
        let toml = format!(
            "of = \"{of}\"\npolitics = \"no\"\nreligion = \"no\"\nethnicity = \"no\"\norientation = \"no\"\n\
             protest = \"{protest}\"\njournalism = \"no\"\nrefugee = \"no\"\nreasons = \"the file\"\n"
        );
        let review = self.state_inner(side, reviewer, "review-grounds", &toml);
        self.act(side, review)
    }
}
