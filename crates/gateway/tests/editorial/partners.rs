//! Partners and products, managed by administrators.

use griot_persistence::{Usage, UsageOf};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, PARTNER, PRODUCT, id, with};

async fn partners(office: &Office) -> Value {
    let query = format!("{{ partners {{ {PARTNER} }} products {{ {PRODUCT} }} }}");
    office.ask("administrator", &query, json!({})).await
}

#[rstest]
#[tokio::test]
async fn a_partner_is_added_changed_and_suspended(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let filter = json!({ "all": [{ "kind": "communique" }, { "topic": id(7) }], "any": [{ "language": "fr" }],
        "none": [{ "hasImage": false }] });
    let product = office.done("administrator", "productSave", with(json!({ "code": "communiques" }), filter)).await;
    let product = &product["product"];
    assert_eq!((&product["title"], &product["all"][0]["kind"]), (&json!("communiques"), &json!("COMMUNIQUE")));
    assert_eq!((&product["all"][1]["topic"], &product["isSorted"]), (&json!(id(7)), &json!(false)));

    let other = json!({ "id": product["id"], "code": "speeches" });
    let kept = office.refused("administrator", "productSave", other).await;
    assert!(kept["code"] == "STATE" && kept["message"].to_string().contains("called communiques"), "{kept}");

    let made = office.done("administrator", "partnerSave", json!({ "name": "L’Essor" })).await;
    let partner = &made["partner"];
    assert_eq!((&partner["requestsPerMinute"], partner["productIds"].as_array().unwrap().len()), (&json!(600), 1));
    let change = json!({ "id": partner["id"], "productIds": [product["id"]], "embargoTerms": "2026-1",
        "requestsPerMinute": 60, "idleAfterMinutes": 15, "isSuspended": true });
    let changed = office.done("administrator", "partnerSave", change).await;
    let changed = &changed["partner"];
    assert_eq!((&changed["name"], &changed["embargoTerms"]), (&json!("L’Essor"), &json!("2026-1")));
    assert!(!changed["suspendedAt"].is_null() && changed["isIdle"] == false, "{changed}");
    let read = partners(&office).await;
    assert_eq!(read["partners"], json!([changed]));
    let codes: Vec<&Value> = read["products"].as_array().unwrap().iter().map(|product| &product["code"]).collect();
    assert_eq!(codes, ["all", "communiques"]);

    let used = office.refused("administrator", "productRemove", json!({ "id": product["id"] })).await;
    assert_eq!(used["code"], json!("STATE"), "{used}");
    let back = json!({ "id": partner["id"], "productIds": [], "embargoTerms": null, "idleAfterMinutes": null, "isSuspended": false });
    let back = office.done("administrator", "partnerSave", back).await;
    for field in ["embargoTerms", "embargoAcceptedAt", "idleAfterMinutes", "suspendedAt"] {
        assert_eq!(back["partner"][field], Value::Null, "{field}");
    }
    office.done("administrator", "productRemove", json!({ "id": product["id"] })).await;
    assert_eq!(partners(&office).await["products"].as_array().unwrap().len(), 1);

    let key = office.done("administrator", "partnerKeyCreate", json!({ "partnerId": partner["id"] })).await;
    assert!(key["key"].as_str().unwrap().starts_with("griot_d_"), "{key}");
    office.done("administrator", "partnerKeyCreate", json!({ "partnerId": partner["id"], "lifetimeDays": 90 })).await;
    let third = office.refused("administrator", "partnerKeyCreate", json!({ "partnerId": partner["id"] })).await;
    assert_eq!(third["code"], json!("STATE"), "{third}");
    let listed = async || {
        let query = "query($of: ID!) { partnerKeys(partnerId: $of) { id createdAt expiresAt lastUsedAt revokedAt } }";
        office.ask("administrator", query, json!({ "of": partner["id"] })).await["partnerKeys"].take()
    };
    let before = listed().await;
    assert_eq!(before.as_array().unwrap().len(), 2);
    assert_eq!((&before[0]["id"], &before[0]["revokedAt"]), (&key["id"], &Value::Null));
    let revoked = office.done("administrator", "partnerKeyRevoke", json!({ "id": key["id"] })).await;
    assert_eq!(listed().await[0]["revokedAt"], revoked["partnerKey"]["revokedAt"]);
    assert!(revoked["partnerKey"]["revokedAt"].is_string(), "{revoked}");
    office.done("administrator", "partnerKeyCreate", json!({ "partnerId": partner["id"] })).await;

    let of = UsageOf {
        partner: partner["id"].as_str().unwrap().parse().unwrap(),
        day: "2026-05-04".parse().unwrap(),
        channel: "changes".to_owned(),
    };
    let counts = Usage { requests: 7, refused: 1, errors: 2, items: 40, bytes: 5_000_000_000 };
    office.partners().await.add_usage(&[(of, counts)]).await.unwrap();
    let asked = "query($of: ID!, $from: Date, $to: Date) { partnerUsage(partnerId: $of, from: $from, to: $to) {
        day channel requests refused errors items bytes } }";
    let usage = async |from: &str, to: &str| {
        office.ask("administrator", asked, json!({ "of": partner["id"], "from": from, "to": to })).await["partnerUsage"]
            .take()
    };
    assert_eq!(usage("2026-05-05", "2026-05-30").await, json!([]));
    let one = json!({ "day": "2026-05-04", "channel": "changes", "requests": 7, "refused": 1, "errors": 2, "items": 40,
        "bytes": 5_000_000_000.0 });
    assert_eq!(usage("2026-05-04", "2026-05-30").await, json!([one]));

    let log = office.ask("administrator", "{ auditLog { verb detail } }", json!({})).await.to_string();
    assert!(log.contains("manage partners") && !log.contains(key["key"].as_str().unwrap()), "{log}");
}

#[rstest]
#[case("partnerSave", json!({}), "INVALID", "1 to 200 characters")]
#[case("partnerSave", json!({ "name": "A", "requestsPerMinute": 0 }), "INVALID", "1 to 1000000")]
#[case("partnerSave", json!({ "name": "A", "idleAfterMinutes": 1441 }), "INVALID", "1 to 1440")]
#[case("partnerSave", json!({ "name": "A", "productIds": ["x"] }), "INVALID", "not the id of a product")]
#[case("partnerSave", json!({ "name": "A", "productIds": ["00000000-0000-4000-8000-000000000001"] }), "NOT_FOUND", "no product")]
#[case("partnerSave", json!({ "name": "A", "embargoTerms": " " }), "INVALID", "the version that was accepted")]
#[case("partnerSave", json!({ "id": "x" }), "NOT_FOUND", "no partner x")]
#[case("partnerKeyCreate", json!({ "partnerId": "x" }), "NOT_FOUND", "no partner x")]
#[case("partnerKeyRevoke", json!({ "id": "x" }), "NOT_FOUND", "no key x of a partner")]
#[case("productSave", json!({}), "REQUIRED", "needs a code")]
#[case("productSave", json!({ "code": "A b" }), "INVALID", "A b")]
#[case("productSave", json!({ "code": "all" }), "TAKEN", "called all")]
#[case("productSave", json!({ "code": "a", "all": [{ "kind": "NOVEL" }] }), "INVALID", "use ARTICLE, PERSON")]
#[case("productSave", json!({ "code": "a", "any": [{ "urgency": 9 }] }), "INVALID", "1 (most urgent) to 8")]
#[case("productSave", json!({ "code": "a", "none": [{ "person": "x" }] }), "INVALID", "not a content id")]
#[case("productSave", json!({ "id": "00000000-0000-0000-0000-000000000000", "title": "A" }), "STATE", "stays so")]
#[case("productRemove", json!({ "id": "00000000-0000-0000-0000-000000000000" }), "STATE", "stays so")]
#[tokio::test]
async fn what_cannot_be_is_refused_with_the_remedy(
    #[case] mutation: &str,
    #[case] input: Value,
    #[case] code: &str,
    #[case] told: &str,
) {
    let office = Office::open(Backend::Sqlite).await;
    let before = partners(&office).await;
    let error = office.refused("administrator", mutation, input).await;
    assert_eq!(error["code"], json!(code), "{error}");
    assert!(error["message"].as_str().unwrap().contains(told), "{error}");
    assert_eq!(partners(&office).await, before, "nothing changed");
}
