//! The evidence of the case: a folder of files sealed in Country B, fetched and checked in Country A, opened there.

use std::path::PathBuf;

use super::cast::people;
use super::telling::{act, check, word};
use super::{Side, Story};
use crate::args::EvidenceCommand;
use crate::cli::export_key;
use crate::evidence;
use crate::reply::{NO, Reply};
use crate::request::Request;

impl Story {
    /// Country B announces evidence and hands it over; Country A's node fetches and checks it, its people take it over.
    pub(super) async fn hand_over_evidence(&mut self) -> Result<String, Reply> {
        self.step("Country B announces evidence: H1, and not as evidence in court until it says so");
        let toml = "handling = \"h1\"\nas_evidence = false\npurpose = \"prosecute\"\nbasis = \"reciprocity\"\n\
                    offences = [\"0701\"]\ntitle = \"Images of two telephones\"\n\
                    collected = \"Copied by the digital unit in Port Sample on 22 November 2026.\"\n\
                    authority = \"Warrant 12/2026 of the court of Port Sample\"\n\
                    basis_text = \"Reciprocity, exchange of notes of 2019.\"\ncontact = \"evidence desk\"\n";
        let matter = self.open(Side::B, Side::A.name(), "evidence", toml.into(), people(Side::B)).await?;
        self.arrives(Side::A, &matter, "announced").await?;
        let source = match &self.files {
            Some(files) => files.clone(),
            None => self.exhibits()?,
        };
        self.step(&format!("Country B seals {} to both parties and hands it over", source.display()));
        let send = EvidenceCommand::Send {
            dir: self.folder(Side::B),
            matter: matter.clone(),
            path: source,
            label: Some("Telephones 1 and 2".into()),
            condition: Some("Imager 4.2; seals A 4471 before, A 4472 after".into()),
            replaces: None,
            officer: Some(people(Side::B).0.into()),
        };
        let sent = evidence::run(send, &self.at).await?;
        self.tell(Side::B, &sent);
        check(&sent)?;
        self.say(&format!("B: {} files, package {}", sent.json["files"], word(&sent, "package")));
        self.step(
            "Country A's node fetches the package, checks every byte of it; its people take it into custody",
        );
        self.until(|story| {
            let matter = matter.clone();
            async move {
                let shown = story.ask_quietly(Side::A, Request::MatterShow { matter }).await?;
                Ok(shown.json["packages"][0]["here"] == true)
            }
        })
        .await?;
        let custodian = people(Side::A).0;
        self.refused(Side::A, act(&matter, "accept", None, custodian)).await?;
        self.ask(Side::A, act(&matter, "receive", Some("check = \"intact\""), custodian)).await?;
        self.ask(Side::A, act(&matter, "accept", None, custodian)).await?;
        self.arrives(Side::B, &matter, "held").await?;
        let shown = self.ask_quietly(Side::A, Request::MatterShow { matter: matter.clone() }).await?;
        self.say(&shown.text);
        Ok(matter)
    }

    /// The package leaves Country A's node as a file, is opened with the exported key, and one changed byte is found.
    pub(super) async fn one_byte_of_a_package(&mut self, matter: &str) -> Result<(), Reply> {
        self.step(
            "Country A exports the package and its key, each recorded first; anybody verifies, the key opens",
        );
        let officer = Some(people(Side::A).0.to_owned());
        let (file, key) = (self.dir.join("telephones.package"), self.dir.join("a.identity"));
        let export = EvidenceCommand::Export {
            dir: self.folder(Side::A),
            matter: matter.into(),
            package: None,
            out: file.clone(),
            purpose: "examination by the digital unit".into(),
            officer: officer.clone(),
        };
        self.evidence(export).await?;
        let exported = export_key(
            &self.folder(Side::A),
            Some(&key),
            "examination by the digital unit".into(),
            officer,
            &self.at,
        )
        .await?;
        self.tell(Side::A, &exported);
        let trust = vec![self.folder(Side::B).join("card").display().to_string()];
        self.evidence(EvidenceCommand::Verify { file: file.clone(), trust: trust.clone() }).await?;
        let out = self.dir.join("opened");
        self.evidence(EvidenceCommand::Open { file: file.clone(), identity: key, out, only: None }).await?;
        self.say(&format!(
            "   (the same with other tools: age -d -i {} {} | tar x)",
            "a.identity", "telephones.package"
        ));
        let mut changed = std::fs::read(&file).map_err(Reply::io)?;
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let altered = self.dir.join("telephones-altered.package");
        std::fs::write(&altered, changed).map_err(Reply::io)?;
        let found = evidence::run(EvidenceCommand::Verify { file: altered, trust }, &self.at).await?;
        self.say("one byte changed →");
        self.tell(Side::A, &found);
        if found.exit == NO { Ok(()) } else { Err(Reply::fault("a changed package was not noticed".into())) }
    }

    async fn evidence(&mut self, command: EvidenceCommand) -> Result<(), Reply> {
        let reply = evidence::run(command, &self.at).await?;
        self.tell(Side::A, &reply);
        check(&reply)
    }

    /// A folder of exhibits, made up.
    fn exhibits(&self) -> Result<PathBuf, Reply> {
        let folder = self.dir.join("exhibits");
        let write = |name: &str, content: &[u8]| -> std::io::Result<()> {
            let at = folder.join(name);
            std::fs::create_dir_all(at.parent().unwrap_or(&folder))?;
            std::fs::write(at, content)
        };
        let calls: String =
            (0..31).map(|call| format!("2026-11-20T08:{call:02}:00Z;+999 555 0100\n")).collect();
        let made = write("telephone 1/calls.csv", calls.as_bytes())
            .and_then(|()| write("telephone 1/image.bin", &vec![0xa5; 3 * 1024 * 1024]))
            .and_then(|()| write("telephone 2/通话记录.txt", "第一通 08:01\n第二通 08:14\n".as_bytes()))
            .and_then(|()| write("telephone 2/image.bin", &vec![0x5a; 2 * 1024 * 1024]))
            .and_then(|()| write("acquisition report.txt", b"Imager 4.2, write blocker in place.\n"));
        made.map_err(Reply::io)?;
        Ok(folder)
    }
}
