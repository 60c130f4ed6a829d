//! Whether the documents hang together: every page of the book is in its summary, every relative link leads
//! to a file, and every file of the repository that a text names in `code` is there.

mod markdown;

use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use self::markdown::Mention;

/// Documents that stand outside the book.
const LOOSE: &[&str] = &["README.md", "CONTRIBUTING.md"];

/// The book's pages, and the page that lists them.
const BOOK: &str = "docs/src";
const SUMMARY: &str = "docs/src/SUMMARY.md";

/// Folders of the repository: a text in `code` that begins with one of these names a file.
const FOLDERS: &[&str] = &["crates/", "xtask/", "docs/", "examples/", ".ci/"];

/// Why the check fails.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LinksError {
    /// A document cannot be read.
    #[error("{path} cannot be read")]
    Read {
        /// The document or folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// What is wrong, a line each.
    #[error("{0}")]
    Wrong(String),
}

/// Something that a reader would stumble over.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Fault {
    /// A link or a name leads nowhere.
    Dangling { document: PathBuf, line: usize, target: String },
    /// A page that nobody finds.
    NotInSummary(PathBuf),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dangling { document, line, target } => {
                write!(f, "{}:{line}: {target} is not there", document.display())
            }
            Self::NotInSummary(page) => write!(f, "{} is not in {SUMMARY}", page.display()),
        }
    }
}

/// Checks the documents of the repository at `root`.
pub(crate) fn check(root: &Path) -> Result<(), LinksError> {
    let mut documents: Vec<PathBuf> =
        LOOSE.iter().map(|name| root.join(name)).filter(|path| path.exists()).collect();
    let pages = pages(&root.join(BOOK))?;
    documents.extend(pages.iter().cloned());
    let mut faults = Vec::new();
    for document in &documents {
        faults.extend(dangling(root, document)?);
    }
    faults.extend(missing_in_summary(root, &pages)?);
    if faults.is_empty() {
        return Ok(());
    }
    Err(LinksError::Wrong(faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n       ")))
}

fn dangling(root: &Path, document: &Path) -> Result<Vec<Fault>, LinksError> {
    let folder = document.parent().unwrap_or(root);
    let mentions = markdown::mentions(&read(document)?);
    let wrong = mentions.into_iter().filter(|mention| match &mention.what {
        Mention::Link(target) => !folder.join(target).exists(),
        Mention::Code(text) => FOLDERS.iter().any(|f| text.starts_with(f)) && !root.join(text).exists(),
    });
    Ok(wrong
        .map(|mention| Fault::Dangling {
            document: document.strip_prefix(root).unwrap_or(document).to_owned(),
            line: mention.line,
            target: mention.what.into_text(),
        })
        .collect())
}

fn missing_in_summary(root: &Path, pages: &[PathBuf]) -> Result<Vec<Fault>, LinksError> {
    let summary = root.join(SUMMARY);
    let listed: Vec<PathBuf> = markdown::mentions(&read(&summary)?)
        .into_iter()
        .filter_map(|mention| match mention.what {
            Mention::Link(target) => Some(root.join(BOOK).join(target)),
            Mention::Code(_) => None,
        })
        .collect();
    let lost = pages.iter().filter(|page| **page != summary && !listed.contains(page));
    Ok(lost.map(|page| Fault::NotInSummary(page.strip_prefix(root).unwrap_or(page).to_owned())).collect())
}

/// Every Markdown file below `folder`, in the order of their names.
fn pages(folder: &Path) -> Result<Vec<PathBuf>, LinksError> {
    let failed = |source| LinksError::Read { path: folder.to_owned(), source };
    let mut pages = Vec::new();
    let entries: Result<Vec<_>, _> = fs::read_dir(folder).map_err(failed)?.collect();
    for entry in entries.map_err(failed)? {
        let path = entry.path();
        if path.is_dir() {
            pages.extend(self::pages(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            pages.push(path);
        }
    }
    pages.sort();
    Ok(pages)
}

fn read(path: &Path) -> Result<String, LinksError> {
    fs::read_to_string(path).map_err(|source| LinksError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// A repository of documents in a folder that is removed at the end of the test.
    fn faults(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        let mut all = BTreeMap::from([("docs/src/SUMMARY.md", "[One](one.md)"), ("docs/src/one.md", "")]);
        all.extend(files.iter().copied());
        for (name, text) in all {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        check(folder.path()).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn sound_documents_pass() {
        let readme =
            "[a](docs/src/one.md#part) [b](https://example.com/x) [c](#here) `crates/x.rs` `cargo run`";
        assert_eq!(faults(&[("README.md", readme), ("crates/x.rs", "")]), "");
    }

    #[test]
    fn a_link_that_leads_nowhere_is_named_with_its_line() {
        let page = "text\n[a](../src/one.md)\n[b](two.md)";
        assert_eq!(faults(&[("docs/src/one.md", page)]), "docs/src/one.md:3: two.md is not there");
    }

    #[test]
    fn a_file_named_in_code_must_exist() {
        assert_eq!(
            faults(&[("README.md", "see `crates/oci/src/gone.rs`")]),
            "README.md:1: crates/oci/src/gone.rs is not there"
        );
    }

    #[test]
    fn a_page_outside_the_summary_is_named() {
        assert_eq!(
            faults(&[("docs/src/adr/0001-a.md", "")]),
            "docs/src/adr/0001-a.md is not in docs/src/SUMMARY.md"
        );
    }
}
