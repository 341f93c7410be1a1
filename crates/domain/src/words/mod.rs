//! The texts people read, in Chinese and English, as Fluent: every code of this crate has one in both.
//!
//! What all kinds share lies here ([`ENGINE`]); what belongs to one kind lies in its folder and is registered
//! with it. Not here: which language a person reads, and how a page is laid out.
//!
//! Invariant: asking for a text never fails; a key without one reads as the key, and a test proves that no key of
//! the standard kinds is without one.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

use crate::engine::Kinds;
use crate::gates::{Gives, GroundsQuestion, Refusal, Rule};
use crate::vocabularies::Role;

/// The words every kind shares: zh, then en.
pub const ENGINE: (&str, &str) = (include_str!("zh.ftl"), include_str!("en.ftl"));

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lang {
    /// Chinese in simplified characters.
    Zh,
    /// English.
    #[default]
    En,
}

impl Lang {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Zh, Self::En];

    /// Its short code: `zh`, `en`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Its tag for pages (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-Hans",
            Self::En => "en",
        }
    }

    /// The language of a tag such as `zh`, `zh-CN` or `en-GB`; `None` for one we have no texts in.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or(tag);
        Self::ALL.iter().find(|lang| lang.code().eq_ignore_ascii_case(primary)).copied()
    }
}

/// All texts of one language.
pub struct Words {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Words {
    /// The words of these kinds and of what they share.
    pub fn new(lang: Lang, kinds: &Kinds) -> Self {
        Self::of(lang, std::iter::once(ENGINE).chain(kinds.iter().map(|kind| kind.def().words)))
    }

    /// The words of these sources, each in zh and en; a later one wins over an earlier one.
    pub fn of<'a>(lang: Lang, sources: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let language: LanguageIdentifier = lang.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Marks around what is filled in would show up in letters, terminals and copied text.
        bundle.set_use_isolating(false);
        for (zh, en) in sources {
            let source = if lang == Lang::Zh { zh } else { en };
            // What can be read is kept, what cannot is reported by the test over all keys.
            let resource = match FluentResource::try_new(source.to_owned()) {
                Ok(resource) | Err((resource, _)) => resource,
            };
            bundle.add_resource_overriding(resource);
        }
        Self { lang, bundle }
    }

    /// Their language.
    pub fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether there is a text under this key.
    pub fn has(&self, key: &str) -> bool {
        self.bundle.get_message(key).is_some_and(|message| message.value().is_some())
    }

    /// The text under a key; the key itself where there is none.
    pub fn text(&self, key: &str) -> String {
        self.text_with(key, &[])
    }

    /// The text under a key with its variables filled in.
    pub fn text_with(&self, key: &str, variables: &[(&str, &str)]) -> String {
        let Some(pattern) = self.bundle.get_message(key).and_then(|message| message.value()) else {
            return key.to_owned();
        };
        let mut arguments = FluentArgs::with_capacity(variables.len());
        for (name, value) in variables {
            arguments.set(*name, *value);
        }
        // A variable that was not given shows by its name; that is readable, and the caller's mistake.
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&arguments), &mut errors).into_owned()
    }

    /// The first of these keys that has a text; the first of all where none has.
    fn first_of(&self, keys: &[String]) -> String {
        let key = keys.iter().find(|key| self.has(key)).or(keys.first());
        key.map(|key| self.text(key)).unwrap_or_default()
    }

    /// The name of a kind of matter.
    pub fn kind(&self, kind: &str) -> String {
        self.text(kind)
    }

    /// The status of a matter of this kind.
    pub fn status(&self, kind: &str, status: &str) -> String {
        self.first_of(&[format!("status-{kind}-{status}"), format!("status-{status}")])
    }

    /// An act of this kind, or one that every kind shares.
    pub fn act(&self, kind: &str, act: &str) -> String {
        self.first_of(&[format!("act-{kind}-{act}"), format!("act-{act}")])
    }

    /// A field of an act, or a column of one of its tables.
    pub fn field(&self, kind: &str, act: &str, field: &str) -> String {
        self.first_of(&[
            format!("field-{kind}-{act}-{field}"),
            format!("field-{act}-{field}"),
            format!("field-{field}"),
        ])
    }

    /// How a matter that a field names refers back to the one whose act names it.
    pub fn back(&self, kind: &str, act: &str, field: &str) -> String {
        self.first_of(&[format!("back-{kind}-{act}-{field}"), format!("back-{field}")])
    }

    /// What to write into a field, where more than its label is needed.
    pub fn hint(&self, kind: &str, act: &str, field: &str) -> Option<String> {
        let keys =
            [format!("hint-{kind}-{act}-{field}"), format!("hint-{act}-{field}"), format!("hint-{field}")];
        keys.iter().find(|key| self.has(key)).map(|key| self.text(key))
    }

    /// The part a party plays in a matter of this kind.
    pub fn party(&self, kind: &str, role: &str) -> String {
        self.first_of(&[format!("party-{kind}-{role}"), format!("party-{role}")])
    }

    /// A word of a closed list.
    pub fn term(&self, list: &str, code: &str) -> String {
        self.text(&format!("term-{list}-{code}"))
    }

    /// An offence by its code; a code without a text of its own reads as itself.
    pub fn offence(&self, code: &str) -> String {
        let key = format!("term-offence-{code}");
        if self.has(&key) { self.text(&key) } else { code.to_owned() }
    }

    /// A clock that runs.
    pub fn clock(&self, name: &str) -> String {
        self.text(&format!("clock-{name}"))
    }

    /// What stands against an act under this rule.
    pub fn rule(&self, rule: &Rule) -> String {
        self.text(&format!("rule-{}", rule.code))
    }

    /// What to do about it.
    pub fn rule_help(&self, rule: &Rule) -> String {
        self.text(&format!("rule-{}-help", rule.code))
    }

    /// Where the rule comes from.
    pub fn rule_source(&self, rule: &Rule) -> String {
        self.text(&format!("rule-{}-source", rule.code))
    }

    /// A refusal in full: what stands against it, what to do, where the rule comes from and who could lift it.
    pub fn refusal(&self, refusal: &Refusal) -> String {
        let rule = &refusal.rule;
        let lifted = match rule.lifted_by {
            Some(role) => self.text_with("refusal-lifted-by", &[("role", &self.term("role", role.code()))]),
            None => self.text("refusal-absolute"),
        };
        let (what, help, source) = (self.rule(rule), self.rule_help(rule), self.rule_source(rule));
        let facts = [("what", &*what), ("help", &*help), ("source", &*source), ("lifted", &*lifted)];
        let text = self.text_with("refusal", &facts);
        if refusal.about.is_empty() {
            return text;
        }
        let about: Vec<_> = refusal.about.iter().map(|word| self.particular(word.as_str())).collect();
        format!("{text} ({})", about.join(", "))
    }

    /// A particular of a refusal in words: a role or a question on prohibited grounds, else its code.
    pub fn particular(&self, code: &str) -> String {
        let lists = [Role::LIST, GroundsQuestion::LIST, Gives::LIST];
        let found = lists.iter().map(|list| format!("term-{list}-{code}")).find(|key| self.has(key));
        found.map_or_else(|| code.to_owned(), |key| self.text(&key))
    }
}

impl std::fmt::Debug for Words {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Words({})", self.lang.code())
    }
}
