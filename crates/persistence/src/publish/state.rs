//! What the record holds of the entries about to be published.

use std::collections::{BTreeSet, HashMap};

use griot_domain::{EntryKind, Locale, Publication, RetractionAct};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::StoreError;
use crate::entity::{edition, entry, entry_version, external_id, notice, old_path, slug};
use crate::statements::padded;

/// Names asked for in one statement.
const CHUNK: usize = 512;

/// Row id, entry, locale, position, digest, interval, slug.
type EditionRow = (i64, Uuid, String, i64, String, i64, Option<i64>, Option<String>);

/// The present state of one entry.
#[derive(Debug, Default)]
pub(super) struct EntryState {
    pub kind: Option<EntryKind>,
    /// Every version of the neutral part, oldest first.
    pub versions: Vec<Version>,
    /// Every version of each edition by locale, oldest first.
    pub editions: HashMap<String, Vec<Version>>,
    /// What the public was told of its retractions.
    pub notices: Vec<notice::Model>,
}

impl EntryState {
    /// The versions of the edition in `locale`, oldest first.
    pub fn editions_in(&self, locale: &Locale) -> &[Version] {
        self.editions.get(locale.as_str()).map_or(&[][..], Vec::as_slice)
    }

    /// The live version of each edition.
    pub fn live_editions(&self) -> impl Iterator<Item = (&str, &Version)> {
        let live = |versions: &'_ [Version]| versions.iter().position(|version| version.live_to.is_none());
        self.editions.iter().filter_map(move |(locale, versions)| Some((locale.as_str(), &versions[live(versions)?])))
    }

    /// When it was killed.
    pub fn killed_at(&self) -> Option<i64> {
        self.notices.iter().find(|notice| notice.act == RetractionAct::Killed.as_str()).map(|notice| notice.at)
    }

    /// The `seq` of the notice that ends when the entry comes back.
    pub fn open_notice(&self) -> Option<i64> {
        self.notices.iter().find(|notice| notice.until.is_none()).map(|notice| notice.seq)
    }
}

/// What matters of one version.
#[derive(Debug)]
pub(super) struct Version {
    pub row: i64,
    pub digest: String,
    pub live_from: i64,
    pub live_to: Option<i64>,
    pub slug: Option<String>,
    pub position: i64,
}

/// The state a run of publications is checked against.
#[derive(Debug, Default)]
pub(super) struct State {
    pub entries: HashMap<Uuid, EntryState>,
    /// Holders of the live slugs, by kind, locale, slug.
    pub slugs: HashMap<(EntryKind, String, String), Uuid>,
    pub external_ids: HashMap<(String, String), Uuid>,
    pub old_paths: HashMap<String, Uuid>,
}

impl State {
    /// Reads all that concerns `publications`: a fixed number of statements.
    pub async fn load(tx: &impl ConnectionTrait, publications: &[Publication]) -> Result<Self, StoreError> {
        let mut state = Self::default();
        let ids: Vec<Uuid> = publications.iter().map(|publication| publication.id.0).collect();
        for row in entry::Entity::find().filter(entry::Column::Id.is_in(padded(&ids))).all(tx).await? {
            let kind = row.kind.parse().map_err(|err| StoreError::corrupt(format!("entry {}", row.id), err))?;
            state.entries.entry(row.id).or_default().kind = Some(kind);
        }
        let known: Vec<Uuid> = state.entries.keys().copied().collect();
        if !known.is_empty() {
            state.load_versions(tx, &known).await?;
            let told = notice::Entity::find().filter(notice::Column::EntryId.is_in(padded(&known)));
            for row in told.all(tx).await? {
                state.entries.entry(row.entry_id).or_default().notices.push(row);
            }
        }
        state.load_names(tx, publications).await?;
        Ok(state)
    }

    async fn load_versions(&mut self, tx: &impl ConnectionTrait, ids: &[Uuid]) -> Result<(), StoreError> {
        let versions: Vec<(i64, Uuid, String, i64, Option<i64>)> = entry_version::Entity::find()
            .select_only()
            .columns([
                entry_version::Column::Id,
                entry_version::Column::EntryId,
                entry_version::Column::Digest,
                entry_version::Column::LiveFrom,
                entry_version::Column::LiveTo,
            ])
            .filter(entry_version::Column::EntryId.is_in(padded(ids)))
            .order_by_asc(entry_version::Column::LiveFrom)
            .order_by_asc(entry_version::Column::Id)
            .into_tuple()
            .all(tx)
            .await?;
        for (row, id, digest, live_from, live_to) in versions {
            let version = Version { row, digest, live_from, live_to, slug: None, position: 0 };
            self.entries.entry(id).or_default().versions.push(version);
        }
        let editions: Vec<EditionRow> = edition::Entity::find()
            .select_only()
            .columns([
                edition::Column::Id,
                edition::Column::EntryId,
                edition::Column::Locale,
                edition::Column::Position,
                edition::Column::Digest,
                edition::Column::LiveFrom,
                edition::Column::LiveTo,
                edition::Column::Slug,
            ])
            .filter(edition::Column::EntryId.is_in(padded(ids)))
            .order_by_asc(edition::Column::LiveFrom)
            .order_by_asc(edition::Column::Id)
            .into_tuple()
            .all(tx)
            .await?;
        for (row, id, locale, position, digest, live_from, live_to, slug) in editions {
            let version = Version { row, digest, live_from, live_to, slug, position };
            self.entries.entry(id).or_default().editions.entry(locale).or_default().push(version);
        }
        Ok(())
    }

    async fn load_names(&mut self, tx: &impl ConnectionTrait, publications: &[Publication]) -> Result<(), StoreError> {
        let slugs: Vec<&str> = publications
            .iter()
            .flat_map(|publication| publication.editions.values())
            .filter_map(|edition| edition.slug.as_ref().map(|slug| slug.as_str()))
            .collect();
        let kinds: BTreeSet<&str> = publications.iter().map(|publication| publication.kind.as_str()).collect();
        for slugs in slugs.chunks(CHUNK) {
            let holders = slug::Entity::find()
                .filter(slug::Column::Kind.is_in(kinds.iter().copied()))
                .filter(slug::Column::Slug.is_in(padded(slugs)))
                .filter(slug::Column::LiveTo.is_null())
                .all(tx)
                .await?;
            for row in holders {
                let kind = row.kind.parse().map_err(|err| StoreError::corrupt(format!("slug {}", row.slug), err))?;
                self.slugs.insert((kind, row.locale, row.slug), row.entry_id);
            }
        }
        let paths: Vec<&str> =
            publications.iter().flat_map(|one| &one.old_paths).map(|old| old.path.as_str()).collect();
        for paths in paths.chunks(CHUNK) {
            for row in old_path::Entity::find().filter(old_path::Column::Path.is_in(padded(paths))).all(tx).await? {
                self.old_paths.insert(row.path, row.entry_id);
            }
        }
        let mut by_scheme: HashMap<&str, Vec<&str>> = HashMap::new();
        for external in publications.iter().flat_map(|one| &one.external_ids) {
            by_scheme.entry(&external.scheme).or_default().push(&external.value);
        }
        for (scheme, values) in by_scheme {
            for values in values.chunks(CHUNK) {
                let rows = external_id::Entity::find()
                    .filter(Expr::col(external_id::Column::Scheme).eq(scheme))
                    .filter(external_id::Column::Value.is_in(padded(values)))
                    .all(tx)
                    .await?;
                for row in rows {
                    self.external_ids.insert((row.scheme, row.value), row.entry_id);
                }
            }
        }
        Ok(())
    }
}
