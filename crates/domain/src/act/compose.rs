//! From what a person wrote to an act ready to be signed.
//!
//! People write TOML, forms and API clients the same fields; the field table says what is missing before any
//! typed reading begins, all of it at once. Errors name fields and lines, never what was written in them.

use comity_journal::cbor::{self, Malformed};
use comity_journal::entropy::Entropy;
use comity_journal::ids::Token;
use comity_journal::suite::Hash;
use serde::de::DeserializeOwned;

use super::{Act, ActDef, Fault, FieldFault, PartBytes, translation};

/// What the engine fills into an act that a person does not write.
pub struct Preparation<'a> {
    /// For handles.
    pub entropy: &'a mut dyn Entropy,
    /// The latest entry of one of these acts that this act can mean.
    pub latest: &'a dyn Fn(&[&str]) -> Option<Hash>,
}

impl Preparation<'_> {
    /// The entry an act of this definition names when its author named none.
    pub fn target(&self, answers: &[&str]) -> Option<Hash> {
        (self.latest)(answers)
    }
}

/// An act ready to be decided and signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Composed {
    /// Which act.
    pub act: Token,
    /// Its structure as deterministic CBOR.
    pub structure: Vec<u8>,
    /// Its content, not yet salted.
    pub parts: Vec<PartBytes>,
}

/// What is wrong with what a person wrote.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ComposeError {
    /// No such act.
    #[error("there is no act `{act}` here; there are: {known}")]
    UnknownAct {
        /// What was asked for.
        act: String,
        /// What there is.
        known: String,
    },
    /// Not TOML, or a field holds what it cannot.
    #[error("line {line}: {why}")]
    Unreadable {
        /// The line, from 1.
        line: usize,
        /// Why, without the text itself.
        why: String,
    },
    /// Fields that must be given and are not.
    #[error("missing: {}; `--template` prints every field with what to write", .0.join(", "))]
    Missing(Vec<String>),
    /// A field holds what it cannot, here and now.
    #[error("`{}`: {}", .0.path, .0.fault)]
    Field(FieldFault),
    /// Fields that do not belong here.
    #[error("not fields of this act: {}; `--template` prints those it has", .0.join(", "))]
    Unknown(Vec<String>),
}

/// All acts of a kind, as one type the kind's rules match on. Made by the `acts!` macro.
pub trait ActSet: Sized + Clone + std::fmt::Debug + PartialEq + Send + Sync + 'static {
    /// The definitions of all of them.
    fn defs() -> &'static [ActDef];
    /// Reads the structure of act `code`; `None` when there is no such act.
    fn decode(code: &str, structure: &[u8]) -> Option<Result<Self, Malformed>>;
    /// The entry this act names.
    fn target(&self) -> Option<Hash>;
    /// Composes act `code` from TOML.
    ///
    /// # Errors
    /// [`ComposeError`] says which act, field or line is wrong.
    fn compose(code: &str, toml: &str, preparation: &mut Preparation<'_>) -> Result<Composed, ComposeError>;
}

/// Makes the [`ActSet`] of a kind: `acts! { pub enum RequestAct { Open, Accept, … } }`, each an act in scope.
#[macro_export]
macro_rules! acts {
    ($(#[$meta:meta])* pub enum $set:ident { $($act:ident),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $set {
            $(
                #[doc = concat!("The structure of [`", stringify!($act), "`].")]
                $act(<$act as $crate::act::Act>::Structure),
            )*
        }

        impl $crate::act::ActSet for $set {
            fn defs() -> &'static [$crate::act::ActDef] {
                const DEFS: &[$crate::act::ActDef] = &[$(<$act as $crate::act::Act>::DEF),*];
                DEFS
            }

            fn decode(code: &str, structure: &[u8]) -> Option<Result<Self, ::comity_journal::cbor::Malformed>> {
                $(
                    if code == <$act as $crate::act::Act>::DEF.code {
                        return Some(::comity_journal::cbor::decode(structure).map(Self::$act));
                    }
                )*
                None
            }

            fn target(&self) -> Option<::comity_journal::suite::Hash> {
                match self {
                    $(Self::$act(structure) => <$act as $crate::act::Act>::target(structure),)*
                }
            }

            fn compose(
                code: &str,
                toml: &str,
                preparation: &mut $crate::act::Preparation<'_>,
            ) -> Result<$crate::act::Composed, $crate::act::ComposeError> {
                $(
                    if code == <$act as $crate::act::Act>::DEF.code {
                        return $crate::act::compose_one::<$act>(toml, preparation);
                    }
                )*
                Err($crate::act::ComposeError::UnknownAct {
                    act: code.to_owned(),
                    known: Self::defs().iter().map(|def| def.code).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}

/// Composes one act from TOML.
///
/// # Errors
/// [`ComposeError`] names all missing and unknown fields, or the first that holds what it cannot.
pub fn compose_one<A: Act + DeserializeOwned>(
    toml: &str,
    preparation: &mut Preparation<'_>,
) -> Result<Composed, ComposeError> {
    check_fields(&A::DEF, toml)?;
    let mut act: A = toml::from_str(toml).map_err(|error| unreadable(toml, &error))?;
    act.settle(preparation);
    let (structure, parts) = act.split();
    Ok(Composed {
        act: Token::literal(A::DEF.code),
        structure: cbor::encode(&structure),
        parts: parts.into_bytes(),
    })
}

fn check_fields(def: &ActDef, toml: &str) -> Result<(), ComposeError> {
    let table: toml::Table = toml.parse().map_err(|error| unreadable(toml, &error))?;
    let asked = || def.fields.iter().filter(|field| !field.derived);
    let unknown: Vec<_> =
        table.keys().filter(|key| !asked().any(|field| field.name == key.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(ComposeError::Unknown(unknown));
    }
    let missing: Vec<_> = asked()
        .filter(|field| field.required && !table.contains_key(field.name))
        .map(|field| field.name.to_owned())
        .collect();
    if !missing.is_empty() {
        return Err(ComposeError::Missing(missing));
    }
    // What was written and does not belong is told, never dropped.
    let stray = asked().find(|field| table.contains_key(field.name) && field.is_out_of_place(&table));
    let stray = stray.map(|field| FieldFault::new(field.name, Fault::NotBelonging));
    let fault = stray.or_else(|| translation::faults(def, &table).into_iter().next());
    fault.map_or(Ok(()), |fault| Err(ComposeError::Field(fault)))
}

/// Where it is wrong and why; the library's own rendering would quote the line, which may name a person.
fn unreadable(toml: &str, error: &toml::de::Error) -> ComposeError {
    let start = error.span().map_or(0, |span| span.start.min(toml.len()));
    let line = toml.as_bytes()[..start].iter().filter(|b| **b == b'\n').count() + 1;
    let message = error.message();
    // serde quotes an unexpected value before ", expected": keep what was expected.
    let quotes = message.starts_with("invalid ") || message.starts_with("unknown variant ");
    let why = match (quotes, message.rfind(", expected")) {
        (true, Some(at)) => format!("not what belongs here{}", &message[at..]),
        _ => message.to_owned(),
    };
    ComposeError::Unreadable { line, why }
}
