//! Who has heard of a kill, and drills of that.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use griot_front::directive::List;
use griot_persistence::Partner;

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

/// A kill of nothing, to see whether every partner hears of one.
#[derive(SimpleObject)]
pub(crate) struct Drill {
    /// Identity; receipts are asked for by it.
    id: ID,
    /// What partners are told.
    note: String,
    /// When it was begun.
    at: When,
}

/// What to tell.
#[derive(Debug, InputObject)]
pub(crate) struct DrillStartInput {
    /// What partners are told; that it is an exercise is said by itself.
    note: String,
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
        Self { id: ID(drill.id.to_string()), note: drill.note, at: drill.at.into() }
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
    /// Tells every partner of a kill of nothing, marked as an exercise. Receipts show who heard of it.
    async fn drill_start(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to tell.")] input: DrillStartInput,
    ) -> Nullable<DrillPayload> {
        let started = async {
            let started = match Managing::of(ctx)? {
                Ok(managing) => start(&managing, &input.note).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(match started {
                Ok(drill) => DrillPayload { drill: Some(drill.into()), user_errors: Vec::new() },
                Err(flaw) => DrillPayload { drill: None, user_errors: vec![flaw.into()] },
            })
        };
        Some(started.await)
    }
}

async fn start(managing: &Managing<'_>, note: &str) -> Answer<Result<griot_persistence::Drill, Flaw>> {
    let id = managing.caller.desk.next_id();
    let drill = match griot_persistence::Drill::new(id, note, managing.previews.clock.now()) {
        Ok(drill) => drill,
        Err(err) => return Ok(Err(Flaw::invalid(&["note"], err))),
    };
    managing.store.start_drill(&drill, &managing.caller.base.locale).await?;
    Ok(Ok(drill))
}
