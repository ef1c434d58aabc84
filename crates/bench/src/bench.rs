//! The whole measurement, and what it says of the goals.

use std::fs;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use griot_testbed::Backend;

use crate::generate::{Files, Recipe, Slugs, generate};
use crate::record::{Floor, Record, Source};
use crate::table;
use crate::workload::{Keeps, Page};
use crate::{Database, Run, SEED};

/// A floor is steadier than what stands on it, so it is asked for less time.
const FLOOR_SHARE: f64 = 0.5;
/// Load of a machine from which on its figures say little; building the bench leaves some behind.
const BUSY: f64 = 2.5;

/// Measures on each database and prints as it goes. Figures never fail a run, wrong answers do.
pub async fn run(options: Run) -> anyhow::Result<ExitCode> {
    let begin = Instant::now();
    let griot = fs::canonicalize(&options.griot)
        .with_context(|| format!("there is no binary at {}; `make bench` builds it", options.griot.display()))?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("griot-bench-");
    let home = match &options.dir {
        Some(dir) => builder.tempdir_in(dir)?,
        None => builder.tempdir()?,
    };
    println!("{}", machine());
    let load = load();
    if load > BUSY {
        println!("the machine is busy with other work (load {load:.1}): figures are low and scattered");
    }
    println!();
    let mut made: Vec<(Files, Slugs)> = Vec::new();
    for articles in &options.articles {
        let begin = Instant::now();
        made.push(generate(Recipe { articles: *articles, seed: SEED }, &home.path().join(articles.to_string()))?);
        println!("{} articles generated in {:.1} s", table::whole(f64::from(*articles)), begin.elapsed().as_secs_f64());
    }
    for database in databases(&options) {
        let backend = match database {
            Database::Sqlite => Backend::Sqlite,
            Database::Postgres => Backend::Postgres,
        };
        let mut records = Vec::new();
        for (files, slugs) in &made {
            let dir = home.path().join(format!("{backend:?}-{}", slugs.articles.len()));
            let source = Source { griot: &griot, files, slugs, dir: &dir };
            let record = Record::make(&source, backend).await?;
            table::print_import(backend, &record);
            table::print_snapshots(backend, &record);
            records.push(record);
        }
        measure(&options, &mut records, &home.path().join(format!("{backend:?}-floor"))).await?;
        for record in &mut records {
            record.measure_publishing(options.connections, Duration::from_secs_f64(options.seconds)).await?;
        }
        records.iter().for_each(|record| table::print_pages(backend, record));
        table::print_publishing(backend, &records);
        table::print_goals(backend, &records);
    }
    println!("\nmeasured in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(ExitCode::SUCCESS)
}

fn databases(options: &Run) -> Vec<Database> {
    if !options.databases.is_empty() {
        return options.databases.clone();
    }
    if griot_testbed::has_postgres() {
        return vec![Database::Sqlite, Database::Postgres];
    }
    println!("PostgreSQL is left out: `initdb` is not installed");
    vec![Database::Sqlite]
}

/// Round by round over all records, so that what disturbs the machine disturbs all of them.
async fn measure(options: &Run, records: &mut [Record], floor_dir: &Path) -> anyhow::Result<()> {
    fs::create_dir_all(floor_dir)?;
    let file = |record: &Record, page: Page| format!("{}-{page:?}", record.articles);
    for record in &*records {
        for page in record.pages().filter(|page| page.floor() == *page) {
            fs::write(floor_dir.join(file(record, page)), record.sample(page).await?)?;
        }
    }
    let floor = Floor::start(floor_dir, options.connections)?;
    let time = Duration::from_secs_f64(options.seconds / f64::from(options.rounds));
    for round in 0..options.rounds {
        for page in Page::ALL {
            for record in records.iter_mut().filter(|record| record.pages().any(|one| one == page)) {
                for keeps in Keeps::ALL.into_iter().filter(|keeps| page.tells_of(*keeps)) {
                    record.measure((keeps, page), page.connections(options.connections), time, round).await?;
                }
                if page.floor() == page {
                    let path = file(record, page);
                    record.measure_floor(page, &floor, &path, time.mul_f64(FLOOR_SHARE)).await?;
                }
            }
        }
    }
    Ok(())
}

/// Processes that ran at once in the last minute, on average.
fn load() -> f64 {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').next().and_then(|load| load.parse().ok()).unwrap_or_default()
}

/// What the figures were taken on.
fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| Some(line.strip_prefix("model name")?.split_once(':')?.1.trim()));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kilobytes = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemTotal:")?.trim().strip_suffix("kB")?.trim().parse::<u64>().ok());
    format!(
        "{cores} cores ({}), {} GB of memory; server, database and load generator share them",
        model.unwrap_or("unknown"),
        kilobytes.unwrap_or_default() / 1_000_000
    )
}
