//! The committed corpora of the fuzzers: what strangers sent, and what once was mishandled.

use std::fs;
use std::path::Path;

/// Gives each input of a fuzzer's corpus to what the fuzzer calls. What fails has been named.
pub fn feed(target: &str, check: fn(&[u8])) {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fuzz/corpus")).join(target);
    let inputs = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<_> = inputs.map(|input| input.expect("an entry of the corpus").path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} is empty", folder.display());
    for input in inputs {
        println!("{}", input.display());
        check(&fs::read(&input).expect("an input of the corpus"));
    }
}
