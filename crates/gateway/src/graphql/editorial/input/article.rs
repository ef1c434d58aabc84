//! Articles.

use async_graphql::ID;
use serde_json::{Map, Value, json};

use super::field::{Field, objects};
use super::kind::kind;
use super::scalar::{LocalizedText, When};
use super::shape::{MediaPlacementInput, PlaceInput, SeoInput};
use crate::graphql::delivery::article::{ArticleKind, MentionRole, PassageKind};
use crate::graphql::editorial::draft::EntryKind;

kind! {
    ArticleWrites of Article {
        /// Begins an article, as a draft.
        create article_create: ArticleCreateInput,
        /// Changes the draft of an article. What is left out stays, null clears, and what is given takes the place of what
        /// there was.
        update article_update: ArticleUpdateInput,
        /// An article in one language.
        text: ArticleTextInput,
        /// Changes of an article in one language, or a new language.
        text update: ArticleTextUpdateInput,
    }
    entry {
        required {
            /// Form of the article.
            kind: ArticleKind,
            /// When it was issued, with the offset of the place: its day there decides how people are named.
            issued_at: When,
        }
        optional {
            /// Where it was issued.
            place: PlaceInput,
            /// Who signs it, in order.
            byline: Vec<BylineInput>,
            /// Lead image.
            lead_image: MediaPlacementInput,
            /// Subjects (content ids of topics), most relevant first.
            topics: Vec<ID>,
            /// Documents, recordings and further images (content ids of assets).
            attachments: Vec<ID>,
            /// The editor's choice of related articles (content ids), in order.
            related: Vec<ID>,
            /// Terms of use.
            rights: LocalizedText,
            /// IPTC urgency, 1 (most urgent) to 8.
            urgency: i32,
            /// Kept at the head of front pages.
            is_pinned: bool,
        }
    }
    text {
        required {
            /// Headline.
            headline: String,
        }
        optional {
            /// Last part of the page's address; made of the headline when a new language has none.
            slug: String,
            /// Short label above the headline.
            kicker: String,
            /// Standfirst.
            summary: String,
            /// Who and what the text names, in order of appearance.
            mentions: Vec<MentionInput>,
            /// Texts for search engines.
            seo: SeoInput,
        }
    }
}

objects! {
    /// One who signs.
    BylineInput {
        /// Name to print.
        name: LocalizedText,
        /// The person or institution (content id), when the record knows it.
        entry: Option<ID>,
    }
}

/// One naming of a person, institution or event in a text.
#[derive(Debug, async_graphql::InputObject)]
pub(crate) struct MentionInput {
    /// Who or what is meant (content id).
    target: ID,
    /// Kind of the target.
    kind: EntryKind,
    /// What part it plays.
    role: MentionRole,
    /// The words, as they stand in the text.
    words: String,
    /// Where they stand.
    passage: PassageKind,
    /// `_key` of the block, when they stand in the body.
    block_key: Option<String>,
    /// Where they begin, in Unicode code points of the passage's plain text.
    offset: i32,
    /// How long they are, in Unicode code points.
    length: i32,
}

impl Field for MentionInput {
    fn json(self) -> Value {
        let passage = match self.passage {
            PassageKind::Headline => json!("headline"),
            PassageKind::Summary => json!("summary"),
            PassageKind::Body => json!({ "block": self.block_key.unwrap_or_default() }),
        };
        let fields = [
            ("target", self.target.json()),
            ("kind", json!(griot_domain::EntryKind::from(self.kind))),
            ("role", self.role.json()),
            ("words", Value::from(self.words)),
            ("passage", passage),
            ("offset", Value::from(self.offset)),
            ("length", Value::from(self.length)),
        ];
        Value::Object(fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
    }
}
