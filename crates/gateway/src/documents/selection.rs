//! Which items a feed holds, told by its address.

use chrono::NaiveDate;
use griot_domain::{ArticleKind, EntryKind, LinkRole, Locale, Slug};
use griot_persistence::{Condition, OrderedBy};

use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::seen::Seen;
use crate::graphql::delivery::shared_view::SharedView;

use super::item::view_in;
use super::lists::{List, gone};

/// What a feed is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Selection {
    /// Every article, in the site's own language or what stands for it.
    All,
    /// Every article there is in a language.
    Language(Locale),
    /// One form of article.
    Kind(ArticleKind),
    /// What is filed under a topic, or names a person or institution.
    About(EntryKind, Slug),
    /// A product, for those who receive it.
    Product(Slug),
}

/// A selection, looked up.
pub(super) struct Selected {
    pub view: SharedView,
    /// What articles in it have in common.
    pub articles: Vec<Condition>,
    /// What events in it have in common; `None` when it has none.
    pub events: Option<Vec<Condition>>,
    /// What it is of, beside the office: the name of a topic, person or institution, or of a form.
    pub name: Option<String>,
}

/// Forms that are in no feed but one of their own: standing pages are no news, and advisories are for newsrooms.
pub(super) const APART: [ArticleKind; 2] = [ArticleKind::Page, ArticleKind::Advisory];

/// The first segment of the addresses of feeds about entries of a kind.
const ABOUT: [(&str, EntryKind); 3] =
    [("topic", EntryKind::Topic), ("person", EntryKind::Person), ("institution", EntryKind::Institution)];

impl Selection {
    /// Reads `all`, `language/fr`, `kind/communique`, `topic/diplomatie`, `person/…`, `institution/…`, `product/…`.
    pub fn parse(path: &str) -> Option<Self> {
        let Some((of, value)) = path.split_once('/') else { return (path == "all").then_some(Self::All) };
        if let Some((_, kind)) = ABOUT.iter().find(|(segment, _)| *segment == of) {
            return Some(Self::About(*kind, Slug::parse(value).ok()?));
        }
        match of {
            "product" => Some(Self::Product(Slug::parse(value).ok()?)),
            "language" => Some(Self::Language(Locale::parse(value).ok().filter(|locale| locale.as_str() == value)?)),
            "kind" => {
                let kinds = ArticleKind::ALL.into_iter().filter(|kind| *kind != ArticleKind::Page);
                kinds.into_iter().find(|kind| kind.as_str().to_lowercase() == value).map(Self::Kind)
            }
            _ => None,
        }
    }

    /// The end of the address that [`Selection::parse`] reads.
    pub fn path(&self) -> String {
        match self {
            Self::All => "all".to_owned(),
            Self::Language(locale) => format!("language/{locale}"),
            Self::Kind(kind) => format!("kind/{}", kind.as_str().to_lowercase()),
            Self::About(kind, slug) => {
                let segment = ABOUT.iter().find(|(_, known)| known == kind).map_or("all", |(segment, _)| segment);
                format!("{segment}/{}", slug.as_str())
            }
            Self::Product(code) => format!("product/{}", code.as_str()),
        }
    }

    /// Looks it up; `None` when what it is about is not public, as products are not.
    pub async fn look_up(&self, loads: &Loads) -> Answer<Option<Selected>> {
        let general = || vec![Condition::NotFacets(APART.map(ArticleKind::as_str).to_vec())];
        let view = view_in(None, loads);
        Ok(Some(match self {
            Self::All => Selected { view, articles: general(), events: Some(Vec::new()), name: None },
            Self::Language(locale) => {
                let there = Condition::InLocale(locale.clone());
                let view = view_in(Some(locale), loads);
                let conditions = std::slice::from_ref(&there);
                let all = List { kind: EntryKind::Article, view: &view, conditions, by: OrderedBy::Date };
                // What was the last in it is told to be taken back.
                if !all.has_any(loads).await? && gone(EntryKind::Article, &view, loads).await?.is_empty() {
                    return Ok(None);
                }
                Selected {
                    view,
                    articles: [general(), vec![there.clone()]].concat(),
                    events: Some(vec![there]),
                    name: Some(locale.to_string()),
                }
            }
            Self::Kind(kind) => Selected {
                view,
                articles: vec![Condition::Facets(vec![kind.as_str()])],
                events: None,
                name: Some(kind.as_str().to_lowercase()),
            },
            Self::About(kind, slug) => {
                let Some(record) = loads.store.find_by_slug(&view, *kind, slug).await? else { return Ok(None) };
                let day = record.updated_at.date_naive();
                let seen = Seen { record, view: view.clone(), day };
                let linking = |role| Condition::LinksTo { role, targets: vec![seen.record.id] };
                let role = if *kind == EntryKind::Topic { LinkRole::Topic } else { LinkRole::Mention };
                let events = (*kind != EntryKind::Topic).then(|| vec![linking(LinkRole::Party)]);
                let articles = [vec![linking(role)], general()].concat();
                Selected { articles, events, name: Some(seen.record.title().to_owned()), view }
            }
            Self::Product(_) => return Ok(None),
        }))
    }
}

/// A month of the calendar, in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Month(NaiveDate);

impl Month {
    /// The month of a day.
    pub fn of(day: NaiveDate) -> Self {
        use chrono::Datelike;
        Self(day.with_day(1).unwrap_or(day))
    }

    /// Reads `2023-11`.
    pub fn parse(text: &str) -> Option<Self> {
        let first = format!("{text}-01").parse().ok().map(Self)?;
        (first.to_string() == text).then_some(first)
    }

    /// Its first instant and that of the next one, in microseconds.
    pub fn bounds(self) -> (i64, i64) {
        let next = self.0.checked_add_months(chrono::Months::new(1)).unwrap_or(self.0);
        let micros = |day: NaiveDate| griot_domain::micros(day.and_time(chrono::NaiveTime::MIN).and_utc());
        (micros(self.0), micros(next))
    }
}

impl std::fmt::Display for Month {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.0.format("%Y-%m"))
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    fn a_feed_is_found_again_by_its_address(
        #[values(
            "all",
            "language/fr",
            "language/en-GB",
            "kind/communique",
            "kind/advisory",
            "topic/diplomatie",
            "person/assimi-goita",
            "institution/aes",
            "product/fil-general"
        )]
        path: &str,
    ) {
        assert_eq!(Selection::parse(path).unwrap().path(), path);
    }

    #[rstest]
    fn other_addresses_are_of_no_feed(
        #[values(
            "",
            "all/",
            "ALL",
            "language/",
            "language/FR",
            "language/a_b",
            "kind/page",
            "kind/COMMUNIQUE",
            "topic/",
            "topic/A",
            "topic/a/b",
            "product/",
            "product/a/b",
            "event/a"
        )]
        path: &str,
    ) {
        assert_eq!(Selection::parse(path), None);
    }

    #[test]
    fn months_are_read_and_end_where_the_next_begins() {
        let month = Month::parse("2023-12").unwrap();
        assert_eq!(month.bounds().1, Month::parse("2024-01").unwrap().bounds().0);
        for other in ["2023-13", "2023-1", "2023", "2023-12-01", ""] {
            assert_eq!(Month::parse(other), None, "{other}");
        }
    }
}
