//! What officers write, and when.

use comity_journal::entropy::Entropy as _;
use comity_journal::time::Timestamp;

use crate::Seeded;

/// 14 July 2026.
pub const NOW: Timestamp = Timestamp::from_millis(1_784_000_000_000);

/// A request as an officer writes it.
pub fn request(title: &str) -> String {
    request_wished_by(title, NOW.plus_millis(7 * 24 * 3_600_000))
}

/// The same, answered by then if the officer's wish comes true.
pub fn request_wished_by(title: &str, wished_by: Timestamp) -> String {
    format!(
        "request_type = \"information\"\ngrade = \"urgent\"\ngrade_reason = \"Money is still moving.\"\n\
         purpose = \"investigate\"\nbasis = \"reciprocity\"\noffences = [\"0701\"]\nstage = \"investigation\"\n\
         wished_by = \"{wished_by}\"\nas_evidence = false\nlanguage = \"en\"\nhandling = \"h1\"\ntitle = \"{title}\"\n\
         facts = \"Callers who said they were a bank took 40,000 in Port Example.\"\n\
         questions = [\"Who held the number on that day?\"]\nlink = \"It was used for every call.\"\n\
         basis_text = \"Reciprocity, exchange of notes.\"\n\
         offence_text = \"Fraud, article 210, up to seven years.\"\ncontact = \"duty desk, day and night\"\n\
         [[persons]]\nname = \"Ilo Marn\"\nstanding = \"suspect\"\nnationality = \"XB\"\n"
    )
}

/// The seven answers on prohibited grounds: none.
pub fn review() -> String {
    let grounds = ["politics", "religion", "ethnicity", "orientation", "protest", "journalism", "refugee"];
    let answers: String = grounds.iter().map(|ground| format!("{ground} = \"no\"\n")).collect();
    answers + "reasons = \"Read from the file as it stands.\"\n"
}

/// Letters that occur nowhere else.
pub fn marker(entropy: &mut Seeded) -> String {
    let mut bytes = [0; 24];
    entropy.fill(&mut bytes);
    bytes.iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}

/// A rights assessment to be reviewed a year after [`NOW`].
pub fn assessment() -> String {
    let review_by = NOW.plus_millis(365 * 24 * 60 * 60 * 1000);
    format!(
        "review_by = \"{review_by}\"\nassessment = \"Independent courts; no reports of ill-treatment in custody.\"\n\
         source = \"Invented country report, 2026\"\n"
    )
}
