//! Asking the user: on a terminal, or in a pipe where he says so.

use std::io::{self, BufRead as _, IsTerminal as _, Read as _, Write as _};

use clap::Args;

use crate::error::{CliError, Failure};

/// The longest password that is read.
const LONGEST: u64 = 64 * 1024;

/// Where a password comes from: never from an argument.
#[derive(Debug, Args)]
pub(crate) struct PasswordArguments {
    /// Reads the password from standard input
    #[arg(long)]
    password_stdin: bool,
    /// Refused: whoever can list processes could read it.
    #[arg(long, short, hide = true, num_args = 0..=1)]
    password: Option<Option<String>>,
}

impl PasswordArguments {
    /// Whether it comes from a pipe.
    pub(crate) fn is_piped(&self) -> bool {
        self.password_stdin
    }

    /// Refuses one that stands on the command line.
    pub(crate) fn refuse_argument(&self) -> Result<(), CliError> {
        if self.password.is_none() {
            return Ok(());
        }
        let problem = "a password is not taken from the command line, where others can read it";
        Err(usage(problem).with_hint("--password-stdin reads it from a pipe"))
    }

    /// A password that there is already.
    pub(crate) fn known(&self) -> Result<String, CliError> {
        self.read(|| secret("Password: "))
    }

    /// A new one: on a terminal it is typed twice.
    pub(crate) fn new_one(&self) -> Result<String, CliError> {
        let typed = |text| secret(text).map_err(unreadable);
        if self.password_stdin || !io::stdin().is_terminal() {
            return self.known();
        }
        self.refuse_argument()?;
        let password = typed("New password: ")?;
        if typed("Once more: ")? != password {
            return Err(usage("the two passwords differ"));
        }
        filled(password)
    }

    fn read(&self, prompt: impl FnOnce() -> io::Result<String>) -> Result<String, CliError> {
        self.refuse_argument()?;
        let password = if self.password_stdin {
            let mut text = String::new();
            io::stdin().lock().take(LONGEST).read_to_string(&mut text).map_err(unreadable)?;
            text.trim_end_matches(['\r', '\n']).to_owned()
        } else if io::stdin().is_terminal() {
            prompt().map_err(unreadable)?
        } else {
            return Err(usage("there is no terminal to ask for the password").with_hint("--password-stdin"));
        };
        filled(password)
    }
}

fn filled(password: String) -> Result<String, CliError> {
    if password.is_empty() { Err(usage("the password is empty")) } else { Ok(password) }
}

/// A line that is typed.
pub(crate) fn line(prompt: &str) -> Result<String, CliError> {
    let ask = || {
        write!(io::stderr(), "{prompt}")?;
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line)?;
        Ok(line.trim().to_owned())
    };
    ask().map_err(unreadable)
}

/// Whether somebody at a terminal agrees.
///
/// # Errors
/// Where there is none: then `--yes` has to say it.
pub(crate) fn confirmed(told: impl FnOnce(), question: &str) -> Result<bool, CliError> {
    if !io::stdin().is_terminal() {
        return Err(usage("there is no terminal to confirm on").with_hint("--yes deletes without asking"));
    }
    told();
    Ok(matches!(line(&format!("{question} [y/N] "))?.as_str(), "y" | "Y" | "yes"))
}

/// Nothing that is typed is shown.
fn secret(prompt: &str) -> io::Result<String> {
    write!(io::stderr(), "{prompt}")?;
    console::Term::stderr().read_secure_line()
}

pub(crate) fn usage(problem: &str) -> CliError {
    Failure::Usage(problem.to_owned()).into()
}

fn unreadable(cause: io::Error) -> CliError {
    Failure::other("cannot read the standard input", cause).into()
}
