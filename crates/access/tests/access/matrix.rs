//! Tokens that are wrong in one way each: all have the same answer.

use std::sync::Arc;

use griot_access::{OidcSettings, OidcValidator, Origin, Role, Unauthenticated};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::*;

struct World {
    provider: Provider,
    clock: Arc<SetClock>,
    rsa: Signer,
    p256: Signer,
    validator: OidcValidator,
}

async fn world() -> World {
    world_with(|settings| settings).await
}

async fn world_with(change: impl FnOnce(OidcSettings) -> OidcSettings) -> World {
    let (rsa, p256) = (Signer::rsa("first"), Signer::p256("second"));
    let provider = Provider::start(&[&rsa, &p256]);
    let clock = SetClock::new();
    let validator = OidcValidator::new(change(settings(&provider)), clock.clone()).unwrap();
    World { provider, clock, rsa, p256, validator }
}

impl World {
    /// Claims in order but for `change`; a null takes a claim away.
    fn claims(&self, change: Value) -> Value {
        let mut claims = self.provider.claims(self.clock.seconds());
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                claims.as_object_mut().unwrap().remove(name);
            } else {
                claims[name] = value.clone();
            }
        }
        claims
    }

    fn head(&self, change: Value) -> Value {
        let mut head = self.rsa.head();
        head.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        head
    }

    async fn refuses(&self, token: &str) {
        assert_eq!(self.validator.validate(token).await, Err(Unauthenticated), "{token}");
        // What was refused was the token, not the provider.
        self.validator.validate(&self.rsa.token(&self.claims(json!({})))).await.unwrap();
    }
}

#[tokio::test]
async fn a_token_in_order_names_its_holder() {
    let world = world().await;
    for signer in [&world.rsa, &world.p256] {
        let principal = world.validator.validate(&signer.token(&world.claims(json!({})))).await.unwrap();
        assert_eq!(principal.id, format!("oidc:awa@{}", world.provider.issuer));
        assert_eq!((principal.name.as_str(), principal.role), ("Awa Traoré", Role::Editor));
        let Origin::Oidc { expires_at } = principal.origin else { panic!("{:?}", principal.origin) };
        assert_eq!(expires_at.timestamp(), world.clock.seconds() + 300 + 30);
    }
}

#[tokio::test]
async fn an_unsigned_token_is_refused() {
    let world = world().await;
    for algorithm in ["none", "None", "NONE", ""] {
        let unsigned =
            format!("{}.{}", segment(&world.head(json!({"alg": algorithm}))), segment(&world.claims(json!({}))));
        world.refuses(&format!("{unsigned}.")).await;
        let signed = world.rsa.token(&world.claims(json!({})));
        world.refuses(&format!("{unsigned}.{}", signed.rsplit_once('.').unwrap().1)).await;
    }
}

#[tokio::test]
async fn a_public_key_used_as_a_secret_is_refused() {
    let world = world().await;
    let jwk = world.rsa.jwk();
    let pem = public_rsa_pem();
    let secrets = [pem.as_bytes(), pem.trim_end().as_bytes(), jwk["n"].as_str().unwrap().as_bytes(), b""];
    for secret in secrets {
        let head = world.head(json!({"alg": "HS256"}));
        world.refuses(&mac_signed(&head, &world.claims(json!({})), secret)).await;
        // The same under the name of an algorithm that is allowed.
        world.refuses(&mac_signed(&world.rsa.head(), &world.claims(json!({})), secret)).await;
    }
}

#[rstest]
#[case::issuer_of_another("iss", json!("https://accounts.example.org"))]
#[case::issuer_with_a_slash("iss", json!("ISSUER/"))]
#[case::issuer_list("iss", json!(["ISSUER"]))]
#[case::no_issuer("iss", Value::Null)]
#[case::audience_of_another("aud", json!("another-api"))]
#[case::audiences_of_others("aud", json!(["another-api", "a-third"]))]
#[case::shared_without_a_party("aud", json!([AUDIENCE, "another-api"]))]
#[case::no_audience("aud", Value::Null)]
#[case::no_subject("sub", Value::Null)]
#[case::empty_subject("sub", json!(""))]
#[case::subject_with_a_line_break("sub", json!("awa\nadmin"))]
#[case::no_end("exp", Value::Null)]
#[case::an_end_in_words("exp", json!("tomorrow"))]
#[case::an_end_out_of_the_calendar("exp", json!(1e300))]
#[case::no_role("realm_access", Value::Null)]
#[case::roles_not_mapped("realm_access", json!({"roles": ["press-reader", "EDITOR", "press-editor "]}))]
#[case::a_role_of_another_shape("realm_access", json!({"roles": {"press-editor": true}}))]
#[tokio::test]
async fn a_wrong_claim_is_refused(#[case] claim: &str, #[case] value: Value) {
    let world = world().await;
    let value: Value = serde_json::from_str(&value.to_string().replace("ISSUER", &world.provider.issuer)).unwrap();
    let token = world.rsa.token(&world.claims(json!({ claim: value })));
    world.refuses(&token).await;
}

#[rstest]
#[case::just_ended("exp", -30, false)]
#[case::about_to_end("exp", -29, true)]
#[case::not_yet_valid("nbf", 31, false)]
#[case::valid_in_a_moment("nbf", 30, true)]
#[case::made_in_the_future("iat", 31, false)]
#[case::made_by_a_fast_clock("iat", 30, true)]
#[tokio::test]
async fn times_are_judged_with_thirty_seconds_of_leeway(
    #[case] claim: &str,
    #[case] seconds: i64,
    #[case] is_accepted: bool,
) {
    let world = world().await;
    let token = world.rsa.token(&world.claims(json!({ claim: world.clock.seconds() + seconds })));
    assert_eq!(world.validator.validate(&token).await.is_ok(), is_accepted);
}

#[tokio::test]
async fn a_token_ends_while_it_is_in_use() {
    let world = world().await;
    let token = world.rsa.token(&world.claims(json!({})));
    world.validator.validate(&token).await.unwrap();
    world.clock.advance(chrono::TimeDelta::seconds(330));
    world.refuses(&token).await;
}

#[tokio::test]
async fn a_token_of_another_client_is_refused() {
    let world =
        world_with(|settings| OidcSettings { authorized_parties: vec!["newsroom".to_owned()], ..settings }).await;
    let from = |client: Value| world.rsa.token(&world.claims(json!({ "azp": client })));
    for client in [json!("another-app"), Value::Null] {
        assert_eq!(world.validator.validate(&from(client)).await, Err(Unauthenticated));
    }
    world.validator.validate(&from(json!("newsroom"))).await.unwrap();
}

#[rstest]
#[case::unknown_key(json!({"kid": "third"}))]
#[case::key_of_another_algorithm(json!({"kid": "second"}))]
#[case::another_algorithm_of_the_same_key(json!({"alg": "RS512"}))]
#[case::an_algorithm_not_set(json!({"alg": "PS256"}))]
#[case::a_token_for_logging_out(json!({"typ": "logout+jwt"}))]
#[case::a_demand_not_understood(json!({"crit": ["b64"], "b64": true}))]
#[tokio::test]
async fn a_wrong_head_is_refused_however_well_it_is_signed(#[case] change: Value) {
    let world = world().await;
    world.refuses(&world.rsa.token_with(&world.head(change), &world.claims(json!({})))).await;
}

#[tokio::test]
async fn a_head_that_names_no_key_is_refused() {
    let world = world().await;
    let head = json!({"alg": "RS256", "typ": "JWT"});
    world.refuses(&world.rsa.token_with(&head, &world.claims(json!({})))).await;
}

#[rstest]
#[case(json!({"typ": "at+jwt"}))]
#[case(json!({"typ": "application/AT+JWT"}))]
#[tokio::test]
async fn access_tokens_by_their_own_type_are_taken(#[case] change: Value) {
    let world = world().await;
    world.validator.validate(&world.rsa.token_with(&world.head(change), &world.claims(json!({})))).await.unwrap();
}

#[tokio::test]
async fn the_signature_of_another_key_is_refused() {
    let world = world().await;
    let forger = Signer::p256("second");
    world.refuses(&forger.token(&world.claims(json!({})))).await;
}

#[tokio::test]
async fn a_key_inside_of_the_token_is_not_believed() {
    let world = world().await;
    let forger = Signer::p256("second");
    let elsewhere = Provider::start(&[&forger]);
    for kid in ["second", "third"] {
        let head = json!({
            "alg": "ES256", "typ": "JWT", "kid": kid, "jwk": forger.jwk(), "jku": format!("{}/keys", elsewhere.issuer),
        });
        world.refuses(&forger.token_with(&head, &world.claims(json!({})))).await;
    }
    assert_eq!(elsewhere.asked(), 0);
    // It does no harm beside an honest signature either.
    let head = world.head(json!({"jwk": forger.jwk(), "jku": elsewhere.issuer}));
    world.validator.validate(&world.rsa.token_with(&head, &world.claims(json!({})))).await.unwrap();
}

#[tokio::test]
async fn a_token_that_was_cut_off_or_changed_is_refused() {
    let world = world().await;
    let token = world.rsa.token(&world.claims(json!({})));
    let (message, signature) = token.rsplit_once('.').unwrap();
    let head = message.split_once('.').unwrap().0;
    let promoted = segment(&world.claims(json!({"realm_access": {"roles": ["press-publisher"]}})));
    for broken in [
        token[..token.len() - 4].to_owned(),
        message.to_owned(),
        format!("{message}."),
        format!("{head}.{promoted}.{signature}"),
        format!("{token}.{signature}"),
        format!(".{token}"),
        "..".to_owned(),
        String::new(),
        "a".repeat(20_000),
    ] {
        world.refuses(&broken).await;
    }
}
