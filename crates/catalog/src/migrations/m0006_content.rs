//! What the store holds: repositories, manifests, tags, blobs, and who needs them.

use sea_orm::sea_query::{
    ForeignKey, ForeignKeyCreateStatement, Index, IndexCreateStatement, IntoIden, TableCreateStatement,
};
use sea_orm::{DbBackend, DbErr, DeriveIden};
use sea_orm_migration::async_trait::async_trait;
use sea_orm_migration::{MigrationName, MigrationTrait, SchemaManager};

use super::columns::{
    HOST, TAG, WORD, bytes, digest, digest_or_null, id, keyed, name, name_or_null, number, number_or_null,
    table, text, text_or_null, time, time_or_null,
};
use super::indexes::add_index;

pub(super) struct Content;

impl MigrationName for Content {
    fn name(&self) -> &'static str {
        "0006_content"
    }
}

#[expect(elided_lifetimes_in_paths, reason = "`async_trait` gives the trait's elided lifetime no name")]
#[async_trait]
impl MigrationTrait for Content {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let of_manifests = [repository(backend), manifest(backend), part(backend), referrer(backend)];
        let of_tags = [tag(backend), tag_event(backend)];
        let of_blobs = [pack(backend), blob(backend), link(backend), upload(backend), store(backend)];
        for table in of_manifests.into_iter().chain(of_tags).chain(of_blobs) {
            manager.create_table(table).await?;
        }
        for (name, mut index) in indexes() {
            add_index(manager, index.table, index.statement.name(name).take()).await?;
        }
        Ok(())
    }
}

/// An index that has no name yet, with the name of its table.
struct Unnamed {
    table: &'static str,
    statement: IndexCreateStatement,
}

fn on(table: impl IntoIden, name: &'static str, columns: impl IntoIterator<Item = impl IntoIden>) -> Unnamed {
    let mut statement = Index::create();
    statement.table(table.into_iden());
    for column in columns {
        statement.col(column.into_iden());
    }
    Unnamed { table: name, statement }
}

fn unique(mut index: Unnamed) -> Unnamed {
    index.statement.unique();
    index
}

fn indexes() -> [(&'static str, Unnamed); 14] {
    use {ContentBlob as B, ContentLink as L, ContentManifest as M, ContentPart as P, ContentTag as T};
    use {ContentReferrer as R, ContentTagEvent as E, ContentUpload as U};
    let (repository, pack) = ("content_repository", "content_pack");
    [
        (
            "content_repository_by_name",
            unique(on(ContentRepository::Table, repository, [ContentRepository::Name])),
        ),
        (
            "content_manifest_by_digest",
            unique(on(M::Table, "content_manifest", [M::RepositoryId, M::Digest])),
        ),
        ("content_manifest_by_deletion", on(M::Table, "content_manifest", [M::DeletedAt])),
        ("content_part_by_digest", on(P::Table, "content_part", [P::Digest, P::ManifestId])),
        ("content_tag_by_manifest", on(T::Table, "content_tag", [T::ManifestId])),
        ("content_tag_event_by_digest", on(E::Table, "content_tag_event", [E::RepositoryId, E::Digest])),
        ("content_tag_event_by_time", on(E::Table, "content_tag_event", [E::At])),
        ("content_referrer_by_manifest", on(R::Table, "content_referrer", [R::ManifestId])),
        ("content_blob_by_state", on(B::Table, "content_blob", [B::State, B::Digest])),
        ("content_blob_by_pack", on(B::Table, "content_blob", [B::PackId])),
        ("content_link_by_digest", on(L::Table, "content_link", [L::Digest, L::RepositoryId])),
        ("content_pack_by_name", unique(on(ContentPack::Table, pack, [ContentPack::Name]))),
        ("content_upload_by_time", on(U::Table, "content_upload", [U::TouchedAt])),
        ("content_upload_by_owner", on(U::Table, "content_upload", [U::Owner])),
    ]
}

#[derive(DeriveIden)]
enum ContentStore {
    Table,
    One,
    Uuid,
    Holder,
    Host,
    Token,
    ExpiresAt,
}

fn store(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentStore::Table)
        .col(name(backend, ContentStore::One, WORD).primary_key())
        .col(name(backend, ContentStore::Uuid, 36))
        .col(name_or_null(backend, ContentStore::Holder, WORD))
        .col(name_or_null(backend, ContentStore::Host, HOST))
        .col(number(ContentStore::Token))
        .col(time_or_null(ContentStore::ExpiresAt))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentRepository {
    Table,
    Id,
    Name,
    Revision,
    Manifests,
    CreatedAt,
}

fn repository(backend: DbBackend) -> TableCreateStatement {
    table(backend, ContentRepository::Table)
        .col(id(ContentRepository::Id))
        .col(name(backend, ContentRepository::Name, HOST))
        .col(number(ContentRepository::Revision))
        .col(number(ContentRepository::Manifests))
        .col(time(ContentRepository::CreatedAt))
        .take()
}

#[derive(DeriveIden)]
enum ContentManifest {
    Table,
    Id,
    RepositoryId,
    Digest,
    MediaType,
    ArtifactType,
    Subject,
    Size,
    Revision,
    PushedAt,
    DeletedAt,
    Body,
}

/// The body is the last column: who does not ask for it does not read it.
fn manifest(backend: DbBackend) -> TableCreateStatement {
    table(backend, ContentManifest::Table)
        .col(id(ContentManifest::Id))
        .col(number(ContentManifest::RepositoryId))
        .col(digest(ContentManifest::Digest))
        .col(name(backend, ContentManifest::MediaType, HOST))
        .col(name_or_null(backend, ContentManifest::ArtifactType, HOST))
        .col(digest_or_null(ContentManifest::Subject))
        .col(number(ContentManifest::Size))
        .col(number(ContentManifest::Revision))
        .col(time(ContentManifest::PushedAt))
        .col(time_or_null(ContentManifest::DeletedAt))
        .col(bytes(backend, ContentManifest::Body))
        .take()
}

/// The tie of a row to its manifest.
fn of_manifest(table: impl IntoIden, column: impl IntoIden) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, column).to(ContentManifest::Table, ContentManifest::Id).take()
}

#[derive(DeriveIden)]
enum ContentPart {
    Table,
    ManifestId,
    Digest,
    Role,
}

fn part(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentPart::Table)
        .col(number(ContentPart::ManifestId))
        .col(digest(ContentPart::Digest))
        .col(number(ContentPart::Role))
        .primary_key(Index::create().col(ContentPart::ManifestId).col(ContentPart::Digest))
        .foreign_key(&mut of_manifest(ContentPart::Table, ContentPart::ManifestId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentTag {
    Table,
    RepositoryId,
    Name,
    ManifestId,
    Digest,
    MediaType,
    Size,
    Revision,
    MovedAt,
}

fn tag(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentTag::Table)
        .col(number(ContentTag::RepositoryId))
        .col(name(backend, ContentTag::Name, TAG))
        .col(number(ContentTag::ManifestId))
        .col(digest(ContentTag::Digest))
        .col(name(backend, ContentTag::MediaType, HOST))
        .col(number(ContentTag::Size))
        .col(number(ContentTag::Revision))
        .col(time(ContentTag::MovedAt))
        .primary_key(Index::create().col(ContentTag::RepositoryId).col(ContentTag::Name))
        .foreign_key(&mut of_manifest(ContentTag::Table, ContentTag::ManifestId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentTagEvent {
    Table,
    RepositoryId,
    Name,
    Revision,
    Digest,
    At,
    Cause,
    Actor,
}

fn tag_event(backend: DbBackend) -> TableCreateStatement {
    let mut key = Index::create()
        .col(ContentTagEvent::RepositoryId)
        .col(ContentTagEvent::Name)
        .col(ContentTagEvent::Revision)
        .take();
    let table = table(backend, ContentTagEvent::Table)
        .col(number(ContentTagEvent::RepositoryId))
        .col(name(backend, ContentTagEvent::Name, TAG))
        .col(number(ContentTagEvent::Revision))
        .col(digest_or_null(ContentTagEvent::Digest))
        .col(time(ContentTagEvent::At))
        .col(name(backend, ContentTagEvent::Cause, WORD))
        .col(name(backend, ContentTagEvent::Actor, HOST))
        .primary_key(&mut key)
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentReferrer {
    Table,
    RepositoryId,
    Subject,
    ArtifactType,
    Digest,
    ManifestId,
    Descriptor,
}

fn referrer(backend: DbBackend) -> TableCreateStatement {
    let mut key = Index::create()
        .col(ContentReferrer::RepositoryId)
        .col(ContentReferrer::Subject)
        .col(ContentReferrer::ArtifactType)
        .col(ContentReferrer::Digest)
        .take();
    let table = table(backend, ContentReferrer::Table)
        .col(number(ContentReferrer::RepositoryId))
        .col(digest(ContentReferrer::Subject))
        .col(name(backend, ContentReferrer::ArtifactType, HOST))
        .col(digest(ContentReferrer::Digest))
        .col(number(ContentReferrer::ManifestId))
        .col(bytes(backend, ContentReferrer::Descriptor))
        .primary_key(&mut key)
        .foreign_key(&mut of_manifest(ContentReferrer::Table, ContentReferrer::ManifestId))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentBlob {
    Table,
    Digest,
    Size,
    State,
    Generation,
    StateAt,
    PackId,
    PackOffset,
}

fn blob(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentBlob::Table)
        .col(digest(ContentBlob::Digest).primary_key())
        .col(number(ContentBlob::Size))
        .col(number(ContentBlob::State))
        .col(number(ContentBlob::Generation))
        .col(time(ContentBlob::StateAt))
        .col(number_or_null(ContentBlob::PackId))
        .col(number_or_null(ContentBlob::PackOffset))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentLink {
    Table,
    RepositoryId,
    Digest,
    LinkedAt,
}

fn link(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentLink::Table)
        .col(number(ContentLink::RepositoryId))
        .col(digest(ContentLink::Digest))
        .col(time(ContentLink::LinkedAt))
        .primary_key(Index::create().col(ContentLink::RepositoryId).col(ContentLink::Digest))
        .take();
    keyed(table, backend)
}

#[derive(DeriveIden)]
enum ContentPack {
    Table,
    Id,
    Name,
    Size,
    State,
    StateAt,
}

fn pack(backend: DbBackend) -> TableCreateStatement {
    table(backend, ContentPack::Table)
        .col(id(ContentPack::Id))
        .col(name(backend, ContentPack::Name, WORD))
        .col(number(ContentPack::Size))
        .col(number(ContentPack::State))
        .col(time(ContentPack::StateAt))
        .take()
}

#[derive(DeriveIden)]
enum ContentUpload {
    Table,
    Id,
    RepositoryId,
    Owner,
    Expected,
    UploadOffset,
    Hashing,
    Backend,
    LeaseOwner,
    LeaseToken,
    LeaseUntil,
    StartedAt,
    TouchedAt,
}

fn upload(backend: DbBackend) -> TableCreateStatement {
    let table = table(backend, ContentUpload::Table)
        .col(name(backend, ContentUpload::Id, WORD).primary_key())
        .col(number(ContentUpload::RepositoryId))
        .col(name(backend, ContentUpload::Owner, HOST))
        .col(digest_or_null(ContentUpload::Expected))
        .col(number(ContentUpload::UploadOffset))
        .col(text_or_null(backend, ContentUpload::Hashing))
        .col(text(backend, ContentUpload::Backend))
        .col(name_or_null(backend, ContentUpload::LeaseOwner, HOST))
        .col(number(ContentUpload::LeaseToken))
        .col(time_or_null(ContentUpload::LeaseUntil))
        .col(time(ContentUpload::StartedAt))
        .col(time(ContentUpload::TouchedAt))
        .take();
    keyed(table, backend)
}
