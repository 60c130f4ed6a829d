//! Until when a certificate is valid.

use std::time::Duration;

use jiff::Timestamp;
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, Error, RootCertStore};

/// Until when it is valid; nothing for what is no certificate. The library looks at the dates before anything else, and
/// tells them to whoever asks too late: so it is asked whether the certificate is valid at the end of days.
pub(super) fn expiry(certificate: &CertificateDer<'_>) -> Option<Timestamp> {
    let certificate = ParsedCertificate::try_from(certificate).ok()?;
    let end_of_days = UnixTime::since_unix_epoch(Duration::from_secs(u64::MAX));
    let nobody = RootCertStore::empty();
    match verify_server_cert_signed_by_trust_anchor(&certificate, &nobody, &[], end_of_days, &[]) {
        Err(Error::InvalidCertificate(CertificateError::ExpiredContext { not_after, .. })) => {
            Timestamp::from_second(i64::try_from(not_after.as_secs()).ok()?).ok()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};

    use super::*;

    #[test]
    fn the_date_in_the_certificate_is_told() {
        let key = KeyPair::generate().unwrap();
        for (is_ca, year) in
            [(IsCa::NoCa, 2031), (IsCa::Ca(BasicConstraints::Unconstrained), 2200), (IsCa::NoCa, 2020)]
        {
            let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
            params.is_ca = is_ca;
            params.not_after = date_time_ymd(year, 3, 4);
            let certificate = params.self_signed(&key).unwrap();
            let told = expiry(certificate.der()).unwrap();
            assert_eq!(told.to_string(), format!("{year}-03-04T00:00:00Z"));
        }
        assert_eq!(expiry(&CertificateDer::from(b"nonsense".as_slice())), None);
    }
}
