//! What an access token is for.

use portolan_oci::RepositoryName;

/// What is to be done with a repository.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(in crate::registry) struct Scope {
    repository: RepositoryName,
    access: Access,
    mount_from: Option<RepositoryName>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Access {
    Nothing,
    Catalogue,
    Pull,
    Push,
    Delete,
}

impl Scope {
    /// No right but to be known.
    pub(in crate::registry) fn nothing(repository: &RepositoryName) -> Self {
        Self { access: Access::Nothing, ..Self::pull(repository) }
    }

    /// To list the repositories of the registry.
    pub(in crate::registry) fn catalogue(repository: &RepositoryName) -> Self {
        Self { access: Access::Catalogue, ..Self::pull(repository) }
    }

    pub(in crate::registry) fn pull(repository: &RepositoryName) -> Self {
        Self { repository: repository.clone(), access: Access::Pull, mount_from: None }
    }

    pub(in crate::registry) fn push(repository: &RepositoryName) -> Self {
        Self { access: Access::Push, ..Self::pull(repository) }
    }

    pub(in crate::registry) fn delete(repository: &RepositoryName) -> Self {
        Self { access: Access::Delete, ..Self::pull(repository) }
    }

    /// To write to one repository what is read from another.
    pub(in crate::registry) fn mount(repository: &RepositoryName, from: &RepositoryName) -> Self {
        Self { mount_from: Some(from.clone()), ..Self::push(repository) }
    }

    pub(in crate::registry) fn repository(&self) -> &RepositoryName {
        &self.repository
    }

    /// A scope whose tokens serve for this one as well.
    pub(super) fn wider(&self) -> Option<Self> {
        (self.access == Access::Pull).then(|| Self::push(&self.repository))
    }

    /// As the token server is asked.
    pub(super) fn texts(&self) -> Vec<String> {
        let actions = match self.access {
            Access::Nothing => return Vec::new(),
            Access::Catalogue => return vec!["registry:catalog:*".to_owned()],
            Access::Pull => "pull",
            Access::Push => "pull,push",
            Access::Delete => "delete",
        };
        let own = format!("repository:{}:{actions}", self.repository);
        let from = self.mount_from.iter().map(|from| format!("repository:{from}:pull"));
        [own].into_iter().chain(from).collect()
    }
}

/// Whether one of the scopes `asked` for includes `wanted`.
pub(super) fn covers(asked: &[String], wanted: &str) -> bool {
    let Some((resource, actions)) = wanted.rsplit_once(':') else {
        return asked.iter().any(|one| one == wanted);
    };
    asked.iter().filter_map(|one| one.rsplit_once(':')).any(|(same, granted)| {
        same == resource && actions.split(',').all(|action| granted.split(',').any(|one| one == action))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_asks_for_two_repositories() {
        let scope = Scope::mount(&"a/b".parse().unwrap(), &"c".parse().unwrap());
        assert_eq!(scope.texts(), ["repository:a/b:pull,push", "repository:c:pull"]);
    }

    #[test]
    fn a_scope_covers_fewer_actions_in_any_order() {
        let asked = ["repository:a:5000/b:pull,push".to_owned()];
        assert!(covers(&asked, "repository:a:5000/b:push,pull"));
        assert!(covers(&asked, "repository:a:5000/b:pull"));
        assert!(!covers(&asked, "repository:a:5000/b:pull,delete"));
        assert!(!covers(&asked, "repository:a:5000/c:pull"));
    }
}
