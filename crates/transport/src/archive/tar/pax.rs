//! Pax records: `LENGTH KEY=VALUE\n`.

/// The records of a pax header, in order. What follows a malformed record is not read.
#[derive(Debug, Default)]
pub(super) struct Pax(Vec<(String, String)>);

impl Pax {
    pub(super) fn parse(mut data: &[u8]) -> Self {
        let mut records = Vec::new();
        while let Some((record, rest)) = split_record(data) {
            data = rest;
            if let Some((key, value)) = record.split_once('=') {
                records.push((key.to_owned(), value.to_owned()));
            }
        }
        Self(records)
    }

    /// The last value of a key.
    pub(super) fn get(&self, key: &str) -> Option<&str> {
        self.0.iter().rev().find(|(found, _)| found == key).map(|(_, value)| value.as_str())
    }

    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.get(key)?.parse().ok()
    }

    /// All records in order.
    pub(super) fn records(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value.as_str()))
    }
}

fn split_record(data: &[u8]) -> Option<(&str, &[u8])> {
    let blank = data.iter().take(20).position(|b| *b == b' ')?;
    let len: usize = std::str::from_utf8(data.get(..blank)?).ok()?.parse().ok()?;
    let record = data.get(blank + 1..len.checked_sub(1)?)?;
    Some((std::str::from_utf8(record).ok()?, data.get(len..)?))
}
