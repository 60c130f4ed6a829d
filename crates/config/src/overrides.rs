//! Variables of the environment, put over what the file says.

use crate::Environment;
use crate::document::{Key, Nature, Node, Value};
use crate::environment::PREFIX;
use crate::form::{Form, Section};
use crate::nearest::nearest;
use crate::origin::Place;
use crate::problem::Fault;
use crate::reserved::is_reserved;
use crate::shape::Report;

/// Puts every `PORTOLAN__SECTION__KEY` into the tree.
pub(crate) fn apply(document: &mut Node, environment: &Environment, form: &Form<'_>, report: &mut Report) {
    for (variable, value) in environment.overrides() {
        let place = Place::Variable(variable.to_owned());
        match path_of(variable, form) {
            Ok(path) => put(document, &path, value, &place),
            Err(fault) => report.add(&place, fault),
        }
    }
}

/// The keys that a variable stands for.
fn path_of<'s>(variable: &str, form: &Form<'s>) -> Result<Vec<&'s str>, Fault> {
    let words: Vec<&str> = variable.strip_prefix(PREFIX).unwrap_or_default().split("__").collect();
    let mut path = Vec::new();
    let mut form = form.clone();
    for (index, word) in words.iter().enumerate() {
        if form.items().is_some() {
            return Err(Fault::NotScalar("a list"));
        }
        if form.named().is_some() {
            return Err(Fault::NotScalar("a map of names"));
        }
        let sections = form.sections();
        let found = sections.iter().find_map(|section| {
            let name = section.names().find(|name| name.to_ascii_uppercase() == *word)?;
            Some((name, section.form(name)?))
        });
        let rest = words.get(index + 1..).unwrap_or_default();
        let Some((name, below)) = found else { return Err(unknown(&path, word, rest, &sections)) };
        path.push(name);
        form = below;
    }
    if form.takes_scalar() {
        Ok(path)
    } else if form.items().is_some() {
        Err(Fault::NotScalar("a list"))
    } else if form.named().is_some() {
        Err(Fault::NotScalar("a map of names"))
    } else {
        Err(Fault::NotScalar("a section"))
    }
}

/// What to say of `word`, which is no key at `path`; `rest` comes after it.
fn unknown(path: &[&str], word: &str, rest: &[&str], sections: &[Section<'_>]) -> Fault {
    let key = word.to_ascii_lowercase();
    if is_reserved(&path.join("."), &key) {
        return Fault::Reserved(key);
    }
    let names: Vec<&str> = sections.iter().flat_map(Section::names).collect();
    let below = |words: &[&str]| variable_of(&[path, words].concat());
    let near = match nearest(&key, names.iter().copied()) {
        Some(near) => Some(below(&[&[near], rest].concat())),
        // Below a single value there is nothing.
        None if names.is_empty() => Some(below(&[])),
        None => None,
    };
    Fault::UnknownVariable { near, known: names.iter().map(|name| below(&[name])).collect() }
}

fn variable_of(path: &[&str]) -> String {
    format!("{PREFIX}{}", path.join("__").to_ascii_uppercase())
}

fn put(node: &mut Node, path: &[&str], text: &str, place: &Place) {
    let Some((name, rest)) = path.split_first() else {
        node.value = Value::Scalar { text: text.to_owned(), nature: Nature::Untyped };
        node.place = place.clone();
        return;
    };
    if node.value == Value::Null {
        *node = Node { place: place.clone(), value: Value::Map(Vec::new()) };
    }
    // Something else than a map is wrong there already, and is told as such.
    let Value::Map(entries) = &mut node.value else { return };
    if !entries.iter().any(|(key, _)| key.name == *name) {
        let key = Key { name: (*name).to_owned(), place: place.clone() };
        entries.push((key, Node { place: place.clone(), value: Value::Null }));
    }
    if let Some((_, below)) = entries.iter_mut().find(|(key, _)| key.name == *name) {
        put(below, rest, text, place);
    }
}
