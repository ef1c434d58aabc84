//! `griot verify`: whether a file is what an office issued, without asking anybody.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use chrono::{DateTime, SecondsFormat};
use griot_proof::{Digest, KeySet, LogProof, Statement, Verifier};

use crate::cli::Verify;
use crate::say::say;

/// Says what is found. Fails when something is not as it was issued, or cannot be told.
pub fn run(options: &Verify) -> anyhow::Result<ExitCode> {
    let file = read(&options.file)?;
    let keys = text(&options.keys)?;
    let keys = KeySet::parse(&keys).filter(|keys| !keys.keys.is_empty()).ok_or_else(|| {
        let shown = options.keys.display();
        anyhow!("{shown} holds no keys: get it from /.well-known/jwks.json of the office")
    })?;
    let statement_file = match &options.jws {
        Some(given) => given.clone(),
        None => beside(&options.file, "jws").ok_or_else(|| {
            let name = format!("{}.jws", options.file.display());
            anyhow!("there is no statement {name}: get it from the header Link of the document, or name it with --jws")
        })?,
    };
    let jws = text(&statement_file)?;
    let jws = jws.trim();
    let (statement, key) =
        keys.verify(jws).with_context(|| format!("the statement {} cannot be relied on", statement_file.display()))?;
    let Some((subject, of)) = statement.find(&file) else {
        let (file, names) = (options.file.display(), names(&statement));
        bail!(
            "{file} is not what was issued: version {} of {} was issued as {names}, and it is none of them",
            statement.version,
            statement.uri
        );
    };
    let how = match of {
        "bytes" => "byte by byte",
        "jcs" => "the same JSON, written otherwise (RFC 8785)",
        _ => "the same text, apart from line ends, blanks and how letters are composed",
    };
    if key.exp.is_some_and(|end| statement.iat > end) {
        bail!(
            "the statement is of {}, after its key signed for the last time: it may be forged",
            second(statement.iat)
        );
    }
    // Nothing is called genuine before all that was given holds.
    let log = logged(options, &statement, jws)?;
    say(format!("genuine: {} is {} of version {}, {how}", options.file.display(), subject.name, statement.version))?;
    say(format!("item:    {} ({})", statement.uri, statement.language))?;
    say(format!("issued:  by {}, stated on {}", statement.iss, second(statement.iat)))?;
    let until = key.exp.map(|end| format!(", which signed until {}", second(end))).unwrap_or_default();
    say(format!("signed:  by the key {}{until}", key.kid))?;
    say(format!("log:     {log}"))?;
    if statement.pub_status != "usable" {
        say(format!(
            "status:  {}: the item was taken back; do not use what was issued of it before",
            statement.pub_status
        ))?;
    }
    say("unknown: whether it was corrected, withdrawn or killed since; the office tells at /v1/verify?sha256=…")?;
    Ok(ExitCode::SUCCESS)
}

/// Checks the proof that the log has the statement, as far as there is one. What is to be said of it.
fn logged(options: &Verify, statement: &Statement, jws: &str) -> anyhow::Result<String> {
    let file = options.proof.clone().or_else(|| beside(&options.file, "tlog-proof"));
    let (file, key) = match (file, &options.log_key) {
        (Some(file), Some(key)) => (file, key),
        (None, Some(_)) => bail!(
            "there is no proof {}.tlog-proof that the log has the statement: name one with --proof, or leave --log-key out",
            options.file.display()
        ),
        (Some(_), None) => return Ok("not checked; give the key of the log with --log-key".to_owned()),
        (None, None) => return Ok("not checked; give a proof and the key of the log".to_owned()),
    };
    let shown = file.display();
    let verifier: Verifier = key.parse().map_err(|why| anyhow!("--log-key: {why}"))?;
    let proof =
        LogProof::parse(&text(&file)?).ok_or_else(|| anyhow!("{shown} is no proof of c2sp.org/tlog-proof@v1"))?;
    let (entry, checkpoint) =
        proof.verify(&verifier).with_context(|| format!("the proof {shown} cannot be relied on"))?;
    let is_of_statement = entry.statement_sha256 == Digest::of(jws.as_bytes());
    if !is_of_statement || (&entry.uri, entry.version) != (&statement.uri, statement.version) {
        bail!("the proof {shown} is of another statement: version {} of {}", entry.version, entry.uri);
    }
    let (index, size, at) = (proof.index, checkpoint.size, second(entry.logged_at));
    Ok(format!("entry {index} of {size} in {}, added on {at}", checkpoint.origin))
}

fn names(statement: &Statement) -> String {
    statement.subjects.iter().map(|subject| subject.name.as_str()).collect::<Vec<_>>().join(", ")
}

/// `FILE.jws`, or what the server calls it: `3.jws` beside `3.ninjs.json`.
fn beside(file: &Path, ending: &str) -> Option<PathBuf> {
    let name = file.file_name()?.to_str()?;
    let stem = name.split('.').next()?;
    let all = [format!("{name}.{ending}"), format!("{stem}.{ending}")];
    all.into_iter().map(|name| file.with_file_name(name)).find(|path| path.is_file())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))
}

fn text(path: &Path) -> anyhow::Result<String> {
    String::from_utf8(read(path)?).map_err(|_| anyhow!("{} is not a text", path.display()))
}

fn second(at: i64) -> String {
    let at = DateTime::from_timestamp(at, 0);
    at.map_or_else(|| "an unknown day".to_owned(), |at| at.to_rfc3339_opts(SecondsFormat::Secs, true))
}
