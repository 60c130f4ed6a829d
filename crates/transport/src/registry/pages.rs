//! Lists that come in pages.

use std::collections::HashSet;

use http::header;
use url::Url;

use super::RegistryClient;
use super::answer::Answer;
use super::headers::next_link;
use crate::TransportResult;

/// The pages of one list.
#[derive(Default)]
pub(super) struct Pages(HashSet<Url>);

impl Pages {
    /// Where the list goes on after this page: at the same host only, and nowhere where we were. Half a list
    /// is never taken for all of it.
    ///
    /// # Errors
    /// `Protocol` or `Forbidden` if it goes on elsewhere or in a circle.
    pub(super) fn next(&mut self, client: &RegistryClient, answer: &Answer) -> TransportResult<Option<Url>> {
        let Some(link) = answer.text(header::LINK).and_then(next_link) else { return Ok(None) };
        let url = client.follow(&answer.url, link, &answer.about.what)?;
        if !client.authority.owns(&url) {
            return Err(answer.broken("the list goes on at another host"));
        }
        self.0.insert(answer.url.clone());
        if !self.0.insert(url.clone()) {
            return Err(answer.broken("the list goes round in a circle"));
        }
        Ok(Some(url))
    }
}
