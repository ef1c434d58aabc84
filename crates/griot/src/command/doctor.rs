//! `griot doctor`: the machine first, then the stores.

mod hooks;
mod statements;

use std::path::Path;
use std::process::ExitCode;

use chrono::{DateTime, TimeZone, Utc};
use griot_domain::{Clock, EntryId, SystemClock};
use griot_files::Folders;
use griot_persistence::{Finding, Level, Location, PublishedStore};

use crate::config::Config;
use crate::place;
use crate::say::say;

/// Below this many free bytes a large import may fill the disk.
const FREE_ENOUGH: u64 = 1 << 30;

/// Prints one line for each check; fails when one of them has to be mended.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut findings = vec![settings(config), clock(SystemClock.now(), newest_file(&config.data))];
    findings.extend(directory("data directory", &config.data));
    if place::media_dir(config).exists() {
        findings.extend(directory("media directory", &place::media_dir(config)));
    }
    let folders = Folders::of(&config.data);
    if folders.uploads().exists() {
        findings.push(permissions("uploads directory", folders.uploads()));
    }
    // Opening a SQLite file that is not there is no way to look for it.
    match place::require(config) {
        Ok(()) => {
            let location = place::location(config);
            findings.extend(griot_persistence::doctor(&location).await);
            findings.extend(files(&location, &folders).await);
            findings.extend(hooks::lagging(config, &location).await);
            findings.extend(statements::stated(config, &location).await);
        }
        // It says what to do already.
        Err(err) => findings.push(failure("record", &err.to_string(), "")),
    }
    let mut worst = Level::Ok;
    for finding in &findings {
        worst = worst.max(finding.level);
        say(line(finding))?;
    }
    Ok(if worst == Level::Failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn line(finding: &Finding) -> String {
    let Finding { check, level, detail, remedy } = finding;
    let word = match level {
        Level::Ok => return format!("ok    {check}: {detail}"),
        Level::Warning => "warn",
        Level::Failure => "FAIL",
    };
    // Messages of the stores end with their own advice; the one of the check may say more.
    let advice = detail.rsplit_once("; ").filter(|(_, advice)| remedy.starts_with(advice));
    match advice {
        Some((detail, _)) => format!("{word}  {check}: {detail}; {remedy}"),
        None if remedy.is_empty() => format!("{word}  {check}: {detail}"),
        None => format!("{word}  {check}: {detail}; {remedy}"),
    }
}

fn finding(check: &str, level: Level, detail: &str, remedy: &str) -> Finding {
    Finding { check: check.to_owned(), level, detail: detail.to_owned(), remedy: remedy.to_owned() }
}

fn ok(check: &str, detail: &str) -> Finding {
    finding(check, Level::Ok, detail, "")
}

fn warning(check: &str, detail: &str, remedy: &str) -> Finding {
    finding(check, Level::Warning, detail, remedy)
}

fn failure(check: &str, detail: &str, remedy: &str) -> Finding {
    finding(check, Level::Failure, detail, remedy)
}

/// They could be read, or this command would not have started; what is left is what they mean together.
fn settings(config: &Config) -> Finding {
    let bind = config.bind.0;
    if !bind.ip().is_loopback() && !config.insecure_http {
        let detail = format!("bind is {bind}, which other machines can reach by plain HTTP");
        return failure(
            "settings",
            &detail,
            "bind a loopback address, or set insecure_http = true behind a proxy with TLS",
        );
    }
    ok("settings", &format!("record in {}, listens on {bind}", place::describe(config)))
}

/// A clock in the past would make content appear late, or hide it.
fn clock(now: DateTime<Utc>, newest: Option<DateTime<Utc>>) -> Finding {
    let built = Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).single().expect("a constant date exists");
    let shown = now.format("%Y-%m-%dT%H:%M:%SZ");
    match newest {
        _ if now < built => failure("clock", &format!("it says {shown}"), "set the machine's clock (NTP)"),
        Some(newest) if newest > now + chrono::TimeDelta::minutes(1) => failure(
            "clock",
            &format!("it says {shown}, but the record was written at {}", newest.format("%Y-%m-%dT%H:%M:%SZ")),
            "set the machine's clock (NTP)",
        ),
        _ => ok("clock", &shown.to_string()),
    }
}

fn newest_file(dir: &Path) -> Option<DateTime<Utc>> {
    let entries = std::fs::read_dir(dir).ok()?;
    entries.flatten().filter_map(|entry| Some(entry.metadata().ok()?.modified().ok()?.into())).max()
}

fn directory(check: &str, dir: &Path) -> Vec<Finding> {
    let shown = dir.display().to_string();
    if !dir.exists() {
        return vec![failure(check, &format!("{shown} is not there"), "`griot serve` or `griot migrate` makes it")];
    }
    if let Err(err) = place::writable(dir) {
        return vec![failure(check, &err.to_string(), "")];
    }
    vec![permissions(check, dir), free_space(check, dir)]
}

/// Every public asset with a file has it where delivery looks. A record that cannot be read is told of already.
async fn files(location: &Location, folders: &Folders) -> Option<Finding> {
    let store = PublishedStore::open(location).await.ok()?;
    let (mut after, mut count, mut missing) = (String::new(), 0usize, Vec::new());
    loop {
        let page = store.public_files(&after, 1_000).await.ok()?;
        let Some((last, _)) = page.last() else { break };
        after.clone_from(last);
        count += page.len();
        missing.extend(page.into_iter().filter(|(name, _)| !folders.media().join(name).is_file()));
    }
    Some(file_finding(count, &missing, folders))
}

fn file_finding(count: usize, missing: &[(String, EntryId)], folders: &Folders) -> Finding {
    if missing.is_empty() {
        return ok("media files", &format!("{count} of public assets, all there"));
    }
    let some: Vec<String> = missing.iter().take(5).map(|(name, id)| format!("{name} of the asset {id}")).collect();
    let detail = format!("{} of {count} are not in {}: {}", missing.len(), folders.media().display(), some.join(", "));
    let waits = missing.iter().any(|(name, _)| folders.uploads().join(name).is_file());
    let remedy = if waits {
        "start `griot serve`, which brings over what waits in uploads/"
    } else {
        "restore the folder from a backup"
    };
    failure("media files", &detail, remedy)
}

#[cfg(unix)]
fn permissions(check: &str, dir: &Path) -> Finding {
    use std::os::unix::fs::PermissionsExt;
    let shown = dir.display().to_string();
    match std::fs::metadata(dir).map(|metadata| metadata.permissions().mode() & 0o777) {
        Ok(mode) if mode & 0o077 == 0 => ok(check, &format!("{shown} is its owner's alone")),
        Ok(mode) => {
            let detail = format!("{shown} has mode {mode:o}: other accounts may read drafts");
            warning(check, &detail, &format!("chmod 700 {shown}"))
        }
        Err(err) => failure(check, &format!("{shown}: {err}"), "check its permissions"),
    }
}

#[cfg(not(unix))]
fn permissions(check: &str, dir: &Path) -> Finding {
    ok(check, &dir.display().to_string())
}

fn free_space(check: &str, dir: &Path) -> Finding {
    match rustix::fs::statvfs(dir) {
        Ok(disk) => {
            let free = disk.f_bavail.saturating_mul(disk.f_frsize);
            let detail = format!("{} MiB free", free >> 20);
            if free < FREE_ENOUGH { warning(check, &detail, "make room on its disk") } else { ok(check, &detail) }
        }
        Err(err) => warning(check, &format!("free space is not known: {err}"), "look with `df`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(raw: &str) -> DateTime<Utc> {
        raw.parse().unwrap()
    }

    #[test]
    fn a_clock_behind_the_record_is_a_failure() {
        let now = at("2026-11-24T08:00:00Z");
        assert_eq!(clock(now, None).level, Level::Ok);
        assert_eq!(clock(now, Some(at("2026-11-24T08:00:30Z"))).level, Level::Ok);
        assert_eq!(clock(now, Some(at("2026-11-25T00:00:00Z"))).level, Level::Failure);
        assert_eq!(clock(at("1970-01-01T00:00:00Z"), None).level, Level::Failure);
    }

    #[test]
    fn an_open_data_directory_is_a_warning_with_the_command_that_mends_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        let finding = permissions("data directory", dir.path());
        assert_eq!(finding.level, Level::Warning);
        assert!(line(&finding).ends_with(&format!("; chmod 700 {}", dir.path().display())));
        std::fs::set_permissions(dir.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(permissions("data directory", dir.path()).level, Level::Ok);
    }

    #[test]
    fn advice_is_given_once() {
        let said = |detail: &str, remedy: &str| line(&failure("published store", detail, remedy));
        insta::assert_snapshot!(
            said("x is not migrated (no table); run `griot migrate`", "run `griot migrate`"),
            @"FAIL  published store: x is not migrated (no table); run `griot migrate`"
        );
        insta::assert_snapshot!(
            said("x is not migrated (no table); run `griot migrate`", "run `griot migrate` as the owner"),
            @"FAIL  published store: x is not migrated (no table); run `griot migrate` as the owner"
        );
        insta::assert_snapshot!(said("a gap; a loss", "restore it"), @"FAIL  published store: a gap; a loss; restore it");
        insta::assert_snapshot!(said("there is no record; make one", ""), @"FAIL  published store: there is no record; make one");
    }

    #[test]
    fn a_public_asset_without_its_file_is_named() {
        let data = tempfile::tempdir().unwrap();
        let folders = Folders::of(data.path());
        folders.prepare().unwrap();
        assert_eq!(file_finding(2, &[], &folders).level, Level::Ok);
        let name = "0123456789abcdef0123456789abcdef.png".to_owned();
        let id: EntryId = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        let missing = [(name.clone(), id)];
        let told = line(&file_finding(2, &missing, &folders));
        assert!(told.starts_with("FAIL  media files: 1 of 2 are not in "), "{told}");
        assert!(told.ends_with(&format!("{name} of the asset {id}; restore the folder from a backup")), "{told}");
        std::fs::write(folders.uploads().join(&name), b"x").unwrap();
        assert!(line(&file_finding(2, &missing, &folders)).ends_with("brings over what waits in uploads/"));
    }

    #[test]
    fn a_missing_directory_is_a_failure() {
        let findings = directory("data directory", Path::new("no/such/place"));
        assert!(line(&findings[0]).starts_with("FAIL  data directory: no/such/place is not there; "));
    }
}
