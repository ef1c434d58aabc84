//! Files that are not as they should be.

use griot_domain::EntryKind;
use griot_import::{ReadError, WordPressError};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, export, post, told};

#[rstest]
#[tokio::test]
async fn what_stands_before_a_break_goes_in_and_the_break_is_named(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    let whole = export(&(post(1, "un", "Un.") + &post(2, "deux", "Deux.") + &post(3, "trois", "Trois.")));
    let cut = &whole[..whole.find("Trois.").unwrap()];
    let report = record.import_text(cut).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 2);
    let line = cut.lines().count() as u64;
    let [problem] = &report.problems[..] else { panic!("{report}") };
    assert_eq!(problem.line, Some(line));
    assert!(problem.message.contains("What stands before it went in; what follows was not reached"), "{problem}");
    let whole = record.import_text(&whole).await.unwrap();
    assert_eq!(whole.counts[&EntryKind::Article].created, 1);
}

#[rstest]
#[case("<item><title>x</titel></item>", "ill-formed")]
#[case("<item a='1></item>", "")]
#[case("</channel><item>", "")]
#[tokio::test]
async fn other_breaks_stop_at_their_line_too(#[case] broken: &str, #[case] expected: &str) {
    let record = Record::fresh(Backend::Sqlite).await;
    let report =
        record.import_text(&export(&(post(1, "un", "Un.") + broken + &post(2, "deux", "Deux.")))).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 1);
    assert_eq!(report.problems.len(), 1, "{report}");
    assert!(report.problems[0].to_string().contains(expected), "{report}");
}

#[tokio::test]
async fn an_item_that_is_too_long_is_left_out_and_the_next_goes_in() {
    let record = Record::fresh(Backend::Sqlite).await;
    let long = "mot\n".repeat(3 << 20);
    let report = record.import_text(&export(&(post(1, "long", &long) + &post(2, "court", "Court.")))).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 1);
    let [problem] = &report.problems[..] else { panic!("{report}") };
    assert_eq!(problem.line, Some(6));
    assert!(problem.to_string().contains("post 1 “Titre 1”: the text of <content:encoded> is longer than 10 MiB"));
}

#[tokio::test]
async fn content_that_would_take_much_memory_is_left_out_unless_images_written_into_it_make_it_long() {
    let record = Record::fresh(Backend::Sqlite).await;
    let image = format!("<p>Court.<img src=\"data:image/png;base64,{}\"></p>", "A".repeat(5 << 20));
    let items = post(1, "long", &"mot ".repeat((1 << 20) + 1)) + &post(2, "image", &image);
    let report = record.import_text(&export(&items)).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 1);
    let [problem] = &report.problems[..] else { panic!("{report}") };
    let expected =
        "line 6, post 1 “Titre 1”: the content is 4194308 bytes long, and 4194304 is the limit; shorten or divide it";
    assert_eq!(problem.to_string(), expected);
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_replaced_and_reported() {
    let record = Record::fresh(Backend::Sqlite).await;
    let xml = export(&post(1, "un", "caf# noir")).into_bytes();
    let xml: Vec<u8> = xml.into_iter().map(|byte| if byte == b'#' { 0xe9 } else { byte }).collect();
    let file = record.write("latin1.xml", xml);
    let report = record.import(&file, &Default::default()).await.unwrap();
    assert!(told(&record.publications().await).contains("caf? noir"));
    assert_eq!((report.notes[0].line, report.problem_count()), (Some(6), 0));
}

#[tokio::test]
async fn control_characters_do_not_reach_the_record() {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let record = Record::fresh(backend).await;
        let report = record.import_text(&export(&post(1, "un", "a\0b\u{b}c&#0;d\u{8}"))).await.unwrap();
        assert_eq!(report.counts[&EntryKind::Article].created, 1, "{report}");
        let body = told(&record.publications().await);
        assert!(body.contains("\"text\":\"abc\u{fffd}d\""), "{body}");
    }
}

#[rstest]
#[case("", "which site")]
#[case("<rss><channel><title>x</title></channel></rss>", "which site")]
#[case("<html><body/></html>", "the outermost element is <html>")]
#[case("{\"kind\":\"article\"}", "")]
#[case("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?><rss/>", "it is in ISO-8859-1")]
#[tokio::test]
async fn other_files_are_named_for_what_they_are(#[case] text: &str, #[case] expected: &str) {
    let record = Record::fresh(Backend::Sqlite).await;
    let error = record.import_text(text).await.unwrap_err().to_string();
    assert!(error.contains(expected) && error.contains("export.xml"), "{error}");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let record = Record::fresh(Backend::Sqlite).await;
    let error = record.import(&record.dir().join("none.xml"), &Default::default()).await.unwrap_err();
    assert!(matches!(error, WordPressError::File { source: ReadError::Io(_), .. }), "{error}");
    assert!(error.to_string().contains("none.xml"));
}

#[tokio::test]
async fn a_file_that_is_cut_off_says_so_wherever_that_is() {
    let record = Record::fresh(Backend::Sqlite).await;
    let whole = export(&post(1, "un", "<p>Un ]] > <b>mot</b>.</p><!-- x --> "));
    let from = whole.find("<content:encoded>").unwrap();
    let to = whole.find("<wp:post_id>").unwrap();
    for end in from + 1..to {
        let report = record.import_text(&whole[..end]).await.unwrap();
        let [problem] = &report.problems[..] else { panic!("{report}") };
        assert!(problem.message.contains("the file is truncated"), "{}: {problem}", &whole[from..end]);
    }
}

#[tokio::test]
async fn what_cannot_be_read_twice_is_refused() {
    let record = Record::fresh(Backend::Sqlite).await;
    let pipe = record.dir().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    for (path, expected) in [(pipe.as_path(), "is not a regular file"), (record.dir(), "is a folder")] {
        let error = record.import(path, &Default::default()).await.unwrap_err().to_string();
        assert!(error.contains(expected) && error.contains(path.to_str().unwrap()), "{error}");
    }
}
