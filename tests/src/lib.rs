//! Drives the built binary as a person would: commands in a fresh directory, requests over HTTP.

mod client;
mod faketime;
mod http;
mod receiver;
mod record;
pub mod requests;
mod server;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

pub use client::{Answer, Client, act};
pub use faketime::WallClock;
pub use http::Incoming;
pub use receiver::{Call, Receiver, Reply};
pub use record::{Ran, Record};
pub use server::Server;

/// The root of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate lies in the workspace")
}

/// The binary under test: the one in `GRIOT_TEST_BINARY`, else built once by this process.
///
/// # Panics
/// When it is not there and cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| match std::env::var_os("GRIOT_TEST_BINARY") {
        Some(path) => {
            let path = PathBuf::from(path);
            assert!(path.is_file(), "GRIOT_TEST_BINARY names no file: {}", path.display());
            path
        }
        None => build(),
    })
}

fn build() -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["build", "--locked", "--package", "griot", "--message-format=json-render-diagnostics"])
        .current_dir(workspace())
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(output.status.success(), "`cargo build --package griot` failed");
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .find_map(|message| {
            let of_griot = message["target"]["name"] == "griot";
            Some(PathBuf::from(message["executable"].as_str().filter(|_| of_griot)?))
        })
        .expect("cargo names the executable it built")
}
