//! What a change leaves, clears and gives.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, article, at, body, id, with};

async fn office_with(input: Value) -> (Office, Value) {
    let office = Office::open(Backend::Sqlite).await;
    let draft = office.done("author", "articleCreate", input).await;
    (office, draft)
}

#[tokio::test]
async fn what_is_left_out_stays_and_null_clears() {
    let text = json!([{ "locale": "fr", "headline": "Visite", "kicker": "Ségou", "summary": "En bref",
        "body": { "portableText": body("Texte.") } }]);
    let input = with(
        article("Visite"),
        json!({ "urgency": 3, "topics": [id(9)], "texts": text,
        "externalIds": [{ "scheme": "cms", "value": "7" }] }),
    );
    let (office, before) = office_with(input).await;
    let change = json!({ "urgency": null, "topics": null, "externalIds": null,
        "texts": [{ "locale": "fr", "kicker": null, "headline": "Visite à Ségou", "body": null }] });
    let after = office.done("author", "articleUpdate", with(at(&before), change)).await;
    let expected = json!({
        "kind": "article",
        "entry": { "kind": "NEWS", "issuedAt": "2026-01-01T08:00:00+01:00" },
        "texts": { "fr": { "headline": "Visite à Ségou", "summary": "En bref", "slug": "visite", "body": [] } },
        "externalIds": [], "oldPaths": []
    });
    assert_eq!(after["content"], expected);
}

#[tokio::test]
async fn a_variable_that_is_not_given_leaves_its_field() {
    let (office, before) = office_with(with(article("Visite"), json!({ "urgency": 3, "rights": "Libre" }))).await;
    let document = "mutation($id: ID!, $urgency: Int, $rights: LocalizedText) {
        articleUpdate(input: { contentId: $id, expectedRevision: 1, urgency: $urgency, rights: $rights }) {
            draft { content } userErrors { message } } }";
    let variables = json!({ "id": before["contentId"], "rights": null });
    let after = office.ask("author", document, variables).await;
    let entry = &after["articleUpdate"]["draft"]["content"]["entry"];
    assert_eq!((entry["urgency"].clone(), entry.get("rights")), (json!(3), None));
}

#[tokio::test]
async fn what_is_given_takes_the_place_of_what_there_was() {
    let lead = json!({ "asset": id(9), "alt": { "fr": "Une salle", "en": "A room" } });
    let (office, before) = office_with(with(article("Visite"), json!({ "leadImage": lead }))).await;
    let change = json!({ "leadImage": { "asset": id(8) } });
    let after = office.done("author", "articleUpdate", with(at(&before), change)).await;
    assert_eq!(after["content"]["entry"]["leadImage"], json!({ "asset": id(8) }));
}

#[rstest]
#[tokio::test]
async fn a_language_is_taken_out_unless_readers_see_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let english = json!({ "texts": [{ "locale": "en", "headline": "Visit", "body": { "markdown": "Text." } }] });
    let both = at(&office.done("author", "articleUpdate", with(one, english.clone())).await);
    let without = |draft: &Value, tags: Value| with(draft.clone(), json!({ "localesRemoved": tags }));
    let error = office.refused("author", "articleUpdate", without(&both, json!(["ar"]))).await;
    assert_eq!((error["code"].clone(), error["path"].clone()), (json!("INVALID"), json!(["localesRemoved"])));
    let french = office.done("author", "articleUpdate", without(&both, json!(["en"]))).await;
    assert_eq!(french["content"]["texts"].as_object().unwrap().keys().collect::<Vec<_>>(), ["fr"]);
    let both = at(&office.done("author", "articleUpdate", with(at(&french), english)).await);
    office.publish(&[&both]).await;
    let error = office.refused("author", "articleUpdate", without(&both, json!(["en"]))).await;
    let told = (error["code"].clone(), error["field"].clone());
    assert_eq!(told, (json!("STATE"), json!("texts.en")), "readers see it");
    office.done("publisher", "contentWithdraw", with(both.clone(), json!({ "locales": ["en"] }))).await;
    office.done("author", "articleUpdate", without(&both, json!(["en"]))).await;
}

#[tokio::test]
async fn a_change_of_nothing_makes_no_revision() {
    let (office, before) = office_with(article("Visite")).await;
    let after = office.done("author", "articleUpdate", with(at(&before), json!({ "kind": "NEWS" }))).await;
    assert_eq!(after["revision"], 1);
}

#[tokio::test]
async fn mentions_are_given_in_words_and_places() {
    let (office, before) = office_with(article("Visite")).await;
    let mention = |passage: Value| {
        with(
            json!({ "target": id(9), "kind": "PERSON", "role": "MENTIONED", "words": "Texte", "offset": 0, "length": 5 }),
            passage,
        )
    };
    let mentions = json!([mention(json!({ "passage": "BODY", "blockKey": "b1" }))]);
    let change = json!({ "texts": [{ "locale": "fr", "mentions": mentions }] });
    let after = office.done("author", "articleUpdate", with(at(&before), change)).await;
    let stored = json!([{ "target": id(9), "kind": "person", "role": "MENTIONED", "words": "Texte",
        "passage": { "block": "b1" }, "offset": 0, "length": 5 }]);
    assert_eq!(after["content"]["texts"]["fr"]["mentions"], stored);
}

#[tokio::test]
async fn a_text_by_language_is_explained_to_whoever_gets_it_wrong() {
    let (office, before) = office_with(article("Visite")).await;
    let error = office.refused("author", "articleUpdate", with(at(&before), json!({ "rights": ["Libre"] }))).await;
    assert_eq!(error["path"], json!(["rights"]));
    assert!(error["message"].as_str().unwrap().starts_with("give a text, or an object"), "{error}");
}

#[rstest]
#[case::out_of_range(json!({ "urgency": 9 }), "INVALID", json!(["urgency"]))]
#[case::needed(json!({ "kind": null }), "REQUIRED", json!(["kind"]))]
#[case::no_id(json!({ "topics": ["x"] }), "INVALID", json!(["topics", "0"]))]
#[case::empty(json!({ "texts": [{ "locale": "fr", "headline": "" }] }), "INVALID", json!(["texts", "0", "headline"]))]
#[case::headline_needed(json!({ "texts": [{ "locale": "fr", "headline": null }] }), "REQUIRED", json!(["texts", "0", "headline"]))]
#[case::slug(json!({ "texts": [{ "locale": "fr", "slug": "A B" }] }), "INVALID", json!(["texts", "0", "slug"]))]
#[case::slug_needed(json!({ "texts": [{ "locale": "fr", "slug": null }] }), "REQUIRED", json!(["texts", "0", "slug"]))]
#[case::body(json!({ "texts": [{ "locale": "fr", "body": { "portableText": [{ "_type": "divider" }] } }] }), "INVALID", json!(["texts", "0", "body"]))]
#[case::twice(json!({ "texts": [{ "locale": "fr", "kicker": "A" }, { "locale": "FR", "kicker": "B" }] }), "INVALID", json!(["texts", "1", "locale"]))]
#[case::old_path(json!({ "oldPaths": [{ "path": "/a" }, { "path": "mailto:a@b.ml" }] }), "INVALID", json!(["oldPaths", "1", "path"]))]
#[tokio::test]
async fn a_flaw_is_named_by_its_place_in_the_input(#[case] change: Value, #[case] code: &str, #[case] path: Value) {
    let (office, before) = office_with(article("Visite")).await;
    let error = office.refused("author", "articleUpdate", with(at(&before), change)).await;
    assert_eq!((error["code"].clone(), error["path"].clone()), (json!(code), path), "{error}");
}

#[rstest]
#[tokio::test]
async fn the_one_character_no_text_can_hold_is_refused_where_it_stands(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let document =
        "mutation Begin($input: ArticleCreateInput!) { articleCreate(input: $input) { userErrors { code } } }";
    let places = [
        ("$input.note", json!({ "note": "a\0" })),
        ("$input.idempotencyKey", json!({ "idempotencyKey": "\0" })),
        ("$input.externalIds.0.value", json!({ "externalIds": [{ "scheme": "cms", "value": "\0" }] })),
        ("$input.texts.0.headline", json!({ "texts": [{ "locale": "fr", "headline": "Un\0", "body": null }] })),
    ];
    for (path, part) in places {
        let answer = office.answer("author", document, json!({ "input": with(article("Un"), part) })).await;
        let error = &answer["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        assert!(
            error["message"].as_str().unwrap().starts_with(&format!("{path} has the character U+0000")),
            "{answer}"
        );
    }
}
