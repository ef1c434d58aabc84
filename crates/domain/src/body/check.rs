//! What a well-formed body must satisfy, beyond the shape its JSON has.

use std::collections::HashSet;

use super::inline::is_decorator;
use super::{Block, Body, MarkDef, Picture, TextBlock, safe_href, safe_src};

/// Why a body is not well formed. Blocks are named by key, or by position from 1 where they have none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum BodyError {
    #[error("block {position} has no `_key`: give it one that no other block has")]
    NoKey { position: usize },
    #[error("two blocks have the `_key` `{block}`: give one of them another")]
    RepeatedKey { block: String },
    #[error("a span or mark definition of block `{block}` has no `_key`: give it one")]
    NoInnerKey { block: String },
    #[error("two spans or two mark definitions of block `{block}` have the `_key` `{key}`: give one of them another")]
    RepeatedInnerKey { block: String, key: String },
    #[error("block `{block}` defines a mark `{key}`, which is the name of a decorator: choose another key")]
    DecoratorKey { block: String, key: String },
    #[error("block `{block}` uses the mark `{mark}`, which is no decorator and not among its `markDefs`")]
    UnknownMark { block: String, mark: String },
    #[error("block `{block}` has the list level {level}: use 1 to {max}", max = Body::MAX_LIST_LEVEL)]
    Level { block: String, level: u8 },
    #[error("block `{block}` links to `{href}`: use http, https, mailto, tel, or a path of the site (`/…` or `#…`)")]
    Href { block: String, href: String },
    #[error("block `{block}` shows `{url}`: use an http or https address")]
    Address { block: String, url: String },
}

impl Body {
    /// Deepest level of a list item.
    pub const MAX_LIST_LEVEL: u8 = 10;

    /// Checks keys, marks, list levels and addresses; the first fault found is the error.
    pub fn validate(&self) -> Result<(), BodyError> {
        let mut keys = HashSet::with_capacity(self.blocks.len());
        for (block, position) in self.blocks.iter().zip(1..) {
            if block.key().is_empty() {
                return Err(BodyError::NoKey { position });
            }
            if !keys.insert(block.key()) {
                return Err(BodyError::RepeatedKey { block: block.key().to_owned() });
            }
            block.validate()?;
        }
        Ok(())
    }
}

impl Block {
    fn validate(&self) -> Result<(), BodyError> {
        let address = |url: &str| match safe_src(url) {
            Some(_) => Ok(()),
            None => Err(BodyError::Address { block: self.key().to_owned(), url: url.to_owned() }),
        };
        let picture = |picture: &Picture| address(&picture.url);
        match self {
            Self::Text(block) => block.validate(),
            Self::Image(block) => picture(&block.image),
            Self::Gallery(block) => block.items.iter().try_for_each(picture),
            Self::Embed(block) => address(&block.url),
            Self::Table(_) | Self::Code(_) | Self::Divider(_) => Ok(()),
        }
    }
}

impl TextBlock {
    fn validate(&self) -> Result<(), BodyError> {
        let block = || self.key.clone();
        if let Some(level) = self.level.filter(|level| !(1..=Body::MAX_LIST_LEVEL).contains(level)) {
            return Err(BodyError::Level { block: block(), level });
        }
        let defined = self.unique(self.mark_defs.iter().map(MarkDef::key))?;
        self.unique(self.children.iter().map(|span| span.key.as_str()))?;
        for def in &self.mark_defs {
            if is_decorator(def.key()) {
                return Err(BodyError::DecoratorKey { block: block(), key: def.key().to_owned() });
            }
            if let MarkDef::Link { href, .. } = def
                && safe_href(href).is_none()
            {
                return Err(BodyError::Href { block: block(), href: href.clone() });
            }
        }
        let mut marks = self.children.iter().flat_map(|span| &span.marks);
        match marks.find(|mark| !is_decorator(mark) && !defined.contains(mark.as_str())) {
            Some(mark) => Err(BodyError::UnknownMark { block: block(), mark: mark.clone() }),
            None => Ok(()),
        }
    }

    fn unique<'a>(&'a self, keys: impl Iterator<Item = &'a str>) -> Result<HashSet<&'a str>, BodyError> {
        let mut seen = HashSet::new();
        for key in keys {
            if key.is_empty() {
                return Err(BodyError::NoInnerKey { block: self.key.clone() });
            }
            if !seen.insert(key) {
                return Err(BodyError::RepeatedInnerKey { block: self.key.clone(), key: key.to_owned() });
            }
        }
        Ok(seen)
    }
}
