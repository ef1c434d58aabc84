//! Pictures: alone, in figures with captions, in galleries.

use griot_domain::body::{Block, Picture};

use super::dom::{Element, NodeId};
use super::link::{KnownAsset, web_address};
use super::plain;
use super::walk::Walk;

/// An open figure or gallery.
#[derive(Debug, Default)]
pub(super) struct Frame {
    pub(super) is_gallery: bool,
    pictures: Vec<Picture>,
    caption: Option<String>,
    /// How many blocks there were when it was opened.
    first_block: usize,
}

impl Walk<'_> {
    pub(super) fn enter_frame(&mut self, id: NodeId, element: &Element) {
        self.writer.end_block();
        let is_gallery = element.has_class("wp-block-gallery") || element.has_class("gallery");
        self.open_frame(id, Frame { is_gallery, first_block: self.writer.block_count(), ..Frame::default() });
    }

    pub(super) fn open_gallery(&mut self, id: NodeId) {
        self.writer.end_block();
        self.open_frame(id, Frame { is_gallery: true, first_block: self.writer.block_count(), ..Frame::default() });
    }

    /// Takes a caption for the open figure; false when there is none to take it.
    pub(super) fn caption(&mut self, id: NodeId) -> bool {
        let text = plain::text(self.dom, id).replace('\n', " ");
        let Some(frame) = self.frames.last_mut() else { return false };
        if !text.is_empty() {
            frame.caption = Some(text);
        }
        true
    }

    pub(super) fn leave_frame(&mut self) {
        self.writer.end_block();
        let Some(Frame { is_gallery, mut pictures, caption, first_block }) = self.frames.pop() else { return };
        let mut caption = caption;
        if !is_gallery && pictures.len() == 1 {
            pictures[0].caption = caption.take();
        }
        if let Some(outer) = self.frames.last_mut() {
            outer.pictures.append(&mut pictures);
            if outer.caption.is_none() {
                outer.caption = caption;
            }
            return;
        }
        match pictures.len() {
            0 => {}
            1 if !is_gallery => self.writer.image(pictures.remove(0)),
            _ => self.writer.gallery(pictures),
        }
        let Some(caption) = caption else { return };
        let has_block = self.writer.block_count() > first_block;
        match self.writer.last_block_mut().filter(|_| has_block) {
            Some(Block::Embed(block)) if block.caption.is_none() => block.caption = Some(caption),
            Some(Block::Table(block)) if block.caption.is_none() => block.caption = Some(caption),
            _ => {
                let marks = std::mem::take(&mut self.writer.marks);
                self.writer.text(&caption);
                self.writer.end_block();
                self.writer.marks = marks;
            }
        }
    }

    pub(super) fn image(&mut self, element: &Element) {
        if plain::is_emoji(element.classes()) {
            self.writer.text(element.attribute("alt").unwrap_or_default());
            return;
        }
        let Some(picture) = self.picture(element) else { return };
        match self.frames.last_mut() {
            Some(frame) => frame.pictures.push(picture),
            None => self.writer.image(picture),
        }
    }

    /// The picture an `<img>` shows; `None` for counting pixels and for images without an address.
    pub(super) fn picture(&mut self, element: &Element) -> Option<Picture> {
        let is_pixel = |name| element.attribute(name).is_some_and(|value| matches!(value, "0" | "1"));
        if is_pixel("width") || is_pixel("height") {
            return None;
        }
        let sources = ["src", "data-src", "data-lazy-src", "data-orig-file"];
        let url = sources.iter().filter_map(|name| element.attribute(name)).find_map(|source| {
            // A stand-in until the page has been scrolled to it.
            if source.starts_with("data:") { None } else { web_address(source, self.site) }
        })?;
        let number = || {
            let class = element.classes().find_map(|class| class.strip_prefix("wp-image-")?.parse().ok());
            class.or_else(|| element.attribute("data-id")?.parse().ok())
        };
        let site = self.site;
        let (asset, url) = match site.asset_at(&url).or_else(|| site.asset_numbered(number()?)) {
            Some(known) => {
                self.note_asset(known);
                (Some(known.id), known.url.to_owned())
            }
            None => (None, url.into()),
        };
        Some(Picture { asset, url, alt: element.attribute("alt").map(str::to_owned), caption: None })
    }

    /// `[gallery]`: the uploads with these numbers, or all pictures uploaded to the item.
    pub(super) fn gallery(&mut self, ids: &str) {
        let numbers = ids.split(',').filter_map(|id| id.trim().parse().ok());
        let site = self.site;
        let known: Vec<_> = match ids.is_empty() {
            true => site.own_pictures(),
            false => numbers.filter_map(|number| site.asset_numbered(number)).collect(),
        };
        known.iter().for_each(|known| self.note_asset(*known));
        let picture = |known: &KnownAsset<'_>| Picture {
            asset: Some(known.id),
            url: known.url.to_owned(),
            alt: None,
            caption: None,
        };
        let pictures: Vec<_> = known.iter().map(picture).collect();
        if !pictures.is_empty() {
            self.writer.gallery(pictures);
        }
    }
}
