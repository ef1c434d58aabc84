//! Each act, when nothing hinders it.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, article, at, block, body, id, with};

/// A whole new entry of each kind, and a change of it: mutation prefix, input, fields to change, part of the result.
fn kinds() -> Vec<(&'static str, Value, Value, Value)> {
    vec![
        (
            "article",
            with(
                article("Visite à Ségou"),
                json!({ "place": { "name": { "fr": "Ségou" }, "countryCode": "ML",
                        "point": { "latitude": 13.0, "longitude": -6.25 } },
                    "byline": [{ "name": "Présidence" }], "rights": "Libre", "urgency": 3, "isPinned": true,
                    "externalIds": [{ "scheme": "cms", "value": "7" }], "oldPaths": [{ "path": "/?p=7", "locale": "fr" }] }),
            ),
            json!({ "kind": "SPEECH", "urgency": null }),
            json!({ "kind": "SPEECH", "issuedAt": "2026-01-01T08:00:00+01:00", "rights": "Libre", "isPinned": true,
                "place": { "name": { "fr": "Ségou" }, "countryCode": "ML", "point": { "latitude": 13.0, "longitude": -6.25 } },
                "byline": [{ "name": "Présidence" }] }),
        ),
        (
            "person",
            json!({ "name": { "given": "Awa", "family": "DIARRA", "display": "Awa DIARRA" }, "variants": ["A. Diarra"],
                "born": "1961-04",
                "texts": [{ "locale": "fr", "honorific": "Mme", "knownAs": "Ministre", "seo": { "noIndex": true } }] }),
            json!({ "ranks": [{ "rank": { "fr": "Colonel" }, "from": "2020" }] }),
            json!({ "name": { "given": "Awa", "family": "DIARRA", "display": "Awa DIARRA" }, "variants": ["A. Diarra"],
                "born": "1961-04", "ranks": [{ "rank": { "fr": "Colonel" }, "from": "2020" }] }),
        ),
        (
            "institution",
            json!({ "kind": "MINISTRY", "acronym": { "fr": "MEF" }, "contact": { "email": "m@example.org" },
                "existence": [{ "from": "1960" }],
                "texts": [{ "locale": "fr", "name": "Ministère", "pastNames": [{ "name": "Direction", "until": "1999" }] }] }),
            json!({ "contact": { "website": "https://example.org/" } }),
            json!({ "kind": "MINISTRY", "acronym": { "fr": "MEF" }, "contact": { "website": "https://example.org/" },
                "existence": [{ "from": "1960" }] }),
        ),
        (
            "event",
            json!({ "time": { "timed": { "startsAt": "2026-02-01T09:00:00Z", "timeZone": "Africa/Bamako" } },
                "programme": [{ "name": "Ouverture", "time": { "timed": { "startsAt": "2026-02-01T09:00:00Z" } } }],
                "texts": [{ "locale": "fr", "name": "Sommet" }] }),
            json!({ "time": { "allDay": { "startsOn": "2026-02-01", "endsOn": "2026-02-03" } }, "state": "POSTPONED" }),
            json!({ "time": { "startsOn": "2026-02-01", "endsOn": "2026-02-03" }, "state": "POSTPONED",
                "programme": [{ "name": "Ouverture", "time": { "startsAt": "2026-02-01T09:00:00Z" } }] }),
        ),
        (
            "topic",
            json!({ "mediaTopic": "medtop:20000593", "texts": [{ "locale": "fr", "name": "Défense", "summary": "…" }] }),
            json!({ "mediaTopic": null }),
            json!({}),
        ),
        (
            "asset",
            json!({ "kind": "IMAGE", "url": "https://media.example.org/a.jpg", "focalPoint": { "x": 0.5, "y": 1.0 },
                "file": { "byteSize": 4_294_967_296.0, "width": 1600 }, "texts": [{ "locale": "fr", "alt": "Une salle" }] }),
            json!({ "credit": "M. Keïta" }),
            json!({ "kind": "IMAGE", "url": "https://media.example.org/a.jpg", "focalPoint": { "x": 0.5, "y": 1.0 },
                "file": { "byteSize": 4_294_967_296_u64, "width": 1600 }, "credit": "M. Keïta" }),
        ),
        (
            "appointment",
            json!({ "person": id(900), "from": "2024-03", "precedence": 1,
                "texts": [{ "locale": "fr", "title": "Ministre" }] }),
            json!({ "until": "2025", "precedence": null }),
            json!({ "person": id(900), "from": "2024-03", "until": "2025" }),
        ),
    ]
}

#[rstest]
#[tokio::test]
async fn entries_of_every_kind_are_begun_and_changed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    for (kind, input, change, expected) in kinds() {
        let draft = office.done("editor", &format!("{kind}Create"), input).await;
        assert_eq!((draft["revision"].clone(), draft["state"].clone()), (json!(1), json!("WRITING")), "{kind}");
        let changed = office.done("editor", &format!("{kind}Update"), with(at(&draft), change)).await;
        assert_eq!((changed["revision"].clone(), changed["contentId"].clone()), (json!(2), draft["contentId"].clone()));
        assert_eq!(changed["content"]["entry"], expected, "{kind}");
        assert_eq!(changed["content"]["texts"], draft["content"]["texts"], "{kind}");
    }
    let first =
        office.ask("author", "query($id: ID!) { draft(contentId: $id) { content } }", json!({ "id": id(1) })).await;
    let content = &first["draft"]["content"];
    assert_eq!(content["externalIds"], json!([{ "scheme": "cms", "value": "7" }]));
    assert_eq!(content["oldPaths"], json!([{ "path": "/?p=7", "locale": "fr" }]));
    assert_eq!(content["texts"]["fr"]["slug"], "visite-a-segou");
}

#[rstest]
#[tokio::test]
async fn a_draft_goes_from_hand_to_hand(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let state = |draft: Value| draft["state"].clone();
    assert_eq!(state(office.done("author", "draftSubmit", one.clone()).await), "SUBMITTED");
    let back = office.done("editor", "draftReturn", with(one, json!({ "note": "Trop long" }))).await;
    assert_eq!((state(back.clone()), back["revision"].clone()), (json!("WRITING"), json!(2)));
    office.done("author", "draftSubmit", at(&back)).await;
    let approved = office.done("editor:eva", "draftApprove", at(&back)).await;
    assert_eq!((state(approved.clone()), approved["approvedBy"].clone()), (json!("APPROVED"), json!("key:eva")));
    let payload = office.done("publisher", "contentPublish", json!({ "items": [at(&back)] })).await;
    assert_eq!(payload["drafts"], json!([{ "contentId": back["contentId"], "revision": 2, "state": "PUBLISHED" }]));
    assert_eq!(payload["isPending"], false);
}

#[rstest]
#[tokio::test]
async fn blocks_of_a_body_are_edited(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let edits = json!([
        { "insert": { "afterKey": "b1", "blocks": [block("b2", "Deux."), block("b3", "Trois.")] } },
        { "insert": { "blocks": [block("b0", "Zéro.")] } },
        { "replace": { "key": "b2", "blocks": [block("b2", "II.")] } },
        { "remove": "b1" },
        { "move": { "key": "b0", "afterKey": "b3" } },
    ]);
    let draft = office.done("author", "bodyEdit", with(one, json!({ "locale": "fr", "edits": edits }))).await;
    let expected = json!([block("b2", "II."), block("b3", "Trois."), block("b0", "Zéro.")]);
    assert_eq!(draft["content"]["texts"]["fr"]["body"], expected);
}

#[rstest]
#[tokio::test]
async fn a_language_is_added_and_an_earlier_state_restored(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let english = json!([{ "locale": "en", "headline": "Visit", "body": { "markdown": "A *short* visit.\n" } }]);
    let both = office.done("author", "articleUpdate", with(one, json!({ "texts": english }))).await;
    let texts = &both["content"]["texts"];
    assert_eq!((texts["en"]["slug"].clone(), texts["fr"]["headline"].clone()), (json!("visit"), json!("Visite")));
    assert_eq!(texts["en"]["body"][0]["children"][1]["marks"], json!(["em"]));
    let first = office.done("author", "draftRestore", with(at(&both), json!({ "revision": 1 }))).await;
    assert_eq!(first["revision"], 3);
    assert_eq!(first["content"]["texts"].as_object().unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn what_is_public_is_corrected_withdrawn_and_killed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    office.publish(&[&one]).await;
    let correction = json!({ "correctionKind": "CORRECTION", "publicNote": { "fr": "Lire « Ségou »." }, "note": "faute",
        "texts": [{ "locale": "fr", "headline": "Visite à Ségou" }] });
    let corrected = office.done("publisher", "articleCorrect", with(one, correction)).await;
    assert_eq!(corrected["state"], "PUBLISHED");
    assert_eq!(corrected["title"], "Visite à Ségou");
    assert_eq!(corrected["content"]["entry"]["corrections"][0]["note"], json!({ "fr": "Lire « Ségou »." }));
    let withdrawal = with(at(&corrected), json!({ "reason": "Erreur" }));
    assert_eq!(office.done("publisher", "contentWithdraw", withdrawal).await["state"], "WRITING");
    office.publish(&[&at(&corrected)]).await;
    let kill = with(at(&corrected), json!({ "reason": "Décision de justice" }));
    assert_eq!(office.done("publisher", "contentKill", kill).await["state"], "WRITING");
    let error = office.refused("publisher", "contentPublish", json!({ "items": [at(&corrected)] })).await;
    assert_eq!((error["code"].clone(), error["path"].clone()), (json!("KILLED"), json!(["items", "0"])));
}

#[rstest]
#[tokio::test]
async fn a_draft_is_put_away_and_taken_out(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let put = |is_archived: bool| with(one.clone(), json!({ "isArchived": is_archived }));
    let list =
        "{ in: drafts { nodes { contentId } } out: drafts(filter: { isArchived: true }) { nodes { contentId } } }";
    assert_eq!(office.done("editor", "draftArchive", put(true)).await["isArchived"], true);
    let lists = office.ask("author", list, json!({})).await;
    assert_eq!(lists["in"]["nodes"], json!([]));
    assert_eq!(lists["out"]["nodes"], json!([{ "contentId": one["contentId"] }]));
    assert_eq!(office.done("editor", "draftArchive", put(false)).await["isArchived"], false);
}

#[rstest]
#[tokio::test]
async fn html_becomes_blocks(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let html = "<p>Une\nvisite <strong>brève</strong>.</p><script>alert(1)</script>";
    let texts = json!([{ "locale": "fr", "body": { "html": html } }]);
    let draft = office.done("author", "articleUpdate", with(one, json!({ "texts": texts }))).await;
    let words: Vec<&str> = draft["content"]["texts"]["fr"]["body"][0]["children"]
        .as_array()
        .unwrap()
        .iter()
        .map(|span| span["text"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["Une visite ", "brève", "."]);
    assert_ne!(draft["content"]["texts"]["fr"]["body"], body("Texte."));
}

#[rstest]
#[tokio::test]
async fn a_draft_tells_what_is_public_of_it_and_that_it_was_taken_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let made = office.article("Visite").await;
    let standing = async || {
        let fields = "publicLocales notice { act reason successorId }";
        let query =
            format!("query($id: ID!) {{ draft(contentId: $id) {{ {fields} }} drafts {{ nodes {{ {fields} }} }} }}");
        let mut data = office.ask("author", &query, json!({ "id": made["contentId"] })).await;
        let draft = data["draft"].take();
        assert_eq!(data["drafts"]["nodes"], json!([draft]), "in a list too");
        (draft["publicLocales"].clone(), draft["notice"].clone())
    };
    assert_eq!(standing().await, (json!([]), Value::Null));
    office.publish(&[&made]).await;
    assert_eq!(standing().await, (json!(["fr"]), Value::Null));

    let english = json!({ "texts": [{ "locale": "en", "headline": "Visit", "body": { "markdown": "Text." } }] });
    let both = at(&office.done("author", "articleUpdate", with(made.clone(), english)).await);
    assert_eq!(standing().await.0, json!(["fr"]), "the draft has one more");
    office.publish(&[&both]).await;
    assert_eq!(standing().await.0, json!(["en", "fr"]));
    office.done("publisher", "contentWithdraw", with(both.clone(), json!({ "locales": ["en"] }))).await;
    assert_eq!(standing().await, (json!(["fr"]), Value::Null));

    office.done("publisher", "contentWithdraw", with(both.clone(), json!({ "reason": "Erreur" }))).await;
    let notice = |act: &str, reason: &str| json!({ "act": act, "reason": reason, "successorId": null });
    assert_eq!(standing().await, (json!([]), notice("WITHDRAWN", "Erreur")));
    office.publish(&[&both]).await;
    assert_eq!(standing().await, (json!(["en", "fr"]), Value::Null));
    office.done("publisher", "contentKill", with(both.clone(), json!({ "reason": "Décision de justice" }))).await;
    assert_eq!(standing().await, (json!([]), notice("KILLED", "Décision de justice")));
}
