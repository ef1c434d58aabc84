//! Tokens that show a draft to whoever holds them, at `/preview/graphql`.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::TimeDelta;
use griot_access::{EditorialAct, ExposeSecret, KeyRing, PreviewError};
use griot_domain::{Clock, EntryId, RetractionAct};
use griot_editorial::UserErrorCode;
use griot_front::directive::List;
use griot_persistence::{AuditRecord, PreviewToken, StoreError};
use serde_json::{Value, json};

use super::editor::Caller;
use super::error::{Answer, EditorialError, Nullable};
use super::input::{Flaw, When, entry_id};
use super::user_error::UserError;
use crate::graphql::delivery::error::ApiError;

/// Entries one token may name.
const MOST_NAMED: usize = 20;

/// Makes and ends preview tokens. Whoever answers HTTP puts it into the request's data.
#[derive(Clone)]
pub struct PreviewDesk {
    /// Where tokens are kept.
    pub keys: KeyRing,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
}

/// What to show, and for how long.
#[derive(Debug, InputObject)]
pub(crate) struct PreviewTokenCreateInput {
    /// The entry (content id), when it is one.
    content_id: Option<ID>,
    /// The entries (content ids), 1 to 20, when they are several, such as all that is to become public together.
    content_ids: Option<Vec<ID>>,
    /// Minutes from now to the end, 1 to 1440.
    #[graphql(default = 60)]
    lifetime_minutes: i32,
}

/// Which token to end.
#[derive(Debug, InputObject)]
pub(crate) struct PreviewTokenRevokeInput {
    /// The id its creation answered.
    id: ID,
}

/// Result of making or ending a preview token.
#[derive(SimpleObject)]
pub(crate) struct PreviewTokenPayload {
    /// Names the token, such as to revoke it; null when nothing changed.
    id: Option<ID>,
    /// All of a new token, shown this once: the bearer token of requests to `/preview/graphql`.
    token: Option<String>,
    /// The first instant a new token shows nothing.
    expires_at: Option<When>,
    /// Why nothing changed; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Preview tokens.
#[derive(Default)]
pub struct PreviewWrites;

#[Object]
impl PreviewWrites {
    /// Makes a token that shows the drafts it names as if they were published. What they link to appears as it is
    /// published, or as its draft where it was never public.
    async fn preview_token_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries, and for how long.")] input: PreviewTokenCreateInput,
    ) -> Nullable<PreviewTokenPayload> {
        Some(create(ctx, input).await)
    }

    /// Ends a preview token at once. It ends by itself with the last live key of whoever made it.
    async fn preview_token_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: PreviewTokenRevokeInput,
    ) -> Nullable<PreviewTokenPayload> {
        Some(revoke(ctx, input).await)
    }
}

impl PreviewTokenPayload {
    fn refused(flaw: Flaw) -> Self {
        Self { id: None, token: None, expires_at: None, user_errors: vec![flaw.into()] }
    }
}

async fn create(ctx: &Context<'_>, input: PreviewTokenCreateInput) -> Answer<PreviewTokenPayload> {
    let caller = Caller::who_may(ctx, EditorialAct::Preview)?;
    let previews = previews(ctx)?;
    let named = match named(&input) {
        Ok(named) => named,
        Err(flaw) => return Ok(PreviewTokenPayload::refused(flaw)),
    };
    let entries: Vec<EntryId> = named.keys().copied().collect();
    let notices = caller.store().notices(&entries).await?;
    for (entry, path) in &named {
        if notices.get(entry).is_some_and(|notice| notice.act == RetractionAct::Killed) {
            return Ok(PreviewTokenPayload::refused(killed(*entry, path)));
        }
        let (code, message) = match caller.store().draft(*entry).await? {
            Some(draft) if !draft.is_archived => continue,
            Some(_) => (UserErrorCode::State, format!("{entry} was put away; bring it back first")),
            None => (UserErrorCode::NotFound, format!("there is no entry {entry}")),
        };
        return Ok(PreviewTokenPayload::refused(Flaw { code, path: path.clone(), message }));
    }
    let lifetime = TimeDelta::minutes(input.lifetime_minutes.into());
    let issued = previews.keys.issue_preview(&entries, &caller.editor.principal, lifetime).await;
    let (token, grant) = match issued {
        Ok(issued) => issued,
        Err(PreviewError::Lifetime) => {
            let most = PreviewToken::LONGEST.num_minutes();
            let message = format!("a token lives {} minutes: write 1 to {most}", input.lifetime_minutes);
            return Ok(PreviewTokenPayload::refused(Flaw::invalid(&["lifetimeMinutes"], message)));
        }
        Err(PreviewError::Store(err)) => return Err(err.into()),
        Err(err @ PreviewError::Random(_)) => return Err(EditorialError::Api(ApiError::internal(err))),
    };
    let detail = json!({ "token": grant.token, "expiresAt": grant.expires_at });
    let recorded = record(&caller, previews, entries, detail).await;
    if !matches!(recorded, Ok(None)) {
        // What is in nobody's log opens nothing.
        previews.keys.revoke_preview(&grant.token).await?;
    }
    if let Some(entry) = recorded? {
        return Ok(PreviewTokenPayload::refused(killed(entry, &named[&entry])));
    }
    Ok(PreviewTokenPayload {
        id: Some(ID(grant.token)),
        token: Some(token.expose_secret().to_owned()),
        expires_at: Some(grant.expires_at.into()),
        user_errors: Vec::new(),
    })
}

/// The entries a token is to show, and where in the input each stands.
fn named(input: &PreviewTokenCreateInput) -> Result<BTreeMap<EntryId, Vec<String>>, Flaw> {
    let (one, several) = match (&input.content_id, &input.content_ids) {
        (Some(id), None) => (Some(id), [].as_slice()),
        (None, Some(ids)) => (None, ids.as_slice()),
        (Some(_), Some(_)) => return Err(Flaw::invalid(&["contentIds"], "give this or `contentId`, not both")),
        (None, None) => return Err(Flaw::invalid(&["contentIds"], "give this or `contentId`")),
    };
    let mut named = BTreeMap::new();
    for (path, id) in one.map(|id| (vec!["contentId".to_owned()], id)).into_iter().chain(placed(several)) {
        let steps: Vec<&str> = path.iter().map(String::as_str).collect();
        named.entry(entry_id(&steps, id)?).or_insert(path);
    }
    if named.is_empty() || named.len() > MOST_NAMED {
        let message = format!("a token names {} entries: write 1 to {MOST_NAMED}", named.len());
        return Err(Flaw::invalid(&["contentIds"], message));
    }
    Ok(named)
}

fn placed(ids: &[ID]) -> impl Iterator<Item = (Vec<String>, &ID)> {
    ids.iter().enumerate().map(|(position, id)| (vec!["contentIds".to_owned(), position.to_string()], id))
}

fn killed(entry: EntryId, path: &[String]) -> Flaw {
    let message = format!("{entry} was killed, and is not shown to anybody again");
    Flaw { code: UserErrorCode::Killed, path: path.to_vec(), message }
}

async fn revoke(ctx: &Context<'_>, input: PreviewTokenRevokeInput) -> Answer<PreviewTokenPayload> {
    let caller = Caller::who_may(ctx, EditorialAct::Preview)?;
    let previews = previews(ctx)?;
    if !previews.keys.revoke_preview(&input.id).await? {
        let flaw = Flaw::invalid(&["id"], format!("there is no live preview token {}", *input.id));
        return Ok(PreviewTokenPayload::refused(Flaw { code: UserErrorCode::NotFound, ..flaw }));
    }
    record(&caller, previews, Vec::new(), json!({ "revoked": *input.id })).await?;
    Ok(PreviewTokenPayload { id: Some(input.id), token: None, expires_at: None, user_errors: Vec::new() })
}

pub(super) fn previews<'c>(ctx: &Context<'c>) -> Answer<&'c PreviewDesk> {
    let missing = || EditorialError::Api(ApiError::internal("the request was given no preview desk"));
    ctx.data_opt::<PreviewDesk>().ok_or_else(missing)
}

/// Writes it into the log, unless one of the subjects has been killed; then that one is returned.
async fn record(
    caller: &Caller<'_>,
    previews: &PreviewDesk,
    subjects: Vec<EntryId>,
    detail: Value,
) -> Result<Option<EntryId>, StoreError> {
    let mut act = caller.store().begin().await?;
    // Acts wait for each other here: a kill either came before and is seen, or comes after and ends the token.
    if let Some(killed) = act.killed(&subjects).await?.into_iter().next() {
        return Ok(Some(killed));
    }
    let record = AuditRecord {
        at: previews.clock.now(),
        author: caller.editor.principal.id.clone(),
        origin: caller.editor.origin.clone(),
        verb: EditorialAct::Preview.as_str().to_owned(),
        subjects,
        detail,
    };
    act.audit(&record).await?;
    act.commit().await?;
    Ok(None)
}
