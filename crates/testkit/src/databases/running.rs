//! A server that runs.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::{Product, files, mariadb, postgres};
use crate::peer::{Account, Daemon};

/// A running server; dropping it ends the process and removes its data.
#[derive(Debug)]
pub struct Running {
    // Declared first: the process must end before its folder goes.
    daemon: Option<Daemon>,
    dir: TempDir,
    product: Product,
    programs: Programs,
    port: u16,
    account: Option<Account>,
}

/// Where the programs of a product are.
#[derive(Debug, Clone)]
pub(super) struct Programs {
    /// That which serves.
    pub(super) server: PathBuf,
    /// That which makes a data folder.
    pub(super) install: PathBuf,
    /// That which sends statements.
    pub(super) client: PathBuf,
}

impl Running {
    /// Starts a server of its own; `None` where the product is not installed.
    ///
    /// # Panics
    /// With the server's log when it does not come up.
    pub async fn start(product: Product) -> Option<Self> {
        let programs = match product {
            Product::Postgres => postgres::programs()?,
            Product::MariaDb => mariadb::programs()?,
        };
        // PostgreSQL refuses to be root, MariaDB had rather not.
        let account = Account::instead_of_root(match product {
            Product::Postgres => "postgres",
            Product::MariaDb => "mysql",
        });
        let dir = TempDir::new().expect("a temporary folder");
        if let Some(account) = &account {
            account.own(dir.path());
        }
        let mut running = Self { daemon: None, dir, product, programs, port: free_port(), account };
        match product {
            Product::Postgres => postgres::install(&running),
            Product::MariaDb => mariadb::install(&running),
        }
        running.restart().await;
        Some(running)
    }

    /// Its URL, without a database, with a user who may do everything.
    pub fn url(&self) -> String {
        match self.product {
            Product::Postgres => format!("postgres://postgres@127.0.0.1:{}", self.port),
            Product::MariaDb => format!("mysql://root@127.0.0.1:{}", self.port),
        }
    }

    /// The number of its version, as the program says it.
    pub fn version(&self) -> String {
        let said = files::run(Command::new(&self.programs.server).arg("--version"));
        said.split_whitespace().nth(2).unwrap_or("unknown").to_owned()
    }

    /// Kills the process; its data stay, connections break, and new ones are refused.
    pub fn stop(&mut self) {
        self.daemon = None;
    }

    /// Starts the server, or starts it again on the same port and data, and waits until it takes connections.
    ///
    /// # Panics
    /// With the server's log when it does not come up.
    pub async fn restart(&mut self) {
        self.stop();
        let mut command = match self.product {
            Product::Postgres => postgres::serve(self),
            Product::MariaDb => mariadb::serve(self),
        };
        let mut daemon = Daemon::spawn(&mut command, self.dir.path().join("server.log"));
        match self.product {
            Product::Postgres => {
                daemon = daemon.ended_by(postgres::END);
                daemon.wait_for(postgres::ready).await;
            }
            Product::MariaDb => daemon.wait_for(mariadb::ready).await,
        }
        self.daemon = Some(daemon);
    }

    /// What the server has printed since its last start.
    pub fn log(&self) -> String {
        self.daemon.as_ref().map(Daemon::log).unwrap_or_default()
    }

    pub(super) fn programs(&self) -> &Programs {
        &self.programs
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub(super) fn folder(&self) -> &std::path::Path {
        self.dir.path()
    }

    pub(super) fn account(&self) -> Option<&Account> {
        self.account.as_ref()
    }

    /// The program, as the account that the server has, ending with the thread that starts it.
    pub(super) fn command(&self, program: &std::path::Path) -> Command {
        match &self.account {
            Some(account) => account.command(program),
            None => Command::new(program),
        }
    }
}

/// Nobody holds it until the server does; that somebody else takes it in between has not been seen.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("a listener has an address").port()
}
