//! Two persons made one by an editor, as readers see it.

use griot_access::{Grant, Role};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Editor, World};

fn person(editor: &Editor<'_>, name: &str, wikidata: &str) -> Value {
    let ids = json!([{ "scheme": "wikidata", "value": wikidata }]);
    let input = json!({ "name": { "display": name }, "texts": [{ "locale": "fr" }], "externalIds": ids });
    editor.made("person", input)
}

fn merge(editor: &Editor<'_>, keep: &Value, drop: &Value) -> Value {
    let result = "isPending drafts { contentId revision state isArchived }";
    let input = json!({ "keep": keep, "drop": drop, "note": "the same person" });
    editor.world.mutate(&editor.key, "contentMerge", "ContentMergeInput", result, input)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn readers_of_a_merged_person_find_the_kept_one(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let world = World::open(backend).await;
    let (_, key) = world.key("Awa", Grant::Editorial(Role::Publisher)).await;
    let editor = Editor { world: &world, key };
    let (keep, drop) = (person(&editor, "Awa Diarra", "Q1"), person(&editor, "Mme Koné", "Q2"));
    let (kept, dropped) = (&keep["contentId"], &drop["contentId"]);
    let mention = json!({ "target": dropped, "kind": "PERSON", "role": "MENTIONED", "words": "Mme Koné",
        "passage": "HEADLINE", "offset": 0, "length": 8 });
    let article = editor.made(
        "article",
        json!({ "kind": "NEWS", "issuedAt": "2026-05-01T08:00:00Z", "byline": [{ "name": "Mme Koné", "entry": dropped }],
            "texts": [{ "locale": "fr", "headline": "Mme Koné parle", "mentions": [mention],
                "body": { "markdown": "Elle parle." } }] }),
    );
    let post = json!({ "person": dropped, "texts": [{ "locale": "fr", "title": "Ministre" }] });
    let appointment = editor.made("appointment", post);
    editor.publish(&[&keep, &drop, &article, &appointment]);
    let read = || {
        let query = format!(
            "{{ article(contentId: {}) {{ mentions {{ target {{ ... on Person {{ contentId }} }} }} byline {{ person {{ contentId }} }} }}
                person(contentId: {kept}) {{ slug variants externalIds {{ value }} appointments {{ nodes {{ contentId }} }} }}
                merged: person(contentId: {dropped}) {{ slug }}
                notice(contentId: {dropped}) {{ act successorId }}
                route(path: \"/fr/people/mme-kone\") {{ status redirect {{ to }} }} }}",
            article["contentId"]
        );
        let mut answer = world.ask("/graphql", &query, &[]).json();
        assert_eq!(answer.get("errors"), None, "{answer}");
        answer["data"].take()
    };
    let before = read();
    assert_eq!(before["article"]["byline"][0]["person"]["contentId"], *dropped);
    assert_eq!(before["person"]["externalIds"], json!([{ "value": "Q1" }]));
    assert_eq!(before["notice"], Value::Null);

    world.wait(chrono::TimeDelta::hours(1));
    let stale = merge(&editor, &keep, &json!({ "contentId": dropped, "expectedRevision": 7 }));
    assert_eq!(stale["userErrors"][0]["code"], "CONFLICT");
    assert_eq!(read(), before, "nothing changed");
    let payload = merge(&editor, &keep, &drop);
    let expected = json!({ "isPending": false, "userErrors": [], "drafts": [
        { "contentId": kept, "revision": 2, "state": "PUBLISHED", "isArchived": false },
        { "contentId": dropped, "revision": 2, "state": "WRITING", "isArchived": true }] });
    assert_eq!(payload, expected);
    assert_eq!(
        read(),
        json!({
            "article": { "mentions": [{ "target": { "contentId": kept } }], "byline": [{ "person": { "contentId": kept } }] },
            "person": { "slug": "awa-diarra", "variants": ["Mme Koné"], "externalIds": [{ "value": "Q1" }, { "value": "Q2" }],
                "appointments": { "nodes": [{ "contentId": appointment["contentId"] }] } },
            "merged": null,
            "notice": { "act": "WITHDRAWN", "successorId": kept },
            "route": { "status": 301, "redirect": { "to": "/fr/people/awa-diarra" } },
        })
    );
}
