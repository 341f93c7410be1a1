//! The end: journals that verify, and proofs that anybody verifies with the file and the fingerprints.

use super::telling::{check, word};
use super::{Side, Story};
use crate::reply::{NO, Reply};
use crate::request::Request;
use crate::verify::{self, Question};

impl Story {
    /// All journals verify; both sides' proofs of every matter verify with nothing but the file; one bit is found.
    pub(super) async fn prove(&mut self, matters: &[(Side, &str)]) -> Result<(), Reply> {
        self.step("All three journals verify from their first record");
        for side in Side::ALL {
            self.ask(side, Request::JournalVerify).await?;
        }
        self.step("Each side exports its proof; anybody verifies it with the file and the two fingerprints");
        for (other, matter) in matters {
            let trusted = [Side::A, *other].map(|side| self.folder(side).join("card").display().to_string());
            for side in [Side::A, *other] {
                self.one_proof(side, matter, &trusted).await?;
            }
        }
        Ok(())
    }

    async fn one_proof(&mut self, side: Side, matter: &str, trusted: &[String]) -> Result<(), Reply> {
        let exported = self
            .ask_quietly(side, Request::ProofExport { matter: matter.into(), purpose: None, officer: None })
            .await?;
        let name = format!("{matter}-of-{}", side.folder());
        let file = self.dir.join(format!("{name}.proof"));
        let bytes = data_encoding::BASE64.decode(word(&exported, "proof").as_bytes()).unwrap_or_default();
        std::fs::write(&file, &bytes).map_err(Reply::io)?;
        let report = self.dir.join(format!("{name}.html"));
        let verified =
            verify::run(&file, &Question { trusted, entry: None, report: Some(&report) }, &self.at)?;
        self.say(&format!("{} → {}", file.display(), verified.text.lines().next().unwrap_or_default()));
        self.say(&format!("  report for a judge, in Chinese and English: {}", report.display()));
        check(&verified)?;
        let mut changed = bytes;
        let middle = changed.len() / 2;
        changed[middle] ^= 1;
        let altered = self.dir.join(format!("{name}-altered.proof"));
        std::fs::write(&altered, &changed).map_err(Reply::io)?;
        let found = verify::run(&altered, &Question { trusted, ..Question::default() }, &self.at)?;
        let said: Vec<_> = found.text.lines().take(2).collect();
        self.say(&format!("  one bit changed → {}", said.join(" ")));
        if found.exit == NO { Ok(()) } else { Err(Reply::fault("a changed proof was not noticed".into())) }
    }
}
