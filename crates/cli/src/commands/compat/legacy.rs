//! Old command lines as ours.

use std::ffi::{OsStr, OsString};
use std::path::Path;

/// Programs whose names Portolan answers to.
const PROGRAMS: &[&str] = &["picture-book"];

/// The command line that means the same here: called by the name of a program that it replaces, Portolan is that
/// program; and flags of such a program may have one dash, as Go takes them.
pub(crate) fn as_portolan(arguments: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = arguments.into_iter().collect();
    let name = arguments.first().and_then(|first| Path::new(first).file_name()).and_then(OsStr::to_str);
    if let Some(program) = PROGRAMS.iter().find(|program| Some(**program) == name) {
        arguments.splice(..1, ["portolan", "compat", program].map(OsString::from));
    }
    let is_compat = |pair: &[OsString]| matches!(pair, [compat, program] if compat == "compat" && PROGRAMS.iter().any(|known| program == known));
    let begin = arguments.windows(2).position(is_compat).map_or(arguments.len(), |at| at + 2);
    for argument in arguments.iter_mut().skip(begin) {
        if let Some(text) = argument.to_str().filter(|text| has_one_dash(text)) {
            *argument = format!("-{text}").into();
        }
    }
    arguments
}

/// Whether this is a long flag with one dash.
fn has_one_dash(text: &str) -> bool {
    let Some(flag) = text.strip_prefix('-') else { return false };
    let name = flag.split('=').next().unwrap_or_default();
    name.len() > 1 && name.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> String {
        let arguments = as_portolan(text.split(' ').map(OsString::from));
        arguments.iter().map(|one| one.to_string_lossy()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn old_command_lines_are_understood() {
        for (old, ours) in [
            ("picture-book sync", "portolan compat picture-book sync"),
            (
                "/usr/local/bin/picture-book load -registry r.example:5000",
                "portolan compat picture-book load --registry r.example:5000",
            ),
            ("picture-book ld -all", "portolan compat picture-book ld --all"),
            ("picture-book -h", "portolan compat picture-book -h"),
            (
                "portolan compat picture-book load -registry=r",
                "portolan compat picture-book load --registry=r",
            ),
            ("portolan sync -q -vv", "portolan sync -q -vv"),
        ] {
            assert_eq!(line(old), ours);
        }
    }
}
