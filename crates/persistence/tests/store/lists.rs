//! Lists: every condition, every order, pages by key in both directions.

use griot_domain::{ArticleKind, EntryId, EntryKind, LinkRole, View};
use griot_persistence::{Condition, ListQuery, Order, OrderKey, OrderedBy, Page, PublishedStore, Window};
use rstest::rstest;

use crate::support::*;

const ARTICLE: EntryKind = EntryKind::Article;

/// 300 articles on 20 days, under four topics, naming five people, one in ten in English, some forms mixed in.
async fn newsroom(backend: Backend) -> Store {
    let store = fresh_store(backend).await;
    let forms = [ArticleKind::News, ArticleKind::Communique, ArticleKind::Page, ArticleKind::News, ArticleKind::Speech];
    let batch: Vec<_> = (1..=300u128)
        .map(|number| {
            // Scattered, so that neither ids nor row order give the order away.
            let mix = number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 7;
            let mut draft = article(number * 7_919 % 100_003, &format!("2024-03-{:02}", mix % 20 + 1))
                .text("fr", &format!("Titre {}", mix % 40))
                .form(forms[(mix % 5) as usize])
                .topic(id(1_000_000 + mix % 4));
            if !mix.is_multiple_of(3) {
                draft = draft.mention("fr", id(2_000_000 + mix % 5));
            }
            if number.is_multiple_of(10) {
                draft = draft.text("en", &format!("Title {number}")).mention("en", id(2_000_000 + mix % 5));
            }
            draft.build()
        })
        .collect();
    store.publish(&batch).await;
    store
}

fn orders() -> [Order; 4] {
    [(OrderedBy::Date, true), (OrderedBy::Date, false), (OrderedBy::Name, true), (OrderedBy::Name, false)]
        .map(|(by, is_descending)| Order { by, is_descending })
}

async fn page(store: &Store, view: &View, query: &ListQuery, window: Window) -> Page {
    let query = ListQuery { window, ..query.clone() };
    store.reader.pages(view, &[query]).await.unwrap().remove(0)
}

async fn forwards(store: &Store, view: &View, query: &ListQuery, limit: u64) -> Vec<EntryId> {
    let mut ids = Vec::new();
    let mut after: Option<OrderKey> = None;
    loop {
        let window = Window { after: after.clone(), before: None, limit, from_end: false };
        let page = page(store, view, query, window).await;
        assert!(page.rows.len() as u64 == limit || !page.has_more);
        ids.extend(page.rows.iter().map(|row| row.id));
        if !page.has_more {
            return ids;
        }
        after = page.rows.last().map(|row| row.key.clone());
    }
}

async fn backwards(store: &Store, view: &View, query: &ListQuery, limit: u64) -> Vec<EntryId> {
    let mut ids = Vec::new();
    let mut before: Option<OrderKey> = None;
    loop {
        let window = Window { after: None, before: before.clone(), limit, from_end: true };
        let page = page(store, view, query, window).await;
        ids.splice(0..0, page.rows.iter().map(|row| row.id));
        if !page.has_more {
            return ids;
        }
        before = page.rows.first().map(|row| row.key.clone());
    }
}

#[rstest]
#[tokio::test]
async fn pages_in_both_directions_make_up_the_whole_list(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = newsroom(backend).await;
    let queries = [
        vec![],
        vec![Condition::LinksTo { role: LinkRole::Topic, targets: vec![id(1_000_001)] }],
        vec![Condition::LinksTo { role: LinkRole::Mention, targets: vec![id(2_000_002)] }],
        vec![Condition::NotFacets(vec!["PAGE"])],
    ];
    for (conditions, order) in queries.into_iter().flat_map(|one| orders().map(|order| (one.clone(), order))) {
        for view in [now("en"), only(&["fr"]), as_of("2024-03-15")] {
            let query = ListQuery { order, ..latest(ARTICLE, conditions.clone()) };
            let whole = store.list(&view, query.clone()).await;
            assert!(whole.len() > 20, "{} for {query:?}", whole.len());
            assert_eq!(forwards(&store, &view, &query, 7).await, whole, "{query:?}");
            assert_eq!(backwards(&store, &view, &query, 11).await, whole, "{query:?}");
            let mut set = whole.clone();
            set.sort();
            set.dedup();
            assert_eq!(set.len(), whole.len(), "each once");
            let turned = Order { is_descending: !order.is_descending, ..order };
            let mut turned = store.list(&view, ListQuery { order: turned, ..query.clone() }).await;
            turned.reverse();
            assert_eq!(turned, whole);
            assert_eq!(store.reader.count(&view, &query).await.unwrap(), whole.len() as u64);
        }
    }
}

#[rstest]
#[tokio::test]
async fn a_window_between_two_places_holds_what_lies_between(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = newsroom(backend).await;
    for order in orders() {
        let query = ListQuery { order, ..latest(ARTICLE, vec![]) };
        let window = Window { after: None, before: None, limit: 300, from_end: false };
        let all = page(&store, &now("fr"), &query, window).await;
        assert!(!all.has_more && all.rows.len() == 300);
        let (after, before) = (Some(all.rows[40].key.clone()), Some(all.rows[200].key.clone()));
        let window = Window { after: after.clone(), before: before.clone(), limit: 10, from_end: false };
        let first = page(&store, &now("fr"), &query, window).await;
        assert_eq!((&first.rows[..], first.has_more), (&all.rows[41..51], true));
        let last = page(&store, &now("fr"), &query, Window { after, before, limit: 10, from_end: true }).await;
        assert_eq!((&last.rows[..], last.has_more), (&all.rows[190..200], true));
    }
}

#[rstest]
#[tokio::test]
async fn several_lists_come_in_one_statement_for_each_sort_of_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = newsroom(backend).await;
    let small = |query: ListQuery| ListQuery { window: Window { limit: 5, ..query.window.clone() }, ..query };
    let by_topic = |number| vec![Condition::LinksTo { role: LinkRole::Topic, targets: vec![id(number)] }];
    let mut queries = vec![
        small(by_name(ARTICLE, vec![])),
        small(latest(ARTICLE, vec![])),
        small(latest(ARTICLE, by_topic(1_000_002))),
        small(latest(EntryKind::Topic, vec![])),
        small(by_name(ARTICLE, by_topic(1_000_003))),
        small(latest(ARTICLE, by_topic(1_000_000))),
    ];
    queries[5].window.from_end = true;
    let before = store.reader.statements().get();
    let together = store.reader.pages(&now("fr"), &queries).await.unwrap();
    assert_eq!(store.reader.statements().get() - before, 2);
    for (query, page) in queries.iter().zip(&together) {
        let alone = store.reader.pages(&now("fr"), std::slice::from_ref(query)).await.unwrap();
        assert_eq!(alone, std::slice::from_ref(page), "{query:?}");
    }
    assert_eq!(together[3], Page::default());
    assert!(together[0].has_more && together[5].has_more && together[5].rows.len() == 5);
    assert_eq!(store.reader.pages(&now("fr"), &[]).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn one_target_and_many_give_the_same_answer(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = newsroom(backend).await;
    for (role, target) in [(LinkRole::Topic, id(1_000_001)), (LinkRole::Mention, id(2_000_003))] {
        for (order, view) in
            orders().into_iter().flat_map(|one| [now("fr"), as_of("2024-03-10")].map(|view| (one, view)))
        {
            let list = async |targets: Vec<EntryId>| {
                let conditions = vec![Condition::LinksTo { role, targets }, Condition::NotFacets(vec!["PAGE"])];
                store.list(&view, ListQuery { order, ..latest(ARTICLE, conditions) }).await
            };
            let single = list(vec![target]).await;
            assert!(single.len() > 5);
            assert_eq!(list(vec![target, id(5_555_555)]).await, single);
        }
    }
}

/// Every condition against the same made by hand.
#[rstest]
#[tokio::test]
async fn every_condition_holds_where_it_should(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use Condition::*;
    let store = fresh_store(backend).await;
    let (sahel, mali, awa, issa) = (id(50), id(51), id(60), id(61));
    store
        .publish(&[
            article(1, "2024-01-01").topic(sahel).mention("fr", awa).build(),
            article(2, "2024-01-02").topic(mali).topic(sahel).form(ArticleKind::Speech).build(),
            article(3, "2024-01-03").form(ArticleKind::Page).text("en", "Three").build(),
            article(4, "2024-01-04").topic(mali).mention("fr", issa).mention("fr", awa).build(),
        ])
        .await;
    let links = |role, targets: &[EntryId]| LinksTo { role, targets: targets.to_vec() };
    let topic = |target| links(LinkRole::Topic, &[target]);
    let not = |one| Not(Box::new(one));
    let dated = |from: Option<&str>, until: Option<&str>| DatedWithin { from: from.map(us), until: until.map(us) };
    let cases = [
        (vec![], vec![4, 3, 2, 1]),
        (vec![Ids(vec![id(3), id(1), id(9)])], vec![3, 1]),
        (vec![Ids(vec![])], vec![]),
        (vec![not(Ids(vec![]))], vec![4, 3, 2, 1]),
        (vec![Facets(vec!["NEWS", "SPEECH"])], vec![4, 2, 1]),
        (vec![Facets(vec![])], vec![]),
        (vec![NotFacets(vec!["PAGE", "SPEECH"])], vec![4, 1]),
        (vec![NotFacets(vec![])], vec![4, 3, 2, 1]),
        (vec![topic(sahel)], vec![2, 1]),
        (vec![topic(sahel), topic(mali)], vec![2]),
        (vec![topic(sahel), NotFacets(vec!["SPEECH"])], vec![1]),
        (vec![links(LinkRole::Topic, &[sahel, mali])], vec![4, 2, 1]),
        (vec![links(LinkRole::Topic, &[])], vec![]),
        (vec![links(LinkRole::Mention, &[awa]), topic(mali)], vec![4]),
        (vec![LinksNowhere(LinkRole::Topic)], vec![3]),
        (vec![LinksNowhere(LinkRole::Mention)], vec![3, 2]),
        (vec![topic(sahel), LinksNowhere(LinkRole::Mention)], vec![2]),
        (vec![dated(Some("2024-01-02"), Some("2024-01-04"))], vec![3, 2]),
        (vec![dated(None, Some("2024-01-02"))], vec![1]),
        (vec![dated(Some("2024-01-04"), None)], vec![4]),
        (vec![dated(None, None)], vec![4, 3, 2, 1]),
        (vec![not(dated(None, None))], vec![]),
        (vec![InLocale(locale("en"))], vec![3]),
        (vec![Words("article 2".to_owned())], vec![2]),
        (vec![All(vec![])], vec![4, 3, 2, 1]),
        (vec![Any(vec![])], vec![]),
        (vec![not(All(vec![]))], vec![]),
        (vec![not(Any(vec![]))], vec![4, 3, 2, 1]),
        (vec![All(vec![topic(mali), topic(sahel)])], vec![2]),
        (vec![Any(vec![topic(mali), InLocale(locale("en"))])], vec![4, 3, 2]),
        (vec![not(topic(mali))], vec![3, 1]),
        (vec![not(Any(vec![topic(mali), Facets(vec!["PAGE"])])), topic(sahel)], vec![1]),
        (vec![not(All(vec![topic(mali), not(topic(sahel))]))], vec![3, 2, 1]),
        (vec![Any(vec![All(vec![topic(sahel), Facets(vec!["NEWS"])]), not(not(Ids(vec![id(4)])))])], vec![4, 1]),
    ];
    for view in [now("fr"), as_of("2025-01-01"), only(&["ar", "fr"])] {
        for (conditions, numbers) in &cases {
            let wanted: Vec<_> = numbers.iter().copied().map(id).collect();
            let query = latest(ARTICLE, conditions.clone());
            assert_eq!(store.list(&view, query.clone()).await, wanted, "{conditions:?}");
            assert_eq!(store.reader.count(&view, &query).await.unwrap(), wanted.len() as u64, "{conditions:?}");
            let mut named = store.list(&view, by_name(ARTICLE, conditions.clone())).await;
            named.sort();
            named.reverse();
            assert_eq!(named, wanted, "{conditions:?}");
        }
    }
}

#[rstest]
#[tokio::test]
async fn holders_of_a_post_are_found_at_a_date_and_ever(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let (army, court) = (id(50), id(51));
    store
        .publish(&[
            person(1, "Awa").build(),
            person(2, "Issa").build(),
            person(3, "Moussa").build(),
            appointment(11, id(1), Some(army), (Some("2020"), Some("2022-06"))).build(),
            appointment(12, id(2), Some(army), (Some("2022-07-01"), None)).build(),
            appointment(13, id(1), Some(court), (Some("2022-07"), None)).build(),
            appointment(14, id(3), None, (None, None)).build(),
        ])
        .await;
    let holders = async |view: View, institutions: &[EntryId], day: Option<&str>| {
        let condition = Condition::HoldsPostAt { institutions: institutions.to_vec(), at: day.map(us) };
        store.list(&view, by_name(EntryKind::Person, vec![condition])).await
    };
    assert_eq!(holders(now("fr"), &[army], None).await, [id(1), id(2)]);
    assert_eq!(holders(now("fr"), &[army], Some("2020-01-01")).await, [id(1)]);
    assert_eq!(holders(now("fr"), &[army], Some("2019-12-31")).await, []);
    assert_eq!(holders(now("fr"), &[army], Some("2022-06-30")).await, [id(1)]);
    assert_eq!(holders(now("fr"), &[army], Some("2022-07-01")).await, [id(2)]);
    assert_eq!(holders(now("fr"), &[army, court], Some("2025-01-01")).await, [id(1), id(2)]);
    assert_eq!(holders(as_of("2023-12-31"), &[army], None).await, []);
    let nobody = Condition::Not(Box::new(Condition::HoldsPostAt { institutions: vec![army, court], at: None }));
    assert_eq!(store.list(&now("fr"), by_name(EntryKind::Person, vec![nobody])).await, [id(3)]);
}

#[rstest]
#[tokio::test]
async fn what_goes_on_in_a_span_overlaps_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            event(1, "2024-05-01", Some("2024-05-10")).build(),
            event(2, "2024-05-05", None).build(),
            event(3, "2024-05-08", Some("2024-05-08")).build(),
            appointment(4, id(9), None, (Some("2024-05-03"), None)).build(),
            appointment(5, id(9), None, (None, Some("2024-05-04"))).build(),
        ])
        .await;
    let going_on = async |kind, from: Option<&str>, until: Option<&str>| {
        let condition = Condition::GoingOn { from: from.map(us), until: until.map(us) };
        let mut ids = store.latest(&now("fr"), kind, vec![condition.clone()]).await;
        let rest = store.latest(&now("fr"), kind, vec![Condition::Not(Box::new(condition))]).await;
        assert!(rest.iter().all(|one| !ids.contains(one)));
        assert_eq!(rest.len() + ids.len(), if kind == EntryKind::Event { 3 } else { 2 });
        ids.sort();
        ids
    };
    let events = EntryKind::Event;
    assert_eq!(going_on(events, Some("2024-05-09"), None).await, [id(1)]);
    assert_eq!(going_on(events, Some("2024-05-10"), None).await, [], "an end is not part of an event");
    assert_eq!(going_on(events, Some("2024-05-05"), None).await, [id(1), id(2), id(3)]);
    assert_eq!(going_on(events, Some("2024-05-08"), Some("2024-05-09")).await, [id(1), id(3)]);
    assert_eq!(going_on(events, None, Some("2024-05-05")).await, [id(1)]);
    assert_eq!(going_on(events, None, None).await, [id(1), id(2), id(3)]);
    let posts = EntryKind::Appointment;
    assert_eq!(going_on(posts, Some("2024-05-04"), Some("2024-05-05")).await, [id(4), id(5)]);
    assert_eq!(going_on(posts, Some("2024-05-05"), None).await, [id(4)]);
    assert_eq!(going_on(posts, None, Some("2024-05-03")).await, [id(5)]);
}

#[rstest]
#[tokio::test]
async fn counting_stops_at_its_limit(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let beyond = PublishedStore::COUNT_LIMIT as u128 + 5;
    let numbers: Vec<u128> = (1..=beyond).collect();
    for chunk in numbers.chunks(500) {
        let batch: Vec<_> = chunk.iter().map(|number| topic(*number, "T").build()).collect();
        store.publish(&batch).await;
    }
    let all = latest(EntryKind::Topic, vec![]);
    assert_eq!(store.reader.count(&now("fr"), &all).await.unwrap(), PublishedStore::COUNT_LIMIT);
    assert_eq!(store.reader.last_seq().await.unwrap() as u128, beyond);
    let few = latest(EntryKind::Topic, vec![Condition::Ids(numbers[..9].iter().copied().map(id).collect())]);
    assert_eq!(store.reader.count(&now("fr"), &few).await.unwrap(), 9);
}

#[rstest]
#[tokio::test]
async fn reads_cost_one_statement_each_however_much_they_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = newsroom(backend).await;
    let ids = store.latest(&now("fr"), ARTICLE, vec![]).await;
    let reader = &store.reader;
    for many in [1, 3, 250] {
        let before = reader.statements().get();
        let records = reader.records(&now("fr"), &ids[..many]).await.unwrap();
        assert_eq!(records.len(), many);
        let editions: Vec<_> = records.values().map(|record| record.edition).collect();
        assert_eq!(reader.bodies(&editions).await.unwrap().len(), many);
        reader.find_by_slug(&now("fr"), ARTICLE, &slug("titre")).await.unwrap();
        reader.ids_by_slug(ARTICLE, &[slug("titre")]).await.unwrap();
        reader.find_by_old_path(&["/x".to_owned()]).await.unwrap();
        reader.count(&now("fr"), &latest(ARTICLE, vec![])).await.unwrap();
        assert_eq!(reader.statements().get() - before, 6);
        let before = reader.statements().get();
        reader.records(&now("fr"), &[]).await.unwrap();
        reader.bodies(&[]).await.unwrap();
        assert_eq!(reader.statements().get(), before);
    }
}
