//! Export, import into an empty record, export: the same bytes.

use griot_import::{Silent, WordPressOptions, import_wordpress};
use griot_testbed::Backend;
use pretty_lines::assert_same;
use rstest::rstest;

use super::support::Record;

mod pretty_lines {
    /// Compares long texts by their first lines that differ.
    pub fn assert_same(first: &str, second: &str) {
        for (number, (a, b)) in first.lines().zip(second.lines()).enumerate() {
            assert_eq!(a, b, "line {}", number + 1);
        }
        assert_eq!(first.lines().count(), second.lines().count());
        assert_eq!(first, second);
    }
}

/// A topic with two languages, a changed slug, one language withdrawn and brought back; a person whose neutral
/// part changes alone; fractions of a second and of a degree; an article without mentions that names somebody; a topic
/// that is killed; an article that is withdrawn, comes back and is withdrawn again; a topic made one with another.
const HISTORY: &str = r#"
{"kind":"topic","liveFrom":"2021-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t1"}],"entry":{},"texts":{"en":{"slug":"sports","name":"Sports"},"fr":{"slug":"sports","name":"Sports"}},"oldPaths":[{"path":"/sports/"},{"path":"/?cat=1","locale":"fr"}]}
{"kind":"topic","liveFrom":"2021-06-01T00:00:00.123456Z","externalIds":[{"scheme":"cms","value":"t1"}],"texts":{"fr":{"slug":"sport","name":"Sport","summary":"Tous les sports"}}}
{"kind":"topic","liveFrom":"2022-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t1"}],"withdrawn":["en"]}
{"kind":"topic","liveFrom":"2022-06-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t1"},{"scheme":"wikidata","value":"Q349"}],"texts":{"en":{"slug":"sports","name":"Sport"}}}
{"kind":"topic","liveFrom":"2022-07-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t2"}],"entry":{"parent":"sport"},"texts":{"fr":{"slug":"jeux","name":"Jeux"}}}
{"kind":"topic","liveFrom":"2023-07-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t2"}],"withdrawn":["fr"]}
{"kind":"topic","liveFrom":"2024-07-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t2"}],"texts":{"fr":{"slug":"jeux-2","name":"Jeux, encore"}}}
{"kind":"person","liveFrom":"2020-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"p1"}],"entry":{"name":{"given":"Awa","family":"DIARRA","display":"Awa DIARRA"}},"texts":{"fr":{"slug":"awa-diarra","honorific":"Mme"}}}
{"kind":"person","liveFrom":"2023-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"p1"}],"entry":{"name":{"given":"Awa","family":"DIARRA","display":"Awa DIARRA"},"ranks":[{"rank":{"fr":"Colonel"},"from":"2022-12"}]}}
{"kind":"event","liveFrom":"2023-02-01T00:00:00Z","entry":{"time":{"startsAt":"2023-02-03T10:00:00+05:30"},"place":{"name":"A","point":{"latitude":12.639231999999998,"longitude":-8.002888999999998}}},"texts":{"fr":{"slug":"rencontre","name":"Rencontre"}}}
{"kind":"article","liveFrom":"2023-02-04T00:00:00Z","entry":{"kind":"NEWS","issuedAt":"2023-02-04T00:00:00+00:00","topics":["sport"]},"texts":{"fr":{"slug":"un-article","headline":"Mme DIARRA à la Rencontre","body":[{"_type":"block","_key":"k","style":"normal","children":[{"_type":"span","_key":"s","text":"Texte 😀 \u2028 ﷺ","marks":[]}],"markDefs":[]}]}}}
{"kind":"article","liveFrom":"2023-02-05T00:00:00Z","entry":{"kind":"NEWS","issuedAt":"2023-02-05T00:00:00+00:00"},"texts":{"fr":{"slug":"sans-mentions","headline":"Mme DIARRA encore","mentions":[]}}}
{"kind":"topic","liveFrom":"2021-01-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t3"}],"entry":{},"texts":{"fr":{"slug":"tache","name":"Tâche secrète"}},"oldPaths":[{"path":"/tache/"}]}
{"kind":"topic","liveFrom":"2021-02-01T00:00:00Z","externalIds":[{"scheme":"cms","value":"t3"}],"texts":{"en":{"slug":"task","name":"Secret task"},"fr":{"slug":"tache-2","name":"Tâche secrète"}}}
{"kind":"article","liveFrom":"2023-02-06T00:00:00Z","externalIds":[{"scheme":"cms","value":"a3"}],"entry":{"kind":"NEWS","issuedAt":"2023-02-06T00:00:00+00:00","topics":["tache-2"]},"texts":{"fr":{"slug":"retire","headline":"Retiré","mentions":[]},"en":{"slug":"withdrawn","headline":"Withdrawn","mentions":[]}}}
{"kind":"topic","liveFrom":"2023-02-07T00:00:00Z","externalIds":[{"scheme":"cms","value":"t3"},{"scheme":"old","value":"9"}],"retraction":{"act":"KILLED","reason":"Par décision de justice"}}
{"kind":"article","liveFrom":"2023-02-08T00:00:00Z","externalIds":[{"scheme":"cms","value":"a3"}],"retraction":{"act":"WITHDRAWN"}}
{"kind":"article","liveFrom":"2023-02-09T00:00:00Z","externalIds":[{"scheme":"cms","value":"a3"}],"texts":{"fr":{"slug":"retire","headline":"Revenu","mentions":[]}}}
{"kind":"article","liveFrom":"2023-02-10T00:00:00Z","externalIds":[{"scheme":"cms","value":"a3"}],"retraction":{"act":"WITHDRAWN","reason":"Erreur de date"}}
{"kind":"topic","id":"00000000-0000-4000-8000-000000000001","liveFrom":"2023-02-11T00:00:00Z","entry":{},"texts":{"fr":{"slug":"culture","name":"Culture"}}}
{"kind":"topic","id":"00000000-0000-4000-8000-000000000002","liveFrom":"2023-02-12T00:00:00Z","entry":{},"texts":{"fr":{"slug":"cultures","name":"Cultures"}}}
{"kind":"topic","id":"00000000-0000-4000-8000-000000000002","liveFrom":"2023-02-13T00:00:00Z","retraction":{"act":"WITHDRAWN","successor":"00000000-0000-4000-8000-000000000001"}}
"#;

#[rstest]
#[tokio::test]
async fn history_comes_back_byte_for_byte(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let first = Record::fresh(backend).await;
    first.take(HISTORY).await;
    let exported = first.export().await;
    assert_eq!(exported.lines().count(), 20, "{exported}");
    assert!(exported.contains(r#""words":"Mme DIARRA""#), "mentions were found: {exported}");
    let without = exported.lines().filter(|line| line.contains("sans-mentions") && line.contains(r#""mentions":[]"#));
    assert_eq!(without.count(), 1, "an article without mentions says so: {exported}");
    assert_eq!(exported.matches("secr").count(), 0, "nothing of the killed topic is told: {exported}");
    let kill = exported.lines().find(|line| line.contains("KILLED")).unwrap();
    assert!(kill.contains(r#""slugs":{"en":["task"],"fr":["tache","tache-2"]}"#), "{kill}");
    assert!(kill.contains("/tache/") && kill.contains(r#""value":"9""#), "{kill}");
    let withdrawal = exported.lines().find(|line| line.contains("Erreur de date")).unwrap();
    assert!(withdrawal.contains(r#""withdrawn":["fr"],"retraction":{"act":"WITHDRAWN","reason""#), "{withdrawal}");
    assert!(exported.contains(r#""successor":"00000000-0000-4000-8000-000000000001"}"#), "{exported}");

    let second = Record::fresh(backend).await;
    second.take(&exported).await;
    assert_same(&exported, &second.export().await);

    let again = second.take(&exported).await;
    assert!(again.counts.values().all(|counts| counts.created + counts.updated == 0), "{again}");
    assert_same(&exported, &second.export().await);
}

#[tokio::test]
async fn both_databases_export_the_same_bytes() {
    let (sqlite, postgres) = (Record::fresh(Backend::Sqlite).await, Record::fresh(Backend::Postgres).await);
    sqlite.take(HISTORY).await;
    postgres.take(HISTORY).await;
    assert_same(&sqlite.export().await, &postgres.export().await);
}

#[rstest]
#[tokio::test]
async fn the_demo_comes_back_byte_for_byte(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let demo = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../demo");
    let first = Record::fresh(backend).await;
    first.take(&std::fs::read_to_string(demo.join("record.jsonl")).unwrap()).await;
    let options = WordPressOptions::default();
    let report = import_wordpress(&demo.join("wordpress.xml"), &options, &first.target(), &mut Silent).await.unwrap();
    assert_eq!(report.problem_count(), 0, "{report}");
    let exported = first.export().await;

    let second = Record::fresh(backend).await;
    second.take(&exported).await;
    assert_same(&exported, &second.export().await);
}

#[tokio::test]
async fn an_export_reads_in_pages_without_loss() {
    let topic = |n: u32| {
        format!(
            "{{\"kind\":\"topic\",\"liveFrom\":\"2020-01-01T00:00:00Z\",\"entry\":{{}},\
             \"texts\":{{\"fr\":{{\"slug\":\"t{n}\",\"name\":\"T{n}\"}}}}}}\n"
        )
    };
    let record = Record::fresh(Backend::Sqlite).await;
    record.take(&(0..1_203).map(topic).collect::<String>()).await;
    let exported = record.export().await;
    let slugs: Vec<&str> =
        exported.lines().filter_map(|line| line.split("\"slug\":\"").nth(1)?.split('"').next()).collect();
    assert_eq!(slugs, (0..1_203).map(|n| format!("t{n}")).collect::<Vec<_>>());
}
