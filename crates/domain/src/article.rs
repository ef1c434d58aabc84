//! Articles: news, communiqués, speeches, interviews, advisories and standing pages.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::{ArticleId, AssetId, EntryId, Localized, Mention, Place, Seo, TopicId};

/// The language-neutral part of an article.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Article {
    #[allow(missing_docs)]
    pub kind: ArticleKind,
    /// When it was issued, with the offset of the place; its local date decides how people are named.
    pub issued_at: DateTime<FixedOffset>,
    /// Where it was issued.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    /// Who signs it, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub byline: Vec<Byline>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lead_image: Option<MediaPlacement>,
    /// Subjects it is filed under, most relevant first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicId>,
    /// Documents, recordings and further images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<AssetId>,
    /// The editor's choice of related articles, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<ArticleId>,
    /// Public corrections, in the order they were made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub corrections: Vec<Correction>,
    /// Terms under which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rights: Option<Localized>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub urgency: Option<Urgency>,
    /// Kept at the head of front pages.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_pinned: bool,
}

impl Article {
    /// The calendar day of issue where it was issued.
    pub fn issued_on(&self) -> NaiveDate {
        self.issued_at.date_naive()
    }
}

/// The form of an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum ArticleKind {
    News,
    Communique,
    Speech,
    Interview,
    Advisory,
    /// A standing page, such as a biography or legal notice; outside lists unless asked for.
    Page,
}

impl ArticleKind {
    /// Every kind.
    pub const ALL: [Self; 6] =
        [Self::News, Self::Communique, Self::Speech, Self::Interview, Self::Advisory, Self::Page];

    /// The word used in the store and the import format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::News => "NEWS",
            Self::Communique => "COMMUNIQUE",
            Self::Speech => "SPEECH",
            Self::Interview => "INTERVIEW",
            Self::Advisory => "ADVISORY",
            Self::Page => "PAGE",
        }
    }
}

/// IPTC urgency: 1 is most urgent, 8 least.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "i64", into = "u8")]
pub struct Urgency(u8);

impl Urgency {
    /// 1 to 8.
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<i64> for Urgency {
    type Error = String;

    fn try_from(value: i64) -> Result<Self, String> {
        match u8::try_from(value) {
            Ok(urgency @ 1..=8) => Ok(Self(urgency)),
            _ => Err(format!("urgency is 1 (most urgent) to 8, not {value}")),
        }
    }
}

impl From<Urgency> for u8 {
    fn from(urgency: Urgency) -> Self {
        urgency.0
    }
}

/// One signatory: a person, an institution, or a name alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Byline {
    /// Name to print.
    pub name: Localized,
    /// The person or institution, when the record knows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
}

/// An asset in use, with texts for that use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MediaPlacement {
    #[allow(missing_docs)]
    pub asset: AssetId,
    /// Text alternative for this use, else the asset's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<Localized>,
    /// Caption for this use, else the asset's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<Localized>,
}

/// A correction readers are told about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Correction {
    #[allow(missing_docs)]
    pub kind: CorrectionKind,
    /// When it was made.
    pub at: DateTime<Utc>,
    /// What was wrong and what is right.
    pub note: Localized,
}

/// What a correction does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CorrectionKind {
    /// An error was put right.
    Correction,
    /// Something was made clearer.
    Clarification,
    /// Something new was added.
    Update,
    /// A statement was taken back.
    Retraction,
}

/// An article in one language, without its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ArticleText {
    #[allow(missing_docs)]
    pub headline: String,
    /// Short label above the headline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kicker: Option<String>,
    /// Standfirst.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    /// Who and what the text names, in order of appearance.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mentions: Vec<Mention>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}
