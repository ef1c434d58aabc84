//! People, institutions and events as concepts.

use griot_domain::EventState;
use griot_syndication::item::Content;
use griot_syndication::newsml::document;
use rstest::rstest;

use super::tree::Tree;
use super::{read, sample};

#[test]
fn ranks_and_posts_have_their_dates_and_rough_ones_count_in_their_whole_length() {
    let tree = read("person");
    let concept = tree.one("concept");
    let held = |term: &str| {
        let found = concept.with("related", "reluri", &format!("https://schema.org/{term}"));
        let one = |tree: &&Tree| {
            let date = |name| tree.attribute(name).map(str::to_owned);
            (tree.text_at("name"), date("validfrom"), date("validto"))
        };
        found.iter().map(one).collect::<Vec<_>>()
    };
    let of = |name: &str, from: Option<&str>, until: Option<&str>| {
        (name.to_owned(), from.map(str::to_owned), until.map(str::to_owned))
    };
    assert_eq!(
        held("honorificPrefix"),
        [of("Colonel", Some("2016-01-01"), Some("2024-10-16")), of("Général d’Armée", Some("2024-10-01"), None),]
    );
    assert_eq!(
        held("hasOccupation"),
        [of("Vice-président de la Transition", Some("2020-09-25"), Some("2021-05-24")), of("Parrain", None, None),]
    );
    let affiliation = concept.one("personDetails/affiliation");
    assert_eq!(affiliation.attribute("validto"), Some("2021-05-24"));
    assert_eq!(affiliation.text_at("note"), "Vice-président de la Transition");
    assert_eq!(concept.text_at("personDetails/born"), "1983");
    assert_eq!(tree.one("contentMeta/icon").attribute("width"), Some("1600"));
}

#[test]
fn an_institution_has_its_names_parent_and_contact() {
    let tree = read("institution");
    let concept = tree.one("concept");
    assert_eq!(concept.one("type").attribute("qcode"), Some("cpnat:organisation"));
    let names: Vec<String> = concept.at("name").iter().map(|name| name.text()).collect();
    assert_eq!(names, ["Présidence de la République", "PR", "Présidence de la Transition", "la Présidence"]);
    let past = concept.at("name")[2];
    assert_eq!((past.attribute("validfrom"), past.attribute("validto")), (Some("2020-09-01"), Some("2024-12-31")));
    assert_eq!(concept.text_at("organisationDetails/affiliation/name"), "État malien");
    assert_eq!(concept.text_at("organisationDetails/contactInfo/email"), "presse@koulouba.example");
    assert_eq!(concept.text_at("organisationDetails/contactInfo/address/line"), "Koulouba, Bamako");
}

#[test]
fn an_event_has_its_times_people_whole_and_programme() {
    let tree = read("event");
    let details = tree.one("concept/eventDetails");
    assert_eq!(details.text_at("dates/start"), "2024-07-06T09:00:00+01:00");
    assert_eq!(details.text_at("dates/end"), "2024-07-06T18:00:00+01:00");
    assert_eq!(details.text_at("participant/note"), "Hôte");
    assert_eq!(details.text_at("organiser/name"), "Présidence de la République");
    assert_eq!(tree.text_at("concept/broader/name"), "Semaine du Sahel");
    let programme: Vec<String> = tree.at("concept/note").iter().map(|note| note.text()).collect();
    assert_eq!(
        programme,
        [
            "2024-07-06T09:00:00+01:00/2024-07-06T10:00:00+01:00 Ouverture (Palais de Koulouba)",
            "2024-07-06T17:00:00+01:00 Clôture",
        ]
    );
}

#[rstest]
#[case(EventState::Scheduled, "eocstat:eos5")]
#[case(EventState::Postponed, "eocstat:eos3")]
#[case(EventState::Cancelled, "eocstat:eos6")]
fn an_event_says_whether_it_goes_ahead(#[case] state: EventState, #[case] code: &str) {
    let mut item = sample("event-all-day");
    if let Content::Event(event) = &mut item.content {
        event.state = state;
    }
    let tree = Tree::read(&document(&item));
    assert_eq!(tree.one("concept/eventDetails/occurStatus").attribute("qcode"), Some(code));
    assert_eq!(tree.text_at("concept/eventDetails/dates/start"), "2024-09-22");
    assert_eq!(tree.text_at("concept/eventDetails/dates/end"), "2024-09-23");
}
