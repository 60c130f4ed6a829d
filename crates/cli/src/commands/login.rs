//! `portolan login`.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use clap::Args;
use portolan_oci::Registry;
use portolan_transport::{CredentialFile, HostEnvironment, Login, LoginCheck, Stored};

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

/// The longest password that is read.
const LONGEST: u64 = 64 * 1024;

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
    /// Reads the password or access token from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Refused: whoever can list processes could read it.
    #[arg(long, short, hide = true, num_args = 0..=1)]
    password: Option<Option<String>>,
}

pub(super) async fn run(arguments: &LoginArguments, context: &Context) -> Result<Outcome, CliError> {
    if arguments.password.is_some() {
        let problem = "a password is not taken from the command line, where others can read it".to_owned();
        return Err(
            CliError::from(Failure::Usage(problem)).with_hint("--password-stdin reads it from a pipe")
        );
    }
    let host = &arguments.host;
    let login = Login::Basic { user: user(arguments)?, password: password(arguments)? };
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
        None if arguments.password_stdin || !io::stdin().is_terminal() => {
            return Err(usage("the user is not named").with_hint("--username USER"));
        }
        None => prompt("Username: ").map_err(unreadable)?,
    };
    match user.as_str() {
        "" => Err(usage("the user is not named")),
        user if user.contains(':') => Err(usage("a user's name has no colon in it")),
        _ => Ok(user),
    }
}

fn password(arguments: &LoginArguments) -> Result<String, CliError> {
    let password = if arguments.password_stdin {
        let mut text = String::new();
        io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
        text.trim_end_matches(['\r', '\n']).to_owned()
    } else if io::stdin().is_terminal() {
        secret_prompt("Password: ").map_err(unreadable)?
    } else {
        return Err(usage("there is no terminal to ask for the password").with_hint("--password-stdin"));
    };
    if password.is_empty() { Err(usage("the password is empty")) } else { Ok(password) }
}

fn usage(problem: &str) -> CliError {
    Failure::Usage(problem.to_owned()).into()
}

fn unreadable(cause: io::Error) -> CliError {
    Failure::other("cannot read the standard input", cause).into()
}

fn prompt(text: &str) -> io::Result<String> {
    write!(io::stderr(), "{text}")?;
    let mut line = String::new();
    io::stdin().lock().read_line(&mut line)?;
    Ok(line.trim().to_owned())
}

/// Nothing that is typed is shown.
fn secret_prompt(text: &str) -> io::Result<String> {
    write!(io::stderr(), "{text}")?;
    console::Term::stderr().read_secure_line()
}
