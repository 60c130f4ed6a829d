//! Gathering what belongs to one repository.

use std::collections::HashMap;

use portolan_oci::RepositoryName;

/// What is gathered, by repository.
#[derive(Debug)]
pub(super) struct Batches<T> {
    gathered: HashMap<RepositoryName, Vec<T>>,
    weight: usize,
}

/// Weight up to which is gathered: bytes, where there are any.
const ENOUGH: usize = 4 * 1024 * 1024;

/// What each thing weighs beside its bytes.
const EACH: usize = 4096;

impl<T> Batches<T> {
    pub(super) fn new() -> Self {
        Self { gathered: HashMap::new(), weight: 0 }
    }

    /// One more, of so many bytes. All that is gathered, if it is enough.
    pub(super) fn add(
        &mut self,
        repository: RepositoryName,
        thing: T,
        bytes: usize,
    ) -> impl Iterator<Item = (RepositoryName, Vec<T>)> + use<T> {
        self.gathered.entry(repository).or_default().push(thing);
        self.weight += bytes + EACH;
        let enough = self.weight >= ENOUGH;
        enough.then(|| self.take()).into_iter().flatten()
    }

    /// All that is gathered.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (RepositoryName, Vec<T>)> + use<T> {
        self.weight = 0;
        std::mem::take(&mut self.gathered).into_iter()
    }
}
