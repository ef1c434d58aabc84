//! A quote block: what an item is, for a page of somebody else. It needs no script and no style sheet, and stays within the
//! room there is.

use super::head::description;
use super::{direction, element, escaped};
use crate::item::{Content, Item};
use crate::json::local_instant;
use crate::wording::Wording;

/// Headline or name; that it was cancelled or withdrawn, where it was, and why.
pub fn title(item: &Item) -> String {
    Wording::of(item).taken_back(item).unwrap_or_else(|| item.title())
}

/// The block, at most `width` and `height` pixels large.
pub fn markup(item: &Item, width: u32, height: u32) -> String {
    let cite = item.page.as_ref().map(|page| format!(" cite=\"{}\"", escaped(page))).unwrap_or_default();
    let (language, direction) = (escaped(item.locale.as_str()), direction(item));
    let style = format!("box-sizing:border-box;max-width:{width}px;max-height:{height}px;overflow:auto");
    let mut quote =
        format!("<blockquote class=\"griot-quote\" lang=\"{language}\" dir=\"{direction}\"{cite} style=\"{style}\">\n");
    quote.push_str(&headline(item));
    if let Content::Article(article) = &item.content {
        let corrections = article.corrections.iter().map(|one| Wording::of(item).correction_line(one));
        quote.extend(corrections.map(|line| element("p", "griot-correction", &line)));
    }
    quote.push_str(&element("p", "griot-summary", description(item).unwrap_or_default()));
    quote.push_str(&source(item));
    quote.push_str("</blockquote>\n");
    quote
}

fn headline(item: &Item) -> String {
    let title = escaped(&title(item));
    match &item.page {
        Some(page) => format!("<p><strong><a href=\"{}\">{title}</a></strong></p>\n", escaped(page)),
        None => format!("<p><strong>{title}</strong></p>\n"),
    }
}

/// The office, and of an article its date.
fn source(item: &Item) -> String {
    let office = format!("<a href=\"{}\">{}</a>", escaped(&item.issuer.site), escaped(&item.issuer.name));
    let Content::Article(article) = &item.content else { return format!("<footer>{office}</footer>\n") };
    let (machine, day) = (local_instant(article.issued_at), article.issued_at.date_naive());
    format!("<footer>{office}, <time datetime=\"{machine}\">{day}</time></footer>\n")
}
