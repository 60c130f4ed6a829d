//! Clients for the registries of the tests.

use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use portolan_oci::{Descriptor, MediaType, TagOrDigest, Verified, Verifier};
use portolan_testkit::proxy::Proxy;
use portolan_testkit::registry::Registry;
use portolan_transport::{
    Begun, ByteStream, ClientOptions, Content, HostLimits, Hosts, HostsOptions, MountFrom, Places,
    PlacesOptions, RegistryRepository, RegistrySettings, RetryOptions, Secret, Source as _, Target as _,
    TlsFiles, TlsSettings, TransportResult, UploadState,
};

/// A client that tries as often as always, but waits for moments only.
pub(crate) fn impatient() -> ClientOptions {
    ClientOptions {
        connect_timeout: Duration::from_secs(5),
        idle_timeout: Duration::from_secs(20),
        retry: RetryOptions {
            first_delay: Duration::from_millis(2),
            longest_delay: Duration::from_millis(20),
            ..RetryOptions::default()
        },
        ..ClientOptions::default()
    }
}

/// A client that soon takes a silent line for a broken one.
pub(crate) fn nervous() -> ClientOptions {
    ClientOptions { idle_timeout: Duration::from_millis(300), ..impatient() }
}

/// Nothing is set for this host.
pub(crate) fn unset(host: &str) -> RegistrySettings {
    RegistrySettings {
        host: host.parse().unwrap(),
        username: None,
        password: None,
        tls: None,
        limits: HostLimits::default(),
        token_realm: None,
    }
}

pub(crate) fn login(host: &str, user: &str, password: &str) -> RegistrySettings {
    RegistrySettings {
        username: Some(user.to_owned()),
        password: Some(Secret::Plain(password.to_owned())),
        ..unset(host)
    }
}

/// The registry's own authority is trusted.
pub(crate) fn trusting(registry: &Registry) -> RegistrySettings {
    let tls = TlsFiles { ca: Some(registry.ca_file()), ..TlsFiles::default() };
    RegistrySettings { tls: Some(TlsSettings::Files(tls)), ..unset(registry.host()) }
}

pub(crate) fn places(settings: Vec<RegistrySettings>) -> Places {
    places_with(settings, impatient())
}

pub(crate) fn places_with(settings: Vec<RegistrySettings>, client: ClientOptions) -> Places {
    let hosts = Hosts::new(HostsOptions { settings, ..HostsOptions::default() }).unwrap();
    Places::new(PlacesOptions { client, ..PlacesOptions::new(hosts) })
}

pub(crate) fn repository(places: &Places, host: &str, name: &str) -> RegistryRepository {
    places.registry(&host.parse().unwrap(), &name.parse().unwrap()).unwrap()
}

/// A plain registry behind a proxy.
pub(crate) async fn behind_proxy() -> Option<(Registry, Proxy)> {
    let registry = Registry::start().await?;
    let proxy = Proxy::before(&registry).await;
    Some((registry, proxy))
}

pub(crate) fn tag(text: &str) -> TagOrDigest {
    TagOrDigest::Tag(text.parse().unwrap())
}

/// Bytes in which no two places look the same.
pub(crate) fn noise(length: usize) -> Bytes {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..length).map(|_| next()).collect()
}

/// A blob of a test.
pub(crate) struct Blob {
    pub(crate) bytes: Bytes,
    pub(crate) descriptor: Descriptor,
}

impl Blob {
    pub(crate) fn new(bytes: Bytes) -> Self {
        Self { descriptor: Descriptor::of(MediaType::OCI_LAYER, &bytes), bytes }
    }

    pub(crate) fn of_length(length: usize) -> Self {
        Self::new(noise(length))
    }

    pub(crate) fn verified(&self) -> Verified {
        Verifier::check(&self.descriptor, &self.bytes).unwrap()
    }

    /// What is left of it behind `offset`, to be verified on its way.
    pub(crate) fn from(&self, offset: usize) -> Content {
        let mut verifier = Verifier::new(&self.descriptor);
        verifier.update(&self.bytes[..offset]).unwrap();
        let rest = pieces(&self.bytes.slice(offset..));
        Content::verifying(verifier, self.descriptor.size, rest, "the blob".to_owned())
    }
}

pub(crate) fn pieces(bytes: &Bytes) -> ByteStream {
    let pieces: Vec<_> = bytes.chunks(64 * 1024).map(|piece| Ok(bytes.slice_ref(piece))).collect();
    futures::stream::iter(pieces).boxed()
}

pub(crate) async fn begin(repository: &RegistryRepository, blob: &Blob) -> UploadState {
    match repository.begin(&blob.descriptor, &MountFrom::Nowhere).await.unwrap() {
        Begun::Upload(state) => state,
        Begun::Mounted => panic!("nothing was asked to be mounted"),
    }
}

pub(crate) async fn push(repository: &RegistryRepository, blob: &Blob) {
    let state = begin(repository, blob).await;
    repository.finish(&state, blob.from(0)).await.unwrap();
}

/// Reads all of a blob and checks it as a copy would.
pub(crate) async fn read(repository: &RegistryRepository, descriptor: &Descriptor) -> TransportResult<Bytes> {
    read_from(repository, descriptor, Bytes::new()).await
}

/// Reads what follows on `begun`.
pub(crate) async fn read_from(
    repository: &RegistryRepository,
    descriptor: &Descriptor,
    begun: Bytes,
) -> TransportResult<Bytes> {
    let read = repository.blob(descriptor, begun.len() as u64).await?;
    let known = usize::try_from(read.offset).unwrap();
    let mut verifier = Verifier::new(descriptor);
    verifier.update(&begun[..known]).unwrap();
    let content = Content::verifying(verifier, descriptor.size, read.stream, "the blob".to_owned());
    let mut bytes = begun[..known].to_vec();
    let mut stream = content.into_bytes();
    while let Some(piece) = stream.next().await {
        bytes.extend_from_slice(&piece?);
    }
    Ok(bytes.into())
}
