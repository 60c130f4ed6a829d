//! Writing the archive: configuration, layers unpacked and checked, `manifest.json`.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use portolan_oci::{Descriptor, Digest, Verifier};
use tokio::io::AsyncReadExt;
use tokio::runtime::Handle;
use tokio_util::io::StreamReader;

use super::image::Image;
use super::manifest_json::Item;
use crate::archive::open::{Compression, decoder};
use crate::archive::place_file::UnfinishedFile;
use crate::archive::tar::{BLOCK, END_OF_ARCHIVE, header_for, padding};
use crate::layout::{Contents, Files, GatheringWriter, LayoutRepository, Writing, invalid, off_thread};
use crate::{Target, TransportError, TransportResult};

/// How much is unpacked at once.
const PIECE: usize = 256 * 1024;

/// An archive that grows member by member.
struct Growing {
    file: Arc<File>,
    end: u64,
    what: String,
}

/// Writes the archive and gives it its name.
pub(super) async fn write(
    scratch: &Arc<LayoutRepository>,
    image: &Image,
    names: Vec<String>,
    unfinished: UnfinishedFile,
) -> TransportResult<()> {
    let what = format!("writing {}", scratch.location());
    let (scratch, image) = (Arc::clone(scratch), image.clone());
    let writing = move || {
        let failed = |cause| TransportError::io(what.clone(), cause);
        let file = Arc::new(unfinished.file().try_clone().map_err(failed)?);
        let mut growing = Growing { file, end: 0, what: what.clone() };
        // Unpacking and hashing is work for this thread, which may wait, and not for the async ones.
        Handle::current().block_on(growing.image(scratch.contents(), &image, names))?;
        unfinished.place().map_err(failed)
    };
    off_thread("writing an archive", writing).await
}

impl Growing {
    async fn image<F: Files>(
        &mut self,
        contents: &Contents<F>,
        image: &Image,
        names: Vec<String>,
    ) -> TransportResult<()> {
        let config = format!("{}.json", image.config.digest.encoded());
        let bytes = contents.files().read(&image.config.digest, usize::MAX).await?.unwrap_or_default();
        self.member(&config, &bytes)?;
        let mut written = HashSet::new();
        for (layer, diff_id) in &image.layers {
            if written.insert(diff_id) {
                self.layer(contents, layer, diff_id).await?;
            }
        }
        let layers = image.layers.iter().map(|(_, diff_id)| layer_path(diff_id)).collect();
        let item = Item { config, repo_tags: Some(names), layers: Some(layers) };
        let manifest = serde_json::to_vec(&[item]).map_err(|cause| invalid(&*self.what, cause))?;
        self.member("manifest.json", &manifest)?;
        self.write(&END_OF_ARCHIVE, self.end)
    }

    fn write(&self, bytes: &[u8], at: u64) -> TransportResult<()> {
        self.file.write_all_at(bytes, at).map_err(|cause| TransportError::io(&self.what, cause))
    }

    fn member(&mut self, path: &str, content: &[u8]) -> TransportResult<()> {
        self.write(content, self.end + header_len(path))?;
        self.end_member(path, content.len() as u64)
    }

    /// Writes what surrounds a member of which the content is there.
    fn end_member(&mut self, path: &str, size: u64) -> TransportResult<()> {
        self.write(&header_for(path, size), self.end)?;
        let zeros = vec![0; usize::try_from(padding(size)).unwrap_or_default()];
        let data = self.end + header_len(path);
        self.write(&zeros, data + size)?;
        self.end = data + size.next_multiple_of(BLOCK);
        Ok(())
    }

    /// Unpacks a layer behind its header, and checks that it is what the configuration says.
    async fn layer<F: Files>(
        &mut self,
        contents: &Contents<F>,
        layer: &Descriptor,
        diff_id: &Digest,
    ) -> TransportResult<()> {
        let start = contents.files().read(&layer.digest, Compression::MAGIC).await?.unwrap_or_default();
        let packed = contents.blob(layer, 0).await?.stream.map(|piece| piece.map_err(io::Error::other));
        let mut plain = decoder(Compression::of(&start), StreamReader::new(packed));
        let to = Writing { file: Arc::clone(&self.file), held: Arc::default(), what: self.what.clone() };
        let path = layer_path(diff_id);
        let mut writer = GatheringWriter::new(to, self.end + header_len(&path));
        let mut verifier = Verifier::of_digest(*diff_id);
        let wrong = |cause| TransportError::content(format!("layer {} unpacked", layer.digest), cause);
        loop {
            let bytes = piece(&mut plain).await;
            let bytes = bytes
                .map_err(|cause| TransportError::io(format!("unpacking layer {}", layer.digest), cause))?;
            if bytes.is_empty() {
                break;
            }
            verifier.update(&bytes).map_err(wrong)?;
            writer.write(bytes).await?;
        }
        writer.flush().await?;
        let proof = verifier.finish().map_err(wrong)?;
        self.end_member(&path, proof.size())
    }
}

/// How long the header of a member is, whatever its size.
fn header_len(path: &str) -> u64 {
    header_for(path, 0).len() as u64
}

fn layer_path(diff_id: &Digest) -> String {
    format!("{}.tar", diff_id.encoded())
}

/// The next bytes, none at the end.
async fn piece(plain: &mut (impl tokio::io::AsyncRead + Unpin)) -> io::Result<Bytes> {
    let mut bytes = BytesMut::with_capacity(PIECE);
    while bytes.len() < PIECE && plain.read_buf(&mut bytes).await? > 0 {}
    Ok(bytes.freeze())
}
