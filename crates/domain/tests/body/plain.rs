use proptest::prelude::*;
use rstest::rstest;
use serde_json::json;

use crate::sample::{any_body, body};

#[test]
fn blocks_are_set_apart_and_items_stand_on_lines_of_their_own() {
    let text = body(json!([
        { "style": "h2", "children": "Titre" },
        { "children": "Un\ndeux." },
        { "children": "" },
        { "listItem": "bullet", "children": "a" },
        { "listItem": "number", "level": 2, "children": "b" },
        { "_type": "image", "url": "https://m.example/1.jpg", "alt": "alt", "caption": "Légende" },
        { "_type": "gallery", "items": [
            { "url": "https://m.example/2.jpg", "caption": "G1" },
            { "url": "https://m.example/3.jpg" },
            { "url": "https://m.example/4.jpg", "caption": "G2" },
        ] },
        { "_type": "embed", "url": "https://v.example/1", "caption": "Vidéo" },
        { "_type": "table", "caption": "T", "headerRows": 1, "rows": [["a", "b\tc"], ["d", "e"]] },
        { "_type": "code", "text": "x\n  y" },
        { "_type": "divider" },
        { "children": "Fin" },
    ]))
    .plain_text();
    assert_eq!(
        text,
        "Titre\n\nUn\ndeux.\n\na\nb\n\nLégende\n\nG1\nG2\n\nhttps://v.example/1\nVidéo\n\nT\na\tb c\nd\te\n\nx\n  y\n\nFin"
    );
}

#[test]
fn words_are_counted_without_lone_punctuation() {
    assert_eq!(body(json!([{ "children": "« Le Mali – 4ème République »" }, { "children": "N’DAW" }])).word_count(), 5);
}

#[rstest]
#[case(100, "Le Président, hier, a reçu.")]
#[case(27, "Le Président, hier, a reçu.")]
#[case(26, "Le Président, hier, a…")]
#[case(20, "Le Président, hier…")]
#[case(14, "Le Président…")]
#[case(13, "Le…")]
#[case(12, "Le…")]
#[case(2, "L…")]
#[case(1, "…")]
#[case(0, "")]
fn an_excerpt_ends_at_a_word(#[case] max_chars: usize, #[case] excerpt: &str) {
    let body = body(json!([{ "children": "Le Président, hier, a reçu." }]));
    assert_eq!(body.plain_text_up_to(max_chars), excerpt);
}

#[test]
fn a_cut_word_keeps_its_accents() {
    assert_eq!(body(json!([{ "children": "e\u{301}e\u{301}e\u{301}" }])).plain_text_up_to(4), "e\u{301}…");
}

proptest! {
    #[test]
    fn an_excerpt_is_short_and_a_beginning(body in any_body(), max_chars in 0usize..200) {
        let whole = body.plain_text();
        let excerpt = body.plain_text_up_to(max_chars);
        prop_assert!(excerpt.chars().count() <= max_chars);
        if whole.chars().count() <= max_chars {
            prop_assert_eq!(excerpt, whole);
        } else if max_chars > 0 {
            prop_assert!(whole.starts_with(excerpt.strip_suffix('…').unwrap()));
        }
    }
}
