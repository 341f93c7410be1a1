//! Text as it is compared: compatible forms and cases are one, and text without spaces is cut in pairs.
//!
//! Folding goes character by character (NFKC, then case), so that every folded character knows where it came from and
//! what was found can be shown as it was written. Names are not transcribed here; that is matching's business.

use std::collections::BTreeSet;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// A longer word is found by its beginning.
const WORD_BYTES: usize = 48;

/// Text folded, with the place each character came from.
pub(crate) struct Plain {
    chars: Vec<char>,
    /// Where in the text the character that became this one begins, and where it ends.
    places: Vec<(usize, usize)>,
}

/// A piece of text that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Term {
    /// A word, or the beginning of one.
    Word(String),
    /// Characters of a script without spaces, one after another.
    Run(Vec<char>),
}

impl Plain {
    /// Folds text.
    pub(crate) fn of(text: &str) -> Self {
        let mut plain =
            Self { chars: Vec::with_capacity(text.len()), places: Vec::with_capacity(text.len()) };
        for (begins, c) in text.char_indices() {
            let place = (begins, begins + c.len_utf8());
            if c.is_ascii() {
                plain.push(c.to_ascii_lowercase(), place);
                continue;
            }
            for compatible in std::iter::once(c).nfkc() {
                // By way of the upper case, so that letters with two lower cases are one.
                for folded in compatible.to_uppercase().flat_map(char::to_lowercase) {
                    plain.push(folded, place);
                }
            }
        }
        plain
    }

    fn push(&mut self, c: char, place: (usize, usize)) {
        self.chars.push(c);
        self.places.push(place);
    }

    /// The words and runs in it, in order.
    pub(crate) fn terms(&self) -> Vec<Term> {
        let mut terms: Vec<Term> = Vec::new();
        let mut goes_on = None;
        for c in &self.chars {
            let is = Script::of(*c);
            match (is, terms.last_mut().filter(|_| goes_on == Some(is))) {
                (Script::None, _) => {}
                (Script::Spaced, Some(Term::Word(word))) => word.push(*c),
                (Script::Unspaced, Some(Term::Run(run))) => run.push(*c),
                (Script::Spaced, _) => terms.push(Term::Word(c.to_string())),
                (Script::Unspaced, _) => terms.push(Term::Run(vec![*c])),
            }
            goes_on = Some(is);
        }
        terms
    }

    /// Where in the text a term is first found: a word only where one begins.
    pub(crate) fn find(&self, term: &Term) -> Option<(usize, usize)> {
        let word: Vec<char>;
        let (needle, begins_word) = match term {
            Term::Word(text) => {
                word = text.chars().collect();
                (&word, true)
            }
            Term::Run(run) => (run, false),
        };
        let mut windows = self.chars.windows(needle.len().max(1)).enumerate();
        let (at, _) = windows.find(|(at, window)| {
            let inside = begins_word && *at > 0 && Script::of(self.chars[at - 1]) == Script::Spaced;
            *window == &needle[..] && !inside
        })?;
        Some((self.places[at].0, self.places[at + needle.len() - 1].1))
    }
}

/// What a text is found by, at most so much.
pub(crate) fn grams(text: &str, grams: &mut BTreeSet<String>, most: usize) {
    if text.is_ascii() {
        // Most of what is indexed; folded it has the same characters in small letters.
        for word in text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()) {
            if grams.len() >= most {
                return;
            }
            grams.insert(word[..word.len().min(WORD_BYTES)].to_ascii_lowercase());
        }
        return;
    }
    for term in Plain::of(text).terms() {
        if grams.len() >= most {
            return;
        }
        match term {
            Term::Word(word) => {
                grams.insert(cut(word));
            }
            Term::Run(run) => {
                grams.extend(run.windows(2).map(|pair| pair.iter().collect::<String>()));
                // Every character begins one gram, so that one character alone is found too.
                grams.extend(run.last().map(char::to_string));
            }
        }
    }
}

impl Term {
    /// The grams that every text with this term has; each may stand for the beginning of one.
    pub(crate) fn grams(&self) -> Vec<String> {
        match self {
            Self::Word(word) => vec![cut(word.clone())],
            Self::Run(run) if run.len() == 1 => run.iter().map(char::to_string).collect(),
            Self::Run(run) => run.windows(2).map(|pair| pair.iter().collect()).collect(),
        }
    }
}

/// The terms of what a person typed.
pub(crate) fn terms(typed: &str) -> Vec<Term> {
    Plain::of(&typed.nfc().collect::<String>()).terms()
}

/// A reference as it is compared: letters and digits alone, so that brackets, dashes and spaces make no difference.
pub(crate) fn reference_form(reference: &str) -> String {
    let plain = Plain::of(&reference.nfc().collect::<String>());
    cut(plain.chars.into_iter().filter(|c| Script::of(*c) != Script::None).collect())
}

fn cut(mut word: String) -> String {
    let mut end = word.len().min(WORD_BYTES);
    while !word.is_char_boundary(end) {
        end -= 1;
    }
    word.truncate(end);
    word
}

/// How a character stands beside others.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    /// It parts words.
    None,
    /// It makes words, which spaces part.
    Spaced,
    /// It stands beside others without spaces.
    Unspaced,
}

impl Script {
    fn of(c: char) -> Self {
        if c.is_ascii() {
            return if c.is_ascii_alphanumeric() { Self::Spaced } else { Self::None };
        }
        let unspaced = matches!(u32::from(c),
            0x0e01..=0x0e4e | 0x0e80..=0x0ece                 // Thai, Lao
            | 0x1000..=0x1049 | 0x1050..=0x109f               // Burmese
            | 0x1780..=0x17d3                                 // Khmer
            | 0x2e80..=0x2fdf | 0x3005..=0x3007               // radicals, marks that repeat
            | 0x3041..=0x30fa | 0x30fc..=0x30ff | 0x31f0..=0x31ff // kana
            | 0x3400..=0x4dbf | 0x4e00..=0x9fff | 0xf900..=0xfaff | 0x2_0000..=0x3_ffff); // Han
        if unspaced {
            Self::Unspaced
        } else if c.is_alphanumeric() || is_combining_mark(c) {
            Self::Spaced
        } else {
            Self::None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grams(text: &str) -> Vec<String> {
        let mut grams = BTreeSet::new();
        super::grams(text, &mut grams, 100);
        grams.into_iter().collect()
    }

    #[test]
    fn plain_letters_are_found_by_what_folding_makes_of_them() {
        let long = "Aa".repeat(40);
        for text in ["Re: XB-2026/17, a BANK\n(two)", "", "  ", "a_b", &long] {
            let mut folded = BTreeSet::new();
            folded.extend(Plain::of(text).terms().iter().flat_map(Term::grams));
            assert_eq!(grams(text), folded.into_iter().collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn chinese_is_found_by_pairs_and_other_scripts_by_words() {
        assert_eq!(grams("王明 Ilo Marn"), ["ilo", "marn", "明", "王明"]);
        assert_eq!(grams("ＡＢＣ１２３"), ["abc123"]);
        assert_eq!(grams("Straße STRASSE"), ["strasse"]);
        assert_eq!(grams("涉案账户 6222-0210"), ["0210", "6222", "户", "案账", "涉案", "账户"]);
    }

    #[test]
    fn what_is_found_is_shown_where_it_stands() {
        let text = "关于涉案人员王明（Wang Ming）的协查";
        let plain = Plain::of(text);
        for (typed, written) in [("王明", "王明"), ("WANG", "Wang"), ("min", "Min"), ("协查", "协查")]
        {
            let found = terms(typed).first().and_then(|term| plain.find(term));
            assert_eq!(found.map(|(from, to)| &text[from..to]), Some(written));
        }
        assert!(
            terms("ing").iter().all(|term| plain.find(term).is_none()),
            "a word is found by its beginning"
        );
        assert_eq!(Plain::of("").find(&Term::Run(vec!['王'])), None);
    }

    #[test]
    fn references_are_compared_without_their_brackets_and_dashes() {
        assert_eq!(reference_form("公协〔2026〕17号"), reference_form("公协[2026] 17 号"));
        assert_eq!(reference_form("XB-2026/17"), "xb202617");
    }
}
