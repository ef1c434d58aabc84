//! Bodies, biographies, descriptions.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use griot_domain::body::HtmlOptions;
use griot_domain::{Body, EntryId, Mention};
use griot_front::directive::Cost;

use super::error::{Answer, ApiError};
use super::loads::{Loads, loads};
use super::scalar::{Html, PortableText};
use super::seen::Seen;

/// A rich text with several renditions of the same blocks; select only what you render.
#[derive(SimpleObject)]
#[graphql(complex)]
pub(crate) struct RichText {
    /// Number of words.
    word_count: i32,
    #[graphql(skip)]
    body: Arc<Body>,
    #[graphql(skip)]
    mentions: Vec<Mention>,
    #[graphql(skip)]
    seen: Seen,
}

impl RichText {
    /// The body of what is seen.
    pub async fn load(seen: &Seen, loads: &Loads, mentions: &[Mention]) -> Answer<Self> {
        let body = loads.body(seen.record.edition).await?;
        let word_count = i32::try_from(body.word_count()).unwrap_or(i32::MAX);
        Ok(Self { word_count, body, mentions: mentions.to_vec(), seen: seen.clone() })
    }

    /// The body of what is seen, `None` when it is empty.
    pub async fn load_some(seen: &Seen, loads: &Loads) -> Answer<Option<Self>> {
        let text = Self::load(seen, loads, &[]).await?;
        Ok((!text.body.is_empty()).then_some(text))
    }

    /// The blocks, with the names in the text marked when asked for.
    fn blocks(&self, marks_mentions: bool) -> std::borrow::Cow<'_, Body> {
        if marks_mentions && !self.mentions.is_empty() {
            std::borrow::Cow::Owned(self.body.annotated(&self.mentions))
        } else {
            std::borrow::Cow::Borrowed(&self.body)
        }
    }

    /// The addresses of the entries the blocks point at.
    async fn links(&self, body: &Body, loads: &Loads) -> Answer<HashMap<EntryId, String>> {
        let ids = body.references();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let records = loads.records(&self.seen.view, &ids).await?;
        Ok(records.into_iter().filter_map(|record| Some((record.id, self.seen.beside(record).url(loads)?.0))).collect())
    }
}

#[ComplexObject]
impl RichText {
    /// HTML rendered from the blocks through an allow-list; it cannot carry script.
    #[graphql(directive = Cost::apply(2))]
    async fn html(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Link each naming of a person, institution or event to its page; false when omitted.")]
        link_mentions: Option<bool>,
        #[graphql(desc = "Level that headings of the first level become, 1 to 6; 1 when omitted.")] base_heading_level: Option<i32>,
    ) -> Answer<Html> {
        let level = base_heading_level.unwrap_or(1);
        let base_heading_level = u8::try_from(level)
            .ok()
            .filter(|level| (1..=6).contains(level))
            .ok_or_else(|| ApiError::invalid("baseHeadingLevel", format!("is {level}; use 1 to 6")))?;
        let loads = loads(ctx)?;
        let body = self.blocks(link_mentions.unwrap_or(false));
        let links = self.links(&body, loads).await?;
        let options = HtmlOptions { base_heading_level };
        Ok(Html(body.html_with(&|id| links.get(&id).cloned(), options)))
    }

    /// Text only, paragraphs separated by a blank line.
    async fn plain_text(
        &self,
        #[graphql(desc = "Cut at a word's end within so many characters, with an ellipsis; the whole when omitted.")]
        max_length: Option<i32>,
    ) -> Answer<String> {
        match max_length {
            None => Ok(self.body.plain_text()),
            Some(length) => match usize::try_from(length) {
                Ok(length) if length > 0 => Ok(self.body.plain_text_up_to(length)),
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
    ) -> Answer<PortableText> {
        serde_json::to_value(&*self.blocks(mark_mentions.unwrap_or(false)))
            .map(PortableText)
            .map_err(|err| ApiError::internal(format!("a body cannot be written as JSON: {err}")))
    }

    /// CommonMark; blocks without an equivalent become links.
    #[graphql(directive = Cost::apply(2))]
    async fn markdown(&self, ctx: &Context<'_>) -> Answer<String> {
        let links = self.links(&self.body, loads(ctx)?).await?;
        Ok(self.body.markdown(&|id| links.get(&id).cloned()))
    }
}
