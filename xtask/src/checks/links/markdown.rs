//! As much of Markdown as is needed to find links and names of files.

/// What a text mentions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mention {
    /// The path of a link to another file, without the part after `#`.
    Link(String),
    /// A text in `code`.
    Code(String),
}

impl Mention {
    pub(super) fn into_text(self) -> String {
        match self {
            Self::Link(text) | Self::Code(text) => text,
        }
    }
}

/// A mention, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) what: Mention,
    /// Counted from 1.
    pub(super) line: usize,
}

/// Every mention outside fenced blocks.
pub(super) fn mentions(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    let mut fence: Option<&str> = None;
    for (line, content) in (1..).zip(text.lines()) {
        let start = content.trim_start();
        match fence {
            Some(mark) if start.starts_with(mark) => fence = None,
            Some(_) => {}
            None => {
                fence = ["```", "~~~"].into_iter().find(|mark| start.starts_with(mark));
                if fence.is_none() {
                    found.extend(of_line(content).into_iter().map(|what| Found { what, line }));
                }
            }
        }
    }
    found
}

/// Texts between backticks are code; links are looked for in what is left.
fn of_line(content: &str) -> Vec<Mention> {
    let mut mentions = Vec::new();
    let mut prose = String::new();
    for (position, part) in content.split('`').enumerate() {
        if position % 2 == 0 {
            prose.push_str(part);
        } else {
            mentions.push(Mention::Code(part.to_owned()));
        }
    }
    let inline = prose.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    let definition = prose.strip_prefix('[').and_then(|rest| rest.split_once("]:")).map(|(_, target)| target);
    mentions.extend(inline.chain(definition).filter_map(local_path).map(Mention::Link));
    mentions
}

/// The file that a target names, or nothing if it leads elsewhere or into the same page.
fn local_path(target: &str) -> Option<String> {
    let path = target.split_whitespace().next()?.split('#').next()?;
    let elsewhere = path.contains("://") || path.starts_with("mailto:");
    (!elsewhere && !path.is_empty()).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn link(path: &str) -> Mention {
        Mention::Link(path.to_owned())
    }

    #[test]
    fn links_in_a_line_are_found() {
        assert_eq!(
            of_line("[a](x.md), [b](y/z.md#part \"title\") and [c](#here)"),
            [link("x.md"), link("y/z.md")]
        );
        assert_eq!(of_line("[ref]: other.md"), [link("other.md")]);
        assert_eq!(of_line("[far](https://example.com/a.md) [post](mailto:a@example.com)"), []);
    }

    #[test]
    fn code_is_not_searched_for_links() {
        assert_eq!(of_line("`[a](x.md)` b"), [Mention::Code("[a](x.md)".to_owned())]);
    }

    #[test]
    fn fenced_blocks_are_left_out() {
        let text = "```console\n$ [a](x.md)\n```\n[b](y.md)";
        assert_eq!(mentions(text), [Found { what: link("y.md"), line: 4 }]);
    }
}
