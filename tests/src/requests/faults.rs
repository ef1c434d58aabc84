//! Requests that are wrong, and requests of other routes.

use serde_json::{Map, json};

use super::{Ask, Generator, percent};

const OTHER_ROUTES: [&str; 10] = [
    "/health/live",
    "/health/ready",
    "/healthz",
    "/metrics",
    "/",
    "/editorial",
    "/graphql/",
    "/graphql?query=",
    "/media/",
    "/sitemap.xml",
];

/// Documents that no change of the content makes right.
const WRONG: [&str; 12] = [
    "",
    "{",
    "{ articles { nodes { headline } } }",
    "{ articels { nodes { title } } }",
    "{ articles(frist: 1) { nodes { title } } }",
    "{ article { title } }",
    "{ articles(filter: { status: DRAFT }) { totalCount } }",
    "{ articles(orderBy: { field: CREATED_AT, direction: ASC }) { totalCount } }",
    "query A { __typename } query B { __typename }",
    "mutation { publishArticle { id } }",
    "subscription { articles { id } }",
    "{ ...F } fragment F on Query { ...F }",
];

impl Generator<'_> {
    /// A request with a mistake in it.
    pub(super) fn fault(&mut self) -> Ask {
        let nothing = Map::new();
        match self.rng.u8(..8) {
            0 | 1 => {
                let wrong = WRONG[self.rng.usize(..WRONG.len())];
                if self.rng.bool() { self.by_post(wrong, &nothing) } else { self.by_get(wrong, &nothing) }
            }
            // A good document that lost or won a character.
            2 | 3 => {
                let call = self.call();
                let mut ask = self.ask_for(&[call]);
                if let Some(body) = &mut ask.body {
                    let at = self.rng.usize(..body.len());
                    let at = (0..=at).rev().find(|at| body.is_char_boundary(*at)).unwrap_or_default();
                    if self.rng.bool() {
                        body.insert(at, '}')
                    } else {
                        body.remove(at);
                    }
                }
                ask
            }
            // Too dear: lists of lists.
            4 => {
                let first = self.rng.u8(20..101);
                let slug = self.slug_for_fault();
                let nodes = "nodes { people { person { mentionedIn(first: 25) { nodes { body { html } } } } } }";
                let query = format!("{{ articles(first: {first}, filter: {{ people: [{slug}] }}) {{ {nodes} }} }}");
                self.by_post(&query, &nothing)
            }
            // Values of another type than the variable's.
            5 => {
                let slug = self.path();
                let variables = json!({ "first": slug, "slug": [1, { "a": slug }] });
                let query = "query($first: Int, $slug: String) { articles(first: $first) { totalCount } article(slug: $slug) { id } }";
                self.by_post(query, variables.as_object().expect("it is an object"))
            }
            // Too many aliases, each of them a look-up.
            6 => {
                let fields: Vec<_> = (0..17)
                    .map(|number| format!("a{number}: article(slug: {}) {{ id }}", self.slug_for_fault()))
                    .collect();
                self.by_post(&format!("{{ {} }}", fields.join(" ")), &nothing)
            }
            _ => {
                let method = ["POST", "PUT", "DELETE"][self.rng.usize(..3)];
                let kind = ["text/plain", "application/json", "multipart/form-data"][self.rng.usize(..3)];
                let body = ["[]", "null", "{\"query\":1}", "{ articles { totalCount } }", "{\"variables\":{}}"];
                let body = body[self.rng.usize(..body.len())].to_owned();
                let headers = vec![("content-type", kind.to_owned()), ("accept", self.accepted())];
                Ask { method, target: "/graphql".to_owned(), headers, body: Some(body) }
            }
        }
    }

    fn slug_for_fault(&mut self) -> String {
        serde_json::Value::String(self.name_of("person")).to_string()
    }

    /// A request of something else than content: media, health, previews, what the browser asks first.
    pub(super) fn other_route(&mut self) -> Ask {
        match self.rng.u8(..6) {
            0 | 1 => {
                let names = if self.chance(75) { &self.names.hidden } else { &self.names.public };
                let files: Vec<String> = names.iter().flat_map(|named| named.files.iter().cloned()).collect();
                let random: String = (0..32).map(|_| self.rng.digit(16)).collect();
                let file = self.one_of(&files).unwrap_or_else(|| format!("{random}.jpg"));
                let method = if self.chance(30) { "HEAD" } else { "GET" };
                Ask { method, ..Ask::get(format!("/media/{file}")) }
            }
            2 => {
                let path = self.path();
                Ask::get(format!("/{}", percent(&path)))
            }
            3 => {
                let origin = ("origin", "https://www.example.org".to_owned());
                let headers = vec![origin, ("access-control-request-method", "POST".to_owned())];
                Ask { method: "OPTIONS", headers, ..Ask::get("/graphql") }
            }
            // Doors that stay shut to whoever has no key to them.
            4 => {
                let call = self.call();
                let target = if self.rng.bool() { "/preview/graphql" } else { "/editorial/graphql" };
                Ask { target: target.to_owned(), ..self.ask_for(&[call]) }
            }
            _ => Ask::get(OTHER_ROUTES[self.rng.usize(..OTHER_ROUTES.len())]),
        }
    }
}
