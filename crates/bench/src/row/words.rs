//! The rows in words.

use std::fmt;

use portolan_testkit::workload::Shared;

use super::{FAR, MANY, MANY_REPOSITORIES, Row, scaled};

impl Row {
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
            Self::Tags => format!("a repository of {} tags, to where they are", self.tags(scale)),
            Self::Idle => format!("{}, {} times to where they are", forty(scale), scaled(20, scale)),
            Self::Unchanged => {
                format!("the image of twelve layers, {} times to where it is", scaled(20, scale))
            }
            Self::ServePush => format!("{}, pushed 8 at once", forty(scale)),
            Self::ServeHuge => {
                format!("one layer of {}, pushed in one stream", megabytes(1_500_000_000, scale))
            }
            Self::ServeTiny => format!("{}, pushed 16 at once", many(scale)),
            Self::ServeHead => {
                format!("{} HEADs of manifests by tag over 64 connections", self.times(scale))
            }
            Self::ServeTags => {
                let (tags, times) = (self.tags(scale), self.times(scale));
                format!("{tags} tags, listed {times} times over 8 connections")
            }
            Self::ServePull => format!("{} over plain HTTP", self.pulls(scale)),
            Self::ServePullTls => format!("{} over TLS", self.pulls(scale)),
            Self::ServeRest => {
                let repositories = self.times(scale);
                let tags = repositories * self.tags(scale);
                format!("restarted with {repositories} repositories and {tags} tags")
            }
            Self::ServeIdle => {
                let seconds = Self::watched(scale).as_secs_f64();
                format!("{} mirrors and nothing to do for {seconds} seconds", self.times(scale))
            }
            Self::ApiLists => lists(scale),
            Self::StoreMirror => format!("{} into the store, and into docker-registry", forty(scale)),
            Self::StoreHuge => {
                format!("one layer of {} into the store, and into a file", megabytes(1_500_000_000, scale))
            }
        }
    }

    fn pulls(self, scale: f64) -> String {
        format!("one layer of {}, pulled {} times", megabytes(1_500_000_000, scale), self.times(scale))
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
            Self::ServePush => "serve-push",
            Self::ServeHuge => "serve-huge",
            Self::ServeTiny => "serve-tiny",
            Self::ServeHead => "serve-head",
            Self::ServeTags => "serve-tags",
            Self::ServePull => "serve-pull",
            Self::ServePullTls => "serve-pull-tls",
            Self::ServeRest => "serve-rest",
            Self::ServeIdle => "serve-idle",
            Self::ApiLists => "api-lists",
            Self::StoreMirror => "store-mirror",
            Self::StoreHuge => "store-huge",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

fn lists(scale: f64) -> String {
    let (repositories, most) = (Row::ApiLists.times(scale), Row::most_tags(scale));
    let tags = repositories * Row::ApiLists.tags(scale) + most;
    format!("each list, with {repositories} repositories and {tags} tags, {most} of them in one")
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
