//! What clients do until the power goes.

use bytes::Bytes;
use futures::{StreamExt as _, stream};
use portolan_catalog::{By, ChangeCause, PutManifest, RollBackTo};
use portolan_oci::{Algorithm, Digest, RawManifest, Tag};
use portolan_store::testing::UnreliablePower;
use portolan_store::{
    Cause, CollectOptions, Incoming, Mounted, Proof, Quiet, Sent, Store, StoreError, StoreRepository,
    StoreResult, Upload,
};

use super::state::{State, Under, Uploads};
use super::world;

/// There is no power any more.
#[derive(Debug)]
pub(super) struct PowerLost;

type Done<T> = Result<T, PowerLost>;

/// What was acknowledged, and what is to become of it by what is asked for now.
#[derive(Debug, Clone, Default)]
pub(super) struct Expected {
    pub(super) state: State,
    pub(super) uploads: Uploads,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Something of everything.
    Everything,
    /// One upload so long that it is written down while it comes.
    Stream,
}

/// Does it, and keeps account.
pub(super) struct Clients<'a> {
    pub(super) machine: &'a UnreliablePower,
    pub(super) store: &'a Store,
    pub(super) acknowledged: Expected,
    pub(super) asked: Expected,
}

const APP: &str = "team/app";
const OTHER: &str = "team/other";

pub(super) fn sent(bytes: &Bytes) -> Sent {
    let pieces: Vec<_> = bytes.chunks(256 << 10).map(|piece| bytes.slice_ref(piece)).collect();
    Sent { at: None, bytes: stream::iter(pieces.into_iter().map(Ok)).boxed() }
}

/// Breaks off behind them.
fn broken(bytes: Bytes) -> Incoming {
    stream::iter([Ok(bytes), Err(Cause::from("gone"))]).boxed()
}

fn by(cause: ChangeCause) -> By {
    By::new(cause, "anna")
}

fn tag(text: &str) -> Tag {
    text.parse().unwrap()
}

impl Clients<'_> {
    pub(super) async fn work(&mut self, work: Work) -> Done<()> {
        match work {
            Work::Everything => {
                self.push_images().await?;
                self.leave_uploads().await?;
                self.delete_and_collect().await
            }
            Work::Stream => {
                let upload = self.begin().await?;
                self.under_way(&upload, &world::LONG);
                self.finish(&upload, sent(&world::LONG), Digest::sha256(&world::LONG)).await
            }
        }
    }

    async fn push_images(&mut self) -> Done<()> {
        let (one, two) = (world::image(0, 1), world::image(0, 2));
        self.whole(0).await?;
        self.in_chunks(1).await?;
        self.put(APP, &one, &["v1", "latest"]).await?;
        self.whole(2).await?;
        self.wrong(4).await?;
        self.put(APP, &two, &["latest"]).await?;
        self.mount(0).await?;
        self.mount(1).await?;
        self.put(OTHER, &one, &["copy"]).await?;
        self.whole(3).await?;
        self.put(APP, &world::signature(&one, 3), &[]).await?;
        self.put(APP, &world::index(&[&one, &two]), &["all"]).await
    }

    async fn leave_uploads(&mut self) -> Done<()> {
        let left = self.begin().await?;
        self.under_way(&left, &world::blob(4));
        self.append(&left, world::blob(4).slice(..700)).await?;
        self.append(&left, world::blob(4).slice(700..9000)).await?;
        let given_up = self.begin().await?;
        self.under_way(&given_up, &world::blob(6));
        self.append(&given_up, world::blob(6).slice(..700)).await?;
        self.cancel(&given_up).await?;
        // The last bytes come with the end.
        let upload = self.begin().await?;
        let blob = world::blob(7);
        self.under_way(&upload, &blob);
        self.append(&upload, blob.slice(..700)).await?;
        self.finish(&upload, sent(&blob.slice(700..)), world::digest(7)).await?;
        // A client breaks off, and names another kind of digest at the end.
        let upload = self.begin().await?;
        let blob = world::blob(8);
        self.under_way(&upload, &blob);
        self.break_off(&upload, blob.slice(..5000)).await?;
        self.finish(&upload, sent(&blob.slice(5000..)), Digest::of(Algorithm::Sha512, &blob)).await
    }

    async fn delete_and_collect(&mut self) -> Done<()> {
        let (one, two) = (world::image(0, 1), world::image(0, 2));
        let index = world::index(&[&one, &two]);
        self.delete_tag("v1").await?;
        self.roll_back("latest", &one).await?;
        self.delete_manifest(&index).await?;
        self.roll_back("all", &index).await?;
        self.whole(5).await?;
        self.collect().await?;
        self.whole(5).await?;
        let third = world::image(0, 5);
        self.put(APP, &third, &["third"]).await?;
        self.delete_manifest(&third).await?;
        self.whole(7).await?;
        self.unlink(7).await?;
        self.collect().await?;
        self.in_chunks(5).await?;
        self.put(APP, &third, &["again"]).await
    }

    fn app(&self) -> StoreRepository {
        self.repository(APP)
    }

    fn repository(&self, name: &str) -> StoreRepository {
        self.store.repository(world::repository(name))
    }

    /// What was asked for is answered: the client knows of it if there is power.
    fn answered<T>(&mut self, answer: StoreResult<T>) -> Done<T> {
        if !self.machine.acknowledge() {
            return Err(PowerLost);
        }
        self.acknowledged = self.asked.clone();
        Ok(answer.unwrap())
    }

    async fn begin(&mut self) -> Done<Upload> {
        let begun = self.app().begin_upload("anna", Proof::Hashing(Algorithm::Sha256)).await;
        self.answered(begun)
    }

    fn under_way(&mut self, upload: &Upload, blob: &Bytes) {
        let under = Under { upload: upload.clone(), blob: blob.clone(), offset: 0 };
        self.asked.uploads.insert(upload.id, under);
    }

    async fn append(&mut self, upload: &Upload, bytes: Bytes) -> Done<()> {
        self.asked.uploads.get_mut(&upload.id).unwrap().offset += bytes.len() as u64;
        let appended = self.app().append_upload(upload, sent(&bytes)).await;
        let offset = self.answered(appended)?;
        assert_eq!(offset, self.acknowledged.uploads[&upload.id].offset);
        Ok(())
    }

    async fn break_off(&mut self, upload: &Upload, bytes: Bytes) -> Done<()> {
        self.asked.uploads.get_mut(&upload.id).unwrap().offset += bytes.len() as u64;
        let sent = Sent { at: None, bytes: broken(bytes) };
        let broken = match self.app().append_upload(upload, sent).await {
            Err(StoreError::BrokenOff { .. }) => Ok(()),
            other => other.map(|offset| panic!("at {offset} after it broke off")),
        };
        self.answered(broken)
    }

    async fn finish(&mut self, upload: &Upload, last: Sent, digest: Digest) -> Done<()> {
        self.asked.uploads.remove(&upload.id);
        self.asked.state.links.insert((APP, digest));
        let finished = self.app().finish_upload(upload, last, &digest).await;
        self.answered(finished).map(|_| ())
    }

    async fn cancel(&mut self, upload: &Upload) -> Done<()> {
        self.asked.uploads.remove(&upload.id);
        let cancelled = self.app().cancel_upload(upload).await;
        self.answered(cancelled)
    }

    pub(super) async fn whole(&mut self, number: u8) -> Done<()> {
        let upload = self.begin().await?;
        self.under_way(&upload, &world::blob(number));
        self.finish(&upload, sent(&world::blob(number)), world::digest(number)).await
    }

    async fn in_chunks(&mut self, number: u8) -> Done<()> {
        let (blob, upload) = (world::blob(number), self.begin().await?);
        self.under_way(&upload, &blob);
        self.append(&upload, blob.slice(..1000)).await?;
        self.append(&upload, blob.slice(1000..1001)).await?;
        self.append(&upload, blob.slice(1001..)).await?;
        self.finish(&upload, sent(&Bytes::new()), world::digest(number)).await
    }

    /// It is said to have another digest than it has.
    async fn wrong(&mut self, number: u8) -> Done<()> {
        let upload = self.begin().await?;
        let finished = self.app().finish_upload(&upload, sent(&world::blob(number)), &world::digest(9)).await;
        let refused = match finished {
            Err(StoreError::Content(_)) => Ok(()),
            other => other.map(|size| panic!("{size} other bytes were taken")),
        };
        self.answered(refused)
    }

    async fn mount(&mut self, number: u8) -> Done<()> {
        let digest = world::digest(number);
        self.asked.state.links.insert((OTHER, digest));
        let mounted = self.repository(OTHER).mount_blob(&digest, &world::repository(APP)).await;
        assert_eq!(self.answered(mounted)?, Mounted::Yes);
        Ok(())
    }

    pub(super) async fn put(
        &mut self,
        name: &'static str,
        manifest: &RawManifest,
        tags: &[&str],
    ) -> Done<()> {
        self.asked.state.manifests.insert((name, *manifest.digest()));
        for tag in tags {
            self.asked.state.tags.insert((name, (*tag).to_owned()), *manifest.digest());
        }
        let tags: Vec<_> = tags.iter().map(|text| tag(text)).collect();
        let put = self.repository(name).put_manifest(manifest, &tags, &by(ChangeCause::Push)).await;
        let put = self.answered(put)?;
        assert!(matches!(put, PutManifest::Stored(_)), "{put:?}");
        Ok(())
    }

    async fn delete_tag(&mut self, text: &str) -> Done<()> {
        self.asked.state.tags.remove(&(APP, text.to_owned()));
        let deleted = self.app().delete_tag(&tag(text), &by(ChangeCause::Delete)).await;
        self.answered(deleted).map(|_| ())
    }

    async fn delete_manifest(&mut self, manifest: &RawManifest) -> Done<()> {
        self.asked.state.manifests.remove(&(APP, *manifest.digest()));
        self.asked.state.tags.retain(|(name, _), digest| *name != APP || digest != manifest.digest());
        let deleted = self.app().delete_manifest(manifest.digest(), &by(ChangeCause::Delete)).await;
        self.answered(deleted).map(|_| ())
    }

    async fn roll_back(&mut self, text: &str, to: &RawManifest) -> Done<()> {
        self.asked.state.manifests.insert((APP, *to.digest()));
        self.asked.state.tags.insert((APP, text.to_owned()), *to.digest());
        let to = RollBackTo::Digest(*to.digest());
        let became = self.app().roll_back(&tag(text), to, &by(ChangeCause::Rollback)).await;
        self.answered(became).map(|_| ())
    }

    async fn unlink(&mut self, number: u8) -> Done<()> {
        self.asked.state.links.remove(&(APP, world::digest(number)));
        let unlinked = self.app().unlink_blob(&world::digest(number)).await;
        self.answered(unlinked).map(|_| ())
    }

    async fn collect(&mut self) -> Done<()> {
        self.asked.state = self.asked.state.collected();
        let collected = self.store.collect(&CollectOptions::NOW, &Quiet).await;
        self.answered(collected).map(|_| ())
    }
}
