use griot_syndication::item::Content;
use griot_syndication::oembed::{MEDIA_TYPE, Room, address, document};
use griot_syndication::{html, item::Item};
use scraper::{Html, Selector};
use serde_json::Value;

use crate::samples::{self, all};

fn quote(item: &Item) -> Value {
    serde_json::from_str(&document(item, Room::default())).expect("JSON")
}

#[test]
fn every_quote_is_one_block_without_script_and_within_its_room() {
    for (name, item) in all() {
        for most in [1, 200, 10_000] {
            let room = Room { max_width: Some(most), max_height: Some(most) };
            let quote: Value = serde_json::from_str(&document(&item, room)).expect("JSON");
            assert!(quote["width"].as_u64() <= Some(most.into()), "{name}");
            assert!(quote["height"].as_u64() <= Some(most.into()), "{name}");
        }
        let quote = quote(&item);
        let block = Html::parse_fragment(quote["html"].as_str().expect("text"));
        let outer: Vec<&str> = block.root_element().child_elements().map(|element| element.value().name()).collect();
        assert_eq!(outer, ["blockquote"], "{name}: {quote}");
        let script = Selector::parse("script, style, iframe, img, [onload]").expect("a selector");
        assert_eq!(block.select(&script).count(), 0, "{name}");
        assert_eq!(quote["provider_name"], item.issuer.name, "{name}");
    }
}

#[test]
fn a_quote_has_what_is_said_and_its_corrections() {
    let quote = quote(&samples::corrected_article());
    let text: String = Html::parse_fragment(quote["html"].as_str().expect("text")).root_element().text().collect();
    assert!(text.contains(quote["title"].as_str().expect("text")), "{text}");
    assert!(text.contains("Rectificatif (2023-11-07) : Le nom de l’envoyé était mal écrit."), "{text}");
}

#[test]
fn what_was_taken_back_says_so_and_is_offered_by_no_page() {
    for (content, told) in [(Content::Canceled, "Annulé : Erreur."), (Content::Withheld, "Retiré : Erreur.")] {
        let item = samples::taken_back(content, Some("Erreur."));
        assert_eq!(quote(&item)["title"], told);
        assert_eq!(address(&item), None);
    }
    let item = samples::article();
    let link = format!("<link rel=\"alternate\" type=\"{MEDIA_TYPE}\" href=\"{}\">", {
        address(&item).expect("it has a page").replace('&', "&amp;")
    });
    assert!(html::document(&item).contains(&link), "{link}");
    let embargoed = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..item };
    assert_eq!(address(&embargoed), None);
}
