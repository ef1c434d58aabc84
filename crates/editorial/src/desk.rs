//! Where commands are decided on and done.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use griot_access::{EditorialAct, Principal, Role, TwoPerson, may};
use griot_domain::{Clock, EntryId, IdSource};
use griot_persistence::{
    AuditRecord, Committed, Drafted, EditorialStore, EditorialTx, Refusal, Replay, Saving, StoreError,
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::files::Files;
use crate::{Command, UserError, UserErrorCode};

/// Who does something, and from where.
#[derive(Clone, Debug)]
pub struct Doing {
    #[allow(missing_docs)]
    pub principal: Principal,
    /// Address of the client, or the command.
    pub origin: String,
    /// The same key within 24 hours gives the first answer instead of acting again.
    pub idempotency_key: Option<String>,
}

/// What was done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Done {
    /// Entries that changed, and the revision each has now.
    pub entries: Vec<(EntryId, i64)>,
    /// The schedule that was made or changed.
    pub schedule: Option<Uuid>,
    /// Whether what became public is seen yet; if not, it will be.
    pub is_pending: bool,
}

/// What was done, or what hindered it: then nothing changed.
pub type Performed = Result<Done, Vec<UserError>>;

/// The editors' desk.
pub struct Desk {
    pub(crate) store: EditorialStore,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) two_person: TwoPerson,
    pub(crate) files: Option<Files>,
    pub(crate) asks_database: bool,
}

/// A command under way.
pub(crate) struct Work<'d, 's> {
    pub desk: &'d Desk,
    pub tx: EditorialTx<'s>,
    pub author: &'d str,
    pub origin: &'d str,
    pub role: Role,
    /// What is done: the act of the command, or what an edit turns out to be.
    pub act: EditorialAct,
    /// What the clock shows.
    pub now: DateTime<Utc>,
    /// The instant of what is done: later than the last public change of what it concerns, whatever the clock shows.
    pub at: DateTime<Utc>,
}

/// What a step answers: itself, what an editor can mend, or a failure of the store.
pub(crate) type Step<T> = Result<Result<T, Vec<UserError>>, StoreError>;

impl Desk {
    /// A desk over a record.
    pub fn new(store: EditorialStore, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource>, two_person: TwoPerson) -> Self {
        Self { store, clock, ids, two_person, files: None, asks_database: false }
    }

    /// Makes nothing public while the clock is not that of the database, where that has one of its own.
    pub fn with_database_clock(self) -> Self {
        Self { asks_database: true, ..self }
    }

    /// An identity never handed out before.
    pub fn next_id(&self) -> Uuid {
        self.ids.next_id()
    }

    /// The drafts, revisions, schedules and log to read.
    pub fn store(&self) -> &EditorialStore {
        &self.store
    }

    /// Does a command, if the role and the state of the record allow it; the only way anything is changed.
    pub async fn perform(&self, doing: &Doing, command: &Command) -> Result<Performed, StoreError> {
        let act = command.act();
        if !may(doing.principal.role, act) {
            return Ok(Err(vec![UserError::forbidden(act, doing.principal.role)]));
        }
        let author = doing.principal.id.as_str();
        let (origin, role) = (doing.origin.as_str(), doing.principal.role);
        let tx = self.store.begin().await?;
        // Others may have acted while this one waited.
        let now = self.clock.now();
        let mut work = Work { desk: self, tx, author, origin, role, act, now, at: now };
        let digest = digest_of(command);
        if let Some(key) = &doing.idempotency_key {
            match work.tx.replay(author, key, &digest, now).await? {
                Some(Replay::Same(answer)) => {
                    let done = serde_json::from_str(&answer);
                    return done.map(Ok).map_err(|err| StoreError::Corrupt { what: format!("idempotency key: {err}") });
                }
                Some(Replay::Other) => {
                    let message = "the key was used with another input; take a new one for each change";
                    let error = UserError::new(UserErrorCode::IdempotencyMismatch, "idempotencyKey", message);
                    return Ok(Err(vec![error]));
                }
                None => {}
            }
        }
        if let Some(error) = self.misdates(command).await? {
            return Ok(Err(vec![error]));
        }
        let concerned = command.publishes();
        if !concerned.is_empty() {
            work.follow(&concerned).await?;
        }
        // On the heap: a command is a state machine of many stores, and it runs deep in a server's own.
        let mut done = match Box::pin(work.perform(command)).await? {
            Ok(done) => done,
            Err(errors) => return Ok(Err(errors)),
        };
        let subjects = match command {
            // Nothing of the entries themselves changed.
            Command::Reschedule { schedule, .. } | Command::Unschedule { schedule, .. } => {
                work.tx.schedule(*schedule).await?.map(|schedule| schedule.entries()).unwrap_or_default()
            }
            _ => done.entries.iter().map(|(id, _)| *id).collect(),
        };
        let record = AuditRecord {
            at: work.at,
            author: author.to_owned(),
            origin: doing.origin.clone(),
            verb: work.act.as_str().to_owned(),
            subjects,
            detail: detail_of(command, &done),
        };
        work.tx.audit(&record).await?;
        if let Some(key) = &doing.idempotency_key {
            let answer = serde_json::to_string(&done).expect("an answer has string keys only");
            work.tx.remember(author, key, &digest, &answer, now).await?;
        }
        done.is_pending = work.tx.commit().await? == Committed::Pending;
        if matches!(command, Command::Publish { .. } | Command::Kill { .. }) {
            self.settle_act(&done).await;
        }
        if done.is_pending {
            self.expect_files();
        }
        Ok(Ok(done))
    }
}

impl Work<'_, '_> {
    /// The working state of an entry, if `expected` is its last revision.
    pub async fn expect(&self, id: EntryId, expected: i64) -> Step<Drafted> {
        Ok(match self.tx.draft(id).await? {
            None => Err(vec![UserError::not_found("contentId", id).about(id)]),
            Some(known) if known.revision != expected => {
                Err(vec![UserError::conflict(expected, known.revision).about(id)])
            }
            Some(known) => Ok(known),
        })
    }

    /// Saves a revision and answers its number.
    pub async fn save(
        &mut self,
        id: EntryId,
        known: Option<&Drafted>,
        content: &griot_domain::Draft,
        verb: &str,
        note: Option<&str>,
    ) -> Step<i64> {
        let saving = Saving { author: self.author, verb, note, at: self.at };
        let saved = self.tx.save(id, known, content, saving).await?;
        Ok(saved.map_err(|refusal: Refusal| vec![UserError::refused(&refusal).about(id)]))
    }
}

/// Tells one input from another.
fn digest_of(command: &Command) -> String {
    let input = serde_json::to_vec(command).expect("commands have string keys only");
    Sha256::digest(input).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What the log says beside who and what: never a text of a draft.
fn detail_of(command: &Command, done: &Done) -> Value {
    let revisions: Vec<i64> = done.entries.iter().map(|(_, revision)| *revision).collect();
    let mut detail = json!({ "revisions": revisions });
    if let Some(schedule) = done.schedule {
        detail["schedule"] = json!(schedule);
    }
    match command {
        Command::Schedule { at, .. } | Command::Reschedule { at, .. } => detail["at"] = json!(at),
        Command::Withdraw { reason: Some(reason), .. } | Command::Kill { reason, .. } => {
            detail["reason"] = json!(reason);
        }
        Command::Restore { revision, .. } => detail["restored"] = json!(revision),
        Command::AcceptMention { suggestion, target, .. } => {
            detail["suggestion"] = json!(suggestion);
            detail["target"] = json!(target);
        }
        Command::DismissMention { suggestion } => detail["dismissed"] = json!(suggestion),
        Command::Merge { keep, drop, .. } => {
            detail["kept"] = json!(keep);
            detail["dropped"] = json!(drop);
        }
        _ => {}
    }
    detail
}
