//! Changes for everybody, as the journal tells them.

use griot_domain::{EntryId, EntryKind, TOLD_KINDS};
use griot_persistence::Change;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::changes::{Answered, Parameters, lost};
use super::line::{Line, Told};
use super::problem::Problem;
use crate::documents::{ItemKey, headings, languages};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::change::{Lost, encode, find};

/// What changed after the place of the request.
pub(super) async fn changes(parameters: &Parameters, loads: &Loads) -> Result<Answered, Problem> {
    let seq = place(parameters, loads).await?;
    let limit = parameters.limit();
    let mut found = loads.store.changes_after(seq, &TOLD_KINDS, limit + 1).await?;
    let has_more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let token = match (found.last(), parameters.since()) {
        (Some(last), _) => encode(last.seq, last.at),
        (None, Some(given)) => given.to_owned(),
        (None, None) => encode(0, chrono::DateTime::UNIX_EPOCH),
    };
    let head = found.last().map_or(seq, |last| last.seq);
    let changes = told(&found, loads).await?;
    Ok(Answered { changes, embargoed: None, token, has_more, head })
}

async fn place(parameters: &Parameters, loads: &Loads) -> Result<i64, Problem> {
    let Some(since) = parameters.since() else { return Ok(0) };
    find(loads, since).await?.map_err(|why| match why {
        Lost::Foreign => Problem::bad("`since` is not a token of this feed: pass one back as it was given"),
        Lost::OfPartner => Problem::bad(
            "`since` is of the products of a partner: send the key of that partner, or begin with `snapshot=true`",
        ),
        Lost::OtherRecord => {
            lost("other-record", "`since` is of another record, or of a later state of this one", loads)
        }
    })
}

/// One line for each language of each entry. Pictures are told with what shows them, until they are taken back.
async fn told(changes: &[Change], loads: &Loads) -> Result<Vec<Line>, Problem> {
    let pictures: Vec<EntryId> =
        changes.iter().filter(|change| change.kind == EntryKind::Asset).map(|change| change.id).collect();
    let taken_back = loads.store.ever_taken_back(&pictures).await?;
    let is_told = |change: &&Change| change.kind != EntryKind::Asset || taken_back.contains(&change.id);
    let changes: Vec<&Change> = changes.iter().filter(is_told).collect();
    let ids: Vec<EntryId> = changes.iter().map(|change| change.id).collect();
    let languages = languages(&ids, loads).await?;
    let keys: Vec<(i64, ItemKey)> = changes
        .iter()
        .flat_map(|change| {
            let locales = languages.get(&change.id).into_iter().flatten();
            locales.map(|locale| (change.seq, (change.id, locale.clone())))
        })
        .collect();
    let items: Vec<ItemKey> = keys.iter().map(|(_, key)| key.clone()).collect();
    let headings = headings(&items, loads).await?;
    let lines = keys.iter().zip(headings);
    Ok(lines
        .filter_map(|((seq, _), heading)| Some(Line { number: *seq, seq: *seq, told: Told::of(heading?, true, false) }))
        .collect())
}

/// Returns when something has changed after the place of the request, at `until` at the latest.
pub(super) async fn wait(
    parameters: &Parameters,
    loads: &Loads,
    mut heard: watch::Receiver<Option<i64>>,
    until: Instant,
) {
    // What is wrong with the place is told by whoever answers.
    let Ok(seq) = place(parameters, loads).await else { return };
    loop {
        // Nobody is told of what this gateway has not dealt with yet.
        let reached = heard.borrow_and_update().unwrap_or_default();
        match loads.store.changes_after(seq, &TOLD_KINDS, 1).await {
            Ok(found) if found.iter().all(|change| change.seq > reached) => {}
            Ok(_) | Err(_) => return,
        }
        if !matches!(timeout_at(until, heard.changed()).await, Ok(Ok(()))) {
            return;
        }
    }
}
