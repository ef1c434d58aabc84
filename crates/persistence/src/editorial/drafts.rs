//! Drafts and their revisions.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use griot_domain::{Draft, Edition, EntryId, EntryKind, ExternalId, Locale, OldPath, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::OnConflict,
};

use super::{EditorialStore, EditorialTx};
use crate::entity::{draft, edition, entry_version, external_id, old_path, revision};
use crate::publish::{free_external_ids, mark_merged, parse_edition, parse_entry, parse_kind, parse_locale};
use crate::{Act, Outcome, Refusal, StoreError};

/// How far a draft has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftState {
    /// It is being written.
    Writing,
    /// It waits for an approval.
    Submitted,
    /// It may be published.
    Approved,
    /// All of it is published.
    Published,
}

impl DraftState {
    #[allow(missing_docs)]
    pub const ALL: [Self; 4] = [Self::Writing, Self::Submitted, Self::Approved, Self::Published];

    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Writing => "writing",
            Self::Submitted => "submitted",
            Self::Approved => "approved",
            Self::Published => "published",
        }
    }
}

/// The working state of an entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Drafted {
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// 0 for an entry that is published and was never edited here.
    pub revision: i64,
    #[allow(missing_docs)]
    pub state: DraftState,
    /// Id of the principal who changed its content last; empty at revision 0.
    pub edited_by: String,
    /// Ids of all who changed its content since it was approved or published last.
    pub writers: BTreeSet<String>,
    /// Id of the principal who approved this revision.
    pub approved_by: Option<String>,
    #[allow(missing_docs)]
    pub updated_at: DateTime<Utc>,
    #[allow(missing_docs)]
    pub is_archived: bool,
    #[allow(missing_docs)]
    pub content: Draft,
}

/// One state a draft was in.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// From 1; 0 is the published state the first edit began with.
    pub number: i64,
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
    /// Id of the principal.
    pub author: String,
    /// The act it was made by, such as `edit`.
    pub verb: String,
    /// The author's note.
    pub note: Option<String>,
    #[allow(missing_docs)]
    pub content: Draft,
}

/// How a revision is made.
#[derive(Clone, Copy, Debug)]
#[allow(missing_docs)]
pub struct Saving<'a> {
    pub author: &'a str,
    /// The act, such as `edit`.
    pub verb: &'a str,
    pub note: Option<&'a str>,
    pub at: DateTime<Utc>,
}

/// Which drafts to list.
#[derive(Clone, Debug, Default)]
pub struct DraftFilter {
    /// Any of these; all kinds when empty.
    pub kinds: Vec<EntryKind>,
    /// Any of these; all states when empty.
    pub states: Vec<DraftState>,
    /// Archived ones instead of the others.
    pub archived: bool,
}

impl EditorialTx<'_> {
    /// The working state of an entry; what is published when it was never edited here.
    pub async fn draft(&self, id: EntryId) -> Result<Option<Drafted>, StoreError> {
        if let Some(known) = drafted(&self.tx.tx, id).await? {
            return Ok(Some(known));
        }
        match self.published() {
            Some(public) => live(&public.tx, id).await,
            None => live(&self.store.published.db, id).await,
        }
    }

    /// Saves a new revision of a draft whose last state is `known`, and returns its number. It is being written
    /// again, whatever was approved. Refused when a slug, an address or an external id belongs to another entry.
    pub async fn save(
        &mut self,
        id: EntryId,
        known: Option<&Drafted>,
        content: &Draft,
        saving: Saving<'_>,
    ) -> Result<Result<i64, Refusal>, StoreError> {
        // Two revisions never bear one instant.
        let first = known.map(|known| micros(known.updated_at) + 1).unwrap_or_default();
        let at = from_micros(micros(saving.at).max(first)).unwrap_or(saving.at);
        let mut publication = content.publication(id, None, at);
        let dropped = known.into_iter().flat_map(|known| known.content.editions.keys());
        let dropped = dropped.filter(|locale| !content.editions.contains_key(locale));
        publication.withdrawn = dropped.cloned().collect();
        let is_first = known.is_none_or(|known| known.revision == 0);
        if is_first {
            publication.withdrawn.clear();
        }
        let act = Act { origin: saving.verb.to_owned(), at };
        if let Some(Outcome::Refused(refusal)) = self.tx.publish(&[publication], &act).await?.pop() {
            return Ok(Err(refusal));
        }
        if let Some(known) = known.filter(|_| is_first) {
            let imported = Saving { author: "", verb: "record", note: None, at: known.updated_at };
            self.write_revision(id, 0, &known.content, imported).await?;
        }
        let number = known.map_or(0, |known| known.revision) + 1;
        self.write_revision(id, number, content, Saving { at, ..saving }).await?;
        let (edited_by, writers) = written_by(known, content, saving.author);
        let row = draft::ActiveModel {
            entry_id: Set(id.0),
            kind: Set(content.kind().as_str().to_owned()),
            revision: Set(number),
            state: Set(DraftState::Writing.as_str().to_owned()),
            title: Set(content.title().to_owned()),
            edited_by: Set(edited_by),
            writers: Set(Some(listed(&writers))),
            approved_by: Set(None),
            updated_at: Set(micros(at)),
            is_archived: Set(0),
        };
        let all = [
            draft::Column::Revision,
            draft::Column::State,
            draft::Column::Title,
            draft::Column::EditedBy,
            draft::Column::Writers,
            draft::Column::ApprovedBy,
            draft::Column::UpdatedAt,
            draft::Column::IsArchived,
        ];
        draft::Entity::insert(row)
            .on_conflict(OnConflict::column(draft::Column::EntryId).update_columns(all).to_owned())
            .exec_without_returning(&self.tx.tx)
            .await?;
        Ok(Ok(number))
    }

    /// Moves a saved draft on, or back.
    pub async fn set_state(&self, id: EntryId, state: DraftState, approved_by: Option<&str>) -> Result<(), StoreError> {
        draft::Entity::update_many()
            .col_expr(draft::Column::State, Expr::value(state.as_str()))
            .col_expr(draft::Column::ApprovedBy, Expr::value(approved_by.map(str::to_owned)))
            .filter(draft::Column::EntryId.eq(id.0))
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }

    /// What is live of an entry in public, `None` when nothing is.
    pub async fn public_state(&self, id: EntryId) -> Result<Option<Draft>, StoreError> {
        let live = match self.published() {
            Some(public) => live(&public.tx, id).await?,
            None => live(&self.store.published.db, id).await?,
        };
        Ok(live.map(|live| live.content))
    }

    /// Lets a draft stand as it did as `before`, after a revision that only led references elsewhere: whose work it is
    /// stays, and what was approved waits for an approval again.
    pub async fn keep_standing(&self, before: &Drafted) -> Result<(), StoreError> {
        let state = if before.state == DraftState::Approved { DraftState::Submitted } else { before.state };
        let approved_by = before.approved_by.clone().filter(|_| state == DraftState::Published);
        draft::Entity::update_many()
            .col_expr(draft::Column::State, Expr::value(state.as_str()))
            .col_expr(draft::Column::ApprovedBy, Expr::value(approved_by))
            .col_expr(draft::Column::EditedBy, Expr::value(before.edited_by.as_str()))
            .col_expr(draft::Column::Writers, Expr::value(listed(&before.writers)))
            .col_expr(draft::Column::IsArchived, Expr::value(i64::from(before.is_archived)))
            .filter(draft::Column::EntryId.eq(before.id.0))
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }

    /// Takes the external ids from a draft, so that another can have them.
    pub async fn free_external_ids(&self, id: EntryId) -> Result<(), StoreError> {
        Ok(free_external_ids(&self.tx.tx, id).await?)
    }

    /// Marks external ids of the draft `to` as those of `from`, which was made one with it.
    pub async fn mark_merged(&self, from: EntryId, to: EntryId, external_ids: &[ExternalId]) -> Result<(), StoreError> {
        Ok(mark_merged(&self.tx.tx, (from, to), external_ids).await?)
    }

    /// Takes a saved draft out of lists, or back into them.
    pub async fn set_archived(&self, id: EntryId, is_archived: bool) -> Result<(), StoreError> {
        draft::Entity::update_many()
            .col_expr(draft::Column::IsArchived, Expr::value(i64::from(is_archived)))
            .filter(draft::Column::EntryId.eq(id.0))
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }

    /// One revision.
    pub async fn revision(&self, id: EntryId, number: i64) -> Result<Option<Revision>, StoreError> {
        let row = revision::Entity::find_by_id((id.0, number)).one(&self.tx.tx).await?;
        row.map(read_revision).transpose()
    }

    async fn write_revision(
        &self,
        id: EntryId,
        number: i64,
        content: &Draft,
        saving: Saving<'_>,
    ) -> Result<(), StoreError> {
        let row = revision::ActiveModel::from(revision::Model {
            entry_id: id.0,
            number,
            at: micros(saving.at),
            author: saving.author.to_owned(),
            verb: saving.verb.to_owned(),
            note: saving.note.map(str::to_owned),
            content: content.to_value().to_string(),
        });
        revision::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        Ok(())
    }
}

impl EditorialStore {
    /// The working state of an entry, as [`EditorialTx::draft`] reads it.
    pub async fn draft(&self, id: EntryId) -> Result<Option<Drafted>, StoreError> {
        match drafted(&self.reading.editorial, id).await? {
            Some(known) => Ok(Some(known)),
            None => live(&self.reading.published, id).await,
        }
    }

    /// Saved drafts, the last changed first, after the one at `after`, at most `limit`.
    pub async fn drafts(
        &self,
        filter: &DraftFilter,
        after: Option<(DateTime<Utc>, EntryId)>,
        limit: u64,
    ) -> Result<Vec<Drafted>, StoreError> {
        let mut wanted = Condition::all().add(draft::Column::IsArchived.eq(i64::from(filter.archived)));
        if !filter.kinds.is_empty() {
            wanted = wanted.add(draft::Column::Kind.is_in(filter.kinds.iter().map(|kind| kind.as_str())));
        }
        if !filter.states.is_empty() {
            wanted = wanted.add(draft::Column::State.is_in(filter.states.iter().map(|state| state.as_str())));
        }
        if let Some((at, id)) = after {
            let at = micros(at);
            let tie = Condition::all().add(draft::Column::UpdatedAt.eq(at)).add(draft::Column::EntryId.lt(id.0));
            wanted = wanted.add(Condition::any().add(draft::Column::UpdatedAt.lt(at)).add(tie));
        }
        let rows = draft::Entity::find()
            .filter(wanted)
            .order_by_desc(draft::Column::UpdatedAt)
            .order_by_desc(draft::Column::EntryId)
            .limit(limit)
            .all(&self.reading.editorial)
            .await?;
        let mut drafts = Vec::with_capacity(rows.len());
        for row in rows {
            drafts.push(with_content(&self.reading.editorial, row).await?);
        }
        Ok(drafts)
    }

    /// Revisions with a number below `before`, newest first, at most `limit`.
    pub async fn revisions(&self, id: EntryId, before: Option<i64>, limit: u64) -> Result<Vec<Revision>, StoreError> {
        let mut query = revision::Entity::find().filter(revision::Column::EntryId.eq(id.0));
        if let Some(before) = before {
            query = query.filter(revision::Column::Number.lt(before));
        }
        let rows = query.order_by_desc(revision::Column::Number).limit(limit).all(&self.reading.editorial).await?;
        rows.into_iter().map(read_revision).collect()
    }

    /// One revision.
    pub async fn revision(&self, id: EntryId, number: i64) -> Result<Option<Revision>, StoreError> {
        let row = revision::Entity::find_by_id((id.0, number)).one(&self.reading.editorial).await?;
        row.map(read_revision).transpose()
    }
}

async fn drafted(db: &impl ConnectionTrait, id: EntryId) -> Result<Option<Drafted>, StoreError> {
    match draft::Entity::find_by_id(id.0).one(db).await? {
        Some(row) => with_content(db, row).await.map(Some),
        None => Ok(None),
    }
}

async fn with_content(db: &impl ConnectionTrait, row: draft::Model) -> Result<Drafted, StoreError> {
    let corrupt = |why: &str| StoreError::corrupt(format!("draft {}", row.entry_id), why);
    let last = revision::Entity::find_by_id((row.entry_id, row.revision)).one(db).await?;
    let last = read_revision(last.ok_or_else(|| corrupt("its revision is missing"))?)?;
    let state = DraftState::ALL.into_iter().find(|state| state.as_str() == row.state);
    Ok(Drafted {
        id: EntryId(row.entry_id),
        kind: parse_kind(&row.kind, row.entry_id)?,
        revision: row.revision,
        state: state.ok_or_else(|| corrupt("an unknown state"))?,
        updated_at: from_micros(row.updated_at).ok_or_else(|| corrupt("a date outside the calendar"))?,
        writers: match &row.writers {
            Some(listed) => serde_json::from_str(listed).map_err(|_| corrupt("its writers are no list"))?,
            None => BTreeSet::from([row.edited_by.clone()]),
        },
        edited_by: row.edited_by,
        approved_by: row.approved_by,
        is_archived: row.is_archived != 0,
        content: last.content,
    })
}

/// Who changed the content last, and all who did since it was approved or published, once `author` has saved `content`.
/// A revision that changes nothing, such as one that gives a draft back, is nobody's work.
fn written_by(known: Option<&Drafted>, content: &Draft, author: &str) -> (String, BTreeSet<String>) {
    let alone = || (author.to_owned(), BTreeSet::from([author.to_owned()]));
    let Some(known) = known else { return alone() };
    if known.content == *content {
        return (known.edited_by.clone(), known.writers.clone());
    }
    if matches!(known.state, DraftState::Approved | DraftState::Published) {
        return alone();
    }
    let mut writers = known.writers.clone();
    writers.insert(author.to_owned());
    (author.to_owned(), writers)
}

fn listed(writers: &BTreeSet<String>) -> String {
    serde_json::to_string(writers).expect("texts can be written as JSON")
}

fn read_revision(row: revision::Model) -> Result<Revision, StoreError> {
    let corrupt =
        |why: &dyn std::fmt::Display| StoreError::corrupt(format!("revision {} of {}", row.number, row.entry_id), why);
    let content = serde_json::from_str(&row.content).map_err(|err| corrupt(&err))?;
    Ok(Revision {
        number: row.number,
        at: from_micros(row.at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
        content: Draft::from_value(content).map_err(|err| corrupt(&err))?,
        author: row.author,
        verb: row.verb,
        note: row.note,
    })
}

/// What is live of an entry, as the first draft of it.
async fn live(db: &impl ConnectionTrait, id: EntryId) -> Result<Option<Drafted>, StoreError> {
    let version = entry_version::Entity::find()
        .filter(entry_version::Column::EntryId.eq(id.0))
        .filter(entry_version::Column::LiveTo.is_null())
        .one(db)
        .await?;
    let Some(version) = version else { return Ok(None) };
    let kind = parse_kind(&version.kind, id.0)?;
    let rows = edition::Entity::find()
        .filter(edition::Column::EntryId.eq(id.0))
        .filter(edition::Column::LiveTo.is_null())
        .all(db)
        .await?;
    let mut updated_at = version.live_from;
    let mut editions: BTreeMap<Locale, Edition> = BTreeMap::new();
    for row in &rows {
        updated_at = updated_at.max(row.live_from);
        editions.insert(parse_locale(&row.locale, id.0)?, parse_edition(kind, row)?);
    }
    let external = external_id::Entity::find().filter(external_id::Column::EntryId.eq(id.0)).all(db).await?;
    let paths = old_path::Entity::find().filter(old_path::Column::EntryId.eq(id.0)).all(db).await?;
    let mut external_ids: Vec<ExternalId> =
        external.into_iter().map(|row| ExternalId { scheme: row.scheme, value: row.value }).collect();
    external_ids.sort();
    let mut old_paths = Vec::with_capacity(paths.len());
    for row in paths {
        let locale = row.locale.as_deref().map(|tag| parse_locale(tag, id.0)).transpose()?;
        old_paths.push(OldPath { path: row.path, locale });
    }
    old_paths.sort();
    Ok(Some(Drafted {
        id,
        kind,
        revision: 0,
        state: DraftState::Published,
        edited_by: String::new(),
        writers: BTreeSet::new(),
        approved_by: None,
        updated_at: from_micros(updated_at)
            .ok_or_else(|| StoreError::corrupt(format!("entry {id}"), "a date outside the calendar"))?,
        is_archived: false,
        content: Draft { entry: parse_entry(kind, &version.content, id.0)?, editions, external_ids, old_paths },
    }))
}
