//! What documents refer to.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::partners::Agency;

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
