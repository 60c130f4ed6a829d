//! What the book and the README show is what happens: every `console` block is run.
//!
//! A line `$ COMMAND` is given to a shell; the lines below it are what it prints, on both outputs. `…` stands
//! for anything in a line, and alone in a line for any lines. The blocks of a page are run one after the other
//! in a home of their own that has the examples. `localhost:5000` is a registry, `localhost:5001` one that
//! wants a login (robot, swordfish). `portolan serve &` starts a daemon, which is found at `127.0.0.1:5000` to the end
//! of the page.

use std::fs;
use std::path::{Path, PathBuf};

use portolan_testkit::registry::Registry;

use crate::daemon::Daemon;
use crate::sandbox::{Sandbox, repository};

/// A command of a page and what it prints there.
struct Step {
    line: usize,
    command: String,
    printed: Vec<String>,
}

fn markdown(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            markdown(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (index, line) in page.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == "```console";
            continue;
        }
        if !inside {
            continue;
        }
        match (line.strip_prefix("$ "), steps.last_mut()) {
            (Some(command), _) => {
                steps.push(Step { line: index + 1, command: command.to_owned(), printed: Vec::new() });
            }
            (None, Some(step)) => step.printed.push(line.to_owned()),
            (None, None) => panic!("line {}: a console block begins with a command", index + 1),
        }
    }
    steps
}

/// Whether the lines fit, where `…` stands for anything and the width of gaps does not count.
fn fits(pattern: &[String], lines: &[&str]) -> bool {
    match (pattern.split_first(), lines.split_first()) {
        (None, None) => true,
        (Some((any, rest)), _) if any.trim() == "…" => {
            (0..=lines.len()).any(|skipped| fits(rest, lines.get(skipped..).unwrap()))
        }
        (Some((first, rest)), Some((line, lines))) => fits_line(first, line) && fits(rest, lines),
        _ => false,
    }
}

fn fits_line(pattern: &str, line: &str) -> bool {
    let gaps = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (pattern, line) = (gaps(pattern), gaps(line));
    let mut parts = pattern.split('…');
    let Some(mut rest) = line.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

async fn run(page: &Path) -> Option<Vec<String>> {
    let text = fs::read_to_string(page).unwrap();
    let steps = steps(&text);
    let mut sandbox = Sandbox::with_examples();
    let open = Registry::start().await?;
    let locked = Registry::builder().htpasswd(&[("robot", "swordfish")]).start().await?;
    sandbox.redact(open.host(), "localhost:5000");
    sandbox.redact(locked.host(), "localhost:5001");
    let mut daemon: Option<Daemon> = None;
    let mut wrong = Vec::new();
    for Step { line, command, printed } in steps {
        let command = command
            .replace("cargo run --release -q -p portolan-cli --", "portolan")
            .replace("localhost:5000", open.host())
            .replace("localhost:5001", locked.host())
            .replace("127.0.0.1:5000", daemon.as_ref().map_or("127.0.0.1:5000", Daemon::host));
        let actual = if command == "portolan serve &" {
            let started = daemon.insert(Daemon::start(&sandbox));
            sandbox.redact(started.host(), "127.0.0.1:5000");
            sandbox.redacted(&format!("listening at http://{}\n", started.host()))
        } else {
            sandbox.shell(&command)
        };
        if !fits(&printed, &actual.lines().collect::<Vec<_>>()) {
            let printed = printed.join("\n");
            let command = sandbox.redacted(&command);
            wrong.push(format!(
                "{}:{line}\n$ {command}\n--- shown\n{printed}\n--- printed\n{actual}",
                page.display()
            ));
        }
    }
    Some(wrong)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_shown_prints_what_is_shown() {
    let mut pages = vec![repository().join("README.md"), repository().join("CONTRIBUTING.md")];
    markdown(&repository().join("docs/src"), &mut pages);
    pages.retain(|page| !steps(&fs::read_to_string(page).unwrap()).is_empty());
    assert!(pages.len() >= 5, "the blocks of the pages are not found: {pages:?}");
    let mut wrong = Vec::new();
    for page in pages {
        let Some(found) = run(&page).await else { return };
        wrong.extend(found);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_is_left_out_fits_anything_and_nothing_else_does() {
    let pattern = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
    let fits = |shown: &str, printed: &str| fits(&pattern(shown), &printed.lines().collect::<Vec<_>>());
    assert!(fits("a b  c", "a  b c"));
    assert!(fits("sha256:… x\n…\nend", "sha256:0123 x\n1\n2\nend"));
    assert!(fits("…", ""));
    assert!(fits("a … b … c", "a 1 b 2 c"));
    assert!(!fits("a", "a\nb"));
    assert!(!fits("", "a"));
    assert!(!fits("a …", "b 1"));
    assert!(!fits("a … c", "a 1 b"));
    assert!(!fits("…\nend", "1\n2"));
}
