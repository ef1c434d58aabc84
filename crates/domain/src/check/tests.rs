use rstest::rstest;
use serde_json::{Value, json};

use super::*;

fn checked(kind: EntryKind, entry: Value) -> String {
    let entry = Entry::from_value(kind, entry).unwrap();
    entry.check().map_or_else(|err| err.path, |()| String::new())
}

fn checked_text(kind: EntryKind, text: Value) -> String {
    let text = Text::from_value(kind, text).unwrap();
    text.check().map_or_else(|err| err.path, |()| String::new())
}

fn image(field: &str, value: Value) -> Value {
    let mut asset = json!({"kind": "IMAGE", "url": "https://example.org/a.jpg"});
    asset[field] = value;
    asset
}

#[rstest]
#[case("url", json!("http://example.org/Une%20image.jpg"), "")]
#[case("url", json!("javascript:alert(1)"), "url")]
#[case("url", json!("//evil.example/a.jpg"), "url")]
#[case("url", json!("/a.jpg"), "url")]
#[case("url", json!(""), "url")]
#[case("file", json!({"stored": "0123456789abcdef0123456789abcdef.webp"}), "")]
#[case("file", json!({"stored": "../../etc/passwd"}), "file.stored")]
#[case("file", json!({"stored": "0123456789abcdef0123456789abcdef.svg"}), "file.stored")]
#[case("file", json!({"stored": "0123456789abcdef0123456789abcdef.png.png"}), "file.stored")]
#[case("file", json!({"stored": "0123456789ABCDEF0123456789ABCDEF.png"}), "file.stored")]
#[case("file", json!({"stored": "0123456789abcdef0123456789abcde.png"}), "file.stored")]
#[case("file", json!({"sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"}), "")]
#[case("file", json!({"sha256": "e3b0"}), "file.sha256")]
#[case("focalPoint", json!({"x": 0, "y": 1}), "")]
#[case("focalPoint", json!({"x": 9, "y": 0.5}), "focalPoint.x")]
#[case("focalPoint", json!({"x": 0.5, "y": -0.01}), "focalPoint.y")]
fn an_asset_has_a_web_address_a_known_copy_and_a_point_within(
    #[case] field: &str,
    #[case] value: Value,
    #[case] fault: &str,
) {
    assert_eq!(checked(EntryKind::Asset, image(field, value)), fault);
}

#[rstest]
#[case(json!({"startsAt": "2024-01-02T10:00:00+02:00", "endsAt": "2024-01-02T08:00:00+00:00"}), "")]
#[case(json!({"startsAt": "2024-01-02T10:00:00+02:00", "endsAt": "2024-01-02T07:59:59+00:00"}), "time.endsAt")]
#[case(json!({"startsOn": "2024-01-02", "endsOn": "2024-01-02"}), "")]
#[case(json!({"startsOn": "2024-01-02", "endsOn": "2024-01-01"}), "time.endsOn")]
#[case(json!({"startsOn": "2024-01-02", "timeZone": "America/Argentina/Buenos_Aires"}), "")]
#[case(json!({"startsOn": "2024-01-02", "timeZone": "Etc/GMT+3"}), "")]
#[case(json!({"startsOn": "2024-01-02", "timeZone": ""}), "time.timeZone")]
#[case(json!({"startsOn": "2024-01-02", "timeZone": "../etc/localtime"}), "time.timeZone")]
#[case(json!({"startsOn": "2024-01-02", "timeZone": "+02:00"}), "time.timeZone")]
fn an_event_ends_when_it_begins_or_later_in_a_zone(#[case] time: Value, #[case] fault: &str) {
    assert_eq!(checked(EntryKind::Event, json!({"time": time.clone()})), fault);
    let outer = json!({"startsOn": "2024-01-02"});
    let programme = json!([{"name": "A", "time": outer}, {"name": "B", "time": time}]);
    let inner = if fault.is_empty() { String::new() } else { format!("programme[1].{fault}") };
    assert_eq!(checked(EntryKind::Event, json!({"time": outer, "programme": programme})), inner);
}

#[rstest]
#[case(json!({"name": "A", "countryCode": "ML", "point": {"latitude": -90, "longitude": 180}}), "")]
#[case(json!({"name": " "}), "place.name")]
#[case(json!({"name": {}}), "place.name")]
#[case(json!({"name": {"fr": "Lieu", "en": ""}}), "place.name")]
#[case(json!({"name": "A", "countryCode": "MLI"}), "place.countryCode")]
#[case(json!({"name": "A", "countryCode": "ml"}), "place.countryCode")]
#[case(json!({"name": "A", "countryCode": "é"}), "place.countryCode")]
#[case(json!({"name": "A", "point": {"latitude": 90.1, "longitude": 0}}), "place.point.latitude")]
#[case(json!({"name": "A", "point": {"latitude": 0, "longitude": -180.5}}), "place.point.longitude")]
fn a_place_has_a_name_and_lies_on_the_globe(#[case] place: Value, #[case] fault: &str) {
    let issued = json!({"kind": "NEWS", "issuedAt": "2024-01-01T00:00:00Z", "place": place.clone()});
    assert_eq!(checked(EntryKind::Article, issued), fault);
    assert_eq!(checked(EntryKind::Event, json!({"time": {"startsOn": "2024-01-02"}, "place": place})), fault);
}

#[rstest]
#[case("2024", "2024", true)]
#[case("2024-10-16", "2024-10", true)]
#[case("2024-10-16", "2024", true)]
#[case("2024", "2024-01-01", true)]
#[case("2024-10-16", "2024-10-15", false)]
#[case("2024-10", "2024-09", false)]
#[case("2024", "2023-12-31", false)]
fn a_span_of_partial_dates_ends_no_earlier_than_it_may_begin(
    #[case] from: &str,
    #[case] until: &str,
    #[case] is_well: bool,
) {
    let expect = |path: &str| if is_well { String::new() } else { path.to_owned() };
    let ranks = json!([{"rank": "Colonel"}, {"rank": "Général", "from": from, "until": until}]);
    let person = json!({"name": {"display": "A"}, "ranks": ranks});
    assert_eq!(checked(EntryKind::Person, person), expect("ranks[1].until"));
    let life = json!({"name": {"display": "A"}, "born": from, "died": until});
    assert_eq!(checked(EntryKind::Person, life), expect("died"));
    let institution = json!({"kind": "OTHER", "existence": [{"from": from, "until": until}]});
    assert_eq!(checked(EntryKind::Institution, institution), expect("existence[0].until"));
    let past = json!({"name": "A", "pastNames": [{"name": "B", "from": from, "until": until}]});
    assert_eq!(checked_text(EntryKind::Institution, past), expect("pastNames[0].until"));
    let post = json!({"person": EntryId(uuid::Uuid::from_u128(1)), "from": from, "until": until});
    assert_eq!(checked(EntryKind::Appointment, post), expect("until"));
}

#[rstest]
#[case("https://www.example.org/", "")]
#[case("javascript:alert(1)", "contact.website")]
#[case("www.example.org", "contact.website")]
fn the_website_of_an_institution_is_an_address_of_the_web(#[case] website: &str, #[case] fault: &str) {
    assert_eq!(checked(EntryKind::Institution, json!({"kind": "OTHER", "contact": {"website": website}})), fault);
}

#[rstest]
#[case(EntryKind::Article, "headline")]
#[case(EntryKind::Person, "name")]
#[case(EntryKind::Institution, "name")]
#[case(EntryKind::Event, "name")]
#[case(EntryKind::Topic, "name")]
#[case(EntryKind::Asset, "title")]
#[case(EntryKind::Appointment, "title")]
fn names_headlines_and_titles_have_1_to_1000_characters(#[case] kind: EntryKind, #[case] field: &str) {
    assert_eq!(checked_text(kind, json!({ field: "é".repeat(1_000) })), "");
    for bad in [String::new(), " \u{a0}\n".to_owned(), "é".repeat(1_001)] {
        assert_eq!(checked_text(kind, json!({ field: bad })), field);
    }
}

#[test]
fn a_hundred_variants_are_enough() {
    let variants = |count: usize| vec!["A"; count];
    let person = |count| json!({"name": {"display": "A"}, "variants": variants(count)});
    assert_eq!(checked(EntryKind::Person, person(100)), "");
    assert_eq!(checked(EntryKind::Person, person(101)), "variants");
    for kind in [EntryKind::Institution, EntryKind::Event] {
        assert_eq!(checked_text(kind, json!({"name": "A", "variants": variants(100)})), "");
        assert_eq!(checked_text(kind, json!({"name": "A", "variants": variants(101)})), "variants");
        assert_eq!(checked_text(kind, json!({"name": "A", "variants": ["B", ""]})), "variants[1]");
    }
}

#[test]
fn no_entry_is_its_own_parent() {
    let [own, other] = [1, 2].map(|n| EntryId(uuid::Uuid::from_u128(n)));
    for (kind, entry, path) in [
        (EntryKind::Topic, json!({"parent": own}), "parent"),
        (EntryKind::Institution, json!({"kind": "OTHER", "parent": own}), "parent"),
        (EntryKind::Event, json!({"time": {"startsOn": "2024-01-02"}, "partOf": own}), "partOf"),
    ] {
        let entry = Entry::from_value(kind, entry).unwrap();
        assert_eq!(entry.check_parent(own), Err(CheckError { path: path.to_owned(), flaw: Flaw::OwnParent }));
        assert_eq!(entry.check_parent(other), Ok(()));
    }
}

#[test]
fn errors_name_the_field_the_value_and_the_remedy() {
    let place = json!({"name": "A", "point": {"latitude": 91.5, "longitude": 0}});
    let event = json!({"time": {"startsOn": "2024-01-02"}, "place": place});
    let error = Entry::from_value(EntryKind::Event, event).unwrap().check().unwrap_err();
    let told = "place.point.latitude: 91.5 is out of range; give a number from -90 to 90";
    assert_eq!(error.to_string(), told);
}
