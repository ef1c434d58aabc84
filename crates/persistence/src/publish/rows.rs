//! The rows a run of publications writes.

use std::collections::BTreeSet;

use griot_domain::{Edition, Entry, EntryId, ExternalId, Locale, Publication, Retraction, micros};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QueryFilter};
use sha2::{Digest, Sha256};

use super::Act;
use super::held::Held;
use super::plan::{Plan, Step};
use super::timeline::{Lasting, LinkFact, Mending, Naming, SlugChange, Source, SourceFacts, Span, Words, mend};
use crate::StoreError;
use crate::entity::{edition, entry, entry_version, external_id, journal, link, naming, notice, old_path, slug};

/// Rows of one statement: more would pass the databases' limit of bound values.
const CHUNK: usize = 256;

/// All that a run writes.
#[derive(Debug, Default)]
pub(super) struct Rows {
    versions_ended: Vec<(i64, Option<i64>)>,
    editions_ended: Vec<(i64, Option<i64>)>,
    links_ended: Vec<(i64, Option<i64>)>,
    links_deleted: Vec<i64>,
    namings_ended: Vec<(i64, Option<i64>)>,
    namings_deleted: Vec<i64>,
    slugs_ended: Vec<(EntryId, Locale, i64)>,
    entries: Vec<entry::ActiveModel>,
    versions: Vec<entry_version::ActiveModel>,
    editions: Vec<edition::ActiveModel>,
    links: Vec<link::ActiveModel>,
    namings: Vec<naming::ActiveModel>,
    slugs: Vec<slug::ActiveModel>,
    /// Entries that were made one with another, which takes their external ids over with this `seq`.
    external_ids_moved: Vec<(EntryId, EntryId, i64)>,
    external_ids: Vec<external_id::ActiveModel>,
    old_paths: Vec<old_path::ActiveModel>,
    journal: Vec<journal::ActiveModel>,
    notices: Vec<notice::ActiveModel>,
    /// Notices by `seq`, with the instant their entries came back.
    notices_ended: Vec<(i64, Option<i64>)>,
}

/// Hex SHA-256 over the parts, each preceded by its length.
pub(crate) fn digest(parts: &[&str]) -> String {
    use std::fmt::Write;
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// An edition as it is stored.
#[derive(Debug)]
pub(super) struct StoredEdition {
    content: String,
    body: String,
    pub digest: String,
}

impl StoredEdition {
    pub fn of(edition: &Edition) -> Self {
        let content = edition.text.to_json();
        let body = serde_json::to_string(&edition.body).expect("bodies have string keys only");
        let slug = edition.slug.as_ref().map_or("", |slug| slug.as_str());
        let digest = digest(&[slug, &content, &body]);
        Self { content, body, digest }
    }
}

impl Rows {
    /// Makes `plan` happen in `held`, its first record in the journal taking `seq` + 1, and takes up the rows that
    /// change. Returns the last `seq` taken.
    pub fn add(&mut self, mut plan: Plan<'_>, mut held: Held, act: &Act, mut seq: i64) -> i64 {
        let publication = plan.publication;
        let (id, kind) = (publication.id, publication.kind);
        if plan.is_new {
            self.entries.push(entry::ActiveModel { id: Set(id.0), kind: Set(kind.as_str().to_owned()) });
        }
        self.add_names(&plan, seq + 1);
        let names_only = Step { at: micros(publication.live_from), ..Step::default() };
        if plan.steps.is_empty() {
            seq += 1;
            self.add_journal(&plan, &names_only, names_only.at, act, seq);
        }
        for step in &plan.steps {
            seq += 1;
            let at = held.timeline.apply(step, seq);
            self.add_journal(&plan, step, at, act, seq);
            if let Some(retraction) = &publication.retraction {
                self.notices.push(notice_of(publication, retraction, at, seq));
            }
            if !step.editions.is_empty()
                && let Some(notice) = plan.open_notice.take()
            {
                self.notices_ended.push((notice, Some(at)));
            }
        }
        self.add_timeline(&mut plan, held);
        seq
    }

    fn add_names(&mut self, plan: &Plan<'_>, seq: i64) {
        let id = plan.publication.id.0;
        let successor = plan.publication.successor();
        self.external_ids_moved.extend(successor.map(|successor| (plan.publication.id, successor, seq)));
        self.external_ids.extend(plan.external_ids.iter().map(|one| external_id::ActiveModel {
            scheme: Set(one.scheme.clone()),
            value: Set(one.value.clone()),
            entry_id: Set(successor.map_or(id, |successor| successor.0)),
            seq: Set(seq),
            merged_from: Set(successor.map(|_| id)),
        }));
        self.old_paths.extend(plan.old_paths.iter().map(|old| old_path::ActiveModel {
            path: Set(old.path.clone()),
            entry_id: Set(id),
            locale: Set(old.locale.as_ref().map(Locale::to_string)),
            seq: Set(seq),
        }));
    }

    fn add_journal(&mut self, plan: &Plan<'_>, step: &Step<'_>, live_from: i64, act: &Act, seq: i64) {
        self.journal.push(journal_of(plan.publication, &step.withdrawn, live_from, act, seq));
    }

    fn add_timeline(&mut self, plan: &mut Plan<'_>, held: Held) {
        let timeline = &held.timeline;
        let Some(changed_from) = timeline.changed_from else { return };
        let since = timeline.since.unwrap_or(changed_from);
        for span in &timeline.versions {
            match span.source {
                Source::Row { id, was_moved: true } => self.versions_ended.push((id, span.live_to)),
                Source::Row { .. } => {}
                Source::Fresh { seq } => self.add_version(timeline.id, span, seq, since),
            }
        }
        for (locale, language) in &timeline.languages {
            for span in &language.spans {
                match span.source {
                    Source::Row { id, was_moved: true } => self.editions_ended.push((id, span.live_to)),
                    Source::Row { .. } => {}
                    Source::Fresh { seq } => {
                        let Some(stored) = plan.stored.remove(locale) else { continue };
                        self.add_edition(plan, locale, stored, language.position, span, seq);
                    }
                }
            }
        }
        for change in &timeline.slugs {
            self.add_slug_change(plan, change);
        }
        for mending in mend(&held.links, timeline.links(), changed_from) {
            match mending {
                Mending::End { row, live_to } => self.links_ended.push((row, live_to)),
                Mending::Delete { row } => self.links_deleted.push(row),
                Mending::Add(lasting) => self.add_link(plan, lasting),
            }
        }
        for mending in mend(&held.namings, timeline.namings(), changed_from) {
            match mending {
                Mending::End { row, live_to } => self.namings_ended.push((row, live_to)),
                Mending::Delete { row } => self.namings_deleted.push(row),
                Mending::Add(lasting) => self.add_naming(plan, lasting),
            }
        }
    }

    fn add_version(&mut self, id: EntryId, span: &Span<Entry>, seq: i64, since: i64) {
        let entry = &span.value;
        let content = entry.to_json();
        let facts = SourceFacts::of(entry);
        self.versions.push(entry_version::ActiveModel {
            id: NotSet,
            entry_id: Set(id.0),
            kind: Set(entry.kind().as_str().to_owned()),
            seq: Set(seq),
            since: Set(since),
            live_from: Set(span.live_from),
            live_to: Set(span.live_to),
            digest: Set(digest(&[&content])),
            content: Set(content),
            facet: Set(facts.facet),
            ordered_at: Set(facts.ordered_at),
            ends_at: Set(facts.ends_at),
            file: Set(file_of(entry).map(str::to_owned)),
        });
    }

    fn add_edition(
        &mut self,
        plan: &Plan<'_>,
        locale: &Locale,
        stored: StoredEdition,
        position: i64,
        span: &Span<Words>,
        seq: i64,
    ) {
        let StoredEdition { content, body, digest } = stored;
        self.editions.push(edition::ActiveModel {
            id: NotSet,
            entry_id: Set(plan.publication.id.0),
            kind: Set(plan.publication.kind.as_str().to_owned()),
            locale: Set(locale.to_string()),
            position: Set(position),
            seq: Set(seq),
            live_from: Set(span.live_from),
            live_to: Set(span.live_to),
            slug: Set(span.value.slug.clone()),
            digest: Set(digest),
            content: Set(content),
            body: Set(body),
        });
    }

    fn add_slug_change(&mut self, plan: &Plan<'_>, change: &SlugChange) {
        if change.ends_live {
            self.slugs_ended.push((plan.publication.id, change.locale.clone(), change.at));
        }
        self.slugs.extend(change.begins.iter().map(|name| slug::ActiveModel {
            id: NotSet,
            kind: Set(plan.publication.kind.as_str().to_owned()),
            locale: Set(change.locale.to_string()),
            slug: Set(name.clone()),
            entry_id: Set(plan.publication.id.0),
            live_from: Set(change.at),
            live_to: Set(None),
        }));
    }

    fn add_link(&mut self, plan: &Plan<'_>, lasting: Lasting<LinkFact>) {
        let live_to = lasting.live_to();
        let LinkFact { role, target, source } = lasting.value;
        self.links.push(link::ActiveModel {
            id: NotSet,
            source_id: Set(plan.publication.id.0),
            source_kind: Set(plan.publication.kind.as_str().to_owned()),
            role: Set(role.as_str().to_owned()),
            target_id: Set(target.0),
            facet: Set(source.facet),
            ordered_at: Set(source.ordered_at),
            ends_at: Set(source.ends_at),
            live_from: Set(lasting.from),
            live_to: Set(live_to),
        });
    }

    fn add_naming(&mut self, plan: &Plan<'_>, lasting: Lasting<Naming>) {
        let live_to = lasting.live_to();
        let Naming { locale, position, sort_form, filter_form } = lasting.value;
        self.namings.push(naming::ActiveModel {
            id: NotSet,
            entry_id: Set(plan.publication.id.0),
            kind: Set(plan.publication.kind.as_str().to_owned()),
            locale: Set(locale.to_string()),
            position: Set(position),
            sort_form: Set(sort_form),
            filter_form: Set(filter_form),
            live_from: Set(lasting.from),
            live_to: Set(live_to),
        });
    }

    /// Writes everything: what ends first, then what begins.
    pub async fn write(self, tx: &impl ConnectionTrait) -> Result<(), StoreError> {
        end::<entry_version::Entity>(
            tx,
            (entry_version::Column::Id, entry_version::Column::LiveTo),
            self.versions_ended,
        )
        .await?;
        end::<edition::Entity>(tx, (edition::Column::Id, edition::Column::LiveTo), self.editions_ended).await?;
        end::<link::Entity>(tx, (link::Column::Id, link::Column::LiveTo), self.links_ended).await?;
        end::<naming::Entity>(tx, (naming::Column::Id, naming::Column::LiveTo), self.namings_ended).await?;
        end::<notice::Entity>(tx, (notice::Column::Seq, notice::Column::Until), self.notices_ended).await?;
        for rows in self.links_deleted.chunks(CHUNK) {
            link::Entity::delete_many().filter(link::Column::Id.is_in(rows.iter().copied())).exec(tx).await?;
        }
        for rows in self.namings_deleted.chunks(CHUNK) {
            naming::Entity::delete_many().filter(naming::Column::Id.is_in(rows.iter().copied())).exec(tx).await?;
        }
        for (id, locale, at) in self.slugs_ended {
            slug::Entity::update_many()
                .col_expr(slug::Column::LiveTo, Expr::value(at))
                .filter(Expr::col(slug::Column::EntryId).eq(id.0))
                .filter(Expr::col(slug::Column::Locale).eq(locale.as_str()))
                .filter(Expr::col(slug::Column::LiveTo).is_null())
                .exec(tx)
                .await?;
        }
        insert::<entry::Entity, _>(tx, self.entries).await?;
        insert::<entry_version::Entity, _>(tx, self.versions).await?;
        insert::<edition::Entity, _>(tx, self.editions).await?;
        insert::<link::Entity, _>(tx, self.links).await?;
        insert::<naming::Entity, _>(tx, self.namings).await?;
        insert::<slug::Entity, _>(tx, self.slugs).await?;
        insert::<external_id::Entity, _>(tx, self.external_ids).await?;
        for (from, to, seq) in self.external_ids_moved {
            move_external_ids(tx, from, to, seq).await?;
        }
        insert::<old_path::Entity, _>(tx, self.old_paths).await?;
        insert::<journal::Entity, _>(tx, self.journal).await?;
        insert::<notice::Entity, _>(tx, self.notices).await?;
        Ok(())
    }
}

/// The record of a publication in the journal.
pub(super) fn journal_of(
    publication: &Publication,
    withdrawn: &BTreeSet<Locale>,
    live_from: i64,
    act: &Act,
    seq: i64,
) -> journal::ActiveModel {
    journal::ActiveModel {
        seq: Set(seq),
        at: Set(micros(act.at)),
        live_from: Set(live_from),
        origin: Set(act.origin.clone()),
        entry_id: Set(publication.id.0),
        kind: Set(publication.kind.as_str().to_owned()),
        withdrawn: Set(serde_json::to_string(withdrawn).expect("a list of strings")),
        post_id: Set(None),
    }
}

/// What the public is told of a retraction.
pub(super) fn notice_of(publication: &Publication, retraction: &Retraction, at: i64, seq: i64) -> notice::ActiveModel {
    notice::ActiveModel {
        seq: Set(seq),
        entry_id: Set(publication.id.0),
        kind: Set(publication.kind.as_str().to_owned()),
        act: Set(retraction.act.as_str().to_owned()),
        at: Set(at),
        until: Set(None),
        reason: Set(retraction.reason.clone()),
        files: Set(None),
        successor: Set(retraction.successor.map(|id| id.0)),
    }
}

/// Takes the external ids from an entry, so that another can have them.
pub(crate) async fn free_external_ids(tx: &impl ConnectionTrait, id: EntryId) -> Result<(), DbErr> {
    external_id::Entity::delete_many().filter(Expr::col(external_id::Column::EntryId).eq(id.0)).exec(tx).await?;
    Ok(())
}

/// Marks external ids of an entry as those of one that was made one with it.
pub(crate) async fn mark_merged(
    tx: &impl ConnectionTrait,
    (from, to): (EntryId, EntryId),
    external_ids: &[ExternalId],
) -> Result<(), DbErr> {
    for one in external_ids {
        external_id::Entity::update_many()
            .col_expr(external_id::Column::MergedFrom, Expr::value(from.0))
            .filter(Expr::col(external_id::Column::EntryId).eq(to.0))
            .filter(Expr::col(external_id::Column::Scheme).eq(one.scheme.as_str()))
            .filter(Expr::col(external_id::Column::Value).eq(one.value.as_str()))
            .exec(tx)
            .await?;
    }
    Ok(())
}

/// Gives the external ids of an entry to the one it was made one with, with the mark that they came so.
async fn move_external_ids(tx: &impl ConnectionTrait, from: EntryId, to: EntryId, seq: i64) -> Result<(), DbErr> {
    external_id::Entity::update_many()
        .col_expr(external_id::Column::EntryId, Expr::value(to.0))
        .col_expr(external_id::Column::MergedFrom, Expr::value(from.0))
        .col_expr(external_id::Column::Seq, Expr::value(seq))
        .filter(Expr::col(external_id::Column::EntryId).eq(from.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Moves the ends of rows.
async fn end<E: EntityTrait>(
    tx: &impl ConnectionTrait,
    (id, live_to): (E::Column, E::Column),
    rows: Vec<(i64, Option<i64>)>,
) -> Result<(), DbErr> {
    for (row, at) in rows {
        E::update_many().col_expr(live_to, Expr::value(at)).filter(id.eq(row)).exec(tx).await?;
    }
    Ok(())
}

/// Inserts in statements of 256, 128, 64… rows, so that few shapes of statement are ever prepared.
pub(super) async fn insert<E, A>(tx: &impl ConnectionTrait, rows: Vec<A>) -> Result<(), DbErr>
where
    E: EntityTrait,
    A: ActiveModelTrait<Entity = E>,
    E::Model: IntoActiveModel<A>,
{
    let mut rows = rows.into_iter();
    let mut size = CHUNK;
    while rows.len() > 0 {
        while size > rows.len() {
            size /= 2;
        }
        E::insert_many(rows.by_ref().take(size)).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Name of the file kept here that an asset has.
fn file_of(entry: &Entry) -> Option<&str> {
    match entry {
        Entry::Asset(asset) => asset.file.stored.as_deref(),
        _ => None,
    }
}
