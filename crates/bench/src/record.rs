//! A record under measurement: imported, served, asked.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use griot_persistence::Location;
use griot_testbed::{Backend, Place, TestDatabase};

use crate::generate::{Files, Slugs};
use crate::load::{self, Method, Tally, Workload};
use crate::process::{self, Cost, Server};
use crate::publishing::{self, Publishing};
use crate::snapshot::{self, Snapshot};
use crate::workload::{self, Keeps, Page};

/// What the record is made of and by.
pub struct Source<'a> {
    /// The binary.
    pub griot: &'a Path,
    pub files: &'a Files,
    pub slugs: &'a Slugs,
    /// Logs are written here, and SQLite's files.
    pub dir: &'a Path,
}

/// See the module.
pub struct Record {
    /// Number of its articles.
    pub articles: usize,
    /// Import of the JSON lines.
    pub json: Cost,
    /// Import of the WordPress export.
    pub wordpress: Cost,
    /// Bytes of SQLite's files.
    pub file_bytes: Option<u64>,
    /// From the first start of a server on the record to its first answer, an article page; the index of words is yet
    /// to be made then.
    pub first_start: Duration,
    /// The same of later starts, in order.
    pub starts: Vec<Duration>,
    /// First copies of everything, with whose they are.
    pub snapshots: Vec<(&'static str, Snapshot)>,
    /// Memory of the server's own after its first answer, in bytes.
    pub idle_bytes: u64,
    /// What publishing costs.
    pub publishing: Option<Publishing>,
    /// The figures of each page so far.
    pub figures: HashMap<(Keeps, Page), Figures>,
    /// The same bytes from the floor, of pages that have one of their own.
    pub floors: HashMap<Page, Tally>,
    servers: HashMap<Keeps, Server>,
    workloads: HashMap<Page, Workload>,
    database: TestDatabase,
}

/// What a page costs.
#[derive(Clone, Debug, Default)]
pub struct Figures {
    pub tally: Tally,
    /// Processor time of the server, that of PostgreSQL not included.
    pub server_cpu: Duration,
}

impl Record {
    /// Imports into a fresh database and starts serving.
    pub async fn make(source: &Source<'_>, backend: Backend) -> anyhow::Result<Self> {
        let database = griot_testbed::database(backend);
        fs::create_dir_all(source.dir)?;
        let run = |arguments: &[&str], file: &Path, log: &str| {
            let mut command = griot(source, &database);
            command.args(arguments).arg(file);
            process::run(command, &source.dir.join(log))
        };
        let json = run(&["import", "json"], &source.files.record, "import-json.log")?;
        let wordpress = run(&["import", "wordpress"], &source.files.wordpress, "import-wordpress.log")?;
        let key = partner_key(source, &database)?;
        let begin = |keeps| begin(source, &database, keeps);
        // Alone on the machine: the other servers make indexes of their own. Its index is there for those that follow.
        let (server, first_start) = begin(Keeps::Answers).await?;
        workload::wait_for_index(server.address).await?;
        drop(server);
        let mut starts = Vec::new();
        for _ in 1..STARTS {
            starts.push(begin(Keeps::Answers).await?.1);
        }
        let (server, start) = begin(Keeps::Answers).await?;
        starts.push(start);
        starts.sort_unstable();
        let (address, idle_bytes) = (server.address, server.own_bytes());
        let mut servers = HashMap::from([(Keeps::Answers, server)]);
        for keeps in [Keeps::Nothing, Keeps::Records] {
            servers.insert(keeps, begin(keeps).await?.0);
        }
        workload::wait_for_index(address).await?;
        workload::wait_for_index(servers[&Keeps::Records].address).await?;
        let snapshots = snapshots(&servers[&Keeps::Nothing], &key).await?;
        let mut workloads = HashMap::new();
        for page in Page::ALL {
            let workload = workload::prepare(page, address, source.slugs).await?;
            if !workload.variables.is_empty() {
                workloads.insert(page, workload);
            }
        }
        let files = (backend == Backend::Sqlite).then(|| bytes_in(database.data_dir())).transpose()?;
        Ok(Self {
            articles: source.slugs.articles.len(),
            json,
            wordpress,
            file_bytes: files,
            first_start,
            starts,
            snapshots,
            idle_bytes,
            publishing: None,
            figures: HashMap::new(),
            floors: HashMap::new(),
            servers,
            workloads,
            database,
        })
    }

    /// Pages the record has.
    pub fn pages(&self) -> impl Iterator<Item = Page> {
        Page::ALL.into_iter().filter(|page| self.workloads.contains_key(page))
    }

    /// Asks the server that keeps as much as `keeps` says for `page` for `time`, after a warm-up.
    pub async fn measure(
        &mut self,
        (keeps, page): (Keeps, Page),
        connections: usize,
        time: Duration,
        round: u32,
    ) -> anyhow::Result<()> {
        let server = &self.servers[&keeps];
        let mut workload = Workload { address: server.address, ..self.workloads[&page].clone() };
        if keeps != Keeps::Nothing {
            workload = workload.of_at_most(WARM);
            // In every round, since other pages may have taken its place; twice, for parts are kept of what was kept before.
            for _ in 0..2 {
                load::ask_each(&workload, connections).await?;
            }
        }
        let workload = &workload;
        let seed = u64::from(round) << 32;
        load::drive(workload, connections, WARM_UP, seed + 1_000).await?;
        let before = server.cpu()?;
        let tally = load::drive(workload, connections, time, seed).await?;
        let figures = self.figures.entry((keeps, page)).or_default();
        figures.server_cpu += server.cpu()?.saturating_sub(before);
        figures.tally.add(&tally);
        Ok(())
    }

    /// Asks the floor for the same bytes, `path` of which it serves.
    pub async fn measure_floor(&mut self, page: Page, floor: &Floor, path: &str, time: Duration) -> anyhow::Result<()> {
        let page_workload = &self.workloads[&page];
        let (address, path) = (floor.address(), format!("/{path}"));
        let workload = Workload { address, path, method: Method::Post, known: None, ..page_workload.clone() };
        load::drive(&workload, floor.connections, WARM_UP, 0).await?;
        let tally = load::drive(&workload, floor.connections, time, 0).await?;
        self.floors.entry(page).or_default().add(&tally);
        Ok(())
    }

    /// One answer to `page`, for the floor.
    pub async fn sample(&self, page: Page) -> anyhow::Result<Vec<u8>> {
        let workload = &self.workloads[&page];
        Ok(load::ask(workload, &workload.variables[workload.variables.len() / 2]).await?)
    }

    /// Publishes while article pages are asked for, for `time` with and `time` without.
    pub async fn measure_publishing(&mut self, connections: usize, time: Duration) -> anyhow::Result<()> {
        let location = match self.database.place() {
            Place::Sqlite { .. } => Location::sqlite(data_dir(&self.database)),
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        let readers = &self.workloads[&Page::Article];
        self.publishing = Some(publishing::measure(&location, readers, connections, time).await?);
        Ok(())
    }

    /// Memory of the server's own now, of the one that keeps as much as it does by itself.
    pub fn server_bytes(&self) -> u64 {
        self.servers[&Keeps::Answers].own_bytes()
    }

    /// From the start of a server to its first answer, as it usually is.
    pub fn start(&self) -> Duration {
        self.starts[self.starts.len() / 2]
    }
}

/// A server that keeps as much as `keeps` says, and the time to its first answer.
async fn begin(source: &Source<'_>, database: &TestDatabase, keeps: Keeps) -> anyhow::Result<(Server, Duration)> {
    let mut serve = griot(source, database);
    serve.args(["serve", "--bind", "127.0.0.1:0"]);
    if keeps != Keeps::Answers {
        serve.env("GRIOT_CACHE_RESPONSES_MIB", "0");
    }
    match keeps {
        // Nobody searches it, and an index costs what is published its time.
        Keeps::Nothing => serve.env("GRIOT_CACHE_RECORDS_MIB", "0").env("GRIOT_SEARCH_ENABLED", "false"),
        // What it keeps of the record is all that is asked for.
        Keeps::Records => serve.env("GRIOT_CACHE_RECORDS_MIB", "512"),
        Keeps::Answers => &mut serve,
    };
    let begin = Instant::now();
    let server = Server::start(serve)?;
    let article = workload::prepare(Page::Article, server.address, source.slugs).await?;
    load::ask(&article, &article.variables[0]).await?;
    Ok((server, begin.elapsed()))
}

/// The key of a partner that receives everything.
fn partner_key(source: &Source<'_>, database: &TestDatabase) -> anyhow::Result<String> {
    let run = |arguments: &[&str]| {
        let mut command = griot(source, database);
        command.args(arguments);
        process::output(command)
    };
    run(&["partner", "add", PARTNER, "--requests-per-minute", "1000000"])?;
    Ok(run(&["partner", "key", PARTNER])?.trim().to_owned())
}

/// First copies, everybody's and a partner's, where nothing is kept: else memory grows by what is.
async fn snapshots(server: &Server, key: &str) -> anyhow::Result<Vec<(&'static str, Snapshot)>> {
    let public = snapshot::read(server, None).await?;
    snapshot::wait_for_sorting(server.address, key, public.head).await?;
    let partner = snapshot::read(server, Some(key)).await?;
    Ok(vec![("everybody's", public), ("a partner's", partner)])
}

/// Starts of a server, of which the one in the middle counts.
const STARTS: usize = 5;
/// Name of a partner.
const PARTNER: &str = "Bench";
/// Variables of pages that are asked for beforehand, so that what a server keeps is there.
const WARM: usize = 10_000;
/// Before each measurement.
const WARM_UP: Duration = Duration::from_millis(400);

/// The floor in a process of its own.
pub struct Floor {
    server: Server,
    /// Connections it is asked over.
    pub connections: usize,
}

impl Floor {
    /// Serves the files of `dir`.
    pub fn start(dir: &Path, connections: usize) -> anyhow::Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("floor").arg(dir);
        Ok(Self { server: Server::start(command)?, connections })
    }

    fn address(&self) -> std::net::SocketAddr {
        self.server.address
    }
}

/// The binary over `database`, deaf to settings of the account that runs this.
fn griot(source: &Source<'_>, database: &TestDatabase) -> Command {
    let mut command = Command::new(source.griot);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("GRIOT_") {
            command.env_remove(name);
        }
    }
    command.env("GRIOT_LOG_LEVEL", "warn").current_dir(source.dir).arg("--data").arg(data_dir(database));
    if database.backend() == Backend::Postgres {
        command.arg("--database-url").arg(database.url());
    }
    command
}

fn data_dir(database: &TestDatabase) -> PathBuf {
    database.data_dir().join("record")
}

fn bytes_in(dir: &Path) -> std::io::Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(dir)? {
        let (entry, found) = entry.and_then(|entry| Ok((entry.metadata()?, entry.path())))?;
        bytes += if entry.is_dir() { bytes_in(&found)? } else { entry.len() };
    }
    Ok(bytes)
}
