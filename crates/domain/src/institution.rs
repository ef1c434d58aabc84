//! Institutions: offices, ministries, states, unions, bodies.

use serde::{Deserialize, Serialize};

use crate::{InstitutionId, Localized, PartialDate, Period, Seo};

/// The language-neutral part of an institution.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Institution {
    #[allow(missing_docs)]
    pub kind: InstitutionKind,
    /// Abbreviation, such as `AES`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acronym: Option<Localized>,
    /// The institution it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<InstitutionId>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Contact::is_empty")]
    pub contact: Contact,
    /// When it existed; several if it was dissolved and founded again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub existence: Vec<Period>,
}

/// What sort of institution it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum InstitutionKind {
    Presidency,
    Government,
    Ministry,
    Department,
    Agency,
    Parliament,
    Court,
    Military,
    State,
    InternationalOrganisation,
    Company,
    Association,
    Other,
}

/// How to reach an institution.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Contact {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<Localized>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub telephone: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
}

impl Contact {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An institution in one language, without its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InstitutionText {
    /// The present name.
    pub name: String,
    /// Names it bore before, each for a time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub past_names: Vec<PastName>,
    /// Other forms found in texts, such as `la Présidence`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}

/// A name borne for a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PastName {
    #[allow(missing_docs)]
    pub name: String,
    /// First day, month or year.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// Last day, month or year; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PartialDate>,
}

impl PastName {
    /// When it is in force.
    pub fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }
}
