//! Languages of the record.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use icu_locale_core::Locale as IcuLocale;
use serde::{Deserialize, Serialize};

/// A BCP 47 language tag in canonical form, such as `fr`, `fr-CA`, `zh-Hant`, `nqo`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

/// The text is no language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a language tag: use BCP 47 such as `fr`, `en-GB` or `ar`")]
pub struct LocaleError(pub String);

/// Direction of writing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Direction {
    LeftToRight,
    RightToLeft,
}

impl Locale {
    /// Checks `raw` and brings it into canonical case; the only way in.
    pub fn parse(raw: &str) -> Result<Self, LocaleError> {
        let refuse = || LocaleError(raw.to_owned());
        if raw.len() > 35 {
            return Err(refuse());
        }
        let locale = raw.parse::<IcuLocale>().map_err(|_| refuse())?;
        if locale.id.language.is_unknown() {
            return Err(refuse());
        }
        Ok(Self(locale.to_string()))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The tags with one part after another taken off the end, nearest first: `zh-Hant`, `zh` for `zh-Hant-TW`.
    pub fn broader(&self) -> Vec<Self> {
        let mut tag = self.0.as_str();
        let mut broader = Vec::new();
        while let Some((shorter, _)) = tag.rsplit_once('-') {
            tag = shorter;
            // A lone letter introduces an extension and ends no tag.
            broader.extend(Self::parse(tag).ok().filter(|locale| locale.0 == tag));
        }
        broader
    }

    /// Direction in which the language is written. An explicit script decides; otherwise the language's usual one.
    pub fn direction(&self) -> Direction {
        const SCRIPTS: [&str; 8] = ["Arab", "Hebr", "Nkoo", "Syrc", "Thaa", "Adlm", "Rohg", "Mand"];
        const LANGUAGES: [&str; 13] =
            ["ar", "he", "fa", "ur", "nqo", "ps", "dv", "syr", "yi", "ug", "sd", "ckb", "arz"];
        let mut parts = self.0.split('-');
        let language = parts.next().unwrap_or_default();
        let script = parts.next().filter(|part| part.len() == 4 && part.chars().all(char::is_alphabetic));
        let right_to_left = match script {
            Some(script) => SCRIPTS.contains(&script),
            None => LANGUAGES.contains(&language),
        };
        if right_to_left { Direction::RightToLeft } else { Direction::LeftToRight }
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Locale {
    type Err = LocaleError;

    fn from_str(raw: &str) -> Result<Self, LocaleError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Locale {
    type Error = LocaleError;

    fn try_from(raw: String) -> Result<Self, LocaleError> {
        Self::parse(&raw)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

/// A short text in one or several languages: in JSON a plain string (every language), or an object by tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Localized {
    /// The same in every language.
    Everywhere(String),
    /// One text for each language.
    ByLocale(BTreeMap<Locale, String>),
}

impl Localized {
    /// The text in the first of `locales` that has one, else in any language; empty when there is none.
    pub fn pick<'a, 'l>(&'a self, locales: impl IntoIterator<Item = &'l Locale>) -> &'a str {
        match self {
            Self::Everywhere(text) => text,
            Self::ByLocale(texts) => locales
                .into_iter()
                .find_map(|locale| texts.get(locale))
                .or_else(|| texts.values().next())
                .map_or("", String::as_str),
        }
    }

    /// Every form of the text.
    pub fn forms(&self) -> Vec<&str> {
        match self {
            Self::Everywhere(text) => vec![text],
            Self::ByLocale(texts) => texts.values().map(String::as_str).collect(),
        }
    }
}

impl From<&str> for Localized {
    fn from(text: &str) -> Self {
        Self::Everywhere(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_canonical() {
        assert_eq!(Locale::parse("FR-ca").unwrap().as_str(), "fr-CA");
        assert_eq!(Locale::parse("zh-hant").unwrap().as_str(), "zh-Hant");
        for bad in ["", "french language", "f", "und", "fr_", "../x"] {
            assert!(Locale::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn broader_tags_lose_parts_from_the_end() {
        let of = |tag| Locale::parse(tag).unwrap().broader().iter().map(Locale::to_string).collect::<Vec<_>>();
        assert_eq!(of("zh-Hant-TW"), ["zh-Hant", "zh"]);
        assert_eq!(of("fr-ML"), ["fr"]);
        assert_eq!(of("fr"), [] as [&str; 0]);
    }

    #[test]
    fn direction_follows_script_then_language() {
        let of = |tag| Locale::parse(tag).unwrap().direction();
        assert_eq!(of("ar"), Direction::RightToLeft);
        assert_eq!(of("nqo"), Direction::RightToLeft);
        assert_eq!(of("bm"), Direction::LeftToRight);
        assert_eq!(of("bm-Nkoo"), Direction::RightToLeft);
        assert_eq!(of("ar-Latn"), Direction::LeftToRight);
    }

    #[test]
    fn a_localized_text_falls_back_in_order() {
        let text: Localized = serde_json::from_str(r#"{"en":"General","fr":"Général"}"#).unwrap();
        let [fr, ar] = ["fr", "ar"].map(|tag| Locale::parse(tag).unwrap());
        assert_eq!(text.pick([&ar, &fr]), "Général");
        assert_eq!(text.pick([&ar]), "General");
    }
}
