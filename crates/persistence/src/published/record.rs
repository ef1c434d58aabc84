//! Entries as seen in a view.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use griot_domain::{
    Body, Entry, EntryId, EntryKind, LinkRole, Locale, LocaleChain, Moment, Slug, Text, View, from_micros, micros,
};
use sea_orm::sea_query::{Alias, CaseStatement, Expr, ExprTrait, JoinType, Order, Query, SelectStatement, Value};
use uuid::Uuid;

use super::PublishedStore;
use super::row::Row;
use super::shape::Shape;
use super::sql::{EDITION, LINK, VERSION, col, live};
use crate::StoreError;
use crate::entity::{edition, entry_version, link, slug};
use crate::statements::padded;

/// An entry as seen in a view: its neutral part, and the text in the best language of the view.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    #[allow(missing_docs)]
    pub entry: Entry,
    /// When the entry first became public.
    pub since: DateTime<Utc>,
    /// When the state seen became public.
    pub updated_at: DateTime<Utc>,
    /// The language of the text.
    pub locale: Locale,
    #[allow(missing_docs)]
    pub slug: Option<Slug>,
    #[allow(missing_docs)]
    pub text: Text,
    /// Key of the body of this edition, see [`PublishedStore::bodies`].
    pub edition: i64,
    /// How long its neutral part and its text are as JSON.
    pub stored_bytes: usize,
    /// The same entry in its other languages, by tag.
    pub alternates: Vec<Alternate>,
}

/// An entry in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Alternate {
    pub locale: Locale,
    pub slug: Option<Slug>,
    pub title: String,
}

impl Record {
    /// Headline, name or title.
    pub fn title(&self) -> &str {
        self.text.display_title(&self.entry)
    }
}

impl PublishedStore {
    /// The live ones among `ids`. One statement.
    pub async fn records(&self, view: &View, ids: &[EntryId]) -> Result<HashMap<EntryId, Record>, StoreError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = padded(&ids.iter().map(|id| id.0).collect::<Vec<Uuid>>());
        let build = || {
            let mut query = select_records(view.moment);
            query.and_where(col(VERSION, entry_version::Column::EntryId).is_in(ids.iter().copied()));
            query
        };
        let values = || ids.iter().copied().map(Value::from).collect();
        let rows = self.rows_of(Shape::Records(ids.len()).now(view.moment), values, build).await?;
        assemble(&rows, &view.locales)
    }

    /// The live entry of `kind` that has the slug at the moment of the view, or had it before, or gets it later; a
    /// slug of the languages asked for goes first. One statement.
    pub async fn find_by_slug(&self, view: &View, kind: EntryKind, slug: &Slug) -> Result<Option<Record>, StoreError> {
        let build = || {
            let mut query = select_records(view.moment);
            let holder = holder_of_slug(view, kind, slug);
            query.and_where(col(VERSION, entry_version::Column::EntryId).in_subquery(holder));
            query
        };
        let LocaleChain { locales, or_any } = &view.locales;
        let values = || values_of_slug(kind, slug, locales, *or_any);
        let rows = self.rows_of(Shape::Slug(locales.len(), *or_any).now(view.moment), values, build).await?;
        Ok(assemble(&rows, &view.locales)?.into_values().next())
    }

    /// The live entries that link to each of `targets` by `role`, for roles with few sources. One statement.
    pub async fn linking_to(
        &self,
        view: &View,
        role: LinkRole,
        targets: &[EntryId],
    ) -> Result<HashMap<EntryId, Vec<Record>>, StoreError> {
        if targets.is_empty() {
            return Ok(HashMap::new());
        }
        let ids = padded(&targets.iter().map(|id| id.0).collect::<Vec<Uuid>>());
        let build = || {
            let mut query = select_records(view.moment);
            query
                .column((Alias::new(LINK), link::Column::TargetId))
                .join_as(
                    JoinType::InnerJoin,
                    link::Entity,
                    Alias::new(LINK),
                    col(LINK, link::Column::SourceId).equals((Alias::new(VERSION), entry_version::Column::EntryId)),
                )
                .and_where(col(LINK, link::Column::TargetId).is_in(ids.iter().copied()))
                .and_where(col(LINK, link::Column::Role).eq(role.as_str()))
                .cond_where(live(LINK, view.moment));
            query
        };
        let values = || ids.iter().copied().map(Value::from).chain([role.as_str().into()]).collect();
        let rows = self.rows_of(Shape::Linking(ids.len()).now(view.moment), values, build).await?;
        let mut sources: HashMap<Uuid, Vec<EntryId>> = HashMap::new();
        for row in &rows {
            let target: Uuid = row.get(COLUMNS)?;
            let source = EntryId(row.get(0)?);
            let known = sources.entry(target).or_default();
            if !known.contains(&source) {
                known.push(source);
            }
        }
        let records = assemble(&rows, &view.locales)?;
        Ok(sources
            .into_iter()
            .map(|(target, ids)| {
                let mut linking: Vec<Record> = ids.iter().filter_map(|id| records.get(id).cloned()).collect();
                linking.sort_by_key(|record| (record.entry.ordered_at(), record.id));
                (EntryId(target), linking)
            })
            .collect())
    }

    /// The bodies of these editions, by [`Record::edition`]. One statement.
    pub async fn bodies(&self, editions: &[i64]) -> Result<HashMap<i64, Body>, StoreError> {
        if editions.is_empty() {
            return Ok(HashMap::new());
        }
        let editions = padded(editions);
        let build = || {
            Query::select()
                .columns([edition::Column::Id, edition::Column::Body])
                .from(edition::Entity)
                .and_where(Expr::col(edition::Column::Id).is_in(editions.iter().copied()))
                .take()
        };
        let values = || editions.iter().copied().map(Value::from).collect();
        let rows = self.rows_of(Some(Shape::Bodies(editions.len())), values, build).await?;
        let bodies = rows.into_iter().map(|row| {
            let id: i64 = row.get(0)?;
            let body = serde_json::from_str(&row.text(1)?);
            Ok((id, body.map_err(|err| StoreError::corrupt(format!("the body of edition {id}"), err))?))
        });
        bodies.collect()
    }
}

/// How many columns [`select_records`] reads.
const COLUMNS: usize = 11;

pub(super) fn select_records(moment: Moment) -> SelectStatement {
    let mut query = Query::select();
    query
        .columns([
            (Alias::new(VERSION), entry_version::Column::EntryId),
            (Alias::new(VERSION), entry_version::Column::Kind),
            (Alias::new(VERSION), entry_version::Column::Content),
            (Alias::new(VERSION), entry_version::Column::Since),
        ])
        .expr(col(VERSION, entry_version::Column::LiveFrom))
        .columns([
            (Alias::new(EDITION), edition::Column::Id),
            (Alias::new(EDITION), edition::Column::Locale),
            (Alias::new(EDITION), edition::Column::Slug),
        ])
        .expr(col(EDITION, edition::Column::Content))
        .expr(col(EDITION, edition::Column::LiveFrom))
        .expr(col(EDITION, edition::Column::Position));
    query
        .from_as(entry_version::Entity, Alias::new(VERSION))
        .join_as(
            JoinType::InnerJoin,
            edition::Entity,
            Alias::new(EDITION),
            col(EDITION, edition::Column::EntryId).equals((Alias::new(VERSION), entry_version::Column::EntryId)),
        )
        .cond_where(live(VERSION, moment))
        .cond_where(live(EDITION, moment));
    query
}

fn holder_of_slug(view: &View, kind: EntryKind, name: &Slug) -> SelectStatement {
    const NAME: &str = "s";
    let locales = &view.locales.locales;
    let mut rank = CaseStatement::new();
    for (position, locale) in locales.iter().enumerate() {
        rank = rank.case(col(NAME, slug::Column::Locale).eq(locale.as_str()), Expr::value(position as i32));
    }
    let rank = rank.finally(Expr::value(locales.len() as i32));
    let mut lacks = CaseStatement::new().case(live(NAME, view.moment), Expr::value(0));
    if let Moment::AsOf(at) = view.moment {
        lacks = lacks.case(col(NAME, slug::Column::LiveFrom).lte(micros(at)), Expr::value(1));
    }
    let mut seen = Query::select();
    seen.expr(Expr::val(1))
        .from_as(edition::Entity, Alias::new(EDITION))
        .and_where(col(EDITION, edition::Column::EntryId).eq(col(NAME, slug::Column::EntryId)))
        .cond_where(live(EDITION, view.moment));
    if !view.locales.or_any {
        seen.and_where(col(EDITION, edition::Column::Locale).is_in(locales.iter().map(Locale::as_str)));
    }
    Query::select()
        .expr(col(NAME, slug::Column::EntryId))
        .from_as(slug::Entity, Alias::new(NAME))
        .and_where(col(NAME, slug::Column::Kind).eq(kind.as_str()))
        .and_where(col(NAME, slug::Column::Slug).eq(name.as_str()))
        .and_where(Expr::exists(seen))
        .order_by_expr(rank.into(), Order::Asc)
        .order_by_expr(lacks.finally(Expr::value(2)).into(), Order::Asc)
        .order_by_expr(col(NAME, slug::Column::LiveFrom), Order::Desc)
        .order_by_expr(col(NAME, slug::Column::Id), Order::Desc)
        .limit(1)
        .take()
}

/// What [`holder_of_slug`] binds when it looks at the present.
fn values_of_slug(kind: EntryKind, name: &Slug, locales: &[Locale], or_any: bool) -> Vec<Value> {
    let mut values: Vec<Value> = vec![kind.as_str().into(), name.as_str().into(), 1.into()];
    if !or_any {
        values.extend(locales.iter().map(|locale| Value::from(locale.as_str())));
    }
    for (position, locale) in locales.iter().enumerate() {
        values.extend([locale.as_str().into(), (position as i32).into()]);
    }
    values.extend([(locales.len() as i32).into(), 0.into(), 2.into(), 1_u64.into()]);
    values
}

/// One edition of one row.
struct Candidate<'a> {
    row: &'a Row,
    id: i64,
    /// Which of the entry's languages it is.
    position: i64,
    locale: Locale,
    slug: Option<Slug>,
    text: Text,
}

/// Makes a record of the rows of each entry; entries without a text in the languages asked for are left out.
fn assemble(rows: &[Row], locales: &LocaleChain) -> Result<HashMap<EntryId, Record>, StoreError> {
    let mut by_entry: HashMap<EntryId, Vec<Candidate<'_>>> = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = EntryId(row.get(0)?);
        let candidates = by_entry.entry(id).or_default();
        let edition: i64 = row.get(5)?;
        if candidates.iter().any(|known| known.id == edition) {
            continue;
        }
        let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("edition {edition}"), err);
        let kind = kind_of(row)?;
        let slug: Option<String> = row.get(7)?;
        candidates.push(Candidate {
            row,
            id: edition,
            position: row.get(10)?,
            locale: Locale::parse(&row.text(6)?).map_err(|err| corrupt(&err))?,
            slug: slug.as_deref().map(Slug::parse).transpose().map_err(|err| corrupt(&err))?,
            text: Text::from_json(kind, &row.text(8)?).map_err(|err| corrupt(&err))?,
        });
    }
    let mut records = HashMap::with_capacity(by_entry.len());
    for (id, mut candidates) in by_entry {
        candidates.sort_by_key(|candidate| candidate.position);
        let wanted = locales.locales.iter().find_map(|locale| candidates.iter().position(|one| one.locale == *locale));
        // The language first published stands for the original one.
        let Some(best) = wanted.or(locales.or_any.then_some(0)) else { continue };
        let best = candidates.swap_remove(best);
        records.insert(id, record(id, best, candidates)?);
    }
    Ok(records)
}

fn record(id: EntryId, best: Candidate<'_>, others: Vec<Candidate<'_>>) -> Result<Record, StoreError> {
    let row = best.row;
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("entry {id}"), err);
    let kind = kind_of(row)?;
    let entry = Entry::from_json(kind, &row.text(2)?).map_err(|err| corrupt(&err))?;
    let instant = |index: usize| -> Result<DateTime<Utc>, StoreError> {
        from_micros(row.get(index)?).ok_or_else(|| corrupt(&"a date outside the calendar"))
    };
    let mut alternates: Vec<Alternate> = others
        .into_iter()
        .map(|other| Alternate {
            title: other.text.display_title(&entry).to_owned(),
            locale: other.locale,
            slug: other.slug,
        })
        .collect();
    alternates.sort_by(|a, b| a.locale.cmp(&b.locale));
    Ok(Record {
        id,
        kind,
        since: instant(3)?,
        updated_at: Ord::max(instant(4)?, instant(9)?),
        entry,
        locale: best.locale,
        slug: best.slug,
        text: best.text,
        edition: best.id,
        stored_bytes: row.text(2)?.len() + row.text(8)?.len(),
        alternates,
    })
}

pub(super) fn kind_of(row: &Row) -> Result<EntryKind, StoreError> {
    row.text(1)?.parse().map_err(|err| StoreError::corrupt("a version", err))
}
