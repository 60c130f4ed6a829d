//! What refers to a manifest (distribution-spec, "Listing Referrers" and "Unavailable Referrers API").

use http::{Method, StatusCode, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use portolan_oci::{Descriptor, Digest, Index, Manifest, MediaType, TagOrDigest};

use super::answer::Answer;
use super::ask::{Ask, To};
use super::headers::text;
use super::holder::Holder;
use super::pages::Pages;
use crate::{Referrers, ReferrersVia, Support, TransportError, TransportResult};

const LONGEST_PAGE: usize = 16 * 1024 * 1024;

impl Holder {
    pub(super) async fn referrers(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        match self.listed(subject, artifact_type).await? {
            Some(descriptors) => Ok(Referrers { descriptors, via: ReferrersVia::Api }),
            None => self.by_fallback_tag(subject, artifact_type).await,
        }
    }

    pub(super) async fn listed_referrers(
        &self,
        subject: &Digest,
    ) -> TransportResult<Option<Vec<Descriptor>>> {
        self.listed(subject, None).await
    }

    /// `None` if there is no referrers API.
    async fn listed(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Option<Vec<Descriptor>>> {
        if !self.client.learnt.referrers_api.get().is_possible() {
            return Ok(None);
        }
        let what = format!("the referrers of {}", self.named(&TagOrDigest::Digest(*subject)));
        let filter = artifact_type.map_or_else(String::new, |wanted| {
            format!("?artifactType={}", utf8_percent_encode(wanted.as_str(), NON_ALPHANUMERIC))
        });
        let mut ask =
            Ask::new(Method::GET, format!("referrers/{subject}{filter}"), self.pull(), what.clone());
        let mut found = Vec::new();
        let mut pages = Pages::default();
        loop {
            ask.whole = Some(LONGEST_PAGE);
            let ask_now = ask.header(header::ACCEPT, http::HeaderValue::from_static(OCI_INDEX));
            let answer = self.ask(ask_now).await?;
            if answer.status != StatusCode::OK || !is_index(&answer) {
                return self.no_api(answer).await;
            }
            let next = pages.next(&self.client, &answer)?;
            let filtered = text(&answer.headers, "oci-filters-applied")
                .is_some_and(|filters| filters.split(',').any(|filter| filter.trim() == "artifactType"));
            let page: Index = answer.json(LONGEST_PAGE).await?;
            self.client.learnt.referrers_api.learn(Support::Yes);
            let wanted = artifact_type.filter(|_| !filtered);
            found.extend(page.manifests.into_iter().filter(|one| is_of(one, wanted)));
            let Some(url) = next else { return Ok(Some(found)) };
            ask = Ask::new(Method::GET, "", self.pull(), what.clone());
            ask.to = To::Url(url);
        }
    }

    /// A registry with the API answers 200 even for what it does not have. It may still not know the
    /// repository, which says nothing about the API.
    async fn no_api(&self, answer: Answer) -> TransportResult<Option<Vec<Descriptor>>> {
        let learnt = &self.client.learnt.referrers_api;
        if learnt.get() == Support::Yes && answer.status == StatusCode::NOT_FOUND {
            answer.done().await;
            return Ok(Some(Vec::new()));
        }
        match answer.status.as_u16() {
            200 | 405 | 501 => {
                learnt.learn(Support::No);
                answer.done().await;
                Ok(None)
            }
            404 => {
                let body = answer.bytes(LONGEST_PAGE).await?;
                if !String::from_utf8_lossy(&body).contains("NAME_UNKNOWN") {
                    learnt.learn(Support::No);
                }
                Ok(None)
            }
            400 | 406 => {
                answer.done().await;
                Ok(None)
            }
            _ => Err(answer.refused().await),
        }
    }

    async fn by_fallback_tag(
        &self,
        subject: &Digest,
        artifact_type: Option<&MediaType>,
    ) -> TransportResult<Referrers> {
        let tag = TagOrDigest::Tag(subject.fallback_tag());
        let manifest = match self.manifest(&tag).await {
            Ok(manifest) => manifest,
            Err(TransportError::NotFound { .. }) => {
                return Ok(Referrers { descriptors: Vec::new(), via: ReferrersVia::Nothing });
            }
            Err(error) => return Err(error),
        };
        let descriptors = match manifest.parsed() {
            Manifest::Index(index) => {
                index.manifests.iter().filter(|one| is_of(one, artifact_type)).cloned().collect()
            }
            Manifest::Image(_) => {
                return Err(TransportError::Protocol {
                    host: self.client.registry().to_string(),
                    detail: format!("{} is not a list of referrers", self.named(&tag)),
                });
            }
        };
        Ok(Referrers { descriptors, via: ReferrersVia::FallbackTag(Box::new(manifest)) })
    }
}

const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";

/// Some hosts answer every address with a page.
fn is_index(answer: &Answer) -> bool {
    answer
        .text(header::CONTENT_TYPE)
        .and_then(|text| text.parse::<MediaType>().ok())
        .is_some_and(|media_type| media_type == MediaType::OCI_INDEX)
}

fn is_of(descriptor: &Descriptor, artifact_type: Option<&MediaType>) -> bool {
    artifact_type.is_none_or(|wanted| descriptor.artifact_type.as_ref() == Some(wanted))
}
