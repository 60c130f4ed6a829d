//! A registry's words, made fit for an error or a log.

const LONGEST: usize = 300;

/// `text` without control characters, in one line, cut to 300 characters.
pub(super) fn presentable(text: &str) -> String {
    let mut words = String::new();
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > 4 * LONGEST {
            break;
        }
    }
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => {
            words.truncate(end);
            words.push('…');
            words
        }
        None => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_length_are_tamed() {
        assert_eq!(presentable(" a\u{1b}[31m b\r\n\tc "), "a [31m b c");
        assert_eq!(presentable(&"ä".repeat(1000)).chars().count(), 301);
    }
}
