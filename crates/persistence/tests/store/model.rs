//! Random histories, against a model that keeps every version in a list and looks at all of them for each question.

use std::collections::{BTreeMap, BTreeSet};

use griot_domain::{
    Edition, Entry, EntryId, EntryKind, LinkRole, Locale, LocaleChain, Moment, Publication, View, micros,
};
use griot_persistence::{Condition, ListQuery, Order, OrderedBy, Outcome, Window};
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
struct Move {
    entry: u128,
    day: u32,
    revised: Option<u32>,
    issued: Option<u32>,
    topics: Vec<u128>,
    texts: BTreeMap<usize, (u32, Vec<u128>)>,
    withdrawn: BTreeSet<usize>,
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let texts = prop::collection::btree_map(0..3usize, (0..4u32, prop::collection::vec(70..72u128, 0..2)), 0..3);
    let one = (
        1..5u128,
        1..28u32,
        prop::option::of(1..28u32),
        prop::option::of(1..6u32),
        prop::collection::vec(80..82u128, 0..2),
        texts,
        prop::collection::btree_set(0..3usize, 0..2),
    );
    let one = one.prop_map(|(entry, day, revised, issued, topics, texts, withdrawn)| Move {
        entry,
        day,
        revised,
        issued,
        topics,
        withdrawn: withdrawn.into_iter().filter(|tag| !texts.contains_key(tag)).collect(),
        texts,
    });
    prop::collection::vec(one, 1..24)
}

impl Move {
    fn publication(&self) -> Publication {
        let day = |day: u32| format!("2024-01-{day:02}");
        let is_person = self.entry == 4;
        let issued = self.issued.unwrap_or(1);
        let mut draft = match is_person {
            true => person(self.entry, ["Awa", "Yaya", "Issa"][issued as usize % 3]),
            false => article(self.entry, &day(issued)),
        };
        draft = draft.entry_only().on(&day(self.day));
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

fn questions() -> Vec<ListQuery> {
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

fn views() -> Vec<View> {
    let days = (1..=28).step_by(3).map(|day| Moment::AsOf(at(&format!("2024-01-{day:02}"))));
    let moments = days.chain([Moment::Now, Moment::AsOf(at("2026-01-01"))]);
    let chains = [now("fr").locales, only(&["en", "ar"]).locales];
    moments.flat_map(|moment| chains.clone().map(|locales| View { moment, locales })).collect()
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
