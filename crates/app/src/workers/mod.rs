//! What runs beside people: delivering to partners and answering them.

mod answer;
mod carried;
mod carry;
mod checking;
mod deliver;
mod missing;
mod opening;
mod packages;
mod push;
mod recover;
mod sealing;
mod standing;
mod witness;

pub use answer::{AnswerFailure, CONNECTIONS_OF_A_PARTNER, answer};
pub use carried::{Imported, NotImported, import_bundle};
pub use carry::{Exported, export_bundle};
pub use checking::{Flaw, PackageCheck, check_package};
pub use comity_evidence::package::{FileReader, PackageError};
pub use deliver::{Level, Peer, Synced, deliver, sync};
pub use opening::{Listed, Opener};
pub use packages::{Fetched, answer_package, fetch_packages};
pub use sealing::{SEALED_FIELDS, SealOrder, Sealing, Shelved};
