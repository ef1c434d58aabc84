//! Accounts of an OpenID Connect provider at the editors' door.

use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_testbed::oidc::{AUDIENCE, Provider, Signer, mac_signed, public_rsa_pem, segment};
use griot_tests::{Answer, Client, Record, Server, WallClock};
use rstest::rstest;
use serde_json::{Value, json};

const WHO: &str = "{ viewer { id name role } }";

/// A server that takes tokens of a provider with two keys.
struct Door {
    server: Server,
    clock: WallClock,
    provider: Provider,
    rsa: Signer,
    p256: Signer,
    record: Record,
}

impl Door {
    fn open(backend: Backend) -> Self {
        Self::open_with(backend, "")
    }

    /// One with further settings.
    fn open_with(backend: Backend, further: &str) -> Self {
        let (rsa, p256) = (Signer::rsa("first"), Signer::p256("second"));
        let provider = Provider::start(&[&rsa, &p256]);
        let record = Record::new(backend);
        let settings = format!(
            "trusted_proxies = [\"127.0.0.1/32\"]\n[editorial.oidc]\nissuer = \"{}\"\naudience = \"{AUDIENCE}\"\n\
             algorithms = [\"RS256\", \"ES256\"]\nrole_claim = \"realm_access.roles\"\nallow_loopback_http = true\n\
             roles = {{ press-author = \"author\", press-editor = \"editor\", press-publisher = \"publisher\", \
             press-administrator = \"administrator\" }}\n{further}",
            provider.issuer
        );
        std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
        let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
        let clock = WallClock::of(&mut command, record.directory());
        Self { server: Server::start(command), clock, provider, rsa, p256, record }
    }

    /// Claims in order but for `change`; a null takes a claim away.
    fn claims(&self, change: Value) -> Value {
        let now = SystemClock.now().timestamp();
        let mut claims = self.provider.claims(now);
        claims["exp"] = json!(now + 3_600);
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        claims.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        claims
    }

    fn with_role(&self, role: &str) -> Value {
        self.claims(json!({ "sub": role, "name": role, "realm_access": { "roles": [format!("press-{role}")] } }))
    }

    fn client(&self, token: &str) -> Client {
        self.server.client("/editorial/graphql", Some(token))
    }

    fn status(&self, token: &str) -> u16 {
        self.client(token).post(WHO, &json!({})).unwrap().status
    }
}

#[rstest]
fn a_token_in_order_acts_as_the_role_it_names(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let door = Door::open(backend);
    let client = |role: &str| {
        // Both keys of the provider are good.
        let signer = if ["author", "publisher"].contains(&role) { &door.rsa } else { &door.p256 };
        door.client(&signer.token(&door.with_role(role)))
    };
    for role in ["author", "editor", "publisher", "administrator"] {
        let viewer = client(role).data(WHO, json!({}))["viewer"].take();
        let id = format!("oidc:{role}@{}", door.provider.issuer);
        assert_eq!(viewer, json!({ "id": id, "name": role, "role": role.to_uppercase() }));

        let topic = client(role).draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": role }] }));
        client("author").done("draftSubmit", topic.clone());
        let approved = client(role).act("draftApprove", topic.clone());
        assert_eq!(approved["userErrors"] == json!([]), role != "author", "{role}: {approved}");
        let published = client(role).act("contentPublish", json!({ "items": [topic] }));
        let may_publish = ["publisher", "administrator"].contains(&role);
        assert_eq!(published["userErrors"] == json!([]), may_publish, "{role}: {published}");
        if !may_publish {
            assert_eq!(published["userErrors"][0]["code"], "FORBIDDEN");
        }
        let log = client(role).post("{ auditLog(first: 1) { author } }", &json!({})).unwrap();
        assert_eq!(String::from_utf8_lossy(&log.body).contains("FORBIDDEN"), role != "administrator", "{role}");
    }
    let log = client("administrator").data("{ auditLog(first: 20) { author verb } }", json!({}));
    let id = format!("oidc:publisher@{}", door.provider.issuer);
    assert!(log["auditLog"].as_array().unwrap().contains(&json!({ "author": id, "verb": "publish" })), "{log}");
    let names = door.server.data("{ topics { totalCount } }", json!({}));
    assert_eq!(names, json!({ "topics": { "totalCount": 2 } }));
}

#[rstest]
fn a_key_and_an_account_of_one_person_are_one_person(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let door = Door::open_with(backend, "[editorial]\ntwo_person = [\"topic\"]\n");
    let key = door.record.key(&["--role", "publisher", "--name", "Pia", "--person", "publisher"]);
    let by_account = door.client(&door.rsa.token(&door.with_role("publisher")));
    let by_key = door.client(&key);
    let id = format!("oidc:publisher@{}", door.provider.issuer);
    assert_eq!(by_key.data(WHO, json!({}))["viewer"], json!({ "id": id, "name": "Pia", "role": "PUBLISHER" }));
    let topic = by_key.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": "Eau" }] }));
    let publish = json!({ "items": [topic] });
    let alone = by_account.act("contentPublish", publish.clone());
    assert_eq!(alone["userErrors"][0]["code"], "FORBIDDEN", "{alone}");
    let public = key.split('_').nth(2).unwrap();
    let replaced = door.record.run(&["key", "rotate", public]).expect_success().stdout;
    let alone = door.client(replaced.trim()).act("contentPublish", publish.clone());
    assert_eq!(alone["userErrors"][0]["code"], "FORBIDDEN", "{alone}");
    let other = door.record.key(&["--role", "publisher", "--name", "Paul"]);
    door.client(&other).done("contentPublish", publish);
}

#[test]
fn a_person_without_a_provider_is_refused() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let refused = record.run(&["key", "create", "--role", "editor", "--name", "Awa", "--person", "awa"]).expect_code(1);
    assert!(refused.stderr.contains("editorial.oidc.issuer"), "{}", refused.stderr);
    let refused = record.run(&["key", "create", "--delivery", "--name", "Site", "--person", "awa"]).expect_code(2);
    assert!(refused.stderr.contains("--person"), "{}", refused.stderr);
    assert!(record.run(&["key", "list"]).expect_success().stdout.is_empty());
}

#[test]
fn a_new_key_of_the_provider_is_found_and_an_old_one_forgotten() {
    let door = Door::open(Backend::Sqlite);
    let new = Signer::p256("third");
    let [old, fresh] = [&door.p256, &new].map(|signer| signer.token(&door.claims(json!({}))));
    assert_eq!(door.status(&old), 200);
    door.provider.publish(&[&new]);
    assert_eq!((door.status(&fresh), door.provider.asked()), (401, 1), "the provider is asked once a minute");
    door.clock.set(61);
    assert_eq!((door.status(&fresh), door.provider.asked()), (200, 2), "a token names the new key");
    assert_eq!((door.status(&old), door.status(&fresh)), (401, 200), "the old one is not published any more");
    // The provider is away: what is known goes on being good.
    door.provider.answer("/keys", 500, "");
    door.clock.set(61 + 301);
    assert_eq!((door.status(&fresh), door.status(&old)), (200, 401));
}

#[test]
fn whatever_is_wrong_with_a_token_the_answer_is_the_same() {
    let door = Door::open(Backend::Sqlite);
    let now = SystemClock.now().timestamp();
    let good = door.claims(json!({}));
    let head = |change: Value| {
        let mut head = door.rsa.head();
        head.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        head
    };
    let claims = |change: Value| door.rsa.token(&door.claims(change));
    let whole = door.rsa.token(&good);
    let (message, signature) = whole.rsplit_once('.').unwrap();
    let promoted = segment(&door.with_role("administrator"));
    let unsigned = |algorithm: &str| format!("{}.{}", segment(&head(json!({ "alg": algorithm }))), segment(&good));
    let pem = public_rsa_pem();
    let hs256 = head(json!({ "alg": "HS256" }));
    let elsewhere = Signer::p256("second");
    let away = Provider::start(&[&elsewhere]);
    let led_away = json!({
        "alg": "ES256", "typ": "JWT", "kid": "second", "jwk": elsewhere.jwk(), "jku": format!("{}/keys", away.issuer),
    });

    let wrong: Vec<(&str, String)> = vec![
        ("nothing", String::new()),
        ("words", "a.b.c".to_owned()),
        ("alg none", format!("{}.", unsigned("none"))),
        ("alg None, with a signature", format!("{}.{signature}", unsigned("None"))),
        ("the public key as an HMAC secret", mac_signed(&hs256, &good, pem.as_bytes())),
        ("the same without the last line break", mac_signed(&hs256, &good, pem.trim_end().as_bytes())),
        ("the modulus as an HMAC secret", mac_signed(&hs256, &good, door.rsa.jwk()["n"].as_str().unwrap().as_bytes())),
        ("HMAC under the name RS256", mac_signed(&head(json!({})), &good, pem.as_bytes())),
        ("an algorithm not set", door.rsa.token_with(&head(json!({ "alg": "PS256" })), &good)),
        ("wrong iss", claims(json!({ "iss": "https://accounts.example.org" }))),
        ("no iss", claims(json!({ "iss": null }))),
        ("wrong aud", claims(json!({ "aud": "another-api" }))),
        ("no aud", claims(json!({ "aud": null }))),
        ("unknown kid", door.rsa.token_with(&head(json!({ "kid": "third" })), &good)),
        ("kid of another key", door.rsa.token_with(&head(json!({ "kid": "second" })), &good)),
        ("no kid", door.rsa.token_with(&json!({ "alg": "RS256", "typ": "JWT" }), &good)),
        ("expired", claims(json!({ "iat": now - 7_200, "nbf": now - 7_200, "exp": now - 3_600 }))),
        ("no end", claims(json!({ "exp": null }))),
        ("not valid yet", claims(json!({ "nbf": now + 3_000 }))),
        ("made in the future", claims(json!({ "iat": now + 3_000 }))),
        ("no role", claims(json!({ "realm_access": null }))),
        ("a role not mapped", claims(json!({ "realm_access": { "roles": ["press-reader"] } }))),
        ("signed by another key", elsewhere.token(&good)),
        ("signed by a key inside of it", elsewhere.token_with(&led_away, &good)),
        ("claims changed", format!("{}.{promoted}.{signature}", message.split_once('.').unwrap().0)),
        ("cut off", whole[..whole.len() - 4].to_owned()),
        ("without its signature", format!("{message}.")),
        ("a type for something else", door.rsa.token_with(&head(json!({ "typ": "logout+jwt" })), &good)),
    ];
    let mut first: Option<Answer> = None;
    for (number, (what, token)) in wrong.iter().enumerate() {
        // Each from an address of its own, or they would be told to wait.
        let client = door.client(token).at(&format!("192.0.2.{number}"));
        let answer = client.post(WHO, &json!({})).unwrap();
        assert_eq!(answer.status, 401, "{what}: {}", String::from_utf8_lossy(&answer.body));
        let first = first.get_or_insert_with(|| answer.clone());
        assert_eq!(answer.body, first.body, "{what}");
        // What was refused was the token, not the provider.
        assert_eq!(door.status(&whole), 200, "after {what}");
    }
    let unknown = door.client("griot_e_x").at("198.51.100.1").post(WHO, &json!({})).unwrap();
    assert_eq!((unknown.status, Some(unknown.body)), (401, first.map(|answer| answer.body)), "a key that is none");
    assert_eq!(away.asked(), 0, "a token leads nobody elsewhere");
    println!("{} wrong tokens: one answer", wrong.len());
}
