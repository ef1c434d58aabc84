//! One door for keys and tokens.

use std::net::IpAddr;

use chrono::TimeDelta;
use griot_access::{
    AuthFailure, Authenticator, Caller, ExposeSecret, Family, Grant, OidcValidator, Origin, PreviewGrant, Role, Token,
};
use griot_domain::Clock;
use rstest::rstest;

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

/// A key nobody has, with a checksum that is right.
fn guess(family: Family) -> String {
    format!("Bearer {}", Token::draw(family).unwrap().reveal().expose_secret())
}

/// For how long failures are throttled; `None` when this one was not.
fn throttled(failure: AuthFailure) -> Option<u64> {
    match failure {
        AuthFailure::Throttled { retry_after } => Some(retry_after.as_secs()),
        AuthFailure::Unauthenticated(_) => None,
        AuthFailure::Busy | AuthFailure::Unavailable(_) => panic!("{failure}"),
    }
}

#[rstest]
#[tokio::test]
async fn whatever_an_address_sent_before_its_valid_credentials_are_let_in(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let signer = Signer::p256("first");
    let provider = Provider::start(&[&signer]);
    let oidc = OidcValidator::new(settings(&provider), record.clock.clone()).unwrap();
    let door = Authenticator::new(Some(ring.clone()), Some(oidc), record.clock.clone());
    // Of another process, so that this one has never seen them.
    let elsewhere_made = record.ring().await;
    let editor = elsewhere_made.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let grant = Grant::Delivery { partner: None, sees_embargoed: true, operations: None };
    let partner = elsewhere_made.issue(holder("Partner", grant)).await.unwrap();
    for number in 0..20 {
        let failed = door.authenticate(&guess(Family::Editorial), here()).await.unwrap_err();
        assert_eq!(throttled(failed), (number >= 10).then_some(60), "attempt {number}");
    }
    let valid = [
        format!("Bearer {}", editor.key.expose_secret()),
        format!("Bearer {}", partner.key.expose_secret()),
        format!("Bearer {}", signer.token(&provider.claims(record.clock.seconds()))),
    ];
    for header in valid.iter().chain(&valid) {
        door.authenticate(header, here()).await.unwrap();
    }
    // Made while the address waits, and revoked while it waits.
    let late = elsewhere_made.issue(holder("Late", Grant::Editorial(Role::Author))).await.unwrap();
    let late_header = format!("Bearer {}", late.key.expose_secret());
    door.authenticate(&late_header, here()).await.unwrap();
    ring.revoke(&late.id).await.unwrap();
    assert_eq!(throttled(door.authenticate(&late_header, here()).await.unwrap_err()), Some(60));
}

#[tokio::test]
async fn every_failure_past_the_tenth_within_a_minute_is_throttled() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let door = Authenticator::new(Some(ring), None, record.clock.clone());
    let valid = format!("Bearer {}", issued.key.expose_secret());
    // The same public part with another secret.
    let other = Token::draw(Family::Editorial).unwrap().reveal();
    let body = format!("griot_e_{}_{}", issued.id, &other.expose_secret()[21..64]);
    let wrong_secret = format!("Bearer {body}_{:08x}", crc32fast::hash(body.as_bytes()));
    let failing =
        ["Bearer nonsense".to_owned(), valid[..valid.len() - 1].to_owned(), guess(Family::Editorial), wrong_secret];
    for header in failing.iter().cycle().take(10) {
        assert_eq!(throttled(door.authenticate(header, here()).await.unwrap_err()), None, "{header}");
        door.authenticate(&valid, here()).await.unwrap();
    }
    for header in &failing {
        assert_eq!(throttled(door.authenticate(header, here()).await.unwrap_err()), Some(60), "{header}");
        assert_eq!(throttled(door.authenticate(header, elsewhere()).await.unwrap_err()), None, "{header}");
    }
    record.clock.advance(TimeDelta::minutes(1));
    assert_eq!(throttled(door.authenticate(&failing[0], here()).await.unwrap_err()), None);
}

/// Somebody with a key and a preview.
struct Previewing {
    _record: Record,
    door: Authenticator,
    /// Headers.
    key: String,
    token: String,
    granted: PreviewGrant,
}

async fn previewing() -> Previewing {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let door = Authenticator::new(Some(ring.clone()), None, record.clock.clone());
    let key = format!("Bearer {}", issued.key.expose_secret());
    let Caller::Principal(awa) = door.authenticate(&key, here()).await.unwrap() else { panic!("a reader") };
    let entry = griot_domain::EntryId(uuid::Uuid::from_u128(7));
    let (token, granted) = ring.issue_preview(&[entry], &awa, TimeDelta::hours(1)).await.unwrap();
    let token = format!("Bearer {}", token.expose_secret());
    Previewing { _record: record, door, key, token, granted }
}

#[tokio::test]
async fn previews_that_ended_do_not_count_as_keys_nor_keys_as_previews() {
    let Previewing { door, token, granted, _record, .. } = previewing().await;
    for _ in 0..10 {
        door.preview(&guess(Family::Preview), here()).await.unwrap_err();
    }
    assert_eq!(throttled(door.preview(&guess(Family::Preview), here()).await.unwrap_err()), Some(60));
    assert_eq!(door.preview(&token, here()).await.unwrap(), granted);
    assert_eq!(throttled(door.authenticate("Bearer nonsense", here()).await.unwrap_err()), None);
    for _ in 0..9 {
        door.authenticate("Bearer nonsense", elsewhere()).await.unwrap_err();
    }
    assert_eq!(throttled(door.preview(&guess(Family::Preview), elsewhere()).await.unwrap_err()), None);
}

#[tokio::test]
async fn a_preview_token_comes_in_by_its_own_door() {
    let Previewing { door, key, token, granted, _record } = previewing().await;
    assert_eq!(door.preview(&token, here()).await.unwrap(), granted);
    assert!(door.authenticate(&token, here()).await.is_err());
    assert!(door.preview(&key, here()).await.is_err());
}
