//! The tree the HTML parser builds: an arena, so that nothing about it recurses.

use std::borrow::Cow;
use std::cell::{Cell, Ref, RefCell};
use std::rc::Rc;

use html5ever::interface::{ElemName, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::StrTendril;
use html5ever::{Attribute, LocalName, Namespace, QualName, ns};

/// Position of a node in the arena.
pub(crate) type NodeId = u32;

/// What a node is.
#[derive(Debug)]
pub(crate) enum Data {
    /// The document, or something that is left out.
    Other,
    Text(String),
    Element(Element),
}

#[derive(Debug)]
pub(crate) struct Element {
    pub(crate) name: Rc<QualName>,
    attributes: Vec<Attribute>,
}

impl Element {
    /// Lower-case name; `None` for SVG and MathML.
    pub(crate) fn html_name(&self) -> Option<&str> {
        (self.name.ns == ns!(html)).then_some(&*self.name.local)
    }

    /// The value of an attribute, trimmed, when it has one.
    pub(crate) fn attribute(&self, name: &str) -> Option<&str> {
        let found = self.attributes.iter().find(|attribute| &*attribute.name.local == name);
        found.map(|attribute| attribute.value.trim()).filter(|value| !value.is_empty())
    }

    pub(crate) fn classes(&self) -> impl Iterator<Item = &str> {
        self.attribute("class").unwrap_or_default().split_ascii_whitespace()
    }

    pub(crate) fn has_class(&self, class: &str) -> bool {
        self.classes().any(|one| one == class)
    }
}

#[derive(Debug)]
struct Node {
    parent: Option<NodeId>,
    first_child: Option<NodeId>,
    last_child: Option<NodeId>,
    previous: Option<NodeId>,
    next: Option<NodeId>,
    depth: u32,
    data: Data,
}

/// A parsed fragment.
#[derive(Debug, Default)]
pub(crate) struct Dom {
    nodes: Vec<Node>,
}

impl Dom {
    /// The outermost node.
    pub(crate) const ROOT: NodeId = 0;

    pub(crate) fn data(&self, id: NodeId) -> &Data {
        &self.nodes[id as usize].data
    }

    pub(crate) fn element(&self, id: NodeId) -> Option<&Element> {
        match self.data(id) {
            Data::Element(element) => Some(element),
            _ => None,
        }
    }

    /// The node after `id` in document order within `top`: its first child unless `skips_children`, else the
    /// next one that is not inside it. Calls `leave` for each node whose end is passed.
    pub(crate) fn step(
        &self,
        id: NodeId,
        top: NodeId,
        skips_children: bool,
        mut leave: impl FnMut(NodeId),
    ) -> Option<NodeId> {
        if !skips_children && let Some(child) = self.nodes[id as usize].first_child {
            return Some(child);
        }
        let mut at = id;
        loop {
            leave(at);
            if at == top {
                return None;
            }
            let node = &self.nodes[at as usize];
            if let Some(next) = node.next {
                return Some(next);
            }
            at = node.parent?;
        }
    }

    /// Every node below `top`, in document order.
    pub(crate) fn descendants(&self, top: NodeId) -> impl Iterator<Item = NodeId> {
        std::iter::successors(self.step(top, top, false, |_| {}), move |id| self.step(*id, top, false, |_| {}))
    }

    fn add(&mut self, data: Data) -> NodeId {
        let empty =
            Node { parent: None, first_child: None, last_child: None, previous: None, next: None, depth: 0, data };
        self.nodes.push(empty);
        (self.nodes.len() - 1) as NodeId
    }

    fn detach(&mut self, id: NodeId) {
        let node = &mut self.nodes[id as usize];
        let (parent, previous, next) = (node.parent.take(), node.previous.take(), node.next.take());
        match previous {
            Some(previous) => self.nodes[previous as usize].next = next,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent as usize].first_child = next;
                }
            }
        }
        match next {
            Some(next) => self.nodes[next as usize].previous = previous,
            None => {
                if let Some(parent) = parent {
                    self.nodes[parent as usize].last_child = previous;
                }
            }
        }
    }

    /// Puts `id` into `parent` before `next`, or last.
    fn insert(&mut self, parent: NodeId, next: Option<NodeId>, id: NodeId) {
        let previous = match next {
            Some(next) => self.nodes[next as usize].previous.replace(id),
            None => self.nodes[parent as usize].last_child.replace(id),
        };
        match previous {
            Some(previous) => self.nodes[previous as usize].next = Some(id),
            None => self.nodes[parent as usize].first_child = Some(id),
        }
        let depth = self.nodes[parent as usize].depth + 1;
        let node = &mut self.nodes[id as usize];
        (node.parent, node.previous, node.next, node.depth) = (Some(parent), previous, next, depth);
    }

    fn insert_text(&mut self, parent: NodeId, next: Option<NodeId>, text: &str) {
        let before = match next {
            Some(next) => self.nodes[next as usize].previous,
            None => self.nodes[parent as usize].last_child,
        };
        if let Some(before) = before
            && let Data::Text(present) = &mut self.nodes[before as usize].data
        {
            present.push_str(text);
            return;
        }
        let id = self.add(Data::Text(text.to_owned()));
        self.insert(parent, next, id);
    }
}

/// A node as the parser holds it.
#[derive(Clone, Debug)]
pub(crate) struct Handle {
    id: NodeId,
    name: Option<Rc<QualName>>,
}

/// An element's name as the parser asks for it.
#[derive(Debug)]
pub(crate) struct Name<'a>(&'a QualName);

impl ElemName for Name<'_> {
    fn ns(&self) -> &Namespace {
        &self.0.ns
    }

    fn local_name(&self) -> &LocalName {
        &self.0.local
    }
}

/// Takes the parser's orders.
#[derive(Debug)]
pub(crate) struct Sink {
    dom: RefCell<Dom>,
    deepest: Cell<u32>,
}

impl Sink {
    pub(crate) fn new() -> Self {
        let mut dom = Dom::default();
        dom.add(Data::Other);
        Self { dom: RefCell::new(dom), deepest: Cell::new(0) }
    }

    /// Depth of the deepest element so far.
    pub(crate) fn deepest(&self) -> u32 {
        self.deepest.get()
    }

    /// How many nodes there are.
    pub(crate) fn len(&self) -> usize {
        self.dom.borrow().nodes.len()
    }

    fn parent_of(&self, id: NodeId) -> Option<NodeId> {
        let dom: Ref<'_, Dom> = self.dom.borrow();
        dom.nodes[id as usize].parent
    }

    fn place(&self, parent: NodeId, next: Option<NodeId>, child: NodeOrText<Handle>) {
        let mut dom = self.dom.borrow_mut();
        match child {
            NodeOrText::AppendText(text) => dom.insert_text(parent, next, &text),
            NodeOrText::AppendNode(node) => {
                dom.detach(node.id);
                dom.insert(parent, next, node.id);
                let depth = dom.nodes[node.id as usize].depth;
                self.deepest.set(self.deepest.get().max(depth));
            }
        }
    }

    fn add(&self, data: Data) -> Handle {
        let name = match &data {
            Data::Element(element) => Some(element.name.clone()),
            _ => None,
        };
        Handle { id: self.dom.borrow_mut().add(data), name }
    }
}

impl TreeSink for Sink {
    type Handle = Handle;
    type Output = Dom;
    type ElemName<'a> = Name<'a>;

    fn finish(self) -> Dom {
        self.dom.into_inner()
    }

    fn parse_error(&self, _: Cow<'static, str>) {}

    fn get_document(&self) -> Handle {
        Handle { id: Dom::ROOT, name: None }
    }

    fn elem_name<'a>(&'a self, target: &'a Handle) -> Name<'a> {
        Name(target.name.as_deref().expect("the parser asks for the names of elements only"))
    }

    fn create_element(&self, name: QualName, attributes: Vec<Attribute>, _: ElementFlags) -> Handle {
        self.add(Data::Element(Element { name: Rc::new(name), attributes }))
    }

    fn create_comment(&self, _: StrTendril) -> Handle {
        self.add(Data::Other)
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> Handle {
        self.add(Data::Other)
    }

    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.place(parent.id, None, child);
    }

    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        match self.parent_of(element.id) {
            Some(parent) => self.place(parent, Some(element.id), child),
            None => self.place(previous.id, None, child),
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, _: &Handle) -> Handle {
        // A node that hangs nowhere: what is in templates is left out.
        self.add(Data::Other)
    }

    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        one.id == other.id
    }

    fn set_quirks_mode(&self, _: QuirksMode) {}

    fn append_before_sibling(&self, sibling: &Handle, child: NodeOrText<Handle>) {
        if let Some(parent) = self.parent_of(sibling.id) {
            self.place(parent, Some(sibling.id), child);
        }
    }

    fn add_attrs_if_missing(&self, _: &Handle, _: Vec<Attribute>) {}

    fn remove_from_parent(&self, target: &Handle) {
        self.dom.borrow_mut().detach(target.id);
    }

    fn reparent_children(&self, node: &Handle, new_parent: &Handle) {
        let mut dom = self.dom.borrow_mut();
        while let Some(child) = dom.nodes[node.id as usize].first_child {
            dom.detach(child);
            dom.insert(new_parent.id, None, child);
        }
    }
}
