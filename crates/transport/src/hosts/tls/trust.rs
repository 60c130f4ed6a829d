//! Who is believed to be a host: by the system's authorities, and by what the user has given.

use std::sync::{Arc, OnceLock};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_name;
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::SystemRoots;

/// Trusts authorities and, besides, the very certificates that the user has given: `openssl req -x509` marks a
/// self-signed certificate as an authority, and Docker and Podman take such a one from the registry itself.
///
/// The system's authorities are read when the first certificate is to be verified. A host that turns out to
/// speak no TLS costs nothing of that.
#[derive(Debug)]
pub(super) struct Trust {
    given: Vec<CertificateDer<'static>>,
    system: Arc<SystemRoots>,
    provider: Arc<CryptoProvider>,
    authorities: OnceLock<Arc<WebPkiServerVerifier>>,
}

impl Trust {
    /// Trust in the system's authorities and in `given`, each both as an authority and as itself.
    pub(super) fn new(
        given: Vec<CertificateDer<'static>>,
        system: Arc<SystemRoots>,
        provider: Arc<CryptoProvider>,
    ) -> Self {
        Self { given, system, provider, authorities: OnceLock::new() }
    }

    fn authorities(&self) -> Result<&WebPkiServerVerifier, Error> {
        if let Some(authorities) = self.authorities.get() {
            return Ok(authorities);
        }
        let mut roots = RootCertStore::clone(&self.system.get());
        for certificate in &self.given {
            roots.add(certificate.clone())?;
        }
        let authorities =
            WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&self.provider))
                .build()
                .map_err(|cause| Error::General(cause.to_string()))?;
        Ok(self.authorities.get_or_init(|| authorities))
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self.authorities()?.verify_server_cert(
            end_entity,
            intermediates,
            server_name,
            ocsp_response,
            now,
        );
        match verified {
            Err(error) if is_authority(&error) && self.given.contains(end_entity) => {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// Whether it was refused for being an authority, which is found only after its dates were found right. The
/// verifier has no type for this error, only a text.
fn is_authority(error: &Error) -> bool {
    matches!(error, Error::InvalidCertificate(CertificateError::Other(other))
        if other.0.to_string() == "CaUsedAsEndEntity")
}
