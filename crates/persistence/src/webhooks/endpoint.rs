//! Where a partner listens.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use griot_domain::micros;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde_json::json;
use uuid::Uuid;

use super::delivery::{self, Clearing};
use super::{Webhooks, count, instant, note_change};
use crate::StoreError;
use crate::editorial::note;
use crate::entity::{webhook_attempt, webhook_delivery, webhook_endpoint};

/// Identity of an endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EndpointId(pub Uuid);

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for EndpointId {
    type Err = uuid::Error;

    fn from_str(raw: &str) -> Result<Self, uuid::Error> {
        Uuid::try_parse(raw).map(Self)
    }
}

/// An address of a partner, and what is sent there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    #[allow(missing_docs)]
    pub id: EndpointId,
    /// Whose it is.
    pub partner: Uuid,
    #[allow(missing_docs)]
    pub url: String,
    /// Names of products; `None` for all the partner has.
    pub products: Option<BTreeSet<String>>,
    /// Words for types of events, which this crate does not judge; `None` for all.
    pub types: Option<BTreeSet<String>>,
    #[allow(missing_docs)]
    pub state: EndpointState,
    /// When it came to be in this state.
    pub state_since: DateTime<Utc>,
    #[allow(missing_docs)]
    pub secrets: SigningSecrets,
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// The last change of the partner's products that was made into events.
    pub place: i64,
    /// How it does.
    pub health: Health,
}

/// Whether anything is sent to an endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndpointState {
    /// It has not shown yet that it wants to be sent anything.
    Pending,
    /// It gets what is new.
    Active,
    /// It gets nothing.
    Disabled {
        /// In a person's words.
        reason: String,
    },
}

/// What deliveries to an endpoint are signed with.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningSecrets {
    /// As the partner has it.
    pub current: String,
    /// The one before, and the first instant it signs nothing.
    pub previous: Option<(String, DateTime<Utc>)>,
}

/// How attempts went lately.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Health {
    /// Failures since the last success.
    pub failures: u32,
    /// When the first of these was.
    pub failing_since: Option<DateTime<Utc>>,
    /// Nothing but kills is sent before.
    pub paused_until: Option<DateTime<Utc>>,
}

/// What can be changed of an endpoint; `None` leaves it as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointChange {
    /// Another address has to be verified first.
    pub url: Option<String>,
    #[allow(missing_docs)]
    pub products: Option<Option<BTreeSet<String>>>,
    #[allow(missing_docs)]
    pub types: Option<Option<BTreeSet<String>>>,
}

/// Who can read these can write in our name.
impl fmt::Debug for SigningSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningSecrets(…)")
    }
}

impl Endpoint {
    /// Whether it gets what is new.
    pub fn is_active(&self) -> bool {
        self.state == EndpointState::Active
    }
}

impl EndpointState {
    /// The word in the store.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Active => "active",
            Self::Disabled { .. } => "disabled",
        }
    }
}

impl Webhooks {
    /// Keeps a new endpoint.
    pub async fn create(&self, endpoint: &Endpoint) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        webhook_endpoint::Entity::insert(row(endpoint)).exec_without_returning(&tx).await?;
        note_change(&tx).await?;
        self.note(&tx, "add", endpoint).await?;
        tx.commit().await?;
        Ok(())
    }

    /// One endpoint.
    pub async fn endpoint(&self, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
        webhook_endpoint::Entity::find_by_id(id.0).one(&self.reads).await?.map(Endpoint::try_from).transpose()
    }

    /// All endpoints, or those of a partner, oldest first.
    pub async fn endpoints(&self, partner: Option<Uuid>) -> Result<Vec<Endpoint>, StoreError> {
        let mut all = webhook_endpoint::Entity::find()
            .order_by_asc(webhook_endpoint::Column::CreatedAt)
            .order_by_asc(webhook_endpoint::Column::Id);
        if let Some(partner) = partner {
            all = all.filter(webhook_endpoint::Column::PartnerId.eq(partner));
        }
        all.all(&self.reads).await?.into_iter().map(Endpoint::try_from).collect()
    }

    /// Changes what is sent where. A new address makes it pending. What waits for another address, or was made for other
    /// products, is made anew. Answers the endpoint as it is then.
    pub async fn change(
        &self,
        id: EndpointId,
        change: EndpointChange,
        at: DateTime<Utc>,
    ) -> Result<Option<Endpoint>, StoreError> {
        let tx = self.begin().await?;
        let Some(mut row) = locked(&tx, id).await? else { return Ok(None) };
        let before = (row.url.clone(), row.products.clone());
        if let Some(url) = change.url.filter(|url| *url != row.url) {
            row.url = url;
            enter(&mut row, &EndpointState::Pending, at);
        }
        if let Some(products) = change.products {
            row.products = products.map(words);
        }
        if let Some(types) = change.types {
            row.types = types.map(words);
        }
        if before != (row.url.clone(), row.products.clone()) {
            begin_anew(&tx, &mut row, Clearing::Remade, at).await?;
        }
        let endpoint = store(&tx, row).await?;
        self.note(&tx, "change", &endpoint).await?;
        tx.commit().await?;
        Ok(Some(endpoint))
    }

    /// Has an endpoint answered for, so that it gets what is new from now on, and at once what waits. `None` when there is none
    /// with this `url` any more.
    pub async fn activate(&self, id: EndpointId, url: &str, at: DateTime<Utc>) -> Result<Option<Endpoint>, StoreError> {
        let tx = self.begin().await?;
        let Some(mut row) = locked(&tx, id).await?.filter(|row| row.url == url) else { return Ok(None) };
        enter(&mut row, &EndpointState::Active, at);
        (row.failures, row.failing_since, row.paused_until) = (0, None, None);
        delivery::hasten(&tx, id, at).await?;
        let endpoint = store(&tx, row).await?;
        self.note(&tx, "verify", &endpoint).await?;
        tx.commit().await?;
        Ok(Some(endpoint))
    }

    /// Ends all deliveries to an endpoint. What waits in its line is made anew when it is active again.
    pub async fn disable(
        &self,
        id: EndpointId,
        reason: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Endpoint>, StoreError> {
        let tx = self.begin().await?;
        let Some(mut row) = locked(&tx, id).await? else { return Ok(None) };
        disable(&tx, &mut row, reason, at).await?;
        let endpoint = store(&tx, row).await?;
        self.note(&tx, "disable", &endpoint).await?;
        tx.commit().await?;
        Ok(Some(endpoint))
    }

    /// Signs with `secret` from now on, and with the one before until `previous_until`. An older one ends now.
    pub async fn rotate(
        &self,
        id: EndpointId,
        secret: &str,
        previous_until: DateTime<Utc>,
    ) -> Result<Option<Endpoint>, StoreError> {
        self.alter(id, "rotate", |row| {
            row.previous_secret = Some(std::mem::replace(&mut row.secret, secret.to_owned()));
            row.previous_until = Some(micros(previous_until));
        })
        .await
    }

    /// Has everything after `place` made into events again. They have the ids they had.
    pub async fn replay(&self, id: EndpointId, place: i64) -> Result<Option<Endpoint>, StoreError> {
        self.alter(id, "replay", |row| row.place = row.place.min(place)).await
    }

    /// Forgets an endpoint, its line and its log; `false` when there is none.
    pub async fn delete(&self, id: EndpointId) -> Result<bool, StoreError> {
        let tx = self.begin().await?;
        let Some(row) = locked(&tx, id).await? else { return Ok(false) };
        let gone = Endpoint::try_from(row)?;
        webhook_endpoint::Entity::delete_by_id(id.0).exec(&tx).await?;
        webhook_delivery::Entity::delete_many().filter(webhook_delivery::Column::EndpointId.eq(id.0)).exec(&tx).await?;
        webhook_attempt::Entity::delete_many().filter(webhook_attempt::Column::EndpointId.eq(id.0)).exec(&tx).await?;
        note_change(&tx).await?;
        self.note(&tx, "delete", &gone).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Does `act` to an endpoint.
    async fn alter(
        &self,
        id: EndpointId,
        act: &str,
        alter: impl FnOnce(&mut webhook_endpoint::Model),
    ) -> Result<Option<Endpoint>, StoreError> {
        let tx = self.begin().await?;
        let Some(mut row) = locked(&tx, id).await? else { return Ok(None) };
        alter(&mut row);
        let endpoint = store(&tx, row).await?;
        self.note(&tx, act, &endpoint).await?;
        tx.commit().await?;
        Ok(Some(endpoint))
    }

    /// Writes down what was done to an endpoint, as the last thing before the commit. Never a secret: what an address says
    /// after `?` may be one.
    async fn note(&self, tx: &DatabaseTransaction, act: &str, endpoint: &Endpoint) -> Result<(), StoreError> {
        let Endpoint { id, partner, url, products, types, state, .. } = endpoint;
        let address = url.split(['?', '#']).next().unwrap_or_default();
        let detail = || {
            json!({ "act": act, "endpoint": id.to_string(), "partnerId": partner, "url": address,
            "products": products, "types": types, "state": state.as_str() })
        };
        note(tx, self.actor.as_deref(), Vec::new(), detail).await
    }
}

/// The row, which no other transaction changes before the end of this one. Whoever writes deliveries of an endpoint takes
/// its row first.
pub(super) async fn locked(
    tx: &DatabaseTransaction,
    id: EndpointId,
) -> Result<Option<webhook_endpoint::Model>, StoreError> {
    Ok(webhook_endpoint::Entity::find_by_id(id.0).lock_exclusive().one(tx).await?)
}

/// Writes a row back and has senders look at it.
pub(super) async fn store(tx: &DatabaseTransaction, row: webhook_endpoint::Model) -> Result<Endpoint, StoreError> {
    let stored = row.into_active_model().reset_all().update(tx).await?;
    note_change(tx).await?;
    stored.try_into()
}

/// Writes down how an endpoint does; senders know that already.
pub(super) async fn store_health(tx: &DatabaseTransaction, id: EndpointId, health: Health) -> Result<(), StoreError> {
    webhook_endpoint::Entity::update_many()
        .col_expr(webhook_endpoint::Column::Failures, Expr::value(i64::from(health.failures)))
        .col_expr(webhook_endpoint::Column::FailingSince, Expr::value(health.failing_since.map(micros)))
        .col_expr(webhook_endpoint::Column::PausedUntil, Expr::value(health.paused_until.map(micros)))
        .filter(webhook_endpoint::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Moves the place of an endpoint on.
pub(super) async fn move_on(tx: &DatabaseTransaction, id: EndpointId, place: i64) -> Result<(), StoreError> {
    webhook_endpoint::Entity::update_many()
        .col_expr(webhook_endpoint::Column::Place, Expr::value(place))
        .filter(webhook_endpoint::Column::Id.eq(id.0))
        .exec(tx)
        .await?;
    Ok(())
}

/// Disables an endpoint, whose place goes back before what is taken out of its line.
pub(super) async fn disable(
    tx: &DatabaseTransaction,
    row: &mut webhook_endpoint::Model,
    reason: &str,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    begin_anew(tx, row, Clearing::Everything, at).await?;
    enter(row, &EndpointState::Disabled { reason: reason.to_owned() }, at);
    Ok(())
}

/// Takes what waits out of the line of an endpoint, whose place goes back before it.
async fn begin_anew(
    tx: &DatabaseTransaction,
    row: &mut webhook_endpoint::Model,
    clearing: Clearing,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    if let Some(first) = delivery::clear_line(tx, EndpointId(row.id), clearing, row.failing_since, at).await? {
        row.place = row.place.min(first - 1);
    }
    Ok(())
}

/// Does so for all endpoints of a partner, since it receives other products now.
pub(crate) async fn begin_all_anew(
    tx: &DatabaseTransaction,
    partner: Uuid,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of_partner = webhook_endpoint::Column::PartnerId.eq(partner);
    let rows = webhook_endpoint::Entity::find().filter(of_partner).order_by_asc(webhook_endpoint::Column::Id);
    for mut row in rows.lock_exclusive().all(tx).await? {
        begin_anew(tx, &mut row, Clearing::Remade, at).await?;
        store(tx, row).await?;
    }
    Ok(())
}

fn enter(row: &mut webhook_endpoint::Model, state: &EndpointState, at: DateTime<Utc>) {
    row.state = state.as_str().to_owned();
    row.state_since = micros(at);
    row.state_reason = match state {
        EndpointState::Disabled { reason } => Some(reason.clone()),
        EndpointState::Pending | EndpointState::Active => None,
    };
}

fn words(words: BTreeSet<String>) -> String {
    words.into_iter().collect::<Vec<_>>().join(" ")
}

fn row(endpoint: &Endpoint) -> webhook_endpoint::ActiveModel {
    let (previous_secret, previous_until) = endpoint.secrets.previous.clone().unzip();
    let reason = match &endpoint.state {
        EndpointState::Disabled { reason } => Some(reason.clone()),
        EndpointState::Pending | EndpointState::Active => None,
    };
    webhook_endpoint::ActiveModel {
        id: Set(endpoint.id.0),
        partner_id: Set(endpoint.partner),
        url: Set(endpoint.url.clone()),
        products: Set(endpoint.products.clone().map(words)),
        types: Set(endpoint.types.clone().map(words)),
        state: Set(endpoint.state.as_str().to_owned()),
        state_reason: Set(reason),
        state_since: Set(micros(endpoint.state_since)),
        secret: Set(endpoint.secrets.current.clone()),
        previous_secret: Set(previous_secret),
        previous_until: Set(previous_until.map(micros)),
        created_at: Set(micros(endpoint.created_at)),
        place: Set(endpoint.place),
        failures: Set(i64::from(endpoint.health.failures)),
        failing_since: Set(endpoint.health.failing_since.map(micros)),
        paused_until: Set(endpoint.health.paused_until.map(micros)),
    }
}

impl TryFrom<&webhook_endpoint::Model> for Health {
    type Error = StoreError;

    fn try_from(row: &webhook_endpoint::Model) -> Result<Self, StoreError> {
        let what = format!("webhook endpoint {}", row.id);
        Ok(Self {
            failures: count(&what, row.failures)?,
            failing_since: row.failing_since.map(|at| instant(&what, at)).transpose()?,
            paused_until: row.paused_until.map(|at| instant(&what, at)).transpose()?,
        })
    }
}

impl TryFrom<webhook_endpoint::Model> for Endpoint {
    type Error = StoreError;

    fn try_from(row: webhook_endpoint::Model) -> Result<Self, StoreError> {
        let what = format!("webhook endpoint {}", row.id);
        let state = match row.state.as_str() {
            "pending" => EndpointState::Pending,
            "active" => EndpointState::Active,
            "disabled" => EndpointState::Disabled { reason: row.state_reason.clone().unwrap_or_default() },
            other => return Err(StoreError::corrupt(what, format!("`{other}` is no state"))),
        };
        let set = |words: &Option<String>| words.as_ref().map(|words| words.split(' ').map(str::to_owned).collect());
        let previous_until = row.previous_until.map(|at| instant(&what, at)).transpose()?;
        Ok(Self {
            id: EndpointId(row.id),
            partner: row.partner_id,
            products: set(&row.products),
            types: set(&row.types),
            state,
            state_since: instant(&what, row.state_since)?,
            health: Health::try_from(&row)?,
            secrets: SigningSecrets { current: row.secret, previous: row.previous_secret.zip(previous_until) },
            created_at: instant(&what, row.created_at)?,
            place: row.place,
            url: row.url,
        })
    }
}
