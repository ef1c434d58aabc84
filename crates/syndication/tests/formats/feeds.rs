//! Atom, RSS and JSON Feed, read back with `feed-rs`.

use feed_rs::model;
use griot_syndication::feed::Feed;
use griot_syndication::item::{Content, Item, Status};
use serde_json::{Value, json};

use crate::samples::{all, article, corrected_article};
use crate::support::{archive, assert_follows_grammar, assert_well_formed, feed, html, likely_feed};

const ATOM_GRAMMAR: &str = "atom/atom-rfc4287.rng";

#[test]
fn every_usable_item_comes_back_as_it_went() {
    for (name, item) in all() {
        if item.status() != Status::Usable || item.embargoed_until.is_some() {
            continue;
        }
        for (format, read) in read_back(&feed([item.clone()])) {
            let [entry] = &read.entries[..] else { panic!("{name} in {format}: {} entries", read.entries.len()) };
            assert_eq!(entry.id, item.tag(), "{name} in {format}");
            assert_eq!(text(&entry.title), item.title(), "{name} in {format}");
            assert_eq!(entry.published, Some(item.first_created), "{name} in {format}");
            if format != "rss" {
                assert_eq!(entry.updated, Some(item.version_created), "{name} in {format}");
            }
            assert!(content(entry).ends_with(html(&item)), "{name} in {format}: {}", content(entry));
            if name == "article" {
                assert_eq!(content(entry), html(&item), "{format} adds nothing");
            }
        }
    }
}

#[test]
fn an_embargoed_item_is_in_no_feed() {
    for (name, item) in all().into_iter().filter(|(_, item)| item.embargoed_until.is_some()) {
        let feed = feed([item.clone()]);
        for (format, written) in written(&feed) {
            assert!(!written.contains(&item.id.to_string()), "{name} in {format}");
        }
        assert!(!feed.calendar().contains(&item.id.to_string()), "{name}");
    }
}

#[test]
fn what_was_taken_back_is_named_but_not_shown() {
    for (name, item) in all().into_iter().filter(|(_, item)| item.status() != Status::Usable) {
        let note = item.editors_note().unwrap();
        // Wherever the caller put it.
        let misplaced = Feed { entries: vec![item.clone()], ..feed([]) };
        for feed in [feed([item.clone()]), misplaced] {
            for (format, read) in read_back(&feed) {
                if format == "atom" {
                    assert!(read.entries.is_empty(), "{name}");
                    continue;
                }
                let [entry] = &read.entries[..] else { panic!("{name} in {format}: {} entries", read.entries.len()) };
                assert_eq!((&entry.id, text(&entry.title)), (&item.tag(), &*note), "{name} in {format}");
                assert_eq!(unescaped(content(entry)), note, "{name} in {format}");
            }
            let atom = feed.atom();
            assert!(atom.contains(&format!("<at:deleted-entry ref=\"{}\" when=\"2023-11-08T09:00:00Z\">", item.tag())));
            let comment = quick_xml::escape::escape(note.as_str()).into_owned();
            assert!(atom.contains(&format!("<at:comment xml:lang=\"fr\">{comment}</at:comment>")), "{name}: {atom}");
            assert!(atom.contains("<at:by><name>Présidence de la République du Mali</name></at:by>"), "{name}");
        }
    }
}

#[test]
fn tombstones_stand_before_the_entries() {
    let atom = likely_feed().atom();
    assert!(atom.rfind("</at:deleted-entry>").unwrap() < atom.find("<entry").unwrap());
    assert_eq!(atom.matches("<at:deleted-entry").count(), 2);
}

#[test]
fn atom_follows_its_grammar() {
    let everything = feed(all().into_iter().map(|(_, item)| item));
    let unknown = Feed { locale: None, page: None, hub: None, ..everything.clone() };
    for feed in [everything, unknown, likely_feed(), archive(), feed([])] {
        assert_follows_grammar(&feed.atom(), ATOM_GRAMMAR);
        assert_well_formed(&feed.rss());
    }
    for (_, item) in all() {
        assert_follows_grammar(&feed([item]).atom(), ATOM_GRAMMAR);
    }
}

#[test]
fn atom_names_its_own_and_its_neighbours_addresses() {
    let subscription = read("atom", &likely_feed().atom());
    let base = "https://contenus.koulouba.example/v1/feeds/all";
    assert_eq!(subscription.id, base);
    assert_eq!(subscription.language.as_deref(), Some("fr"));
    assert_eq!(link(&subscription.links, "self"), format!("{base}.atom"));
    assert_eq!(link(&subscription.links, "alternate"), "https://koulouba.example/fr?a=1&b=2");
    assert_eq!(link(&subscription.links, "hub"), "https://contenus.koulouba.example/v1/websub/hub");
    assert_eq!(link(&subscription.links, "prev-archive"), format!("{base}/archive/2023-10.atom"));

    let written = archive().atom();
    let archive = read("atom", &written);
    assert_eq!(archive.id, base);
    assert_eq!(link(&archive.links, "self"), format!("{base}/archive/2023-11.atom"));
    assert_eq!(link(&archive.links, "current"), format!("{base}.atom"));
    assert_eq!(link(&archive.links, "prev-archive"), format!("{base}/archive/2023-10.atom"));
    assert_eq!(link(&archive.links, "next-archive"), format!("{base}/archive/2023-12.atom"));
    assert!(written.contains("<fh:archive/>"));
    assert!(archive.links.iter().all(|link| link.rel.as_deref() != Some("hub")));
}

#[test]
fn an_atom_entry_names_languages_ninjs_pictures_and_topics() {
    let item = corrected_article();
    let read = read("atom", &feed([item.clone()]).atom());
    let entry = &read.entries[0];
    let alternates: Vec<_> = entry
        .links
        .iter()
        .filter(|link| link.rel.as_deref() == Some("alternate"))
        .map(|link| (link.media_type.as_deref().unwrap(), link.href_lang.as_deref(), link.href.clone()))
        .collect();
    assert_eq!(
        alternates,
        [
            ("text/html", Some("fr"), item.page.clone().unwrap()),
            ("text/html", Some("en"), "https://koulouba.example/en/x".to_owned()),
            ("application/json", None, item.version_address() + ".ninjs.json"),
        ]
    );
    let pictures = entry.links.iter().filter(|link| link.rel.as_deref() == Some("enclosure"));
    let pictures: Vec<_> = pictures.map(|link| (link.href.as_str(), link.media_type.as_deref(), link.length)).collect();
    assert_eq!(
        pictures,
        [
            ("https://contenus.koulouba.example/media/60.jpg?a=1&b=2", Some("image/jpeg"), Some(212_345)),
            ("https://contenus.koulouba.example/media/61.jpg?a=1&b=2", None, None),
        ]
    );
    let categories: Vec<_> = entry.categories.iter().map(category).collect();
    assert_eq!(
        categories,
        [
            ("http://cv.iptc.org/newscodes/mediatopic/", "20000593", Some("Diplomatie")),
            ("https://contenus.koulouba.example/v1/items/", "00000000-0000-4000-8000-000000000051", Some("Sahel")),
            ("http://cv.iptc.org/newscodes/signal/", "correction", None),
        ]
    );
    let authors: Vec<_> = entry.authors.iter().map(|author| author.name.as_deref().unwrap()).collect();
    assert_eq!(authors, ["La Présidence", "A. Traoré"]);
    assert_eq!(text(&entry.rights), "Libre de droits avec mention de la source.");
    assert_eq!(text(&entry.summary), "Le Président reçoit l’envoyé d’un pays voisin.");
}

#[test]
fn corrections_stand_above_the_text_newest_first_even_after_a_silent_change() {
    let silent = Item { version: 4, signal: griot_syndication::item::Signal::Update, ..corrected_article() };
    for item in [corrected_article(), silent] {
        for (format, read) in read_back(&feed([item.clone()])) {
            let notes = "<p><strong>RECTIFICATIF : Le nom de l’envoyé était mal écrit.</strong></p>\
                         <p><strong>PRÉCISION : Un lieu est précisé.</strong></p>";
            assert_eq!(content(&read.entries[0]), format!("{notes}{}", html(&item)), "{format}");
        }
    }
}

#[test]
fn rss_has_pictures_signatories_and_addresses() {
    let written = feed([article()]).rss();
    let read = read("rss", &written);
    assert_eq!(read.language.as_deref(), Some("fr"));
    assert_eq!(text(&read.title), "Tout; le fil, « A & B »");
    let entry = &read.entries[0];
    let picture = &entry.media[0];
    assert_eq!(
        picture.content[0].url.as_ref().unwrap().as_str(),
        "https://contenus.koulouba.example/media/60.jpg?a=1&b=2"
    );
    assert_eq!((picture.content[0].width, picture.content[0].height), (Some(1600), Some(900)));
    assert_eq!(picture.credits[0].entity, "Présidence / A. Diarra");
    assert_eq!(text(&picture.description), "Au palais, le 6 novembre");
    let signatories: Vec<_> = entry.authors.iter().map(|author| author.name.as_deref().unwrap()).collect();
    assert_eq!(signatories, ["La Présidence", "A. Traoré"]);
    for expected in [
        "<atom:link rel=\"self\" type=\"application/rss+xml\" href=\"https://contenus.koulouba.example/v1/feeds/all.rss\"/>",
        "<atom:link rel=\"hub\" href=\"https://contenus.koulouba.example/v1/websub/hub\"/>",
        "<guid isPermaLink=\"false\">tag:koulouba.example,2023-11-06:article/00000000-0000-4000-8000-000000000001/fr</guid>",
        "<pubDate>Mon, 06 Nov 2023 11:30:00 GMT</pubDate>",
    ] {
        assert!(written.contains(expected), "{expected} in {written}");
    }
    assert!(!written.contains("<dc:date"), "the W3C's validator finds it double");
}

#[test]
fn rss_describes_an_item_in_html_by_its_summary_or_first_paragraph() {
    let mut item = article();
    let Content::Article(article) = &mut item.content else { unreachable!("an article") };
    article.summary = Some("A & B <plus>".to_owned());
    let described = feed([item.clone()]).rss();
    assert!(described.contains("<description>A &amp;amp; B &amp;lt;plus&amp;gt;</description>"), "{described}");

    let Content::Article(article) = &mut item.content else { unreachable!("an article") };
    article.summary = None;
    let read = read("rss", &feed([item]).rss());
    let first = "Bamako, le 6 novembre. Le Colonel a reçu l’envoyé & sa délégation.";
    assert_eq!(unescaped(text(&read.entries[0].summary)), first);
}

#[test]
fn json_feed_says_what_the_format_has_words_for() {
    let written = likely_feed().json_feed();
    let read: Value = serde_json::from_str(&written).unwrap();
    assert!(written.starts_with("{\"version\":\"https://jsonfeed.org/version/1.1\""));
    assert_eq!(read["feed_url"], "https://contenus.koulouba.example/v1/feeds/all.json");
    assert_eq!(read["home_page_url"], "https://koulouba.example/fr?a=1&b=2");
    assert_eq!(read["hubs"], json!([{ "type": "WebSub", "url": "https://contenus.koulouba.example/v1/websub/hub" }]));
    assert_eq!(read["language"], "fr");

    let item = corrected_article();
    let items = read["items"].as_array().unwrap();
    let post = items.iter().find(|post| post["id"] == *item.tag()).unwrap();
    assert_eq!(post["url"], *item.page.as_ref().unwrap());
    assert_eq!(post["date_published"], "2023-11-06T11:30:00Z");
    assert_eq!(post["date_modified"], "2023-11-07T08:00:00.250Z");
    assert_eq!(post["tags"], json!(["Diplomatie", "Sahel"]));
    assert_eq!(post["image"], "https://contenus.koulouba.example/media/60.jpg?a=1&b=2");
    assert_eq!(post["attachments"][0]["size_in_bytes"], 212_345);
    assert_eq!(post["attachments"][1]["mime_type"], "application/octet-stream");
    assert_eq!(
        post["authors"],
        json!([
            { "name": "La Présidence", "url": "https://koulouba.example/fr/institutions/x30" },
            { "name": "A. Traoré" },
        ])
    );
    assert_eq!(
        post["_griot"],
        json!({ "version": 3, "pub_status": "usable", "signal": "correction", "ninjs": item.version_address() + ".ninjs.json" })
    );
    let signals: Vec<_> = items.iter().map(|post| post["_griot"]["signal"].as_str().unwrap()).collect();
    assert_eq!(signals[..2], ["withheld", "kill"], "what is gone comes first");
}

#[test]
fn characters_that_xml_forbids_break_no_feed() {
    let mut item = article();
    let Content::Article(article) = &mut item.content else { unreachable!("an article") };
    article.headline = "a\u{0}b\u{b}\u{1f}\u{fffe}\u{ffff}c\u{7f}é𝄞".to_owned();
    article.html = "<p>]]>\u{1}&amp;\u{c}</p>".to_owned();
    article.topics[0].name = "x\u{0}\"'<y".to_owned();
    article.pictures[0].title = Some("\u{8}\t\n>".to_owned());
    let feed = feed([item]);
    assert_follows_grammar(&feed.atom(), ATOM_GRAMMAR);
    assert_well_formed(&feed.rss());
    for format in ["atom", "rss"] {
        let written = if format == "atom" { feed.atom() } else { feed.rss() };
        let entry = &read(format, &written).entries[0];
        assert_eq!(text(&entry.title), "abc\u{7f}é𝄞", "{format}");
        assert_eq!(content(entry), "<p>]]>&amp;</p>", "{format}");
    }
}

fn written(feed: &Feed) -> [(&'static str, String); 3] {
    [("atom", feed.atom()), ("rss", feed.rss()), ("json", feed.json_feed())]
}

fn read_back(feed: &Feed) -> [(&'static str, model::Feed); 3] {
    written(feed).map(|(format, written)| (format, read(format, &written)))
}

fn read(format: &str, written: &str) -> model::Feed {
    feed_rs::parser::parse(written.as_bytes()).unwrap_or_else(|error| panic!("{format}: {error}\n{written}"))
}

fn text(text: &Option<model::Text>) -> &str {
    &text.as_ref().expect("a text").content
}

/// Empty where there is none: the reader does not tell the two apart in all formats.
fn content(entry: &model::Entry) -> &str {
    entry.content.as_ref().and_then(|content| content.body.as_deref()).unwrap_or_default()
}

fn link<'a>(links: &'a [model::Link], rel: &str) -> &'a str {
    &links.iter().find(|link| link.rel.as_deref() == Some(rel)).unwrap_or_else(|| panic!("no {rel}")).href
}

fn category(category: &model::Category) -> (&str, &str, Option<&str>) {
    (category.scheme.as_deref().expect("a scheme"), &category.term, category.label.as_deref())
}

fn unescaped(html: &str) -> String {
    html.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
}
