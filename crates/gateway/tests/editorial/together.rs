//! Many editors at once.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, with};

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_100_parallel_edits_one_wins_and_the_others_are_shown_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let edits: Vec<_> = (0..100)
        .map(|number| {
            let (office, one) = (office.clone(), one.clone());
            tokio::spawn(async move {
                let texts = json!([{ "locale": "fr", "headline": format!("Titre {number}") }]);
                let who = format!("author:a{number}");
                office.act(&who, "articleUpdate", with(one, json!({ "texts": texts }))).await
            })
        })
        .collect();
    let mut payloads: Vec<Value> = Vec::new();
    for edit in edits {
        payloads.push(edit.await.unwrap());
    }
    let (won, lost): (Vec<_>, Vec<_>) = payloads.into_iter().partition(|payload| payload["userErrors"] == json!([]));
    assert_eq!(won.len(), 1);
    let title = won[0]["draft"]["title"].clone();
    for payload in lost {
        let error = &payload["userErrors"][0];
        assert_eq!(error["__typename"], "RevisionConflict", "{payload}");
        assert_eq!(error["currentRevision"], 2);
        assert_eq!(error["current"], json!({ "revision": 2, "title": title }));
    }
    let document = "query($id: ID!) { draft(contentId: $id) { revision title revisions { number } } }";
    let draft = office.ask("author", document, json!({ "id": one["contentId"] })).await["draft"].take();
    assert_eq!(draft, json!({ "revision": 2, "title": title, "revisions": [{ "number": 2 }, { "number": 1 }] }));
}
