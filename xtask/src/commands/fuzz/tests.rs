use super::*;

/// The repository.
fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

fn read(file: &str) -> String {
    fs::read_to_string(root().join(file)).unwrap()
}

fn names(folder: &str) -> Vec<String> {
    let files = fs::read_dir(root().join(folder)).unwrap();
    let mut names: Vec<_> =
        files.map(|file| file.unwrap().path().file_stem().unwrap().to_str().unwrap().to_owned()).collect();
    names.sort();
    names
}

#[test]
fn what_a_fuzzer_says_is_read() {
    let said = "INFO: Seed: 1\n#2\tINITED cov: 10 ft: 11 corp: 1/1b\n#400\tDONE   cov: 20 ft: 31 corp: 5/9b\n\
                stat::number_of_executed_units: 400\nstat::new_units_added:          4\n";
    let report = Report::read("tar".to_owned(), said);
    assert_eq!((report.executions, report.features, report.new_inputs), (400, 31, 4));
    assert_eq!(report.found(), None);
    assert_eq!(session::artifact(said), None);
    let crashed = "artifact_prefix='/a b/'; Test unit written to /a b/crash-1\nBase64: Og==\n";
    assert_eq!(session::artifact(crashed).as_deref(), Some("/a b/crash-1"));
    assert_eq!(
        table(&[report]),
        "target             executions  features  new inputs\ntar                       400        31           4"
    );
}

#[test]
fn only_what_there_is_can_be_chosen() {
    let known = ["link".to_owned(), "tar".to_owned()];
    assert_eq!(chosen(Vec::new(), &known).unwrap(), known);
    assert_eq!(chosen(vec!["tar".to_owned()], &known).unwrap(), ["tar"]);
    let error = chosen(vec!["tarr".to_owned()], &known).unwrap_err();
    assert_eq!(error.to_string(), "there is no fuzzer tarr (there are link, tar)");
}

/// A fuzzer is a file, a program, a corpus, and a function of a crate whose tests are fed that corpus.
#[test]
fn each_fuzzer_is_whole() {
    let targets = names("fuzz/fuzz_targets");
    assert_eq!(names("fuzz/corpus"), targets);
    let manifest = read("fuzz/Cargo.toml");
    assert_eq!(manifest.matches("[[bin]]").count(), targets.len());
    for target in targets {
        let bin = format!("name = \"{target}\"\npath = \"fuzz_targets/{target}.rs\"\n");
        assert!(manifest.contains(&bin), "{target} is not in fuzz/Cargo.toml");
        let file = read(&format!("fuzz/fuzz_targets/{target}.rs"));
        let (_, call) = file.split_once("|data: &[u8]| portolan_").unwrap();
        let (name, _) = call.split_once(&format!("::fuzzing::{target}(data)")).unwrap();
        let tests = read(&format!("crates/{name}/src/fuzzing/tests.rs"));
        assert!(
            tests.contains(&format!("feed(\"{target}\", super::{target});")),
            "{target} is fed to no test"
        );
    }
}

#[test]
fn the_corpora_stay_small() {
    let size: u64 = names("fuzz/corpus")
        .iter()
        .flat_map(|target| fs::read_dir(root().join("fuzz/corpus").join(target)).unwrap())
        .map(|file| file.unwrap().metadata().unwrap().len())
        .sum();
    assert!(size < 200_000, "{size} bytes");
}

#[test]
fn the_lints_are_those_of_the_workspace() {
    let lints = |file: &str| -> String {
        let text = read(file).replace("[workspace.lints.", "[lints.");
        let (_, lints) = text.split_once("[lints.rust]").unwrap();
        lints.split_once("[profile.").unwrap().0.to_owned()
    };
    assert_eq!(lints("fuzz/Cargo.toml"), lints("Cargo.toml"));
}
