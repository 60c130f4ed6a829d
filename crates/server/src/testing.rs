//! A daemon inside a test: the real doors on a real store, at a free port of this machine.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use portolan_catalog::{Catalog, DatabaseLocation};
use portolan_store::{DiskBackend, DiskRecords, Sharing, Store, StoreSettings};
use portolan_sync::{Books, EngineOptions};
use portolan_transport::{HostEnvironment, Hosts, HostsOptions, Places, PlacesOptions};
use tokio_util::sync::CancellationToken;

use crate::access::{Admission, Gate};
use crate::background::keep_house;
use crate::doors;
use crate::doors::Parts;
use crate::doors::api::ApiParts;
use crate::http::{Encryption, HttpLimits, Scheme, Server};
use crate::live::{InForce, Live, Reach, Shared};
use crate::metrics::Metrics;
use crate::mirroring::{Bell, Planner, UnderWay};
use crate::tls::{Tls, TlsFiles};

/// How a daemon is to be reached.
#[derive(Debug)]
pub struct Doors {
    /// What its clients may cost.
    pub limits: HttpLimits,
    /// With one it speaks TLS.
    pub certificate: Option<TlsFiles>,
    /// Who is let in.
    pub admission: Admission,
}

/// A daemon that ends when it is dropped; what it holds stays in its folder.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    scheme: Scheme,
    end: CancellationToken,
    /// Its store.
    pub store: Store,
    /// Its catalogue.
    pub catalog: Arc<Catalog>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end.cancel();
    }
}

impl Running {
    /// Starts a daemon with its store in `folder` and its catalogue at `database`.
    ///
    /// # Errors
    /// Whatever keeps it from starting.
    pub async fn start(
        folder: &Path,
        database: &DatabaseLocation,
        settings: StoreSettings,
        limits: HttpLimits,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let doors = Doors { limits, certificate: None, admission: Admission::ThisMachine };
        Self::start_with(folder, database, settings, doors).await
    }

    /// The same with these doors.
    ///
    /// # Errors
    /// Whatever keeps it from starting.
    pub async fn start_with(
        folder: &Path,
        database: &DatabaseLocation,
        settings: StoreSettings,
        doors: Doors,
    ) -> Result<Self, Box<dyn Error + Send + Sync>> {
        let catalog = Arc::new(Catalog::open(database).await?);
        let backend = DiskBackend::open(folder.join("store"), Sharing::Shared).await?;
        let records = Arc::new(DiskRecords::beside(&backend));
        let store = Store::open(settings, catalog.content(), Arc::new(backend), records).await?;
        let Doors { limits, certificate, admission } = doors;
        let metrics = Metrics::default();
        let encryption = match certificate {
            None => Encryption::Off,
            Some(files) => Encryption::Tls(Tls::open(files, metrics.clone()).await?),
        };
        let (scheme, gate) = (encryption.scheme(), Gate::new(admission, catalog.access()));
        let live = Live::new(nothing(folder)?);
        let api = ApiParts {
            live,
            runs: catalog.runs(),
            bell: Bell::default(),
            under_way: UnderWay::default(),
            store: store.clone(),
            changes: catalog.changes(),
            access: catalog.access(),
            nodes: catalog.nodes(),
            requests: catalog.requests(),
            planner: Planner { journal: catalog.journal(), books: Books::of(&catalog) },
            gate,
        };
        let router = doors::all(Parts { api, limits, scheme, metrics });
        let server = Server::bind((Ipv4Addr::LOCALHOST, 0).into(), router, limits, encryption).await?;
        let (address, end) = (server.address()?, CancellationToken::new());
        tokio::spawn(server.run(end.clone()));
        tokio::spawn(keep_house(store.clone(), catalog.changes(), None, None, end.clone()));
        Ok(Self { address, scheme, end, store, catalog })
    }

    /// `127.0.0.1:PORT`.
    pub fn host(&self) -> String {
        self.address.to_string()
    }

    /// `http://127.0.0.1:PORT`, or with `https`.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme.name(), self.address)
    }
}

/// Without mirrors.
fn nothing(folder: &Path) -> Result<InForce, Box<dyn Error + Send + Sync>> {
    let hosts = Hosts::new(HostsOptions { settings: Vec::new(), environment: HostEnvironment::default() })?;
    let places = Arc::new(Places::new(PlacesOptions::new(hosts)));
    let reach = Reach { places, options: EngineOptions::new(folder.join("spool")) };
    Ok(InForce { mirrors: Vec::new(), shared: Shared::default(), hooks: Arc::default(), reach })
}
