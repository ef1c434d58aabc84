//! `griot schema`.

use std::io::Write;
use std::process::ExitCode;

/// Prints the delivery schema or the editorial one; `make schema` keeps them as `schema.graphql` and
/// `editorial.graphql`.
pub fn run(editorial: bool) -> anyhow::Result<ExitCode> {
    let sdl = if editorial { griot_gateway::editorial_sdl() } else { griot_gateway::delivery_sdl() };
    std::io::stdout().write_all(sdl.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}
