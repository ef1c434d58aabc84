//! What partners are told of changes, within what bounds, and of their own account.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_persistence::{EVERYTHING_PRODUCT, Partner, StoreName};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::agency::{Agency, Embargoed, Terms, lines, since, token};
use crate::support::{World, topic};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn everybody_is_told_of_each_item_at_its_last_change(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let first = agency.article("COMMUNIQUE", &["fr", "en"]);
    agency.article("NEWS", &["fr"]);
    let begun = agency.changes(None, "").await;
    assert_eq!(lines(&begun), ["upsert article en 1 –", "upsert article fr 1 –", "upsert article fr 1 –"]);
    let one = &begun.json()["changes"][1];
    assert_eq!(
        (&one["title"], &one["pub_status"], &one["signal"]),
        (&json!("Titre fr"), &json!("usable"), &json!("new"))
    );
    let link = one["links"]["ninjs"].as_str().unwrap();
    let document = agency.world.get(link.strip_prefix("https://api.example").unwrap());
    assert_eq!(document.json()["uri"], one["uri"], "the address leads to it");
    assert!(begun.header("cache-control").starts_with("public"), "{begun:?}");

    let nothing = agency.changes(None, &since(&begun)).await;
    assert_eq!((lines(&nothing), token(&nothing)), (vec![], token(&begun)));
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&first);
    let killed = agency.changes(None, &since(&begun)).await;
    assert_eq!(lines(&killed), ["tombstone article en 2 killed", "tombstone article fr 2 killed"]);
    assert!(killed.json()["changes"][0]["ed_note"].as_str().unwrap().contains("Erreur sur la personne"));
    assert!(!killed.body.contains("Titre"), "its words are gone");

    let page = agency.changes(None, "?limit=1").await;
    assert_eq!((lines(&page).len(), &page.json()["has_more"]), (1, &json!(true)));
    let rest = page.json()["next"].as_str().unwrap().strip_prefix("https://api.example").unwrap().to_owned();
    assert_eq!(lines(&agency.world.get(&rest)).len(), 2, "the killed entry is one of its two languages");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_request_is_said(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    agency.article("NEWS", &["fr"]);
    let (_, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    for (query, told) in [
        ("?limit=0", "write 1 to 500"),
        ("?limit=many", "limit"),
        ("?colour=red", "`since`, `limit`, `product` and `snapshot`"),
        ("?since=abc", "pass one back as it was given"),
    ] {
        for key in [None, Some(key.as_str())] {
            let refused = agency.changes(key, query).await;
            let is_problem = refused.header("content-type") == "application/problem+json";
            assert!(refused.status == 400 && is_problem && refused.body.contains(told), "{query}: {refused:?}");
        }
    }
    let refused = agency.changes(None, "?product=all").await;
    assert!(refused.status == 400 && refused.body.contains("the key of a partner"), "{refused:?}");
    let refused = agency.changes(Some(&key), "?product=other").await;
    assert!(refused.status == 400 && refused.body.contains("this partner receives all"), "{refused:?}");
    // Tokens of each other's feed lead nowhere.
    let of_all = agency.changes(None, "").await;
    assert_eq!(agency.changes(Some(&key), &since(&of_all)).await.status, 400);
    assert_eq!(agency.changes(Some("Bearer x"), "").await.status, 401);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_told_of_its_products_and_of_what_leaves_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let (partner, of_partner) = agency.partner(2, &[communiques]).await;
    let key = Some(of_partner.as_str());
    let first = agency.article("COMMUNIQUE", &["fr"]);
    let second = agency.article("COMMUNIQUE", &["fr"]);
    agency.article("SPEECH", &["fr"]);
    agency.kill(&second);
    let begun = agency.changes(key, "").await;
    assert_eq!(lines(&begun), ["upsert article fr 1 –", "tombstone article fr 2 killed"], "kills are told for ever");
    assert_eq!(begun.header("cache-control"), "private, no-store");

    agency.world.wait(TimeDelta::minutes(1));
    let moved = agency.changed(&first, json!({ "kind": "NEWS" }));
    agency.desk().publish(&[&moved]);
    let left = agency.changes(key, &since(&begun)).await;
    assert_eq!(lines(&left), ["tombstone article fr 2 left_scope"]);
    assert_eq!(left.json()["changes"][0]["title"], Value::Null, "no more than that");
    agency.world.wait(TimeDelta::minutes(1));
    let back = agency.changed(&moved, json!({ "kind": "COMMUNIQUE" }));
    agency.desk().publish(&[&back]);
    let new = agency.article("COMMUNIQUE", &["fr"]);
    agency.world.wait(TimeDelta::minutes(1));
    let again = agency.changed(&back, json!({ "urgency": 3 }));
    agency.desk().publish(&[&again]);
    let entered = agency.changes(key, &since(&left)).await;
    let told = ["upsert article fr 1 –", "upsert article fr 4 entered_scope"];
    assert_eq!(lines(&entered), told, "what came in and changed after that came in all the same");
    agency.kill(&new);
    agency.world.wait(TimeDelta::minutes(1));
    let moved = agency.changed(&again, json!({ "kind": "NEWS" }));
    agency.desk().publish(&[&moved]);
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&moved);
    let killed = agency.changes(key, &since(&entered)).await;
    let told = ["tombstone article fr 2 killed", "tombstone article fr 6 killed"];
    assert_eq!(lines(&killed), told, "who had it once is told");

    // Another filter moves what did not change itself.
    agency.product(1, json!({ "any": [{ "kind": "COMMUNIQUE" }, { "kind": "SPEECH" }] })).await;
    let widened = agency.changes(key, &since(&killed)).await;
    assert_eq!(lines(&widened), ["upsert article fr 1 entered_scope"]);
    agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let killed = agency.changes(key, &since(&widened)).await;
    assert_eq!(lines(&killed), ["tombstone article fr 1 left_scope"]);
    assert_eq!(agency.store.partner(partner.id).await.unwrap().unwrap().polled.unwrap().0, agency.world.clock_now());

    // Other products are another feed: the copy is begun anew.
    agency.save(&Partner { products: vec![EVERYTHING_PRODUCT], ..partner.clone() }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let lost = agency.changes(key, &since(&killed)).await;
    assert_eq!((lost.status, &lost.json()["type"]), (410, &json!("urn:griot:problem:scope-changed")));
    let reset = lost.json()["reset"].as_str().unwrap().strip_prefix("https://api.example").unwrap().to_owned();
    let (here, killed): (Vec<_>, Vec<_>) =
        lines(&agency.world.get_as(&of_partner, &reset)).into_iter().partition(|line| line.starts_with("upsert "));
    assert_eq!(here, ["upsert article fr 1 –"]);
    assert!(killed.len() == 3 && killed.iter().all(|line| line.ends_with(" killed")), "{killed:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_had_an_item_is_told_of_its_kill_whatever_is_received_by_then(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let speeches = agency.product(2, json!({ "all": [{ "kind": "SPEECH" }] })).await;
    let (partner, of_partner) = agency.partner(3, &[communiques]).await;
    let key = Some(of_partner.as_str());
    let had = agency.article("COMMUNIQUE", &["fr"]);
    let quiet = agency.article("COMMUNIQUE", &["fr"]);
    assert_eq!(lines(&agency.changes(key, "").await).len(), 2);
    agency.save(&Partner { products: vec![speeches], ..partner.clone() }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let copy = agency.changes(key, "").await;
    assert_eq!(lines(&copy), [""; 0]);

    let later = agency.article("COMMUNIQUE", &["fr"]);
    agency.world.wait(TimeDelta::minutes(1));
    let edited = agency.changed(&quiet, json!({ "kind": "NEWS" }));
    agency.desk().publish(&[&edited]);
    assert_eq!(lines(&agency.changes(key, &since(&copy)).await), [""; 0], "nothing but kills");
    agency.kill(&had);
    agency.kill(&later);
    let told = agency.changes(key, &since(&copy)).await;
    assert_eq!(lines(&told), ["tombstone article fr 2 killed"], "what it never had is not its business");
    assert_eq!(told.json()["changes"][0]["id"], had["contentId"]);
    assert_eq!(lines(&agency.changes(key, "").await), ["tombstone article fr 2 killed"], "in a first copy too");
    let entry = |draft: &Value| draft["contentId"].as_str().unwrap().parse().unwrap();
    assert_eq!(agency.store.told_of(entry(&had)).await.unwrap(), [partner.id].into());
    assert_eq!(agency.store.told_of(entry(&later)).await.unwrap(), [].into());

    // Received again, all that was killed of it is told.
    agency.save(&Partner { products: vec![communiques], ..partner }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(lines(&agency.changes(key, "").await), ["tombstone article fr 2 killed"; 2]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn only_who_accepted_the_terms_is_told_what_is_under_embargo(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let mut terms = Terms::of(&agency).await;
    let (early, plain) = (terms.early.clone(), terms.plain.clone());
    let before = agency.changes(Some(&early), "").await;
    assert_eq!(before.json()["embargoed"], json!([]));

    let Embargoed { new, until } = terms.embargo(&agency);
    let told = agency.changes(Some(&early), &since(&before)).await;
    assert_eq!(lines(&told), [""; 0]);
    let embargoed = told.json()["embargoed"].take();
    let mut versions: Vec<_> = embargoed.as_array().unwrap().iter().map(|one| one["version"].clone()).collect();
    versions.sort_by_key(Value::to_string);
    assert_eq!(versions, [json!(1), json!(2)], "{embargoed}");
    let of_new = embargoed.as_array().unwrap().iter().find(|one| one["id"] == new["contentId"]).unwrap();
    assert!(of_new["ed_note"].as_str().unwrap().starts_with("SOUS EMBARGO jusqu’au 2026-06-02"), "{of_new}");
    let path = of_new["links"]["ninjs"].as_str().unwrap().strip_prefix("https://api.example").unwrap();
    let document = agency.world.get_as(&early, path);
    assert_eq!((document.status, &document.json()["uri"]), (200, &of_new["uri"]));
    assert_eq!(document.json()["embargoedUntil"], json!(until));
    assert_eq!(document.header("cache-control"), "private, no-store");

    // Everybody else sees what there was, to the byte.
    let none = agency.changes(Some(&plain), "").await;
    assert!(none.json().get("embargoed").is_none() && !none.body.contains(new["contentId"].as_str().unwrap()));
    assert_eq!(agency.world.get(path).status, 404);
    assert_eq!(agency.world.get_as(&plain, path).body, agency.world.get(path).body);
    assert_eq!(lines(&agency.changes(None, "").await), ["upsert article fr 1 –"]);

    terms.release(&agency).await;
    let released = agency.changes(Some(&early), &since(&told)).await;
    assert_eq!(released.json()["embargoed"], json!([]));
    assert_eq!(lines(&released).len(), 2);
    let uris: Vec<_> = released.json()["changes"].as_array().unwrap().iter().map(|one| one["uri"].clone()).collect();
    assert!(uris.contains(&of_new["uri"]), "it has the name it was announced by");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_much_is_told_when_to_come_back_and_everything_is_counted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let article = agency.article("NEWS", &["fr"]);
    let (partner, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    agency.save(&Partner { requests_per_minute: 4, ..partner.clone() }).await;
    agency.world.partners.catch_up().await.unwrap();
    let item = format!("/v1/items/{}-fr.txt", article["contentId"].as_str().unwrap());
    let one = agency.world.get_as(&key, "/v1/changes");
    assert_eq!((one.status, one.header("ratelimit-policy")), (200, "\"minute\";q=4;w=60"));
    assert!(one.header("ratelimit").starts_with("\"minute\";r=3;t="), "{one:?}");
    assert_eq!(agency.world.get_as(&key, &item).status, 200);
    assert_eq!(agency.world.get_as(&key, "/v1/feeds/all.atom").status, 200);
    assert_eq!(agency.world.ask_as(&key, "/graphql", "{ __typename }").status, 200);
    let refused = agency.world.get_as(&key, &item);
    assert_eq!((refused.status, &refused.json()["type"]), (429, &json!("urn:griot:problem:quota-exceeded")));
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=16).contains(&wait), "{refused:?}");

    agency.save(&Partner { requests_per_minute: 100_000, ..partner.clone() }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let usage = agency.world.get_as(&key, "/v1/partner/usage").json()["usage"].take();
    let counts: Vec<String> = usage
        .as_array()
        .unwrap()
        .iter()
        .map(|of| format!("{} {} {} {}", of["channel"], of["requests"], of["refused"], of["items"]))
        .collect();
    assert_eq!(counts, ["\"changes\" 1 0 1", "\"feeds\" 1 0 0", "\"graphql\" 1 0 0", "\"items\" 2 1 0"]);
    assert!(usage.as_array().unwrap().iter().all(|of| of["bytes"].as_i64().unwrap() > 0 && of["day"] == "2026-06-01"));
    let refused = agency.world.get_as(&key, "/v1/partner/usage?from=2026-07-01&to=2026-06-01");
    assert!(refused.status == 400 && refused.body.contains("the first one first"), "{refused:?}");

    let account = agency.world.get_as(&key, "/v1/partner").json();
    assert_eq!((&account["name"], &account["products"][0]["code"]), (&json!("Outlet 1"), &json!("all")));
    let set = agency.world.put_as(&key, "/v1/partner/idle-warning", &[], b"{\"minutes\": 15}");
    assert_eq!((set.status, &*set.body), (200, "{\"minutes\":15}"));
    assert_eq!(agency.store.partner(partner.id).await.unwrap().unwrap().idle_after_minutes, Some(15));
    let refused = agency.world.put_as(&key, "/v1/partner/idle-warning", &[], b"{\"minutes\": 0}");
    assert!(refused.status == 400 && refused.body.contains("1 to 1440"), "{refused:?}");
    assert_eq!(agency.world.get("/v1/partner").status, 401);

    agency.save(&Partner { suspended_at: Some(agency.world.clock_now()), ..partner }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!([agency.world.get_as(&key, "/v1/changes").status, agency.world.get_as(&key, &item).status], [401, 401]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_waits_is_answered_when_something_happens(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    agency.article("NEWS", &["fr"]);
    let (_, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    for key in [None, Some(key.as_str())] {
        let begun = agency.changes(key, "").await;
        let path = format!("/v1/changes{}", since(&begun));
        let mut headers = vec![("prefer", "wait=30")];
        headers.extend(key.map(|key| ("authorization", key)));
        let (waited, ()) = std::thread::scope(|scope| {
            let asked = scope.spawn(|| {
                let start = Instant::now();
                (agency.world.get_with(&path, &headers), start.elapsed())
            });
            std::thread::sleep(Duration::from_millis(300));
            agency.world.wait(TimeDelta::minutes(1));
            agency.article("SPEECH", &["fr"]);
            (asked.join().unwrap(), ())
        });
        let (answer, took) = waited;
        assert_eq!(lines(&answer), ["upsert article fr 1 –"]);
        println!("answered {took:?} after the question, some 0.3 s of which nothing had happened");

        let mut hasty = headers.clone();
        hasty[0] = ("prefer", "wait=1");
        let empty = agency.world.get_with(&format!("/v1/changes{}", since(&answer)), &hasty);
        assert_eq!((lines(&empty), token(&empty) == token(&answer) || key.is_some()), (vec![], true));
    }
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_told_of_a_change_together_with_what_was_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let world = World::open(backend).await;
    world.tail.catch_up().await;
    world.put(StoreName::Published, &[topic(1, "eau")]).await;
    world.tail.catch_up().await;
    let ask = |after: Option<&str>| {
        let after = after.map(|after| format!("(after: \"{after}\")")).unwrap_or_default();
        let query = format!("{{ changes{after} {{ nextCursor changes {{ node {{ ... on Topic {{ name }} }} }} }} }}");
        world.ask("/graphql", &query, &[]).json()["data"]["changes"].take()
    };
    let first = ask(None);
    assert_eq!(first["changes"], json!([{ "node": { "name": "eau" } }]));
    // Another gateway publishes, and this one has not heard of it yet: it still knows the name from before.
    world.put(StoreName::Published, &[topic(1, "eau-et-forets")]).await;
    let second = ask(first["nextCursor"].as_str());
    assert_eq!((&second["changes"], &second["nextCursor"]), (&json!([]), &first["nextCursor"]));
    world.tail.catch_up().await;
    let third = ask(second["nextCursor"].as_str());
    assert_eq!(third["changes"], json!([{ "node": { "name": "eau-et-forets" } }]));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_kill_is_told_even_when_nothing_says_the_language_any_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let (_, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let article = agency.article("NEWS", &["en"]);
    let begun = agency.changes(Some(&key), "").await;
    assert_eq!(lines(&begun), ["upsert article en 1 –"]);
    agency.world.wait(TimeDelta::minutes(1));
    agency.act("contentWithdraw", "ContentWithdrawInput", article.clone());
    // Another one takes its address.
    agency.world.wait(TimeDelta::minutes(1));
    agency.article("NEWS", &["en"]);
    agency.world.wait(TimeDelta::minutes(1));
    let mut kill = article;
    kill["expectedRevision"] = json!(1);
    agency.kill(&kill);
    let told = lines(&agency.changes(Some(&key), &since(&begun)).await);
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("tombstone article en ") && line.ends_with(" killed")), "{told:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_press_office_sees_who_has_not_heard_of_a_kill(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let article = agency.article("NEWS", &["fr"]);
    let (_, first) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let begun = agency.changes(Some(&first), "").await;
    agency.partner(2, &[EVERYTHING_PRODUCT]).await;
    agency.partner(3, &[agency.product(1, json!({ "all": [{ "kind": "SPEECH" }] })).await]).await;
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&article);
    let killed = agency.changes(Some(&first), &since(&begun)).await;
    let id = killed.json()["changes"][0]["id"].as_str().unwrap().to_owned();
    let receipts = |id: &str| {
        let query = format!("{{ receipts(contentId: \"{id}\") {{ partnerName state note }} }}");
        agency.world.ask_as(&agency.editor, "/editorial/graphql", &query).json()["data"]["receipts"].take()
    };
    let nothing = |name: &str| json!({ "partnerName": name, "state": null, "note": null });
    assert_eq!(receipts(&id), json!([nothing("Outlet 1"), nothing("Outlet 2")]), "the third never had it");
    let path = format!("/v1/partner/receipts/{id}");
    let put = |path: &str, body: Value| agency.world.put_as(&first, path, &[], body.to_string().as_bytes());
    for (path, body, told, status) in [
        (path.as_str(), json!({}), "the body is not", 400),
        (&path, json!({ "state": "gone" }), "received, removed, not_used", 400),
        ("/v1/partner/receipts/x", json!({ "state": "removed" }), "told of nothing with the id x", 404),
    ] {
        let refused = put(path, body);
        assert!(refused.status == status && refused.body.contains(told), "{refused:?}");
    }
    assert_eq!(put(&path, json!({ "state": "removed", "note": "à 10 h" })).status, 200);
    let removed = json!({ "partnerName": "Outlet 1", "state": "REMOVED", "note": "à 10 h" });
    assert_eq!(receipts(&id), json!([nothing("Outlet 2"), removed]));

    let input = json!({ "note": "tout va bien" });
    let drill = agency.world.mutate(&agency.editor, "drillStart", "DrillStartInput", "drill { id }", input);
    let told = agency.changes(Some(&first), &since(&killed)).await;
    assert_eq!(lines(&told), ["tombstone drill fr 1 drill"]);
    let line = told.json()["changes"][0].take();
    assert_eq!((&line["id"], &line["ed_note"]), (&drill["drill"]["id"], &json!("EXERCICE — tout va bien")));
    let id = line["id"].as_str().unwrap();
    assert_eq!(receipts(id).as_array().unwrap().len(), 3, "everybody is told");
    assert_eq!(put(&format!("/v1/partner/receipts/{id}"), json!({ "state": "received" })).status, 200);
    assert_eq!(receipts(id)[2]["state"], json!("RECEIVED"));
    let copy = lines(&agency.changes(Some(&first), "").await);
    assert_eq!(copy, ["tombstone article fr 2 killed"], "kills are told for ever, and drills once");
    let public = lines(&agency.changes(None, "").await);
    assert_eq!(public, ["tombstone article fr 2 killed"], "nor does the public of a drill");
}
