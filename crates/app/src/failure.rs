//! Why a command was not carried out.

use comity_domain::act::ComposeError;
use comity_domain::gates::Refusal;
use comity_store::StoreError;

/// Why not, by who can mend it. Texts hold codes and ids, never content or names of persons.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// What was asked cannot be meant.
    #[error("{0}")]
    Usage(String),
    /// What was written cannot be read.
    #[error("{0}")]
    Compose(#[from] ComposeError),
    /// There is no such thing here.
    #[error("{0}")]
    NotFound(String),
    /// Bytes that prove nothing.
    #[error("{0}")]
    NotBelieved(String),
    /// A partner does not answer, or the streams have not been compared yet.
    #[error("{0}")]
    Waiting(String),
    /// The store could not.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The store could not write what several commands had asked together.
    #[error("nothing was recorded: {0}")]
    NotRecorded(String),
    /// What is stored of a matter, named by its number, is not what was signed: it is folded into nothing.
    #[error("what is stored of {0} is not what was signed; put a copy of the node back that still verifies")]
    Damaged(String),
    /// The node could not.
    #[error("{0}")]
    Fault(String),
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}
