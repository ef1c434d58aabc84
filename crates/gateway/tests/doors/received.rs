//! `changes` of GraphQL with the key of a partner: what `/v1/changes` tells that key, and nobody else.

use std::time::Duration;

use chrono::TimeDelta;
use griot_persistence::{EVERYTHING_PRODUCT, Partner};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::agency::{Agency, Embargoed, Terms, lines, since, token};
use crate::support::Answer;

const CHANGES: &str = "query($after: String, $first: Int, $kinds: [ContentKind!]) {
    changes(after: $after, first: $first, kinds: $kinds) {
        nextCursor hasMore
        changes { cursor contentId kind language uri version note tombstone hasEntered
            node { ... on Article { title resolvedLocale } ... on Person { name } } }
        embargoed { uri contentId kind language version until title node { ... on Article { title } } } } }";

impl Agency {
    async fn asked(&self, key: Option<&str>, variables: Value) -> Answer {
        self.world.partners.catch_up().await.unwrap();
        self.world.tail.catch_up().await;
        let body = json!({ "query": CHANGES, "variables": variables });
        key.map_or_else(|| self.world.post("/graphql", &body), |key| self.world.post_as(key, "/graphql", &body))
    }

    async fn told_to(&self, key: Option<&str>, variables: Value) -> Value {
        let answer = self.asked(key, variables).await;
        let mut told = answer.json();
        assert_eq!(told.get("errors"), None, "{answer:?}");
        told["data"]["changes"].take()
    }

    /// Why a cursor is not taken.
    async fn refused(&self, key: Option<&str>, after: &str) -> String {
        let answer = self.asked(key, json!({ "after": after })).await.json();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
        answer["errors"][0]["message"].as_str().unwrap().to_owned()
    }
}

/// What is told, in the words of `/v1/changes`.
fn told(page: &Value) -> Vec<Value> {
    let told = page["changes"].as_array().unwrap().iter().map(|change| {
        let tombstone = change["tombstone"].as_str().map(str::to_lowercase);
        let has_entered = change["hasEntered"].as_bool().unwrap();
        let reason = tombstone.clone().or(has_entered.then(|| "entered_scope".to_owned()));
        let is_drill = reason.as_deref() == Some("drill");
        json!({
            "op": if tombstone.is_some() { "tombstone" } else { "upsert" },
            "reason": reason,
            "uri": change["uri"],
            "id": change["contentId"],
            "kind": if is_drill { "drill".to_owned() } else { change["kind"].as_str().unwrap().to_lowercase() },
            "language": change["language"],
            "version": change["version"],
            "title": change["node"]["title"],
            "ed_note": change["note"],
        })
    });
    told.collect()
}

/// The same of an answer of `/v1/changes`.
fn told_as_json(answer: &Answer) -> Vec<Value> {
    let page = answer.json();
    let told = page["changes"].as_array().unwrap().iter().map(|change| {
        let names = ["op", "reason", "uri", "id", "kind", "language", "version", "title", "ed_note"];
        names.iter().map(|name| ((*name).to_owned(), change[name].clone())).collect::<Value>()
    });
    told.collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_partner_is_told_the_same_as_by_the_other_feed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let (partner, key) = agency.partner(2, &[communiques]).await;
    let key = Some(key.as_str());
    let both = agency.article("COMMUNIQUE", &["fr", "en"]);
    let first = agency.article("COMMUNIQUE", &["fr"]);
    let second = agency.article("COMMUNIQUE", &["fr"]);
    let third = agency.article("COMMUNIQUE", &["fr"]);
    agency.article("SPEECH", &["fr"]);
    agency.kill(&third);

    let begun = agency.told_to(key, json!({})).await;
    let as_json = agency.changes(key, "").await;
    let (here, killed): (Vec<_>, Vec<_>) = lines(&as_json).into_iter().partition(|line| line.starts_with("upsert "));
    assert_eq!(here.len(), 4);
    assert!(
        !killed.is_empty() && killed.iter().all(|line| line.ends_with(" killed")),
        "nothing else could go: {killed:?}"
    );
    assert_eq!(told(&begun), told_as_json(&as_json));
    assert_eq!(
        (&begun["nextCursor"], &begun["hasMore"]),
        (&json!(token(&as_json)), &json!(false)),
        "one place, one token"
    );
    assert_eq!(begun["embargoed"], Value::Null);
    let of_both = begun["changes"].as_array().unwrap().iter().filter(|one| one["contentId"] == both["contentId"]);
    let read: Vec<_> =
        of_both.map(|one| (&one["language"], &one["node"]["resolvedLocale"], &one["node"]["title"])).collect();
    let (fr, en) = (json!("fr"), json!("en"));
    assert_eq!(read, [(&en, &en, &json!("Titre en")), (&fr, &fr, &json!("Titre fr"))], "each language by itself");

    // A page at a time, from each place, leads to the same.
    let mut after = Value::Null;
    let mut paged = Vec::new();
    loop {
        let page = agency.told_to(key, json!({ "after": after, "first": 1 })).await;
        paged.extend(told(&page));
        let last = page["changes"].as_array().unwrap().last().map(|change| change["cursor"].clone());
        after = page["nextCursor"].clone();
        if page["hasMore"] == false {
            break;
        }
        let from_line = agency.told_to(key, json!({ "after": last, "first": 1 })).await;
        assert_eq!(told(&from_line), told(&agency.told_to(key, json!({ "after": after, "first": 1 })).await));
    }
    assert_eq!(paged, told(&begun));

    agency.world.wait(TimeDelta::minutes(1));
    let moved = agency.changed(&first, json!({ "kind": "NEWS" }));
    agency.desk().publish(&[&moved]);
    agency.act("contentWithdraw", "ContentWithdrawInput", second.clone());
    agency.kill(&both);
    let input = json!({ "note": "tout va bien" });
    agency.world.mutate(&agency.editor, "drillStart", "DrillStartInput", "drill { id }", input);
    let after = begun["nextCursor"].clone();
    let delta = agency.told_to(key, json!({ "after": after })).await;
    let as_json = agency.changes(key, &since(&as_json)).await;
    assert_eq!(told(&delta), told_as_json(&as_json));
    let mut reasons: Vec<_> = told(&delta).iter().map(|one| one["reason"].as_str().unwrap().to_owned()).collect();
    reasons.sort();
    assert_eq!(reasons, ["drill", "killed", "killed", "left_scope", "withdrawn"]);
    assert!(delta["changes"].as_array().unwrap().iter().all(|one| one["node"] == Value::Null), "{delta}");
    assert_eq!(agency.store.partner(partner.id).await.unwrap().unwrap().polled.unwrap().0, agency.world.clock_now());

    // Kills are told for ever: also to whoever comes after the next act.
    agency.world.wait(TimeDelta::days(400));
    let again = agency.told_to(key, json!({ "after": begun["nextCursor"] })).await;
    assert_eq!(told(&again), told(&delta));
    let articles = agency.told_to(key, json!({ "after": begun["nextCursor"], "kinds": ["PERSON"] })).await;
    assert_eq!((told(&articles), &articles["nextCursor"]), (vec![], &again["nextCursor"]), "the place is the same");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_given_the_answer_of_another(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let speeches = agency.product(2, json!({ "all": [{ "kind": "SPEECH" }] })).await;
    agency.article("COMMUNIQUE", &["fr"]);
    agency.article("SPEECH", &["fr"]);
    agency.article("NEWS", &["fr"]);
    let (_, one) = agency.partner(1, &[communiques]).await;
    let (_, other) = agency.partner(2, &[speeches]).await;
    let (_, plain) = agency.world.delivery_key("Site", false).await;
    agency.world.partners.catch_up().await.unwrap();
    agency.world.tail.catch_up().await;
    // The field under another name, in a fragment, named by a hash: what is kept is kept by the text that was sent.
    let fields = "nextCursor changes { kind node { ... on Article { kind } } }";
    let plainly = format!("{{ changes {{ {fields} }} }}");
    let hidden = format!("query Q {{ ...F }} fragment F on Query {{ changes: changes {{ {fields} }} }}");
    let named = format!("{{ changes(kinds: [ARTICLE]) {{ {fields} }} }}");
    let by_hash = json!({ "extensions": { "persistedQuery": { "version": 1,
        "sha256Hash": griot_front::document_hash(&named) } } });
    let mut registering = by_hash.clone();
    registering["query"] = json!(named);
    assert_eq!(agency.world.post("/graphql", &registering).status, 200);
    for body in [json!({ "query": plainly }), json!({ "query": hidden }), by_hash] {
        let ask = |key: Option<&str>| {
            let answer = key.map_or_else(
                || agency.world.post("/graphql", &body),
                |key| agency.world.post_as(key, "/graphql", &body),
            );
            let told = answer.json();
            let page = &told["data"]["changes"];
            let mut kinds: Vec<String> =
                page["changes"].as_array().unwrap().iter().map(|one| one["node"]["kind"].to_string()).collect();
            kinds.sort();
            (kinds.join(" "), page["nextCursor"].as_str().unwrap().len(), answer.header("cache-control").to_owned())
        };
        let everything = "\"COMMUNIQUE\" \"NEWS\" \"SPEECH\"";
        // Twice, so that what was kept would be found.
        for _ in 0..2 {
            let of_public = ask(None);
            assert_eq!(of_public.0, everything, "{body}");
            assert!(of_public.2.starts_with("public"), "{of_public:?}");
            for (key, kinds) in [(&one, "\"COMMUNIQUE\""), (&other, "\"SPEECH\"")] {
                let told = ask(Some(key));
                assert_eq!((told.0.as_str(), told.1, told.2.as_str()), (kinds, 87, "private, no-store"), "{body}");
            }
            let of_plain = ask(Some(&plain));
            assert_eq!((of_plain.0, of_plain.1), (of_public.0, of_public.1), "who is no partner has the public's");
        }
    }
    // By GET too, where caches on the way might keep it.
    let path = "/graphql?query=%7Bchanges%7Bchanges%7Bkind%7D%7D%7D";
    assert_eq!(agency.world.get(path).json()["data"]["changes"]["changes"].as_array().unwrap().len(), 3);
    let told = agency.world.get_as(&one, path);
    assert_eq!(told.json()["data"]["changes"]["changes"].as_array().unwrap().len(), 1, "{told:?}");
    assert_eq!((told.header("cache-control"), told.header("surrogate-key")), ("private, no-store", ""));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_that_leads_nowhere_is_told_what_to_do(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let speeches = agency.product(1, json!({ "all": [{ "kind": "SPEECH" }] })).await;
    agency.article("SPEECH", &["fr"]);
    let (partner, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let (_, other) = agency.partner(2, &[EVERYTHING_PRODUCT]).await;
    let key = Some(key.as_str());
    let cursor = |page: Value| page["nextCursor"].as_str().unwrap().to_owned();
    let of_public = cursor(agency.told_to(None, json!({})).await);
    let of_partner = cursor(agency.told_to(key, json!({})).await);

    let told = agency.refused(key, &of_public).await;
    assert!(told.contains("public's feed") && told.contains("begin without a cursor"), "{told}");
    let told = agency.refused(None, &of_partner).await;
    assert!(told.contains("the key of that partner") && told.contains("begin again without a cursor"), "{told}");
    let of_path = agency.changes(None, &format!("?since={of_partner}")).await;
    assert!(of_path.status == 400 && of_path.body.contains("send the key of that partner"), "{of_path:?}");
    let of_path = agency.changes(key, &format!("?since={of_public}")).await;
    assert!(of_path.status == 400 && of_path.body.contains("begin with `snapshot=true`"), "{of_path:?}");
    let told = agency.refused(Some(&other), &of_partner).await;
    assert!(told.contains("of another partner") && told.contains("begin again without a cursor"), "{told}");
    let mut altered = of_partner.clone().into_bytes();
    altered[40] = if altered[40] == b'A' { b'B' } else { b'A' };
    for foreign in [std::str::from_utf8(&altered).unwrap(), "x", ""] {
        let told = agency.refused(key, foreign).await;
        assert_eq!(told, "`after`: is not a cursor of this feed; pass one back as it was given");
    }
    let listening = format!("subscription {{ changed(after: \"{of_partner}\") {{ contentId }} }}");
    let listening = agency.world.ask("/graphql", &listening, &[("accept", "text/event-stream")]);
    assert!(listening.body.contains("pass it to `changes` with the key of that partner"), "{listening:?}");

    agency.save(&Partner { products: vec![speeches], ..partner }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let told = agency.refused(key, &of_partner).await;
    assert!(told.contains("of other products than are received now"), "{told}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn who_accepted_the_terms_is_told_what_is_under_embargo(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let mut terms = Terms::of(&agency).await;
    let (public, early, plain) = (terms.public.clone(), terms.early.clone(), terms.plain.clone());
    let before = agency.told_to(Some(&early), json!({})).await;
    assert_eq!(before["embargoed"], json!([]));

    let Embargoed { new, .. } = terms.embargo(&agency);
    let after = before["nextCursor"].clone();
    let page = agency.told_to(Some(&early), json!({ "after": after })).await;
    assert_eq!(told(&page), [Value::Null; 0]);
    let as_json = agency.changes(Some(&early), &format!("?since={}", after.as_str().unwrap())).await;
    let in_common = |of: &Value, id: &str, until: &str| {
        let of = of["embargoed"].as_array().unwrap().iter();
        let names = ["uri", id, "language", "version", until, "title"];
        of.map(|one| names.map(|name| one[name].to_string().replace(".000000Z", "Z"))).collect::<Vec<_>>()
    };
    assert_eq!(in_common(&page, "contentId", "until"), in_common(&as_json.json(), "id", "embargoed_until"));
    let of_new = page["embargoed"].as_array().unwrap().iter().find(|one| one["contentId"] == new["contentId"]).unwrap();
    assert_eq!((&of_new["node"]["title"], &of_new["version"]), (&json!("Titre fr"), &json!(1)), "{page}");
    assert_eq!(page["nextCursor"], json!(token(&as_json)));
    // A first copy has the public's version without a text, and never the next one's.
    let copy = agency.told_to(Some(&early), json!({})).await;
    let of_changed = copy["changes"].as_array().unwrap();
    let [one] = of_changed.as_slice() else { panic!("{copy}") };
    assert_eq!((&one["contentId"], &one["version"]), (&public["contentId"], &json!(1)));
    assert_eq!((&one["node"], &one["tombstone"]), (&Value::Null, &Value::Null), "{copy}");

    let id = new["contentId"].as_str().unwrap();
    for (key, embargoed) in [(Some(plain.as_str()), Value::Null), (None, Value::Null)] {
        let answer = agency.asked(key, json!({})).await;
        assert!(!answer.body.contains(id), "{answer:?}");
        assert_eq!(answer.json()["data"]["changes"]["embargoed"], embargoed);
    }

    terms.release(&agency).await;
    let released = agency.told_to(Some(&early), json!({ "after": page["nextCursor"] })).await;
    assert_eq!((released["embargoed"].clone(), told(&released).len()), (json!([]), 2));
    assert!(told(&released).iter().any(|one| one["uri"] == of_new["uri"]), "it has the name it was announced by");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn what_is_asked_by_graphql_is_within_the_quota_and_counted(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    agency.article("NEWS", &["fr", "en"]);
    let (partner, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    agency.save(&Partner { requests_per_minute: 2, ..partner.clone() }).await;
    for _ in 0..2 {
        assert_eq!(told(&agency.told_to(Some(&key), json!({})).await).len(), 2);
    }
    let refused = agency.asked(Some(&key), json!({})).await;
    assert_eq!((refused.status, &refused.json()["type"]), (429, &json!("urn:griot:problem:quota-exceeded")));
    agency.save(&Partner { requests_per_minute: 100_000, ..partner }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    let usage = agency.world.get_as(&key, "/v1/partner/usage").json()["usage"][0].take();
    let counts = ["channel", "requests", "refused", "items"].map(|name| usage[name].clone());
    assert_eq!(counts, [json!("graphql"), json!(3), json!(1), json!(4)]);
}
