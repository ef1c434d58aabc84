//! `[purge]`: shared caches that are told of publications.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use url::Url;

/// `[purge]`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Purge {
    /// Each `[[purge.hooks]]` is one of them.
    pub hooks: Vec<Hook>,
}

/// One shared cache.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hook {
    /// What it is called in figures and logs.
    pub name: String,
    /// Where it listens.
    pub url: Url,
    #[allow(missing_docs)]
    #[serde(default = "post")]
    pub method: String,
    /// Headers beside that of the tags.
    #[serde(default)]
    pub headers: BTreeMap<String, HeaderText>,
    /// The header that holds the tags.
    #[serde(default)]
    pub header: Option<String>,
    /// What stands between two of them there.
    #[serde(default = "space")]
    pub separator: String,
    /// A JSON body instead, with `"$tags"` where the list of them goes.
    #[serde(default)]
    pub body: Option<String>,
    /// Tags in one call.
    #[serde(default = "thirty")]
    pub batch: i64,
    /// Milliseconds one call may take.
    #[serde(default = "ten_seconds")]
    pub timeout_ms: i64,
    /// Milliseconds after which the same is told again; 0 for never.
    #[serde(default = "five_seconds")]
    pub repeat_after_ms: i64,
    /// `HOST:PORT` that may lie in a private network.
    #[serde(default)]
    pub allowed_hosts: BTreeSet<String>,
}

/// A header's value: as it is, or with `{file:PATH}` or `{env:NAME}` for what stands there.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct HeaderText(String);

/// Why a header has no value.
#[derive(Debug, thiserror::Error)]
pub enum HeaderTextError {
    #[error("the file {} cannot be read: {source}", path.display())]
    File {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the environment variable {0} is not set")]
    Variable(String),
    #[error("{0} is empty")]
    Empty(String),
    #[error("after `{{` must stand file:PATH or env:NAME, and a `}}`")]
    Form,
}

impl HeaderText {
    /// The value, with what is kept elsewhere read now.
    pub fn reveal(&self) -> Result<String, HeaderTextError> {
        let (mut value, mut rest) = (String::new(), self.0.as_str());
        while let Some((before, from)) = rest.split_once('{') {
            let (kept, after) = from.split_once('}').ok_or(HeaderTextError::Form)?;
            value.push_str(before);
            value.push_str(&read(kept)?);
            rest = after;
        }
        Ok(value + rest)
    }
}

fn read(kept: &str) -> Result<String, HeaderTextError> {
    let text = match kept.split_once(':') {
        Some(("file", path)) => {
            std::fs::read_to_string(path).map_err(|source| HeaderTextError::File { path: path.into(), source })?
        }
        Some(("env", name)) => std::env::var(name).map_err(|_| HeaderTextError::Variable(name.to_owned()))?,
        _ => return Err(HeaderTextError::Form),
    };
    match text.trim() {
        "" => Err(HeaderTextError::Empty(kept.to_owned())),
        text => Ok(text.to_owned()),
    }
}

/// Somebody may have written the secret itself.
impl fmt::Debug for HeaderText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HeaderText(…)")
    }
}

impl Purge {
    /// What cannot be used of it, and what to write instead.
    pub fn refusal(&self) -> Option<String> {
        let mut names = BTreeSet::new();
        self.hooks.iter().find_map(|hook| {
            if !names.insert(&hook.name) {
                return Some(format!("two hooks are called `{}`: give each a name of its own", hook.name));
            }
            hook.refusal().map(|why| format!("the hook `{}`: {why}", hook.name))
        })
    }
}

impl Hook {
    fn refusal(&self) -> Option<String> {
        let is_name = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
        if self.name.is_empty() || self.name.len() > 40 || !self.name.chars().all(is_name) {
            return Some("`name` takes 1 to 40 of a-z, 0-9 and -".to_owned());
        }
        let host = self.url.host_str().unwrap_or_default();
        let place = format!("{host}:{}", self.url.port_or_known_default().unwrap_or_default());
        if !self.url.username().is_empty() || self.url.password().is_some() {
            return Some("`url` holds a login: put it into `headers`, from a file".to_owned());
        }
        match self.url.scheme() {
            "https" => {}
            "http" if self.allowed_hosts.contains(&place) => {}
            "http" => {
                return Some(format!(
                    "`url` is plain HTTP, which anybody on the way can read: write https://, or allowed_hosts = [\"{place}\"] for \
                     a cache in your own network"
                ));
            }
            _ => return Some("`url` must begin with https://".to_owned()),
        }
        match (&self.header, &self.body) {
            (None, None) => {
                return Some(
                    "it says nowhere how tags are sent: set `header`, such as \"Surrogate-Key\", or `body`".to_owned(),
                );
            }
            (Some(_), Some(_)) => return Some("`header` and `body` are both set: tags go into one of them".to_owned()),
            (_, Some(body)) if !is_template(body) => {
                return Some(
                    "`body` must be JSON with \"$tags\" where the list of tags goes, such as '{\"tags\": \"$tags\"}'"
                        .to_owned(),
                );
            }
            _ => {}
        }
        let ranges = [
            ("batch", self.batch, 1, 1_000),
            ("timeout_ms", self.timeout_ms, 100, 120_000),
            ("repeat_after_ms", self.repeat_after_ms, 0, 3_600_000),
        ];
        ranges.into_iter().find_map(|(key, number, least, greatest)| {
            let fits = (least..=greatest).contains(&number);
            (!fits).then(|| format!("`{key}` is {number}: write a number from {least} to {greatest}"))
        })
    }
}

fn is_template(body: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(body).is_ok() && body.contains("\"$tags\"")
}

fn post() -> String {
    "POST".to_owned()
}

fn space() -> String {
    " ".to_owned()
}

fn thirty() -> i64 {
    30
}

fn ten_seconds() -> i64 {
    10_000
}

fn five_seconds() -> i64 {
    5_000
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn hook(rest: &str) -> Result<Purge, toml::de::Error> {
        toml::from_str(&format!("[[hooks]]\nname = \"edge\"\n{rest}\n"))
    }

    #[rstest]
    #[case("url = \"https://api.fastly.com/service/x/purge\"\nheader = \"Surrogate-Key\"\nbatch = 256")]
    #[case("url = \"https://api.cloudflare.com/client/v4/zones/x/purge_cache\"\nbody = '{\"tags\": \"$tags\"}'")]
    #[case(
        "url = \"http://varnish:6081/\"\nmethod = \"PURGE\"\nheader = \"xkey-purge\"\nallowed_hosts = [\"varnish:6081\"]"
    )]
    fn usual_caches_can_be_written_down(#[case] rest: &str) {
        assert_eq!(hook(rest).unwrap().refusal(), None);
    }

    #[rstest]
    #[case("url = \"http://varnish:6081/\"\nheader = \"xkey\"", "allowed_hosts = [\"varnish:6081\"]")]
    #[case("url = \"ftp://example.org/\"\nheader = \"xkey\"", "must begin with https://")]
    #[case("url = \"https://me:secret@example.org/\"\nheader = \"xkey\"", "`url` holds a login")]
    #[case("url = \"https://example.org/\"", "set `header`")]
    #[case("url = \"https://example.org/\"\nheader = \"xkey\"\nbody = '\"$tags\"'", "both set")]
    #[case("url = \"https://example.org/\"\nbody = '{\"tags\": []}'", "must be JSON with \"$tags\"")]
    #[case(
        "url = \"https://example.org/\"\nheader = \"xkey\"\nbatch = 0",
        "`batch` is 0: write a number from 1 to 1000"
    )]
    fn what_cannot_work_is_refused_with_the_remedy(#[case] rest: &str, #[case] says: &str) {
        let message = hook(rest).unwrap().refusal().expect("it is refused");
        assert!(message.starts_with("the hook `edge`: ") && message.contains(says), "{message}");
        assert!(!message.contains("secret"), "{message}");
    }

    #[test]
    fn hooks_have_names_of_their_own() {
        let one = "[[hooks]]\nname = \"a\"\nurl = \"https://example.org/\"\nheader = \"xkey\"\n";
        let twice: Purge = toml::from_str(&one.repeat(2)).unwrap();
        assert_eq!(twice.refusal().as_deref(), Some("two hooks are called `a`: give each a name of its own"));
        let odd: Purge = toml::from_str(&one.replace("\"a\"", "\"../a\"")).unwrap();
        assert!(odd.refusal().is_some_and(|message| message.contains("`name` takes")));
    }

    #[test]
    fn a_secret_comes_from_its_place_and_is_never_shown() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "hush\n").unwrap();
        let text = HeaderText(format!("Bearer {{file:{}}}", file.path().display()));
        assert_eq!(text.reveal().unwrap(), "Bearer hush");
        assert_eq!(HeaderText("as it is".to_owned()).reveal().unwrap(), "as it is");
        assert_eq!(format!("{:?}", HeaderText("hush".to_owned())), "HeaderText(…)");
        std::fs::write(file.path(), "\n").unwrap();
        for (text, says) in [
            (text, "is empty"),
            (HeaderText("{file:/no/such/file}".to_owned()), "cannot be read"),
            (HeaderText("{env:GRIOT_TEST_NO_SUCH}".to_owned()), "GRIOT_TEST_NO_SUCH is not set"),
            (HeaderText("{hush}".to_owned()), "must stand file:PATH"),
            (HeaderText("{file:x".to_owned()), "must stand file:PATH"),
        ] {
            let message = text.reveal().unwrap_err().to_string();
            assert!(message.contains(says) && !message.contains("hush"), "{message}");
        }
    }
}
