//! Addresses in settings, checked where they are read.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

/// An address to listen on, written `ADDRESS:PORT`. Port 0 stands for any free one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bind(pub SocketAddr);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is not an address to listen on: write ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080")]
pub struct BindError(String);

impl Default for Bind {
    fn default() -> Self {
        Self(SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)))
    }
}

impl FromStr for Bind {
    type Err = BindError;

    fn from_str(raw: &str) -> Result<Self, BindError> {
        // A name could mean several addresses; this one is understood by everybody.
        let spelled = raw.strip_prefix("localhost:").map(|port| format!("127.0.0.1:{port}"));
        spelled.as_deref().unwrap_or(raw).parse().map(Self).map_err(|_| BindError(raw.to_owned()))
    }
}

impl TryFrom<String> for Bind {
    type Error = BindError;

    fn try_from(raw: String) -> Result<Self, BindError> {
        raw.parse()
    }
}

impl From<Bind> for String {
    fn from(bind: Bind) -> Self {
        bind.0.to_string()
    }
}

/// Addresses of machines: one, or a whole network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Network(pub IpNet);

#[derive(Debug, thiserror::Error)]
#[error("`{0}` is neither an address nor a network: write one such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32")]
pub struct NetworkError(String);

impl TryFrom<String> for Network {
    type Error = NetworkError;

    fn try_from(raw: String) -> Result<Self, NetworkError> {
        let network = raw.parse().or_else(|_| raw.parse::<IpAddr>().map(IpNet::from));
        network.map(Self).map_err(|_| NetworkError(raw))
    }
}

impl From<Network> for String {
    fn from(network: Network) -> Self {
        network.0.to_string()
    }
}

/// Address of a site or server, to which paths are added: `http` or `https`, without login, query or fragment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebUrl(pub Url);

#[derive(Debug, thiserror::Error)]
#[error(
    "`{0}` is not the address of a site: write http:// or https://, a host and perhaps a path, such as https://www.example.org"
)]
pub struct WebUrlError(String);

impl TryFrom<String> for WebUrl {
    type Error = WebUrlError;

    fn try_from(raw: String) -> Result<Self, WebUrlError> {
        match Url::parse(&raw) {
            Ok(url) if is_base(&url) => Ok(Self(url)),
            // A password does not go into a message.
            Ok(url) if url.password().is_some() => Err(WebUrlError(format!("{}:…", url.scheme()))),
            _ => Err(WebUrlError(raw)),
        }
    }
}

fn is_base(url: &Url) -> bool {
    let is_plain = url.username().is_empty() && url.password().is_none();
    matches!(url.scheme(), "http" | "https") && is_plain && url.query().is_none() && url.fragment().is_none()
}

impl From<WebUrl> for String {
    fn from(url: WebUrl) -> Self {
        url.0.into()
    }
}

/// Address of a PostgreSQL database. It may hold a password, so only [`DatabaseUrl::reveal`] shows all of it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DatabaseUrl(Url);

/// Shows nothing of what was given: a password may stand anywhere in a malformed address.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseUrlError {
    #[error("not an address: {0}; write postgres://USER:PASSWORD@HOST/DATABASE")]
    Malformed(#[from] url::ParseError),
    #[error(
        "`{0}:` is not PostgreSQL; write postgres://USER:PASSWORD@HOST/DATABASE, or leave it out and give --data DIR to keep the record in SQLite files"
    )]
    Scheme(String),
    #[error("no database is named; write postgres://USER:PASSWORD@HOST/DATABASE")]
    NoDatabase,
}

impl DatabaseUrl {
    /// All of it, for the database driver.
    pub fn reveal(&self) -> &str {
        self.0.as_str()
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseUrlError;

    fn from_str(raw: &str) -> Result<Self, DatabaseUrlError> {
        let url = Url::parse(raw)?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(DatabaseUrlError::Scheme(url.scheme().to_owned()));
        }
        if url.path().trim_matches('/').is_empty() {
            return Err(DatabaseUrlError::NoDatabase);
        }
        Ok(Self(url))
    }
}

impl TryFrom<String> for DatabaseUrl {
    type Error = DatabaseUrlError;

    fn try_from(raw: String) -> Result<Self, DatabaseUrlError> {
        raw.parse()
    }
}

impl From<DatabaseUrl> for String {
    fn from(url: DatabaseUrl) -> Self {
        url.0.into()
    }
}

/// Scheme, host and database; no user, password or parameter.
impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.0.scheme(), self.0.host_str().unwrap_or_default())?;
        if let Some(port) = self.0.port() {
            write!(f, ":{port}")?;
        }
        f.write_str(self.0.path())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_to_listen_on_has_a_port() {
        assert_eq!("localhost:80".parse::<Bind>().unwrap().0, "127.0.0.1:80".parse().unwrap());
        assert_eq!("[::1]:0".parse::<Bind>().unwrap().0, "[::1]:0".parse().unwrap());
        for bad in ["8080", "127.0.0.1", "localhost", "example.org:80", "127.0.0.1:99999"] {
            assert!(bad.parse::<Bind>().unwrap_err().to_string().contains(bad));
        }
    }

    #[test]
    fn a_network_may_be_one_machine() {
        for (good, network) in [("127.0.0.1", "127.0.0.1/32"), ("10.0.0.0/8", "10.0.0.0/8"), ("::1", "::1/128")] {
            assert_eq!(String::from(Network::try_from(good.to_owned()).unwrap()), network);
        }
        for bad in ["localhost", "10.0.0.0/33", "10.0.0", ""] {
            let message = Network::try_from(bad.to_owned()).unwrap_err().to_string();
            assert!(message.contains(&format!("`{bad}`")) && message.contains("10.0.0.0/8"), "{message}");
        }
    }

    #[test]
    fn a_site_has_an_address_of_the_web() {
        for good in ["https://www.example.org", "http://localhost:3000", "https://example.org/news/"] {
            assert!(WebUrl::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in
            ["javascript:x", "ftp://example.org", "site", "", "https://example.org/?a=b", "https://me@example.org"]
        {
            let message = WebUrl::try_from(bad.to_owned()).unwrap_err().to_string();
            assert!(message.contains(&format!("`{bad}`")) && message.contains("https://www.example.org"), "{message}");
        }
        let message = WebUrl::try_from("https://me:secret@example.org".to_owned()).unwrap_err().to_string();
        assert!(!message.contains("secret"), "{message}");
    }

    #[test]
    fn a_database_address_never_shows_its_password() {
        let url: DatabaseUrl = "postgres://griot:secret@db.example:5433/record?sslmode=require".parse().unwrap();
        assert_eq!(url.to_string(), "postgres://db.example:5433/record");
        assert_eq!(format!("{url:?}"), "DatabaseUrl(postgres://db.example:5433/record)");
        assert!(url.reveal().contains("secret"));
    }

    #[test]
    fn other_databases_are_refused_with_what_to_do() {
        for (bad, says) in [
            ("sqlite://record.db", "--data DIR"),
            ("mysql://u:secret@h/d", "`mysql:` is not PostgreSQL"),
            ("postgres://u:secret@h", "no database is named"),
            ("secret", "not an address"),
        ] {
            let message = bad.parse::<DatabaseUrl>().unwrap_err().to_string();
            assert!(message.contains(says) && !message.contains("secret"), "{message}");
        }
    }
}
