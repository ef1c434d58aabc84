//! Reading blocks from JSON in one pass. Serde's own internally tagged enums copy every value into a buffer
//! before they know its kind; here one struct holds the fields of all kinds, and a field that belongs to
//! another kind is refused like an unknown one.

use serde::Deserialize;

use super::{
    Block, CodeBlock, DividerBlock, EmbedBlock, GalleryBlock, ImageBlock, ListItem, MarkDef, Picture, Span, TableBlock,
    TextBlock, TextStyle,
};
use crate::{AssetId, EntryId};

/// A block or mark definition whose fields do not fit its `_type`.
#[derive(Debug, thiserror::Error)]
pub(super) enum UnfitBlock {
    #[error("`{key}` of type `{kind}` lacks the field `{field}`")]
    Missing { key: String, kind: &'static str, field: &'static str },
    #[error("`{key}` of type `{kind}` has no field `{field}`: remove it")]
    Foreign { key: String, kind: &'static str, field: &'static str },
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum BlockType {
    Block,
    Image,
    Gallery,
    Embed,
    Table,
    Code,
    Divider,
}

impl BlockType {
    fn as_str(self) -> &'static str {
        match self {
            Self::Block => "block",
            Self::Image => "image",
            Self::Gallery => "gallery",
            Self::Embed => "embed",
            Self::Table => "table",
            Self::Code => "code",
            Self::Divider => "divider",
        }
    }
}

/// The fields of blocks of every kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct AnyBlock {
    #[serde(rename = "_type")]
    kind: BlockType,
    #[serde(rename = "_key")]
    key: String,
    style: Option<TextStyle>,
    list_item: Option<ListItem>,
    level: Option<u8>,
    children: Option<Vec<Span>>,
    mark_defs: Option<Vec<MarkDef>>,
    asset: Option<AssetId>,
    url: Option<String>,
    alt: Option<String>,
    caption: Option<String>,
    items: Option<Vec<Picture>>,
    provider: Option<String>,
    header_rows: Option<u32>,
    rows: Option<Vec<Vec<String>>>,
    text: Option<String>,
}

impl AnyBlock {
    fn need<T>(&self, field: &'static str, value: Option<T>) -> Result<T, UnfitBlock> {
        value.ok_or_else(|| UnfitBlock::Missing { key: self.key.clone(), kind: self.kind.as_str(), field })
    }

    /// The first field that no kind-specific reading has taken.
    fn left_over(&self) -> Option<&'static str> {
        let fields = [
            ("style", self.style.is_some()),
            ("listItem", self.list_item.is_some()),
            ("level", self.level.is_some()),
            ("children", self.children.is_some()),
            ("markDefs", self.mark_defs.is_some()),
            ("asset", self.asset.is_some()),
            ("url", self.url.is_some()),
            ("alt", self.alt.is_some()),
            ("caption", self.caption.is_some()),
            ("items", self.items.is_some()),
            ("provider", self.provider.is_some()),
            ("headerRows", self.header_rows.is_some()),
            ("rows", self.rows.is_some()),
            ("text", self.text.is_some()),
        ];
        fields.into_iter().find(|(_, is_left)| *is_left).map(|(field, _)| field)
    }
}

macro_rules! take {
    ($any:ident.$field:ident, $name:literal) => {{
        let value = $any.$field.take();
        $any.need($name, value)?
    }};
}

impl TryFrom<AnyBlock> for Block {
    type Error = UnfitBlock;

    fn try_from(mut any: AnyBlock) -> Result<Self, UnfitBlock> {
        let key = String::new();
        let mut block = match any.kind {
            BlockType::Block => Self::Text(TextBlock {
                key,
                style: any.style.take().unwrap_or_default(),
                list_item: any.list_item.take(),
                level: any.level.take(),
                children: take!(any.children, "children"),
                mark_defs: any.mark_defs.take().unwrap_or_default(),
            }),
            BlockType::Image => Self::Image(ImageBlock {
                key,
                image: Picture {
                    asset: any.asset.take(),
                    url: take!(any.url, "url"),
                    alt: any.alt.take(),
                    caption: any.caption.take(),
                },
            }),
            BlockType::Gallery => Self::Gallery(GalleryBlock { key, items: take!(any.items, "items") }),
            BlockType::Embed => Self::Embed(EmbedBlock {
                key,
                url: take!(any.url, "url"),
                provider: any.provider.take(),
                caption: any.caption.take(),
            }),
            BlockType::Table => Self::Table(TableBlock {
                key,
                caption: any.caption.take(),
                header_rows: any.header_rows.take().unwrap_or_default(),
                rows: take!(any.rows, "rows"),
            }),
            BlockType::Code => Self::Code(CodeBlock { key, text: take!(any.text, "text") }),
            BlockType::Divider => Self::Divider(DividerBlock { key }),
        };
        match any.left_over() {
            Some(field) => Err(UnfitBlock::Foreign { key: any.key, kind: any.kind.as_str(), field }),
            None => {
                *block.key_mut() = any.key;
                Ok(block)
            }
        }
    }
}

impl Block {
    fn key_mut(&mut self) -> &mut String {
        match self {
            Self::Text(block) => &mut block.key,
            Self::Image(block) => &mut block.key,
            Self::Gallery(block) => &mut block.key,
            Self::Embed(block) => &mut block.key,
            Self::Table(block) => &mut block.key,
            Self::Code(block) => &mut block.key,
            Self::Divider(block) => &mut block.key,
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum SpanType {
    Span,
}

/// A span as JSON has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnySpan {
    #[serde(rename = "_type")]
    _kind: SpanType,
    #[serde(rename = "_key")]
    key: String,
    text: String,
    #[serde(default)]
    marks: Vec<String>,
}

impl From<AnySpan> for Span {
    fn from(any: AnySpan) -> Self {
        Self { key: any.key, text: any.text, marks: any.marks }
    }
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum MarkType {
    Link,
    Entry,
}

/// The fields of mark definitions of both kinds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnyMarkDef {
    #[serde(rename = "_type")]
    kind: MarkType,
    #[serde(rename = "_key")]
    key: String,
    href: Option<String>,
    #[serde(rename = "_ref")]
    target: Option<EntryId>,
}

impl TryFrom<AnyMarkDef> for MarkDef {
    type Error = UnfitBlock;

    fn try_from(any: AnyMarkDef) -> Result<Self, UnfitBlock> {
        let AnyMarkDef { kind, key, href, target } = any;
        match (kind, href, target) {
            (MarkType::Link, Some(href), None) => Ok(Self::Link { key, href }),
            (MarkType::Entry, None, Some(target)) => Ok(Self::Entry { key, target }),
            (MarkType::Link, None, _) => Err(UnfitBlock::Missing { key, kind: "link", field: "href" }),
            (MarkType::Link, _, Some(_)) => Err(UnfitBlock::Foreign { key, kind: "link", field: "_ref" }),
            (MarkType::Entry, _, None) => Err(UnfitBlock::Missing { key, kind: "entry", field: "_ref" }),
            (MarkType::Entry, Some(_), _) => Err(UnfitBlock::Foreign { key, kind: "entry", field: "href" }),
        }
    }
}
