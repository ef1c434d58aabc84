//! Keys from the hand of their holder to the store and back.

use chrono::TimeDelta;
use griot_access::{
    Caller, ExposeSecret, Grant, IssueError, KeyRing, NewHolder, Origin, Principal, Reader, Role, Token,
    Unauthenticated,
};
use griot_domain::EntryId;
use rstest::rstest;

use crate::support::*;

async fn caller(ring: &KeyRing, key: &str) -> Result<Caller, Unauthenticated> {
    ring.caller(&Token::parse(key).unwrap()).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn a_key_names_its_holder(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let editor = ring.issue(holder("Awa Traoré", Grant::Editorial(Role::Editor))).await.unwrap();
    let origin = Origin::Key { id: editor.id.clone() };
    let id = format!("key:{}", editor.id);
    let principal = Principal { id, name: "Awa Traoré".to_owned(), role: Role::Editor, origin };
    assert_eq!(caller(&ring, editor.key.expose_secret()).await, Ok(Caller::Principal(principal)));

    let partner = ring
        .issue(holder("Partner", Grant::Delivery { partner: None, sees_embargoed: true, operations: None }))
        .await
        .unwrap();
    let origin = Origin::Key { id: partner.id.clone() };
    let reader =
        Reader { id: format!("key:{}", partner.id), partner: None, sees_embargoed: true, operations: None, origin };
    assert_eq!(caller(&ring, partner.key.expose_secret()).await, Ok(Caller::Reader(reader)));
}

#[rstest]
#[tokio::test]
async fn a_replaced_key_is_the_same_person(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let first = ring.issue(holder("Awa", Grant::Editorial(Role::Publisher))).await.unwrap();
    let second = ring.rotate(&first.id, None).await.unwrap();
    let mut ids = Vec::new();
    for issued in [&first, &second] {
        ids.push(caller(&ring, issued.key.expose_secret()).await.unwrap().id().to_owned());
    }
    assert_eq!(ids, [format!("key:{}", first.id), format!("key:{}", first.id)]);
    assert!(matches!(ring.rotate(&second.id, None).await, Err(IssueError::TooMany { .. })));

    ring.revoke(&first.id).await.unwrap();
    assert_eq!(caller(&ring, first.key.expose_secret()).await, Err(Unauthenticated));
    assert!(caller(&ring, second.key.expose_secret()).await.is_ok());
    assert!(matches!(ring.rotate(&first.id, None).await, Err(IssueError::NoSuchKey(_))));
}

#[rstest]
#[tokio::test]
async fn a_key_ends_when_it_was_said_to(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let holder = NewHolder { lives: Some(TimeDelta::days(90)), ..holder("Awa", Grant::Editorial(Role::Author)) };
    let issued = ring.issue(holder).await.unwrap();
    record.clock.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    assert!(caller(&ring, issued.key.expose_secret()).await.is_ok());
    assert!(ring.is_still_valid(&issued.id).await.unwrap());
    record.clock.advance(TimeDelta::seconds(1));
    assert_eq!(caller(&ring, issued.key.expose_secret()).await, Err(Unauthenticated));
    assert!(!ring.is_still_valid(&issued.id).await.unwrap());
}

/// The one here revokes, the other one has the key in mind still.
#[rstest]
#[tokio::test]
async fn a_revoked_key_is_refused_by_other_processes_within_five_seconds(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend).await;
    let (here, elsewhere) = (record.ring().await, record.ring().await);
    let issued = here.issue(holder("Awa", Grant::Editorial(Role::Author))).await.unwrap();
    let key = issued.key.expose_secret();
    assert!(caller(&elsewhere, key).await.is_ok());
    here.revoke(&issued.id).await.unwrap();
    assert_eq!(caller(&here, key).await, Err(Unauthenticated));
    let mut tries = 0;
    while elsewhere.is_still_valid(&issued.id).await.unwrap() {
        tries += 1;
        assert!(tries < 50, "after five seconds the key is still good");
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(caller(&elsewhere, key).await, Err(Unauthenticated));
}

#[rstest]
#[tokio::test]
async fn a_key_of_which_only_a_part_is_right_is_refused(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let one = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let other = ring.issue(holder("Moussa", Grant::Editorial(Role::Editor))).await.unwrap();
    let (one, other) = (one.key.expose_secret(), other.key.expose_secret());
    let with_checksum = |body: String| format!("{body}_{:08x}", crc32fast::hash(body.as_bytes()));
    for forged in [
        // The secret of another, a family that is not this key's, a key that is not there.
        with_checksum(format!("{}{}", &one[..21], &other[21..64])),
        with_checksum(one[..64].replacen("griot_e_", "griot_d_", 1)),
        with_checksum(one[..64].replacen("griot_e_", "griot_p_", 1)),
        with_checksum(format!("griot_e_aaaaaaaaaaaa_{}", &one[21..64])),
    ] {
        assert_eq!(caller(&ring, &forged).await, Err(Unauthenticated), "{forged}");
    }
    assert!(caller(&ring, &with_checksum(one[..64].to_owned())).await.is_ok());
}

#[rstest]
#[tokio::test]
async fn use_is_noted_without_anybody_waiting(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    caller(&ring, issued.key.expose_secret()).await.unwrap();
    let mut tries = 0;
    while ring.list().await.unwrap()[0].last_used_at.is_none() {
        tries += 1;
        assert!(tries < 100, "the use was never noted");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_name_is_one_line_and_held_by_one() {
    let record = Record::new(Backend::Sqlite).await;
    let ring = record.ring().await;
    for name in ["", "  ", "a\nb", &"x".repeat(201)] {
        let refused = ring.issue(holder(name, Grant::Editorial(Role::Editor))).await.unwrap_err();
        assert!(matches!(refused, IssueError::Name(_)), "{refused}");
    }
    ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let refused = ring.issue(holder(" Awa ", Grant::Editorial(Role::Publisher))).await.unwrap_err().to_string();
    assert!(refused.contains("griot key rotate"), "{refused}");
    assert_eq!(ring.list().await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_preview_token_shows_one_entry_for_a_while(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend).await;
    let ring = record.ring().await;
    let issued = ring.issue(holder("Awa", Grant::Editorial(Role::Editor))).await.unwrap();
    let Caller::Principal(awa) = caller(&ring, issued.key.expose_secret()).await.unwrap() else { panic!("a reader") };
    let entry = EntryId(uuid::Uuid::from_u128(7));
    for lives in [TimeDelta::zero(), TimeDelta::hours(24) + TimeDelta::seconds(1)] {
        assert!(ring.issue_preview(&[entry], &awa, lives).await.is_err());
    }
    let (shown, granted) = ring.issue_preview(&[entry], &awa, TimeDelta::hours(24)).await.unwrap();
    let token = Token::parse(shown.expose_secret()).unwrap();
    assert_eq!(ring.preview(&token).await.unwrap(), Ok(granted.clone()));
    assert_eq!((granted.entries, granted.holder), (vec![entry], awa.id.clone()));
    assert_eq!(ring.caller(&token).await.unwrap(), Err(Unauthenticated), "it is nobody");
    let key = Token::parse(issued.key.expose_secret()).unwrap();
    assert_eq!(ring.preview(&key).await.unwrap(), Err(Unauthenticated), "a key is no preview");

    record.clock.advance(TimeDelta::hours(24));
    assert_eq!(ring.preview(&token).await.unwrap(), Err(Unauthenticated));

    let (shown, granted) = ring.issue_preview(&[entry], &awa, TimeDelta::hours(1)).await.unwrap();
    assert!(ring.revoke_preview(&granted.token).await.unwrap());
    assert_eq!(ring.preview(&Token::parse(shown.expose_secret()).unwrap()).await.unwrap(), Err(Unauthenticated));
}
