//! Three nodes whose people have met, and a letter from one to both others.

use comity_app::Failure;
use comity_app::workers::{Synced, sync};
use comity_domain::engine::Kinds;
use comity_journal::ids::MatterId;
use comity_journal::suite::Hash;
use comity_store::faults::FaultPlan;

use super::round::open_letter;
use super::{Desk, Fate, Line, Person, Sent, Station, wait, with_letters};

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
        let readers: Vec<_> = readers.iter().map(|reader| reader.agency).collect();
        let secret = self.a.keys().pseudonyms;
        let opened = self.a.run(move |ledger, pending| {
            let officer = ledger.officer(Some("Amara Olin"))?;
            open_letter(ledger, pending, (&officer, &*secret), Hash::from_bytes([number; 32]), &readers)
        });
        opened.expect("memory can be written").0
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
