//! Each question that is asked often goes by an index to the rows that answer it, and to no others.

use sea_orm::{ConnectionTrait as _, DbBackend, Statement};

use super::{
    collection, dump, find_blob, find_manifest, linked_in, packs, referrers, repositories, stat_manifest,
    tags,
};
use super::{tag_history, tagged, unlink_blob, upload_session};
use crate::changes::read as changes;
use crate::{Catalog, DatabaseLocation, sqlite};

/// How SQLite answers each statement.
async fn plans(statements: &[(&str, String)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("portolan.db");
    let location = DatabaseLocation::SqliteFile(path.clone());
    Catalog::open(&location).await.unwrap().close().await.unwrap();
    let database = sqlite::connect_writer(&location, &path).await.unwrap();
    let mut text = String::new();
    for (name, sql) in statements {
        let explain = Statement::from_string(DbBackend::Sqlite, format!("EXPLAIN QUERY PLAN {sql}"));
        text.push_str(name);
        text.push('\n');
        for row in database.query_all_raw(explain).await.unwrap() {
            let step: String = row.try_get_by_index(3).unwrap();
            text.push_str(&format!("    {step}\n"));
        }
    }
    text
}

#[tokio::test]
async fn what_is_asked_often_goes_by_an_index() {
    let by = |sql: &str| sql.to_owned();
    let session = format!("{} WHERE u.id = ? AND r.name = ?", upload_session::SESSION);
    let statements = [
        ("HEAD manifest by tag", by(stat_manifest::BY_TAG)),
        ("HEAD manifest by digest", by(stat_manifest::BY_DIGEST)),
        ("GET manifest by tag", by(find_manifest::BY_TAG)),
        ("GET manifest by digest", by(find_manifest::BY_DIGEST)),
        ("tags", tags::page(DbBackend::Sqlite)),
        ("repositories", by(repositories::PAGE)),
        ("referrers", by(referrers::ANY)),
        ("referrers of a type", by(referrers::OF_TYPE)),
        ("blob", by(find_blob::FIND)),
        ("repositories of a blob", by(linked_in::LINKED)),
        ("whether a blob is needed", by(unlink_blob::NEEDED)),
        ("upload session", session),
        ("history of a tag", by(tag_history::HISTORY)),
        ("changes", by(changes::READ)),
        ("changes since", by(changes::SINCE)),
        ("live blobs without links", by(collection::condemn_blobs::LIVE)),
        ("condemned blobs", by(collection::doom_blobs::CONDEMNED)),
        ("files to be removed", by(collection::settle_blobs::DELETING)),
        ("links of a repository", by(collection::expire_links::OF_REPOSITORY)),
        ("links of those after it", by(collection::expire_links::OF_OTHERS)),
        ("deleted manifests", by(collection::expire_manifests::DELETED)),
        ("events of a repository's tags", by(collection::expire_events::OF_REPOSITORY)),
        ("events of those after it", by(collection::expire_events::OF_OTHERS)),
        ("all repositories", by(dump::repositories::REPOSITORIES)),
        ("sizes of all manifests", by(dump::manifests::SIZES)),
        ("all manifests", by(dump::manifests::BODIES)),
        ("all that happened to tags", by(dump::tag_events::EVENTS)),
        ("images that a blob breaks", by(collection::damage::BROKEN)),
        ("tags with what they name", by(tagged::TAGGED)),
        ("blobs of a pack", by(packs::packed_blobs::PACKED)),
    ];
    assert_eq!(plans(&statements).await, include_str!("plans.txt"));
}
