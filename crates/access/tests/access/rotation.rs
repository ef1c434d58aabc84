//! The keys of a provider change, and the provider is not always there.

use chrono::TimeDelta;
use griot_access::{KeySource, OidcSettings, OidcValidator, Unauthenticated};
use rstest::rstest;
use serde_json::json;

use crate::support::*;

#[tokio::test]
async fn keys_are_asked_for_once_in_five_minutes() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[&signer]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    assert_eq!(provider.asked(), 0, "nobody asks before there is a token");
    for (seconds, asked) in [(0, 1), (299, 1), (1, 2), (60, 2)] {
        clock.advance(TimeDelta::seconds(seconds));
        validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
        assert_eq!(provider.asked(), asked);
    }
}

#[tokio::test]
async fn a_new_key_is_found_when_a_token_names_it() {
    let (old, new) = (Signer::p256("old"), Signer::p256("new"));
    let (provider, clock) = (Provider::start(&[&old]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    validator.validate(&old.token(&provider.claims(clock.seconds()))).await.unwrap();
    provider.publish(&[&old, &new]);
    clock.advance(TimeDelta::seconds(60));
    for signer in [&new, &old] {
        validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
    }
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn a_key_taken_back_is_refused_after_five_minutes() {
    let (old, new) = (Signer::p256("old"), Signer::p256("new"));
    let (provider, clock) = (Provider::start(&[&old, &new]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    validator.validate(&old.token(&provider.claims(clock.seconds()))).await.unwrap();
    provider.publish(&[&new]);
    clock.advance(TimeDelta::minutes(5));
    assert_eq!(validator.validate(&old.token(&provider.claims(clock.seconds()))).await, Err(Unauthenticated));
    validator.validate(&new.token(&provider.claims(clock.seconds()))).await.unwrap();
}

#[tokio::test]
async fn invented_key_ids_ask_the_provider_once_a_minute() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[&signer]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
    for (seconds, asked) in [(0, 1), (59, 1), (1, 2), (59, 2), (1, 3)] {
        clock.advance(TimeDelta::seconds(seconds));
        for number in 0..20 {
            let forger = Signer::p256(&format!("invented {number}"));
            let token = forger.token(&provider.claims(clock.seconds()));
            assert_eq!(validator.validate(&token).await, Err(Unauthenticated));
        }
        assert_eq!(provider.asked(), asked);
    }
}

#[tokio::test]
async fn known_keys_go_on_being_used_while_the_provider_is_down() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[&signer]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    let claims = provider.claims(clock.seconds() + 24 * 3600);
    validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
    drop(provider);
    clock.advance(TimeDelta::days(1));
    validator.validate(&signer.token(&claims)).await.unwrap();
    let stranger = Signer::p256("second");
    assert_eq!(validator.validate(&stranger.token(&claims)).await, Err(Unauthenticated));
}

#[tokio::test]
async fn a_provider_that_was_down_at_first_is_asked_again_after_a_minute() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    assert_eq!(validator.validate(&signer.token(&provider.claims(clock.seconds()))).await, Err(Unauthenticated));
    provider.publish(&[&signer]);
    clock.advance(TimeDelta::minutes(1));
    validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
}

#[rstest]
#[case::failing(500, "{\"keys\": []}")]
#[case::moved(302, "")]
#[case::no_json(200, "<html>")]
#[case::no_keys(200, "{\"keys\": []}")]
#[case::strange_keys(
    200,
    r#"{"keys": [7, {"kty": "oct", "kid": "first", "k": "c2VjcmV0"}, {"kty": "XYZ", "kid": "first"}]}"#
)]
#[case::endless(200, &" ".repeat(70_000))]
#[tokio::test]
async fn an_answer_that_is_no_key_set_changes_nothing(#[case] status: u16, #[case] body: &str) {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[&signer]), SetClock::new());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
    provider.answer("/keys", status, body);
    clock.advance(TimeDelta::minutes(5));
    validator.validate(&signer.token(&provider.claims(clock.seconds()))).await.unwrap();
    assert_eq!(provider.asked(), 2);
}

#[tokio::test]
async fn keys_of_another_use_or_kind_stand_in_nobodys_way() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[]), SetClock::new());
    let mut for_encryption = signer.jwk();
    for_encryption["use"] = json!("enc");
    for_encryption["kid"] = json!("second");
    let keys = json!({"keys": [{"kty": "XYZ"}, for_encryption, signer.jwk()]});
    provider.answer("/keys", 200, &keys.to_string());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    let claims = provider.claims(clock.seconds());
    validator.validate(&signer.token(&claims)).await.unwrap();
    let mut head = signer.head();
    head["kid"] = json!("second");
    assert_eq!(validator.validate(&signer.token_with(&head, &claims)).await, Err(Unauthenticated));
}

#[rstest]
#[case::in_plain_http_elsewhere("http://192.0.2.1/keys", true)]
#[case::on_this_machine_unless_allowed("http://127.0.0.1:9/keys", false)]
#[tokio::test]
async fn keys_are_not_fetched_where_anybody_could_change_them(#[case] address: &str, #[case] allow: bool) {
    let provider = Provider::start(&[]);
    let settings = OidcSettings {
        issuer: "https://accounts.example.org".to_owned(),
        keys: KeySource::Jwks(address.parse().unwrap()),
        allow_loopback_http: allow,
        ..settings(&provider)
    };
    assert!(OidcValidator::new(settings, SetClock::new()).is_err());
}

#[tokio::test]
async fn a_discovery_document_of_another_issuer_is_not_followed() {
    let signer = Signer::p256("first");
    let (provider, clock) = (Provider::start(&[&signer]), SetClock::new());
    let keys = format!("{}/keys", provider.issuer);
    let configuration = json!({"issuer": "https://accounts.example.org", "jwks_uri": keys});
    provider.answer("/.well-known/openid-configuration", 200, &configuration.to_string());
    let validator = OidcValidator::new(settings(&provider), clock.clone()).unwrap();
    let token = signer.token(&provider.claims(clock.seconds()));
    assert_eq!(validator.validate(&token).await, Err(Unauthenticated));
    assert_eq!(provider.asked(), 0);

    let settings = OidcSettings { keys: KeySource::Jwks(keys.parse().unwrap()), ..settings(&provider) };
    OidcValidator::new(settings, clock).unwrap().validate(&token).await.unwrap();
}
