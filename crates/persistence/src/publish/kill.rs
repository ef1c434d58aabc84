//! Killing an entry: every text of it leaves the store, its addresses stay.

use std::collections::{BTreeMap, BTreeSet};

use griot_domain::{Entry, EntryKind, LinkRole, Locale, Publication, Retraction, micros};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::plan::{check_kind, check_names};
use super::publisher::parse_entry;
use super::rows::{insert, journal_of, notice_of};
use super::state::{EntryState, State};
use super::{Act, Outcome, Refusal};
use crate::StoreError;
use crate::entity::{edition, entry, entry_version, external_id, journal, link, naming, notice, old_path, slug};

/// Kills the entry of `publication` after `seq`; answers what became of it and the last `seq` taken. An entry the
/// record does not know is killed too: it can never come in.
pub(super) async fn kill(
    tx: &DatabaseTransaction,
    publication: &Publication,
    act: &Act,
    seq: i64,
) -> Result<(Outcome, i64), StoreError> {
    let Some(retraction) = publication.kill() else { return Ok((Outcome::Unchanged, seq)) };
    let state = State::load(tx, std::slice::from_ref(publication)).await?;
    let empty = EntryState::default();
    let known = state.entries.get(&publication.id.0).unwrap_or(&empty);
    if let Err(refusal) = check(publication, known, &state) {
        return Ok((Outcome::Refused(refusal), seq));
    }
    if known.killed_at().is_some() {
        return Ok((Outcome::Unchanged, seq));
    }
    let seq = seq + 1;
    let id = publication.id;
    let files = stored_files(tx, publication).await?;
    remove_texts(tx, id.0).await?;
    keep_slugs(tx, publication, retraction).await?;
    keep_names(tx, publication, &state, seq).await?;
    // Of its past only this is told.
    notice::Entity::delete_many().filter(Expr::col(notice::Column::EntryId).eq(id.0)).exec(tx).await?;
    let at = micros(publication.live_from);
    if known.kind.is_none() {
        let row = entry::ActiveModel { id: Set(id.0), kind: Set(publication.kind.as_str().to_owned()) };
        insert::<entry::Entity, _>(tx, vec![row]).await?;
    }
    insert::<journal::Entity, _>(tx, vec![journal_of(publication, &BTreeSet::new(), at, act, seq)]).await?;
    let told = notice::ActiveModel { files: Set(files), ..notice_of(publication, retraction, at, seq) };
    insert::<notice::Entity, _>(tx, vec![told]).await?;
    let outcome = if known.kind.is_none() { Outcome::Created { seq } } else { Outcome::Updated { seq } };
    Ok((outcome, seq))
}

fn check(publication: &Publication, known: &EntryState, state: &State) -> Result<(), Refusal> {
    check_kind(publication, known)?;
    check_names(publication, state)
}

/// The files an asset ever had in the media folder, as a JSON array; `None` when there is none.
async fn stored_files(tx: &DatabaseTransaction, publication: &Publication) -> Result<Option<String>, StoreError> {
    if publication.kind != EntryKind::Asset {
        return Ok(None);
    }
    let id = publication.id.0;
    let rows = entry_version::Entity::find().filter(Expr::col(entry_version::Column::EntryId).eq(id)).all(tx).await?;
    let mut files = BTreeSet::new();
    for row in rows {
        if let Entry::Asset(asset) = parse_entry(EntryKind::Asset, &row.content, id)? {
            files.extend(asset.file.stored);
        }
    }
    Ok((!files.is_empty()).then(|| serde_json::to_string(&files).expect("a list of strings")))
}

/// Removes every row that holds a word of the entry.
async fn remove_texts(tx: &DatabaseTransaction, id: Uuid) -> Result<(), StoreError> {
    entry_version::Entity::delete_many().filter(Expr::col(entry_version::Column::EntryId).eq(id)).exec(tx).await?;
    edition::Entity::delete_many().filter(Expr::col(edition::Column::EntryId).eq(id)).exec(tx).await?;
    naming::Entity::delete_many().filter(Expr::col(naming::Column::EntryId).eq(id)).exec(tx).await?;
    let of_entry = Expr::col(link::Column::SourceId).eq(id);
    let is_shown = link::Column::Role.eq(LinkRole::Asset.as_str());
    link::Entity::delete_many().filter(of_entry.clone()).filter(is_shown.clone().not()).exec(tx).await?;
    // Which pictures it showed stays known, at no moment: whoever had it has to hear when one of these is killed later.
    link::Entity::update_many()
        .col_expr(link::Column::LiveTo, Expr::col(link::Column::LiveFrom))
        .filter(of_entry)
        .filter(is_shown)
        .exec(tx)
        .await?;
    Ok(())
}

/// Makes every slug the entry ever had, and those given, its own for ever; not those that are another's by now.
async fn keep_slugs(
    tx: &DatabaseTransaction,
    publication: &Publication,
    retraction: &Retraction,
) -> Result<(), StoreError> {
    let (id, kind) = (publication.id.0, publication.kind.as_str());
    let held = slug::Entity::find().filter(Expr::col(slug::Column::EntryId).eq(id)).all(tx).await?;
    let mut since: BTreeMap<(String, String), i64> = BTreeMap::new();
    for row in held {
        let first = since.entry((row.locale, row.slug)).or_insert(row.live_from);
        *first = Ord::min(*first, row.live_from);
    }
    for (locale, slugs) in &retraction.slugs {
        for slug in slugs {
            let name = (locale.to_string(), slug.as_str().to_owned());
            since.entry(name).or_insert(micros(publication.live_from));
        }
    }
    slug::Entity::delete_many().filter(Expr::col(slug::Column::EntryId).eq(id)).exec(tx).await?;
    let mut kept = Vec::new();
    for ((locale, name), live_from) in since {
        let holder = slug::Entity::find()
            .filter(Expr::col(slug::Column::Kind).eq(kind))
            .filter(Expr::col(slug::Column::Locale).eq(locale.as_str()))
            .filter(Expr::col(slug::Column::Slug).eq(name.as_str()))
            .filter(slug::Column::LiveTo.is_null())
            .one(tx)
            .await?;
        if holder.is_none() {
            kept.push(slug::ActiveModel {
                id: NotSet,
                kind: Set(kind.to_owned()),
                locale: Set(locale),
                slug: Set(name),
                entry_id: Set(id),
                live_from: Set(live_from),
                live_to: Set(None),
            });
        }
    }
    Ok(insert::<slug::Entity, _>(tx, kept).await?)
}

/// Moves the entry's other names to the kill, whose record in the journal is all that is left to tell of them.
async fn keep_names(
    tx: &DatabaseTransaction,
    publication: &Publication,
    state: &State,
    seq: i64,
) -> Result<(), StoreError> {
    let id = publication.id.0;
    external_id::Entity::update_many()
        .col_expr(external_id::Column::Seq, Expr::value(seq))
        .filter(Expr::col(external_id::Column::EntryId).eq(id))
        .exec(tx)
        .await?;
    old_path::Entity::update_many()
        .col_expr(old_path::Column::Seq, Expr::value(seq))
        .filter(Expr::col(old_path::Column::EntryId).eq(id))
        .exec(tx)
        .await?;
    let external: BTreeSet<(String, String)> =
        publication.external_ids.iter().map(|one| (one.scheme.clone(), one.value.clone())).collect();
    let fresh = external.into_iter().filter(|name| !state.external_ids.contains_key(name));
    let rows = fresh.map(|(scheme, value)| external_id::ActiveModel {
        scheme: Set(scheme),
        value: Set(value),
        entry_id: Set(id),
        seq: Set(seq),
        merged_from: Set(None),
    });
    insert::<external_id::Entity, _>(tx, rows.collect()).await?;
    let mut paths: BTreeMap<String, Option<String>> = BTreeMap::new();
    for old in publication.old_paths.iter().filter(|old| !state.old_paths.contains_key(&old.path)) {
        paths.entry(old.path.clone()).or_insert(old.locale.as_ref().map(Locale::to_string));
    }
    let rows = paths.into_iter().map(|(path, locale)| old_path::ActiveModel {
        path: Set(path),
        entry_id: Set(id),
        locale: Set(locale),
        seq: Set(seq),
    });
    insert::<old_path::Entity, _>(tx, rows.collect()).await?;
    Ok(())
}
