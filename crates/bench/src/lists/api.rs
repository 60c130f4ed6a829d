//! As much of a client of the API as filling a daemon and looking through its lists takes.

use reqwest::Url;
use serde_json::Value;

use crate::lean;
use crate::serve::{Portolan, ServeError};

/// The API of a daemon.
#[derive(Debug)]
pub(super) struct Api {
    pub(super) http: reqwest::Client,
    base: String,
}

/// A page of a list.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) items: Vec<Value>,
    /// What the next page is behind.
    pub(super) next: Option<String>,
}

impl Api {
    pub(super) fn of(server: &Portolan) -> Result<Self, ServeError> {
        let http = lean::trusting(rustls::RootCertStore::empty())?;
        Ok(Self { http, base: server.url().to_owned() })
    }

    /// The address of a path of the API.
    pub(super) fn url(&self, path: &str) -> Result<Url, ServeError> {
        let url = format!("{}/api/v1{path}", self.base);
        url.parse().map_err(|_| ServeError::Answer(format!("with what is in no address: {path}")))
    }

    /// Its description of itself.
    pub(super) async fn document(&self) -> Result<Value, ServeError> {
        let url = format!("{}/api/openapi.json", self.base);
        read(&self.http.get(url).send().await?.error_for_status()?.bytes().await?)
    }

    pub(super) async fn page(&self, url: Url) -> Result<Page, ServeError> {
        let answer = self.http.get(url).send().await?.error_for_status()?;
        let mut page = read(&answer.bytes().await?)?;
        let next = page.get("next").and_then(Value::as_str).map(str::to_owned);
        match page.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => Ok(Page { items, next }),
            _ => Err(ServeError::Answer("with a page that has no entries".to_owned())),
        }
    }

    /// Has something done or made.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Result<Value, ServeError> {
        let sent = self.http.post(self.url(path)?).body(body.to_string()).send().await?;
        read(&sent.error_for_status()?.bytes().await?)
    }
}

fn read(bytes: &[u8]) -> Result<Value, ServeError> {
    serde_json::from_slice(bytes).map_err(|_| ServeError::Answer("with what is no JSON".to_owned()))
}
