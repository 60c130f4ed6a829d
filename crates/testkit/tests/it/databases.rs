//! Database servers.

use portolan_testkit::databases::{Database, Product, Running};

#[tokio::test]
async fn a_server_keeps_its_port_and_data_over_a_restart() {
    for product in [Product::Postgres, Product::MariaDb] {
        let Some(mut database) = Database::make_on_its_own_server(product).await else { continue };
        let url = database.url();
        let server = database.own_server().unwrap();
        let port = server.url();
        server.stop();
        server.restart().await;
        assert_eq!(server.url(), port);
        assert!(url.starts_with(&port), "{url}");
    }
}

#[tokio::test]
async fn databases_of_two_tests_are_two() {
    for product in [Product::Postgres, Product::MariaDb] {
        let Some(one) = Database::make(product).await else { continue };
        let two = Database::make(product).await.unwrap();
        assert_ne!(one.url(), two.url());
    }
}

#[tokio::test]
async fn a_server_that_is_dropped_takes_no_connections() {
    for product in [Product::Postgres, Product::MariaDb] {
        let Some(server) = Running::start(product).await else { continue };
        let (_, address) = server.url().rsplit_once('@').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        assert!(tokio::net::TcpStream::connect(&address).await.is_ok());
        drop(server);
        assert!(tokio::net::TcpStream::connect(&address).await.is_err());
    }
}
