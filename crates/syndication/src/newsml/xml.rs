//! A tree of elements and its writing; the escaping is quick-xml's.

use std::borrow::Cow;

use quick_xml::Writer;
use quick_xml::escape::escape;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use quick_xml::name::QName;

use crate::xml::allowed;

/// An element with what it holds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Element {
    pub name: Cow<'static, str>,
    attributes: Vec<(Cow<'static, str>, String)>,
    nodes: Vec<Node>,
}

#[derive(Clone, Debug, PartialEq)]
enum Node {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), nodes: Vec::new() }
    }

    /// An element that holds `text`.
    pub fn of_text(name: &'static str, text: &str) -> Self {
        Self::new(name).text(text)
    }

    /// An element that holds `text` on one line: the schema's short texts have no line breaks or tabs.
    pub fn of_line(name: &'static str, text: &str) -> Self {
        Self::new(name).text(&text.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    /// An element that points to a term by the IPTC's code.
    pub fn of_code(name: &'static str, qcode: &str) -> Self {
        Self::new(name).with("qcode", qcode)
    }

    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    pub fn with_some(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    pub fn child(mut self, child: Element) -> Self {
        self.push(child);
        self
    }

    pub fn children(mut self, children: impl IntoIterator<Item = Element>) -> Self {
        self.nodes.extend(children.into_iter().map(Node::Element));
        self
    }

    pub fn text(mut self, text: &str) -> Self {
        self.push_text(text);
        self
    }

    pub fn push(&mut self, child: Element) {
        self.nodes.push(Node::Element(child));
    }

    pub fn push_text(&mut self, text: &str) {
        match self.nodes.last_mut() {
            Some(Node::Text(last)) => last.push_str(text),
            _ if text.is_empty() => {}
            _ => self.nodes.push(Node::Text(text.to_owned())),
        }
    }

    fn write(&self, writer: &mut Writer<Vec<u8>>) {
        let mut start = BytesStart::new(&*self.name);
        for (name, value) in &self.attributes {
            start.push_attribute(Attribute { key: QName(name), value: attribute_value(value) });
        }
        if self.nodes.is_empty() {
            return write_event(writer, Event::Empty(start));
        }
        write_event(writer, Event::Start(start));
        for node in &self.nodes {
            match node {
                Node::Element(element) => element.write(writer),
                Node::Text(text) => write_event(writer, Event::Text(BytesText::new(&allowed(text)))),
            }
        }
        write_event(writer, Event::End(BytesEnd::new(&*self.name)));
    }
}

/// The document with `root`, on one line: white space is text in a body.
pub(super) fn document(root: &Element) -> String {
    let mut writer = Writer::new(Vec::new());
    write_event(&mut writer, Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
    root.write(&mut writer);
    String::from_utf8(writer.into_inner()).expect("made of strings only")
}

fn write_event(writer: &mut Writer<Vec<u8>>, event: Event<'_>) {
    writer.write_event(event).expect("a vector takes every byte");
}

/// Escaped, and with references for the white space that parsers would turn into blanks.
fn attribute_value(value: &str) -> Cow<'_, str> {
    let value = allowed(value);
    if value.contains(['\n', '\t']) {
        return escape(value).replace('\n', "&#10;").replace('\t', "&#9;").into();
    }
    escape(value)
}
