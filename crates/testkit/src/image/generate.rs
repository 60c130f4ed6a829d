//! Content of any length that cannot be compressed, made from a seed while it is read.
//!
//! It is a gzip member of stored blocks around a tar archive with one file, so that every client takes it for
//! the layer that it is, and none compresses it again.

use std::sync::LazyLock;

use bytes::{BufMut as _, Bytes, BytesMut};
use flate2::Crc;
use sha2::{Digest as _, Sha256};

use super::tar;

/// The longest stored block that deflate has.
const BLOCK: u64 = 65535;
/// Pieces of content have about this length.
const NOISE: usize = 1 << 20;

/// A generated layer.
#[derive(Debug, Clone)]
pub struct Generated {
    seed: u64,
    file: u64,
    digest: String,
    diff_id: String,
}

impl Generated {
    /// A layer with one file of about `bytes` random bytes (rounded up to the tar block of 512).
    pub fn layer(seed: u64, bytes: u64) -> Self {
        let mut layer =
            Self { seed, file: bytes.next_multiple_of(512), digest: String::new(), diff_id: String::new() };
        let (mut outer, mut inner) = (Sha256::new(), Sha256::new());
        layer.pieces().for_each(|piece| outer.update(&piece));
        layer.archive().for_each(|piece| inner.update(&piece));
        layer.digest = format!("sha256:{}", hex::encode(outer.finalize()));
        layer.diff_id = format!("sha256:{}", hex::encode(inner.finalize()));
        layer
    }

    /// The digest of the compressed form.
    pub fn digest(&self) -> String {
        self.digest.clone()
    }

    /// The digest of the tar archive inside.
    pub fn diff_id(&self) -> String {
        self.diff_id.clone()
    }

    /// The length of the compressed form.
    #[expect(clippy::len_without_is_empty, reason = "a layer is never empty")]
    pub fn len(&self) -> u64 {
        let inner = self.file + 3 * 512;
        10 + inner + inner.div_ceil(BLOCK) * 5 + 8
    }

    /// The compressed form.
    pub fn pieces(&self) -> impl Iterator<Item = Bytes> + Send + Sync + use<> {
        Stored::new(self.archive(), self.file + 3 * 512)
    }

    /// The tar archive: a header, the file, two empty blocks.
    fn archive(&self) -> impl Iterator<Item = Bytes> + Send + Sync + use<> {
        let (seed, file) = (self.seed, self.file);
        let header = Bytes::copy_from_slice(&tar::header(&format!("data/{seed:016x}.bin"), file));
        let pieces = (0..file.div_ceil(NOISE as u64)).map(move |nth| {
            let left = file - nth * NOISE as u64;
            let length = usize::try_from(left).unwrap_or(NOISE).min(NOISE);
            let mut piece = BytesMut::from(&NOISY[..length]);
            // Each page differs from all others, so that no two parts of any two files are alike.
            piece.chunks_mut(4096).for_each(|page| page[..8].copy_from_slice(&mix(seed, nth).to_le_bytes()));
            piece.freeze()
        });
        let end = Bytes::from_static(&[0; 1024]);
        std::iter::once(header).chain(pieces).chain(std::iter::once(end))
    }
}

/// Puts what an iterator gives into the stored blocks of one gzip member.
struct Stored<I> {
    inner: I,
    left: u64,
    crc: Crc,
    buffer: BytesMut,
    started: bool,
    ended: bool,
}

impl<I: Iterator<Item = Bytes>> Stored<I> {
    fn new(inner: I, length: u64) -> Self {
        Self { inner, left: length, crc: Crc::new(), buffer: BytesMut::new(), started: false, ended: false }
    }

    /// Moves as many whole blocks as there are from the buffer to `out`.
    fn blocks(&mut self, out: &mut BytesMut) {
        loop {
            let want = self.left.min(BLOCK);
            if want == 0 || (self.buffer.len() as u64) < want {
                return;
            }
            self.left -= want;
            let length = u16::try_from(want).expect("a block is at most 65535 bytes long");
            out.put_u8(u8::from(self.left == 0));
            out.put_u16_le(length);
            out.put_u16_le(!length);
            out.extend_from_slice(&self.buffer.split_to(usize::from(length)));
        }
    }
}

impl<I: Iterator<Item = Bytes>> Iterator for Stored<I> {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        if self.ended {
            return None;
        }
        let mut out = BytesMut::with_capacity(NOISE + 1024);
        if !self.started {
            self.started = true;
            // gzip, deflate, no flags, no time, no extra flags, unknown system (RFC 1952).
            out.extend_from_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
        }
        if let Some(piece) = self.inner.next() {
            self.crc.update(&piece);
            self.buffer.extend_from_slice(&piece);
            self.blocks(&mut out);
        } else {
            self.ended = true;
            out.put_u32_le(self.crc.sum());
            out.put_u32_le(self.crc.amount());
        }
        Some(out.freeze())
    }
}

/// What every piece is made from; making it anew for each layer would cost more than all the rest.
static NOISY: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..NOISE as u64 / 8).flat_map(|nth| mix(0, nth).to_le_bytes()).collect());

/// The `splitmix64` generator's output function over two numbers.
fn mix(seed: u64, nth: u64) -> u64 {
    let mut z = seed.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
