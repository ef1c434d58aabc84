//! Which state of the record a reader asks for.

use chrono::{DateTime, Utc};

use crate::Locale;

/// The point in time at which the record is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Moment {
    /// What is live now.
    Now,
    /// What was live at an instant.
    AsOf(DateTime<Utc>),
}

/// Languages in order of preference.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LocaleChain {
    /// Wanted first, then the fallbacks in order; at least one.
    pub locales: Vec<Locale>,
    /// Whether an entry in none of them is shown in the language it has.
    pub or_any: bool,
}

impl LocaleChain {
    /// `wanted`, then any language the entry has.
    pub fn with_any(wanted: Locale) -> Self {
        Self { locales: vec![wanted], or_any: true }
    }

    /// The language asked for.
    pub fn wanted(&self) -> &Locale {
        &self.locales[0]
    }
}

/// A moment and the languages to read it in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct View {
    #[allow(missing_docs)]
    pub moment: Moment,
    #[allow(missing_docs)]
    pub locales: LocaleChain,
}
