//! Credential helpers: programs named `docker-credential-NAME` that keep logins elsewhere. The action is the
//! argument, what it is about goes to the standard input, the answer comes from the standard output; a failure
//! is told there too.

use std::io;
use std::path::PathBuf;
use std::process::{Output, Stdio};

use portolan_oci::Registry;
use serde::{Deserialize, Serialize};
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use super::key::docker_key;
use crate::hosts::{HostEnvironment, HostsError, Login};
use crate::{TransportError, TransportResult};

/// What a helper says when it does not know a registry: not a failure.
const NOT_FOUND: &str = "credentials not found";

/// The longest part of a helper's words that an error shows, in characters.
const SHOWN: usize = 300;

/// A helper.
pub(super) struct Helper {
    program: String,
    path: PathBuf,
    environment: HostEnvironment,
}

/// What a helper is given to keep, and gives back.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Kept {
    #[serde(default, rename = "ServerURL")]
    server_url: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    secret: String,
}

/// What a helper answered.
enum Answer {
    Text(Vec<u8>),
    NotFound,
}

impl Helper {
    /// Finds the program. The name is checked first: it comes from a file and must not reach elsewhere.
    pub(super) fn new(name: &str, environment: &HostEnvironment) -> TransportResult<Self> {
        let program = format!("docker-credential-{name}");
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        if name.is_empty() || !name.bytes().all(plain) {
            return Err(unusable(&program, HostsError::HelperName(name.to_owned())));
        }
        let folders = environment.path.iter().flat_map(std::env::split_paths);
        let path = folders
            .filter(|folder| folder.is_absolute())
            .map(|folder| folder.join(&program))
            .find(|file| file.is_file())
            .ok_or_else(|| unusable(&program, HostsError::HelperMissing))?;
        Ok(Self { program, path, environment: environment.clone() })
    }

    /// Its name.
    pub(super) fn program(&self) -> &str {
        &self.program
    }

    /// The login that it keeps for `registry`.
    pub(super) async fn get(&self, registry: &Registry) -> TransportResult<Option<Login>> {
        for server in servers(registry) {
            if let Answer::Text(text) = self.run("get", server.as_bytes(), None).await? {
                let kept: Kept =
                    serde_json::from_slice(&text).map_err(|_| self.unusable(HostsError::HelperAnswer))?;
                if let Some(login) = kept.into_login() {
                    return Ok(Some(login));
                }
            }
        }
        Ok(None)
    }

    /// Gives it a login to keep.
    pub(super) async fn store(&self, registry: &Registry, login: &Login) -> TransportResult<()> {
        let kept = Kept::new(docker_key(registry), login);
        let text = serde_json::to_vec(&kept).map_err(|_| self.unusable(HostsError::HelperAnswer))?;
        match self.run("store", &text, Some(&kept.secret)).await? {
            Answer::Text(_) => Ok(()),
            Answer::NotFound => Err(self.unusable(HostsError::HelperFailed(NOT_FOUND.to_owned()))),
        }
    }

    /// Makes it forget a registry; `false` if it knew nothing of it.
    pub(super) async fn erase(&self, registry: &Registry) -> TransportResult<bool> {
        let mut erased = false;
        for server in servers(registry) {
            erased |= matches!(self.run("erase", server.as_bytes(), None).await?, Answer::Text(_));
        }
        Ok(erased)
    }

    async fn run(&self, action: &str, input: &[u8], secret: Option<&str>) -> TransportResult<Answer> {
        let limit = self.environment.helper_timeout;
        let output = tokio::time::timeout(limit, self.output(action, input))
            .await
            .map_err(|_| self.unusable(HostsError::HelperTimeout(limit)))?
            .map_err(|cause| self.unusable(HostsError::HelperRun(cause)))?;
        if output.status.success() {
            return Ok(Answer::Text(output.stdout));
        }
        if [&output.stdout, &output.stderr].iter().any(|text| lossy(text).contains(NOT_FOUND)) {
            return Ok(Answer::NotFound);
        }
        Err(self.unusable(HostsError::HelperFailed(words(&output, secret))))
    }

    async fn output(&self, action: &str, input: &[u8]) -> io::Result<Output> {
        let mut command = Command::new(&self.path);
        command.arg(action).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command.envs(self.environment.path.iter().map(|path| ("PATH", path)));
        command.envs(self.environment.home.iter().map(|home| ("HOME", home)));
        let mut child = command.spawn()?;
        let stdin = child.stdin.take();
        let feed = async move {
            let Some(mut stdin) = stdin else { return Ok(()) };
            match stdin.write_all(input).await {
                // It may answer without listening.
                Err(cause) if cause.kind() != io::ErrorKind::BrokenPipe => Err(cause),
                _ => Ok(()),
            }
        };
        let (fed, output) = tokio::join!(feed, child.wait_with_output());
        fed?;
        output
    }

    fn unusable(&self, cause: HostsError) -> TransportError {
        unusable(&self.program, cause)
    }
}

impl Kept {
    fn new(server: &str, login: &Login) -> Self {
        let (username, secret) = match login {
            Login::Basic { user, password } => (user.as_str(), password),
            Login::IdentityToken { token, .. } => (Login::TOKEN_USER, token),
        };
        Self { server_url: server.to_owned(), username: username.to_owned(), secret: secret.clone() }
    }

    fn into_login(self) -> Option<Login> {
        let Self { username: user, secret, .. } = self;
        match user.as_str() {
            _ if secret.is_empty() => None,
            Login::TOKEN_USER => Some(Login::IdentityToken { user, token: secret }),
            _ => Some(Login::Basic { user, password: secret }),
        }
    }
}

/// The names under which a registry may be kept: Docker writes an address for Docker Hub, Podman its name.
fn servers(registry: &Registry) -> impl Iterator<Item = &str> {
    let name = registry.is_docker_hub().then_some(registry.as_str());
    std::iter::once(docker_key(registry)).chain(name)
}

/// What a failed helper had to say, in one line, without what it was given or was about to give.
fn words(output: &Output, secret: Option<&str>) -> String {
    let about_to_give = serde_json::from_slice::<Kept>(&output.stdout).ok();
    let (error, told) = (lossy(&output.stderr), lossy(&output.stdout));
    let mut text = match (error.trim(), told.trim()) {
        ("", _) if about_to_give.is_some() => String::new(),
        ("", told) => told.to_owned(),
        (error, _) => error.to_owned(),
    };
    let given = secret.into_iter().chain(about_to_give.as_ref().map(|kept| kept.secret.as_str()));
    for secret in given.filter(|secret| !secret.is_empty()) {
        text = text.replace(secret, "***");
    }
    if text.is_empty() {
        return output.status.to_string();
    }
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(SHOWN).collect()
}

fn lossy(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}

fn unusable(program: &str, cause: HostsError) -> TransportError {
    TransportError::Settings { what: format!("credential helper {program}"), cause: cause.into() }
}
