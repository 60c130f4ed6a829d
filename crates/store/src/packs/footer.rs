//! The end of a pack, which says what is in it.

use portolan_oci::{Algorithm, Digest};

use super::PackEntry;
use crate::StoreId;

/// What a pack begins and ends with.
pub(super) const MAGIC: [u8; 8] = *b"PTLNPK1\n";

/// Bytes in front of the first object.
pub(crate) const HEADER: u64 = 24;

/// Bytes behind the footer: its SHA-256, its length, the magic.
pub(crate) const TRAILER: u64 = 48;

/// What a pack begins with.
pub(crate) fn header(store: &StoreId) -> Vec<u8> {
    [&MAGIC[..], store.as_bytes()].concat()
}

/// What is in a pack, by digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Footer(Vec<PackEntry>);

/// Why bytes are no end of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FooterError {
    /// It does not end as a pack does, or it is too short.
    #[error("it does not end as a pack does")]
    NoPack,
    /// The footer is not as it was written.
    #[error("its footer does not match its checksum")]
    Checksum,
    /// The footer was never written like this.
    #[error("its footer is malformed")]
    Malformed,
}

/// The last bytes of a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trailer {
    checksum: [u8; 32],
    /// Bytes of the footer in front of it.
    pub(crate) length: u64,
}

impl Trailer {
    /// Reads the last [`TRAILER`] bytes of a pack of this size.
    pub(crate) fn parse(bytes: &[u8], size: u64) -> Result<Self, FooterError> {
        let (checksum, rest) = bytes.split_first_chunk::<32>().ok_or(FooterError::NoPack)?;
        let (length, magic) = rest.split_first_chunk::<8>().ok_or(FooterError::NoPack)?;
        let length = u64::from_le_bytes(*length);
        let room = size.checked_sub(HEADER + TRAILER).ok_or(FooterError::NoPack)?;
        if magic != MAGIC || length > room {
            return Err(FooterError::NoPack);
        }
        Ok(Self { checksum: *checksum, length })
    }
}

impl Footer {
    /// Of these objects, which lie in a pack.
    pub(crate) fn of(mut entries: Vec<PackEntry>) -> Self {
        entries.sort_unstable_by_key(|entry| entry.digest);
        Self(entries)
    }

    /// What is in the pack, sorted by digest.
    pub fn entries(&self) -> &[PackEntry] {
        &self.0
    }

    pub(crate) fn into_entries(self) -> Vec<PackEntry> {
        self.0
    }

    /// The footer with what comes behind it.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.0.len() * 49 + 56);
        for entry in &self.0 {
            bytes.extend(entry.digest.to_stored());
            bytes.extend(entry.offset.to_le_bytes());
            bytes.extend(entry.length.to_le_bytes());
        }
        bytes.extend((self.0.len() as u64).to_le_bytes());
        let (checksum, length) = (Digest::sha256(&bytes), bytes.len() as u64);
        bytes.extend(checksum.as_bytes());
        bytes.extend(length.to_le_bytes());
        bytes.extend(MAGIC);
        bytes
    }

    /// Reads the end of a pack of `size` bytes: the whole footer and what is behind it; what is in front is passed
    /// over.
    ///
    /// # Errors
    /// [`FooterError`]. What is accepted is in order: each object within the pack, none twice.
    pub fn parse(end: &[u8], size: u64) -> Result<Self, FooterError> {
        let (front, trailer) = end.split_last_chunk::<48>().ok_or(FooterError::NoPack)?;
        let trailer = Trailer::parse(trailer, size)?;
        let length = usize::try_from(trailer.length).map_err(|_| FooterError::NoPack)?;
        let start = front.len().checked_sub(length).ok_or(FooterError::NoPack)?;
        let footer = front.get(start..).ok_or(FooterError::NoPack)?;
        if Digest::sha256(footer).as_bytes() != trailer.checksum {
            return Err(FooterError::Checksum);
        }
        let (entries, count) = footer.split_last_chunk::<8>().ok_or(FooterError::Malformed)?;
        let objects_end = size - TRAILER - trailer.length;
        Self::entries_of(entries, u64::from_le_bytes(*count), objects_end).ok_or(FooterError::Malformed)
    }

    fn entries_of(mut bytes: &[u8], count: u64, objects_end: u64) -> Option<Self> {
        let mut entries: Vec<PackEntry> = Vec::new();
        while !bytes.is_empty() {
            let (entry, rest) = entry(bytes)?;
            let in_order = entries.last().is_none_or(|last| last.digest < entry.digest);
            let end = entry.offset.checked_add(entry.length)?;
            (in_order && entry.offset >= HEADER && end <= objects_end).then_some(())?;
            entries.push(entry);
            bytes = rest;
        }
        (entries.len() as u64 == count).then_some(Self(entries))
    }
}

fn entry(bytes: &[u8]) -> Option<(PackEntry, &[u8])> {
    let algorithm = [Algorithm::Sha256, Algorithm::Sha512]
        .into_iter()
        .find(|known| bytes.first().is_some_and(|code| *code == known.code()))?;
    let (digest, rest) = bytes.split_at_checked(1 + algorithm.len())?;
    let (offset, rest) = rest.split_first_chunk::<8>()?;
    let (length, rest) = rest.split_first_chunk::<8>()?;
    let (offset, length) = (u64::from_le_bytes(*offset), u64::from_le_bytes(*length));
    Some((PackEntry { digest: Digest::from_stored(digest).ok()?, offset, length }, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn footers() -> impl Strategy<Value = (Footer, u64)> {
        proptest::collection::btree_map(any::<[u8; 4]>(), (any::<bool>(), 0..5000_u64), 0..20).prop_map(
            |objects| {
                let mut end = HEADER;
                let entry = |(seed, (short, length)): ([u8; 4], (bool, u64))| {
                    let algorithm = if short { Algorithm::Sha256 } else { Algorithm::Sha512 };
                    let offset = end;
                    end += length;
                    PackEntry { digest: Digest::of(algorithm, &seed), offset, length }
                };
                let entries = objects.into_iter().map(entry).collect();
                (Footer::of(entries), end)
            },
        )
    }

    proptest! {
        #[test]
        fn a_footer_reads_back(((footer, end), front) in (footers(), any::<Vec<u8>>())) {
            let bytes = footer.to_bytes();
            let size = end + bytes.len() as u64;
            prop_assert_eq!(Footer::parse(&bytes, size), Ok(footer.clone()));
            let with_objects = [front, bytes].concat();
            prop_assert_eq!(Footer::parse(&with_objects, size), Ok(footer));
        }

        #[test]
        fn a_damaged_footer_is_refused(
            (footer, end) in footers(),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
        ) {
            let mut bytes = footer.to_bytes();
            let size = end + bytes.len() as u64;
            let place = place.index(bytes.len());
            prop_assert!(Footer::parse(&bytes[..place], size).is_err());
            bytes[place] ^= 1 << bit;
            prop_assert!(Footer::parse(&bytes, size).is_err());
        }

        /// Also one whose checksum is right: it may come from somebody who means harm.
        #[test]
        fn what_is_accepted_is_in_order(
            mut entries in proptest::collection::vec(any::<u8>(), 0..200),
            codes in any::<bool>(),
            count in 0..4_u64,
            size in 0..2000_u64,
        ) {
            if codes {
                entries.iter_mut().step_by(49).for_each(|code| *code = 1);
            }
            entries.extend(count.to_le_bytes());
            let mut bytes = entries.clone();
            bytes.extend(Digest::sha256(&entries).as_bytes());
            bytes.extend((entries.len() as u64).to_le_bytes());
            bytes.extend(MAGIC);
            if let Ok(footer) = Footer::parse(&bytes, size) {
                let end = size - bytes.len() as u64;
                prop_assert!(footer.entries().is_sorted_by(|a, b| a.digest < b.digest));
                prop_assert!(footer.entries().iter().all(|entry| entry.offset + entry.length <= end));
                prop_assert_eq!(footer.to_bytes(), bytes);
            }
        }

        #[test]
        fn any_bytes_are_refused_in_peace(bytes in any::<Vec<u8>>(), size in any::<u64>()) {
            prop_assert!(Footer::parse(&bytes, size).is_err());
        }
    }
}
