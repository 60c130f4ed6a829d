//! `portolan completions`.

use std::process::Command;

use crate::sandbox::Sandbox;

#[test]
fn bash_completes_commands_with_it() {
    let sandbox = Sandbox::new();
    sandbox.write("completions.bash", &sandbox.run("completions bash").succeeded());
    let script = ". ./completions.bash
        COMP_WORDS=(portolan ins) COMP_CWORD=1
        _portolan portolan ins portolan
        printf '%s\\n' \"${COMPREPLY[@]}\"";
    let bash = Command::new("bash").args(["-c", script]).current_dir(sandbox.path("")).output().unwrap();
    assert_eq!(String::from_utf8(bash.stdout).unwrap(), "inspect\n");
}

#[test]
fn every_shell_has_a_script() {
    let sandbox = Sandbox::new();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        assert!(sandbox.run(&format!("completions {shell}")).succeeded().contains("inspect"), "{shell}");
    }
    insta::assert_snapshot!(sandbox.run("completions tcsh"));
}
