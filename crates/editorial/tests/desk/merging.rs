//! Two entries that stand for the same become one.

use griot_access::{Role, TwoPerson};
use griot_domain::{Entry, EntryId, EntryKind, ExternalId, Moment, Publication};
use griot_editorial::{Command, Detail, UserErrorCode};
use griot_persistence::{Act, DraftState, Publisher, StoreName};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::*;

type At = (EntryId, i64);

fn wikidata(value: &str) -> ExternalId {
    ExternalId { scheme: "wikidata".to_owned(), value: value.to_owned() }
}

fn person(name: &str) -> Command {
    let entry = json!({ "name": { "display": name } });
    let text = json!({ "honorific": "Mme" });
    Command::Create { kind: EntryKind::Person, patch: patch(entry, text), note: None }
}

/// An article that names somebody in its byline, a mention and a mark of its body.
fn naming(headline: &str, target: EntryId) -> Command {
    let entry = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z",
        "byline": [{ "name": "Awa", "entry": target }] });
    let mut block = paragraph("a", "Awa parle.");
    block["markDefs"] = json!([{ "_type": "entry", "_key": "m", "_ref": target }]);
    block["children"][0]["marks"] = json!(["m"]);
    let mention = json!({ "target": target, "kind": "person", "role": "MENTIONED", "words": "Awa",
        "passage": { "block": "a" }, "offset": 0, "length": 3 });
    let text = json!({ "headline": headline, "mentions": [mention], "body": [block] });
    Command::Create { kind: EntryKind::Article, patch: patch(entry, text), note: None }
}

fn merging((keep, expected_keep): At, (drop, expected_drop): At) -> Command {
    Command::Merge { keep, expected_keep, drop, expected_drop, note: Some("the same person".to_owned()) }
}

impl House {
    async fn draft(&self, id: EntryId) -> griot_persistence::Drafted {
        self.desk.store().draft(id).await.unwrap().unwrap()
    }

    /// How often the public content of an entry names another.
    async fn public_count(&self, id: EntryId, named: EntryId, moment: Moment) -> usize {
        let Some(record) = self.record(id, moment).await else { return 0 };
        let body = self.public.bodies(&[record.edition]).await.unwrap().remove(&record.edition).unwrap();
        let written = format!("{}{}{}", record.entry.to_json(), record.text.to_json(), json!(body));
        written.matches(&named.to_string()).count()
    }

    async fn record(&self, id: EntryId, moment: Moment) -> Option<griot_persistence::Record> {
        let view = griot_domain::View { moment, locales: griot_domain::LocaleChain::with_any(locale("fr")) };
        self.public.records(&view, &[id]).await.unwrap().remove(&id)
    }

    async fn draft_count(&self, id: EntryId, named: EntryId) -> usize {
        self.draft(id).await.content.to_value().to_string().matches(&named.to_string()).count()
    }

    /// Two persons, public.
    async fn two(&self) -> (At, At) {
        let keep = self.entry(&person("Awa Diarra")).await;
        let drop = self.entry(&person("Mme Koné")).await;
        self.done(&publishing(&[keep, drop])).await;
        (keep, drop)
    }

    /// All that a refused merge must not touch.
    async fn traces(&self, ids: &[EntryId]) -> Vec<Value> {
        let mut traces = vec![json!(self.public.last_seq().await.unwrap())];
        for id in ids {
            let draft = self.draft(*id).await;
            traces.push(json!([draft.revision, draft.content.to_value(), draft.state.as_str(), draft.is_archived]));
        }
        traces
    }
}

#[rstest]
#[tokio::test]
async fn what_referred_to_the_dropped_entry_refers_to_the_kept_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let (keep, drop) = house.two().await;
    let public = house.entry(&naming("Public", drop.0)).await;
    let edited = house.entry(&naming("Avant", drop.0)).await;
    house.done(&publishing(&[public, edited])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    let edited = house.entry(&headline(edited.0, edited.1, "Après")).await;
    let draft = house.entry(&naming("Brouillon", drop.0)).await;
    house.clock.set("2026-03-03T12:00:00Z");
    let done = house.done(&merging(keep, drop)).await;

    let mut changed: Vec<At> = done.entries.clone();
    changed.sort_unstable();
    let mut expected = [keep, drop, public, edited, draft].map(|(id, revision)| (id, revision + 1));
    expected.sort_unstable();
    assert_eq!(changed, expected, "each has a new revision");
    for id in [public.0, edited.0, draft.0] {
        assert_eq!((house.draft_count(id, drop.0).await, house.draft_count(id, keep.0).await), (0, 3));
    }
    for id in [public.0, edited.0] {
        let counts =
            async |moment| (house.public_count(id, drop.0, moment).await, house.public_count(id, keep.0, moment).await);
        assert_eq!(counts(Moment::Now).await, (0, 3));
        assert_eq!(counts(Moment::AsOf(instant("2026-03-03T11:59:59Z"))).await, (3, 0), "its past stays");
    }
    assert_eq!(house.seen(edited.0).await.as_deref(), Some("Avant"), "an edit does not slip out with it");
    assert_eq!(house.seen(draft.0).await, None);
    let states = [public, edited, draft].map(async |(id, _)| house.draft(id).await.state);
    let [public, edited, draft] = states;
    let states = (public.await, edited.await, draft.await);
    assert_eq!(states, (DraftState::Published, DraftState::Writing, DraftState::Writing));

    let Entry::Person(person) = house.record(keep.0, Moment::Now).await.unwrap().entry else { panic!("a person") };
    assert_eq!(person.variants, ["Mme Koné"]);
    assert_eq!(house.seen(drop.0).await, None);
    assert_eq!(house.seen_at(drop.0, "2026-03-03T11:59:59Z").await.as_deref(), Some("Mme Koné"));
    let notice = house.public.notices(Moment::Now, &[drop.0]).await.unwrap().remove(&drop.0).unwrap();
    assert_eq!(notice.successor, Some(keep.0));
    assert!(house.draft(drop.0).await.is_archived);
    let told = house.desk.store().revisions(drop.0, None, 1).await.unwrap().remove(0);
    assert_eq!((told.verb.as_str(), told.note.as_deref()), ("merge", Some("the same person")));
}

#[rstest]
#[tokio::test]
async fn what_was_imported_and_never_edited_is_led_too(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (keep, drop) = house.two().await;
    let written = house.entry(&naming("Ici", drop.0)).await;
    let id = EntryId(uuid::Uuid::from_u128(7));
    let at = instant("2026-03-01T13:00:00Z");
    let imported = Publication { id, ..house.draft(written.0).await.content.publication(id, None, at) };
    let importer = Publisher::open(&house.location, StoreName::Published).await.unwrap();
    let imported = Publication {
        editions: imported
            .editions
            .into_iter()
            .map(|(locale, edition)| (locale, griot_domain::Edition { slug: Some(slug("importe")), ..edition }))
            .collect(),
        ..imported
    };
    importer.publish(&[imported], &Act { origin: "import json".to_owned(), at }).await.unwrap();
    assert_eq!(house.draft(id).await.revision, 0);
    house.clock.set("2026-03-03T12:00:00Z");
    house.done(&merging(keep, drop)).await;
    assert_eq!(house.public_count(id, keep.0, Moment::Now).await, 3);
    let draft = house.draft(id).await;
    assert_eq!((draft.revision, draft.state), (1, DraftState::Published));
    let first = house.desk.store().revision(id, 0).await.unwrap().unwrap();
    assert!(first.content.targets().contains(&drop.0), "revision 0 is what was imported");
}

#[rstest]
#[tokio::test]
async fn external_ids_follow_to_the_kept_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let known = async |name: &str, value: &str| {
        let Command::Create { kind, mut patch, note } = person(name) else { panic!("a new entry") };
        patch.external_ids = Some(vec![wikidata(value)]);
        house.entry(&Command::Create { kind, patch, note }).await
    };
    let (keep, drop) = (known("Awa Diarra", "Q1").await, known("Mme Koné", "Q2").await);
    let unseen = known("Mlle Koné", "Q3").await;
    house.done(&publishing(&[keep, drop])).await;
    house.clock.set("2026-03-03T12:00:00Z");
    house.done(&merging(keep, drop)).await;
    house.done(&merging((keep.0, keep.1 + 1), unseen)).await;

    let ids = |names: &[&str]| names.iter().map(|name| wikidata(name)).collect::<Vec<_>>();
    assert_eq!(house.draft(keep.0).await.content.external_ids, ids(&["Q1", "Q2", "Q3"]));
    assert_eq!(house.draft(drop.0).await.content.external_ids, []);
    let publisher = Publisher::open(&house.location, StoreName::Published).await.unwrap();
    let names = ["Q1", "Q2", "Q3"].map(str::to_owned);
    let held = publisher.ids_by_external("wikidata", &names).await.unwrap();
    assert_eq!(held, [("Q1".to_owned(), keep.0), ("Q2".to_owned(), keep.0)].into(), "a draft's stay a draft's");
    let drafts = Publisher::open(&house.location, StoreName::Editorial).await.unwrap();
    let marks = async |store: &Publisher| {
        let mut holders: Vec<_> = store.holders_by_external("wikidata", &names).await.unwrap().into_iter().collect();
        holders.sort_by(|(a, _), (b, _)| a.cmp(b));
        holders.into_iter().map(|(_, holder)| (holder.id, holder.is_merged)).collect::<Vec<_>>()
    };
    let merged = [(keep.0, false), (keep.0, true), (keep.0, true)];
    assert_eq!((marks(&publisher).await, marks(&drafts).await), (merged[..2].to_vec(), merged.to_vec()));
    // Told again from the journal it comes to the same, in the one line of the merge.
    let told: Vec<Publication> =
        publisher.journal_page(0, 100).await.unwrap().into_iter().map(|(_, publication)| publication).collect();
    let moved: Vec<&Publication> = told.iter().filter(|one| one.external_ids == ids(&["Q2"])).collect();
    assert_eq!(moved.iter().map(|one| (one.id, one.successor())).collect::<Vec<_>>(), [(drop.0, Some(keep.0))]);
    let copy = crate::support::house(backend).await;
    let again = Publisher::open(&copy.location, StoreName::Published).await.unwrap();
    let act = Act { origin: "import json".to_owned(), at: instant("2026-03-04T12:00:00Z") };
    for _ in 0..2 {
        again.publish(&told, &act).await.unwrap();
    }
    assert_eq!(marks(&again).await, merged[..2]);
    assert_eq!(again.journal_page(0, 100).await.unwrap(), publisher.journal_page(0, 100).await.unwrap());
}

#[rstest]
#[tokio::test]
async fn a_merge_of_drafts_is_an_editors_and_makes_nothing_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let (keep, drop) = (house.entry(&person("Awa Diarra")).await, house.entry(&person("Mme Koné")).await);
    let article = house.entry(&naming("Brouillon", drop.0)).await;
    let merge = merging(keep, drop);
    let author = house.perform(&somebody("ali", Role::Author), &merge).await.unwrap_err();
    assert_eq!(author[0].code, UserErrorCode::Forbidden);
    house.perform(&somebody("eva", Role::Editor), &merge).await.unwrap();
    assert_eq!(house.public.last_seq().await.unwrap(), 0);
    assert_eq!(house.draft_count(article.0, keep.0).await, 3);
    assert_eq!(house.draft(article.0).await.edited_by, "key:paula", "the article is still its author's work");
    assert!(house.draft(drop.0).await.is_archived);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_merged_stays_as_it_is(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (keep, drop) = house.two().await;
    let article = house.entry(&naming("Titre", drop.0)).await;
    let other = house.entry(&naming("Autre", keep.0)).await;
    let unseen = house.entry(&person("Inconnue")).await;
    house.done(&publishing(&[article])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    let ids = [keep.0, drop.0, article.0, other.0, unseen.0];
    let before = house.traces(&ids).await;
    let stale = (keep.0, keep.1 + 1);
    for (command, code) in [
        (merging(keep, keep), UserErrorCode::Invalid),
        (merging(article, other), UserErrorCode::Invalid),
        (merging(keep, article), UserErrorCode::Invalid),
        (merging(stale, drop), UserErrorCode::Conflict),
        (merging(drop, stale), UserErrorCode::Conflict),
        (merging(unseen, drop), UserErrorCode::Dangling),
    ] {
        assert_eq!(house.refused(&command).await[0].code, code, "{command:?}");
    }
    let dangling = house.refused(&merging(unseen, drop)).await.remove(0);
    assert_eq!(*dangling.detail, Detail::Dangling { target: unseen.0 });
    let editor = house.perform(&somebody("eva", Role::Editor), &merging(keep, drop)).await.unwrap_err();
    assert_eq!(editor[0].code, UserErrorCode::Forbidden, "readers would see it");
    assert_eq!(house.traces(&ids).await, before);

    let at = instant("2026-03-09T12:00:00Z");
    let items = vec![item((other.0, other.1))];
    let scheduled = house.done(&Command::Schedule { items, at, early: false }).await.schedule.unwrap();
    let refused = house.refused(&merging(keep, drop)).await.remove(0);
    assert_eq!((refused.code, refused.entry), (UserErrorCode::State, Some(keep.0)));
    assert!(refused.message.contains(&scheduled.to_string()), "{}", refused.message);
    assert_eq!(house.traces(&ids).await, before);
    house.done(&Command::Unschedule { schedule: scheduled, expected: None }).await;
    house.done(&merging(keep, drop)).await;
}

#[rstest]
#[tokio::test]
async fn what_waits_for_its_time_holds_up_a_merge_that_would_touch_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let (keep, drop) = house.two().await;
    let third = house.entry(&person("Un autre")).await;
    house.done(&publishing(&[third])).await;
    let edited = async |(id, expected): At, target| {
        let Command::Create { patch, .. } = naming("Titre", target) else { panic!("a new entry") };
        house.entry(&Command::Edit { id, expected, patch, note: None }).await
    };
    // One waits to name the dropped entry, which its draft no longer does; one is public with it and waits without.
    let frozen = house.entry(&naming("Attend", drop.0)).await;
    let public = house.entry(&naming("Paru", drop.0)).await;
    house.done(&publishing(&[public])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    let public = edited(public, third.0).await;
    let ids = [keep.0, drop.0, frozen.0, public.0];
    let scheduled = async |items: At, at: &str| {
        let command = Command::Schedule { items: vec![item(items)], at: instant(at), early: false };
        house.done(&command).await.schedule.unwrap()
    };
    let first = scheduled(frozen, "2026-03-09T12:00:00Z").await;
    edited(frozen, third.0).await;
    let second = scheduled(public, "2026-03-09T13:00:00Z").await;
    let before = house.traces(&ids).await;
    for (schedule, about) in [(first, drop.0), (second, public.0)] {
        let refused = house.refused(&merging(keep, drop)).await;
        let told: Vec<_> = refused.iter().map(|error| (error.code, error.entry)).collect();
        assert_eq!(told, [(UserErrorCode::State, Some(about))]);
        assert!(refused[0].message.contains(&schedule.to_string()), "{}", refused[0].message);
        assert_eq!(house.traces(&ids).await, before);
        house.done(&Command::Unschedule { schedule, expected: None }).await;
    }
    house.done(&merging(keep, drop)).await;
    assert_eq!(house.public_count(public.0, keep.0, Moment::Now).await, 3);
}

#[rstest]
#[tokio::test]
async fn a_protected_kind_is_merged_by_two(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house_with(backend, TwoPerson { kinds: [EntryKind::Person].into() }).await;
    let (ali, eva) = (somebody("ali", Role::Author), somebody("eva", Role::Publisher));
    let made = async |name: &str| house.perform(&ali, &person(name)).await.unwrap().entries[0];
    let (keep, drop) = (made("Awa Diarra").await, made("Mme Koné").await);
    house.done(&publishing(&[keep, drop])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    let alone = house.refused(&merging(keep, drop)).await;
    assert_eq!((alone.len(), alone[0].code, alone[0].entry), (1, UserErrorCode::Forbidden, Some(keep.0)));
    assert_eq!(house.seen(drop.0).await.as_deref(), Some("Mme Koné"));

    let patch = patch(json!({ "variants": ["Awa"] }), json!({}));
    let edit = Command::Edit { id: keep.0, expected: keep.1, patch, note: None };
    let keep = house.perform(&ali, &edit).await.unwrap().entries[0];
    house.done(&Command::Submit { id: keep.0, expected: keep.1 }).await;
    house.perform(&eva, &Command::Approve { id: keep.0, expected: keep.1 }).await.unwrap();
    let own = house.perform(&eva, &merging(keep, drop)).await.unwrap_err();
    assert_eq!(own[0].code, UserErrorCode::Forbidden, "who approved it is not a second person");
    house.done(&merging(keep, drop)).await;
    assert_eq!(house.seen(drop.0).await, None);
    assert_eq!(house.draft(keep.0).await.state, DraftState::Submitted, "the approval is used up");
}
