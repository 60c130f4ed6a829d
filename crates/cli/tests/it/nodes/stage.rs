//! Three daemons with one catalogue on PostgreSQL, which share a mirror between two registries. Each has a login of its own
//! at the target, so that its requests are told from those of the others.

use std::collections::{BTreeMap, BTreeSet};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use futures::stream::{self, StreamExt as _};
use portolan_catalog::{Catalog, DatabaseLocation, Run, ServerConnections};
use portolan_testkit::client::{Client, http as http_client};
use portolan_testkit::databases::{Database, Product};
use portolan_testkit::image::{Image, Layer, Tree};
use portolan_testkit::proxy::{Proxy, Record};
use portolan_testkit::registry::Registry;
use tokio::time::timeout;

use crate::daemon::Daemon;
use crate::sandbox::Sandbox;

/// The nodes, by the names of their logins.
pub(crate) const NODES: [&str; 3] = ["north", "east", "west"];

/// How long a piece of work of a node waits for it, in seconds.
pub(crate) const LEASE: u64 = 3;

/// What may take no longer, by far.
const PATIENCE: Duration = Duration::from_secs(300);

const SOURCE: &str = "team/app";
const TARGET: &str = "copy/app";

pub(crate) struct Stage {
    sandbox: Sandbox,
    /// Held for its drop.
    _database: Database,
    pub(crate) catalog: Catalog,
    source: Registry,
    target: Registry,
    proxy: Proxy,
    images: u64,
}

/// A node without a door; it is killed by its id when this is dropped.
pub(crate) struct Worker(Child);

impl Worker {
    /// Ends it in order: its exit code.
    pub(crate) fn ended(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status();
        assert!(sent.unwrap().success());
        self.0.wait().unwrap().code()
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Both fail only when the process has ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// How many images there are, unless the environment says it.
fn images() -> u64 {
    let said = std::env::var("PORTOLAN_TEST_NODES_IMAGES").ok();
    said.map_or(120, |said| said.parse().unwrap())
}

fn image(number: u64) -> Tree {
    Image::oci().layer(Layer::random(number, 500)).build()
}

fn tag(number: u64) -> String {
    format!("v{number}")
}

impl Stage {
    /// With all images at the source; `None` where something is not installed.
    pub(crate) async fn set() -> Option<Self> {
        if portolan_testkit::registry::is_ours() {
            return None;
        }
        let database = Database::make(Product::Postgres).await?;
        let users = NODES.map(|name| (name, name));
        let source = Registry::start().await?;
        let target = Registry::builder().htpasswd(&users).start().await?;
        let (client, images) = (source.client(), images());
        stream::iter(0..images)
            .for_each_concurrent(8, |number| {
                let client = &client;
                async move { client.push_tree(SOURCE, &image(number), &[tag(number)]).await.unwrap() }
            })
            .await;
        let proxy = Proxy::before(&target).await;
        let mut sandbox = Sandbox::new();
        sandbox.set("PORTOLAN__DATABASE", &database.url());
        let url = database.url().parse().unwrap();
        let location = DatabaseLocation::server(url, ServerConnections::default());
        let catalog = Catalog::open(&location).await.unwrap();
        Some(Self { sandbox, _database: database, catalog, source, target, proxy, images })
    }

    /// The answers of the target take so long: what is under way at once can be seen.
    pub(crate) fn slow_down(&self, delay: Duration) {
        self.proxy.set_delay(delay);
    }

    pub(crate) fn images(&self) -> u64 {
        self.images
    }

    pub(crate) fn proxy(&self) -> &Proxy {
        &self.proxy
    }

    /// Starts a node, with what is set beside for the target.
    pub(crate) fn start(&self, name: &str, limits: &str) -> Daemon {
        let mut command = self.command(name, limits, &["serve"]);
        Daemon::of(command.env("PORTOLAN__LISTEN", "127.0.0.1:0"))
    }

    /// Starts a node that only helps.
    pub(crate) fn start_worker(&self, name: &str, limits: &str) -> Worker {
        Worker(self.command(name, limits, &["nodes", "work"]).spawn().unwrap())
    }

    fn command(&self, name: &str, limits: &str, arguments: &[&str]) -> Command {
        let (from, to) = (self.source.host(), self.proxy.host());
        let file = format!("{name}.yaml");
        self.sandbox.write(
            &file,
            &format!(
                "version: 1\ndata: data\nnodes: {{name: {name}, lease: {LEASE}s}}\n\
                 registries: [{{host: '{to}', username: {name}, password: {name}{limits}}}]\n\
                 hooks: [{{kind: docker-registry, registry: '{from}', secret: well-kept}}]\n\
                 mirrors: [{{name: team, source: '{from}/{SOURCE}', targets: ['{to}/{TARGET}']}}]\n"
            ),
        );
        self.sandbox.command(["--config", &file].iter().chain(arguments))
    }

    /// Tells a node of all images, so that it leads the run.
    pub(crate) async fn tell(&self, daemon: &Daemon) {
        let all = vec![("team".to_owned(), format!("{}/{SOURCE}", self.source.host()))];
        self.catalog.runs().await_images(all, "a test").await.unwrap();
        // This rings the bell.
        let target = format!(r#"{{"repository":"{SOURCE}","tag":"{}"}}"#, tag(0));
        let told = http_client()
            .post(format!("{}/hooks/docker-registry", daemon.url()))
            .header("authorization", "Bearer well-kept")
            .body(format!(r#"{{"events":[{{"action":"push","target":{target}}}]}}"#))
            .send()
            .await
            .unwrap();
        assert_eq!(told.status(), 202);
    }

    /// The nodes that the catalogue knows, and whether they live.
    pub(crate) async fn nodes(&self) -> BTreeMap<String, bool> {
        let nodes = self.catalog.nodes().list().await.unwrap();
        nodes.into_iter().map(|node| (node.about.name, node.is_living)).collect()
    }

    /// Whether each node has counted the others since the last of them came.
    pub(crate) async fn know_each_other(&self) -> bool {
        let nodes = self.catalog.nodes().list().await.unwrap();
        let last = nodes.iter().map(|node| node.started_at).max();
        nodes.len() == NODES.len() && nodes.iter().all(|node| Some(node.seen_at) > last)
    }

    /// The last run.
    pub(crate) async fn run(&self) -> Option<Run> {
        self.catalog.runs().runs("team", 1).await.unwrap().into_iter().next()
    }

    /// What a node has sent to the target, in the order in which it came in.
    pub(crate) fn sent(&self, name: &str) -> Vec<Record> {
        let login = format!("Basic {}", BASE64_STANDARD.encode(format!("{name}:{name}")));
        let mut records = self.proxy.records();
        records.retain(|record| record.authorization.as_ref() == Some(&login));
        records
    }

    /// The images that a node has put.
    pub(crate) fn put(&self, name: &str) -> usize {
        let tagged = |record: &Record| record.method == "PUT" && record.path.contains("/manifests/v");
        self.sent(name).iter().filter(|record| tagged(record)).count()
    }

    /// What a node has sent since then.
    pub(crate) fn sent_since(&self, name: &str, since: Instant) -> Vec<String> {
        let late = self.sent(name).into_iter().filter(|record| record.started >= since);
        late.map(|record| record.line()).collect()
    }

    /// Puts another image in the place of one at the target, as a late node would.
    pub(crate) async fn overwrite(&self, number: u64) {
        let other = Image::oci().layer(Layer::random(1_000_000 + number, 400)).build();
        self.target().push_tree(TARGET, &other, &[tag(number)]).await.unwrap();
    }

    /// How many images the target has.
    pub(crate) async fn arrived(&self) -> u64 {
        self.target().tags(TARGET).await.len() as u64
    }

    /// An image that the target does not have yet.
    pub(crate) async fn missing(&self) -> u64 {
        let there: BTreeSet<String> = self.target().tags(TARGET).await.into_iter().collect();
        (0..self.images).rev().find(|number| !there.contains(&tag(*number))).unwrap()
    }

    /// Panics unless the target has each image as the source has it, as a whole.
    pub(crate) async fn assert_arrived(&self) {
        let (source, target) = (self.source.client(), self.target());
        stream::iter(0..self.images)
            .for_each_concurrent(8, |number| {
                let (source, target) = (&source, &target);
                async move {
                    let tag = tag(number);
                    target.check_image(TARGET, &tag).await.unwrap();
                    let (wanted, got) =
                        (source.manifest(SOURCE, &tag).await, target.manifest(TARGET, &tag).await);
                    assert_eq!(got, wanted, "{tag}");
                }
            })
            .await;
    }

    fn target(&self) -> Client {
        self.target.client()
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// Waits until something is so.
pub(crate) async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let mut looks = tokio::time::interval(Duration::from_millis(20));
    let waiting = async {
        while !is_so().await {
            looks.tick().await;
        }
    };
    timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("this does not come: {what}"));
}
