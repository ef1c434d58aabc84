//! Webhooks: lines that keep their order, places that move with what is put into them, and the log.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use griot_persistence::{
    Actor, Attempt, Attempted, Delivery, Dispatch, EVERYTHING_PRODUCT, EditorialStore, Endpoint, EndpointChange,
    EndpointId, EndpointState, Health, Lane, NewDelivery, Partner, PartnerStore, QueueFigures, SenderLock,
    SigningSecrets, Then, Webhooks,
};
use rstest::rstest;
use uuid::Uuid;

use crate::support::*;

fn endpoint(number: u128) -> Endpoint {
    Endpoint {
        id: EndpointId(Uuid::from_u128(number)),
        partner: Uuid::from_u128(900),
        url: "https://partner.example/hook".to_owned(),
        products: None,
        types: None,
        state: EndpointState::Active,
        state_since: at("2026-01-01"),
        secrets: SigningSecrets { current: "whsec_one".to_owned(), previous: None },
        created_at: at("2026-01-01"),
        place: 0,
        health: Health::default(),
    }
}

fn event(item: &str, version: u32) -> NewDelivery {
    NewDelivery {
        event_id: format!("{item}-{version}"),
        event_type: "item.updated".to_owned(),
        item: Some(item.to_owned()),
        version: Some(version),
        change: Some(i64::from(version)),
        lane: Lane::Normal,
        body: format!("body of {item} {version}"),
    }
}

fn kill(item: &str, version: u32) -> NewDelivery {
    NewDelivery { lane: Lane::Kill, event_type: "item.killed".to_owned(), ..event(item, version) }
}

struct Line {
    _store: Store,
    webhooks: Webhooks,
    id: EndpointId,
}

async fn line(backend: Backend) -> Line {
    let store = fresh_store(backend).await;
    let webhooks = Webhooks::open(&store.location).await.unwrap();
    let endpoint = endpoint(1);
    webhooks.create(&endpoint).await.unwrap();
    Line { _store: store, webhooks, id: endpoint.id }
}

impl Line {
    async fn dispatch(&self, from: i64, to: i64, deliveries: Vec<NewDelivery>) -> bool {
        let dispatch = Dispatch { endpoint: self.id, from, to, deliveries, outdated: Vec::new() };
        !self.webhooks.dispatch(&[dispatch], now()).await.unwrap().is_empty()
    }

    async fn due_at(&self, at: DateTime<Utc>) -> Vec<Delivery> {
        self.webhooks.due(self.id, at, &[], 100).await.unwrap()
    }

    async fn due(&self) -> Vec<String> {
        self.due_at(now()).await.into_iter().map(|due| due.event.event_id).collect()
    }

    async fn attempt(&self, delivery: &Delivery, then: Then, health: Health) {
        assert!(self.webhooks.record(&self.attempted(delivery, then, health), now()).await.unwrap());
    }

    fn attempted(&self, delivery: &Delivery, then: Then, health: Health) -> Attempted {
        let is_failure = then != Then::Delivered;
        Attempted {
            attempt: Attempt {
                endpoint: self.id,
                event_id: delivery.event.event_id.clone(),
                event_type: delivery.event.event_type.clone(),
                at: now(),
                number_of_try: delivery.tries + 1,
                status: Some(if is_failure { 500 } else { 200 }),
                failure: is_failure.then(|| "it answered 500".to_owned()),
                ms: 12,
                answer: Some("no".to_owned()),
            },
            url: "https://partner.example/hook".to_owned(),
            delivery: delivery.number,
            then,
            health,
            disable: None,
            notices: Vec::new(),
        }
    }

    async fn endpoint(&self) -> Endpoint {
        self.webhooks.endpoint(self.id).await.unwrap().unwrap()
    }
}

fn now() -> DateTime<Utc> {
    at("2026-01-02")
}

fn later(minutes: i64) -> DateTime<Utc> {
    now() + TimeDelta::minutes(minutes)
}

fn failing(failures: u32) -> Health {
    Health { failures, failing_since: Some(now()), paused_until: None }
}

#[rstest]
#[tokio::test]
async fn an_endpoint_comes_back_as_it_was_kept(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let webhooks = Webhooks::open(&store.location).await.unwrap();
    let words = |all: &[&str]| Some(all.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>());
    let full = Endpoint {
        products: words(&["communiques", "photos"]),
        types: words(&["item.killed"]),
        state: EndpointState::Disabled { reason: "it answered 410".to_owned() },
        secrets: SigningSecrets {
            current: "whsec_two".to_owned(),
            previous: Some(("whsec_one".to_owned(), at("2026-01-03"))),
        },
        place: 7,
        health: Health { failures: 3, failing_since: Some(at("2026-01-02")), paused_until: Some(at("2026-01-03")) },
        ..endpoint(1)
    };
    let other = Endpoint { partner: Uuid::from_u128(901), created_at: at("2026-01-02"), ..endpoint(2) };
    let before = webhooks.changes_number().await.unwrap();
    for one in [&full, &other] {
        webhooks.create(one).await.unwrap();
        assert_eq!(webhooks.endpoint(one.id).await.unwrap().as_ref(), Some(one));
    }
    assert_eq!(webhooks.changes_number().await.unwrap(), before + 2, "senders see that there are new ones");
    assert_eq!(webhooks.endpoints(Some(full.partner)).await.unwrap(), std::slice::from_ref(&full));
    assert_eq!(webhooks.endpoints(None).await.unwrap(), [full.clone(), other.clone()]);
    assert!(!format!("{full:?}").contains("whsec"), "secrets are in no log");
    assert!(webhooks.delete(full.id).await.unwrap() && !webhooks.delete(full.id).await.unwrap());
    assert_eq!(webhooks.endpoints(None).await.unwrap(), [other]);
}

#[rstest]
#[tokio::test]
async fn another_address_is_verified_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let line = line(backend).await;
    let change = EndpointChange { url: Some("https://partner.example/other".to_owned()), ..EndpointChange::default() };
    let changed = line.webhooks.change(line.id, change.clone(), now()).await.unwrap().unwrap();
    assert_eq!((changed.state, changed.url.as_str()), (EndpointState::Pending, "https://partner.example/other"));
    let stale = line.webhooks.activate(line.id, "https://partner.example/hook", now()).await.unwrap();
    assert_eq!(stale, None, "who answered at the old address does not speak for the new one");
    assert_eq!(line.endpoint().await.state, EndpointState::Pending);
    line.webhooks.activate(line.id, "https://partner.example/other", now()).await.unwrap().unwrap();
    assert_eq!(line.endpoint().await.state, EndpointState::Active);
    let same = line.webhooks.change(line.id, change, now()).await.unwrap().unwrap();
    assert_eq!(same.state, EndpointState::Active, "the same address changes nothing");
    let rotated = line.webhooks.rotate(line.id, "whsec_two", later(60)).await.unwrap().unwrap();
    assert_eq!(rotated.secrets.current, "whsec_two");
    assert_eq!(rotated.secrets.previous, Some(("whsec_one".to_owned(), later(60))));
}

#[rstest]
#[tokio::test]
async fn what_is_dispatched_moves_the_place_with_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let line = line(backend).await;
    assert!(line.dispatch(0, 5, vec![event("a", 1), event("b", 2)]).await);
    assert!(!line.dispatch(0, 5, vec![event("c", 1)]).await, "somebody was faster");
    assert_eq!(line.endpoint().await.place, 5);
    assert_eq!(line.due().await, ["a-1", "b-2"]);
    line.webhooks.disable(line.id, "switched off", now()).await.unwrap();
    assert!(!line.dispatch(5, 6, vec![event("c", 6)]).await, "nothing is put into the line of a disabled one");
    assert_eq!(line.due().await, [""; 0]);
    assert_eq!(line.endpoint().await.place, 0, "what had not arrived is read again");
    line.webhooks.activate(line.id, "https://partner.example/hook", now()).await.unwrap().unwrap();
    assert!(line.dispatch(0, 5, vec![event("a", 1), event("b", 2)]).await);
    assert_eq!(line.due().await, ["a-1", "b-2"], "under the ids they had");
}

#[rstest]
#[tokio::test]
async fn an_item_is_delivered_in_order_and_a_kill_ahead_of_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    line.dispatch(0, 3, vec![event("a", 1), event("b", 2), event("a", 3)]).await;
    assert_eq!(line.due().await, ["b-2", "a-3"], "a newer version takes the place of one that waits");
    line.dispatch(3, 5, vec![kill("b", 4), event("c", 5)]).await;
    assert_eq!(line.due().await, ["b-4", "a-3", "c-5"]);

    let first = line.due_at(now()).await.remove(0);
    line.attempt(&first, Then::Again { at: later(5) }, failing(1)).await;
    line.dispatch(5, 6, vec![event("b", 6)]).await;
    assert_eq!(line.due().await, ["a-3", "c-5"], "what comes after a kill waits for it, and does not replace it");
    assert_eq!(line.webhooks.next_due(line.id, now()).await.unwrap(), Some(later(5)));
    let due = line.due_at(later(5)).await;
    assert_eq!((due[0].event.event_id.as_str(), due[0].tries), ("b-4", 1));
    line.attempt(&due[0], Then::GivenUp, failing(2)).await;
    assert_eq!(line.due().await, ["a-3", "c-5", "b-6"]);
    let busy = line.due_at(now()).await[0].number;
    assert_eq!(line.webhooks.due(line.id, now(), &[busy], 1).await.unwrap()[0].event.event_id, "c-5");
}

#[rstest]
#[tokio::test]
async fn nothing_is_kept_of_what_needs_no_sending(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let line = line(backend).await;
    line.dispatch(0, 3, vec![event("a", 1), event("b", 2), event("c", 3)]).await;
    let due = line.due_at(now()).await;
    line.attempt(&due[0], Then::Delivered, Health::default()).await;
    line.attempt(&due[1], Then::GivenUp, failing(1)).await;
    line.dispatch(3, 4, vec![kill("c", 4)]).await;
    let connection = line._store.try_raw_in(
        "editorial",
        "UPDATE webhook_delivery SET tries = 1 / (CASE WHEN body = '' \
        AND state IN ('delivered', 'failed', 'replaced') OR body <> '' AND state = 'waiting' THEN 1 ELSE 0 END)",
    );
    connection.await.unwrap();
    let counts = line.webhooks.delivery_counts(line.id).await.unwrap();
    let counted = ["delivered", "failed", "replaced", "waiting"].map(|state| counts.get(state).copied());
    assert_eq!(counted, [Some(1); 4]);
}

#[rstest]
#[tokio::test]
async fn a_version_that_was_replaced_on_its_way_may_arrive_all_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    line.dispatch(0, 1, vec![event("a", 1)]).await;
    let under_way = line.due_at(now()).await.remove(0);
    line.dispatch(1, 2, vec![event("a", 2)]).await;
    line.attempt(&under_way, Then::Again { at: later(1) }, failing(1)).await;
    assert_eq!(line.due_at(later(9)).await.len(), 1, "it is not tried again");
    line.attempt(&under_way, Then::Delivered, Health::default()).await;
    let counts = line.webhooks.delivery_counts(line.id).await.unwrap();
    assert_eq!((counts.get("delivered"), counts.get("waiting")), (Some(&1), Some(&1)));
}

#[rstest]
#[tokio::test]
async fn what_waits_is_due_when_an_endpoint_works_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    line.dispatch(0, 2, vec![event("a", 1), event("b", 2)]).await;
    let due = line.due_at(now()).await;
    let health = Health { paused_until: Some(later(1)), ..failing(1) };
    line.attempt(&due[0], Then::Again { at: later(600) }, health).await;
    assert_eq!(line.endpoint().await.health, health);
    line.attempt(&due[1], Then::Delivered, Health::default()).await;
    assert_eq!(line.due().await, ["a-1"]);
    assert_eq!(line.endpoint().await.health, Health::default());
    line.attempt(&line.due_at(now()).await[0], Then::Again { at: later(600) }, failing(1)).await;
    let other = endpoint(2);
    line.webhooks.create(&other).await.unwrap();
    let notice = NewDelivery { item: None, version: None, change: None, ..event("notice", 1) };
    let nobody = EndpointId(Uuid::from_u128(3));
    let gone = Attempted {
        disable: Some("it answered 410".to_owned()),
        notices: vec![(other.id, notice.clone()), (nobody, notice)],
        ..line.attempted(&line.due_at(later(600)).await[0], Then::GivenUp, failing(2))
    };
    let of_before = Attempted { url: "https://partner.example/old".to_owned(), ..gone.clone() };
    assert!(line.webhooks.record(&of_before, now()).await.unwrap());
    assert!(line.endpoint().await.is_active(), "the address before is gone, not this one");
    assert_eq!(line.webhooks.due(other.id, now(), &[], 10).await.unwrap(), []);
    assert!(line.webhooks.record(&gone, now()).await.unwrap());
    let endpoint = line.endpoint().await;
    assert_eq!(endpoint.state, EndpointState::Disabled { reason: "it answered 410".to_owned() });
    assert_eq!(endpoint.health, failing(2));
    let told = line.webhooks.due(other.id, now(), &[], 10).await.unwrap();
    assert_eq!(told.iter().map(|one| one.event.event_id.as_str()).collect::<Vec<_>>(), ["notice-1"]);
}

#[rstest]
#[tokio::test]
async fn what_waits_for_an_endpoint_is_due_when_it_is_verified(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    line.dispatch(0, 2, vec![event("a", 1), kill("b", 2)]).await;
    for due in line.due_at(now()).await {
        line.attempt(&due, Then::Again { at: later(600) }, failing(2)).await;
    }
    assert_eq!(line.due().await, [""; 0]);
    line.webhooks.activate(line.id, "https://partner.example/hook", now()).await.unwrap().unwrap();
    assert_eq!(line.due().await, ["b-2", "a-1"]);
    assert_eq!(line.endpoint().await.health, Health::default());
}

#[rstest]
#[tokio::test]
async fn what_waits_for_what_is_received_no_more_is_made_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    let partners = PartnerStore::open(&line._store.location).await.unwrap();
    let partner = Partner {
        id: Uuid::from_u128(900),
        name: "Outlet".to_owned(),
        embargo: None,
        requests_per_minute: 60,
        idle_after_minutes: None,
        created_at: now(),
        suspended_at: None,
        polled: None,
        products: Vec::new(),
    };
    partners.save_partner(&partner, now()).await.unwrap();
    let all = || vec![event("a", 3), event("b", 4), kill("c", 5)];
    let began_anew = async |what: &str| {
        assert_eq!((line.endpoint().await.place, line.due().await), (2, vec!["c-5".to_owned()]), "{what}");
        assert!(line.dispatch(2, 5, all()).await);
        assert_eq!(line.due().await, ["c-5", "a-3", "b-4"], "{what}");
    };
    assert!(line.dispatch(0, 5, all()).await);
    let few = EndpointChange { products: Some(Some(BTreeSet::from(["x".to_owned()]))), ..EndpointChange::default() };
    line.webhooks.change(line.id, few, now()).await.unwrap().unwrap();
    began_anew("other products of the endpoint").await;
    let types = EndpointChange { types: Some(None), ..EndpointChange::default() };
    line.webhooks.change(line.id, types, now()).await.unwrap().unwrap();
    assert_eq!(line.due().await.len(), 3, "other types alone change nothing of what waits");
    let everything = Partner { products: vec![EVERYTHING_PRODUCT], ..partner.clone() };
    partners.save_partner(&everything, now()).await.unwrap();
    began_anew("other products of the partner").await;
    partners.save_partner(&Partner { requests_per_minute: 6, ..everything }, now()).await.unwrap();
    assert_eq!(line.due().await.len(), 3, "nor does anything else of the partner");
    let notice = NewDelivery { change: None, ..event("notice", 1) };
    line.webhooks.enqueue(line.id, &notice, now()).await.unwrap();
    let given_up = line.due_at(now()).await.remove(0);
    line.attempt(&given_up, Then::GivenUp, failing(1)).await;
    let url = "https://partner.example/other";
    let moved = EndpointChange { url: Some(url.to_owned()), ..EndpointChange::default() };
    line.webhooks.change(line.id, moved, now()).await.unwrap().unwrap();
    line.webhooks.activate(line.id, url, now()).await.unwrap().unwrap();
    assert_eq!(line.due().await, ["notice-1"], "which nobody would make again");
    assert_eq!(line.endpoint().await.place, 2, "before what was given up, kills among it");
    line.dispatch(2, 5, all()).await;
    assert_eq!(line.due().await, ["c-5", "notice-1", "a-3", "b-4"]);
}

#[rstest]
#[tokio::test]
async fn what_an_endpoint_is_not_told_of_ends_what_waits_all_the_same(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let line = line(backend).await;
    line.dispatch(0, 3, vec![event("a", 1), event("b", 2), kill("c", 3)]).await;
    let outdated = vec!["a".to_owned(), "c".to_owned()];
    let dispatch = Dispatch { endpoint: line.id, from: 3, to: 5, deliveries: Vec::new(), outdated };
    line.webhooks.dispatch(&[dispatch], now()).await.unwrap();
    assert_eq!(line.due().await, ["c-3", "b-2"], "kills excepted");
}

#[rstest]
#[tokio::test]
async fn the_log_is_read_backwards_and_forgotten(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let line = line(backend).await;
    line.dispatch(0, 3, vec![event("a", 1), event("b", 2), event("c", 3)]).await;
    for due in line.due_at(now()).await.iter().take(2) {
        line.attempt(due, Then::Delivered, Health::default()).await;
    }
    let all = line.webhooks.attempts(line.id, None, 10).await.unwrap();
    let ids: Vec<&str> = all.iter().map(|one| one.attempt.event_id.as_str()).collect();
    assert_eq!(ids, ["b-2", "a-1"]);
    assert_eq!((all[0].attempt.status, all[0].attempt.ms, all[0].attempt.number_of_try), (Some(200), 12, 1));
    assert_eq!(line.webhooks.attempts(line.id, Some(all[0].number), 10).await.unwrap(), all[1..]);
    let figures = line.webhooks.queue_figures().await.unwrap();
    assert_eq!(figures, QueueFigures { kills: 0, others: 1, oldest: Some(now()), disabled: 0 });
    assert_eq!(line.webhooks.forget(now()).await.unwrap(), 0);
    assert_eq!(line.webhooks.forget(later(1)).await.unwrap(), 4, "two attempts and two deliveries");
    assert_eq!(line.due().await, ["c-3"], "what waits is never forgotten");
}

#[rstest]
#[tokio::test]
async fn one_process_sends_at_a_time(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let first = SenderLock::take(&store.location).await.unwrap().expect("nobody sends");
    assert!(first.is_held().await);
    assert!(SenderLock::take(&store.location).await.unwrap().is_none());
    drop(first);
    // PostgreSQL lets go of it when it sees that the connection is gone.
    for _ in 0..100 {
        if SenderLock::take(&store.location).await.unwrap().is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("the lock of a sender that has ended is still held");
}

#[rstest]
#[tokio::test]
async fn what_somebody_does_to_an_endpoint_is_in_the_log_or_was_not_done(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let editorial = EditorialStore::open(&store.location).await.unwrap();
    let machine = Webhooks::open(&store.location).await.unwrap();
    let actor = Actor {
        at: now(),
        author: "key:abc".to_owned(),
        origin: "192.0.2.1".to_owned(),
        verb: "manage partners".to_owned(),
    };
    let webhooks = machine.by(actor);
    let new = Endpoint { url: "https://partner.example/hook?token=secret".to_owned(), ..endpoint(1) };
    webhooks.create(&new).await.unwrap();
    let change =
        EndpointChange { types: Some(Some(BTreeSet::from(["item.killed".to_owned()]))), ..EndpointChange::default() };
    webhooks.change(new.id, change.clone(), now()).await.unwrap();
    assert_eq!(webhooks.activate(new.id, "https://elsewhere.example/", now()).await.unwrap(), None);
    webhooks.activate(new.id, &new.url, now()).await.unwrap();
    webhooks.rotate(new.id, "whsec_two", later(60)).await.unwrap();
    webhooks.replay(new.id, 0).await.unwrap();
    webhooks.disable(new.id, "switched off", now()).await.unwrap();
    machine.activate(new.id, &new.url, now()).await.unwrap();
    webhooks.delete(new.id).await.unwrap();
    assert!(!webhooks.delete(new.id).await.unwrap());

    let mut log = editorial.audit_page(None, 100).await.unwrap();
    log.reverse();
    let acts: Vec<_> = log.iter().map(|one| one.record.detail["act"].as_str().unwrap()).collect();
    assert_eq!(
        acts,
        ["add", "change", "verify", "rotate", "replay", "disable", "delete"],
        "the machine acts unrecorded"
    );
    let told = format!("{log:?}");
    assert!(!told.contains("whsec") && !told.contains("secret"), "{told}");
    assert_eq!(log[1].record.detail["types"][0], "item.killed");
    assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 7);

    machine.create(&new).await.unwrap();
    store.try_raw_in("editorial", "ALTER TABLE audit RENAME TO put_away").await.unwrap();
    let before = machine.endpoint(new.id).await.unwrap();
    webhooks.change(new.id, change, now()).await.unwrap_err();
    webhooks.rotate(new.id, "whsec_three", later(60)).await.unwrap_err();
    webhooks.disable(new.id, "no", now()).await.unwrap_err();
    webhooks.delete(new.id).await.unwrap_err();
    webhooks.create(&Endpoint { id: EndpointId(Uuid::from_u128(2)), ..new.clone() }).await.unwrap_err();
    assert_eq!((machine.endpoint(new.id).await.unwrap(), machine.endpoints(None).await.unwrap().len()), (before, 1));
}
