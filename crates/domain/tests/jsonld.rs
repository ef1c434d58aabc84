//! Descriptions of pages for search engines.

use chrono::{DateTime, Utc};
use griot_domain::{
    ArticleKind, CorrectionKind, CorrectionLd, EventState, EventTime, ImageLd, Locale, NewsArticleLd, ThingLd,
    to_script_safe_json,
};
use insta::assert_snapshot;
use proptest::prelude::*;
use rstest::rstest;
use serde_json::{Value, json};

/// What could end a script element or a JavaScript string.
const UNSAFE: [char; 5] = ['<', '>', '&', '\u{2028}', '\u{2029}'];

fn instant(raw: &str) -> DateTime<Utc> {
    raw.parse().expect("an instant")
}

fn article<'a>(headline: &'a str, locale: &'a Locale) -> NewsArticleLd<'a> {
    NewsArticleLd {
        kind: ArticleKind::News,
        url: "https://example.org/fr/articles/rencontre",
        headline,
        summary: None,
        locale,
        issued_at: DateTime::parse_from_rfc3339("2023-07-29T18:00:00+00:00").expect("an instant"),
        modified_at: None,
        place: None,
        images: Vec::new(),
        authors: Vec::new(),
        publisher: ThingLd::Organization { name: "Présidence", url: Some("https://example.org/"), acronym: None },
        about: Vec::new(),
        mentions: Vec::new(),
        keywords: Vec::new(),
        word_count: None,
        corrections: Vec::new(),
    }
}

#[test]
fn an_article_is_described_with_all_it_has() {
    let locale = Locale::parse("fr").expect("a language tag");
    let time: EventTime =
        serde_json::from_value(json!({ "startsOn": "2023-07-27", "endsOn": "2023-07-28" })).expect("a time");
    let ld = NewsArticleLd {
        summary: Some("Ils se sont rencontrés."),
        modified_at: Some(instant("2023-07-30T08:00:00Z")),
        place: Some("Saint-Pétersbourg"),
        images: vec![ImageLd {
            url: "https://m.example/1.jpg",
            caption: Some("La rencontre"),
            credit: Some("PRM"),
            size: Some((1600, 900)),
        }],
        authors: vec![ThingLd::Organization { name: "Cellule de communication", url: None, acronym: None }],
        about: vec![ThingLd::Person {
            name: "Assimi GOÏTA",
            url: Some("https://example.org/fr/people/assimi-goita"),
            honorific: Some("Colonel"),
            job_title: Some("Président de la Transition, Chef de l’État"),
        }],
        mentions: vec![
            ThingLd::Organization { name: "Confédération des États du Sahel", url: None, acronym: Some("AES") },
            ThingLd::Event {
                name: "Sommet Russie-Afrique",
                url: None,
                time: &time,
                place: Some("Saint-Pétersbourg"),
                state: EventState::Scheduled,
            },
        ],
        keywords: vec!["Coopération", "Diplomatie"],
        word_count: Some(412),
        corrections: vec![CorrectionLd {
            kind: CorrectionKind::Correction,
            at: instant("2023-07-30T08:00:00Z"),
            note: "La date était fausse.",
        }],
        ..article("Rencontre", &locale)
    };
    assert_snapshot!(serde_json::to_string_pretty(&ld.to_value()).expect("JSON"), @r#"
    {
      "@context": "https://schema.org",
      "@id": "https://example.org/fr/articles/rencontre",
      "@type": "NewsArticle",
      "about": [
        {
          "@type": "Person",
          "honorificPrefix": "Colonel",
          "jobTitle": "Président de la Transition, Chef de l’État",
          "name": "Assimi GOÏTA",
          "url": "https://example.org/fr/people/assimi-goita"
        }
      ],
      "author": [
        {
          "@type": "Organization",
          "name": "Cellule de communication"
        }
      ],
      "correction": [
        {
          "@type": "CorrectionComment",
          "datePublished": "2023-07-30T08:00:00Z",
          "name": "Correction",
          "text": "La date était fausse."
        }
      ],
      "dateModified": "2023-07-30T08:00:00Z",
      "datePublished": "2023-07-29T18:00:00Z",
      "description": "Ils se sont rencontrés.",
      "headline": "Rencontre",
      "image": [
        {
          "@type": "ImageObject",
          "caption": "La rencontre",
          "creditText": "PRM",
          "height": 900,
          "url": "https://m.example/1.jpg",
          "width": 1600
        }
      ],
      "inLanguage": "fr",
      "isAccessibleForFree": true,
      "keywords": [
        "Coopération",
        "Diplomatie"
      ],
      "locationCreated": {
        "@type": "Place",
        "name": "Saint-Pétersbourg"
      },
      "mainEntityOfPage": {
        "@id": "https://example.org/fr/articles/rencontre",
        "@type": "WebPage"
      },
      "mentions": [
        {
          "@type": "Organization",
          "alternateName": "AES",
          "name": "Confédération des États du Sahel"
        },
        {
          "@type": "Event",
          "endDate": "2023-07-28",
          "eventStatus": "https://schema.org/EventScheduled",
          "location": {
            "@type": "Place",
            "name": "Saint-Pétersbourg"
          },
          "name": "Sommet Russie-Afrique",
          "startDate": "2023-07-27"
        }
      ],
      "publisher": {
        "@type": "Organization",
        "name": "Présidence",
        "url": "https://example.org/"
      },
      "url": "https://example.org/fr/articles/rencontre",
      "wordCount": 412
    }
    "#);
}

#[test]
fn what_is_not_known_is_left_out_and_the_publisher_signs() {
    let locale = Locale::parse("fr").expect("a language tag");
    assert_snapshot!(serde_json::to_string_pretty(&article("Rencontre", &locale).to_value()).expect("JSON"), @r#"
    {
      "@context": "https://schema.org",
      "@id": "https://example.org/fr/articles/rencontre",
      "@type": "NewsArticle",
      "author": {
        "@type": "Organization",
        "name": "Présidence",
        "url": "https://example.org/"
      },
      "dateModified": "2023-07-29T18:00:00Z",
      "datePublished": "2023-07-29T18:00:00Z",
      "headline": "Rencontre",
      "inLanguage": "fr",
      "isAccessibleForFree": true,
      "mainEntityOfPage": {
        "@id": "https://example.org/fr/articles/rencontre",
        "@type": "WebPage"
      },
      "publisher": {
        "@type": "Organization",
        "name": "Présidence",
        "url": "https://example.org/"
      },
      "url": "https://example.org/fr/articles/rencontre"
    }
    "#);
}

#[test]
fn a_page_is_a_plain_article_and_a_change_before_issue_is_none() {
    let locale = Locale::parse("fr").expect("a language tag");
    let early = Some(instant("2023-07-01T00:00:00Z"));
    let ld = NewsArticleLd { kind: ArticleKind::Page, modified_at: early, ..article("Biographie", &locale) }.to_value();
    assert_eq!(ld["@type"], "Article");
    assert_eq!(ld["dateModified"], ld["datePublished"]);
}

#[rstest]
#[case(&"a".repeat(110), &"a".repeat(110), false)]
#[case(&"mot ".repeat(40), &("mot ".repeat(26) + "mot…"), true)]
#[case(&"é".repeat(111), &("é".repeat(109) + "…"), true)]
fn a_long_headline_is_cut_at_a_word(#[case] headline: &str, #[case] short: &str, #[case] has_name: bool) {
    let locale = Locale::parse("fr").expect("a language tag");
    let ld = article(headline, &locale).to_value();
    assert_eq!(ld["headline"], short);
    assert_eq!(ld.get("name"), has_name.then(|| json!(headline)).as_ref());
}

#[test]
fn a_thing_of_its_own_page_has_a_context() {
    let time: EventTime =
        serde_json::from_value(json!({ "startsAt": "2020-11-17T10:00:00+00:00", "endsAt": null })).expect("a time");
    let event = ThingLd::Event { name: "Obsèques", url: None, time: &time, place: None, state: EventState::Cancelled };
    assert_eq!(
        event.to_document(),
        json!({
            "@context": "https://schema.org", "@type": "Event", "name": "Obsèques", "startDate": "2020-11-17T10:00:00Z",
            "eventStatus": "https://schema.org/EventCancelled"
        })
    );
}

#[test]
fn json_for_a_script_element_cannot_end_it() {
    let value = json!({ "a</script><!--": "</script>&\u{2028}\u{2029}<script>" });
    let safe = to_script_safe_json(&value);
    assert!(!safe.contains(UNSAFE), "{safe}");
    assert_eq!(serde_json::from_str::<Value>(&safe).expect("JSON"), value);
}

proptest! {
    #[test]
    fn script_safe_json_reads_back_the_same(text in "\\PC{0,40}|[<>&/!\u{2028}\u{2029}\\\\\"-]{0,20}") {
        let safe = to_script_safe_json(&json!([text]));
        prop_assert!(!safe.contains(UNSAFE), "{}", safe);
        prop_assert_eq!(serde_json::from_str::<Value>(&safe).unwrap(), json!([text]));
    }
}
