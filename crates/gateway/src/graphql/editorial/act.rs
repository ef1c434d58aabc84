//! What each field at the root does: path × act, and with [`may`] path × role × act.

use std::fmt::Write;

use griot_access::{EditorialAct, Role, may};

/// Every field at the root of the schema with what it does; `None` is for everyone who is known. A test keeps the list
/// whole, and runs each line as each role.
const FIELDS: &[(&str, Option<EditorialAct>)] = &[
    ("Query.auditLog", Some(EditorialAct::ReadAudit)),
    ("Query.draft", Some(EditorialAct::Read)),
    ("Query.drafts", Some(EditorialAct::Read)),
    ("Query.mentionSuggestions", Some(EditorialAct::Read)),
    ("Query.partnerKeys", Some(EditorialAct::ManagePartners)),
    ("Query.partnerUsage", Some(EditorialAct::ManagePartners)),
    ("Query.partners", Some(EditorialAct::ManagePartners)),
    ("Query.products", Some(EditorialAct::ManagePartners)),
    ("Query.receipts", Some(EditorialAct::Read)),
    ("Query.schedule", Some(EditorialAct::Read)),
    ("Query.schedules", Some(EditorialAct::Read)),
    ("Query.viewer", None),
    ("Mutation.appointmentCreate", Some(EditorialAct::Appoint)),
    ("Mutation.appointmentUpdate", Some(EditorialAct::Appoint)),
    ("Mutation.articleCorrect", Some(EditorialAct::Correct)),
    ("Mutation.articleCreate", Some(EditorialAct::Create)),
    ("Mutation.articleUpdate", Some(EditorialAct::Edit)),
    ("Mutation.assetCreate", Some(EditorialAct::Attach)),
    ("Mutation.assetUpdate", Some(EditorialAct::Edit)),
    ("Mutation.bodyEdit", Some(EditorialAct::Edit)),
    ("Mutation.contentEmbargo", Some(EditorialAct::Embargo)),
    ("Mutation.contentKill", Some(EditorialAct::Kill)),
    ("Mutation.contentMerge", Some(EditorialAct::Merge)),
    ("Mutation.contentPublish", Some(EditorialAct::Publish)),
    ("Mutation.contentSchedule", Some(EditorialAct::Schedule)),
    ("Mutation.contentWithdraw", Some(EditorialAct::Withdraw)),
    ("Mutation.draftApprove", Some(EditorialAct::Approve)),
    ("Mutation.draftArchive", Some(EditorialAct::Archive)),
    ("Mutation.draftRestore", Some(EditorialAct::Restore)),
    ("Mutation.draftReturn", Some(EditorialAct::Approve)),
    ("Mutation.draftSubmit", Some(EditorialAct::Submit)),
    ("Mutation.drillKill", Some(EditorialAct::ManagePartners)),
    ("Mutation.drillStart", Some(EditorialAct::ManagePartners)),
    ("Mutation.eventCreate", Some(EditorialAct::Create)),
    ("Mutation.eventUpdate", Some(EditorialAct::Edit)),
    ("Mutation.institutionCreate", Some(EditorialAct::Create)),
    ("Mutation.institutionUpdate", Some(EditorialAct::Edit)),
    ("Mutation.mentionSuggestionAccept", Some(EditorialAct::Resolve)),
    ("Mutation.mentionSuggestionDismiss", Some(EditorialAct::Resolve)),
    ("Mutation.partnerKeyCreate", Some(EditorialAct::ManagePartners)),
    ("Mutation.partnerKeyRevoke", Some(EditorialAct::ManagePartners)),
    ("Mutation.partnerSave", Some(EditorialAct::ManagePartners)),
    ("Mutation.personCreate", Some(EditorialAct::Create)),
    ("Mutation.personUpdate", Some(EditorialAct::Edit)),
    ("Mutation.previewTokenCreate", Some(EditorialAct::Preview)),
    ("Mutation.previewTokenRevoke", Some(EditorialAct::Preview)),
    ("Mutation.productRemove", Some(EditorialAct::ManagePartners)),
    ("Mutation.productSave", Some(EditorialAct::ManagePartners)),
    ("Mutation.scheduleCancel", Some(EditorialAct::Schedule)),
    ("Mutation.scheduleMove", Some(EditorialAct::Schedule)),
    ("Mutation.topicCreate", Some(EditorialAct::Create)),
    ("Mutation.topicUpdate", Some(EditorialAct::Edit)),
];

/// What a field at the root (`Mutation.contentPublish`) does: the outer `None` for a field without a line in the table,
/// the inner one for a field that every known caller may ask.
pub fn editorial_act(field: &str) -> Option<Option<EditorialAct>> {
    FIELDS.iter().find(|(name, _)| *name == field).map(|(_, act)| *act)
}

/// The table in Markdown, as `docs/editorial.md` shows it.
pub fn editorial_table() -> String {
    let mut text = String::from("| field | act |");
    for role in Role::ALL {
        write!(text, " {role} |").expect("a string takes what is written");
    }
    text.push_str("\n|---|---|");
    text.push_str(&"---|".repeat(Role::ALL.len()));
    for (field, act) in FIELDS {
        let (_, name) = field.split_once('.').unwrap_or(("", field));
        let word = act.map_or("–", EditorialAct::as_str);
        write!(text, "\n| `{name}` | {word} |").expect("a string takes what is written");
        for role in Role::ALL {
            text.push_str(if act.is_none_or(|act| may(role, act)) { " yes |" } else { " – |" });
        }
    }
    text.push('\n');
    text
}
