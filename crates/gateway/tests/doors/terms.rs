//! Texts at addresses that everybody knows, and what documents refer to.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::agency::Agency;
use crate::support::World;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_office_tells_who_hears_of_weaknesses_and_what_is_its_own(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    let security = world.get("/.well-known/security.txt");
    let lines = "Contact: mailto:security@presidence.example\nExpires: 2027-01-01T00:00:00Z\n\
                 Canonical: https://api.example/.well-known/security.txt\n";
    assert_eq!((security.status, &*security.body), (200, lines));
    assert_eq!(security.header("content-type"), "text/plain; charset=utf-8");
    for path in ["/trust.txt", "/.well-known/trust.txt"] {
        assert_eq!(world.get(path).body, "social=https://social.example/@presidence\n");
    }
    let robots = world.get("/robots.txt");
    assert!(robots.status == 200 && robots.body.ends_with("Sitemap: https://api.example/sitemap.xml\n"), "{robots:?}");
    assert_eq!(world.get("/.well-known/change-password").status, 404);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn documents_refer_to_terms_that_are_there(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let article = agency.article("NEWS", &["fr"]);
    let document = agency.world.get(&format!("/v1/items/{}-fr.ninjs.json", article["contentId"].as_str().unwrap()));
    let address = "https://api.example/v1/policies/reproduction";
    assert_eq!(document.json()["rightsInfo"]["linkedRights"], address);
    let terms = agency.world.get("/v1/policies/reproduction");
    assert_eq!((terms.status, terms.header("content-type")), (200, "application/ld+json"));
    assert_eq!((&terms.json()["uid"], &terms.json()["assigner"]["vcard:fn"]), (&json!(address), &json!("Présidence")));
    let known = [("if-none-match", terms.header("etag"))];
    assert_eq!(agency.world.get_with("/v1/policies/reproduction", &known).status, 304);
    let meaning = agency.world.get("/v1/rel/translation");
    assert!(meaning.status == 200 && meaning.body.contains("in another language"), "{meaning:?}");
    for (path, told) in [("/v1/policies/other", "reproduction, photo, embargo"), ("/v1/rel/other", "embargo-end")] {
        let refused = agency.world.get(path);
        assert!(refused.status == 404 && refused.body.contains(told), "{refused:?}");
    }
}
