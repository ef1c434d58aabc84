//! Names: slugs, addresses, people.

use griot_domain::{EntryKind, Text};
use griot_import::{JsonOptions, Silent, import_json};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, export, post};

#[rstest]
#[tokio::test]
async fn a_slug_taken_gets_a_number_and_keeps_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    let items: String = (1..=4).map(|number| post(number, "meme", "Texte.")).collect();
    let report = record.import_text(&export(&items)).await.unwrap();
    let mut slugs = Vec::new();
    for number in 1..=4 {
        slugs.push(record.post(number).await.editions.into_values().next().unwrap().slug.unwrap().to_string());
    }
    assert_eq!(slugs, ["meme", "meme-2", "meme-3", "meme-4"]);
    assert!(report.notes[0].to_string().contains("post 2 “Titre 2”: "), "{report}");
    let again = record.import_text(&export(&items)).await.unwrap();
    assert_eq!(again.counts[&EntryKind::Article].unchanged, 4);
}

#[tokio::test]
async fn an_old_address_stays_with_whom_it_led_to_first() {
    let record = Record::fresh(Backend::Sqlite).await;
    let second = post(2, "deux", "Deux.").replace("site.example/deux/", "site.example/un/");
    let report = record.import_text(&export(&(post(1, "un", "Un.") + &second))).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article].created, 2);
    assert!(report.notes.iter().any(|note| note.message.contains("`/un`")), "{report}");
    let paths: Vec<_> = record.post(2).await.old_paths.into_iter().map(|old| old.path).collect();
    assert_eq!(paths, ["/?p=2"]);
}

#[rstest]
#[tokio::test]
async fn authors_and_names_in_texts_are_people_of_the_record(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    let person = r#"{"kind":"person","externalIds":[{"scheme":"t","value":"awa"}],"entry":{"name":{"display":"Awa TRAORÉ","given":"Awa","family":"TRAORÉ"}},"texts":{"fr":{"slug":"awa-traore"}}}"#;
    let people = import_json(
        person.as_bytes(),
        None,
        JsonOptions { is_rehearsal: false, find_mentions: false },
        &record.target(),
        &mut Silent,
    )
    .await
    .unwrap();
    assert_eq!(people.problem_count(), 0, "{people}");
    let author = "<wp:author><wp:author_login>awa</wp:author_login><wp:author_display_name>Awa Traoré</wp:author_display_name></wp:author>";
    let item =
        post(1, "un", "Selon Mme Awa Traoré, tout va bien.").replace("<item>", "<item><dc:creator>awa</dc:creator>");
    let report = record.import_text(&export(&format!("{author}{item}"))).await.unwrap();
    let known = record.published.live_entries(EntryKind::Person).await.unwrap()[0].id;
    let article = record.post(1).await;
    let byline = article.entry.as_ref().unwrap().links();
    assert!(byline.iter().any(|link| link.target == known), "{article:?}");
    let Text::Article(text) = &article.editions.values().next().unwrap().text else { panic!("an article") };
    assert_eq!(text.mentions[0].target, known);
    assert_eq!(report.mention_count, 1);
}
