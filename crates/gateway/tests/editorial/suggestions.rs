//! Answering whom a naming means that an import left open.

use griot_domain::{EntryId, Locale, Passage};
use griot_persistence::{Location, Publisher, StoreName, Suggestion};
use griot_testbed::{Backend, Place};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, article, at, with};

const OPEN: &str = "query($of: ID, $locale: Locale, $first: Int, $after: String) {
    mentionSuggestions(contentId: $of, locale: $locale, first: $first, after: $after) {
        nodes { id contentId locale words passage blockKey offset length draft { revision } candidates { contentId kind title } }
        edges { cursor } pageInfo { hasNextPage endCursor } } }";

/// What an import leaves of one text.
pub async fn left_open(office: &Office, entry: &Value, locale: &str, namings: &[Suggestion]) {
    let location = match office.database.place() {
        Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
        Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
    };
    let editorial = Publisher::open(&location, StoreName::Editorial).await.unwrap();
    let locale = Locale::parse(locale).unwrap();
    editorial.replace_suggestions(entry_id(entry), &locale, namings).await.unwrap();
}

fn entry_id(draft: &Value) -> EntryId {
    draft["contentId"].as_str().unwrap().parse().unwrap()
}

/// A naming in the headline.
pub fn naming(words: &str, offset: u32, candidates: &[&Value]) -> Suggestion {
    let length = u32::try_from(words.chars().count()).unwrap();
    let candidates = candidates.iter().map(|draft| entry_id(draft)).collect();
    Suggestion { words: words.to_owned(), passage: Passage::Headline, offset, length, candidates }
}

async fn open(office: &Office, variables: Value) -> Value {
    office.ask("author", OPEN, variables).await["mentionSuggestions"].take()
}

async fn person(office: &Office, given: &str) -> Value {
    let name = json!({ "given": given, "family": "Koné", "display": format!("{given} Koné") });
    at(&office.done("editor", "personCreate", json!({ "name": name, "texts": [{ "locale": "fr" }] })).await)
}

/// An article that names two persons by their family name, and somebody else.
async fn newsroom(backend: Backend) -> (Office, Value, [Value; 2]) {
    let office = Office::open(backend).await;
    let people = [person(&office, "Ali").await, person(&office, "Ibrahim").await];
    let draft = office.done("author", "articleCreate", article("Koné reçoit Koné")).await;
    (office, at(&draft), people)
}

#[rstest]
#[tokio::test]
async fn a_naming_left_open_becomes_a_mention_of_whom_the_editor_says(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (office, draft, [ali, ibrahim]) = newsroom(backend).await;
    let namings = [naming("Koné", 0, &[&ali, &ibrahim]), naming("Koné", 12, &[&ibrahim, &ali])];
    left_open(&office, &draft, "fr", &namings).await;
    let list = open(&office, json!({ "of": draft["contentId"] })).await;
    let candidate = |of: &Value, title: &str| json!({ "contentId": of["contentId"], "kind": "PERSON", "title": title });
    let (first, second) = (&list["nodes"][0], &list["nodes"][1]);
    assert_eq!(first["candidates"], json!([candidate(&ali, "Ali Koné"), candidate(&ibrahim, "Ibrahim Koné")]));
    let place = json!([first["words"], first["passage"], first["blockKey"], first["offset"], first["length"]]);
    assert_eq!(place, json!(["Koné", "HEADLINE", null, 0, 4]));
    assert_eq!((&first["contentId"], &first["locale"]), (&draft["contentId"], &json!("fr")));
    assert_eq!(first["draft"]["revision"], draft["expectedRevision"]);

    let accept = |of: &Value, revision: i64, target: &Value| json!({ "suggestionId": of["id"], "expectedRevision": revision, "target": target["contentId"] });
    let done = office.done("author", "mentionSuggestionAccept", accept(first, 1, &ibrahim)).await;
    let mention = json!({ "target": ibrahim["contentId"], "kind": "person", "role": "SUBJECT", "words": "Koné",
        "passage": "headline", "offset": 0, "length": 4 });
    assert_eq!((&done["revision"], &done["content"]["texts"]["fr"]["mentions"]), (&json!(2), &json!([mention])));
    let late = office.refused("author", "mentionSuggestionAccept", accept(second, 1, &ali)).await;
    assert_eq!((&late["code"], &late["path"]), (&json!("CONFLICT"), &json!(["expectedRevision"])));
    let again = office.refused("author", "mentionSuggestionAccept", accept(first, 2, &ali)).await;
    assert_eq!((&again["code"], &again["path"]), (&json!("NOT_FOUND"), &json!(["suggestionId"])));
    let other = office.refused("author", "mentionSuggestionAccept", accept(second, 2, &draft)).await;
    assert_eq!((&other["code"], &other["path"]), (&json!("INVALID"), &json!(["target"])));

    let dismissed = office.done("author", "mentionSuggestionDismiss", json!({ "suggestionId": second["id"] })).await;
    assert_eq!(dismissed["revision"], 2, "the draft stays as it is");
    assert_eq!(open(&office, json!({})).await["nodes"], json!([]));
    let log = office.ask("administrator", "{ auditLog(first: 2) { verb contentIds } }", json!({})).await;
    let answered = json!({ "verb": "resolve", "contentIds": [draft["contentId"]] });
    assert_eq!(log["auditLog"], json!([answered, answered]));

    // The next import finds the same, and something new.
    let more = [&namings[..], &[naming("Koné reçoit", 0, &[&ali])]].concat();
    left_open(&office, &draft, "fr", &more).await;
    let words =
        |list: &Value| list["nodes"].as_array().unwrap().iter().map(|one| one["words"].clone()).collect::<Vec<_>>();
    assert_eq!(words(&open(&office, json!({})).await), ["Koné reçoit"]);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_meant_any_more_is_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (office, draft, [ali, ibrahim]) = newsroom(backend).await;
    left_open(&office, &draft, "fr", &[naming("Koné", 0, &[&ali, &ibrahim])]).await;
    office.done("editor", "draftArchive", with(ali.clone(), json!({ "isArchived": true }))).await;
    let list = open(&office, json!({})).await;
    let suggestion = &list["nodes"][0];
    assert_eq!(suggestion["candidates"].as_array().unwrap().len(), 1, "who was put away is not offered");
    let accept = |revision: i64, target: &Value| json!({ "suggestionId": suggestion["id"], "expectedRevision": revision, "target": target["contentId"] });
    let gone = office.refused("author", "mentionSuggestionAccept", accept(1, &ali)).await;
    assert_eq!((&gone["code"], &gone["path"]), (&json!("STATE"), &json!(["target"])));
    let change = json!({ "texts": [{ "locale": "fr", "headline": "Ibrahim Koné reçoit" }] });
    office.done("author", "articleUpdate", with(draft.clone(), change)).await;
    let fallen = office.refused("author", "mentionSuggestionAccept", accept(2, &ibrahim)).await;
    assert_eq!((&fallen["code"], &fallen["contentId"]), (&json!("STATE"), &draft["contentId"]));
    assert!(fallen["message"].as_str().unwrap().contains("dismiss"), "{fallen}");
    assert_eq!(open(&office, json!({})).await["nodes"][0]["id"], suggestion["id"], "it is still open");
    for id in ["x", "0", "99999999999999999999"] {
        let error = office.refused("author", "mentionSuggestionDismiss", json!({ "suggestionId": id })).await;
        assert_eq!(error["path"], json!(["suggestionId"]), "{id}");
    }
    office.done("author", "mentionSuggestionDismiss", json!({ "suggestionId": suggestion["id"] })).await;
}

#[rstest]
#[tokio::test]
async fn suggestions_are_listed_page_by_page(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (office, draft, [ali, ibrahim]) = newsroom(backend).await;
    let another = office.article("Koné part").await;
    left_open(&office, &draft, "fr", &[naming("Koné", 0, &[&ali]), naming("Koné", 12, &[&ibrahim])]).await;
    left_open(&office, &draft, "en", &[naming("Koné", 0, &[&ali])]).await;
    left_open(&office, &another, "fr", &[naming("Koné", 0, &[&ali])]).await;
    let all = open(&office, json!({})).await;
    assert_eq!(all["nodes"].as_array().unwrap().len(), 4);
    let english = open(&office, json!({ "locale": "en" })).await;
    assert_eq!((english["nodes"].as_array().unwrap().len(), &english["nodes"][0]["locale"]), (1, &json!("en")));
    let of = json!({ "of": draft["contentId"], "locale": "fr", "first": 1 });
    let first = open(&office, of.clone()).await;
    assert_eq!((&first["nodes"][0]["offset"], &first["pageInfo"]["hasNextPage"]), (&json!(0), &json!(true)));
    let after = json!({ "after": first["pageInfo"]["endCursor"] });
    let second = open(&office, with(of, after.clone())).await;
    assert_eq!((&second["nodes"][0]["offset"], &second["pageInfo"]["hasNextPage"]), (&json!(12), &json!(false)));
    let elsewhere = office.answer("author", OPEN, after).await;
    assert!(elsewhere["errors"][0]["message"].as_str().unwrap().contains("another filter"), "{elsewhere}");
}

#[rstest]
#[tokio::test]
async fn what_was_killed_is_nobody_and_asks_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (office, draft, [ali, ibrahim]) = newsroom(backend).await;
    left_open(&office, &draft, "fr", &[naming("Koné", 0, &[&ali, &ibrahim])]).await;
    office.done("publisher", "contentPublish", json!({ "items": [draft, ali] })).await;
    let kill = |of: &Value| with(of.clone(), json!({ "reason": "Décision de justice" }));
    office.done("publisher", "contentKill", kill(&ali)).await;
    let list = open(&office, json!({})).await;
    let accept = json!({ "suggestionId": list["nodes"][0]["id"], "expectedRevision": 1, "target": ali["contentId"] });
    let error = office.refused("author", "mentionSuggestionAccept", accept).await;
    assert_eq!((&error["code"], &error["path"]), (&json!("KILLED"), &json!(["target"])));
    office.done("publisher", "contentKill", kill(&draft)).await;
    assert_eq!(open(&office, json!({})).await["nodes"], json!([]));
}
