//! Who has heard of a kill, and drills of that.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use griot_front::directive::List;
use griot_persistence::{DrillKillError, Partner};

use super::error::{Answer, Nullable};
use super::input::{Flaw, When};
use super::product::Managing;
use super::user_error::UserError;

/// What a partner did with what was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_persistence::ReceiptState")]
pub(crate) enum ReceiptState {
    /// It knows.
    Received,
    /// It removed what it had published.
    Removed,
    /// It had not used it.
    NotUsed,
}

/// What a partner that was told of an entry says it did.
#[derive(SimpleObject)]
pub(crate) struct Receipt {
    /// The partner.
    partner_id: ID,
    /// What it is called.
    partner_name: String,
    /// What it did; null while it says nothing.
    state: Option<ReceiptState>,
    /// In its own words.
    note: Option<String>,
    /// When it said so.
    at: Option<When>,
}

/// An exercise, to see whether every partner hears of a kill.
#[derive(SimpleObject)]
pub(crate) struct Drill {
    /// Identity; receipts are asked for by it.
    id: ID,
    /// What partners are told.
    note: String,
    /// When it was begun.
    at: When,
    /// Whether it issued something first.
    is_issued: bool,
    /// When its kill was told; null while it is issued only.
    killed_at: Option<When>,
}

/// What to tell.
#[derive(Debug, InputObject)]
pub(crate) struct DrillStartInput {
    /// What partners are told; that it is an exercise is said by itself.
    note: String,
    /// Whether to issue an article that is marked as an exercise, for `drillKill` to kill later. Without it the kill is told
    /// at once, and is of nothing.
    #[graphql(default)]
    issue_first: bool,
}

/// What to kill.
#[derive(Debug, InputObject)]
pub(crate) struct DrillKillInput {
    /// The drill.
    id: ID,
}

/// Result of a drill.
#[derive(SimpleObject)]
pub(crate) struct DrillPayload {
    /// The drill; null when there is none.
    drill: Option<Drill>,
    /// Why there is none; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

impl From<griot_persistence::Drill> for Drill {
    fn from(drill: griot_persistence::Drill) -> Self {
        let (is_issued, killed_at) = (drill.issued.is_some(), drill.killed_at().map(When::from));
        Self { id: ID(drill.id.to_string()), note: drill.note, at: drill.at.into(), is_issued, killed_at }
    }
}

impl Receipt {
    pub fn new((partner, receipt): (Partner, Option<griot_persistence::Receipt>)) -> Self {
        let (state, note, at) = match receipt {
            Some(receipt) => (Some(receipt.state.into()), receipt.note, Some(receipt.at.into())),
            None => (None, None, None),
        };
        Self { partner_id: ID(partner.id.to_string()), partner_name: partner.name, state, note, at }
    }
}

/// Drills.
#[derive(Default)]
pub struct DrillWrites;

#[Object]
impl DrillWrites {
    /// Tells every partner of a kill of nothing, marked as an exercise; or, with `issueFirst`, issues what `drillKill` kills
    /// later. Receipts show who heard of the kill.
    async fn drill_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to tell.")] input: DrillStartInput,
    ) -> Nullable<DrillPayload> {
        let started = async {
            let started = match Managing::of(ctx)? {
                Ok(managing) => start(&managing, &input).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(DrillPayload::of(started))
        };
        Some(started.await)
    }

    /// Tells every partner that what a drill issued is killed. Receipts of before do not count.
    async fn drill_kill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to kill.")] input: DrillKillInput,
    ) -> Nullable<DrillPayload> {
        let killed = async {
            let killed = match Managing::of(ctx)? {
                Ok(managing) => kill(&managing, &input.id).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(DrillPayload::of(killed))
        };
        Some(killed.await)
    }
}

impl DrillPayload {
    fn of(drill: Result<griot_persistence::Drill, Flaw>) -> Self {
        match drill {
            Ok(drill) => Self { drill: Some(drill.into()), user_errors: Vec::new() },
            Err(flaw) => Self { drill: None, user_errors: vec![flaw.into()] },
        }
    }
}

async fn kill(managing: &Managing<'_>, id: &ID) -> Answer<Result<griot_persistence::Drill, Flaw>> {
    let Ok(id) = id.parse() else { return Ok(Err(Flaw::invalid(&["id"], DrillKillError::Unknown))) };
    let killed = managing.store.kill_drill(id, managing.previews.clock.now()).await?;
    Ok(killed.map_err(|err| Flaw::invalid(&["id"], err)))
}

async fn start(managing: &Managing<'_>, input: &DrillStartInput) -> Answer<Result<griot_persistence::Drill, Flaw>> {
    let id = managing.caller.desk.next_id();
    let locale = &managing.caller.base.locale;
    let drill = match griot_persistence::Drill::new(id, &input.note, managing.previews.clock.now()) {
        Ok(drill) if input.issue_first => drill.issued_in(locale.clone()),
        Ok(drill) => drill,
        Err(err) => return Ok(Err(Flaw::invalid(&["note"], err))),
    };
    managing.store.start_drill(&drill, locale).await?;
    Ok(Ok(drill))
}
