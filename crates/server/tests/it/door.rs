//! A registry door on a store and a database of its own.

use std::time::Duration;

use http::Method;
use portolan_catalog::{Access, Changes, Content, DatabaseLocation, Grants, ServerConnections};
use portolan_server::access::Admission;
use portolan_server::http::HttpLimits;
use portolan_server::testing::{Doors, Running};
use portolan_store::{Reserve, Store, StoreSettings};
use portolan_testkit::client::{self, Client};
use portolan_testkit::databases::{Database, Product};
use portolan_testkit::digest;
use reqwest::{RequestBuilder, Response};
use tempfile::TempDir;

/// Makes a test of each `async fn name(door: &Door)` for two kinds of database: `name::sqlite` and `name::postgres`.
macro_rules! on_each_database {
    ($($name:ident),+ $(,)?) => {
        $(mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(&$crate::Door::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let Some(door) = $crate::Door::postgres().await else { return };
                super::$name(&door).await;
            }
        })+
    };
}
pub(crate) use on_each_database;

/// Settings that do not depend on how full the disk of the tests is.
pub(crate) fn settings() -> StoreSettings {
    StoreSettings { reserve: Reserve::Bytes(0), ..StoreSettings::default() }
}

/// A running door; what it holds ends with the test.
pub(crate) struct Door {
    running: Running,
    url: String,
    http: reqwest::Client,
    pub(crate) folder: TempDir,
    /// Held for its drop.
    _database: Option<Database>,
}

impl Door {
    pub(crate) async fn sqlite() -> Self {
        Self::with(settings(), Duration::from_secs(60)).await
    }

    /// One with these settings, whose clients may pause so long.
    pub(crate) async fn with(settings: StoreSettings, pause: Duration) -> Self {
        let folder = TempDir::new().unwrap();
        let database = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        Self::at(folder, &database, (settings, pause)).await
    }

    /// None where PostgreSQL is not installed.
    pub(crate) async fn postgres() -> Option<Self> {
        let database = Database::make(Product::Postgres).await?;
        let location =
            DatabaseLocation::server(database.url().parse().unwrap(), ServerConnections::default());
        let door = Self::at(TempDir::new().unwrap(), &location, (settings(), Duration::from_secs(60))).await;
        Some(Self { _database: Some(database), ..door })
    }

    async fn at(
        folder: TempDir,
        database: &DatabaseLocation,
        (settings, pause): (StoreSettings, Duration),
    ) -> Self {
        let limits = HttpLimits {
            head: Duration::from_secs(2),
            pause,
            farewell: Duration::ZERO,
            ..HttpLimits::default()
        };
        Self::admitting(folder, database, (settings, limits), Admission::ThisMachine).await
    }

    /// One that asks for logins, but for what is allowed without one.
    pub(crate) async fn guarded(anonymous: Grants) -> Self {
        let folder = TempDir::new().unwrap();
        let database = DatabaseLocation::SqliteFile(folder.path().join("portolan.db"));
        let limits = HttpLimits { farewell: Duration::ZERO, ..HttpLimits::default() };
        Self::admitting(folder, &database, (settings(), limits), Admission::Logins { anonymous }).await
    }

    async fn admitting(
        folder: TempDir,
        database: &DatabaseLocation,
        (settings, limits): (StoreSettings, HttpLimits),
        admission: Admission,
    ) -> Self {
        let doors = Doors { limits, certificate: None, admission };
        let running = Running::start_with(folder.path(), database, settings, doors).await.unwrap();
        Self { url: running.url(), running, http: client::http(), folder, _database: None }
    }

    pub(crate) fn access(&self) -> Access {
        self.running.catalog.access()
    }

    /// `127.0.0.1:PORT`.
    pub(crate) fn host(&self) -> String {
        self.running.host()
    }

    pub(crate) fn changes(&self) -> Changes {
        self.running.catalog.changes()
    }

    pub(crate) fn content(&self) -> Content {
        self.running.catalog.content()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.running.store
    }

    /// The test support's own client.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// A request; the path begins with `/`.
    pub(crate) fn ask(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url))
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.ask(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn head(&self, path: &str) -> Response {
        self.ask(Method::HEAD, path).send().await.unwrap()
    }

    pub(crate) async fn delete(&self, path: &str) -> Response {
        self.ask(Method::DELETE, path).send().await.unwrap()
    }

    /// Begins an upload: where it goes on.
    pub(crate) async fn begin(&self, repository: &str) -> String {
        let begun = self.ask(Method::POST, &format!("/v2/{repository}/blobs/uploads/")).send().await.unwrap();
        assert_eq!(begun.status(), 202);
        header(&begun, "location").to_owned()
    }

    /// Pushes a blob with POST and PUT; its digest.
    pub(crate) async fn push_blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = digest::sha256(bytes);
        let session = self.begin(repository).await;
        let put = self.put_blob(&session, &digest, bytes).await;
        assert_eq!(put.status(), 201);
        digest
    }

    /// Ends an upload with these bytes.
    pub(crate) async fn put_blob(&self, session: &str, digest: &str, bytes: &[u8]) -> Response {
        let path = format!("{session}?digest={digest}");
        let put = self.ask(Method::PUT, &path).header("content-type", "application/octet-stream");
        put.body(bytes.to_vec()).send().await.unwrap()
    }

    pub(crate) async fn patch(&self, session: &str, range: Option<&str>, bytes: &[u8]) -> Response {
        let patch = self.ask(Method::PATCH, session).header("content-type", "application/octet-stream");
        let patch = match range {
            Some(range) => patch.header("content-range", range),
            None => patch,
        };
        patch.body(bytes.to_vec()).send().await.unwrap()
    }

    pub(crate) async fn put_manifest(
        &self,
        repository: &str,
        reference: &str,
        media_type: &str,
        bytes: &[u8],
    ) -> Response {
        let put = self.ask(Method::PUT, &format!("/v2/{repository}/manifests/{reference}"));
        put.header("content-type", media_type).body(bytes.to_vec()).send().await.unwrap()
    }
}

/// A header that must be there.
pub(crate) fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    let value = response.headers().get(name).unwrap_or_else(|| panic!("no {name} in {response:?}"));
    value.to_str().unwrap()
}

/// Where the next page of a list is, if there is one.
pub(crate) fn next_page(response: &Response) -> Option<String> {
    let link = response.headers().get("link")?.to_str().unwrap();
    let (path, rest) = link.strip_prefix('<').unwrap().split_once('>').unwrap();
    assert_eq!(rest, "; rel=\"next\"");
    Some(path.to_owned())
}

/// The body of an answer.
pub(crate) async fn json(response: Response) -> serde_json::Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

/// The status of an answer, and the code of its first error.
pub(crate) async fn refusal(response: Response) -> (u16, String) {
    let status = response.status().as_u16();
    let body: serde_json::Value = json(response).await;
    assert!(body["errors"][0]["message"].is_string(), "{body}");
    (status, body["errors"][0]["code"].as_str().unwrap().to_owned())
}
