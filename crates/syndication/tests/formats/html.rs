use griot_domain::Locale;
use griot_syndication::html::document;
use griot_syndication::item::{Content, Item};
use griot_syndication::json_ld;
use serde_json::Value;

use crate::samples::{self, all};

/// What stands between `start` and the next `end`.
fn between<'a>(page: &'a str, start: &str, end: &str) -> &'a str {
    let from = page.find(start).expect("the start") + start.len();
    let length = page[from..].find(end).expect("the end");
    &page[from..from + length]
}

#[test]
fn every_page_is_whole_and_in_its_language() {
    for (name, item) in all() {
        let page = document(&item);
        let start = format!("<!DOCTYPE html>\n<html lang=\"{}\" dir=\"ltr\">\n<head>\n", item.locale);
        assert!(page.starts_with(&start), "{name}");
        assert!(page.ends_with("</body>\n</html>\n"), "{name}");
        assert_eq!(page.matches("<h1>").count(), 1, "{name}");
        assert_eq!(page, document(&item.clone()), "{name}");
    }
    let arabic = Item { locale: Locale::parse("ar").expect("a language"), ..samples::article() };
    assert!(document(&arabic).contains("<html lang=\"ar\" dir=\"rtl\">"));
}

#[test]
fn the_only_script_is_data_that_cannot_end_early() {
    for (name, item) in all() {
        let page = document(&item);
        assert_eq!(page.matches("<script").count(), 1, "{name}");
        let data = between(&page, "<script type=\"application/ld+json\">", "</script>");
        assert!(!data.contains(['<', '>', '&']), "{name}");
        assert_eq!(serde_json::from_str::<Value>(data).expect("JSON"), json_ld::document(&item), "{name}");
    }
}

#[test]
fn texts_are_escaped_and_the_body_is_not() {
    let mut item = samples::article();
    if let Content::Article(article) = &mut item.content {
        article.headline = "</title><script>alert(1)</script>\" onload='x'".to_owned();
        article.summary = Some("\"><img src=x>".to_owned());
    }
    item.page = Some("https://koulouba.example/\"><script>".to_owned());
    let page = document(&item);
    assert_eq!(page.matches("<script").count(), 1);
    assert!(!page.contains("<img src=x>"));
    assert!(page.contains("<strong>Le Colonel</strong>"));
}

#[test]
fn a_page_names_itself_and_its_other_languages_and_forms() {
    let page = document(&samples::article());
    for expected in [
        "<link rel=\"canonical\" href=\"https://koulouba.example/fr/articles/x1\">",
        "<link rel=\"alternate\" hreflang=\"fr\" href=\"https://koulouba.example/fr/articles/x1\">",
        "<link rel=\"alternate\" hreflang=\"en\" href=\"https://koulouba.example/en/x\">",
        "-fr.ninjs.json\">",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let person = document(&samples::person());
    assert!(!person.contains("ninjs"), "there is none of a person");
}

#[test]
fn those_who_share_it_learn_its_title_picture_and_times() {
    let page = document(&samples::corrected_article());
    for expected in [
        "property=\"og:type\" content=\"article\"",
        "property=\"og:locale\" content=\"fr\"",
        "property=\"og:locale:alternate\" content=\"en\"",
        "property=\"og:image\" content=\"https://contenus.koulouba.example/media/60.jpg?a=1&amp;b=2\"",
        "property=\"og:image:alt\" content=\"Deux hommes se serrent la main\"",
        "property=\"article:published_time\" content=\"2023-11-06T12:30:00+01:00\"",
        "property=\"article:modified_time\" content=\"2023-11-07T08:00:00Z\"",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    assert!(document(&samples::bare_article()).contains("property=\"og:locale\" content=\"en_GB\""));
    assert!(document(&samples::person()).contains("property=\"og:type\" content=\"profile\""));
}

#[test]
fn corrections_are_read_before_the_text() {
    let page = document(&samples::corrected_article());
    let correction = page.find("<p class=\"correction\">Rectificatif");
    assert!(correction.is_some() && correction < page.find("<div class=\"body\">"));
}

#[test]
fn an_editors_note_is_printed_of_an_embargo_alone() {
    assert!(!document(&samples::corrected_article()).contains("RECTIFICATIF"));
    let embargoed = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..samples::article() };
    let page = document(&embargoed);
    assert!(page.contains("<p class=\"editors-note\">SOUS EMBARGO jusqu’au 2023-11-06 18:00 UTC</p>"));
    assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
}

#[test]
fn of_what_was_taken_back_only_the_note_is_shown() {
    for content in [Content::Withheld, Content::Canceled] {
        let item = samples::taken_back(content, None);
        let page = document(&item);
        let body = between(&page, "<article>\n", "</article>");
        assert_eq!(body, format!("<h1>{}</h1>\n", item.title()));
        assert!(page.contains("<meta name=\"robots\" content=\"noindex\">"));
    }
}
