//! How the databases go about lists: by an index from the cursor on, never by sorting everything.

use griot_domain::{EntryKind, LinkRole, Moment, View};
use griot_persistence::{Condition, ListQuery, Order, OrderKey, OrderedBy, Window};
use rstest::rstest;

use crate::support::*;

/// A record with enough in it for the planner to care.
async fn filled(backend: Backend, has_statistics: bool) -> Store {
    let store = fresh_store(backend).await;
    let batch: Vec<_> = (1..=2_000u128)
        .map(|number| {
            article(number, &format!("2024-{:02}-{:02}", number % 12 + 1, number % 28 + 1))
                .topic(id(10_000 + number % 3))
                .mention("fr", id(20_000 + number % 7))
                .build()
        })
        .collect();
    store.publish(&batch).await;
    if has_statistics {
        store.publisher.checkpoint().await.unwrap();
        store.raw("ANALYZE").await;
    }
    store
}

fn links(role: LinkRole, target: u128) -> Condition {
    Condition::LinksTo { role, targets: vec![id(target)] }
}

fn deep(conditions: Vec<Condition>, order: Order) -> ListQuery {
    let after = match order.by {
        OrderedBy::Date => OrderKey::Date(us("2024-06-01"), id(77)),
        OrderedBy::Name => OrderKey::Name("article 5".to_owned(), id(5)),
    };
    let window = Window { after: Some(after), before: None, limit: 20, from_end: false };
    ListQuery { kind: EntryKind::Article, conditions, order, window }
}

#[rstest]
#[case::plain(vec![], OrderedBy::Date, "entry_version_list")]
#[case::without_pages(vec![Condition::NotFacets(vec!["PAGE"])], OrderedBy::Date, "entry_version_list")]
#[case::topic(vec![links(LinkRole::Topic, 10_001)], OrderedBy::Date, "link_list")]
#[case::mention(vec![links(LinkRole::Mention, 20_001)], OrderedBy::Date, "link_list")]
#[case::narrowed(
    vec![
        links(LinkRole::Topic, 10_001),
        Condition::NotFacets(vec!["PAGE"]),
        Condition::DatedWithin { from: Some(0), until: None },
        Condition::Facets(vec!["NEWS"]),
    ],
    OrderedBy::Date,
    "link_list"
)]
#[case::name(vec![], OrderedBy::Name, "naming_list")]
#[tokio::test]
async fn sqlite_reads_a_page_off_an_index_in_its_order(
    #[case] conditions: Vec<Condition>,
    #[case] by: OrderedBy,
    #[case] index: &str,
    #[values(false, true)] has_statistics: bool,
) {
    let store = filled(Backend::Sqlite, has_statistics).await;
    let moments = [Moment::Now, Moment::AsOf(at("2024-11-01"))];
    for (moment, is_descending) in moments.into_iter().flat_map(|moment| [(moment, true), (moment, false)]) {
        let view = View { moment, ..now("fr") };
        let query = deep(conditions.clone(), Order { by, is_descending });
        let plan = store.reader.explain_page(&view, &query).await.unwrap();
        let wanted = match (moment, by) {
            (Moment::AsOf(_), OrderedBy::Date) if index == "entry_version_list" => format!("{index}_as_of "),
            _ => format!("{index} "),
        };
        assert!(plan[0].contains(&wanted), "{plan:#?}");
        // The place in the list is where reading begins, not what rows are dropped by.
        let column = if by == OrderedBy::Date { "ordered_at" } else { "sort_form" };
        assert!(
            plan[0].contains(&format!("{column}>"))
                || plan[0].contains(&format!("{column}<"))
                || plan[0].contains(&format!("({column},")),
            "{plan:#?}"
        );
        assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:#?}");
        assert!(plan.iter().all(|step| !step.starts_with("SCAN")), "{plan:#?}");
    }
}

#[rstest]
#[case::plain(vec![], OrderedBy::Date, "entry_version_list")]
#[case::topic(vec![links(LinkRole::Topic, 10_001)], OrderedBy::Date, "link_list")]
#[case::mention(
    vec![links(LinkRole::Mention, 20_001), Condition::NotFacets(vec!["PAGE"])],
    OrderedBy::Date,
    "link_list"
)]
#[case::name(vec![], OrderedBy::Name, "naming_list")]
#[tokio::test]
async fn postgresql_reads_a_page_off_an_index_in_its_order(
    #[case] conditions: Vec<Condition>,
    #[case] by: OrderedBy,
    #[case] index: &str,
) {
    let store = filled(Backend::Postgres, true).await;
    for is_descending in [true, false] {
        let query = deep(conditions.clone(), Order { by, is_descending });
        let plan = store.reader.explain_page(&now("fr"), &query).await.unwrap();
        assert!(plan.iter().any(|step| step.contains(index)), "{plan:#?}");
        assert!(plan.iter().all(|step| !step.contains("Sort")), "{plan:#?}");
    }
}

#[rstest]
#[tokio::test]
async fn what_is_related_is_read_off_an_index_in_its_order(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = filled(backend, true).await;
    let targets = [(LinkRole::Topic, id(10_001)), (LinkRole::Mention, id(20_001))];
    let plan = store.reader.explain_related(id(1), &targets).await.unwrap();
    assert!(plan.iter().filter(|step| step.contains("link_list")).count() >= 4, "{plan:#?}");
    // PostgreSQL would gather all that links to a thing, if it were free to.
    let gathers = |step: &String| ["Sort", "TEMP B-TREE", "Bitmap", "Seq Scan"].iter().any(|way| step.contains(way));
    assert!(!plan.iter().any(gathers), "{plan:#?}");
}

#[rstest]
#[tokio::test]
async fn changes_are_read_off_the_journal_with_one_probe_for_each(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = filled(backend, true).await;
    let plan = store.reader.explain_changes(500, 101).await.unwrap();
    assert!(plan.iter().any(|step| step.contains("journal_entry")), "{plan:#?}");
    let sorts = |step: &String| step.contains("Sort") || step.contains("TEMP B-TREE") || step.contains("Seq Scan");
    assert!(!plan.iter().any(sorts), "{plan:#?}");
}
