//! Writing: new entries, changed fields, changed bodies, earlier revisions.

use std::borrow::Cow;
use std::pin::Pin;

use griot_access::{EditorialAct, may};
use griot_domain::{
    Body, Draft, DraftPatch, Edition, Entry, EntryId, EntryKind, Locale, Mention, RankPeriod, Slug, Text, body::Block,
};
use griot_persistence::{Drafted, StoreError};

use super::{BlockEdit, Command};
use crate::desk::{Done, Performed, Step, Work};
use crate::{UserError, UserErrorCode};

impl Work<'_, '_> {
    /// Boxed, since the state of every command would otherwise be part of that of every caller, and fill their stacks.
    pub(crate) fn perform<'w>(
        &'w mut self,
        command: &'w Command,
    ) -> Pin<Box<dyn Future<Output = Result<Performed, StoreError>> + Send + 'w>> {
        Box::pin(self.dispatch(command))
    }

    async fn dispatch(&mut self, command: &Command) -> Result<Performed, StoreError> {
        match command {
            Command::Create { kind, patch, note } => self.create(*kind, patch, note.as_deref()).await,
            Command::Edit { id, expected, patch, note } => self.edit(*id, *expected, patch, note.as_deref()).await,
            Command::EditBody { id, expected, locale, edits, note } => {
                self.change(*id, *expected, "edit", note.as_deref(), |draft| edit_body(draft, locale, edits)).await
            }
            Command::Restore { id, expected, revision, note } => {
                self.restore(*id, *expected, *revision, note.as_deref()).await
            }
            Command::Submit { id, expected } => self.submit(*id, *expected).await,
            Command::Approve { id, expected } => self.approve(*id, *expected).await,
            Command::Return { id, expected, note } => self.give_back(*id, *expected, note).await,
            Command::Archive { id, expected, archived } => self.archive(*id, *expected, *archived).await,
            Command::Publish { items } => self.publish(items).await,
            Command::Schedule { items, at, early } => self.schedule(items, *at, *early).await,
            Command::Reschedule { schedule, expected, at } => self.reschedule(*schedule, *expected, *at).await,
            Command::Unschedule { schedule, expected } => self.unschedule(*schedule, *expected).await,
            Command::Correct { id, expected, patch, kind, public_note, note } => {
                self.correct((*id, *expected), patch, *kind, public_note, note.as_deref()).await
            }
            Command::Withdraw { id, expected, locales, reason } => {
                self.withdraw(*id, *expected, locales.as_deref(), reason.as_deref()).await
            }
            Command::Kill { id, expected, reason } => self.kill(*id, *expected, reason).await,
            Command::AcceptMention { suggestion, expected, target, note } => {
                self.accept_mention((*suggestion, *expected), *target, note.as_deref()).await
            }
            Command::DismissMention { suggestion } => self.dismiss_mention(*suggestion).await,
            Command::Merge { keep, expected_keep, drop, expected_drop, note } => {
                self.merge((*keep, *expected_keep), (*drop, *expected_drop), note.as_deref()).await
            }
        }
    }

    async fn create(
        &mut self,
        kind: EntryKind,
        patch: &DraftPatch,
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        let id = EntryId(self.desk.ids.next_id());
        let patch = match self.with_file_of(kind, id, None, patch).await? {
            Ok(patch) => patch,
            Err(errors) => return Ok(Err(errors)),
        };
        let mut draft = match patch.apply(kind, None) {
            Ok(draft) => draft,
            Err(err) => return Ok(Err(vec![err.into()])),
        };
        if !ranks_of(&draft).is_empty() && !may(self.role, EditorialAct::Rank) {
            return Ok(Err(vec![UserError::forbidden(EditorialAct::Rank, self.role)]));
        }
        if draft.editions.is_empty() {
            return Ok(Err(vec![UserError::required("texts", "a new entry begins with a text in one language")]));
        }
        self.free_slugs(&mut draft, &patch).await?;
        Ok(self
            .save(id, None, &draft, "create", note)
            .await?
            .map(|revision| Done { entries: vec![(id, revision)], ..Done::default() }))
    }

    async fn edit(
        &mut self,
        id: EntryId,
        expected: i64,
        patch: &DraftPatch,
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        let patch = match self.with_file_of(known.kind, id, Some(&known.content), patch).await? {
            Ok(patch) => patch,
            Err(errors) => return Ok(Err(errors.into_iter().map(|error| error.about(id)).collect())),
        };
        self.change(id, expected, "edit", note, |draft| patch_of(&patch, draft)).await
    }

    async fn with_file_of<'p>(
        &self,
        kind: EntryKind,
        id: EntryId,
        draft: Option<&Draft>,
        patch: &'p DraftPatch,
    ) -> Step<Cow<'p, DraftPatch>> {
        match kind {
            EntryKind::Asset => self.with_file(id, draft, patch).await,
            _ => Ok(Ok(Cow::Borrowed(patch))),
        }
    }

    /// Numbers the slugs that were made of titles until they are free; those given by hand stay.
    async fn free_slugs(&mut self, draft: &mut Draft, patch: &DraftPatch) -> Result<(), StoreError> {
        let kind = draft.kind();
        for (locale, edition) in &mut draft.editions {
            let is_given = patch.texts.get(locale).is_some_and(|text| text.slug.is_some());
            let Some(slug) = edition.slug.clone().filter(|_| !is_given) else { continue };
            edition.slug = Some(self.free_slug(kind, locale, slug).await?);
        }
        Ok(())
    }

    /// The slug, or it with a number behind it that nobody has. A title that comes back every week has hundreds of
    /// them, so the number is looked for in ever longer steps, and then between the last two.
    async fn free_slug(&mut self, kind: EntryKind, locale: &Locale, slug: Slug) -> Result<Slug, StoreError> {
        if self.tx.slug_holder(kind, locale, &slug).await?.is_none() {
            return Ok(slug);
        }
        let (mut taken, mut free) = (1, 2);
        while self.tx.slug_holder(kind, locale, &slug.numbered(free)).await?.is_some() {
            (taken, free) = (free, free.saturating_mul(2));
        }
        while free - taken > 1 {
            let middle = taken + (free - taken) / 2;
            match self.tx.slug_holder(kind, locale, &slug.numbered(middle)).await? {
                Some(_) => taken = middle,
                None => free = middle,
            }
        }
        Ok(slug.numbered(free))
    }

    /// Saves what `change` makes of a draft.
    pub(super) async fn change(
        &mut self,
        id: EntryId,
        expected: i64,
        verb: &str,
        note: Option<&str>,
        change: impl FnOnce(&Draft) -> Result<Draft, UserError>,
    ) -> Result<Performed, StoreError> {
        let known = match self.expect(id, expected).await? {
            Ok(known) => known,
            Err(errors) => return Ok(Err(errors)),
        };
        let content = match change(&known.content) {
            Ok(content) => content,
            Err(error) => return Ok(Err(vec![error.about(id)])),
        };
        let acts = acts_of(&known.content, &content);
        if let Some(act) = acts.iter().find(|act| !may(self.role, **act)) {
            return Ok(Err(vec![UserError::forbidden(*act, self.role).about(id)]));
        }
        if self.act == EditorialAct::Edit {
            self.act = acts.first().copied().unwrap_or(self.act);
        }
        if content == known.content {
            // Nothing to keep: the revision stays what it is.
            return Ok(Ok(Done { entries: vec![(id, known.revision)], ..Done::default() }));
        }
        if let Some(error) = self.dropped_in_public(&known, &content).await? {
            return Ok(Err(vec![error]));
        }
        if let Err(errors) = self.slugs_free(id, &content).await? {
            return Ok(Err(errors));
        }
        let saved = self.save(id, Some(&known), &content, verb, note).await?;
        Ok(saved.map(|revision| Done { entries: vec![(id, revision)], ..Done::default() }))
    }

    /// A draft lacks no language that readers see: publishing it would leave that text as it is, and nobody's work.
    async fn dropped_in_public(&mut self, known: &Drafted, content: &Draft) -> Result<Option<UserError>, StoreError> {
        let before = known.content.editions.keys();
        let dropped: Vec<&Locale> = before.filter(|locale| !content.editions.contains_key(locale)).collect();
        if dropped.is_empty() {
            return Ok(None);
        }
        let public = self.tx.public_locales(known.id).await?;
        Ok(dropped.into_iter().find(|locale| public.contains(locale)).map(|locale| {
            let message = format!("it is public in {locale}; withdraw that language first");
            UserError::new(UserErrorCode::State, format!("texts.{locale}"), message).about(known.id)
        }))
    }

    /// Whether no other entry, published or not, has the slugs.
    async fn slugs_free(&mut self, id: EntryId, draft: &Draft) -> Step<()> {
        let kind = draft.kind();
        for (locale, edition) in &draft.editions {
            let Some(slug) = &edition.slug else { continue };
            if let Some(holder) = self.tx.slug_holder(kind, locale, slug).await?.filter(|holder| *holder != id) {
                let (locale, slug) = (locale.clone(), slug.clone());
                let refusal = griot_persistence::Refusal::SlugTaken { locale, slug, holder };
                return Ok(Err(vec![UserError::refused(&refusal).about(id)]));
            }
        }
        Ok(Ok(()))
    }

    async fn restore(
        &mut self,
        id: EntryId,
        expected: i64,
        revision: i64,
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        let Some(earlier) = self.tx.revision(id, revision).await? else {
            return Ok(Err(vec![UserError::not_found("revision", format!("{id}, revision {revision}")).about(id)]));
        };
        self.change(id, expected, "restore", note, |_| Ok(earlier.content)).await
    }
}

/// What a change of a draft does besides editing it, the weightiest first. Each takes its own right, whatever way the
/// draft is changed: posts and ranks are for those who may give them.
fn acts_of(known: &Draft, content: &Draft) -> Vec<EditorialAct> {
    let is_resolving = content.editions.iter().any(|(locale, edition)| {
        let before = known.editions.get(locale).map(mentions_of).unwrap_or_default();
        mentions_of(edition).iter().any(|mention| !before.contains(mention))
    });
    [
        (EditorialAct::Appoint, content.kind() == EntryKind::Appointment),
        (EditorialAct::Rank, ranks_of(content) != ranks_of(known)),
        (EditorialAct::Translate, content.editions.keys().any(|locale| !known.editions.contains_key(locale))),
        (EditorialAct::Resolve, is_resolving),
    ]
    .into_iter()
    .filter_map(|(act, is_done)| is_done.then_some(act))
    .collect()
}

fn mentions_of(edition: &Edition) -> &[Mention] {
    match &edition.text {
        Text::Article(text) => &text.mentions,
        _ => &[],
    }
}

/// The ranks a draft gives: whatever way they are changed, it takes the right to rank.
fn ranks_of(draft: &Draft) -> &[RankPeriod] {
    match &draft.entry {
        Entry::Person(person) => &person.ranks,
        _ => &[],
    }
}

fn patch_of(patch: &DraftPatch, draft: &Draft) -> Result<Draft, UserError> {
    Ok(patch.apply(draft.kind(), Some(draft))?)
}

fn edit_body(draft: &Draft, locale: &Locale, edits: &[BlockEdit]) -> Result<Draft, UserError> {
    let mut draft = draft.clone();
    let Some(Edition { body, .. }) = draft.editions.get_mut(locale) else {
        return Err(UserError::not_found("locale", locale));
    };
    for (position, edit) in edits.iter().enumerate() {
        apply_edit(&mut body.blocks, edit, position)?;
    }
    let mut keys: Vec<&str> = body.blocks.iter().map(Block::key).collect();
    keys.sort_unstable();
    if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
        let message = format!("two blocks have the _key `{}`; give each its own", twice[0]);
        return Err(UserError::new(UserErrorCode::Invalid, "edits", message));
    }
    if let Some(edition) = draft.editions.remove(locale) {
        draft.editions.insert(locale.clone(), edition.without_fallen_mentions());
    }
    Ok(draft)
}

fn apply_edit(blocks: &mut Vec<Block>, edit: &BlockEdit, position: usize) -> Result<(), UserError> {
    let find = |blocks: &[Block], key: &str| {
        blocks.iter().position(|block| block.key() == key).ok_or_else(|| {
            let message = format!("there is no block with the _key `{key}`");
            UserError::new(UserErrorCode::NotFound, format!("edits[{position}]"), message)
        })
    };
    let place = |blocks: &[Block], after: &Option<String>| match after {
        None => Ok(0),
        Some(key) => find(blocks, key).map(|at| at + 1),
    };
    match edit {
        BlockEdit::Insert { after, blocks: Body { blocks: new } } => {
            let at = place(blocks, after)?;
            blocks.splice(at..at, new.iter().cloned());
        }
        BlockEdit::Replace { key, blocks: Body { blocks: new } } => {
            let at = find(blocks, key)?;
            blocks.splice(at..=at, new.iter().cloned());
        }
        BlockEdit::Remove { key } => {
            let at = find(blocks, key)?;
            blocks.remove(at);
        }
        BlockEdit::Move { key, after } => {
            let from = find(blocks, key)?;
            let block = blocks.remove(from);
            let at = place(blocks, after)?;
            blocks.insert(at, block);
        }
    }
    Ok(())
}
