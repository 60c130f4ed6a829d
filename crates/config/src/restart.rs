//! What of a new configuration counts only when the daemon is started anew.

use crate::Config;

impl Config {
    /// The sections in which `new` differs from this one, and which a daemon that runs does not take up.
    pub fn fixed_changes(&self, new: &Self) -> Vec<&'static str> {
        // Named one by one, so that a new section is decided about.
        let Self {
            version: _,
            data,
            database,
            listen,
            tls,
            access,
            layouts,
            nodes,
            registries: _,
            mirrors: _,
            defaults: _,
            tag_sets: _,
            hooks: _,
            limits: _,
            log,
            retention,
            telemetry,
        } = new;
        let fixed = [
            ("data", self.data != *data),
            ("database", self.database != *database),
            ("listen", self.listen != *listen),
            ("tls", self.tls != *tls),
            ("access", self.access != *access),
            ("layouts", self.layouts != *layouts),
            ("nodes", self.nodes != *nodes),
            ("log", self.log != *log),
            ("retention", self.retention != *retention),
            ("telemetry", self.telemetry != *telemetry),
        ];
        fixed.into_iter().filter_map(|(section, differs)| differs.then_some(section)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use crate::{Environment, load};

    fn home() -> Environment {
        [("HOME".to_owned(), "/home/anna".to_owned())].into_iter().collect()
    }

    #[test]
    fn what_a_daemon_does_not_take_up_is_named() {
        let config = load(None, &home()).unwrap().config;
        let mut new = config.clone();
        new.limits.concurrency += 1;
        assert!(config.fixed_changes(&new).is_empty());
        (new.layouts, new.data) = (!new.layouts, PathBuf::from("/elsewhere"));
        assert_eq!(config.fixed_changes(&new), ["data", "layouts"]);
    }
}
