//! Rich text, in whatever notation it comes.

use async_graphql::OneofObject;
use griot_domain::{Body, EntryId};
use griot_import::html::{KnownAsset, Site, convert_fragment};
use pulldown_cmark::{Options, Parser, html::push_html};
use serde_json::Value;
use url::Url;

use crate::graphql::delivery::scalar::PortableText;

/// A rich text, in exactly one notation.
#[derive(Debug, OneofObject)]
pub(crate) enum RichTextInput {
    /// Blocks, each with a `_key` of its own.
    PortableText(PortableText),
    /// HTML; what has no place in blocks, such as scripts and styles, is left out.
    Html(String),
    /// CommonMark with tables and strikethrough.
    Markdown(String),
}

impl RichTextInput {
    /// The text as blocks, or what is wrong with it. `base` is what relative addresses start from.
    pub fn body(self, base: &Url) -> Result<Body, String> {
        match self {
            Self::PortableText(PortableText(value)) => blocks(value),
            Self::Html(html) => from_html(&html, base),
            Self::Markdown(markdown) => {
                let mut html = String::with_capacity(markdown.len() * 2);
                let options = Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
                push_html(&mut html, Parser::new_ext(&markdown, options));
                from_html(&html, base)
            }
        }
    }
}

/// Reads Portable Text, and says which block is at fault.
pub(crate) fn blocks(value: Value) -> Result<Body, String> {
    let body: Body = serde_json::from_value(value).map_err(|err| err.to_string())?;
    body.validate().map_err(|err| err.to_string())?;
    Ok(body)
}

fn from_html(html: &str, base: &Url) -> Result<Body, String> {
    let converted = convert_fragment(html, &Nowhere(base)).map_err(|err| err.to_string())?;
    Ok(converted.body)
}

/// Addresses stay addresses: an editing tool that means an entry says so in Portable Text.
struct Nowhere<'a>(&'a Url);

impl Site for Nowhere<'_> {
    fn entry_at(&self, _url: &Url) -> Option<EntryId> {
        None
    }

    fn asset_at(&self, _url: &Url) -> Option<KnownAsset<'_>> {
        None
    }

    fn asset_numbered(&self, _id: u64) -> Option<KnownAsset<'_>> {
        None
    }

    fn own_pictures(&self) -> Vec<KnownAsset<'_>> {
        Vec::new()
    }

    fn base(&self) -> &Url {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(RichTextInput::Html("<p>Une\nvisite <b>brève</b> [gallery]</p><script>alert(1)</script>".to_owned()))]
    #[case(RichTextInput::Markdown("Une\nvisite **brève** [gallery]\n".to_owned()))]
    fn notations_become_the_same_blocks(#[case] input: RichTextInput) {
        let body = input.body(&"https://example.org/".parse().unwrap()).unwrap();
        assert_eq!(body.plain_text(), "Une visite brève [gallery]");
        assert_eq!(body.blocks.len(), 1);
        assert_eq!(body.validate(), Ok(()));
    }

    #[test]
    fn relative_addresses_start_from_the_site() {
        let base = "https://example.org/".parse().unwrap();
        let body = RichTextInput::Markdown("[plan](plan.pdf)".to_owned()).body(&base).unwrap();
        assert!(serde_json::to_string(&body).unwrap().contains("https://example.org/plan.pdf"));
    }

    #[test]
    fn what_is_no_portable_text_is_refused() {
        let twice = serde_json::json!([{ "_type": "divider", "_key": "a" }, { "_type": "divider", "_key": "a" }]);
        assert!(blocks(twice).unwrap_err().contains("two blocks"));
        assert!(blocks(serde_json::json!("text")).is_err());
    }
}
