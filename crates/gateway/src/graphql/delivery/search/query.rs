//! Asking for what holds some words.

use async_graphql::{Context, Object};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_domain::EntryId;
use griot_front::directive::{Cost, ForwardConnection};
use griot_search::{Ask, Filter, Highlighter, Language, Place, Query};
use sha2::{Digest, Sha256};
use std::sync::Arc;

use super::filter::SearchFilter;
use super::object::{Asked, SearchConnection};
use crate::graphql::delivery::connection::ROOT;
use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::view::ViewInput;

/// Finding by words.
#[derive(Default)]
pub(crate) struct SearchQuery;

/// Finding by words.
#[Object]
impl SearchQuery {
    /// What is public now and holds the words of a query, the best first: names and headlines before summaries, these
    /// before bodies; words as typed before other forms of them, and these before words that they may be a slip for; the
    /// younger of two like texts first. Case, accents and forms of apostrophes make no difference.
    #[graphql(directive = ForwardConnection::apply(20), directive = Cost::apply(20))]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words, all of which are wanted (or most, where nothing has all); `\"words in this order\"`; `-without`; `begin*`. Any text is a query; an empty one finds everything. At most 300 characters."
        )]
        query: String,
        #[graphql(desc = "Take the last word for the beginning of one, as while somebody types; false when omitted.")]
        autocomplete: Option<bool>,
        #[graphql(desc = "Which of what is found.")] filter: Option<SearchFilter>,
        #[graphql(desc = "How many, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "Language to find and read in; `asOf` is not taken.")] view: Option<ViewInput>,
    ) -> Answer<SearchConnection> {
        let loads = loads(ctx)?;
        if view.as_ref().is_some_and(|view| view.as_of.is_some()) {
            let message = "search knows what is public now; leave it out, or ask lists with `filter.text`";
            return Err(ApiError::invalid("view.asOf", message));
        }
        let limit = ROOT.read("first", first)?;
        let view = ViewInput::resolve(view, loads)?;
        let language = Language::of(view.locales.wanted());
        let completes = autocomplete.unwrap_or_default();
        let parsed =
            Query::parse(&query, language, completes).map_err(|err| ApiError::invalid("query", err.to_string()))?;
        let filter = SearchFilter::resolve(filter, loads).await?;
        let list = list_name(&query, completes, &filter, &view.locales);
        let after = after.as_deref().map(|raw| decode(&list, raw)).transpose()?;
        let highlighter = Arc::new(Highlighter::new(&parsed));
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let ask = Ask { query: parsed, filter, locales: view.locales.clone(), after, limit };
        let found = loads.store.search(ask, loads.clock.now()).await?;
        SearchConnection::of(found, Asked { list, view, highlighter, came_from: after.is_some() }, loads).await
    }
}

/// A short name for what is asked, so that a cursor is not taken for another question.
fn list_name(query: &str, completes: bool, filter: &Filter, locales: &griot_domain::LocaleChain) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{query:?}|{completes}|{filter:?}|{locales:?}"));
    URL_SAFE_NO_PAD.encode(&hash.finalize()[..6])
}

/// The cursor of a place.
pub(super) fn encode(list: &str, place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("q|{list}|{}|{}", place.score, place.id))
}

fn decode(list: &str, raw: &str) -> Answer<Place> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(raw.get(..raw.len().min(128))?).ok()?).ok()?;
        let [mark, name, score, id] = text.split('|').collect::<Vec<_>>().try_into().ok()?;
        let place = Place { score: score.parse().ok()?, id: id.parse::<EntryId>().ok()? };
        (mark == "q").then_some((name.to_owned(), place))
    };
    let Some((name, place)) = read() else {
        return Err(ApiError::invalid("after", "is not a cursor of this list; pass one back as it was given"));
    };
    if name != list {
        return Err(ApiError::invalid("after", "belongs to a search for something else; begin again without a cursor"));
    }
    Ok(place)
}
