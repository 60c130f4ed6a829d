//! The commands, one file each: its arguments, and the function that runs it.

mod audit;
mod compat;
mod completions;
mod config;
mod copy;
mod delete;
mod diff;
mod inspect;
mod login;
mod logout;
mod man;
mod mirrors;
mod nodes;
mod openapi;
mod runs;
mod serve;
mod store;
mod tags;
mod token;
mod user;

use std::thread::available_parallelism;

use clap::Subcommand;
use tokio::runtime::{Builder, Runtime};

use crate::context::Context;
use crate::error::{CliError, Failure};
use crate::outcome::Outcome;

pub(crate) use compat::as_portolan;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Copy(copy::CopyArguments),
    Plan(mirrors::plan::PlanArguments),
    Sync(mirrors::sync::SyncArguments),
    Undo(mirrors::undo::UndoArguments),
    Explain(mirrors::explain::ExplainArguments),
    Mirrors(mirrors::MirrorsArguments),
    Runs(runs::RunsArguments),
    Nodes(nodes::NodesArguments),
    Serve(serve::ServeArguments),
    Store(store::StoreArguments),
    Tags(tags::TagsArguments),
    Inspect(inspect::InspectArguments),
    Diff(diff::DiffArguments),
    Delete(delete::DeleteArguments),
    User(user::UserArguments),
    Token(token::TokenArguments),
    Audit(audit::AuditArguments),
    Login(login::LoginArguments),
    Logout(logout::LogoutArguments),
    Config(config::ConfigArguments),
    Compat(compat::CompatArguments),
    Completions(completions::CompletionsArguments),
    Man(man::ManArguments),
    #[command(name = "openapi")]
    OpenApi(openapi::OpenApiArguments),
}

/// Runs a command.
pub(crate) fn run(command: Command, context: &Context) -> Result<Outcome, CliError> {
    match command {
        Command::Compat(arguments) => wait(context, compat::run(&arguments, context)),
        Command::Copy(arguments) => wait(context.traced(), copy::run(&arguments, context)),
        Command::Plan(arguments) => wait(context, mirrors::plan::run(&arguments, context)),
        Command::Sync(arguments) => wait(context.traced(), mirrors::sync::run(&arguments, context)),
        Command::Undo(arguments) => wait(context, mirrors::undo::run(&arguments, context)),
        Command::Explain(arguments) => wait(context, mirrors::explain::run(&arguments, context)),
        Command::Mirrors(arguments) => wait(context, mirrors::run(&arguments, context)),
        Command::Runs(arguments) => wait(context, runs::run(&arguments, context)),
        Command::Nodes(arguments) => wait(context, nodes::run(&arguments, context)),
        Command::Serve(arguments) => wait(context.traced(), serve::run(&arguments, context)),
        Command::Store(arguments) => wait(context, store::run(&arguments, context)),
        Command::Tags(arguments) => wait(context, tags::run(&arguments, context)),
        Command::Inspect(arguments) => wait(context, inspect::run(&arguments, context)),
        Command::Diff(arguments) => wait(context, diff::run(&arguments, context)),
        Command::Delete(arguments) => wait(context, delete::run(&arguments, context)),
        Command::User(arguments) => wait(context, user::run(&arguments, context)),
        Command::Token(arguments) => wait(context, token::run(&arguments, context)),
        Command::Audit(arguments) => wait(context, audit::run(&arguments, context)),
        Command::Login(arguments) => wait(context, login::run(&arguments, context)),
        Command::Logout(arguments) => wait(context, logout::run(&arguments, context)),
        Command::Config(arguments) => config::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Man(arguments) => man::run(&arguments, context),
        Command::OpenApi(_) => openapi::run(context),
    }
}

/// Runs what waits for others, and leaves the catalogue in order.
fn wait(
    context: &Context,
    work: impl Future<Output = Result<Outcome, CliError>>,
) -> Result<Outcome, CliError> {
    let runtime = runtime()?;
    let ended = runtime.block_on(async {
        let ended = Box::pin(work).await;
        match ended {
            Err(error) if matches!(error.failure(), Failure::Killed) => Err(error),
            ended => context.close().await.and(ended),
        }
    });
    if !matches!(&ended, Err(error) if matches!(error.failure(), Failure::Killed)) {
        context.end_traces();
    }
    // What still runs in the background (a name that is being resolved) is not waited for.
    runtime.shutdown_background();
    ended
}

/// A few threads: bytes are hashed and encrypted on them. All else is done by this one, which counts among them:
/// to hand work over to a thread that has to wait for a processor costs more than it brings.
fn runtime() -> Result<Runtime, CliError> {
    let threads = available_parallelism().map_or(1, |threads| threads.get().saturating_sub(1).clamp(1, 4));
    Builder::new_multi_thread()
        .worker_threads(threads)
        .enable_all()
        .build()
        .map_err(|cause| Failure::other("cannot start the runtime", cause).into())
}
