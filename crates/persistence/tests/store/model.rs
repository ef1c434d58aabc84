//! Random histories, against a model that keeps every version in a list and looks at all of them for each question.

use std::collections::{BTreeMap, BTreeSet};

use griot_domain::{
    Body, Edition, Entry, EntryId, EntryKind, LinkRole, Locale, LocaleChain, Moment, Publication, RetractionAct, View,
    micros,
};
use griot_persistence::{Condition, ListQuery, Order, OrderedBy, Outcome, Record, Window};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use rstest::rstest;

use crate::support::*;

const FOREVER: i64 = i64::MAX;
const LOCALES: [&str; 3] = ["fr", "en", "ar"];

/// Something live in a half-open interval.
struct Live<T> {
    id: EntryId,
    from: i64,
    to: i64,
    value: T,
}

impl<T> Live<T> {
    fn is_at(&self, moment: Moment) -> bool {
        match moment {
            Moment::Now => self.to == FOREVER,
            Moment::AsOf(at) => self.from <= micros(at) && micros(at) < self.to,
        }
    }
}

#[derive(Default)]
struct Model {
    versions: Vec<Live<Entry>>,
    editions: Vec<Live<(Locale, Edition)>>,
    /// Languages of each entry in the order they were first published.
    languages: BTreeMap<EntryId, Vec<Locale>>,
}

impl Model {
    fn apply(&mut self, publication: &Publication) {
        let (id, at) = (publication.id, micros(publication.live_from));
        if let Some(entry) = &publication.entry {
            self.end_version(id, at);
            self.versions.push(Live { id, from: at, to: FOREVER, value: entry.clone() });
        }
        for (locale, edition) in &publication.editions {
            self.end_edition(id, locale, at);
            self.editions.push(Live { id, from: at, to: FOREVER, value: (locale.clone(), edition.clone()) });
            let languages = self.languages.entry(id).or_default();
            if !languages.contains(locale) {
                languages.push(locale.clone());
            }
        }
        for locale in &publication.withdrawn {
            self.end_edition(id, locale, at);
        }
        if !self.editions.iter().any(|one| one.id == id && one.to == FOREVER) {
            self.end_version(id, at);
        }
    }

    fn end_version(&mut self, id: EntryId, at: i64) {
        self.versions.iter_mut().filter(|one| one.id == id && one.to == FOREVER).for_each(|one| one.to = at);
    }

    fn end_edition(&mut self, id: EntryId, locale: &Locale, at: i64) {
        let live = self.editions.iter_mut().filter(|one| one.id == id && one.value.0 == *locale && one.to == FOREVER);
        live.for_each(|one| one.to = at);
    }

    /// The neutral part and the text seen.
    fn seen(&self, view: &View, id: EntryId) -> Option<(&Entry, &(Locale, Edition))> {
        let mut versions = self.versions.iter().filter(|one| one.id == id && one.is_at(view.moment));
        let version = versions.next()?;
        assert!(versions.next().is_none(), "one version at a time");
        let LocaleChain { locales, or_any } = &view.locales;
        let original = self.languages.get(&id).filter(|_| *or_any);
        let text = locales.iter().chain(original.into_iter().flatten()).find_map(|locale| {
            self.editions.iter().find(|one| one.id == id && one.value.0 == *locale && one.is_at(view.moment))
        });
        Some((&version.value, &text?.value))
    }

    fn holds(&self, condition: &Condition, view: &View, id: EntryId) -> bool {
        let (entry, (_, edition)) = self.seen(view, id).expect("only what is seen is listed");
        match condition {
            Condition::LinksTo { role, targets } => {
                let texts = self.editions.iter().filter(|one| one.id == id && one.is_at(view.moment));
                let links = texts.flat_map(|one| one.value.1.text.links()).chain(entry.links());
                links.into_iter().any(|link| link.role == *role && targets.contains(&link.target))
            }
            Condition::Words(words) => edition.text.filter_form(entry).contains(words.as_str()),
            Condition::Not(one) => !self.holds(one, view, id),
            Condition::Any(any) => any.iter().any(|one| self.holds(one, view, id)),
            Condition::DatedWithin { from, until } => {
                let at = entry.ordered_at().map_or(i64::MIN, micros);
                from.is_none_or(|from| from <= at) && until.is_none_or(|until| at < until)
            }
            other => panic!("the model does not know {other:?}"),
        }
    }

    fn list(&self, view: &View, query: &ListQuery) -> Vec<EntryId> {
        let ids: BTreeSet<EntryId> = self.versions.iter().map(|one| one.id).collect();
        let mut listed: Vec<(String, i64, EntryId)> = ids
            .into_iter()
            .filter_map(|id| {
                let (entry, (_, edition)) = self.seen(view, id)?;
                let fits = entry.kind() == query.kind && query.conditions.iter().all(|one| self.holds(one, view, id));
                let (name, date) = match query.order.by {
                    OrderedBy::Date => (String::new(), entry.ordered_at().map_or(i64::MIN, micros)),
                    OrderedBy::Name => (edition.text.sort_form(entry), 0),
                };
                fits.then_some((name, date, id))
            })
            .collect();
        listed.sort();
        if query.order.is_descending {
            listed.reverse();
        }
        listed.into_iter().map(|(.., id)| id).collect()
    }
}

/// One publication, as small numbers that shrink well.
#[derive(Clone, Debug)]
pub struct Move {
    entry: u128,
    day: u32,
    revised: Option<u32>,
    issued: Option<u32>,
    topics: Vec<u128>,
    texts: BTreeMap<usize, (u32, Vec<u128>)>,
    withdrawn: BTreeSet<usize>,
    is_retracted: bool,
}

pub fn moves() -> impl Strategy<Value = Vec<Move>> {
    let texts = prop::collection::btree_map(0..3usize, (0..4u32, prop::collection::vec(70..72u128, 0..2)), 0..3);
    let one = (
        1..5u128,
        1..28u32,
        prop::option::of(1..28u32),
        prop::option::of(1..6u32),
        prop::collection::vec(80..82u128, 0..2),
        texts,
        prop::collection::btree_set(0..3usize, 0..2),
        prop::bool::weighted(0.15),
    );
    let one = one.prop_map(|(entry, day, revised, issued, topics, texts, withdrawn, is_retracted)| Move {
        entry,
        day,
        revised,
        issued,
        topics,
        withdrawn: withdrawn.into_iter().filter(|tag| !texts.contains_key(tag)).collect(),
        texts,
        is_retracted,
    });
    prop::collection::vec(one, 1..24)
}

impl Move {
    pub fn publication(&self) -> Publication {
        let day = |day: u32| format!("2024-01-{day:02}");
        let is_person = self.entry == 4;
        let issued = self.issued.unwrap_or(1);
        let mut draft = match is_person {
            true => person(self.entry, ["Awa", "Yaya", "Issa"][issued as usize % 3]),
            false => article(self.entry, &day(issued)),
        };
        draft = draft.entry_only().on(&day(self.day));
        if self.is_retracted {
            return draft.retracted(RetractionAct::Withdrawn, "x").build();
        }
        if !is_person {
            for topic in &self.topics {
                draft = draft.topic(id(*topic));
            }
        }
        for (tag, (title, mentions)) in &self.texts {
            let tag = LOCALES[*tag];
            draft = draft.text(
                tag,
                if is_person && *title == 0 { "" } else { ["Mali", "Niger", "Élan", "Tchad"][*title as usize] },
            );
            for mention in mentions.iter().filter(|_| !is_person) {
                draft = draft.mention(tag, id(*mention));
            }
        }
        if let Some(revised) = self.revised {
            draft = draft.revised(&day(revised));
        }
        let mut publication = if self.issued.is_some() { draft.build() } else { draft.texts_only().build() };
        publication.withdrawn = self.withdrawn.iter().map(|tag| locale(LOCALES[*tag])).collect();
        publication
    }
}

pub fn questions() -> Vec<ListQuery> {
    let links = |role, target| Condition::LinksTo { role, targets: vec![id(target)] };
    let conditions = [
        vec![],
        vec![links(LinkRole::Topic, 80)],
        vec![links(LinkRole::Mention, 70)],
        vec![Condition::Any(vec![links(LinkRole::Mention, 71), links(LinkRole::Topic, 81)])],
        vec![links(LinkRole::Topic, 81), Condition::Not(Box::new(links(LinkRole::Mention, 70)))],
        vec![Condition::Words("ali".to_owned())],
        vec![links(LinkRole::Mention, 70), Condition::DatedWithin { from: Some(us("2024-01-03")), until: None }],
    ];
    let mut queries = vec![by_name(EntryKind::Person, vec![]), latest(EntryKind::Person, vec![])];
    for conditions in conditions {
        for (by, is_descending) in [(OrderedBy::Date, true), (OrderedBy::Name, false)] {
            let order = Order { by, is_descending };
            queries.push(ListQuery { order, ..latest(EntryKind::Article, conditions.clone()) });
        }
    }
    queries
}

pub fn views() -> Vec<View> {
    let days = (1..=28).step_by(3).map(|day| Moment::AsOf(at(&format!("2024-01-{day:02}"))));
    let moments = days.chain([Moment::Now, Moment::AsOf(at("2026-01-01"))]);
    let chains = [now("fr").locales, only(&["en", "ar"]).locales];
    moments.flat_map(|moment| chains.clone().map(|locales| View { moment, locales })).collect()
}

/// All that a reader finds in a view, one entry aside.
async fn readings(store: &Store, view: &View, without: EntryId) -> Vec<String> {
    let mut told = Vec::new();
    for page in store.reader.pages(view, &questions()).await.unwrap() {
        told.extend(page.rows.iter().filter(|row| row.id != without).map(|row| format!("{row:?}")));
    }
    let mut records = store.reader.records(view, &[1, 2, 3, 4].map(id)).await.unwrap();
    records.remove(&without);
    let records: BTreeMap<EntryId, Record> = records.into_iter().collect();
    let editions: Vec<i64> = records.values().map(|record| record.edition).collect();
    let bodies: BTreeMap<i64, Body> = store.reader.bodies(&editions).await.unwrap().into_iter().collect();
    told.push(format!("{records:?} {bodies:?}"));
    for target in [70, 71].map(id) {
        let linking = store.reader.linking_to(view, LinkRole::Mention, &[target]).await.unwrap();
        let linking = linking.into_values().flatten().filter(|record| record.id != without);
        told.extend(linking.map(|record| format!("{target} {record:?}")));
    }
    for number in 1..5 {
        let keys = LOCALES.map(|tag| (id(number), locale(tag)));
        let versions = store.reader.versions(view.moment, &keys).await.unwrap();
        let versions: BTreeMap<_, _> = versions.into_iter().filter(|((id, _), _)| *id != without).collect();
        told.push(format!("{versions:?}"));
    }
    told
}

/// Kills an entry and looks for it everywhere.
async fn check_kill(store: &Store, killed: EntryId, kind: EntryKind) {
    let mut before = Vec::new();
    for view in views() {
        before.push(readings(store, &view, killed).await);
    }
    let mut slugs = BTreeSet::new();
    for row in store.query("SELECT slug FROM slug").await {
        slugs.insert(row.try_get_by_index::<String>(0).unwrap());
    }
    let editions = held_editions(store, killed).await;
    let draft = if kind == EntryKind::Person {
        person(killed.0.as_u128(), "x")
    } else {
        article(killed.0.as_u128(), "2024-01-01")
    };
    let kill = draft.on("2024-06-01").retracted(RetractionAct::Killed, "x").build();
    let outcomes = store.publish(&[kill]).await;
    assert!(matches!(outcomes[0], Outcome::Created { .. } | Outcome::Updated { .. }), "{outcomes:?}");
    for (view, before) in views().iter().zip(before) {
        assert_eq!(readings(store, view, killed).await, before, "{view:?}: nothing else changes");
        let pages = store.reader.pages(view, &questions()).await.unwrap();
        assert!(pages.iter().flat_map(|page| &page.rows).all(|row| row.id != killed), "{view:?}");
        for (query, page) in questions().iter().zip(&pages) {
            assert_eq!(store.reader.count(view, query).await.unwrap(), page.rows.len() as u64);
        }
        assert!(store.reader.records(view, &[killed]).await.unwrap().is_empty());
        for name in &slugs {
            let found = store.reader.find_by_slug(view, kind, &slug(name)).await.unwrap();
            assert!(found.is_none_or(|record| record.id != killed), "{view:?}");
        }
        let linking = store.reader.linking_to(view, LinkRole::Mention, &[id(70), id(71)]).await.unwrap();
        assert!(linking.values().flatten().all(|record| record.id != killed));
        let targets = [(LinkRole::Topic, id(80)), (LinkRole::Topic, id(81)), (LinkRole::Mention, id(70))];
        let related = store.reader.related_to(view.moment, id(9), at("2024-01-03"), &targets).await.unwrap();
        assert!(related.iter().all(|one| one.article != killed));
        let keys = LOCALES.map(|tag| (killed, locale(tag)));
        assert!(store.reader.versions(view.moment, &keys).await.unwrap().is_empty());
        let notice = store.reader.notices(view.moment, &[killed]).await.unwrap().remove(&killed);
        assert_eq!(notice.unwrap().act, RetractionAct::Killed);
    }
    assert!(store.reader.bodies(&editions).await.unwrap().is_empty());
}

/// The editions of an entry that a reader finds in some view.
async fn held_editions(store: &Store, of: EntryId) -> Vec<i64> {
    let mut editions = BTreeSet::new();
    for view in views() {
        editions.extend(store.reader.records(&view, &[of]).await.unwrap().remove(&of).map(|record| record.edition));
    }
    editions.into_iter().collect()
}

async fn check(backend: Backend, moves: &[Move]) {
    let store = fresh_store(backend).await;
    let mut seq = 0;
    for one in moves {
        let outcomes = store.publish(&[one.publication()]).await;
        let last = store.reader.last_seq().await.unwrap();
        match &outcomes[0] {
            Outcome::Created { seq: told } | Outcome::Updated { seq: told } => assert!(*told == last && last > seq),
            Outcome::Unchanged | Outcome::Refused(_) => assert_eq!(last, seq),
        }
        seq = last;
    }
    let mut model = Model::default();
    for (_, publication) in store.publisher.journal_page(0, 10_000).await.unwrap() {
        model.apply(&publication);
    }
    let questions = questions();
    for view in views() {
        let pages = store.reader.pages(&view, &questions).await.unwrap();
        for (query, page) in questions.iter().zip(&pages) {
            let ids: Vec<EntryId> = page.rows.iter().map(|row| row.id).collect();
            assert_eq!(ids, model.list(&view, query), "{view:?} {query:?}");
        }
        let records = store.reader.records(&view, &[1, 2, 3, 4].map(id)).await.unwrap();
        for id in [1, 2, 3, 4].map(id) {
            let record = records.get(&id);
            let seen = record.map(|one| (&one.entry, &one.locale, &one.text, &one.slug));
            let wanted = model.seen(&view, id);
            assert_eq!(seen, wanted.map(|(entry, (locale, one))| (entry, locale, &one.text, &one.slug)), "{view:?}");
        }
        let narrow = ListQuery { window: Window { limit: 1, ..questions[2].window.clone() }, ..questions[2].clone() };
        let page = store.reader.pages(&view, &[narrow]).await.unwrap().remove(0);
        assert_eq!(page.rows, pages[2].rows[..page.rows.len()]);
    }
    let killed = moves[0].entry;
    check_kill(&store, id(killed), if killed == 4 { EntryKind::Person } else { EntryKind::Article }).await;
}

#[rstest]
fn any_history_reads_like_the_model(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let cases = 24;
    let mut runner =
        TestRunner::new(Config { cases, max_shrink_iters: 200, failure_persistence: None, ..Config::default() });
    runner
        .run(&moves(), |moves| {
            runtime.block_on(check(backend, &moves));
            Ok(())
        })
        .unwrap();
}
