//! One door for keys and tokens.

use std::net::IpAddr;
use std::time::Duration;

use chrono::TimeDelta;
use griot_access::{AuthFailure, Authenticator, Caller, ExposeSecret, Grant, OidcValidator, Origin, Role};
use griot_domain::Clock;

use crate::support::*;

fn here() -> IpAddr {
    "192.0.2.1".parse().unwrap()
}

fn elsewhere() -> IpAddr {
    "192.0.2.2".parse().unwrap()
}

#[tokio::test]
async fn keys_and_tokens_come_in_by_the_same_header() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let signer = Signer::p256("first");
    let provider = Provider::start(&[&signer]);
    let oidc = OidcValidator::new(settings(&provider), record.clock.clone()).unwrap();
    let door = Authenticator::new(Some(ring.clone()), Some(oidc), record.clock.clone());
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Publisher))).await.unwrap();
    let token = signer.token(&provider.claims(record.clock.seconds()));
    let mut roles = Vec::new();
    for header in [format!("Bearer {}", issued.key.expose_secret()), format!("bearer {token}")] {
        let caller = door.authenticate(&header, here()).await.unwrap();
        assert!(door.is_still_valid(caller.origin()).await.unwrap());
        let Caller::Principal(principal) = caller else { panic!("{caller:?}") };
        roles.push(principal.role);
    }
    assert_eq!(roles, [Role::Publisher, Role::Editor]);

    let ends = Origin::Oidc { expires_at: record.clock.now() + TimeDelta::seconds(1) };
    assert!(door.is_still_valid(&ends).await.unwrap());
    record.clock.advance(TimeDelta::seconds(1));
    assert!(!door.is_still_valid(&ends).await.unwrap());
    ring.revoke(&issued.id).await.unwrap();
    assert!(!door.is_still_valid(&Origin::Key { id: issued.id }).await.unwrap());
}

#[tokio::test]
async fn every_refusal_reads_the_same() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let key = issued.key.expose_secret();
    ring.revoke(&issued.id).await.unwrap();
    let doors = [
        Authenticator::new(Some(ring), None, record.clock.clone()),
        Authenticator::new(None, None, record.clock.clone()),
    ];
    for door in doors {
        let headers =
            [format!("Bearer {key}"), format!("Bearer {}", &key[1..]), format!("Basic {key}"), "Bearer".to_owned()];
        for header in headers {
            let refused = door.authenticate(&header, here()).await.unwrap_err();
            assert!(matches!(refused, AuthFailure::Unauthenticated(_)), "{header}");
            assert_eq!(refused.to_string(), "the credentials are not valid");
            let refused = door.preview(&header, elsewhere()).await.unwrap_err();
            assert!(matches!(refused, AuthFailure::Unauthenticated(_)), "{header}");
        }
    }
}

#[tokio::test]
async fn an_address_that_fails_ten_times_waits_and_others_do_not() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let door = Authenticator::new(Some(ring), None, record.clock.clone());
    let header = format!("Bearer {}", issued.key.expose_secret());
    for _ in 0..10 {
        door.authenticate(&header, here()).await.unwrap();
        door.authenticate("Bearer nonsense", here()).await.unwrap_err();
    }
    let refused = door.authenticate(&header, here()).await.unwrap_err();
    assert!(
        matches!(refused, AuthFailure::Throttled { retry_after } if retry_after == Duration::from_secs(60)),
        "{refused}"
    );
    door.authenticate(&header, elsewhere()).await.unwrap();
    record.clock.advance(TimeDelta::minutes(1));
    door.authenticate(&header, here()).await.unwrap();
}

#[tokio::test]
async fn a_preview_token_comes_in_by_its_own_door() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let door = Authenticator::new(Some(ring.clone()), None, record.clock.clone());
    let key = format!("Bearer {}", issued.key.expose_secret());
    let Caller::Principal(awa) = door.authenticate(&key, here()).await.unwrap() else { panic!("a reader") };
    let entry = griot_domain::EntryId(uuid::Uuid::from_u128(7));
    let (token, granted) = ring.issue_preview(&[entry], &awa, TimeDelta::hours(1)).await.unwrap();
    let token = format!("Bearer {}", token.expose_secret());
    assert_eq!(door.preview(&token, here()).await.unwrap(), granted);
    assert!(door.authenticate(&token, here()).await.is_err());
    assert!(door.preview(&key, here()).await.is_err());
}
