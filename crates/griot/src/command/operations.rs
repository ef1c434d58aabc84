//! `griot operations`: the documents that clients may name.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use griot_domain::{Clock, SystemClock};
use griot_front::Refusal;
use griot_gateway::OperationJudge;
use griot_persistence::{OperationImport, Operations as Store, StoredOperation};

use crate::cli::Operations;
use crate::config::Config;
use crate::manifest::{self, Named};
use crate::place;
use crate::say::{complain, say};

/// Runs one of the commands about stored documents.
pub async fn run(config: &Config, command: Operations) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = Store::open(&place::location(config)).await?;
    let judge = OperationJudge::new(config.limits.clone(), config.introspection.enabled)?;
    match command {
        Operations::Import { files } => import(&store, &judge, &files).await,
        Operations::List => list(&store, &judge).await,
        Operations::Remove { ids } => remove(&store, &ids).await,
    }
}

async fn import(store: &Store, judge: &OperationJudge, files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut found: HashMap<String, Named> = HashMap::new();
    let mut refused = 0;
    for file in files {
        for named in read(file)? {
            if let Err(refusal) = judge.admit(&named.document) {
                complain(format!("{}: document {}{}: {}", file.display(), named.id, name(&named), reason(&refusal)));
                refused += 1;
            }
            let last = found.insert(named.id.clone(), named.clone());
            if last.is_some_and(|last| last.document != named.document) {
                bail!("{}: document {} stands in the manifests twice, with two texts", file.display(), named.id);
            }
        }
    }
    if refused > 0 {
        bail!("{refused} of {} documents are refused, so none was stored; mend them and build the client", found.len());
    }
    let (total, at) = (found.len(), SystemClock.now());
    let mut operations: Vec<StoredOperation> = found
        .into_values()
        .map(|Named { id, document, source }| StoredOperation { id, document, source: source.to_owned(), added_at: at })
        .collect();
    operations.sort_by(|a, b| a.id.cmp(&b.id));
    match store.import(&operations).await? {
        OperationImport::Stored { added } => {
            say(format!("{total} documents, {added} of them new; servers know them within seconds"))?;
            Ok(ExitCode::SUCCESS)
        }
        OperationImport::Taken { id } => bail!(
            "another document is stored under {id}, so none was stored; use ids that follow from the document, or run \
             `griot operations remove {id}` when no client needs it any more"
        ),
    }
}

fn read(file: &Path) -> anyhow::Result<Vec<Named>> {
    let shown = file.display();
    let text = std::fs::read_to_string(file).with_context(|| format!("cannot read {shown}"))?;
    manifest::read(&text).map_err(|err| anyhow!("{shown}: {err:#}"))
}

/// One line for each document.
async fn list(store: &Store, judge: &OperationJudge) -> anyhow::Result<ExitCode> {
    let stored = store.list().await?;
    if stored.is_empty() {
        complain("no documents are stored; `griot operations import FILE` stores those of a client's manifest");
    }
    for operation in stored {
        let StoredOperation { id, document, source, added_at } = operation;
        let state =
            judge.admit(&document).map_or_else(|refusal| format!("refused: {}", reason(&refusal)), |()| "runs".into());
        let title = title(&document).unwrap_or("unnamed");
        say(format!("{id}  {title}  {source}  {}  {state}", added_at.format("%Y-%m-%d")))?;
    }
    Ok(ExitCode::SUCCESS)
}

async fn remove(store: &Store, ids: &[String]) -> anyhow::Result<ExitCode> {
    let missing = store.remove(ids).await?;
    if !missing.is_empty() {
        let missing = missing.join(", ");
        bail!("no document is stored under {missing}, so none was taken out; `griot operations list` shows the ids");
    }
    say(format!("{} documents taken out; servers refuse them within seconds", ids.len()))?;
    Ok(ExitCode::SUCCESS)
}

fn reason(refusal: &Refusal) -> String {
    let problems = refusal.problems().iter().map(|problem| match problem.locations.first() {
        Some(at) => format!("{} (line {}, column {})", problem.message, at.line, at.column),
        None => problem.message.clone(),
    });
    problems.collect::<Vec<_>>().join("; ")
}

fn name(named: &Named) -> String {
    title(&named.document).map(|title| format!(" ({title})")).unwrap_or_default()
}

/// The name of the operation, for people to know the document by. A fragment in front hides it at most.
fn title(document: &str) -> Option<&str> {
    let rest = document.trim_start();
    let rest = ["query", "mutation", "subscription"].iter().find_map(|kind| rest.strip_prefix(kind))?.trim_start();
    let end = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
    (end > 0).then(|| &rest[..end])
}
