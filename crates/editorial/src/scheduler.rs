//! Doing what is due, within a second and never early.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use griot_persistence::{
    Act, AuditRecord, DraftState, EditorialTx, Publishing, Schedule, ScheduleState, StoreError, StoreName,
};
use serde_json::json;

use crate::Desk;
use crate::clock::{Boot, ClockWatch, following};
use crate::command::{erasing, refusals};

/// How often it looks.
const PERIOD: Duration = Duration::from_millis(200);
/// How often every file is looked over; it begins with the first look.
const FILES_PERIOD: Duration = Duration::from_secs(3_600);
/// How soon after one that failed.
const FILES_RETRY: Duration = Duration::from_secs(5);

/// What one look came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tick {
    /// Schedules done.
    pub done: usize,
    /// Schedules that could not be done; each is in the log with its reason.
    pub failed: usize,
    /// The clock cannot be trusted, so nothing was done.
    pub is_frozen: bool,
}

/// Does what is due.
pub struct Scheduler {
    desk: Arc<Desk>,
    watch: ClockWatch,
    /// When every file was last looked over, by the steady clock.
    files_looked: Option<Instant>,
}

impl Scheduler {
    /// A scheduler that takes the clock for right as it was before, or as it is now when nothing is known of that.
    pub fn new(desk: Arc<Desk>) -> Self {
        Self { watch: ClockWatch::new(desk.clock.now()), desk, files_looked: None }
    }

    /// One for a clock that is set by hand: it compares it with nothing but the steady one.
    pub fn without_database_clock(self) -> Self {
        Self { watch: self.watch.by_hand(None), ..self }
    }

    /// One for a clock that is set by hand, on a machine that is started by hand.
    pub fn started(self, boot: Boot) -> Self {
        Self { watch: self.watch.by_hand(Some(boot)), ..self }
    }

    /// Looks again and again until the process ends; a failure of the store is logged and tried again. `tell` hears after
    /// each look whether all that was due is done or failed for good, and nothing acknowledged waits.
    pub async fn run(mut self, tell: impl Fn(bool)) {
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            period.tick().await;
            match self.tick(Instant::now()).await {
                Ok(tick) => tell(!tick.is_frozen),
                Err(err) => {
                    tracing::error!(error = %err, "the scheduler could not look at what is due; it is tried again");
                    tell(false);
                }
            }
        }
    }

    /// Looks once.
    pub async fn tick(&mut self, steady: Instant) -> Result<Tick, StoreError> {
        let has_caught_up = self.desk.store.finish().await?;
        self.settle_files(steady, has_caught_up).await;
        let now = self.desk.clock.now();
        // A clock that was set back is told of when something should be public by now.
        let latest = now.max(self.watch.look(&self.desk, now, steady).await?);
        if self.desk.store.next_due().await?.is_none_or(|due| due > latest) {
            return Ok(Tick::default());
        }
        if self.watch.is_frozen(&self.desk, now, steady).await? {
            return Ok(Tick { is_frozen: true, ..Tick::default() });
        }
        let mut tick = Tick::default();
        for schedule in self.desk.store.due(now).await? {
            match self.release(schedule, now).await? {
                true => tick.done += 1,
                false => tick.failed += 1,
            }
        }
        Ok(tick)
    }

    /// Brings files to where they belong: at the first look, after acts that others left, now and then, and again
    /// after a failure, which is in the log and stops nothing else.
    async fn settle_files(&mut self, steady: Instant, has_caught_up: bool) {
        let pause = if self.desk.has_files_behind() { FILES_RETRY } else { FILES_PERIOD };
        let is_due = self.files_looked.is_none_or(|last| steady.saturating_duration_since(last) >= pause);
        if is_due || has_caught_up {
            self.files_looked = Some(steady);
            if let Err(err) = self.desk.settle_files().await {
                tracing::error!(error = %err, "files are not where they belong; it is tried again");
            }
        }
    }

    /// Publishes one schedule, unless another process has. Returns whether it is public.
    async fn release(&self, schedule: Schedule, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut tx = self.desk.store.begin().await?;
        let Some(mut schedule) = still_waiting(&tx, &schedule).await? else { return Ok(true) };
        let publishings = following_all(&mut tx, &schedule).await?;
        let act = Act { origin: format!("schedule {}", schedule.author), at: now.max(schedule.due_at) };
        let flaws = flaws(&mut tx, &schedule, &publishings, &act).await?;
        if !flaws.is_empty() {
            drop(tx);
            tx = self.desk.store.begin().await?;
            if still_waiting(&tx, &schedule).await?.is_none() {
                return Ok(true);
            }
            let why = flaws.join("; ");
            tracing::error!(schedule = %schedule.id, reason = why, "a scheduled publication cannot be made");
            schedule.state = ScheduleState::Failed;
            schedule.failure = Some(why);
        } else {
            schedule.state = ScheduleState::Done;
            for id in schedule.entries() {
                // What was edited since then still waits to be published.
                let drafted = tx.draft(id).await?.filter(|drafted| drafted.updated_at <= schedule.made_at);
                if let Some(drafted) = drafted.filter(|drafted| drafted.revision > 0) {
                    tx.set_state(id, DraftState::Published, drafted.approved_by.as_deref()).await?;
                }
            }
        }
        if schedule.is_early {
            // Also what failed: nobody decided that some go on seeing what the others shall not.
            tx.act(StoreName::Embargoed, &erasing(&schedule), &act).await?;
        }
        tx.put_schedule(&schedule).await?;
        let record = AuditRecord {
            at: now,
            author: schedule.author.clone(),
            origin: "scheduler".to_owned(),
            verb: schedule.verb.clone(),
            subjects: schedule.entries(),
            detail: json!({ "schedule": schedule.id, "outcome": schedule.state.as_str() }),
        };
        tx.audit(&record).await?;
        tx.commit().await?;
        self.desk.settle_files_of(&schedule.entries()).await;
        Ok(schedule.state == ScheduleState::Done)
    }
}

/// Makes a schedule public in an open transaction, or says what hinders it.
async fn flaws(
    tx: &mut EditorialTx<'_>,
    schedule: &Schedule,
    publishings: &[Publishing],
    act: &Act,
) -> Result<Vec<String>, StoreError> {
    if let Some(seq) = schedule.after_seq {
        let since = tx.published_since(&schedule.entries(), seq).await?;
        if !since.is_empty() {
            let told = |id| format!("{id} was published after this was scheduled, and is not overwritten");
            return Ok(since.iter().map(told).collect());
        }
    }
    let outcomes = tx.act(StoreName::Published, publishings, act).await?;
    Ok(refusals(&outcomes).err().into_iter().flatten().map(|error| error.message).collect())
}

/// What a schedule publishes: as from its instant, or just after the last change where a clock that was ahead dated that
/// later. Never earlier.
async fn following_all(tx: &mut EditorialTx<'_>, schedule: &Schedule) -> Result<Vec<Publishing>, StoreError> {
    let last = tx.last_public(&schedule.entries()).await?;
    let mut publishings = schedule.publishings.clone();
    for publishing in &mut publishings {
        if let Publishing::Publish(publication) = publishing {
            publication.live_from = following(publication.live_from, last);
        }
    }
    Ok(publishings)
}

async fn still_waiting(tx: &EditorialTx<'_>, schedule: &Schedule) -> Result<Option<Schedule>, StoreError> {
    let now = tx.schedule(schedule.id).await?;
    Ok(now.filter(|now| now.state == ScheduleState::Waiting && now.due_at == schedule.due_at))
}
