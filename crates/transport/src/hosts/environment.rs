//! What the process environment says about registries.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

/// Where credentials, certificates and mirrors are looked for. The default knows of nothing: a program that
/// runs with it sees only its own configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostEnvironment {
    /// The user's home folder, for `.docker` and `.config`.
    pub home: Option<PathBuf>,
    /// `$DOCKER_CONFIG`: the folder of Docker's `config.json`, in place of `~/.docker`.
    pub docker_config: Option<PathBuf>,
    /// `$REGISTRY_AUTH_FILE`: a credential file that is asked before all others and has to exist.
    pub registry_auth_file: Option<PathBuf>,
    /// `$XDG_RUNTIME_DIR`, where Podman keeps `containers/auth.json`.
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `$XDG_CONFIG_HOME`, in place of `~/.config`.
    pub xdg_config_home: Option<PathBuf>,
    /// `$PATH`, where credential helpers are found.
    pub path: Option<OsString>,
    /// How long a credential helper may take; some of them ask the user.
    pub helper_timeout: Duration,
    /// `certs.d` folders; the first that has a folder for a host is used for it.
    pub certs_dirs: Vec<PathBuf>,
    /// Places of `registries.conf`; the first that exists is read. The drop-ins in `PATH.d` are read of all of
    /// them, those of the first place last.
    pub registries_conf: Vec<PathBuf>,
}

impl Default for HostEnvironment {
    fn default() -> Self {
        Self {
            home: None,
            docker_config: None,
            registry_auth_file: None,
            xdg_runtime_dir: None,
            xdg_config_home: None,
            path: None,
            helper_timeout: Duration::from_mins(1),
            certs_dirs: Vec::new(),
            registries_conf: Vec::new(),
        }
    }
}

impl HostEnvironment {
    /// Reads the environment of this process, once.
    pub fn from_env() -> Self {
        let path = |name| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let mut environment = Self {
            home: path("HOME"),
            docker_config: path("DOCKER_CONFIG"),
            registry_auth_file: path("REGISTRY_AUTH_FILE"),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR"),
            xdg_config_home: path("XDG_CONFIG_HOME"),
            path: env::var_os("PATH"),
            ..Self::default()
        };
        let own = environment.config_home().map(|folder| folder.join("containers"));
        environment.certs_dirs = own
            .iter()
            .map(|folder| folder.join("certs.d"))
            .chain(["/etc/containers/certs.d", "/etc/docker/certs.d"].map(PathBuf::from))
            .collect();
        environment.registries_conf = match path("CONTAINERS_REGISTRIES_CONF") {
            Some(file) => vec![file],
            None => own
                .iter()
                .map(|folder| folder.join("registries.conf"))
                .chain([PathBuf::from("/etc/containers/registries.conf")])
                .collect(),
        };
        environment
    }

    /// Docker's `config.json`.
    pub(crate) fn docker_config_file(&self) -> Option<PathBuf> {
        let folder = self.docker_config.clone().or_else(|| Some(self.home.as_ref()?.join(".docker")))?;
        Some(folder.join("config.json"))
    }

    /// `$XDG_CONFIG_HOME` or `~/.config`.
    pub(crate) fn config_home(&self) -> Option<PathBuf> {
        self.xdg_config_home.clone().or_else(|| Some(self.home.as_ref()?.join(".config")))
    }
}
