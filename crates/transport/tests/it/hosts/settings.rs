//! What the configuration says counts first.

use portolan_transport::{
    HostLimits, Hosts, HostsOptions, RegistrySettings, Scheme, Secret, TlsFiles, TlsMode, TlsSettings,
};

use super::support::{Home, basic, names, registry, told};

fn settings(host: &str) -> RegistrySettings {
    RegistrySettings {
        host: registry(host),
        username: None,
        password: None,
        tls: None,
        limits: HostLimits::default(),
        token_realm: None,
    }
}

fn with_login(host: &str, password: Secret) -> RegistrySettings {
    RegistrySettings { username: Some("ann".to_owned()), password: Some(password), ..settings(host) }
}

#[test]
fn schemes_follow_the_setting_and_the_kind_of_host() {
    let off = Some(TlsSettings::Mode(TlsMode::Off));
    let insecure = Some(TlsSettings::Mode(TlsMode::Insecure));
    let files = Some(TlsSettings::Files(TlsFiles::default()));
    let table = [
        ("r.example.com", None, Scheme::Https),
        ("r.example.com", off.clone(), Scheme::Http),
        ("r.example.com", insecure.clone(), Scheme::Https),
        ("r.example.com", files.clone(), Scheme::Https),
        ("localhost:5000", None, Scheme::HttpsThenHttp),
        ("127.0.0.1:5000", None, Scheme::HttpsThenHttp),
        ("[::1]:5000", None, Scheme::HttpsThenHttp),
        ("localhost:5000", off, Scheme::Http),
        ("localhost:5000", insecure, Scheme::Https),
        ("localhost:5000", files, Scheme::Https),
    ];
    for (host, tls, scheme) in table {
        let mut home = Home::new();
        home.settings = vec![RegistrySettings { tls: tls.clone(), ..settings(host) }];
        let profile = home.profile(&format!("{host}/app")).unwrap();
        assert_eq!(profile.endpoints.len(), 1);
        assert_eq!(profile.endpoints[0].scheme, scheme, "{host} with {tls:?}");
    }
}

#[test]
fn a_host_without_settings_has_the_defaults() {
    let profile = Home::new().profile("docker.io/library/debian").unwrap();
    let [endpoint] = &profile.endpoints[..] else { panic!("{profile:?}") };
    assert_eq!(endpoint.registry, registry("docker.io"));
    assert_eq!(endpoint.authority, "registry-1.docker.io");
    assert_eq!(endpoint.repository.as_str(), "library/debian");
    assert_eq!(endpoint.scheme, Scheme::Https);
    assert_eq!(endpoint.limits, HostLimits::default());
    assert_eq!(endpoint.token_realm, None);
    assert_eq!(profile.writing().unwrap().authority, "registry-1.docker.io");
}

#[test]
fn limits_and_realm_belong_to_their_host() {
    let mut home = Home::new();
    let limits = HostLimits { concurrency: 3, requests_per_second: Some(7), bandwidth: None };
    let token_realm = Some("https://auth.example.org/token".to_owned());
    home.settings = vec![RegistrySettings {
        limits: limits.clone(),
        token_realm: token_realm.clone(),
        ..settings("a.example")
    }];
    let set = &home.profile("a.example/app").unwrap().endpoints[0];
    assert_eq!((&set.limits, &set.token_realm), (&limits, &token_realm));
    let other = &home.profile("a.example:8443/app").unwrap().endpoints[0];
    assert_eq!((&other.limits, &other.token_realm), (&HostLimits::default(), &None));
}

#[test]
fn contradictions_are_found_at_once() {
    let pair = |cert: Option<&str>, key: Option<&str>| RegistrySettings {
        tls: Some(TlsSettings::Files(TlsFiles {
            ca: None,
            cert: cert.map(Into::into),
            key: key.map(Into::into),
        })),
        ..settings("r.example")
    };
    let named = RegistrySettings { username: Some("ann".to_owned()), ..settings("r.example") };
    let nameless =
        RegistrySettings { password: Some(Secret::Plain("x".to_owned())), ..settings("r.example") };
    let table = [
        (vec![settings("docker.io"), settings("index.docker.io")], "docker.io", "two entries"),
        (vec![named], "r.example", "a username without a password"),
        (vec![nameless], "r.example", "a password without a username"),
        (vec![pair(Some("c"), None)], "r.example", "needs both `cert` and `key`"),
        (vec![pair(None, Some("k"))], "r.example", "needs both `cert` and `key`"),
    ];
    let home = Home::new();
    for (settings, host, problem) in table {
        let error = Hosts::new(HostsOptions { settings, environment: home.environment.clone() }).unwrap_err();
        let told = told(&error, &home);
        assert!(told.starts_with(&format!("the setting of registry {host} cannot be used: ")), "{told}");
        assert!(told.contains(problem), "{told}");
    }
}

#[tokio::test]
async fn a_login_in_the_configuration_comes_before_the_files() {
    let mut home = Home::new();
    home.write("home/.docker/config.json", r#"{"auths": {"r.example": {"auth": "Ym9iOjE="}}}"#);
    home.settings = vec![with_login("r.example", Secret::Plain("secret".to_owned()))];
    assert_eq!(home.login("r.example/app").await.unwrap(), Some(basic("ann", "secret")));

    // Without a login there, the files are asked.
    home.settings = vec![settings("r.example")];
    assert_eq!(home.login("r.example/app").await.unwrap(), Some(basic("bob", "1")));
}

#[tokio::test]
async fn a_secret_is_read_when_it_is_used() {
    let mut home = Home::new();
    let file = home.path("secret");
    home.settings = vec![with_login("r.example", Secret::File { file })];
    let hosts = home.hosts();
    let (registry, repository) = names("r.example/app");
    let error = hosts.login(&registry, &repository).await.unwrap_err();
    assert!(
        told(&error, &home).starts_with(
            "the setting of registry r.example cannot be used: secret file HOME/secret cannot be read: "
        ),
        "{}",
        told(&error, &home)
    );
    home.write("secret", "one\n");
    assert_eq!(hosts.login(&registry, &repository).await.unwrap(), Some(basic("ann", "one")));
    home.write("secret", "two\n");
    assert_eq!(hosts.login(&registry, &repository).await.unwrap(), Some(basic("ann", "two")));
}

#[tokio::test]
async fn a_variable_that_is_missing_is_named() {
    let mut home = Home::new();
    home.settings = vec![with_login("r.example", Secret::Env { env: "PORTOLAN_TEST_NOT_SET".to_owned() })];
    let error = home.login("r.example/app").await.unwrap_err();
    assert_eq!(
        told(&error, &home),
        "the setting of registry r.example cannot be used: \
         environment variable PORTOLAN_TEST_NOT_SET of a secret is not set"
    );
}

#[test]
fn a_login_is_never_shown() {
    let shown = format!("{:?} {:?}", basic("ann", "hunter2"), super::support::identity("bob", "hunter3"));
    assert_eq!(shown, r#"Basic { user: "ann", password: *** } IdentityToken { user: "bob", token: *** }"#);
}
