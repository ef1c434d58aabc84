//! `[editorial]`: the side where drafts are written, and who may come in there.

use std::collections::BTreeMap;

use griot_access::{Role, SigningAlgorithm};
use griot_domain::EntryKind;
use serde::{Deserialize, Serialize};
use url::Url;

use super::WebUrl;

/// `[editorial]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Editorial {
    /// Whether this process has the editorial side, previews and keys; without, it delivers to the public alone.
    pub enabled: bool,
    /// Kinds of entry that one person alone cannot make public.
    pub two_person: Vec<EntryKind>,
    /// Sites whose pages may ask the editorial side.
    pub allowed_origins: Vec<Origin>,
    /// Bytes of the largest file that editors may bring in.
    pub upload_bytes: u64,
    /// The version of the terms of embargo that partners have to have accepted to see embargoed items; any will do without one.
    pub embargo_terms: Option<String>,
    #[allow(missing_docs)]
    pub oidc: Oidc,
}

/// `[editorial.oidc]`: accounts at an OpenID Connect provider. In force when an issuer is set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Oidc {
    /// As the provider writes it in `iss`.
    pub issuer: Option<String>,
    /// What has to be in `aud`.
    pub audience: String,
    /// Clients whose tokens are taken, by `azp`.
    pub authorized_parties: Vec<String>,
    /// Algorithms of signatures that are taken.
    pub algorithms: Vec<Algorithm>,
    /// Where the provider's keys are, when it is not asked for that.
    pub jwks_url: Option<Url>,
    /// The claim that holds roles; dots lead into claims.
    pub role_claim: String,
    /// What the values of that claim give.
    pub roles: BTreeMap<String, RoleName>,
    /// Seconds by which the provider's clock may differ.
    pub leeway_s: u64,
    /// Whether a provider on this very machine may be asked by plain HTTP.
    pub allow_loopback_http: bool,
}

/// A site as browsers name it: scheme, host and port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Origin(String);

/// The name of an algorithm of signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Algorithm(pub SigningAlgorithm);

/// The word for a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RoleName(pub Role);

impl Default for Editorial {
    fn default() -> Self {
        Self {
            enabled: true,
            two_person: Vec::new(),
            allowed_origins: Vec::new(),
            upload_bytes: 50 << 20,
            embargo_terms: None,
            oidc: Oidc::default(),
        }
    }
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            issuer: None,
            audience: String::new(),
            authorized_parties: Vec::new(),
            algorithms: vec![Algorithm(SigningAlgorithm::Rs256)],
            jwks_url: None,
            role_claim: "roles".to_owned(),
            roles: BTreeMap::new(),
            leeway_s: 30,
            allow_loopback_http: false,
        }
    }
}

impl Origin {
    /// As it is compared with what browsers send.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Origin {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        // Browsers write an origin in one way only, and are compared with it to the letter.
        match WebUrl::try_from(raw.clone()) {
            Ok(url) if url.0.origin().ascii_serialization() == raw => Ok(Self(raw)),
            _ => Err(format!(
                "`{raw}` is not the origin of a site: write scheme, host and perhaps a port, such as https://desk.example.org"
            )),
        }
    }
}

impl From<Origin> for String {
    fn from(origin: Origin) -> Self {
        origin.0
    }
}

impl TryFrom<String> for Algorithm {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        raw.parse().map(Self).map_err(|err: griot_access::OidcError| err.to_string())
    }
}

impl From<Algorithm> for String {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.0.as_str().to_owned()
    }
}

impl TryFrom<String> for RoleName {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        raw.parse().map(Self).map_err(|err: griot_access::UnknownRole| err.to_string())
    }
}

impl From<RoleName> for String {
    fn from(role: RoleName) -> Self {
        role.0.to_string()
    }
}
