//! Where images are read from and written to: registries, OCI layouts, archives.
//!
//! [`Source`] and [`Target`] are the two faces that every place shows; the copy engine knows nothing else.
//! What a place can do beyond the required is told by [`Capabilities`], never by its kind. Every
//! implementation passes the suite in [`conformance`]. Whether a failure may be tried again is decided here
//! and only here ([`TransportError::is_retryable`]).
//!
//! Not here: which images are copied and in what order (`portolan-sync`), what is remembered between runs
//! (`portolan-catalog`).

mod archive;
mod capabilities;
pub mod conformance;
mod content;
mod endpoint;
mod error;
mod fence;
#[cfg(any(test, feature = "fuzzing"))]
#[doc(hidden)]
pub mod fuzzing;
mod host_gate;
mod host_tally;
mod hosts;
mod layout;
mod open;
mod realm_pins;
mod registry;
mod settings;
mod single_flight;
mod source;
mod target;
mod traces;
mod upload;

pub use archive::{Archive, DockerArchiveWriter, OciArchiveWriter};
pub use capabilities::{Capabilities, Support};
pub use content::{BlobRead, ByteStream, Chunk, Content, Piece};
pub use endpoint::{Endpoint, EndpointError, InArchive, Location};
pub use error::{Cause, TransportError, TransportResult};
pub use fence::{Fence, FencedTarget};
pub use host_gate::{HostGate, LocalGate, Permit, Share, Weight};
pub use host_tally::{Answered, HostCount, HostTally};
pub use hosts::{
    CredentialFile, Erased, HostEndpoint, HostEnvironment, HostProfile, Hosts, HostsError, HostsOptions,
    Login, Reads, Scheme, Stored,
};
pub use layout::LayoutRepository;
pub use open::{OwnStore, Places, PlacesOptions};
pub use realm_pins::{MemoryPins, RealmPin, RealmPins};
pub use registry::{
    ApiAnswer, ApiCall, ClientOptions, Courier, LoginCheck, Quota, RateLimits, RegistryClient,
    RegistryRepository, RetryOptions,
};
pub use settings::{
    ByteRate, ByteRateError, HostLimits, RegistrySettings, Secret, SecretError, TlsFiles, TlsMode,
    TlsSettings,
};
pub use single_flight::{Flight, Lead, SingleFlight};
pub use source::{Referrers, ReferrersVia, Source};
pub use target::{Begun, Deleted, FreeSpace, MountFrom, PutAs, PutOutcome, Target};
pub use traces::TRACES;
pub use upload::{Resumed, UploadState};
