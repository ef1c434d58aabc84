//! Institutions.

use async_graphql::ID;

use super::field::objects;
use super::kind::kind;
use super::scalar::LocalizedText;
use super::shape::{PeriodInput, SeoInput};
use crate::graphql::delivery::institution::InstitutionKind;
use crate::graphql::delivery::scalar::{Address, Partial};

kind! {
    InstitutionWrites of Institution {
        /// Begins an institution, as a draft.
        create institution_create: InstitutionCreateInput,
        /// Changes the draft of an institution. What is left out stays, null clears, and what is given takes the place of
        /// what there was.
        update institution_update: InstitutionUpdateInput,
        /// An institution in one language.
        text: InstitutionTextInput,
        /// Changes of an institution in one language, or a new language.
        text update: InstitutionTextUpdateInput,
    }
    entry {
        required {
            /// What sort of institution it is.
            kind: InstitutionKind,
        }
        optional {
            /// Abbreviation, such as `AES`.
            acronym: LocalizedText,
            /// The institution it belongs to (content id).
            parent: ID,
            /// How to reach it.
            contact: ContactInput,
            /// When it existed; several if it was dissolved and founded again.
            existence: Vec<PeriodInput>,
        }
    }
    text {
        required {
            /// The present name.
            name: String,
        }
        optional {
            /// Last part of the page's address; made of the name when a new language has none.
            slug: String,
            /// Names it bore before, each for a time.
            past_names: Vec<PastNameInput>,
            /// Other forms found in texts, such as `la Présidence`.
            variants: Vec<String>,
            /// Texts for search engines.
            seo: SeoInput,
        }
    }
}

objects! {
    /// How to reach an institution.
    ContactInput {
        /// Postal address.
        address: Option<LocalizedText>,
        /// E-mail address.
        email: Option<String>,
        /// Telephone number.
        telephone: Option<String>,
        /// Own website.
        website: Option<Address>,
    }

    /// A name borne for a time.
    PastNameInput {
        /// The name.
        name: String,
        /// First day, month or year.
        from: Option<Partial>,
        /// Last day, month or year.
        until: Option<Partial>,
    }
}
