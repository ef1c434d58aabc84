//! What went in comes out, and going in twice changes nothing.

use griot_testbed::Backend;
use griot_tests::{Record, workspace};
use rstest::rstest;

fn demo(file: &str) -> String {
    workspace().join("demo").join(file).to_str().expect("the path is UTF-8").to_owned()
}

#[rstest]
fn importing_twice_changes_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let before = record.export();
    assert!(before.lines().count() > 20, "{before}");
    for (format, file) in [("wordpress", "wordpress.xml"), ("json", "record.jsonl")] {
        let ran = record.run(&["import", format, &demo(file)]).expect_success();
        assert!(ran.stdout.contains(" 0 new, 0 changed, "), "{}", ran.stdout);
    }
    assert_eq!(record.export(), before);
}

#[rstest]
fn an_export_imported_elsewhere_exports_the_same_bytes(
    #[values(Backend::Sqlite, Backend::Postgres)] from: Backend,
    #[values(Backend::Sqlite, Backend::Postgres)] to: Backend,
) {
    let original = Record::with_demo(from);
    let copy = Record::new(to);
    let file = copy.directory().join("record.jsonl");
    original.run(&["export", file.to_str().expect("the path is UTF-8")]).expect_success();
    copy.run(&["import", "json", "record.jsonl"]).expect_success();
    assert_eq!(copy.export(), std::fs::read_to_string(&file).expect("the export is there"));
}

#[rstest]
#[case("json", "record.jsonl")]
#[case("wordpress", "wordpress.xml")]
fn a_rehearsal_reports_and_writes_nothing(#[case] format: &str, #[case] file: &str) {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let before = record.export();
    let ran = record.run(&["import", format, &demo(file), "--dry-run"]).expect_success();
    assert!(ran.stdout.contains("nothing was written") && ran.stdout.contains(" new, "), "{}", ran.stdout);
    assert_eq!(record.export(), before);
}

#[test]
fn a_broken_line_is_reported_and_the_rest_goes_in() {
    let record = Record::new(Backend::Sqlite);
    let topic = |slug: &str| {
        format!(
            r#"{{"kind":"topic","liveFrom":"2024-01-01T00:00:00Z","entry":{{}},"texts":{{"fr":{{"slug":"{slug}","name":"{slug}"}}}}}}"#
        )
    };
    let text = format!("{}\n{{\"kind\":\"topic\"\n{}\n", topic("un"), topic("trois"));
    std::fs::write(record.directory().join("some.jsonl"), text).unwrap();
    let ran = record.run(&["import", "json", "some.jsonl"]).expect_code(3);
    assert!(ran.stdout.contains("2 new") && ran.stdout.contains("line 2"), "{}", ran.stdout);
    let export = record.export();
    assert!(export.contains("\"un\"") && export.contains("\"trois\""), "{export}");
}

#[test]
fn a_document_type_is_refused_and_nothing_goes_in() {
    let record = Record::new(Backend::Sqlite);
    let text = std::fs::read_to_string(demo("wordpress.xml")).unwrap();
    let (head, rest) = text.split_once("<rss").unwrap();
    std::fs::write(record.directory().join("bad.xml"), format!("{head}<!DOCTYPE rss [<!ENTITY a \"b\">]><rss{rest}"))
        .unwrap();
    let ran = record.run(&["import", "wordpress", "bad.xml"]).expect_code(1);
    assert!(ran.stderr.contains("line 5: it has a document type declaration"), "{}", ran.stderr);
    assert_eq!(record.export().lines().filter(|line| line.starts_with("{\"kind\"")).count(), 0);
}
