//! Where a node answers its partners, and what the bodies are called. All are `POST`.

/// Compares streams and checkpoints: [`Hello`](crate::message::Hello).
pub const HELLO: &str = "/federation/v1/hello";
/// Delivers entries: [`Batch`](crate::message::Batch).
pub const BATCH: &str = "/federation/v1/batch";
/// Asks for entries: [`Fetch`](crate::message::Fetch).
pub const FETCH: &str = "/federation/v1/fetch";
/// Asks for entries of a matter that are missing: [`Ask`](crate::message::Ask). The answer is a
/// [`Batch`](crate::message::Batch) that stands in no stream.
pub const ASK: &str = "/federation/v1/ask";
/// Asks for the asker's own stream back, beyond what it has of it itself: [`Fetch`](crate::message::Fetch). The answer is
/// a [`Batch`](crate::message::Batch) of the asker's entries, with the latest checkpoint held of the asker's tree.
pub const RECOVER: &str = "/federation/v1/recover";
/// Gives a partner back what is its own, unasked, where it calls nobody: a [`Batch`](crate::message::Batch) as the answer at
/// [`RECOVER`]. The answer is [`Returned`](crate::message::Returned).
pub const RETURN: &str = "/federation/v1/return";
/// Asks where the two do not hold the same of the matters they share: [`Holdings`](crate::holdings::Holdings).
pub const HOLDINGS: &str = "/federation/v1/holdings";
/// Hands over receipts for what was fetched: [`Receipts`](crate::message::Receipts).
pub const RECEIPTS: &str = "/federation/v1/receipts";
/// Asks for a run of a sealed package: [`PackageFetch`](crate::message::PackageFetch). The answer is the bytes alone.
pub const PACKAGE: &str = "/federation/v1/package";
/// Witnesses: cosignatures both ways, and what each holds of agencies that both know: [`Witness`](crate::witness::Witness)
/// is also the answer. A release that knows no witnesses has nothing at this path.
pub const WITNESS: &str = "/federation/v1/witness";
/// The media type of every body, both ways.
pub const MEDIA_TYPE: &str = "application/vnd.comity.federation.v1+cbor";
