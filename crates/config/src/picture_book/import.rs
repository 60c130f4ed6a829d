//! The `portolan.yaml` that does what a `config.yaml` of Picture-Book says.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{BookApi, BookDisplay, BookError, BookLogin, BookRegistry, PictureBook};

impl PictureBook {
    /// The text of that `portolan.yaml`, with a remark where something is left to be decided.
    ///
    /// # Errors
    /// If a registry is no mirror.
    pub fn import(&self) -> Result<String, BookError> {
        let mut text = format!("# Made of Picture-Book's {}.\nversion: 1\n", self.file.display());
        if self.api.enabled {
            text.push_str(&api(&self.api));
        }
        if self.display == BookDisplay::Spinner {
            text.push_str("# `display: spinner`: `portolan sync --progress spinner` shows the same.\n");
        }
        text.push_str(&self.logins());
        text.push_str("mirrors:\n");
        for registry in &self.registries {
            text.push_str(&mirror(registry)?);
        }
        Ok(text)
    }

    fn logins(&self) -> String {
        let (mut text, mut seen) = (String::new(), BTreeSet::new());
        // A registry has one login here; that of whoever pushes there, or comes first, counts.
        let mut add = |host: &str, login: &BookLogin| {
            if seen.insert(host.to_owned()) {
                let (host, user, password) = (quoted(host), quoted(&login.user), quoted(&login.password));
                _ = writeln!(text, "  - host: {host}\n    username: {user}\n    password: {password}");
            } else {
                _ = writeln!(
                    text,
                    "  # {host} has a login already: that of {} is left out.",
                    quoted(&login.user)
                );
            }
        };
        let mut open = Vec::new();
        for registry in &self.registries {
            if let Some(login) = registry.push.as_ref().or(registry.pull.as_ref()) {
                add(registry.hostname.as_str(), login);
            }
        }
        for registry in &self.registries {
            let Some(pull) = &registry.pull else { continue };
            registry.pull_hosts.iter().for_each(|host| add(host.as_str(), pull));
            if registry.pull_hosts.is_empty() {
                open.push(registry.hostname.as_str());
            }
        }
        if !text.is_empty() {
            text.insert_str(0, "registries:\n");
        }
        for host in open {
            _ = writeln!(
                text,
                "# `pullAuthConfig` of {host} is for the registry that its list names: add that host here with the login."
            );
        }
        text
    }
}

fn api(api: &BookApi) -> String {
    let port = api.port.unwrap_or(BookApi::PORT);
    format!(
        "# Picture-Book's API listened at port {port}: `portolan compat picture-book sync` still answers there.\n"
    )
}

fn mirror(registry: &BookRegistry) -> Result<String, BookError> {
    let settings = registry.settings()?;
    let mut text = format!("  - name: {}\n", quoted(settings.name.as_str()));
    // An argument without a letter, which Picture-Book gave to every script that had none, is no argument here.
    let command = registry.command().into_iter().filter(|word| !word.is_empty());
    let command: Vec<String> = command.map(|word| quoted(&word)).collect();
    _ = writeln!(text, "    images_from: {{command: [{}], timeout: 1h}}", command.join(", "));
    let targets: Vec<String> = settings.targets.iter().map(|target| quoted(&target.to_string())).collect();
    _ = writeln!(text, "    targets: [{}]", targets.join(", "));
    match BookRegistry::schedule(&registry.period) {
        Ok(schedule) => _ = writeln!(text, "    schedule: {}", quoted(&schedule.to_string())),
        Err(cause) if !registry.period.is_empty() => {
            _ = writeln!(text, "    # `syncPeriod`: {}", cause.to_string().replace('\n', " "));
        }
        Err(_) => {}
    }
    text.push_str("    # Tags that are there stay as they are; remove this to let them follow the source.\n");
    text.push_str("    keep_existing: {exclude: ['^latest$']}\n");
    Ok(text)
}

/// A text as a scalar in double quotes.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
