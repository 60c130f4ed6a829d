//! Making tokens (RFC 7519, signed with ES256).

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use jiff::Timestamp;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::{Value, json};

use crate::tls::new_key;

/// How long after its `exp` docker-registry 2.8 still takes a token.
const LEEWAY: i64 = 60;

/// The key of a token server, with its certificate.
pub(super) struct Signer {
    key: EcdsaKeyPair,
    random: SystemRandom,
    header: String,
    pub(super) certificate: String,
}

/// What one token says.
pub(super) struct Claims<'a> {
    pub(super) issuer: &'a str,
    pub(super) service: &'a str,
    pub(super) user: &'a str,
    /// For how many seconds the registry shall take it.
    pub(super) lifetime: i64,
    pub(super) access: Vec<Value>,
}

impl Signer {
    pub(super) fn new() -> Self {
        let pair = new_key();
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "portolan test tokens");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&pair).expect("the certificate signs itself");
        let random = SystemRandom::new();
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &pair.serialize_der(), &random);
        let header =
            json!({"typ": "JWT", "alg": "ES256", "x5c": [BASE64_STANDARD.encode(certificate.der())]});
        Self {
            key: key.expect("the key is a P-256 key"),
            random,
            header: header.to_string(),
            certificate: certificate.pem(),
        }
    }

    pub(super) fn token(&self, claims: &Claims<'_>) -> String {
        let now = Timestamp::now();
        let body = json!({
            "iss": claims.issuer,
            "sub": claims.user,
            "aud": claims.service,
            "exp": now.as_second() + claims.lifetime - LEEWAY,
            "nbf": now.as_second() - 2 * LEEWAY,
            "iat": now.as_second(),
            "jti": now.as_nanosecond().to_string(),
            "access": claims.access,
        });
        let encode = |text: &str| BASE64_URL_SAFE_NO_PAD.encode(text);
        let message = format!("{}.{}", encode(&self.header), encode(&body.to_string()));
        let signature = self.key.sign(&self.random, message.as_bytes()).expect("ring signs");
        format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
    }
}
