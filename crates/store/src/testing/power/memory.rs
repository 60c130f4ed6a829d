//! What a disk would show after a power cut, beside what the system shows now.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

/// What a power cut takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Losing {
    /// All that was not flushed, bytes and names.
    Everything,
    /// Bytes that were not flushed; names are as they were last. So is a disk that writes in another order.
    Bytes,
    /// Nothing: the system happened to have written all of it.
    Nothing,
    /// Of what was not flushed each name, and the end of each file, by chance: this is the seed.
    Chance(u64),
}

/// A file, whatever names it has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct FileId(u64);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Entry {
    Folder,
    File(FileId),
}

/// Folders with what is in them.
type Names = BTreeMap<PathBuf, BTreeMap<OsString, Entry>>;

/// Keeps account of what is flushed.
#[derive(Debug, Default)]
pub(super) struct Memory {
    shown: Names,
    durable: Names,
    bytes: HashMap<FileId, Bytes>,
    /// By the number of the file that is there now. Numbers are used again, these are not.
    ids: HashMap<u64, FileId>,
    next: u64,
}

impl Memory {
    pub(super) fn made_folder(&mut self, path: &Path) {
        if !self.shown.contains_key(path) {
            self.shown.insert(path.to_owned(), BTreeMap::new());
            self.name(path, Entry::Folder);
        }
    }

    pub(super) fn made_file(&mut self, path: &Path, file: &File) -> io::Result<()> {
        if self.entry(path).is_none() {
            let id = FileId(self.next);
            self.next += 1;
            self.ids.insert(file.metadata()?.ino(), id);
            self.name(path, Entry::File(id));
        }
        Ok(())
    }

    pub(super) fn synced_file(&mut self, file: &File) -> io::Result<()> {
        let found = file.metadata()?;
        let mut bytes = vec![0; usize::try_from(found.len()).unwrap_or_default()];
        std::os::unix::fs::FileExt::read_exact_at(file, &mut bytes, 0)?;
        if let Some(id) = self.ids.get(&found.ino()) {
            self.bytes.insert(*id, bytes.into());
        }
        Ok(())
    }

    pub(super) fn synced_folder(&mut self, path: &Path) {
        if let Some(names) = self.shown.get(path) {
            self.durable.insert(path.to_owned(), names.clone());
        }
    }

    pub(super) fn linked(&mut self, from: &Path, to: &Path) {
        if let Some(entry) = self.entry(from) {
            self.name(to, entry);
        }
    }

    /// Two names of one file stay two names.
    pub(super) fn renamed(&mut self, from: &Path, to: &Path) {
        let entry = self.entry(from);
        if let Some(entry) = entry
            && self.entry(to) != Some(entry)
        {
            self.name(to, entry);
            self.removed(from);
        }
    }

    pub(super) fn removed(&mut self, path: &Path) {
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name())
            && let Some(names) = self.shown.get_mut(folder)
        {
            names.remove(name);
        }
    }

    fn entry(&self, path: &Path) -> Option<Entry> {
        self.shown.get(path.parent()?)?.get(path.file_name()?).copied()
    }

    fn name(&mut self, path: &Path, entry: Entry) {
        if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
            self.shown.entry(folder.to_owned()).or_default().insert(name.to_owned(), entry);
        }
    }

    /// Makes the folder what the disk shows after the cut.
    pub(super) fn restore(&mut self, root: &Path, losing: Losing) -> io::Result<()> {
        let names = match losing {
            Losing::Everything => std::mem::take(&mut self.durable),
            Losing::Bytes => std::mem::take(&mut self.shown),
            Losing::Nothing => {
                self.bytes.extend(self.written()?);
                std::mem::take(&mut self.shown)
            }
            Losing::Chance(seed) => self.by_chance(&mut StdRng::seed_from_u64(seed))?,
        };
        (self.shown, self.durable) = (Names::new(), Names::new());
        self.ids.clear();
        match fs::remove_dir_all(root) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => return Err(cause),
            _ => fs::create_dir_all(root)?,
        }
        let mut first_names = HashMap::new();
        self.restore_folder(root, &names, &mut first_names)
    }

    /// What the files have that have a name, flushed or not.
    fn written(&self) -> io::Result<BTreeMap<FileId, Bytes>> {
        let mut written = BTreeMap::new();
        for (folder, names) in &self.shown {
            for (name, entry) in names {
                if let Entry::File(id) = entry
                    && !written.contains_key(id)
                {
                    written.insert(*id, fs::read(folder.join(name))?.into());
                }
            }
        }
        Ok(written)
    }

    /// What was not flushed is there or not, each name by itself; of bytes that were added, perhaps some.
    fn by_chance(&mut self, random: &mut StdRng) -> io::Result<Names> {
        for (id, mut written) in self.written()? {
            let flushed = self.bytes.get(&id).map_or(0, Bytes::len);
            if random.random() {
                if written.len() > flushed {
                    written.truncate(random.random_range(flushed..=written.len()));
                }
                self.bytes.insert(id, written);
            }
        }
        let (shown, durable) = (std::mem::take(&mut self.shown), std::mem::take(&mut self.durable));
        let folders: BTreeSet<_> = shown.keys().chain(durable.keys()).collect();
        let mut names = Names::new();
        for folder in folders {
            let [shown, durable] =
                [&shown, &durable].map(|names| names.get(folder).cloned().unwrap_or_default());
            let both: BTreeSet<_> = shown.keys().chain(durable.keys()).collect();
            let chosen = both.into_iter().filter_map(|name| {
                let entry = if random.random() { shown.get(name) } else { durable.get(name) };
                Some((name.clone(), *entry?))
            });
            names.insert(folder.clone(), chosen.collect());
        }
        Ok(names)
    }

    fn restore_folder(
        &mut self,
        folder: &Path,
        names: &Names,
        first_names: &mut HashMap<FileId, PathBuf>,
    ) -> io::Result<()> {
        let entries = names.get(folder).cloned().unwrap_or_default();
        for (name, entry) in &entries {
            let path = folder.join(name);
            match entry {
                Entry::Folder => {
                    fs::create_dir(&path)?;
                    self.restore_folder(&path, names, first_names)?;
                }
                Entry::File(id) => self.restore_file(&path, *id, first_names)?,
            }
        }
        self.shown.insert(folder.to_owned(), entries.clone());
        self.durable.insert(folder.to_owned(), entries);
        Ok(())
    }

    fn restore_file(
        &mut self,
        path: &Path,
        id: FileId,
        first_names: &mut HashMap<FileId, PathBuf>,
    ) -> io::Result<()> {
        if let Some(first) = first_names.get(&id) {
            return fs::hard_link(first, path);
        }
        fs::write(path, self.bytes.get(&id).cloned().unwrap_or_default())?;
        self.ids.insert(fs::metadata(path)?.ino(), id);
        first_names.insert(id, path.to_owned());
        Ok(())
    }
}
