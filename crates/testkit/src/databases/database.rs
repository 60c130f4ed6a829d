//! A database of a test.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::Command;

use url::Url;

use super::{Product, Running, files, mariadb, postgres};

/// A database for one test, on the server that the environment names or on one of its own. It goes when this is
/// dropped.
#[derive(Debug)]
pub struct Database {
    server: Url,
    name: String,
    client: PathBuf,
    product: Product,
    own: Option<Running>,
}

impl Database {
    /// Makes an empty one; `None` where the product is not installed.
    ///
    /// # Panics
    /// If the server that the environment names does not make one.
    pub async fn make(product: Product) -> Option<Self> {
        let named = std::env::var(product.variable()).ok().filter(|named| !named.is_empty());
        match named {
            Some(url) => {
                let client = match product {
                    Product::Postgres => postgres::programs()?.client,
                    Product::MariaDb => mariadb::programs()?.client,
                };
                Some(Self::make_on(product, &url, client, None))
            }
            None => Self::make_on_its_own_server(product).await,
        }
    }

    /// Makes one on a server of its own, which can be stopped and started.
    pub async fn make_on_its_own_server(product: Product) -> Option<Self> {
        let server = Running::start(product).await?;
        let (url, client) = (server.url(), server.programs().client.clone());
        Some(Self::make_on(product, &url, client, Some(server)))
    }

    fn make_on(product: Product, server: &str, client: PathBuf, own: Option<Running>) -> Self {
        let server: Url = server.parse().expect("the URL of a database server");
        let name = format!("test_{}", hex::encode(fresh()));
        let database = Self { server, name, client, product, own };
        database.administer(&format!("CREATE DATABASE {}", database.name));
        database
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("{}/{}", self.server.as_str().trim_end_matches('/'), self.name)
    }

    /// The server, if it is this database's own.
    pub fn own_server(&mut self) -> Option<&mut Running> {
        self.own.as_mut()
    }

    /// Runs a statement in no database.
    fn administer(&self, statement: &str) {
        let mut command = Command::new(&self.client);
        let host = self.server.host_str().unwrap_or("127.0.0.1");
        let port = self.server.port().expect("the URL names a port").to_string();
        let user = self.server.username();
        match self.product {
            Product::Postgres => {
                command.args([
                    "--no-psqlrc",
                    "--quiet",
                    "-h",
                    host,
                    "-p",
                    &port,
                    "-U",
                    user,
                    "-d",
                    "postgres",
                ]);
                command.args(["-v", "ON_ERROR_STOP=1", "-c", statement]);
                command.env("PGPASSWORD", self.server.password().unwrap_or_default());
            }
            Product::MariaDb => {
                command.args(["--no-defaults", "--protocol=tcp", "-h", host, "-P", &port, "-u", user]);
                command.args([OsStr::new("-e"), OsStr::new(statement)]);
                command.env("MYSQL_PWD", self.server.password().unwrap_or_default());
            }
        }
        files::run(&mut command);
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        // With its own server it goes anyway; and a test that fails must not fail twice.
        if self.own.is_none() && !std::thread::panicking() {
            let force = match self.product {
                Product::Postgres => " WITH (FORCE)",
                Product::MariaDb => "",
            };
            self.administer(&format!("DROP DATABASE {}{force}", self.name));
        }
    }
}

/// Bytes that no other test has.
fn fresh() -> [u8; 8] {
    let mut bytes = [0; 8];
    ring::rand::SecureRandom::fill(&ring::rand::SystemRandom::new(), &mut bytes).expect("random bytes");
    bytes
}
