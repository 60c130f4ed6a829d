//! The page, as HTML. Whatever it shows is escaped.

use jiff::Timestamp;
use maud::{Markup, html};
use portolan_catalog::{Node, Run};

use super::status::{MirrorStatus, Status};
use crate::doors::html::{Head, whole};
use crate::live::Refused;

/// Seconds until a browser asks again.
const AGAIN: u32 = 30;

const STYLE: &str = "\
:root{color-scheme:light dark}\
body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}\
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:2rem 0 .5rem}\
table{border-collapse:collapse;width:100%}\
th,td{text-align:left;padding:.3rem .8rem .3rem 0;border-bottom:1px solid #8884;vertical-align:top}\
td.number,th.number{text-align:right}\
.muted{opacity:.7}.done{color:#18864b}.partly,.interrupted,.paused{color:#b26a00}.failed{color:#c5221f}\
code,pre{font-size:.9em;overflow-wrap:anywhere;white-space:pre-wrap}";

/// The page that says how things stand.
pub(super) fn page(status: &Status) -> Markup {
    let body = html! {
        (head(status))
        (refused(status.refused.as_ref()))
        (nodes(&status.nodes))
        (mirrors(&status.mirrors))
        (failures(&status.mirrors))
        (runs(&status.runs))
    };
    let title = format!("Portolan on {}", status.host);
    whole(&Head { title: &title, style: STYLE, again: Some(AGAIN) }, &body)
}

fn head(status: &Status) -> Markup {
    html! {
        h1 { "Portolan" }
        p.muted {
            "version " (status.version) " on " (status.host) ", process " (status.process) ", since " (time(status.since))
            " · as of " (time(status.now))
        }
        p {
            "Store: "
            @match &status.store.free {
                Ok(free) => { (gigabytes(*free)) " free" },
                Err(cause) => { span.failed { "free space is not known: " (cause) } },
            }
            ", " (status.store.uploads) " uploads open"
        }
    }
}

fn nodes(nodes: &[Node]) -> Markup {
    html! {
        @if !nodes.is_empty() {
            h2 { "Nodes" }
            table {
                thead { tr { th { "Node" } th { "Process" } th { "Machine" } th { "Since" } th { "State" } } }
                tbody {
                    @for node in nodes {
                        tr {
                            td { (node.about.name) }
                            td { (node.about.what) }
                            td { (node.about.host) }
                            td { (time(node.started_at)) }
                            td {
                                @if node.is_living {
                                    span.done { "lives" }
                                } @else {
                                    span.failed { "not heard of since " (time(node.seen_at)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn refused(refused: Option<&Refused>) -> Markup {
    html! {
        @if let Some(refused) = refused {
            h2.failed { "The new configuration is not in force" }
            p { "It was read at " (time(refused.at)) "; what was in force before still is." }
            pre { (refused.why) }
        }
    }
}

fn mirrors(mirrors: &[MirrorStatus]) -> Markup {
    html! {
        h2 { "Mirrors" }
        @if mirrors.is_empty() {
            p.muted { "The configuration has none." }
        } @else {
            table {
                thead { tr { th { "Mirror" } th { "Run" } th { "Next" } th { "Last run" } th.number { "Told of" } } }
                tbody {
                    @for mirror in mirrors {
                        tr {
                            td { (mirror.name) }
                            td { (mirror.timing.as_deref().unwrap_or("by hand")) }
                            td {
                                @match (&mirror.paused, mirror.next) {
                                    (Some(pause), _) => {
                                        span.paused { "paused by " (pause.by) " since " (time(pause.at)) }
                                    },
                                    (None, Some(next)) => { (time(next)) },
                                    (None, None) => {},
                                }
                            }
                            td {
                                @match &mirror.last {
                                    Some(run) => { (ended(run)) " " span.muted { (time(run.started_at)) } },
                                    None => { span.muted { "never run" } },
                                }
                            }
                            td.number { (mirror.told) }
                        }
                    }
                }
            }
        }
    }
}

fn failures(mirrors: &[MirrorStatus]) -> Markup {
    let failing = mirrors.iter().filter(|mirror| !mirror.failures.is_empty());
    html! {
        @for mirror in failing {
            h2 { "What fails of " (mirror.name) }
            table {
                thead { tr { th { "Image" } th { "To" } th { "Why" } } }
                tbody {
                    @for failed in &mirror.failures {
                        tr {
                            td { code { (failed.source) } }
                            td { code { (failed.target) } }
                            td { (failed.cause) }
                        }
                    }
                }
            }
            @let all = mirror.last.as_ref().map_or(0, |run| run.totals.failed);
            @if all > mirror.failures.len() as u64 {
                p.muted { "and " (all - mirror.failures.len() as u64) " more: " code { "portolan runs show" } }
            }
        }
    }
}

fn runs(runs: &[Run]) -> Markup {
    html! {
        h2 { "Runs" }
        @if runs.is_empty() {
            p.muted { "There were none yet." }
        } @else {
            table {
                thead {
                    tr {
                        th.number { "Run" } th { "Mirror" } th { "Began" } th { "Ended" }
                        th.number { "Copied" } th.number { "Unchanged" } th.number { "Deleted" } th.number { "Failed" }
                    }
                }
                tbody {
                    @for run in runs {
                        tr {
                            td.number { (run.id) }
                            td { (run.mirror) }
                            td { (time(run.started_at)) }
                            td { (ended(run)) }
                            td.number { (run.totals.copied) }
                            td.number { (run.totals.skipped) }
                            td.number { (run.totals.deleted) }
                            td.number { (run.totals.failed) }
                        }
                    }
                }
            }
        }
    }
}

fn ended(run: &Run) -> Markup {
    match run.ended {
        Some(ended) => html! { span class=(ended.outcome.name()) { (ended.outcome.name()) } },
        None => html! { span { "under way" } },
    }
}

fn time(time: Timestamp) -> Markup {
    html! { time datetime=(time) { (time.strftime("%Y-%m-%d %H:%M:%S UTC")) } }
}

fn gigabytes(bytes: u64) -> String {
    format!("{}.{} GB", bytes / 1_000_000_000, bytes / 100_000_000 % 10)
}
