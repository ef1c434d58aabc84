//! What the program says about itself.

use std::process::Command;

use rstest::rstest;

fn help(args: &[&str]) -> String {
    let output =
        Command::new(env!("CARGO_BIN_EXE_griot")).args(args).arg("--help").output().expect("the binary starts");
    assert!(output.status.success(), "{args:?}");
    String::from_utf8(output.stdout).expect("help is UTF-8")
}

#[test]
fn the_help_names_every_command_and_exit_code() {
    let text = help(&[]);
    for word in [
        "serve",
        "migrate",
        "import",
        "export",
        "operations",
        "schema",
        "doctor",
        "Exit codes: 0 done, 1 failed",
        "3 an import",
    ] {
        assert!(text.contains(word), "{word} is missing:\n{text}");
    }
}

#[rstest]
#[case(&["serve"], &["--demo", "--bind", "--insecure-http"])]
#[case(&["migrate"], &[])]
#[case(&["import", "wordpress"], &["--with-drafts", "--dry-run", "--fetch-media", "--locale", "--time-zone", "--kind"])]
#[case(&["import", "json"], &["--dry-run"])]
#[case(&["export"], &[])]
#[case(&["key", "create"], &["--role", "--delivery", "--embargo", "--operations", "--name", "--expires"])]
#[case(&["key", "rotate"], &["--expires"])]
#[case(&["operations", "import"], &[])]
#[case(&["operations", "list"], &[])]
#[case(&["operations", "remove"], &[])]
#[case(&["schema"], &[])]
#[case(&["doctor"], &[])]
fn every_command_explains_its_options(#[case] command: &[&str], #[case] options: &[&str]) {
    let text = help(command);
    for option in options.iter().chain(&["--data", "--database-url", "--config"]) {
        let line = text.lines().find(|line| line.trim_start().starts_with(option));
        let line = line.unwrap_or_else(|| panic!("{option} is missing:\n{text}"));
        assert!(line.contains("  ") && line.len() > option.len() + 6, "{option} is not explained: {line}");
    }
}
