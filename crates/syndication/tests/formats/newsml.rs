//! Items as NewsML-G2.

mod body;
mod concept;
mod schema;
mod tree;

use griot_domain::{CorrectionKind, EntryKind};
use griot_syndication::item::{Item, Signal};
use griot_syndication::newsml::document;
use rstest::rstest;

use crate::samples;
use tree::{G2, Tree, XHTML};

fn sample(name: &str) -> Item {
    samples::all().into_iter().find(|(one, _)| *one == name).map(|(_, item)| item).expect(name)
}

fn read(name: &str) -> Tree {
    Tree::read(&document(&sample(name)))
}

fn every() -> Vec<(&'static str, Item, Tree)> {
    samples::all().into_iter().map(|(name, item)| (name, item.clone(), Tree::read(&document(&item)))).collect()
}

#[test]
fn every_sample_is_valid_by_the_schema_of_the_iptc() {
    let documents: Vec<_> = samples::all().iter().map(|(name, item)| ((*name).to_owned(), document(item))).collect();
    schema::validate(&documents);
}

#[test]
fn the_same_item_gives_the_same_bytes() {
    for (name, item) in samples::all() {
        assert_eq!(document(&item), document(&item.clone()), "{name}");
    }
}

#[test]
fn codes_are_of_schemes_in_the_catalogue_the_document_names() {
    let aliases = schema::aliases();
    let holders = ["qcode", "type", "role", "rel", "part"];
    for (name, _, tree) in every() {
        assert!(tree.one("catalogRef").attribute("href").unwrap().ends_with("IPTC-G2-Standards_41.xml"));
        for element in tree.all().into_iter().filter(|element| element.namespace == G2) {
            for (attribute, value) in element.attributes.iter().filter(|(name, _)| holders.contains(&name.as_str())) {
                let (alias, _) = value.split_once(':').expect("a code");
                assert!(aliases.contains(alias), "{name}: {attribute}={value} of {}", element.name);
            }
        }
    }
}

/// The schema does not check codes, and the catalogue lists schemes only. These are in the IPTC's vocabularies.
#[test]
fn no_code_is_used_that_nobody_has_looked_up() {
    let known = [
        "ninat:text",
        "ninat:picture",
        "cinat:concept",
        "stat:usable",
        "stat:withheld",
        "stat:canceled",
        "sig:correction",
        "sig:update",
        "irel:seeAlso",
        "irel:associatedWith",
        "crel:isA",
        "drol:summary",
        "drol:caption",
        "nrol:full",
        "nrol:sort",
        "nrol:alternate",
        "nrol:mnemonic",
        "nprt:salutation",
        "cpnat:abstract",
        "cpnat:person",
        "cpnat:organisation",
        "cpnat:event",
        "cpnat:poi",
        "cpnat:geoArea",
        "genre:Press_Release",
        "genre:Transcript_and_Verbatim",
        "genre:Interview",
        "genre:Advisory",
        "eocstat:eos3",
        "eocstat:eos5",
        "eocstat:eos6",
        "medtop:20000593",
        "iso3166-1a2:ML",
    ];
    for (name, _, tree) in every() {
        for element in tree.all().into_iter().filter(|element| element.namespace == G2) {
            for holder in ["qcode", "type", "role", "rel", "part"] {
                let code = element.attribute(holder);
                assert!(code.is_none_or(|code| known.contains(&code)), "{name}: {code:?} of {}", element.name);
            }
        }
    }
}

#[test]
fn identity_dates_and_status_are_the_items() {
    for (name, item, tree) in every() {
        let root = if item.kind == EntryKind::Article { "newsItem" } else { "conceptItem" };
        assert_eq!((tree.name.as_str(), tree.namespace.as_str()), (root, G2), "{name}");
        for (attribute, value) in [
            ("guid", item.uri()),
            ("version", item.version.to_string()),
            ("standardversion", "2.35".to_owned()),
            ("conformance", "power".to_owned()),
            ("xml:lang", item.locale.as_str().to_owned()),
        ] {
            assert_eq!(tree.attribute(attribute), Some(value.as_str()), "{name}: {attribute}");
        }
        let instant = |path: &str| samples::instant(&tree.text_at(path));
        assert_eq!(instant("itemMeta/versionCreated"), item.version_created, "{name}");
        assert_eq!(instant("itemMeta/firstCreated"), item.first_created, "{name}");
        let status = format!("stat:{}", item.status().code());
        assert_eq!(tree.one("itemMeta/pubStatus").attribute("qcode"), Some(status.as_str()), "{name}");
        let note = tree.at("itemMeta/edNote").first().map(|note| note.text());
        assert_eq!(note, item.editors_note(), "{name}");
    }
}

#[rstest]
#[case("article-withheld", "newsItem", "À NE PAS UTILISER : Le texte est revu.")]
#[case("article-killed", "newsItem", "ANNULATION : L’information est fausse & retirée <partout>.")]
#[case("article-killed-silently", "newsItem", "ANNULATION")]
#[case("event-killed", "conceptItem", "ANNULATION")]
fn what_was_taken_back_has_a_status_and_a_note_and_nothing_else(
    #[case] name: &str,
    #[case] root: &str,
    #[case] note: &str,
) {
    let tree = read(name);
    assert_eq!(tree.name, root);
    assert_eq!(tree.text_at("itemMeta/edNote"), note);
    let parts: Vec<&str> = tree.children().map(|part| part.name.as_str()).collect();
    assert_eq!(parts, ["catalogRef", "rightsInfo", "itemMeta"]);
    assert!(tree.at("itemMeta/signal").is_empty() && tree.at("itemMeta/link").is_empty());
    assert!(tree.at("rightsInfo/usageTerms").is_empty());
}

#[rstest]
#[case("article", None)]
#[case("article-updated", Some("sig:update"))]
#[case("article-corrected", Some("sig:correction"))]
fn a_signal_says_why_a_version_exists(#[case] name: &str, #[case] code: Option<&str>) {
    let tree = read(name);
    let signals: Vec<_> = tree.at("itemMeta/signal").iter().map(|signal| signal.attribute("qcode")).collect();
    assert_eq!(signals, code.into_iter().map(Some).collect::<Vec<_>>());
    assert_eq!(tree.at("contentMeta/contentModified").len(), usize::from(code.is_some()));
}

#[rstest]
#[case(CorrectionKind::Correction, "sig:correction")]
#[case(CorrectionKind::Retraction, "sig:correction")]
#[case(CorrectionKind::Clarification, "sig:update")]
#[case(CorrectionKind::Update, "sig:update")]
fn a_correction_is_called_one(#[case] kind: CorrectionKind, #[case] code: &str) {
    let mut item = sample("article-corrected");
    if let Signal::Correction(correction) = &mut item.signal {
        correction.kind = kind;
    }
    let tree = Tree::read(&document(&item));
    assert_eq!(tree.one("itemMeta/signal").attribute("qcode"), Some(code));
}

#[test]
fn corrections_stand_in_order_with_their_dates() {
    let tree = read("article-corrected");
    let told: Vec<_> =
        tree.at("contentMeta/description").into_iter().filter(|d| d.attribute("modified").is_some()).collect();
    let told: Vec<_> =
        told.iter().map(|d| (d.attribute("role").unwrap(), d.attribute("modified").unwrap(), d.text())).collect();
    assert_eq!(
        told,
        [
            ("sig:update", "2023-11-06T20:00:00Z", "Un lieu est précisé.".to_owned()),
            ("sig:correction", "2023-11-07T08:00:00Z", "Le nom de l’envoyé était mal écrit.".to_owned()),
        ]
    );
    assert!(tree.text_at("itemMeta/edNote").starts_with("RECTIFICATIF : "));
}

#[test]
fn an_embargo_has_its_hour_and_its_note_and_the_item_stays_usable() {
    let tree = read("article-embargoed");
    assert_eq!(tree.text_at("itemMeta/embargoed"), "2023-11-06T18:00:00Z");
    assert_eq!(tree.text_at("itemMeta/edNote"), "SOUS EMBARGO jusqu’au 2023-11-06 18:00 UTC");
    assert_eq!(tree.one("itemMeta/pubStatus").attribute("qcode"), Some("stat:usable"));
    assert!(read("article").at("itemMeta/embargoed").is_empty());
}

#[test]
fn people_are_named_as_on_the_articles_date_and_by_a_lasting_address() {
    let tree = read("article");
    let people = tree.with("contentMeta/subject", "type", "cpnat:person");
    let names: Vec<String> = people[0].at("name").iter().map(|name| name.text()).collect();
    assert_eq!(names, ["Colonel Assimi GOÏTA, Président de la Transition", "Assimi GOÏTA"]);
    assert_eq!(people[0].attribute("relevance"), Some("100"));
    let concept = read("person");
    assert_eq!(people[0].attribute("uri"), concept.one("concept/conceptId").attribute("uri"));
}

#[test]
fn an_article_keeps_its_headline_text_topics_and_place() {
    let tree = read("article");
    let headlines: Vec<String> = tree.at("contentMeta/headline").iter().map(|one| one.text()).collect();
    assert_eq!(headlines, ["Visite du Colonel Assimi GOÏTA : « une étape » & <plus>", "Diplomatie"]);
    assert_eq!(tree.text_at("contentMeta/by"), "La Présidence, A. Traoré");
    assert_eq!(tree.text_at("contentMeta/urgency"), "3");
    assert_eq!(tree.text_at("contentMeta/contentCreated"), "2023-11-06T12:30:00+01:00");
    assert_eq!(tree.one("contentMeta/genre").attribute("qcode"), Some("genre:Press_Release"));
    let topics: Vec<_> = tree.with("contentMeta/subject", "type", "cpnat:abstract");
    assert_eq!(topics[0].attribute("qcode"), Some("medtop:20000593"));
    assert_eq!(
        topics[1].attribute("uri"),
        Some("https://contenus.koulouba.example/v1/items/00000000-0000-4000-8000-000000000051")
    );
    assert_eq!(tree.one("contentMeta/located/POIDetails/position").attribute("latitude"), Some("12.66"));
    let body = tree.one("contentSet/inlineXML/html/body");
    assert_eq!(body.namespace, XHTML);
    assert_eq!(body.at("ul/li").len(), 2);
    assert!(body.text().ends_with("Fin ]]> du texte.Ligne"));
}

#[test]
fn pictures_are_linked_with_what_is_known_of_them() {
    let tree = read("article");
    let links = tree.with("itemMeta/link", "rel", "irel:associatedWith");
    assert_eq!(links.len(), 2);
    assert_eq!(links[0].attribute("href"), Some("https://contenus.koulouba.example/media/60.jpg?a=1&b=2"));
    assert_eq!((links[0].attribute("contenttype"), links[0].attribute("size")), (Some("image/jpeg"), Some("212345")));
    assert_eq!(links[0].text_at("creditline"), "Présidence / A. Diarra");
    assert_eq!(links[0].with("description", "role", "drol:caption")[0].text(), "Au palais, le 6 novembre");
    assert_eq!((links[1].attribute("contenttype"), links[1].attribute("size")), (None, None));
}

#[test]
fn an_item_links_to_its_page_and_its_other_languages() {
    let tree = read("article");
    let links = tree.with("itemMeta/link", "rel", "irel:seeAlso");
    let pages: Vec<_> = links.iter().map(|link| link.attribute("href").unwrap()).collect();
    assert_eq!(pages, ["https://koulouba.example/fr/articles/x1", "https://koulouba.example/en/x"]);
    assert_eq!(links[1].one("language").attribute("tag"), Some("en"));
    assert_eq!(links[1].text_at("title"), "The same in English");
}
