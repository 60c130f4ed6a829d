//! Prints the reference page of the configuration, as it stands in the book.

use std::io::{self, Write as _};

fn main() -> io::Result<()> {
    io::stdout().lock().write_all(portolan_config::reference().as_bytes())
}
