//! Which files of the media folder may be served.

use griot_domain::{EntryId, RetractionAct};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, JoinType, Query, UnionType};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::PublishedStore;
use super::sql::col;
use crate::StoreError;
use crate::entity::{entry_version, notice};

/// What is known of a file kept here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileState {
    /// An asset has it, or had it in a version that is still told of.
    Shown,
    /// The asset that had it was taken back, and has not come back.
    Withdrawn,
    /// It went with a killed asset.
    Killed,
    /// Nothing: there is no such file, or what has it is not for whoever reads this store.
    Unknown,
}

impl PublishedStore {
    /// What is known of the file with this name. One statement, to the rows of the name by an index.
    pub async fn file_state(&self, name: &str) -> Result<FileState, StoreError> {
        let version = || Alias::new("v");
        let told = || Alias::new("n");
        let mut query = Query::select();
        query
            .expr_as(Expr::val(false), Alias::new("went"))
            .expr_as(col("n", notice::Column::Act), Alias::new("act"))
            .from_as(entry_version::Entity, version())
            .join_as(
                JoinType::LeftJoin,
                notice::Entity,
                told(),
                col("n", notice::Column::EntryId)
                    .equals((version(), entry_version::Column::EntryId))
                    .and(col("n", notice::Column::Until).is_null()),
            )
            .and_where(col("v", entry_version::Column::File).eq(name));
        let mut went = Query::select();
        went.expr(Expr::val(true))
            .expr(Expr::col(notice::Column::Act))
            .from(notice::Entity)
            .and_where(Expr::col(notice::Column::Files).is_not_null())
            // A name is made of letters, digits and a point, so it holds no wildcard.
            .and_where(Expr::col(notice::Column::Files).like(format!("%\"{name}\"%")));
        query.union(UnionType::All, went);
        let mut state = FileState::Unknown;
        for row in self.rows(&query).await? {
            let went: bool = row.get(0)?;
            let act: Option<String> = row.get(1)?;
            if went || act.as_deref() == Some(RetractionAct::Killed.as_str()) {
                return Ok(FileState::Killed);
            }
            state = match act {
                None => FileState::Shown,
                Some(_) if state == FileState::Unknown => FileState::Withdrawn,
                Some(_) => state,
            };
        }
        Ok(state)
    }

    /// The assets that have the file with this name in any version, which are those whose publication may end its being
    /// served. One statement, to the rows of the name by an index.
    pub async fn file_holders(&self, name: &str) -> Result<Vec<EntryId>, StoreError> {
        let ids: Vec<uuid::Uuid> = entry_version::Entity::find()
            .select_only()
            .column(entry_version::Column::EntryId)
            .distinct()
            .filter(entry_version::Column::File.eq(name))
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(ids.into_iter().map(EntryId).collect())
    }

    /// Files of assets that are public now, with the asset that has each, in the order of names; those after `after`, at
    /// most `limit`.
    pub async fn public_files(&self, after: &str, limit: u64) -> Result<Vec<(String, EntryId)>, StoreError> {
        let rows: Vec<(String, uuid::Uuid)> = entry_version::Entity::find()
            .select_only()
            .columns([entry_version::Column::File, entry_version::Column::EntryId])
            .filter(entry_version::Column::File.gt(after))
            .filter(entry_version::Column::LiveTo.is_null())
            .order_by_asc(entry_version::Column::File)
            .order_by_asc(entry_version::Column::EntryId)
            .limit(limit)
            .into_tuple()
            .all(&self.db)
            .await?;
        Ok(rows.into_iter().map(|(file, id)| (file, EntryId(id))).collect())
    }
}
