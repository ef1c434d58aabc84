//! Handing drafts on: submit, approve, give back, archive.

use griot_access::EditorialAct;
use griot_domain::EntryId;
use griot_persistence::{DraftState, StoreError};

use crate::desk::{Done, Performed, Work};
use crate::rules::missing;
use crate::{UserError, UserErrorCode};

impl Work<'_, '_> {
    pub(super) async fn submit(&mut self, id: EntryId, expected: i64) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        if known.state != DraftState::Writing {
            let message = format!("it is {}; only what is being written can be submitted", known.state.as_str());
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        let missing: Vec<UserError> = missing(&known.content, None).into_iter().map(|error| error.about(id)).collect();
        if !missing.is_empty() {
            return Ok(Err(missing));
        }
        self.tx.set_state(id, DraftState::Submitted, None).await?;
        Ok(Ok(Done { entries: vec![(id, known.revision)], ..Done::default() }))
    }

    pub(super) async fn approve(&mut self, id: EntryId, expected: i64) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        if known.state != DraftState::Submitted {
            let message = format!("it is {}; only what was submitted can be approved", known.state.as_str());
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        if let Err(same) = self.desk.two_person.judge(known.kind, EditorialAct::Approve, self.author, &known.writers) {
            return Ok(Err(vec![UserError::new(UserErrorCode::Forbidden, "", same.to_string()).about(id)]));
        }
        self.tx.set_state(id, DraftState::Approved, Some(self.author)).await?;
        Ok(Ok(Done { entries: vec![(id, known.revision)], ..Done::default() }))
    }

    pub(super) async fn give_back(&mut self, id: EntryId, expected: i64, note: &str) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        if !matches!(known.state, DraftState::Submitted | DraftState::Approved) {
            let message = format!("it is {}; only what was submitted can be given back", known.state.as_str());
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        let content = known.content.clone();
        let saved = self.save(id, Some(&known), &content, "return", Some(note)).await?;
        Ok(saved.map(|revision| Done { entries: vec![(id, revision)], ..Done::default() }))
    }

    pub(super) async fn archive(
        &mut self,
        id: EntryId,
        expected: i64,
        archived: bool,
    ) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        if archived && !self.tx.live_in_public(&[id]).await?.is_empty() {
            let message = "it is public; withdraw it first";
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        if archived && let Some(error) = self.spoken_for(id).await? {
            return Ok(Err(vec![error]));
        }
        if known.revision == 0 {
            return Ok(Err(vec![UserError::state("it has no draft to archive").about(id)]));
        }
        self.tx.set_archived(id, archived).await?;
        Ok(Ok(Done { entries: vec![(id, known.revision)], ..Done::default() }))
    }
}
