//! Taking back what is public.

use griot_domain::{Draft, EntryId, Locale, Publication, Retraction};
use griot_persistence::{Act, DraftState, Drafted, Publishing, StoreError, StoreName};

use super::publish::{no_language, refusals};
use crate::desk::{Done, Performed, Work};
use crate::{UserError, UserErrorCode};

impl Work<'_, '_> {
    pub(super) async fn withdraw(
        &mut self,
        id: EntryId,
        expected: i64,
        locales: Option<&[Locale]>,
        reason: Option<&str>,
    ) -> Result<Performed, StoreError> {
        if locales.is_some_and(<[Locale]>::is_empty) {
            return Ok(Err(vec![no_language().about(id)]));
        }
        if let Some(error) = reason.and_then(blank) {
            return Ok(Err(vec![error.about(id)]));
        }
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        let public = self.tx.public_locales(id).await?;
        if public.is_empty() {
            return Ok(Err(vec![UserError::state("it is not public").about(id)]));
        }
        if let Some(other) = locales.into_iter().flatten().find(|locale| !public.contains(locale)) {
            let message = format!("it is not public in {other}");
            return Ok(Err(vec![UserError::state(message).about(id)]));
        }
        let mut publication = self.nothing_new(id, &known.content);
        let is_whole = locales.is_none_or(|locales| public.iter().all(|locale| locales.contains(locale)));
        if is_whole {
            let reason = reason.map(str::to_owned);
            publication.retraction = Some(Retraction::withdrawn(reason));
        } else {
            publication.withdrawn = locales.into_iter().flatten().cloned().collect();
        }
        self.take_back(&known, publication, "withdraw").await
    }

    pub(super) async fn kill(&mut self, id: EntryId, expected: i64, reason: &str) -> Result<Performed, StoreError> {
        if let Some(error) = blank(reason) {
            return Ok(Err(vec![error.about(id)]));
        }
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        if !self.tx.killed(&[id]).await?.is_empty() {
            let message = "it was killed already; what the public is told of that stays";
            return Ok(Err(vec![UserError::new(UserErrorCode::Killed, "", message).about(id)]));
        }
        if self.tx.public_locales(id).await?.is_empty() && !self.tx.was_public(id).await? {
            return Ok(Err(vec![UserError::state("it was never public; archive it").about(id)]));
        }
        let mut publication = self.nothing_new(id, &known.content);
        publication.retraction = Some(Retraction::killed(Some(reason.to_owned())));
        let done = self.take_back(&known, publication, "kill").await?;
        if done.is_ok() {
            self.tx.end_previews_of(id, self.at).await?;
            self.tx.answer_suggestions_of(id, self.at).await?;
        }
        Ok(done)
    }

    /// Ends it in both public stores: entitled keys must not see on what is gone.
    async fn take_back(
        &mut self,
        known: &Drafted,
        publication: Publication,
        verb: &str,
    ) -> Result<Performed, StoreError> {
        let (id, mut revision) = (known.id, known.revision);
        if revision == 0 {
            // What was never edited here would be known to nobody once it is gone from the public record.
            revision = match self.save(id, Some(known), &known.content, verb, None).await? {
                Ok(revision) => revision,
                Err(errors) => return Ok(Err(errors)),
            };
        }
        let act = Act { origin: format!("{verb} {}", self.author), at: self.at };
        let is_whole = publication.retraction.is_some();
        let outcomes = self.tx.act(StoreName::Published, &[publication.into()], &act).await?;
        if let Err(errors) = refusals(&outcomes) {
            return Ok(Err(errors));
        }
        if is_whole {
            self.tx.act(StoreName::Embargoed, &[Publishing::Erase(id)], &act).await?;
            self.tx.set_state(id, DraftState::Writing, None).await?;
        }
        self.call_off(id, verb).await?;
        Ok(Ok(Done { entries: vec![(id, revision)], ..Done::default() }))
    }

    fn nothing_new(&self, id: EntryId, content: &Draft) -> Publication {
        Publication {
            entry: None,
            external_ids: Vec::new(),
            old_paths: Vec::new(),
            ..content.publication(id, Some(&[]), self.at)
        }
    }
}

/// For a reason that tells the public nothing.
fn blank(reason: &str) -> Option<UserError> {
    let message = "it is blank; say why in words for the public";
    reason.trim().is_empty().then(|| UserError::new(UserErrorCode::Invalid, "reason", message))
}
