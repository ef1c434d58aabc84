//! What mutations answer.

use async_graphql::SimpleObject;
use griot_domain::EntryId;
use griot_editorial::{Command, Done};
use griot_front::directive::List;

use super::draft::Draft;
use super::editor::Caller;
use super::error::Answer;
use super::input::Flaw;
use super::place::Place;
use super::schedule::Schedule;
use super::user_error::{UserError, user_errors};

/// Result of an act on one entry.
#[derive(SimpleObject)]
pub(crate) struct DraftPayload {
    /// The entry's draft after the act; null when nothing changed.
    draft: Option<Draft>,
    /// What became public is kept, but is not seen just yet.
    is_pending: bool,
    /// Why nothing changed; empty on success. At most 100 are told.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Result of an act on a set of entries.
#[derive(SimpleObject)]
pub(crate) struct PublishPayload {
    /// The drafts the input names, after the act; empty when nothing changed.
    #[graphql(directive = List::apply(200))]
    drafts: Vec<Draft>,
    /// What waits for its time, if something does.
    schedule: Option<Schedule>,
    /// What became public is kept, but is not seen just yet.
    is_pending: bool,
    /// Why nothing changed; empty on success. At most 100 are told.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Result of an act on a schedule.
#[derive(SimpleObject)]
pub(crate) struct SchedulePayload {
    /// The schedule after the act; null when nothing changed.
    schedule: Option<Schedule>,
    /// What was taken back from early readers is kept so, but still seen just now.
    is_pending: bool,
    /// Why nothing changed; empty on success. At most 100 are told.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

impl DraftPayload {
    pub fn refused(flaws: impl IntoIterator<Item = Flaw>) -> Self {
        Self { draft: None, is_pending: false, user_errors: told(flaws) }
    }

    /// Performs a command on one entry.
    pub async fn of(caller: &Caller<'_>, key: Option<String>, command: &Command, place: &Place) -> Answer<Self> {
        Ok(match caller.perform(key, command).await? {
            Ok(done) => {
                let draft = drafts(caller, &done, |_| true).await?.pop();
                Self { draft, is_pending: done.is_pending, user_errors: Vec::new() }
            }
            Err(errors) => Self { user_errors: user_errors(caller, place, errors).await?, ..Self::refused([]) },
        })
    }
}

impl PublishPayload {
    pub fn refused(flaws: impl IntoIterator<Item = Flaw>) -> Self {
        Self { drafts: Vec::new(), schedule: None, is_pending: false, user_errors: told(flaws) }
    }

    /// Performs a command on a set of entries.
    pub async fn of(caller: &Caller<'_>, key: Option<String>, command: &Command, place: &Place) -> Answer<Self> {
        Ok(match caller.perform(key, command).await? {
            Ok(done) => Self {
                drafts: drafts(caller, &done, |id| place.names(id)).await?,
                schedule: Schedule::load(caller.store(), done.schedule).await?,
                is_pending: done.is_pending,
                user_errors: Vec::new(),
            },
            Err(errors) => Self { user_errors: user_errors(caller, place, errors).await?, ..Self::refused([]) },
        })
    }
}

impl SchedulePayload {
    pub fn refused(flaws: impl IntoIterator<Item = Flaw>) -> Self {
        Self { schedule: None, is_pending: false, user_errors: told(flaws) }
    }

    /// Performs a command on a schedule.
    pub async fn of(caller: &Caller<'_>, key: Option<String>, command: &Command) -> Answer<Self> {
        Ok(match caller.perform(key, command).await? {
            Ok(done) => Self {
                schedule: Schedule::load(caller.store(), done.schedule).await?,
                is_pending: done.is_pending,
                user_errors: Vec::new(),
            },
            Err(errors) => Self { user_errors: user_errors(caller, &Place::Act, errors).await?, ..Self::refused([]) },
        })
    }
}

fn told(flaws: impl IntoIterator<Item = Flaw>) -> Vec<UserError> {
    flaws.into_iter().take(super::user_error::MOST_ERRORS).map(UserError::from).collect()
}

/// The drafts that changed and are wanted, as they are by now.
async fn drafts(caller: &Caller<'_>, done: &Done, wanted: impl Fn(EntryId) -> bool) -> Answer<Vec<Draft>> {
    let mut drafts = Vec::new();
    for (id, _) in done.entries.iter().filter(|(id, _)| wanted(*id)) {
        drafts.extend(caller.store().draft(*id).await?.map(Draft::from));
    }
    Ok(drafts)
}
