//! The kinds of work, each a row of figures.

use std::path::Path;
use std::{fmt, io};

use portolan_testkit::workload::{self, Shared};
use portolan_testkit::zoo::Exhibit;
use serde::Serialize;

use crate::client::{Client, Kind};
use crate::measure::CommandLine;

/// The tag of all images.
pub(crate) const TAG: &str = "v1";

/// A kind of work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
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
    pub(crate) const ALL: [Self; 7] =
        [Self::Huge, Self::Twelve, Self::Tiny, Self::Unchanged, Self::Mirror, Self::Idle, Self::Fanout];

    /// The images, with their repositories.
    pub(crate) fn images(self, scale: f64) -> Vec<(String, Exhibit)> {
        match self {
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
            Self::Tiny => (0..scaled(50, scale))
                .map(|nth| (format!("tiny/{nth:02}"), workload::tiny(1_000 + nth)))
                .collect(),
        }
    }

    /// Whether a client can do this work.
    pub(crate) fn is_for(self, client: Kind) -> bool {
        !matches!(self, Self::Mirror | Self::Idle) || client.mirrors()
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
            Self::Mirror => {
                Turn { before: Vec::new(), timed: vec![client.mirror(repositories, hosts, home)?] }
            }
            Self::Idle => again(vec![client.mirror(repositories, hosts, home)?], scale),
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
