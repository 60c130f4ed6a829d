//! Lists of images, from a file or a command.

use std::io;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::str::FromStr;

use portolan_transport::EndpointError;
use tokio::io::{AsyncRead, AsyncReadExt as _};

use super::running::Running;
use crate::settings::{ImageName, ImagesFrom, Period};

/// The most bytes of a list that are read: some hundred thousand names.
const MOST: u64 = 16 << 20;
/// The most bytes of a command's complaints that are kept.
const MOST_SAID: usize = 64 << 10;

/// A list of images: one name a line; `#` begins a comment, blank lines do not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImageList {
    images: Vec<ImageName>,
}

/// Why there is no list of images.
#[derive(Debug, thiserror::Error)]
pub enum ImageListError {
    /// A line that names no image.
    #[error("line {line} names no image: {text:?}")]
    Line {
        /// The line, the first being 1.
        line: usize,
        /// What is written there.
        text: String,
        /// What is wrong with it.
        #[source]
        cause: EndpointError,
    },
    /// A line with more than a name.
    #[error("line {line} has more than a name: {text:?}")]
    MoreThanAName {
        /// The line, the first being 1.
        line: usize,
        /// What is written there.
        text: String,
    },
    /// The file cannot be read.
    #[error("cannot read the list of images {}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The command cannot be run.
    #[error("cannot run {program:?} for a list of images")]
    Start {
        /// The program.
        program: String,
        /// What the system said.
        #[source]
        cause: io::Error,
    },
    /// The command failed.
    #[error("{program:?} gave no list of images: it ended with {status}{}", said(stderr))]
    Failed {
        /// The program.
        program: String,
        /// How it ended.
        status: ExitStatus,
        /// The last that it wrote to its standard error.
        stderr: String,
    },
    /// The command took too long, and was ended.
    #[error("{program:?} gave no list of images within {}", limit.words())]
    TimedOut {
        /// The program.
        program: String,
        /// How long it had.
        limit: Period,
    },
    /// The list is not text.
    #[error("the list of images is not UTF-8")]
    NotText,
    /// The list is longer than any real one.
    #[error("the list of images is longer than 16 MiB")]
    TooLong,
}

fn said(stderr: &str) -> String {
    match stderr.trim_end().lines().next_back() {
        Some(last) => format!(" and said {last:?}"),
        None => String::new(),
    }
}

impl ImageList {
    /// The images, in the order of the list.
    pub fn images(&self) -> &[ImageName] {
        &self.images
    }

    /// The images, in the order of the list.
    pub fn into_images(self) -> Vec<ImageName> {
        self.images
    }

    /// Reads the file, or runs the command: without a shell, without input, its standard error kept apart.
    /// One that takes too long is ended with all processes that it started, as is one that nobody waits for any
    /// longer.
    ///
    /// # Errors
    /// If there is no list, and if a line of it names no image.
    pub async fn read(from: &ImagesFrom) -> Result<Self, ImageListError> {
        text_of(from).await?.parse()
    }

    /// As [`read`](Self::read), but a line that names no image stands for itself: the others are there all the same.
    ///
    /// # Errors
    /// If there is no list.
    pub async fn read_lines(
        from: &ImagesFrom,
    ) -> Result<Vec<Result<ImageName, ImageListError>>, ImageListError> {
        Ok(lines(&text_of(from).await?).collect())
    }
}

async fn text_of(from: &ImagesFrom) -> Result<String, ImageListError> {
    let bytes = match from {
        ImagesFrom::File { file } => {
            let unreadable = |cause| ImageListError::File { path: file.clone(), cause };
            let opened = tokio::fs::File::open(file).await.map_err(unreadable)?;
            up_to(opened, MOST + 1).await.map_err(unreadable)?
        }
        ImagesFrom::Command { command, timeout } => {
            run(command, timeout.unwrap_or(ImagesFrom::TIMEOUT)).await?
        }
    };
    if bytes.len() as u64 > MOST {
        return Err(ImageListError::TooLong);
    }
    String::from_utf8(bytes).map_err(|_| ImageListError::NotText)
}

async fn run(command: &[String], limit: Period) -> Result<Vec<u8>, ImageListError> {
    let (program, arguments) =
        command.split_first().map_or(("", command), |(first, rest)| (first.as_str(), rest));
    let failed = |cause| ImageListError::Start { program: program.to_owned(), cause };
    let mut running = Running::start(program, arguments).map_err(failed)?;
    let (stdout, stderr) = running.outputs();
    let work = async {
        let (list, complaints) = tokio::join!(list_of(stdout), last_of(stderr));
        let list = list?;
        // A list that is too long is not waited for.
        let status = if list.len() as u64 > MOST { None } else { Some(running.end().await?) };
        Ok((list, complaints?, status))
    };
    let outcome = tokio::time::timeout(limit.duration(), work).await;
    let outcome = outcome.map_err(|_| ImageListError::TimedOut { program: program.to_owned(), limit })?;
    match outcome.map_err(failed)? {
        (_, stderr, Some(status)) if !status.success() => Err(ImageListError::Failed {
            program: program.to_owned(),
            status,
            stderr: String::from_utf8_lossy(&stderr).into_owned(),
        }),
        (list, ..) => Ok(list),
    }
}

async fn list_of(stdout: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    match stdout {
        Some(stdout) => up_to(stdout, MOST + 1).await,
        None => Ok(Vec::new()),
    }
}

/// The last bytes of a stream that is read to its end.
async fn last_of(stream: Option<impl AsyncRead + Unpin>) -> io::Result<Vec<u8>> {
    let mut kept = Vec::new();
    let Some(mut stream) = stream else { return Ok(kept) };
    loop {
        let more = up_to(&mut stream, MOST_SAID as u64).await?;
        if more.is_empty() {
            return Ok(kept);
        }
        kept.extend(more);
        let surplus = kept.len().saturating_sub(MOST_SAID);
        kept.drain(..surplus);
    }
}

async fn up_to(stream: impl AsyncRead + Unpin, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    stream.take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

impl FromStr for ImageList {
    type Err = ImageListError;

    fn from_str(text: &str) -> Result<Self, ImageListError> {
        Ok(Self { images: lines(text).collect::<Result<_, _>>()? })
    }
}

/// What each line names that is not blank.
fn lines(text: &str) -> impl Iterator<Item = Result<ImageName, ImageListError>> {
    // The mark with which some editors begin a file.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let names = text.lines().map(|line| without_comment(line).trim()).enumerate();
    names.filter(|(_, name)| !name.is_empty()).map(|(index, name)| {
        let (line, text) = (index + 1, name.to_owned());
        if name.contains(char::is_whitespace) {
            return Err(ImageListError::MoreThanAName { line, text });
        }
        name.parse().map_err(|cause| ImageListError::Line { line, text, cause })
    })
}

/// A `#` begins a comment at the beginning of a line and after a blank.
fn without_comment(line: &str) -> &str {
    let begins = |(at, _): &(usize, &str)| {
        line.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
    };
    let comment = line.match_indices('#').find(begins);
    comment.and_then(|(at, _)| line.get(..at)).unwrap_or(line)
}
