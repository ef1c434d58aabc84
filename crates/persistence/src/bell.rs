//! Word from the database that something was published.

use std::time::Duration;

use sea_orm::DbErr;
use sea_orm::sqlx::postgres::PgListener;

use crate::location::postgres_address;
use crate::{Location, StoreError};

/// The channel publications are told on.
pub(crate) const CHANNEL: &str = "griot_published";
/// How long a lost connection is left alone before the next try.
const PAUSE: Duration = Duration::from_secs(1);

/// Rings when something was published. It may ring for nothing, and may miss a publication while its connection is lost:
/// whoever listens looks at the journal now and then in any case.
pub struct Bell {
    /// Where PostgreSQL tells of publications; SQLite tells nobody.
    url: Option<String>,
    listener: Option<PgListener>,
}

impl Bell {
    /// The bell of a record.
    pub fn of(location: &Location) -> Result<Self, StoreError> {
        let url = match location {
            Location::Sqlite { .. } => None,
            Location::Postgres { url, delivery_url } => {
                Some(postgres_address(delivery_url.as_ref().unwrap_or(url))?.to_owned())
            }
        };
        Ok(Self { url, listener: None })
    }

    /// Resolves when it rings; never on SQLite.
    pub async fn rings(&mut self) {
        let Some(url) = &self.url else { return std::future::pending().await };
        loop {
            let rung = match &mut self.listener {
                Some(listener) => listener.try_recv().await,
                None => match listen(url).await {
                    Ok(listener) => {
                        self.listener = Some(listener);
                        // What was published before is known by nobody else.
                        return;
                    }
                    Err(error) => Err(error),
                },
            };
            match rung {
                Ok(Some(_)) => return,
                Ok(None) => self.listener = None,
                Err(error) => {
                    let error = DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()));
                    tracing::debug!(error = &error as &dyn std::error::Error, "publications are not told of");
                    self.listener = None;
                    tokio::time::sleep(PAUSE).await;
                }
            }
        }
    }
}

async fn listen(url: &str) -> Result<PgListener, sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}
