//! How traces get to the collector.

use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use opentelemetry_http::{HttpClient, HttpError};
use portolan_transport::Courier;
use tokio::runtime::Handle;
use tokio::time::timeout;
use url::Url;

use super::traces::PATIENCE;

/// Who carries them; known as soon as the program knows how hosts are reached.
pub(super) type LateCourier = Arc<OnceLock<Courier>>;

/// Posts with the courier, on the program's runtime: the thread that gathers spans has none.
pub(super) struct Client {
    pub(super) courier: LateCourier,
    /// What the collector wants to see; marked as secret.
    pub(super) headers: HeaderMap,
    pub(super) runtime: Handle,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let (parts, body) = request.into_parts();
        let url: Url = parts.uri.to_string().parse()?;
        let mut headers = parts.headers;
        headers.extend(self.headers.clone());
        let courier = Arc::clone(&self.courier);
        let sending = async move {
            let courier = courier.get().ok_or("it is not known yet how hosts are reached")?;
            Ok::<_, HttpError>(timeout(PATIENCE, courier.post(&url, headers, body)).await??)
        };
        let (status, body) = self.runtime.spawn(sending).await??;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        Ok(response)
    }
}
