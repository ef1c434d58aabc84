use griot_syndication::item::{Content, Item};
use griot_syndication::text::document;

use crate::samples::{self, all};

#[test]
fn lines_end_with_lf_and_nothing_stands_around_the_text() {
    for (name, item) in all() {
        let text = document(&item);
        assert!(!text.is_empty(), "{name}");
        assert_eq!(text, text.trim(), "{name}");
        assert!(!text.contains('\r') && !text.contains("\n\n\n"), "{name}: {text:?}");
        assert_eq!(text, document(&item.clone()), "{name}");
    }
}

#[test]
fn line_ends_of_other_systems_become_lf() {
    let mut item = samples::article();
    if let Content::Article(article) = &mut item.content {
        article.text = "un\r\ndeux\rtrois".to_owned();
    }
    assert!(document(&item).contains("un\ndeux\ntrois"));
}

#[test]
fn an_article_reads_from_headline_to_rights() {
    let item = samples::article();
    let text = document(&item);
    let paragraphs: Vec<&str> = text.split("\n\n").collect();
    let Content::Article(article) = &item.content else { panic!("an article") };
    let beginning = ["Diplomatie", &article.headline, "Palais de Koulouba, 2023-11-06", "Par La Présidence, A. Traoré"];
    assert_eq!(paragraphs[..4], beginning);
    assert_eq!(paragraphs.last(), Some(&"Libre de droits avec mention de la source."));
    assert!(text.contains("a reçu l’envoyé & sa délégation."));
}

#[test]
fn the_editors_note_comes_first_and_corrections_after_the_body() {
    let text = document(&samples::corrected_article());
    assert!(text.starts_with("RECTIFICATIF : Le nom de l’envoyé était mal écrit.\n\n"));
    let body = text.find("Fin ]]> du texte.");
    let correction = text.find("Rectificatif (2023-11-07) : Le nom de l’envoyé était mal écrit.");
    assert!(body.is_some() && body < correction, "{text}");
    let embargoed = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..samples::article() };
    assert!(document(&embargoed).starts_with("SOUS EMBARGO jusqu’au 2023-11-06 18:00 UTC\n\n"));
}

#[test]
fn of_what_was_taken_back_only_the_note_is_left() {
    let killed = samples::taken_back(Content::Canceled, Some("Information fausse."));
    assert_eq!(document(&killed), "ANNULATION : Information fausse.");
    assert_eq!(document(&samples::taken_back(Content::Withheld, None)), "À NE PAS UTILISER");
}

#[test]
fn an_event_has_the_hours_of_its_place() {
    let text = document(&samples::event());
    assert!(text.contains("2024-07-06 09:00 – 2024-07-06 18:00 (UTC+01:00)"), "{text}");
    assert!(text.contains("Programme\n2024-07-06 09:00"), "{text}");
    assert!(document(&samples::all_day_event()).starts_with("ÉVÉNEMENT REPORTÉ\n\nFête de l’Indépendance"));
}

#[test]
fn ranks_posts_and_past_names_have_their_time() {
    let person = document(&samples::person());
    assert!(person.starts_with("Colonel Assimi GOÏTA\n\n"), "{person}");
    assert!(person.contains("Colonel (2016–2024-10-16)\nGénéral d’Armée (2024-10–)"), "{person}");
    assert!(document(&samples::institution()).contains("Présidence de la Transition (2020-09–2024)"));
}
