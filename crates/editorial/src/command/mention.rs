//! Answering whom a naming means that an import left open.

use griot_domain::{Draft, Edition, EntryId, EntryKind, Locale, Mention, MentionRole, Passage, Text};
use griot_persistence::{OpenSuggestion, StoreError, Suggestion};

use crate::desk::{Done, Performed, Step, Work};
use crate::{UserError, UserErrorCode};

impl Work<'_, '_> {
    /// Makes the naming a mention of `target` in the draft.
    pub(super) async fn accept_mention(
        &mut self,
        (suggestion, expected): (i64, i64),
        target: EntryId,
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        let OpenSuggestion { entry, locale, naming, .. } = match self.open(suggestion).await? {
            Ok(open) => open,
            Err(errors) => return Ok(Err(errors)),
        };
        let kind = match self.candidate(&naming, target).await? {
            Ok(kind) => kind,
            Err(errors) => return Ok(Err(errors)),
        };
        let Suggestion { words, passage, offset, length, .. } = naming;
        let role = if passage == Passage::Headline { MentionRole::Subject } else { MentionRole::Mentioned };
        let mention = Mention { target, kind, role, words, passage, offset, length };
        let done = match self.change(entry, expected, "edit", note, |draft| naming_in(draft, &locale, mention)).await? {
            Ok(done) => done,
            Err(errors) => return Ok(Err(errors)),
        };
        self.tx.answer_suggestion(suggestion, self.at).await?;
        Ok(Ok(done))
    }

    /// Closes the question; the draft stays as it is.
    pub(super) async fn dismiss_mention(&mut self, suggestion: i64) -> Result<Performed, StoreError> {
        let entry = match self.open(suggestion).await? {
            Ok(open) => open.entry,
            Err(errors) => return Ok(Err(errors)),
        };
        self.tx.answer_suggestion(suggestion, self.at).await?;
        let draft = self.tx.draft(entry).await?;
        let entries = draft.map(|draft| (entry, draft.revision)).into_iter().collect();
        Ok(Ok(Done { entries, ..Done::default() }))
    }

    async fn open(&mut self, suggestion: i64) -> Step<OpenSuggestion> {
        Ok(self.tx.open_suggestion(suggestion).await?.ok_or_else(|| {
            let message = format!(
                "there is no open suggestion {suggestion}: it was answered, or the text was imported anew; list them again"
            );
            vec![UserError::new(UserErrorCode::NotFound, "suggestionId", message)]
        }))
    }

    /// The kind of one of those a naming may mean.
    async fn candidate(&mut self, naming: &Suggestion, target: EntryId) -> Step<EntryKind> {
        if !naming.candidates.contains(&target) {
            let message = format!("{target} is none of the candidates; say otherwise with an update of `mentions`");
            return Ok(Err(vec![UserError::new(UserErrorCode::Invalid, "target", message)]));
        }
        if self.tx.killed(&[target]).await?.contains(&target) {
            let message = format!("{target} was killed; choose another candidate");
            return Ok(Err(vec![UserError::new(UserErrorCode::Killed, "target", message)]));
        }
        Ok(match self.tx.draft(target).await? {
            Some(draft) if draft.is_archived => {
                let message = format!("{target} was put away; choose another candidate");
                Err(vec![UserError::new(UserErrorCode::State, "target", message)])
            }
            Some(draft) => Ok(draft.kind),
            None => Err(vec![UserError::not_found("target", target)]),
        })
    }
}

/// The draft with a mention, in the place of another one of the same words.
fn naming_in(draft: &Draft, locale: &Locale, mention: Mention) -> Result<Draft, UserError> {
    let fallen = || {
        let message = "the text was changed since, and the words stand there no more; dismiss the suggestion";
        UserError::state(message)
    };
    let mut draft = draft.clone();
    let Some(Edition { text: Text::Article(text), body, .. }) = draft.editions.get_mut(locale) else {
        return Err(fallen());
    };
    if !mention.stands_in(text, body) {
        return Err(fallen());
    }
    if !text.mentions.contains(&mention) {
        let place = |mention: &Mention| (mention.passage.clone(), mention.offset, mention.length);
        text.mentions.retain(|other| place(other) != place(&mention));
        text.mentions.push(mention);
    }
    Ok(draft)
}
