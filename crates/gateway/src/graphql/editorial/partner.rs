//! Partners: the outlets that receive what is issued.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, SimpleObject};
use chrono::TimeDelta;
use griot_access::{ExposeSecret, Grant, IssueError, NewHolder};
use griot_editorial::UserErrorCode;
use griot_front::directive::List;
use griot_persistence::{EVERYTHING_PRODUCT, PartnerSaving};
use serde_json::json;
use uuid::Uuid;

use super::error::{Answer, EditorialError, Nullable};
use super::input::{Flaw, When};
use super::product::Managing;
use super::user_error::UserError;
use crate::graphql::delivery::error::ApiError;
use crate::partners::is_idle;

/// Requests in a minute, where nothing is said.
const USUAL_REQUESTS: u32 = 600;
const MOST_REQUESTS: i32 = 1_000_000;
/// A day in minutes.
const LONGEST_IDLE: i32 = 24 * 60;
/// Most products of one partner.
const MOST_PRODUCTS: usize = 100;

/// An outlet that receives what is issued.
#[derive(SimpleObject)]
pub(crate) struct Partner {
    /// Identity.
    id: ID,
    /// What it is called.
    name: String,
    /// The products it receives.
    #[graphql(directive = List::apply(100))]
    product_ids: Vec<ID>,
    /// Requests its keys may make in a minute, all together.
    requests_per_minute: i32,
    /// The version of the terms of embargo it accepted.
    embargo_terms: Option<String>,
    /// When it accepted them.
    embargo_accepted_at: Option<When>,
    /// After how many minutes without a request for changes it wants to be warned of.
    idle_after_minutes: Option<i32>,
    /// Whether it has not asked for changes for so long.
    is_idle: bool,
    /// When it asked for changes last.
    polled_at: Option<When>,
    /// Since when its keys open nothing.
    suspended_at: Option<When>,
}

/// A partner, new or changed. What is left out stays.
#[derive(Debug, InputObject)]
pub(crate) struct PartnerSaveInput {
    /// Which partner; a new one when left out.
    id: Option<ID>,
    /// What it is called. Needed for a new one.
    name: Option<String>,
    /// The products it receives; everything, for a new one.
    product_ids: Option<Vec<ID>>,
    /// Requests its keys may make in a minute, all together; 600 for a new one.
    requests_per_minute: Option<i32>,
    /// The version of the terms of embargo it accepted: its keys see embargoed items. Null takes that back.
    embargo_terms: MaybeUndefined<String>,
    /// Minutes without a request for changes after which to warn, 1 to 1440; null for never.
    idle_after_minutes: MaybeUndefined<i32>,
    /// Whether its keys open nothing.
    is_suspended: Option<bool>,
}

/// Whose key to make.
#[derive(Debug, InputObject)]
pub(crate) struct PartnerKeyCreateInput {
    /// The partner.
    partner_id: ID,
    /// Days after which it opens nothing any more, 1 to 3650; never when left out.
    lifetime_days: Option<i32>,
}

/// Result of changing a partner.
#[derive(SimpleObject)]
pub(crate) struct PartnerPayload {
    /// The partner as it is now; null when nothing changed.
    partner: Option<Partner>,
    /// Why nothing changed; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Result of making a key.
#[derive(SimpleObject)]
pub(crate) struct PartnerKeyPayload {
    /// The public part, such as to revoke it.
    id: Option<ID>,
    /// All of it, shown this once: the bearer token of the partner's requests.
    key: Option<String>,
    /// The first instant it opens nothing.
    expires_at: Option<When>,
    /// Why none was made; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Partners.
#[derive(Default)]
pub struct PartnerWrites;

#[Object]
impl PartnerWrites {
    /// Adds or changes a partner.
    async fn partner_save(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner.")] input: PartnerSaveInput,
    ) -> Nullable<PartnerPayload> {
        let saved = async {
            let saved = match Managing::of(ctx)? {
                Ok(managing) => save(&managing, input).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(match saved {
                Ok(partner) => PartnerPayload { partner: Some(partner), user_errors: Vec::new() },
                Err(flaw) => PartnerPayload { partner: None, user_errors: vec![flaw.into()] },
            })
        };
        Some(saved.await)
    }

    /// Makes a key for a partner. A partner has at most two that are live: the one in use, and the one that replaces it.
    async fn partner_key_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose key.")] input: PartnerKeyCreateInput,
    ) -> Nullable<PartnerKeyPayload> {
        let made = async {
            let made = match Managing::of(ctx)? {
                Ok(managing) => make_key(&managing, &input).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(made.unwrap_or_else(|flaw| PartnerKeyPayload {
                id: None,
                key: None,
                expires_at: None,
                user_errors: vec![flaw.into()],
            }))
        };
        Some(made.await)
    }
}

impl Partner {
    pub fn new(partner: griot_persistence::Partner, now: chrono::DateTime<chrono::Utc>) -> Self {
        let (embargo_terms, accepted_at) = partner.embargo.clone().unzip();
        let number = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            is_idle: is_idle(&partner, now),
            product_ids: partner.products.iter().map(|id| ID(id.to_string())).collect(),
            requests_per_minute: number(partner.requests_per_minute),
            embargo_terms,
            embargo_accepted_at: accepted_at.map(When::from),
            idle_after_minutes: partner.idle_after_minutes.map(number),
            polled_at: partner.polled.map(|(at, _)| at.into()),
            suspended_at: partner.suspended_at.map(When::from),
            id: ID(partner.id.to_string()),
            name: partner.name,
        }
    }
}

fn not_found(path: &[&str], id: &ID) -> Flaw {
    let flaw = Flaw::invalid(path, format!("there is no partner {}", **id));
    Flaw { code: UserErrorCode::NotFound, ..flaw }
}

async fn known(managing: &Managing<'_>, id: &ID) -> Answer<Option<griot_persistence::Partner>> {
    match Uuid::try_parse(id) {
        Ok(id) => Ok(managing.store.partner(id).await?),
        Err(_) => Ok(None),
    }
}

async fn save(managing: &Managing<'_>, input: PartnerSaveInput) -> Answer<Result<Partner, Flaw>> {
    let now = managing.previews.clock.now();
    let base = match &input.id {
        Some(id) => match known(managing, id).await? {
            Some(partner) => partner,
            None => return Ok(Err(not_found(&["id"], id))),
        },
        None => griot_persistence::Partner {
            id: managing.caller.desk.next_id(),
            name: String::new(),
            embargo: None,
            requests_per_minute: USUAL_REQUESTS,
            idle_after_minutes: None,
            created_at: now,
            suspended_at: None,
            polled: None,
            products: vec![EVERYTHING_PRODUCT],
        },
    };
    let partner = match changed(base, input, now) {
        Ok(partner) => partner,
        Err(flaw) => return Ok(Err(flaw)),
    };
    match managing.store.save_partner(&partner, now).await? {
        PartnerSaving::Saved => {}
        PartnerSaving::NameTaken => {
            let flaw = Flaw::invalid(&["name"], format!("another partner is called {}", partner.name));
            return Ok(Err(Flaw { code: UserErrorCode::Taken, ..flaw }));
        }
        PartnerSaving::NoProduct(id) => {
            let flaw = Flaw::invalid(&["productIds"], format!("there is no product {id}"));
            return Ok(Err(Flaw { code: UserErrorCode::NotFound, ..flaw }));
        }
    }
    Ok(Ok(Partner::new(partner, now)))
}

/// The partner with what the input says of it.
fn changed(
    mut partner: griot_persistence::Partner,
    input: PartnerSaveInput,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<griot_persistence::Partner, Flaw> {
    if let Some(name) = input.name {
        partner.name = name.trim().to_owned();
    }
    let length = partner.name.chars().count();
    if !(1..=200).contains(&length) || partner.name.chars().any(char::is_control) {
        return Err(Flaw::invalid(&["name"], "use 1 to 200 characters on one line"));
    }
    if let Some(ids) = input.product_ids {
        if ids.len() > MOST_PRODUCTS {
            return Err(Flaw::invalid(&["productIds"], format!("write {MOST_PRODUCTS} at most")));
        }
        let read = |id: &ID| Uuid::try_parse(id).map_err(|_| format!("`{}` is not the id of a product", **id));
        let ids: Result<Vec<Uuid>, String> = ids.iter().map(read).collect();
        partner.products = ids.map_err(|err| Flaw::invalid(&["productIds"], err))?;
        partner.products.sort_unstable();
        partner.products.dedup();
    }
    if let Some(count) = input.requests_per_minute {
        let count = u32::try_from(count).ok().filter(|_| (1..=MOST_REQUESTS).contains(&count));
        let message = format!("write 1 to {MOST_REQUESTS}");
        partner.requests_per_minute = count.ok_or_else(|| Flaw::invalid(&["requestsPerMinute"], message))?;
    }
    match input.embargo_terms {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => partner.embargo = None,
        MaybeUndefined::Value(version) if version.trim().is_empty() || version.len() > 200 => {
            return Err(Flaw::invalid(&["embargoTerms"], "write the version that was accepted, or null"));
        }
        MaybeUndefined::Value(version) => partner.embargo = Some((version, now)),
    }
    match input.idle_after_minutes {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => partner.idle_after_minutes = None,
        MaybeUndefined::Value(minutes) => {
            let minutes = u32::try_from(minutes).ok().filter(|_| (1..=LONGEST_IDLE).contains(&minutes));
            let message = format!("write 1 to {LONGEST_IDLE}, or null");
            let minutes = minutes.ok_or_else(|| Flaw::invalid(&["idleAfterMinutes"], message))?;
            partner.idle_after_minutes = Some(minutes);
        }
    }
    match input.is_suspended {
        Some(true) => partner.suspended_at = partner.suspended_at.or(Some(now)),
        Some(false) => partner.suspended_at = None,
        None => {}
    }
    Ok(partner)
}

async fn make_key(managing: &Managing<'_>, input: &PartnerKeyCreateInput) -> Answer<Result<PartnerKeyPayload, Flaw>> {
    let Some(partner) = known(managing, &input.partner_id).await? else {
        return Ok(Err(not_found(&["partnerId"], &input.partner_id)));
    };
    if input.lifetime_days.is_some_and(|days| !(1..=3_650).contains(&days)) {
        return Ok(Err(Flaw::invalid(&["lifetimeDays"], "write 1 to 3650, or leave it out")));
    }
    // Whether it shows embargoed items is for the terms of the partner to say.
    let grant = Grant::Delivery { partner: Some(partner.id), sees_embargoed: true, operations: None };
    let lives = input.lifetime_days.map(|days| TimeDelta::days(days.into()));
    let holder = NewHolder { name: partner.name.clone(), account: None, grant, lives };
    let keys = &managing.previews.keys;
    let issued = match keys.issue(holder).await {
        Ok(issued) => issued,
        Err(IssueError::Store(err)) => return Err(err.into()),
        Err(err @ IssueError::Random(_)) => return Err(EditorialError::Api(ApiError::internal(err))),
        Err(err) => {
            let flaw = Flaw::invalid(&["partnerId"], err);
            return Ok(Err(Flaw { code: UserErrorCode::State, ..flaw }));
        }
    };
    if let Err(err) = managing.record(json!({ "partner": partner.name, "key": issued.id })).await {
        // What is in nobody's log opens nothing.
        keys.revoke(&issued.id).await?;
        return Err(err);
    }
    Ok(Ok(PartnerKeyPayload {
        id: Some(ID(issued.id)),
        key: Some(issued.key.expose_secret().to_owned()),
        expires_at: issued.expires_at.map(When::from),
        user_errors: Vec::new(),
    }))
}
