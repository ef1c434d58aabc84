//! A clock that is set by hand, a record of its own, settings that fit the provider.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_access::{Grant, KeyRing, KeySource, NewHolder, OidcSettings, Role, SigningAlgorithm};
use griot_domain::Clock;
use griot_persistence::{AccessKeys, Location, migrate};
use griot_testbed::{Place, TestDatabase};

pub use griot_testbed::Backend;
pub use griot_testbed::oidc::{AUDIENCE, Provider, Signer, mac_signed, public_rsa_pem, segment};

/// Stands still until it is moved.
pub struct SetClock(Mutex<DateTime<Utc>>);

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl SetClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-03-01T12:00:00Z".parse().unwrap())))
    }

    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap() += by;
    }

    /// Seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.now().timestamp()
    }
}

/// A migrated record.
pub struct Record {
    _database: TestDatabase,
    pub location: Location,
    pub clock: Arc<SetClock>,
}

impl Record {
    pub async fn new(backend: Backend) -> Self {
        let database = griot_testbed::database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        Self { _database: database, location, clock: SetClock::new() }
    }

    /// The keys as one process sees them.
    pub async fn ring(&self) -> KeyRing {
        KeyRing::new(AccessKeys::open(&self.location).await.unwrap(), self.clock.clone())
    }
}

/// Somebody with a key without end.
pub fn holder(name: &str, grant: Grant) -> NewHolder {
    NewHolder { name: name.to_owned(), account: None, grant, lives: None }
}

/// Settings that fit the provider.
pub fn settings(provider: &Provider) -> OidcSettings {
    let role = |value: &str, role| (value.to_owned(), role);
    OidcSettings {
        issuer: provider.issuer.clone(),
        audience: AUDIENCE.to_owned(),
        authorized_parties: Vec::new(),
        algorithms: vec![SigningAlgorithm::Rs256, SigningAlgorithm::Es256],
        keys: KeySource::Discovery,
        role_claim: "realm_access.roles".to_owned(),
        roles: [role("press-editor", Role::Editor), role("press-publisher", Role::Publisher)].into(),
        leeway: Duration::from_secs(30),
        allow_loopback_http: true,
    }
}
