//! What was found.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, SimpleObject};
use griot_domain::Text;
use griot_front::directive::{Cost, List};
use griot_persistence::Record;
use griot_search::{Found, Highlighter, Hit, Marked};

use super::facet::SearchFacets;
use super::query::encode;
use crate::graphql::delivery::connection::PageInfo;
use crate::graphql::delivery::content::Node;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::loads::{Loads, loads};
use crate::graphql::delivery::scalar::Html;
use crate::graphql::delivery::seen::Seen;
use crate::graphql::delivery::shared_view::SharedView;

/// Characters of an excerpt.
const EXCERPT: usize = 240;

/// What was asked, as far as answers depend on it.
pub(super) struct Asked {
    pub list: String,
    pub view: SharedView,
    pub highlighter: Arc<Highlighter>,
    pub came_from: bool,
}

/// A page of what was found.
pub(crate) struct SearchConnection {
    found: Found,
    records: Vec<Arc<Record>>,
    asked: Asked,
}

impl SearchConnection {
    /// Reads what was found; what is not public any more is left out.
    pub(super) async fn of(found: Found, asked: Asked, loads: &Loads) -> Answer<Self> {
        let ids: Vec<_> = found.hits.iter().map(|hit| hit.id).collect();
        let records = loads.records(&asked.view, &ids).await?;
        Ok(Self { found, records, asked })
    }

    fn items(&self, loads: &Loads) -> Vec<SearchEdge> {
        let edge = |hit: &Hit| {
            let record = self.records.iter().find(|record| record.id == hit.id)?;
            let node = Node::new(Seen::at_top(Arc::clone(record), &self.asked.view, loads))?;
            let highlighter = Arc::clone(&self.asked.highlighter);
            Some(SearchEdge {
                cursor: encode(&self.asked.list, *hit),
                node,
                hit: *hit,
                record: Arc::clone(record),
                highlighter,
            })
        };
        self.found.hits.iter().filter_map(edge).collect()
    }
}

/// A page of what was found, the best first.
#[Object(crate = "griot_front::lean::graphql")]
impl SearchConnection {
    /// Items with their cursors, and why they were found.
    async fn edges(&self, ctx: &Context<'_>) -> Answer<Vec<SearchEdge>> {
        Ok(self.items(loads(ctx)?))
    }

    /// Items alone.
    async fn nodes(&self, ctx: &Context<'_>) -> Answer<Vec<Node>> {
        Ok(self.items(loads(ctx)?).into_iter().map(|edge| edge.node).collect())
    }

    /// Where the page stands in all that was found. There is no way back: keep the cursors of earlier pages.
    async fn page_info(&self) -> PageInfo {
        let cursor = |hit: &Hit| encode(&self.asked.list, *hit);
        PageInfo {
            has_next_page: self.found.has_more,
            has_previous_page: self.asked.came_from,
            start_cursor: self.found.hits.first().map(cursor),
            end_cursor: self.found.hits.last().map(cursor),
        }
    }

    /// How much was found in all.
    async fn total_count(&self) -> i32 {
        i32::try_from(self.found.total).unwrap_or(i32::MAX)
    }

    /// Whether everything public was looked at. While the index is being made it is not: what is found then is right,
    /// and may lack some.
    async fn is_complete(&self) -> bool {
        self.found.is_complete
    }

    /// All that was found, on every page, counted by what it has in common.
    async fn facets(&self) -> SearchFacets {
        SearchFacets { matches: self.found.matches.clone(), view: self.asked.view.clone() }
    }
}

/// Something found, with its place and the reason.
pub(crate) struct SearchEdge {
    cursor: String,
    node: Node,
    hit: Hit,
    record: Arc<Record>,
    highlighter: Arc<Highlighter>,
}

/// Something found, with its place and the reason.
#[Object(crate = "griot_front::lean::graphql")]
impl SearchEdge {
    /// Opaque place in what was found, valid for the same question.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// What was found.
    async fn node(&self) -> &Node {
        &self.node
    }

    /// How well it matches, in hundredths of points: comparable within one search, and the same from every server.
    async fn score(&self) -> i32 {
        i32::try_from(self.hit.score).unwrap_or(i32::MAX)
    }

    /// The passages that hold the words: name or headline, summary, and an excerpt of the body. Passages without any are
    /// left out.
    #[graphql(directive = List::apply(3), directive = Cost::apply(3))]
    async fn highlights(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "in", desc = "Passages to look at; all when omitted.")] passages: Option<Vec<SearchPassage>>,
    ) -> Answer<Vec<SearchHighlight>> {
        let is_wanted = |passage| passages.as_ref().is_none_or(|passages| passages.contains(&passage));
        let record = &self.record;
        let mark = |text: &str| Some(self.highlighter.mark(text, &record.locale)).filter(|one| !one.spans.is_empty());
        let mut found = Vec::new();
        if is_wanted(SearchPassage::Title) {
            found.extend(mark(record.title()).map(|marked| SearchHighlight::new(SearchPassage::Title, &marked)));
        }
        if let Some(summary) = summary(&record.text).filter(|_| is_wanted(SearchPassage::Summary)) {
            found.extend(mark(summary).map(|marked| SearchHighlight::new(SearchPassage::Summary, &marked)));
        }
        if is_wanted(SearchPassage::Body) {
            let body = loads(ctx)?.body(record.edition).await?;
            let excerpt = self.highlighter.excerpt(&body.body.plain_text(), &record.locale, EXCERPT);
            found.extend(excerpt.map(|marked| SearchHighlight::new(SearchPassage::Body, &marked)));
        }
        Ok(found)
    }
}

fn summary(text: &Text) -> Option<&str> {
    match text {
        Text::Article(text) => text.summary.as_deref(),
        Text::Person(text) => text.known_as.as_deref(),
        Text::Topic(text) => text.summary.as_deref(),
        Text::Asset(text) => text.caption.as_deref(),
        Text::Institution(_) | Text::Event(_) | Text::Appointment(_) => None,
    }
}

/// A part of an entry that words were found in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum SearchPassage {
    /// Headline or name.
    Title,
    /// Summary, caption, or what a person is known for.
    Summary,
    /// An excerpt of the body.
    Body,
}

/// A passage, with the words found in it.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct SearchHighlight {
    /// Which passage it is.
    passage: SearchPassage,
    /// The passage as plain text; an excerpt begins or ends with `…` where it was cut.
    text: String,
    /// The passage as HTML, in which the words found are in `mark` elements.
    html: Html,
    /// Where the words found stand in `text`.
    #[graphql(directive = List::apply(50))]
    ranges: Vec<TextRange>,
}

/// A part of a text, counted in Unicode code points.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct TextRange {
    /// Code points before it.
    offset: i32,
    /// Code points in it.
    length: i32,
}

/// Most ranges of a passage; those behind are marked in its HTML alone.
const RANGES: usize = 50;

impl SearchHighlight {
    fn new(passage: SearchPassage, marked: &Marked) -> Self {
        let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
        let range = |span: &griot_search::Span| TextRange { offset: number(span.offset), length: number(span.length) };
        let ranges = marked.spans.iter().take(RANGES).map(range).collect();
        Self { passage, text: marked.text.clone(), html: Html(marked.html()), ranges }
    }
}
