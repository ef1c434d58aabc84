//! The client that fetches files.

use std::path::PathBuf;
use std::time::Duration;

use griot_domain::AssetFile;
use griot_egress::{Egress, EgressError, Failure, Forbidden, Method, Reach, Response, Rules, StatusCode, Timeouts};
use griot_files::Incoming;
use url::Url;

use crate::wordpress::MediaOptions;

const TOTAL: Duration = Duration::from_secs(15);
const TIMEOUTS: Timeouts = Timeouts { connect: Duration::from_secs(5), total: TOTAL };
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
    #[error("cannot fetch files: {0}")]
    Client(#[from] EgressError),
}

/// Why one file was not fetched.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FetchError {
    #[error("`{0}` is no address: {1}")]
    Address(String, url::ParseError),
    #[error("{0}{remedy}", remedy = remedy(.0))]
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
    egress: Egress,
}

impl Fetcher {
    pub(crate) fn new(options: &MediaOptions) -> Result<Self, MediaError> {
        let rules = Rules { allowed: options.allowed.clone(), reach: Reach::Web };
        Self::with(options.data_dir.join("media"), Egress::new(rules, TIMEOUTS)?)
    }

    fn with(folder: PathBuf, egress: Egress) -> Result<Self, MediaError> {
        std::fs::create_dir_all(&folder).map_err(|source| MediaError::Folder { folder: folder.clone(), source })?;
        Ok(Self { folder, egress })
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
            let response = self.egress.request(Method::GET, url.clone())?.send().await.map_err(Failure::from)?;
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
        while let Some(chunk) = response.chunk().await.map_err(Failure::from)? {
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

fn remedy(forbidden: &Forbidden) -> String {
    forbidden.meant().map(|named| format!("; allow it with --allow-host {named} if it is meant")).unwrap_or_default()
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Forbidden(forbidden) => Self::Forbidden(forbidden),
            Failure::TooSlow => Self::TooSlow,
            Failure::Http(cause) => Self::Http(cause),
        }
    }
}

#[cfg(test)]
mod tests;
