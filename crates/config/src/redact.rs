//! What may be a secret in a text of which nothing else is known.

use std::ops::Range;

/// Words of keys whose values are not to be shown.
const SECRET_WORDS: &[&str] = &["pass", "secret", "token", "key", "auth", "cred"];

/// What stands for a secret.
pub(crate) const BLANK: &str = "***";

/// What a line has of passwords in things that look like URLs.
pub(crate) fn in_urls(line: &str) -> Vec<Range<usize>> {
    let mut found = user_information(line);
    for (at, option) in line.match_indices("password=") {
        let start = at + option.len();
        let rest = line.get(start..).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || "\"'`,&[]{}()".contains(c);
        found.push(start..start + rest.find(ends).unwrap_or(rest.len()));
    }
    found
}

/// The user information of everything in a line that looks like a URL or like `user:password@host`.
fn user_information(line: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices('@') {
        let before = line.get(..at).unwrap_or_default();
        let ends = |c: char| c.is_whitespace() || "\"'`,[]{}()".contains(c);
        let run = before.rfind(ends).map_or(0, |index| index + 1);
        let word = before.get(run..).unwrap_or_default();
        let start = run + word.find("://").map_or(0, |index| index + 3);
        if word.contains(':') && start < at {
            found.push(start..at);
        }
    }
    found
}

/// `text` without passwords in URLs.
pub(crate) fn redacted(text: &str) -> String {
    blank(text, &in_urls(text))
}

/// What to hide of a line of a document that cannot be parsed: the value of a key that sounds like a secret,
/// and all of a line that goes on from such a line.
pub(crate) fn unparsed_secret(lines: &[&str], index: usize) -> Option<Range<usize>> {
    let line = lines.get(index)?;
    if let Some(value) = secret_value(line) {
        return Some(value..line.len());
    }
    if has_key(line) {
        return None;
    }
    let opened = lines.get(..index)?.iter().rev().find(|line| has_key(line))?;
    secret_value(opened).map(|_| 0..line.len())
}

fn secret_value(line: &str) -> Option<usize> {
    let lower = line.to_ascii_lowercase();
    let word = SECRET_WORDS.iter().filter_map(|word| lower.find(word)).min()?;
    let colon = lower.get(word..)?.find(':')?;
    Some(word + colon + 1)
}

fn has_key(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '-', '{', '?']);
    let name = line.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    name > 0 && line.get(name..).is_some_and(|rest| rest.starts_with(": ") || rest.trim_end() == ":")
}

/// `text` with `***` in place of each range. Ranges may overlap.
pub(crate) fn blank(text: &str, ranges: &[Range<usize>]) -> String {
    let mut ranges = ranges.to_vec();
    ranges.sort_by_key(|range| range.start);
    let mut blanked = String::with_capacity(text.len());
    let mut done = 0;
    for range in ranges {
        if range.start >= done {
            blanked.push_str(text.get(done..range.start).unwrap_or_default());
            blanked.push_str(BLANK);
        }
        done = done.max(range.end);
    }
    blanked.push_str(text.get(done..).unwrap_or_default());
    blanked
}
