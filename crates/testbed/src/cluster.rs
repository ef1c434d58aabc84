//! One PostgreSQL cluster for each test process.

use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::OnceLock;

use crate::programs::{self, Runner};

const ADMIN: &str = "griot";

/// A running server.
#[derive(Debug)]
pub struct Cluster {
    psql: PathBuf,
    /// Of the database `postgres`, or of the one in `GRIOT_TEST_POSTGRES_URL`.
    url: String,
    /// Closed by the kernel when this process ends, which is what the watchdog waits for.
    _lifeline: Option<ChildStdin>,
}

impl Cluster {
    /// The cluster of this process; started by the first call.
    pub fn shared() -> &'static Self {
        static CLUSTER: OnceLock<Cluster> = OnceLock::new();
        CLUSTER.get_or_init(|| {
            let bin = programs::bin_dir();
            match std::env::var("GRIOT_TEST_POSTGRES_URL") {
                Ok(url) => Self { psql: bin.join("psql"), url, _lifeline: None },
                Err(_) => Self::start(&bin),
            }
        })
    }

    fn start(bin: &Path) -> Self {
        let runner = Runner::choose();
        let dir = tempfile::Builder::new()
            .prefix("griot-postgres-")
            .tempdir()
            .expect("a temporary directory can be made")
            .keep();
        runner.own(&dir);
        let data = dir.join("data");
        // The watchdog comes first: from here on nothing is left behind.
        let lifeline = watch(bin, &dir, &runner);

        let mut initdb = runner.command(bin.join("initdb"));
        initdb.current_dir(&dir).arg("--pgdata").arg(&data);
        initdb.args(["--username", ADMIN, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]);
        programs::run(initdb).unwrap_or_else(|err| panic!("cannot make a PostgreSQL cluster: {err}"));

        // Another process may take the free port before the server does, hence the second and third try.
        let mut last = String::new();
        for _ in 0..3 {
            let port = free_port();
            match launch(bin, &dir, &runner, port) {
                Ok(()) => {
                    let url = format!("postgres://{ADMIN}@127.0.0.1:{port}/postgres");
                    return Self { psql: bin.join("psql"), url, _lifeline: Some(lifeline) };
                }
                Err(err) => last = err,
            }
        }
        let log = std::fs::read_to_string(dir.join("log")).unwrap_or_default();
        panic!("cannot start PostgreSQL: {last}\n{log}")
    }

    /// Address of the database `name`.
    pub fn url_of(&self, name: &str) -> String {
        let (head, query) = self.url.split_once('?').unwrap_or((&self.url, ""));
        let authority = head.find("://").map_or(0, |at| at + 3);
        let base = head[authority..].find('/').map_or(head, |slash| &head[..authority + slash]);
        if query.is_empty() { format!("{base}/{name}") } else { format!("{base}/{name}?{query}") }
    }

    /// Runs one statement as the administrator.
    pub fn execute(&self, sql: &str) {
        self.execute_at(&self.url, sql).unwrap_or_else(|err| panic!("{err}"));
    }

    /// As [`Self::execute`], for when a failure does not matter.
    pub fn try_execute(&self, sql: &str) -> Result<(), String> {
        self.execute_at(&self.url, sql)
    }

    /// Runs one statement at the address of a database of the cluster.
    pub fn execute_at(&self, url: &str, sql: &str) -> Result<(), String> {
        let mut psql = Command::new(&self.psql);
        psql.args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", sql, url]);
        programs::run(psql).map(drop)
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("a bound listener has an address").port()
}

fn launch(bin: &Path, dir: &Path, runner: &Runner, port: u16) -> Result<(), String> {
    let options = format!(
        "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c max_connections=400 \
         -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB"
    );
    let mut start = runner.command(bin.join("pg_ctl"));
    start.current_dir(dir).arg("--pgdata").arg(dir.join("data")).arg("--log").arg(dir.join("log"));
    start.args(["--wait", "--timeout=60", "--options", &options, "start"]);
    // The server would hold a pipe open for as long as it runs.
    start.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let status = start.status().map_err(|err| err.to_string())?;
    if status.success() { Ok(()) } else { Err(format!("pg_ctl start: {status}")) }
}

/// Starts a shell that outlives this process: it waits for the end of its input, then removes the cluster. A group
/// of its own keeps it out of reach of Ctrl-C.
#[expect(clippy::zombie_processes, reason = "the watchdog ends after this process, so nobody here can wait for it")]
fn watch(bin: &Path, dir: &Path, runner: &Runner) -> ChildStdin {
    const SCRIPT: &str = "cat >/dev/null\n\
        [ ! -e \"$2/data/postmaster.pid\" ] || \"$1/pg_ctl\" --pgdata \"$2/data\" --mode immediate stop\n\
        cd /\n\
        rm -rf \"$2\"";
    let mut shell = runner.command("sh");
    shell.args(["-c", SCRIPT, "watchdog"]).arg(bin).arg(dir).current_dir(dir).process_group(0);
    shell.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = shell.spawn().expect("a shell can be started");
    child.stdin.take().expect("the input was asked for as a pipe")
}
