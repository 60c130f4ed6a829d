use std::io::Cursor;

use proptest::prelude::*;

use super::{BLOCK, END_OF_ARCHIVE, Members, TarError, TarIndex, header_for, padding};
use crate::layout::Extent;

/// Appends a member as we write it.
fn member(archive: &mut Vec<u8>, path: &str, content: &[u8]) {
    archive.extend_from_slice(&header_for(path, content.len() as u64));
    archive.extend_from_slice(content);
    archive.resize(archive.len() + usize::try_from(padding(content.len() as u64)).unwrap(), 0);
}

/// The same header with another type, link target and check sum.
fn link(archive: &mut Vec<u8>, path: &str, kind: u8, target: &str) {
    let mut header = header_for(path, 0);
    header[156] = kind;
    header[157..157 + target.len()].copy_from_slice(target.as_bytes());
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    archive.extend_from_slice(&header);
}

fn read(archive: &[u8]) -> Result<Members, TarError> {
    TarIndex::read(Cursor::new(archive))
}

/// What a member's extents stand for.
fn content(archive: &[u8], extents: &[Extent]) -> Vec<u8> {
    let mut content = Vec::new();
    for extent in extents {
        match *extent {
            Extent::Data { at, len } => {
                let at = usize::try_from(at).unwrap();
                content.extend_from_slice(&archive[at..at + usize::try_from(len).unwrap()]);
            }
            Extent::Hole { len } => content.resize(content.len() + usize::try_from(len).unwrap(), 0),
        }
    }
    content
}

#[test]
fn what_is_written_is_found_again() {
    let long = format!("blobs/sha512/{}", "a".repeat(128));
    let mut archive = Vec::new();
    for (path, bytes) in [("a", &b"x"[..]), ("empty", b""), (&*long, &[7; 1024]), ("./b//c", b"yz")] {
        member(&mut archive, path, bytes);
    }
    let without_end = read(&archive).unwrap();
    archive.extend_from_slice(&END_OF_ARCHIVE);
    let members = read(&archive).unwrap();
    for (path, bytes) in [("a", &b"x"[..]), ("empty", b""), (&*long, &[7; 1024]), ("b/c", b"yz")] {
        assert_eq!(content(&archive, members.file(path).unwrap()), bytes, "{path}");
        assert_eq!(members.file(path), without_end.file(path));
    }
}

#[test]
fn large_sizes_are_told_and_found_again() {
    for size in [0o777_7777_7777, 0o1_0000_0000_0000, 1 << 60] {
        let header = header_for("large", size);
        let error = read(&header).unwrap_err();
        assert!(matches!(error, TarError::CutOff { at: 0 }), "{size}: {error}");
    }
}

#[test]
fn a_later_member_replaces_an_earlier_one() {
    let mut archive = Vec::new();
    member(&mut archive, "twice", b"first");
    member(&mut archive, "twice", b"second");
    let members = read(&archive).unwrap();
    assert_eq!(content(&archive, members.file("twice").unwrap()), b"second");
}

#[test]
fn links_lead_to_members_and_nowhere_else() {
    let mut archive = Vec::new();
    member(&mut archive, "layers/one.tar", b"layer");
    link(&mut archive, "id/layer.tar", b'2', "../layers/one.tar");
    link(&mut archive, "id/again.tar", b'2', "layer.tar");
    link(&mut archive, "hard", b'1', "layers/one.tar");
    link(&mut archive, "out", b'2', "../layers/one.tar");
    link(&mut archive, "absolute", b'2', "/layers/one.tar");
    link(&mut archive, "hard-out", b'1', "../layers/one.tar");
    link(&mut archive, "loop", b'2', "loop");
    link(&mut archive, "dangling", b'2', "nothing");
    let members = read(&archive).unwrap();
    for found in ["id/layer.tar", "id/again.tar", "hard"] {
        assert_eq!(content(&archive, members.file(found).unwrap()), b"layer", "{found}");
    }
    for absent in ["out", "absolute", "hard-out", "loop", "dangling"] {
        assert_eq!(members.file(absent), None, "{absent}");
    }
}

#[test]
fn paths_out_of_the_archive_do_not_exist() {
    let mut archive = Vec::new();
    for path in ["../up", "a/../../up", "/etc/passwd", "..", "/", "."] {
        member(&mut archive, path, b"bad");
    }
    assert_eq!(read(&archive).unwrap().paths().count(), 0);
}

#[test]
fn what_is_cut_off_is_told() {
    let mut archive = Vec::new();
    member(&mut archive, "whole", b"w");
    let start = archive.len() as u64;
    member(&mut archive, "cut", &[1; 2000]);
    for len in [600, 1100, 2000] {
        let error = read(&archive[..usize::try_from(start).unwrap() + len]).unwrap_err();
        assert!(matches!(error, TarError::CutOff { at } if at == start), "{len}: {error}");
    }
    let error = read(&archive[..700]).err();
    assert!(error.is_none(), "missing padding of the last member is harmless: {error:?}");
}

#[test]
fn what_is_no_archive_is_told() {
    let error = read(&[b'x'; 4096]).unwrap_err();
    assert!(matches!(error, TarError::Header { at: 0, .. }), "{error}");
    let mut archive = Vec::new();
    member(&mut archive, "good", b"g");
    archive[0] = b'b';
    let error = read(&archive).unwrap_err();
    assert_eq!(error.to_string(), "byte 0 is not the start of a tar header: its check sum is wrong");
}

#[test]
fn names_without_measure_are_refused() {
    let mut archive = Vec::new();
    for number in 0..70 {
        member(&mut archive, &format!("{number}{}", "x".repeat(1024 * 1024 - 100)), b"");
    }
    assert_eq!(read(&archive).unwrap_err().to_string(), "the archive has too many long names");
    let mut archive = Vec::new();
    member(&mut archive, &"x".repeat(2 * 1024 * 1024), b"");
    assert_eq!(read(&archive).unwrap_err().to_string(), "the archive has too many bytes in one header");
}

/// Headers whose every field may be anything, with a right check sum, so that more than the check sum is
/// tested.
fn odd_header() -> impl Strategy<Value = Vec<u8>> {
    let kind = prop::sample::select(b"0\x007LKxgS125Z".to_vec());
    let size = prop_oneof![
        "[0-7]{11}".prop_map(String::into_bytes),
        "000000[0-7]{5}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 12)
    ];
    (prop::collection::vec(any::<u8>(), 512), kind, size, any::<bool>()).prop_map(
        |(mut bytes, kind, size, quiet)| {
            if quiet {
                bytes[386..512].fill(0);
            }
            bytes[156] = kind;
            bytes[124..124 + size.len()].copy_from_slice(&size);
            bytes[148..156].fill(b' ');
            let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
            bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
            bytes
        },
    )
}

fn odd_block() -> impl Strategy<Value = Vec<u8>> {
    let records = prop::sample::select(vec![
        "GNU.sparse.major=1",
        "GNU.sparse.minor=0",
        "GNU.sparse.realsize=99999",
        "GNU.sparse.name=n",
        "GNU.sparse.map=0,1,5,9",
        "GNU.sparse.size=18446744073709551615",
        "size=77",
        "path=p",
        "linkpath=../q",
    ]);
    let pax = prop::collection::vec(records, 0..6).prop_map(|records| {
        let mut block: Vec<u8> = records
            .iter()
            .flat_map(|record| format!("{} {record}\n", record.len() + 4).into_bytes())
            .collect();
        block.resize(block.len().next_multiple_of(512), 0);
        block
    });
    prop_oneof![
        4 => odd_header(),
        2 => pax,
        1 => "[0-9]{1,6}\n([0-9]{1,4}\n){0,40}".prop_map(|text| {
            let mut block = text.into_bytes();
            block.resize(512, b'\n');
            block
        }),
        1 => prop::collection::vec(any::<u8>(), 512),
    ]
}

proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..4096)) {
        let _ = read(&bytes);
    }

    #[test]
    fn odd_archives_name_only_bytes_that_they_have(blocks in prop::collection::vec(odd_block(), 1..12)) {
        let archive = blocks.concat();
        if let Ok(members) = read(&archive) {
            for path in members.paths() {
                prop_assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path}");
                for extent in members.file(path).unwrap_or_default() {
                    if let Extent::Data { at, len } = extent {
                        prop_assert!(at % BLOCK == 0 || *at > 0);
                        prop_assert!(at + len <= archive.len() as u64, "{path}: {extent:?} of {}", archive.len());
                    }
                }
            }
        }
    }

    #[test]
    fn a_flipped_bit_never_leads_out(at in 0_usize..4096, bit in 0_u8..8) {
        let mut archive = Vec::new();
        member(&mut archive, "one", &[1; 700]);
        link(&mut archive, "two", b'2', "one");
        member(&mut archive, &"three/".repeat(30), &[3; 600]);
        let at = at % archive.len();
        archive[at] ^= 1 << bit;
        if let Ok(members) = read(&archive) {
            for path in members.paths().filter_map(|path| members.file(path)) {
                let end = path.iter().map(|extent| match extent {
                    Extent::Data { at, len } => at + len,
                    Extent::Hole { .. } => 0,
                });
                prop_assert!(end.max().unwrap_or_default() <= archive.len() as u64);
            }
        }
    }
}
