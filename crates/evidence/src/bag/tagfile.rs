//! `bagit.txt` and `bag-info.txt`.

use std::fmt::Write as _;

use super::Facts;

/// The version that `bagit.txt` declares in its first line (RFC 8493, section 2.1.1).
pub(super) fn declared_version(bytes: &[u8]) -> Result<String, &'static str> {
    let text = std::str::from_utf8(bytes).map_err(|_| "it is not UTF-8")?;
    if text.starts_with('\u{feff}') {
        return Err("it begins with a byte order mark");
    }
    let first = super::Lines::new(text.as_bytes()).map_while(Result::ok).next().unwrap_or_default();
    let version =
        first.strip_prefix("BagIt-Version: ").ok_or("its first line is not \"BagIt-Version: 1.0\"")?;
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|digit| digit.is_ascii_digit());
    match version.split_once('.') {
        Some((major, minor)) if digits(major) && digits(minor) => Ok(version.to_owned()),
        _ => Err("its version is not of the form 1.0"),
    }
}

/// The encoding that `bagit.txt` declares in its second line, which must be its last.
pub(super) fn declared_encoding(bytes: &[u8]) -> Result<String, &'static str> {
    let mut lines = super::Lines::new(bytes).map_while(Result::ok).skip(1);
    let encoding = lines.next().unwrap_or_default();
    let encoding = encoding
        .strip_prefix("Tag-File-Character-Encoding: ")
        .ok_or("its second line is not \"Tag-File-Character-Encoding: UTF-8\"")?;
    match lines.next() {
        None => Ok(encoding.to_owned()),
        Some(_) => Err("it has more than two lines"),
    }
}

/// Writes `bag-info.txt`.
pub(super) fn info(facts: &Facts, files: u64, bytes: u64) -> String {
    let mut text = String::new();
    for identifier in &facts.identifiers {
        let _ = writeln!(text, "External-Identifier: {identifier}");
    }
    if let Some(date) = &facts.date {
        let _ = writeln!(text, "Bagging-Date: {date}");
    }
    let _ = writeln!(text, "Payload-Oxum: {bytes}.{files}");
    text
}

/// Reads `bag-info.txt`: labels and values, in their order. A line that begins with a space goes on with the value
/// before it.
pub(crate) fn parse_info(text: &str) -> Result<Vec<(String, String)>, &'static str> {
    let mut info: Vec<(String, String)> = Vec::new();
    for line in super::Lines::new(text.as_bytes()) {
        let line = line.map_err(|_| "a line is too long")?;
        if line.starts_with([' ', '\t']) {
            let (_, value) = info.last_mut().ok_or("it begins in the middle of a value")?;
            value.push(' ');
            value.push_str(line.trim());
        } else if !line.is_empty() {
            let (label, value) = line.split_once(':').ok_or("a line has no label")?;
            info.push((label.trim().to_owned(), value.trim().to_owned()));
        }
    }
    Ok(info)
}

/// What `Payload-Oxum` says of bytes and files; `None` where it is absent.
pub(crate) fn payload_oxum(info: &[(String, String)]) -> Result<Option<(u64, u64)>, &'static str> {
    let mut lines = info.iter().filter(|(label, _)| label.eq_ignore_ascii_case("Payload-Oxum"));
    let Some((_, value)) = lines.next() else { return Ok(None) };
    if lines.next().is_some() {
        return Err("it says Payload-Oxum twice");
    }
    let numbers =
        value.split_once('.').and_then(|(bytes, files)| Some((bytes.parse().ok()?, files.parse().ok()?)));
    numbers.map(Some).ok_or("its Payload-Oxum is not of the form BYTES.FILES")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_declaration_is_read_to_the_letter() {
        let read = |bytes: &[u8]| Ok::<_, &str>((declared_version(bytes)?, declared_encoding(bytes)?));
        assert_eq!(read(super::super::BAGIT_TXT), Ok(("1.0".to_owned(), "UTF-8".to_owned())));
        for bad in [
            "",
            "BagIt-Version : 1.0\nTag-File-Character-Encoding: UTF-8\n",
            "BagIt-Version: 1.0 \nTag-File-Character-Encoding: UTF-8\n",
            "BagIt-Version: 1\nTag-File-Character-Encoding: UTF-8\n",
            "BagIt-Version: 1.0\n",
            "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\nmore\n",
            "\u{feff}BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        ] {
            assert!(read(bad.as_bytes()).is_err(), "{bad}");
        }
    }

    #[test]
    fn values_may_go_on_over_lines_and_labels_may_come_twice() {
        let info = parse_info("A: one\n two\r\nA:\tthree\n\nPayload-Oxum: 12.3\n").unwrap();
        let pairs: Vec<_> = info.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("A", "one two"), ("A", "three"), ("Payload-Oxum", "12.3")]);
        assert_eq!(payload_oxum(&info), Ok(Some((12, 3))));
        assert_eq!(payload_oxum(&info[..2]), Ok(None));
        assert!(payload_oxum(&parse_info("payload-oxum: 1.2\nPayload-Oxum: 1.2").unwrap()).is_err());
        assert!(payload_oxum(&parse_info("Payload-Oxum: 12").unwrap()).is_err());
        assert!(parse_info("no label").is_err());
        assert!(parse_info(" a value").is_err());
    }
}
