//! How a failure is told.

use std::error::Error;
use std::io::ErrorKind;

use console::Style;

use super::{CliError, Failure};
use crate::context::Context;
use crate::outcome::Outcome;

impl CliError {
    /// How the program ends for it.
    pub(crate) fn outcome(&self) -> Outcome {
        self.failure.outcome()
    }

    /// Tells it on the standard error. The outcome is how the program ends.
    pub(crate) fn report(&self, context: &Context) -> Outcome {
        // A reader that has had enough (`| head`) has nothing to be told.
        if matches!(&self.failure, Failure::Output(cause) if cause.kind() == ErrorKind::BrokenPipe) {
            return Outcome::Done;
        }
        context.talk.insist(&self.text(context));
        self.outcome()
    }

    /// The failure, its causes and its hints, a line each.
    pub(crate) fn text(&self, context: &Context) -> String {
        let style = |style: Style| style.force_styling(context.talk.is_colored());
        let kind = match self.outcome().word() {
            Some(word) => format!("error ({word}):"),
            None => "error:".to_owned(),
        };
        let mut text = format!("{} {}\n", style(Style::new().red().bold()).apply_to(kind), self.failure);
        for cause in causes(&self.failure) {
            text.push_str(&format!("  caused by: {cause}\n"));
        }
        let own = self.failure.hints(context.known_config());
        for hint in self.hints.iter().chain(&own) {
            let label = style(Style::new().cyan()).apply_to("hint:");
            text.push_str(&format!("{label} {hint}\n"));
        }
        text
    }
}

/// The texts of the causes of `error`. One that repeats the text above it is left out.
fn causes(error: &dyn Error) -> Vec<String> {
    let mut texts = Vec::new();
    let mut above = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if text != above {
            texts.push(text.clone());
        }
        above = text;
        next = cause.source();
    }
    texts
}

/// An error and its causes in one line.
pub(crate) fn chain(error: &dyn Error) -> String {
    let mut texts = vec![error.to_string()];
    texts.extend(causes(error));
    texts.join(": ")
}
