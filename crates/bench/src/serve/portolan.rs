//! `portolan serve` as a process.

use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use portolan_testkit::tls::Authority;
use reqwest::StatusCode;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};
use tokio::task::JoinSet;

use super::ServeError;
use super::server::Encryption;

/// How often it is asked whether it is ready, and for how long at most.
const LOOK: Duration = Duration::from_millis(5);
const PATIENCE: Duration = Duration::from_secs(120);

/// A running one; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Portolan {
    child: Child,
    url: String,
    /// DER; `None` where it speaks plain HTTP.
    authority: Option<Vec<u8>>,
    /// Reads what it goes on to say, so that it never waits for a reader.
    _said: JoinSet<()>,
}

impl Portolan {
    /// Starts it on a free port with what `home` holds, and waits until it listens. Its configuration is
    /// `portolan.yaml` there, if there is one.
    pub(crate) async fn start(
        program: &Path,
        home: &Path,
        encryption: Encryption,
    ) -> Result<Self, ServeError> {
        let mut command = Command::new(program);
        command.arg("serve").env_clear().env("HOME", home).env("PORTOLAN__LISTEN", "127.0.0.1:0");
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        let authority = match encryption {
            Encryption::Off => None,
            Encryption::Tls => {
                let authority = Authority::new("portolan bench authority");
                let server = authority.server();
                let (certificate, key) = (home.join("tls.crt"), home.join("tls.key"));
                std::fs::write(&certificate, server.certificate)?;
                std::fs::write(&key, server.key)?;
                command.env("PORTOLAN__TLS__CERT", certificate).env("PORTOLAN__TLS__KEY", key);
                Some(authority.der())
            }
        };
        command.current_dir(home).kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let pipe = child.stderr.take().ok_or_else(|| ServeError::Start("it cannot be heard".to_owned()))?;
        let mut lines = BufReader::new(pipe).lines();
        let url = address(&mut lines).await?;
        let mut said = JoinSet::new();
        said.spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Ok(Self { child, url, authority, _said: said })
    }

    /// `http://` or `https://`, host and port.
    pub(crate) fn url(&self) -> &str {
        &self.url
    }

    /// Waits until it says that it can work; it speaks plain HTTP.
    pub(crate) async fn ready(&self, http: &reqwest::Client) -> Result<(), ServeError> {
        let (url, began) = (format!("{}/readyz", self.url), Instant::now());
        while http.get(&url).send().await?.status() != StatusCode::OK {
            if began.elapsed() > PATIENCE {
                return Err(ServeError::Answer("for two minutes that it is not ready".to_owned()));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// The authority of its certificate as DER, where it speaks TLS.
    pub(super) fn authority(&self) -> Option<Vec<u8>> {
        self.authority.clone()
    }

    pub(super) fn pid(&self) -> Result<u32, ServeError> {
        self.child.id().ok_or(ServeError::Kernel("the id of a process that has ended"))
    }

    /// Has it end in order, and waits for that.
    pub(crate) async fn stop(mut self) -> Result<(), ServeError> {
        let id = i32::try_from(self.pid()?).map_err(|_| ServeError::Kernel("a usable id"))?;
        kill(Pid::from_raw(id), Signal::SIGTERM).map_err(std::io::Error::from)?;
        self.child.wait().await?;
        Ok(())
    }
}

/// What it says that it listens at; if it ends instead, the error has what it said.
async fn address(lines: &mut Lines<BufReader<ChildStderr>>) -> Result<String, ServeError> {
    let mut said = Vec::new();
    while let Some(line) = lines.next_line().await? {
        if let Some(url) = line.strip_prefix("listening at ") {
            return Ok(url.to_owned());
        }
        said.push(line);
    }
    Err(ServeError::Start(said.join(" / ")))
}
