//! Asking for the lists, and how long the answers take.

use std::time::Instant;

use reqwest::Url;
use serde_json::Value;

use super::api::Api;
use super::stock::{BROKEN, LARGEST, MOVED, OFTEN, WHOLE};
use super::{Page, PageTimes};
use crate::row::Row;
use crate::serve::ServeError;

/// How often each page is asked for in a round.
const TIMES: u32 = 40;

/// A list, as it is asked for.
#[derive(Debug)]
pub(super) struct List {
    /// As the document of the API names it, and the filter, if there is one.
    name: &'static str,
    /// What is asked for.
    path: String,
    /// How many entries it has at least; with fewer it is not what is to be measured.
    entries: u64,
}

/// A page that is asked for again and again.
#[derive(Debug)]
pub(super) struct Asked {
    list: &'static str,
    page: Page,
    url: Url,
    /// In milliseconds.
    took: Vec<f64>,
}

/// All lists of the API.
pub(super) async fn lists(api: &Api, scale: f64) -> Result<Vec<List>, ServeError> {
    let broken = api.page(api.url(&format!("/runs?mirror={BROKEN}"))?).await?;
    let run = broken.items.first().and_then(|run| run.get("id")).and_then(Value::as_i64).unwrap_or_default();
    let (few, repositories) = (Row::entries(scale), Row::ApiLists.times(scale));
    let most = Row::most_tags(scale);
    let tags = repositories * Row::ApiLists.tags(scale) + most;
    let list = |name, path: &str, entries| List { name, path: path.to_owned(), entries };
    Ok(vec![
        list("/repositories", "/repositories", repositories),
        list("/tags", &format!("/tags?repository={LARGEST}"), most),
        list("/tags/history", &format!("/tags/history?repository={LARGEST}&tag={MOVED}"), few),
        list("/changes", "/changes", tags),
        list("/mirrors", "/mirrors", few),
        list("/mirrors/{name}/lag", &format!("/mirrors/{WHOLE}/lag"), most),
        list("/runs", "/runs", 2 * few),
        list("/runs?mirror", &format!("/runs?mirror={OFTEN}"), few),
        list("/runs/{id}/failures", &format!("/runs/{run}/failures"), most),
        list("/users", "/users", few),
        list("/tokens", "/tokens", few),
        list("/audit", "/audit", 2 * few),
    ])
}

/// Whether the API has no other list than these.
pub(super) fn are_all(lists: &[List], document: &Value) -> Result<(), ServeError> {
    let paths = document.get("paths").and_then(Value::as_object).into_iter().flatten();
    for (path, item) in paths {
        let schema = item.pointer("/get/responses/200/content/application~1json/schema/$ref");
        let is_list = schema.and_then(Value::as_str).is_some_and(|schema| schema.contains("/PageOf_"));
        if is_list && !lists.iter().any(|list| list.name == path) {
            return Err(ServeError::Answer(format!("with a list that nobody asks for: {path}")));
        }
    }
    Ok(())
}

impl List {
    /// Looks through the whole list, and picks the pages that are asked for again.
    pub(super) async fn walk(&self, api: &Api) -> Result<Vec<Asked>, ServeError> {
        let first = api.url(&self.path)?;
        let (mut pages, mut found) = (Vec::new(), 0);
        let mut next = Some(first.clone());
        while let Some(url) = next {
            let page = api.page(url.clone()).await?;
            if page.items.is_empty() {
                break;
            }
            found += page.items.len() as u64;
            pages.push(url);
            next = page.next.map(|after| with(&first, "after", &after));
        }
        if found < self.entries {
            let said = format!("with {found} entries of {}, not {}", self.name, self.entries);
            return Err(ServeError::Answer(said));
        }
        let picked = [
            (Page::First, pages.first()),
            (Page::Next, pages.get(1)),
            (Page::Last, pages.get(2..).and_then(<[Url]>::last)),
        ];
        let picked = picked.into_iter().filter_map(|(page, url)| Some((page, url?.clone())));
        let asked = |(page, url)| Asked { list: self.name, page, url, took: Vec::new() };
        Ok(picked.map(asked).collect())
    }
}

impl Asked {
    /// Asks for it as often as is done in a round.
    pub(super) async fn ask(&mut self, api: &Api) -> Result<(), ServeError> {
        for _ in 0..TIMES {
            let began = Instant::now();
            let answer = api.http.get(self.url.clone()).send().await?.error_for_status()?;
            answer.bytes().await?;
            self.took.push(began.elapsed().as_secs_f64() * 1e3);
        }
        Ok(())
    }

    pub(super) fn times(&self) -> PageTimes {
        PageTimes::of(self.list, self.page, &self.took)
    }
}

/// The address with a parameter more.
fn with(url: &Url, name: &str, value: &str) -> Url {
    let mut url = url.clone();
    url.query_pairs_mut().append_pair(name, value);
    url
}
