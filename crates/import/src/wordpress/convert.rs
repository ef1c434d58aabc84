//! The second reading: items become publications.

use std::collections::BTreeMap;

use griot_domain::{Edition, Entry, EntryId, EntryKind, Publication, Slug, Text};
use griot_persistence::Suggestion;
use url::Url;

use super::article::Source;
use super::item::Item;
use super::items::ItemFact;
use super::lookup::{Lookup, Uploads};
use super::options::WordPressOptions;
use super::standing::{Matter, Standing};
use super::survey::Survey;
use super::{asset, check, date};
use crate::html::{self, Converted};
use crate::mention::Finder;
use crate::report::Problem;

/// Which items a reading is after, in the order the readings are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Round {
    Uploads,
    /// Posts and pages that give their entry its language-neutral part.
    Articles,
    Translations,
}

/// A publication, and what a report needs to know of it.
#[derive(Debug)]
pub(crate) struct Ready {
    pub(crate) publication: Publication,
    pub(crate) about: About,
}

/// What is not part of a publication.
#[derive(Debug, Default)]
pub(crate) struct About {
    pub(crate) is_public: bool,
    /// The record has the entry already.
    pub(crate) is_known: bool,
    /// The record made the entry one with another, which is left as it is.
    pub(crate) is_merged: bool,
    /// Where the item stands; absent for topics.
    pub(crate) line: Option<u64>,
    pub(crate) label: String,
    /// Bytes of its content.
    pub(crate) weight: usize,
    pub(crate) suggestions: Vec<Suggestion>,
    pub(crate) mention_count: u64,
    /// The slug to be numbered when it is taken.
    pub(crate) wanted_slug: Option<Slug>,
    /// Number behind the slug; 0 for none.
    pub(crate) slug_number: u32,
    /// What was lost on the way, though the item went in.
    pub(crate) notes: Vec<String>,
}

/// Converts the items of one export.
pub(crate) struct Converter {
    pub(crate) survey: Survey,
    pub(crate) uploads: Uploads,
    pub(crate) options: WordPressOptions,
    /// Names of the record, when mentions are to be found or bylines to be resolved.
    pub(crate) finder: Option<Finder>,
}

impl Converter {
    /// The publication an item becomes in this round; `None` when it is not its turn.
    pub(crate) fn ready(&self, item: &Item, round: Round) -> Option<Result<Ready, Problem>> {
        let number: u64 = item.id.parse().ok()?;
        // Of two items with one number the survey knows the first.
        let fact = self.survey.items.get(number).filter(|fact| fact.is_at(item.line))?;
        let turn = match fact.matter {
            _ if self.survey.items.leader(number) != number => Round::Translations,
            Matter::Attachment => Round::Uploads,
            Matter::Article | Matter::Page => Round::Articles,
        };
        if turn != round {
            return None;
        }
        let problem = |message| Problem { line: Some(item.line), item: Some(item.label()), message };
        Some(self.convert(item, number, fact).map_err(problem))
    }

    fn convert(&self, item: &Item, number: u64, fact: &ItemFact) -> Result<Ready, String> {
        if let Some((element, line)) = &item.overlong {
            return Err(format!("the text of <{element}> is longer than 10 MiB (line {line}); shorten it"));
        }
        let is_public = fact.standing == Standing::Published;
        let site = &self.survey.site;
        let base = site.base.join(&item.link).ok().filter(|url| url.host_str().is_some());
        let base: Url = base.unwrap_or_else(|| site.base.clone());
        let lookup = Lookup { survey: &self.survey, uploads: &self.uploads, number, base, sees_drafts: !is_public };
        let content = html::convert(&item.content, &self.options.shortcodes, &lookup)
            .map_err(|error| format!("{error}; shorten or divide it"))?;
        let mut about = About {
            is_public,
            is_known: fact.is_known,
            line: Some(item.line),
            label: item.label(),
            weight: item.content.len(),
            ..About::default()
        };
        if content.is_flattened {
            about
                .notes
                .push("its HTML is nested too deep or has too many tags; tags were left out from some point on, text was kept".into());
        }
        if content.has_controls || item.has_controls {
            about.notes.push("control characters in its text, which nobody can see, were left out".into());
        }
        let mut publication = match fact.matter {
            Matter::Attachment => asset::publication(item, number, fact, &self.survey, content.body, &mut about.notes),
            Matter::Article | Matter::Page => self.article(item, fact, &lookup, content, &mut about)?,
        };
        let leader = self.survey.items.leader(number);
        if leader != number {
            publication.entry = None;
            // A translation cannot be live before what it translates.
            let leader = self.survey.items.get(leader).unwrap_or(fact);
            publication.live_from = publication.live_from.max(leader.live_from());
        }
        let modified_at = date::modified_at(item, self.options.time_zone);
        publication.revised_at = Some(modified_at.unwrap_or(self.survey.surveyed_at).max(publication.live_from));
        check::check(&publication)?;
        Ok(Ready { publication, about })
    }

    fn article(
        &self,
        item: &Item,
        fact: &ItemFact,
        lookup: &Lookup<'_>,
        content: Converted,
        about: &mut About,
    ) -> Result<Publication, String> {
        let issued_at = date::published_at(item, self.options.time_zone).map_err(|error| error.to_string())?;
        let signatory = |name: &str| self.signatory(name);
        let (survey, options) = (&self.survey, &self.options);
        let source =
            Source { item, fact, survey, options, lookup, content: &content, issued_at, signatory: &signatory };
        let locale = survey.locale_of(fact).clone();
        let mut text = source.text();
        if let Some(finder) = self.finder.as_ref().filter(|_| options.find_mentions) {
            let found = finder.find(&text, &content.body, &locale, issued_at.date_naive());
            about.mention_count = found.mentions.len() as u64;
            text.mentions = found.mentions;
            about.suggestions = found.suggestions;
        }
        let slug = source.slug(&text.headline);
        let (entry, old_paths) = (Entry::Article(source.article()), source.old_paths());
        let edition = Edition { slug, text: Text::Article(text), body: content.body };
        Ok(Publication {
            id: fact.entry,
            kind: EntryKind::Article,
            live_from: fact.live_from(),
            revised_at: None,
            entry: Some(entry),
            editions: BTreeMap::from([(locale, edition)]),
            withdrawn: Default::default(),
            retraction: None,
            external_ids: vec![survey.external_id(lookup.number)],
            old_paths,
        })
    }

    fn signatory(&self, name: &str) -> Option<EntryId> {
        let (id, kind) = self.finder.as_ref()?.named(name)?;
        matches!(kind, EntryKind::Person | EntryKind::Institution).then_some(id)
    }
}
