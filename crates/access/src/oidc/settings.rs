//! What is set about a provider.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use jsonwebtoken::Algorithm;
use url::{Host, Url};

use crate::Role;

/// Longest difference of clocks that is put up with.
const LONGEST_LEEWAY: Duration = Duration::from_secs(60);

/// A provider of accounts, and what its tokens give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// As the provider writes it in `iss`, to the letter.
    pub issuer: String,
    /// What has to be in `aud`.
    pub audience: String,
    /// Clients whose tokens are taken, by `azp`. When it is empty, `azp` matters only in a token for several
    /// audiences, where it has to be the audience itself.
    pub authorized_parties: Vec<String>,
    /// Algorithms taken; what a token says of its own is believed only within these.
    pub algorithms: Vec<SigningAlgorithm>,
    /// Where the provider's keys are.
    pub keys: KeySource,
    /// The claim that holds roles: a name, or names with dots between them where claims lie in one another. Its value
    /// is a text or a list of them.
    pub role_claim: String,
    /// What a value of that claim gives; the most powerful one counts, and values that are not here give nothing.
    pub roles: BTreeMap<String, Role>,
    /// By how much the provider's clock may differ; at most 60 s.
    pub leeway: Duration,
    /// Whether addresses on this very machine may be plain HTTP.
    pub allow_loopback_http: bool,
}

/// Where the keys of a provider are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Where `<issuer>/.well-known/openid-configuration` says.
    Discovery,
    /// There.
    Jwks(Url),
}

/// An algorithm of signatures. All are asymmetric: what verifies a signature cannot make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum SigningAlgorithm {
    Rs256,
    Rs384,
    Rs512,
    Ps256,
    Ps384,
    Ps512,
    Es256,
    Es384,
    EdDsa,
}

/// Settings that cannot be meant.
#[derive(Debug, thiserror::Error)]
pub enum OidcError {
    #[allow(missing_docs)]
    #[error(
        "`{0}` is not an algorithm whose signatures can be trusted here; use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"
    )]
    Algorithm(String),
    #[allow(missing_docs)]
    #[error("no algorithm is set; ask the provider which it signs with, such as RS256")]
    NoAlgorithm,
    #[allow(missing_docs)]
    #[error("no value of the claim `{0}` gives a role; map at least one")]
    NoRole(String),
    /// The issuer, or where its keys are.
    #[error(
        "`{0}` is not an https:// address; the provider's keys have to come by https (plain http is for a provider on this very machine, and has to be allowed)"
    )]
    Address(String),
    #[allow(missing_docs)]
    #[error("the audience is empty; set the id the provider knows this API by")]
    Audience,
    #[allow(missing_docs)]
    #[error("clocks may not differ by {} s; 60 s at most", .0.as_secs())]
    Leeway(Duration),
    #[allow(missing_docs)]
    #[error(
        "cannot ask the provider for its keys: {0}; on a machine without root certificates install `ca-certificates`"
    )]
    Client(#[source] reqwest::Error),
}

impl OidcSettings {
    pub(super) fn check(&self) -> Result<(), OidcError> {
        self.accept_address(&self.issuer)?;
        if let KeySource::Jwks(url) = &self.keys {
            self.accept_address(url.as_str())?;
        }
        if self.audience.is_empty() {
            return Err(OidcError::Audience);
        }
        if self.algorithms.is_empty() {
            return Err(OidcError::NoAlgorithm);
        }
        if self.roles.is_empty() {
            return Err(OidcError::NoRole(self.role_claim.clone()));
        }
        if self.leeway > LONGEST_LEEWAY {
            return Err(OidcError::Leeway(self.leeway));
        }
        Ok(())
    }

    /// Reads an address that keys may come from.
    pub(super) fn accept_address(&self, raw: &str) -> Result<Url, OidcError> {
        let refuse = || OidcError::Address(raw.chars().take(200).collect());
        let url = Url::parse(raw).map_err(|_| refuse())?;
        let is_loopback = match url.host() {
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            Some(Host::Domain(name)) => name == "localhost",
            None => return Err(refuse()),
        };
        let is_safe = url.scheme() == "https" || url.scheme() == "http" && is_loopback && self.allow_loopback_http;
        let is_plain = url.username().is_empty() && url.password().is_none();
        if is_safe && is_plain { Ok(url) } else { Err(refuse()) }
    }
}

impl SigningAlgorithm {
    /// Every one.
    pub const ALL: [Self; 9] = [
        Self::Rs256,
        Self::Rs384,
        Self::Rs512,
        Self::Ps256,
        Self::Ps384,
        Self::Ps512,
        Self::Es256,
        Self::Es384,
        Self::EdDsa,
    ];

    /// As it is written in tokens. Source: RFC 7518, section 3.1; RFC 8037, section 3.1.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Rs384 => "RS384",
            Self::Rs512 => "RS512",
            Self::Ps256 => "PS256",
            Self::Ps384 => "PS384",
            Self::Ps512 => "PS512",
            Self::Es256 => "ES256",
            Self::Es384 => "ES384",
            Self::EdDsa => "EdDSA",
        }
    }

    pub(super) fn known(self) -> Algorithm {
        match self {
            Self::Rs256 => Algorithm::RS256,
            Self::Rs384 => Algorithm::RS384,
            Self::Rs512 => Algorithm::RS512,
            Self::Ps256 => Algorithm::PS256,
            Self::Ps384 => Algorithm::PS384,
            Self::Ps512 => Algorithm::PS512,
            Self::Es256 => Algorithm::ES256,
            Self::Es384 => Algorithm::ES384,
            Self::EdDsa => Algorithm::EdDSA,
        }
    }
}

impl FromStr for SigningAlgorithm {
    type Err = OidcError;

    fn from_str(raw: &str) -> Result<Self, OidcError> {
        let found = Self::ALL.into_iter().find(|algorithm| algorithm.as_str() == raw);
        found.ok_or_else(|| OidcError::Algorithm(raw.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn settings() -> OidcSettings {
        OidcSettings {
            issuer: "https://accounts.example.org".to_owned(),
            audience: "griot".to_owned(),
            authorized_parties: Vec::new(),
            algorithms: vec![SigningAlgorithm::Rs256],
            keys: KeySource::Discovery,
            role_claim: "roles".to_owned(),
            roles: [("press".to_owned(), Role::Editor)].into(),
            leeway: Duration::from_secs(30),
            allow_loopback_http: false,
        }
    }

    #[rstest]
    fn algorithms_that_share_a_secret_or_sign_nothing_are_refused(
        #[values("none", "None", "HS256", "HS384", "HS512", "rs256", "")] raw: &str,
    ) {
        let refused = raw.parse::<SigningAlgorithm>().unwrap_err().to_string();
        assert!(refused.contains("use RS256"), "{refused}");
    }

    #[test]
    fn algorithms_are_read_as_they_are_written() {
        for algorithm in SigningAlgorithm::ALL {
            assert_eq!(algorithm.as_str().parse::<SigningAlgorithm>().unwrap(), algorithm);
        }
    }

    #[rstest]
    #[case("http://accounts.example.org", true)]
    #[case("http://127.0.0.1:8000", false)]
    #[case("https://user:word@accounts.example.org", true)]
    #[case("accounts.example.org", true)]
    #[case("file:///etc/keys.json", true)]
    fn keys_come_by_https_or_from_this_machine(#[case] issuer: &str, #[case] allow_loopback_http: bool) {
        let refused = OidcSettings { issuer: issuer.to_owned(), allow_loopback_http, ..settings() }.check();
        assert!(matches!(refused, Err(OidcError::Address(_))), "{refused:?}");
    }

    #[test]
    fn settings_that_let_nobody_in_or_too_many_are_refused() {
        settings().check().unwrap();
        OidcSettings { issuer: "http://[::1]:80".to_owned(), allow_loopback_http: true, ..settings() }.check().unwrap();
        let refused = [
            OidcSettings { audience: String::new(), ..settings() },
            OidcSettings { algorithms: Vec::new(), ..settings() },
            OidcSettings { roles: BTreeMap::new(), ..settings() },
            OidcSettings { leeway: Duration::from_secs(61), ..settings() },
        ];
        for settings in refused {
            assert!(settings.check().is_err(), "{settings:?}");
        }
    }
}
