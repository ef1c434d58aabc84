//! Topics.

use async_graphql::ID;

use super::kind::kind;
use super::shape::SeoInput;

kind! {
    TopicWrites of Topic {
        /// Begins a topic, as a draft.
        create topic_create: TopicCreateInput,
        /// Changes the draft of a topic. What is left out stays, null clears, and what is given takes the place of what
        /// there was.
        update topic_update: TopicUpdateInput,
        /// A topic in one language.
        text: TopicTextInput,
        /// Changes of a topic in one language, or a new language.
        text update: TopicTextUpdateInput,
    }
    entry {
        required {}
        optional {
            /// The broader topic (content id).
            parent: ID,
            /// IPTC Media Topic code, such as `medtop:20000593`.
            media_topic: String,
        }
    }
    text {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Last part of the page's address; made of the name when a new language has none.
            slug: String,
            /// What is filed under it, in one line.
            summary: String,
            /// Texts for search engines.
            seo: SeoInput,
        }
    }
}
