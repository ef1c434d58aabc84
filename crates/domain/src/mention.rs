//! Who and what a text names.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::body::Block;
use crate::{ArticleText, Body, Edition, EntryId, EntryKind, Text};

/// One confirmed naming of an entry in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mention {
    /// The person, institution or event.
    pub target: EntryId,
    /// Kind of the target.
    pub kind: EntryKind,
    /// What part it plays in the story.
    pub role: MentionRole,
    /// The words used in the text, as they stand there.
    pub words: String,
    /// Where they stand.
    pub passage: Passage,
    /// Where they begin, in Unicode code points of the passage's plain text.
    pub offset: u32,
    /// How long they are, in Unicode code points.
    pub length: u32,
}

/// Part of an article a mention stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Passage {
    #[allow(missing_docs)]
    Headline,
    #[allow(missing_docs)]
    Summary,
    /// The block of the body with this key.
    Block(String),
}

/// What part the one named plays in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MentionRole {
    /// Named in the headline.
    Subject,
    /// Named in the text.
    Mentioned,
}

impl Mention {
    /// Whether its words stand where it says, in an article with this text and body.
    pub fn stands_in(&self, text: &ArticleText, body: &Body) -> bool {
        let block = |wanted: &str| {
            body.blocks.iter().find_map(|block| match block {
                Block::Text(block) if block.key == wanted => Some(Cow::Owned(block.plain_text())),
                _ => None,
            })
        };
        let passage = match &self.passage {
            Passage::Headline => Some(Cow::Borrowed(text.headline.as_str())),
            Passage::Summary => text.summary.as_deref().map(Cow::Borrowed),
            Passage::Block(key) => block(key),
        };
        let (offset, length) = (self.offset as usize, self.length as usize);
        passage.is_some_and(|words| words.chars().skip(offset).take(length).eq(self.words.chars()))
    }
}

impl Edition {
    /// The edition without the mentions whose words no longer stand where they say, as an edit of the text leaves
    /// them behind.
    pub fn without_fallen_mentions(mut self) -> Self {
        if let Text::Article(text) = &mut self.text {
            let mut mentions = std::mem::take(&mut text.mentions);
            mentions.retain(|mention| mention.stands_in(text, &self.body));
            text.mentions = mentions;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    /// An article that names one person in headline, summary and body.
    fn edition() -> Edition {
        let target = "00000000-0000-4000-8000-000000000001";
        let mention = |passage: Value, offset: u32| {
            json!({ "target": target, "kind": "person", "role": "SUBJECT", "words": "Élise", "passage": passage,
                "offset": offset, "length": 5 })
        };
        let text = json!({ "headline": "Pour Élise", "summary": "Élise parle", "mentions":
            [mention(json!("headline"), 5), mention(json!("summary"), 0), mention(json!({ "block": "a" }), 4)] });
        Edition {
            slug: None,
            text: serde_json::from_value::<ArticleText>(text).unwrap().into(),
            body: body("😀 — Élise"),
        }
    }

    fn body(words: &str) -> Body {
        serde_json::from_value(json!([{ "_type": "block", "_key": "a", "style": "normal", "markDefs": [],
            "children": [{ "_type": "span", "_key": "b", "text": words, "marks": [] }] }]))
        .unwrap()
    }

    fn article(edition: &mut Edition) -> &mut ArticleText {
        let Text::Article(text) = &mut edition.text else { panic!("an article") };
        text
    }

    fn left(edition: Edition) -> Vec<Passage> {
        let mut edition = edition.without_fallen_mentions();
        article(&mut edition).mentions.iter().map(|mention| mention.passage.clone()).collect()
    }

    #[test]
    fn mentions_that_stand_stay() {
        let mut shifted = edition();
        shifted.body = body("😀 – Élise et d’autres");
        for whole in [edition(), shifted] {
            assert_eq!(left(whole), [Passage::Headline, Passage::Summary, Passage::Block("a".to_owned())]);
        }
    }

    #[rstest]
    #[case::moved("Un mot pour Élise")]
    #[case::shorter("Pour É")]
    #[case::other("Pour Elise")]
    fn a_mention_whose_words_moved_or_changed_falls(#[case] headline: &str) {
        let mut edition = edition();
        headline.clone_into(&mut article(&mut edition).headline);
        assert_eq!(left(edition), [Passage::Summary, Passage::Block("a".to_owned())]);
    }

    #[test]
    fn a_mention_falls_with_its_passage() {
        let mut edition = edition();
        article(&mut edition).summary = None;
        edition.body = Body::default();
        assert_eq!(left(edition), [Passage::Headline]);
    }
}
