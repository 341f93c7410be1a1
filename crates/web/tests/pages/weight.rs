//! What a page weighs on a poor link.

use axum::http::header::{CONTENT_ENCODING, VARY};
use comity_testkit::node::request;

use super::office::House;

/// What the first page may weigh with its stylesheet and script, in bytes as they travel.
const FIRST_PAGE: usize = 60 * 1000;

#[test]
fn the_first_page_is_light_even_when_its_lists_are_full() {
    let house = House::open();
    for n in 0..60 {
        house
            .pair
            .a
            .draft("Country B", &request(&format!("Transfers of day {n} to Port Example")), "Amara Olin")
            .expect("a draft");
    }
    let officer = house.sit("Amara Olin");
    let own = [("accept-encoding", "gzip"), ("sec-fetch-site", "none")];
    for path in ["/", "/matters", "/work"] {
        let (headers, page) = officer.raw(path, &own);
        assert_eq!(headers.get(CONTENT_ENCODING).map(|value| value.as_bytes()), Some(&b"gzip"[..]), "{path}");
        let varies: Vec<_> = headers.get_all(VARY).iter().filter_map(|value| value.to_str().ok()).collect();
        assert!(varies.join(", ").contains("Sec-Fetch-Site"));
        let assets: usize = comity_assets::all().iter().map(|asset| asset.brotli.len()).sum();
        assert!(page.len() + assets < FIRST_PAGE, "{path}: {} and {assets} bytes", page.len());
    }
}

#[test]
fn what_another_site_makes_a_browser_ask_for_is_not_compressed() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    for site in ["cross-site", "same-site"] {
        let (headers, page) =
            officer.raw("/matters", &[("accept-encoding", "gzip"), ("sec-fetch-site", site)]);
        assert!(headers.get(CONTENT_ENCODING).is_none(), "{site}");
        assert!(page.starts_with(b"<!DOCTYPE html>"));
    }
}

#[test]
fn the_token_of_forms_is_another_in_every_page_and_each_is_taken() {
    let house = House::open();
    let officer = house.sit("Amara Olin");
    let tokens = [officer.token(), officer.token()];
    assert_ne!(tokens[0], tokens[1]);
    for token in tokens {
        let sent = [("shows", "list=due"), ("name", ""), ("csrf", token.as_str())];
        assert!(officer.post_bare("/matters/filters", &sent).text.contains("Fill this in."));
    }
}
