//! The token server's listener and its two forms of request.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Collected, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;

use super::access::{Rights, grant};
use super::builder::Scheme;
use super::issue::{Claims, Signer};
use super::request::Form;
use super::{TokenRequest, TokenServerBuilder};
use crate::listener::Listener;
use crate::tls::{self, Authority};

const SERVICE: &str = "portolan-test-registry";
const ISSUER: &str = "portolan-test-issuer";

/// A running token server; it stops when it is dropped.
#[derive(Debug)]
pub struct TokenServer {
    realm: String,
    authority: Option<Authority>,
    shared: Arc<Shared>,
    /// Held for its drop.
    _listener: Listener,
}

struct Shared {
    options: TokenServerBuilder,
    signer: Signer,
    /// Users by refresh token.
    refresh: Mutex<HashMap<String, String>>,
    requests: Mutex<Vec<TokenRequest>>,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.options.fmt(f)
    }
}

impl TokenServer {
    /// Options for a token server; without any nobody can log in, and everyone may pull from `public/`.
    pub fn builder() -> TokenServerBuilder {
        TokenServerBuilder::default()
    }

    pub(super) async fn launch(options: TokenServerBuilder) -> Self {
        let (scheme, authority) = match options.scheme {
            Scheme::Http => ("http", None),
            Scheme::Https => ("https", Some(Authority::new("portolan test token authority"))),
        };
        let acceptor = authority.as_ref().map(|ca| TlsAcceptor::from(tls::server_config(&ca.server())));
        let shared = Arc::new(Shared {
            options,
            signer: Signer::new(),
            refresh: Mutex::default(),
            requests: Mutex::default(),
        });
        let each = Arc::clone(&shared);
        let listener = Listener::start(move |stream| connection(stream, acceptor.clone(), Arc::clone(&each)));
        let realm = format!("{scheme}://{}/token", listener.address());
        Self { realm, authority, shared, _listener: listener }
    }

    /// The address that challenges name.
    pub fn realm(&self) -> String {
        self.realm.clone()
    }

    /// The name of the registry in tokens.
    pub fn service(&self) -> &str {
        SERVICE
    }

    /// The name of this server in tokens.
    pub fn issuer(&self) -> &str {
        ISSUER
    }

    /// The certificate, as PEM, that tokens are signed with.
    pub fn signing_certificate(&self) -> String {
        self.shared.signer.certificate.clone()
    }

    /// The authority of the server's own TLS certificate as PEM; needs [`TokenServerBuilder::tls`].
    pub fn ca_pem(&self) -> String {
        self.authority.as_ref().expect("the token server was not started with .tls()").pem()
    }

    /// All requests so far.
    pub fn requests(&self) -> Vec<TokenRequest> {
        self.shared.requests.lock().expect("no panic under the lock").clone()
    }

    /// Forgets the requests.
    pub fn clear(&self) {
        self.shared.requests.lock().expect("no panic under the lock").clear();
    }

    /// A refresh token of this user, as `docker login` keeps it under `identitytoken`.
    pub fn identity_token(&self, user: &str) -> String {
        self.shared.refresh_token(user)
    }
}

impl Shared {
    fn refresh_token(&self, user: &str) -> String {
        let mut tokens = self.refresh.lock().expect("no panic under the lock");
        let token = format!("refresh-{}-{user}", tokens.len());
        tokens.insert(token.clone(), user.to_owned());
        token
    }

    async fn serve(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (parts, body) = request.into_parts();
        let body = body.collect().await.map(Collected::to_bytes).unwrap_or_default();
        let form = Form::parse(&parts, &body);
        let user = if parts.uri.path() != "/token" {
            Err(StatusCode::NOT_FOUND)
        } else if parts.method == Method::POST {
            self.oauth2_user(&form)
        } else {
            self.basic_user(&form)
        };
        let (status, answer) = match &user {
            Ok(user) => (StatusCode::OK, self.grant(user.as_deref(), &form)),
            Err(status) => (*status, json!({"errors": [{"code": "UNAUTHORIZED"}], "error": "invalid_grant"})),
        };
        self.requests.lock().expect("no panic under the lock").push(TokenRequest {
            method: parts.method,
            scopes: form.scopes(),
            service: form.get("service").unwrap_or_default().to_owned(),
            user: user.ok().flatten(),
            authorization: form.authorization.clone(),
            grant: form.get("grant_type").map(str::to_owned),
            status,
        });
        let response = Response::builder().status(status).header("content-type", "application/json");
        response.body(Full::from(answer.to_string())).expect("the answer is valid")
    }

    /// The user of a GET: who logged in, or nobody.
    fn basic_user(&self, form: &Form) -> Result<Option<String>, StatusCode> {
        match &form.login {
            Some(login) => self.check(&login.user, &login.password),
            None if self.options.anonymous == Rights::Nothing => Err(StatusCode::UNAUTHORIZED),
            None => Ok(None),
        }
    }

    /// The user of a POST: by password or by refresh token.
    fn oauth2_user(&self, form: &Form) -> Result<Option<String>, StatusCode> {
        match form.get("grant_type") {
            Some("password") => {
                self.check(form.get("username").unwrap_or_default(), form.get("password").unwrap_or_default())
            }
            Some("refresh_token") => {
                let tokens = self.refresh.lock().expect("no panic under the lock");
                let user = form.get("refresh_token").and_then(|token| tokens.get(token)).cloned();
                user.map(Some).ok_or(StatusCode::UNAUTHORIZED)
            }
            _ => Err(StatusCode::BAD_REQUEST),
        }
    }

    fn check(&self, user: &str, password: &str) -> Result<Option<String>, StatusCode> {
        match self.options.users.get(user) {
            Some(known) if known.password == password => Ok(Some(user.to_owned())),
            _ => Err(StatusCode::UNAUTHORIZED),
        }
    }

    fn grant(&self, user: Option<&str>, form: &Form) -> Value {
        let rights = match user {
            None => self.options.anonymous,
            Some(name) => self.options.users.get(name).map_or(Rights::Nothing, |user| user.rights),
        };
        let lifetime = self.options.lifetime;
        let token = self.signer.token(&Claims {
            issuer: ISSUER,
            service: form.get("service").unwrap_or_default(),
            user: user.unwrap_or_default(),
            lifetime,
            access: grant(rights, &form.scopes()),
        });
        let mut answer = json!({
            "access_token": token,
            "expires_in": self.options.claimed.unwrap_or(lifetime),
            "issued_at": Timestamp::now().to_string(),
        });
        if form.get("grant_type").is_none() {
            answer["token"] = json!(token);
        } else {
            answer["scope"] = json!(form.scopes().join(" "));
        }
        let offline = form.get("offline_token") == Some("true") || form.get("access_type") == Some("offline");
        if let Some(user) = user.filter(|_| offline) {
            answer["refresh_token"] = json!(self.refresh_token(user));
        }
        answer
    }
}

async fn connection(stream: TcpStream, acceptor: Option<TlsAcceptor>, shared: Arc<Shared>) {
    match acceptor {
        None => speak(stream, shared).await,
        Some(acceptor) => {
            if let Ok(stream) = acceptor.accept(stream).await {
                speak(stream, shared).await;
            }
        }
    }
}

async fn speak<S: AsyncRead + AsyncWrite + Unpin>(stream: S, shared: Arc<Shared>) {
    let service = service_fn(move |request| {
        let shared = Arc::clone(&shared);
        async move { Ok::<_, Infallible>(shared.serve(request).await) }
    });
    // A client that goes away is no concern of the server.
    let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}
