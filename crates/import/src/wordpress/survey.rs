//! The first reading of an export: what is in it, without the texts. Small facts only, for a file may hold
//! hundreds of thousands of items.

mod collect;

use std::collections::hash_map::Entry as Slot;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, ExternalId, Locale};
use uuid::Uuid;

use super::gone::Gone;
use super::item::{Filing, Item, Term};
use super::items::{ItemFact, Items};
use super::site::SiteFacts;
use super::standing::Standing;
use crate::report::Problem;

pub(crate) use collect::{SurveyError, survey};

/// How many terms may stand above one another; what stands higher is not looked at.
pub(crate) const MAX_TERM_DEPTH: usize = 32;

/// What is remembered of a category or tag.
#[derive(Clone, Debug)]
pub(crate) struct TermFact {
    pub(crate) term: Term,
    /// Date of the first public item filed under it or below it.
    pub(crate) earliest: Option<DateTime<Utc>>,
    /// Something that is not public is filed under it.
    has_drafts: bool,
    /// Nothing but what is not public is filed under it, so that its very name may give a draft away.
    pub(crate) is_hidden: bool,
    pub(crate) entry: EntryId,
    /// The record has the entry already.
    pub(crate) is_known: bool,
    /// Its entry is the one that its own was merged into.
    pub(crate) is_merged: bool,
    pub(crate) locale: Locale,
    /// Position of the term it translates, or its own.
    pub(crate) leader: usize,
}

/// See the module.
#[derive(Debug)]
pub(crate) struct Survey {
    pub(crate) site: SiteFacts,
    /// When the export was made, else now: what says nothing of its own changes may have changed then.
    pub(crate) surveyed_at: DateTime<Utc>,
    pub(crate) authors: HashMap<String, String>,
    pub(crate) terms: Vec<TermFact>,
    term_positions: HashMap<String, usize>,
    pub(crate) items: Items,
    /// Items that are not public, and perhaps were once.
    pub(crate) gone: Vec<Gone>,
    /// Items by the hash of their address.
    paths: HashMap<u64, u64>,
    locales: Vec<Locale>,
    pub(crate) skipped: BTreeMap<String, u64>,
    pub(crate) problems: Vec<Problem>,
    /// What was changed on the way.
    pub(crate) notes: Vec<Problem>,
}

impl Survey {
    /// The language of items that do not say theirs.
    pub(crate) fn default_locale(&self) -> &Locale {
        &self.locales[0]
    }

    pub(crate) fn locale_of(&self, fact: &ItemFact) -> &Locale {
        self.locale_at(fact.locale)
    }

    /// The language at a position of the list.
    pub(crate) fn locale_at(&self, position: u16) -> &Locale {
        &self.locales[usize::from(position)]
    }

    /// The term an item is filed under, when it is a category or tag.
    pub(crate) fn term(&self, filing: &Filing) -> Option<&TermFact> {
        self.term_positions.get(&key(&filing.domain, &filing.nicename)).map(|position| &self.terms[*position])
    }

    pub(crate) fn parent_term(&self, term: &Term) -> Option<usize> {
        self.term_positions.get(&key(&term.taxonomy, &term.parent)).copied().filter(|_| !term.parent.is_empty())
    }

    /// The external id of a post, page or upload.
    pub(crate) fn external_id(&self, number: u64) -> ExternalId {
        ExternalId { scheme: self.site.scheme.clone(), value: format!("post:{number}") }
    }

    /// The item at an old address of the site.
    pub(crate) fn item_at(&self, path: &str) -> Option<u64> {
        self.paths.get(&hash(path)).copied()
    }

    fn add_term(&mut self, term: Term) -> usize {
        let position = self.terms.len();
        match self.term_positions.entry(key(&term.taxonomy, &term.slug)) {
            Slot::Occupied(known) => *known.get(),
            Slot::Vacant(free) => {
                free.insert(position);
                let locale = self.locales[0].clone();
                let entry = EntryId(Uuid::nil());
                let leader = position;
                self.terms.push(TermFact {
                    term,
                    earliest: None,
                    has_drafts: false,
                    is_hidden: false,
                    entry,
                    is_known: false,
                    is_merged: false,
                    locale,
                    leader,
                });
                position
            }
        }
    }

    /// The position of the term of a filing, which may be the first to name it.
    fn add_filing(&mut self, filing: &Filing) -> Option<usize> {
        if !matches!(filing.domain.as_str(), "category" | "post_tag") || filing.nicename.is_empty() {
            return None;
        }
        let known = self.term_positions.get(&key(&filing.domain, &filing.nicename)).copied();
        Some(known.unwrap_or_else(|| {
            let (taxonomy, slug) = (filing.domain.clone(), filing.nicename.clone());
            self.add_term(Term { taxonomy, slug, name: filing.name.clone(), ..Term::default() })
        }))
    }

    /// Makes one entry of translations, for public items and for drafts apart.
    fn join_items(&mut self, members: &[u64]) {
        let is_public = |fact: &ItemFact| fact.standing == Standing::Published;
        for wants_public in [true, false] {
            let facts: Vec<(u64, u16)> = members
                .iter()
                .filter_map(|number| Some((*number, self.items.get(*number)?)))
                .filter(|(_, fact)| is_public(fact) == wants_public)
                .map(|(number, fact)| (number, fact.locale))
                .collect();
            let main = facts.iter().filter(|(_, locale)| *locale == 0).map(|(number, _)| *number).min();
            let Some(leader) = main.or_else(|| facts.iter().map(|(number, _)| *number).min()) else { continue };
            let mut languages = HashSet::new();
            languages.extend(facts.iter().filter(|(number, _)| *number == leader).map(|(_, locale)| *locale));
            for (number, locale) in facts.into_iter().filter(|(number, _)| *number != leader) {
                // A second text in one language cannot be an edition of the same entry.
                if languages.insert(locale) {
                    self.items.follow(number, leader);
                }
            }
        }
    }

    fn join_terms(&mut self, members: &[(String, u64)], numbers: &HashMap<u64, usize>) {
        let found = members.iter().filter_map(|(tag, id)| Some((*numbers.get(id)?, Locale::parse(tag).ok()?)));
        let found: Vec<(usize, Locale)> = found.collect();
        let main = found.iter().find(|(_, locale)| locale == self.default_locale());
        let Some(leader) = main.or(found.first()).map(|(position, _)| *position) else { return };
        for (position, locale) in found {
            self.terms[position].leader = leader;
            self.terms[position].locale = locale;
        }
    }

    /// What stands above a term, and what it translates, is live from the same day at least.
    fn raise_terms(&mut self) {
        for position in 0..self.terms.len() {
            let Some(earliest) = self.terms[position].earliest else { continue };
            let mut at = position;
            for _ in 0..MAX_TERM_DEPTH {
                let next = self.parent_term(&self.terms[at].term);
                let Some(next) = next else { break };
                let known = &mut self.terms[next].earliest;
                if known.is_some_and(|known| known <= earliest) {
                    break;
                }
                *known = Some(earliest);
                at = next;
            }
        }
        for fact in &mut self.terms {
            fact.is_hidden = fact.has_drafts && fact.earliest.is_none();
        }
        for position in 0..self.terms.len() {
            let (leader, earliest) = (self.terms[position].leader, self.terms[position].earliest);
            let known = &mut self.terms[leader].earliest;
            *known = [*known, earliest].into_iter().flatten().min();
        }
    }
}

impl Item {
    /// What reports call it, such as `post 123 “Visite”`.
    pub(crate) fn label(&self) -> String {
        let title: String = crate::html::one_line(&self.title).chars().take(80).collect();
        let kind = if self.kind.is_empty() { "item" } else { &self.kind };
        format!("{kind} {} “{title}”", if self.id.is_empty() { "without id" } else { &self.id })
    }
}

fn key(taxonomy: &str, slug: &str) -> String {
    format!("{taxonomy}:{slug}")
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
