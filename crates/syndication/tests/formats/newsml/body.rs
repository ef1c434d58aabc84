//! Bodies: whatever the writer of bodies writes comes out as the same tree in XHTML.

#[expect(dead_code, reason = "only the bodies drawn at random are of use here")]
#[path = "../../../../domain/tests/body/sample.rs"]
mod drawn;

use griot_domain::Body;
use griot_syndication::item::{Content, Item};
use griot_syndication::newsml::document;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use rstest::rstest;
use scraper::{ElementRef, Html};

use super::schema;
use super::tree::{Node, Tree, XHTML};
use crate::samples;

fn with_body(html: String, text: &str) -> Item {
    let mut item = samples::article();
    if let Content::Article(article) = &mut item.content {
        article.html = html;
        article.text = text.to_owned();
    }
    item
}

fn body_of(item: &Item) -> Tree {
    Tree::read(&document(item)).one("contentSet/inlineXML/html/body").clone()
}

/// `html` as a browser reads it, in the form of the document read back.
fn as_a_browser(html: &str) -> Tree {
    fn tree(element: ElementRef) -> Tree {
        let attribute = |(name, value): (&str, &str)| {
            let is_of_site = name == "href" && value.starts_with('/');
            let site = if is_of_site { samples::issuer().site } else { String::new() };
            (name.to_owned(), format!("{site}{value}"))
        };
        let name = element.value().name().to_owned();
        let mut attributes: Vec<_> = element.value().attrs().map(attribute).collect();
        attributes.sort();
        let mut tree_here = Tree { namespace: XHTML.to_owned(), name, attributes, nodes: Vec::new() };
        for child in element.children() {
            match (ElementRef::wrap(child), child.value().as_text()) {
                (Some(element), _) => tree_here.nodes.push(Node::Tree(tree(element))),
                (None, Some(text)) => tree_here.text_node(text),
                (None, None) => {}
            }
        }
        tree_here
    }
    Tree { name: "body".to_owned(), ..tree(Html::parse_fragment(html).root_element()) }
}

fn sorted(mut tree: Tree) -> Tree {
    tree.attributes.sort();
    let sort = |node| if let Node::Tree(tree) = node { Node::Tree(sorted(tree)) } else { node };
    tree.nodes = tree.nodes.into_iter().map(sort).collect();
    tree
}

fn draw(count: usize) -> Vec<Body> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| drawn::any_body().new_tree(&mut runner).expect("a body").current()).collect()
}

proptest! {
    #[test]
    fn a_body_is_the_same_tree_in_html_and_xhtml(body in drawn::any_body()) {
        let html = body.html(&drawn::page);
        prop_assert_eq!(sorted(body_of(&with_body(html.clone(), "not this"))), as_a_browser(&html));
    }

    #[test]
    fn no_text_breaks_a_document(text in any::<String>(), name in any::<String>()) {
        let mut item = samples::article();
        if let Content::Article(article) = &mut item.content {
            article.headline = text.clone();
            article.summary = Some(text.clone());
            article.html = text.clone();
            article.text = text;
            article.people[0].name = name.clone();
            article.pictures[0].caption = Some(name);
        }
        let tree = Tree::read(&document(&item));
        prop_assert_eq!(tree.at("contentMeta/headline").len(), 2);
    }
}

#[test]
fn drawn_bodies_are_valid_by_the_schema_of_the_iptc() {
    let document = |(body, number): (Body, usize)| {
        let item = with_body(body.html(&drawn::page), &body.plain_text());
        (format!("drawn-{number}"), document(&item))
    };
    schema::validate(&draw(100).into_iter().zip(0..).map(document).collect::<Vec<_>>());
}

#[test]
fn characters_that_xml_cannot_write_are_left_out() {
    let hostile: String =
        (0..=0x20u8).map(char::from).chain(['\u{7f}', '\u{85}', '\u{fffe}', '\u{ffff}', '\u{10ffff}', 'x']).collect();
    let mut item = with_body(format!("<p>{hostile}</p>"), &hostile);
    item.issuer.name.clone_from(&hostile);
    if let Content::Article(article) = &mut item.content {
        article.headline.clone_from(&hostile);
        article.rights = Some(hostile.clone());
        article.pictures[0].url = format!("https://a.example/{hostile}");
        article.people[0].name = hostile;
    }
    let document = document(&item);
    assert!(
        !document
            .contains(|c: char| (c < ' ' && !matches!(c, '\t' | '\n' | '\r')) || matches!(c, '\u{fffe}' | '\u{ffff}'))
    );
    schema::validate(&[("hostile".to_owned(), document)]);
}

#[test]
fn void_elements_are_closed_and_links_within_the_site_name_it() {
    let html = "<p>a<br>b &amp; &quot;c&#39;</p><hr><figure><img src=\"https://m.example/\" alt=\"l&#10;m\"></figure>\
                <p><a href=\"/fr/x\" data-entry=\"0\">d</a></p>";
    let xml = document(&with_body(html.to_owned(), ""));
    let body = xml.split_once("<body>").unwrap().1.split_once("</body>").unwrap().0;
    assert_eq!(
        body,
        "<p>a<br/>b &amp; &quot;c&apos;</p><hr/><figure><img src=\"https://m.example/\" alt=\"l&#10;m\"/></figure>\
         <p><a href=\"https://koulouba.example/fr/x\" data-entry=\"0\">d</a></p>"
    );
}

/// Nothing that the writer of bodies would not write is passed on.
#[rstest]
fn other_markup_gives_way_to_the_plain_text(
    #[values(
        "<p>a",
        "a</p>",
        "<p>a</b>",
        "<p>&nbsp;</p>",
        "<p class=x>a</p>",
        "<p hidden>a</p>",
        "<P>a</P>",
        "<a:p>a</a:p>",
        "<p xmlns=\"x\">a</p>",
        "<!-- a -->",
        "<![CDATA[a]]>",
        "<?a b?>",
        "<!DOCTYPE a>",
        "a & b",
        "</body></html>"
    )]
    html: &str,
) {
    let body = body_of(&with_body(html.to_owned(), "Un.\nDeux.\n\nTrois."));
    let paragraphs: Vec<String> = body.at("p").iter().map(|paragraph| paragraph.text()).collect();
    assert_eq!(paragraphs, ["Un.Deux.", "Trois."]);
    assert_eq!(body.at("p/br").len(), 1);
}
