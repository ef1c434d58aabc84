//! People.

use async_graphql::ID;

use super::field::objects;
use super::kind::kind;
use super::scalar::LocalizedText;
use super::shape::SeoInput;
use crate::graphql::delivery::scalar::Partial;

kind! {
    PersonWrites of Person {
        /// Begins a person, as a draft.
        create person_create: PersonCreateInput,
        /// Changes the draft of a person. What is left out stays, null clears, and what is given takes the place of what
        /// there was. To change ranks takes the right to rank.
        update person_update: PersonUpdateInput,
        /// A person in one language.
        text: PersonTextInput,
        /// Changes of a person in one language, or a new language.
        text update: PersonTextUpdateInput,
    }
    entry {
        required {
            /// The name as data.
            name: PersonNameInput,
        }
        optional {
            /// Other forms found in texts, such as `Iron Biby`.
            variants: Vec<String>,
            /// Ranks held, each for a time.
            ranks: Vec<RankPeriodInput>,
            /// Portrait (content id of an asset).
            portrait: ID,
            /// When born.
            born: Partial,
            /// When died.
            died: Partial,
        }
    }
    text {
        required {}
        optional {
            /// Last part of the page's address; made of the name when a new language has none.
            slug: String,
            /// The name as written in this language, where it differs.
            name: String,
            /// Form of address, such as `Dr` or `M.`.
            honorific: String,
            /// What the person is known for, in one line.
            known_as: String,
            /// Texts for search engines.
            seo: SeoInput,
        }
    }
}

objects! {
    /// A name as data.
    PersonNameInput {
        /// Given names.
        given: Option<String>,
        /// Particle before the family name, such as `de`.
        particle: Option<String>,
        /// Family name.
        family: Option<String>,
        /// The whole name as the office prints it, such as `Assimi GOÏTA`.
        display: String,
    }

    /// A rank held for a time.
    RankPeriodInput {
        /// Name of the rank, such as `Général d’Armée`.
        rank: LocalizedText,
        /// First day, month or year.
        from: Option<Partial>,
        /// Last day, month or year; left out while it lasts.
        until: Option<Partial>,
    }
}
