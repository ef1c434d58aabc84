//! What waits to be delivered.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::micros;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{EndpointId, EndpointState, Webhooks, count, endpoint, instant, note_change};
use crate::StoreError;
use crate::entity::webhook_delivery::{self, Column};

/// Which goes ahead of which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Lane {
    /// Ahead of everything, and never replaced.
    Kill,
    #[allow(missing_docs)]
    Normal,
}

/// An event for an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDelivery {
    /// The same for the same event, however often it is made.
    pub event_id: String,
    /// The word for its type.
    pub event_type: String,
    /// Entry and language it is about; what waits for one item and endpoint keeps its order.
    pub item: Option<String>,
    #[allow(missing_docs)]
    pub version: Option<u32>,
    /// The change of the partner's products that it was made of.
    pub change: Option<i64>,
    #[allow(missing_docs)]
    pub lane: Lane,
    /// The exact bytes to sign and send.
    pub body: String,
}

/// Events made of the changes of a partner's products.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dispatch {
    #[allow(missing_docs)]
    pub endpoint: EndpointId,
    /// The place of the endpoint when they were read.
    pub from: i64,
    /// The last change they were made of.
    pub to: i64,
    /// In the order of the changes.
    pub deliveries: Vec<NewDelivery>,
    /// Items that changed in a way that the endpoint is not told of: what waits of them holds no more.
    pub outdated: Vec<String>,
}

/// What became of a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum DeliveryState {
    Waiting,
    Delivered,
    /// It was tried for as long as anything is, or its endpoint was disabled.
    Failed,
    /// A later one of the same item took its place.
    Replaced,
}

/// An event in the line of an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Its place in the line.
    pub number: i64,
    #[allow(missing_docs)]
    pub event: NewDelivery,
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// How often it was tried.
    pub tries: u32,
}

impl Lane {
    /// The number in the store.
    pub(super) fn number(self) -> i64 {
        match self {
            Self::Kill => 0,
            Self::Normal => 1,
        }
    }
}

impl DeliveryState {
    /// The word in the store.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Replaced => "replaced",
        }
    }
}

impl Webhooks {
    /// Puts events into the lines of endpoints and moves their places on, in one transaction. Answers which of them: nothing is
    /// written for an endpoint that is not active, or not at that place any more.
    pub async fn dispatch(
        &self,
        dispatches: &[Dispatch],
        at: DateTime<Utc>,
    ) -> Result<BTreeSet<EndpointId>, StoreError> {
        // Always in the same order, so that no two wait for each other.
        let mut dispatches: Vec<&Dispatch> = dispatches.iter().collect();
        dispatches.sort_by_key(|dispatch| dispatch.endpoint);
        let mut done = BTreeSet::new();
        let tx = self.begin().await?;
        for dispatch in dispatches {
            let Some(row) = endpoint::locked(&tx, dispatch.endpoint).await? else { continue };
            if row.state != EndpointState::Active.as_str() || row.place != dispatch.from {
                continue;
            }
            endpoint::move_on(&tx, dispatch.endpoint, dispatch.to).await?;
            for item in &dispatch.outdated {
                end(&tx, waiting(dispatch.endpoint, item), DeliveryState::Replaced, at).await?;
            }
            for new in &dispatch.deliveries {
                put(&tx, dispatch.endpoint, new, at).await?;
            }
            done.insert(dispatch.endpoint);
        }
        tx.commit().await?;
        Ok(done)
    }

    /// Puts one event into the line of an endpoint, whatever its state and place.
    pub async fn enqueue(&self, id: EndpointId, new: &NewDelivery, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.add(id, new, at, false).await
    }

    /// The same, unless the event was ever in that line; for what several processes may come to say.
    pub async fn enqueue_once(&self, id: EndpointId, new: &NewDelivery, at: DateTime<Utc>) -> Result<(), StoreError> {
        self.add(id, new, at, true).await
    }

    async fn add(&self, id: EndpointId, new: &NewDelivery, at: DateTime<Utc>, is_once: bool) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        if endpoint::locked(&tx, id).await?.is_none() {
            return Ok(());
        }
        if is_once && same(&tx, id, new).await?.is_some() {
            return Ok(());
        }
        put(&tx, id, new, at).await?;
        note_change(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// What may be sent to an endpoint at `now`, kills first, then in order: of one item only what is first in line.
    /// `busy` are numbers of deliveries under way.
    pub async fn due(
        &self,
        id: EndpointId,
        now: DateTime<Utc>,
        busy: &[i64],
        limit: u64,
    ) -> Result<Vec<Delivery>, StoreError> {
        let rows = webhook_delivery::Entity::find()
            .filter(heads_of(id))
            .filter(Column::NextAt.lte(micros(now)))
            .filter(Column::Number.is_not_in(busy.iter().copied()))
            .order_by_asc(Column::Lane)
            .order_by_asc(Column::Number)
            .limit(limit)
            .all(&self.reads)
            .await?;
        rows.into_iter().map(Delivery::try_from).collect()
    }

    /// When the next delivery to an endpoint is due, of those that are not due at `now`.
    pub async fn next_due(&self, id: EndpointId, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let next = webhook_delivery::Entity::find()
            .select_only()
            .column(Column::NextAt)
            .filter(heads_of(id))
            .filter(Column::NextAt.gt(micros(now)))
            .order_by_asc(Column::NextAt)
            .limit(1)
            .into_tuple::<i64>()
            .one(&self.reads)
            .await?;
        next.map(|at| instant("webhook delivery", at)).transpose()
    }

    /// How many deliveries to each endpoint came to which end, or wait.
    pub async fn delivery_counts(&self, id: EndpointId) -> Result<HashMap<String, i64>, StoreError> {
        let counts = webhook_delivery::Entity::find()
            .select_only()
            .column(Column::State)
            .column_as(Column::Number.count(), "count")
            .filter(Column::EndpointId.eq(id.0))
            .group_by(Column::State)
            .into_tuple::<(String, i64)>()
            .all(&self.reads)
            .await?;
        Ok(counts.into_iter().collect())
    }
}

/// The first waiting delivery of each item, and all that are about none.
fn heads_of(id: EndpointId) -> SimpleExpr {
    let earlier = || Alias::new("earlier");
    let of_earlier = |column: Column| Expr::col((earlier(), column));
    let ahead = Query::select()
        .expr(Expr::val(1))
        .from_as(webhook_delivery::Entity, earlier())
        .and_where(of_earlier(Column::EndpointId).eq(id.0))
        .and_where(of_earlier(Column::Item).equals((webhook_delivery::Entity, Column::Item)))
        .and_where(of_earlier(Column::State).eq(DeliveryState::Waiting.as_str()))
        .and_where(of_earlier(Column::Number).lt(Expr::col((webhook_delivery::Entity, Column::Number))))
        .take();
    Column::EndpointId.eq(id.0).and(Column::State.eq(DeliveryState::Waiting.as_str())).and(Expr::exists(ahead).not())
}

/// The event, if it is or was in that line.
async fn same(
    tx: &DatabaseTransaction,
    id: EndpointId,
    new: &NewDelivery,
) -> Result<Option<webhook_delivery::Model>, StoreError> {
    let of_line = Column::EndpointId.eq(id.0).and(Column::EventId.eq(new.event_id.as_str()));
    Ok(webhook_delivery::Entity::find().filter(of_line).one(tx).await?)
}

/// Adds an event to a line. What waits there of the same item is replaced, except kills; an event that waits already
/// stays as it is, and one that came to an end begins anew.
pub(super) async fn put(
    tx: &DatabaseTransaction,
    id: EndpointId,
    new: &NewDelivery,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    match same(tx, id, new).await? {
        Some(row) if row.state == DeliveryState::Waiting.as_str() => return Ok(()),
        Some(row) => {
            webhook_delivery::Entity::delete_by_id(row.number).exec(tx).await?;
        }
        None => {}
    }
    if let Some(item) = &new.item {
        end(tx, waiting(id, item), DeliveryState::Replaced, at).await?;
    }
    let row = webhook_delivery::ActiveModel {
        number: NotSet,
        endpoint_id: Set(id.0),
        event_id: Set(new.event_id.clone()),
        event_type: Set(new.event_type.clone()),
        item: Set(new.item.clone()),
        version: Set(new.version.map(i64::from)),
        change_number: Set(new.change),
        lane: Set(new.lane.number()),
        body: Set(new.body.clone()),
        state: Set(DeliveryState::Waiting.as_str().to_owned()),
        created_at: Set(micros(at)),
        next_at: Set(micros(at)),
        tries: Set(0),
        ended_at: Set(None),
    };
    webhook_delivery::Entity::insert(row).exec_without_returning(tx).await?;
    Ok(())
}

/// What is said of an item in a line, kills left out.
fn waiting(id: EndpointId, item: &str) -> SimpleExpr {
    Column::EndpointId.eq(id.0).and(Column::Item.eq(item)).and(Column::Lane.eq(Lane::Normal.number()))
}

/// Ends what waits of `which`, and forgets what was to be sent.
pub(super) async fn end(
    tx: &DatabaseTransaction,
    which: SimpleExpr,
    state: DeliveryState,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    webhook_delivery::Entity::update_many()
        .col_expr(Column::State, Expr::value(state.as_str()))
        .col_expr(Column::Body, Expr::value(""))
        .col_expr(Column::EndedAt, Expr::value(micros(at)))
        .filter(which)
        .filter(Column::State.eq(DeliveryState::Waiting.as_str()))
        .exec(tx)
        .await?;
    Ok(())
}

/// Has what waits for an endpoint tried at once.
pub(super) async fn hasten(tx: &DatabaseTransaction, id: EndpointId, at: DateTime<Utc>) -> Result<(), StoreError> {
    webhook_delivery::Entity::update_many()
        .col_expr(Column::NextAt, Expr::value(micros(at)))
        .filter(Column::EndpointId.eq(id.0))
        .filter(Column::State.eq(DeliveryState::Waiting.as_str()))
        .filter(Column::NextAt.gt(micros(at)))
        .exec(tx)
        .await?;
    Ok(())
}

/// What of a line is to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Clearing {
    /// All that waits.
    Everything,
    /// What can be made anew of changes. Kills stay where nobody could make them again: what an endpoint was told of is told to
    /// be killed, whatever it receives by then. Notices stay, which are of no change.
    Remade,
}

/// Ends what waits for an endpoint. Answers the first of the changes that this, and what was given up since it began to fail,
/// came from: they can be read again.
pub(super) async fn clear_line(
    tx: &DatabaseTransaction,
    id: EndpointId,
    clearing: Clearing,
    failing_since: Option<i64>,
    at: DateTime<Utc>,
) -> Result<Option<i64>, StoreError> {
    let remade = || Column::Lane.eq(Lane::Normal.number()).and(Column::ChangeNumber.is_not_null());
    let ended = || match clearing {
        Clearing::Everything => Column::EndpointId.eq(id.0),
        Clearing::Remade => Column::EndpointId.eq(id.0).and(remade()),
    };
    let mut missed = Condition::any().add(ended().and(Column::State.eq(DeliveryState::Waiting.as_str())));
    if let Some(since) = failing_since {
        missed = missed.add(Column::State.eq(DeliveryState::Failed.as_str()).and(Column::EndedAt.gte(since)));
    }
    let first = webhook_delivery::Entity::find()
        .select_only()
        .column_as(Column::ChangeNumber.min(), "first")
        .filter(Column::EndpointId.eq(id.0))
        .filter(missed)
        .into_tuple::<Option<i64>>()
        .one(tx)
        .await?;
    end(tx, ended(), DeliveryState::Failed, at).await?;
    Ok(first.flatten())
}

impl TryFrom<webhook_delivery::Model> for Delivery {
    type Error = StoreError;

    fn try_from(row: webhook_delivery::Model) -> Result<Self, StoreError> {
        let what = format!("webhook delivery {}", row.number);
        let lane = match row.lane {
            0 => Lane::Kill,
            1 => Lane::Normal,
            other => return Err(StoreError::corrupt(what, format!("{other} is no lane"))),
        };
        Ok(Self {
            number: row.number,
            created_at: instant(&what, row.created_at)?,
            tries: count(&what, row.tries)?,
            event: NewDelivery {
                version: row.version.map(|number| count(&what, number)).transpose()?,
                event_id: row.event_id,
                event_type: row.event_type,
                item: row.item,
                change: row.change_number,
                lane,
                body: row.body,
            },
        })
    }
}
