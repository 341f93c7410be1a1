//! What pages and partners rely on: small enough for a poor link, nothing from elsewhere, no code from text, both
//! themes, every class of ours; and that the script's types and its own tests hold.

use std::path::Path;
use std::process::Command;

use comity_assets::{Asset, all, mark, named, script, stylesheet};

/// Stylesheet and script together, compressed; a whole first page must stay below 60 KB.
const MOST: usize = 40_000;

fn text(asset: &Asset) -> &'static str {
    std::str::from_utf8(asset.plain).expect("our assets are text")
}

#[test]
fn every_asset_is_there_in_three_forms_under_a_name_with_its_hash() {
    assert_eq!(all().len(), 3);
    for asset in all() {
        for form in [asset.plain, asset.gzip, asset.brotli] {
            assert!(!form.is_empty(), "{} has an empty form", asset.path);
        }
        assert!(asset.brotli.len() < asset.plain.len(), "{} is not compressed", asset.path);
        let hash =
            asset.path.rsplit_once('-').and_then(|(_, rest)| rest.split_once('.')).map(|(hash, _)| hash);
        let hash = hash.unwrap_or_else(|| panic!("{} carries no hash", asset.path));
        assert!(
            hash.len() == 10 && hash.bytes().all(|b| b.is_ascii_hexdigit()),
            "{} carries no hash",
            asset.path
        );
        assert_eq!(named(asset.path).map(|found| found.plain), Some(asset.plain));
    }
    assert!(named("desk.css").is_none());
    assert!(
        stylesheet().path.ends_with(".css")
            && script().path.ends_with(".js")
            && mark().path.ends_with(".svg")
    );
}

#[test]
fn stylesheet_and_script_fit_a_poor_link() {
    let together = stylesheet().brotli.len() + script().brotli.len();
    assert!(
        together <= MOST,
        "stylesheet and script are {together} bytes compressed, at most {MOST} are allowed"
    );
}

#[test]
fn nothing_comes_from_elsewhere() {
    for asset in all() {
        // Names of vocabularies inside drawings are not addresses that anything is fetched from.
        let looked = text(asset).replace("http://www.w3.org/2000/svg", "");
        for foreign in ["http://", "https://", "url(//", "@font-face", "sourceMappingURL"] {
            assert!(!looked.contains(foreign), "{} contains {foreign}", asset.path);
        }
    }
    let urls = text(stylesheet()).split("url(").skip(1).map(|rest| rest.trim_start_matches(['"', '\'']));
    assert!(urls.clone().count() > 0, "the arrow of a select is a drawing");
    assert_eq!(urls.filter(|url| !url.starts_with("data:image/svg+xml")).count(), 0);
}

#[test]
fn the_script_makes_no_code_from_text_and_keeps_nothing() {
    for never in ["eval(", "new Function", "localStorage", "sessionStorage", "indexedDB", "document.cookie"] {
        assert!(!text(script()).contains(never), "the script contains {never}");
    }
    assert!(text(script()).contains("no code from text"), "htmx must be told to refuse it");
    assert!(text(script()).contains("includeIndicatorCSS:!1"), "htmx must add no styles");
}

#[test]
fn both_themes_are_there_and_paper_is_light() {
    let css = text(stylesheet());
    for needed in [
        ":root{color-scheme:light dark",
        ":root[data-bs-theme=light]{color-scheme:light}",
        ":root[data-bs-theme=dark]{color-scheme:dark}",
        "(prefers-color-scheme:dark)",
        "--tblr-body-color: light-dark(",
        "--tblr-body-bg: light-dark(",
        "(prefers-reduced-motion:reduce)",
        "@media print{:root,:root[data-bs-theme]{color-scheme:light",
    ] {
        assert!(css.contains(needed), "the stylesheet lacks {needed}");
    }
}

/// The classes promised at the top of `desk.css`, and those of Tabler that no page can do without.
#[test]
fn the_promised_classes_have_rules() {
    let css = text(stylesheet());
    let ours = "skip scroll stacked matter-grid facts timeline ours theirs inside clock clock-soon clock-overdue stage \
                side-by-side digits proof-ok proof-bad proof-unknown error-summary field-error has-error repeat-item \
                drop key live-note print-only no-print";
    let tablers = "page container-xl row col-md-6 navbar card card-body btn btn-primary btn-outline-danger badge \
                   bg-green-lt form-control form-select form-check-input table table-responsive alert alert-danger \
                   breadcrumb d-none d-md-flex visually-hidden text-secondary mb-3 gap-2";
    for class in ours.split_whitespace().chain(tablers.split_whitespace()) {
        let rule = format!(".{class}");
        let ruled = css.match_indices(&rule).any(|(at, _)| {
            !css[at + rule.len()..]
                .starts_with(|next: char| next.is_ascii_alphanumeric() || next == '-' || next == '_')
        });
        assert!(ruled, "no rule for .{class}");
    }
    for unused in [".carousel", ".offcanvas", ".popover", "[data-vc"] {
        assert!(!css.contains(unused), "{unused} is not used and should be gone");
    }
}

#[test]
fn the_lock_file_records_hashes_and_no_address() {
    let lock = include_str!("../ui/package-lock.json");
    assert!(lock.contains("\"integrity\": \"sha512-"));
    for never in ["resolved", "://", "git+"] {
        assert!(!lock.contains(never), "the lock file contains {never}");
    }
    let wanted = include_str!("../ui/package.json");
    assert!(!wanted.contains('^') && !wanted.contains('~'), "versions are exact");
}

/// Types of the script, and the tests of what builds it and of how it sends files.
#[test]
fn the_script_passes_its_own_checks() {
    let ui = Path::new(env!("OUT_DIR")).join("ui");
    if !ui.join("node_modules").is_dir() || Command::new("npm").arg("--version").output().is_err() {
        println!("not run: needs Node 20 with npm, and assets that were built here");
        return;
    }
    let checked =
        Command::new("npm").args(["run", "--silent", "check"]).current_dir(&ui).output().expect("npm starts");
    let said = [checked.stdout, checked.stderr].concat();
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&said));
}
