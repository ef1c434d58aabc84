//! People, institutions and events as items.

use griot_domain::{
    EntryId, Event, EventText, ExternalId, Institution, InstitutionText, Moment, PartialDate, Person, PersonText,
    rank_at,
};
use griot_syndication::item::{self, Dated, Post, ProgrammeItem};

use super::content::{body, parties, picture, place};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::seen::Seen;

pub(super) async fn event(entry: &Event, text: &EventText, seen: &Seen, loads: &Loads) -> Answer<item::Event> {
    let body = body(seen, loads).await?;
    let organisers: Vec<_> = entry.organisers.iter().map(|id| (*id, None)).collect();
    let participants = entry.participants.iter().map(|one| {
        let role = one.role.as_ref().map(|role| seen.pick(role).to_owned());
        (one.entry, role)
    });
    let programme = entry.programme.iter().map(|one| ProgrammeItem {
        name: seen.pick(&one.name).to_owned(),
        time: one.time.clone(),
        place: one.place.as_ref().map(|one| place(one, seen)),
    });
    Ok(item::Event {
        name: text.name.clone(),
        time: entry.time.clone(),
        state: entry.state,
        place: entry.place.as_ref().map(|one| place(one, seen)),
        part_of: parties(&whole(entry.part_of), seen, loads).await?.pop(),
        organisers: parties(&organisers, seen, loads).await?,
        participants: parties(&participants.collect::<Vec<_>>(), seen, loads).await?,
        programme: programme.collect(),
        html: body.html,
        text: body.text,
    })
}

pub(super) async fn person(entry: &Person, text: &PersonText, seen: &Seen, loads: &Loads) -> Answer<item::Person> {
    let body = body(seen, loads).await?;
    let external = loads.external_ids(seen.record.id).await?;
    let portrait = match entry.portrait {
        // A picture that was taken back is not shown any more, whatever showed it.
        Some(id) if loads.store.notice(Moment::Now, id.into()).await?.is_some() => None,
        Some(id) => loads.record(&seen.view, id.into()).await?,
        None => None,
    };
    let mut ranks: Vec<_> = entry.ranks.iter().collect();
    ranks.sort_by_key(|rank| rank.from.map(PartialDate::earliest));
    Ok(item::Person {
        name: seen.record.title().to_owned(),
        sort_name: entry.name.sort_form(),
        variants: entry.variants.clone(),
        honorific: text.honorific.clone(),
        rank: rank_at(entry, &seen.view.locales, seen.day).map(str::to_owned),
        known_as: text.known_as.clone(),
        ranks: ranks
            .into_iter()
            .map(|rank| Dated { name: seen.pick(&rank.rank).to_owned(), from: rank.from, until: rank.until })
            .collect(),
        posts: posts(seen, loads).await?,
        born: entry.born,
        died: entry.died,
        portrait: portrait.and_then(|record| picture(seen.beside(record), None, loads)),
        html: body.html,
        text: body.text,
        same_as: same_as(&external),
    })
}

/// The posts of the person seen, earliest first.
async fn posts(seen: &Seen, loads: &Loads) -> Answer<Vec<Post>> {
    let known = loads.posts(&seen.view, seen.record.id).await?;
    let seats: Vec<_> =
        known.iter().filter_map(|post| Some((EntryId::from(post.appointment.institution?), None))).collect();
    let seats = parties(&seats, seen, loads).await?;
    let posts = known.iter().map(|post| {
        let seat = post.appointment.institution.map(EntryId::from);
        Post {
            title: Dated { name: post.title.clone(), from: post.appointment.from, until: post.appointment.until },
            institution: seats.iter().find(|party| Some(party.entry.id) == seat).cloned(),
        }
    });
    Ok(posts.collect())
}

pub(super) async fn institution(
    entry: &Institution,
    text: &InstitutionText,
    seen: &Seen,
    loads: &Loads,
) -> Answer<item::Institution> {
    let body = body(seen, loads).await?;
    let external = loads.external_ids(seen.record.id).await?;
    let past = text.past_names.iter();
    let contact = &entry.contact;
    Ok(item::Institution {
        kind: entry.kind,
        name: text.name.clone(),
        acronym: entry.acronym.as_ref().map(|acronym| seen.pick(acronym).to_owned()),
        past_names: past.map(|past| Dated { name: past.name.clone(), from: past.from, until: past.until }).collect(),
        variants: text.variants.clone(),
        parent: parties(&whole(entry.parent), seen, loads).await?.pop(),
        address: contact.address.as_ref().map(|address| seen.pick(address).to_owned()),
        email: contact.email.clone(),
        telephone: contact.telephone.clone(),
        website: contact.website.clone(),
        html: body.html,
        text: body.text,
        same_as: same_as(&external),
    })
}

/// The larger entry that another one is part of.
fn whole<T: Into<EntryId>>(id: Option<T>) -> Vec<(EntryId, Option<String>)> {
    id.into_iter().map(|id| (id.into(), None)).collect()
}

/// Addresses of the same entry elsewhere.
fn same_as(known: &[ExternalId]) -> Vec<String> {
    let addresses = known.iter().filter_map(|one| match one.scheme.as_str() {
        "wikidata" => Some(format!("https://www.wikidata.org/entity/{}", one.value)),
        _ => one.value.starts_with("https://").then(|| one.value.clone()),
    });
    addresses.collect()
}
