//! The rows a run of publications writes.

use griot_domain::{Edition, Entry, EntryId, EntryKind, Link, Locale, Text, micros};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};

use crate::StoreError;
use crate::entity::{edition, entry, entry_version, external_id, journal, link, old_path, slug};

/// Rows of one statement: more would pass the databases' limit of bound values.
const CHUNK: usize = 500;

/// An interval that ends: the rows of one part of one entry.
#[derive(Debug)]
pub(super) struct Closing {
    pub id: EntryId,
    /// The edition, or the neutral part.
    pub locale: Option<String>,
    pub at: i64,
    /// Whether the slug stops being current too.
    pub frees_slug: bool,
}

/// What editions that stay live copied from a neutral part that changes: the facts in their links and the forms
/// lists are ordered by and narrowed with.
#[derive(Debug)]
pub(super) struct Refresh {
    pub id: EntryId,
    pub locale: String,
    pub entry: Entry,
    pub at: i64,
}

/// All that a run writes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub refreshes: Vec<Refresh>,
    pub closings: Vec<Closing>,
    pub entries: Vec<entry::ActiveModel>,
    pub versions: Vec<entry_version::ActiveModel>,
    pub editions: Vec<edition::ActiveModel>,
    pub links: Vec<link::ActiveModel>,
    pub slugs: Vec<slug::ActiveModel>,
    pub external_ids: Vec<external_id::ActiveModel>,
    pub old_paths: Vec<old_path::ActiveModel>,
    pub journal: Vec<journal::ActiveModel>,
}

/// The facts a link carries of its source, so that lists need not read the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct SourceFacts {
    pub facet: String,
    pub ordered_at: i64,
    pub ends_at: Option<i64>,
}

impl SourceFacts {
    pub fn of(entry: &Entry) -> Self {
        Self {
            facet: entry.facet().unwrap_or_default().to_owned(),
            // Without a date an entry is older than all that have one.
            ordered_at: entry.ordered_at().map_or(i64::MIN, micros),
            ends_at: entry.ends_at().map(micros),
        }
    }
}

/// Hex SHA-256 over the parts, each preceded by its length.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The parts of an edition as stored: text, body, digest.
pub(super) fn edition_content(edition: &Edition) -> (String, String, String) {
    let content = edition.text.to_json();
    let body = serde_json::to_string(&edition.body).expect("bodies have string keys only");
    let slug = edition.slug.as_ref().map_or("", |slug| slug.as_str());
    let digest = digest(&[slug, &content, &body]);
    (content, body, digest)
}

impl Rows {
    pub fn add_version(&mut self, id: EntryId, entry: &Entry, content: (String, String), at: At, since: i64) {
        let (content, digest) = content;
        let facts = SourceFacts::of(entry);
        self.versions.push(entry_version::ActiveModel {
            id: NotSet,
            entry_id: Set(id.0),
            kind: Set(entry.kind().as_str().to_owned()),
            seq: Set(at.seq),
            since: Set(since),
            live_from: Set(at.live_from),
            live_to: Set(None),
            digest: Set(digest),
            content: Set(content),
            facet: Set(facts.facet.clone()),
            ordered_at: Set(facts.ordered_at),
            ends_at: Set(facts.ends_at),
        });
        self.add_links(id, entry.kind(), "", &facts, entry.links(), at.live_from);
    }

    pub fn add_edition(&mut self, id: EntryId, locale: &Locale, edition: &Edition, entry: &Entry, at: At) {
        let (content, body, digest) = edition_content(edition);
        self.editions.push(edition::ActiveModel {
            id: NotSet,
            entry_id: Set(id.0),
            kind: Set(entry.kind().as_str().to_owned()),
            locale: Set(locale.to_string()),
            seq: Set(at.seq),
            live_from: Set(at.live_from),
            live_to: Set(None),
            slug: Set(edition.slug.as_ref().map(|slug| slug.as_str().to_owned())),
            digest: Set(digest),
            content: Set(content),
            body: Set(body),
            sort_form: Set(edition.text.sort_form(entry)),
            filter_form: Set(edition.text.filter_form(entry)),
        });
        self.add_links(id, entry.kind(), locale.as_str(), &SourceFacts::of(entry), edition.text.links(), at.live_from);
    }

    pub fn add_links(
        &mut self,
        id: EntryId,
        kind: EntryKind,
        locale: &str,
        facts: &SourceFacts,
        links: Vec<Link>,
        live_from: i64,
    ) {
        self.links.extend(links.into_iter().map(|one| link::ActiveModel {
            id: NotSet,
            source_id: Set(id.0),
            source_kind: Set(kind.as_str().to_owned()),
            locale: Set(locale.to_owned()),
            role: Set(one.role.as_str().to_owned()),
            target_id: Set(one.target.0),
            facet: Set(facts.facet.clone()),
            ordered_at: Set(facts.ordered_at),
            ends_at: Set(facts.ends_at),
            live_from: Set(live_from),
            live_to: Set(None),
        }));
    }

    pub fn add_slug(&mut self, id: EntryId, kind: EntryKind, locale: &Locale, name: &str, live_from: i64) {
        self.slugs.push(slug::ActiveModel {
            id: NotSet,
            kind: Set(kind.as_str().to_owned()),
            locale: Set(locale.to_string()),
            slug: Set(name.to_owned()),
            entry_id: Set(id.0),
            live_from: Set(live_from),
            live_to: Set(None),
        });
    }

    /// Writes everything: what ends first, then what begins.
    pub async fn write(mut self, tx: &impl ConnectionTrait) -> Result<(), StoreError> {
        for refresh in std::mem::take(&mut self.refreshes) {
            refresh.write(tx, &mut self).await?;
        }
        for closing in &self.closings {
            closing.write(tx).await?;
        }
        insert::<entry::Entity, _>(tx, self.entries).await?;
        insert::<entry_version::Entity, _>(tx, self.versions).await?;
        insert::<edition::Entity, _>(tx, self.editions).await?;
        insert::<link::Entity, _>(tx, self.links).await?;
        insert::<slug::Entity, _>(tx, self.slugs).await?;
        insert::<external_id::Entity, _>(tx, self.external_ids).await?;
        insert::<old_path::Entity, _>(tx, self.old_paths).await?;
        insert::<journal::Entity, _>(tx, self.journal).await?;
        Ok(())
    }
}

/// When and under which `seq` a version becomes live.
#[derive(Clone, Copy, Debug)]
pub(super) struct At {
    pub seq: i64,
    pub live_from: i64,
}

impl Closing {
    async fn write(&self, tx: &impl ConnectionTrait) -> Result<(), DbErr> {
        let id = self.id.0;
        let locale = self.locale.as_deref();
        if let Some(locale) = locale {
            edition::Entity::update_many()
                .col_expr(edition::Column::LiveTo, Expr::value(self.at))
                .filter(Expr::col(edition::Column::EntryId).eq(id))
                .filter(Expr::col(edition::Column::Locale).eq(locale))
                .filter(Expr::col(edition::Column::LiveTo).is_null())
                .exec(tx)
                .await?;
        } else {
            entry_version::Entity::update_many()
                .col_expr(entry_version::Column::LiveTo, Expr::value(self.at))
                .filter(Expr::col(entry_version::Column::EntryId).eq(id))
                .filter(Expr::col(entry_version::Column::LiveTo).is_null())
                .exec(tx)
                .await?;
        }
        close_links(tx, self.id, locale.unwrap_or_default(), self.at).await?;
        if let (Some(locale), true) = (locale, self.frees_slug) {
            slug::Entity::update_many()
                .col_expr(slug::Column::LiveTo, Expr::value(self.at))
                .filter(Expr::col(slug::Column::EntryId).eq(id))
                .filter(Expr::col(slug::Column::Locale).eq(locale))
                .filter(Expr::col(slug::Column::LiveTo).is_null())
                .exec(tx)
                .await?;
        }
        Ok(())
    }
}

impl Refresh {
    async fn write(self, tx: &impl ConnectionTrait, rows: &mut Rows) -> Result<(), StoreError> {
        let kind = self.entry.kind();
        let live = edition::Entity::find()
            .filter(Expr::col(edition::Column::EntryId).eq(self.id.0))
            .filter(Expr::col(edition::Column::Locale).eq(self.locale.as_str()))
            .filter(Expr::col(edition::Column::LiveTo).is_null())
            .one(tx)
            .await?;
        let Some(live) = live else { return Ok(()) };
        let text = Text::from_json(kind, &live.content)
            .map_err(|err| StoreError::corrupt(format!("edition {}", live.id), err))?;
        let (sort_form, filter_form) = (text.sort_form(&self.entry), text.filter_form(&self.entry));
        if (&sort_form, &filter_form) != (&live.sort_form, &live.filter_form) {
            edition::Entity::update_many()
                .col_expr(edition::Column::SortForm, Expr::value(sort_form))
                .col_expr(edition::Column::FilterForm, Expr::value(filter_form))
                .filter(Expr::col(edition::Column::Id).eq(live.id))
                .exec(tx)
                .await?;
        }
        let links = link::Entity::find()
            .filter(Expr::col(link::Column::SourceId).eq(self.id.0))
            .filter(Expr::col(link::Column::Locale).eq(self.locale.as_str()))
            .filter(Expr::col(link::Column::LiveTo).is_null())
            .all(tx)
            .await?;
        let facts = SourceFacts::of(&self.entry);
        let are_stale = links
            .iter()
            .any(|row| (&row.facet, row.ordered_at, row.ends_at) != (&facts.facet, facts.ordered_at, facts.ends_at));
        if are_stale {
            close_links(tx, self.id, &self.locale, self.at).await?;
            rows.add_links(self.id, kind, &self.locale, &facts, text.links(), self.at);
        }
        Ok(())
    }
}

async fn close_links(tx: &impl ConnectionTrait, source: EntryId, locale: &str, at: i64) -> Result<(), DbErr> {
    link::Entity::update_many()
        .col_expr(link::Column::LiveTo, Expr::value(at))
        .filter(Expr::col(link::Column::SourceId).eq(source.0))
        .filter(Expr::col(link::Column::Locale).eq(locale))
        .filter(Expr::col(link::Column::LiveTo).is_null())
        .exec(tx)
        .await
        .map(|_| ())
}

async fn insert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
    E::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(CHUNK)).exec_without_returning(tx).await?;
    }
    Ok(())
}
