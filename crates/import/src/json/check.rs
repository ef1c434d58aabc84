//! What the types leave open: values out of range, time zones, keys, addresses, and the places of mentions.

use std::collections::HashSet;
use std::str::FromStr;

use chrono_tz::Tz;
use griot_domain::body::{Block, MarkDef, safe_href, safe_src};
use griot_domain::check::{CheckError, Flaw};
use griot_domain::{Body, Edition, Entry, EntryId, EventTime, Passage, Retraction, RetractionAct, Text};

use super::line::{Fault, Line};

/// Refuses values that the fields of the kind cannot hold.
pub(super) fn check_entry(entry: &Entry) -> Result<(), Fault> {
    entry.check().map_err(|err| below("entry", err))?;
    let Entry::Event(event) = entry else { return Ok(()) };
    check_zone("entry.time", &event.time)?;
    let mut programme = event.programme.iter().enumerate();
    programme.try_for_each(|(index, item)| check_zone(&format!("entry.programme[{index}].time"), &item.time))
}

/// Refuses a retraction that says more than that the entry is taken back.
pub(super) fn check_retraction(retraction: &Retraction, line: &Line) -> Result<(), Fault> {
    let fault = |key: &str, message: &str| Err(Fault::at(format!("retraction{key}"), message));
    if line.entry.is_some() || !line.texts.is_empty() {
        return fault("", "the entry is taken back, so the line cannot have `entry` or `texts`; leave them out");
    }
    if retraction.act != RetractionAct::Killed && !retraction.slugs.is_empty() {
        return fault(".slugs", "only a killed entry keeps its slugs for ever; leave them out");
    }
    if !retraction.slugs.is_empty() && !line.kind.has_slug() {
        return fault(".slugs", "an entry of this kind has no page, so no slug; leave them out");
    }
    if retraction.act != RetractionAct::Withdrawn && retraction.successor.is_some() {
        return fault(".successor", "nothing stands for a killed entry; leave it out");
    }
    if retraction.successor.is_some() && retraction.successor == line.id {
        return fault(".successor", "it is the entry itself; give the entry that stands for it");
    }
    match &retraction.reason {
        Some(reason) if reason.trim().is_empty() => fault(".reason", "it is empty; leave it out or give the reason"),
        Some(reason) if reason.chars().count() > 1_000 => fault(".reason", "it has more than 1,000 characters"),
        Some(reason) if reason.chars().any(|c| c.is_control() && c != '\n' && c != '\t') => {
            fault(".reason", "it holds a control character; leave it out")
        }
        _ => Ok(()),
    }
}

/// Refuses an entry that is its own parent.
pub(super) fn check_parent(entry: &Entry, id: EntryId) -> Result<(), Fault> {
    entry.check_parent(id).map_err(|err| below("entry", err))
}

fn below(path: &str, err: CheckError) -> Fault {
    Fault::at(format!("{path}.{}", err.path), err.flaw.to_string())
}

fn check_zone(path: &str, time: &EventTime) -> Result<(), Fault> {
    let (EventTime::Timed { time_zone, .. } | EventTime::AllDay { time_zone, .. }) = time;
    match time_zone.as_ref().filter(|zone| Tz::from_str(zone).is_err()) {
        Some(zone) => Err(Fault::at(format!("{path}.timeZone"), Flaw::TimeZone(zone.clone()).to_string())),
        None => Ok(()),
    }
}

/// Refuses values that the fields of the text cannot hold, bodies that are not well formed, links that lead
/// elsewhere than they seem or could run a script, and mentions that do not stand where they say.
pub(super) fn check_edition(path: &str, edition: &Edition) -> Result<(), Fault> {
    edition.text.check().map_err(|err| below(path, err))?;
    let mut keys = HashSet::new();
    for (index, block) in edition.body.blocks.iter().enumerate() {
        let path = format!("{path}.body[{index}]");
        if !keys.insert(block.key()) {
            let message = format!("the key `{}` is used twice; every block needs a `_key` of its own", block.key());
            return Err(Fault::at(format!("{path}._key"), message));
        }
        check_addresses(&path, block)?;
    }
    edition.body.validate().map_err(|err| Fault::at(format!("{path}.body"), err.to_string()))?;
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
            MarkDef::Link { href, .. } if safe_href(href).is_none() => Err(Fault::at(
                format!("{path}.markDefs[{index}].href"),
                format!(
                    "`{}` is no address to link to; use http, https, mailto, tel or a path of the site",
                    href.escape_debug()
                ),
            )),
            MarkDef::Link { .. } | MarkDef::Entry { .. } => Ok(()),
        }),
        Block::Image(block) => check_source(&format!("{path}.url"), &block.image.url),
        Block::Gallery(block) => block
            .items
            .iter()
            .enumerate()
            .try_for_each(|(index, item)| check_source(&format!("{path}.items[{index}].url"), &item.url)),
        Block::Embed(block) => check_source(&format!("{path}.url"), &block.url),
        Block::Table(_) | Block::Code(_) | Block::Divider(_) => Ok(()),
    }
}

fn check_source(path: &str, url: &str) -> Result<(), Fault> {
    match safe_src(url) {
        Some(_) => Ok(()),
        None => Err(Fault::at(path, Flaw::Address(url.to_owned()).to_string())),
    }
}
