//! The tags of a repository.

use portolan_oci::{RepositoryName, Tag};
use sea_orm::{ConnectionTrait as _, DbBackend};

use super::Content;
use crate::{CatalogError, sql};

/// Which tags are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagRange {
    /// Only those after this text, by its bytes; it need not be a tag.
    pub after: Option<String>,
    /// No more than so many.
    pub limit: Option<u32>,
}

/// Some of a repository's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TagPage {
    /// The tags, in byte order.
    pub tags: TagTexts,
    /// Whether there are more after them.
    pub more: bool,
    /// The revision of the repository that they are of.
    pub revision: u64,
}

/// Tags as one text, as the database gives them: a list of ten thousand is one value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TagTexts(String);

/// Tags of one statement: a database gives no more than 16 MiB at once.
const AT_ONCE: u32 = 50_000;

/// The database joins the names, with a space between them, which no tag has in it.
const BETWEEN: char = ' ';

impl TagTexts {
    /// The texts of the tags, in their order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.split(BETWEEN).filter(|text| !text.is_empty())
    }

    /// The tags, each as a value of its own.
    ///
    /// # Errors
    /// [`CatalogError::Damaged`] if one is none.
    pub fn to_tags(&self) -> Result<Vec<Tag>, CatalogError> {
        let tags = self.iter().map(str::parse).collect::<Result<_, _>>();
        tags.map_err(|error| CatalogError::damaged("tag", error))
    }

    /// Bytes of the text.
    pub fn size(&self) -> usize {
        self.0.len()
    }

    /// Leaves the first ones and says whether there were more.
    fn keep(&mut self, limit: u32) -> bool {
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        if self.iter().count() <= limit {
            return false;
        }
        let kept = self.0.match_indices(BETWEEN).nth(limit.saturating_sub(1)).map_or(0, |(at, _)| at);
        self.0.truncate(if limit == 0 { 0 } else { kept });
        true
    }
}

impl Content {
    /// The tags of the repository; `None` if there is none of this name that shows anything. A list of more than
    /// 50,000 is read in parts: if tags change meanwhile, its revision is that from before.
    ///
    /// # Errors
    /// As any read.
    pub async fn tags(
        &self,
        repository: &RepositoryName,
        range: &TagRange,
    ) -> Result<Option<TagPage>, CatalogError> {
        let readers = self.readers().await?;
        let sql = page(readers.get_database_backend());
        let mut all: Option<TagPage> = None;
        loop {
            let (after, left) = match &all {
                None => (range.after.as_deref().unwrap_or_default(), range.limit),
                Some(read) => (read.tags.iter().last().unwrap_or_default(), read.left(range.limit)),
            };
            let count = left.map_or(AT_ONCE, |left| left.min(AT_ONCE));
            let limit = sql::one_more_than(Some(count)).into();
            let values = [repository.as_str().into(), after.into(), limit, repository.as_str().into()];
            let Some(row) = sql::one(&readers, &sql, values).await? else { return Ok(all) };
            let mut tags = TagTexts(row.get::<Option<String>>(1)?.unwrap_or_default());
            let more = tags.keep(count);
            match &mut all {
                None => all = Some(TagPage { tags, more, revision: row.count(0, "revision")? }),
                Some(read) => {
                    read.tags.0.push(BETWEEN);
                    read.tags.0.push_str(&tags.0);
                    read.more = more;
                }
            }
            if !more || left == Some(count) {
                return Ok(all);
            }
        }
    }
}

impl TagPage {
    /// How many more are asked for.
    fn left(&self, limit: Option<u32>) -> Option<u32> {
        let read = u32::try_from(self.tags.iter().count()).unwrap_or(u32::MAX);
        limit.map(|limit| limit.saturating_sub(read))
    }
}

/// The names that are asked for come as one text, with the revision that they are of.
pub(super) fn page(backend: DbBackend) -> String {
    let joined = sql::joined(backend, "name");
    format!(
        "SELECT r.revision, (SELECT {joined} FROM (SELECT t.name FROM content_tag t \
         WHERE t.repository_id = (SELECT id FROM content_repository WHERE name = ?) AND t.name > ? \
         ORDER BY t.name LIMIT ?) page) FROM content_repository r WHERE r.name = ? AND r.manifests > 0"
    )
}
