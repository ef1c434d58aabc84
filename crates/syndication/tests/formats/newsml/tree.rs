//! A document as read back, for looking things up in it.

use quick_xml::NsReader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

pub const G2: &str = "http://iptc.org/std/nar/2006-10-01/";
pub const XHTML: &str = "http://www.w3.org/1999/xhtml";

#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    pub namespace: String,
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    Tree(Tree),
    Text(String),
}

impl Tree {
    pub fn read(xml: &str) -> Self {
        let mut reader = NsReader::from_str(xml);
        let mut open = vec![Self::root()];
        loop {
            let (namespace, event) = reader.read_resolved_event().expect("well-formed");
            let of_tag = |tag: &BytesStart| Self::of_tag(&namespace, tag);
            match event {
                Event::Start(tag) => open.push(of_tag(&tag)),
                Event::Empty(tag) => {
                    open.last_mut().expect("the root is never closed").nodes.push(Node::Tree(of_tag(&tag)))
                }
                Event::End(_) => {
                    let tree = open.pop().expect("the reader matches ends");
                    open.last_mut().expect("the root is never closed").nodes.push(Node::Tree(tree));
                }
                Event::Text(text) => open.last_mut().expect("the root is never closed").text_node(&text),
                Event::GeneralRef(name) => {
                    let text = unescape(&format!("&{};", &*name)).expect("a known reference").into_owned();
                    open.last_mut().expect("the root is never closed").text_node(&text);
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => panic!("no document of ours has {other:?}"),
            }
        }
        let [Node::Tree(root)] = &open[0].nodes[..] else { panic!("one root: {xml}") };
        root.clone()
    }

    fn root() -> Self {
        Self { namespace: String::new(), name: String::new(), attributes: Vec::new(), nodes: Vec::new() }
    }

    fn of_tag(namespace: &ResolveResult, tag: &BytesStart) -> Self {
        let ResolveResult::Bound(namespace) = namespace else { panic!("{tag:?} has no namespace") };
        let attributes = tag.attributes().map(|attribute| {
            let attribute = attribute.expect("well-formed");
            (attribute.key.as_ref().to_owned(), unescape(&attribute.value).expect("known references").into_owned())
        });
        let name = tag.local_name().as_ref().to_owned();
        Self { namespace: namespace.as_ref().to_owned(), name, attributes: attributes.collect(), nodes: Vec::new() }
    }

    pub fn text_node(&mut self, text: &str) {
        match self.nodes.last_mut() {
            Some(Node::Text(last)) => last.push_str(text),
            _ => self.nodes.push(Node::Text(text.to_owned())),
        }
    }

    pub fn children(&self) -> impl Iterator<Item = &Self> {
        self.nodes.iter().filter_map(|node| if let Node::Tree(tree) = node { Some(tree) } else { None })
    }

    /// All below, this one first, in order.
    pub fn all(&self) -> Vec<&Self> {
        std::iter::once(self).chain(self.children().flat_map(Self::all)).collect()
    }

    /// All at a path of names, such as `itemMeta/edNote`.
    pub fn at(&self, path: &str) -> Vec<&Self> {
        path.split('/').fold(vec![self], |trees, name| {
            trees.into_iter().flat_map(Self::children).filter(|tree| tree.name == name).collect()
        })
    }

    /// The only one at a path.
    pub fn one(&self, path: &str) -> &Self {
        let found = self.at(path);
        assert_eq!(found.len(), 1, "{path} in {self:?}");
        found[0]
    }

    /// Text of the only one at a path.
    pub fn text_at(&self, path: &str) -> String {
        self.one(path).text()
    }

    pub fn text(&self) -> String {
        let text = |node: &Node| match node {
            Node::Tree(tree) => tree.text(),
            Node::Text(text) => text.clone(),
        };
        self.nodes.iter().map(text).collect()
    }

    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str())
    }

    /// Those at a path whose attribute has the value.
    pub fn with<'a>(&'a self, path: &str, name: &str, value: &str) -> Vec<&'a Self> {
        self.at(path).into_iter().filter(|tree| tree.attribute(name) == Some(value)).collect()
    }
}
