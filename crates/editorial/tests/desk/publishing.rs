//! Making public, correcting, taking back.

use griot_access::{Role, TwoPerson};
use griot_domain::{CorrectionKind, Entry, EntryKind, Localized};
use griot_editorial::{Command, Detail, Doing, PublishItem, UserErrorCode};
use griot_persistence::DraftState;
use rstest::rstest;
use serde_json::json;

use crate::support::*;

fn topic(name: &str) -> Command {
    Command::Create { kind: EntryKind::Topic, patch: patch(json!({}), json!({ "name": name })), note: None }
}

#[rstest]
#[tokio::test]
async fn a_set_becomes_public_whole_or_not_at_all(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let topic = house.entry(&topic("Paix")).await;
    let entry = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "topics": [topic.0] });
    let text = json!({ "headline": "Accord", "body": [paragraph("a", "Un.")] });
    let article = Command::Create { kind: EntryKind::Article, patch: patch(entry, text.clone()), note: None };
    let filed = house.entry(&article).await;
    let bare = Command::Create {
        kind: EntryKind::Article,
        patch: patch(json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z" }), json!({ "headline": "Vide" })),
        note: None,
    };
    let bare = house.entry(&bare).await;
    let errors = house.refused(&publishing(&[filed, bare])).await;
    let told: Vec<_> = errors.iter().map(|error| (error.code, error.entry.unwrap(), error.path.as_str())).collect();
    let expected = [(UserErrorCode::Required, bare.0, "texts.fr.body"), (UserErrorCode::Dangling, filed.0, "")];
    assert_eq!(told, expected, "each thing that is missing or would dangle is named");
    assert_eq!(*errors[1].detail, Detail::Dangling { target: topic.0 });
    assert_eq!(house.seen(filed.0).await, None);
    let done = house.done(&publishing(&[topic, filed])).await;
    assert!(!done.is_pending);
    assert_eq!(house.seen(filed.0).await.as_deref(), Some("Accord"));
    let draft = house.desk.store().draft(filed.0).await.unwrap().unwrap();
    assert_eq!(draft.state, DraftState::Published);
}

#[rstest]
#[tokio::test]
async fn an_edit_of_what_is_public_waits_for_its_publication(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let (id, first) = house.entry(&article("Avant")).await;
    house.done(&publishing(&[(id, first)])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    let second = house.entry(&headline(id, first, "Après")).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Avant"));
    house.done(&publishing(&[second])).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Après"));
    assert_eq!(house.seen_at(id, "2026-03-02T11:59:59Z").await.as_deref(), Some("Avant"));
}

#[rstest]
#[tokio::test]
async fn a_correction_is_public_with_its_note(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let (id, expected) = house.entry(&article("Titre")).await;
    let note = Localized::from("Le titre était faux.");
    let correct = |expected| Command::Correct {
        id,
        expected,
        patch: patch(json!({}), json!({ "headline": "Titre juste" })),
        kind: CorrectionKind::Correction,
        public_note: note.clone(),
        note: Some("seen by a reader".to_owned()),
    };
    assert_eq!(house.refused(&correct(expected)).await[0].code, UserErrorCode::State, "it is not public yet");
    house.done(&publishing(&[(id, expected)])).await;
    house.clock.set("2026-03-01T13:00:00Z");
    house.done(&correct(expected)).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre juste"));
    let draft = house.desk.store().draft(id).await.unwrap().unwrap();
    let Entry::Article(article) = &draft.content.entry else { panic!("an article") };
    assert_eq!(article.corrections.len(), 1);
    assert_eq!(article.corrections[0].at, instant("2026-03-01T13:00:00Z"));
    assert_eq!(article.corrections[0].note, note);
}

#[rstest]
#[tokio::test]
async fn a_correction_of_a_protected_kind_is_of_what_another_approved(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house_with(backend, TwoPerson { kinds: [EntryKind::Article].into() }).await;
    let (ali, eva) = (somebody("ali", Role::Publisher), somebody("eva", Role::Editor));
    let entry @ (id, first) = house.perform(&ali, &article("Titre")).await.unwrap().entries[0];
    house.done(&publishing(&[entry])).await;
    house.clock.set("2026-03-01T13:00:00Z");
    let change = patch(json!({}), json!({ "headline": "Titre juste" }));
    let edit = Command::Edit { id, expected: first, patch: change.clone(), note: None };
    let expected = house.perform(&ali, &edit).await.unwrap().entries[0].1;
    let correct = |expected, patch| Command::Correct {
        id,
        expected,
        patch,
        kind: CorrectionKind::Correction,
        public_note: Localized::from("Le titre était faux."),
        note: Some("seen by a reader".to_owned()),
    };
    let nothing = || patch(json!({}), json!({}));
    let another = patch(json!({}), json!({ "headline": "Encore autre" }));
    let is_refused = async |who: &Doing, command: Command| {
        let errors = house.perform(who, &command).await.unwrap_err();
        assert_eq!((errors.len(), errors[0].code), (1, UserErrorCode::Forbidden), "{command:?}");
        assert!(errors[0].message.contains("approved by"), "{}", errors[0].message);
        assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
    };
    is_refused(&ali, correct(expected, nothing())).await;
    is_refused(&publisher(), correct(expected, another.clone())).await;
    house.perform(&ali, &Command::Submit { id, expected }).await.unwrap();
    is_refused(&ali, correct(expected, nothing())).await;
    house.perform(&eva, &Command::Approve { id, expected }).await.unwrap();
    is_refused(&publisher(), correct(expected, another)).await;

    let done = house.perform(&ali, &correct(expected, nothing())).await.unwrap();
    assert_eq!(done.entries, [(id, expected + 1)]);
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre juste"));
    let draft = house.desk.store().draft(id).await.unwrap().unwrap();
    assert_eq!((draft.state, draft.approved_by.as_deref()), (DraftState::Published, Some("key:eva")));
    let Entry::Article(article) = &draft.content.entry else { panic!("an article") };
    let told: Vec<_> = article.corrections.iter().map(|one| (one.kind, one.at)).collect();
    assert_eq!(told, [(CorrectionKind::Correction, instant("2026-03-01T13:00:00Z"))]);
    let revision = house.desk.store().revisions(id, None, 1).await.unwrap().remove(0);
    let told = (revision.author.as_str(), revision.verb.as_str(), revision.note.as_deref());
    assert_eq!(told, ("key:ali", "correct", Some("seen by a reader")));
    is_refused_again(&house, &ali, correct(expected + 1, nothing())).await;
}

/// An approval is used up by one correction.
async fn is_refused_again(house: &House, who: &Doing, command: Command) {
    let errors = house.perform(who, &command).await.unwrap_err();
    assert_eq!(errors[0].code, UserErrorCode::Forbidden);
}

#[rstest]
#[tokio::test]
async fn what_is_withdrawn_may_come_back_and_what_is_killed_may_not(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let entry @ (id, expected) = house.entry(&article("Titre")).await;
    let withdraw = Command::Withdraw { id, expected, locales: None, reason: Some("Vérification".to_owned()) };
    assert_eq!(house.refused(&withdraw).await[0].code, UserErrorCode::State);
    house.done(&publishing(&[entry])).await;
    house.clock.set("2026-03-02T12:00:00Z");
    house.done(&withdraw).await;
    assert_eq!(house.seen(id).await, None);
    assert_eq!(house.seen_at(id, "2026-03-02T11:00:00Z").await.as_deref(), Some("Titre"));
    house.clock.set("2026-03-03T12:00:00Z");
    house.done(&publishing(&[entry])).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
    house.clock.set("2026-03-04T12:00:00Z");
    house.done(&Command::Kill { id, expected, reason: "Faux".to_owned() }).await;
    for at in ["2026-03-01T13:00:00Z", "2026-03-03T13:00:00Z"] {
        assert_eq!(house.seen_at(id, at).await, None, "a killed text is dark at every instant");
    }
    house.clock.set("2026-03-05T12:00:00Z");
    assert_eq!(house.refused(&publishing(&[entry])).await[0].code, UserErrorCode::Killed);
    let at = instant("2026-03-06T12:00:00Z");
    let early = Command::Schedule { items: vec![item(entry)], at, early: true };
    assert_eq!(house.refused(&early).await[0].code, UserErrorCode::Killed, "nor do entitled keys see it");
}

#[rstest]
#[tokio::test]
async fn what_was_imported_and_withdrawn_is_still_known(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let publisher = griot_persistence::Publisher::open(&house.location, griot_persistence::StoreName::Published);
    let (draft, _) = house.entry(&article("Modèle")).await;
    let content = house.desk.store().draft(draft).await.unwrap().unwrap().content;
    let mut content =
        content.publication(griot_domain::EntryId(uuid::Uuid::from_u128(7)), None, instant("2026-02-01T00:00:00Z"));
    content.editions.values_mut().for_each(|text| text.slug = Some(griot_domain::Slug::parse("importe").unwrap()));
    let act = griot_persistence::Act { origin: "import".to_owned(), at: content.live_from };
    publisher.await.unwrap().publish(std::slice::from_ref(&content), &act).await.unwrap();
    let id = content.id;
    let (_, revision) = house.entry(&Command::Withdraw { id, expected: 0, locales: None, reason: None }).await;
    assert_eq!((house.seen(id).await, revision), (None, 1));
    house.clock.set("2026-03-02T12:00:00Z");
    let next = house.entry(&headline(id, revision, "Repris")).await;
    house.done(&publishing(&[next])).await;
    assert_eq!(house.seen(id).await.as_deref(), Some("Repris"));
}

#[rstest]
#[tokio::test]
async fn what_is_public_is_not_archived(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let entry @ (id, expected) = house.entry(&article("Titre")).await;
    let archive = |archived| Command::Archive { id, expected, archived };
    house.done(&archive(true)).await;
    assert_eq!(house.desk.store().drafts(&Default::default(), None, 10).await.unwrap(), []);
    assert_eq!(house.refused(&publishing(&[entry])).await[0].code, UserErrorCode::State);
    house.done(&archive(false)).await;
    house.done(&publishing(&[entry])).await;
    assert_eq!(house.refused(&archive(true)).await[0].code, UserErrorCode::State);
}

#[rstest]
#[tokio::test]
async fn no_language_and_no_reason_are_not_all_of_them(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let entry = house.entry(&article("Titre")).await;
    let (id, expected) = entry;
    let none = Command::Publish { items: vec![PublishItem { id, expected, locales: Some(Vec::new()) }] };
    let at_fault = async |command: &Command| {
        let errors = house.refused(command).await;
        (errors[0].code, errors[0].path.clone())
    };
    assert_eq!(at_fault(&none).await, (UserErrorCode::Invalid, "locales".to_owned()));
    house.done(&publishing(&[entry])).await;
    let none = Command::Withdraw { id, expected, locales: Some(Vec::new()), reason: None };
    assert_eq!(at_fault(&none).await, (UserErrorCode::Invalid, "locales".to_owned()));
    let blank = Command::Withdraw { id, expected, locales: None, reason: Some(" ".to_owned()) };
    assert_eq!(at_fault(&blank).await, (UserErrorCode::Invalid, "reason".to_owned()));
    let kill = |reason: &str| Command::Kill { id, expected, reason: reason.to_owned() };
    assert_eq!(at_fault(&kill("\t")).await, (UserErrorCode::Invalid, "reason".to_owned()));
    assert_eq!(house.seen(id).await.as_deref(), Some("Titre"));
    house.done(&kill("Par décision de justice")).await;
    assert_eq!(at_fault(&kill("Pour une autre raison")).await.0, UserErrorCode::Killed);
}
