//! The reference page of the book, generated from the schema.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};

use crate::document::{Node, Value};
use crate::form::{Form, Section};
use crate::schema;

/// A configuration that uses every key.
pub const EXAMPLE: &str = include_str!("example.yaml");

const INTRODUCTION: &str = "\
# Configuration reference

`portolan.yaml` is looked for in this order; the first that is there is read, and there need not be any:

1. the file given with `--config`,
2. the file that `$PORTOLAN_CONFIG` names,
3. `./portolan.yaml`,
4. `~/.config/portolan/portolan.yaml` (`$XDG_CONFIG_HOME/portolan/portolan.yaml`),
5. `/etc/portolan/portolan.yaml`.

A variable `PORTOLAN__SECTION__KEY` overrides a single value, such as `PORTOLAN__LOG__LEVEL=debug` or
`PORTOLAN__DATA=/srv/portolan`; lists are set in the file only. Relative paths are relative to the folder in which the
program is started. Unknown keys are errors.

`portolan config check` says what is wrong, `portolan config show` what is in force and where it was set, and
`portolan config schema` prints a JSON Schema for editors.
";

/// The reference page, in Markdown: every key with its type, default, meaning and an example.
pub fn reference() -> String {
    let mut page = format!("{INTRODUCTION}\n```yaml\n{EXAMPLE}```\n");
    let example = Node::parse(EXAMPLE).unwrap_or_else(|_| Node::empty());
    let mut queue = VecDeque::from([(String::new(), Form::document(schema()), vec![&example])]);
    while let Some((path, form, examples)) = queue.pop_front() {
        // Writing to a text cannot fail.
        let _ = section(&mut page, &path, &form, &examples);
        for (name, below) in keys(&form) {
            let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
            let values = || examples.iter().filter_map(|example| example.get(name));
            if let Some(items) = below.items() {
                queue.push_back((format!("{path}[]"), items, values().flat_map(items_of).collect()));
            } else if let Some(named) = below.named() {
                queue.push_back((format!("{path}.NAME"), named, values().flat_map(entries_of).collect()));
            } else {
                queue.push_back((path, below, values().collect()));
            }
        }
        queue.retain(|(_, form, _)| !form.sections().is_empty());
    }
    page
}

/// Every key that the maps of a form have.
fn keys<'s>(form: &Form<'s>) -> Vec<(&'s str, Form<'s>)> {
    let of = |section: Section<'s>| {
        section.names().filter_map(move |name| Some((name, section.form(name)?))).collect::<Vec<_>>()
    };
    form.sections().into_iter().flat_map(of).collect()
}

fn section(page: &mut String, path: &str, form: &Form<'_>, examples: &[&Node]) -> fmt::Result {
    if !path.is_empty() {
        writeln!(page, "\n## `{path}`")?;
    }
    writeln!(page, "\n| key | type | default | meaning | example |\n| --- | --- | --- | --- | --- |")?;
    let sections = form.sections();
    for section in &sections {
        let required: Vec<&str> = section.required().collect();
        let (first, rest): (Vec<&str>, Vec<&str>) = section.names().partition(|name| required.contains(name));
        for name in first.iter().chain(&rest) {
            let Some(form) = section.form(name) else { continue };
            let default = match (sections.len(), required.contains(name)) {
                (1, true) => "required".to_owned(),
                (_, true) => "one of these".to_owned(),
                (_, false) => default(section, name),
            };
            let meaning = if sections.len() > 1 && section.names().count() == 1 {
                flowing(section.description())
            } else {
                meaning(section, name, &form)
            };
            let mut examples = examples.iter().filter_map(|example| example.get(name)).map(shown);
            let example = examples.find(|example| !example.is_empty()).unwrap_or_default();
            writeln!(page, "| `{name}` | {} | {default} | {meaning} | {example} |", kind(&form))?;
        }
    }
    Ok(())
}

fn kind(form: &Form<'_>) -> String {
    let words: Vec<String> = form.words().iter().map(|(word, _)| format!("`{word}`")).collect();
    let mut kinds = vec![words.join(", ")];
    kinds.extend(form.takes_text().then(|| "text".to_owned()));
    kinds.extend(form.number().map(|_| "number".to_owned()));
    kinds.extend(form.takes_truth().then(|| "`true`, `false`".to_owned()));
    kinds.extend(form.items().map(|_| "list".to_owned()));
    kinds.extend(form.named().map(|_| "sections by name".to_owned()));
    kinds.extend((!form.sections().is_empty()).then(|| "section".to_owned()));
    kinds.retain(|kind| !kind.is_empty());
    kinds.join(" or ")
}

fn default(section: &Section<'_>, name: &str) -> String {
    match section.about(name, "default") {
        Some(serde_json::Value::String(text)) => format!("`{text}`"),
        Some(value) if !value.is_object() => format!("`{value}`"),
        _ => String::new(),
    }
}

/// The key's own words, and those of the words that it takes.
fn meaning(section: &Section<'_>, name: &str, form: &Form<'_>) -> String {
    let about = section.about(name, "description").and_then(|text| text.as_str()).unwrap_or_default();
    let mut meaning = about.to_owned();
    for (word, means) in form.words() {
        // Writing to a text cannot fail.
        let _ = write!(meaning, " `{word}`: {means}");
    }
    flowing(&meaning)
}

/// On one line of a table.
fn flowing(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

fn shown(node: &Node) -> String {
    match &node.value {
        Value::Scalar { text, .. } => format!("`{}`", flowing(text)),
        _ => String::new(),
    }
}

fn items_of(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::List(items) => items.iter().collect(),
        _ => Vec::new(),
    }
}

fn entries_of(node: &Node) -> Vec<&Node> {
    match &node.value {
        Value::Map(entries) => entries.iter().map(|(_, node)| node).collect(),
        _ => Vec::new(),
    }
}
