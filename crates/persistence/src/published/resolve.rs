//! From names and addresses to entries.

use std::collections::HashMap;

use griot_domain::{EntryId, EntryKind, Locale, Slug};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::PublishedStore;
use crate::StoreError;
use crate::entity::{old_path, slug};

/// What an old address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Found {
    pub id: EntryId,
    /// The language the address showed.
    pub locale: Option<Locale>,
}

impl PublishedStore {
    /// The entries of a kind that have, or last had, these slugs in whatever language. One statement.
    pub async fn ids_by_slug(&self, kind: EntryKind, slugs: &[Slug]) -> Result<HashMap<Slug, EntryId>, StoreError> {
        if slugs.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = slug::Entity::find()
            .filter(Expr::col(slug::Column::Kind).eq(kind.as_str()))
            .filter(slug::Column::Slug.is_in(slugs.iter().map(Slug::as_str)))
            .order_by_asc(slug::Column::LiveFrom)
            .all(&self.db)
            .await?;
        let mut found = HashMap::new();
        // Later rows win, and of those the live ones.
        for is_live in [false, true] {
            for row in rows.iter().filter(|row| row.live_to.is_none() == is_live) {
                let name =
                    Slug::parse(&row.slug).map_err(|err| StoreError::corrupt(format!("slug {}", row.id), err))?;
                found.insert(name, EntryId(row.entry_id));
            }
        }
        Ok(found)
    }

    /// What an address of the site before leads to. `path` is in normal form. One statement.
    pub async fn find_by_old_path(&self, path: &str) -> Result<Option<Found>, StoreError> {
        let row = old_path::Entity::find_by_id(path.to_owned()).one(&self.db).await?;
        row.map(|row| {
            let locale = row.locale.as_deref().map(Locale::parse).transpose();
            let locale = locale.map_err(|err| StoreError::corrupt(format!("the old path {}", row.path), err))?;
            Ok(Found { id: EntryId(row.entry_id), locale })
        })
        .transpose()
    }
}
