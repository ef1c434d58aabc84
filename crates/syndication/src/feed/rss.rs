//! RSS 2.0, with the modules that say what it cannot.

use chrono::{DateTime, Utc};
use quick_xml::escape::partial_escape;

use super::Feed;
use super::entry::Entry;
use crate::item::{Item, Picture};
use crate::xml::{Xml, document};

const ROOT: [(&str, &str); 5] = [
    ("version", "2.0"),
    ("xmlns:atom", "http://www.w3.org/2005/Atom"),
    ("xmlns:content", "http://purl.org/rss/1.0/modules/content/"),
    ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
    ("xmlns:media", "http://search.yahoo.com/mrss/"),
];

impl Feed {
    /// As RSS: `application/rss+xml`. It has no archives.
    pub fn rss(&self) -> String {
        document("rss", &ROOT, |xml| {
            xml.element("channel", &[], |xml| {
                self.channel(xml);
                for item in self.taken_back() {
                    stub(xml, item);
                }
                for item in self.usable() {
                    entry(xml, item);
                }
            });
        })
    }

    fn channel(&self, xml: &mut Xml) {
        xml.text("title", &[], &self.title);
        xml.text("link", &[], self.page.as_ref().unwrap_or(&self.issuer.site));
        xml.text("description", &[], &format!("{} – {}", self.title, self.issuer.name));
        if let Some(locale) = &self.locale {
            xml.text("language", &[], locale.as_str());
        }
        xml.text("lastBuildDate", &[], &date(self.updated));
        let address = format!("{}.rss", self.address);
        xml.empty("atom:link", &[("rel", "self"), ("type", "application/rss+xml"), ("href", &address)]);
        if let Some(hub) = &self.hub {
            xml.empty("atom:link", &[("rel", "hub"), ("href", hub)]);
        }
    }
}

fn entry(xml: &mut Xml, item: &Item) {
    let entry = Entry::of(item);
    xml.element("item", &[], |xml| {
        head(xml, item);
        if let Some(lead) = entry.lead() {
            xml.text("description", &[], &partial_escape(lead));
        }
        for byline in entry.byline {
            xml.text("dc:creator", &[], &byline.name);
        }
        if entry.byline.is_empty() {
            xml.text("dc:creator", &[], &item.issuer.name);
        }
        for category in entry.categories(item) {
            xml.text("category", &[("domain", &category.scheme)], category.label.as_ref().unwrap_or(&category.term));
        }
        if !entry.html.is_empty() {
            xml.text("content:encoded", &[], &entry.html);
        }
        // After the text: feedparser takes a picture's description for a text too, and readers use the first one.
        for picture in entry.pictures {
            media(xml, picture);
        }
    });
}

/// RSS cannot say that an item is gone: the same guid with the notice instead of the text makes readers overwrite it.
fn stub(xml: &mut Xml, item: &Item) {
    xml.element("item", &[], |xml| {
        head(xml, item);
        let note = item.editors_note().unwrap_or_default();
        // Both are HTML.
        let note = partial_escape(note.as_str());
        xml.text("description", &[], &note);
        xml.text("content:encoded", &[], &note);
    });
}

fn head(xml: &mut Xml, item: &Item) {
    xml.text("title", &[], &item.title());
    if let Some(page) = &item.page {
        xml.text("link", &[], page);
    }
    xml.text("guid", &[("isPermaLink", "false")], &item.tag());
    // The first one: a reader that took a correction for something new would show it twice.
    xml.text("pubDate", &[], &date(item.first_created));
}

fn media(xml: &mut Xml, picture: &Picture) {
    let size = picture.size.map(|(width, height)| (width.to_string(), height.to_string()));
    let bytes = picture.bytes.map(|bytes| bytes.to_string());
    let mut attributes = vec![("url", picture.url.as_str()), ("medium", "image")];
    attributes.extend(picture.mime_type.as_deref().map(|mime_type| ("type", mime_type)));
    attributes.extend(bytes.as_deref().map(|bytes| ("fileSize", bytes)));
    if let Some((width, height)) = &size {
        attributes.extend([("width", width.as_str()), ("height", height.as_str())]);
    }
    xml.element("media:content", &attributes, |xml| {
        if let Some(title) = &picture.title {
            xml.text("media:title", &[("type", "plain")], title);
        }
        if let Some(caption) = picture.caption.as_ref().or(picture.alt.as_ref()) {
            xml.text("media:description", &[("type", "plain")], caption);
        }
        if let Some(credit) = &picture.credit {
            xml.text("media:credit", &[], credit);
        }
    });
}

/// As RFC 822 wants it, with the year in full.
fn date(at: DateTime<Utc>) -> String {
    at.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}
