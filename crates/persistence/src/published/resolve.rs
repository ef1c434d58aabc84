//! From names and addresses to entries.

use std::collections::HashMap;

use griot_domain::{EntryId, EntryKind, ExternalId, Locale, Slug};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::PublishedStore;
use super::notice::killed;
use crate::StoreError;
use crate::entity::{external_id, old_path, slug};
use crate::statements::padded;

/// What an old address leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Found {
    pub id: EntryId,
    /// The language the address showed.
    pub locale: Option<Locale>,
}

impl PublishedStore {
    /// The entries of a kind that have, or last had, these slugs in whatever language; no killed one. One statement.
    pub async fn ids_by_slug(&self, kind: EntryKind, slugs: &[Slug]) -> Result<HashMap<Slug, EntryId>, StoreError> {
        if slugs.is_empty() {
            return Ok(HashMap::new());
        }
        let rows = slug::Entity::find()
            .filter(Expr::col(slug::Column::Kind).eq(kind.as_str()))
            .filter(slug::Column::Slug.is_in(slugs.iter().map(Slug::as_str)))
            .filter(slug::Column::EntryId.not_in_subquery(killed()))
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

    /// The identifiers of these entries in other systems, by scheme and value. One statement.
    pub async fn external_ids(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Vec<ExternalId>>, StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
        let rows = external_id::Entity::find()
            .filter(external_id::Column::EntryId.is_in(padded(&ids)))
            .filter(external_id::Column::EntryId.not_in_subquery(killed()))
            .order_by_asc(external_id::Column::Scheme)
            .order_by_asc(external_id::Column::Value)
            .all(&self.db)
            .await?;
        let mut known: HashMap<EntryId, Vec<ExternalId>> = HashMap::new();
        for row in rows {
            let one = ExternalId { scheme: row.scheme, value: row.value };
            known.entry(EntryId(row.entry_id)).or_default().push(one);
        }
        Ok(known)
    }

    /// What an address of the site before leads to: the first of `forms` that leads anywhere. One statement.
    pub async fn find_by_old_path(&self, forms: &[String]) -> Result<Option<Found>, StoreError> {
        let rows = old_path::Entity::find()
            .filter(old_path::Column::Path.is_in(forms.iter().map(String::as_str)))
            .all(&self.db)
            .await?;
        let row = forms.iter().find_map(|form| rows.iter().find(|row| row.path == *form));
        row.map(|row| {
            let locale = row.locale.as_deref().map(Locale::parse).transpose();
            let locale = locale.map_err(|err| StoreError::corrupt(format!("the old path {}", row.path), err))?;
            Ok(Found { id: EntryId(row.entry_id), locale })
        })
        .transpose()
    }
}
