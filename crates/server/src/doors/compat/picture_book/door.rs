//! The door as a whole.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::any;
use http::StatusCode;
use http::header::AUTHORIZATION;
use tokio::sync::Mutex;

use super::{list, ops};
use crate::access::{is_secret, this_machine};
use crate::picture_book::Shelf;

/// Picture-Book's API.
#[derive(Clone)]
pub struct PictureBookDoor {
    pub(super) shelf: Arc<Shelf>,
    /// Operations are done one after the other.
    pub(super) turn: Arc<Mutex<()>>,
    token: Option<Arc<str>>,
    audience: Audience,
}

/// Who is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Audience {
    /// This machine alone.
    ThisMachine,
    /// Whoever shows the token.
    Everybody,
}

impl PictureBookDoor {
    /// A door to these registries for this machine alone; with a token only for those who show it. An empty token is
    /// none.
    pub fn new(shelf: Arc<Shelf>, token: Option<&str>) -> Self {
        let token = token.filter(|token| !token.is_empty()).map(Arc::from);
        Self { shelf, turn: Arc::default(), token, audience: Audience::ThisMachine }
    }

    /// The same for other machines too, if there is a token to be shown.
    pub fn for_others(self) -> Self {
        let audience = if self.token.is_some() { Audience::Everybody } else { Audience::ThisMachine };
        Self { audience, ..self }
    }

    /// What it answers.
    pub fn router(self) -> Router {
        let doors = Router::new().route("/list", any(list::list)).route("/ops", any(ops::ops));
        let doors = doors.with_state(self.clone());
        let audience = self.audience;
        let doors = doors.layer(from_fn_with_state(self, ask));
        match audience {
            Audience::ThisMachine => doors.layer(from_fn(this_machine)),
            Audience::Everybody => doors,
        }
    }

    /// Whether this is the token, alone or behind `Bearer ` or, as Picture-Book wanted it, `Bearer: `.
    fn lets_in(&self, shown: &[u8]) -> bool {
        let Some(token) = &self.token else { return true };
        let shown = [b"Bearer: ".as_slice(), b"Bearer "]
            .iter()
            .find_map(|word| shown.strip_prefix(*word))
            .unwrap_or(shown);
        is_secret(shown, token)
    }
}

async fn ask(State(door): State<PictureBookDoor>, request: Request, next: Next) -> Response {
    let shown = request.headers().get(AUTHORIZATION).map_or(&[][..], http::HeaderValue::as_bytes);
    if door.lets_in(shown) { next.run(request).await } else { StatusCode::UNAUTHORIZED.into_response() }
}

/// The value of a parameter of the query; the first one counts.
pub(super) fn parameter(query: Option<&str>, name: &str) -> String {
    let pairs = url::form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.into_iter().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}
