//! Finds PostgreSQL's programs and runs them as somebody they accept.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The directory of `initdb`, `pg_ctl` and `psql`: on `PATH`, else where Debian keeps them (newest first).
///
/// # Panics
/// When there is none; the message says how to install it.
pub fn bin_dir() -> PathBuf {
    find_bin_dir().unwrap_or_else(|| {
        panic!(
            "no PostgreSQL found: `initdb`, `pg_ctl` and `psql` are neither on PATH nor in \
             /usr/lib/postgresql/*/bin. Install it (Debian, Ubuntu: `apt-get install postgresql`), or let \
             `make test` do so, or set GRIOT_TEST_POSTGRES_URL to a server whose role may create databases."
        )
    })
}

/// As [`bin_dir`], `None` when there is none.
pub fn find_bin_dir() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let mut dirs = on_path.unwrap_or_default().into_iter().chain(debian_dirs());
    dirs.find(|dir| ["initdb", "pg_ctl", "psql"].iter().all(|name| dir.join(name).is_file()))
}

fn debian_dirs() -> Vec<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    versions.into_iter().map(|(_, dir)| dir).collect()
}

/// Who runs the server: PostgreSQL refuses root, so root borrows another account.
#[derive(Clone, Debug)]
pub enum Runner {
    /// The tests' own user.
    Myself,
    /// Another account, through `setpriv`.
    As {
        #[allow(missing_docs)]
        uid: u32,
        #[allow(missing_docs)]
        gid: u32,
    },
}

impl Runner {
    /// The tests' own user, or `postgres`, or `nobody`.
    pub fn choose() -> Self {
        if id(&["-u"]) != Some(0) {
            return Self::Myself;
        }
        ["postgres", "nobody"]
            .iter()
            .find_map(|user| Some(Self::As { uid: id(&["-u", user])?, gid: id(&["-g", user])? }))
            .expect("an account `postgres` or `nobody` to run PostgreSQL, which refuses to run as root")
    }

    /// A command line that runs `program` as this account.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let Self::As { uid, gid } = self else { return Command::new(program) };
        let mut command = Command::new("setpriv");
        command.arg(format!("--reuid={uid}")).arg(format!("--regid={gid}")).arg("--clear-groups").arg(program);
        command
    }

    /// Hands `path` to this account.
    pub fn own(&self, path: &Path) {
        if let Self::As { uid, gid } = self {
            std::os::unix::fs::chown(path, Some(*uid), Some(*gid)).expect("root may change owners");
        }
    }
}

fn id(args: &[&str]) -> Option<u32> {
    let output = Command::new("id").args(args).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().parse().ok())?
}

/// What `command` printed, or what it said when it failed.
pub fn run(mut command: Command) -> Result<String, String> {
    let Output { status, stdout, stderr } = command.output().map_err(|err| format!("{command:?}: {err}"))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(format!("{command:?}: {status}\n{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr)))
}
