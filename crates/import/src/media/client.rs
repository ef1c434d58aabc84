//! The client that fetches files.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use griot_domain::AssetFile;
use griot_files::Incoming;
use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode};
use url::Url;

use super::vetting::{Forbidden, SystemResolver, VettedResolver, Vetting, Way};
use crate::wordpress::MediaOptions;

const CONNECT: Duration = Duration::from_secs(5);
const TOTAL: Duration = Duration::from_secs(15);
const MAX_BYTES: u64 = 50 << 20;
const MAX_REDIRECTS: usize = 3;

/// Why nothing can be fetched.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The folder for files cannot be made.
    #[error("cannot make the folder {}: {source}", folder.display())]
    Folder {
        #[allow(missing_docs)]
        folder: PathBuf,
        #[allow(missing_docs)]
        source: std::io::Error,
    },
    /// There is no client.
    #[error("cannot fetch files: {0}; on a machine without root certificates install `ca-certificates`")]
    Client(#[source] reqwest::Error),
}

/// Why one file was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("`{0}` is no address: {1}")]
    Address(String, url::ParseError),
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    #[error("{0}")]
    Http(String),
    #[error("the server answered {0}")]
    Status(StatusCode),
    #[error("it redirects more than {MAX_REDIRECTS} times, or nowhere")]
    Redirects,
    #[error("it is larger than {} MiB", MAX_BYTES >> 20)]
    TooLarge,
    #[error("it took longer than {} s", TOTAL.as_secs())]
    TooSlow,
    #[error("it is none of PNG, JPEG, WebP, GIF, AVIF, PDF and MP4")]
    Type,
    #[error("it cannot be kept: {0}")]
    Keep(#[from] std::io::Error),
}

/// Fetches files into the data folder.
pub(crate) struct Fetcher {
    folder: PathBuf,
    vetting: Vetting,
    public: Client,
    allowed: Client,
}

impl Fetcher {
    pub(crate) fn new(options: &MediaOptions) -> Result<Self, MediaError> {
        let vetting = Vetting { allowed: options.allowed.clone(), any_port: false };
        Self::with(options.data_dir.join("media"), vetting, Arc::new(SystemResolver))
    }

    fn with(folder: PathBuf, vetting: Vetting, resolver: Arc<dyn Resolve>) -> Result<Self, MediaError> {
        std::fs::create_dir_all(&folder).map_err(|source| MediaError::Folder { folder: folder.clone(), source })?;
        let public = client(Arc::new(VettedResolver { inner: resolver.clone() }))?;
        let allowed = client(resolver)?;
        Ok(Self { folder, vetting, public, allowed })
    }

    /// Whether the copy with this name is in the folder.
    pub(crate) fn has(&self, stored: &str) -> bool {
        self.folder.join(stored).is_file()
    }

    /// Fetches one file and keeps it under a random name.
    pub(crate) async fn fetch(&self, address: &str) -> Result<AssetFile, FetchError> {
        let url = Url::parse(address).map_err(|error| FetchError::Address(address.to_owned(), error))?;
        tokio::time::timeout(TOTAL, self.fetch_from(url)).await.unwrap_or(Err(FetchError::TooSlow))
    }

    async fn fetch_from(&self, mut url: Url) -> Result<AssetFile, FetchError> {
        for _ in 0..=MAX_REDIRECTS {
            let client = match self.vetting.way(&url)? {
                Way::Public => &self.public,
                Way::Allowed => &self.allowed,
            };
            let response = client.get(url.clone()).send().await.map_err(explain)?;
            if !response.status().is_redirection() {
                return self.keep(response).await;
            }
            let location = response.headers().get("location").and_then(|value| value.to_str().ok());
            url = location.and_then(|location| url.join(location).ok()).ok_or(FetchError::Redirects)?;
        }
        Err(FetchError::Redirects)
    }

    async fn keep(&self, mut response: Response) -> Result<AssetFile, FetchError> {
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        if response.content_length().is_some_and(|length| length > MAX_BYTES) {
            return Err(FetchError::TooLarge);
        }
        let mut incoming = Incoming::create(&self.folder)?;
        while let Some(chunk) = response.chunk().await.map_err(explain)? {
            if incoming.length() + chunk.len() as u64 > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            incoming.write(&chunk)?;
            if incoming.is_hopeless() {
                return Err(FetchError::Type);
            }
        }
        let kind = incoming.kind().ok_or(FetchError::Type)?;
        Ok(incoming.keep(kind)?)
    }
}

fn client(resolver: Arc<dyn Resolve>) -> Result<Client, MediaError> {
    // The first provider of a process stays; both there may be speak the same protocol.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(CONNECT)
        .timeout(TOTAL)
        .pool_max_idle_per_host(4)
        .user_agent(concat!("griot/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(resolver)
        .build()
        .map_err(MediaError::Client)
}

/// The innermost cause, which says what is wrong; the outer ones repeat the address.
fn explain(error: reqwest::Error) -> FetchError {
    if error.is_timeout() {
        return FetchError::TooSlow;
    }
    let mut cause: &dyn std::error::Error = &error;
    while let Some(inner) = cause.source() {
        if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
            return FetchError::Forbidden(forbidden.clone());
        }
        cause = inner;
    }
    FetchError::Http(cause.to_string())
}

#[cfg(test)]
mod tests;
