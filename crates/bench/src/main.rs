//! Measures import and queries on generated records, beside the floor of the same stack. See docs/performance.md.

mod bench;
mod documents;
mod fanout;
mod floor;
mod generate;
mod live;
mod load;
mod office;
mod process;
mod publishing;
mod record;
mod snapshot;
mod table;
mod topic;
mod trade;
mod websocket;
mod workload;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use tokio::net::TcpListener;
use tokio::runtime::Builder;

use crate::generate::Recipe;
use crate::workload::Page;

/// The same one as the server's, so that the floor differs from it in what it does only.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Import generated records, ask all pages of them, and print the figures
    Run(Run),
    /// Write a generated record: record.jsonl and wordpress.xml
    Generate {
        dir: PathBuf,
        #[command(flatten)]
        recipe: RecipeArgs,
    },
    /// Ask one page of a server that has a generated record
    Load {
        address: SocketAddr,
        page: Page,
        #[command(flatten)]
        recipe: RecipeArgs,
        #[arg(long, default_value_t = 32)]
        connections: usize,
        #[arg(long, default_value_t = 5.0)]
        seconds: f64,
    },
    /// Listen by many sockets to what is published, and print the figures
    Live(live::Live),
    /// Publish to many endpoints of partners, and print the figures
    Fanout(fanout::Fanout),
    /// Serve the files of a directory, each at its name, to POST requests
    Floor { dir: PathBuf },
}

#[derive(Args)]
struct RecipeArgs {
    #[arg(long, default_value_t = 10_000)]
    articles: u32,
    #[arg(long, default_value_t = SEED)]
    seed: u64,
}

#[derive(Args)]
struct Run {
    /// Sizes of the records, smallest first
    #[arg(default_values_t = [10_000, 100_000])]
    articles: Vec<u32>,
    /// The release binary under measurement
    #[arg(long, value_name = "FILE")]
    griot: PathBuf,
    /// How long each page is asked, over all rounds
    #[arg(long, default_value_t = 4.0)]
    seconds: f64,
    /// Every round asks every page of every record, so that a busy minute of the machine meets all alike
    #[arg(long, default_value_t = 2)]
    rounds: u32,
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Databases; without any, SQLite, and PostgreSQL where it is installed
    #[arg(long, value_delimiter = ',')]
    databases: Vec<Database>,
    /// Where the records are made, in a folder of their own that is removed at the end
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Database {
    Sqlite,
    Postgres,
}

const SEED: u64 = 20_231;

fn main() -> anyhow::Result<ExitCode> {
    let command = Cli::parse().command;
    // The floor has all cores, as the server does; the rest has one thread.
    let mut builder = match command {
        Command::Floor { .. } => Builder::new_multi_thread(),
        _ => Builder::new_current_thread(),
    };
    builder.enable_all().build()?.block_on(obey(command))
}

async fn obey(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Run(options) => {
            return tokio::select! {
                biased;
                // Leaving by the front door removes the records.
                _ = tokio::signal::ctrl_c() => Err(anyhow::anyhow!("interrupted")),
                done = bench::run(options) => done,
            };
        }
        Command::Live(options) => return live::run(options).await,
        Command::Fanout(options) => return fanout::run(options).await,
        Command::Generate { dir, recipe } => {
            let (files, _) = generate::generate(recipe.into(), &dir)?;
            println!("{}\n{}", files.record.display(), files.wordpress.display());
        }
        Command::Load { address, page, recipe, connections, seconds } => {
            let slugs = generate::slugs(recipe.into());
            let workload = workload::prepare(page, address, &slugs).await?;
            let tally = load::drive(&workload, connections, Duration::from_secs_f64(seconds), SEED).await?;
            println!(
                "{:.0} requests/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes an answer",
                tally.rate(),
                tally.quantile_ms(0.5),
                tally.quantile_ms(0.99),
                tally.bytes / tally.count.max(1)
            );
        }
        Command::Floor { dir } => {
            let bodies = floor::bodies(&dir)?;
            let listener = TcpListener::bind("127.0.0.1:0").await?;
            println!("the floor is at http://{}/", listener.local_addr()?);
            floor::serve(listener, bodies).await?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl From<RecipeArgs> for Recipe {
    fn from(RecipeArgs { articles, seed }: RecipeArgs) -> Self {
        Self { articles, seed }
    }
}
