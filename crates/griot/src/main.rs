//! The server and its commands.

mod cli;
mod command;
mod config;
mod demo;
mod editors;
mod failure;
mod manifest;
mod place;
mod purges;
mod say;
mod signing;
mod telemetry;
mod webhooks;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command, Import, Key};

/// Without huge pages (`no_thp`): each of some twenty threads would clear two megabytes before it does anything.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Stack of each worker thread in bytes. The front refuses documents that nest deeply; this is the second layer.
const STACK_SIZE: usize = 16 * 1024 * 1024;

fn main() -> ExitCode {
    let cli = Cli::parse();
    match start(cli) {
        Ok(code) => code,
        // `griot export | head` has got what it wanted.
        Err(err) if failure::is_closed_pipe(&err) => ExitCode::SUCCESS,
        Err(err) => {
            say::complain(format_args!("griot: {}", failure::explain(&err)));
            ExitCode::FAILURE
        }
    }
}

fn start(cli: Cli) -> anyhow::Result<ExitCode> {
    // Needs neither settings nor a record, so a broken configuration does not stand in its way.
    if let Command::Schema { editorial } = cli.command {
        return command::schema::run(editorial);
    }
    if let Command::Verify(options) = &cli.command {
        return command::verify::run(options);
    }
    let (config, warnings) = config::load(&cli.sources())?;
    telemetry::init(&config.log)?;
    for warning in warnings {
        tracing::warn!("{warning}");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(STACK_SIZE).build()?;
    runtime.block_on(async {
        match cli.command {
            Command::Serve(options) => command::serve::run(&config, options.demo).await,
            Command::Migrate => command::migrate::run(&config).await,
            Command::Import(Import::Wordpress(options)) => command::import::wordpress(&config, options).await,
            Command::Import(Import::Json(options)) => command::import::json(&config, options).await,
            Command::Export { file } => command::export::run(&config, &file).await,
            Command::Key(Key::Init(options)) => command::signing_key::init(&config, &options),
            Command::Key(Key::Access(command)) => command::key::run(&config, command).await,
            Command::Webhook(command) => command::webhook::run(&config, command).await,
            Command::Websub(command) => command::websub::run(&config, command).await,
            Command::Partner(command) => command::partner::run(&config, command).await,
            Command::Product(command) => command::product::run(&config, command).await,
            Command::Operations(command) => command::operations::run(&config, command).await,
            Command::Audit(command) => command::audit::run(&config, &command).await,
            Command::Clock(command) => command::clock::run(&config, &command).await,
            Command::Reindex => command::reindex::run(&config).await,
            Command::Doctor => command::doctor::run(&config).await,
            Command::Schema { editorial } => command::schema::run(editorial),
            Command::Verify(options) => command::verify::run(&options),
        }
    })
}
