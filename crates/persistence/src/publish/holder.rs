//! People are told with their posts, which are entries of their own: a publication of a post is one of whoever holds it.

use std::collections::{BTreeMap, HashMap};

use griot_domain::{EntryId, EntryKind, LinkRole, Publication, micros};
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Act;
use super::rows::insert;
use crate::StoreError;
use crate::entity::{edition, entry_version, journal, link};
use crate::statements::padded;

/// People of whom a post changed, each with the instants at which one did, until they have a version that tells of it.
#[derive(Debug, Default)]
pub(super) struct Holders(BTreeMap<Uuid, BTreeMap<i64, Uuid>>);

/// Whoever holds a post, or held it in any version of it.
pub(super) async fn holders_of(tx: &DatabaseTransaction, post: EntryId) -> Result<Vec<Uuid>, StoreError> {
    let links = link::Entity::find()
        .select_only()
        .column(link::Column::TargetId)
        .distinct()
        .filter(link::Column::SourceId.eq(post.0))
        .filter(link::Column::Role.eq(LinkRole::Holder.as_str()))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(links)
}

impl Holders {
    /// Whether a publication of the entry decides what is told of it.
    pub fn awaits(&self, id: EntryId) -> bool {
        self.0.contains_key(&id.0)
    }

    /// Notes what changed of a post after `known`; whoever held it `before` is told too.
    pub async fn note(
        &mut self,
        tx: &DatabaseTransaction,
        post: EntryId,
        known: i64,
        before: Vec<Uuid>,
    ) -> Result<(), StoreError> {
        let changes: Vec<i64> = journal::Entity::find()
            .select_only()
            .column(journal::Column::LiveFrom)
            .filter(journal::Column::Seq.gt(known))
            .filter(journal::Column::EntryId.eq(post.0))
            .into_tuple()
            .all(tx)
            .await?;
        if changes.is_empty() {
            return Ok(());
        }
        for holder in holders_of(tx, post).await?.into_iter().chain(before) {
            self.0.entry(holder).or_default().extend(changes.iter().map(|at| (*at, post.0)));
        }
        Ok(())
    }

    /// Begins the versions, with what the person has of itself unchanged and a record in the journal; `seq` is the last one taken,
    /// and the answer the last one taken with these. Nobody gets a version that would begin with or before the last one, which
    /// tells of the post already. Whoever is published in `rest` with that instant or an earlier one is waited for.
    pub async fn follow(
        &mut self,
        tx: &DatabaseTransaction,
        rest: &[Publication],
        act: &Act,
        mut seq: i64,
    ) -> Result<i64, StoreError> {
        let mut ready: BTreeMap<Uuid, BTreeMap<i64, Uuid>> = BTreeMap::new();
        self.0.retain(|holder, changes| {
            let own = rest.iter().filter(|one| one.id.0 == *holder).map(|one| micros(one.live_from)).min();
            let later = own.map_or_else(BTreeMap::new, |own| changes.split_off(&own));
            ready.insert(*holder, std::mem::replace(changes, later));
            !changes.is_empty()
        });
        let people: Vec<Uuid> = ready.iter().filter(|(_, now)| !now.is_empty()).map(|(holder, _)| *holder).collect();
        if people.is_empty() {
            return Ok(seq);
        }
        let live = entry_version::Entity::find()
            .filter(entry_version::Column::EntryId.is_in(padded(&people)))
            .filter(entry_version::Column::Kind.eq(EntryKind::Person.as_str()))
            .filter(entry_version::Column::LiveTo.is_null())
            .order_by_asc(entry_version::Column::EntryId)
            .all(tx)
            .await?;
        let texts = last_texts(tx, &people).await?;
        let (mut versions, mut told) = (Vec::new(), Vec::new());
        for last in live {
            let known = Ord::max(texts.get(&last.entry_id).copied().unwrap_or(i64::MIN), last.live_from);
            let changes = ready.get(&last.entry_id).into_iter().flatten();
            let later: Vec<(i64, Uuid)> =
                changes.filter(|(at, _)| **at > known).map(|(at, post)| (*at, *post)).collect();
            let Some((end, _)) = later.first() else { continue };
            entry_version::Entity::update_many()
                .col_expr(entry_version::Column::LiveTo, Expr::value(*end))
                .filter(Expr::col(entry_version::Column::Id).eq(last.id))
                .exec(tx)
                .await?;
            for (place, (at, post)) in later.iter().enumerate() {
                seq += 1;
                let version = entry_version::Model {
                    seq,
                    live_from: *at,
                    live_to: later.get(place + 1).map(|(next, _)| *next),
                    ..last.clone()
                };
                versions.push(entry_version::ActiveModel { id: NotSet, ..version.into_active_model() });
                told.push(journal::ActiveModel {
                    seq: Set(seq),
                    at: Set(micros(act.at)),
                    live_from: Set(*at),
                    origin: Set(act.origin.clone()),
                    entry_id: Set(last.entry_id),
                    kind: Set(last.kind.clone()),
                    withdrawn: Set("[]".to_owned()),
                    post_id: Set(Some(*post)),
                });
            }
        }
        insert::<entry_version::Entity, _>(tx, versions).await?;
        insert::<journal::Entity, _>(tx, told).await?;
        Ok(seq)
    }
}

/// When a text of each of these people began or ended last: versions begin there too.
async fn last_texts(tx: &DatabaseTransaction, people: &[Uuid]) -> Result<HashMap<Uuid, i64>, StoreError> {
    let texts: Vec<(Uuid, i64, Option<i64>)> = edition::Entity::find()
        .select_only()
        .columns([edition::Column::EntryId, edition::Column::LiveFrom, edition::Column::LiveTo])
        .filter(edition::Column::EntryId.is_in(padded(people)))
        .into_tuple()
        .all(tx)
        .await?;
    let mut last: HashMap<Uuid, i64> = HashMap::new();
    for (person, from, to) in texts {
        let at = to.map_or(from, |to| Ord::max(from, to));
        last.entry(person).and_modify(|known| *known = Ord::max(*known, at)).or_insert(at);
    }
    Ok(last)
}
