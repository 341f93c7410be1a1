//! Passwords: what is one, and what is kept of it (Argon2id, 19 MiB, two passes, as a PHC string).
//!
//! Long is good and nothing else is asked: no mixture of letters and digits, no change by the calendar.

use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::BASE64_NOPAD;
use subtle::ConstantTimeEq as _;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// The least length, in characters.
const LEAST: usize = 12;
/// The greatest length, in bytes: nobody makes the node hash a book.
const MOST: usize = 1024;
/// KiB of memory, passes, threads of a new hash.
const COST: Cost = Cost { memory: 19 * 1024, passes: 2, threads: 1 };
/// A stored hash that asks for more than this was not made here.
const DEAREST: Cost = Cost { memory: 256 * 1024, passes: 16, threads: 8 };
const HASH: usize = 32;

/// Why a text cannot be a password here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPassword {
    /// Shorter than twelve characters.
    #[error("a password has at least 12 characters")]
    TooShort,
    /// Longer than 1,024 bytes.
    #[error("a password has at most 1,024 bytes")]
    TooLong,
    /// The officer's own name is in it.
    #[error("a password does not hold its owner's name")]
    HoldsName,
}

impl UnfitPassword {
    /// Its code in label keys.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooShort => "too-short",
            Self::TooLong => "too-long",
            Self::HoldsName => "holds-name",
        }
    }
}

/// 16 random bytes that tell two equal passwords apart; drawn anew for each.
pub type Salt = [u8; 16];

/// What is kept of a password.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(Zeroizing<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cost {
    memory: u32,
    passes: u32,
    threads: u32,
}

impl PasswordHash {
    /// Checks that a text can be the password of a person of this name, and hashes it with fresh salt. Takes a good part
    /// of a second.
    ///
    /// # Errors
    /// [`UnfitPassword`] says why it cannot be one.
    pub fn of(typed: &str, name: &str, salt: Salt) -> Result<Self, UnfitPassword> {
        check(typed, name)?;
        let hash = stretch(&normal(typed), &salt, COST).unwrap_or_default();
        Ok(Self::written(COST, &salt, &hash[..]))
    }

    /// What a typed password is compared with where nobody has one: never right, and as slow as any.
    pub(super) fn of_nobody() -> Self {
        Self::written(COST, &Salt::default(), &[0; HASH])
    }

    /// Whether this is the password. Takes a good part of a second.
    pub fn fits(&self, typed: &str) -> bool {
        let Some((cost, salt, kept)) = self.read() else { return false };
        if typed.len() > MOST {
            return false;
        }
        stretch(&normal(typed), &salt, cost).is_some_and(|hash| bool::from(hash[..].ct_eq(&kept)))
    }

    /// The text that is kept, `$argon2id$v=19$…`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Takes a text that was kept; `None` when it is none of ours.
    pub fn from_kept(text: &str) -> Option<Self> {
        let kept = Self(Zeroizing::new(text.to_owned()));
        kept.read().is_some().then_some(kept)
    }

    fn written(cost: Cost, salt: &[u8], hash: &[u8]) -> Self {
        let Cost { memory, passes, threads } = cost;
        let (salt, hash) = (BASE64_NOPAD.encode(salt), BASE64_NOPAD.encode(hash));
        Self(Zeroizing::new(format!("$argon2id$v=19$m={memory},t={passes},p={threads}${salt}${hash}")))
    }

    fn read(&self) -> Option<(Cost, Vec<u8>, Vec<u8>)> {
        let rest = self.0.strip_prefix("$argon2id$v=19$")?;
        let [cost, salt, hash] = <[&str; 3]>::try_from(rest.split('$').collect::<Vec<_>>()).ok()?;
        let [memory, passes, threads] = <[&str; 3]>::try_from(cost.split(',').collect::<Vec<_>>()).ok()?;
        let cost = Cost {
            memory: number(memory, "m=", DEAREST.memory)?,
            passes: number(passes, "t=", DEAREST.passes)?,
            threads: number(threads, "p=", DEAREST.threads)?,
        };
        let decode = |text: &str| BASE64_NOPAD.decode(text.as_bytes()).ok();
        let (salt, hash) = (decode(salt)?, decode(hash)?);
        (hash.len() == HASH).then_some((cost, salt, hash))
    }
}

/// A hash never shows in logs.
impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash")
    }
}

fn number(text: &str, name: &str, most: u32) -> Option<u32> {
    text.strip_prefix(name)?.parse().ok().filter(|number| (1..=most).contains(number))
}

fn check(typed: &str, name: &str) -> Result<(), UnfitPassword> {
    if typed.len() > MOST {
        return Err(UnfitPassword::TooLong);
    }
    let typed = normal(typed);
    if typed.chars().count() < LEAST {
        return Err(UnfitPassword::TooShort);
    }
    let bare = |text: &str| -> String {
        text.nfkc().flat_map(char::to_lowercase).filter(|c| c.is_alphanumeric()).collect()
    };
    let name = bare(name);
    if !name.is_empty() && Zeroizing::new(bare(&typed)).contains(&name) {
        return Err(UnfitPassword::HoldsName);
    }
    Ok(())
}

/// The same password however a keyboard composes its accents (RFC 8265).
fn normal(typed: &str) -> Zeroizing<String> {
    Zeroizing::new(typed.nfc().collect())
}

fn stretch(typed: &str, salt: &[u8], cost: Cost) -> Option<Zeroizing<[u8; HASH]>> {
    let params = Params::new(cost.memory, cost.passes, cost.threads, Some(HASH)).ok()?;
    let mut hash = Zeroizing::new([0; HASH]);
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon2.hash_password_into(typed.as_bytes(), salt, &mut *hash).ok()?;
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;
    const GOOD: &str = "four lamps by the old quay";

    fn of(typed: &str) -> Result<PasswordHash, UnfitPassword> {
        PasswordHash::of(typed, "Amara Olin", [1; 16])
    }

    #[test]
    fn the_right_password_fits_and_no_other() {
        let kept = of(GOOD).unwrap();
        assert!(kept.as_str().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(kept.fits(GOOD));
        for wrong in ["", "four lamps by the old quaY", "four lamps by the old quay ", &"x".repeat(MOST + 1)]
        {
            assert!(!kept.fits(wrong), "{wrong}");
        }
        assert!(PasswordHash::from_kept(kept.as_str()).unwrap().fits(GOOD));
        assert!(!PasswordHash::of_nobody().fits(GOOD));
    }

    #[test]
    fn one_password_has_another_hash_each_time() {
        let [one, other] = [[1; 16], [2; 16]].map(|salt| PasswordHash::of(GOOD, "Amara Olin", salt).unwrap());
        assert_ne!(one, other);
    }

    #[test]
    fn accents_composed_or_not_are_one_password() {
        assert!(of("caf\u{e9} au bord du quai").unwrap().fits("cafe\u{301} au bord du quai"));
    }

    #[test]
    fn length_is_asked_for_and_nothing_else() {
        assert_eq!(of("eleven char"), Err(UnfitPassword::TooShort));
        assert!(of("twelve chars").is_ok());
        assert!(of("码头旁边四盏旧灯照着河水").is_ok());
        assert_eq!(of(&"x".repeat(MOST + 1)), Err(UnfitPassword::TooLong));
        assert!(of(&"x".repeat(MOST)).is_ok());
    }

    #[test]
    fn the_officers_name_is_no_password() {
        for typed in ["amara olin 2026", "xx-AMARA_OLIN-xx", "ａｍａｒａ　ｏｌｉｎ １２"] {
            assert_eq!(of(typed), Err(UnfitPassword::HoldsName), "{typed}");
        }
    }

    #[test]
    fn a_hash_that_was_not_made_here_is_not_taken() {
        let kept = of(GOOD).unwrap().as_str().to_owned();
        for broken in [
            kept.replace("argon2id", "argon2i"),
            kept.replace("m=19456", "m=999999999"),
            kept.replace("t=2", "t=0"),
            kept[..kept.len() - 4].to_owned(),
            String::new(),
        ] {
            assert_eq!(PasswordHash::from_kept(&broken), None, "{broken}");
        }
    }
}
