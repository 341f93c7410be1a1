//! Moments as people read them: in UTC by the reader's language, with the machine's form beside it.

use comity_domain::words::{Lang, Words};
use comity_journal::time::Timestamp;
use maud::{Markup, html};

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment as an element: text in UTC; a script adds the reader's own time.
pub(crate) fn when(words: &Words, at: Timestamp) -> Markup {
    html! { time datetime=(at) data-local { (moment(words.lang(), at)) } }
}

/// A moment that a query has put into text already; shown as it is where it is none.
pub(crate) fn when_text(words: &Words, at: &str) -> Markup {
    Timestamp::parse(at).map_or_else(|| html! { (at) }, |at| when(words, at))
}

/// `24 Nov 2026, 06:14 UTC`, `2026年11月24日 06:14（UTC）`.
pub(crate) fn moment(lang: Lang, at: Timestamp) -> String {
    let text = at.to_string();
    let part = |range: std::ops::Range<usize>| text.get(range).unwrap_or_default();
    let (year, month, day, time) = (part(0..4), part(5..7), part(8..10), part(11..16));
    let number = |text: &str| text.parse::<usize>().unwrap_or_default();
    match lang {
        Lang::Zh => format!("{year}年{}月{}日 {time}（UTC）", number(month), number(day)),
        Lang::En => {
            let name = number(month).checked_sub(1).and_then(|month| MONTHS.get(month)).copied();
            format!("{} {} {year}, {time} UTC", number(day), name.unwrap_or_default())
        }
    }
}

/// The beginning of a day in UTC, as a field for a date gives it.
pub(crate) fn day(text: &str) -> Option<Timestamp> {
    (text.len() == 10).then(|| Timestamp::parse(&format!("{text}T00:00:00Z"))).flatten()
}

/// What a field for a date and a time holds: `2026-11-24T06:14`, in UTC.
pub(crate) fn for_input(at: &str) -> String {
    Timestamp::parse(at).map_or_else(|| at.to_owned(), |at| at.to_string().chars().take(16).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_reads_as_each_language_writes_it() {
        let at = Timestamp::parse("2026-11-04T06:14:59Z").unwrap();
        assert_eq!(moment(Lang::En, at), "4 Nov 2026, 06:14 UTC");
        assert_eq!(moment(Lang::Zh, at), "2026年11月4日 06:14（UTC）");
        assert_eq!(for_input("2026-11-04T06:14:59Z"), "2026-11-04T06:14");
    }
}
