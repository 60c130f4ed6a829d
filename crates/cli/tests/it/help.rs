//! What the program says of itself.

use crate::sandbox::Sandbox;

const COMMANDS: &[&str] = &[
    "copy",
    "tags",
    "tags history",
    "tags rollback",
    "inspect",
    "diff",
    "delete",
    "plan",
    "sync",
    "undo",
    "explain",
    "mirrors list",
    "mirrors pause",
    "mirrors resume",
    "runs list",
    "runs show",
    "nodes list",
    "nodes work",
    "serve",
    "store gc",
    "store verify",
    "store rebuild",
    "user",
    "user add",
    "user list",
    "user grant",
    "user revoke",
    "user role",
    "user password",
    "user disable",
    "user enable",
    "user delete",
    "token create",
    "token list",
    "token revoke",
    "audit",
    "login",
    "logout",
    "config check",
    "config show",
    "config import",
    "compat picture-book",
    "compat picture-book load",
    "compat picture-book sync",
    "completions",
    "man",
];

#[test]
fn the_help_of_the_program_and_of_each_command() {
    let sandbox = Sandbox::new();
    insta::assert_snapshot!("help", sandbox.run("--help"));
    for command in COMMANDS {
        let name = format!("help-{}", command.replace(' ', "-"));
        let help = sandbox.run(&format!("{command} --help")).succeeded();
        // What all commands have in common is in the help of the program.
        let (own, rest) = help.split_once("Global options:").unwrap();
        let after = rest.split_once("everything)").unwrap().1;
        insta::assert_snapshot!(name, format!("{own}…{after}"));
        let of_others = own.contains("Commands:\n");
        assert!(of_others || after.contains("Examples:\n"), "{command}");
    }
}

#[test]
fn nothing_said_and_nonsense_said() {
    let sandbox = Sandbox::new();
    assert!(sandbox.run("").failed(2).contains("Usage: portolan"));
    insta::assert_snapshot!(sandbox.run("cpoy a b"));
    insta::assert_snapshot!(sandbox.run("tags a --colour never"));
    insta::assert_snapshot!(sandbox.run("tags a --quiet --verbose"));
    assert!(sandbox.run("--version").succeeded().starts_with("portolan "));
}
