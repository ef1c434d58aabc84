//! Documents, feeds, calendars and sitemaps of both worlds.

use std::collections::BTreeSet;

use griot_tests::requests::{Answer, Ask, Named, Names, Wire};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::canary::Sweep;
use crate::compare::told as told_of;

/// The last two lie beside documents.
const FORMS: [&str; 7] = [".ninjs.json", ".g2.xml", ".jsonld", ".html", ".txt", ".jws", ".tlog-proof"];

/// What was asked for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Alike {
    pub asked: usize,
    /// What is there.
    pub found: usize,
    /// Texts that are told to be genuine.
    pub genuine: usize,
    /// Leaves of the log.
    pub logged: u64,
}

/// Two worlds, and somebody who asks the same of both.
pub struct Both<'a> {
    wires: [Wire; 2],
    key: Option<&'a str>,
    sweep: &'a Sweep,
}

impl<'a> Both<'a> {
    pub fn new(worlds: [&str; 2], key: Option<&'a str>, sweep: &'a Sweep) -> Self {
        Self { wires: worlds.map(Wire::to), key, sweep }
    }

    /// What each of them answers at `path`; nothing in it is of what is not public.
    pub fn get(&self, path: &str) -> [Answer; 2] {
        self.ask(&Ask::get(path))
    }

    pub fn ask(&self, ask: &Ask) -> [Answer; 2] {
        let mut ask = ask.clone();
        ask.headers.extend(self.key.map(|key| ("authorization", format!("Bearer {key}"))));
        let answers = self.wires.each_ref().map(|wire| wire.send(&ask));
        // Whoever names a marker may be told it back.
        let said = ask.said();
        let hits = self.sweep.found(&answers[1].bytes());
        let hits: BTreeSet<_> = hits.into_iter().filter(|word| !said.contains(word)).collect();
        assert_eq!(hits, BTreeSet::new(), "{ask:?}: {}", told_of(&answers[1]));
        answers
    }

    /// What both of them answer, byte for byte.
    pub fn get_alike(&self, path: &str) -> Answer {
        self.ask_alike(&Ask::get(path))
    }

    fn ask_alike(&self, ask: &Ask) -> Answer {
        let [mut plain, mut secret] = self.ask(ask);
        if ask.target == "/graphql" || ask.target.starts_with("/v1/verify?") {
            // How long an answer may yet be kept depends on when it was made.
            for answer in [&mut plain, &mut secret] {
                answer.headers.retain(|(name, _)| name != "cache-control");
            }
        }
        assert!(plain == secret, "{ask:?} with {:?}{}", self.key, difference(&told_of(&plain), &told_of(&secret)));
        plain
    }

    /// What both of them say of a text, by the two ways there are. Whether it is genuine.
    fn verify_alike(&self, text: &[u8]) -> bool {
        let hash = format!("{:x}", Sha256::digest(text));
        let by_path = self.get_alike(&format!("/v1/verify?sha256={hash}"));
        let query = "query($sha256: String!) { verify(sha256: $sha256) { state version lastVersion form matched contentId \
                     language pubStatus statementUrl proofUrl lastUrl uri } }";
        let body = json!({ "query": query, "variables": { "sha256": hash } }).to_string();
        let headers = vec![("content-type", "application/json".to_owned())];
        let by_graphql =
            self.ask_alike(&Ask { method: "POST", target: "/graphql".to_owned(), headers, body: Some(body) });
        let answer: Value = serde_json::from_slice(&by_graphql.body).unwrap();
        assert_eq!(answer.get("errors"), None, "{answer}");
        assert_eq!(by_path.status == 200, answer["data"]["verify"].is_object(), "{answer}");
        by_path.status == 200
    }
}

/// Asks for every document there is or might be, for the feeds about it, and for the log: both worlds answer with the same
/// bytes, and none of them is of what is not public. So they do where a text is to be verified.
pub fn documents_alike(worlds: [&str; 2], names: &Names, key: Option<&str>, sweep: &Sweep) -> Alike {
    let both = Both::new(worlds, key, sweep);
    let mut alike = Alike::default();
    let logged = size_of_log(&both.get_alike("/log/checkpoint"));
    for path in paths(names).into_iter().chain(tiles(logged)) {
        let answer = both.get_alike(&path);
        if answer.status == 200 && path.ends_with(".txt") && path.starts_with("/v1/items/") {
            alike.genuine += usize::from(both.verify_alike(&answer.decoded()));
        }
        alike.asked += 1;
        alike.found += usize::from(answer.status == 200);
    }
    for named in &names.hidden {
        let is_known = named.titles.iter().any(|title| both.verify_alike(title.as_bytes()));
        assert!(!is_known, "{named:?} was never issued");
    }
    Alike { logged, ..alike }
}

/// Where two texts part, for people to read.
pub fn difference(plain: &str, secret: &str) -> String {
    let same = plain.bytes().zip(secret.bytes()).take_while(|(one, other)| one == other).count();
    let near = |text: &str| {
        let around = &text.as_bytes()[same.saturating_sub(120).min(text.len())..(same + 120).min(text.len())];
        String::from_utf8_lossy(around).into_owned()
    };
    format!(", from byte {same} on\n  without: {}\n  with:    {}", near(plain), near(secret))
}

/// How many leaves a checkpoint is of.
pub fn size_of_log(checkpoint: &Answer) -> u64 {
    let text = checkpoint.decoded();
    let text = String::from_utf8_lossy(&text);
    text.lines().nth(1).and_then(|size| size.parse().ok()).unwrap_or_else(|| panic!("no size in {text}"))
}

/// Addresses of the tiles of a log of less than 65,536 leaves, those with its entries among them.
pub fn tiles(size: u64) -> Vec<String> {
    let (full, rest) = (size / 256, size % 256);
    let names = (0..full).map(|number| format!("{number:03}"));
    let names = names.chain((rest > 0).then(|| format!("{full:03}.p/{rest}")));
    let lowest = names.flat_map(|name| ["0", "entries"].map(|level| format!("/log/tile/{level}/{name}")));
    lowest.chain((full > 0).then(|| format!("/log/tile/1/000.p/{full}"))).collect()
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
    paths.push("/.well-known/jwks.json".to_owned());
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
