//! The kinds of work, each a row of figures.

mod words;

use std::io;
use std::path::Path;
use std::time::Duration;

use portolan_testkit::workload::{self, Shared};
use portolan_testkit::zoo::Exhibit;
use serde::Serialize;

use crate::client::{Client, Kind};
use crate::measure::CommandLine;

/// The tag of all images.
pub(crate) const TAG: &str = "v1";

/// The images of the rows with registries that are far away.
const FAR: u64 = 40;
/// The images of the rows with many, and the repositories that they are spread over.
const MANY: u64 = 2_000;
const MANY_REPOSITORIES: u64 = 20;
/// The images that are asked for by HEAD.
const HEAD: u64 = 200;

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Row {
    /// One image of one layer of 1.5 GB.
    Huge,
    /// One image of twelve layers, 250 MB in all.
    Twelve,
    /// Fifty images of 3 KB, a process for each.
    Tiny,
    /// The image of twelve layers, twenty times to where it is already.
    Unchanged,
    /// Forty images that share layers, 230 MB in all, in one process. Only clients that can.
    Mirror,
    /// The same forty images, twenty times to where they are already.
    Idle,
    /// Forty images of two platforms each from a registry to one that are both 25 ms away. Only clients that can.
    Far,
    /// The same forty images, to where they are already.
    FarIdle,
    /// Two thousand tiny images, a hundred in each of twenty repositories. Only clients that mirror.
    Many,
    /// The same two thousand images, to where they are already.
    ManyIdle,
    /// A repository of fifty thousand tags, all of which are where they are to go. Portolan only.
    Tags,
    /// The image of twelve layers to two targets, alone and beside a third that takes 1 MB/s. Portolan only.
    Fanout,
    /// The forty images of the mirror, pushed to a server eight at once.
    ServePush,
    /// One layer of 1.5 GB, pushed to a server in one stream.
    ServeHuge,
    /// Two thousand tiny images, pushed to a server sixteen at once.
    ServeTiny,
    /// Twenty thousand HEADs of manifests by tag, over 64 connections.
    ServeHead,
    /// Ten thousand tags, listed two hundred times over eight connections.
    ServeTags,
    /// The layer of 1.5 GB, pulled five times over plain HTTP.
    ServePull,
    /// The same over TLS.
    ServePullTls,
    /// A server that holds ten thousand repositories with a hundred thousand tags starts again. Portolan only.
    ServeRest,
    /// A daemon with fifty mirrors, none of which is due, is left alone. Portolan only.
    ServeIdle,
    /// Each list of the API, a page at a time, at a hundred thousand tags, on each kind of database. Portolan only.
    ApiLists,
    /// The forty images of the mirror into Portolan's own store; of others, into a registry.
    StoreMirror,
    /// The layer of 1.5 GB into Portolan's own store; the floor writes it to a file.
    StoreHuge,
}

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    /// Programs that copy between registries.
    Clients,
    /// Our registry and its store.
    Registry,
    /// Our daemon beside that: its API, and what it needs when nobody asks.
    Daemon,
}

/// What a client has to do in one turn.
#[derive(Debug)]
pub(crate) struct Turn {
    /// Not timed.
    pub(crate) before: Vec<CommandLine>,
    /// Timed.
    pub(crate) timed: Vec<CommandLine>,
}

impl Row {
    /// All, from the one that says most about bytes to the one that says most about start-up.
    pub(crate) const ALL: [Self; 24] = [
        Self::Huge,
        Self::Twelve,
        Self::Tiny,
        Self::Unchanged,
        Self::Mirror,
        Self::Idle,
        Self::Far,
        Self::FarIdle,
        Self::Many,
        Self::ManyIdle,
        Self::Tags,
        Self::Fanout,
        Self::ServePush,
        Self::ServeHuge,
        Self::ServeTiny,
        Self::ServeHead,
        Self::ServeTags,
        Self::ServePull,
        Self::ServePullTls,
        Self::ServeRest,
        Self::StoreMirror,
        Self::StoreHuge,
        Self::ServeIdle,
        Self::ApiLists,
    ];

    /// What it is about.
    pub(crate) fn part(self) -> Part {
        match self {
            Self::ServePush
            | Self::ServeHuge
            | Self::ServeTiny
            | Self::ServeHead
            | Self::ServeTags
            | Self::ServePull
            | Self::ServePullTls
            | Self::ServeRest
            | Self::StoreMirror
            | Self::StoreHuge => Part::Registry,
            Self::ServeIdle | Self::ApiLists => Part::Daemon,
            _ => Part::Clients,
        }
    }

    /// How often each client has its turn, of as many rounds as were asked for: what takes a client minutes
    /// is not done more often than twice.
    pub(crate) fn rounds(self, asked: u32) -> u32 {
        match self {
            Self::Many | Self::ManyIdle | Self::Tags | Self::ServeIdle => asked.min(2),
            _ => asked,
        }
    }

    /// How long each answer of both registries is held back.
    pub(crate) fn delay(self) -> Option<Duration> {
        match self {
            Self::Far | Self::FarIdle => Some(Duration::from_millis(25)),
            _ => None,
        }
    }

    /// The images, with their repositories.
    pub(crate) fn images(self, scale: f64) -> Vec<(String, Exhibit)> {
        match self {
            Self::Many | Self::ManyIdle | Self::ServeTiny => {
                let image = |nth: u64| {
                    let tag = format!("t{:02}", nth / MANY_REPOSITORIES);
                    let image = Exhibit { tags: vec![tag], ..workload::tiny(10_000 + nth) };
                    (format!("many/{:02}", nth % MANY_REPOSITORIES), image)
                };
                (0..scaled(MANY, scale)).map(image).collect()
            }
            Self::Huge | Self::ServeHuge | Self::ServePull | Self::ServePullTls | Self::StoreHuge => {
                vec![("huge".to_owned(), workload::huge_layer(1, scaled(1_500_000_000, scale)))]
            }
            Self::Twelve | Self::Unchanged => {
                vec![("twelve".to_owned(), workload::twelve_layers(100, scaled(250_000_000, scale)))]
            }
            Self::Fanout => {
                vec![("fanout".to_owned(), workload::twelve_layers(200, scaled(250_000_000, scale)))]
            }
            Self::Mirror | Self::Idle | Self::ServePush | Self::StoreMirror => {
                let shared = Shared::FORTY;
                let images = scaled(shared.images, scale.min(1.0));
                Shared { images, ..shared }.exhibits(300)
            }
            Self::Far | Self::FarIdle => {
                let images = workload::two_platforms(scaled(FAR, scale));
                images.into_iter().map(|image| ("far/all".to_owned(), image)).collect()
            }
            // Made by the scripted source itself, or asked for by nobody.
            Self::Tags | Self::ServeIdle => Vec::new(),
            Self::ServeHead => {
                let image = |nth: u64| {
                    let tag = format!("t{:02}", nth / MANY_REPOSITORIES);
                    let image = Exhibit { tags: vec![tag], ..workload::tiny(30_000 + nth) };
                    (format!("head/{:02}", nth % MANY_REPOSITORIES), image)
                };
                (0..scaled(HEAD, scale)).map(image).collect()
            }
            // One, under all names.
            Self::ServeTags | Self::ServeRest | Self::ApiLists => {
                vec![("tags/all".to_owned(), workload::tiny(40_000))]
            }
            Self::Tiny => (0..scaled(50, scale))
                .map(|nth| (format!("tiny/{nth:02}"), workload::tiny(1_000 + nth)))
                .collect(),
        }
    }

    /// How many tags the row has: those of one repository, or of each.
    pub(crate) fn tags(self, scale: f64) -> u64 {
        match self {
            Self::ServeTags => scaled(10_000, scale),
            Self::ServeRest => 10,
            Self::ApiLists => 9,
            _ => scaled(50_000, scale),
        }
    }

    /// How many tags there are in the largest repository of a row in which repositories have few.
    pub(crate) fn most_tags(scale: f64) -> u64 {
        scaled(10_000, scale)
    }

    /// How many entries there are in lists of which nobody has thousands.
    pub(crate) fn entries(scale: f64) -> u64 {
        scaled(250, scale)
    }

    /// For how long a daemon is watched that has nothing to do.
    pub(crate) fn watched(scale: f64) -> Duration {
        Duration::from_secs(30).mul_f64(scale.min(1.0))
    }

    /// How often a server is asked the same, how many repositories it holds, or how many mirrors.
    pub(crate) fn times(self, scale: f64) -> u64 {
        match self {
            Self::ServeHead => scaled(20_000, scale),
            Self::ServeTags => scaled(200, scale),
            Self::ServePull | Self::ServePullTls => 5,
            Self::ServeRest | Self::ApiLists => scaled(10_000, scale),
            Self::ServeIdle => scaled(50, scale),
            _ => 1,
        }
    }

    /// Whether a client can do this work.
    pub(crate) fn is_for(self, client: Kind) -> bool {
        match self {
            Self::Mirror | Self::Far => client.mirrors() || client == Kind::Lean,
            Self::Tags | Self::Fanout | Self::ServeRest | Self::ServeIdle | Self::ApiLists => {
                client == Kind::Portolan
            }
            Self::ServePush
            | Self::ServeHuge
            | Self::ServeTiny
            | Self::ServeHead
            | Self::ServeTags
            | Self::ServePull
            | Self::ServePullTls => matches!(client, Kind::Portolan | Kind::DockerRegistry),
            Self::StoreMirror => matches!(client, Kind::Portolan | Kind::Skopeo),
            Self::StoreHuge => matches!(client, Kind::Portolan | Kind::Lean),
            Self::Idle | Self::FarIdle | Self::Many | Self::ManyIdle => client.mirrors(),
            _ => !matches!(client, Kind::Regsync | Kind::DockerRegistry),
        }
    }

    /// What `client` runs to copy all `repositories` from one host to the other; `home` is its home folder.
    pub(crate) fn turn(
        self,
        client: &Client,
        repositories: &[String],
        hosts: (&str, &str),
        (home, scale): (&Path, f64),
    ) -> io::Result<Turn> {
        let (source, target) = hosts;
        let copy =
            |name: &String| client.copy(&format!("{source}/{name}:{TAG}"), &format!("{target}/{name}:{TAG}"));
        let copies = || repositories.iter().map(copy).collect::<Vec<CommandLine>>();
        Ok(match self {
            Self::StoreMirror if client.kind == Kind::Portolan => {
                Turn { before: Vec::new(), timed: client.mirror_into_store(repositories, source, home)? }
            }
            Self::StoreHuge => {
                let keep = |name: &String| client.keep(&format!("{source}/{name}:{TAG}"), name, home);
                Turn { before: Vec::new(), timed: repositories.iter().map(keep).collect() }
            }
            Self::Mirror | Self::Far | Self::Many | Self::Tags | Self::StoreMirror => {
                Turn { before: Vec::new(), timed: client.mirror(repositories, hosts, home)? }
            }
            Self::Unchanged => again(copies(), scale),
            Self::Idle => again(client.mirror(repositories, hosts, home)?, scale),
            Self::FarIdle | Self::ManyIdle => {
                let commands = client.mirror(repositories, hosts, home)?;
                Turn { before: commands.clone(), timed: commands }
            }
            // Those about servers have no commands.
            _ => Turn { before: Vec::new(), timed: copies() },
        })
    }
}

/// The commands once before, then twenty times over.
fn again(commands: Vec<CommandLine>, scale: f64) -> Turn {
    let times = usize::try_from(scaled(20, scale)).unwrap_or(usize::MAX);
    Turn { timed: commands.iter().cycle().take(times).cloned().collect(), before: commands }
}

/// At least one.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive number well below 2^53, rounded up"
)]
fn scaled(full: u64, scale: f64) -> u64 {
    (full as f64 * scale).ceil() as u64
}
