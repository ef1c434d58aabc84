//! XML that is meant to do harm: refused before anything is written.

use griot_import::{ReadError, Refused, WordPressError};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, export, post};

const BILLION_LAUGHS: &str = "<?xml version=\"1.0\"?>\n<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;&lol;\"><!ENTITY lol3 \"&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;&lol2;\">]>\n<rss><channel><title>&lol3;</title></channel></rss>";
const EXTERNAL: &str = "<?xml version=\"1.0\"?><!DOCTYPE rss [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><rss><channel><title>&x;</title></channel></rss>";

fn quadratic() -> String {
    let value = "a".repeat(100_000);
    format!(
        "<!DOCTYPE rss [<!ENTITY a \"{value}\">]><rss><channel><title>{}</title></channel></rss>",
        "&a;".repeat(100_000)
    )
}

fn attributes(prefix: &str) -> String {
    let attributes: String = (0..1_000_000).map(|number| format!(" {prefix}{number}=\"\"")).collect();
    export(&format!("{}<item{attributes}></item>", post(1, "un", "Un.")))
}

fn nested() -> String {
    export(&format!("{}{}", post(1, "un", "Un."), "<a>".repeat(64 * 1024)))
}

#[rstest]
#[case::billion_laughs(BILLION_LAUGHS.to_owned(), Refused::Declaration)]
#[case::external_entity(EXTERNAL.to_owned(), Refused::Declaration)]
#[case::quadratic_entity(quadratic(), Refused::Declaration)]
#[case::declaration_at_the_end(export(&post(1, "un", "Un.")) + "<!DOCTYPE rss>", Refused::Declaration)]
#[case::a_million_attributes(attributes("a"), Refused::TooManyAttributes)]
#[case::a_million_namespaces(attributes("xmlns:a"), Refused::TooManyAttributes)]
#[case::a_tag_without_end(export(&format!("<item a=\"{}", "x".repeat(2 << 20))), Refused::LongTag)]
#[case::deep_nesting(nested(), Refused::TooDeep)]
#[tokio::test]
async fn harmful_xml_is_refused_and_nothing_is_imported(#[case] xml: String, #[case] expected: Refused) {
    let record = Record::fresh(Backend::Sqlite).await;
    let error = record.import_text(&xml).await.unwrap_err();
    let WordPressError::File { source: ReadError::Refused { refused, .. }, .. } = &error else { panic!("{error}") };
    assert_eq!(*refused, expected);
    assert!(record.published.is_empty().await.unwrap());
}

#[tokio::test]
async fn entities_that_nothing_declares_stay_text() {
    let record = Record::fresh(Backend::Sqlite).await;
    let xml = export(&post(1, "un", "Un.").replace("Titre 1", "A &eacute; &x; &#233; & B"));
    record.import_text(&xml).await.unwrap();
    let edition = record.post(1).await.editions.into_values().next().unwrap();
    assert!(edition.text.to_json().contains("\"headline\":\"A é &x; é & B\""), "{}", edition.text.to_json());
}
