//! Folders of certificates: which are looked at, and what is refused in them.

use portolan_transport::Scheme;

use super::support::{Home, told};

#[test]
fn a_local_host_with_certificates_is_never_spoken_to_without_tls() {
    let home = Home::new();
    home.write("certs/system/localhost:5000/ca.crt", "");
    let scheme = |name: &str| home.profile(name).unwrap().endpoints[0].scheme;
    assert_eq!(scheme("localhost:5000/a"), Scheme::Https);
    assert_eq!(scheme("localhost:5001/a"), Scheme::HttpsThenHttp);
    assert_eq!(scheme("localhost/a"), Scheme::HttpsThenHttp);
}

#[test]
fn halves_of_pairs_are_refused() {
    for (file, problem) in [
        ("client.cert", "client.cert has no client.key beside it"),
        ("client.key", "client.key has no client.cert beside it"),
    ] {
        let home = Home::new();
        home.write(&format!("certs/user/r.example/{file}"), "");
        let error = home.profile("r.example/a").unwrap_err();
        assert_eq!(
            told(&error, &home),
            format!("certificate folder HOME/certs/user/r.example cannot be used: {problem}")
        );
        assert!(home.profile("s.example/a").is_ok());
    }
}

#[test]
fn only_the_first_folder_of_a_host_counts() {
    let home = Home::new();
    home.write("certs/user/r.example/ca.crt", "");
    home.write("certs/system/r.example/client.key", "");
    assert!(home.profile("r.example/a").is_ok());
}

#[test]
fn files_are_read_when_a_connection_is_wanted() {
    let home = Home::new();
    let file = home.write("certs/user/r.example/ca.crt", "no certificate");
    let endpoint = home.profile("r.example/a").unwrap().endpoints.remove(0);
    let problem = |endpoint: &portolan_transport::HostEndpoint| told(&endpoint.tls().unwrap_err(), &home);
    assert_eq!(
        problem(&endpoint),
        "certificate file HOME/certs/user/r.example/ca.crt cannot be used: \
         the file holds no certificate in PEM form"
    );
    std::fs::remove_file(file).unwrap();
    assert!(
        problem(&endpoint).starts_with("certificate file HOME/certs/user/r.example/ca.crt cannot be used: ")
    );
}
