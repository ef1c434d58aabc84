//! What a draft has to have before readers see it.

use griot_domain::{AssetKind, Draft, Entry, Locale, Text};

use crate::UserError;

/// What a draft lacks to be published in `locales`, or in all it has.
pub(crate) fn missing(draft: &Draft, locales: Option<&[Locale]>) -> Vec<UserError> {
    let mut missing = Vec::new();
    for (locale, edition) in &draft.editions {
        if locales.is_some_and(|locales| !locales.contains(locale)) {
            continue;
        }
        match &edition.text {
            Text::Article(_) if edition.body.is_empty() => {
                missing.push(UserError::required(format!("texts.{locale}.body"), "an article needs a body"));
            }
            Text::Asset(text) if text.alt.is_none() && is_image(&draft.entry) => {
                missing.push(UserError::required(
                    format!("texts.{locale}.alt"),
                    "an image needs a text alternative for those who do not see it",
                ));
            }
            _ => {}
        }
    }
    for locale in locales.into_iter().flatten() {
        if !draft.editions.contains_key(locale) {
            missing.push(UserError::required(format!("texts.{locale}"), "there is no text in this language"));
        }
    }
    if draft.editions.is_empty() {
        missing.push(UserError::required("texts", "there is no text in any language"));
    }
    missing
}

fn is_image(entry: &Entry) -> bool {
    matches!(entry, Entry::Asset(asset) if asset.kind == AssetKind::Image)
}
