//! Related articles.

use griot_domain::related::{Candidate, Shared};
use griot_domain::{EntryId, EntryKind, LinkRole, from_micros};
use griot_persistence::{Condition, ListQuery, Order, OrderKey, OrderedBy, Page, PageRow, Related, Window};
use std::collections::HashMap;

use super::Article;
use crate::graphql::delivery::connection::{Connection, Paging, Sizes};
use crate::graphql::delivery::cursor;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::loads::Loads;

/// Most related articles of one.
const MOST: usize = 25;

/// The page of related articles that `paging` asks for.
pub(super) async fn related(
    article: &Article,
    loads: &Loads,
    paging: &Paging,
    sizes: Sizes,
) -> Answer<Connection<Article>> {
    let seen = &article.seen;
    let order = Order { by: OrderedBy::Date, is_descending: true };
    let window = Window { after: None, before: None, limit: sizes.read("first", paging.first)?, from_end: false };
    let all = ranked(article, loads).await?;
    // The list is short and made at once: a condition that names its members tells it from all others.
    let mut query =
        ListQuery { kind: EntryKind::Article, conditions: vec![Condition::Ids(all.clone())], order, window };
    let place = |raw: &str| cursor::decode("after", &cursor::list_name(&query, &seen.view), OrderedBy::Date, raw);
    let after = paging.after.as_deref().map(place).transpose()?;
    let start = match &after {
        Some(place) => all.iter().position(|id| *id == place.id()).map_or(all.len(), |position| position + 1),
        None => 0,
    };
    query.window.after = after;
    let limit = query.window.limit as usize;
    // What cannot be seen in this view is left out before counting. What was found for its links is live, so that only
    // an editor's choice may be missing, or anything where the view insists on a language.
    let missing = if seen.view.locales.or_any { article.article().related.len() } else { MOST };
    let end = all.len().min(start + limit + 1 + missing);
    let records = loads.records(&seen.view, &all[start..end]).await?;
    let rows =
        records.iter().take(limit).map(|record| PageRow { id: record.id, key: OrderKey::Date(0, record.id) }).collect();
    let page = Page { rows, has_more: records.len() > limit };
    Ok(Connection::of(page, records, query, seen))
}

/// What articles may share, the most telling first.
fn targets(article: &Article) -> Vec<(LinkRole, EntryId)> {
    let mentioned = |kind| article.named(kind).into_iter().map(|id| (LinkRole::Mention, id));
    mentioned(EntryKind::Event)
        .chain(mentioned(EntryKind::Person).take(5))
        .chain(article.topic_ids().into_iter().map(|id| (LinkRole::Topic, id)))
        .chain(mentioned(EntryKind::Institution))
        .collect()
}

async fn ranked(article: &Article, loads: &Loads) -> Answer<Vec<EntryId>> {
    let entry = article.article();
    let issued_at = entry.issued_at.to_utc();
    let targets = targets(article);
    let (moment, id) = (article.seen.view.moment, article.seen.record.id);
    let found = loads.store.related_to(moment, id, issued_at, &targets).await?;
    let kinds: HashMap<EntryId, EntryKind> = [EntryKind::Event, EntryKind::Person, EntryKind::Institution]
        .into_iter()
        .flat_map(|kind| article.named(kind).into_iter().map(move |id| (id, kind)))
        .chain(article.topic_ids().into_iter().map(|id| (id, EntryKind::Topic)))
        .collect();
    let ranked = griot_domain::related::rank(&entry.related, candidates(&found, &kinds), issued_at, MOST);
    Ok(ranked.into_iter().map(EntryId::from).collect())
}

fn candidates(found: &[Related], kinds: &HashMap<EntryId, EntryKind>) -> Vec<Candidate> {
    let mut by_article: HashMap<EntryId, (i64, Vec<Shared>)> = HashMap::new();
    for one in found {
        let (_, shared) = by_article.entry(one.article).or_insert((one.issued_at, Vec::new()));
        shared.extend(kinds.get(&one.shared).map(|kind| Shared { kind: *kind, share_count: None }));
    }
    by_article
        .into_iter()
        .filter_map(|(id, (issued_at, shared))| {
            Some(Candidate { id: griot_domain::ArticleId(id.0), issued_at: from_micros(issued_at)?, shared })
        })
        .collect()
}
