//! Atom (RFC 4287) with archives (RFC 5005) and tombstones (RFC 6721): the feed that says most.

use super::entry::{Entry, ninjs};
use super::{Feed, Part, instant};
use crate::item::{Byline, Item, Picture};
use crate::xml::{Xml, document};

const NAMESPACES: [(&str, &str); 3] = [
    ("xmlns", "http://www.w3.org/2005/Atom"),
    ("xmlns:at", "http://purl.org/atompub/tombstones/1.0"),
    ("xmlns:fh", "http://purl.org/syndication/history/1.0"),
];

impl Feed {
    /// As Atom: `application/atom+xml`.
    pub fn atom(&self) -> String {
        let mut attributes = NAMESPACES.to_vec();
        attributes.extend(self.locale.as_ref().map(|locale| ("xml:lang", locale.as_str())));
        document("feed", &attributes, |xml| {
            self.head(xml);
            // Before the entries: the grammar knows no foreign element after the first of them.
            for item in self.taken_back() {
                tombstone(xml, item);
            }
            for item in self.usable() {
                entry(xml, item);
            }
        })
    }

    fn head(&self, xml: &mut Xml) {
        // The archives of a feed are the same feed, so they share its id.
        xml.text("id", &[], &self.address);
        xml.text("title", &[], &self.title);
        xml.text("updated", &[], &instant(self.updated));
        xml.element("author", &[], |xml| {
            xml.text("name", &[], &self.issuer.name);
            xml.text("uri", &[], &self.issuer.site);
        });
        document_link(xml, "self", self.own_address());
        if let Some(page) = &self.page {
            xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("href", page)]);
        }
        self.history(xml);
    }

    fn history(&self, xml: &mut Xml) {
        match &self.part {
            Part::Subscription { prev_archive } => {
                // Archives change seldom: there is nothing to subscribe to.
                if let Some(hub) = &self.hub {
                    xml.empty("link", &[("rel", "hub"), ("href", hub)]);
                }
                archive_link(xml, "prev-archive", prev_archive.as_deref());
            }
            Part::Archive { prev_archive, next_archive, .. } => {
                xml.empty("fh:archive", &[]);
                document_link(xml, "current", &self.address);
                archive_link(xml, "prev-archive", prev_archive.as_deref());
                archive_link(xml, "next-archive", next_archive.as_deref());
            }
        }
    }
}

fn archive_link(xml: &mut Xml, rel: &str, address: Option<&str>) {
    if let Some(address) = address {
        document_link(xml, rel, address);
    }
}

fn document_link(xml: &mut Xml, rel: &str, address: &str) {
    let href = format!("{address}.atom");
    xml.empty("link", &[("rel", rel), ("type", "application/atom+xml"), ("href", &href)]);
}

fn tombstone(xml: &mut Xml, item: &Item) {
    let (tag, when) = (item.tag(), instant(item.version_created));
    xml.element("at:deleted-entry", &[("ref", &tag), ("when", &when)], |xml| {
        xml.element("at:by", &[], |xml| xml.text("name", &[], &item.issuer.name));
        if let Some(note) = item.editors_note() {
            xml.text("at:comment", &[("xml:lang", item.locale.as_str())], &note);
        }
    });
}

fn entry(xml: &mut Xml, item: &Item) {
    let entry = Entry::of(item);
    xml.element("entry", &[("xml:lang", item.locale.as_str())], |xml| {
        xml.text("id", &[], &item.tag());
        xml.text("title", &[], &item.title());
        xml.text("published", &[], &instant(item.first_created));
        xml.text("updated", &[], &instant(item.version_created));
        for byline in entry.byline {
            author(xml, byline);
        }
        alternates(xml, item);
        for picture in entry.pictures {
            enclosure(xml, picture);
        }
        categories(xml, item, &entry);
        texts(xml, &entry);
    });
}

fn author(xml: &mut Xml, byline: &Byline) {
    xml.element("author", &[], |xml| {
        xml.text("name", &[], &byline.name);
        if let Some(page) = byline.entry.as_ref().and_then(|entry| entry.page.as_ref()) {
            xml.text("uri", &[], page);
        }
    });
}

fn alternates(xml: &mut Xml, item: &Item) {
    if let Some(page) = &item.page {
        let language = item.locale.as_str();
        xml.empty("link", &[("rel", "alternate"), ("type", "text/html"), ("hreflang", language), ("href", page)]);
    }
    for translation in &item.translations {
        let Some(page) = &translation.page else { continue };
        let (language, title) = (translation.locale.as_str(), translation.title.as_str());
        let link = [("type", "text/html"), ("hreflang", language), ("title", title), ("href", page)];
        xml.empty("link", &[&[("rel", "alternate")], &link[..]].concat());
    }
    xml.empty("link", &[("rel", "alternate"), ("type", "application/json"), ("href", &ninjs(item))]);
}

fn enclosure(xml: &mut Xml, picture: &Picture) {
    let bytes = picture.bytes.map(|bytes| bytes.to_string());
    let mut link = vec![("rel", "enclosure"), ("href", picture.url.as_str())];
    link.extend(picture.mime_type.as_deref().map(|mime_type| ("type", mime_type)));
    link.extend(bytes.as_deref().map(|bytes| ("length", bytes)));
    link.extend(picture.title.as_deref().map(|title| ("title", title)));
    xml.empty("link", &link);
}

fn categories(xml: &mut Xml, item: &Item, entry: &Entry<'_>) {
    for category in entry.categories(item) {
        let mut attributes = vec![("scheme", category.scheme.as_str()), ("term", category.term.as_str())];
        attributes.extend(category.label.as_deref().map(|label| ("label", label)));
        xml.empty("category", &attributes);
    }
}

fn texts(xml: &mut Xml, entry: &Entry<'_>) {
    if let Some(rights) = entry.rights {
        xml.text("rights", &[], rights);
    }
    if let Some(summary) = entry.summary {
        xml.text("summary", &[], summary);
    }
    // Readers take an element without text for a broken one; an entry without content is allowed.
    if !entry.html.is_empty() {
        xml.text("content", &[("type", "html")], &entry.html);
    }
}
