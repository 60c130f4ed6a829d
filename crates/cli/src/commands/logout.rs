//! `portolan logout`.

use clap::Args;
use portolan_oci::Registry;
use portolan_transport::{CredentialFile, Erased, HostEnvironment};

use crate::context::Context;
use crate::error::CliError;
use crate::outcome::Outcome;

/// Forgets the login for a registry
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan logout registry.example.com")]
pub(crate) struct LogoutArguments {
    /// The registry
    #[arg(value_name = "HOST")]
    host: Registry,
}

pub(super) async fn run(arguments: &LogoutArguments, context: &Context) -> Result<Outcome, CliError> {
    let host = &arguments.host;
    let file = CredentialFile::of_docker(&HostEnvironment::from_env())?;
    let text = match file.erase(host).await? {
        Erased::Done => format!("logged out of {host}"),
        Erased::NotThere => format!("there is no login for {host} in {}", file.path().display()),
    };
    context.talk.say(&text);
    if context.has_own_login(host)? {
        context.talk.say(&format!("warning: the configuration still names a user for {host}"));
    }
    Ok(Outcome::Done)
}
