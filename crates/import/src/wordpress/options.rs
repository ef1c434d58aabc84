//! How an export is taken in.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono_tz::Tz;
use griot_domain::{ArticleKind, Locale};

use crate::html::ShortcodeRules;

/// What may be set about an import. `Default` imports what is public, in the language of the site, and fetches
/// nothing.
#[derive(Clone, Debug)]
pub struct WordPressOptions {
    /// Language of items that do not say theirs; else that of the site.
    pub locale: Option<Locale>,
    /// Zone of items that give their local date only.
    pub time_zone: Tz,
    /// Take drafts, pending, private, scheduled and password-protected items into the editorial store.
    pub with_drafts: bool,
    /// Report what would happen and write nothing.
    pub is_rehearsal: bool,
    /// Look for people, institutions and events of the record in the texts.
    pub find_mentions: bool,
    /// Download the files of assets; absent, they are referred to by address.
    pub media: Option<MediaOptions>,
    /// Kinds of articles by slug of a category, before the built-in table.
    pub kinds: BTreeMap<String, ArticleKind>,
    /// Post types taken in as articles.
    pub article_types: BTreeSet<String>,
    #[allow(missing_docs)]
    pub shortcodes: ShortcodeRules,
    /// Logins and display names that sign nothing.
    pub unsigned: BTreeSet<String>,
}

/// Where downloaded files go and where they may come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MediaOptions {
    /// Files go to `media/` in it.
    pub data_dir: PathBuf,
    /// `HOST:PORT` that may be asked although they are in a private network.
    pub allowed: BTreeSet<String>,
}

impl Default for WordPressOptions {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            locale: None,
            time_zone: Tz::UTC,
            with_drafts: false,
            is_rehearsal: false,
            find_mentions: true,
            media: None,
            kinds: BTreeMap::new(),
            article_types: names(&["post"]),
            shortcodes: ShortcodeRules::default(),
            unsigned: names(&["admin", "administrator", "administrateur", "webmaster", "root"]),
        }
    }
}
