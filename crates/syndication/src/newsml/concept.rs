//! People and institutions as concepts.

use griot_domain::InstitutionKind;

use super::parts::{address, concept, definition, during, entry, name, same_as, schema_org};
use super::xml::Element;
use crate::item::{Dated, Institution, Issuer, Item, Person, Picture, Post};

pub(super) fn person(root: Element, item: &Item, person: &Person) -> Element {
    let portrait =
        person.portrait.as_ref().map(|picture| Element::new("contentMeta").child(icon(picture, &item.issuer)));
    let known_as = person
        .known_as
        .as_deref()
        .map(|text| Element::of_text("definition", text).with("roleuri", schema_org("disambiguatingDescription")));
    let concept = concept(item)
        .child(name(&person.name).with("role", "nrol:full"))
        .child(name(&person.sort_name).with("role", "nrol:sort"))
        .children(person.honorific.as_deref().map(|text| name(text).with("part", "nprt:salutation")))
        .children(person.variants.iter().map(|text| variant(text)))
        .children(known_as)
        .children(definition(&person.text))
        .children(same_as(&person.same_as))
        .children(person.ranks.iter().map(|rank| held("honorificPrefix", rank)))
        .children(person.posts.iter().map(|post| held("hasOccupation", &post.title)))
        .child(person_details(item, person));
    root.children(portrait).child(concept)
}

pub(super) fn institution(root: Element, item: &Item, institution: &Institution) -> Element {
    let past_names = institution.past_names.iter().map(|past| during(variant(&past.name), past));
    let class = Element::new("related").with("rel", "crel:isA").with("uri", schema_org(class(institution.kind)));
    let concept = concept(item)
        .child(name(&institution.name).with("role", "nrol:full"))
        .children(institution.acronym.as_deref().map(|text| name(text).with("role", "nrol:mnemonic")))
        .children(past_names)
        .children(institution.variants.iter().map(|text| variant(text)))
        .children(definition(&institution.text))
        .children(same_as(&institution.same_as))
        .child(class)
        .child(organisation_details(item, institution));
    root.child(concept)
}

fn icon(picture: &Picture, issuer: &Issuer) -> Element {
    Element::new("icon")
        .with("href", &picture.url)
        .with("residref", picture.uri(issuer))
        .with_some("contenttype", picture.mime_type.as_deref())
        .with_some("size", picture.bytes.map(|bytes| bytes.to_string()))
        .with_some("width", picture.size.map(|(width, _)| width.to_string()))
        .with_some("height", picture.size.map(|(_, height)| height.to_string()))
}

fn variant(text: &str) -> Element {
    name(text).with("role", "nrol:alternate")
}

/// A rank or post, for the time it was held.
fn held(relation: &str, dated: &Dated) -> Element {
    during(Element::new("related").with("reluri", schema_org(relation)), dated).child(name(&dated.name))
}

fn person_details(item: &Item, person: &Person) -> Element {
    Element::new("personDetails")
        .children(person.born.map(|date| Element::of_text("born", &date.to_string())))
        .children(person.died.map(|date| Element::of_text("died", &date.to_string())))
        .children(person.posts.iter().filter_map(|post| affiliation(item, post)))
}

/// The institution of a post, for the time it was held, with its title.
fn affiliation(item: &Item, post: &Post) -> Option<Element> {
    let institution = post.institution.as_ref()?;
    let element = entry("affiliation", &institution.entry, &institution.name, &item.issuer);
    Some(during(element, &post.title).child(Element::of_text("note", &post.title.name)))
}

fn organisation_details(item: &Item, institution: &Institution) -> Element {
    let parent = institution.parent.as_ref();
    Element::new("organisationDetails")
        .children(parent.map(|parent| entry("affiliation", &parent.entry, &parent.name, &item.issuer)))
        .children(contact(institution))
}

fn contact(institution: &Institution) -> Option<Element> {
    let text = |element, text: &Option<String>| text.as_deref().map(|text| Element::of_text(element, text));
    let ways = [
        text("email", &institution.email),
        text("phone", &institution.telephone),
        text("web", &institution.website),
        institution.address.as_deref().map(address),
    ];
    ways.iter().any(Option::is_some).then(|| Element::new("contactInfo").children(ways.into_iter().flatten()))
}

/// What the institution is in the terms of schema.org; the IPTC has none.
fn class(kind: InstitutionKind) -> &'static str {
    use InstitutionKind::*;
    match kind {
        Presidency | Government | Ministry | Department | Agency | Parliament | Court | Military | State => {
            "GovernmentOrganization"
        }
        Company => "Corporation",
        InternationalOrganisation | Association | Other => "Organization",
    }
}
