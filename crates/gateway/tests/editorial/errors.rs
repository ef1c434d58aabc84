//! Each user error, and that nothing changed. Faults, and that they say nothing.

use griot_access::TwoPerson;
use griot_domain::EntryKind;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, article, at, id, with};

#[rstest]
#[tokio::test]
async fn whoever_comes_second_is_shown_what_is_current(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let change = |headline: &str| with(one.clone(), json!({ "texts": [{ "locale": "fr", "headline": headline }] }));
    office.done("author:ada", "articleUpdate", change("Première")).await;
    let error = office.refused("author:bob", "articleUpdate", change("Seconde")).await;
    assert_eq!(error["__typename"], "RevisionConflict");
    assert_eq!(error["code"], "CONFLICT");
    assert_eq!(error["path"], json!(["expectedRevision"]));
    assert_eq!((error["expectedRevision"].clone(), error["currentRevision"].clone()), (json!(1), json!(2)));
    assert_eq!(error["current"], json!({ "revision": 2, "title": "Première" }));
}

#[rstest]
#[tokio::test]
async fn a_slug_in_use_is_told_with_its_holder(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let mut second = article("Autre");
    second["texts"][0]["slug"] = json!("visite");
    let error = office.refused("author", "articleCreate", second).await;
    assert_eq!((error["__typename"].clone(), error["code"].clone()), (json!("SlugTaken"), json!("TAKEN")));
    assert_eq!(error["path"], json!(["texts", "0", "slug"]));
    assert_eq!(error["field"], "texts.fr.slug");
    assert_eq!((error["holderId"].clone(), error["suggestion"].clone()), (one["contentId"].clone(), json!("visite-2")));
    let list = office.ask("author", "{ drafts { nodes { contentId } } }", json!({})).await;
    assert_eq!(list["drafts"]["nodes"], json!([{ "contentId": one["contentId"] }]));
}

#[rstest]
#[tokio::test]
async fn a_set_names_each_thing_that_is_missing_or_would_dangle(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let whole = office.article("Entier").await;
    let mut empty = with(article("Sans corps"), json!({ "topics": [id(70)], "related": [whole["contentId"], id(71)] }));
    empty["texts"][0].as_object_mut().unwrap().remove("body");
    let empty = at(&office.done("author", "articleCreate", empty).await);
    let unknown = json!({ "contentId": id(72), "expectedRevision": 1 });
    let payload = office.act("publisher", "contentPublish", json!({ "items": [whole, empty, unknown] })).await;
    let told: Vec<Value> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| json!([error["__typename"], error["code"], error["path"], error["field"], error["targetId"]]))
        .collect();
    let expected = [
        json!(["InputError", "REQUIRED", ["items", "1"], "texts.fr.body", null]),
        json!(["InputError", "NOT_FOUND", ["items", "2", "contentId"], null, null]),
        json!(["DanglingReference", "DANGLING", ["items", "1"], null, id(70)]),
        json!(["DanglingReference", "DANGLING", ["items", "1"], null, id(71)]),
    ];
    assert_eq!(told, expected);
    assert_eq!(payload["drafts"], json!([]));
    let state = "query($id: ID!) { draft(contentId: $id) { state } }";
    let first = office.ask("author", state, json!({ "id": whole["contentId"] })).await;
    assert_eq!(first["draft"]["state"], "WRITING", "a set becomes public as a whole");
    office.publish(&[&whole]).await;
}

#[rstest]
#[tokio::test]
async fn a_key_gives_the_first_answer_again_and_takes_no_other_input(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let input = |headline: &str| with(article(headline), json!({ "idempotencyKey": "k1" }));
    let first = office.done("author", "articleCreate", input("Visite")).await;
    let again = office.done("author", "articleCreate", input("Visite")).await;
    assert_eq!(again, first);
    let error = office.refused("author", "articleCreate", input("Autre")).await;
    assert_eq!(
        (error["code"].clone(), error["path"].clone()),
        (json!("IDEMPOTENCY_MISMATCH"), json!(["idempotencyKey"]))
    );
    let list = office.ask("author", "{ drafts { nodes { title } } }", json!({})).await;
    assert_eq!(list["drafts"]["nodes"], json!([{ "title": "Visite" }]));
    let publish = json!({ "idempotencyKey": "k2", "items": [at(&first)] });
    let done = office.done("publisher", "contentPublish", publish.clone()).await;
    assert_eq!(office.done("publisher", "contentPublish", publish).await, done);
}

#[rstest]
#[tokio::test]
async fn steps_that_do_not_fit_the_state_are_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    for (mutation, more) in [
        ("draftApprove", json!({})),
        ("draftReturn", json!({ "note": "n" })),
        ("contentWithdraw", json!({})),
        ("contentKill", json!({ "reason": "r" })),
        ("articleCorrect", json!({ "correctionKind": "UPDATE", "publicNote": "n" })),
    ] {
        let error = office.refused("publisher", mutation, with(one.clone(), more)).await;
        assert_eq!(
            (error["code"].clone(), error["contentId"].clone()),
            (json!("STATE"), one["contentId"].clone()),
            "{mutation}"
        );
    }
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_is_not_found(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let nothing = json!({ "contentId": id(9), "expectedRevision": 1 });
    let code = |error: Value| (error["code"].clone(), error["path"].clone());
    let missing = (json!("NOT_FOUND"), json!(["contentId"]));
    assert_eq!(code(office.refused("author", "draftSubmit", nothing.clone()).await), missing);
    assert_eq!(code(office.refused("author", "topicUpdate", nothing.clone()).await), missing);
    let one = office.article("Visite").await;
    assert_eq!(code(office.refused("author", "topicUpdate", one.clone()).await), missing, "it is an article");
    let edits = json!({ "locale": "ar", "edits": [{ "remove": "b1" }] });
    let locale = (json!("NOT_FOUND"), json!(["locale"]));
    assert_eq!(code(office.refused("author", "bodyEdit", with(one.clone(), edits)).await), locale);
    let edits = json!({ "locale": "fr", "edits": [{ "remove": "b1" }, { "remove": "b1" }] });
    let edit = (json!("NOT_FOUND"), json!(["edits", "1"]));
    assert_eq!(code(office.refused("author", "bodyEdit", with(one, edits)).await), edit);
    let schedule = json!({ "scheduleId": id(9) });
    let missing = (json!("NOT_FOUND"), json!(["scheduleId"]));
    assert_eq!(code(office.refused("publisher", "scheduleCancel", schedule).await), missing);
    let nothing =
        office.ask("author", "query($id: ID!) { draft(contentId: $id) { title } }", json!({ "id": id(9) })).await;
    assert_eq!(nothing, json!({ "draft": null }));
}

#[tokio::test]
async fn a_value_that_does_not_fit_is_told_in_words_with_its_field() {
    let office = Office::open(Backend::Sqlite).await;
    let post = json!({ "person": id(1), "precedence": -5, "texts": [{ "locale": "fr", "title": "Ministre" }] });
    let error = office.refused("editor", "appointmentCreate", post).await;
    let told = (error["code"].clone(), error["path"].clone(), error["message"].clone());
    let message = "here stands `-5`; give a whole number, not below 0";
    assert_eq!(told, (json!("INVALID"), json!(["precedence"]), json!(message)));
    let error = office.refused("author", "articleCreate", with(article("Visite"), json!({ "urgency": 300 }))).await;
    let told = (error["path"].clone(), error["message"].clone());
    assert_eq!(told, (json!(["urgency"]), json!("urgency is 1 (most urgent) to 8, not 300")));
}

#[tokio::test]
async fn a_key_is_neither_empty_nor_long() {
    let office = Office::open(Backend::Sqlite).await;
    for key in [String::new(), "k".repeat(201)] {
        let error =
            office.refused("author", "articleCreate", with(article("Visite"), json!({ "idempotencyKey": key }))).await;
        assert_eq!((error["code"].clone(), error["path"].clone()), (json!("INVALID"), json!(["idempotencyKey"])));
    }
    office.done("author", "articleCreate", with(article("Visite"), json!({ "idempotencyKey": "k".repeat(200) }))).await;
}

#[tokio::test]
async fn one_person_alone_does_not_publish_what_takes_two() {
    let office = Office::with(Backend::Sqlite, TwoPerson { kinds: [EntryKind::Article].into() }).await;
    let one = office.article("Visite").await;
    let error = office.refused("publisher", "contentPublish", json!({ "items": [one] })).await;
    assert_eq!((error["code"].clone(), error["path"].clone()), (json!("FORBIDDEN"), json!(["items", "0"])));
    office.done("publisher:another", "contentPublish", json!({ "items": [one] })).await;
}

#[tokio::test]
async fn arguments_that_cannot_be_used_are_told_at_the_top() {
    let office = Office::open(Backend::Sqlite).await;
    for document in [
        "{ draft(contentId: \"x\") { title } }",
        "{ drafts(first: 101) { nodes { title } } }",
        "{ drafts(after: \"x\") { nodes { title } } }",
    ] {
        let answer = office.answer("author", document, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
    }
}

#[tokio::test]
async fn a_failure_of_the_store_says_nothing_of_it() {
    let office = Office::open(Backend::Postgres).await;
    let one = office.article("Visite").await;
    office.database.execute("ALTER TABLE editorial.revision RENAME TO gone");
    let read = office
        .answer("author", "query($id: ID!) { draft(contentId: $id) { title } }", json!({ "id": one["contentId"] }))
        .await;
    let document = "mutation($input: DraftStepInput!) { draftSubmit(input: $input) { userErrors { message } } }";
    let write = office.answer("author", document, json!({ "input": one })).await;
    for answer in [read, write] {
        assert_eq!(answer["errors"][0]["message"], "internal error", "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["code"], "INTERNAL");
        assert!(!answer.to_string().contains("revision"), "{answer}");
    }
}
