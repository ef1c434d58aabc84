//! Who subscribed to a feed, and which state of it arrived there.
//!
//! Nothing waits in a line here: a subscriber is behind as long as what it was told last is not what the feed is now, and
//! the newest state is all it needs.

use chrono::{DateTime, Utc};
use griot_domain::micros;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{EndpointId, Webhooks, count, instant};
use crate::StoreError;
use crate::entity::websub_subscription::{self, Column, Entity};

/// A subscription to a feed.
#[derive(Clone, PartialEq, Eq)]
pub struct Subscription {
    /// Attempts are logged under it.
    pub id: EndpointId,
    /// The feed: the end of its address.
    pub topic: String,
    /// Where it is delivered.
    pub callback: String,
    /// `HOST:PORT` of that.
    pub host: String,
    /// What deliveries are signed with.
    pub secret: Option<String>,
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// The first instant at which nothing is delivered any more.
    pub expires_at: DateTime<Utc>,
    /// Digest of the feed as it arrived last, or as it was when it was subscribed to.
    pub told: String,
    /// Failures since something arrived.
    pub tries: u32,
    /// When it was first tried to deliver what has not arrived.
    pub failing_since: Option<DateTime<Utc>>,
    /// Nothing is tried before.
    pub due_at: DateTime<Utc>,
}

/// What became of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SubscriptionThen {
    /// The feed of this digest arrived, or was tried for as long as anything is.
    Told {
        #[allow(missing_docs)]
        digest: String,
    },
    /// It is tried again.
    Again {
        #[allow(missing_docs)]
        tries: u32,
        #[allow(missing_docs)]
        failing_since: DateTime<Utc>,
        #[allow(missing_docs)]
        at: DateTime<Utc>,
    },
    /// Nothing is delivered any more, unless it was renewed since.
    Ended {
        /// Its end as it was then.
        expires_at: DateTime<Utc>,
    },
}

/// How many subscriptions there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SubscriptionCount {
    #[allow(missing_docs)]
    pub all: u64,
    /// Those at the host that was asked for.
    pub at_host: u64,
    /// Whether the one that was asked for is among them.
    pub is_known: bool,
}

/// Who knows the secret can write in our name.
impl std::fmt::Debug for Subscription {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Subscription({} to {} at {})", self.id, self.topic, self.callback)
    }
}

impl Webhooks {
    /// Keeps a subscription. Where the callback has the feed already, it is renewed: id, first instant, what arrived and when it
    /// is tried again stay.
    pub async fn subscribe(&self, new: &Subscription) -> Result<(), StoreError> {
        let renewed = [Column::Secret, Column::ExpiresAt];
        let conflict = OnConflict::columns([Column::Topic, Column::Callback]).update_columns(renewed).to_owned();
        let row = websub_subscription::ActiveModel {
            id: Set(new.id.0),
            topic: Set(new.topic.clone()),
            callback: Set(new.callback.clone()),
            host: Set(new.host.clone()),
            secret: Set(new.secret.clone()),
            created_at: Set(micros(new.created_at)),
            expires_at: Set(micros(new.expires_at)),
            told: Set(new.told.clone()),
            tries: Set(i64::from(new.tries)),
            failing_since: Set(new.failing_since.map(micros)),
            due_at: Set(micros(new.due_at)),
        };
        Entity::insert(row).on_conflict(conflict).exec_without_returning(&self.writes).await?;
        Ok(())
    }

    /// Ends a subscription; `false` when there is none.
    pub async fn unsubscribe(&self, topic: &str, callback: &str) -> Result<bool, StoreError> {
        let of_both = Column::Topic.eq(topic).and(Column::Callback.eq(callback));
        match Entity::find().filter(of_both).one(&self.writes).await? {
            Some(row) => self.end_subscription(EndpointId(row.id)).await,
            None => Ok(false),
        }
    }

    /// The same by its id, with the log of it.
    pub async fn end_subscription(&self, id: EndpointId) -> Result<bool, StoreError> {
        self.forget_attempts(id).await?;
        Ok(Entity::delete_by_id(id.0).exec(&self.writes).await?.rows_affected > 0)
    }

    /// All subscriptions, oldest first.
    pub async fn subscriptions(&self) -> Result<Vec<Subscription>, StoreError> {
        let rows = Entity::find().order_by_asc(Column::CreatedAt).order_by_asc(Column::Id).all(&self.reads).await?;
        rows.into_iter().map(Subscription::try_from).collect()
    }

    /// One subscription.
    pub async fn subscription(&self, id: EndpointId) -> Result<Option<Subscription>, StoreError> {
        Entity::find_by_id(id.0).one(&self.reads).await?.map(Subscription::try_from).transpose()
    }

    /// How many there are, those that ended at `now` left out. Three statements.
    pub async fn count_subscriptions(
        &self,
        (topic, callback): (&str, &str),
        host: &str,
        now: DateTime<Utc>,
    ) -> Result<SubscriptionCount, StoreError> {
        let live = || Entity::find().filter(Column::ExpiresAt.gt(micros(now)));
        let same = live().filter(Column::Topic.eq(topic)).filter(Column::Callback.eq(callback));
        Ok(SubscriptionCount {
            all: live().count(&self.reads).await?,
            at_host: live().filter(Column::Host.eq(host)).count(&self.reads).await?,
            is_known: same.one(&self.reads).await?.is_some(),
        })
    }

    /// Feeds that somebody is subscribed to at `now`, in order.
    pub async fn topics(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let topics = Entity::find().select_only().column(Column::Topic).distinct();
        let topics = topics.filter(Column::ExpiresAt.gt(micros(now))).order_by_asc(Column::Topic);
        Ok(topics.into_tuple().all(&self.reads).await?)
    }

    /// Feeds that failed to arrive somewhere, and are to be tried again by `now`.
    pub async fn topics_due(&self, now: DateTime<Utc>) -> Result<Vec<String>, StoreError> {
        let topics = Entity::find().select_only().column(Column::Topic).distinct();
        let failed = Column::Tries.gt(0).and(Column::DueAt.lte(micros(now)));
        Ok(topics.filter(failed).filter(Column::ExpiresAt.gt(micros(now))).into_tuple().all(&self.reads).await?)
    }

    /// The next of those who are to be told at `now` that a feed has another digest, after the one with the id `after`.
    pub async fn behind(
        &self,
        topic: &str,
        digest: &str,
        now: DateTime<Utc>,
        after: Option<EndpointId>,
        limit: u64,
    ) -> Result<Vec<Subscription>, StoreError> {
        let mut rows = Entity::find()
            .filter(Column::Topic.eq(topic))
            .filter(Column::Told.ne(digest))
            .filter(Column::DueAt.lte(micros(now)))
            .filter(Column::ExpiresAt.gt(micros(now)))
            .order_by_asc(Column::Id)
            .limit(limit);
        if let Some(EndpointId(after)) = after {
            rows = rows.filter(Column::Id.gt(after));
        }
        rows.all(&self.reads).await?.into_iter().map(Subscription::try_from).collect()
    }

    /// Writes down what became of an attempt.
    pub async fn settle(&self, id: EndpointId, then: &SubscriptionThen) -> Result<(), StoreError> {
        let values = match then {
            SubscriptionThen::Ended { expires_at } => {
                let same = Column::Id.eq(id.0).and(Column::ExpiresAt.eq(micros(*expires_at)));
                if Entity::delete_many().filter(same).exec(&self.writes).await?.rows_affected > 0 {
                    self.forget_attempts(id).await?;
                }
                return Ok(());
            }
            SubscriptionThen::Told { digest } => [
                (Column::Told, Expr::value(digest.as_str())),
                (Column::Tries, Expr::value(0i64)),
                (Column::FailingSince, Expr::value(None::<i64>)),
                (Column::DueAt, Expr::value(0i64)),
            ],
            SubscriptionThen::Again { tries, failing_since, at } => [
                (Column::Told, Expr::col(Column::Told)),
                (Column::Tries, Expr::value(i64::from(*tries))),
                (Column::FailingSince, Expr::value(Some(micros(*failing_since)))),
                (Column::DueAt, Expr::value(micros(*at))),
            ],
        };
        let mut update = Entity::update_many().filter(Column::Id.eq(id.0));
        for (column, value) in values {
            update = update.col_expr(column, value);
        }
        update.exec(&self.writes).await?;
        Ok(())
    }

    /// Forgets the subscriptions that ended by `now`. Answers how many these were.
    pub async fn forget_subscriptions(&self, now: DateTime<Utc>) -> Result<u64, StoreError> {
        let ended = Column::ExpiresAt.lte(micros(now));
        Ok(Entity::delete_many().filter(ended).exec(&self.writes).await?.rows_affected)
    }
}

impl TryFrom<websub_subscription::Model> for Subscription {
    type Error = StoreError;

    fn try_from(row: websub_subscription::Model) -> Result<Self, StoreError> {
        let what = format!("websub subscription {}", row.id);
        Ok(Self {
            id: EndpointId(row.id),
            created_at: instant(&what, row.created_at)?,
            expires_at: instant(&what, row.expires_at)?,
            tries: count(&what, row.tries)?,
            failing_since: row.failing_since.map(|at| instant(&what, at)).transpose()?,
            due_at: instant(&what, row.due_at)?,
            topic: row.topic,
            callback: row.callback,
            host: row.host,
            secret: row.secret,
            told: row.told,
        })
    }
}
