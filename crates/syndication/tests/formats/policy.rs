//! That the terms are ODRL is judged by `tests/conformance/odrl.mjs`; here is which terms documents refer to.

use griot_syndication::item::{Content, Item};
use griot_syndication::policy::Policy;
use griot_syndication::relation::Relation;
use griot_syndication::{html, json_ld, newsml, ninjs};

use crate::samples::{self, all};

fn with_rights(rights: Option<&str>, item: Item) -> Item {
    let Content::Article(mut article) = item.content else { panic!("an article") };
    article.rights = rights.map(str::to_owned);
    Item { content: Content::Article(article), ..item }
}

/// The documents of an item that name `address`.
fn naming(address: &str, item: &Item) -> Vec<&'static str> {
    let quoted = format!("\"{address}\"");
    let documents = [
        ("ninjs", ninjs::document(item).map(|document| document.to_string()).unwrap_or_default()),
        ("newsml", newsml::document(item)),
        ("json_ld", json_ld::document(item).to_string()),
        ("html", html::document(item)),
    ];
    documents.iter().filter(|(_, document)| document.contains(&quoted)).map(|(form, _)| *form).collect()
}

#[test]
fn an_article_without_terms_of_its_own_refers_to_those_of_the_office() {
    let address = Policy::Reproduction.address(&samples::issuer());
    assert_eq!(address, "https://contenus.koulouba.example/v1/policies/reproduction");
    let free = with_rights(None, samples::article());
    assert_eq!(naming(&address, &free), ["ninjs", "newsml", "json_ld", "html"]);
    let own = with_rights(Some("Tous droits réservés."), samples::article());
    assert_eq!(naming(&address, &own), [""; 0], "two terms would contradict each other");
    for item in [samples::person(), samples::event(), samples::taken_back(Content::Canceled, None)] {
        assert_eq!(naming(&address, &item), [""; 0]);
    }
}

#[test]
fn under_embargo_the_terms_of_that_hold() {
    let embargoed = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..samples::article() };
    assert_eq!(
        naming(&Policy::Embargo.address(&samples::issuer()), &embargoed),
        ["ninjs", "newsml", "json_ld", "html"]
    );
    assert_eq!(naming(&Policy::Reproduction.address(&samples::issuer()), &embargoed), [""; 0]);
}

#[test]
fn the_office_gives_away_its_own_photos_alone() {
    let issuer = samples::issuer();
    let Content::Article(article) = samples::article().content else { panic!("an article") };
    let mut picture = article.pictures[0].clone();
    (picture.credit, picture.rights) = (None, None);
    assert_eq!(Policy::of_picture(&picture, &issuer), Some(Policy::Photo));
    picture.credit = Some(issuer.name.clone());
    assert_eq!(Policy::of_picture(&picture, &issuer), Some(Policy::Photo));
    picture.credit = Some("Agence".to_owned());
    assert_eq!(Policy::of_picture(&picture, &issuer), None);
    (picture.credit, picture.rights) = (None, Some("Tous droits réservés.".to_owned()));
    assert_eq!(Policy::of_picture(&picture, &issuer), None);
}

#[test]
fn terms_name_the_office_and_say_the_same_in_words() {
    for policy in Policy::ALL {
        let document = policy.document(&samples::issuer());
        assert_eq!(document["uid"], policy.address(&samples::issuer()));
        assert_eq!(document["assigner"]["vcard:fn"], samples::issuer().name);
        for text in document["dct:description"].as_array().expect("texts") {
            assert!(text["@value"].as_str().expect("text").contains(&samples::issuer().name), "{text}");
        }
    }
}

#[test]
fn every_term_of_ours_in_a_document_has_a_page() {
    let base = format!("{}/v1/rel/", samples::issuer().base);
    let known = Relation::ALL.map(Relation::name);
    let terms = Policy::ALL.map(|policy| policy.document(&samples::issuer()).to_string());
    let items = all().into_iter().filter_map(|(_, item)| Some(ninjs::document(&item)?.to_string()));
    let mut found = std::collections::BTreeSet::new();
    for text in items.chain(terms) {
        let names = text.split(&base).skip(1).map(|rest| rest.split('"').next().expect("an end").to_owned());
        found.extend(names);
    }
    assert!(found.len() >= 4 && found.iter().all(|name| known.contains(&name.as_str())), "{found:?}");
    assert!(Relation::ALL.iter().all(|relation| relation.page().contains("lang=\"fr\"")));
}
