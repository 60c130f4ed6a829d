//! The page that shows the `OpenAPI` document. It is made of it, brings everything along and needs no script.

use maud::{Markup, html};
use serde_json::Value;

use crate::doors::html::{Head, whole};

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:64rem;padding:0 1rem}\
h1{font-size:1.4rem}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
summary{cursor:pointer;padding:.3rem 0}details{border-bottom:1px solid #8884}\
details>div{padding:0 0 1rem 1.2rem}\
.method{display:inline-block;width:4.5rem;font-weight:600}.get{color:#1a73e8}.post{color:#18864b}.put,.patch{color:#b26a00}\
.delete{color:#c5221f}.muted{opacity:.7}pre{overflow-x:auto}";

/// The page.
pub(super) fn page(document: &str) -> String {
    // It was made here.
    let document = &serde_json::from_str(document).unwrap_or_default();
    let body = html! {
        h1 { "Portolan: API" }
        p { (text(document, "/info/description")) }
        p { "The same for programs: " a href="/api/openapi.json" { "/api/openapi.json" } " (OpenAPI 3.1)." }
        @for tag in list(document, "/tags") {
            h2 { (text(tag, "/description")) }
            @for (path, method, operation) in operations(document, at(tag, "/name")) {
                (shown(document, (path, method), operation))
            }
        }
        h2 { "What is sent and answered" }
        @for (name, schema) in entries(document, "/components/schemas") {
            details id=(name) {
                summary { code { (name) } " " span.muted { (text(schema, "/description")) } }
                div { pre { (pretty(schema)) } }
            }
        }
    };
    whole(&Head { title: "Portolan: API", style: STYLE, again: None }, &body).into_string()
}

fn operations<'d>(
    document: &'d Value,
    tag: &'d Value,
) -> impl Iterator<Item = (&'d String, &'d String, &'d Value)> {
    let paths = entries(document, "/paths");
    let all = paths.flat_map(|(path, item)| {
        item.as_object().into_iter().flatten().map(move |(method, operation)| (path, method, operation))
    });
    all.filter(move |(_, _, operation)| list(operation, "/tags").any(|one| one == tag))
}

fn shown(document: &Value, (path, method): (&str, &str), operation: &Value) -> Markup {
    let server = text(document, "/servers/0/url");
    html! {
        details id=(text(operation, "/operationId")) {
            summary {
                span.method.(method) { (method.to_uppercase()) } code { (server) (path) }
                " " span.muted { (text(operation, "/summary")) }
            }
            div {
                p { (text(operation, "/description")) }
                @for parameter in list(operation, "/parameters") {
                    p {
                        code { (text(parameter, "/name")) }
                        span.muted {
                            " in " (text(parameter, "/in"))
                            @if at(parameter, "/required") == true { ", required" }
                        }
                        ": " (text(parameter, "/description"))
                    }
                }
                @if let Some(schema) = schema(at(operation, "/requestBody")) { p { "Body: " (schema) } }
                @for (status, response) in entries(operation, "/responses") {
                    p {
                        code { (status) } " " (text(response, "/description"))
                        @if let Some(schema) = schema(response) { " " (schema) }
                    }
                }
            }
        }
    }
}

/// A link to what a body is.
fn schema(body: &Value) -> Option<Markup> {
    let media = at(body, "/content").as_object()?.values().next()?;
    let name = at(media, "/schema/$ref").as_str()?.rsplit('/').next()?;
    Some(html! { a href={ "#" (name) } { (name) } })
}

/// A part of a document; null if it has none.
fn at<'d>(value: &'d Value, path: &str) -> &'d Value {
    value.pointer(path).unwrap_or(&Value::Null)
}

fn text<'d>(value: &'d Value, path: &str) -> &'d str {
    at(value, path).as_str().unwrap_or_default()
}

fn list<'d>(value: &'d Value, path: &str) -> impl Iterator<Item = &'d Value> + use<'d> {
    at(value, path).as_array().into_iter().flatten()
}

fn entries<'d>(value: &'d Value, path: &str) -> impl Iterator<Item = (&'d String, &'d Value)> + use<'d> {
    at(value, path).as_object().into_iter().flatten()
}

fn pretty(value: &Value) -> String {
    serde_json::to_string_pretty(value).unwrap_or_default()
}
