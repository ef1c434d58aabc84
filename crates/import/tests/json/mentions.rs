//! Mentions on import.

use griot_domain::{EntryKind, Locale, MentionRole, Text};
use griot_import::JsonOptions;
use griot_testbed::Backend;
use rstest::rstest;

use super::support::{IMPORT, Record};

const PEOPLE: &str = r#"
{"kind":"person","entry":{"name":{"given":"Awa","family":"DIARRA","display":"Awa DIARRA"}},"texts":{"fr":{"slug":"awa","honorific":"Mme"}}}
{"kind":"person","entry":{"name":{"given":"Oumar","family":"DIARRA","display":"Oumar DIARRA"}},"texts":{"fr":{"slug":"oumar"}}}
"#;
const ARTICLE: &str = r#"{"kind":"article","externalIds":[{"scheme":"cms","value":"1"}],"entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z"},"texts":{"fr":{"slug":"a","headline":"Awa DIARRA arrive","summary":"Dr DIARRA et DIARRA parlent."}}}"#;

async fn mentions(record: &Record) -> Vec<(MentionRole, String)> {
    let publications = record.publications().await;
    let article = publications.iter().rfind(|one| one.kind == EntryKind::Article).unwrap();
    let Text::Article(text) = &article.editions[&Locale::parse("fr").unwrap()].text else { unreachable!() };
    text.mentions.iter().map(|mention| (mention.role, mention.words.clone())).collect()
}

#[rstest]
#[tokio::test]
async fn names_are_found_and_doubts_go_to_the_editorial_store(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    // The people stand behind the article in the file: all of a batch know each other.
    let report = record.take(&format!("{ARTICLE}\n{PEOPLE}")).await;
    assert_eq!((report.mention_count, report.suggestion_count), (2, 1));
    let found = mentions(&record).await;
    assert_eq!(
        found,
        [(MentionRole::Subject, "Awa DIARRA".to_owned()), (MentionRole::Mentioned, "Dr DIARRA".to_owned())]
    );
    let article = record.publications().await.iter().rfind(|one| one.kind == EntryKind::Article).unwrap().id;
    let left = record.editorial.suggestions(article, &Locale::parse("fr").unwrap()).await.unwrap();
    assert_eq!(left.iter().map(|one| one.words.as_str()).collect::<Vec<_>>(), ["DIARRA"]);
}

#[tokio::test]
async fn given_mentions_are_kept_even_none() {
    let record = Record::fresh(Backend::Sqlite).await;
    let none = ARTICLE.replace("\"summary\"", "\"mentions\":[],\"summary\"");
    let report = record.take(&format!("{PEOPLE}{none}")).await;
    assert_eq!((report.mention_count, mentions(&record).await.len()), (0, 0));
}

#[tokio::test]
async fn finding_can_be_left_out() {
    let record = Record::fresh(Backend::Sqlite).await;
    let options = JsonOptions { find_mentions: false, ..IMPORT };
    let report = record.import_with(&format!("{PEOPLE}{ARTICLE}"), options).await;
    assert_eq!((report.problem_count(), report.mention_count, mentions(&record).await.len()), (0, 0, 0));
}

#[tokio::test]
async fn a_name_learnt_later_is_found_when_the_article_comes_again() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.take(ARTICLE).await;
    assert_eq!(mentions(&record).await, []);
    record.take(&format!("{PEOPLE}{ARTICLE}")).await;
    assert_eq!(mentions(&record).await.len(), 2);
}
