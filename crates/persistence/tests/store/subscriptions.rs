//! Subscriptions to feeds: renewed, told, tried again, ended.

use chrono::{DateTime, TimeDelta, Utc};
use griot_persistence::{Attempt, EndpointId, Subscription, SubscriptionCount, SubscriptionThen, Webhooks};
use rstest::rstest;
use uuid::Uuid;

use crate::support::*;

fn now() -> DateTime<Utc> {
    at("2026-01-02")
}

fn later(days: i64) -> DateTime<Utc> {
    now() + TimeDelta::days(days)
}

fn subscription(number: u128, topic: &str) -> Subscription {
    Subscription {
        id: EndpointId(Uuid::from_u128(number)),
        topic: topic.to_owned(),
        callback: format!("https://reader.example/{number}"),
        host: "reader.example:443".to_owned(),
        secret: None,
        created_at: now(),
        expires_at: later(10),
        told: "old".to_owned(),
        tries: 0,
        failing_since: None,
        due_at: DateTime::UNIX_EPOCH,
    }
}

async fn open(backend: Backend) -> (Store, Webhooks) {
    let store = fresh_store(backend).await;
    let webhooks = Webhooks::open(&store.location).await.unwrap();
    (store, webhooks)
}

async fn behind(webhooks: &Webhooks, topic: &str, at: DateTime<Utc>) -> Vec<u128> {
    let rows = webhooks.behind(topic, "new", at, None, 10).await.unwrap();
    rows.iter().map(|row| row.id.0.as_u128()).collect()
}

#[rstest]
#[tokio::test]
async fn whoever_has_another_state_is_behind(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_store, webhooks) = open(backend).await;
    for number in 1..=3 {
        webhooks.subscribe(&subscription(number, "all.atom")).await.unwrap();
    }
    webhooks.subscribe(&subscription(4, "topic/health.atom")).await.unwrap();
    assert_eq!(webhooks.topics(now()).await.unwrap(), ["all.atom", "topic/health.atom"]);
    let [one, two, three] = [1, 2, 3].map(|number| EndpointId(Uuid::from_u128(number)));
    let next = webhooks.behind("all.atom", "new", now(), Some(one), 1).await.unwrap();
    assert_eq!(next.iter().map(|row| row.id).collect::<Vec<_>>(), [two]);

    webhooks.settle(one, &SubscriptionThen::Told { digest: "new".to_owned() }).await.unwrap();
    let again = SubscriptionThen::Again { tries: 1, failing_since: now(), at: later(1) };
    webhooks.settle(two, &again).await.unwrap();
    assert_eq!(behind(&webhooks, "all.atom", now()).await, [3]);
    assert_eq!(webhooks.topics_due(now()).await.unwrap(), [""; 0]);
    assert_eq!(webhooks.topics_due(later(1)).await.unwrap(), ["all.atom"]);
    assert_eq!(behind(&webhooks, "all.atom", later(1)).await, [2, 3]);
    webhooks.settle(three, &SubscriptionThen::Told { digest: "new".to_owned() }).await.unwrap();
    assert_eq!(behind(&webhooks, "all.atom", later(10)).await, [0; 0], "what has ended is told nothing");

    let both = ("all.atom", "https://reader.example/1");
    let count = webhooks.count_subscriptions(both, "reader.example:443", now()).await.unwrap();
    assert_eq!(count, SubscriptionCount { all: 4, at_host: 4, is_known: true });
    let count = webhooks.count_subscriptions(both, "reader.example:443", later(10)).await.unwrap();
    assert_eq!(count, SubscriptionCount { all: 0, at_host: 0, is_known: false });
    assert_eq!(webhooks.forget_subscriptions(now()).await.unwrap(), 0);
    assert_eq!(webhooks.forget_subscriptions(later(10)).await.unwrap(), 4);
}

#[rstest]
#[tokio::test]
async fn what_was_renewed_is_not_ended_by_an_answer_of_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, webhooks) = open(backend).await;
    let first = subscription(1, "all.atom");
    webhooks.subscribe(&first).await.unwrap();
    let attempt = Attempt {
        endpoint: first.id,
        event_id: "feed".to_owned(),
        event_type: "websub.feed".to_owned(),
        at: now(),
        number_of_try: 1,
        status: Some(410),
        failure: Some("it answered 410 Gone".to_owned()),
        ms: 3,
        answer: None,
    };
    webhooks.log_attempt(&attempt).await.unwrap();
    let renewal = Subscription {
        id: EndpointId(Uuid::from_u128(2)),
        expires_at: later(20),
        secret: Some("s".to_owned()),
        ..first.clone()
    };
    webhooks.subscribe(&renewal).await.unwrap();
    let renewed = Subscription { id: first.id, ..renewal };
    assert_eq!(webhooks.subscriptions().await.unwrap(), std::slice::from_ref(&renewed));

    webhooks.settle(first.id, &SubscriptionThen::Ended { expires_at: first.expires_at }).await.unwrap();
    assert_eq!(webhooks.subscription(first.id).await.unwrap(), Some(renewed.clone()));
    assert_eq!(webhooks.attempts(first.id, None, 10).await.unwrap().len(), 1);
    webhooks.settle(first.id, &SubscriptionThen::Ended { expires_at: renewed.expires_at }).await.unwrap();
    assert_eq!(webhooks.subscription(first.id).await.unwrap(), None);
    assert_eq!(webhooks.attempts(first.id, None, 10).await.unwrap(), [], "its log goes with it");

    webhooks.subscribe(&first).await.unwrap();
    assert!(webhooks.unsubscribe("all.atom", &first.callback).await.unwrap());
    assert!(!webhooks.unsubscribe("all.atom", &first.callback).await.unwrap());
}
