//! The editors' side of a server, as set.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use griot_access::{KeyRing, KeySource, OidcSettings, OidcValidator, TwoPerson};
use griot_domain::{Clock, RandomIds, SystemClock};
use griot_editorial::Desk;
use griot_files::Folders;
use griot_gateway::EditorialSide;
use griot_persistence::{AccessKeys, EditorialStore, Location, PublishedStore};
use url::Url;

use crate::config::{Config, Oidc};

/// Opens the desk. What a crash left between an acknowledgement and the public record is finished then.
/// `public_url` is where delivery serves files.
pub async fn desk(config: &Config, location: &Location, public_url: &Url) -> anyhow::Result<Arc<Desk>> {
    let folders = Folders::of(&config.data);
    folders.prepare().with_context(|| format!("cannot make the folders of files in {}", config.data.display()))?;
    let store = EditorialStore::open(location).await?;
    let two_person = TwoPerson { kinds: config.editorial.two_person.iter().copied().collect() };
    let desk = Desk::new(store, Arc::new(SystemClock), Arc::new(RandomIds), two_person).with_database_clock();
    Ok(Arc::new(desk.with_files(folders, public_url.as_str())))
}

/// Opens what the editors' side needs beside the desk.
pub async fn open(config: &Config, location: &Location, desk: Arc<Desk>) -> anyhow::Result<EditorialSide> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let oidc = provider(&config.editorial.oidc);
    let oidc = oidc.map(|settings| OidcValidator::new(settings, Arc::clone(&clock))).transpose();
    Ok(EditorialSide {
        location: location.clone(),
        desk,
        early: PublishedStore::open_early(location).await?,
        keys: KeyRing::new(AccessKeys::open(location).await?, clock)
            .with_terms(config.editorial.embargo_terms.as_deref()),
        oidc: oidc.context("the settings in [editorial.oidc] cannot be used")?,
        upload_bytes: config.editorial.upload_bytes,
        endpoints: None,
        subscribers: None,
        allowed_origins: config.editorial.allowed_origins.iter().map(|origin| origin.as_str().to_owned()).collect(),
    })
}

fn provider(oidc: &Oidc) -> Option<OidcSettings> {
    Some(OidcSettings {
        issuer: oidc.issuer.clone()?,
        audience: oidc.audience.clone(),
        authorized_parties: oidc.authorized_parties.clone(),
        algorithms: oidc.algorithms.iter().map(|algorithm| algorithm.0).collect(),
        keys: oidc.jwks_url.clone().map_or(KeySource::Discovery, KeySource::Jwks),
        role_claim: oidc.role_claim.clone(),
        roles: oidc.roles.iter().map(|(value, role)| (value.clone(), role.0)).collect(),
        leeway: Duration::from_secs(oidc.leeway_s),
        allow_loopback_http: oidc.allow_loopback_http,
    })
}
