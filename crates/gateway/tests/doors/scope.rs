//! What a preview token shows beside what it names, what it does not, and when it ends.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use griot_access::{Grant, Role};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Map, Value, json};

use crate::support::{Answer, Editor, World, id};

const PREVIEW: &str = "/preview/graphql";

async fn editor(world: &World) -> Editor<'_> {
    let (_, key) = world.key("Awa", Grant::Editorial(Role::Publisher)).await;
    Editor { world, key }
}

impl Editor<'_> {
    fn token(&self, input: Value) -> Value {
        self.world.mutate(&self.key, "previewTokenCreate", "PreviewTokenCreateInput", "id token", input)
    }

    /// Credentials that show these entries.
    #[track_caller]
    fn shows(&self, entries: &[&Value]) -> String {
        let ids: Vec<&Value> = entries.iter().map(|entry| &entry["contentId"]).collect();
        let made = self.token(json!({ "contentIds": ids }));
        assert_eq!(made["userErrors"], json!([]));
        format!("Bearer {}", made["token"].as_str().unwrap())
    }

    fn topic(&self, name: &str) -> Value {
        self.made("topic", json!({ "texts": [{ "locale": "fr", "name": name }] }))
    }

    fn person(&self, name: &str) -> Value {
        self.made("person", json!({ "name": { "display": name }, "texts": [{ "locale": "fr" }] }))
    }

    fn post(&self, person: &Value, from: &str, title: &str) -> Value {
        let post = json!({ "person": person["contentId"], "from": from,
            "texts": [{ "locale": "fr", "title": title }] });
        self.made("appointment", post)
    }

    fn article(&self, title: &str, input: Value) -> Value {
        let mut article = json!({ "kind": "NEWS", "issuedAt": "2026-05-01T08:00:00Z",
            "texts": [{ "locale": "fr", "headline": title, "body": { "markdown": title } }] });
        article.as_object_mut().unwrap().extend(input.as_object().cloned().unwrap_or_default());
        self.made("article", article)
    }

    /// The entry with changes, in the form of the next act.
    #[track_caller]
    fn changed(&self, kind: &str, entry: &Value, change: Value) -> Value {
        let mut input = entry.clone();
        input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap_or_default());
        self.draft(&format!("{kind}Update"), input)
    }
}

#[track_caller]
fn data(answer: Answer) -> Value {
    let mut answer = answer.json();
    assert_eq!(answer.get("errors"), None, "{answer}");
    answer["data"].take()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_ends_the_tokens_that_name_the_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    let editor = editor(&world).await;
    let [killed, other] = ["Retirée", "Gardée"].map(|name| editor.topic(name));
    editor.publish(&[&killed, &other]);
    let killed = editor.changed("topic", &killed, json!({ "texts": [{ "locale": "fr", "name": "Secrète" }] }));
    let tokens = [vec![&killed], vec![&other, &killed], vec![&other]].map(|named| editor.shows(&named));
    let names = "{ topics { nodes { name } } }";
    let ask = |token: &String| world.ask_as(token, PREVIEW, names);
    assert_eq!(tokens.each_ref().map(|token| ask(token).body.contains("Secrète")), [true, true, false]);

    let mut kill = killed.clone();
    kill["reason"] = json!("Décision de justice");
    editor.draft("contentKill", kill);
    let wrong = world.ask_as("Bearer griot_p_nothing", PREVIEW, names);
    assert_eq!(wrong.status, 401);
    assert_eq!([ask(&tokens[0]), ask(&tokens[1])], [wrong.clone(), wrong], "as with any wrong token");
    assert_eq!(data(ask(&tokens[2])), json!({ "topics": { "nodes": [{ "name": "Gardée" }] } }));

    let refused = |input: Value, path: Value| {
        let made = editor.token(input);
        let error = &made["userErrors"][0];
        assert_eq!((&made["token"], &error["code"], &error["path"]), (&Value::Null, &json!("KILLED"), &path));
        assert!(error["message"].as_str().unwrap().contains("was killed"), "{error}");
    };
    let [killed, other] = [killed, other].map(|entry| entry["contentId"].clone());
    refused(json!({ "contentId": killed }), json!(["contentId"]));
    refused(json!({ "contentIds": [other, killed] }), json!(["contentIds", "1"]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_is_public_appears_as_published_and_who_never_was_comes_along(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let editor = editor(&world).await;
    let known = editor.person("Awa Diarra");
    let post = editor.post(&known, "2024", "Ministre");
    editor.publish(&[&known, &post]);
    let known = editor.changed("person", &known, json!({ "name": { "display": "Awa Secrète" } }));
    editor.changed("appointment", &post, json!({ "texts": [{ "locale": "fr", "title": "Ministre secrète" }] }));
    let next = editor.post(&known, "2026", "Première ministre");
    let fresh = editor.person("Binta Koné");
    editor.post(&fresh, "2026", "Conseillère");
    let mention = |person: &Value, words: &str| {
        json!({ "target": person["contentId"], "kind": "PERSON", "role": "MENTIONED", "words": words,
            "passage": "HEADLINE", "offset": 0, "length": words.chars().count() })
    };
    let text =
        json!({ "locale": "fr", "headline": "Awa", "mentions": [mention(&known, "Awa"), mention(&fresh, "Awa")] });
    let article = editor.article("Awa", json!({ "texts": [text] }));
    let shown = |token: String| {
        let query = format!(
            "{{ article(contentId: {}) {{ mentions {{ target {{
                ... on Person {{ name appointments {{ nodes {{ title }} }} }} }} }} }}
                people {{ totalCount nodes {{ name }} }} appointments {{ totalCount }} }}",
            article["contentId"]
        );
        data(world.ask_as(&token, PREVIEW, &query))
    };
    let person = |name: &str, titles: &[&str]| {
        let nodes: Vec<Value> = titles.iter().map(|title| json!({ "title": title })).collect();
        json!({ "target": { "name": name, "appointments": { "nodes": nodes } } })
    };
    let alone = shown(editor.shows(&[&article]));
    let mentions = json!([person("Awa Diarra", &["Ministre"]), person("Binta Koné", &[])]);
    assert_eq!(alone["article"]["mentions"], mentions);
    assert_eq!((&alone["people"]["totalCount"], &alone["appointments"]["totalCount"]), (&json!(2), &json!(1)));

    let together = shown(editor.shows(&[&article, &known, &next]));
    let titles = ["Première ministre", "Ministre"];
    let mentions = json!([person("Awa Secrète", &titles), person("Binta Koné", &[])]);
    assert_eq!(together["article"]["mentions"], mentions, "what is named appears as its draft");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_token_names_one_entry_or_up_to_twenty(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    let editor = editor(&world).await;
    let topics: Vec<Value> = (1..=21).map(|number| editor.topic(&format!("Projet {number:02}"))).collect();
    let named = |topics: &[Value]| -> Vec<Value> { topics.iter().map(|topic| topic["contentId"].clone()).collect() };
    let all = named(&topics);
    let token = editor.shows(&topics[..20].iter().collect::<Vec<_>>());
    let count =
        |token: &str| data(world.ask_as(token, PREVIEW, "{ topics { totalCount } }"))["topics"]["totalCount"].take();
    assert_eq!(count(&token), json!(20));
    let one = editor.token(json!({ "contentId": all[0] }));
    assert_eq!(count(&format!("Bearer {}", one["token"].as_str().unwrap())), json!(1));
    let twice = editor.token(json!({ "contentIds": [all[0], all[0], all[1]] }));
    assert_eq!(count(&format!("Bearer {}", twice["token"].as_str().unwrap())), json!(2));

    let mut away = topics[20].clone();
    away.as_object_mut().unwrap().insert("isArchived".to_owned(), json!(true));
    editor.draft("draftArchive", away);
    for (input, code, path, words) in [
        (json!({ "contentId": all[20] }), "STATE", json!(["contentId"]), "bring it back first"),
        (json!({}), "INVALID", json!(["contentIds"]), "give this or `contentId`"),
        (json!({ "contentIds": [] }), "INVALID", json!(["contentIds"]), "names 0 entries: write 1 to 20"),
        (json!({ "contentIds": all }), "INVALID", json!(["contentIds"]), "names 21 entries: write 1 to 20"),
        (json!({ "contentId": all[0], "contentIds": [all[1]] }), "INVALID", json!(["contentIds"]), "not both"),
        (json!({ "contentIds": [all[0], "one"] }), "INVALID", json!(["contentIds", "1"]), "one"),
        (json!({ "contentIds": [all[0], id(9)] }), "NOT_FOUND", json!(["contentIds", "1"]), "there is no entry"),
    ] {
        let made = editor.token(input.clone());
        let error = &made["userErrors"][0];
        assert_eq!((&made["token"], &error["code"], &error["path"]), (&Value::Null, &json!(code), &path), "{input}");
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
}

/// What a reader can look about in without knowing what there is.
const AROUND: [&str; 2] = [
    "{ articles { totalCount nodes { id title mentions { role } topics { name } } }
       people { totalCount nodes { id name appointments { totalCount nodes { title } } mentionedIn { totalCount } } }
       institutions { totalCount nodes { id name } }
       events { totalCount nodes { id name } }
       topics { totalCount nodes { id name children { totalCount } articles { totalCount nodes { title } } } }
       assets { totalCount nodes { id title } }
       appointments { totalCount nodes { id title } } }",
    "query($word: String = \"Secret\") { articles(filter: { text: $word }) { totalCount }
       people(filter: { text: $word }) { totalCount } institutions(filter: { text: $word }) { totalCount }
       events(filter: { text: $word }) { totalCount } topics(filter: { text: $word }) { totalCount }
       assets(filter: { text: $word }) { totalCount } }",
];

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn no_way_of_asking_finds_a_draft_outside_the_scope(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let editor = editor(&world).await;
    let topic = editor.topic("Eau");
    let person = editor.person("Awa Diarra");
    let public = editor.article("Un forage", json!({ "topics": [topic["contentId"]] }));
    editor.publish(&[&topic, &person, &public]);
    let previewed = editor.article("Un barrage", json!({ "topics": [topic["contentId"]] }));
    let token = editor.shows(&[&previewed]);
    let look_about = || AROUND.map(|query| data(world.ask_as(&token, PREVIEW, query)));
    let before = look_about();
    assert!(before[0]["articles"]["nodes"].to_string().contains("Un barrage"));

    let ids = json!([{ "scheme": "cms", "value": "Secret" }]);
    let paths = json!([{ "path": "/secret" }]);
    let text = |field: &str| json!({ "texts": [{ "locale": "fr", field: "Secret" }] });
    let with = |mut input: Value, more: Value| {
        input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        input
    };
    editor.changed("topic", &topic, text("name"));
    editor.changed(
        "article",
        &public,
        json!({ "texts": [{ "locale": "fr", "headline": "Secret", "slug": "secret-nouveau" }] }),
    );
    let drafts = [
        ("topic", with(text("name"), json!({ "parent": topic["contentId"], "oldPaths": paths, "externalIds": ids }))),
        ("person", with(text("name"), json!({ "name": { "display": "Secret" } }))),
        ("institution", with(text("name"), json!({ "kind": "OTHER" }))),
        ("asset", with(text("title"), json!({ "kind": "IMAGE", "url": "https://media.example.org/secret.jpg" }))),
        ("appointment", with(text("title"), json!({ "person": person["contentId"] }))),
        ("event", with(text("name"), json!({ "time": { "timed": { "startsAt": "2026-05-02T08:00:00Z" } } }))),
        (
            "article",
            with(
                text("headline"),
                json!({ "kind": "NEWS", "issuedAt": "2026-05-01T08:00:00Z", "topics": [topic["contentId"]],
                    "related": [previewed["contentId"]] }),
            ),
        ),
    ];
    let made: Vec<(&str, Value)> = drafts.into_iter().map(|(kind, input)| (kind, editor.made(kind, input))).collect();
    assert_eq!(look_about(), before, "lists, counts and searches are what they were");

    let looked_up = |id: &str, kind: &str, slug: &str, path: &str| {
        let node = URL_SAFE_NO_PAD.encode(format!("1|{kind}|{id}|fr|*|"));
        let asked = json!({ "id": id, "node": node, "path": path });
        let by_slug = if matches!(kind, "asset" | "appointment") {
            String::new()
        } else {
            format!("bySlug: {kind}(slug: \"{slug}\") {{ contentId }}")
        };
        let query = format!(
            "query($id: ID!, $node: ID!, $path: String!) {{ node(id: $node) {{ id }} nodes(ids: [$node]) {{ id }}
                content(contentId: $id) {{ contentId }} notice(contentId: $id) {{ act }} {kind}(contentId: $id) {{ contentId }}
                route(path: $path) {{ status content {{ contentId }} redirect {{ to }} notice {{ act }} }} {by_slug} }}"
        );
        let mut found = data(world.post_as(&token, PREVIEW, &json!({ "query": query, "variables": asked })));
        let mut nulls = Map::new();
        for name in found.as_object().unwrap().keys() {
            let nothing = if name == "nodes" { json!([null]) } else { Value::Null };
            nulls.insert(name.clone(), nothing);
        }
        nulls["route"] = json!({ "status": 404, "content": null, "redirect": null, "notice": null });
        assert_eq!(found.take(), Value::Object(nulls), "{kind} {path}");
    };
    for (kind, draft) in &made {
        let folder = if *kind == "person" { "people".to_owned() } else { format!("{kind}s") };
        for path in [format!("/fr/{folder}/secret"), "/secret".to_owned()] {
            looked_up(draft["contentId"].as_str().unwrap(), kind, "secret", &path);
        }
    }
    looked_up(&id(9).to_string(), "article", "secret-nouveau", "/fr/articles/secret-nouveau");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_a_draft_was_before_is_not_shown(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    let editor = editor(&world).await;
    let draft = editor.article("Premier jet", json!({}));
    world.wait(TimeDelta::hours(2));
    let texts = json!([{ "locale": "fr", "headline": "Second jet", "slug": "second-jet" }]);
    let draft = editor.changed("article", &draft, json!({ "texts": texts }));
    let token = editor.shows(&[&draft]);
    let now = json!({ "article": { "title": "Second jet", "versions": { "nodes": [{ "number": 1 }] } },
        "articles": { "nodes": [{ "title": "Second jet" }] }, "before": null });
    let nothing = json!({ "article": null, "articles": { "nodes": [] }, "before": null });
    for (moment, expected) in
        [("null", &now), ("\"2026-06-01T13:00:00Z\"", &nothing), ("\"2026-06-01T14:00:00Z\"", &now)]
    {
        let query = format!(
            "query($view: ViewInput = {{ locale: \"fr\", asOf: {moment} }}) {{
                article(contentId: {}, view: $view) {{ title versions {{ nodes {{ number }} }} }}
                articles(view: $view) {{ nodes {{ title }} }} before: article(slug: \"premier-jet\", view: $view) {{ title }} }}",
            draft["contentId"]
        );
        assert_eq!(data(world.ask_as(&token, PREVIEW, &query)), *expected, "{moment}");
    }
}
