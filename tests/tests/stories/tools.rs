//! Programs that nobody here wrote, over what the server gives.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Once;

use griot_tests::workspace;

fn folder() -> PathBuf {
    workspace().join("tests/conformance")
}

/// Runs a script of `tests/conformance`, whose packages are installed first; what it prints is shown when it fails.
#[track_caller]
pub fn node(script: &str, args: &[&str]) {
    static PACKAGES: Once = Once::new();
    PACKAGES.call_once(|| {
        let mut npm = Command::new("npm");
        run(npm.args(["ci", "--no-audit", "--no-fund", "--ignore-scripts", "--prefer-offline"]), "nodejs npm");
    });
    run(Command::new("node").arg(script).args(args), "nodejs npm");
}

/// Runs a script of `tests/conformance` with the packages of its `requirements.txt`, in an environment of their own.
#[track_caller]
pub fn python(script: &str, args: &[&str]) {
    static PACKAGES: Once = Once::new();
    let environment = folder().join(".venv");
    PACKAGES.call_once(|| {
        run(Command::new("python3").args(["-m", "venv"]).arg(&environment), "python3-venv");
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", "requirements.txt"];
        run(Command::new(environment.join("bin/python")).args(pip), "python3-venv");
    });
    run(Command::new(environment.join("bin/python")).arg(script).args(args), "python3-venv");
}

/// Lets libxml2 judge files.
#[track_caller]
pub fn xmllint(args: &[&str], files: &[String]) {
    run(Command::new("xmllint").arg("--noout").args(args).args(files), "libxml2-utils");
}

/// Runs a program of `tests/conformance` in Go, with the packages that Debian keeps in `/usr/share/gocode` and no others.
#[track_caller]
pub fn go(program: &str, args: &[&str]) {
    let mut go = Command::new("go");
    go.env("GO111MODULE", "off")
        .env("GOFLAGS", "")
        .env("GOPATH", "/usr/share/gocode")
        .args(["run", program])
        .args(args);
    run(&mut go, "golang-go golang-golang-x-mod-dev");
}

#[track_caller]
fn run(command: &mut Command, package: &str) {
    let output = command.current_dir(folder()).output().unwrap_or_else(|err| {
        panic!("{command:?}: {err}; install {package} (Debian, Ubuntu), or let `make test` do so")
    });
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {}\n{said}", output.status);
    println!("{said}");
}
