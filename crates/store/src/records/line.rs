//! A record as a line.

use std::collections::BTreeMap;
use std::io;

use bytes::Bytes;
use jiff::Timestamp;
use portolan_oci::Digest;
use serde::{Deserialize, Serialize};

use super::Record;

/// Digits of the SHA-256 in front of a line.
const DIGITS: usize = 16;

/// What a line says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Line {
    Record(Record),
    Mark(Mark),
}

/// What a snapshot says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Mark {
    /// Its first line.
    Snapshot {
        /// When it was begun.
        at: Timestamp,
        /// The files of records that were closed by then: nothing is in them that is not here.
        covers: Vec<String>,
        /// The others, and how many bytes they had.
        #[serde(default)]
        open: BTreeMap<String, u64>,
    },
    /// Its last line.
    End {
        /// How many records are between the two.
        lines: u64,
    },
}

/// The line of a record or a mark, with its end.
pub(super) fn write(line: &impl Serialize) -> io::Result<Bytes> {
    // The digits come in front of what they are made of, once that is there.
    let mut bytes = vec![b' '; DIGITS + 1];
    serde_json::to_writer(&mut bytes, line)?;
    let digits = digits(bytes.get(DIGITS + 1..).unwrap_or_default());
    if let Some(front) = bytes.first_chunk_mut() {
        *front = digits;
    }
    bytes.push(b'\n');
    Ok(bytes.into())
}

/// What a line without its end says; `None` if it is not as it was written, or not understood.
pub(super) fn read(line: &[u8]) -> Option<Line> {
    let (front, json) = line.split_at_checked(DIGITS + 1)?;
    let (front, space) = front.split_at_checked(DIGITS)?;
    (space == b" " && front == digits(json)).then_some(())?;
    serde_json::from_slice(json).ok()
}

pub(super) fn digits(json: &[u8]) -> [u8; DIGITS] {
    let mut digits = [0; DIGITS];
    let hash = Digest::sha256(json);
    // Half as many bytes as digits are there: a SHA-256 has 32.
    let _ = hex::encode_to_slice(hash.as_bytes().get(..DIGITS / 2).unwrap_or_default(), &mut digits);
    digits
}

#[cfg(test)]
mod tests {
    use portolan_catalog::ChangeCause;
    use portolan_oci::MediaType;
    use proptest::prelude::*;

    use super::*;

    fn records() -> impl Strategy<Value = Record> {
        let names = ("[a-z]{1,9}(/[a-z]{1,9})?", any::<u64>(), any::<[u8; 4]>(), 0..4_000_000_000_i64);
        (names, any::<Option<bool>>(), any::<Vec<u8>>(), ".{0,20}").prop_map(
            |((repository, revision, seed, second), kind, body, actor)| {
                let (digest, at) = (Digest::sha256(&seed), Timestamp::new(second, 1000).unwrap());
                let repository = repository.parse().unwrap();
                let (cause, media_type) = (ChangeCause::Push, MediaType::OCTET_STREAM);
                match kind {
                    Some(true) => {
                        let body = body.into();
                        Record::Manifest { repository, revision, digest, media_type, at, body }
                    }
                    Some(false) => Record::ManifestDeleted { repository, revision, digest, at },
                    None if revision % 3 == 0 => Record::Damaged { digest, generation: revision, at },
                    None => {
                        let (name, digest) = ("1.0".parse().unwrap(), (revision % 2 == 0).then_some(digest));
                        Record::Tag { repository, revision, name, digest, at, cause, actor }
                    }
                }
            },
        )
    }

    proptest! {
        #[test]
        fn a_line_reads_back_and_no_damaged_one_does(
            record in records(),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let bytes = write(&record).unwrap();
            let (end, line) = bytes.split_last().unwrap();
            prop_assert_eq!(*end, b'\n');
            prop_assert!(!line.contains(&b'\n'));
            prop_assert_eq!(read(line), Some(Line::Record(record)));
            prop_assert_eq!(read(&line[..place.index(line.len())]), None);
            let mut damaged = line.to_vec();
            damaged[place.index(line.len())] ^= 1 << bit;
            prop_assert_eq!(read(&damaged), None);
        }
    }

    /// As it lies on disks: it is read for years.
    #[test]
    fn the_form_of_lines_is_pinned() {
        let (digest, at) = (Digest::sha256(b"{}"), Timestamp::new(1_700_000_000, 123_456_000).unwrap());
        let repository = "base/debian".parse::<portolan_oci::RepositoryName>().unwrap();
        let media_type = MediaType::OCTET_STREAM;
        let tag = |digest| Record::Tag {
            repository: repository.clone(),
            revision: 7,
            name: "12".parse().unwrap(),
            digest,
            at,
            cause: ChangeCause::Sync,
            actor: "mirror base".to_owned(),
        };
        let lines = [
            write(&Mark::Snapshot {
                at,
                covers: vec!["1-2.jsonl".to_owned()],
                open: [("3-4.jsonl".to_owned(), 77)].into(),
            }),
            write(&Record::Repository { repository: repository.clone(), revision: 7 }),
            write(&Record::Manifest {
                repository: repository.clone(),
                revision: 7,
                digest,
                media_type,
                at,
                body: Bytes::from_static(b"{}"),
            }),
            write(&Record::ManifestDeleted { repository: repository.clone(), revision: 8, digest, at }),
            write(&tag(Some(digest))),
            write(&tag(None)),
            write(&Record::Damaged { digest, generation: 1, at }),
            write(&Mark::End { lines: 6 }),
        ];
        let text: Vec<_> =
            lines.into_iter().map(|line| String::from_utf8(line.unwrap().to_vec()).unwrap()).collect();
        insta::assert_snapshot!(text.concat());
    }
}
