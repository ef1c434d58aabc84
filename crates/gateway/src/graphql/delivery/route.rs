//! From the path of a public page to what stands there.

use std::sync::Arc;

use async_graphql::SimpleObject;
use griot_domain::{EntryId, Locale, View, normalise_old_path, old_path_forms};
use griot_persistence::{Found, Record};

use super::content::Content;
use super::error::Answer;
use super::loads::Loads;
use super::notice::Notice;
use super::seen::Seen;
use super::shared_view::SharedView;
use super::view::ViewInput;

/// Successors followed from an address: a circle of them must end.
const MOST_SUCCESSORS: usize = 8;

/// What a path stands for: content to render, another address, or a notice that what stood there was taken back. All
/// three are null for a path nothing answers to.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Route {
    /// The path as it was understood.
    path: String,
    /// Where it moved to.
    redirect: Option<Redirect>,
    /// What to render.
    content: Option<Content>,
    /// What is told in place of an entry that was taken back.
    notice: Option<Notice>,
    /// What to answer the path with over HTTP: 200 with content, 301 with a redirect, 410 with a notice, else 404.
    status: i32,
}

/// A moved path.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Redirect {
    /// Path of the page now.
    to: String,
    /// Whether it moved for good: answer 301 or 308 then, otherwise 302 or 307.
    permanent: bool,
}

/// Looks a path up: first among the pages there are, then among the addresses of the site before.
pub(crate) async fn route(loads: &Loads, raw: &str, input: Option<ViewInput>) -> Answer<Route> {
    let base = ViewInput::resolve(input, loads)?;
    // What has no normal form is no address of the site before, and may be of any length.
    let old = normalise_old_path(raw).ok();
    let path = old.clone().unwrap_or_else(|| raw.to_owned());
    if let Some((locale, kind, slug)) = loads.site.parse_path(raw) {
        let view = in_language(&base, &locale);
        if let Some(record) = loads.store.find_by_slug(&view, kind, &slug).await? {
            let is_current = record.slug.as_ref() == Some(&slug) && record.locale == locale;
            return Ok(answer(loads, path, record, &view, is_current));
        }
    }
    let found = match &old {
        Some(old) => loads.store.find_by_old_path(&old_path_forms(old)).await?,
        None => None,
    };
    if let Some(found) = &found {
        let view = found.locale.as_ref().map_or(base.clone(), |locale| in_language(&base, locale));
        if let Some(record) = loads.record(&view, found.id).await? {
            return Ok(answer(loads, path, record, &view, false));
        }
    }
    let Some((notice, view)) = told_of(loads, raw, &base, found).await? else {
        return Ok(Route { path, redirect: None, content: None, notice: None, status: 404 });
    };
    match successor(loads, &view, notice.successor).await? {
        Some(record) => Ok(answer(loads, path, record, &view, false)),
        None => Ok(Route { path, redirect: None, content: None, notice: Some(notice.into()), status: 410 }),
    }
}

/// The entry whose page is or was at an address, or that was taken back there, and the language it is told in.
pub(crate) async fn entry_at(loads: &Loads, raw: &str) -> Answer<Option<(EntryId, Locale)>> {
    let base = ViewInput::resolve(None, loads)?;
    if let Some((locale, kind, slug)) = loads.site.parse_path(raw)
        && let Some(record) = loads.store.find_by_slug(&in_language(&base, &locale), kind, &slug).await?
    {
        return Ok(Some((record.id, record.locale.clone())));
    }
    let found = match normalise_old_path(raw) {
        Ok(old) => loads.store.find_by_old_path(&old_path_forms(&old)).await?,
        Err(_) => None,
    };
    if let Some(found) = &found {
        let view = found.locale.as_ref().map_or(base.clone(), |locale| in_language(&base, locale));
        if let Some(record) = loads.record(&view, found.id).await? {
            return Ok(Some((record.id, record.locale.clone())));
        }
    }
    let told = told_of(loads, raw, &base, found).await?;
    Ok(told.map(|(notice, view)| (notice.id, view.locales.wanted().clone())))
}

/// The notice that stands where no content does, and the view of the address.
async fn told_of(
    loads: &Loads,
    raw: &str,
    base: &SharedView,
    found: Option<Found>,
) -> Answer<Option<(griot_persistence::Notice, SharedView)>> {
    if let Some(Found { id, locale }) = found
        && let Some(notice) = loads.store.notice(base.moment, id).await?
    {
        return Ok(Some((notice, locale.map_or(base.clone(), |locale| in_language(base, &locale)))));
    }
    let Some((locale, kind, slug)) = loads.site.parse_path(raw) else { return Ok(None) };
    let view = in_language(base, &locale);
    let notice = loads.store.notice_by_slug(&view, kind, &slug).await?;
    Ok(notice.map(|notice| (notice, view)))
}

/// The entry that stands for one taken back; a successor may have one in turn.
async fn successor(loads: &Loads, view: &SharedView, first: Option<EntryId>) -> Answer<Option<Arc<Record>>> {
    let mut next = first;
    for _ in 0..MOST_SUCCESSORS {
        let Some(id) = next else { return Ok(None) };
        if let Some(record) = loads.record(view, id).await? {
            return Ok(Some(record));
        }
        let notice = loads.store.notice(view.moment, id).await?;
        next = notice.and_then(|notice| notice.successor);
    }
    Ok(None)
}

/// The view with the language of the path in front.
fn in_language(view: &View, locale: &Locale) -> SharedView {
    let mut view = view.clone();
    view.locales.locales.retain(|known| known != locale);
    view.locales.locales.insert(0, locale.clone());
    view.into()
}

fn answer(loads: &Loads, path: String, record: Arc<Record>, view: &SharedView, is_current: bool) -> Route {
    if is_current {
        let content = Content::new(Seen::at_top(record, view, loads));
        return Route { path, redirect: None, content, notice: None, status: 200 };
    }
    let to = record.slug.as_ref().map(|slug| loads.site.page_path(record.kind, &record.locale, slug));
    let redirect = to.map(|to| Redirect { to, permanent: true });
    let status = if redirect.is_some() { 301 } else { 404 };
    Route { path, redirect, content: None, notice: None, status }
}
