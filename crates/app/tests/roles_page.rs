//! The document of who may do what is the one drawn from the table and from the definitions of acts.

use std::fs;
use std::path::Path;

use comity_app::authorise::{Doing, Reach, TABLE, who_may_do_what};
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_domain::words::{Lang, Words};

#[test]
fn the_document_of_who_may_do_what_is_the_one_that_was_agreed() {
    let agreed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/use/who-may-do-what.md");
    let drawn = who_may_do_what(&standard(), &Words::new(Lang::En, &standard()));
    if fs::read_to_string(&agreed).ok().as_ref() != Some(&drawn) {
        let fresh = Path::new(env!("CARGO_TARGET_TMPDIR")).join("who-may-do-what.md");
        fs::write(&fresh, &drawn).expect("the folder for fresh pages can be written");
        panic!("read {}, and if it is right copy it to {}", fresh.display(), agreed.display());
    }
}

#[test]
fn everything_can_be_done_by_somebody_and_has_its_words() {
    for doing in Doing::ALL {
        assert!(TABLE.iter().any(|row| row.doing == *doing && !row.roles.is_empty()), "{}", doing.code());
        for lang in Lang::ALL {
            let key = format!("term-{}-{}", Doing::LIST, doing.code());
            assert!(Words::new(*lang, &standard()).has(&key), "{key}");
        }
    }
}

#[test]
fn an_administrator_has_no_row_in_which_a_matter_is_read_or_acted_in() {
    let in_matters = [
        Doing::OpenMatter,
        Doing::SeeMatter,
        Doing::ActInMatter,
        Doing::ReadContent,
        Doing::Intake,
        Doing::TakeOut,
    ];
    let of = |role| TABLE.iter().filter(move |row| row.roles.contains(&role));
    assert!(of(Role::Administrator).all(|row| !in_matters.contains(&row.doing)));
    let changes =
        [Doing::OpenMatter, Doing::ActInMatter, Doing::TakeOut, Doing::ManagePartners, Doing::ManageOfficers];
    assert!(of(Role::Auditor).all(|row| !changes.contains(&row.doing)), "an auditor changes nothing");
    let reads = of(Role::Auditor).find(|row| row.doing == Doing::ReadContent).map(|row| row.reach);
    assert_eq!(reads, Some(Reach::Unrestricted));
}
