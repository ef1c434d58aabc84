//! Walks the tree in document order and tells the writer what it meets. Nothing recurses: however deep the
//! tree is, the stack is not.

use std::collections::HashSet;

use griot_domain::body::{ListItem, TextStyle};
use griot_domain::{AssetId, Body};

use super::dom::{Data, Dom, Element, NodeId};
use super::element::{decorator, heading, is_block, is_dropped, styled};
use super::figure::Frame;
use super::link::{KnownAsset, Site, target, web_address};
use super::prepare::MORE;
use super::shortcode::{EMBED, GALLERY};
use super::writer::{Marks, Role, Writer};
use super::{ShownAsset, embed, plain};

/// Outcome of a walk.
pub(super) struct Written {
    pub(super) body: Body,
    /// Blocks before `<!--more-->`.
    pub(super) lead_blocks: Option<usize>,
    pub(super) assets: Vec<ShownAsset>,
}

/// See the module.
pub(super) struct Walk<'a> {
    pub(super) dom: &'a Dom,
    pub(super) site: &'a dyn Site,
    pub(super) writer: Writer,
    pub(super) frames: Vec<Frame>,
    lists: Vec<ListItem>,
    /// What ends with the elements that are open, outermost first.
    open: Vec<(NodeId, AtEnd)>,
    lead_blocks: Option<usize>,
    assets: Vec<ShownAsset>,
    noted: HashSet<AssetId>,
}

/// What to do at the end of an element.
enum AtEnd {
    Block,
    Frame,
    List,
    Marks(Marks),
    Quotation,
    Role(Role),
    Item { role: Role, block: Option<usize> },
}

impl<'a> Walk<'a> {
    pub(super) fn new(dom: &'a Dom, site: &'a dyn Site, keeps_lines: bool) -> Self {
        Self {
            dom,
            site,
            writer: Writer::new(keeps_lines),
            frames: Vec::new(),
            lists: Vec::new(),
            open: Vec::new(),
            lead_blocks: None,
            assets: Vec::new(),
            noted: HashSet::new(),
        }
    }

    pub(super) fn run(mut self) -> Written {
        let dom = self.dom;
        let mut next = Some(Dom::ROOT);
        while let Some(id) = next {
            let skips = match dom.data(id) {
                Data::Text(text) => {
                    self.writer.text(text);
                    false
                }
                Data::Element(element) => match element.html_name() {
                    Some(name) => self.enter(id, name, element),
                    None => true,
                },
                Data::Other => false,
            };
            next = dom.step(id, Dom::ROOT, skips, |left| self.leave(left));
        }
        Written { body: self.writer.finish(), lead_blocks: self.lead_blocks, assets: self.assets }
    }

    /// Notes an asset the text leads to or shows.
    pub(super) fn note_asset(&mut self, asset: KnownAsset<'_>) {
        if self.noted.insert(asset.id) {
            self.assets.push(ShownAsset { id: asset.id, url: asset.url.to_owned() });
        }
    }

    /// True when what is inside has been dealt with.
    fn enter(&mut self, id: NodeId, name: &str, element: &Element) -> bool {
        if is_dropped(name) {
            return true;
        }
        match name {
            "br" => self.writer.explicit_break(),
            "hr" => self.writer.divider(),
            "img" => self.image(element),
            "iframe" => self.iframe(element),
            "video" | "audio" => return self.recording(id, element),
            "object" | "embed" => return self.plugin(id, element),
            "pre" => return self.preformatted(id, element),
            "table" => return self.table(id) || self.enter_block(id),
            "a" => self.enter_link(id, element),
            "ul" | "ol" | "menu" | "dir" => self.enter_list(id, name, element),
            "li" => self.enter_item(id),
            "blockquote" => return self.enter_quotation(id, element),
            "figure" => self.enter_frame(id, element),
            "figcaption" => return self.caption(id) || self.enter_block(id),
            "q" => {
                self.writer.text("“");
                self.open.push((id, AtEnd::Quotation));
            }
            "dt" => {
                self.enter_block(id);
                self.enter_marks(id, self.writer.marks.with("strong"));
            }
            "p" | "div" => return self.enter_division(id, element),
            MORE => {
                self.writer.end_block();
                self.lead_blocks.get_or_insert(self.writer.block_count());
            }
            GALLERY => self.gallery(element.attribute("ids").unwrap_or_default()),
            EMBED => {
                let url = element.attribute("url").unwrap_or_default().to_owned();
                self.player(&url, None);
            }
            _ => {
                if let Some(style) = heading(name) {
                    self.enter_role(id, style);
                } else if let Some(decorator) = decorator(name) {
                    self.enter_marks(id, self.writer.marks.with(decorator));
                } else if is_block(name) {
                    self.enter_block(id);
                } else if let Some(style) = element.attribute("style") {
                    let marks = styled(style).fold(self.writer.marks, |marks, decorator| marks.with(decorator));
                    self.enter_marks(id, marks);
                }
            }
        }
        false
    }

    fn leave(&mut self, id: NodeId) {
        while let Some((_, at_end)) = self.open.pop_if(|(open, _)| *open == id) {
            match at_end {
                AtEnd::Block => self.writer.end_block(),
                AtEnd::Frame => self.leave_frame(),
                AtEnd::List => {
                    self.writer.end_block();
                    self.lists.pop();
                }
                AtEnd::Marks(marks) => self.writer.marks = marks,
                AtEnd::Quotation => self.writer.text("”"),
                AtEnd::Role(role) => {
                    self.writer.end_block();
                    self.writer.role = role;
                }
                AtEnd::Item { role, block } => {
                    self.writer.end_block();
                    self.writer.role = role;
                    self.writer.item_block = block;
                }
            }
        }
    }

    /// Always false: what is inside is still to be read.
    fn enter_block(&mut self, id: NodeId) -> bool {
        self.writer.end_block();
        self.open.push((id, AtEnd::Block));
        false
    }

    fn enter_marks(&mut self, id: NodeId, marks: Marks) {
        let before = std::mem::replace(&mut self.writer.marks, marks);
        self.open.push((id, AtEnd::Marks(before)));
    }

    /// A heading or quotation; within a list the list's form prevails.
    fn enter_role(&mut self, id: NodeId, style: TextStyle) {
        self.writer.end_block();
        let before = self.writer.role;
        if before.list.is_none() {
            self.writer.role.style = style;
        }
        self.open.push((id, AtEnd::Role(before)));
    }

    pub(super) fn open_frame(&mut self, id: NodeId, frame: Frame) {
        self.writer.end_block();
        self.frames.push(frame);
        self.open.push((id, AtEnd::Frame));
    }

    fn enter_link(&mut self, id: NodeId, element: &Element) {
        let before = self.writer.marks;
        self.open.push((id, AtEnd::Marks(before)));
        let Some(href) = element.attribute("href") else { return };
        let site = self.site;
        if let Some(asset) = web_address(href, site).and_then(|url| site.asset_at(&url)) {
            self.note_asset(asset);
        }
        if let Some(target) = target(href, self.site) {
            self.writer.set_link(target);
        }
    }

    fn enter_list(&mut self, id: NodeId, name: &str, element: &Element) {
        self.writer.end_block();
        if element.has_class("wp-block-gallery") || element.has_class("blocks-gallery-grid") {
            return self.open_gallery(id);
        }
        self.lists.push(if name == "ol" { ListItem::Number } else { ListItem::Bullet });
        self.open.push((id, AtEnd::List));
    }

    fn enter_item(&mut self, id: NodeId) {
        if self.frames.last().is_some_and(|frame| frame.is_gallery) {
            self.enter_block(id);
            return;
        }
        self.writer.end_block();
        let kind = self.lists.last().copied().unwrap_or(ListItem::Bullet);
        let level = self.lists.len().clamp(1, usize::from(Body::MAX_LIST_LEVEL)) as u8;
        let role = Role { style: TextStyle::Normal, list: Some((kind, level)) };
        let role = std::mem::replace(&mut self.writer.role, role);
        self.open.push((id, AtEnd::Item { role, block: self.writer.item_block.take() }));
    }

    /// A quotation, unless it is another site's post in disguise.
    fn enter_quotation(&mut self, id: NodeId, element: &Element) -> bool {
        let is_post = ["twitter-tweet", "twitter-video", "instagram-media", "tiktok-embed"];
        if is_post.iter().any(|class| element.has_class(class)) {
            let named = element.attribute("data-instgrm-permalink").or_else(|| element.attribute("cite"));
            let links = self.dom.descendants(id).filter_map(|id| self.dom.element(id)?.attribute("href"));
            if let Some(known) = named.into_iter().chain(links).filter_map(embed::known).last() {
                let words = plain::text(self.dom, id).replace('\n', " ");
                self.writer.embed(known.url, Some(known.provider), Some(words).filter(|words| !words.is_empty()));
                return true;
            }
        }
        self.enter_role(id, TextStyle::Blockquote);
        false
    }

    fn enter_division(&mut self, id: NodeId, element: &Element) -> bool {
        if element.has_class("wp-caption-text") && self.caption(id) {
            return true;
        }
        if element.has_class("wp-caption") {
            self.enter_frame(id, element);
            return false;
        }
        if ["gallery", "tiled-gallery", "wp-block-gallery"].iter().any(|class| element.has_class(class)) {
            self.open_gallery(id);
            return false;
        }
        if ["fb-post", "fb-video"].iter().any(|class| element.has_class(class))
            && let Some(known) = element.attribute("data-href").and_then(embed::known)
        {
            self.writer.embed(known.url, Some(known.provider), None);
            return true;
        }
        if element.has_class("wp-block-embed__wrapper") {
            let text = plain::text(self.dom, id);
            if text.starts_with("http") && !text.contains(char::is_whitespace) {
                self.player(&text, None);
                return true;
            }
        }
        self.enter_block(id)
    }

    fn preformatted(&mut self, id: NodeId, element: &Element) -> bool {
        if !element.has_class("wp-block-verse") {
            self.writer.code(&plain::preformatted(self.dom, id));
            return true;
        }
        self.writer.end_block();
        self.writer.verse(&plain::preformatted(self.dom, id));
        true
    }

    /// Something of another site, or of this one, that is played or shown; a link when nobody knows how.
    pub(super) fn player(&mut self, url: &str, title: Option<&str>) {
        if let Some(known) = embed::known(url) {
            return self.writer.embed(known.url, Some(known.provider), None);
        }
        let site = self.site;
        let Some(address) = web_address(url, site) else { return };
        if let Some(asset) = site.asset_at(&address) {
            self.note_asset(asset);
            return self.writer.embed(asset.url.to_owned(), None, None);
        }
        let is_file =
            [".mp4", ".webm", ".ogv", ".mp3", ".m4a", ".ogg", ".wav"].iter().any(|end| address.path().ends_with(end));
        if is_file {
            return self.writer.embed(address.into(), None, None);
        }
        if let Some(target) = target(url, self.site) {
            let text = title.filter(|title| !title.is_empty()).map_or_else(|| address.to_string(), str::to_owned);
            self.writer.link_paragraph(&text, target);
        }
    }

    fn iframe(&mut self, element: &Element) {
        let source = ["src", "data-src", "data-lazy-src"].iter().find_map(|name| element.attribute(name));
        if let Some(source) = source {
            let (source, title) = (source.to_owned(), element.attribute("title").map(str::to_owned));
            self.player(&source, title.as_deref());
        }
    }

    fn recording(&mut self, id: NodeId, element: &Element) -> bool {
        let inner = || self.dom.descendants(id).find_map(|id| self.dom.element(id)?.attribute("src"));
        if let Some(source) = element.attribute("src").or_else(inner) {
            let source = source.to_owned();
            self.player(&source, None);
        }
        true
    }

    /// `<object>` and `<embed>`, which players of old used; what is inside is for browsers without the plugin.
    fn plugin(&mut self, id: NodeId, element: &Element) -> bool {
        let inner = self.dom.descendants(id).filter_map(|id| self.dom.element(id));
        let inner = inner.flat_map(|inner| ["src", "value"].map(|name| inner.attribute(name))).flatten();
        let own = ["src", "data"].into_iter().filter_map(|name| element.attribute(name));
        match own.chain(inner).find_map(embed::known) {
            Some(known) => {
                self.writer.embed(known.url, Some(known.provider), None);
                true
            }
            None => false,
        }
    }
}
