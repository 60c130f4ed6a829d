//! What a disk would show after a power cut, beside what the system shows now.

use std::collections::{BTreeMap, HashMap};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use bytes::Bytes;

/// What a power cut takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Losing {
    /// All that was not flushed, bytes and names.
    Everything,
    /// Bytes that were not flushed; names are as they were last. So is a disk that writes in another order.
    Bytes,
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
