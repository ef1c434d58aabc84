//! What the store holds of entries that change.

use std::collections::HashMap;

use griot_domain::{EntryId, EntryKind, LinkRole, Locale, Text};
use sea_orm::sea_query::{Cond, Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::lookup::{parse_kind, parse_locale, parse_text};
use super::plan::Plan;
use super::publisher::parse_entry;
use super::state::{EntryState, State};
use super::timeline::{Language, Lasting, LinkFact, Naming, Source, SourceFacts, Span, Timeline, Words};
use crate::StoreError;
use crate::entity::{edition, entry_version, link, naming};
use crate::statements::padded;

/// Row id, entry, locale, interval, slug, text.
type EditionRow = (i64, Uuid, String, i64, Option<i64>, Option<String>, String);

/// One entry as the store holds it, as far back as a publication reaches.
#[derive(Debug)]
pub(super) struct Held {
    pub timeline: Timeline,
    /// Rows with their ids.
    pub links: Vec<(i64, Lasting<LinkFact>)>,
    pub namings: Vec<(i64, Lasting<Naming>)>,
}

impl Held {
    /// Of an entry the store does not hold.
    pub fn nothing(id: EntryId, kind: EntryKind) -> Self {
        Self { timeline: Timeline::new(id, kind), links: Vec::new(), namings: Vec::new() }
    }

    fn known(id: Uuid, kind: EntryKind, known: &EntryState) -> Result<Self, StoreError> {
        let mut held = Self::nothing(EntryId(id), kind);
        held.timeline.since = known.versions.iter().map(|version| version.live_from).min();
        for (locale, versions) in &known.editions {
            let position = versions.first().map_or(0, |version| version.position);
            held.timeline.languages.insert(parse_locale(locale, id)?, Language { position, spans: Vec::new() });
        }
        Ok(held)
    }
}

/// Reads the entries that `plans` change: four statements, however many there are.
pub(super) async fn load<'a>(
    tx: &impl ConnectionTrait,
    plans: impl Iterator<Item = &'a Plan<'a>>,
    state: &State,
) -> Result<HashMap<Uuid, Held>, StoreError> {
    let mut held = HashMap::new();
    let mut last_versions = Vec::new();
    let mut since = i64::MAX;
    for plan in plans.filter(|plan| !plan.is_new) {
        let (Some(first), id) = (plan.steps.first(), plan.publication.id.0) else { continue };
        let Some(known) = state.entries.get(&id) else { continue };
        since = Ord::min(since, first.at);
        last_versions.extend(known.versions.last().map(|version| version.row));
        held.insert(id, Held::known(id, plan.publication.kind, known)?);
    }
    if held.is_empty() {
        return Ok(held);
    }
    let ids = padded(&held.keys().copied().collect::<Vec<_>>());
    load_versions(tx, &mut held, &ids, since, &last_versions).await?;
    load_editions(tx, &mut held, &ids, since).await?;
    load_links(tx, &mut held, &ids, since).await?;
    load_namings(tx, &mut held, &ids, since).await?;
    Ok(held)
}

fn reaches(live_to: impl ColumnTrait, since: i64) -> Cond {
    Cond::any().add(live_to.is_null()).add(live_to.gt(since))
}

async fn load_versions(
    tx: &impl ConnectionTrait,
    held: &mut HashMap<Uuid, Held>,
    ids: &[Uuid],
    since: i64,
    last_versions: &[i64],
) -> Result<(), StoreError> {
    let rows = entry_version::Entity::find()
        .filter(entry_version::Column::EntryId.is_in(ids.iter().copied()))
        .filter(
            reaches(entry_version::Column::LiveTo, since).add(entry_version::Column::Id.is_in(padded(last_versions))),
        )
        .order_by_asc(entry_version::Column::LiveFrom)
        .order_by_asc(entry_version::Column::Id)
        .all(tx)
        .await?;
    for row in rows {
        let Some(held) = held.get_mut(&row.entry_id) else { continue };
        held.timeline.versions.push(Span {
            source: Source::Row { id: row.id, was_moved: false },
            live_from: row.live_from,
            live_to: row.live_to,
            value: parse_entry(parse_kind(&row.kind, row.entry_id)?, &row.content, row.entry_id)?,
        });
    }
    Ok(())
}

async fn load_editions(
    tx: &impl ConnectionTrait,
    held: &mut HashMap<Uuid, Held>,
    ids: &[Uuid],
    since: i64,
) -> Result<(), StoreError> {
    let rows: Vec<EditionRow> = edition::Entity::find()
        .select_only()
        .columns([
            edition::Column::Id,
            edition::Column::EntryId,
            edition::Column::Locale,
            edition::Column::LiveFrom,
            edition::Column::LiveTo,
            edition::Column::Slug,
            edition::Column::Content,
        ])
        .filter(edition::Column::EntryId.is_in(ids.iter().copied()))
        .filter(reaches(edition::Column::LiveTo, since))
        .order_by_asc(edition::Column::LiveFrom)
        .order_by_asc(edition::Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    for (row, id, locale, live_from, live_to, slug, content) in rows {
        let Some(held) = held.get_mut(&id) else { continue };
        let text: Text = parse_text(held.timeline.kind, &content, id)?;
        let Some(language) = held.timeline.languages.get_mut(&parse_locale(&locale, id)?) else { continue };
        let source = Source::Row { id: row, was_moved: false };
        language.spans.push(Span { source, live_from, live_to, value: Words { text, slug } });
    }
    Ok(())
}

async fn load_links(
    tx: &impl ConnectionTrait,
    held: &mut HashMap<Uuid, Held>,
    ids: &[Uuid],
    since: i64,
) -> Result<(), StoreError> {
    let rows = link::Entity::find()
        .filter(Expr::col(link::Column::SourceId).is_in(ids.iter().copied()))
        .filter(reaches(link::Column::LiveTo, since))
        .all(tx)
        .await?;
    for row in rows {
        let Some(held) = held.get_mut(&row.source_id) else { continue };
        let role = LinkRole::ALL.into_iter().find(|role| role.as_str() == row.role);
        let role = role.ok_or_else(|| StoreError::corrupt(format!("link {}", row.id), "its role is unknown"))?;
        let source = SourceFacts { facet: row.facet, ordered_at: row.ordered_at, ends_at: row.ends_at };
        let fact = LinkFact { role, target: EntryId(row.target_id), source };
        held.links.push((row.id, Lasting::stored(row.live_from, row.live_to, fact)));
    }
    Ok(())
}

async fn load_namings(
    tx: &impl ConnectionTrait,
    held: &mut HashMap<Uuid, Held>,
    ids: &[Uuid],
    since: i64,
) -> Result<(), StoreError> {
    let rows = naming::Entity::find()
        .filter(Expr::col(naming::Column::EntryId).is_in(ids.iter().copied()))
        .filter(reaches(naming::Column::LiveTo, since))
        .all(tx)
        .await?;
    for row in rows {
        let Some(held) = held.get_mut(&row.entry_id) else { continue };
        let locale: Locale = parse_locale(&row.locale, row.entry_id)?;
        let position = row.position;
        let naming = Naming { locale, position, sort_form: row.sort_form, filter_form: row.filter_form };
        held.namings.push((row.id, Lasting::stored(row.live_from, row.live_to, naming)));
    }
    Ok(())
}
