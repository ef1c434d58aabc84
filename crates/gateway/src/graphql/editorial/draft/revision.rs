//! The history of a draft.

use async_graphql::{Object, SimpleObject};
use griot_domain::EntryId;
use griot_front::directive::List;
use griot_persistence::EditorialStore;

use crate::graphql::delivery::scalar::Json;
use crate::graphql::editorial::error::Answer;
use crate::graphql::editorial::input::{When, number};

/// Most differences told of two revisions.
const MOST_DIFFERENCES: usize = 200;

/// One state a draft was in.
#[derive(SimpleObject)]
pub(crate) struct Revision {
    /// From 1; 0 is the published state that the first edit began with.
    number: i32,
    /// When it was made.
    at: When,
    /// Who made it; null for revision 0.
    author: Option<String>,
    /// The act it was made by, such as `edit`.
    verb: String,
    /// What its author said of it.
    note: Option<String>,
    /// Headline, name or title in the first of its languages.
    title: String,
    /// Everything in it, in the form of a line of the import format.
    content: Json,
}

impl From<griot_persistence::Revision> for Revision {
    fn from(revision: griot_persistence::Revision) -> Self {
        Self {
            number: number(revision.number),
            at: revision.at.into(),
            author: Some(revision.author).filter(|id| !id.is_empty()),
            verb: revision.verb,
            note: revision.note,
            title: revision.content.title().to_owned(),
            content: Json(revision.content.to_value()),
        }
    }
}

/// What differs between two revisions.
pub(crate) struct Comparison(Vec<griot_domain::Difference>);

impl Comparison {
    /// What differs between two revisions, if there are both.
    pub async fn load(store: &EditorialStore, id: EntryId, from: i64, to: i64) -> Answer<Option<Self>> {
        let (Some(before), Some(after)) = (store.revision(id, from).await?, store.revision(id, to).await?) else {
            return Ok(None);
        };
        Ok(Some(Self(after.content.differences_from(&before.content))))
    }
}

/// What differs between two revisions.
#[Object]
impl Comparison {
    /// How many fields differ.
    async fn total(&self) -> i32 {
        i32::try_from(self.0.len()).unwrap_or(i32::MAX)
    }

    /// The fields that differ, in their order; the first 200 of them.
    #[graphql(directive = List::apply(200))]
    async fn differences(&self) -> Vec<Difference> {
        self.0.iter().take(MOST_DIFFERENCES).cloned().map(Difference::from).collect()
    }
}

/// A field that differs between two revisions.
#[derive(SimpleObject)]
pub(crate) struct Difference {
    /// Such as `entry.kind` or `texts.fr.body[a1b2].children`; items with a `_key` are named by it.
    path: String,
    /// What was there; null where the field is new.
    before: Option<Json>,
    /// What is there now; null where the field is gone.
    after: Option<Json>,
}

impl From<griot_domain::Difference> for Difference {
    fn from(difference: griot_domain::Difference) -> Self {
        let griot_domain::Difference { path, before, after } = difference;
        Self { path, before: before.map(Json), after: after.map(Json) }
    }
}
