use griot_domain::Body;
use insta::assert_snapshot;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};
use serde_json::json;

use crate::sample::{any_body, body, entry, page, visible};

#[test]
fn each_kind_of_block_has_its_notation() {
    let item = |kind: &str, level: u8, text: &str| json!({ "listItem": kind, "level": level, "children": text });
    let shown = body(json!([
        { "style": "h2", "children": "Titre #1\nsuite" },
        { "children": [
            { "text": "Le " }, { "text": "Président", "marks": ["p", "strong"] }, { "text": ", à " },
            { "text": "Koulouba", "marks": ["em"] }, { "text": ".\n1. pas une liste" }, { "text": "m", "marks": ["sup"] },
        ], "markDefs": [{ "_type": "entry", "_key": "p", "_ref": entry(2) }] },
        item("bullet", 1, "a\nb"),
        item("number", 2, "un"),
        item("number", 2, "deux"),
        item("bullet", 1, "c"),
        { "style": "blockquote", "children": "« Le Mali écrira\nson histoire »" },
        { "style": "blockquote", "children": "fin" },
        { "_type": "image", "url": "https://m.example/a (1).jpg", "alt": "[A]", "caption": "Légende" },
        { "_type": "embed", "url": "https://v.example/a_b?v=1&t=2" },
        { "_type": "table", "headerRows": 1, "rows": [["An", "a|b"], ["2023"]] },
        { "_type": "code", "text": "let a = `b`;" },
        { "_type": "divider" },
    ]))
    .markdown(&page);
    assert_snapshot!(shown, @r#"
    ## Titre \#1<br>suite

    Le [**Président**](/fr/people/p2), à _Koulouba_.\
    1\. pas une liste<sup>m</sup>

    - a\
      b
      1. un
      2. deux
    - c

    > « Le Mali écrira\
    > son histoire »
    >
    > fin

    ![\[A\]](https://m.example/a%20%281%29.jpg)

    Légende

    [https://v.example/a\_b?v=1\&t=2](https://v.example/a_b?v=1&amp;t=2)

    | An | a&#124;b |
    | --- | --- |
    | 2023 |  |

    ```
    let a = `b`;
    ```

    ---
    "#);
}

#[test]
fn emphasis_that_commonmark_would_not_see_is_written_with_tags() {
    let shown = body(json!([{ "children": [
        { "text": "in" }, { "text": "cor", "marks": ["strong"] }, { "text": "porated " },
        { "text": "« cité »", "marks": ["em"] }, { "text": "x" },
    ] }]))
    .markdown(&page);
    assert_snapshot!(shown, @"in<strong>cor</strong>porated <em>« cité »</em>x");
}

/// The text a CommonMark parser with tables reads; alternatives of images are no text of the body.
fn text_of(markdown: &str) -> String {
    let mut image_depth = 0;
    let mut text = String::new();
    for event in Parser::new_ext(markdown, Options::ENABLE_TABLES) {
        match event {
            Event::Start(Tag::Image { .. }) => image_depth += 1,
            Event::End(TagEnd::Image) => image_depth -= 1,
            Event::Text(part) | Event::Code(part) if image_depth == 0 => text.push_str(&part),
            _ => {}
        }
    }
    text
}

fn as_html(body: &Body) -> String {
    let markdown = body.markdown(&page);
    let mut out = String::new();
    html::push_html(&mut out, Parser::new_ext(&markdown, Options::ENABLE_TABLES));
    out
}

/// How often each structural element appears.
fn shape(html: &str) -> Vec<usize> {
    ["<h1", "<h4", "<ul", "<ol", "<li", "<blockquote", "<pre", "<table", "<hr", "<a href", "<strong", "<em", "<sub"]
        .iter()
        .map(|open| html.matches(open).count())
        .collect()
}

proptest! {
    #[test]
    fn a_parser_reads_the_same_text_back(body in any_body()) {
        let markdown = body.markdown(&page);
        prop_assert_eq!(visible(&text_of(&markdown)), visible(&body.plain_text()), "{}", markdown);
    }

    #[test]
    fn a_parser_sees_the_structure_that_html_has(body in any_body()) {
        prop_assert_eq!(shape(&as_html(&body)), shape(&body.html(&page)), "{}", body.markdown(&page));
    }
}
