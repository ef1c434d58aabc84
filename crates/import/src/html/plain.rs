//! Text without marks: captions, cells, preformatted text.

use super::dom::{Data, Dom, NodeId};
use super::element::{is_block, is_dropped};

/// The text below `top`, white space as a reader sees it, one line for each block and line break.
pub(super) fn text(dom: &Dom, top: NodeId) -> String {
    let mut out = String::new();
    let end_line = |out: &mut String| {
        out.truncate(out.trim_end_matches(' ').len());
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
    };
    let mut next = Some(top);
    while let Some(id) = next {
        let mut is_skipped = false;
        match dom.data(id) {
            Data::Text(text) => push_collapsed(&mut out, text),
            Data::Element(element) => match element.html_name() {
                None => is_skipped = true,
                Some(name) if is_dropped(name) => is_skipped = true,
                Some("br") => end_line(&mut out),
                Some("img") if is_emoji(element.classes()) => {
                    out.push_str(element.attribute("alt").unwrap_or_default());
                }
                Some(name) if is_block(name) && id != top => end_line(&mut out),
                Some(_) => {}
            },
            Data::Other => {}
        }
        next = dom.step(id, top, is_skipped, |left| {
            if left != top && dom.element(left).and_then(|element| element.html_name()).is_some_and(is_block) {
                end_line(&mut out);
            }
        });
    }
    out.trim().to_owned()
}

/// The text below `top` as it stands.
pub(super) fn preformatted(dom: &Dom, top: NodeId) -> String {
    let mut out = String::new();
    for id in dom.descendants(top) {
        match dom.data(id) {
            Data::Text(text) => out.push_str(text),
            Data::Element(element) if element.html_name() == Some("br") => out.push('\n'),
            _ => {}
        }
    }
    out
}

/// Whether an image with these classes stands for a character, which is its text alternative.
pub(super) fn is_emoji<'a>(mut classes: impl Iterator<Item = &'a str>) -> bool {
    classes.any(|class| matches!(class, "emoji" | "wp-smiley"))
}

fn push_collapsed(out: &mut String, text: &str) {
    for c in text.chars() {
        let c = if matches!(c, '\n' | '\t' | '\r' | '\u{c}') { ' ' } else { c };
        if c != ' ' || !(out.is_empty() || out.ends_with([' ', '\n'])) {
            out.push(c);
        }
    }
}
