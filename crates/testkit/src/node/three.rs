//! Three nodes whose people have met, and a letter from one to both others.

use comity_app::Failure;
use comity_app::ledger::NewEntry;
use comity_app::workers::{Synced, sync};
use comity_domain::act::Preparation;
use comity_domain::engine::Kinds;
use comity_journal::entry::{Lane, Opening, Party};
use comity_journal::ids::{Genesis, MatterId, Token};
use comity_journal::suite::Hash;
use comity_store::faults::FaultPlan;

use super::{Desk, Fate, Line, Person, Sent, Station, wait, with_letters};
use crate::Seeded;

/// Three nodes; each has both others for partners.
pub struct Three {
    /// It writes.
    pub a: Desk,
    /// It reads.
    pub b: Desk,
    /// It reads too.
    pub c: Desk,
}

impl Three {
    /// All set up, knowing letters.
    ///
    /// # Panics
    /// Never: memory can be written.
    pub fn met() -> Self {
        Self::met_knowing([with_letters; 3])
    }

    /// All set up, each knowing these kinds of matters.
    ///
    /// # Panics
    /// Never: memory can be written.
    pub fn met_knowing(kinds: [fn() -> Kinds; 3]) -> Self {
        const PEOPLE: [[Person; 2]; 3] = [
            [("Amara Olin", &["officer"]), ("Bo Reyes", &["supervisor", "desk", "legal"])],
            [("Chen Ning", &["desk", "officer"]), ("Dara Vong", &["supervisor", "legal"])],
            [("Emil Sand", &["desk", "officer"]), ("Fen Ilar", &["supervisor", "legal"])],
        ];
        let names = ["A", "B", "C"].map(|name| format!("Country {name}"));
        let stations = [("xa.liaison", "XA", 1), ("xb.liaison", "XB", 2), ("xc.liaison", "XC", 3)]
            .map(|(label, seat, seed)| Station::new(label, seat, seed, FaultPlan::new()));
        let [a, b, c] = [0, 1, 2].map(|i: usize| {
            let others = (0..3).filter(|j| *j != i);
            let partners: Vec<_> = others.map(|j| (stations[j].card.clone(), names[j].clone())).collect();
            Desk::settled(stations[i].clone().knowing(kinds[i]), PEOPLE[i], &partners)
        });
        Self { a, b, c }
    }

    /// A letter of A to B and C, signed and not yet travelled; `number` makes it another one.
    ///
    /// # Panics
    /// When the disk of A fails.
    pub fn letter(&self, number: u8) -> MatterId {
        self.letter_to(number, &[&self.b, &self.c])
    }

    /// A letter of A to some of the others.
    ///
    /// # Panics
    /// When the disk of A fails.
    pub fn letter_to(&self, number: u8, readers: &[&Desk]) -> MatterId {
        let a = self.a.agency;
        let readers: Vec<_> = readers.iter().map(|reader| reader.agency).collect();
        let (secret, kinds) = (self.a.keys().pseudonyms, self.a.kinds());
        let opened = self.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            let mut entropy = Seeded::new(u64::from(number));
            let mut preparation = Preparation { entropy: &mut entropy, latest: &|_| None };
            let kind = kinds.get("round").expect("A knows letters");
            let composed = kind.compose("open", "", &mut preparation)?;
            let (code, rules) = (Token::literal("round"), kind.def().rules);
            let nonce = Hash::from_bytes([number; 32]);
            let genesis = Genesis { opener: a, kind: code.clone(), rules, nonce };
            let party = |agency, role| Party { agency, role: Token::literal(role), recorder: None };
            let readers = readers.iter().map(|reader| party(*reader, "reading"));
            let mut parties: Vec<_> = readers.chain([party(a, "writing")]).collect();
            parties.sort();
            let matter = genesis.matter();
            let new = NewEntry {
                matter,
                kind: code,
                rules,
                lane: Lane::Shared(a),
                act: composed.act,
                structure: composed.structure,
                parts: composed.parts,
                by: officer.acting_in(&*secret, &matter),
                approved: Vec::new(),
                relied: Vec::new(),
                opening: Some(Opening { genesis, parties, exercise: false, follows: None }),
                handling: Token::literal("h1"),
            };
            ledger.append_own(pending, new)?;
            Ok(matter)
        });
        opened.expect("memory can be written")
    }

    /// A session on a good line.
    ///
    /// # Errors
    /// As [`sync`].
    pub fn sync(from: &Desk, to: &Desk) -> Result<Synced, Failure> {
        let line = Line::new(from, to, Sent::default(), &|_| Fate::Arrives, &|_, answer| answer);
        wait(sync(&from.ledger, to.agency, &line))
    }
}
