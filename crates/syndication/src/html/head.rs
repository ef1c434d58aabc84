//! What a page says of itself: to search engines, to those who share it, and where its other forms are. Sources: "The
//! Open Graph protocol" (ogp.me), and its `article` and `profile` vocabularies.

use griot_domain::{Locale, to_script_safe_json};

use super::{element, escaped};
use crate::item::{Content, Item, Picture, Status};
use crate::json::{instant, local_instant};
use crate::policy::Policy;
use crate::{json_ld, ninjs, oembed};

/// The `<head>` of the page of `item`.
pub fn head(item: &Item) -> String {
    let mut head = String::from("<head>\n<meta charset=\"utf-8\">\n");
    head.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    head.push_str(&element("title", "", &item.title()));
    if let Some(description) = description(item) {
        head.push_str(&meta("name", "description", description));
    }
    if item.status() != Status::Usable || item.embargoed_until.is_some() {
        head.push_str(&meta("name", "robots", "noindex"));
    }
    head.push_str(&links(item));
    head.push_str(&open_graph(item));
    let data = to_script_safe_json(&json_ld::document(item));
    head.push_str(&format!("<script type=\"application/ld+json\">{data}</script>\n</head>\n"));
    head
}

fn meta(attribute: &str, name: &str, content: &str) -> String {
    format!("<meta {attribute}=\"{name}\" content=\"{}\">\n", escaped(content))
}

/// The page itself, its other languages, and the item as data.
fn links(item: &Item) -> String {
    let mut links = String::new();
    if let Some(page) = &item.page {
        links.push_str(&format!("<link rel=\"canonical\" href=\"{}\">\n", escaped(page)));
    }
    let own = item.page.as_ref().map(|page| (&item.locale, page));
    let others = item.translations.iter().filter_map(|one| Some((&one.locale, one.page.as_ref()?)));
    for (locale, page) in own.into_iter().chain(others) {
        let (language, page) = (escaped(locale.as_str()), escaped(page));
        links.push_str(&format!("<link rel=\"alternate\" hreflang=\"{language}\" href=\"{page}\">\n"));
    }
    if ninjs::has_form(item.kind) {
        let address = escaped(&item.address());
        links.push_str(&format!("<link rel=\"alternate\" type=\"application/json\" href=\"{address}.ninjs.json\">\n"));
    }
    if let Some(policy) = Policy::of(item) {
        let (relation, address) = (policy.link_relation(), escaped(&policy.address(&item.issuer)));
        links.push_str(&format!("<link rel=\"{relation}\" href=\"{address}\">\n"));
    }
    if let Some(address) = oembed::address(item) {
        let (media, address) = (oembed::MEDIA_TYPE, escaped(&address));
        links.push_str(&format!("<link rel=\"alternate\" type=\"{media}\" href=\"{address}\">\n"));
    }
    links
}

fn open_graph(item: &Item) -> String {
    let mut graph = String::new();
    let mut put = |name: &str, content: &str| graph.push_str(&meta("property", name, content));
    put("og:title", &item.title());
    put("og:type", type_word(&item.content));
    put("og:site_name", &item.issuer.name);
    put("og:locale", &og_locale(&item.locale));
    for translation in &item.translations {
        put("og:locale:alternate", &og_locale(&translation.locale));
    }
    if let Some(page) = &item.page {
        put("og:url", page);
    }
    if let Some(description) = description(item) {
        put("og:description", description);
    }
    for (name, content) in picture(&item.content).into_iter().flat_map(image).chain(article(item)) {
        put(name, &content);
    }
    graph
}

fn type_word(content: &Content) -> &'static str {
    match content {
        Content::Article(_) | Content::Withheld | Content::Canceled => "article",
        Content::Person(_) => "profile",
        Content::Event(_) | Content::Institution(_) => "website",
    }
}

/// `en_GB` for `en-GB`: Open Graph knows a language and a country, no script.
fn og_locale(locale: &Locale) -> String {
    let mut parts = locale.as_str().split('-');
    let language = parts.next().unwrap_or_default();
    let country = parts.find(|part| part.len() == 2);
    country.map_or_else(|| language.to_owned(), |country| format!("{language}_{country}"))
}

/// What is to be read in short.
pub(super) fn description(item: &Item) -> Option<&str> {
    match &item.content {
        Content::Article(article) => article.summary.as_deref(),
        Content::Person(person) => person.known_as.as_deref(),
        Content::Event(event) => event.text.split("\n\n").next().filter(|text| !text.is_empty()),
        Content::Institution(institution) => institution.text.split("\n\n").next().filter(|text| !text.is_empty()),
        Content::Withheld | Content::Canceled => None,
    }
}

fn picture(content: &Content) -> Option<&Picture> {
    match content {
        Content::Article(article) => article.pictures.first(),
        Content::Person(person) => person.portrait.as_ref(),
        _ => None,
    }
}

fn image(picture: &Picture) -> Vec<(&'static str, String)> {
    let (width, height) = picture.size.unzip();
    [
        ("og:image", Some(picture.url.clone())),
        ("og:image:type", picture.mime_type.clone()),
        ("og:image:width", width.map(|width| width.to_string())),
        ("og:image:height", height.map(|height| height.to_string())),
        ("og:image:alt", picture.alt.clone()),
    ]
    .into_iter()
    .filter_map(|(name, content)| Some((name, content?)))
    .collect()
}

/// When an article was issued and last changed, and what it is filed under.
fn article(item: &Item) -> Vec<(&'static str, String)> {
    let Content::Article(article) = &item.content else { return Vec::new() };
    let mut facts = vec![("article:published_time", local_instant(article.issued_at))];
    if item.version_created > article.issued_at {
        facts.push(("article:modified_time", instant(item.version_created)));
    }
    facts.extend(article.topics.first().map(|topic| ("article:section", topic.name.clone())));
    facts.extend(article.topics.iter().map(|topic| ("article:tag", topic.name.clone())));
    facts
}
