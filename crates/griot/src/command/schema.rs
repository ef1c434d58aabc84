//! `griot schema`.

use std::process::ExitCode;

/// Prints the delivery schema; `make schema` keeps it as `schema.graphql`.
pub fn run() -> anyhow::Result<ExitCode> {
    print!("{}", griot_gateway::delivery_sdl());
    Ok(ExitCode::SUCCESS)
}
