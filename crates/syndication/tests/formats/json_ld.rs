//! That documents hold only schema.org's terms is judged by `tests/conformance/jsonld.mjs`; here is what they say.

use griot_domain::{ArticleKind, EventState, InstitutionKind};
use griot_syndication::item::{Content, Item};
use griot_syndication::json_ld::document;
use rstest::rstest;
use serde_json::{Value, json};

use crate::samples::{self, all};

#[test]
fn every_document_is_identified_in_the_context_of_schema_org() {
    for (name, item) in all() {
        let document = document(&item);
        assert_eq!(document["@context"], "https://schema.org", "{name}");
        assert_eq!(document["identifier"], item.uri(), "{name}");
        assert!(document["@type"].is_string(), "{name}");
    }
}

#[test]
fn the_same_item_gives_the_same_bytes_without_empty_fields() {
    for (name, item) in all() {
        let text = document(&item).to_string();
        assert_eq!(text, document(&item.clone()).to_string(), "{name}");
        for empty in [":null", ":[]", ":{}", ":\"\"", "[null"] {
            assert!(!text.contains(empty), "{name} has {empty}: {text}");
        }
    }
}

#[test]
fn people_are_named_as_on_the_day_of_the_article() {
    let person = &document(&samples::article())["about"][0];
    assert_eq!(person["@type"], "Person");
    assert_eq!(person["name"], "Assimi GOÏTA");
    assert_eq!(person["alternateName"], "Colonel Assimi GOÏTA, Président de la Transition");
    assert_eq!(person["honorificPrefix"], "Colonel");
    assert_eq!(person["jobTitle"], json!(["Président de la Transition, Chef de l’État"]));
    assert_eq!(person["@id"], document(&samples::person())["@id"], "the address of the person's own document");
}

#[test]
fn an_article_tells_its_day_its_text_and_its_translation() {
    let document = document(&samples::article());
    assert_eq!(document["@type"], "NewsArticle");
    assert_eq!(document["datePublished"], "2023-11-06T12:30:00+01:00");
    assert_eq!(document["dateModified"], document["datePublished"]);
    assert_eq!(document["dateline"], "Palais de Koulouba");
    assert_eq!(document["author"][0]["name"], "La Présidence");
    assert_eq!(document["publisher"]["name"], "Présidence de la République du Mali");
    assert_eq!(document["image"][0]["width"]["value"], 1600);
    assert_eq!(document["workTranslation"][0]["inLanguage"], "en");
    assert!(document["articleBody"].as_str().is_some_and(|body| body.contains("& sa délégation")));
}

#[test]
fn nobody_but_the_office_is_the_author_of_what_nobody_signs() {
    let document = document(&samples::bare_article());
    assert_eq!(document["author"], json!([document["publisher"]]));
    assert_eq!(document["articleBody"], Value::Null);
}

#[test]
fn a_standing_page_is_no_news() {
    let mut item = samples::article();
    if let Content::Article(article) = &mut item.content {
        article.form = ArticleKind::Page;
    }
    let document = document(&item);
    assert_eq!(document["@type"], "Article");
    assert_eq!(document["dateline"], Value::Null);
}

#[test]
fn corrections_are_told_with_their_time() {
    let document = document(&samples::corrected_article());
    let expected = json!({
        "@type": "CorrectionComment",
        "name": "Rectificatif",
        "text": "Le nom de l’envoyé était mal écrit.",
        "datePublished": "2023-11-07T08:00:00Z",
    });
    assert_eq!(document["correction"][1], expected);
    assert_eq!(document["dateModified"], "2023-11-07T08:00:00Z");
}

#[test]
fn what_was_taken_back_is_a_headline_and_why() {
    for (name, item) in all() {
        if !matches!(item.content, Content::Withheld | Content::Canceled) {
            continue;
        }
        let document = document(&item);
        let keys: Vec<&str> = document.as_object().into_iter().flat_map(|map| map.keys()).map(String::as_str).collect();
        let expected = [
            "@context",
            "@id",
            "@type",
            "correction",
            "dateModified",
            "headline",
            "identifier",
            "inLanguage",
            "publisher",
            "version",
        ];
        assert_eq!(keys, expected, "{name}");
        assert_eq!(document["@type"], "NewsArticle", "{name}");
        assert_eq!(document["headline"], item.title(), "{name}");
    }
    let killed = document(&samples::taken_back(Content::Canceled, Some("Information fausse.")));
    assert_eq!(killed["correction"]["text"], "Information fausse.");
}

#[test]
fn an_embargo_is_a_condition_of_access() {
    let embargoed = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..samples::article() };
    assert_eq!(document(&embargoed)["conditionsOfAccess"], "Sous embargo jusqu’à 2023-11-06T18:00:00Z");
    assert_eq!(document(&samples::article())["conditionsOfAccess"], Value::Null);
}

#[test]
fn ranks_and_posts_of_a_person_have_their_time() {
    let document = document(&samples::person());
    assert_eq!(document["honorificPrefix"], json!(["Colonel"]));
    assert_eq!(document["birthDate"], "1983");
    let post = &document["worksFor"][0];
    assert_eq!(post["@type"], "OrganizationRole");
    assert_eq!(post["roleName"], "Vice-président de la Transition");
    assert_eq!((&post["startDate"], &post["endDate"]), (&json!("2020-09-25"), &json!("2021-05-24")));
    assert_eq!(post["worksFor"]["name"], "Présidence de la République");
    let rank = &document["hasOccupation"][0];
    assert_eq!((&rank["@type"], &rank["hasOccupation"]["name"]), (&json!("Role"), &json!("Colonel")));
    assert_eq!((&rank["startDate"], &rank["endDate"]), (&json!("2016"), &json!("2024-10-16")));
}

#[test]
fn a_post_that_may_be_long_over_is_no_title_of_today() {
    let mut item = samples::person();
    assert_eq!(document(&item)["jobTitle"], Value::Null, "one is over, and nobody knows of the other");
    if let Content::Person(person) = &mut item.content {
        person.posts[0].title.until = None;
    }
    assert_eq!(document(&item)["jobTitle"], json!(["Vice-président de la Transition"]));
}

#[rstest]
#[case(InstitutionKind::Presidency, "GovernmentOrganization")]
#[case(InstitutionKind::Court, "GovernmentOrganization")]
#[case(InstitutionKind::InternationalOrganisation, "Organization")]
#[case(InstitutionKind::Association, "Organization")]
fn only_bodies_of_a_state_are_of_a_government(#[case] kind: InstitutionKind, #[case] expected: &str) {
    let mut item = samples::institution();
    if let Content::Institution(institution) = &mut item.content {
        institution.kind = kind;
    }
    assert_eq!(document(&item)["@type"], expected);
}

#[test]
fn an_institution_keeps_its_past_names_with_their_time() {
    let document = document(&samples::institution());
    assert_eq!(document["parentOrganization"]["name"], "État malien");
    assert_eq!(document["alternateName"][0], "PR");
    let past = json!({
        "@type": "Role",
        "alternateName": "Présidence de la Transition",
        "startDate": "2020-09",
        "endDate": "2024",
    });
    assert_eq!(document["alternateName"][2], past);
}

#[test]
fn an_event_holds_its_programme() {
    let document = document(&samples::event());
    assert_eq!(document["@type"], "Event");
    assert_eq!(document["location"]["address"]["addressCountry"], "ML");
    assert_eq!(document["superEvent"]["name"], "Semaine du Sahel");
    assert_eq!(document["organizer"][0]["@type"], "Organization");
    assert_eq!(document["attendee"][0]["roleName"], "Hôte");
    assert_eq!(document["subEvent"][0]["name"], "Ouverture");
    assert_eq!(document["subEvent"][1]["startDate"], "2024-07-06T17:00:00+01:00");
}

#[rstest]
#[case(EventState::Scheduled, "https://schema.org/EventScheduled")]
#[case(EventState::Postponed, "https://schema.org/EventPostponed")]
#[case(EventState::Cancelled, "https://schema.org/EventCancelled")]
fn an_event_says_whether_it_goes_ahead(#[case] state: EventState, #[case] expected: &str) {
    let mut item = samples::event();
    if let Content::Event(event) = &mut item.content {
        event.state = state;
    }
    assert_eq!(document(&item)["eventStatus"], expected);
}
