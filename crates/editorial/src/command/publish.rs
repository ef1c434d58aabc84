//! Making drafts public: now, at an instant, or early for some.

use std::collections::BTreeSet;

use chrono::{DateTime, SecondsFormat, Utc};
use griot_access::EditorialAct;
use griot_domain::{CorrectionKind, DraftPatch, Entry, EntryId, Localized, Publication, micros};
use griot_persistence::{
    Act, AuditRecord, DraftState, Drafted, Outcome, Publishing, Schedule, ScheduleState, StoreError, StoreName,
};
use serde_json::json;
use uuid::Uuid;

use super::PublishItem;
use crate::desk::{Done, Performed, Step, Work};
use crate::rules::missing;
use crate::{UserError, UserErrorCode};

/// Entries of one set.
const MAX_SET: usize = 200;

/// Drafts that passed every rule, and what makes them public.
struct Ready {
    drafts: Vec<Drafted>,
    publications: Vec<Publication>,
}

impl Work<'_, '_> {
    pub(super) async fn publish(&mut self, items: &[PublishItem]) -> Result<Performed, StoreError> {
        let ready = match self.ready(items, self.at).await? {
            Ok(ready) => ready,
            Err(errors) => return Ok(Err(errors)),
        };
        self.make_public(ready, items).await
    }

    async fn make_public(&mut self, ready: Ready, items: &[PublishItem]) -> Result<Performed, StoreError> {
        let publishings: Vec<Publishing> = ready.publications.into_iter().map(Publishing::from).collect();
        let act = Act { origin: format!("publish {}", self.author), at: self.at };
        let outcomes = self.tx.act(StoreName::Published, &publishings, &act).await?;
        if let Err(errors) = refusals(&outcomes) {
            return Ok(Err(errors));
        }
        let mut entries = Vec::new();
        for (draft, item) in ready.drafts.iter().zip(items) {
            let is_whole = item
                .locales
                .as_ref()
                .is_none_or(|locales| draft.content.editions.keys().all(|locale| locales.contains(locale)));
            if is_whole {
                self.tx.set_state(draft.id, DraftState::Published, draft.approved_by.as_deref()).await?;
            }
            entries.push((draft.id, draft.revision));
        }
        Ok(Ok(Done { entries, ..Done::default() }))
    }

    pub(super) async fn schedule(
        &mut self,
        items: &[PublishItem],
        at: DateTime<Utc>,
        early: bool,
    ) -> Result<Performed, StoreError> {
        if at <= self.now {
            return Ok(Err(vec![past(at)]));
        }
        let ready = match self.ready(items, at).await? {
            Ok(ready) => ready,
            Err(errors) => return Ok(Err(errors)),
        };
        // Before anything is written to the embargoed store, which is the last to be locked.
        let after_seq = Some(self.tx.last_published().await?);
        if early {
            let now = self.at;
            let seen_early =
                ready.publications.iter().map(|publication| Publication { live_from: now, ..publication.clone() });
            let publishings: Vec<Publishing> = seen_early.map(Publishing::from).collect();
            let act = Act { origin: format!("embargo {}", self.author), at: now };
            let outcomes = self.tx.act(StoreName::Embargoed, &publishings, &act).await?;
            if let Err(errors) = refusals(&outcomes) {
                return Ok(Err(errors));
            }
        }
        let schedule = Schedule {
            id: self.desk.ids.next_id(),
            due_at: at,
            state: ScheduleState::Waiting,
            verb: "publish".to_owned(),
            is_early: early,
            author: self.author.to_owned(),
            // A draft that a clock ahead has dated later is in it all the same.
            made_at: ready.drafts.iter().map(|draft| draft.updated_at).fold(self.at, Ord::max),
            publishings: ready.publications.into_iter().map(Publishing::from).collect(),
            failure: None,
            after_seq,
        };
        self.tx.put_schedule(&schedule).await?;
        let entries = ready.drafts.iter().map(|draft| (draft.id, draft.revision)).collect();
        Ok(Ok(Done { entries, schedule: Some(schedule.id), ..Done::default() }))
    }

    pub(super) async fn reschedule(
        &mut self,
        id: Uuid,
        expected: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    ) -> Result<Performed, StoreError> {
        if at <= self.now {
            return Ok(Err(vec![past(at)]));
        }
        let mut schedule = match self.waiting(id, expected).await? {
            Ok(schedule) => schedule,
            Err(errors) => return Ok(Err(errors)),
        };
        // To say when is to publish: who may not do the one may not do the other.
        let mut errors = Vec::new();
        for entry in schedule.entries() {
            if let Some(draft) = self.tx.draft(entry).await? {
                errors.extend(self.not_approved(&draft));
            }
        }
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        schedule.due_at = at;
        for publishing in &mut schedule.publishings {
            if let Publishing::Publish(publication) = publishing {
                publication.live_from = at;
            }
        }
        self.tx.put_schedule(&schedule).await?;
        Ok(Ok(Done { schedule: Some(id), ..Done::default() }))
    }

    pub(super) async fn unschedule(
        &mut self,
        id: Uuid,
        expected: Option<DateTime<Utc>>,
    ) -> Result<Performed, StoreError> {
        let mut schedule = match self.waiting(id, expected).await? {
            Ok(schedule) => schedule,
            Err(errors) => return Ok(Err(errors)),
        };
        self.cancel(&mut schedule).await?;
        Ok(Ok(Done { schedule: Some(id), ..Done::default() }))
    }

    async fn cancel(&mut self, schedule: &mut Schedule) -> Result<(), StoreError> {
        schedule.state = ScheduleState::Cancelled;
        self.tx.put_schedule(schedule).await?;
        if schedule.is_early {
            let act = Act { origin: format!("unschedule {}", self.author), at: self.at };
            self.tx.act(StoreName::Embargoed, &erasing(schedule), &act).await?;
        }
        Ok(())
    }

    /// Calls off, as a whole, every schedule that would bring an entry back before readers that is taken from them.
    pub(super) async fn call_off(&mut self, id: EntryId, verb: &str) -> Result<(), StoreError> {
        for mut schedule in self.waiting_for(id).await? {
            self.cancel(&mut schedule).await?;
            let record = AuditRecord {
                at: self.at,
                author: self.author.to_owned(),
                origin: self.origin.to_owned(),
                verb: EditorialAct::Schedule.as_str().to_owned(),
                subjects: schedule.entries(),
                detail: json!({ "schedule": schedule.id, "outcome": schedule.state.as_str(), "because": verb }),
            };
            self.tx.audit(&record).await?;
        }
        Ok(())
    }

    /// The schedules that are to publish an entry.
    pub(super) async fn waiting_for(&mut self, id: EntryId) -> Result<Vec<Schedule>, StoreError> {
        let mut waiting = self.tx.waiting_with(id).await?;
        waiting.retain(|schedule| schedule.entries().contains(&id));
        Ok(waiting)
    }

    /// What a schedule publishes is what was decided on when it was made: nothing else of it becomes public before.
    pub(super) async fn spoken_for(&mut self, id: EntryId) -> Result<Option<UserError>, StoreError> {
        let first = self.waiting_for(id).await?.into_iter().next();
        Ok(first.map(|schedule| {
            let message = format!(
                "the schedule {} is to publish it at {}, as it was when that was decided; call that off first, and \
                 schedule it anew if it shall still wait",
                schedule.id,
                schedule.due_at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
            );
            UserError::state(message).about(id)
        }))
    }

    pub(super) async fn correct(
        &mut self,
        (id, expected): (EntryId, i64),
        patch: &DraftPatch,
        kind: CorrectionKind,
        public_note: &Localized,
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        if self.tx.live_in_public(&[id]).await?.is_empty() {
            let message = "it is not public; change it with an edit, and publish it";
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        let reviewed_by = match self.expect(id, expected).await?.and_then(|known| self.reviewed(&known, patch)) {
            Ok(reviewed_by) => reviewed_by,
            Err(errors) => return Ok(Err(errors)),
        };
        let at = self.at;
        let corrected = |draft: &griot_domain::Draft| {
            let mut draft = patch.apply(draft.kind(), Some(draft))?;
            let Entry::Article(article) = &mut draft.entry else {
                let message = format!("an entry of kind {} has no corrections; edit and publish it", draft.kind());
                return Err(UserError::new(UserErrorCode::Invalid, "contentId", message));
            };
            article.corrections.push(griot_domain::Correction { kind, at, note: public_note.clone() });
            Ok(draft)
        };
        let done = match self.change(id, expected, "correct", note, corrected).await? {
            Ok(done) => done,
            Err(errors) => return Ok(Err(errors)),
        };
        let Some((_, revision)) = done.entries.first().copied() else { return Ok(Ok(done)) };
        if let Some(approver) = &reviewed_by {
            // Of the content nothing is new but the notice of the correction.
            self.tx.set_state(id, DraftState::Approved, Some(approver)).await?;
        }
        // The languages that are public stay so; one that is still a draft does not slip out with the correction.
        let locales = self.tx.public_locales(id).await?;
        let items = [PublishItem { id, expected: revision, locales: Some(locales) }];
        let ready = match self.ready(&items, self.at).await? {
            Ok(ready) => ready,
            Err(errors) => return Ok(Err(errors)),
        };
        self.make_public(ready, &items).await
    }

    /// Who approved what a correction publishes, when that is a draft as it stands. For a protected kind it has to be:
    /// what is changed and published in one step is seen by one person alone.
    fn reviewed(&self, known: &Drafted, patch: &DraftPatch) -> Result<Option<String>, Vec<UserError>> {
        let is_as_approved = known.state == DraftState::Approved && *patch == DraftPatch::default();
        let approver = known.approved_by.clone().filter(|_| is_as_approved);
        let writers = BTreeSet::from([self.author.to_owned()]);
        let alone = self.desk.two_person.judge(known.kind, EditorialAct::Correct, self.author, &writers);
        if approver.is_none() && alone.is_err() {
            let message = format!(
                "one person alone does not correct an entry of kind {}; save the change as a draft, have it approved by \
                 somebody else, and then correct it without further changes",
                known.kind
            );
            return Err(vec![UserError::new(UserErrorCode::Forbidden, "", message).about(known.id)]);
        }
        Ok(approver)
    }

    /// The drafts of a set, if each may become public and none would refer to what is not.
    async fn ready(&mut self, items: &[PublishItem], live_from: DateTime<Utc>) -> Step<Ready> {
        let mut errors = Vec::new();
        let mut drafts: Vec<Drafted> = Vec::with_capacity(items.len());
        let mut ids = BTreeSet::new();
        if items.is_empty() || items.len() > MAX_SET {
            let message = format!("a set has 1 to {MAX_SET} entries, not {}", items.len());
            return Ok(Err(vec![UserError::new(UserErrorCode::Invalid, "items", message)]));
        }
        for item in items {
            if item.locales.as_ref().is_some_and(Vec::is_empty) {
                errors.push(no_language().about(item.id));
            }
            if !ids.insert(item.id) {
                let message = "the set names it twice";
                errors.push(UserError::new(UserErrorCode::Invalid, "items", message).about(item.id));
            }
            match self.expect(item.id, item.expected).await? {
                Ok(draft) => {
                    let lacks = missing(&draft.content, item.locales.as_deref());
                    errors.extend(lacks.into_iter().map(|error| error.about(draft.id)));
                    errors.extend(self.not_approved(&draft));
                    errors.extend(self.spoken_for(draft.id).await?);
                    drafts.push(draft);
                }
                Err(more) => errors.extend(more),
            }
        }
        let named: Vec<EntryId> = ids.iter().copied().collect();
        for id in self.tx.killed(&named).await? {
            let message = "it was killed, and is not shown to anybody again; make a new entry";
            errors.push(UserError::new(UserErrorCode::Killed, "", message).about(id));
        }
        let targets: BTreeSet<EntryId> = drafts.iter().flat_map(|draft| draft.content.targets()).collect();
        let others: Vec<EntryId> = targets.difference(&ids).copied().collect();
        let live = self.tx.live_in_public(&others).await?;
        for draft in &drafts {
            let dangling = draft.content.targets().into_iter().filter(|id| !ids.contains(id) && !live.contains(id));
            errors.extend(dangling.map(|target| UserError::dangling(target).about(draft.id)));
        }
        if !errors.is_empty() {
            return Ok(Err(errors));
        }
        let publications = drafts
            .iter()
            .zip(items)
            .map(|(draft, item)| draft.content.publication(draft.id, item.locales.as_deref(), live_from))
            .collect();
        Ok(Ok(Ready { drafts, publications }))
    }

    fn not_approved(&self, draft: &Drafted) -> Option<UserError> {
        if draft.is_archived {
            return Some(UserError::state("it is archived; take it out of the archive first").about(draft.id));
        }
        // Who approved it was another than who wrote it, and that is enough.
        let is_approved = draft.approved_by.is_some() || draft.state == DraftState::Published;
        let judged = self.desk.two_person.judge(draft.kind, EditorialAct::Publish, self.author, &draft.writers);
        let same = judged.err().filter(|_| !is_approved)?;
        Some(UserError::new(UserErrorCode::Forbidden, "", same.to_string()).about(draft.id))
    }

    /// The schedule, if it waits, and is due when whoever acts on it believes.
    async fn waiting(&mut self, id: Uuid, expected: Option<DateTime<Utc>>) -> Step<Schedule> {
        Ok(match self.tx.schedule(id).await? {
            None => Err(vec![UserError::not_found("scheduleId", id)]),
            Some(schedule) if schedule.state != ScheduleState::Waiting => {
                let message = format!("the schedule is {} already", schedule.state.as_str());
                Err(vec![UserError::state(message)])
            }
            Some(schedule) => match expected.filter(|expected| micros(*expected) != micros(schedule.due_at)) {
                Some(expected) => Err(vec![UserError::moved(expected, schedule.due_at)]),
                None => Ok(schedule),
            },
        })
    }
}

/// What removes the early versions of a schedule.
pub(crate) fn erasing(schedule: &Schedule) -> Vec<Publishing> {
    schedule.entries().into_iter().map(Publishing::Erase).collect()
}

/// The refusals among outcomes, as what an editor can mend.
pub(crate) fn refusals(outcomes: &[(EntryId, Outcome)]) -> Result<(), Vec<UserError>> {
    let errors: Vec<UserError> = outcomes
        .iter()
        .filter_map(|(id, outcome)| match outcome {
            Outcome::Refused(refusal) => Some(UserError::refused(refusal).about(*id)),
            _ => None,
        })
        .collect();
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// For a list of languages with none in it.
pub(super) fn no_language() -> UserError {
    UserError::new(UserErrorCode::Invalid, "locales", "it names no language; leave it out to mean all of them")
}

fn past(at: DateTime<Utc>) -> UserError {
    let at = griot_domain::from_micros(micros(at)).unwrap_or(at);
    UserError::new(UserErrorCode::Invalid, "at", format!("{at} has passed; publish now, or give a later instant"))
}
