//! The line of the file that a problem is about, with a caret under what is meant.

use std::ops::Range;

use crate::origin::Mark;
use crate::redact;

/// How much of a long line is shown.
const WIDTH: usize = 160;

/// The text of the file, and what of it must not be shown.
pub(crate) struct Source<'t> {
    text: &'t str,
    hidden: Hidden,
}

enum Hidden {
    /// The document could be read: these bytes are secrets.
    Known(Vec<Range<usize>>),
    /// It could not: what sounds like a secret is hidden.
    Unparsed,
}

impl<'t> Source<'t> {
    pub(crate) fn parsed(text: &'t str, hidden: Vec<Range<usize>>) -> Self {
        Self { text, hidden: Hidden::Known(hidden) }
    }

    pub(crate) fn unparsed(text: &'t str) -> Self {
        Self { text, hidden: Hidden::Unparsed }
    }

    /// The line of `mark`, with a caret under it; nothing if the file has no such line.
    pub(crate) fn snippet(&self, mark: &Mark) -> Option<String> {
        let lines: Vec<&str> = self.text.lines().collect();
        let index = mark.line.checked_sub(1)?;
        let line = *lines.get(index)?;
        let start = line.as_ptr().addr() - self.text.as_ptr().addr();
        let hidden = self.hidden_in(&lines, index, start);
        let column = line.char_indices().nth(mark.column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        let meant = (mark.bytes.end.saturating_sub(start)).clamp(column, line.len());
        let before = redact::blank(line.get(..column)?, &within(&hidden, 0..column));
        let target = redact::blank(line.get(column..meant)?, &within(&hidden, column..meant));
        let after = redact::blank(line.get(meant..)?, &within(&hidden, meant..line.len()));
        let shown: String = format!("{before}{target}{after}").chars().take(WIDTH).collect();
        let indent = " ".repeat(before.chars().count());
        let caret = "^".repeat(target.chars().count().clamp(1, WIDTH));
        let number = mark.line.to_string();
        let margin = " ".repeat(number.len());
        let shown = shown.trim_end();
        Some(format!("{margin} |\n{number} | {shown}\n{margin} | {indent}{caret}"))
    }

    /// What of a line is hidden, in bytes from its start.
    fn hidden_in(&self, lines: &[&str], index: usize, start: usize) -> Vec<Range<usize>> {
        let line = lines.get(index).copied().unwrap_or_default();
        let mut hidden = redact::in_urls(line);
        match &self.hidden {
            Hidden::Known(ranges) => {
                let end = start + line.len();
                hidden.extend(
                    ranges
                        .iter()
                        .filter(|range| range.start < end && range.end > start)
                        .map(|range| range.start.max(start) - start..range.end.min(end) - start),
                );
            }
            Hidden::Unparsed => hidden.extend(redact::unparsed_secret(lines, index)),
        }
        hidden
    }
}

/// The parts of `ranges` inside of `part`, counted from its start.
fn within(ranges: &[Range<usize>], part: Range<usize>) -> Vec<Range<usize>> {
    ranges
        .iter()
        .filter(|range| range.start < part.end && range.end > part.start)
        .map(|range| range.start.max(part.start) - part.start..range.end.min(part.end) - part.start)
        .collect()
}
