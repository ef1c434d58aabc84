//! What is kept changes no answer, whatever happens to the segments, and goes with them.

use std::path::Path;

use griot_domain::{Body, Entry, EntryKind, Locale, LocaleChain, Text};
use griot_persistence::LiveText;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::ask::{Ask, Filter, Found, Hit, Place};
use crate::document::{Around, Stems, document};
use crate::facets::Counted;
use crate::find::find;
use crate::index::{Batch, Index, Reach};
use crate::language::Language;
use crate::query::Query;
use crate::slot::Slot;

/// Entries there are; more than fit into one 64.
const ENTRIES: u8 = 90;
const WORDS: [&str; 10] =
    ["mali", "santé", "accord", "accords", "gouverneur", "gouvernement", "paix", "retirée", "retiree", "retirer"];
const QUERIES: &str =
    "|mali|santé mali|accord|\"accord paix\"|gouv*|gouv|mali -paix|gouvernemant|retirée|retiree|paix mali santé";

/// An article as it is published: its words, and whether there is an English text too.
#[derive(Clone, Debug)]
struct Published {
    entry: u8,
    headline: Vec<&'static str>,
    body: Vec<&'static str>,
    is_english: bool,
    year: u8,
}

#[derive(Clone, Debug)]
enum Step {
    Publish(Vec<Published>),
    Withdraw(Vec<u8>),
    Commit,
    /// Writes the segments anew that hold deleted documents.
    Purge,
}

fn published() -> impl Strategy<Value = Published> {
    let words = |most| prop::collection::vec(prop::sample::select(&WORDS[..]), 0..most);
    (0..ENTRIES, words(3), words(12), any::<bool>(), 0_u8..4)
        .prop_map(|(entry, headline, body, is_english, year)| Published { entry, headline, body, is_english, year })
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => prop::collection::vec(published(), 1..60).prop_map(Step::Publish),
        2 => prop::collection::vec(0..ENTRIES, 1..10).prop_map(Step::Withdraw),
        4 => Just(Step::Commit),
        1 => Just(Step::Purge),
    ]
}

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

fn id(entry: u8) -> EntryId {
    EntryId(Uuid::from_u128(1 + u128::from(entry)))
}

fn open(dir: &Path) -> Index {
    Index::create(&Arc::new(Slot::take(dir).unwrap())).unwrap()
}

fn batch(index: &Index, published: &[Published]) -> Batch {
    let mut latest: HashMap<u8, &Published> = HashMap::new();
    latest.extend(published.iter().map(|one| (one.entry, one)));
    let mut documents = Vec::new();
    for one in latest.values() {
        let locales: Vec<Locale> = if one.is_english { vec![locale("fr"), locale("en")] } else { vec![locale("fr")] };
        for (position, locale) in locales.iter().enumerate() {
            let body = json!([{ "_type": "block", "_key": "b", "style": "normal", "markDefs": [],
                "children": [{ "_type": "span", "_key": "s", "text": one.body.join(" "), "marks": [] }] }]);
            let entry = json!({ "kind": "NEWS", "issuedAt": format!("202{}-05-01T10:00:00Z", one.year) });
            let headline = json!({ "headline": format!("N {}", one.headline.join(" ")) });
            let live = LiveText {
                id: id(one.entry),
                kind: EntryKind::Article,
                entry: Entry::from_value(EntryKind::Article, entry).unwrap(),
                locale: locale.clone(),
                position: position as i64,
                text: Text::from_value(EntryKind::Article, headline).unwrap(),
                body: serde_json::from_value::<Body>(body).unwrap(),
            };
            let around = Around { locales: &locales, is_original: position == 0, posts: &[] };
            documents.push(document(&live, &around, &index.fields, &mut Stems::default()));
        }
    }
    Batch { replaced: latest.keys().map(|entry| id(*entry)).collect(), documents }
}

/// Every question, in two languages, narrowed and from the middle of what is found.
fn questions() -> Vec<Ask> {
    let mut questions = Vec::new();
    for raw in QUERIES.split('|') {
        let ask = |tags: &[&str], or_any, after, filter| Ask {
            query: Query::parse(raw, Language::French, false).unwrap(),
            filter,
            locales: LocaleChain { locales: tags.iter().map(|tag| locale(tag)).collect(), or_any },
            after,
            limit: 5,
        };
        let years = Filter { years: Some(vec![2021, 2023]), ..Filter::default() };
        let english = Filter { locale: Some(locale("en")), ..Filter::default() };
        questions.push(ask(&["fr"], true, None, Filter::default()));
        questions.push(ask(&["en"], false, None, Filter::default()));
        questions.push(ask(&["en", "fr"], false, None, years));
        questions.push(ask(&["fr"], false, None, english));
        questions.push(ask(&["fr"], true, Some(Place { score: 13_000, id: id(40) }), Filter::default()));
    }
    questions
}

type Answer = (Vec<Hit>, bool, u64, Counted<EntryKind>, Counted<i32>, Counted<EntryId>);

fn answers(index: &Index, searcher: &Searcher, unpacked: &Arc<Unpacked>) -> Vec<Answer> {
    let answer = |ask: &Ask| {
        let Found { hits, has_more, total, matches, .. } =
            find(ask, searcher.clone(), &index.fields, unpacked).unwrap();
        let matches = matches.unwrap();
        let (kinds, years, people) = (matches.kinds(), matches.years(), matches.people());
        (hits, has_more, total, kinds.unwrap(), years.unwrap(), people.unwrap())
    };
    questions().iter().map(answer).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn what_is_kept_changes_no_answer(
        first in prop::collection::vec(published(), 100),
        steps in prop::collection::vec(step(), 1..24),
    ) {
        let dir = tempfile::tempdir().unwrap();
        let index = open(dir.path());
        let mut before = index.searcher();
        for step in [Step::Publish(first), Step::Commit].into_iter().chain(steps).chain([Step::Commit]) {
            match step {
                Step::Publish(published) => index.take_in(batch(&index, &published)).unwrap(),
                Step::Withdraw(entries) => {
                    let replaced = entries.into_iter().map(id).collect();
                    index.take_in(Batch { replaced, documents: Vec::new() }).unwrap();
                }
                Step::Commit => index.commit(Reach::NOTHING).unwrap(),
                Step::Purge => index.purge().unwrap(),
            }
            // Somebody may still search what was there before.
            let now = index.searcher();
            for searcher in [&now, &before, &now] {
                let expected = answers(&index, searcher, &Arc::new(Unpacked::new(0)));
                prop_assert_eq!(answers(&index, searcher, &index.unpacked), expected);
            }
            let current: Vec<SegmentId> = now.segment_readers().iter().map(SegmentReader::segment_id).collect();
            prop_assert!(index.unpacked.kept.iter().all(|((segment, _), _)| current.contains(&segment)));
            before = now;
        }
        prop_assert!(!index.unpacked.kept.is_empty());
    }
}

/// An index of many articles with the same words.
fn filled(dir: &Path) -> Index {
    let index = open(dir);
    let one = |entry| Published { entry, headline: vec!["mali"], body: vec!["paix"], is_english: false, year: 4 };
    index.take_in(batch(&index, &(0..ENTRIES).map(one).collect::<Vec<_>>())).unwrap();
    index.commit(Reach::NOTHING).unwrap();
    index
}

#[test]
fn what_is_kept_goes_with_its_segment() {
    let dir = tempfile::tempdir().unwrap();
    let index = filled(dir.path());
    let before = index.searcher();
    let word = |unpacked: &Unpacked| {
        unpacked
            .kept
            .iter()
            .filter(|((_, part), _)| matches!(part, Part::Word { folded, .. } if folded == "mali"))
            .count()
    };
    answers(&index, &before, &index.unpacked);
    assert!(word(&index.unpacked) > 0);
    index.take_in(Batch { replaced: vec![id(3)], documents: Vec::new() }).unwrap();
    index.commit(Reach::NOTHING).unwrap();
    assert!(word(&index.unpacked) > 0, "a deletion changes no segment");
    index.purge().unwrap();
    assert_eq!(index.unpacked.kept.len(), 0);
    // A search that began before brings nothing back.
    answers(&index, &before, &index.unpacked);
    assert_eq!(index.unpacked.kept.len(), 0);
}

#[test]
fn what_is_common_is_unpacked_once_and_the_rest_not_kept() {
    let dir = tempfile::tempdir().unwrap();
    let index = filled(dir.path());
    let searcher = index.searcher();
    let segment = &searcher.segment_readers()[0];
    let times = |part: &Part, docs: &[u32]| {
        let mut times = 0;
        for _ in 0..2 {
            let got = index.unpacked.get(segment, part.clone(), || {
                times += 1;
                let mut points = vec![0_u8; 128];
                docs.iter().for_each(|doc| points[*doc as usize] = 50);
                Ok(points)
            });
            assert_eq!(got.unwrap().iter().filter(|points| **points > 0).count(), docs.len());
        }
        times
    };
    let word = |folded: &str| Part::Word { folded: folded.to_owned(), written: folded.to_owned(), is_prefix: false };
    assert_eq!(times(&word("common"), &[1, 2, 3, 4, 5, 6, 7, 8]), 1);
    assert_eq!(times(&word("rare"), &[1, 2]), 2);
    assert_eq!(times(&Part::Phrase(vec!["rare".to_owned()]), &[1]), 1);
}

#[test]
fn no_more_is_kept_than_there_is_room_for() {
    let dir = tempfile::tempdir().unwrap();
    let index = filled(dir.path());
    let (searcher, unpacked) = (index.searcher(), Unpacked::new(3_000));
    unpacked.follow(|| searcher.clone());
    for number in 0..100 {
        let part = Part::Marked(number.to_string());
        unpacked.get(&searcher.segment_readers()[0], part, || Ok(Mask::all(u32::from(ENTRIES)))).unwrap();
        assert!(unpacked.kept.weight() <= 3_000);
    }
    assert!(unpacked.kept.len() > 5);
}
