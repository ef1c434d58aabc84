//! The view a query chooses at its root and every field below inherits.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};
use griot_domain::{Locale, LocaleChain, Moment, View};

use super::error::{Answer, ApiError};
use super::loads::Loads;
use super::scalar::{Instant, Tag};
use super::shared_view::SharedView;

/// Which state of the record to read, and in which language. Every field is optional.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ViewInput {
    /// Language wanted; the site's own when omitted. Request headers never change it.
    pub locale: Option<Tag>,
    /// Languages to try in this order where the one wanted is missing; `[]` never substitutes. When omitted: the
    /// language wanted without its region (`fr` for `fr-ML`), then the site's own chain, and in the end the language the
    /// entry was first published in.
    pub fallback: Option<Vec<Tag>>,
    /// Read what was public at this instant; what is public now when omitted.
    pub as_of: Option<Instant>,
}

/// Longest chain of languages.
const MAX_FALLBACKS: usize = 8;

pub(crate) fn parse_locale(argument: &'static str, tag: &Tag) -> Answer<Locale> {
    Locale::parse(&tag.0).map_err(|err| ApiError::invalid(argument, err.to_string()))
}

impl ViewInput {
    /// The view meant by the `view` argument of a root field.
    pub fn resolve(input: Option<Self>, loads: &Loads) -> Answer<SharedView> {
        let input = input.unwrap_or_default();
        let wanted = input.locale.as_ref().map(|tag| parse_locale("view.locale", tag)).transpose()?;
        let fallback = input
            .fallback
            .as_ref()
            .map(|tags| tags.iter().map(|tag| parse_locale("view.fallback", tag)).collect::<Answer<Vec<_>>>())
            .transpose()?;
        if fallback.as_ref().is_some_and(|chain| chain.len() > MAX_FALLBACKS) {
            return Err(ApiError::invalid("view.fallback", format!("at most {MAX_FALLBACKS} languages")));
        }
        Ok(loads.views.share(view(wanted, fallback, input.as_of.map(|at| at.0), loads)))
    }
}

/// The view of these choices, the site's own where there is none. An instant that has not come yet is now.
pub(crate) fn view(
    wanted: Option<Locale>,
    fallback: Option<Vec<Locale>>,
    as_of: Option<DateTime<Utc>>,
    loads: &Loads,
) -> View {
    let or_any = fallback.is_none();
    let wanted = wanted.unwrap_or_else(|| loads.site.default_locale.clone());
    let chain = fallback.unwrap_or_else(|| [wanted.broader(), loads.fallback_locales.clone()].concat());
    let mut locales = vec![wanted];
    for locale in chain {
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    let moment = match as_of {
        Some(at) if at < loads.clock.now() => Moment::AsOf(at),
        Some(at) => {
            loads.store.note_until(at);
            Moment::Now
        }
        None => Moment::Now,
    };
    View { moment, locales: LocaleChain { locales, or_any } }
}
