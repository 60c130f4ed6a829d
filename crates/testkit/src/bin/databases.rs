//! Database servers for a run of tests: names each in a line `VARIABLE=URL`, and ends them when its input ends.
//! Where a product is not installed, its line is missing.
#![expect(clippy::print_stdout, reason = "what it prints is what it is for")]

use std::io::{Read as _, Write as _};

use portolan_testkit::databases::{Product, Running};

#[tokio::main(flavor = "current_thread")]
async fn main() -> std::io::Result<()> {
    let mut servers = Vec::new();
    for product in [Product::Postgres, Product::MariaDb] {
        if let Some(server) = Running::start(product).await {
            println!("{}={}", product.variable(), server.url());
            servers.push(server);
        }
    }
    // Nothing more will be said.
    println!();
    std::io::stdout().flush()?;
    std::io::stdin().read_to_end(&mut Vec::new())?;
    drop(servers);
    Ok(())
}
