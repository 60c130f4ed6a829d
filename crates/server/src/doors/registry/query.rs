//! The parameters of a request.

use std::borrow::Cow;
use std::collections::HashSet;

use http::StatusCode;
use portolan_oci::{Algorithm, Digest, Tag};
use url::form_urlencoded;

use super::error::{Code, RegistryError};
use super::route::parse_digest;

/// Tags that one request sets, at most: each comes back in a header, of which clients take only so many.
const MOST_TAGS: usize = 64;

/// The parameters of a request, as they were sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Query<'a>(&'a str);

impl<'a> Query<'a> {
    pub(super) fn new(query: Option<&'a str>) -> Self {
        Self(query.unwrap_or_default())
    }

    /// The first value of this name.
    pub(super) fn value(self, name: &str) -> Option<Cow<'a, str>> {
        form_urlencoded::parse(self.0.as_bytes()).find(|(found, _)| found == name).map(|(_, value)| value)
    }

    /// A digest.
    ///
    /// # Errors
    /// `DIGEST_INVALID`.
    pub(super) fn digest(self, name: &str) -> Result<Option<Digest>, RegistryError> {
        self.value(name).map(|text| parse_digest(&text)).transpose()
    }

    /// How a digest that is sent last will be made: `digest-algorithm` (the next version of the specification).
    ///
    /// # Errors
    /// `DIGEST_INVALID` for one that is not known.
    pub(super) fn algorithm(self) -> Result<Option<Algorithm>, RegistryError> {
        match self.value("digest-algorithm").as_deref() {
            None => Ok(None),
            Some("sha256") => Ok(Some(Algorithm::Sha256)),
            Some("sha512") => Ok(Some(Algorithm::Sha512)),
            Some(other) => Err(RegistryError::new(
                Code::DigestInvalid,
                format!("the algorithm {other:?} is not known here (known: sha256, sha512)"),
            )),
        }
    }

    /// The tags that a manifest gets beside its digest: `tag`, any number of times (the next version of the
    /// specification).
    ///
    /// # Errors
    /// `TAG_INVALID`; 414 for too many.
    pub(super) fn tags(self) -> Result<Vec<Tag>, RegistryError> {
        let (mut tags, mut named) = (Vec::new(), HashSet::new());
        for (name, value) in form_urlencoded::parse(self.0.as_bytes()) {
            if name != "tag" {
                continue;
            }
            let tag: Tag = value.parse().map_err(|_| RegistryError::tag_invalid(&value))?;
            if named.insert(tag.clone()) {
                tags.push(tag);
            }
            if tags.len() > MOST_TAGS {
                let message = format!("one request sets {MOST_TAGS} tags at most: send another");
                return Err(RegistryError::new(Code::TagInvalid, message).status(StatusCode::URI_TOO_LONG));
            }
        }
        Ok(tags)
    }

    /// How many entries of a list are wanted: `n`. A number that cannot be counted wants all.
    ///
    /// # Errors
    /// `PAGINATION_NUMBER_INVALID` for what is no number.
    pub(super) fn entries(self) -> Result<Option<u32>, RegistryError> {
        let Some(text) = self.value("n") else { return Ok(None) };
        if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(RegistryError::new(
                Code::PaginationNumberInvalid,
                "`n` is the number of entries that are wanted",
            ));
        }
        Ok(Some(text.parse().unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded() {
        let query = Query::new(Some("n=5&last=a%2Fb&tag=v1&tag=v2&tag=v1"));
        assert_eq!(query.value("last").as_deref(), Some("a/b"));
        assert_eq!(query.entries().unwrap(), Some(5));
        assert_eq!(query.tags().unwrap(), ["v1".parse().unwrap(), "v2".parse().unwrap()]);
        assert_eq!(query.value("from"), None);
    }

    #[test]
    fn so_many_tags_at_once_and_no_more() {
        let query = |count: usize| (0..count).map(|at| format!("tag=v{at}&")).collect::<String>();
        assert_eq!(Query::new(Some(&query(MOST_TAGS))).tags().unwrap().len(), MOST_TAGS);
        assert!(Query::new(Some(&query(MOST_TAGS + 1))).tags().is_err());
        assert!(Query::new(Some(&query(1).repeat(MOST_TAGS + 1))).tags().is_ok());
    }

    #[test]
    fn a_number_beyond_counting_wants_all() {
        let entries = |text: &str| Query::new(Some(text)).entries().ok();
        assert_eq!(entries("n=99999999999999999999"), Some(Some(u32::MAX)));
        assert_eq!(entries("n=0"), Some(Some(0)));
        for wrong in ["n=", "n=-1", "n=+1", "n=many"] {
            assert_eq!(entries(wrong), None, "{wrong}");
        }
    }
}
