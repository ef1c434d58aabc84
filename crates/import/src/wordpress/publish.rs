//! Publishing in batches, and what to do when a name is taken.

use std::collections::{HashMap, HashSet};

use griot_domain::{EntryId, EntryKind, Locale, Publication, Slug};
use griot_persistence::{Act, Outcome, Publisher, Refusal, StoreError};

use super::convert::{About, Ready};
use crate::report::{ImportReport, Problem};
use crate::target::Target;

/// How often a slug is tried with another number.
const MAX_SLUG_NUMBER: u32 = 1_000;

/// Writes what the conversion hands over, and keeps the report.
pub(super) struct Writer<'a> {
    target: &'a Target<'a>,
    pub(super) report: ImportReport,
    /// In a rehearsal, entries that earlier batches would have made.
    rehearsed: HashSet<EntryId>,
    /// The last number given to a slug that was taken.
    numbers: HashMap<(EntryKind, Locale, Slug), u32>,
    pub(super) published_count: u64,
}

impl<'a> Writer<'a> {
    pub(super) fn new(target: &'a Target<'a>, report: ImportReport) -> Self {
        Self { target, report, rehearsed: HashSet::new(), numbers: HashMap::new(), published_count: 0 }
    }

    /// Publishes a batch: what is public in one transaction, drafts in one of the editorial store.
    pub(super) async fn publish(&mut self, batch: Vec<Ready>) -> Result<(), StoreError> {
        self.published_count += batch.len() as u64;
        let (public, drafts): (Vec<Ready>, Vec<Ready>) = batch.into_iter().partition(|ready| ready.about.is_public);
        self.publish_to(self.target.published, public).await?;
        if let Some(editorial) = self.target.editorial {
            self.publish_to(editorial, drafts).await?;
        }
        Ok(())
    }

    async fn publish_to(&mut self, store: &Publisher, batch: Vec<Ready>) -> Result<(), StoreError> {
        let (mut publications, mut abouts): (Vec<Publication>, Vec<About>) =
            batch.into_iter().map(|ready| (ready.publication, ready.about)).unzip();
        while !publications.is_empty() {
            let outcomes = self.outcomes(store, &publications).await?;
            let (mut again, mut again_abouts) = (Vec::new(), Vec::new());
            for ((mut publication, mut about), outcome) in publications.into_iter().zip(abouts).zip(outcomes) {
                if let Outcome::Refused(refusal) = &outcome
                    && self.give_way(&mut publication, &mut about, refusal)
                {
                    again.push(publication);
                    again_abouts.push(about);
                    continue;
                }
                self.settle(&publication, about, &outcome).await?;
            }
            (publications, abouts) = (again, again_abouts);
        }
        Ok(())
    }

    async fn outcomes(&mut self, store: &Publisher, batch: &[Publication]) -> Result<Vec<Outcome>, StoreError> {
        let act = Act { origin: "import wordpress".to_owned(), at: self.target.clock.now() };
        if !self.report.is_rehearsal {
            return store.publish(batch, &act).await;
        }
        // The store forgets what it rehearsed, so that it cannot judge a translation of an entry it never saw.
        let is_new = |one: &&Publication| !self.rehearsed.contains(&one.id);
        let asked: Vec<Publication> = batch.iter().filter(is_new).cloned().collect();
        let mut answers = store.rehearse(&asked, &act).await?.into_iter();
        let outcomes = batch.iter().map(|one| {
            let is_asked = !self.rehearsed.contains(&one.id);
            is_asked.then(|| answers.next()).flatten().unwrap_or(Outcome::Updated { seq: 0 })
        });
        let outcomes: Vec<Outcome> = outcomes.collect();
        let made = batch.iter().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Outcome::Created { .. }));
        self.rehearsed.extend(made.map(|(publication, _)| publication.id));
        Ok(outcomes)
    }

    async fn settle(&mut self, publication: &Publication, about: About, outcome: &Outcome) -> Result<(), StoreError> {
        let place = || (about.line, Some(about.label.clone()));
        self.report.count(publication.kind, outcome, place);
        if matches!(outcome, Outcome::Refused(_)) {
            return Ok(());
        }
        self.report.mention_count += about.mention_count;
        self.report.suggestion_count += about.suggestions.len() as u64;
        if matches!(outcome, Outcome::Created { .. } | Outcome::Updated { .. }) {
            for message in &about.notes {
                let (line, item) = place();
                self.report.add_note(Problem { line, item, message: message.clone() });
            }
        }
        let is_worth_writing = !about.suggestions.is_empty() || matches!(outcome, Outcome::Updated { .. });
        if let (Some(editorial), true, false) = (self.target.editorial, is_worth_writing, self.report.is_rehearsal) {
            for locale in publication.editions.keys() {
                editorial.replace_suggestions(publication.id, locale, &about.suggestions).await?;
            }
        }
        Ok(())
    }

    /// Gives up the name that is taken: another number for a slug, no redirect for an address. False when the
    /// refusal stands.
    fn give_way(&mut self, publication: &mut Publication, about: &mut About, refusal: &Refusal) -> bool {
        match refusal {
            Refusal::SlugTaken { locale, slug, .. } => {
                let Some(edition) = publication.editions.get_mut(locale) else { return false };
                let wanted = about.wanted_slug.get_or_insert_with(|| slug.clone()).clone();
                let last = self.numbers.entry((publication.kind, locale.clone(), wanted.clone())).or_insert(1);
                // An entry of the record has one of the numbers from 2 on; for a new one those given are no use.
                let floor = if about.is_known { 1 } else { *last };
                about.slug_number = about.slug_number.max(floor) + 1;
                if about.slug_number > MAX_SLUG_NUMBER {
                    return false;
                }
                *last = about.slug_number.max(*last);
                let numbered = wanted.numbered(about.slug_number);
                about.notes.retain(|note| !note.starts_with("the slug "));
                about.notes.push(format!("the slug `{wanted}` ({locale}) is taken; it became `{numbered}`"));
                edition.slug = Some(numbered);
                true
            }
            Refusal::PathTaken { path, holder } => {
                let before = publication.old_paths.len();
                publication.old_paths.retain(|old| old.path != *path);
                about.notes.push(format!("the old address `{path}` leads to entry {holder} already; it stays there"));
                publication.old_paths.len() < before
            }
            _ => false,
        }
    }
}
