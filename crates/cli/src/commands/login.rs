//! `portolan login`.

use std::io::{self, IsTerminal as _};

use clap::Args;
use portolan_oci::Registry;
use portolan_transport::{CredentialFile, HostEnvironment, Login, LoginCheck, Stored};

use crate::ask::{self, PasswordArguments};
use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// Logs in to a registry
///
/// The credentials are tried at the registry and then kept where Docker keeps them, with the credential helper
/// that is set there if there is one. Other tools find them there too.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  portolan login registry.example.com
  portolan login registry.example.com --username robot --password-stdin < password.txt")]
pub(crate) struct LoginArguments {
    /// The registry
    #[arg(value_name = "HOST")]
    host: Registry,
    /// The user; asked for on a terminal if it is not given
    #[arg(long, short, value_name = "USER")]
    username: Option<String>,
    #[command(flatten)]
    password: PasswordArguments,
}

pub(super) async fn run(arguments: &LoginArguments, context: &Context) -> Result<Outcome, CliError> {
    arguments.password.refuse_argument()?;
    let host = &arguments.host;
    let login = Login::Basic { user: user(arguments)?, password: arguments.password.known()? };
    match context.check_login(host, &login).await? {
        LoginCheck::Accepted => {}
        LoginCheck::NotAsked => {
            context.talk.say(&format!("{host} asks nobody for a login; the credentials could not be tried"));
        }
        LoginCheck::Refused => {
            let problem = format!("{host} does not accept the credentials of {:?}", login.user());
            return Err(Failure::NotAuthorised(problem).into());
        }
    }
    let file = CredentialFile::of_docker(&HostEnvironment::from_env())?;
    match file.store(host, &login).await? {
        Stored::Helper { program } => context.talk.say(&format!("the password is kept by {program}")),
        Stored::Plain => context.talk.say(&format!(
            "warning: the password is kept in plain text in {}; a credential helper (`credsStore`) is safer",
            file.path().display()
        )),
    }
    if context.has_own_login(host)? {
        context.talk.say(&format!("warning: for {host} the configuration names a user, who comes first"));
    }
    context.talk.say(&format!("logged in to {host} as {:?}", login.user()));
    Ok(Outcome::Done)
}

fn user(arguments: &LoginArguments) -> Result<String, CliError> {
    let user = match &arguments.username {
        Some(user) => user.clone(),
        None if arguments.password.is_piped() || !io::stdin().is_terminal() => {
            return Err(ask::usage("the user is not named").with_hint("--username USER"));
        }
        None => ask::line("Username: ")?,
    };
    match user.as_str() {
        "" => Err(ask::usage("the user is not named")),
        user if user.contains(':') => Err(ask::usage("a user's name has no colon in it")),
        _ => Ok(user),
    }
}
