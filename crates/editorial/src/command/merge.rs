//! Making one of two entries that stand for the same.

use std::collections::BTreeSet;

use griot_access::{EditorialAct, may};
use griot_domain::{Draft, EntryId, EntryKind, Publication, Retraction};
use griot_persistence::{Act, DraftState, Drafted, Publishing, StoreError, StoreName};

use super::publish::refusals;
use crate::desk::{Done, Performed, Step, Work};
use crate::{Detail, UserError, UserErrorCode};

/// Both entries, as drafts and in public.
struct Pair {
    keep: Drafted,
    drop: Drafted,
    public_keep: Option<Draft>,
    public_drop: Option<Draft>,
}

impl Work<'_, '_> {
    pub(super) async fn merge(
        &mut self,
        keep: (EntryId, i64),
        drop: (EntryId, i64),
        note: Option<&str>,
    ) -> Result<Performed, StoreError> {
        let pair = match self.pair(keep, drop).await? {
            Ok(pair) => pair,
            Err(errors) => return Ok(Err(errors)),
        };
        let (keep, drop) = (keep.0, drop.0);
        let mut others = self.tx.referring_to(drop).await?;
        others.remove(&keep);
        others.remove(&drop);
        let concerned: Vec<EntryId> = others.iter().copied().collect();
        self.follow(&concerned).await?;
        let public = match self.public_changes(&pair, &others).await? {
            Ok(public) => public,
            Err(errors) => return Ok(Err(errors)),
        };
        // The drafts first: what is saved from revision 0 begins with the state that is public until now. Of these the
        // dropped one, whose external ids the kept one takes.
        let mut entries = Vec::with_capacity(others.len() + 2);
        let dropped = self.put_away(&pair.drop, note).await?;
        for step in [self.save_kept(&pair, note).await?, dropped] {
            match step {
                Ok(entry) => entries.push(entry),
                Err(errors) => return Ok(Err(errors)),
            }
        }
        for id in others {
            match self.lead_draft(id, (drop, keep), note).await? {
                Ok(entry) => entries.extend(entry),
                Err(errors) => return Ok(Err(errors)),
            }
        }
        if !public.is_empty() {
            let act = Act { origin: format!("merge {}", self.author), at: self.at };
            let outcomes = self.tx.act(StoreName::Published, &public, &act).await?;
            if let Err(errors) = refusals(&outcomes) {
                return Ok(Err(errors));
            }
        }
        Ok(Ok(Done { entries, ..Done::default() }))
    }

    /// Both entries, if they can be made one.
    async fn pair(&mut self, keep: (EntryId, i64), drop: (EntryId, i64)) -> Step<Pair> {
        let mut errors = Vec::new();
        if keep.0 == drop.0 {
            let message = "it is the entry that is kept; name another";
            return Ok(Err(vec![UserError::new(UserErrorCode::Invalid, "drop", message).about(drop.0)]));
        }
        let (keep, drop) = match (self.expect(keep.0, keep.1).await?, self.expect(drop.0, drop.1).await?) {
            (Ok(keep), Ok(drop)) => (keep, drop),
            (one, other) => {
                errors.extend([one.err(), other.err()].into_iter().flatten().flatten());
                return Ok(Err(errors));
            }
        };
        if !matches!(keep.kind, EntryKind::Person | EntryKind::Institution | EntryKind::Event | EntryKind::Topic) {
            let message = format!("entries of kind {} are not merged", keep.kind);
            errors.push(UserError::new(UserErrorCode::Invalid, "keep", message).about(keep.id));
        } else if keep.kind != drop.kind {
            let message = format!("it is of kind {}, the kept one of kind {}", drop.kind, keep.kind);
            errors.push(UserError::new(UserErrorCode::Invalid, "drop", message).about(drop.id));
        }
        let (public_keep, public_drop) = (self.tx.public_state(keep.id).await?, self.tx.public_state(drop.id).await?);
        for (one, public) in [(&keep, &public_keep), (&drop, &public_drop)] {
            if public.is_none() && self.tx.was_public(one.id).await? {
                errors.push(UserError::state("it was taken back; publish it again first").about(one.id));
            }
            if one.is_archived {
                errors.push(UserError::state("it is archived; take it out of the archive first").about(one.id));
            }
            if let Some(schedule) = self.tx.waiting_with(one.id).await?.first() {
                // What it would publish was decided on before the merge.
                let message = format!("the schedule {} waits to publish it, or what refers to it", schedule.id);
                errors.push(UserError::state(format!("{message}; take that back first")).about(one.id));
            }
        }
        Ok(if errors.is_empty() { Ok(Pair { keep, drop, public_keep, public_drop }) } else { Err(errors) })
    }

    /// What changes in public, if it may: only what was public, and of the rest of a draft nothing slips out with it.
    async fn public_changes(&mut self, pair: &Pair, others: &BTreeSet<EntryId>) -> Step<Vec<Publishing>> {
        let (keep, drop) = (pair.keep.id, pair.drop.id);
        let mut changes: Vec<Publication> = Vec::new();
        if let Some(public) = &pair.public_drop {
            // Its external ids go to the kept one with it.
            changes.push(Publication {
                entry: None,
                old_paths: Vec::new(),
                retraction: Some(Retraction::merged_into(keep)),
                ..public.publication(drop, Some(&[]), self.at)
            });
        }
        let mut add = |id: EntryId, before: &Draft, after: Draft| {
            if after != *before {
                changes.push(after.publication(id, None, self.at));
            }
        };
        for id in others {
            if let Some(before) = self.tx.public_state(*id).await? {
                add(*id, &before, before.referring_to(*id, drop, keep));
            }
        }
        if let Some(before) = &pair.public_keep {
            let after = before.referring_to(keep, drop, keep);
            let gained = pair.public_drop.as_ref().map(|other| after.with_names_of(other));
            add(keep, before, gained.unwrap_or(after));
        }
        let mut errors: Vec<UserError> = Vec::new();
        for change in changes.iter().filter(|change| others.contains(&change.id)) {
            // What is published now keeps a schedule made before from its work, whether that names the dropped one or not.
            errors.extend(self.spoken_for(change.id).await?);
        }
        if !changes.is_empty() {
            if pair.public_keep.is_none() {
                let message = "the dropped entry is public or public entries refer to it, but the kept one is not \
                               public; publish that first";
                let error = UserError::new(UserErrorCode::Dangling, "keep", message).about(keep);
                errors.push(UserError { detail: Detail::Dangling { target: keep }.into(), ..error });
            }
            // Merging drafts is an editor's work; what readers see changes by those who publish and withdraw.
            let needed = [EditorialAct::Publish, EditorialAct::Withdraw];
            let forbidden = needed.into_iter().find(|act| !may(self.role, *act));
            errors.extend(forbidden.map(|act| UserError::forbidden(act, self.role).about(keep)));
            errors.extend(self.alone(pair, &changes));
        }
        Ok(if errors.is_empty() { Ok(changes.into_iter().map(Publishing::from).collect()) } else { Err(errors) })
    }

    /// The two-person rule: who merges changes what becomes public, so that another has to have approved the kept
    /// entry for it.
    fn alone(&self, pair: &Pair, changes: &[Publication]) -> Option<UserError> {
        let approved_by = pair.keep.approved_by.as_deref().filter(|_| pair.keep.state == DraftState::Approved);
        if approved_by.is_some_and(|approved_by| approved_by != self.author) {
            return None;
        }
        let releases = changes.iter().filter(|change| change.retraction.is_none());
        let alone = [self.author.to_owned()].into();
        let judge = |kind| self.desk.two_person.judge(kind, EditorialAct::Publish, self.author, &alone).err();
        let (id, same) = releases.into_iter().find_map(|change| Some((change.id, judge(change.kind)?)))?;
        let message = format!("{same}; have the kept entry approved by somebody else before it is merged");
        Some(UserError::new(UserErrorCode::Forbidden, "", message).about(id))
    }

    /// The kept entry's draft gains the names and external ids.
    async fn save_kept(&mut self, pair: &Pair, note: Option<&str>) -> Step<(EntryId, i64)> {
        let Pair { keep, drop, .. } = pair;
        let content = keep.content.referring_to(keep.id, drop.id, keep.id).with_names_of(&drop.content);
        // A name has only so many variants.
        let flaw = content.entry.check().err();
        let flaw = flaw.or_else(|| content.editions.values().find_map(|edition| edition.text.check().err()));
        if let Some(flaw) = flaw {
            let error = UserError::new(UserErrorCode::Invalid, flaw.path, flaw.flaw.to_string());
            return Ok(Err(vec![error.about(keep.id)]));
        }
        let saved = self.save(keep.id, Some(keep), &content, "merge", note).await?;
        if saved.is_ok() && keep.state != DraftState::Writing {
            let edited_by = self.author.to_owned();
            let writers = keep.writers.iter().chain([&edited_by]).cloned().collect();
            self.tx.keep_standing(&Drafted { edited_by, writers, ..keep.clone() }).await?;
        }
        if saved.is_ok() {
            self.tx.mark_merged(drop.id, keep.id, &drop.content.external_ids).await?;
        }
        Ok(saved.map(|revision| (keep.id, revision)))
    }

    /// The dropped entry's draft tells of the merge in its history, out of the lists.
    async fn put_away(&mut self, drop: &Drafted, note: Option<&str>) -> Step<(EntryId, i64)> {
        let content = Draft { external_ids: Vec::new(), ..drop.content.clone() };
        let saved = self.save(drop.id, Some(drop), &content, "merge", note).await?;
        if saved.is_ok() {
            self.tx.free_external_ids(drop.id).await?;
            self.tx.set_archived(drop.id, true).await?;
        }
        Ok(saved.map(|revision| (drop.id, revision)))
    }

    /// A draft that refers to the dropped entry refers to the kept one; `None` when only its public state did.
    async fn lead_draft(
        &mut self,
        id: EntryId,
        (from, to): (EntryId, EntryId),
        note: Option<&str>,
    ) -> Step<Option<(EntryId, i64)>> {
        let Some(known) = self.tx.draft(id).await? else { return Ok(Ok(None)) };
        let content = known.content.referring_to(id, from, to);
        if content == known.content {
            return Ok(Ok(None));
        }
        let saved = self.save(id, Some(&known), &content, "merge", note).await?;
        if saved.is_ok() {
            self.tx.keep_standing(&known).await?;
        }
        Ok(saved.map(|revision| Some((id, revision))))
    }
}
