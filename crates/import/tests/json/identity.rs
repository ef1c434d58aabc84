//! Which entry a line is about, and when it becomes live.

use griot_domain::EntryKind;
use griot_testbed::Backend;
use rstest::rstest;

use super::support::{Record, problems};

const PEOPLE: &str = r#"
{"kind":"institution","entry":{"kind":"PRESIDENCY"},"texts":{"en":{"slug":"presidency","name":"Presidency"},"fr":{"slug":"presidence","name":"Présidence"}}}
{"kind":"person","externalIds":[{"scheme":"wikidata","value":"Q1"}],"entry":{"name":{"display":"Awa DIARRA"}},"texts":{"fr":{"slug":"awa-diarra"}}}
{"kind":"appointment","entry":{"person":"awa-diarra","institution":"presidency","from":"2024-03"},"texts":{"fr":{"title":"Ministre"}}}
{"kind":"appointment","entry":{"person":"awa-diarra","institution":"presidency","from":"2027-01-01"},"texts":{"fr":{"title":"Ambassadrice"}}}
{"kind":"asset","entry":{"kind":"IMAGE","url":"https://media.example.org/a.jpg"},"texts":{"fr":{"alt":"A"}}}
"#;

#[rstest]
#[tokio::test]
async fn a_file_without_ids_changes_nothing_the_second_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    record.take(PEOPLE).await;
    let before = record.export().await;
    let report = record.take(PEOPLE).await;
    assert!(report.counts.values().all(|counts| counts.created + counts.updated == 0), "{report}");
    assert_eq!(record.export().await, before);
}

#[tokio::test]
async fn an_appointment_is_live_from_its_first_day_once_that_is_past_and_all_else_from_now() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.take(PEOPLE).await;
    let live: Vec<String> =
        record.publications().await.iter().map(|one| one.live_from.date_naive().to_string()).collect();
    let today = "2026-03-01";
    assert_eq!(live, [today, today, "2024-03-01", today, today]);
}

#[rstest]
#[tokio::test]
async fn a_line_finds_its_entry_by_external_id_slug_or_nature(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    record.take(PEOPLE).await;
    let ids: Vec<_> = record.publications().await.iter().map(|one| one.id).collect();
    // By external id under a new slug; by the slug of one language; by address; by post.
    let report = record
        .take(
            r#"
{"kind":"person","externalIds":[{"scheme":"wikidata","value":"Q1"}],"texts":{"fr":{"slug":"awa-diarra-2","honorific":"Mme"}}}
{"kind":"institution","externalIds":[{"scheme":"cms","value":"7"}],"texts":{"en":{"slug":"presidency","name":"The Presidency"}}}
{"kind":"asset","entry":{"kind":"IMAGE","url":"https://media.example.org/a.jpg","credit":"B"}}
{"kind":"appointment","entry":{"person":"awa-diarra-2","institution":"presidence","from":"2024-03","until":"2025"},"texts":{"fr":{"title":"Ministre"}}}
"#,
        )
        .await;
    assert!(report.counts.values().all(|counts| counts.created == 0 && counts.updated == 1), "{report}");
    let changed: Vec<_> = record.publications().await.iter().skip(5).map(|one| one.id).collect();
    assert_eq!(changed, [ids[1], ids[0], ids[4], ids[2]]);
}

#[tokio::test]
async fn names_of_two_entries_on_one_line_are_refused() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.take(PEOPLE).await;
    record.take(r#"{"kind":"person","entry":{"name":{"display":"B"}},"texts":{"fr":{"slug":"b"}}}"#).await;
    let report = record
        .import(r#"{"kind":"person","texts":{"en":{"slug":"b"},"fr":{"slug":"awa-diarra","honorific":"Dr"}}}"#)
        .await;
    insta::assert_snapshot!(problems(&report).join("\n"), @r#"
    line 1, texts: they name several entries (00000000-0000-0000-0000-000000000002, 00000000-0000-0000-0000-000000000006); give the `id` of the one that is meant
    "#);
}

#[tokio::test]
async fn an_id_of_the_file_is_kept() {
    let record = Record::fresh(Backend::Sqlite).await;
    let id = "5b0c6d1e-0000-4000-8000-000000000001";
    let line = format!(r#"{{"kind":"topic","id":"{id}","entry":{{}},"texts":{{"fr":{{"slug":"a","name":"A"}}}}}}"#);
    record.take(&line).await;
    let publication = &record.publications().await[0];
    assert_eq!((publication.id.to_string().as_str(), publication.kind), (id, EntryKind::Topic));
}
