//! What requests may name: entries that are public, entries that are not, and words of their texts.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// An entry, by everything it can be asked for by.
#[derive(Clone, Debug, Default)]
pub struct Named {
    #[allow(missing_docs)]
    pub kind: String,
    #[allow(missing_docs)]
    pub id: String,
    /// Language and slug.
    pub slugs: Vec<(String, String)>,
    #[allow(missing_docs)]
    pub old_paths: Vec<String>,
    /// Its headline, name or title, language by language.
    pub titles: Vec<String>,
    /// Names of files of the data folder.
    pub files: Vec<String>,
}

/// Both sorts.
#[derive(Clone, Debug)]
pub struct Names {
    #[allow(missing_docs)]
    pub public: Vec<Named>,
    /// Drafts, items under embargo, and what drafts of public entries change of them.
    pub hidden: Vec<Named>,
}

impl Names {
    /// Nothing but one entry: whoever asks by these asks for it again and again.
    pub fn only(named: Named) -> Self {
        Self { public: vec![named.clone()], hidden: vec![named] }
    }
}

impl Named {
    /// The entry of a line of the import format, which is the form of drafts too.
    pub fn of(line: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut named = Self { kind: text(&line["kind"]), id: text(&line["id"]), ..Self::default() };
        for (locale, fields) in line["texts"].as_object().into_iter().flatten() {
            if let Some(slug) = fields["slug"].as_str() {
                named.slugs.push((locale.clone(), slug.to_owned()));
            }
            named.titles.extend(
                ["headline", "name", "title"].iter().filter_map(|field| fields[field].as_str()).map(str::to_owned),
            );
        }
        named.old_paths = line["oldPaths"].as_array().into_iter().flatten().map(|old| text(&old["path"])).collect();
        named.files = line["entry"]["file"]["stored"].as_str().map(str::to_owned).into_iter().collect();
        named
    }

    /// Paths of its pages, now and before.
    pub fn paths(&self) -> Vec<String> {
        let folder = match self.kind.as_str() {
            "person" => "people".to_owned(),
            kind => format!("{kind}s"),
        };
        let pages = self.slugs.iter().map(|(locale, slug)| format!("/{locale}/{folder}/{slug}"));
        pages.chain(self.old_paths.iter().cloned()).collect()
    }

    /// An id for `node`, made as the API makes them.
    pub fn view_id(&self, locale: &str, as_of: Option<i64>) -> String {
        let as_of = as_of.map(|at| at.to_string()).unwrap_or_default();
        URL_SAFE_NO_PAD.encode(format!("1|{}|{}|{locale}|*|{as_of}", self.kind, self.id))
    }
}
