//! Evidence in the browser: handed over, listed, checked, taken out, opened.

mod bringing;
mod resuming;
mod taking;

use axum::body::Body;
use axum::http::{Response, StatusCode};
use comity_app::staging::StagingLimits;
use comity_domain::matters::standard;
use comity_domain::vocabularies::Role;
use comity_journal::ids::MatterId;
use comity_testkit::node::{Pair, review};

use super::office::{Browser, House, Seen};

const OPEN: &str = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
    offences = [\"0701\"]\ntitle = \"Images of two telephones\"\ncollected = \"Copied.\"\nauthority = \"Warrant 12\"\n\
    basis_text = \"Reciprocity.\"\ncontact = \"evidence desk\"\n";

/// A house in which A has announced evidence to B; Cyan Roe keeps it, Nell Ode keeps other things.
pub(super) struct Evidence {
    pub(super) house: House,
    pub(super) matter: MatterId,
    pub(super) number: String,
}

impl Evidence {
    pub(super) fn announced() -> Self {
        Self::announced_with(StagingLimits::default())
    }

    pub(super) fn announced_with(limits: StagingLimits) -> Self {
        let house = House::of(Pair::met(), tempfile::tempdir().expect("a folder"), limits, standard);
        let a = &house.pair.a;
        a.run(|ledger, pending| {
            ledger.add_officer(pending, "Ina Tor", &[Role::Administrator])?;
            ledger.add_officer(pending, "Cyan Roe", &[Role::Custodian])?;
            ledger.add_officer(pending, "Nell Ode", &[Role::Custodian])?;
            ledger.add_officer(pending, "Aud Ito", &[Role::Auditor])
        })
        .expect("officers");
        let matter = a.run(|ledger, pending| {
            let (officer, partner) = (ledger.officer(Some("Cyan Roe"))?, ledger.partner("Country B")?);
            Ok(ledger.draft_opening(pending, "evidence", &partner, OPEN, &officer)?.matter)
        });
        let matter = matter.expect("a draft");
        a.act(matter, "open", None, "Cyan Roe").expect("a wish");
        a.act(matter, "review-grounds", Some(&review()), "Bo Reyes").expect("a review");
        a.act(matter, "approve", None, "Bo Reyes").expect("an approval");
        Self { house, matter, number: matter.shown('E') }
    }

    /// Hands two files over by the plain form; the name of the package.
    pub(super) fn handed_over(&self) -> String {
        let before = self.packages();
        let custodian = self.house.sit("Cyan Roe");
        let done = self.send(
            &custodian,
            &[("label", "Telephones"), ("step", "do")],
            &[
                ("telephone 1/calls.csv", b"2026-11-20T08:00:00Z;+999 555 0100\n"),
                ("通话记录.txt", &vec![0x5a; 3 << 20]),
            ],
        );
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let job = custodian.get(&done.to);
        assert!(job.text.contains("Sealed for all parties"), "{}", job.text);
        let new = self.packages().into_iter().find(|package| !before.contains(package));
        new.expect("a package was handed over")
    }

    pub(super) fn packages(&self) -> Vec<String> {
        let page = self.house.pair.a.show(self.matter).expect("the matter");
        page.packages.into_iter().map(|package| package.package).collect()
    }

    pub(super) fn form(&self) -> String {
        format!("/m/{}/hand-over", self.number)
    }

    pub(super) fn package(&self, package: &str) -> String {
        format!("/m/{}/package/{package}", self.number)
    }

    /// Sends the form as a browser without scripts does: its proof first, then files, then fields.
    pub(super) fn send(&self, browser: &Browser, fields: &[(&str, &str)], files: &[(&str, &[u8])]) -> Seen {
        Browser::see(self.send_with(browser, &browser.token(), fields, files))
    }

    pub(super) fn send_with(
        &self,
        browser: &Browser,
        token: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Response<Body> {
        browser.send_files(&self.form(), token, fields, files)
    }

    /// What lies in the folder of files in the clear.
    pub(super) fn waiting(&self) -> Vec<String> {
        let folder = std::fs::read_dir(self.house.dir.path().join("uploads")).expect("the folder");
        let mut names: Vec<_> =
            folder.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// How many acts of this code A's own record and matters hold.
    pub(super) fn recorded(&self, act: &str) -> usize {
        let entries = self.house.pair.a.disk.entries().into_iter();
        let acts = entries.filter_map(|(_, record)| match record.what {
            comity_store::Recorded::Entry { bytes, .. } => comity_journal::entry::Entry::read(&bytes).ok(),
            _ => None,
        });
        acts.filter(|entry| entry.header().act.as_str() == act).count()
    }
}
