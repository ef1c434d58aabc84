//! The keys of a record: making, replacing, revoking them, and telling whom one in hand belongs to.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use griot_persistence::{
    AccessKey, AccessKeys, KeyCreation, KeyGrant, Partner, PartnerStore, StoreError, principal_of,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::{Caller, Family, OperationGrant, Origin, Principal, Reader, Role, Token, Unauthenticated};

/// How long a key that was looked up is believed. A revoked one is refused everywhere when this has passed.
const BELIEVED: Duration = Duration::from_secs(2);

/// Keys remembered at once; beyond it they are looked up more often.
const REMEMBERED: usize = 4_096;

const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// The keys of a record. Clones share what they remember.
#[derive(Clone)]
pub struct KeyRing {
    pub(crate) keys: AccessKeys,
    pub(crate) clock: Arc<dyn Clock>,
    /// The version of the terms of embargo that partners have to have accepted; any will do without one.
    terms: Option<Arc<str>>,
    remembered: Arc<Mutex<HashMap<String, Held>>>,
}

/// A key that was looked up.
#[derive(Clone)]
struct Held {
    at: Instant,
    key: AccessKey,
    /// The partner whose key it is.
    partner: Option<Arc<Partner>>,
}

impl Held {
    fn is_believed(&self) -> bool {
        self.at.elapsed() < BELIEVED
    }

    /// Whether it opens anything at `now`.
    fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.key.is_live(now) && self.partner.as_ref().is_none_or(|partner| partner.suspended_at.is_none())
    }
}

/// Somebody who is given a first key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHolder {
    /// In a person's words; no two holders with live keys have the same.
    pub name: String,
    /// The account at a provider of whoever holds it, `oidc:<subject>@<issuer>`: one person, whichever is used.
    pub account: Option<String>,
    /// What the key opens.
    pub grant: Grant,
    /// After how long it opens nothing any more.
    pub lives: Option<TimeDelta>,
}

/// What a key opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The editorial side, in a role.
    Editorial(Role),
    /// Delivery.
    Delivery {
        /// The partner whose key it is.
        partner: Option<Uuid>,
        /// Whether embargoed items are seen before the public sees them.
        sees_embargoed: bool,
        /// Which documents are run; `None` for what is set for everybody.
        operations: Option<OperationGrant>,
    },
}

/// A key just made.
#[derive(Debug)]
pub struct Issued {
    /// Its public part.
    pub id: String,
    /// All of it: it cannot be shown again.
    pub key: SecretString,
    #[allow(missing_docs)]
    pub name: String,
    #[allow(missing_docs)]
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
pub enum IssueError {
    /// Another holder is called so.
    #[error(
        "{name} holds the live key {by} already; choose another name, or run `griot key rotate {by}` to replace it"
    )]
    NameTaken {
        #[allow(missing_docs)]
        name: String,
        /// One of that holder's keys.
        by: String,
    },
    /// A third key would be live.
    #[error("{name} has two live keys already, {}; run `griot key revoke` on one of them first", live.join(" and "))]
    TooMany {
        #[allow(missing_docs)]
        name: String,
        /// Public parts.
        live: Vec<String>,
    },
    /// There is nothing to replace.
    #[error("there is no live key {0}; `griot key list` shows them")]
    NoSuchKey(String),
    /// An empty name, or one that would break a line.
    #[error("`{0}` is not a name; use 1 to 200 characters on one line")]
    Name(String),
    /// The key would have ended before it began.
    #[error("a key that lives {0} opens nothing; give it a day or more, or leave the end out")]
    Lifetime(TimeDelta),
    #[allow(missing_docs)]
    #[error("the machine gives no random bits: {0}")]
    Random(#[from] getrandom::Error),
    #[allow(missing_docs)]
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyRing {
    /// The keys of an opened record.
    pub fn new(keys: AccessKeys, clock: Arc<dyn Clock>) -> Self {
        Self { keys, clock, terms: None, remembered: Arc::default() }
    }

    /// Shows embargoed items to those partners alone who accepted this version of the terms.
    pub fn with_terms(self, terms: Option<&str>) -> Self {
        Self { terms: terms.map(Arc::from), ..self }
    }

    /// The partners that keys may belong to.
    pub fn partners(&self) -> PartnerStore {
        self.keys.partners()
    }

    /// Makes the first key of a holder.
    pub async fn issue(&self, holder: NewHolder) -> Result<Issued, IssueError> {
        let name = holder.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
            return Err(IssueError::Name(holder.name));
        }
        let (family, grant) = match holder.grant {
            Grant::Editorial(role) => (Family::Editorial, KeyGrant::Editorial { role: role.to_string() }),
            Grant::Delivery { partner, sees_embargoed, operations } => {
                let operations = operations.map(|operations| operations.to_string());
                (Family::Delivery, KeyGrant::Delivery { partner, sees_embargoed, operations })
            }
        };
        let token = Token::draw(family)?;
        // All keys of a partner are its own, however each was made.
        let partner = match &grant {
            KeyGrant::Delivery { partner, .. } => partner.map(|partner| partner.to_string()),
            KeyGrant::Editorial { .. } => None,
        };
        let id = holder.account.or(partner).unwrap_or_else(|| token.id().to_owned());
        self.keep(&token, AccessKey { holder: id, ..self.fresh(&token, name, grant, holder.lives)? }).await
    }

    /// Makes a second key for the holder of a live one, which stays live until it is revoked.
    pub async fn rotate(&self, id: &str, lives: Option<TimeDelta>) -> Result<Issued, IssueError> {
        let old = self.keys.find(id).await?.filter(|key| key.is_live(self.clock.now()));
        let old = old.ok_or_else(|| IssueError::NoSuchKey(id.to_owned()))?;
        let family = match old.grant {
            KeyGrant::Editorial { .. } => Family::Editorial,
            KeyGrant::Delivery { .. } => Family::Delivery,
        };
        let token = Token::draw(family)?;
        let fresh = self.fresh(&token, old.name, old.grant, lives)?;
        self.keep(&token, AccessKey { holder: old.holder, ..fresh }).await
    }

    /// Every key ever made, oldest first.
    pub async fn list(&self) -> Result<Vec<AccessKey>, StoreError> {
        self.keys.list().await
    }

    /// Ends a key: here at once, elsewhere within 2 s. Answers since when it is revoked, `None` when there is none.
    pub async fn revoke(&self, id: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let since = self.keys.revoke(id, self.clock.now()).await?;
        self.memory().remove(id);
        Ok(since)
    }

    /// Whom a key in hand belongs to. A key that is unknown, revoked or expired, and one whose secret is wrong, are
    /// refused alike.
    pub async fn caller(&self, token: &Token) -> Result<Result<Caller, Unauthenticated>, StoreError> {
        let now = self.clock.now();
        let Some(held) = self.look_up(token.id()).await? else { return Ok(Err(Unauthenticated)) };
        if !token.has_hash(&held.key.hash) || !held.is_live(now) {
            return Ok(Err(Unauthenticated));
        }
        let Held { key, partner, .. } = held;
        let origin = Origin::Key { id: key.id.clone() };
        let id = principal_of(&key.holder);
        let caller = match (token.family(), &key.grant) {
            (Family::Editorial, KeyGrant::Editorial { role }) => {
                let role =
                    role.parse().map_err(|err| StoreError::Corrupt { what: format!("key {}: {err}", key.id) })?;
                Caller::Principal(Principal { id, name: key.name.clone(), role, origin })
            }
            (Family::Delivery, KeyGrant::Delivery { sees_embargoed, operations, .. }) => {
                let operations = operations.as_deref().map(str::parse).transpose();
                let operations =
                    operations.map_err(|err| StoreError::Corrupt { what: format!("key {}: {err}", key.id) })?;
                let is_entitled = partner.as_ref().is_none_or(|partner| partner.accepted(self.terms.as_deref()));
                let sees_embargoed = *sees_embargoed && is_entitled;
                Caller::Reader(Reader { id, partner, sees_embargoed, operations, origin })
            }
            _ => return Ok(Err(Unauthenticated)),
        };
        self.note_use(key, now);
        Ok(Ok(caller))
    }

    /// Whether the store need not be asked whom a key belongs to.
    pub(crate) fn remembers(&self, token: &Token) -> bool {
        self.memory().get(token.id()).is_some_and(Held::is_believed)
    }

    /// Whether a key that was valid before still is.
    pub async fn is_still_valid(&self, id: &str) -> Result<bool, StoreError> {
        Ok(self.look_up(id).await?.is_some_and(|held| held.is_live(self.clock.now())))
    }

    async fn look_up(&self, id: &str) -> Result<Option<Held>, StoreError> {
        let known = self.memory().get(id).filter(|held| held.is_believed()).cloned();
        if known.is_some() {
            return Ok(known);
        }
        // Before the store is asked: what it answers may be as old as this.
        let at = Instant::now();
        let Some(key) = self.keys.find(id).await? else {
            self.memory().remove(id);
            return Ok(None);
        };
        let partner = match key.grant {
            KeyGrant::Delivery { partner: Some(partner), .. } => self.keys.partners().partner(partner).await?,
            KeyGrant::Delivery { partner: None, .. } | KeyGrant::Editorial { .. } => None,
        };
        let is_orphan = matches!(key.grant, KeyGrant::Delivery { partner: Some(_), .. }) && partner.is_none();
        if is_orphan {
            return Ok(None);
        }
        let held = Held { at, key, partner: partner.map(Arc::new) };
        let mut memory = self.memory();
        if memory.len() >= REMEMBERED {
            memory.retain(|_, held| held.is_believed());
        }
        if memory.len() < REMEMBERED {
            memory.insert(id.to_owned(), held.clone());
        }
        Ok(Some(held))
    }

    /// Writes down, without making anybody wait, that a key is in use.
    fn note_use(&self, mut key: AccessKey, now: DateTime<Utc>) {
        if key.last_used_at.is_some_and(|last| now - last < TOUCH_EVERY) {
            return;
        }
        key.last_used_at = Some(now);
        let id = key.id.clone();
        if let Some(held) = self.memory().get_mut(&id) {
            held.key.last_used_at = key.last_used_at;
        }
        let keys = self.keys.clone();
        tokio::spawn(async move {
            if let Err(error) = keys.touch(&id, now).await {
                tracing::warn!(key = id, error = &error as &dyn std::error::Error, "the use of a key was not noted");
            }
        });
    }

    fn fresh(
        &self,
        token: &Token,
        name: String,
        grant: KeyGrant,
        lives: Option<TimeDelta>,
    ) -> Result<AccessKey, IssueError> {
        let now = self.clock.now();
        let expires_at = match lives {
            Some(lives) if lives <= TimeDelta::zero() => return Err(IssueError::Lifetime(lives)),
            Some(lives) => Some(now.checked_add_signed(lives).ok_or(IssueError::Lifetime(lives))?),
            None => None,
        };
        Ok(AccessKey {
            id: token.id().to_owned(),
            holder: String::new(),
            name,
            grant,
            hash: token.hash(),
            created_at: now,
            expires_at,
            last_used_at: None,
            revoked_at: None,
        })
    }

    async fn keep(&self, token: &Token, key: AccessKey) -> Result<Issued, IssueError> {
        match self.keys.create(&key).await? {
            KeyCreation::Created => {
                Ok(Issued { id: key.id, key: token.reveal(), name: key.name, expires_at: key.expires_at })
            }
            KeyCreation::NameTaken { by } => Err(IssueError::NameTaken { name: key.name, by }),
            KeyCreation::TooMany { live } => Err(IssueError::TooMany { name: key.name, live }),
        }
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, HashMap<String, Held>> {
        // Nothing that panics is done under the lock.
        self.remembered.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
