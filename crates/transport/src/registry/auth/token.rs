//! Asking a token server (the distribution project's "Token Authentication Specification" and its `OAuth2`
//! variant for identity tokens).

use std::time::Duration;

use http::{HeaderValue, Method, StatusCode, header};
use portolan_oci::RepositoryName;
use reqwest::{Body, Request};
use serde::Deserialize;
use tokio::time::{Instant, timeout};
use tracing::Instrument as _;
use url::{Url, form_urlencoded};

use super::grant::{Token, basic, secret};
use crate::registry::authority::authority;
use crate::registry::body::Incoming;
use crate::registry::failure::Failure;
use crate::registry::net::Net;
use crate::registry::retry::{Hurry, Next, Repeat, Tries, waiting_time};
use crate::registry::span::{note, of_request};
use crate::registry::status::{About, Refusal, Sends, refusal};
use crate::{Answered, Login, TransportError, TransportResult, Weight};

const LONGEST_ANSWER: usize = 1024 * 1024;
/// What a token lasts if its server does not say.
const USUAL_LIFE: u64 = 60;
const LONGEST_MARGIN: Duration = Duration::from_secs(30);

/// Who gives tokens, as a registry said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) realm: Url,
    pub(super) service: Option<String>,
}

/// What is asked of a token server.
pub(super) struct TokenAsk<'a> {
    pub(super) service: &'a Service,
    pub(super) scopes: Vec<String>,
    pub(super) login: Option<&'a Login>,
    /// Whose credentials these are.
    pub(super) registry: &'a str,
    /// What for.
    pub(super) repository: &'a RepositoryName,
}

#[derive(Deserialize)]
struct TokenAnswer {
    #[serde(default)]
    token: Option<String>,
    #[serde(default)]
    access_token: Option<String>,
    #[serde(default)]
    expires_in: Option<f64>,
}

/// Fetches a token.
pub(super) async fn fetch(net: &Net, pool: &reqwest::Client, ask: TokenAsk<'_>) -> TransportResult<Token> {
    let about = About {
        host: ask.registry.to_owned(),
        what: format!("access to {}/{}", ask.registry, ask.repository),
        user: ask.login.map(|login| login.user().to_owned()),
        sends: Sends::Nothing,
    };
    let asked_at = Instant::now();
    let body = exchange(net, pool, &ask, &about).await?;
    let broken = |detail: &str| TransportError::Protocol {
        host: authority(&ask.service.realm),
        detail: detail.to_owned(),
    };
    let answer: TokenAnswer =
        serde_json::from_slice(&body).map_err(|_| broken("its answer holds no access token"))?;
    let text = answer.token.filter(|text| !text.is_empty()).or(answer.access_token).unwrap_or_default();
    if text.is_empty() {
        return Err(broken("its answer holds no access token"));
    }
    let header = secret(&format!("Bearer {text}")).ok_or_else(|| broken("its access token is no text"))?;
    let renew_at = asked_at + useful_life(answer.expires_in);
    Ok(Token { header, user: about.user, scopes: ask.scopes, renew_at })
}

/// A token is renewed a little before it ends.
fn useful_life(expires_in: Option<f64>) -> Duration {
    let life = expires_in
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
        .unwrap_or(Duration::from_secs(USUAL_LIFE))
        .min(Duration::from_hours(24));
    life - (life / 6).min(LONGEST_MARGIN)
}

async fn exchange(
    net: &Net,
    pool: &reqwest::Client,
    ask: &TokenAsk<'_>,
    about: &About,
) -> TransportResult<bytes::Bytes> {
    let mut tries = Tries::new(&net.options.retry, Hurry::Patient);
    loop {
        let _permit = net.gate.enter(&authority(&ask.service.realm), Weight::Light).await;
        let request = request(ask);
        let span = of_request(request.method(), request.url());
        let sending = timeout(net.options.idle_timeout, pool.execute(request));
        let sent = sending.instrument(span.clone()).await;
        let response = sent.as_ref().ok().and_then(|sent| sent.as_ref().ok());
        note(&span, response);
        net.tally.other().answered(
            response.map_or(Answered::Nothing, |response| Answered::with(response.status().as_u16())),
        );
        let failure = match sent {
            Err(_) => Failure::Silence(net.options.idle_timeout),
            Ok(Err(cause)) => cause.into(),
            Ok(Ok(response)) => {
                let (status, headers) = (response.status(), response.headers().clone());
                let body = Incoming::new(response.into(), net.options.idle_timeout, None).all(LONGEST_ANSWER);
                let body = body.await.ok().flatten().unwrap_or_default();
                match tries.after_answer(status, &headers, Repeat::Possible) {
                    Next::Stand if status == StatusCode::OK => return Ok(body),
                    Next::Stand => return Err(refused(about, status, waiting_time(&headers), &body)),
                    Next::Again(time) | Next::Pause(time) => tokio::time::sleep(time).await,
                }
                continue;
            }
        };
        match tries.after_failure(&failure, Repeat::Possible) {
            Next::Again(time) | Next::Pause(time) => tokio::time::sleep(time).await,
            Next::Stand => return Err(failure.into_error(&authority(&ask.service.realm), &about.what)),
        }
    }
}

/// A token server refuses credentials with 401, 403 or, for an identity token, 400.
fn refused(about: &About, status: StatusCode, retry_after: Option<Duration>, body: &[u8]) -> TransportError {
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN | StatusCode::BAD_REQUEST => {
            let About { host, what, user, .. } = about.clone();
            TransportError::Unauthorized { host, what, user }
        }
        _ => refusal(about, &Refusal { status, retry_after, body }),
    }
}

fn request(ask: &TokenAsk<'_>) -> Request {
    let TokenAsk { service: Service { realm, service }, scopes, login, .. } = ask;
    if let Some(Login::IdentityToken { token, .. }) = login {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", "refresh_token").append_pair("client_id", "portolan");
        form.append_pair("service", service.as_deref().unwrap_or_default());
        form.append_pair("scope", &scopes.join(" ")).append_pair("refresh_token", token);
        let mut request = Request::new(Method::POST, realm.clone());
        let kind = HeaderValue::from_static("application/x-www-form-urlencoded");
        request.headers_mut().insert(header::CONTENT_TYPE, kind);
        *request.body_mut() = Some(Body::from(form.finish()));
        return request;
    }
    let mut url = realm.clone();
    if let Some(service) = service {
        url.query_pairs_mut().append_pair("service", service);
    }
    for scope in scopes {
        url.query_pairs_mut().append_pair("scope", scope);
    }
    let mut request = Request::new(Method::GET, url);
    if let Some(basic) = login.and_then(basic) {
        request.headers_mut().insert(header::AUTHORIZATION, basic.header);
    }
    request
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        assert_eq!(useful_life(Some(300.0)), Duration::from_secs(270));
        assert_eq!(useful_life(Some(6.0)), Duration::from_secs(5));
        assert_eq!(useful_life(None), Duration::from_secs(50));
        assert_eq!(useful_life(Some(-1.0)), Duration::from_secs(50));
    }
}
