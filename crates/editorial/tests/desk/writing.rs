//! Drafts: who may write, what is kept, and what happens when several write.

use griot_access::{EditorialAct, Role, TwoPerson, may};
use griot_domain::{DraftPatch, EntryId, EntryKind, TextPatch};
use griot_editorial::{BlockEdit, Command, Detail, Doing, UserErrorCode};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::*;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_a_hundred_edits_of_a_revision_one_wins(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (id, first) = house.entry(&article("Titre")).await;
    let editors: Vec<_> = (0..100)
        .map(|number| {
            let desk = house.desk.clone();
            tokio::spawn(async move {
                let command = headline(id, first, &format!("Titre {number}"));
                desk.perform(&somebody(&format!("e{number}"), Role::Author), &command).await.unwrap()
            })
        })
        .collect();
    let mut winners = 0;
    for editor in editors {
        match editor.await.unwrap() {
            Ok(done) => {
                assert_eq!(done.entries, [(id, first + 1)]);
                winners += 1;
            }
            Err(errors) => {
                let conflict = Detail::Conflict { expected: first, current: first + 1 };
                assert_eq!((errors[0].code, &*errors[0].detail), (UserErrorCode::Conflict, &conflict));
            }
        }
    }
    assert_eq!(winners, 1);
    assert_eq!(house.desk.store().revisions(id, None, 10).await.unwrap().len(), 2);
    assert_eq!(
        house.desk.store().verify_audit(None).await.unwrap().unwrap().number,
        2,
        "what was refused left no trace"
    );
}

#[rstest]
#[tokio::test]
async fn a_repeated_request_is_answered_and_not_done_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let mut doing = publisher();
    doing.idempotency_key = Some("once".to_owned());
    let first = house.perform(&doing, &article("Titre")).await.unwrap();
    assert_eq!(house.perform(&doing, &article("Titre")).await.unwrap(), first);
    let other = house.perform(&doing, &article("Autre")).await.unwrap_err();
    assert_eq!(other[0].code, UserErrorCode::IdempotencyMismatch);
    assert_eq!(house.desk.store().drafts(&Default::default(), None, 10).await.unwrap().len(), 1);
}

#[rstest]
#[tokio::test]
async fn a_slug_made_of_a_title_makes_way_and_one_that_is_given_does_not(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let (first, _) = house.entry(&article("Même titre")).await;
    let (second, revision) = house.entry(&article("Même titre")).await;
    let draft = house.desk.store().draft(second).await.unwrap().unwrap();
    assert_eq!(draft.content.editions[&locale("fr")].slug.as_ref().unwrap().as_str(), "meme-titre-2");
    let given = Command::Edit {
        id: second,
        expected: revision,
        patch: patch(json!({}), json!({ "slug": "meme-titre" })),
        note: None,
    };
    let errors = house.refused(&given).await;
    assert_eq!((errors[0].code, errors[0].path.as_str()), (UserErrorCode::Taken, "texts.fr.slug"));
    let Detail::SlugTaken { holder, suggestion, .. } = &*errors[0].detail else { panic!("{errors:?}") };
    assert_eq!((*holder, suggestion.as_str()), (first, "meme-titre-2"));
}

#[tokio::test]
async fn a_title_that_comes_back_every_week_gets_ever_higher_numbers() {
    let house = house(Backend::Sqlite).await;
    let mut slugs = std::collections::BTreeSet::new();
    for _ in 0..40 {
        let (id, _) = house.entry(&article("Conseil des ministres")).await;
        let draft = house.desk.store().draft(id).await.unwrap().unwrap();
        slugs.insert(draft.content.editions[&locale("fr")].slug.clone().unwrap().to_string());
    }
    assert_eq!(slugs.len(), 40);
    assert!(slugs.contains("conseil-des-ministres-40"), "{slugs:?}");
}

#[rstest]
#[tokio::test]
async fn blocks_are_edited_by_their_key_all_or_none(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (id, revision) = house.entry(&article("Titre")).await;
    let blocks = |keys: &[&str]| {
        let list: Vec<_> = keys.iter().map(|key| paragraph(key, key)).collect();
        serde_json::from_value(json!(list)).unwrap()
    };
    let edit = |expected, edits| Command::EditBody { id, expected, locale: locale("fr"), edits, note: None };
    let edits = vec![
        BlockEdit::Insert { after: Some("a".to_owned()), blocks: blocks(&["b", "c"]) },
        BlockEdit::Insert { after: None, blocks: blocks(&["z"]) },
        BlockEdit::Replace { key: "b".to_owned(), blocks: blocks(&["d", "e"]) },
        BlockEdit::Move { key: "z".to_owned(), after: Some("d".to_owned()) },
        BlockEdit::Remove { key: "a".to_owned() },
    ];
    let (_, revision) = house.entry(&edit(revision, edits)).await;
    let draft = house.desk.store().draft(id).await.unwrap().unwrap();
    let keys: Vec<&str> = draft.content.editions[&locale("fr")].body.blocks.iter().map(|block| block.key()).collect();
    assert_eq!(keys, ["d", "z", "e", "c"]);
    let unknown = vec![
        BlockEdit::Remove { key: "d".to_owned() },
        BlockEdit::Replace { key: "nowhere".to_owned(), blocks: blocks(&["f"]) },
    ];
    let errors = house.refused(&edit(revision, unknown)).await;
    assert_eq!((errors[0].code, errors[0].path.as_str()), (UserErrorCode::NotFound, "edits[1]"));
    assert_eq!(house.desk.store().draft(id).await.unwrap().unwrap(), draft);
}

#[rstest]
#[tokio::test]
async fn an_earlier_revision_is_restored_as_a_new_one(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (id, first) = house.entry(&article("Un")).await;
    let (_, second) = house.entry(&headline(id, first, "Deux")).await;
    let restore = |revision| Command::Restore { id, expected: second, revision, note: None };
    let missing = house.refused(&restore(7)).await;
    assert_eq!(missing[0].code, UserErrorCode::NotFound);
    let (_, third) = house.entry(&restore(first)).await;
    assert_eq!(third, 3);
    let store = house.desk.store();
    let revisions = store.revisions(id, None, 10).await.unwrap();
    assert_eq!(revisions[0].content, revisions[2].content);
    assert_eq!(revisions[0].verb, "restore");
}

#[rstest]
#[tokio::test]
async fn a_language_is_taken_out_unless_readers_see_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (id, first) = house.entry(&article("Titre")).await;
    let english = |headline: &str| {
        let french = patch(json!({}), json!({ "headline": headline, "body": [paragraph("a", "One.")] }));
        let text = french.texts.into_values().next().unwrap();
        DraftPatch { texts: [(locale("en"), text)].into(), ..DraftPatch::default() }
    };
    let edit = |expected, patch| Command::Edit { id, expected, patch, note: None };
    let removing =
        |tags: &[&str]| DraftPatch { removed: tags.iter().map(|tag| locale(tag)).collect(), ..DraftPatch::default() };
    let (_, both) = house.entry(&edit(first, english("Title"))).await;
    let both_at_once = DraftPatch { removed: [locale("en")].into(), ..english("Other") };
    for (patch, word) in
        [(removing(&["ar"]), "no text in ar"), (removing(&["fr", "en"]), "last"), (both_at_once, "at once")]
    {
        let error = house.refused(&edit(both, patch)).await.remove(0);
        assert_eq!((error.code, error.path.as_str()), (UserErrorCode::Invalid, "localesRemoved"));
        assert!(error.message.contains(word), "{}", error.message);
    }
    let (_, without) = house.entry(&edit(both, removing(&["en"]))).await;
    let languages = async || {
        let content = house.desk.store().draft(id).await.unwrap().unwrap().content;
        content.editions.keys().map(|locale| locale.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(languages().await, ["fr"]);
    house.clock.set("2026-03-01T13:00:00Z");
    let (_, again) = house.entry(&edit(without, english("Title"))).await;
    house.done(&publishing(&[(id, again)])).await;

    let restore = Command::Restore { id, expected: again, revision: without, note: None };
    for command in [edit(again, removing(&["en"])), restore] {
        let error = house.refused(&command).await.remove(0);
        assert_eq!((error.code, error.path.as_str()), (UserErrorCode::State, "texts.en"), "{command:?}");
        assert!(error.message.contains("withdraw"), "{}", error.message);
    }
    assert_eq!(languages().await, ["en", "fr"]);
    house.clock.set("2026-03-01T14:00:00Z");
    house.done(&Command::Withdraw { id, expected: again, locales: Some(vec![locale("en")]), reason: None }).await;
    let (_, last) = house.entry(&edit(again, removing(&["en"]))).await;
    assert_eq!(languages().await, ["fr"]);
    house.clock.set("2026-03-01T15:00:00Z");
    house.done(&publishing(&[(id, last)])).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
}

#[rstest]
#[tokio::test]
async fn two_persons_are_needed_where_the_house_says_so(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house_with(backend, TwoPerson { kinds: [EntryKind::Article].into() }).await;
    let paula = publisher();
    let entry = house.perform(&paula, &article("Titre")).await.unwrap().entries[0];
    let (id, expected) = entry;
    let alone = house.perform(&paula, &publishing(&[entry])).await.unwrap_err();
    assert_eq!(alone[0].code, UserErrorCode::Forbidden);
    house.perform(&paula, &Command::Submit { id, expected }).await.unwrap();
    let alone = house.perform(&paula, &Command::Approve { id, expected }).await.unwrap_err();
    assert_eq!(alone[0].code, UserErrorCode::Forbidden);
    house.perform(&somebody("edda", Role::Editor), &Command::Approve { id, expected }).await.unwrap();
    house.perform(&paula, &publishing(&[entry])).await.unwrap();
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
    let (_, next) = house.perform(&paula, &headline(id, expected, "Autre")).await.unwrap().entries[0];
    let alone = house.perform(&paula, &publishing(&[(id, next)])).await.unwrap_err();
    assert_eq!(alone[0].code, UserErrorCode::Forbidden, "an approval is of one revision");
}

#[rstest]
#[tokio::test]
async fn whoever_wrote_some_of_it_is_not_the_second_person(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house_with(backend, TwoPerson { kinds: [EntryKind::Article].into() }).await;
    let (paula, pierre, edda) = (publisher(), somebody("pierre", Role::Publisher), somebody("edda", Role::Editor));
    let emma = somebody("emma", Role::Publisher);
    let forbidden = async |who: &Doing, command: &Command| {
        let errors = house.perform(who, command).await.unwrap_err();
        assert_eq!(errors[0].code, UserErrorCode::Forbidden, "{errors:?}");
    };
    // To give a text back is not to write it.
    let (id, expected) = house.perform(&paula, &article("Titre")).await.unwrap().entries[0];
    house.perform(&paula, &Command::Submit { id, expected }).await.unwrap();
    let note = "Non".to_owned();
    let returned = house.perform(&edda, &Command::Return { id, expected, note }).await.unwrap().entries[0];
    assert_eq!(house.desk.store().draft(id).await.unwrap().unwrap().edited_by, "key:paula");
    forbidden(&paula, &publishing(&[returned])).await;
    // Nor does a word of another free who wrote the rest.
    let fixed = house.perform(&pierre, &headline(id, returned.1, "Titres")).await.unwrap().entries[0];
    forbidden(&paula, &publishing(&[fixed])).await;
    forbidden(&pierre, &publishing(&[fixed])).await;
    let (id, expected) = fixed;
    // To move a schedule is to say when it is published.
    let (day, items) = (instant("2026-04-01T00:00:00Z"), vec![item(fixed)]);
    let schedule = house.perform(&emma, &Command::Schedule { items, at: day, early: false }).await.unwrap();
    let schedule = schedule.schedule.unwrap();
    let sooner = Command::Reschedule { schedule, expected: None, at: instant("2026-03-02T00:00:00Z") };
    forbidden(&paula, &sooner).await;
    house.perform(&emma, &Command::Unschedule { schedule, expected: None }).await.unwrap();
    house.perform(&paula, &Command::Submit { id, expected }).await.unwrap();
    forbidden(&pierre, &Command::Approve { id, expected }).await;
    house.perform(&edda, &Command::Approve { id, expected }).await.unwrap();
    // What was approved is settled: of what comes after it, another's word is enough.
    let fixed = house.perform(&pierre, &headline(id, expected, "Titre")).await.unwrap().entries[0];
    forbidden(&pierre, &publishing(&[fixed])).await;
    house.perform(&paula, &publishing(&[fixed])).await.unwrap();
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
}

#[rstest]
#[tokio::test]
async fn ranks_are_given_by_those_who_may_whatever_way(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (author, editor) = (somebody("anna", Role::Author), somebody("edda", Role::Editor));
    let name = json!({ "family": "Keïta", "display": "Awa Keïta" });
    let ranked = json!({ "name": name, "ranks": [{ "rank": "Colonel" }] });
    let text = json!({ "honorific": "Mme" });
    let person = Command::Create { kind: EntryKind::Person, patch: patch(ranked, text), note: None };
    assert_eq!(house.perform(&author, &person).await.unwrap_err()[0].code, UserErrorCode::Forbidden);
    let (id, expected) = house.perform(&editor, &person).await.unwrap().entries[0];
    let without = Command::Edit { id, expected, patch: patch(json!({ "ranks": null }), json!({})), note: None };
    let (_, expected) = house.perform(&editor, &without).await.unwrap().entries[0];
    let restore = Command::Restore { id, expected, revision: 1, note: None };
    assert_eq!(house.perform(&author, &restore).await.unwrap_err()[0].code, UserErrorCode::Forbidden);
    house.perform(&editor, &restore).await.unwrap();
}

#[rstest]
#[tokio::test]
async fn the_log_tells_what_an_edit_was(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let family = json!({ "name": { "family": "Keïta", "display": "Awa Keïta" } });
    let person =
        Command::Create { kind: EntryKind::Person, patch: patch(family, json!({ "honorific": "Mme" })), note: None };
    let (awa, _) = house.entry(&person).await;
    let (id, first) = house.entry(&article("Awa Keïta reçoit")).await;
    let mention = json!({ "target": awa, "kind": "person", "role": "SUBJECT", "words": "Awa Keïta",
        "passage": "headline", "offset": 0, "length": 9 });
    let named = |expected, mentions: &Value| {
        let patch = patch(json!({}), json!({ "mentions": mentions }));
        Command::Edit { id, expected, patch, note: None }
    };
    let text = [("headline".to_owned(), json!("Awa Keïta receives"))].into_iter().collect();
    let text = TextPatch { text, ..TextPatch::default() };
    let english = |expected| {
        let patch = DraftPatch { texts: [(locale("en"), text.clone())].into(), ..DraftPatch::default() };
        Command::Edit { id, expected, patch, note: None }
    };
    let commands = [
        named(first, &json!([mention])),
        named(first + 1, &json!([mention])),
        english(first + 1),
        english(first + 2),
        named(first + 2, &json!([])),
    ];
    for command in commands {
        house.done(&command).await;
    }
    // As the restored text has the mention again, and lacks the English one.
    house.done(&Command::Restore { id, expected: first + 3, revision: first + 1, note: None }).await;
    let log = house.desk.store().audit_page(None, 6).await.unwrap();
    let verbs: Vec<_> = log.iter().rev().map(|one| one.record.verb.as_str()).collect();
    assert_eq!(verbs, ["resolve", "edit", "translate", "edit", "edit", "restore"]);
}

#[tokio::test]
async fn every_command_asks_the_table_of_roles() {
    let house = house(Backend::Sqlite).await;
    let (id, expected) = house.entry(&article("Titre")).await;
    let schedule = uuid::Uuid::from_u128(1);
    let at = instant("2026-04-01T00:00:00Z");
    let nothing = patch(json!({}), json!({}));
    let note = serde_json::from_value(json!({ "fr": "Note" })).unwrap();
    let reason = "Erreur".to_owned();
    let commands = [
        article("Autre"),
        headline(id, expected, "Titre"),
        Command::EditBody { id, expected, locale: locale("fr"), edits: Vec::new(), note: None },
        Command::Submit { id, expected },
        Command::Approve { id, expected },
        Command::Return { id, expected, note: reason.clone() },
        publishing(&[(id, expected)]),
        Command::Schedule { items: vec![item((id, expected))], at, early: false },
        Command::Schedule { items: vec![item((id, expected))], at, early: true },
        Command::Reschedule { schedule, expected: None, at },
        Command::Unschedule { schedule, expected: None },
        Command::Correct {
            id,
            expected,
            patch: nothing,
            kind: griot_domain::CorrectionKind::Correction,
            public_note: note,
            note: None,
        },
        Command::Withdraw { id, expected, locales: None, reason: None },
        Command::Kill { id, expected, reason },
        Command::Restore { id, expected, revision: expected, note: None },
        Command::Merge { keep: id, expected_keep: expected, drop: id, expected_drop: expected, note: None },
        Command::AcceptMention { suggestion: 1, expected, target: id, note: None },
        Command::DismissMention { suggestion: 1 },
        Command::Archive { id, expected, archived: true },
    ];
    for command in &commands {
        for role in Role::ALL {
            let answer = house.perform(&somebody("x", role), command).await;
            let is_forbidden = answer.is_err_and(|errors| errors[0].message.contains("role"));
            assert_eq!(is_forbidden, !may(role, command.act()), "{role}: {command:?}");
        }
    }
    assert!(!may(Role::Author, EditorialAct::Publish), "or the comparison shows nothing");
}

#[tokio::test]
async fn an_author_changes_no_post_in_any_way() {
    let house = house(Backend::Sqlite).await;
    let person = patch(json!({ "name": { "display": "Awa KONÉ" } }), json!({}));
    let french = griot_domain::TextPatch::default();
    let person = griot_domain::DraftPatch { texts: [(locale("fr"), french)].into(), ..person };
    let person = house.entry(&Command::Create { kind: EntryKind::Person, patch: person, note: None }).await;
    let post = patch(json!({ "person": person.0 }), json!({ "title": "Ministre" }));
    let (id, expected) = house.entry(&Command::Create { kind: EntryKind::Appointment, patch: post, note: None }).await;
    let until = Command::Edit { id, expected, patch: patch(json!({ "until": "2026-03" }), json!({})), note: None };
    let refused = house.perform(&somebody("ada", Role::Author), &until).await.unwrap_err();
    assert_eq!(refused[0].code, UserErrorCode::Forbidden);
    house.perform(&somebody("edda", Role::Editor), &until).await.unwrap();
}

#[tokio::test]
async fn what_is_not_there_is_said_to_be_missing() {
    let house = house(Backend::Sqlite).await;
    let errors = house.refused(&headline(EntryId(uuid::Uuid::from_u128(9)), 1, "Titre")).await;
    assert_eq!(errors[0].code, UserErrorCode::NotFound);
}
