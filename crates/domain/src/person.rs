//! People.

use serde::{Deserialize, Serialize};

use crate::{AssetId, Localized, PartialDate, Period, Seo};

/// The language-neutral part of a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Person {
    #[allow(missing_docs)]
    pub name: PersonName,
    /// Other forms of the name found in texts, such as `Assimi GOITA` or `Iron Biby`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    /// Ranks held, each for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ranks: Vec<RankPeriod>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub portrait: Option<AssetId>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub born: Option<PartialDate>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub died: Option<PartialDate>,
}

/// A name as data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonName {
    /// Given names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given: Option<String>,
    /// Particle before the family name, such as `de`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub particle: Option<String>,
    /// Family name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<String>,
    /// The whole name as the office prints it, such as `Assimi GOÏTA`.
    pub display: String,
}

impl PersonName {
    /// The form for alphabetical lists: family name, then given names.
    pub fn sort_form(&self) -> String {
        match (&self.family, &self.given) {
            (Some(family), Some(given)) => format!("{family} {given}"),
            _ => self.display.clone(),
        }
    }
}

/// A rank held for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RankPeriod {
    /// Name of the rank, such as `Général d’Armée`.
    pub rank: Localized,
    /// First day, month or year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// Last day, month or year; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PartialDate>,
}

impl RankPeriod {
    /// When it is in force.
    pub fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }
}

/// A person in one language, without the biography.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PersonText {
    /// Name as written in this language, else the display name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Form of address, such as `Dr` or `M.`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub honorific: Option<String>,
    /// What the person is known for, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub known_as: Option<String>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}
