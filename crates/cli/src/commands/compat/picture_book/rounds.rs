//! What `load` and `sync` bring images with.

use std::sync::Arc;

use portolan_config::picture_book::PictureBook;
use portolan_server::picture_book::{OpenPlaces, Rounds, Voice};
use portolan_transport::{Places, RegistrySettings, TransportResult};

use crate::commands::mirrors::work::engine_options;
use crate::context::{Context, PlacesMaker};
use crate::error::CliError;

/// Opens places as the configuration says, with further logins.
struct WithLogins(PlacesMaker);

impl OpenPlaces for WithLogins {
    fn open(&self, logins: Vec<RegistrySettings>) -> TransportResult<Arc<Places>> {
        self.0.with_logins(logins).map(Arc::new)
    }
}

/// Says what happens on the standard error.
pub(super) fn voice(book: &PictureBook, context: &Context) -> Voice {
    let talk = context.talk.clone();
    let voice = Voice::new(book.display, move |line| talk.say(line));
    for warning in &book.warnings {
        voice.say(&format!("warning: {}: {warning}", book.file.display()));
    }
    voice
}

pub(super) async fn rounds(context: &Context, voice: &Voice) -> Result<Rounds, CliError> {
    Ok(Rounds {
        journal: context.journal().await?,
        books: context.books().await?,
        options: engine_options(&context.config()?.config),
        places: Box::new(WithLogins(context.places_maker()?)),
        voice: voice.clone(),
        owner: format!("picture-book (process {})", std::process::id()),
    })
}
