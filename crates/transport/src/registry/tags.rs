//! All tags of a repository (distribution-spec, "Listing Tags").

use http::{Method, StatusCode};
use portolan_oci::Tag;
use serde::Deserialize;

use super::ask::{Ask, To};
use super::holder::Holder;
use super::pages::Pages;
use crate::TransportResult;

/// How many tags are asked for at once; registries may give fewer, and some give all.
const PAGE: usize = 1000;
const LONGEST_PAGE: usize = 64 * 1024 * 1024;

#[derive(Deserialize)]
struct TagList {
    #[serde(default)]
    tags: Option<Vec<String>>,
}

impl Holder {
    pub(super) async fn tags(&self) -> TransportResult<Vec<Tag>> {
        let what = format!("the tags of {}", self.location);
        let mut ask = Ask::new(Method::GET, format!("tags/list?n={PAGE}"), self.pull(), what.clone());
        let mut tags = Vec::new();
        let mut pages = Pages::default();
        loop {
            ask.whole = Some(LONGEST_PAGE);
            let answer = self.ask(ask).await?;
            if answer.status != StatusCode::OK {
                return Err(answer.refused().await);
            }
            let next = pages.next(&self.client, &answer)?;
            let page: TagList = answer.json(LONGEST_PAGE).await?;
            for tag in page.tags.unwrap_or_default() {
                match tag.parse() {
                    Ok(tag) => tags.push(tag),
                    // It could not be asked for.
                    Err(_) => tracing::warn!(place = %self.location, tag, "a tag that is none is left out"),
                }
            }
            let Some(url) = next else { return Ok(tags) };
            ask = Ask::new(Method::GET, "", self.pull(), what.clone());
            ask.to = To::Url(url);
        }
    }
}
