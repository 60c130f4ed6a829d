//! The kinds of work, each a row of figures.

use std::path::Path;
use std::time::Duration;
use std::{fmt, io};

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
    pub(crate) const ALL: [Self; 12] = [
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
    ];

    /// How often each client has its turn, of as many rounds as were asked for: what takes a client minutes
    /// is not done more often than twice.
    pub(crate) fn rounds(self, asked: u32) -> u32 {
        match self {
            Self::Many | Self::ManyIdle | Self::Tags => asked.min(2),
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
            Self::Many | Self::ManyIdle => {
                let image = |nth: u64| {
                    let tag = format!("t{:02}", nth / MANY_REPOSITORIES);
                    let image = Exhibit { tags: vec![tag], ..workload::tiny(10_000 + nth) };
                    (format!("many/{:02}", nth % MANY_REPOSITORIES), image)
                };
                (0..scaled(MANY, scale)).map(image).collect()
            }
            Self::Huge => {
                vec![("huge".to_owned(), workload::huge_layer(1, scaled(1_500_000_000, scale)))]
            }
            Self::Twelve | Self::Unchanged => {
                vec![("twelve".to_owned(), workload::twelve_layers(100, scaled(250_000_000, scale)))]
            }
            Self::Fanout => {
                vec![("fanout".to_owned(), workload::twelve_layers(200, scaled(250_000_000, scale)))]
            }
            Self::Mirror | Self::Idle => {
                let shared = Shared::FORTY;
                let images = scaled(shared.images, scale.min(1.0));
                Shared { images, ..shared }.exhibits(300)
            }
            Self::Far | Self::FarIdle => {
                let images = workload::two_platforms(scaled(FAR, scale));
                images.into_iter().map(|image| ("far/all".to_owned(), image)).collect()
            }
            // Made by the scripted source itself.
            Self::Tags => Vec::new(),
            Self::Tiny => (0..scaled(50, scale))
                .map(|nth| (format!("tiny/{nth:02}"), workload::tiny(1_000 + nth)))
                .collect(),
        }
    }

    /// How many tags the row about tags has.
    pub(crate) fn tags(scale: f64) -> u64 {
        scaled(50_000, scale)
    }

    /// Whether a client can do this work.
    pub(crate) fn is_for(self, client: Kind) -> bool {
        match self {
            Self::Mirror | Self::Far => client.mirrors() || client == Kind::Lean,
            Self::Tags => client == Kind::Portolan,
            Self::Idle | Self::FarIdle | Self::Many | Self::ManyIdle => client.mirrors(),
            _ => client != Kind::Regsync,
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
            Self::Huge | Self::Twelve | Self::Tiny | Self::Fanout => {
                Turn { before: Vec::new(), timed: copies() }
            }
            Self::Unchanged => again(copies(), scale),
            Self::Mirror | Self::Far | Self::Many | Self::Tags => {
                Turn { before: Vec::new(), timed: client.mirror(repositories, hosts, home)? }
            }
            Self::Idle => again(client.mirror(repositories, hosts, home)?, scale),
            Self::FarIdle | Self::ManyIdle => {
                let commands = client.mirror(repositories, hosts, home)?;
                Turn { before: commands.clone(), timed: commands }
            }
        })
    }

    /// The work in words.
    pub(crate) fn describe(self, scale: f64) -> String {
        match self {
            Self::Huge => format!("one layer of {}", megabytes(1_500_000_000, scale)),
            Self::Twelve => format!("twelve layers, {} in all", megabytes(250_000_000, scale)),
            Self::Tiny => format!("{} images of 3 KB, a process for each", scaled(50, scale)),
            Self::Fanout => {
                let size = megabytes(250_000_000, scale);
                format!("twelve layers, {size} in all, to two targets, alone and beside a third at 1 MB/s")
            }
            Self::Mirror => format!("{} in one process", forty(scale)),
            Self::Far => far(scale),
            Self::FarIdle => format!("{}, to where they are", far(scale)),
            Self::Many => format!("{} in one process", many(scale)),
            Self::ManyIdle => format!("{}, to where they are", many(scale)),
            Self::Tags => format!("a repository of {} tags, to where they are", Self::tags(scale)),
            Self::Idle => format!("{}, {} times to where they are", forty(scale), scaled(20, scale)),
            Self::Unchanged => {
                format!("the image of twelve layers, {} times to where it is", scaled(20, scale))
            }
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Huge => "huge",
            Self::Twelve => "twelve",
            Self::Tiny => "tiny",
            Self::Unchanged => "unchanged",
            Self::Mirror => "mirror",
            Self::Idle => "idle",
            Self::Far => "far",
            Self::FarIdle => "far-idle",
            Self::Many => "many",
            Self::ManyIdle => "many-idle",
            Self::Tags => "tags",
            Self::Fanout => "fanout",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The commands once before, then twenty times over.
fn again(commands: Vec<CommandLine>, scale: f64) -> Turn {
    let times = usize::try_from(scaled(20, scale)).unwrap_or(usize::MAX);
    Turn { timed: commands.iter().cycle().take(times).cloned().collect(), before: commands }
}

fn far(scale: f64) -> String {
    format!("{} images of two platforms, both registries 25 ms away", scaled(FAR, scale))
}

fn many(scale: f64) -> String {
    format!("{} images of 3 KB in {MANY_REPOSITORIES} repositories", scaled(MANY, scale))
}

fn forty(scale: f64) -> String {
    format!("{} images that share layers", scaled(Shared::FORTY.images, scale.min(1.0)))
}

fn megabytes(bytes: u64, scale: f64) -> String {
    format!("{:.0} MB", scaled(bytes, scale) as f64 / 1e6)
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
