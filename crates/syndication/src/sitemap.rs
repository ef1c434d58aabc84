//! Sitemaps: which pages there are, for search engines. Source: sitemaps.org 0.9, and Google for news and languages.

use chrono::{DateTime, Utc};

use crate::feed::{instant, is_public};
use crate::item::{Content, Item, Status};
use crate::xml::{Xml, document};

/// Most pages of one sitemap, and most sitemaps of one index.
pub const MAX_URLS: usize = 50_000;
/// Most pages of a news sitemap.
pub const MAX_NEWS: usize = 1_000;

const SITEMAPS: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
const XHTML: (&str, &str) = ("xmlns:xhtml", "http://www.w3.org/1999/xhtml");
const NEWS: (&str, &str) = ("xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9");

/// A sitemap, as the index names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sitemap {
    #[allow(missing_docs)]
    pub address: String,
    /// When a page of it last changed.
    pub updated: DateTime<Utc>,
}

/// The index of all sitemaps; of more than [`MAX_URLS`], the first.
pub fn sitemap_index(sitemaps: &[Sitemap]) -> String {
    document("sitemapindex", &[SITEMAPS], |xml| {
        for sitemap in sitemaps.iter().take(MAX_URLS) {
            xml.element("sitemap", &[], |xml| {
                xml.text("loc", &[], &sitemap.address);
                xml.text("lastmod", &[], &instant(sitemap.updated));
            });
        }
    })
}

/// The pages of the items, with their languages. Items without a page, under embargo or taken back have no place in it;
/// of more than [`MAX_URLS`], the first.
pub fn sitemap(items: &[Item]) -> String {
    document("urlset", &[SITEMAPS, XHTML], |xml| {
        for (item, page) in pages(items).take(MAX_URLS) {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], page);
                xml.text("lastmod", &[], &instant(item.version_created));
                languages(xml, item, page);
            });
        }
    })
}

/// The articles for Google News, which wants those of the last two days only: the caller chooses. What
/// [`sitemap`] leaves out is left out here; of more than [`MAX_NEWS`], the first.
pub fn news_sitemap(items: &[Item]) -> String {
    let articles = pages(items).filter(|(item, _)| matches!(item.content, Content::Article(_)));
    document("urlset", &[SITEMAPS, NEWS], |xml| {
        for (item, page) in articles.take(MAX_NEWS) {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], page);
                xml.element("news:news", &[], |xml| news(xml, item));
            });
        }
    })
}

fn pages(items: &[Item]) -> impl Iterator<Item = (&Item, &str)> {
    let usable = items.iter().filter(|item| is_public(item) && item.status() == Status::Usable);
    usable.filter_map(|item| Some((item, item.page.as_deref()?)))
}

/// Every language of the page, its own among them: search engines ignore pages that do not name each other and
/// themselves.
fn languages(xml: &mut Xml, item: &Item, page: &str) {
    let others = item.translations.iter();
    let others: Vec<_> = others.filter_map(|other| Some((other.locale.as_str(), other.page.as_deref()?))).collect();
    if others.is_empty() {
        return;
    }
    for (language, page) in [(item.locale.as_str(), page)].into_iter().chain(others) {
        xml.empty("xhtml:link", &[("rel", "alternate"), ("hreflang", language), ("href", page)]);
    }
}

fn news(xml: &mut Xml, item: &Item) {
    xml.element("news:publication", &[], |xml| {
        xml.text("news:name", &[], &item.issuer.name);
        // Google takes the language alone, without a region.
        xml.text("news:language", &[], item.locale.as_str().split('-').next().unwrap_or_default());
    });
    xml.text("news:publication_date", &[], &instant(item.first_created));
    xml.text("news:title", &[], &item.title());
}
