//! What changed since a place in the journal, each entry once.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, from_micros};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};

use super::PublishedStore;
use crate::StoreError;
use crate::entity::journal;

/// The last publication of an entry so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    /// Its number in the journal.
    pub seq: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
}

impl PublishedStore {
    /// The entries that were published, corrected, withdrawn or killed after `seq`, each at its last publication, in the
    /// order of these; of the kinds named, or of any when none is; at most `limit`.
    pub async fn changes_after(&self, seq: i64, kinds: &[EntryKind], limit: u64) -> Result<Vec<Change>, StoreError> {
        let changes = self.rows(&select(seq, kinds, limit)).await?.into_iter().map(|row| {
            let seq: i64 = row.get(0)?;
            let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("journal {seq}"), err);
            Ok(Change {
                seq,
                at: from_micros(row.get(1)?).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
                id: EntryId(row.get(2)?),
                kind: row.text(3)?.parse().map_err(|err| corrupt(&err))?,
            })
        });
        changes.collect()
    }

    /// How the database goes about [`Self::changes_after`], step by step in its own words. For tests, as
    /// [`Self::explain_page`].
    pub async fn explain_changes(&self, seq: i64, limit: u64) -> Result<Vec<String>, StoreError> {
        self.explain(&select(seq, &[], limit)).await
    }

    /// When the publication with this number was made; `None` when there is none.
    pub async fn published_at(&self, seq: i64) -> Result<Option<DateTime<Utc>>, StoreError> {
        let at = journal::Entity::find()
            .select_only()
            .column(journal::Column::At)
            .filter(journal::Column::Seq.eq(seq))
            .into_tuple::<i64>()
            .one(&self.db)
            .await?;
        Ok(at.and_then(from_micros))
    }
}

fn select(seq: i64, kinds: &[EntryKind], limit: u64) -> SelectStatement {
    let (this, later) = (Alias::new("this"), Alias::new("later"));
    let superseded = Query::select()
        .expr(Expr::val(1))
        .from_as(journal::Entity, later.clone())
        .and_where(
            Expr::col((later.clone(), journal::Column::EntryId)).equals((this.clone(), journal::Column::EntryId)),
        )
        .and_where(Expr::col((later, journal::Column::Seq)).gt(Expr::col((this.clone(), journal::Column::Seq))))
        .take();
    let column = |column| (this.clone(), column);
    let mut query = Query::select();
    query
        .columns(
            [journal::Column::Seq, journal::Column::At, journal::Column::EntryId, journal::Column::Kind].map(column),
        )
        .from_as(journal::Entity, this.clone())
        .and_where(Expr::col(column(journal::Column::Seq)).gt(seq))
        .and_where(Expr::exists(superseded).not())
        .order_by(column(journal::Column::Seq), Order::Asc)
        .limit(limit);
    if !kinds.is_empty() {
        let words = kinds.iter().map(|kind| kind.as_str());
        query.and_where(Expr::col(column(journal::Column::Kind)).is_in(words));
    }
    query
}
