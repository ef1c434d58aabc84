//! Rich text as Portable Text (portabletext.org): blocks of spans with marks, and blocks of other kinds.
//! HTML, Markdown and plain text are rendered from blocks, so nothing imported can carry script.

mod address;
mod annotate;
mod check;
mod html;
mod inline;
mod lists;
mod markdown;
mod plain;
mod read;

use serde::{Deserialize, Serialize};

use crate::{AssetId, EntryId};

pub use address::{safe_href, safe_src};
pub use check::BodyError;
pub use html::HtmlOptions;

/// A rich text: an array of blocks, each with a `_key` of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Body {
    #[allow(missing_docs)]
    pub blocks: Vec<Block>,
}

/// One block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "_type", rename_all = "camelCase", try_from = "read::AnyBlock")]
pub enum Block {
    /// A paragraph, heading, quotation or list item.
    #[serde(rename = "block")]
    Text(TextBlock),
    #[allow(missing_docs)]
    Image(ImageBlock),
    /// Images shown together.
    Gallery(GalleryBlock),
    /// Something of another site: a video, a post.
    Embed(EmbedBlock),
    #[allow(missing_docs)]
    Table(TableBlock),
    /// Preformatted text.
    Code(CodeBlock),
    /// A break between sections.
    Divider(DividerBlock),
}

/// A paragraph, heading, quotation or list item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TextBlock {
    #[allow(missing_docs)]
    #[serde(rename = "_key")]
    pub key: String,
    #[allow(missing_docs)]
    pub style: TextStyle,
    /// Kind of list the block is an item of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list_item: Option<ListItem>,
    /// Depth in the list, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<u8>,
    /// Runs of equally marked text; a line break is `\n` in the text.
    pub children: Vec<Span>,
    /// What the keys among the spans' marks stand for.
    pub mark_defs: Vec<MarkDef>,
}

/// The role of a text block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum TextStyle {
    #[default]
    Normal,
    H1,
    H2,
    H3,
    H4,
    H5,
    H6,
    Blockquote,
}

/// Kind of list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum ListItem {
    Bullet,
    Number,
}

/// A run of equally marked text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "_type", rename = "span", from = "read::AnySpan")]
#[allow(missing_docs)]
pub struct Span {
    #[serde(rename = "_key")]
    pub key: String,
    pub text: String,
    /// `strong`, `em`, `underline`, `strike-through`, `code`, `sub`, `sup`, or the key of a mark definition.
    pub marks: Vec<String>,
}

/// What a mark key stands for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "_type", rename_all = "camelCase", try_from = "read::AnyMarkDef")]
pub enum MarkDef {
    /// A link to an address: http, https, mailto, tel, or a path of the site.
    Link {
        #[allow(missing_docs)]
        #[serde(rename = "_key")]
        key: String,
        #[allow(missing_docs)]
        href: String,
    },
    /// A naming of, or link to, an entry.
    Entry {
        #[allow(missing_docs)]
        #[serde(rename = "_key")]
        key: String,
        /// Content id of the entry.
        #[serde(rename = "_ref")]
        target: EntryId,
    },
}

/// An image of the record, or of another site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct ImageBlock {
    #[serde(rename = "_key")]
    pub key: String,
    #[serde(flatten)]
    pub image: Picture,
}

/// One picture: the asset when the record has it, and its address at the time of writing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Picture {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asset: Option<AssetId>,
    pub url: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// Images shown together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct GalleryBlock {
    #[serde(rename = "_key")]
    pub key: String,
    pub items: Vec<Picture>,
}

/// Something of another site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct EmbedBlock {
    #[serde(rename = "_key")]
    pub key: String,
    /// Page that is embedded; http or https.
    pub url: String,
    /// Name of the other site.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
}

/// A table of plain cells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct TableBlock {
    #[serde(rename = "_key")]
    pub key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caption: Option<String>,
    /// How many rows at the top are headings.
    pub header_rows: u32,
    pub rows: Vec<Vec<String>>,
}

/// Preformatted text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct CodeBlock {
    #[serde(rename = "_key")]
    pub key: String,
    pub text: String,
}

/// A break between sections.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct DividerBlock {
    #[serde(rename = "_key")]
    pub key: String,
}

impl Block {
    /// The block's `_key`.
    pub fn key(&self) -> &str {
        match self {
            Self::Text(block) => &block.key,
            Self::Image(block) => &block.key,
            Self::Gallery(block) => &block.key,
            Self::Embed(block) => &block.key,
            Self::Table(block) => &block.key,
            Self::Code(block) => &block.key,
            Self::Divider(block) => &block.key,
        }
    }
}

impl TextBlock {
    /// The text of all spans; mention offsets count its Unicode code points.
    pub fn plain_text(&self) -> String {
        self.children.iter().map(|span| span.text.as_str()).collect()
    }
}

impl MarkDef {
    /// The key spans name it by.
    pub fn key(&self) -> &str {
        match self {
            Self::Link { key, .. } | Self::Entry { key, .. } => key,
        }
    }
}

impl Body {
    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Entries that marks of the text point at, without repeats, in order of first appearance.
    pub fn references(&self) -> Vec<EntryId> {
        let mut found = Vec::new();
        for block in &self.blocks {
            let Block::Text(text) = block else { continue };
            for def in &text.mark_defs {
                let MarkDef::Entry { target, .. } = def else { continue };
                if !found.contains(target) {
                    found.push(*target);
                }
            }
        }
        found
    }

    /// Assets of the record shown as images, without repeats, in order of first appearance.
    pub fn asset_ids(&self) -> Vec<AssetId> {
        let mut found = Vec::new();
        for block in &self.blocks {
            let pictures = match block {
                Block::Image(block) => std::slice::from_ref(&block.image),
                Block::Gallery(block) => &block.items,
                _ => continue,
            };
            for asset in pictures.iter().filter_map(|picture| picture.asset) {
                if !found.contains(&asset) {
                    found.push(asset);
                }
            }
        }
        found
    }
}
