//! Who is at the command line.

/// Who is at the command line, as the audit log has him.
pub(crate) fn actor() -> String {
    let user = ["SUDO_USER", "USER", "LOGNAME"].into_iter().find_map(|name| std::env::var(name).ok());
    match user.filter(|user| !user.is_empty()) {
        Some(user) => format!("{user} (command line)"),
        None => "command line".to_owned(),
    }
}
