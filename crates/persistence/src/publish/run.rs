//! Publishing in rounds, each a run of different entries.

use std::collections::HashSet;

use griot_domain::{EntryKind, Publication};
use sea_orm::sea_query::Expr;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, QuerySelect};

use super::held::{self, Held};
use super::holder::{Holders, holders_of};
use super::kill::kill;
use super::plan::plan;
use super::rows::Rows;
use super::state::State;
use super::{Act, Outcome};
use crate::bell::CHANNEL;
use crate::entity::journal_head;
use crate::{StoreError, StoreName};

/// Publications looked at together; a longer list goes through in several rounds of one transaction.
const RUN: usize = 512;

/// Publishes and moves the head of the journal; outcomes stand in the order given. In the public record what is published of
/// posts is published of the people who hold them too.
pub(super) async fn publish_in(
    tx: &DatabaseTransaction,
    store: StoreName,
    publications: &[Publication],
    act: &Act,
) -> Result<Vec<Outcome>, StoreError> {
    let first = take_head(tx).await?;
    let mut seq = first;
    let mut outcomes = Vec::with_capacity(publications.len());
    let mut rest = publications;
    let mut holders = (store == StoreName::Published).then(Holders::default);
    while !rest.is_empty() {
        let (run, later) = rest.split_at(run_length(rest, holders.as_ref()));
        rest = later;
        let post = run.last().filter(|last| holders.is_some() && is_of_post(last));
        // Once it is killed nothing tells whose it was.
        let before = match post {
            Some(post) => holders_of(tx, post.id).await?,
            None => Vec::new(),
        };
        let known = seq;
        seq = match run {
            [one] if one.kill().is_some() => {
                let (outcome, seq) = kill(tx, one, act, seq).await?;
                outcomes.push(outcome);
                seq
            }
            run => publish_run(tx, run, act, seq, &mut outcomes).await?,
        };
        if let Some(holders) = &mut holders {
            if let Some(post) = post {
                holders.note(tx, post.id, known, before).await?;
            }
            seq = holders.follow(tx, rest, act, seq).await?;
        }
    }
    if seq != first {
        journal_head::Entity::update_many().col_expr(journal_head::Column::Seq, Expr::value(seq)).exec(tx).await?;
        tell(tx).await?;
    }
    Ok(outcomes)
}

/// Rings the [`Bell`](crate::Bell) once what was published is committed. Only the public record has one.
async fn tell(tx: &DatabaseTransaction) -> Result<(), StoreError> {
    if tx.get_database_backend() == DbBackend::Postgres {
        tx.execute_unprepared(&format!("SELECT pg_notify('{CHANNEL}', '') WHERE current_schema() = 'published'"))
            .await?;
    }
    Ok(())
}

/// Publishes a run of different entries after `seq` and returns the last `seq` taken.
async fn publish_run(
    tx: &DatabaseTransaction,
    run: &[Publication],
    act: &Act,
    mut seq: i64,
    outcomes: &mut Vec<Outcome>,
) -> Result<i64, StoreError> {
    let mut state = State::load(tx, run).await?;
    let planned: Vec<_> = run.iter().map(|publication| plan(publication, act, &mut state)).collect();
    let mut held = held::load(tx, planned.iter().filter_map(|planned| planned.as_ref().ok()?.as_ref()), &state).await?;
    let mut rows = Rows::default();
    for planned in planned {
        outcomes.push(match planned {
            Err(refusal) => Outcome::Refused(refusal),
            Ok(None) => Outcome::Unchanged,
            Ok(Some(plan)) => {
                let (id, kind, is_new) = (plan.publication.id, plan.publication.kind, plan.is_new);
                let held = held.remove(&id.0).unwrap_or_else(|| Held::nothing(id, kind));
                seq = rows.add(plan, held, act, seq);
                if is_new { Outcome::Created { seq } } else { Outcome::Updated { seq } }
            }
        });
    }
    rows.write(tx).await?;
    Ok(seq)
}

fn is_of_post(publication: &Publication) -> bool {
    publication.kind == EntryKind::Appointment
}

/// How many publications from the front concern different entries, so that one reading of the state serves them. A
/// kill goes alone; and a post last, or whoever holds one and is waited for, where holders are told of.
fn run_length(publications: &[Publication], holders: Option<&Holders>) -> usize {
    let mut seen = HashSet::new();
    let kill = publications.iter().take(RUN).position(|publication| publication.kill().is_some());
    let publications = &publications[..kill.map_or(publications.len(), |kill| kill.max(1))];
    let is_last = |publication: &Publication| {
        holders.is_some_and(|holders| is_of_post(publication) || holders.awaits(publication.id))
    };
    let last = publications.iter().take(RUN).position(is_last);
    let publications = &publications[..last.map_or(publications.len(), |last| last + 1)];
    publications.iter().take(RUN).take_while(|publication| seen.insert(publication.id)).count()
}

/// The last `seq` given out. Until this transaction ends no other can read it to write: `seq` has no gaps and
/// follows the order of commits.
pub(super) async fn take_head(tx: &DatabaseTransaction) -> Result<i64, StoreError> {
    let head = journal_head::Entity::find().lock_exclusive().one(tx).await?;
    head.map(|row| row.seq).ok_or_else(|| StoreError::corrupt("journal_head", "its row is missing"))
}
