//! Values the format excludes are refused with their line; the lines around them go in.

use griot_testbed::Backend;
use rstest::rstest;

use super::support::{Record, problems};

const GOOD: [&str; 2] = [
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"bon","name":"Bon"}}}"#,
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"aussi-bon","name":"Aussi bon"}}}"#,
];

/// Imports `line` between two good ones and answers what is said of it.
async fn refused(backend: Backend, line: &str) -> String {
    let record = Record::fresh(backend).await;
    let report = record.import(&[GOOD[0], line, GOOD[1]].join("\n")).await;
    assert_eq!(record.publications().await.len(), 2, "{report}");
    let told = problems(&report).join("\n");
    assert_eq!(report.problem_count(), 1, "{told}");
    told
}

#[rstest]
#[tokio::test]
async fn a_line_with_a_nul_is_refused_and_the_rest_goes_in(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A\u0000B"}}}"#;
    let told = refused(backend, line).await;
    let expected = "line 2, texts.fr.name: the text has the control character U+0000; remove it";
    assert!(told.starts_with(expected), "{told}");
}

#[rstest]
#[case::escape_in_an_external_id(
    r#"{"kind":"topic","externalIds":[{"scheme":"cms","value":"\u001b"}],"entry":{},"texts":{"fr":{"slug":"a","name":"A"}}}"#,
    "externalIds[0].value: the text has the control character U+001B; remove it"
)]
#[case::repeated_key(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A","name":"B"}}}"#,
    "texts.fr: the key `name` is there twice; keep one"
)]
#[case::repeated_language(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A"},"FR":{"slug":"b","name":"B"}}}"#,
    "texts: the key `FR` is there twice; keep one"
)]
#[case::list(r#"[]"#, ": the line is a list; it has to be one JSON object")]
#[case::entry_as_list(
    r#"{"kind":"topic","entry":[],"texts":{"fr":{"slug":"a","name":"A"}}}"#,
    "entry: here stands a list; give an object of fields"
)]
#[case::old_path_as_text(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A"}},"oldPaths":["/a"]}"#,
    "oldPaths[0]: here stands the text \"/a\"; give an object of fields"
)]
#[case::script_as_asset(
    r#"{"kind":"asset","entry":{"kind":"IMAGE","url":"javascript:alert(1)"},"texts":{"fr":{}}}"#,
    "entry.url: `javascript:alert(1)` is no address of the web"
)]
#[case::unknown_zone(
    r#"{"kind":"event","entry":{"time":{"startsOn":"2024-01-01","timeZone":"Mars/Phobos"}},"texts":{"fr":{"slug":"a","name":"A"}}}"#,
    "entry.time.timeZone: `Mars/Phobos` is no time zone; give an IANA name such as `Africa/Bamako`"
)]
#[case::unknown_zone_in_a_programme(
    r#"{"kind":"event","entry":{"time":{"startsOn":"2024-01-01"},"programme":[{"name":"A","time":{"startsOn":"2024-01-01","timeZone":"Europe/Bamako"}}]},"texts":{"fr":{"slug":"a","name":"A"}}}"#,
    "entry.programme[0].time.timeZone: `Europe/Bamako` is no time zone"
)]
#[case::empty_name(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":" "}}}"#,
    "texts.fr.name: it is empty"
)]
#[case::own_parent(
    r#"{"kind":"topic","id":"00000000-0000-0000-0000-000000000077","entry":{"parent":"00000000-0000-0000-0000-000000000077"},"texts":{"fr":{"slug":"a","name":"A"}}}"#,
    "entry.parent: an entry cannot be part of itself"
)]
#[case::own_parent_by_slug(
    r#"{"kind":"topic","entry":{"parent":"bon"},"texts":{"fr":{"slug":"bon","name":"Bon"}}}"#,
    "entry.parent: an entry cannot be part of itself"
)]
#[case::link_to_another_host(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A","body":[{"_type":"block","_key":"k","children":[],"markDefs":[{"_type":"link","_key":"m","href":"//evil.example"}]}]}}}"#,
    "texts.fr.body[0].markDefs[0].href: `//evil.example` is no address to link to"
)]
#[case::image_of_the_site(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A","body":[{"_type":"image","_key":"k","url":"data:image/png;base64,AA"}]}}}"#,
    "texts.fr.body[0].url: `data:image/png;base64,AA` is no address of the web"
)]
#[case::unknown_mark(
    r#"{"kind":"topic","entry":{},"texts":{"fr":{"slug":"a","name":"A","body":[{"_type":"block","_key":"k","children":[{"_type":"span","_key":"s","text":"a","marks":["m"]}]}]}}}"#,
    "texts.fr.body: block `k` uses the mark `m`"
)]
#[tokio::test]
async fn what_the_format_excludes_is_told_by_place(#[case] line: &str, #[case] expected: &str) {
    let told = refused(Backend::Sqlite, line).await;
    let told = told.strip_prefix("line 2").expect("the line is named").trim_start_matches(", ");
    assert!(told.starts_with(expected), "{told}");
}
