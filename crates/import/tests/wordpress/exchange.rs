//! What is written can be exported and read again.

use griot_domain::{EntryKind, Text};
use griot_import::{JsonOptions, Silent, export_json, import_json};
use griot_testbed::Backend;

use crate::support::{Record, export, kinds, post};

/// Exports the record and reads the lines into an empty one; answers the two exports.
async fn exchanged(record: &Record) -> (String, String) {
    let mut lines = Vec::new();
    export_json(&record.published, &mut lines).await.unwrap();
    let second = Record::fresh(Backend::Sqlite).await;
    let options = JsonOptions { is_rehearsal: false, find_mentions: false };
    let report = import_json(&lines[..], None, options, &second.target(), &mut Silent).await.unwrap();
    assert_eq!(report.problems, [], "{report}");
    let mut again = Vec::new();
    export_json(&second.published, &mut again).await.unwrap();
    (String::from_utf8(lines).unwrap(), String::from_utf8(again).unwrap())
}

#[tokio::test]
async fn every_kind_of_content_can_be_read_again() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.import(&kinds(), &Default::default()).await.unwrap();
    let (first, second) = exchanged(&record).await;
    assert!(first == second, "the exports differ");
}

#[tokio::test]
async fn control_characters_are_left_out_wherever_they_stand_and_the_report_says_so() {
    let record = Record::fresh(Backend::Sqlite).await;
    let content = "<p title='a'>Un&#1;\u{1}<img src='https://site.example/i.png' alt='I&#2;&#13;&#12;J'></p>\
                   <pre>x&#3;&#13;y&#12;z</pre><table><tr><td>C&#4;</td></tr></table>";
    let item = post(1, "un", content)
        .replace("Titre 1", "Tit&amp;#5;re&#6;")
        .replace("<wp:post_id>", "<category domain=\"category\" nicename=\"c&#7;at\">Ca&#8;t</category><wp:post_id>");
    let file = "<item><title>F</title><wp:attachment_url>https://site.example/a%01b.pdf</wp:attachment_url>\
                <wp:post_id>3</wp:post_id><wp:post_date_gmt>2023-01-01 00:00:00</wp:post_date_gmt>\
                <wp:status>inherit</wp:status><wp:post_type>attachment</wp:post_type></item>";
    let report = record.import_text(&export(&(item + &post(2, "deux", "Deux.") + file))).await.unwrap();
    assert_eq!(report.problems, [], "{report}");
    let [note] = &report.notes[..] else { panic!("{report}") };
    assert!(note.to_string().contains("post 1 “Titre”: control characters in its text"), "{note}");
    let (first, second) = exchanged(&record).await;
    assert!(first == second, "{first}{second}");
    assert!(first.contains(r#""alt":"I\n\nJ""#) && first.contains(r#""text":"x\ny\nz""#), "{first}");
}

#[tokio::test]
async fn what_no_field_can_hold_is_reported_and_the_rest_goes_in() {
    let record = Record::fresh(Backend::Sqlite).await;
    let long = |number: u64| post(number, &format!("a-{number}"), "Un.").replace("Titre", &"très ".repeat(300));
    let report = record.import_text(&export(&(long(1) + &post(2, "deux", "Deux.")))).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 1, "{report}");
    let [problem] = &report.problems[..] else { panic!("{report}") };
    assert_eq!(problem.line, Some(6));
    assert!(problem.message.contains("headline: it has 1501 characters; shorten it to 1000 at most"), "{problem}");
    exchanged(&record).await;
}

#[tokio::test]
async fn long_names_of_what_articles_refer_to_are_cut_and_noted() {
    let record = Record::fresh(Backend::Sqlite).await;
    let (long, meta) = (
        "mot ".repeat(300),
        "<wp:postmeta><wp:meta_key>_thumbnail_id</wp:meta_key>\
                 <wp:meta_value>2</wp:meta_value></wp:postmeta></item>",
    );
    let item = post(1, "un", "Un.").replace("</item>", meta).replace(
        "<wp:post_id>",
        &format!("<category domain=\"category\" nicename=\"c\">{long}</category><wp:post_id>"),
    );
    let image = post(2, "image", "").replace("Titre 2", &long).replace(
        "<wp:post_type>post",
        "<wp:attachment_url>https://site.example/i.png</wp:attachment_url><wp:post_type>attachment",
    );
    let report = record.import_text(&export(&(item + &image))).await.unwrap();
    assert_eq!(report.problems, [], "{report}");
    let notes: Vec<String> = report.notes.iter().map(|note| note.message.clone()).collect();
    assert_eq!(notes, ["name", "title"].map(|what| format!("its {what} of 1199 characters was cut off after 1000")));
    let Text::Asset(text) = &record.post(2).await.editions.into_values().next().unwrap().text.clone() else { panic!() };
    assert_eq!(text.title.as_ref().unwrap().chars().count(), 1_000);
    exchanged(&record).await;
}
