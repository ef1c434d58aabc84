//! What the types of a text leave open: keys, addresses, and the places of mentions.

use std::collections::HashSet;

use griot_domain::body::{Block, MarkDef};
use griot_domain::{Body, Edition, Passage, Text};

use super::line::Fault;

/// Refuses block keys used twice, links that could run a script, and mentions that do not stand where they say.
pub(super) fn check_edition(path: &str, edition: &Edition) -> Result<(), Fault> {
    let mut keys = HashSet::new();
    for (index, block) in edition.body.blocks.iter().enumerate() {
        let path = format!("{path}.body[{index}]");
        if !keys.insert(block.key()) {
            let message = format!("the key `{}` is used twice; every block needs a `_key` of its own", block.key());
            return Err(Fault::at(format!("{path}._key"), message));
        }
        check_addresses(&path, block)?;
    }
    let Text::Article(text) = &edition.text else { return Ok(()) };
    for (index, mention) in text.mentions.iter().enumerate() {
        let passage = match &mention.passage {
            Passage::Headline => Some(text.headline.clone()),
            Passage::Summary => text.summary.clone(),
            Passage::Block(key) => block_text(&edition.body, key),
        };
        let (offset, length) = (mention.offset as usize, mention.length as usize);
        let there: Option<String> = passage.map(|text| text.chars().skip(offset).take(length).collect());
        if there.as_deref() != Some(mention.words.as_str()) {
            let message = format!(
                "`{}` does not stand at offset {offset} of its passage; leave out `mentions` to have them found again",
                mention.words
            );
            return Err(Fault::at(format!("{path}.mentions[{index}]"), message));
        }
    }
    Ok(())
}

fn block_text(body: &Body, key: &str) -> Option<String> {
    body.blocks.iter().find_map(|block| match block {
        Block::Text(block) if block.key == key => Some(block.plain_text()),
        _ => None,
    })
}

fn check_addresses(path: &str, block: &Block) -> Result<(), Fault> {
    match block {
        Block::Text(block) => block.mark_defs.iter().enumerate().try_for_each(|(index, def)| match def {
            MarkDef::Link { href, .. } => check_address(&format!("{path}.markDefs[{index}].href"), href),
            MarkDef::Entry { .. } => Ok(()),
        }),
        Block::Image(block) => check_address(&format!("{path}.url"), &block.image.url),
        Block::Gallery(block) => block
            .items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| check_address(&format!("{path}.items[{index}].url"), &item.url)),
        Block::Embed(block) => check_address(&format!("{path}.url"), &block.url),
        Block::Table(_) | Block::Code(_) | Block::Divider(_) => Ok(()),
    }
}

/// http, https, mailto, tel, or an address without scheme (a path of the site).
fn check_address(path: &str, address: &str) -> Result<(), Fault> {
    // Browsers pass over control characters and space in a scheme.
    let tidy: String = address.chars().filter(|c| !c.is_control() && !c.is_whitespace()).collect();
    let scheme = tidy.split_once(':').map(|(scheme, _)| scheme).filter(|scheme| !scheme.contains(['/', '?', '#']));
    match scheme.map(str::to_ascii_lowercase).as_deref() {
        None | Some("http" | "https" | "mailto" | "tel") => Ok(()),
        Some(scheme) => Err(Fault::at(
            path,
            format!("an address cannot begin with `{scheme}:`; use http, https, mailto, tel or a path of the site"),
        )),
    }
}
