//! Documents, feeds, calendars and sitemaps of both worlds.

use std::collections::BTreeSet;

use griot_tests::requests::{Ask, Named, Names, Wire};
use serde_json::{Value, json};

use crate::canary::Sweep;
use crate::compare::told as told_of;

/// The last two lie beside documents.
const FORMS: [&str; 7] = [".ninjs.json", ".g2.xml", ".jsonld", ".html", ".txt", ".jws", ".tlog-proof"];

/// Asks for every document there is or might be, and for the feeds about it: both worlds answer with the same bytes, and none
/// of them is of what is not public. Returns how many were asked for, and how many of them are there.
pub fn documents_alike(worlds: [&str; 2], names: &Names, key: Option<&str>, sweep: &Sweep) -> (usize, usize) {
    let mut wires = worlds.map(Wire::to);
    let paths = paths(names);
    let mut found = 0;
    for path in &paths {
        let headers: Vec<_> = key.map(|key| ("authorization", format!("Bearer {key}"))).into_iter().collect();
        let [plain, secret] =
            wires.each_mut().map(|wire| wire.send(&Ask { headers: headers.clone(), ..Ask::get(path) }));
        assert_eq!(
            plain,
            secret,
            "{path} with {key:?}\n  without: {}\n  with:    {}",
            told_of(&plain),
            told_of(&secret)
        );
        // Whoever names a marker may be told it back.
        let hits: BTreeSet<_> = sweep.found(&secret.bytes()).into_iter().filter(|word| !path.contains(word)).collect();
        assert_eq!(hits, BTreeSet::new(), "{path} with {key:?}: {}", told_of(&secret));
        found += usize::from(plain.status == 200);
    }
    (paths.len(), found)
}

/// Everything a partner is told of changes in a world, page by page: nothing of what is not public. Returns how many items, and
/// how many under embargo: these alone may hold what is not public.
pub fn changes_of_partner(world: &str, key: &str, sweep: &Sweep) -> (usize, usize) {
    let wire = Wire::to(world);
    let (mut told, mut path) = (0, "/v1/changes?limit=50".to_owned());
    loop {
        let headers = vec![("authorization", format!("Bearer {key}"))];
        let answer = wire.send(&Ask { headers, ..Ask::get(&path) });
        assert_eq!(answer.status, 200, "{path}: {}", told_of(&answer));
        let mut page: Value = serde_json::from_slice(&answer.body).unwrap();
        let embargoed = page["embargoed"].take();
        assert_eq!(sweep.found(page.to_string().as_bytes()), BTreeSet::new(), "{path}");
        told += page["changes"].as_array().unwrap().len();
        if page["has_more"] == false {
            return (told, embargoed.as_array().map_or(0, Vec::len));
        }
        path = page["next"].as_str().unwrap().trim_start_matches("https://api.example.org").to_owned();
    }
}

/// The same by GraphQL, as partners read it.
pub fn changes_by_graphql(world: &str, key: &str, sweep: &Sweep) -> (usize, usize) {
    const QUERY: &str = "query($after: String) { changes(first: 50, after: $after) { nextCursor hasMore
        changes { contentId language uri version tombstone hasEntered note node { id ... on Article { title summary } } }
        embargoed { uri contentId kind language version until title node { id } } } }";
    let wire = Wire::to(world);
    let (mut told, mut after) = (0, Value::Null);
    loop {
        let body = json!({ "query": QUERY, "variables": { "after": after } }).to_string();
        let headers = vec![
            ("authorization", format!("Bearer {key}")),
            ("content-type", "application/json".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        let answer = wire.send(&Ask { method: "POST", target: "/graphql".to_owned(), headers, body: Some(body) });
        let mut answer: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(answer.get("errors"), None, "{answer}");
        let mut page = answer["data"]["changes"].take();
        let embargoed = page["embargoed"].take();
        assert_eq!(sweep.found(page.to_string().as_bytes()), BTreeSet::new(), "after {after}");
        told += page["changes"].as_array().unwrap().len();
        if page["hasMore"] == false {
            return (told, embargoed.as_array().map_or(0, Vec::len));
        }
        after = page["nextCursor"].take();
    }
}

fn paths(names: &Names) -> Vec<String> {
    let mut paths = vec!["/sitemap.xml".to_owned()];
    paths.extend(["", "?limit=500", "?limit=3", "?since=0&limit=1"].map(|query| format!("/v1/changes{query}")));
    paths.extend(["/log/checkpoint", "/.well-known/jwks.json"].map(str::to_owned));
    paths.extend(["news", "people", "institutions", "events", "topics"].map(|name| format!("/sitemaps/{name}.xml")));
    paths.extend(["reproduction", "photo", "embargo"].map(|name| format!("/v1/policies/{name}")));
    paths.extend(["/v1/rel/translation", "/robots.txt", "/v1/feeds/product/all.json"].map(str::to_owned));
    let mut feeds = vec!["all".to_owned(), "language/fr".to_owned(), "language/en".to_owned()];
    feeds.extend(["news", "communique", "speech", "interview", "advisory"].map(|kind| format!("kind/{kind}")));
    for named in names.public.iter().chain(&names.hidden) {
        paths.extend(documents(named));
        paths.extend(quotes(named));
        if ["topic", "person", "institution"].contains(&named.kind.as_str()) {
            feeds.extend(named.slugs.iter().map(|(_, slug)| format!("{}/{slug}", named.kind)));
        }
    }
    for year in 2019..=2026 {
        feeds.push(format!("all/archive/{year}-01"));
        paths.extend((1..=12).map(|month| format!("/sitemaps/{year}-{month:02}.xml")));
    }
    let forms = ["atom", "rss", "json", "ics"];
    paths.extend(feeds.iter().flat_map(|feed| forms.map(|form| format!("/v1/feeds/{feed}.{form}"))));
    paths
}

/// The quotes of the pages of an entry, or where they would be.
fn quotes(named: &Named) -> impl Iterator<Item = String> {
    let pages = named.paths().into_iter().map(|path| format!("https://www.example.org{path}"));
    pages.map(|page| format!("/v1/oembed?url={}", page.replace(':', "%3A").replace('/', "%2F").replace('?', "%3F")))
}

fn documents(named: &Named) -> impl Iterator<Item = String> {
    let ids = ["", "-fr", "-en"].map(|locale| format!("/v1/items/{}{locale}", named.id));
    let versions = ["", "/versions/1", "/versions/2"];
    let addresses = ids.into_iter().flat_map(move |id| versions.map(|version| format!("{id}{version}")));
    addresses.flat_map(|address| FORMS.map(|form| format!("{address}{form}")))
}
