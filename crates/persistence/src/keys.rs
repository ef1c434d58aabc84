//! Keys to the API: who holds one, what it opens, and until when. Secrets never come here, only their SHA-256.

mod preview;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait,
    QueryFilter, QueryOrder, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};

pub use preview::PreviewToken;
pub(crate) use preview::revoke_naming;
use uuid::Uuid;

use crate::entity::{access_key, preview_token};
use crate::location::Access;
use crate::{Location, PartnerStore, StoreError, StoreName, migrate};

/// How many keys of one holder may be live at once: the one in use, and the one that replaces it.
pub const LIVE_KEYS: usize = 2;

/// A key is noted as used at most this often.
const TOUCH_EVERY: TimeDelta = TimeDelta::minutes(1);

/// What is kept of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The public part.
    pub id: String,
    /// Id of the holder's first key, the holder's account at a provider, `oidc:<subject>@<issuer>`, or the id of the partner:
    /// keys that replace one another share it.
    pub holder: String,
    /// Who holds it, in a person's words.
    pub name: String,
    /// What it opens.
    pub grant: KeyGrant,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// The first instant it opens nothing; `None` for a key without end.
    pub expires_at: Option<DateTime<Utc>>,
    /// Late by up to a minute.
    pub last_used_at: Option<DateTime<Utc>>,
    #[allow(missing_docs)]
    pub revoked_at: Option<DateTime<Utc>>,
}

/// What a key opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyGrant {
    /// The editorial side, in a role.
    Editorial {
        /// Its word, which this crate does not judge.
        role: String,
    },
    /// Delivery.
    Delivery {
        /// The partner whose key it is.
        partner: Option<Uuid>,
        /// Whether embargoed items are seen before the public sees them.
        sees_embargoed: bool,
        /// Which documents its holder may have run, by a word that this crate does not judge; `None` for what is set for
        /// everybody.
        operations: Option<String>,
    },
}

/// What became of a new key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyCreation {
    #[allow(missing_docs)]
    Created,
    /// Another holder with a live key has this name.
    NameTaken {
        /// One of that holder's keys.
        by: String,
    },
    /// The holder has as many live keys as one may have.
    TooMany {
        /// These.
        live: Vec<String>,
    },
}

impl AccessKey {
    /// Whether it opens anything at `now`.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| now < end)
    }
}

/// The handle of keys and preview tokens, both kept in the editorial store. Clones share its connections.
#[derive(Clone, Debug)]
pub struct AccessKeys {
    /// Looks keys up. On SQLite apart from `writes`, so that nobody waits at the door while something is written.
    reads: DatabaseConnection,
    writes: DatabaseConnection,
}

impl AccessKeys {
    /// Opens a migrated record. [`StoreError::NoEditorialStore`] where there is none, as on a machine that only
    /// delivers.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = StoreName::Editorial;
        let absent = || StoreError::NoEditorialStore { place: location.describe(store) };
        if location.file(store).is_some_and(|file| !file.is_file()) {
            return Err(absent());
        }
        let writes = location.connect(store, Access::Write).await?;
        if !is_within_reach(&writes).await? {
            return Err(absent());
        }
        migrate::check(&writes, location, store).await?;
        let reads = match location {
            Location::Sqlite { .. } => location.connect(store, Access::Read).await?,
            Location::Postgres { .. } => writes.clone(),
        };
        Ok(Self { reads, writes })
    }

    /// Keeps a new key, unless its name or its holder's other keys stand against it.
    pub async fn create(&self, key: &AccessKey) -> Result<KeyCreation, StoreError> {
        let tx = self.begin().await?;
        if tx.get_database_backend() == DbBackend::Postgres {
            // Readers go on; another new key waits, so that both cannot be the last one allowed.
            tx.execute_unprepared("LOCK TABLE access_key IN SHARE ROW EXCLUSIVE MODE").await?;
        }
        let kin = Condition::any()
            .add(access_key::Column::Holder.eq(key.holder.as_str()))
            .add(access_key::Column::Name.eq(key.name.as_str()));
        let kin = access_key::Entity::find().filter(kin).order_by_asc(access_key::Column::CreatedAt).all(&tx).await?;
        let kin: Vec<AccessKey> = kin.into_iter().map(AccessKey::try_from).collect::<Result<_, _>>()?;
        let live = || kin.iter().filter(|other| other.is_live(key.created_at));
        if let Some(other) = live().find(|other| other.holder != key.holder) {
            return Ok(KeyCreation::NameTaken { by: other.id.clone() });
        }
        if live().count() >= LIVE_KEYS {
            return Ok(KeyCreation::TooMany { live: live().map(|other| other.id.clone()).collect() });
        }
        access_key::Entity::insert(access_key::ActiveModel::from(key)).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(KeyCreation::Created)
    }

    /// Every key ever made, oldest first.
    pub async fn list(&self) -> Result<Vec<AccessKey>, StoreError> {
        let all = access_key::Entity::find()
            .order_by_asc(access_key::Column::CreatedAt)
            .order_by_asc(access_key::Column::Id)
            .all(&self.reads)
            .await?;
        all.into_iter().map(AccessKey::try_from).collect()
    }

    /// The key with this public part, live or not. One query.
    pub async fn find(&self, id: &str) -> Result<Option<AccessKey>, StoreError> {
        access_key::Entity::find_by_id(id).one(&self.reads).await?.map(AccessKey::try_from).transpose()
    }

    /// Ends a key; the preview tokens of its holder end with the last live one. Answers since when the key is revoked,
    /// `None` for a key that is not there. Revoking it again changes nothing.
    pub async fn revoke(&self, id: &str, at: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, StoreError> {
        let tx = self.begin().await?;
        let Some(key) = access_key::Entity::find_by_id(id).one(&tx).await? else { return Ok(None) };
        let key = AccessKey::try_from(key)?;
        if key.revoked_at.is_some() {
            return Ok(key.revoked_at);
        }
        access_key::Entity::update_many()
            .col_expr(access_key::Column::RevokedAt, Expr::value(micros(at)))
            .filter(access_key::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        let rest =
            access_key::Entity::find().filter(access_key::Column::Holder.eq(key.holder.as_str())).all(&tx).await?;
        let rest: Vec<AccessKey> = rest.into_iter().map(AccessKey::try_from).collect::<Result<_, _>>()?;
        if !rest.iter().any(|other| other.is_live(at)) {
            preview::revoke_of(&tx, &principal_of(&key.holder), at).await?;
        }
        tx.commit().await?;
        Ok(Some(at))
    }

    /// The partners that keys may belong to.
    pub fn partners(&self) -> PartnerStore {
        PartnerStore::sharing(&self.reads, &self.writes)
    }

    /// Notes that a key was used, if the last note is a minute old.
    pub async fn touch(&self, id: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
        let last = access_key::Column::LastUsedAt;
        let is_old = Condition::any().add(last.is_null()).add(last.lte(micros(at - TOUCH_EVERY)));
        access_key::Entity::update_many()
            .col_expr(last, Expr::value(micros(at)))
            .filter(access_key::Column::Id.eq(id))
            .filter(is_old)
            .exec(&self.writes)
            .await?;
        Ok(())
    }

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writes.begin_with_options(options).await?)
    }
}

/// How the holder of keys is named where acts are kept.
pub fn principal_of(holder: &str) -> String {
    // No key has a colon in its id.
    if holder.starts_with("oidc:") { holder.to_owned() } else { format!("key:{holder}") }
}

/// Whether the schema is there and may be used; a file was looked for before.
pub(crate) async fn is_within_reach(db: &DatabaseConnection) -> Result<bool, StoreError> {
    if db.get_database_backend() != DbBackend::Postgres {
        return Ok(true);
    }
    let ask = "SELECT has_schema_privilege(oid, 'USAGE') FROM pg_namespace WHERE nspname = 'editorial'";
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, ask)).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(false))
}

impl From<&AccessKey> for access_key::ActiveModel {
    fn from(key: &AccessKey) -> Self {
        let (role, sees_embargoed, operations, partner_id) = match &key.grant {
            KeyGrant::Editorial { role } => (Some(role.clone()), false, None, None),
            KeyGrant::Delivery { partner, sees_embargoed, operations } => {
                (None, *sees_embargoed, operations.clone(), *partner)
            }
        };
        Self {
            id: Set(key.id.clone()),
            holder: Set(key.holder.clone()),
            name: Set(key.name.clone()),
            role: Set(role),
            sees_embargoed: Set(sees_embargoed),
            operations: Set(operations),
            hash: Set(key.hash.to_vec()),
            created_at: Set(micros(key.created_at)),
            expires_at: Set(key.expires_at.map(micros)),
            last_used_at: Set(key.last_used_at.map(micros)),
            revoked_at: Set(key.revoked_at.map(micros)),
            partner_id: Set(partner_id),
        }
    }
}

impl TryFrom<access_key::Model> for AccessKey {
    type Error = StoreError;

    fn try_from(row: access_key::Model) -> Result<Self, StoreError> {
        let grant = match row.role {
            Some(role) => KeyGrant::Editorial { role },
            None => KeyGrant::Delivery {
                partner: row.partner_id,
                sees_embargoed: row.sees_embargoed,
                operations: row.operations,
            },
        };
        Ok(Self {
            grant,
            hash: hash(&row.id, row.hash)?,
            created_at: instant(&row.id, row.created_at)?,
            expires_at: row.expires_at.map(|at| instant(&row.id, at)).transpose()?,
            last_used_at: row.last_used_at.map(|at| instant(&row.id, at)).transpose()?,
            revoked_at: row.revoked_at.map(|at| instant(&row.id, at)).transpose()?,
            id: row.id,
            holder: row.holder,
            name: row.name,
        })
    }
}

fn hash(id: &str, bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    let length = bytes.len();
    bytes.try_into().map_err(|_| StoreError::corrupt(format!("key {id}"), format!("its hash has {length} bytes")))
}

fn instant(id: &str, at: i64) -> Result<DateTime<Utc>, StoreError> {
    from_micros(at).ok_or_else(|| StoreError::corrupt(format!("key {id}"), format!("{at} is no instant")))
}
