//! Closed lists: the words that structure is made of.
//!
//! Each list is an enum whose codes are for ever; what people read is a label in zh and en. Where a list follows
//! a standard or a treaty, its module says which.

mod currency;
mod offence;
mod request;
mod role;

pub use currency::{Currency, NotACurrency};
pub use offence::{OFFENCES, Offence, OffenceCode, Touches};
pub use request::{
    Basis, DataClass, Grade, Handling, HoldGround, InformationGrade, InnerGround, Language, OuterGround, Pap,
    PreservationResult, Purpose, RequestType, SourceGrade, Stage, Standing, StopResult, Tlp,
};
pub use role::Role;

/// Makes a closed list: an enum that travels as its code and knows all of its codes.
#[macro_export]
macro_rules! vocabulary {
    ($(#[$meta:meta])* pub enum $name:ident($list:literal) {
        $($(#[$doc:meta])* $variant:ident = $code:literal),* $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ::serde::Serialize, ::serde::Deserialize)]
        pub enum $name {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
        }

        impl $name {
            /// The list's name in label keys.
            pub const LIST: &'static str = $list;
            /// Every word of the list, in its order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),*];
            /// Every code of the list, in its order.
            pub const CODES: &'static [&'static str] = &[$($code),*];

            /// The code that travels.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),* }
            }

            /// The word with this code.
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)* _ => None }
            }
        }

        impl $crate::act::FieldType for $name {
            const KIND: $crate::act::FieldKind = $crate::act::FieldKind::Word($list, Self::CODES);
        }
        impl $crate::act::StructureType for $name {}

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.code())
            }
        }
    };
}

vocabulary! {
    /// What checking a sealed package came to.
    pub enum Check("check") {
        /// Every byte is as it was sealed.
        Intact = "intact",
        /// It is not as it was sealed, or cannot be opened.
        Mismatch = "mismatch",
    }
}
