//! What a host wants to see, and what it is shown.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderValue;
use portolan_oci::{Registry, RepositoryName};
use tokio::time::Instant;
use url::Url;

use super::grant::{Age, Basic, Grant, Token, basic};
use super::realm::{Owner, may_have_credentials};
use super::scope::{Scope, covers};
use super::shared_error::again;
use super::token::{Service, TokenAsk, fetch};
use crate::registry::authority::Authority;
use crate::registry::headers::Challenge;
use crate::registry::net::{Net, Secured};
use crate::{Flight, HostEndpoint, SingleFlight, TransportError, TransportResult};

type Asked = Result<Option<Arc<Basic>>, Arc<TransportError>>;
type Fetched = Result<Arc<Token>, Arc<TransportError>>;

/// The credentials of one host.
pub(in crate::registry) struct Auth {
    net: Arc<Net>,
    endpoint: HostEndpoint,
    authority: Authority,
    wants: Mutex<Wants>,
    basics: Mutex<HashMap<RepositoryName, Arc<Basic>>>,
    tokens: Mutex<HashMap<Scope, Arc<Token>>>,
    asking: SingleFlight<RepositoryName, Asked>,
    fetching: SingleFlight<Scope, Fetched>,
}

/// What the host was seen to want.
#[derive(Clone, Default)]
enum Wants {
    #[default]
    Unknown,
    Basic,
    Bearer(Arc<Service>),
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Auth {
    pub(in crate::registry) fn new(net: Arc<Net>, endpoint: &HostEndpoint) -> Self {
        Self {
            net,
            authority: Authority::new(&endpoint.authority, endpoint.scheme),
            endpoint: endpoint.clone(),
            wants: Mutex::default(),
            basics: Mutex::default(),
            tokens: Mutex::default(),
            asking: SingleFlight::default(),
            fetching: SingleFlight::default(),
        }
    }

    fn registry(&self) -> &Registry {
        &self.endpoint.registry
    }

    /// What a request brings by what is known now.
    ///
    /// # Errors
    /// If a token is needed and cannot be had.
    pub(in crate::registry) async fn known(&self, scope: &Scope) -> TransportResult<Grant> {
        let wants = lock(&self.wants).clone();
        match wants {
            Wants::Unknown => Ok(Grant::Nobody),
            Wants::Basic => self.known_basic(scope.repository()).await,
            Wants::Bearer(service) => match self.kept(scope) {
                Some(token) => Ok(Grant::Bearer(token, Age::Kept)),
                None => self.fetch(&service, scope, &[], None).await,
            },
        }
    }

    /// What to bring after a refusal: `offers` are its challenges, `refused` the error if there is no way.
    ///
    /// # Errors
    /// `refused`, or that a token cannot be had.
    pub(in crate::registry) async fn answer(
        &self,
        scope: &Scope,
        offers: &[Challenge],
        used: &Grant,
        refused: TransportError,
    ) -> TransportResult<Grant> {
        let offer = |scheme: &str| offers.iter().find(|offer| offer.scheme == scheme);
        let bearer =
            offer("bearer").and_then(|offer| Some((offer, offer.get("realm")?.parse::<Url>().ok()?)));
        if let Some((offer, mut realm)) = bearer {
            self.authority.secure(&mut realm);
            let service = Arc::new(Service { realm, service: offer.get("service").map(str::to_owned) });
            *lock(&self.wants) = Wants::Bearer(Arc::clone(&service));
            return self.answer_bearer(&service, scope, (offer, used), refused).await;
        }
        if offer("basic").is_none() {
            return Err(refused);
        }
        *lock(&self.wants) = Wants::Basic;
        match self.fresh_basic(scope.repository()).await? {
            Some(basic) if used.header() != Some(&basic.header) => Ok(Grant::Basic(basic)),
            _ => Err(refused),
        }
    }

    async fn answer_bearer(
        &self,
        service: &Arc<Service>,
        scope: &Scope,
        (offer, used): (&Challenge, &Grant),
        refused: TransportError,
    ) -> TransportResult<Grant> {
        let further: Vec<_> = offer.scopes().map(str::to_owned).collect();
        let Grant::Bearer(token, age) = used else {
            return self.fetch(service, scope, &further, None).await;
        };
        if *age == Age::New && further.iter().all(|one| covers(&token.scopes, one)) {
            return Err(match (offer.get("error"), refused) {
                (Some("insufficient_scope"), TransportError::Unauthorized { host, what, user: Some(_) }) => {
                    TransportError::Denied { host, what }
                }
                (_, refused) => refused,
            });
        }
        self.fetch(service, scope, &further, Some(&token.header)).await
    }

    async fn known_basic(&self, repository: &RepositoryName) -> TransportResult<Grant> {
        let known = lock(&self.basics).get(repository).map(Arc::clone);
        let basic = match known {
            Some(basic) => Some(basic),
            None => self.fresh_basic(repository).await?,
        };
        Ok(basic.map_or(Grant::Nobody, Grant::Basic))
    }

    /// Helpers are programs, so those who need the same login wait for one of them.
    async fn fresh_basic(&self, repository: &RepositoryName) -> TransportResult<Option<Arc<Basic>>> {
        let lead = match self.asking.join(repository).await {
            Flight::Landed(found) => return found.map_err(|error| again(&error)),
            Flight::Lead(lead) => lead,
        };
        let found = self.ask_for_basic(repository).await.map_err(Arc::new);
        lead.land(found.clone());
        found.map_err(|error| Arc::try_unwrap(error).unwrap_or_else(|shared| again(&shared)))
    }

    async fn ask_for_basic(&self, repository: &RepositoryName) -> TransportResult<Option<Arc<Basic>>> {
        let login = self.net.hosts.login(self.registry(), repository).await?;
        let basic = login.as_ref().and_then(basic).map(Arc::new);
        if let Some(basic) = &basic {
            lock(&self.basics).insert(repository.clone(), Arc::clone(basic));
        }
        Ok(basic)
    }

    /// A token that is good for a while.
    fn kept(&self, scope: &Scope) -> Option<Arc<Token>> {
        let now = Instant::now();
        let tokens = lock(&self.tokens);
        let good = |scope: &Scope| tokens.get(scope).filter(|token| token.renew_at > now).map(Arc::clone);
        good(scope).or_else(|| good(&scope.wider()?))
    }

    /// A token from the server, or from the one who is just fetching the same. `used` was refused.
    async fn fetch(
        &self,
        service: &Arc<Service>,
        scope: &Scope,
        further: &[String],
        used: Option<&HeaderValue>,
    ) -> TransportResult<Grant> {
        let lead = match self.fetching.join(scope).await {
            Flight::Landed(Ok(token)) => return Ok(Grant::Bearer(token, Age::New)),
            Flight::Landed(Err(error)) => return Err(again(&error)),
            Flight::Lead(lead) => lead,
        };
        // Somebody may have fetched one in the meantime.
        if let Some(token) = self.kept(scope).filter(|token| used != Some(&token.header))
            && further.iter().all(|one| covers(&token.scopes, one))
        {
            lead.land(Ok(Arc::clone(&token)));
            return Ok(Grant::Bearer(token, Age::Kept));
        }
        match self.fetch_new(service, scope, further).await {
            Ok(token) => {
                let token = Arc::new(token);
                lock(&self.tokens).insert(scope.clone(), Arc::clone(&token));
                lead.land(Ok(Arc::clone(&token)));
                Ok(Grant::Bearer(token, Age::New))
            }
            Err(error) => {
                let error = Arc::new(error);
                lead.land(Err(Arc::clone(&error)));
                Err(Arc::try_unwrap(error).unwrap_or_else(|shared| again(&shared)))
            }
        }
    }

    async fn fetch_new(
        &self,
        service: &Service,
        scope: &Scope,
        further: &[String],
    ) -> TransportResult<Token> {
        let login = self.net.hosts.login(self.registry(), scope.repository()).await?;
        let registry = self.registry().as_str();
        if login.is_some() {
            let token_realm = self.endpoint.token_realm.as_deref();
            let owner = Owner { registry, authority: &self.authority, token_realm };
            may_have_credentials(&self.net, &owner, &service.realm).await?;
        }
        let mut scopes = scope.texts();
        let before = lock(&self.tokens).get(scope).map(|token| token.scopes.clone()).unwrap_or_default();
        for one in before.into_iter().chain(further.iter().cloned()) {
            if !covers(&scopes, &one) {
                scopes.push(one);
            }
        }
        let pool = self.pool(&service.realm, scope.repository())?;
        let repository = scope.repository();
        let ask = TokenAsk { service, scopes, login: login.as_ref(), registry, repository };
        fetch(&self.net, &pool, ask).await
    }

    /// Connections to the token server: often the registry itself, secured as it is.
    fn pool(&self, realm: &Url, repository: &RepositoryName) -> TransportResult<reqwest::Client> {
        if realm.scheme() == "https" && self.authority.owns(realm) {
            return self.net.pool(realm, Secured::Tls(self.endpoint.tls()?));
        }
        if !matches!(realm.scheme(), "http" | "https") {
            return Err(TransportError::Protocol {
                host: self.registry().to_string(),
                detail: "it names a token server that is no HTTP address".to_owned(),
            });
        }
        self.net.pool_elsewhere(realm, repository)
    }
}
