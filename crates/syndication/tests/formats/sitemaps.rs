//! Sitemaps.

use griot_syndication::sitemap::{Listed, MAX_NEWS, MAX_URLS, news_sitemap, sitemap, sitemap_index};

use crate::samples::{bare_article, corrected_article};
use crate::support::{assert_well_formed, listed};

const FRONT: &str = "https://koulouba.example/";

fn corrected() -> Listed {
    listed(&corrected_article())
}

#[test]
fn a_page_comes_with_its_last_change_and_all_its_languages() {
    let written = sitemap(&[corrected()]);
    assert!(written.ends_with(
        "<url><loc>https://koulouba.example/fr/articles/x1</loc><lastmod>2023-11-07T08:00:00.250Z</lastmod>\
         <xhtml:link rel=\"alternate\" hreflang=\"fr\" href=\"https://koulouba.example/fr/articles/x1\"/>\
         <xhtml:link rel=\"alternate\" hreflang=\"en\" href=\"https://koulouba.example/en/x\"/></url></urlset>"
    ));
    assert_well_formed(&written);
    let alone = sitemap(&[Listed { translations: Vec::new(), ..corrected() }]);
    assert!(!alone.contains("<xhtml:link"));
}

#[test]
fn news_tell_when_they_first_appeared() {
    let written = news_sitemap(&[corrected()], FRONT);
    assert!(
        written.ends_with(
            "<url><loc>https://koulouba.example/fr/articles/x1</loc><news:news><news:publication>\
             <news:name>Présidence de la République du Mali</news:name><news:language>fr</news:language>\
             </news:publication><news:publication_date>2023-11-06T11:30:00Z</news:publication_date>\
             <news:title>Visite du Colonel Assimi GOÏTA : « une étape » &amp; &lt;plus&gt;</news:title></news:news></url></urlset>"
        ),
        "{written}"
    );
    assert_well_formed(&written);
    let british = news_sitemap(&[Listed { locale: bare_article().locale, ..corrected() }], FRONT);
    assert!(british.contains("<news:language>en</news:language>"));
}

#[test]
fn where_nothing_is_new_the_front_page_is_named_as_no_news() {
    let written = news_sitemap(&[], FRONT);
    assert!(written.ends_with("><url><loc>https://koulouba.example/</loc></url></urlset>"), "{written}");
    assert_well_formed(&written);
}

#[test]
fn no_sitemap_holds_more_than_search_engines_read() {
    let many = vec![Listed { translations: Vec::new(), ..corrected() }; MAX_URLS + 1];
    assert_eq!(sitemap(&many).matches("<url>").count(), MAX_URLS);
    assert_eq!(news_sitemap(&many, FRONT).matches("<url>").count(), MAX_NEWS);
}

#[test]
fn the_index_names_each_sitemap() {
    let parts =
        ["https://koulouba.example/sitemaps/2023-11.xml?a=1&b=2", "https://koulouba.example/sitemaps/people.xml"];
    assert_eq!(
        sitemap_index(&parts.map(str::to_owned)),
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\
         <sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\
         <sitemap><loc>https://koulouba.example/sitemaps/2023-11.xml?a=1&amp;b=2</loc></sitemap>\
         <sitemap><loc>https://koulouba.example/sitemaps/people.xml</loc></sitemap></sitemapindex>"
    );
}
