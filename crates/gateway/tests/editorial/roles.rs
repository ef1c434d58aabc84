//! Path × role × act: every field at the root, as every role.

use std::collections::BTreeSet;

use griot_access::{EditorialAct, Role, may};
use griot_gateway::{editorial_act, editorial_table};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::suggestions::{left_open, naming};
use crate::support::{Office, article, at, block, fields, id, with};

/// Names of the fields of a type at the root.
fn names(root: &str) -> Vec<String> {
    fields(root).into_iter().map(|field| field.name.node.to_string()).collect()
}

#[test]
fn every_field_at_the_root_has_its_act_and_no_other_has() {
    let in_schema: BTreeSet<String> = ["Query", "Mutation"]
        .iter()
        .flat_map(|root| names(root).into_iter().map(move |field| format!("{root}.{field}")))
        .collect();
    let bare: Vec<_> = in_schema.iter().filter(|field| editorial_act(field).is_none()).collect();
    assert_eq!(bare, Vec::<&String>::new(), "these have no line in graphql/editorial/act.rs");
    assert_eq!(
        editorial_table().lines().count(),
        in_schema.len() + 2,
        "the table has lines for fields there are none of"
    );
}

/// An input that nothing hinders, made ready by those who may, for any mutation of the schema.
async fn input(office: &Office, mutation: &str, round: usize) -> Value {
    let name = format!("Titre {mutation} {round}");
    let texts = |name: Value| json!({ "texts": [with(json!({ "locale": "fr" }), name)] });
    let new = |kind: &str| match kind {
        "article" => article(&name),
        "person" => with(texts(json!({})), json!({ "name": { "display": name } })),
        "institution" => with(texts(json!({ "name": name })), json!({ "kind": "OTHER" })),
        "event" => with(texts(json!({ "name": name })), json!({ "time": { "allDay": { "startsOn": "2026-02-01" } } })),
        "topic" => texts(json!({ "name": name })),
        "asset" => with(texts(json!({})), json!({ "kind": "IMAGE", "url": "https://media.example.org/a.jpg" })),
        "appointment" => with(texts(json!({ "title": name })), json!({ "person": id(900) })),
        other => panic!("{other} is no kind of entry"),
    };
    let is_entry = |kind: &&str| !["previewToken", "partnerKey"].contains(kind);
    if let Some(kind) = mutation.strip_suffix("Create").filter(is_entry) {
        return new(kind);
    }
    if let Some(kind) = mutation.strip_suffix("Update") {
        let draft = office.done("administrator", &format!("{kind}Create"), new(kind)).await;
        return with(at(&draft), json!({ "note": "n" }));
    }
    let one = office.article(&name).await;
    let later = json!({ "items": [one], "at": "2027-01-01T00:00:00Z" });
    match mutation {
        "articleCorrect" => {
            office.publish(&[&one]).await;
            with(one, json!({ "correctionKind": "UPDATE", "publicNote": "n" }))
        }
        "bodyEdit" => {
            let edits = json!([{ "insert": { "blocks": [block("b9", "Neuf.")] } }]);
            with(one, json!({ "locale": "fr", "edits": edits }))
        }
        "contentMerge" => {
            let new = || json!({ "texts": [{ "locale": "fr", "name": name }] });
            let made = async || at(&office.done("administrator", "topicCreate", new()).await);
            json!({ "keep": made().await, "drop": made().await })
        }
        "contentPublish" => json!({ "items": [one] }),
        "contentSchedule" | "contentEmbargo" => later,
        "contentWithdraw" => {
            office.publish(&[&one]).await;
            one
        }
        "contentKill" => {
            office.publish(&[&one]).await;
            with(one, json!({ "reason": "r" }))
        }
        "draftSubmit" => one,
        "draftApprove" => {
            office.done("administrator", "draftSubmit", one.clone()).await;
            one
        }
        "draftReturn" => {
            office.done("administrator", "draftSubmit", one.clone()).await;
            with(one, json!({ "note": "n" }))
        }
        "draftRestore" => with(one, json!({ "revision": 1 })),
        "mentionSuggestionAccept" | "mentionSuggestionDismiss" => {
            left_open(office, &one, "fr", &[naming("Titre", 0, &[&one])]).await;
            let open = "query($of: ID) { mentionSuggestions(contentId: $of) { nodes { id } } }";
            let open = office.ask("author", open, json!({ "of": one["contentId"] })).await;
            let suggestion = json!({ "suggestionId": open["mentionSuggestions"]["nodes"][0]["id"] });
            if mutation == "mentionSuggestionDismiss" {
                return suggestion;
            }
            with(suggestion, json!({ "expectedRevision": 1, "target": one["contentId"] }))
        }
        "previewTokenCreate" => json!({ "contentId": one["contentId"] }),
        "previewTokenRevoke" => {
            let shown = json!({ "contentId": one["contentId"] });
            json!({ "id": office.done("administrator", "previewTokenCreate", shown).await["id"] })
        }
        "partnerSave" => json!({ "name": name }),
        "partnerKeyCreate" => {
            let made = office.done("administrator", "partnerSave", json!({ "name": name })).await;
            json!({ "partnerId": made["partner"]["id"] })
        }
        "partnerKeyRevoke" => {
            let made = office.done("administrator", "partnerSave", json!({ "name": name })).await;
            let whose = json!({ "partnerId": made["partner"]["id"] });
            json!({ "id": office.done("administrator", "partnerKeyCreate", whose).await["id"] })
        }
        "drillKill" => {
            let made = office.done("administrator", "drillStart", json!({ "note": name, "issueFirst": true })).await;
            json!({ "id": made["drill"]["id"] })
        }
        "drillStart" => json!({ "note": name }),
        "productSave" => json!({ "code": format!("p-{round}"), "all": [{ "kind": "NEWS" }] }),
        "productRemove" => {
            let code = format!("q-{round}");
            let made = office.done("administrator", "productSave", json!({ "code": code })).await;
            json!({ "id": made["product"]["id"] })
        }
        "draftArchive" => with(one, json!({ "isArchived": true })),
        "scheduleMove" | "scheduleCancel" => {
            let made = office.done("administrator", "contentSchedule", later).await;
            let target = json!({ "scheduleId": made["schedule"]["id"] });
            if mutation == "scheduleMove" { with(target, json!({ "at": "2028-01-01T00:00:00Z" })) } else { target }
        }
        other => panic!("say here how to call {other}"),
    }
}

#[rstest]
#[tokio::test]
async fn each_role_may_what_the_table_says_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    for mutation in names("Mutation") {
        let act = editorial_act(&format!("Mutation.{mutation}")).unwrap().unwrap();
        for (round, role) in Role::ALL.into_iter().enumerate() {
            let input = input(&office, &mutation, round).await;
            check(&office, &mutation, input, role, act).await;
        }
    }
}

async fn check(office: &Office, mutation: &str, input: Value, role: Role, act: EditorialAct) {
    let payload = office.act(role.as_str(), mutation, input).await;
    let codes: Vec<&Value> = payload["userErrors"].as_array().unwrap().iter().map(|error| &error["code"]).collect();
    let expected = if may(role, act) { vec![] } else { vec!["FORBIDDEN"] };
    assert_eq!(codes, expected, "{mutation} as {role}: {payload}");
}

#[rstest]
#[tokio::test]
async fn ranks_take_the_right_to_rank(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    for (round, role) in Role::ALL.into_iter().enumerate() {
        let change = json!({ "ranks": [{ "rank": "Colonel" }] });
        let input = with(input(&office, "personUpdate", round).await, change);
        check(&office, "personUpdate", input, role, EditorialAct::Rank).await;
    }
}

#[rstest]
#[case("auditLog", "{ number }", EditorialAct::ReadAudit)]
#[case("receipts", "{ state }", EditorialAct::Read)]
#[case("partners", "{ name }", EditorialAct::ManagePartners)]
#[case("partnerUsage", "{ channel }", EditorialAct::ManagePartners)]
#[case("partnerKeys", "{ id }", EditorialAct::ManagePartners)]
#[case("products", "{ code }", EditorialAct::ManagePartners)]
#[case("drafts", "{ nodes { title } }", EditorialAct::Read)]
#[case("mentionSuggestions", "{ nodes { id } }", EditorialAct::Read)]
#[case("schedules", "{ id }", EditorialAct::Read)]
#[case("draft", "{ title }", EditorialAct::Read)]
#[case("schedule", "{ id }", EditorialAct::Read)]
#[tokio::test]
async fn each_role_reads_what_the_table_says(#[case] field: &str, #[case] selection: &str, #[case] act: EditorialAct) {
    let office = Office::open(Backend::Sqlite).await;
    assert_eq!(editorial_act(&format!("Query.{field}")), Some(Some(act)));
    let arguments = match field {
        "draft" | "receipts" => format!("(contentId: \"{}\")", id(1)),
        "schedule" => format!("(id: \"{}\")", id(1)),
        "partnerUsage" | "partnerKeys" => format!("(partnerId: \"{}\")", id(1)),
        _ => String::new(),
    };
    for role in Role::ALL {
        let answer = office.answer(role.as_str(), &format!("{{ {field}{arguments} {selection} }}"), json!({})).await;
        let code = &answer["errors"][0]["extensions"]["code"];
        assert_eq!(*code, if may(role, act) { Value::Null } else { json!("FORBIDDEN") }, "{field} as {role}");
    }
}
