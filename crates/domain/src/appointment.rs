//! Appointments: a person holding a post in an institution for a time.

use serde::{Deserialize, Serialize};

use crate::{InstitutionId, PartialDate, Period, PersonId};

/// The language-neutral part of an appointment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Appointment {
    /// Who.
    pub person: PersonId,
    /// Where; absent for posts outside any institution.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub institution: Option<InstitutionId>,
    /// First day, month or year in the post.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// Last day, month or year in the post; absent while it lasts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PartialDate>,
    /// Order of precedence among a person's posts, 1 first; posts without come last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precedence: Option<u32>,
}

impl Appointment {
    /// When the post is held.
    pub fn period(&self) -> Period {
        Period { from: self.from, until: self.until }
    }
}

/// An appointment in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AppointmentText {
    /// Title of the post, such as `Président de la Transition, Chef de l’État`.
    pub title: String,
}
