//! Asking the mention finder about a draft.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, article, at, with};

const FOUND: &str = "query($id: ID!, $locale: Locale!) { draft(contentId: $id) { mentionsFound(locale: $locale) {
    words passage blockKey offset length role target { contentId kind title } candidates { contentId title } isInDraft } } }";

async fn found(office: &Office, draft: &Value, locale: &str) -> Value {
    let variables = json!({ "id": draft["contentId"], "locale": locale });
    office.ask("author", FOUND, variables).await["draft"]["mentionsFound"].take()
}

async fn person(office: &Office, given: &str, family: &str) -> Value {
    let name = json!({ "given": given, "family": family, "display": format!("{given} {family}") });
    let input = json!({ "name": name, "texts": [{ "locale": "fr" }] });
    at(&office.done("editor", "personCreate", input).await)
}

#[rstest]
#[tokio::test]
async fn what_a_draft_names_is_found_in_the_record_and_among_drafts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let awa = person(&office, "Awa", "Diarra").await;
    office.publish(&[&awa]).await;
    let (ali, ibrahim) = (person(&office, "Ali", "Koné").await, person(&office, "Ibrahim", "Koné").await);
    let gone = person(&office, "Oumar", "Koné").await;
    office.done("editor", "draftArchive", with(gone, json!({ "isArchived": true }))).await;
    let input = article("Awa Diarra reçoit");
    let input = with(
        input,
        json!({ "texts": [{ "locale": "fr", "headline": "Awa Diarra reçoit",
        "body": { "markdown": "Elle a reçu Koné et Ali Koné, puis Fanta Touré." } }] }),
    );
    let draft = office.done("author", "articleCreate", input).await;
    assert_eq!(found(&office, &draft, "ar").await, Value::Null);
    assert_eq!(found(&office, &ali, "fr").await, Value::Null, "a person has no mentions");

    let list = found(&office, &draft, "fr").await;
    let title = |id: &Value, title: &str| json!({ "contentId": id["contentId"], "title": title });
    let told: Vec<Value> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            json!([
                one["words"],
                one["passage"],
                one["offset"],
                one["role"],
                one["target"]["contentId"],
                one["candidates"],
                one["isInDraft"]
            ])
        })
        .collect();
    // Whom the text names in full is likely meant by the family name too, but that is for an editor to say.
    let likely = [title(&ali, "Ali Koné")];
    assert_eq!(
        told,
        [
            json!(["Awa Diarra", "HEADLINE", 0, "SUBJECT", awa["contentId"], [title(&awa, "Awa Diarra")], false]),
            json!(["Koné", "BODY", 12, "MENTIONED", null, likely, false]),
            json!(["Ali Koné", "BODY", 20, "MENTIONED", ali["contentId"], [title(&ali, "Ali Koné")], false]),
        ]
    );

    let mentions: Vec<Value> = list
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| !one["target"].is_null())
        .map(|one| {
            json!({ "target": one["target"]["contentId"], "kind": one["target"]["kind"], "role": one["role"],
                "words": one["words"], "passage": one["passage"], "blockKey": one["blockKey"],
                "offset": one["offset"], "length": one["length"] })
        })
        .collect();
    let change = json!({ "texts": [{ "locale": "fr", "mentions": mentions }] });
    let draft = office.done("author", "articleUpdate", with(at(&draft), change)).await;
    let taken: Vec<Value> =
        found(&office, &draft, "fr").await.as_array().unwrap().iter().map(|one| one["isInDraft"].clone()).collect();
    assert_eq!(taken, [json!(true), json!(false), json!(true)]);
    let ambiguous = article("Koné parle");
    let ambiguous = office.done("author", "articleCreate", ambiguous).await;
    let list = found(&office, &ambiguous, "fr").await;
    let mut candidates = list[0]["candidates"].as_array().unwrap().clone();
    candidates.sort_by_key(|one| one["title"].to_string());
    assert_eq!(
        candidates,
        [title(&ali, "Ali Koné"), title(&ibrahim, "Ibrahim Koné")],
        "what was put away is not meant"
    );
    assert_eq!(list[0]["target"], Value::Null);
}
