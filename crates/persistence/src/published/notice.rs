//! What the public is told of entries that were taken back.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Moment, RetractionAct, Slug, View, from_micros, micros};
use sea_orm::sea_query::{CaseStatement, Cond, Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, JoinType, Order, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::PublishedStore;
use crate::StoreError;
use crate::entity::{notice, slug};
use crate::publish::parse_act;
use crate::statements::padded;

/// That an entry was taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Notice {
    pub id: EntryId,
    pub kind: EntryKind,
    pub act: RetractionAct,
    pub at: DateTime<Utc>,
    /// Why, for the public.
    pub reason: Option<String>,
    /// The entry that stands for a withdrawn one, to whose page its addresses lead.
    pub successor: Option<EntryId>,
}

impl PublishedStore {
    /// The notices that stand at `moment` for those of `ids` that have one: that of a withdrawal until the entry comes
    /// back, that of a kill at every moment. One statement.
    pub async fn notices(&self, moment: Moment, ids: &[EntryId]) -> Result<HashMap<EntryId, Notice>, StoreError> {
        standing_for(&self.db, moment, ids).await
    }

    /// Those of `ids` that were taken back at any time, whatever became of them since. One statement.
    pub async fn ever_taken_back(&self, ids: &[EntryId]) -> Result<BTreeSet<EntryId>, StoreError> {
        if ids.is_empty() {
            return Ok(BTreeSet::new());
        }
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let known: Vec<Uuid> = notice::Entity::find()
            .select_only()
            .column(notice::Column::EntryId)
            .distinct()
            .filter(notice::Column::EntryId.is_in(padded(&ids)))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(known.into_iter().map(EntryId).collect())
    }

    /// The notice of the entry that had the slug, when one stands at the moment of the view; in the languages asked
    /// for first, and of several the last to have it. One statement.
    pub async fn notice_by_slug(
        &self,
        view: &View,
        kind: EntryKind,
        name: &Slug,
    ) -> Result<Option<Notice>, StoreError> {
        let mut rank = CaseStatement::new();
        for (position, locale) in view.locales.locales.iter().map(Locale::as_str).enumerate() {
            rank = rank.case(Expr::col((slug::Entity, slug::Column::Locale)).eq(locale), Expr::value(position as i32));
        }
        let rank: Expr = rank.finally(Expr::value(i32::MAX)).into();
        let mut had = Cond::all();
        if let Moment::AsOf(at) = view.moment {
            // What was killed has no past that could be looked at.
            let killed = Expr::col((notice::Entity, notice::Column::Act)).eq(RetractionAct::Killed.as_str());
            let before = Expr::col((slug::Entity, slug::Column::LiveFrom)).lte(micros(at));
            had = had.add(Cond::any().add(killed).add(before));
        }
        let row = notice::Entity::find()
            .join(JoinType::InnerJoin, had_by())
            .filter(Expr::col((slug::Entity, slug::Column::Kind)).eq(kind.as_str()))
            .filter(Expr::col((slug::Entity, slug::Column::Slug)).eq(name.as_str()))
            .filter(standing(view.moment))
            .filter(had)
            .order_by(rank, Order::Asc)
            .order_by(Expr::col((slug::Entity, slug::Column::LiveFrom)), Order::Desc)
            .order_by(Expr::col((slug::Entity, slug::Column::Id)), Order::Desc)
            .limit(1)
            .one(&self.db)
            .await?;
        row.map(told).transpose()
    }
}

/// What [`PublishedStore::notices`] answers, read over any connection to the published store.
pub(crate) async fn standing_for(
    db: &impl ConnectionTrait,
    moment: Moment,
    ids: &[EntryId],
) -> Result<HashMap<EntryId, Notice>, StoreError> {
    let ids: Vec<_> = ids.iter().map(|id| id.0).collect();
    let rows = notice::Entity::find()
        .filter(notice::Column::EntryId.is_in(padded(&ids)))
        .filter(standing(moment))
        .all(db)
        .await?;
    rows.into_iter().map(|row| Ok((EntryId(row.entry_id), told(row)?))).collect()
}

/// From a notice to the slugs of its entry.
fn had_by() -> sea_orm::RelationDef {
    notice::Entity::belongs_to(slug::Entity).from(notice::Column::EntryId).to(slug::Column::EntryId).into()
}

/// The ids of all that was killed.
pub(super) fn killed() -> SelectStatement {
    Query::select()
        .column(notice::Column::EntryId)
        .from(notice::Entity)
        .and_where(Expr::col(notice::Column::Act).eq(RetractionAct::Killed.as_str()))
        .take()
}

pub(super) fn standing(moment: Moment) -> Cond {
    let until = || Expr::col((notice::Entity, notice::Column::Until));
    let Moment::AsOf(at) = moment else { return Cond::all().add(until().is_null()) };
    let at = micros(at);
    let holds = Cond::all()
        .add(Expr::col((notice::Entity, notice::Column::At)).lte(at))
        .add(Cond::any().add(until().is_null()).add(until().gt(at)));
    let killed = Expr::col((notice::Entity, notice::Column::Act)).eq(RetractionAct::Killed.as_str());
    Cond::any().add(killed).add(holds)
}

pub(super) fn told(row: notice::Model) -> Result<Notice, StoreError> {
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("notice {}", row.seq), err);
    Ok(Notice {
        id: EntryId(row.entry_id),
        kind: row.kind.parse().map_err(|err| corrupt(&err))?,
        act: parse_act(&row)?,
        at: from_micros(row.at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
        reason: row.reason,
        successor: row.successor.map(EntryId),
    })
}
