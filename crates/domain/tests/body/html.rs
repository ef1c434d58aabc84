use griot_domain::body::HtmlOptions;
use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;
use scraper::{Html, Node};
use serde_json::json;

use crate::sample::{PAYLOADS, any_body, body, entry, page, visible};

fn html(blocks: serde_json::Value) -> String {
    body(blocks).html(&page)
}

#[test]
fn marks_nest_with_the_longer_outside_and_are_shared_by_neighbours() {
    let shown = html(json!([{
        "children": [
            { "text": "a", "marks": ["em", "strong"] },
            { "text": "b", "marks": ["strong", "em", "l"] },
            { "text": "c", "marks": ["strong", "l"] },
            { "text": "d", "marks": ["code", "strong"] },
            { "text": " e" }
        ],
        "markDefs": [{ "_type": "link", "_key": "l", "href": "https://example.org/?a=1&b=\"" }]
    }]));
    assert_snapshot!(shown, @r#"<p><strong><em>a</em><a href="https://example.org/?a=1&amp;b=%22"><em>b</em>c</a><code>d</code></strong> e</p>"#);
}

#[test]
fn entries_are_linked_when_they_have_a_page_and_plain_otherwise() {
    let shown = html(json!([{
        "children": [
            { "text": "Le " },
            { "text": "Président GOÏTA", "marks": ["p"] },
            { "text": " et " },
            { "text": "l’hôte", "marks": ["q"] },
        ],
        "markDefs": [
            { "_type": "entry", "_key": "p", "_ref": entry(2) },
            { "_type": "entry", "_key": "q", "_ref": entry(3) },
        ]
    }]));
    assert_snapshot!(shown, @r#"<p>Le <a href="/fr/people/p2" data-entry="00000000-0000-0000-0000-000000000002">Président GOÏTA</a> et l’hôte</p>"#);
}

#[test]
fn lists_nest_by_level_even_when_levels_skip_and_kinds_mix() {
    let item = |kind: &str, level: u8, text: &str| json!({ "listItem": kind, "level": level, "children": text });
    let shown = html(json!([
        item("bullet", 1, "a"),
        item("bullet", 3, "a.a"),
        item("number", 3, "a.1"),
        item("number", 3, "a.2"),
        item("bullet", 2, "a.b"),
        item("bullet", 1, "b"),
        item("number", 1, "1"),
        { "children": "end" },
        item("number", 4, "deep"),
    ]));
    assert_snapshot!(shown, @"<ul><li>a<ul><li>a.a</li></ul><ol><li>a.1</li><li>a.2</li></ol><ul><li>a.b</li></ul></li><li>b</li></ul><ol><li>1</li></ol><p>end</p><ol><li>deep</li></ol>");
}

#[test]
fn neighbouring_quotations_are_one_and_headings_shift() {
    let shown = body(json!([
        { "style": "blockquote", "children": "un\ndeux" },
        { "style": "blockquote", "children": "trois" },
        { "style": "h1", "children": "Titre" },
        { "style": "h6", "children": "petit" },
        { "children": " \n" },
        { "_type": "divider" }
    ]))
    .html_with(&page, HtmlOptions { base_heading_level: 2 });
    assert_snapshot!(shown, @"<blockquote><p>un<br>deux</p><p>trois</p></blockquote><h2>Titre</h2><h6>petit</h6><hr>");
}

#[test]
fn pictures_embeds_tables_and_code_have_their_elements() {
    let shown = html(json!([
        { "_type": "image", "url": "https://m.example/a b.jpg", "alt": "L'entrée \"A\"", "caption": "Koulouba <2023>" },
        { "_type": "gallery", "items": [{ "url": "https://m.example/1.jpg" }, { "url": "/local.jpg" }] },
        { "_type": "embed", "url": "https://v.example/?v=1&t=2", "provider": "Vidéo", "caption": "Le discours" },
        { "_type": "table", "caption": "Chiffres", "headerRows": 1, "rows": [["An", "Nombre"], ["2023", "1\n2"]] },
        { "_type": "code", "text": "\nif a < b {\n}\n" },
    ]));
    assert_snapshot!(shown, @r#"
    <figure><img src="https://m.example/a%20b.jpg" alt="L&#39;entrée &quot;A&quot;"><figcaption>Koulouba &lt;2023&gt;</figcaption></figure><figure class="gallery"><figure><img src="https://m.example/1.jpg" alt=""></figure></figure><figure class="embed" data-provider="Vidéo"><a href="https://v.example/?v=1&amp;t=2">https://v.example/?v=1&amp;t=2</a><figcaption>Le discours</figcaption></figure><table><caption>Chiffres</caption><thead><tr><th scope="col">An</th><th scope="col">Nombre</th></tr></thead><tbody><tr><td>2023</td><td>1<br>2</td></tr></tbody></table><pre><code>
    if a &lt; b {
    }
    </code></pre>
    "#);
}

#[test]
fn control_characters_do_not_reach_the_page() {
    assert_eq!(html(json!([{ "children": "a\u{0}b\u{b}c\rd\u{7f}e\tf" }])), "<p>abcde\tf</p>");
}

/// What a parser sees in `html` that could run or lead to running code.
fn active_parts(html: &str) -> Vec<String> {
    const ELEMENTS: [&str; 30] = [
        "html",
        "head",
        "body",
        "p",
        "br",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "ul",
        "ol",
        "li",
        "figure",
        "img",
        "figcaption",
        "a",
        "table",
        "caption",
        "thead",
        "tbody",
        "tr",
        "th",
        "td",
        "pre",
        "code",
        "hr",
        "strong",
    ];
    const MARKS: [&str; 5] = ["em", "u", "s", "sub", "sup"];
    const ATTRIBUTES: [&str; 7] = ["href", "src", "alt", "data-entry", "data-provider", "class", "scope"];
    let parsed = Html::parse_fragment(html);
    let mut found: Vec<String> = parsed.errors.iter().map(|error| format!("parse error: {error}")).collect();
    for node in parsed.tree.values() {
        match node {
            Node::Element(element) => {
                if !ELEMENTS.contains(&element.name()) && !MARKS.contains(&element.name()) {
                    found.push(format!("element {}", element.name()));
                }
                for (name, value) in element.attrs() {
                    let is_address = name == "href" || name == "src";
                    let allowed: &[&str] = &["http://", "https://", "mailto:", "tel:", "/", "#"];
                    let lower = value.to_lowercase();
                    let is_off = is_address
                        && (!allowed.iter().any(|start| lower.starts_with(start)) || lower.starts_with("//"));
                    if !ATTRIBUTES.contains(&name) || is_off {
                        found.push(format!("attribute {name}={value}"));
                    }
                }
            }
            Node::Comment(_) | Node::Doctype(_) | Node::ProcessingInstruction(_) => found.push(format!("{node:?}")),
            _ => {}
        }
    }
    found
}

fn text_of(html: &str) -> String {
    let parsed = Html::parse_fragment(html);
    parsed.root_element().text().collect()
}

#[rstest]
fn no_payload_becomes_markup_wherever_it_stands(#[values(0, 1, 2, 3)] quarter: usize) {
    for payload in PAYLOADS.iter().skip(quarter).step_by(4) {
        let shown = body(json!([
            { "_key": payload, "children": [
                { "_key": payload, "text": payload, "marks": ["strong", payload] },
                { "_key": "e", "text": payload, "marks": ["entry"] },
                { "_key": "c", "text": payload, "marks": ["code"] },
            ], "markDefs": [
                { "_type": "link", "_key": payload, "href": payload },
                { "_type": "entry", "_key": "entry", "_ref": entry(2) },
            ] },
            { "_key": "h", "style": "h2", "listItem": "bullet", "children": *payload },
            { "_type": "image", "url": payload, "alt": payload, "caption": payload },
            { "_type": "image", "url": format!("https://m.example/{payload}"), "alt": payload, "caption": payload },
            { "_type": "gallery", "items": [{ "url": payload, "alt": payload, "caption": payload }] },
            { "_type": "embed", "url": payload, "provider": payload, "caption": payload },
            { "_type": "table", "caption": payload, "headerRows": 1, "rows": [[payload, payload], [payload]] },
            { "_type": "code", "text": payload },
        ]))
        .html(&|_| Some((*payload).to_owned()));
        assert_eq!(active_parts(&shown), Vec::<String>::new(), "{payload}\n{shown}");
    }
}

proptest! {
    #[test]
    fn html_parses_without_error_to_allowed_elements_and_the_same_text(body in any_body()) {
        let html = body.html(&page);
        prop_assert_eq!(active_parts(&html), Vec::<String>::new(), "{}", html);
        prop_assert_eq!(visible(&text_of(&html)), visible(&body.plain_text()), "{}", html);
    }

    #[test]
    fn parsing_and_writing_html_again_reaches_a_fixpoint(body in any_body()) {
        let once = Html::parse_fragment(&body.html(&page)).root_element().inner_html();
        let twice = Html::parse_fragment(&once).root_element().inner_html();
        let thrice = Html::parse_fragment(&twice).root_element().inner_html();
        prop_assert_eq!(&once, &twice);
        prop_assert_eq!(active_parts(&once), Vec::<String>::new());
        prop_assert_eq!(twice, thrice);
    }
}
