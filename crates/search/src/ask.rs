//! What is asked of the index, and what it answers.

use griot_domain::{EntryId, EntryKind, Locale, LocaleChain};

use crate::facets::Matches;
use crate::query::Query;

/// A question.
#[derive(Clone, Debug)]
pub struct Ask {
    #[allow(missing_docs)]
    pub query: Query,
    #[allow(missing_docs)]
    pub filter: Filter,
    /// Each entry is found by its text in the first of these languages it has.
    pub locales: LocaleChain,
    /// Only what stands behind this place.
    pub after: Option<Place>,
    /// How many at most.
    pub limit: usize,
}

/// What everything found has in common: all that is given holds, and a list matches any of its items.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Filter {
    pub kinds: Option<Vec<EntryKind>>,
    /// Forms of articles, in the words of [`griot_domain::ArticleKind::as_str`].
    pub forms: Option<Vec<&'static str>>,
    pub topics: Option<Vec<EntryId>>,
    pub people: Option<Vec<EntryId>>,
    pub institutions: Option<Vec<EntryId>>,
    /// Years of the date, in UTC.
    pub years: Option<Vec<i32>>,
    /// Microseconds of the date: from, and up to without.
    pub dated: Option<(Option<i64>, Option<i64>)>,
    /// A language the entry is public in.
    pub locale: Option<Locale>,
}

/// A place among all that is found: the best first, the same by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Place {
    pub score: u32,
    pub id: EntryId,
}

impl Place {
    /// Whether it stands behind another.
    pub(crate) fn is_behind(self, other: Self) -> bool {
        self.score < other.score || self.score == other.score && self.id > other.id
    }
}

/// An entry found.
pub type Hit = Place;

/// The answer.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// A page, best first.
    pub hits: Vec<Hit>,
    /// Whether more stand behind it.
    pub has_more: bool,
    /// How many there are in all.
    pub total: u64,
    /// All of them, for counting; `None` while there is no index.
    pub matches: Option<Matches>,
    /// Everything public was looked at. While the index is being made it is not.
    pub is_complete: bool,
}
