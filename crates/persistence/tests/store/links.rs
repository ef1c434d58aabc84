//! Links: who refers to whom, kept in step with what they follow from.

use griot_domain::{ArticleKind, EntryKind, LinkRole, Moment};
use griot_persistence::{Condition, Related};
use rstest::rstest;

use crate::support::*;

const ARTICLE: EntryKind = EntryKind::Article;

fn linking(role: LinkRole, target: u128) -> Vec<Condition> {
    vec![Condition::LinksTo { role, targets: vec![id(target)] }]
}

#[rstest]
#[tokio::test]
async fn lists_by_topic_and_mention_follow_a_new_date_of_issue(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let first = || article(1, "2024-01-01").topic(id(8)).mention("fr", id(7));
    store.publish(&[first().build(), article(2, "2024-01-10").topic(id(8)).mention("fr", id(7)).build()]).await;
    // The neutral part alone: the text that mentions stays as it is.
    store.publish(&[first().issued("2024-01-20").entry_only().on("2024-06-01").build()]).await;
    for query in [vec![], linking(LinkRole::Topic, 8), linking(LinkRole::Mention, 7)] {
        assert_eq!(store.latest(&now("fr"), ARTICLE, query.clone()).await, [id(1), id(2)], "{query:?}");
        assert_eq!(store.latest(&as_of("2024-06-01"), ARTICLE, query.clone()).await, [id(1), id(2)]);
        assert_eq!(store.latest(&as_of("2024-05-31"), ARTICLE, query.clone()).await, [id(2), id(1)]);
    }
    assert_eq!(store.count("link").await, 6, "two of the four ended, two began");
}

#[rstest]
#[tokio::test]
async fn a_text_dated_back_links_with_the_facts_of_its_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").build(),
            article(1, "2024-01-01").issued("2024-01-20").entry_only().on("2024-06-01").build(),
            article(2, "2024-01-10").mention("fr", id(7)).build(),
        ])
        .await;
    let english = article(1, "2024-01-01").texts_only().entry_only().text("en", "One").mention("en", id(7));
    store.publish(&[english.on("2024-02-01").build()]).await;
    let about = linking(LinkRole::Mention, 7);
    assert_eq!(store.latest(&as_of("2024-01-15"), ARTICLE, about.clone()).await, [id(2)]);
    assert_eq!(store.latest(&as_of("2024-03-01"), ARTICLE, about.clone()).await, [id(2), id(1)]);
    assert_eq!(store.latest(&as_of("2024-07-01"), ARTICLE, about.clone()).await, [id(1), id(2)]);
    assert_eq!(store.latest(&now("fr"), ARTICLE, about).await, [id(1), id(2)]);
}

#[rstest]
#[tokio::test]
async fn a_person_named_in_two_languages_is_mentioned_once_and_until_the_last_one_goes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let both = || article(1, "2024-01-01").mention("fr", id(7)).text("en", "One").mention("en", id(7));
    store.publish(&[both().build(), article(2, "2024-01-02").mention("fr", id(7)).build()]).await;
    let about = || linking(LinkRole::Mention, 7);
    assert_eq!(store.latest(&now("fr"), ARTICLE, about()).await, [id(2), id(1)]);
    assert_eq!(store.reader.count(&now("fr"), &latest(ARTICLE, about())).await.unwrap(), 2);

    store.publish(&[both().withdrawing(&["fr"]).on("2024-02-01").build()]).await;
    assert_eq!(store.latest(&now("fr"), ARTICLE, about()).await, [id(2), id(1)]);
    store
        .publish(&[article(1, "2024-01-01").texts_only().entry_only().text("en", "One").on("2024-03-01").build()])
        .await;
    assert_eq!(store.latest(&now("fr"), ARTICLE, about()).await, [id(2)]);
    assert_eq!(store.latest(&as_of("2024-02-15"), ARTICLE, about()).await, [id(2), id(1)]);
}

#[rstest]
#[tokio::test]
async fn linking_to_gives_each_target_its_sources_in_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            person(1, "Awa").build(),
            appointment(11, id(1), Some(id(3)), (Some("2024-05"), None)).build(),
            appointment(12, id(1), None, (None, Some("2020"))).build(),
            appointment(13, id(2), Some(id(3)), (Some("2022"), None)).text("en", "Post").build(),
        ])
        .await;
    let before = store.reader.statements().get();
    let held = store.reader.linking_to(&now("fr"), LinkRole::Holder, &[id(1), id(2), id(5)]).await.unwrap();
    assert_eq!(store.reader.statements().get() - before, 1);
    let of = |target| held.get(&target).map(|all| all.iter().map(|one| one.id).collect::<Vec<_>>());
    assert_eq!(of(id(1)), Some(vec![id(12), id(11)]));
    assert_eq!(of(id(2)), Some(vec![id(13)]));
    assert_eq!(of(id(5)), None);
    assert_eq!(held[&id(2)][0].alternates.len(), 1);
    assert_eq!(store.reader.linking_to(&as_of("2023-01-01"), LinkRole::Holder, &[id(1)]).await.unwrap().len(), 0);
}

#[rstest]
#[tokio::test]
async fn related_articles_are_the_nearest_in_time_that_share_something(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let day = |number: u128| format!("2024-02-{number:02}");
    let mut batch: Vec<_> =
        (1..=28).map(|number| article(number, &day(number)).topic(id(100)).text("en", "E").build()).collect();
    batch[16] = article(17, &day(17)).topic(id(100)).form(ArticleKind::Page).build();
    batch[1] = article(2, &day(2)).topic(id(100)).mention("fr", id(7)).text("en", "E").mention("en", id(7)).build();
    store.publish(&batch).await;

    let targets = [(LinkRole::Topic, id(100)), (LinkRole::Mention, id(7)), (LinkRole::Mention, id(8))];
    let before = store.reader.statements().get();
    let related = store.reader.related_to(Moment::Now, id(15), at("2024-02-15"), &targets).await.unwrap();
    assert_eq!(store.reader.statements().get() - before, 1);
    let sharing = |shared| {
        let mut numbers: Vec<_> =
            related.iter().filter(|one| one.shared == shared).map(|one| one.article.0.as_u128()).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(sharing(id(100)), [7, 8, 9, 10, 11, 12, 13, 14, 16, 18, 19, 20, 21, 22, 23, 24]);
    assert_eq!(sharing(id(7)), [2]);
    assert!(related.contains(&Related { article: id(2), issued_at: us("2024-02-02"), shared: id(7) }));

    let then = as_of("2024-02-10").moment;
    let related = store.reader.related_to(then, id(15), at("2024-02-15"), &targets).await.unwrap();
    assert!(related.iter().all(|one| one.issued_at <= us("2024-02-10")) && related.len() == 9, "{related:?}");
    assert_eq!(store.reader.related_to(Moment::Now, id(15), at("2024-02-15"), &[]).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn every_role_links(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").topic(id(50)).related(id(51)).byline(id(52)).mention("fr", id(53)).build(),
            appointment(2, id(54), Some(id(55)), (None, None)).build(),
        ])
        .await;
    let roles = [
        (LinkRole::Topic, 50, 1),
        (LinkRole::Related, 51, 1),
        (LinkRole::Byline, 52, 1),
        (LinkRole::Mention, 53, 1),
        (LinkRole::Holder, 54, 2),
        (LinkRole::Seat, 55, 2),
    ];
    for (role, target, source) in roles {
        let kind = if source == 1 { ARTICLE } else { EntryKind::Appointment };
        assert_eq!(store.latest(&now("fr"), kind, linking(role, target)).await, [id(source)], "{role:?}");
        assert_eq!(store.latest(&now("fr"), EntryKind::Event, linking(role, target)).await, [], "{role:?}");
    }
}

#[rstest]
#[tokio::test]
async fn a_publication_names_what_any_version_was_read_by(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let first = article(1, "2024-01-01").topic(id(8)).mention("fr", id(7)).slug("fr", "avant").old_path("/a", None);
    store.publish(&[first.build(), article(2, "2024-01-02").topic(id(8)).build()]).await;
    store.publish(&[article(1, "2024-01-01").topic(id(9)).slug("fr", "apres").on("2024-05-01").build()]).await;
    let touched = store.reader.touched_after(2, 10).await.unwrap();
    let [one] = &touched[..] else { panic!("{touched:?}") };
    assert_eq!((one.seq, one.id, one.kind, one.is_killed), (3, id(1), ARTICLE, false));
    assert!([id(7), id(8), id(9)].iter().all(|target| one.targets.contains(target)), "{touched:?}");
    assert!([slug("avant"), slug("apres")].iter().all(|name| one.slugs.contains(name)), "{touched:?}");
    assert_eq!(one.old_paths, ["/a"]);
    let pages = [store.reader.touched_after(0, 2).await.unwrap(), store.reader.touched_after(3, 2).await.unwrap()];
    assert_eq!(pages.map(|page| page.iter().map(|one| one.seq).collect::<Vec<_>>()), [vec![1, 2], vec![]]);
}
