//! Withdrawals and kills: what readers still find, and what the public is told.

use griot_domain::{EntryKind, LinkRole, Moment, Retraction, RetractionAct};
use griot_persistence::{Condition, FileState, Notice, Outcome, Refusal};
use rstest::rstest;

use crate::support::*;

const WITHDRAWN: RetractionAct = RetractionAct::Withdrawn;
const KILLED: RetractionAct = RetractionAct::Killed;

fn when(day: &str) -> Moment {
    Moment::AsOf(at(day))
}

async fn notice(store: &Store, moment: Moment, number: u128) -> Option<Notice> {
    store.reader.notices(moment, &[id(number)]).await.unwrap().remove(&id(number))
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_entry_ends_in_every_language_until_it_is_published_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "A").text("en", "A").build()]).await;
    let told = Notice {
        id: id(1),
        kind: EntryKind::Topic,
        act: WITHDRAWN,
        at: at("2024-03-01"),
        reason: Some("An error".to_owned()),
        successor: None,
    };
    let withdrawal = topic(1, "A").on("2024-03-01").retracted(WITHDRAWN, "An error").build();
    assert_eq!(store.publish(std::slice::from_ref(&withdrawal)).await, [Outcome::Updated { seq: 2 }]);

    for view in [now("fr"), now("en"), as_of("2024-03-01")] {
        assert_eq!(store.title(&view, id(1)).await, None);
        assert_eq!(store.by_slug(&view, EntryKind::Topic, "a-1").await, None);
        assert_eq!(notice(&store, view.moment, 1).await.as_ref(), Some(&told));
        let by_slug = store.reader.notice_by_slug(&view, EntryKind::Topic, &slug("a-1")).await.unwrap();
        assert_eq!(by_slug.as_ref(), Some(&told));
    }
    assert_eq!(store.title(&as_of("2024-02-01"), id(1)).await, Some("A".to_owned()), "its past stays");
    assert_eq!(notice(&store, when("2024-02-01"), 1).await, None);

    let before = store.traces().await;
    assert_eq!(store.publish(std::slice::from_ref(&withdrawal)).await, [Outcome::Unchanged]);
    let again = topic(1, "A").on("2024-03-15").retracted(WITHDRAWN, "Twice").build();
    assert_eq!(store.publish(&[again]).await, [Outcome::Unchanged], "nothing of it is live");
    assert_eq!(store.traces().await, before);

    store.publish(&[topic(1, "B").on("2024-04-01").texts_only().build()]).await;
    assert_eq!(store.title(&now("fr"), id(1)).await, Some("B".to_owned()));
    assert_eq!(notice(&store, Moment::Now, 1).await, None);
    assert_eq!(notice(&store, when("2024-04-01"), 1).await, None);
    assert_eq!(notice(&store, when("2024-03-31"), 1).await, Some(told), "it had stood until then");
    assert_eq!(store.publish(&[withdrawal]).await, [Outcome::Unchanged], "the line is known");
}

#[rstest]
#[tokio::test]
async fn a_withdrawal_that_cannot_be_is_refused(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "A").on("2024-03-01").build()]).await;
    let before = store.traces().await;
    let mut with_text = topic(1, "B").on("2024-04-01").build();
    with_text.retraction = topic(1, "B").retracted(WITHDRAWN, "x").build().retraction;
    let outcomes = store
        .publish(&[
            topic(1, "A").on("2024-02-01").retracted(WITHDRAWN, "too early").build(),
            topic(2, "A").on("2024-04-01").retracted(WITHDRAWN, "never there").build(),
            with_text,
            article(1, "2024-04-01").retracted(KILLED, "of another kind").build(),
        ])
        .await;
    let refusals = [
        Refusal::OlderThanLive { given: at("2024-02-01"), live_from: at("2024-03-01") },
        Refusal::MissingEntry { id: id(2) },
        Refusal::RetractionWithText { id: id(1) },
        Refusal::KindDiffers { id: id(1), known: EntryKind::Topic, given: EntryKind::Article },
    ];
    assert_eq!(outcomes, refusals.map(Outcome::Refused));
    assert_eq!(store.traces().await, before);
}

#[rstest]
#[tokio::test]
async fn a_killed_entry_is_dark_at_every_moment_and_keeps_its_addresses(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            asset(5).build(),
            topic(6, "T").build(),
            article(1, "2024-01-01").topic(id(6)).external("cms", "1").old_path("/?p=1", Some("fr")).build(),
            article(1, "2024-01-01").on("2024-02-01").texts_only().slug("fr", "renamed").build(),
            article(2, "2024-01-02").related(id(1)).lead_image(id(5)).build(),
        ])
        .await;
    let kill = article(1, "2024-01-01").on("2024-05-01").retracted(KILLED, "By order of a court").build();
    let photo = asset(5).on("2024-05-02").retracted(KILLED, "No consent").build();
    let outcomes = store.publish(&[kill.clone(), photo]).await;
    assert_eq!(outcomes, [Outcome::Updated { seq: 6 }, Outcome::Updated { seq: 7 }]);

    for view in [now("fr"), as_of("2024-01-15"), as_of("2024-03-01"), as_of("2024-06-01")] {
        let found = store.reader.records(&view, &[id(1), id(2), id(5)]).await.unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), [&id(2)]);
        for name in ["article-1-1", "renamed"] {
            assert_eq!(store.by_slug(&view, EntryKind::Article, name).await, None);
            let told = store.reader.notice_by_slug(&view, EntryKind::Article, &slug(name)).await.unwrap().unwrap();
            assert_eq!((told.id, told.act, told.at), (id(1), KILLED, at("2024-05-01")));
        }
        let filed = Condition::LinksTo { role: LinkRole::Topic, targets: vec![id(6)] };
        assert!(store.latest(&view, EntryKind::Article, vec![filed]).await.is_empty());
        assert_eq!(notice(&store, view.moment, 5).await.unwrap().reason.as_deref(), Some("No consent"));
    }
    assert!(store.reader.ids_by_slug(EntryKind::Article, &[slug("renamed")]).await.unwrap().is_empty());
    assert!(store.reader.external_ids(&[id(1)]).await.unwrap().is_empty());
    let found = store.reader.find_by_old_path(&["/?p=1".to_owned()]).await.unwrap().unwrap();
    assert_eq!(found.id, id(1), "the address is not free");
    assert_eq!(store.reader.last_seq().await.unwrap(), 7);
    assert_eq!(store.count("journal").await, 7, "the journal keeps its numbers");

    let before = store.traces().await;
    let dark = || Outcome::Refused(Refusal::Killed { id: id(1), at: at("2024-05-01") });
    let outcomes = store
        .publish(&[
            article(1, "2024-01-01").on("2024-06-01").build(),
            article(1, "2024-01-01").on("2024-06-01").retracted(WITHDRAWN, "x").build(),
            article(3, "2024-01-01").slug("fr", "article-1-1").build(),
            article(3, "2024-01-01").external("cms", "1").build(),
            article(3, "2024-01-01").old_path("/?p=1", None).build(),
            kill,
        ])
        .await;
    let taken = Refusal::SlugTaken { locale: locale("fr"), slug: slug("article-1-1"), holder: id(1) };
    let external = Refusal::ExternalIdTaken { scheme: "cms".to_owned(), value: "1".to_owned(), holder: id(1) };
    let path = Refusal::PathTaken { path: "/?p=1".to_owned(), holder: id(1) };
    let names = [taken, external, path].map(Outcome::Refused);
    assert_eq!(outcomes[..2], [dark(), dark()]);
    assert_eq!(outcomes[2..5], names);
    assert_eq!(outcomes[5], Outcome::Unchanged);
    assert_eq!(store.traces().await, before);
}

#[rstest]
#[tokio::test]
async fn a_kill_takes_no_slug_that_is_anothers_by_then(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(1, "A").slug("fr", "first").build(),
            topic(1, "A").on("2024-02-01").texts_only().slug("fr", "second").build(),
            topic(2, "B").on("2024-03-01").slug("fr", "first").build(),
        ])
        .await;
    let kill = topic(1, "A").on("2024-04-01").retracted(KILLED, "x").build();
    let outcomes = store.publish(&[kill, topic(3, "C").slug("fr", "second").build()]).await;
    let taken = Refusal::SlugTaken { locale: locale("fr"), slug: slug("second"), holder: id(1) };
    assert_eq!(outcomes, [Outcome::Updated { seq: 4 }, Outcome::Refused(taken)]);
    assert_eq!(store.by_slug(&now("fr"), EntryKind::Topic, "first").await, Some(id(2)));
}

#[rstest]
#[tokio::test]
async fn an_entry_can_be_killed_before_it_comes(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let kill = topic(1, "A").external("cms", "1").on("2024-04-01").retracted(KILLED, "x").build();
    assert_eq!(store.publish(&[kill]).await, [Outcome::Created { seq: 1 }]);
    let refused = Outcome::Refused(Refusal::Killed { id: id(1), at: at("2024-04-01") });
    assert_eq!(store.publish(&[topic(1, "A").on("2024-05-01").build()]).await, [refused]);
    let known = store.publisher.ids_by_external("cms", &["1".to_owned()]).await.unwrap();
    assert_eq!(known["1"], id(1));
}

#[rstest]
#[tokio::test]
async fn the_journal_tells_of_a_killed_entry_only_the_kill(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(1, "A").slug("fr", "a").external("cms", "1").build(),
            topic(2, "B").build(),
            topic(1, "A").on("2024-02-01").retracted(WITHDRAWN, "first").build(),
            topic(1, "A").on("2024-03-01").retracted(KILLED, "then").build(),
        ])
        .await;
    let journal = store.publisher.journal_page(0, 10).await.unwrap();
    let told: Vec<_> = journal.iter().map(|(seq, one)| (*seq, one.id, one.retraction.is_some())).collect();
    assert_eq!(told, [(2, id(2), false), (4, id(1), true)]);
    let kill = &journal[1].1;
    assert_eq!(kill.external_ids.len(), 1, "names come with it");
    let retraction = kill.retraction.clone().unwrap();
    assert_eq!((retraction.act, retraction.reason.as_deref()), (KILLED, Some("then")));
    assert_eq!(retraction.slugs, [(locale("fr"), [slug("a")].into())].into());
}

#[tokio::test]
async fn of_a_killed_text_nothing_is_left_in_the_files() {
    let store = fresh_store(Backend::Sqlite).await;
    let marker = "zyxwvut".repeat(2_000);
    let fill: Vec<_> = (10..200).map(|number| topic(number, "Filling").body("fr", "words").build()).collect();
    store.publish(&fill).await;
    store
        .publish(&[
            article(1, "2024-01-01").text("fr", "Zyxwvut one").body("fr", &marker).build(),
            article(1, "2024-01-01")
                .on("2024-02-01")
                .texts_only()
                .text("fr", "Zyxwvut two")
                .body("fr", &marker)
                .build(),
            article(1, "2024-01-01").on("2024-03-01").withdrawing(&["fr"]).build(),
        ])
        .await;
    let found = || {
        let mut found = 0;
        for file in std::fs::read_dir(store.database.data_dir()).unwrap() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            found += bytes.windows(6).filter(|window| window.eq_ignore_ascii_case(b"yxwvut")).count();
        }
        found
    };
    assert!(found() > 2_000);
    store.publish(&[article(1, "2024-01-01").on("2024-05-01").retracted(KILLED, "x").build()]).await;
    // The slugs stay, once in the table and once in each of its two indexes that hold them.
    let slugs = store.count("slug WHERE slug LIKE 'zyxwvut%'").await;
    assert_eq!((slugs, found()), (2, 6));
}

#[rstest]
#[tokio::test]
async fn versions_count_every_change_of_what_a_reader_sees(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").build(),
            article(1, "2024-01-01").on("2024-02-01").texts_only().entry_only().text("en", "One").build(),
            article(1, "2024-01-01").correction("2024-03-01", "Five days").on("2024-03-01").entry_only().build(),
            article(1, "2024-01-01").on("2024-04-01").texts_only().text("fr", "Deux").build(),
            article(1, "2024-01-01").on("2024-05-01").retracted(WITHDRAWN, "x").build(),
            article(1, "2024-01-01").on("2024-06-01").texts_only().text("fr", "Trois").build(),
        ])
        .await;
    let seen = async |moment, tag: &str| {
        let key = (id(1), locale(tag));
        let versions = store.reader.versions(moment, std::slice::from_ref(&key)).await.unwrap().remove(&key);
        let day = |at: chrono::DateTime<chrono::Utc>| at.format("%m-%d").to_string();
        versions
            .unwrap_or_default()
            .into_iter()
            .map(move |one| {
                (one.number, day(one.live_from), one.live_to.map(day).unwrap_or_default(), one.corrections.len())
            })
            .collect::<Vec<_>>()
    };
    let row =
        |number: u32, from: &str, to: &str, corrections: usize| (number, from.to_owned(), to.to_owned(), corrections);
    let french =
        [row(1, "01-01", "03-01", 0), row(2, "03-01", "04-01", 1), row(3, "04-01", "05-01", 0), row(5, "06-01", "", 0)];
    assert_eq!(seen(Moment::Now, "fr").await, french);
    assert_eq!(seen(Moment::Now, "en").await, [row(1, "02-01", "03-01", 0), row(2, "03-01", "05-01", 1)]);
    assert_eq!(seen(Moment::Now, "ar").await, []);
    assert_eq!(seen(when("2024-04-15"), "fr").await, [french[0].clone(), french[1].clone(), row(3, "04-01", "", 0)]);

    store.publish(&[article(1, "2024-01-01").on("2024-07-01").retracted(KILLED, "x").build()]).await;
    assert_eq!(seen(when("2024-04-15"), "fr").await, []);
}

#[rstest]
#[tokio::test]
async fn a_file_is_shown_as_long_as_a_version_with_it_is_told_of(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            asset(1).stored("0a.jpg").build(),
            asset(1).stored("0b.jpg").on("2024-02-01").entry_only().build(),
            asset(2).stored("0c.jpg").build(),
            asset(3).stored("0d.jpg").build(),
            asset(4).stored("0c.jpg").build(),
        ])
        .await;
    let state = async |name: &str| store.reader.file_state(name).await.unwrap();
    for name in ["0a.jpg", "0b.jpg", "0c.jpg", "0d.jpg"] {
        assert_eq!(state(name).await, FileState::Shown, "{name}");
    }
    store
        .publish(&[
            asset(1).on("2024-03-01").retracted(KILLED, "x").build(),
            asset(3).on("2024-03-01").retracted(WITHDRAWN, "x").build(),
        ])
        .await;
    for (name, expected) in [
        ("0a.jpg", FileState::Killed),
        ("0b.jpg", FileState::Killed),
        ("0c.jpg", FileState::Shown),
        ("0d.jpg", FileState::Withdrawn),
        ("0", FileState::Unknown),
        ("jpg", FileState::Unknown),
    ] {
        assert_eq!(state(name).await, expected, "{name}");
    }
    store.publish(&[asset(3).on("2024-04-01").stored("0e.jpg").build()]).await;
    assert_eq!(state("0d.jpg").await, FileState::Shown, "it came back");
    store.publish(&[asset(2).on("2024-04-01").retracted(KILLED, "x").build()]).await;
    assert_eq!(state("0c.jpg").await, FileState::Killed, "whoever else has it");
    let public = store.reader.public_files("", 10).await.unwrap();
    assert_eq!(public, [("0c.jpg".to_owned(), id(4)), ("0e.jpg".to_owned(), id(3))]);
}

#[rstest]
#[tokio::test]
async fn a_notice_names_the_successor_until_the_entry_comes_back(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "A").build(), topic(2, "B").build()]).await;
    let mut merged = topic(1, "A").on("2024-03-01").retracted(WITHDRAWN, "x").build();
    merged.retraction = Some(Retraction::merged_into(id(2)));
    store.publish(std::slice::from_ref(&merged)).await;
    let successor = async |moment| notice(&store, moment, 1).await.map(|notice| notice.successor);
    assert_eq!(successor(Moment::Now).await, Some(Some(id(2))));
    assert_eq!(successor(when("2024-02-01")).await, None);
    let journal = store.publisher.journal_page(2, 10).await.unwrap();
    assert_eq!(journal[0].1.retraction, merged.retraction, "the journal tells it again");
    store.publish(&[topic(1, "A").on("2024-04-01").texts_only().build()]).await;
    assert_eq!(successor(Moment::Now).await, None);
    assert_eq!(successor(when("2024-03-15")).await, Some(Some(id(2))));
}

#[rstest]
#[tokio::test]
async fn only_another_entry_stands_for_one_that_is_withdrawn(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "A").build(), topic(2, "B").build()]).await;
    let before = store.traces().await;
    for (act, successor) in [(WITHDRAWN, id(1)), (KILLED, id(2))] {
        let mut wrong = topic(1, "A").on("2024-03-01").retracted(act, "x").build();
        wrong.retraction = wrong.retraction.map(|one| Retraction { successor: Some(successor), ..one });
        let refused = Outcome::Refused(Refusal::Successor { id: id(1), successor });
        assert_eq!(store.publish(&[wrong]).await, [refused]);
        assert_eq!(store.traces().await, before);
    }
}
