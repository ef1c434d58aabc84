//! From the path of a public page to what stands there.

use std::sync::Arc;

use async_graphql::SimpleObject;
use griot_domain::{Locale, View, normalise_old_path, old_path_forms};
use griot_persistence::Record;

use super::content::Content;
use super::error::Answer;
use super::loads::Loads;
use super::seen::Seen;
use super::view::ViewInput;

/// What a path stands for: content to render, or another address. Both are null for a path nothing answers to.
#[derive(SimpleObject)]
pub(crate) struct Route {
    /// The path as it was understood.
    path: String,
    /// Where it moved to.
    redirect: Option<Redirect>,
    /// What to render.
    content: Option<Content>,
}

/// A moved path.
#[derive(SimpleObject)]
pub(crate) struct Redirect {
    /// Path of the page now.
    to: String,
    /// Whether it moved for good: answer 301 or 308 then, otherwise 302 or 307.
    permanent: bool,
}

/// Looks a path up: first among the pages there are, then among the addresses of the site before.
pub(crate) async fn route(loads: &Loads, raw: &str, input: Option<ViewInput>) -> Answer<Route> {
    let base = ViewInput::resolve(input, loads)?;
    let path = normalise_old_path(raw).unwrap_or_else(|_| raw.to_owned());
    if let Some((locale, kind, slug)) = loads.site.parse_path(raw) {
        let view = in_language(&base, &locale);
        if let Some(record) = loads.levels.read(loads.store.find_by_slug(&view, kind, &slug)).await? {
            let record = Arc::new(record);
            let is_current = record.slug.as_ref() == Some(&slug) && record.locale == locale;
            return Ok(answer(loads, path, record, &view, is_current));
        }
    }
    let Some(found) = loads.levels.read(loads.store.find_by_old_path(&old_path_forms(&path))).await? else {
        return Ok(Route { path, redirect: None, content: None });
    };
    let view = found.locale.map_or(base.clone(), |locale| in_language(&base, &locale));
    let Some(record) = loads.record(&view, found.id).await? else {
        return Ok(Route { path, redirect: None, content: None });
    };
    Ok(answer(loads, path, record, &view, false))
}

/// The view with the language of the path in front.
fn in_language(view: &View, locale: &Locale) -> Arc<View> {
    let mut view = view.clone();
    view.locales.locales.retain(|known| known != locale);
    view.locales.locales.insert(0, locale.clone());
    Arc::new(view)
}

fn answer(loads: &Loads, path: String, record: Arc<Record>, view: &Arc<View>, is_current: bool) -> Route {
    if is_current {
        let content = Content::new(Seen::at_top(record, view, loads));
        return Route { path, redirect: None, content };
    }
    let to = record.slug.as_ref().map(|slug| loads.site.page_path(record.kind, &record.locale, slug));
    let redirect = to.map(|to| Redirect { to, permanent: true });
    Route { path, redirect, content: None }
}
