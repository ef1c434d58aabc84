//! Bodies, biographies, descriptions.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Object};
use griot_domain::body::HtmlOptions;
use griot_domain::{Body, EntryId, Mention};
use griot_front::directive::Cost;

use super::error::{Answer, ApiError};
use super::loads::{Loads, loads};
use super::renditions::Renditions;
use super::scalar::{Html, PortableText, Written};
use super::seen::Seen;

/// A rich text with several renditions of the same blocks; select only what you render.
pub(crate) struct RichText {
    text: Arc<Renditions>,
    mentions: Vec<Mention>,
    seen: Seen,
}

impl RichText {
    /// The body of what is seen.
    pub async fn load(seen: &Seen, loads: &Loads, mentions: &[Mention]) -> Answer<Self> {
        let text = loads.body(seen.record.edition).await?;
        Ok(Self { text, mentions: mentions.to_vec(), seen: seen.clone() })
    }

    /// The body of what is seen, `None` when it is empty.
    pub async fn load_some(seen: &Seen, loads: &Loads) -> Answer<Option<Self>> {
        let text = Self::load(seen, loads, &[]).await?;
        Ok((!text.text.body.is_empty()).then_some(text))
    }

    /// The blocks with the names in the text marked, where there are any.
    fn marked(&self) -> Option<Body> {
        (!self.mentions.is_empty()).then(|| self.text.body.annotated(&self.mentions))
    }

    /// The addresses of these entries.
    async fn links(&self, ids: &[EntryId], loads: &Loads) -> Answer<HashMap<EntryId, String>> {
        let records = loads.records(&self.seen.view, ids).await?;
        Ok(records.into_iter().filter_map(|record| Some((record.id, self.seen.beside(record).url(loads)?.0))).collect())
    }
}

/// A rich text with several renditions of the same blocks; select only what you render.
#[Object(crate = "griot_front::lean::graphql")]
impl RichText {
    /// Number of words.
    async fn word_count(&self) -> i32 {
        i32::try_from(self.text.body.word_count()).unwrap_or(i32::MAX)
    }

    /// HTML rendered from the blocks through an allow-list; it cannot carry script.
    #[graphql(directive = Cost::apply(2))]
    async fn html(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Link each naming of a person, institution or event to its page; false when omitted.")]
        link_mentions: Option<bool>,
        #[graphql(desc = "Level that headings of the first level become, 1 to 6; 1 when omitted.")] base_heading_level: Option<i32>,
    ) -> Answer<Written<Html>> {
        let level = base_heading_level.unwrap_or(1);
        let base_heading_level = u8::try_from(level)
            .ok()
            .filter(|level| (1..=6).contains(level))
            .ok_or_else(|| ApiError::invalid("baseHeadingLevel", format!("is {level}; use 1 to 6")))?;
        let loads = loads(ctx)?;
        let marked = link_mentions.unwrap_or(false).then(|| self.marked()).flatten();
        if marked.is_none() && level == 1 && self.text.references().is_empty() {
            return self.text.html_without_links();
        }
        let body = marked.as_ref().unwrap_or(&self.text.body);
        let links = self.links(&body.references(), loads).await?;
        Written::of(&body.html_with(&|id| links.get(&id).cloned(), HtmlOptions { base_heading_level }))
    }

    /// Text only, paragraphs separated by a blank line.
    async fn plain_text(
        &self,
        #[graphql(desc = "Cut at a word's end within so many characters, with an ellipsis; the whole when omitted.")]
        max_length: Option<i32>,
    ) -> Answer<Written<String>> {
        match max_length {
            None => self.text.plain_text(),
            Some(length) => match usize::try_from(length) {
                Ok(length) if length > 0 => Written::of(&self.text.body.plain_text_up_to(length)),
                _ => Err(ApiError::invalid("maxLength", format!("is {length}; use 1 or more"))),
            },
        }
    }

    /// The blocks as Portable Text.
    async fn portable_text(
        &self,
        #[graphql(
            desc = "Mark each naming of a person, institution or event with an `entry` annotation whose `_ref` is \
                          its content id; false when omitted."
        )]
        mark_mentions: Option<bool>,
    ) -> Answer<Written<PortableText>> {
        match mark_mentions.unwrap_or(false).then(|| self.marked()).flatten() {
            Some(marked) => Written::of(&marked),
            None => self.text.portable_text(),
        }
    }

    /// CommonMark; blocks without an equivalent become links.
    #[graphql(directive = Cost::apply(2))]
    async fn markdown(&self, ctx: &Context<'_>) -> Answer<String> {
        let links = self.links(self.text.references(), loads(ctx)?).await?;
        Ok(self.text.body.markdown(&|id| links.get(&id).cloned()))
    }
}
