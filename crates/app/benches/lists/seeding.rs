//! A node with many matters, in signed entries of two agencies.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use comity_app::Failure;
use comity_app::ledger::{Compared, Ledger, LedgerHandle, LedgerParts, NewEntry, Pending};
use comity_app::queries::{Also, ListQuery};
use comity_app::views::{Cursor, Facet};
use comity_domain::act::{Composed, Preparation};
use comity_domain::engine::Kinds;
use comity_domain::matters;
use comity_domain::vocabularies::Role;
use comity_journal::entry::{Actor, Entry, Header, Lane, Opening, Party, Place, Seen, VERSION};
use comity_journal::ids::{AgencyId, Genesis, MatterId, Token};
use comity_journal::part::OpenPart;
use comity_journal::suite::{Hash, Suite};
use comity_store::faults::FaultPlan;
use comity_store::sqlite::SqliteStore;
use comity_testkit::bench::real::{SystemClock, now};
use comity_testkit::node::{Person, Station};
use comity_testkit::{Agency, Seeded};
use tempfile::TempDir;

const KIND: &str = "request";
/// How many matters one commit brings.
const TOGETHER: usize = 256;
const PARTNERS: usize = 8;
const CURSORS: usize = 20;
/// Who works here: those who know the matters they work on, and those who know them all.
pub(crate) const PEOPLE: [Person; 8] = [
    ("Amara Olin", &["officer"]),
    ("Cato Wen", &["officer"]),
    ("Dina Falk", &["officer"]),
    ("Edo Sarr", &["liaison"]),
    ("Bo Reyes", &["supervisor", "desk"]),
    ("Fen Adler", &["desk"]),
    ("Gita Holm", &["supervisor"]),
    ("Hugo Lind", &["legal"]),
];
const HOUR: i64 = 3_600_000;

/// The node, its matters, and where some pages of its list begin.
pub(crate) struct Town {
    pub(crate) kinds: Arc<Kinds>,
    pub(crate) ledger: LedgerHandle,
    pub(crate) matters: Vec<MatterId>,
    pub(crate) cursors: Vec<Cursor>,
    pub(crate) entries: u64,
    store: PathBuf,
    _folder: TempDir,
}

/// Who writes what, while the town is seeded.
struct Seeder {
    us: AgencyId,
    kinds: Arc<Kinds>,
    partners: Vec<Agency>,
    /// Somebody of a partner's, as entries name people.
    people: Agency,
    /// Somebody of ours.
    ours: Box<dyn Fn(&mut Seeded, &MatterId) -> Actor>,
    dice: Seeded,
}

impl Town {
    /// A node in a folder inside `folder` with so many matters.
    pub(crate) fn seed(folder: &Path, count: usize) -> Result<Arc<Self>, Failure> {
        let folder = tempfile::tempdir_in(folder).map_err(fault)?;
        let store = folder.path().join("store");
        let station = Station::new("north", "XA", 5, FaultPlan::default());
        let kinds = Arc::new(matters::standard());
        let mut ledger = Ledger::open(LedgerParts {
            store: Box::new(SqliteStore::open(&store, station.agency)?),
            keys: station.keys(),
            card: station.card.clone(),
            kinds: Arc::clone(&kinds),
            clock: Arc::new(SystemClock),
            entropy: Box::new(Seeded::new(6)),
            compared: Compared::WithEverybody,
        })?;
        let partner = |n: usize| {
            let seat = ["XB", "XC", "XD", "XE", "XF", "XG", "XH", "XI"][n % PARTNERS];
            Agency::new(&format!("partner-{n}"), seat, Suite::One, &mut Seeded::new(80 + n as u64))
        };
        let partners: Vec<_> = (0..PARTNERS).map(partner).collect();
        let named =
            partners.iter().enumerate().map(|(n, agency)| (agency.card.clone(), format!("Country {n}")));
        let named: Vec<_> = named.collect();
        // Who lets a partner have more than correspondence is a supervisor.
        let [first, third, fourth, fifth, second, others @ ..] = PEOPLE;
        station.settle(&mut ledger, [first, second], &named)?;
        let others = [third, fourth, fifth].into_iter().chain(others);
        ledger.run_now(|ledger, pending| {
            for (name, roles) in others {
                let roles: Vec<_> = roles.iter().filter_map(|role| Role::from_code(role)).collect();
                ledger.add_officer(pending, name, &roles)?;
            }
            Ok(())
        })?;
        let officers = ledger.officers()?;
        let people = Agency::new("people", "XB", Suite::One, &mut Seeded::new(9));
        let secret = station.keys().pseudonyms;
        let ours = move |dice: &mut Seeded, matter: &MatterId| {
            officers[dice.below(officers.len())].acting_in(&*secret, matter)
        };
        let (us, dice) = (station.agency, Seeded::new(1));
        let mut seeder =
            Seeder { us, kinds: Arc::clone(&kinds), partners, people, ours: Box::new(ours), dice };
        let mut matters = Vec::with_capacity(count);
        while matters.len() < count {
            let some = TOGETHER.min(count - matters.len());
            let new = ledger.run_now(|ledger, pending| {
                (0..some).map(|_| seeder.matter(ledger, pending)).collect::<Result<Vec<_>, _>>()
            })?;
            matters.extend(new);
        }
        let cursors = cursors(&mut ledger)?;
        let entries = ledger.store().length()?;
        let ledger = LedgerHandle::start(ledger);
        Ok(Arc::new(Self { kinds, ledger, matters, cursors, entries, store, _folder: folder }))
    }

    /// How much disk it takes.
    pub(crate) fn sizes(&self) -> Result<String, Failure> {
        let bytes = std::fs::metadata(&self.store).map_err(fault)?.len();
        Ok(format!("a file of {} MiB", bytes >> 20))
    }
}

fn cursors(ledger: &mut Ledger) -> Result<Vec<Cursor>, Failure> {
    let mut list = ListQuery { facet: Facet::All, also: Also::default(), after: None, limit: 100 };
    let mut cursors = Vec::new();
    while cursors.len() < CURSORS {
        let (_, next) = ledger.matter_rows(&list)?;
        let Some(next) = next else { break };
        cursors.push(next.clone());
        list.after = Some(next);
    }
    Ok(cursors)
}

impl Seeder {
    /// One matter: opened by either side, then nothing, an acknowledgement, or an answer.
    fn matter(&mut self, ledger: &mut Ledger, pending: &mut Pending) -> Result<MatterId, Failure> {
        let with = self.dice.below(self.partners.len());
        let (ours, grave) = (self.dice.below(2) == 0, self.dice.below(50));
        let opener = if ours { self.us } else { self.partners[with].id };
        let nonce = Hash::from_bytes(std::array::from_fn(|_| self.dice.next_u64().to_le_bytes()[0]));
        let genesis = Genesis { opener, kind: Token::literal(KIND), rules: 1, nonce };
        let other = if ours { self.partners[with].id } else { self.us };
        let party = |agency, role| Party { agency, role: Token::literal(role), recorder: None };
        let mut parties = vec![party(opener, "requesting"), party(other, "requested")];
        parties.sort();
        let opening = Opening { genesis, parties, exercise: false, follows: None };
        let matter = opening.genesis.matter();
        let toml = self.opening(grave);
        let opened = self.write(ledger, pending, ours, with, matter, "open", &toml, Some(opening))?;
        match self.dice.below(4) {
            0 => {}
            1 => {
                let toml = format!("of = \"{opened}\"\nreference = \"R-{}\"", self.dice.below(1_000_000));
                self.write(ledger, pending, !ours, with, matter, "acknowledge", &toml, None)?;
            }
            _ => {
                let toml = format!("of = \"{opened}\"");
                self.write(ledger, pending, !ours, with, matter, "accept", &toml, None)?;
                let text = self.words(12);
                let toml = format!("of = \"{opened}\"\nextent = \"final\"\ntext = \"{text}\"");
                self.write(ledger, pending, !ours, with, matter, "answer", &toml, None)?;
            }
        }
        Ok(matter)
    }

    fn opening(&mut self, grave: usize) -> String {
        let grade = match grave {
            0 => "life",
            1..=5 => "urgent",
            _ => "normal",
        };
        let (title, facts, questions) = (self.words(4), self.words(16), self.words(6));
        let (person, reference) = (name(&mut self.dice), self.dice.below(1_000_000));
        let wished = now().plus_millis(HOUR * self.dice.below(2000) as i64);
        format!(
            "request_type = \"information\"\ngrade = \"{grade}\"\ngrade_reason = \"Stated.\"\n\
             purpose = \"investigate\"\nbasis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\n\
             wished_by = \"{wished}\"\nas_evidence = false\nlanguage = \"en\"\nhandling = \"h1\"\n\
             title = \"关于{person}的协查 {title}\"\nfacts = \"A transfer was made. {facts}\"\n\
             questions = [\"{questions}\"]\nlink = \"See the facts.\"\nbasis_text = \"Reciprocity.\"\n\
             offence_text = \"Fraud.\"\ncontact = \"duty desk\"\nreference = \"公协〔2026〕{reference}号\"\n\
             [[persons]]\nname = \"{person}\"\nstanding = \"suspect\"\n"
        )
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| word(&mut self.dice)).collect::<Vec<_>>().join(" ")
    }

    #[expect(clippy::too_many_arguments, reason = "everything an entry says")]
    fn write(
        &mut self,
        ledger: &mut Ledger,
        pending: &mut Pending,
        ours: bool,
        with: usize,
        matter: MatterId,
        act: &str,
        toml: &str,
        opening: Option<Opening>,
    ) -> Result<Hash, Failure> {
        let kind = self.kinds.get(KIND).ok_or_else(|| Failure::Fault("no such kind".into()))?;
        let mut preparation = Preparation { entropy: &mut self.dice, latest: &|_| None };
        let composed = kind.compose(act, toml, &mut preparation)?;
        let by = if ours {
            (self.ours)(&mut self.dice, &matter)
        } else {
            self.people.officer(&matter, "somebody", &["officer"])
        };
        if ours {
            let Composed { act, structure, parts } = composed;
            let new = NewEntry {
                matter,
                kind: Token::literal(KIND),
                rules: 1,
                lane: Lane::Shared(self.us),
                act,
                structure,
                parts,
                by,
                approved: Vec::new(),
                relied: Vec::new(),
                opening,
                handling: Token::literal("h1"),
            };
            return ledger.append_own(pending, new);
        }
        let entry = self.theirs(ledger, with, matter, composed, by, opening)?;
        let (hash, parts) = (entry.0.hash(), entry.1);
        ledger.append_received(pending, self.partners[with].id, entry.0, parts)?;
        Ok(hash)
    }

    /// An entry of a partner that has seen everything.
    fn theirs(
        &mut self,
        ledger: &mut Ledger,
        with: usize,
        matter: MatterId,
        composed: Composed,
        by: Actor,
        opening: Option<Opening>,
    ) -> Result<(Entry, Vec<OpenPart>), Failure> {
        let author = &self.partners[with];
        let lane = Lane::Shared(author.id);
        let (place, prev, seen): (Place, Option<Hash>, Vec<Seen>) = match ledger.matter(&matter) {
            Ok(folded) => folded.next_in(lane),
            Err(Failure::NotFound(_)) => (Place { epoch: 0, seq: 1 }, None, Vec::new()),
            Err(other) => return Err(other),
        };
        let parts: Vec<_> = composed.parts.into_iter().map(|part| part.salted(&mut self.dice)).collect();
        let header = Header {
            v: VERSION,
            suite: Suite::One,
            matter,
            kind: Token::literal(KIND),
            rules: 1,
            lane,
            author: author.id,
            place,
            prev,
            seen,
            card: author.card.hash(),
            at: now(),
            by,
            approved: Vec::new(),
            handling: Token::literal("h1"),
            act: composed.act,
            structure: composed.structure,
            parts: parts.iter().map(OpenPart::commit).collect(),
            relied: Vec::new(),
            opening,
        };
        Ok((Entry::sign(header, &author.signing), parts))
    }
}

/// An invented word; some are far more common than others.
pub(crate) fn word(dice: &mut Seeded) -> String {
    const SYLLABLES: [&str; 16] =
        ["ba", "co", "de", "fi", "gu", "ha", "jo", "ke", "li", "mu", "na", "po", "ra", "se", "ti", "vu"];
    let most = if dice.below(3) == 0 { 4096 } else { 256 };
    let mut number = dice.below(most) + 256;
    let mut word = String::new();
    while number > 0 {
        word.push_str(SYLLABLES[number % 16]);
        number /= 16;
    }
    word
}

/// An invented Chinese name of two or three characters.
pub(crate) fn name(dice: &mut Seeded) -> String {
    const FAMILY: [char; 16] =
        ['王', '李', '张', '刘', '陈', '杨', '黄', '赵', '吴', '周', '徐', '孙', '马', '朱', '胡', '林'];
    const GIVEN: [char; 32] = [
        '明', '华', '强', '军', '伟', '芳', '娜', '敏', '静', '丽', '磊', '洋', '艳', '勇', '杰', '涛', '超',
        '霞', '平', '刚', '桂', '英', '兰', '云', '飞', '玉', '海', '波', '宁', '远', '岚', '青',
    ];
    let mut name = String::from(FAMILY[dice.below(FAMILY.len())]);
    name.push(GIVEN[dice.below(GIVEN.len())]);
    if dice.below(2) == 0 {
        name.push(GIVEN[dice.below(GIVEN.len())]);
    }
    name
}

pub(crate) fn fault(error: impl std::fmt::Display) -> Failure {
    Failure::Fault(error.to_string())
}
