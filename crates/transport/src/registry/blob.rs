//! Reading a blob (distribution-spec, "Pulling blobs"). A stream that breaks is taken up where it broke.

use std::sync::Arc;

use bytes::Bytes;
use futures::StreamExt;
use http::{HeaderValue, Method, StatusCode, header};
use portolan_oci::Digest;

use super::ask::Ask;
use super::body::Incoming;
use super::failure::Failure;
use super::headers::content_range_start;
use super::holder::Holder;
use super::repository::Holders;
use super::retry::{Hurry, Tries};
use crate::{BlobRead, ByteStream, TransportError, TransportResult, Weight};

/// So many bytes between two breaks count as getting on.
const PROGRESS: u64 = 64 * 1024;

/// A blob of this size costs a registry no more than a manifest: it is read at once, and waits for its turn with the
/// small requests.
pub(super) const SMALL: u64 = 64 * 1024;

/// Bytes that are read at once of what should be small: what is longer than its size, but not by much, is told as such.
const MOST_AT_ONCE: usize = 128 * 1024;

/// An open blob.
pub(super) struct Opened {
    /// Where it starts.
    offset: u64,
    body: Incoming,
    /// How many bytes the registry said will come.
    announced: Option<u64>,
    host: String,
}

impl Holder {
    /// Asks for a blob from `offset` on; a registry without ranges starts at its beginning. A small one does not keep its
    /// place while whoever wants it waits for another host.
    pub(super) async fn open_blob(&self, digest: &Digest, size: u64, offset: u64) -> TransportResult<Opened> {
        let mut ask = Ask::new(Method::GET, format!("blobs/{digest}"), self.pull(), self.blob_named(digest));
        if size <= SMALL {
            ask.whole = Some(MOST_AT_ONCE);
        } else {
            ask.weight = Weight::Download;
        }
        if offset > 0 {
            let range = HeaderValue::try_from(format!("bytes={offset}-"))
                .map_err(|_| TransportError::Unsupported { what: "a range".to_owned() })?;
            ask = ask.header(header::RANGE, range);
        }
        let answer = self.ask(ask).await?;
        let start = match answer.status {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT => {
                match answer.text(header::CONTENT_RANGE).and_then(content_range_start) {
                    Some(start) if start <= offset => start,
                    _ => return Err(answer.broken("another part of the blob than was asked for")),
                }
            }
            _ => return Err(answer.refused().await),
        };
        let announced = answer.text(header::CONTENT_LENGTH).and_then(|text| text.trim().parse().ok());
        Ok(Opened { offset: start, body: answer.body, announced, host: answer.about.host })
    }
}

/// Reads a blob to its end, from whichever host gives it.
pub(super) async fn read_blob(
    holders: Arc<Holders>,
    digest: Digest,
    size: u64,
    offset: u64,
) -> TransportResult<BlobRead> {
    if offset > 0 && offset >= size {
        return Ok(BlobRead { offset, stream: futures::stream::empty().boxed() });
    }
    let opened = holders.open_blob(&digest, size, offset).await?;
    let start = opened.offset;
    let reader =
        Box::new(Reader { holders, digest, size, at: start, skip: 0, opened, breaks: 0, mark: start });
    let stream: ByteStream = futures::stream::try_unfold(reader, |mut reader| async move {
        Ok(reader.next().await?.map(|bytes| (bytes, reader)))
    })
    .boxed();
    Ok(BlobRead { offset: start, stream })
}

struct Reader {
    holders: Arc<Holders>,
    digest: Digest,
    size: u64,
    /// The next byte that is wanted.
    at: u64,
    /// How many bytes before that the open body begins.
    skip: u64,
    opened: Opened,
    /// How often the stream broke without getting on.
    breaks: u32,
    /// Where it broke last.
    mark: u64,
}

impl Reader {
    async fn next(&mut self) -> TransportResult<Option<Bytes>> {
        loop {
            match self.opened.body.chunk().await {
                Ok(Some(bytes)) => {
                    if let Some(bytes) = self.wanted(bytes) {
                        self.at += bytes.len() as u64;
                        return Ok(Some(bytes));
                    }
                }
                // Without an announced length, a break cannot be told from the end.
                Ok(None) if self.at < self.size && self.opened.announced.is_none() => {
                    let broken = TransportError::Unavailable {
                        what: self.holders.origin().blob_named(&self.digest),
                        cause: format!("it ended after {} of {} bytes", self.at, self.size).into(),
                    };
                    self.reopen(Failure::Decided(broken)).await?;
                }
                Ok(None) => return Ok(None),
                Err(failure) => self.reopen(failure).await?,
            }
        }
    }

    /// What of `bytes` is not there already.
    fn wanted(&mut self, mut bytes: Bytes) -> Option<Bytes> {
        if self.skip > 0 {
            let known = usize::try_from(self.skip).unwrap_or(usize::MAX).min(bytes.len());
            self.skip -= known as u64;
            let _ = bytes.split_to(known);
        }
        (!bytes.is_empty()).then_some(bytes)
    }

    async fn reopen(&mut self, failure: Failure) -> TransportResult<()> {
        if self.at >= self.mark.saturating_add(PROGRESS) {
            self.breaks = 0;
        }
        self.mark = self.at;
        self.breaks += 1;
        let options = &self.holders.origin().client.net.options.retry;
        let what = self.holders.origin().blob_named(&self.digest);
        let mut tries = Tries::new(options, Hurry::Patient);
        let delay = (0..self.breaks).try_fold(None, |_, _| tries.next_delay().map(Some)).flatten();
        let Some(delay) = delay else { return Err(failure.into_error(&self.opened.host, &what)) };
        tracing::debug!(%failure, at = self.at, what, "the stream broke; reading on");
        // Whoever waits for a place must not hold one.
        self.opened.body.abandon();
        tokio::time::sleep(delay).await;
        self.opened = self.holders.open_blob(&self.digest, self.size, self.at).await?;
        self.skip = self.at - self.opened.offset;
        Ok(())
    }
}
