//! Institutions, with the names they bore before.

use griot_domain::InstitutionKind;
use serde_json::{Value, json};

use super::{entry_uri, thing};
use crate::item::{Institution, Item};
use crate::json::object;

pub fn fields(item: &Item, institution: &Institution) -> Value {
    object([
        ("@type", json!(type_word(institution.kind))),
        ("@id", json!(entry_uri(item))),
        ("url", json!(institution.website.as_ref().or(item.page.as_ref()))),
        ("mainEntityOfPage", json!(item.page)),
        ("name", json!(institution.name)),
        ("alternateName", other_names(institution)),
        ("description", if institution.text.is_empty() { Value::Null } else { json!(institution.text) }),
        ("parentOrganization", institution.parent.as_ref().map_or(Value::Null, |one| thing::party(&item.issuer, one))),
        ("address", json!(institution.address)),
        ("email", json!(institution.email)),
        ("telephone", json!(institution.telephone)),
        ("sameAs", json!(institution.same_as)),
    ])
}

/// schema.org's word for bodies of a state, and for all others the general one.
fn type_word(kind: InstitutionKind) -> &'static str {
    match kind {
        InstitutionKind::Presidency
        | InstitutionKind::Government
        | InstitutionKind::Ministry
        | InstitutionKind::Department
        | InstitutionKind::Agency
        | InstitutionKind::Parliament
        | InstitutionKind::Court
        | InstitutionKind::Military
        | InstitutionKind::State => "GovernmentOrganization",
        InstitutionKind::InternationalOrganisation
        | InstitutionKind::Company
        | InstitutionKind::Association
        | InstitutionKind::Other => "Organization",
    }
}

/// The acronym and other forms, and past names with their time.
fn other_names(institution: &Institution) -> Value {
    let forms = institution.acronym.iter().chain(&institution.variants).map(|name| json!(name));
    let past = institution.past_names.iter().map(|past| thing::role("Role", "alternateName", json!(past.name), past));
    forms.chain(past).collect()
}
