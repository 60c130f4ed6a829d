//! Who is told what is done, and how long it takes.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use portolan_sync::settings::Share;
use portolan_transport::Secret;
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use url::Url;

/// Who is told what is done, and how long it takes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Telemetry {
    /// A collector of traces. Without it none are made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub otlp: Option<OtlpSettings>,
}

impl Telemetry {
    /// Whether nobody is told anything.
    pub fn is_off(&self) -> bool {
        self.otlp.is_none()
    }
}

/// A collector that takes traces by OTLP over HTTP, as protobuf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OtlpSettings {
    /// Its address, without `/v1/traces`: `http://127.0.0.1:4318`.
    #[schemars(with = "String")]
    pub endpoint: OtlpEndpoint,
    /// Headers that it wants to see.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, Secret>,
    /// The name of the service in traces.
    #[serde(default = "service_name")]
    pub service_name: String,
    /// The share of traces that are made. A request that brings a trace with it is in it as the sender wants it.
    #[serde(default = "all")]
    pub sample: Share,
}

fn service_name() -> String {
    "portolan".to_owned()
}

const fn all() -> Share {
    Share::WHOLE
}

/// The address of a collector, without a path for traces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtlpEndpoint(Url);

/// A text that is no address of a collector.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "this is no address of a collector (expected `http://HOST:4318` or `https://HOST`; logins go into `headers`)"
)]
pub struct OtlpEndpointError;

impl OtlpEndpoint {
    /// Where traces are sent to.
    pub fn traces(&self) -> Url {
        let mut url = self.0.clone();
        let path = format!("{}/v1/traces", url.path().trim_end_matches('/'));
        url.set_path(&path);
        url
    }
}

impl FromStr for OtlpEndpoint {
    type Err = OtlpEndpointError;

    fn from_str(text: &str) -> Result<Self, OtlpEndpointError> {
        let url: Url = text.parse().map_err(|_| OtlpEndpointError)?;
        let is_plain = url.username().is_empty() && url.password().is_none();
        let ends = url.query().is_none() && url.fragment().is_none();
        let is_web = matches!(url.scheme(), "http" | "https") && url.host().is_some();
        if is_plain && ends && is_web { Ok(Self(url)) } else { Err(OtlpEndpointError) }
    }
}

impl fmt::Display for OtlpEndpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl Serialize for OtlpEndpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for OtlpEndpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_traces_are_sent_to() {
        let cases = [
            ("http://127.0.0.1:4318", "http://127.0.0.1:4318/v1/traces"),
            ("https://otlp.example.com/tenant/", "https://otlp.example.com/tenant/v1/traces"),
        ];
        for (text, traces) in cases {
            assert_eq!(text.parse::<OtlpEndpoint>().unwrap().traces().as_str(), traces);
        }
    }

    #[test]
    fn what_is_no_address() {
        for text in ["", "collector:4318", "grpc://c:4317", "http://me:word@c/", "http://c/?token=word"] {
            assert_eq!(text.parse::<OtlpEndpoint>(), Err(OtlpEndpointError), "{text}");
        }
    }
}
