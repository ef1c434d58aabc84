//! Sitemaps: which pages there are, for search engines. Source: sitemaps.org 0.9, and Google for news and languages.

use chrono::{DateTime, Utc};

use griot_domain::Locale;

use crate::feed::instant;
use crate::item::Translation;
use crate::xml::{Xml, document};

/// Most pages of one sitemap, and most sitemaps of one index.
pub const MAX_URLS: usize = 50_000;
/// Most pages of a news sitemap.
pub const MAX_NEWS: usize = 1_000;

const SITEMAPS: (&str, &str) = ("xmlns", "http://www.sitemaps.org/schemas/sitemap/0.9");
const XHTML: (&str, &str) = ("xmlns:xhtml", "http://www.w3.org/1999/xhtml");
const NEWS: (&str, &str) = ("xmlns:news", "http://www.google.com/schemas/sitemap-news/0.9");

/// A page of the site.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// Address of the page.
    pub page: String,
    #[allow(missing_docs)]
    pub locale: Locale,
    #[allow(missing_docs)]
    pub title: String,
    /// Name of the office in the language of the page.
    pub publisher: String,
    /// When it first became public.
    pub first_created: DateTime<Utc>,
    /// When what it says did.
    pub updated: DateTime<Utc>,
    /// The same in other languages.
    pub translations: Vec<Translation>,
}

/// The index of all sitemaps, by their addresses; of more than [`MAX_URLS`], the first.
pub fn sitemap_index(sitemaps: &[String]) -> String {
    document("sitemapindex", &[SITEMAPS], |xml| {
        for address in sitemaps.iter().take(MAX_URLS) {
            xml.element("sitemap", &[], |xml| xml.text("loc", &[], address));
        }
    })
}

/// Pages with their languages; of more than [`MAX_URLS`], the first.
pub fn sitemap(pages: &[Listed]) -> String {
    document("urlset", &[SITEMAPS, XHTML], |xml| {
        for page in pages.iter().take(MAX_URLS) {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], &page.page);
                xml.text("lastmod", &[], &instant(page.updated));
                languages(xml, page);
            });
        }
    })
}

/// Articles for Google News, which wants those of the last two days only: the caller chooses. Of more than [`MAX_NEWS`], the
/// first; of none, the site's front page as no news, since a sitemap names one page at least.
pub fn news_sitemap(articles: &[Listed], front: &str) -> String {
    document("urlset", &[SITEMAPS, NEWS], |xml| {
        if articles.is_empty() {
            xml.element("url", &[], |xml| xml.text("loc", &[], front));
        }
        for article in articles.iter().take(MAX_NEWS) {
            xml.element("url", &[], |xml| {
                xml.text("loc", &[], &article.page);
                xml.element("news:news", &[], |xml| news(xml, article));
            });
        }
    })
}

/// Every language of the page, its own among them: search engines ignore pages that do not name each other and
/// themselves.
fn languages(xml: &mut Xml, page: &Listed) {
    let others = page.translations.iter();
    let others: Vec<_> = others.filter_map(|other| Some((other.locale.as_str(), other.page.as_deref()?))).collect();
    if others.is_empty() {
        return;
    }
    for (language, page) in [(page.locale.as_str(), page.page.as_str())].into_iter().chain(others) {
        xml.empty("xhtml:link", &[("rel", "alternate"), ("hreflang", language), ("href", page)]);
    }
}

fn news(xml: &mut Xml, article: &Listed) {
    xml.element("news:publication", &[], |xml| {
        xml.text("news:name", &[], &article.publisher);
        // Google takes the language alone, without a region.
        xml.text("news:language", &[], article.locale.as_str().split('-').next().unwrap_or_default());
    });
    xml.text("news:publication_date", &[], &instant(article.first_created));
    xml.text("news:title", &[], &article.title);
}
