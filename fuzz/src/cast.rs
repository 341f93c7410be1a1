//! Who takes part: two invented agencies, what they have signed, and the keys that others seal to.

use std::sync::{Arc, LazyLock};

use comity_evidence::age::Identity;
use comity_federation::seal::SealingSecret;
use comity_journal::cbor;
use comity_journal::entry::{Entry, Header};
use comity_journal::ids::Token;
use comity_journal::part::{OpenPart, PartClass, Salt};
use comity_testkit::{Agency, OPEN, Seeded, Side, World};

/// What the targets share.
pub(crate) struct Cast {
    /// It asks, and opens the matter.
    pub(crate) asking: Agency,
    /// It is asked.
    pub(crate) asked: Agency,
    /// What both have signed in their matter, in an order in which each could be written.
    pub(crate) entries: Vec<Arc<Entry>>,
    /// An entry of the asking agency with content, and that content.
    pub(crate) with_content: (Entry, Vec<OpenPart>),
    /// The key that content is sealed to.
    pub(crate) sealing: SealingSecret,
    /// The key that packages are sealed to.
    pub(crate) identity: Identity,
}

static CAST: LazyLock<Cast> = LazyLock::new(Cast::new);

/// Who takes part.
pub(crate) fn cast() -> &'static Cast {
    &CAST
}

/// Bytes that replay.
pub(crate) fn entropy() -> Seeded {
    Seeded::new(9)
}

impl Cast {
    fn new() -> Self {
        let mut world = World::new(1);
        let entries = story(&mut world);
        let with_content = with_content(&world, &entries);
        let sealing = SealingSecret::from_bytes([4; 32].into());
        let identity = Identity::draw(&mut entropy());
        Self { asking: world.asking, asked: world.asked, entries, with_content, sealing, identity }
    }
}

/// A request from its opening to its end, inner acts and all.
fn story(world: &mut World) -> Vec<Arc<Entry>> {
    for (side, act, text) in [
        (Side::Asking, "open", OPEN),
        (Side::Asked, "acknowledge", ""),
        (Side::Asked, "ask", "questions = [\"Which number?\"]"),
        (Side::Asking, "clarify", "text = \"The one named.\""),
        (Side::Asked, "accept", "promised_by = \"2027-01-01T00:00:00Z\""),
        (Side::Asked, "answer", "extent = \"final\"\ntext = \"The subscriber.\""),
        (Side::Asking, "close", "outcome = \"satisfied\""),
    ] {
        let statement = world.state(side, act, text);
        world.force(side, statement);
        world.exchange();
    }
    let author = world.officer(Side::Asking, "wren", &["officer"]);
    let note = world.state_inner(Side::Asking, author, "draft", "act = \"supplement\"");
    world.force(Side::Asking, note);
    let mut entries: Vec<_> = world.at(Side::Asking).entries().cloned().collect();
    // By one clock, which nobody moved: within a lane the place says the order, and the opening is first.
    entries.sort_by_key(|entry| (entry.header().opening.is_none(), entry.header().place));
    entries
}

fn with_content(world: &World, entries: &[Arc<Entry>]) -> (Entry, Vec<OpenPart>) {
    let part = |label, text: &str| OpenPart {
        label: Token::literal(label),
        class: PartClass::Content,
        salt: Salt::draw(&mut entropy()),
        bytes: cbor::encode(text),
    };
    let parts = vec![part("request", "A telephone number"), part("person-1", "Ilse Varn")];
    let opening = entries.iter().map(|entry| entry.header()).find(|header| header.opening.is_some());
    let header = opening.expect("the matter was opened").clone();
    let header = Header { parts: parts.iter().map(OpenPart::commit).collect(), ..header };
    (Entry::sign(header, &world.asking.signing), parts)
}
