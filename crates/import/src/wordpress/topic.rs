//! Categories and tags become topics.

use std::collections::BTreeMap;

use griot_domain::{
    Body, Edition, Entry, EntryKind, ExternalId, Locale, OldPath, Publication, Seo, Slug, Text, Topic, TopicId,
    TopicText,
};

use super::check::shortened;
use super::convert::{About, Ready};
use super::slug::slug;
use super::survey::{MAX_TERM_DEPTH, Survey, TermFact};
use crate::html::one_line;

/// The topics of the site, broader ones first. Those nothing is filed under are live from the day of the export.
pub(crate) fn publications(survey: &Survey) -> Vec<Ready> {
    let mut leaders: Vec<usize> = (0..survey.terms.len()).filter(|at| survey.terms[*at].leader == *at).collect();
    leaders.sort_by_key(|at| (ancestors(survey, *at).len(), *at));
    let mut translations: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (position, fact) in survey.terms.iter().enumerate() {
        translations.entry(fact.leader).or_default().push(position);
    }
    let topic = |leader: usize| {
        let (hidden, public): (Vec<usize>, Vec<usize>) =
            translations[&leader].iter().partition(|position| survey.terms[**position].is_hidden);
        let is_public = !public.is_empty();
        let terms = if is_public { public } else { hidden };
        let mut notes = Vec::new();
        let publication = publication(survey, leader, &terms, is_public, &mut notes);
        let label = publication.external_ids.first().map(|id| id.value.clone()).unwrap_or_default();
        let facts = || terms.iter().map(|position| &survey.terms[*position]);
        // Unless the source tells of the kept one here too.
        let is_merged = facts().any(|fact| fact.is_merged) && !facts().any(|fact| fact.is_known && !fact.is_merged);
        Ready { publication, about: About { is_public, is_merged, label, notes, ..About::default() } }
    };
    leaders.into_iter().map(topic).collect()
}

/// External id of a term.
pub(crate) fn external_value(fact: &TermFact) -> String {
    format!("term:{}:{}", fact.term.taxonomy, fact.term.slug)
}

fn publication(
    survey: &Survey,
    leader: usize,
    positions: &[usize],
    is_public: bool,
    notes: &mut Vec<String>,
) -> Publication {
    let fact = &survey.terms[leader];
    let terms: Vec<&TermFact> = positions.iter().map(|position| &survey.terms[*position]).collect();
    let parent = ancestors(survey, leader).first().map(|parent| &survey.terms[*parent]);
    let parent = parent.filter(|parent| !(is_public && parent.is_hidden)).map(|parent| parent.entry);
    // Two that stood one above the other may have become one.
    let parent = parent.filter(|parent| *parent != fact.entry);
    let mut editions: BTreeMap<Locale, Edition> = BTreeMap::new();
    for fact in &terms {
        editions.entry(fact.locale.clone()).or_insert_with(|| edition(fact, notes));
    }
    Publication {
        id: fact.entry,
        kind: EntryKind::Topic,
        live_from: fact.earliest.unwrap_or(survey.surveyed_at),
        revised_at: Some(survey.surveyed_at),
        entry: Some(Entry::Topic(Topic { parent: parent.map(|id| TopicId(id.0)), media_topic: None })),
        editions,
        withdrawn: Default::default(),
        retraction: None,
        external_ids: terms
            .iter()
            .map(|fact| ExternalId { scheme: survey.site.scheme.clone(), value: external_value(fact) })
            .collect(),
        old_paths: positions.iter().flat_map(|position| old_paths(survey, *position)).collect(),
    }
}

fn edition(fact: &TermFact, notes: &mut Vec<String>) -> Edition {
    let name = match one_line(&fact.term.name) {
        name if name.is_empty() => fact.term.slug.clone(),
        name => shortened(name, "name", notes),
    };
    let summary = Some(one_line(&fact.term.description)).filter(|text| !text.is_empty());
    let slug = slug(&fact.term.slug, &name).or_else(|| Slug::parse(&format!("term-{}", fact.term.id)).ok());
    // A name of punctuation alone, without id.
    let slug = slug.or_else(|| Slug::parse("topic").ok());
    Edition { slug, text: Text::Topic(TopicText { name, summary, seo: Seo::default() }), body: Body::default() }
}

/// Positions of the terms above, nearest first; nothing when they go round in a circle.
fn ancestors(survey: &Survey, position: usize) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = position;
    while let Some(parent) = survey.parent_term(&survey.terms[at].term) {
        if parent == position || found.contains(&parent) {
            return Vec::new();
        }
        if found.len() == MAX_TERM_DEPTH {
            break;
        }
        found.push(parent);
        at = parent;
    }
    found
}

/// Addresses WordPress shows a term at, unless the site has others.
fn old_paths(survey: &Survey, position: usize) -> Vec<OldPath> {
    let TermFact { term, locale, is_hidden, .. } = &survey.terms[position];
    let above = ancestors(survey, position);
    let (base, query) = match term.taxonomy.as_str() {
        "category" => ("category", format!("cat={}", term.id)),
        _ => ("tag", format!("tag={}", term.slug)),
    };
    let mut segments: Vec<&str> = above.iter().map(|at| survey.terms[*at].term.slug.as_str()).collect();
    segments.reverse();
    segments.push(&term.slug);
    let address = survey.site.base.join(&format!("{base}/{}/", segments.join("/")));
    // A public address does not name what is above it and not public.
    let is_named = *is_hidden || !above.iter().any(|at| survey.terms[*at].is_hidden);
    let path = address.ok().filter(|_| is_named).and_then(|url| survey.site.old_path(url.as_str()));
    let query = survey.site.query_path(&query).filter(|_| !term.id.is_empty());
    let locale = Some(locale.clone());
    path.into_iter().chain(query).map(|path| OldPath { path, locale: locale.clone() }).collect()
}
