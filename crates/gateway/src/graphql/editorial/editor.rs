//! Who asks, and what they may read.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, SimpleObject};
use griot_access::{EditorialAct, Principal, may};
use griot_domain::Locale;
use griot_editorial::{Command, Desk, Doing, Performed, UserError, UserErrorCode};
use griot_persistence::EditorialStore;
use url::Url;

use super::error::{Answer, EditorialError};
use crate::graphql::delivery::error::ApiError;
use crate::tail::Tail;

/// Longest idempotency key, in bytes.
const LONGEST_KEY: usize = 200;

/// Who sends a request to the editorial schema. Whoever answers HTTP puts it into the request's data; without it every
/// field is refused.
#[derive(Clone, Debug)]
pub struct Editor {
    /// Whom the credentials stand for.
    pub principal: Principal,
    /// Address of the client, for the audit log.
    pub origin: String,
}

/// What the editors' side has to know of the site.
pub(super) struct Base {
    /// Its address, which relative addresses in texts start from.
    pub url: Url,
    /// Its own language.
    pub locale: Locale,
}

/// An editor at the desk.
pub(super) struct Caller<'c> {
    pub desk: &'c Desk,
    pub editor: &'c Editor,
    pub base: &'c Base,
    tail: Option<&'c Tail>,
}

impl<'c> Caller<'c> {
    /// Whoever sent the request.
    pub fn of(ctx: &Context<'c>) -> Answer<Self> {
        let editor = ctx.data_opt::<Editor>().ok_or(EditorialError::Unauthenticated)?;
        let (Some(desk), Some(base)) = (ctx.data_opt::<Arc<Desk>>(), ctx.data_opt::<Base>()) else {
            return Err(EditorialError::Api(ApiError::internal("the schema was built without a desk")));
        };
        let tail = ctx.data_opt::<Arc<Tail>>().map(Arc::as_ref);
        Ok(Self { desk, editor, base, tail })
    }

    /// Whoever sent the request, if they may do `act`.
    pub fn who_may(ctx: &Context<'c>, act: EditorialAct) -> Answer<Self> {
        let caller = Self::of(ctx)?;
        let role = caller.editor.principal.role;
        if may(role, act) { Ok(caller) } else { Err(EditorialError::Forbidden { act, role }) }
    }

    pub fn store(&self) -> &'c EditorialStore {
        self.desk.store()
    }

    /// Gives the desk a command.
    pub async fn perform(&self, idempotency_key: Option<String>, command: &Command) -> Answer<Performed> {
        if let Some(length) =
            idempotency_key.as_ref().map(String::len).filter(|length| !(1..=LONGEST_KEY).contains(length))
        {
            let error = UserError {
                code: UserErrorCode::Invalid,
                message: format!("an idempotency key has 1 to {LONGEST_KEY} bytes, not {length}"),
                path: "idempotencyKey".to_owned(),
                entry: None,
                detail: Box::default(),
            };
            return Ok(Err(vec![error]));
        }
        let Editor { principal, origin } = self.editor.clone();
        let doing = Doing { principal, origin, idempotency_key };
        let performed = Box::pin(self.desk.perform(&doing, command)).await;
        // Whoever is told that it is done must not be shown by us what it has made wrong.
        if let Some(tail) = self.tail {
            tail.catch_up().await;
        }
        Ok(performed?)
    }
}

/// Whom the credentials of a request stand for.
#[derive(SimpleObject)]
pub(crate) struct Viewer {
    /// The same for as long as it is the same person or program.
    id: ID,
    /// Name.
    name: String,
    /// What they may do; see the table in the documentation.
    role: Role,
}

impl From<&Principal> for Viewer {
    fn from(principal: &Principal) -> Self {
        Self { id: ID(principal.id.clone()), name: principal.name.clone(), role: principal.role.into() }
    }
}

/// A role; each one may do all the one before it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_access::Role")]
pub(crate) enum Role {
    /// Writes.
    Author,
    /// Writes, and checks what others wrote.
    Editor,
    /// Makes public, and takes back.
    Publisher,
    /// Decides who may come in, and reads the audit log.
    Administrator,
}
