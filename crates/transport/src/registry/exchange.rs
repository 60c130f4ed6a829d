//! From a request to its answer.

use std::time::Instant;

use http::{StatusCode, header};
use tracing::Instrument as _;
use url::Url;

use super::answer::Answer;
use super::ask::{Ask, To};
use super::auth::{Grant, Scope};
use super::authority::authority;
use super::body::Incoming;
use super::client::{Owner, RegistryClient};
use super::failure::Failure;
use super::headers::challenges;
use super::hop::hop;
use super::redirect;
use super::retry::{Next, Repeat, Tries};
use super::span::{note, of_request};
use super::status::About;
use super::throttle::Entered;
use crate::{Answered, TransportError, TransportResult};

/// How often a request may be asked for credentials: without any, with old ones, with a scope that is too
/// narrow. A registry that asks on and on is refused.
const MOST_CHALLENGES: usize = 4;

/// An answer as it came from the line.
struct Sent {
    response: reqwest::Response,
    url: Url,
    owner: Owner,
}

impl RegistryClient {
    /// Sends a request, as often as needed and safe, with the credentials that it needs. Any answer but a
    /// challenge is given to the caller.
    pub(super) async fn ask(&self, mut ask: Ask) -> TransportResult<Answer> {
        let mut tries = Tries::new(&self.net.options.retry, ask.hurry);
        let mut challenges_left = MOST_CHALLENGES;
        let mut grant = self.auth.known(&ask.scope).await?;
        loop {
            let next = match self.attempt(&mut ask, &grant).await {
                Ok(answer) if self.is_challenge(&answer) && challenges_left > 0 => {
                    challenges_left -= 1;
                    grant = self.authorise(&ask.scope, answer, &grant).await?;
                    if ask.payload.repeat() == Repeat::Lost {
                        // The new token is kept: who resumes the upload finds it.
                        return Err(expired(&ask.what));
                    }
                    continue;
                }
                Ok(answer) => {
                    let next = tries.after_answer(answer.status, &answer.headers, ask.payload.repeat());
                    if next == Next::Stand {
                        return Ok(answer);
                    }
                    if let (Next::Pause(time), Repeat::Lost) = (next, ask.payload.repeat()) {
                        self.throttle.pause(time);
                        return Ok(answer);
                    }
                    tracing::debug!(status = answer.status.as_u16(), what = ask.what, "trying again");
                    answer.done().await;
                    next
                }
                Err(failure) => {
                    let next = tries.after_failure(&failure, ask.payload.repeat());
                    if next == Next::Stand {
                        return Err(self.explain(failure, &ask.what));
                    }
                    tracing::debug!(%failure, what = ask.what, "trying again");
                    next
                }
            };
            self.counts.retried();
            match next {
                Next::Stand => {}
                Next::Again(time) => tokio::time::sleep(time).await,
                Next::Pause(time) => self.throttle.pause(time),
            }
        }
    }

    /// A stranger's challenge is not ours to answer.
    fn is_challenge(&self, answer: &Answer) -> bool {
        answer.status == StatusCode::UNAUTHORIZED && self.authority.owns(&answer.url)
    }

    async fn authorise(&self, scope: &Scope, answer: Answer, used: &Grant) -> TransportResult<Grant> {
        let offers = answer.headers.get_all(header::WWW_AUTHENTICATE).iter();
        let offers: Vec<_> = offers.filter_map(|value| value.to_str().ok()).flat_map(challenges).collect();
        let refused = answer.refused().await;
        self.auth.answer(scope, &offers, used, refused).await
    }

    async fn attempt(&self, ask: &mut Ask, grant: &Grant) -> Result<Answer, Failure> {
        let asked = Instant::now();
        let entered = self.throttle.enter(ask.weight).await;
        self.counts.waited(asked.elapsed());
        let url = self.address(ask)?;
        let sent = match self.send(url.clone(), ask, grant).await {
            Err(failure)
                if failure.is_not_tls()
                    && ask.payload.repeat() == Repeat::Possible
                    && self.fall_back(&url) =>
            {
                self.send(self.address(ask)?, ask, grant).await?
            }
            sent => sent?,
        };
        let answer = self.answer(sent, ask, grant, entered);
        match ask.whole {
            Some(limit) if answer.status == StatusCode::OK => answer.at_hand(limit).await,
            _ => Ok(answer),
        }
    }

    fn answer(&self, sent: Sent, ask: &Ask, grant: &Grant, entered: Entered) -> Answer {
        let Sent { mut response, url, owner } = sent;
        let (host, user) = match owner {
            Owner::Registry => (self.registry().to_string(), grant.user().map(str::to_owned)),
            Owner::Stranger => (authority(&url), None),
        };
        let headers = std::mem::take(response.headers_mut());
        if owner == Owner::Registry {
            self.note(&headers);
        }
        Answer {
            status: response.status(),
            headers,
            url,
            body: Incoming::new(response.into(), self.net.options.idle_timeout, Some(entered))
                .paying(self.toll_in()),
            about: About { host, what: ask.what.clone(), user, sends: ask.sends },
        }
    }

    fn address(&self, ask: &Ask) -> TransportResult<Url> {
        match &ask.to {
            To::Repository(tail) => self.url(ask.scope.repository(), tail),
            To::Registry(tail) => self.below(&format!("v2/{tail}")),
            To::Api(tail) => self.below(&format!("api/v1/{tail}")),
            To::Url(url) => Ok(url.clone()),
        }
    }

    /// Sends, and follows redirects by hand: credentials go to their own host only.
    async fn send(&self, mut url: Url, ask: &mut Ask, grant: &Grant) -> Result<Sent, Failure> {
        for _ in 0..=redirect::MOST {
            let (pool, owner) = self.connect(&url, ask.scope.repository())?;
            let authorization = grant.header().filter(|_| owner == Owner::Registry);
            let span = of_request(&ask.method, &url);
            let response = hop(&pool, &url, ask, authorization, (&self.net.options, self.toll_out()))
                .instrument(span.clone())
                .await;
            self.count(owner, response.as_ref().ok());
            note(&span, response.as_ref().ok());
            let response = response?;
            let Some(location) = redirect::location(ask, response.status(), response.headers()) else {
                return Ok(Sent { response, url, owner });
            };
            url = self.follow(&url, location, &ask.what)?;
            Incoming::new(response.into(), self.net.options.idle_timeout, None).drain().await;
        }
        Err(Failure::Decided(TransportError::Protocol {
            host: self.registry().to_string(),
            detail: format!("more than {} redirects for {}", redirect::MOST, ask.what),
        }))
    }
}

impl RegistryClient {
    fn count(&self, owner: Owner, response: Option<&reqwest::Response>) {
        let answered =
            response.map_or(Answered::Nothing, |response| Answered::with(response.status().as_u16()));
        match owner {
            Owner::Registry => self.counts.answered(answered),
            Owner::Stranger => self.net.tally.other().answered(answered),
        }
    }
}

fn expired(what: &str) -> TransportError {
    TransportError::Unavailable { what: what.to_owned(), cause: "the credentials had to be renewed".into() }
}
