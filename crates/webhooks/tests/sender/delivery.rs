//! What arrives, where, and signed how.

use std::time::Duration;

use griot_persistence::{EndpointState, SigningSecrets};
use griot_testbed::Backend;
use griot_webhooks::{EndpointError, Secret, sign};
use rstest::rstest;

use crate::receiver::{Call, Mode, Receiver};
use crate::support::{House, event, until};

fn is_signed_with(call: &Call, secret: &str) -> bool {
    let at = call.headers["webhook-timestamp"].parse().unwrap();
    let at = chrono::DateTime::from_timestamp(at, 0).unwrap();
    let expected = sign(&Secret::parse(secret).unwrap(), call.id(), at, &call.body);
    call.headers["webhook-signature"].split(' ').any(|signature| signature == expected)
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_is_verified_and_gets_what_is_new(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let receiver = Receiver::start(Mode::Status(200)).await;
    let house = House::new(backend, &[&receiver]).await;
    let pending = house.pending(&receiver).await;
    assert_eq!(pending.state, EndpointState::Pending);
    let refused = house.endpoints.test(pending.id).await.unwrap_err();
    assert!(matches!(refused, EndpointError::NotActive("pending")), "{refused}");
    let endpoint = house.endpoints.verify(pending.id).await.unwrap();
    assert_eq!(endpoint.state, EndpointState::Active);

    house.dispatch(endpoint.id, event("a", 1)).await;
    until("it arrives", || receiver.taken().len() == 1).await;
    let call = receiver.taken().remove(0);
    assert_eq!(call.json()["data"]["uri"], "a");
    assert_eq!(call.headers["content-type"], "application/json");
    assert!(is_signed_with(&call, &endpoint.secrets.current));
    assert!(!is_signed_with(&call, &Secret::draw().unwrap().expose()));

    let (rotated, _) = house.endpoints.rotate(endpoint.id).await.unwrap();
    let SigningSecrets { current, previous } = rotated.secrets;
    let (previous, _) = previous.unwrap();
    assert_eq!(previous, endpoint.secrets.current);
    // A running sender hears of a new secret within a second.
    let mut tests = 0;
    loop {
        let test = house.endpoints.test(endpoint.id).await.unwrap();
        tests += 1;
        until("the test arrives", || receiver.taken().len() == 1 + tests).await;
        let call = receiver.taken().pop().unwrap();
        assert_eq!((call.id(), &call.json()["type"]), (test.as_str(), &"endpoint.test".into()));
        assert!(is_signed_with(&call, &previous), "the secret before signs as well");
        if is_signed_with(&call, &current) {
            break;
        }
        assert!(tests < 50, "the new secret never signs");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let log = house.logged(endpoint.id, 3).await;
    let types: Vec<&str> = log.iter().take(3).map(|one| one.attempt.event_type.as_str()).collect();
    assert_eq!(types, ["endpoint.verification", "item.published", "endpoint.test"]);
    assert!(log.iter().all(|one| one.attempt.status == Some(200) && one.attempt.failure.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_give_the_challenge_back_gets_nothing() {
    let modes = [
        (Mode::Status(500), "500"),
        (Mode::Redirect("http://127.0.0.1:1/".to_owned()), "redirects are not followed"),
        (Mode::Endless, "its answer is not {\"challenge\""),
        (Mode::Hang, "took too long"),
    ];
    for (mode, says) in modes {
        let receiver = Receiver::start(mode).await;
        let house = House::new(Backend::Sqlite, &[&receiver]).await;
        let id = house.pending(&receiver).await.id;
        let refused = house.endpoints.verify(id).await.unwrap_err().to_string();
        assert!(refused.contains(says), "{refused}");
        assert_eq!(house.state(id).await, EndpointState::Pending);
        assert!(house.log(id).await[0].attempt.failure.as_ref().is_some_and(|failure| failure.contains(says)));
    }
}

#[rstest]
#[case(Mode::Status(500), Some(500), "it answered 500")]
#[case(Mode::Hang, None, "it took too long")]
#[case(Mode::Drip, None, "it took too long")]
#[case(Mode::Reset, None, "")]
#[case(Mode::Later(429, 60), Some(429), "it answered 429")]
#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_fails_is_tried_again_under_the_same_id(
    #[case] mode: Mode,
    #[case] status: Option<u16>,
    #[case] says: &str,
) {
    let receiver = Receiver::start(mode.clone()).await;
    let house = House::new(Backend::Sqlite, &[&receiver]).await;
    let id = house.active(&receiver).await;
    house.dispatch(id, event("a", 1)).await;
    let first = house.logged(id, 1).await.remove(0).attempt;
    assert_eq!(first.status, status);
    assert!(first.failure.as_ref().is_some_and(|failure| failure.contains(says)), "{first:?}");
    let health = house.store.endpoint(id).await.unwrap().unwrap().health;
    let pause = health.paused_until.unwrap() - first.at;
    assert_eq!(pause.num_seconds() >= 60, mode == Mode::Later(429, 60), "{pause}");
    if status == Some(429) {
        return;
    }
    receiver.be(Mode::Status(204));
    until("it arrives", || receiver.taken().len() == 1).await;
    let calls = receiver.calls();
    assert!(calls.iter().all(|call| call.id() == calls[0].id()));
    assert_eq!(house.logged(id, calls.len()).await.last().unwrap().attempt.status, Some(204));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_answer_goes_on_to_say_does_not_matter() {
    for mode in [Mode::Endless, Mode::DripBody] {
        let receiver = Receiver::start(mode).await;
        let house = House::new(Backend::Sqlite, &[&receiver]).await;
        let id = house.active(&receiver).await;
        house.dispatch(id, event("a", 1)).await;
        let attempt = house.logged(id, 1).await.remove(0).attempt;
        assert_eq!((attempt.status, attempt.failure), (Some(200), None));
        assert!(attempt.answer.is_some_and(|kept| kept.len() <= 1_024));
        tokio::time::sleep(Duration::from_millis(200)).await;
        let written = receiver.written();
        assert!(written < 64 << 20, "{written} bytes of the answer were taken");
        println!("of an endless answer {written} bytes went out before the connection was closed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_is_gone_is_disabled() {
    let receiver = Receiver::start(Mode::Status(410)).await;
    let house = House::new(Backend::Sqlite, &[&receiver]).await;
    let id = house.active(&receiver).await;
    house.dispatch(id, event("a", 1)).await;
    house.logged(id, 1).await;
    let disabled = EndpointState::Disabled { reason: "it answered 410 Gone".to_owned() };
    assert_eq!(house.state(id).await, disabled);
    let refused = house.endpoints.test(id).await.unwrap_err();
    assert!(matches!(refused, EndpointError::NotActive("disabled")), "{refused}");
    receiver.be(Mode::Status(200));
    assert_eq!(house.endpoints.verify(id).await.unwrap().state, EndpointState::Active, "this is the way back");
}
