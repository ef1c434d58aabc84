//! Items as small pages of HTML that need nothing else: to read, to keep and to paste. They hold no script; the only
//! `<script>` element is data, the item's JSON-LD. Every text is escaped; the body is HTML that was cleaned before.

mod body;
mod head;
pub(crate) mod quote;

use griot_domain::Direction;

use crate::item::Item;

/// `item` as a whole HTML document.
pub fn document(item: &Item) -> String {
    let (language, direction) = (escaped(item.locale.as_str()), direction(item));
    let mut page = format!("<!DOCTYPE html>\n<html lang=\"{language}\" dir=\"{direction}\">\n");
    page.push_str(&head::head(item));
    page.push_str(&body::body(item));
    page.push_str("</html>\n");
    page
}

/// Which way it is read.
fn direction(item: &Item) -> &'static str {
    match item.locale.direction() {
        Direction::LeftToRight => "ltr",
        Direction::RightToLeft => "rtl",
    }
}

/// `text` as it may stand in an element or between quotes in an attribute.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// `<p class="kicker">Diplomatie</p>` and the like; nothing where there is no text.
pub(crate) fn element(name: &str, class: &str, text: &str) -> String {
    if text.is_empty() {
        return String::new();
    }
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<{name}{class}>{}</{name}>\n", escaped(text))
}
