//! One store over another: what the overlay holds replaces what is published, entry by entry, in every read.

use griot_domain::{EntryId, EntryKind, LinkRole, Locale, Moment, RetractionAct, View};
use griot_persistence::{Condition, ListQuery, Order, OrderedBy, PreviewScope, PublishedStore, Publisher, StoreName};
use proptest::test_runner::{Config, TestRunner};
use rstest::rstest;

use crate::model::{Move, moves, questions, views};
use crate::support::*;

const ARTICLE: EntryKind = EntryKind::Article;

/// Which layer a test is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Early,
    Preview,
}

impl Layer {
    async fn publisher(self, store: &Store) -> Publisher {
        let name = if self == Self::Early { StoreName::Embargoed } else { StoreName::Editorial };
        Publisher::open(&store.location, name).await.unwrap()
    }

    /// The layer, a preview being one of entry 1.
    async fn open(self, store: &Store) -> Layered {
        let reader = match self {
            Self::Early => PublishedStore::open_early(&store.location).await.unwrap(),
            Self::Preview => preview(store, [1]).await,
        };
        Layered { reader }
    }
}

async fn preview<const COUNT: usize>(store: &Store, numbers: [u128; COUNT]) -> PublishedStore {
    let scope = PreviewScope { entries: numbers.map(id).to_vec() };
    PublishedStore::open_preview(&store.location, scope).await.unwrap()
}

struct Layered {
    reader: PublishedStore,
}

impl Layered {
    async fn latest(&self, conditions: Vec<Condition>) -> Vec<EntryId> {
        self.list(latest(ARTICLE, conditions)).await
    }

    async fn list(&self, query: ListQuery) -> Vec<EntryId> {
        let page = self.reader.pages(&now("fr"), &[query]).await.unwrap().remove(0);
        page.rows.iter().map(|row| row.id).collect()
    }

    async fn title(&self, number: u128) -> Option<String> {
        let records = self.reader.records(&now("fr"), &[id(number)]).await.unwrap();
        records.get(&id(number)).map(|record| record.title().to_owned())
    }

    async fn by_slug(&self, name: &str) -> Option<EntryId> {
        self.reader.find_by_slug(&now("fr"), ARTICLE, &slug(name)).await.unwrap().map(|record| record.id)
    }
}

fn links(role: LinkRole, target: u128) -> Vec<Condition> {
    vec![Condition::LinksTo { role, targets: vec![id(target)] }]
}

/// Everything the store answers to questions about the first entries.
async fn answers(reader: &PublishedStore, view: &View) -> Vec<String> {
    let ids: Vec<EntryId> = (1..=12).chain([70, 71, 80, 81]).map(id).collect();
    let mut told = vec![format!("{:?}", reader.last_seq().await.unwrap())];
    let questions = questions();
    told.push(format!("{:?}", reader.pages(view, &questions).await.unwrap()));
    for query in &questions {
        told.push(format!("{:?}", reader.pages(view, std::slice::from_ref(query)).await.unwrap()));
        told.push(format!("{:?}", reader.count(view, query).await.unwrap()));
    }
    let records = reader.records(view, &ids).await.unwrap();
    let mut known: Vec<_> = records.values().collect();
    known.sort_by_key(|record| record.id);
    told.push(format!("{known:?}"));
    for record in known {
        told.push(format!("{:?}", reader.bodies(&[record.edition]).await.unwrap()));
        if let Some(slug) = &record.slug {
            let found = reader.find_by_slug(view, record.kind, slug).await.unwrap();
            told.push(format!("{found:?} {:?}", reader.notice_by_slug(view, record.kind, slug).await.unwrap()));
            told.push(format!("{:?}", reader.ids_by_slug(record.kind, std::slice::from_ref(slug)).await.unwrap()));
        }
    }
    for id in &ids {
        for role in LinkRole::ALL {
            told.push(format!("{:?}", reader.linking_to(view, role, &[*id]).await.unwrap()));
        }
        told.push(format!("{:?}", reader.external_ids(&[*id]).await.unwrap()));
        told.push(format!("{:?}", reader.notices(view.moment, &[*id]).await.unwrap()));
        let key = (*id, Locale::parse("fr").unwrap());
        told.push(format!("{:?}", reader.versions(view.moment, &[key]).await.unwrap()));
    }
    let targets = [(LinkRole::Topic, id(80)), (LinkRole::Mention, id(70)), (LinkRole::Topic, id(8))];
    told.push(format!("{:?}", reader.related_to(view.moment, id(1), at("2024-01-03"), &targets).await.unwrap()));
    told.push(format!("{:?}", reader.find_by_old_path(&["/old".to_owned(), "/other".to_owned()]).await.unwrap()));
    told
}

#[rstest]
#[tokio::test]
async fn an_entry_of_the_overlay_joins_lists_routes_and_counts(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Layer::Early, Layer::Preview)] layer: Layer,
) {
    let store = fresh_store(backend).await;
    let public = [
        topic(8, "Sahel").build(),
        person(9, "Awa").build(),
        article(2, "2024-01-02").topic(id(8)).mention("fr", id(9)).build(),
        article(3, "2024-01-04").topic(id(8)).build(),
    ];
    store.publish(&public).await;
    let new = article(1, "2024-01-03").topic(id(8)).mention("fr", id(9)).slug("fr", "nouveau").old_path("/old", None);
    let new = new.external("cms", "1").build();
    layer.publisher(&store).await.publish(&[new], &act("2026-01-01")).await.unwrap();
    let layered = layer.open(&store).await;
    let view = now("fr");

    assert_eq!(layered.latest(vec![]).await, [id(3), id(1), id(2)]);
    assert_eq!(layered.list(by_name(ARTICLE, vec![])).await, [id(1), id(2), id(3)]);
    assert_eq!(layered.latest(links(LinkRole::Topic, 8)).await, [id(3), id(1), id(2)]);
    assert_eq!(layered.latest(links(LinkRole::Mention, 9)).await, [id(1), id(2)]);
    assert_eq!(layered.reader.count(&view, &latest(ARTICLE, links(LinkRole::Mention, 9))).await.unwrap(), 2);
    assert_eq!(layered.by_slug("nouveau").await, Some(id(1)));
    let linking = layered.reader.linking_to(&view, LinkRole::Topic, &[id(8)]).await.unwrap();
    assert_eq!(linking[&id(8)].iter().map(|record| record.id).collect::<Vec<_>>(), [id(2), id(1), id(3)]);
    let related = layered.reader.related_to(view.moment, id(2), at("2024-01-02"), &[(LinkRole::Topic, id(8))]).await;
    assert_eq!(related.unwrap().iter().map(|one| one.article).collect::<Vec<_>>(), [id(1), id(3)]);
    assert_eq!(layered.reader.find_by_old_path(&["/old".to_owned()]).await.unwrap().unwrap().id, id(1));
    assert_eq!(layered.reader.external_ids(&[id(1)]).await.unwrap()[&id(1)].len(), 1);
    assert_eq!(layered.reader.last_seq().await.unwrap(), 4, "the journal is the public one");

    assert_eq!(store.latest(&view, ARTICLE, vec![]).await, [id(3), id(2)], "the public sees none of it");
    assert_eq!(store.by_slug(&view, ARTICLE, "nouveau").await, None);
    assert!(store.reader.find_by_old_path(&["/old".to_owned()]).await.unwrap().is_none());
}

#[rstest]
#[tokio::test]
async fn the_text_and_slug_of_the_overlay_replace_those_of_the_base(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Layer::Early, Layer::Preview)] layer: Layer,
) {
    let store = fresh_store(backend).await;
    let public = article(1, "2024-01-02").slug("fr", "ancien").body("fr", "public").topic(id(8)).old_path("/a", None);
    let public = public.text("en", "Public").external("cms", "1").build();
    store.publish(&[topic(8, "Sahel").build(), public, article(2, "2024-01-03").body("fr", "two").build()]).await;
    let draft = article(1, "2024-01-05").text("fr", "Corrigé").slug("fr", "nouveau").body("fr", "secret").build();
    layer.publisher(&store).await.publish(&[draft], &act("2026-01-01")).await.unwrap();
    let layered = layer.open(&store).await;
    let view = now("fr");

    let records = layered.reader.records(&view, &[id(1), id(2)]).await.unwrap();
    assert_eq!(records[&id(1)].title(), "Corrigé");
    assert_eq!(records[&id(1)].alternates, [], "the base's English text is hidden with the rest");
    let bodies = layered.reader.bodies(&[records[&id(1)].edition, records[&id(2)].edition]).await.unwrap();
    assert_eq!(bodies.len(), 2, "rows of the two stores never share a number");
    assert!(format!("{:?}", bodies[&records[&id(1)].edition]).contains("secret"));
    assert!(format!("{:?}", bodies[&records[&id(2)].edition]).contains("two"));
    assert_eq!((layered.by_slug("nouveau").await, layered.by_slug("ancien").await), (Some(id(1)), None));
    assert_eq!(layered.latest(vec![]).await, [id(1), id(2)]);
    assert_eq!(layered.latest(links(LinkRole::Topic, 8)).await, [], "links of the base are hidden too");
    assert!(layered.reader.find_by_old_path(&["/a".to_owned()]).await.unwrap().is_none());
    assert!(layered.reader.external_ids(&[id(1)]).await.unwrap().is_empty());

    assert_eq!(store.title(&view, id(1)).await.as_deref(), Some("Article 1"));
    assert_eq!(store.by_slug(&view, ARTICLE, "ancien").await, Some(id(1)));
    assert_eq!(store.by_slug(&view, ARTICLE, "nouveau").await, None);
}

#[rstest]
#[tokio::test]
async fn a_preview_sees_what_it_names_and_the_links_of_these_that_never_were_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[person(9, "Awa").build(), person(12, "Moussa").build()]).await;
    let editorial = Layer::Preview.publisher(&store).await;
    let drafts = [
        topic(8, "Sahel").build(),
        person(9, "Awa Bâ").build(),
        article(1, "2024-01-02").topic(id(8)).mention("fr", id(9)).build(),
        appointment(10, id(9), Some(id(11)), (None, None)).build(),
    ];
    editorial.publish(&drafts, &act("2026-01-01")).await.unwrap();
    let layered = Layer::Preview.open(&store).await;
    assert_eq!(layered.title(8).await.as_deref(), Some("Sahel"), "it is a draft only");
    assert_eq!(layered.title(9).await.as_deref(), Some("Awa"), "it is public");
    assert_eq!(layered.title(10).await, None, "a post comes only when it is named");
    let posts = layered.reader.linking_to(&now("fr"), LinkRole::Holder, &[id(9)]).await.unwrap();
    assert!(posts.get(&id(9)).is_none_or(Vec::is_empty), "{posts:?}");

    let of_person = Layered { reader: preview(&store, [9]).await };
    assert_eq!(of_person.title(9).await.as_deref(), Some("Awa Bâ"));
    assert_eq!((of_person.title(10).await, of_person.title(1).await, of_person.title(8).await), (None, None, None));

    let together = Layered { reader: preview(&store, [1, 9, 10]).await };
    assert_eq!(together.title(9).await.as_deref(), Some("Awa Bâ"));
    assert_eq!(together.title(12).await.as_deref(), Some("Moussa"));
    let posts = together.reader.linking_to(&now("fr"), LinkRole::Holder, &[id(9)]).await.unwrap();
    assert_eq!(posts[&id(9)].len(), 1);
}

#[rstest]
#[tokio::test]
async fn what_was_killed_is_dark_in_a_preview_and_its_notice_stands(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let article = article(1, "2024-01-02").mention("fr", id(9)).body("fr", "secret").build();
    let linked = [person(9, "Awa").build(), self::article(2, "2024-01-01").build()];
    let editorial = Layer::Preview.publisher(&store).await;
    for publisher in [&store.publisher, &editorial] {
        publisher.publish(&linked, &act("2026-01-01")).await.unwrap();
        publisher.publish(std::slice::from_ref(&article), &act("2026-01-01")).await.unwrap();
    }
    let draft = self::article(1, "2024-01-02").topic(id(8)).mention("fr", id(9)).on("2024-02-01").build();
    editorial.publish(&[topic(8, "Sahel").build(), draft], &act("2026-01-02")).await.unwrap();
    let layered = Layer::Preview.open(&store).await;
    assert!(layered.title(1).await.is_some() && layered.title(8).await.is_some());
    for kill in [person(9, "Awa"), self::article(1, "2024-01-02")] {
        let kill = kill.retracted(RetractionAct::Killed, "court").on("2024-03-01").build();
        store.publish(std::slice::from_ref(&kill)).await;
        let shown = layered.reader.records(&now("fr"), &[kill.id]).await.unwrap();
        assert!(shown.is_empty(), "{shown:?}");
        let public = store.reader.notices(Moment::Now, &[kill.id]).await.unwrap();
        assert_eq!(public.len(), 1);
        assert_eq!(layered.reader.notices(Moment::Now, &[kill.id]).await.unwrap(), public);
    }
    assert_eq!(layered.title(8).await, None, "nor does it bring anything along");
    for view in [now("fr"), as_of("2024-01-15"), as_of("2026-01-01")] {
        assert_eq!(answers(&layered.reader, &view).await, answers(&store.reader, &view).await, "as in public");
    }
}

#[rstest]
#[tokio::test]
async fn an_entry_outside_the_scope_is_unseen_in_every_read(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (with, without) = (fresh_store(backend).await, fresh_store(backend).await);
    let public = [
        topic(8, "Sahel").build(),
        article(2, "2024-01-02").topic(id(8)).body("fr", "public").old_path("/other", None).build(),
        article(3, "2024-01-03").topic(id(8)).mention("fr", id(70)).build(),
    ];
    let draft = article(1, "2024-01-04").topic(id(8)).build();
    for store in [&with, &without] {
        store.publish(&public).await;
        let editorial = Layer::Preview.publisher(store).await;
        editorial.publish(std::slice::from_ref(&draft), &act("2026-01-01")).await.unwrap();
    }
    // They link to what the preview shows, which does not draw them in.
    let others = [
        article(2, "2024-01-05").topic(id(8)).text("fr", "Mali").external("cms", "2").build(),
        article(4, "2024-01-06").topic(id(8)).related(id(1)).mention("fr", id(70)).old_path("/old", None).build(),
        topic(80, "Niger").build(),
        person(5, "Awa").build(),
        appointment(6, id(5), None, (None, None)).build(),
        event(7, "2024-01-01", None).build(),
    ];
    Layer::Preview.publisher(&with).await.publish(&others, &act("2026-01-02")).await.unwrap();
    let (with, without) = (preview(&with, [1]).await, preview(&without, [1]).await);
    for view in [now("fr"), only(&["fr"]), as_of("2024-01-03"), as_of("2025-01-01")] {
        assert_eq!(answers(&with, &view).await, answers(&without, &view).await, "{view:?}");
    }
}

#[rstest]
#[tokio::test]
async fn an_open_preview_follows_the_links_of_its_entry(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let editorial = Layer::Preview.publisher(&store).await;
    let drafts = [article(1, "2024-01-02").build(), topic(8, "Sahel").build()];
    editorial.publish(&drafts, &act("2026-01-01")).await.unwrap();
    let layered = Layer::Preview.open(&store).await;
    assert_eq!(layered.title(8).await, None);
    let linked = article(1, "2024-01-02").topic(id(8)).on("2024-02-01").build();
    editorial.publish(&[linked], &act("2026-01-02")).await.unwrap();
    assert_eq!(layered.title(8).await.as_deref(), Some("Sahel"));
    let unlinked = article(1, "2024-01-02").on("2024-03-01").build();
    editorial.publish(&[unlinked], &act("2026-01-03")).await.unwrap();
    assert_eq!(layered.title(8).await, None);
}

async fn check_equal(backend: Backend, moves: &[Move]) {
    let store = fresh_store(backend).await;
    for one in moves {
        store.publish(&[one.publication()]).await;
    }
    let layers = [Layer::Early.open(&store).await, Layer::Preview.open(&store).await];
    for view in views().iter().step_by(3) {
        let plain = answers(&store.reader, view).await;
        for layered in &layers {
            assert_eq!(answers(&layered.reader, view).await, plain, "{view:?}");
        }
    }
}

#[rstest]
fn under_an_empty_overlay_every_read_is_that_of_the_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let config = Config { cases: 4, max_shrink_iters: 50, failure_persistence: None, ..Config::default() };
    let check = |moves: Vec<Move>| {
        runtime.block_on(check_equal(backend, &moves));
        Ok(())
    };
    TestRunner::new(config).run(&moves(), check).unwrap();
}

#[rstest]
#[case::plain(vec![], OrderedBy::Date)]
#[case::topic(links(LinkRole::Topic, 80), OrderedBy::Date)]
#[case::name(vec![], OrderedBy::Name)]
#[tokio::test]
async fn a_page_of_a_layer_is_read_off_the_indexes_of_both_halves(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(Layer::Early, Layer::Preview)] layer: Layer,
    #[case] conditions: Vec<Condition>,
    #[case] by: OrderedBy,
) {
    let store = fresh_store(backend).await;
    let article = |number: u128| article(number, &format!("2024-01-{:02}", number % 28 + 1)).topic(id(80 + number % 3));
    let public: Vec<_> = (1_000..3_000).map(|number| article(number).build()).collect();
    store.publish(&public).await;
    let drafts: Vec<_> = (1..20).map(|number| article(number).build()).collect();
    let publisher = layer.publisher(&store).await;
    publisher.publish(&drafts, &act("2026-01-01")).await.unwrap();
    store.publisher.checkpoint().await.unwrap();
    if backend == Backend::Postgres {
        store.raw("ANALYZE").await;
    }
    let layered = layer.open(&store).await;
    let order = Order { by, is_descending: by == OrderedBy::Date };
    let mut query = ListQuery { order, ..latest(ARTICLE, conditions) };
    query.window.limit = 20;
    let plan = layered.reader.explain_page(&now("fr"), &query).await.unwrap();
    match backend {
        Backend::Sqlite => {
            assert!(plan.iter().any(|step| step.contains("MERGE (UNION ALL)")), "{plan:#?}");
            let scans = plan.iter().filter(|step| step.starts_with("SCAN base.") || step.starts_with("SCAN overlay."));
            assert_eq!(scans.count(), 0, "{plan:#?}");
        }
        Backend::Postgres => {
            assert!(plan.iter().any(|step| step.contains("Merge Append")), "{plan:#?}");
            let indexes = ["entry_version_list", "link_list", "naming_list"];
            let is_ordered = |step: &&String| indexes.iter().any(|index| step.contains(&format!("using {index} ")));
            assert!(plan.iter().any(|step| is_ordered(&step)), "{plan:#?}");
        }
    }
}

#[tokio::test]
async fn a_path_stands_for_itself_whatever_its_characters() {
    let database = griot_testbed::database(Backend::Sqlite);
    for name in ["a b", "50%41", "who?mode=rwc#x", "it's", "é&ü=1", "double//slash"] {
        let location = griot_persistence::Location::sqlite(database.data_dir().join(name));
        griot_persistence::migrate(&location).await.unwrap();
        let publisher = Publisher::open(&location, StoreName::Embargoed).await.unwrap();
        publisher.publish(&[article(1, "2024-01-01").build()], &act("2026-01-01")).await.unwrap();
        let reader = PublishedStore::open_early(&location).await.unwrap();
        assert_eq!(reader.records(&now("fr"), &[id(1)]).await.unwrap().len(), 1, "{name}");
    }
}

#[tokio::test]
async fn a_layer_without_its_overlay_says_what_to_run_and_creates_nothing() {
    let store = fresh_store(Backend::Sqlite).await;
    for (layer, name) in [(StoreName::Embargoed, "embargoed"), (StoreName::Editorial, "editorial")] {
        for file in std::fs::read_dir(store.database.data_dir()).unwrap() {
            let file = file.unwrap();
            if file.file_name().to_string_lossy().starts_with(name) {
                std::fs::remove_file(file.path()).unwrap();
            }
        }
        let refused = match layer {
            StoreName::Embargoed => PublishedStore::open_early(&store.location).await,
            _ => PublishedStore::open_preview(&store.location, PreviewScope { entries: vec![id(1)] }).await,
        };
        let told = refused.unwrap_err().to_string();
        assert!(told.contains(&format!("{name}.db")) && told.contains("griot migrate"), "{told}");
        assert!(!store.location.file(layer).unwrap().exists());
    }
    store.publish(&[article(1, "2024-01-01").build()]).await;
    let reader = PublishedStore::open(&store.location).await.unwrap();
    assert_eq!(reader.pages(&now("fr"), &[latest(ARTICLE, vec![])]).await.unwrap()[0].rows.len(), 1);
    let moment = Moment::Now;
    assert!(reader.notices(moment, &[id(1)]).await.unwrap().is_empty());
}
