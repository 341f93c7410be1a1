//! What stood in the way of a page, as a page: what is wrong, what to do, and where the rule comes from.
//!
//! A matter that one may not see and one that does not exist read alike, in words and status.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use comity_app::Failure;
use comity_domain::gates::Refusal;
use comity_domain::words::Words;
use maud::{Markup, html};

use super::asking::Reading;
use super::frame::Page;

/// What stood in the way.
#[derive(Clone, Debug)]
pub(crate) enum Trouble {
    /// There is no such page or matter, or none that this officer may see.
    NotFound,
    /// A rule stands against it.
    Refused(Box<Refusal>),
    /// Who asks has to prove again who they are, and comes back to this path.
    ProveFirst(String),
    /// The form was made for another session, or came from another site.
    StaleForm,
    /// What was sent cannot be read.
    Unreadable(String),
    /// More than this node takes.
    TooLarge,
    /// A partner has to be compared with first, or does not answer.
    Waiting(String),
    /// This officer has as much under way as one may.
    Busy,
    /// The disk has no room for it.
    NoRoom,
    /// What is stored of the matter of this number is not what was signed.
    Damaged(String),
    /// The node could not.
    Fault,
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Refused(refusal),
            Failure::NotFound(_) => Self::NotFound,
            Failure::Usage(why) | Failure::NotBelieved(why) => Self::Unreadable(why),
            Failure::Compose(why) => Self::Unreadable(why.to_string()),
            Failure::Waiting(why) => Self::Waiting(why),
            Failure::Damaged(number) => {
                tracing::error!(matter = number, "what is stored of a matter is not what was signed");
                Self::Damaged(number)
            }
            other => {
                tracing::error!(failure = %other, "a page could not be made");
                Self::Fault
            }
        }
    }
}

impl Trouble {
    fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::ProveFirst(_) => StatusCode::SEE_OTHER,
            Self::Refused(_) | Self::StaleForm => StatusCode::FORBIDDEN,
            Self::Unreadable(_) => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Waiting(_) => StatusCode::CONFLICT,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Self::Damaged(_) | Self::Fault => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What is told of it beyond its kind: the rule, or the reason.
    pub(crate) fn why(&self, words: &Words) -> Markup {
        html! {
            @match self {
                Self::Refused(refusal) => (refused(words, refusal)),
                Self::Unreadable(why) | Self::Waiting(why) if !why.is_empty() => p lang="en" { (why) },
                _ => {}
            }
        }
    }

    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::NotFound => "page-trouble-not-found",
            Self::Refused(_) => "page-trouble-refused",
            Self::StaleForm | Self::ProveFirst(_) => "page-trouble-stale-form",
            Self::Unreadable(_) => "page-trouble-unreadable",
            Self::TooLarge => "page-trouble-too-large",
            Self::Waiting(_) => "page-trouble-waiting",
            Self::Busy => "page-trouble-busy",
            Self::NoRoom => "page-trouble-no-room",
            Self::Damaged(_) => "page-trouble-damaged",
            Self::Fault => "page-trouble-fault",
        }
    }
}

/// Carries the trouble to the guard, which knows the reader's language.
impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        if let Self::ProveFirst(back) = &self {
            return Redirect::to(&format!("/sign-in/again?next={back}")).into_response();
        }
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Makes the page of trouble that an answer carries.
pub(crate) fn shown(answer: Response, reading: &Reading) -> Response {
    let Some(trouble) = answer.extensions().get::<Trouble>().cloned() else { return answer };
    let key = trouble.key();
    let body = html! {
        h1 { (reading.text(key)) }
        p { (reading.text(&format!("{key}-help"))) }
        (trouble.why(&reading.words))
        @if let Trouble::Damaged(number) = &trouble {
            p { a href={ "/m/" (number) "/proof" } { (reading.text_with("page-proof", &[("number", number)])) } }
        }
        p { a href="/" { (reading.text("page-trouble-home")) } }
    };
    let page = Page::new(reading.text(key)).around(reading, &body);
    (trouble.status(), page).into_response()
}

/// A refusal in full: the rule, what to do, where it comes from and who could lift it.
pub(crate) fn refused(words: &Words, refusal: &Refusal) -> Markup {
    let rule = &refusal.rule;
    let about: Vec<_> = refusal.about.iter().map(|word| words.particular(word.as_str())).collect();
    html! {
        dl.facts {
            div { dt { (words.text("page-rule")) } dd {
                (words.rule(rule))
                @if !about.is_empty() { " (" (about.join(&words.text("page-list-comma"))) ")" }
            } }
            div { dt { (words.text("page-rule-what-to-do")) } dd { (words.rule_help(rule)) } }
            div { dt { (words.text("page-rule-source")) } dd { (words.rule_source(rule)) } }
            div { dt { (words.text("page-rule-lifted-by")) } dd {
                @match rule.lifted_by {
                    Some(role) => (words.term("role", role.code())),
                    None => (words.text("page-rule-nobody")),
                }
            } }
        }
    }
}

/// Every path that is no page.
pub(crate) async fn no_such_page() -> Trouble {
    Trouble::NotFound
}
