//! HTML, as WordPress' two editors write it, to Portable Text. Only what has a place in the domain's blocks
//! comes through, so scripts, styles and event handlers have no way in.

mod dom;
mod element;
mod embed;
mod figure;
mod link;
mod parse;
mod plain;
mod prepare;
mod shortcode;
mod table;
mod walk;
mod writer;

use griot_domain::body::Block;
use griot_domain::{AssetId, Body};

use walk::Walk;

pub use link::{KnownAsset, Site};
pub use parse::HtmlError;
pub use shortcode::ShortcodeRules;

/// Longest content in bytes, images written into it not counted: what it becomes takes many times as much memory.
const MAX_CONTENT: usize = 4 << 20;

/// What content becomes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Converted {
    /// Keys say the position of blocks and spans, so equal content gives equal bodies.
    pub body: Body,
    /// The text before `<!--more-->`.
    pub lead: Option<String>,
    /// Assets that are linked to, shown or played, in order of first appearance.
    pub assets: Vec<ShownAsset>,
    /// Nesting was so deep that tags were left out from some point on.
    pub is_flattened: bool,
    /// Control characters were left out.
    pub has_controls: bool,
}

/// An asset in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownAsset {
    #[allow(missing_docs)]
    pub id: AssetId,
    /// Address of the original.
    pub url: String,
}

/// Converts the content of a post or page.
pub fn convert(html: &str, rules: &ShortcodeRules, site: &dyn Site) -> Result<Converted, HtmlError> {
    // The block editor writes paragraphs out; the classic one leaves them to line ends.
    let keeps_lines = !prepare::has_blocks(html);
    let prepared = prepare::prepare(html);
    check_length(&prepared)?;
    written(&shortcode::resolve(&prepared, rules), site, keeps_lines)
}

/// Converts HTML as an editing tool writes it: line ends are white space, and square brackets are text.
pub fn convert_fragment(html: &str, site: &dyn Site) -> Result<Converted, HtmlError> {
    let prepared = prepare::prepare(html);
    check_length(&prepared)?;
    written(&prepared, site, false)
}

fn check_length(prepared: &str) -> Result<(), HtmlError> {
    if prepared.len() > MAX_CONTENT { Err(HtmlError::TooLong { bytes: prepared.len() }) } else { Ok(()) }
}

fn written(prepared: &str, site: &dyn Site, keeps_lines: bool) -> Result<Converted, HtmlError> {
    let parsed = parse::parse(prepared)?;
    let written = Walk::new(&parsed.dom, site, keeps_lines).run();
    let lead = written.lead_blocks.map(|count| lead(&written.body.blocks[..count])).filter(|text| !text.is_empty());
    let (is_flattened, has_controls) = (parsed.is_flattened, parsed.has_controls);
    Ok(Converted { body: written.body, lead, assets: written.assets, is_flattened, has_controls })
}

fn lead(blocks: &[Block]) -> String {
    let texts = blocks.iter().filter_map(|block| match block {
        Block::Text(block) => Some(block.plain_text().replace('\n', " ")),
        _ => None,
    });
    texts.collect::<Vec<_>>().join(" ")
}

/// The text of a title, excerpt or caption in HTML, on one line; the raw text when it cannot be read.
pub fn one_line(html: &str) -> String {
    let text = if memchr::memchr3(b'<', b'&', 0, html.as_bytes()).is_some() {
        match parse::parse(&prepare::prepare(html)) {
            Ok(parsed) => plain::text(&parsed.dom, dom::Dom::ROOT),
            Err(_) => html.to_owned(),
        }
    } else {
        html.to_owned()
    };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests;
