//! Programs under measurement, seen through /proc.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

/// How often a running program's memory is looked at.
const POLL: Duration = Duration::from_millis(10);

/// What a finished program took.
#[derive(Clone, Copy, Debug)]
pub struct Cost {
    pub elapsed: Duration,
    /// Most memory resident at once, in bytes.
    pub peak_bytes: u64,
}

/// Runs `command` to its end, which has to be a success; what it prints goes to `log`.
pub fn run(mut command: Command, log: &Path) -> anyhow::Result<Cost> {
    let out = File::create(log)?;
    command.stdin(Stdio::null()).stdout(out.try_clone()?).stderr(out);
    let begin = Instant::now();
    let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
    let mut peak_bytes = 0;
    let status = loop {
        peak_bytes = memory(child.id(), "VmHWM:").unwrap_or(peak_bytes);
        match child.try_wait()? {
            Some(status) => break status,
            None => std::thread::sleep(POLL),
        }
    };
    let elapsed = begin.elapsed();
    if !status.success() {
        let said = fs::read_to_string(log).unwrap_or_default();
        let tail: Vec<&str> = said.lines().rev().take(20).collect();
        bail!("{command:?} ended with {status}:\n{}", tail.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    Ok(Cost { elapsed, peak_bytes })
}

/// Runs `command` to its end, which has to be a success, for what it prints.
pub fn output(mut command: Command) -> anyhow::Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {command:?}"))?;
    if !output.status.success() {
        bail!("{command:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A server, ended on drop.
pub struct Server {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Kept open: a server whose output nobody can read may fail to write.
    _said: BufReader<ChildStdout>,
}

impl Server {
    /// Starts `command` and waits until a line of its output has `http://ADDRESS`.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot start {command:?}"))?;
        let mut said = BufReader::new(child.stdout.take().expect("the output was asked for as a pipe"));
        match address_in(&mut said) {
            Ok(address) => Ok(Self { child, address, _said: said }),
            Err(err) => {
                child.kill().ok();
                child.wait().ok();
                Err(err.context(format!("{command:?} does not serve")))
            }
        }
    }

    /// Processor time of all threads so far.
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.child.id())).context("the server has ended")?;
        Ok(cpu_time(&stat))
    }

    /// Memory of its own in bytes: without the pages of database files it has mapped, which each connection maps
    /// again and the kernel takes back when it needs them.
    pub fn own_bytes(&self) -> u64 {
        memory(self.child.id(), "RssAnon:").unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn address_in(said: &mut impl BufRead) -> anyhow::Result<SocketAddr> {
    let mut line = String::new();
    loop {
        line.clear();
        if said.read_line(&mut line)? == 0 {
            bail!("it ended");
        }
        let found = line.split_once("http://").map(|(_, rest)| rest.trim_end().split('/').next().unwrap_or_default());
        if let Some(address) = found.and_then(|address| address.parse().ok()) {
            return Ok(address);
        }
    }
}

/// A line of `/proc/PID/status`, in bytes.
fn memory(pid: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    Some(line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()? * 1024)
}

/// User and system time in `/proc/PID/stat`; the kernel counts in hundredths of a second.
fn cpu_time(stat: &str) -> Duration {
    // The name, in brackets, may hold spaces; fields 14 and 15 come 12th and 13th after it.
    let fields: Vec<&str> = stat.rsplit_once(')').map_or("", |(_, rest)| rest).split_whitespace().collect();
    let ticks: u64 = fields.get(11..13).unwrap_or_default().iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Duration::from_millis(ticks * 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_is_timed_and_its_memory_seen() {
        let dir = tempfile::tempdir().unwrap();
        let mut sleep = Command::new("sleep");
        sleep.arg("0.1");
        let cost = run(sleep, &dir.path().join("log")).unwrap();
        assert!(cost.elapsed >= Duration::from_millis(100));
        assert!(cost.peak_bytes > 100_000, "{cost:?}");
    }

    #[test]
    fn a_failure_says_what_the_program_said() {
        let dir = tempfile::tempdir().unwrap();
        let mut shell = Command::new("sh");
        shell.args(["-c", "echo no such record; exit 3"]);
        let message = format!("{:#}", run(shell, &dir.path().join("log")).unwrap_err());
        assert!(message.contains("no such record") && message.contains("exit status: 3"), "{message}");
    }

    #[test]
    fn processor_time_is_user_and_system_time_whatever_the_name() {
        let stat = "42 (a) name 1) S 1 42 42 0 -1 4194304 9 0 0 0 150 25 0 0 20 0 3 0 100 1000 10";
        assert_eq!(cpu_time(stat), Duration::from_millis(1_750));
    }

    #[test]
    fn the_address_is_found_among_other_lines() {
        let mut said = &b"The record is empty\nGraphQL at http://127.0.0.1:8099/graphql\n"[..];
        assert_eq!(address_in(&mut said).unwrap(), "127.0.0.1:8099".parse().unwrap());
        assert!(address_in(&mut &b"nothing\n"[..]).is_err());
    }
}
