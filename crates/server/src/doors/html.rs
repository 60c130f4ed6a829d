//! What our pages have in common.

use maud::{DOCTYPE, Markup, PreEscaped, html};

/// As policy of a page: nothing but what it brings along.
pub(super) const NOTHING_ELSE: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// What stands above a page.
pub(super) struct Head<'a> {
    pub(super) title: &'a str,
    pub(super) style: &'static str,
    /// Seconds until a browser asks again.
    pub(super) again: Option<u32>,
}

/// A page with this body.
pub(super) fn whole(head: &Head<'_>, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width";
                @if let Some(again) = head.again { meta http-equiv="refresh" content=(again); }
                title { (head.title) }
                style { (PreEscaped(head.style)) }
            }
            body { (body) }
        }
    }
}
