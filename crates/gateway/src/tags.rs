//! What answers depend on, and what a publication changes for whom.
//!
//! A read notes the tags under which everything that could change its result is published. It may note too much, which
//! costs an answer that could have been kept; too little would leave a wrong one.

use griot_domain::{EntryId, EntryKind, Slug};
use griot_front::fresh::Tag;
use griot_persistence::{Condition, ListQuery, Touched};

/// The entry itself: its texts, facts, slugs and notices.
pub(crate) fn entry(id: EntryId) -> Tag {
    Tag::numbered("e", half(id))
}

/// Any entry of the kind.
pub(crate) fn kind(kind: EntryKind) -> Tag {
    Tag::named("k", kind.as_str())
}

/// Any entry that links, or linked, to this one.
pub(crate) fn linking_to(id: EntryId) -> Tag {
    Tag::numbered("l", half(id))
}

/// The first half of an id, as it is written: random enough to tell entries apart, and half as long in every answer.
fn half(id: EntryId) -> u64 {
    id.0.as_u64_pair().0
}

/// Whatever has, or had, this slug.
pub(crate) fn slug(kind: EntryKind, slug: &str) -> Tag {
    Tag::digest("s", &format!("{}/{slug}", kind.as_str()))
}

/// Whatever an address of the site before leads to.
pub(crate) fn old_path(path: &str) -> Tag {
    Tag::digest("p", path)
}

/// The entries a list could hold. All conditions must hold, so one that names entries or targets is enough.
pub(crate) fn list(query: &ListQuery) -> Vec<Tag> {
    let named = query.conditions.iter().find_map(|condition| match condition {
        Condition::Ids(ids) => Some(ids.iter().copied().map(entry).collect()),
        Condition::LinksTo { targets, .. } => Some(targets.iter().copied().map(linking_to).collect()),
        _ => None,
    });
    let mut tags: Vec<Tag> = named.unwrap_or_else(|| vec![kind(query.kind)]);
    for condition in &query.conditions {
        add_posts(condition, &mut tags);
    }
    tags
}

/// Who holds a post at an institution is told by appointments, which are other entries than those listed.
fn add_posts(condition: &Condition, tags: &mut Vec<Tag>) {
    match condition {
        Condition::HoldsPostAt { institutions, .. } => tags.extend(institutions.iter().copied().map(linking_to)),
        Condition::All(inner) | Condition::Any(inner) => inner.iter().for_each(|inner| add_posts(inner, tags)),
        Condition::Not(inner) => add_posts(inner, tags),
        Condition::Ids(_)
        | Condition::Facets(_)
        | Condition::NotFacets(_)
        | Condition::LinksTo { .. }
        | Condition::LinksNowhere(_)
        | Condition::DatedWithin { .. }
        | Condition::GoingOn { .. }
        | Condition::InLocale(_)
        | Condition::Words(_) => {}
    }
}

/// What may read differently after a publication.
pub(crate) fn touched_by(touched: &Touched) -> impl Iterator<Item = Tag> + '_ {
    let own = [entry(touched.id), kind(touched.kind)];
    let targets = touched.targets.iter().copied().map(linking_to);
    let slugs = touched.slugs.iter().map(|name: &Slug| slug(touched.kind, name.as_str()));
    let paths = touched.old_paths.iter().map(|path| old_path(path));
    let successors = touched.successors.iter().copied().map(entry);
    own.into_iter().chain(successors).chain(targets).chain(slugs).chain(paths)
}
