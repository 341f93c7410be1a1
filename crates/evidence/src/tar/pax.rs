//! The records of a pax header: `LENGTH KEY=VALUE\n`, the length counting itself.

use super::TarError;

/// Appends one record.
pub(super) fn push(records: &mut Vec<u8>, key: &str, value: &str) {
    let rest = key.len() + value.len() + 3;
    // The length counts its own digits: one more digit may be what makes one more digit.
    let mut length = rest + 1;
    while rest + length.to_string().len() != length {
        length = rest + length.to_string().len();
    }
    records.extend(format!("{length} {key}={value}\n").into_bytes());
}

/// What pax headers say about the member after them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Records {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) sparse: bool,
    pub(super) link: bool,
}

impl Records {
    /// Whether anything here changes what the member is.
    pub(super) fn speak_of_one_member(&self) -> bool {
        *self != Self::default()
    }
}

/// Reads the records of the pax header at `at`. What other programs note beside (owners, times, attributes of
/// their systems) is passed over; what would change the meaning of name or content is not.
pub(super) fn parse(mut bytes: &[u8], at: u64) -> Result<Records, TarError> {
    let mut records = Records::default();
    while !bytes.is_empty() {
        let (key, value, rest) =
            split(bytes).ok_or(TarError::Extended { at, why: "a record is not well formed" })?;
        bytes = rest;
        match key {
            b"path" => once(&mut records.path, value.to_vec(), at)?,
            b"size" => {
                let size = decimal(value).ok_or(TarError::Extended { at, why: "a size is no number" })?;
                once(&mut records.size, size, at)?;
            }
            b"linkpath" => records.link = true,
            key if key.starts_with(b"GNU.sparse.") => records.sparse = true,
            _ => {}
        }
    }
    Ok(records)
}

fn once<T>(field: &mut Option<T>, value: T, at: u64) -> Result<(), TarError> {
    match field.replace(value) {
        None => Ok(()),
        Some(_) => Err(TarError::Extended { at, why: "it says the same thing twice" }),
    }
}

/// Key and value of the first record, and what follows it.
fn split(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let space = bytes.iter().take(8).position(|&byte| byte == b' ')?;
    let length = usize::try_from(decimal(&bytes[..space])?).ok()?;
    let (record, rest) = bytes.split_at_checked(length)?;
    let record = record.strip_suffix(b"\n")?.get(space + 1..)?;
    let equals = record.iter().position(|&byte| byte == b'=').filter(|&at| at > 0)?;
    Some((&record[..equals], &record[equals + 1..], rest))
}

fn decimal(text: &[u8]) -> Option<u64> {
    let digits = !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    digits.then(|| std::str::from_utf8(text).ok()?.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_record_counts_itself() {
        for value_length in (0..200).chain(980..1010) {
            let mut records = Vec::new();
            push(&mut records, "path", &"v".repeat(value_length));
            let text = String::from_utf8(records.clone()).unwrap();
            assert_eq!(text.split(' ').next().unwrap().parse::<usize>().unwrap(), text.len());
            assert_eq!(parse(&records, 0).unwrap().path.unwrap().len(), value_length);
        }
    }

    #[test]
    fn records_that_do_not_add_up_are_refused() {
        for bad in [
            &b"8 path=a\n"[..],
            b"11 path=ab\n\n",
            b"10 path=a",
            b"12 path=a\n",
            b"9 path=ab\n",
            b"6 =ab\n",
            b"7 path\n",
            b" path=a\n",
            b"99999999999999999999 path=a\n",
            b"9 path=a\n9 path=b\n",
            b"9 size=-\n",
            b"0 ",
        ] {
            assert!(
                matches!(parse(bad, 7), Err(TarError::Extended { at: 7, .. })),
                "{:?}",
                String::from_utf8_lossy(bad)
            );
        }
        assert_eq!(parse(b"9 path=a\n", 0).unwrap().path, Some(b"a".to_vec()));
    }
}
