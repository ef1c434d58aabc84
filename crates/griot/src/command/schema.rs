//! `griot schema`.

use std::io::Write;
use std::process::ExitCode;

/// Prints the delivery schema; `make schema` keeps it as `schema.graphql`.
pub fn run() -> anyhow::Result<ExitCode> {
    std::io::stdout().write_all(griot_gateway::delivery_sdl().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
