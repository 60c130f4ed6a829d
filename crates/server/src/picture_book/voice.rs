//! What is said, in Picture-Book's words.

use std::sync::Arc;

use jiff::Zoned;
use portolan_config::picture_book::BookDisplay;
use portolan_sync::{BlobOutcome, Event, ImageEnd, Observer};

/// Says lines as Picture-Book's log had them: `[Monday, 23-Nov-26 10:00:00 UTC] text`.
#[derive(Clone)]
pub struct Voice {
    display: BookDisplay,
    say: Arc<dyn Fn(&str) + Send + Sync>,
}

/// How Go writes a time by RFC 850.
pub(crate) const RFC_850: &str = "%A, %d-%b-%y %H:%M:%S %Z";

impl Voice {
    /// One that says its lines with `say`.
    pub fn new(display: BookDisplay, say: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self { display, say: Arc::new(say) }
    }

    /// Says something in any case.
    pub fn say(&self, text: &str) {
        (self.say)(&format!("[{}] {text}", Zoned::now().strftime(RFC_850)));
    }

    /// Says something that only those want to know who look at every step.
    pub(super) fn tell(&self, text: &str) {
        if self.display == BookDisplay::Detailed {
            self.say(text);
        }
    }

    /// Says what went wrong.
    pub fn complain(&self, text: &str) {
        (self.say)(&format!("[ERROR][{}] {text}", Zoned::now().strftime(RFC_850)));
    }
}

impl Observer for Voice {
    fn observe(&self, event: Event) {
        match event {
            Event::Ended { image, target, end: ImageEnd::Copied { .. }, .. } => {
                self.tell(&format!("Retagging {image} -> {target}"));
            }
            Event::Ended { image, end: ImageEnd::Failed { error }, .. } => {
                self.complain(&format!("{image}: {error}"));
            }
            Event::BlobStarted { target, digest, size, offset } => {
                self.tell(&format!("{target}: {digest}: Pushing, {offset} of {size} bytes are there"));
            }
            Event::BlobDone { target, digest, how, .. } => {
                let how = match how {
                    BlobOutcome::Present => "Layer already exists",
                    BlobOutcome::Mounted => "Mounted from another repository",
                    BlobOutcome::Uploaded => "Pushed",
                };
                self.tell(&format!("{target}: {digest}: {how}"));
            }
            Event::Retrying { target, digest, reason } => {
                self.tell(&format!("{target}: {digest}: Retrying: {reason}"));
            }
            Event::ManifestDone { target, digest, tag: Some(tag) } => {
                self.tell(&format!("{target}: {tag}: digest: {digest}"));
            }
            Event::Warning { message } => self.say(&format!("warning: {message}")),
            Event::Started { .. }
            | Event::Planned { .. }
            | Event::Begun { .. }
            | Event::BlobProgress { .. }
            | Event::ManifestDone { tag: None, .. } => {}
        }
    }
}
