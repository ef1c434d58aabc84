//! Full-text search over what is published.
//!
//! [`Search`] keeps an index of the live texts of a record in step with its journal and answers [`Ask`]s from it. The
//! index holds words, never texts, and only of what is public. What it ranks by depends on the texts found and on nothing
//! else: neither on how often words occur in the record nor on how the index is cut into segments, so that every process
//! over the same record gives the same answer. See `docs/decisions/0018`.

mod analysis;
mod ask;
mod best;
mod directory;
mod document;
mod error;
mod expand;
mod facets;
mod feed;
mod figures;
mod find;
mod highlight;
mod index;
mod labels;
mod language;
mod mask;
mod matching;
mod query;
mod schema;
mod score;
mod search;
mod segment;
mod slot;
mod unpacked;

pub use ask::{Ask, Filter, Found, Hit, Place};
pub use error::SearchError;
pub use facets::{Counted, Matches};
pub use figures::Figures;
pub use highlight::{Highlighter, Marked, Span};
pub use language::Language;
pub use query::{MAX_QUERY_CHARS, Query, QueryError};
pub use search::{Progress, Search};
