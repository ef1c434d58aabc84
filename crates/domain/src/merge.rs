//! Making one of two entries that stand for the same: references lead to the kept one, and it gains the other's names.

use crate::body::{Block, MarkDef};
use crate::fold::fold;
use crate::{
    Article, Body, Draft, Entry, EntryId, Event, EventId, Institution, InstitutionId, Person, PersonId, PersonText,
    Text, Topic, TopicId,
};

impl Draft {
    /// The draft of entry `id` with every reference to `from` leading to `to`: fields, mentions and marks of bodies.
    /// Where the entry would be its own parent it has none.
    pub fn referring_to(&self, id: EntryId, from: EntryId, to: EntryId) -> Self {
        let lead = Lead { id, from, to };
        let mut draft = Self { entry: self.entry.referring_to(id, from, to), ..self.clone() };
        for edition in draft.editions.values_mut() {
            lead.text(&mut edition.text);
            lead.body(&mut edition.body);
        }
        draft
    }

    /// The draft with the names of `other`, which is of the same kind, as variants of its own, and with its external
    /// ids. Names in a language it lacks go to the first it has. Topics have no variants.
    pub fn with_names_of(&self, other: &Self) -> Self {
        let mut draft = self.clone();
        draft.external_ids.extend(other.external_ids.iter().cloned());
        draft.external_ids.sort();
        draft.external_ids.dedup();
        if let Entry::Person(person) = &mut draft.entry {
            let texts = self.editions.values().filter_map(|edition| person_text(&edition.text));
            let mut known = vec![person.name.display.clone()];
            known.extend(texts.flat_map(names_of_text));
            gain(&mut person.variants, &known, names_of_person(other));
        }
        if let (Entry::Institution(institution), Entry::Institution(other)) = (&mut draft.entry, &other.entry)
            && institution.acronym.is_none()
        {
            institution.acronym.clone_from(&other.acronym);
        }
        for (locale, edition) in &other.editions {
            let place = if draft.editions.contains_key(locale) { Some(locale) } else { self.editions.keys().next() };
            let Some(own) = place.and_then(|locale| draft.editions.get_mut(locale)) else { continue };
            match (&mut own.text, &edition.text) {
                (Text::Institution(text), Text::Institution(other)) => {
                    let past = other.past_names.iter().map(|past| past.name.clone());
                    let names = [other.name.clone()].into_iter().chain(past).chain(other.variants.iter().cloned());
                    let known = [text.name.clone()].into_iter().chain(text.past_names.iter().map(|p| p.name.clone()));
                    gain(&mut text.variants, &known.collect::<Vec<_>>(), names);
                }
                (Text::Event(text), Text::Event(other)) => {
                    let names = [other.name.clone()].into_iter().chain(other.variants.iter().cloned());
                    gain(&mut text.variants, std::slice::from_ref(&text.name), names);
                }
                _ => {}
            }
        }
        draft
    }
}

impl Entry {
    /// The same of the fields alone. Where lists would name `to` twice they name it once.
    pub fn referring_to(&self, id: EntryId, from: EntryId, to: EntryId) -> Self {
        let mut entry = self.clone();
        Lead { id, from, to }.entry(&mut entry);
        entry
    }
}

/// Adds the names that are not known yet in another case or without accents.
fn gain(variants: &mut Vec<String>, known: &[String], names: impl IntoIterator<Item = String>) {
    let mut seen: Vec<String> = known.iter().chain(&*variants).map(|name| fold(name)).collect();
    for name in names {
        let form = fold(&name);
        if !seen.contains(&form) {
            seen.push(form);
            variants.push(name);
        }
    }
}

fn names_of_person(draft: &Draft) -> Vec<String> {
    let Entry::Person(person) = &draft.entry else { return Vec::new() };
    let mut names = vec![person.name.display.clone()];
    names.extend(draft.editions.values().filter_map(|edition| person_text(&edition.text)).flat_map(names_of_text));
    names.extend(person.variants.iter().cloned());
    names
}

fn person_text(text: &Text) -> Option<&PersonText> {
    match text {
        Text::Person(text) => Some(text),
        _ => None,
    }
}

fn names_of_text(text: &PersonText) -> impl Iterator<Item = String> {
    [&text.name, &text.known_as].into_iter().flatten().cloned()
}

/// One entry's references to another, and where they lead from now on.
#[derive(Clone, Copy)]
struct Lead {
    id: EntryId,
    from: EntryId,
    to: EntryId,
}

impl Lead {
    fn id(self, target: &mut EntryId) {
        if *target == self.from {
            *target = self.to;
        }
    }

    /// A parent of the same kind, which the entry itself cannot be.
    fn parent<I: Copy + Into<EntryId>>(self, parent: &mut Option<I>, typed: impl Fn(EntryId) -> I) {
        if let Some(target) = parent.as_mut().filter(|target| (**target).into() == self.from) {
            *target = typed(self.to);
            if self.to == self.id {
                *parent = None;
            }
        }
    }

    fn entry(self, entry: &mut Entry) {
        match entry {
            Entry::Article(Article { byline, topics, .. }) => {
                byline.iter_mut().filter_map(|line| line.entry.as_mut()).for_each(|target| self.id(target));
                topics.iter_mut().filter(|topic| topic.0 == self.from.0).for_each(|topic| topic.0 = self.to.0);
                without_repeats(byline);
                without_repeats(topics);
            }
            Entry::Institution(Institution { parent, .. }) => self.parent(parent, |id| InstitutionId(id.0)),
            Entry::Event(Event { part_of, organisers, participants, .. }) => {
                self.parent(part_of, |id| EventId(id.0));
                organisers.iter_mut().for_each(|target| self.id(target));
                participants.iter_mut().for_each(|one| self.id(&mut one.entry));
                without_repeats(organisers);
                without_repeats(participants);
            }
            Entry::Topic(Topic { parent, .. }) => self.parent(parent, |id| TopicId(id.0)),
            Entry::Appointment(appointment) => {
                if appointment.person.0 == self.from.0 {
                    appointment.person = PersonId(self.to.0);
                }
                let seat = appointment.institution.as_mut().filter(|seat| seat.0 == self.from.0);
                seat.into_iter().for_each(|seat| seat.0 = self.to.0);
            }
            Entry::Person(Person { .. }) | Entry::Asset(_) => {}
        }
    }

    fn text(self, text: &mut Text) {
        if let Text::Article(text) = text {
            text.mentions.iter_mut().for_each(|mention| self.id(&mut mention.target));
        }
    }

    fn body(self, body: &mut Body) {
        for block in &mut body.blocks {
            let Block::Text(block) = block else { continue };
            for def in &mut block.mark_defs {
                if let MarkDef::Entry { target, .. } = def {
                    self.id(target);
                }
            }
        }
    }
}

fn without_repeats<T: PartialEq + Clone>(list: &mut Vec<T>) {
    let mut seen: Vec<T> = Vec::with_capacity(list.len());
    list.retain(|one| {
        let is_new = !seen.contains(one);
        if is_new {
            seen.push(one.clone());
        }
        is_new
    });
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const KEPT: &str = "00000000-0000-4000-8000-000000000001";
    const GONE: &str = "00000000-0000-4000-8000-000000000002";

    fn draft(kind: &str, entry: Value, texts: Value) -> Draft {
        Draft::from_value(json!({ "kind": kind, "entry": entry, "texts": texts, "externalIds": [], "oldPaths": [] }))
            .unwrap()
    }

    fn id(raw: &str) -> EntryId {
        raw.parse().unwrap()
    }

    fn led(draft: &Draft) -> Value {
        draft.referring_to(EntryId(uuid::Uuid::nil()), id(GONE), id(KEPT)).to_value()
    }

    #[test]
    fn every_reference_of_an_article_leads_to_the_kept_entry() {
        let article = |topics: Value, target: &str| {
            let mention = json!({ "target": target, "kind": "person", "role": "MENTIONED", "words": "A",
                "passage": "headline", "offset": 0, "length": 1 });
            let block = json!({ "_type": "block", "_key": "a", "style": "normal",
                "markDefs": [{ "_type": "entry", "_key": "m", "_ref": target }],
                "children": [{ "_type": "span", "_key": "b", "text": "A", "marks": ["m"] }] });
            draft(
                "article",
                json!({ "kind": "NEWS", "issuedAt": "2025-07-03T10:00:00Z", "topics": topics,
                    "byline": [{ "name": "A", "entry": target }] }),
                json!({ "fr": { "slug": "a", "headline": "A", "mentions": [mention], "body": [block] } }),
            )
        };
        let before = article(json!([KEPT, GONE]), GONE);
        assert_eq!(led(&before), article(json!([KEPT]), KEPT).to_value());
        let other = article(json!([KEPT]), KEPT);
        assert_eq!(led(&other), other.to_value(), "what refers elsewhere stays");
    }

    #[test]
    fn every_field_that_can_name_a_merged_entry_follows() {
        let texts = || json!({ "fr": { "slug": "a", "name": "A", "body": [] } });
        let title = || json!({ "fr": { "slug": null, "title": "A", "body": [] } });
        let event =
            |of: &str, party: Value| json!({ "time": { "startsOn": "2025-07-03" }, "partOf": of, "organisers": party });
        let cases = [
            (
                "institution",
                json!({ "kind": "STATE", "parent": GONE }),
                json!({ "kind": "STATE", "parent": KEPT }),
                texts(),
            ),
            ("topic", json!({ "parent": GONE }), json!({ "parent": KEPT }), texts()),
            ("event", event(GONE, json!([GONE, KEPT])), event(KEPT, json!([KEPT])), texts()),
            (
                "appointment",
                json!({ "person": GONE, "institution": GONE }),
                json!({ "person": KEPT, "institution": KEPT }),
                title(),
            ),
        ];
        for (kind, before, after, texts) in cases {
            assert_eq!(led(&draft(kind, before, texts.clone())), draft(kind, after, texts).to_value(), "{kind}");
        }
    }

    #[test]
    fn a_kept_entry_below_the_other_has_no_parent() {
        let topic = |entry: Value| draft("topic", entry, json!({ "fr": { "slug": "a", "name": "A", "body": [] } }));
        let kept = topic(json!({ "parent": GONE })).referring_to(id(KEPT), id(GONE), id(KEPT));
        assert_eq!(kept, topic(json!({})));
    }

    #[test]
    fn names_become_variants_once() {
        let person = |display: &str, variants: &[&str], known_as: Value| {
            let entry = json!({ "name": { "display": display }, "variants": variants });
            draft("person", entry, json!({ "fr": { "slug": "a", "knownAs": known_as, "body": [] } }))
        };
        let kept = person("Awa Diarra", &["A. Diarra"], json!("Awa"));
        let other = person("Awa DIARRA-Koné", &["AWA DIARRA", "Mme Koné"], json!("awa"));
        let Entry::Person(merged) = kept.with_names_of(&other).entry else { panic!("a person") };
        assert_eq!(merged.variants, ["A. Diarra", "Awa DIARRA-Koné", "Mme Koné"]);
    }

    #[test]
    fn names_in_a_language_that_is_lacking_are_kept() {
        let texts = |texts: &[(&str, &str)]| {
            let named = |(locale, name): &(&str, &str)| {
                ((*locale).to_owned(), json!({ "slug": "a", "name": name, "body": [] }))
            };
            draft("institution", json!({ "kind": "STATE" }), Value::Object(texts.iter().map(named).collect()))
        };
        let kept = texts(&[("en", "Ministry"), ("fr", "Ministère")]);
        let merged = kept.with_names_of(&texts(&[("es", "Ministerio"), ("fr", "Le Ministère")])).to_value();
        assert_eq!(merged["texts"]["en"]["variants"], json!(["Ministerio"]));
        assert_eq!(merged["texts"]["fr"]["variants"], json!(["Le Ministère"]));
    }
}
