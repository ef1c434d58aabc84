//! Requests of sites' pages, and those that made requests seldom hit upon.

use griot_tests::requests::{Ask, Named};
use griot_tests::workspace;
use serde_json::{Value, json};

/// Documents of the names of the other lists, filters and look-ups.
const OTHERS: &[&str] = &[
    "query($slug: String!) { topic(slug: $slug) { name parent { name } children { nodes { name slug } } articles(first: 5) { totalCount nodes { title } } } }",
    "query($slug: String!) { institution(slug: $slug) { name acronym parent { name } children { nodes { name } } } people(filter: { institutions: [$slug] }) { totalCount nodes { name } } }",
    "query($slug: String!) { people(filter: { institutions: [$slug], activeOn: \"2026-03-01\" }, first: 10) { totalCount nodes { name titles { title } } } }",
    "query($slug: String!) { person(slug: $slug) { name style titles { title institution { name } } portrait { alt url } mentionedIn(first: 5) { totalCount nodes { title } } versions(first: 3) { totalCount nodes { number } } externalIds { scheme value } } }",
    "query($slug: String!) { article(slug: $slug, view: { locale: \"en\", fallback: [] }) { title slug alternates { locale slug title } related(first: 3) { nodes { title } } topics { name } leadImage { alt } corrections { note } } }",
    "query($slug: String!) { event(slug: $slug) { name startsAt place { name } partOf { name } } events(first: 4) { totalCount nodes { name slug } } }",
    "query($path: String!) { route(path: $path) { path status redirect { to permanent } content { __typename id displayTitle } notice { act reason } } }",
    "query($id: ID!) { content(contentId: $id) { displayTitle updatedAt versions(first: 2) { totalCount } } notice(contentId: $id) { act reason at } }",
    "{ articles(first: 3) { totalCount nodes { title slug updatedAt } } topics(first: 30) { totalCount nodes { name } } }",
    "{ appointments(first: 10) { totalCount nodes { title from until person { name style } institution { name } } } }",
    "{ assets(first: 5) { totalCount nodes { alt credit title } } people(first: 4) { nodes { name style } pageInfo { endCursor } } }",
    "query($words: String!) { articles(filter: { text: $words }) { totalCount nodes { title } } people(filter: { text: $words }) { totalCount } }",
];

/// A request of one of the pages about what is named.
pub fn page(named: &Named, rng: &mut fastrand::Rng) -> Ask {
    let slug = rng.choice(&named.slugs).map_or("nothing".to_owned(), |(_, slug)| slug.clone());
    let old = if rng.bool() { rng.choice(&named.old_paths).cloned() } else { None };
    let path = old.or_else(|| rng.choice(named.paths())).unwrap_or_else(|| "/fr/articles/nothing".to_owned());
    let title = rng.choice(&named.titles).cloned().unwrap_or_default();
    let words = title.split_whitespace().next().unwrap_or("un").to_owned();
    let of_kind =
        |kind: &str, document: &str, variables: Value| (named.kind == kind).then(|| (document.to_owned(), variables));
    let known = [
        of_kind("article", &kept("ArticlePage"), json!({ "slug": slug })),
        of_kind("article", &kept("Then"), json!({ "slug": slug })),
        of_kind("person", &kept("PersonPage"), json!({ "slug": slug, "day": "2026-03-01" })),
        of_kind("topic", &kept("Topic"), json!({ "topic": slug })),
        of_kind("article", &kept("FrontPage"), json!({})),
        of_kind("article", &kept("Old"), json!({ "path": path })),
    ];
    let known: Vec<_> = known.into_iter().flatten().collect();
    let (document, variables) = match rng.choice(known) {
        Some(page) if rng.bool() => page,
        _ => {
            let document = *rng.choice(OTHERS).expect("there are some");
            let all = json!({ "slug": slug, "path": path, "id": named.id, "words": words });
            let variables = all.as_object().unwrap().clone().into_iter();
            let variables = variables.filter(|(name, _)| document.contains(&format!("${name}")));
            (document.to_owned(), Value::Object(variables.collect()))
        }
    };
    post(&document, variables)
}

pub fn post(document: &str, variables: Value) -> Ask {
    let accept = ("accept", "application/graphql-response+json".to_owned());
    Ask {
        method: "POST",
        target: "/graphql".to_owned(),
        headers: vec![("content-type", "application/json".to_owned()), accept],
        body: Some(json!({ "query": document, "variables": variables }).to_string()),
    }
}

/// The same by GET, as a shared cache may keep it, unless its address would be too long.
pub fn by_get(ask: Ask) -> Ask {
    let Some(Ok(body)) = ask.body.as_deref().map(serde_json::from_str::<Value>) else { return ask };
    let Some(query) = body["query"].as_str() else { return ask };
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encoded = |text: &str| -> String {
        let encoded = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
        text.bytes().map(encoded).collect()
    };
    let mut target = format!("/graphql?query={}", encoded(query));
    for name in ["variables", "extensions"] {
        if body[name].is_object() {
            target += &format!("&{name}={}", encoded(&body[name].to_string()));
        }
    }
    if let Some(name) = body["operationName"].as_str() {
        target += &format!("&operationName={}", encoded(name));
    }
    if target.len() > 8_000 {
        return ask;
    }
    let headers = ask.headers.into_iter().filter(|(name, _)| *name != "content-type");
    Ask { headers: headers.collect(), ..Ask::get(target) }
}

fn kept(name: &str) -> String {
    std::fs::read_to_string(workspace().join(format!("tests/documents/{name}.graphql"))).unwrap()
}
