//! Appointments: a person holding a post.

use async_graphql::ID;

use super::kind::kind;
use crate::graphql::delivery::scalar::Partial;

kind! {
    AppointmentWrites of Appointment {
        /// Begins an appointment, as a draft.
        create appointment_create: AppointmentCreateInput,
        /// Changes the draft of an appointment. What is left out stays, null clears, and what is given takes the place of
        /// what there was.
        update appointment_update: AppointmentUpdateInput,
        /// An appointment in one language.
        text: AppointmentTextInput,
        /// Changes of an appointment in one language, or a new language.
        text update: AppointmentTextUpdateInput,
    }
    entry {
        required {
            /// Who (content id of a person).
            person: ID,
        }
        optional {
            /// Where (content id of an institution); left out for posts outside any.
            institution: ID,
            /// First day, month or year in the post.
            from: Partial,
            /// Last day, month or year in the post; left out while it lasts.
            until: Partial,
            /// Order among a person's posts, 1 first; posts without come last.
            precedence: i32,
        }
    }
    text {
        required {
            /// Title of the post, such as `Président de la Transition, Chef de l’État`.
            title: String,
        }
        optional {}
    }
}
