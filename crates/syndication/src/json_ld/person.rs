//! People: what they are called now, and their ranks and posts with the time each was held.

use serde_json::{Value, json};

use super::{entry_uri, thing};
use crate::item::{Item, Person, Post};
use crate::json::object;

pub fn fields(item: &Item, person: &Person) -> Value {
    let honorifics: Vec<&String> = person.rank.iter().chain(&person.honorific).collect();
    object([
        ("@type", json!("Person")),
        ("@id", json!(entry_uri(item))),
        ("url", json!(item.page)),
        ("name", json!(person.name)),
        ("alternateName", json!(person.variants)),
        ("honorificPrefix", json!(honorifics)),
        ("jobTitle", open_posts(person)),
        ("description", if person.text.is_empty() { Value::Null } else { json!(person.text) }),
        ("disambiguatingDescription", json!(person.known_as)),
        ("birthDate", json!(person.born.map(|date| date.to_string()))),
        ("deathDate", json!(person.died.map(|date| date.to_string()))),
        ("image", person.portrait.as_ref().map_or(Value::Null, |one| thing::picture(one, &item.issuer))),
        ("worksFor", person.posts.iter().filter_map(|post| works_for(item, post)).collect()),
        ("hasOccupation", occupations(person)),
        ("sameAs", json!(person.same_as)),
    ])
}

/// Posts that began and have not ended. One without any dates may be long over, so it is not told as of today.
fn open_posts(person: &Person) -> Value {
    let open = person.posts.iter().filter(|post| post.title.from.is_some() && post.title.until.is_none());
    open.map(|post| json!(post.title.name)).collect()
}

/// A post at an institution, whenever that was.
fn works_for(item: &Item, Post { title, institution }: &Post) -> Option<Value> {
    let institution = thing::party(&item.issuer, institution.as_ref()?);
    Some(thing::role("OrganizationRole", "worksFor", institution, title))
}

/// Ranks, and posts at no institution, each with its time.
fn occupations(person: &Person) -> Value {
    let posts = person.posts.iter().filter(|post| post.institution.is_none()).map(|post| &post.title);
    let held = person.ranks.iter().chain(posts);
    held.map(|held| thing::role("Role", "hasOccupation", json!({ "@type": "Occupation", "name": held.name }), held))
        .collect()
}
