//! Partners, products, and which items are in which.

use std::collections::BTreeMap;

use griot_domain::{EntryId, ProductFilter, Slug};
use griot_persistence::{
    Actor, AuditRecord, Drill, DrillKillError, EVERYTHING_PRODUCT, EditorialStore, Former, ItemChange, Partner,
    PartnerSaving, PartnerStore, Placed, Product, ProductRemoval, ProductSaving, Receipt, ReceiptState, Received,
    Round, Sorting, Usage, UsageOf,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

const ALL: Uuid = EVERYTHING_PRODUCT;

async fn open(backend: Backend) -> (Store, PartnerStore) {
    let store = fresh_store(backend).await;
    let partners = PartnerStore::open(&store.location).await.unwrap();
    (store, partners)
}

fn product(number: u128, filter: serde_json::Value) -> Product {
    Product {
        id: Uuid::from_u128(number),
        code: Slug::parse(&format!("product-{number}")).unwrap(),
        title: format!("Product {number}"),
        filter: serde_json::from_value(filter).unwrap(),
        is_sorted: false,
        revision: 1,
        created_at: at("2026-01-01"),
    }
}

fn partner(number: u128, products: &[Uuid]) -> Partner {
    Partner {
        id: Uuid::from_u128(number),
        name: format!("Outlet {number}"),
        embargo: Some(("2026-1".to_owned(), at("2026-01-02"))),
        requests_per_minute: 600,
        idle_after_minutes: Some(15),
        created_at: at("2026-01-01"),
        suspended_at: None,
        polled: None,
        products: products.to_vec(),
    }
}

fn sorting(entry: EntryId, seq: i64, products: &[Uuid]) -> Sorting {
    let items = vec![Placed { locale: locale("fr"), products: products.to_vec() }];
    Sorting { id: entry, seq, is_news: true, items }
}

/// What a feed of products tells after a number: number, entry, whether it is in.
async fn told(partners: &PartnerStore, products: &[Uuid], after: i64) -> Vec<(i64, EntryId, bool)> {
    let received = Received { products: products.to_vec(), former: Vec::new() };
    let changes = partners.item_changes(&received, after, 100).await.unwrap();
    changes.into_iter().map(|change| (change.number, change.entry, change.is_in)).collect()
}

#[rstest]
#[tokio::test]
async fn partners_and_products_come_back_as_they_were_kept(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let everything = partners.products().await.unwrap().remove(0);
    assert_eq!((everything.id, everything.code.as_str(), &everything.filter), (ALL, "all", &ProductFilter::default()));
    assert!(everything.is_sorted);

    let one = product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }], "none": [{ "image": false }] }));
    assert_eq!(partners.save_product(&one).await.unwrap(), ProductSaving::Saved);
    let again = Product { id: Uuid::from_u128(2), ..one.clone() };
    assert_eq!(partners.save_product(&again).await.unwrap(), ProductSaving::CodeTaken);
    assert_eq!(partners.save_product(&everything).await.unwrap(), ProductSaving::Fixed);
    assert_eq!(partners.products().await.unwrap(), [everything, one.clone()]);

    let outlet = partner(9, &[ALL, one.id]);
    assert_eq!(partners.save_partner(&outlet, at("2026-01-02")).await.unwrap(), PartnerSaving::Saved);
    assert_eq!(partners.partner(outlet.id).await.unwrap(), Some(outlet.clone()));
    let namesake = Partner { id: Uuid::from_u128(8), ..outlet.clone() };
    assert_eq!(partners.save_partner(&namesake, at("2026-01-02")).await.unwrap(), PartnerSaving::NameTaken);
    let missing = Uuid::from_u128(7);
    let other = partner(8, &[missing]);
    assert_eq!(partners.save_partner(&other, at("2026-01-02")).await.unwrap(), PartnerSaving::NoProduct(missing));
    assert_eq!(partners.partners().await.unwrap(), std::slice::from_ref(&outlet), "what was refused left nothing");

    partners.note_poll(outlet.id, at("2026-02-01"), 7).await.unwrap();
    let changed = Partner { embargo: None, suspended_at: Some(at("2026-03-01")), products: vec![ALL], ..outlet };
    assert_eq!(partners.save_partner(&changed, at("2026-01-02")).await.unwrap(), PartnerSaving::Saved);
    let polled = Some((at("2026-02-01"), 7));
    assert_eq!(partners.partner(changed.id).await.unwrap(), Some(Partner { polled, ..changed }));
}

#[rstest]
#[tokio::test]
async fn a_product_in_use_stays_and_one_that_was_is_kept_out_of_sight(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let one = product(1, json!({}));
    partners.save_product(&one).await.unwrap();
    partners.save_partner(&partner(9, &[one.id]), at("2026-01-02")).await.unwrap();
    let entries = [sorting(id(1), 1, &[ALL, one.id])];
    let round = Round { from: 0, to: 1, products: &[ALL, one.id], entries: &entries, ..Round::default() };
    assert!(partners.sort(&round).await.unwrap());
    assert_eq!(partners.remove_product(one.id).await.unwrap(), ProductRemoval::InUse(1));
    assert_eq!(partners.remove_product(ALL).await.unwrap(), ProductRemoval::Fixed);
    assert_eq!(told(&partners, &[one.id], 0).await, [(1, id(1), true)]);

    partners.save_partner(&partner(9, &[]), at("2026-01-02")).await.unwrap();
    assert_eq!(partners.remove_product(one.id).await.unwrap(), ProductRemoval::Removed);
    assert_eq!(partners.remove_product(one.id).await.unwrap(), ProductRemoval::Removed, "and again");
    assert_eq!(partners.products().await.unwrap().len(), 1);
    let removed = partners.removed_products().await.unwrap();
    assert_eq!((removed[0].id, &removed[0].code, &removed[0].filter), (one.id, &one.code, &ProductFilter::nothing()));
    assert_eq!(partners.save_product(&one).await.unwrap(), ProductSaving::Removed);
    let named_so = Product { id: Uuid::from_u128(3), ..one.clone() };
    assert_eq!(partners.save_product(&named_so).await.unwrap(), ProductSaving::Saved, "its code is free");
    let again = partners.save_partner(&partner(9, &[one.id]), at("2026-01-02")).await.unwrap();
    assert_eq!(again, PartnerSaving::NoProduct(one.id));

    let former = partners.former_products(None).await.unwrap().remove(&Uuid::from_u128(9)).unwrap();
    assert_eq!(former, [Former { product: one.id, until: 1 }]);
    let gone = [Sorting { items: Vec::new(), ..sorting(id(1), 2, &[]) }];
    let killed = Round { from: 1, to: 2, products: &[ALL, one.id], entries: &gone, ..Round::default() };
    assert!(partners.sort(&killed).await.unwrap());
    let received = Received { products: vec![named_so.id], former };
    let told_of_it = partners.item_changes(&received, 1, 10).await.unwrap();
    let is_end = |change: &ItemChange| change.entry == id(1) && !change.is_in && change.is_former;
    assert!(told_of_it.len() == 1 && told_of_it.iter().all(is_end), "{told_of_it:?}");

    // Of one that nobody ever received nothing is left.
    assert_eq!(partners.remove_product(named_so.id).await.unwrap(), ProductRemoval::Removed);
    assert_eq!(partners.removed_products().await.unwrap().len(), 1);
    let late = Round {
        from: 2,
        to: 3,
        products: &[ALL, named_so.id],
        entries: &[sorting(id(2), 3, &[ALL, named_so.id])],
        ..Round::default()
    };
    assert!(partners.sort(&late).await.unwrap());
    assert_eq!(told(&partners, &[named_so.id], 0).await, [], "nothing is sorted into what is not there");
}

#[rstest]
#[tokio::test]
async fn an_item_is_told_at_its_last_change_and_when_it_leaves(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let (one, two) = (product(1, json!({})), product(2, json!({})));
    for product in [&one, &two] {
        partners.save_product(product).await.unwrap();
    }
    let judges = [ALL, one.id, two.id];
    let sort = async |from: i64, entries: &[Sorting]| {
        let to = entries.iter().map(|entry| entry.seq).max().unwrap_or(from);
        assert!(partners.sort(&Round { from, to, products: &judges, entries, ..Round::default() }).await.unwrap());
    };
    sort(0, &[sorting(id(1), 1, &[ALL, one.id]), sorting(id(2), 2, &[ALL, one.id, two.id])]).await;
    assert_eq!(told(&partners, &[one.id], 0).await, [(1, id(1), true), (2, id(2), true)]);
    assert_eq!(told(&partners, &[two.id], 0).await, [(2, id(2), true)]);
    assert_eq!(told(&partners, &[one.id, two.id], 0).await, [(1, id(1), true), (2, id(2), true)], "once");

    // The second moves from one product into another.
    sort(2, &[sorting(id(1), 3, &[ALL, two.id])]).await;
    assert_eq!(told(&partners, &[one.id], 0).await, [(2, id(2), true), (3, id(1), false)]);
    assert_eq!(told(&partners, &[two.id], 2).await, [(3, id(1), true)]);
    let both = [one.id, two.id];
    assert_eq!(told(&partners, &both, 2).await, [(3, id(1), true)], "whoever has both still has it");
    let inside = partners.products_with(&judges, &[id(1), id(2)]).await.unwrap();
    assert_eq!(inside[&(id(1), locale("fr"))].len(), 2);
    let languages = |of: u128, is_in| (id(of), BTreeMap::from([(locale("fr"), is_in)]));
    let found = partners.languages_in(one.id, &[id(1), id(2), id(3)]).await.unwrap();
    assert_eq!(found, [languages(1, false), languages(2, true)].into(), "one it had, one it has, one it never had");

    // It changes, which a product that it left does not hear of; but that it was taken back, everybody does.
    sort(3, &[sorting(id(1), 4, &[ALL, two.id])]).await;
    assert_eq!(told(&partners, &[one.id], 0).await, [(2, id(2), true), (3, id(1), false)]);
    sort(4, &[Sorting { id: id(1), seq: 5, is_news: true, items: Vec::new() }]).await;
    for products in [&[one.id][..], &[two.id], &both, &[ALL]] {
        assert_eq!(told(&partners, products, 4).await, [(5, id(1), false)], "{products:?}");
    }
    assert_eq!(partners.sorted_to().await.unwrap(), (5, 5));

    // Sorting anew tells only what that changes.
    let same = Sorting { is_news: false, ..sorting(id(2), 2, &[ALL, one.id]) };
    sort(5, &[Sorting { seq: 5, ..same }]).await;
    assert_eq!(told(&partners, &judges, 5).await, [(6, id(2), true)]);
    assert_eq!(told(&partners, &[one.id], 5).await, []);
    assert_eq!(told(&partners, &[two.id], 5).await, [(6, id(2), false)]);

    let received = Received { products: judges.to_vec(), former: Vec::new() };
    let pages: Vec<_> =
        [partners.item_changes(&received, 0, 1).await.unwrap(), partners.item_changes(&received, 5, 1).await.unwrap()]
            .concat()
            .iter()
            .map(|change| change.number)
            .collect();
    assert_eq!(pages, [5, 6], "page by page");
}

#[rstest]
#[tokio::test]
async fn a_round_counts_only_where_nobody_was_faster(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_store, partners) = open(backend).await;
    let entries = [sorting(id(1), 1, &[ALL])];
    let round = Round { from: 0, to: 1, products: &[ALL], entries: &entries, ..Round::default() };
    let (one, other) = tokio::join!(partners.sort(&round), partners.sort(&round));
    assert!(one.unwrap() != other.unwrap(), "one of both");
    assert_eq!(partners.sorted_to().await.unwrap(), (1, 1));
}

#[rstest]
#[tokio::test]
async fn usage_adds_up_and_the_first_key_of_cursors_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let outlet = partner(9, &[]);
    partners.save_partner(&outlet, at("2026-01-02")).await.unwrap();
    let of = |day: &str, channel: &str| UsageOf {
        partner: outlet.id,
        day: day.parse().unwrap(),
        channel: channel.to_owned(),
    };
    let some = Usage { requests: 3, refused: 1, errors: 0, items: 20, bytes: 4_000 };
    for _ in 0..2 {
        let counts = [(of("2026-01-01", "changes"), some), (of("2026-01-02", "items"), some)];
        partners.add_usage(&counts).await.unwrap();
    }
    let day = |day: &str| day.parse().unwrap();
    let known = partners.usage(outlet.id, day("2026-01-01"), day("2026-01-01")).await.unwrap();
    let twice = Usage { requests: 6, refused: 2, errors: 0, items: 40, bytes: 8_000 };
    assert_eq!(known, [(of("2026-01-01", "changes"), twice)]);
    assert_eq!(partners.usage(outlet.id, day("2025-01-01"), day("2027-01-01")).await.unwrap().len(), 2);

    assert_eq!(partners.cursor_key([1; 32]).await.unwrap(), [1; 32]);
    assert_eq!(partners.cursor_key([2; 32]).await.unwrap(), [1; 32]);
}

#[rstest]
#[tokio::test]
async fn receipts_say_who_has_heard_of_a_kill_and_a_drill_is_told_to_everybody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let one = product(1, json!({}));
    partners.save_product(&one).await.unwrap();
    let (first, second) = (partner(8, &[one.id]), partner(9, &[ALL]));
    for outlet in [&first, &second] {
        partners.save_partner(outlet, at("2026-01-02")).await.unwrap();
    }
    let entries = [sorting(id(1), 1, &[ALL])];
    partners
        .sort(&Round { from: 0, to: 1, products: &[ALL, one.id], entries: &entries, ..Round::default() })
        .await
        .unwrap();
    assert_eq!(partners.told_of(id(1)).await.unwrap(), [second.id].into(), "it never was in the other's product");

    let receipt = |state| Receipt { partner: second.id, entry: id(1), state, note: None, at: at("2026-01-03") };
    partners.save_receipt(&receipt(ReceiptState::Received)).await.unwrap();
    let last = Receipt { note: Some("retiré à 10 h".to_owned()), ..receipt(ReceiptState::Removed) };
    partners.save_receipt(&last).await.unwrap();
    assert_eq!(partners.receipts(id(1)).await.unwrap(), [last]);
    assert_eq!(partners.receipts(id(2)).await.unwrap(), []);

    let drill = Drill { id: id(7), note: "Exercice".to_owned(), at: at("2026-01-04"), issued: None };
    partners.start_drill(&drill, &locale("fr")).await.unwrap();
    assert_eq!(partners.told_of(id(7)).await.unwrap(), [first.id, second.id].into());
    for products in [[one.id], [ALL]] {
        assert_eq!(told(&partners, &products, 1).await, [(2, id(7), false)]);
    }
    assert_eq!(partners.drills().await.unwrap(), std::slice::from_ref(&drill));
    assert_eq!(partners.drills_among(&[id(1), id(7)]).await.unwrap(), [(id(7), drill)].into());
}

#[rstest]
#[tokio::test]
async fn what_a_drill_issues_is_told_as_an_item_and_killed_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (_store, partners) = open(backend).await;
    let outlet = partner(8, &[ALL]);
    partners.save_partner(&outlet, at("2026-01-02")).await.unwrap();
    let drill = Drill::new(id(7).0, "tout va bien", at("2026-01-03")).unwrap().issued_in(locale("en"));
    partners.start_drill(&drill, &locale("fr")).await.unwrap();
    assert_eq!(told(&partners, &[ALL], 0).await, [(1, id(7), true)]);
    assert_eq!((drill.words(), drill.killed_at()), ("tout va bien", None));
    assert_eq!(partners.drills().await.unwrap(), [drill]);
    let state = ReceiptState::Received;
    let receipt = Receipt { partner: outlet.id, entry: id(7), state, note: None, at: at("2026-01-03") };
    partners.save_receipt(&receipt).await.unwrap();

    assert_eq!(partners.kill_drill(id(8), at("2026-01-04")).await.unwrap(), Err(DrillKillError::Unknown));
    let killed = partners.kill_drill(id(7), at("2026-01-04")).await.unwrap().unwrap();
    assert_eq!(killed.killed_at(), Some(at("2026-01-04")));
    assert_eq!(told(&partners, &[ALL], 0).await, [(2, id(7), false)]);
    assert_eq!(partners.receipts(id(7)).await.unwrap(), [], "the kill is to be acknowledged");
    assert_eq!(partners.kill_drill(id(7), at("2026-01-05")).await.unwrap(), Err(DrillKillError::Told));
    assert_eq!(partners.drills().await.unwrap(), [killed]);
    assert_eq!(told(&partners, &[ALL], 0).await, [(2, id(7), false)]);
}

fn actor(author: &str) -> Actor {
    Actor {
        at: at("2026-01-03"),
        author: author.to_owned(),
        origin: "test".to_owned(),
        verb: "manage partners".to_owned(),
    }
}

#[rstest]
#[tokio::test]
async fn what_somebody_does_is_in_the_log_or_was_not_done(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, machine) = open(backend).await;
    let editorial = EditorialStore::open(&store.location).await.unwrap();
    let partners = machine.by(actor("ada"));
    let (one, outlet) = (product(1, json!({})), partner(9, &[]));
    partners.save_product(&one).await.unwrap();
    partners.save_partner(&Partner { products: vec![one.id], ..outlet.clone() }, at("2026-01-02")).await.unwrap();
    partners.save_partner(&outlet, at("2026-01-02")).await.unwrap();
    machine.by(actor("key:abc")).set_idle_warning(outlet.id, None).await.unwrap();
    let drill = Drill::new(Uuid::from_u128(77), "tout va bien", at("2026-01-03")).unwrap();
    partners.start_drill(&drill, &locale("fr")).await.unwrap();
    let receipt =
        Receipt { partner: outlet.id, entry: drill.id, state: ReceiptState::Removed, note: None, at: at("2026-01-03") };
    machine.by(actor("key:abc")).save_receipt(&receipt).await.unwrap();
    partners.remove_product(one.id).await.unwrap();
    // What is refused was not done, and what the machine does is nobody's act.
    let namesake = Partner { id: Uuid::from_u128(10), ..outlet.clone() };
    assert_eq!(partners.save_partner(&namesake, at("2026-01-02")).await.unwrap(), PartnerSaving::NameTaken);
    machine.set_idle_warning(outlet.id, Some(5)).await.unwrap();

    let mut log = editorial.audit_page(None, 100).await.unwrap();
    log.reverse();
    let told = log.iter().map(|one| {
        let AuditRecord { author, verb, detail, .. } = &one.record;
        assert_eq!((verb.as_str(), one.record.at), ("manage partners", at("2026-01-03")));
        format!("{author} {}", detail["act"].as_str().unwrap())
    });
    let told: Vec<String> = told.collect();
    let acts = ["ada add", "ada add", "ada set", "key:abc set", "ada drill", "key:abc receipt", "ada remove"];
    assert_eq!(told, acts);
    assert_eq!((&log[3].record.detail["idleAfterMinutes"], &log[5].record.subjects), (&json!(null), &vec![drill.id]));
    assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 7);

    // Where it cannot be written down nothing is done.
    store.try_raw_in("editorial", "ALTER TABLE audit RENAME TO put_away").await.unwrap();
    let (products, known) = (machine.products().await.unwrap(), machine.partners().await.unwrap());
    partners.save_product(&product(2, json!({}))).await.unwrap_err();
    partners.save_partner(&Partner { name: "Other".to_owned(), ..outlet.clone() }, at("2026-01-02")).await.unwrap_err();
    partners.set_idle_warning(outlet.id, Some(7)).await.unwrap_err();
    let other = Drill::new(Uuid::from_u128(78), "non", at("2026-01-03")).unwrap();
    partners.start_drill(&other, &locale("fr")).await.unwrap_err();
    partners.save_receipt(&Receipt { state: ReceiptState::NotUsed, ..receipt.clone() }).await.unwrap_err();
    assert_eq!((machine.products().await.unwrap(), machine.partners().await.unwrap()), (products, known));
    assert_eq!(machine.drills().await.unwrap(), std::slice::from_ref(&drill));
    assert_eq!(machine.receipts(drill.id).await.unwrap(), [receipt]);
}

#[rstest]
#[tokio::test]
async fn partners_and_editors_add_to_one_log_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (store, machine) = open(backend).await;
    let editorial = EditorialStore::open(&store.location).await.unwrap();
    let editors = async {
        for _ in 0..20 {
            let mut tx = editorial.begin().await.unwrap();
            let Actor { at, author, origin, verb } = actor("editor");
            let record = AuditRecord { at, author, origin, verb, subjects: Vec::new(), detail: json!({}) };
            tx.audit(&record).await.unwrap();
            tx.commit().await.unwrap();
        }
    };
    let office = async {
        for number in 1..=20 {
            machine.by(actor("office")).save_partner(&partner(number, &[]), at("2026-01-02")).await.unwrap();
        }
    };
    tokio::join!(editors, office);
    assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 40);
}
