//! Bringing lines into the record.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::BufRead;

use chrono::{DateTime, NaiveTime, SubsecRound, Utc};
use griot_domain::{Entry, EntryId, Locale, PartialDate, Publication, Text};
use griot_persistence::{Act, Holder, Outcome, StoreError, Suggestion};

use super::check::check_parent;
use super::identity::{Known, Name};
use super::line::{Fault, Line, Parts};
use super::names::{Names, NamesError};
use super::reference::Named;
use super::source::Lines;
use crate::mention::TooManyNames;
use crate::{ImportReport, Problem, Progress, Target};

/// Most lines in one transaction, and most bytes of them.
const BATCH: (usize, u64) = (500, 8 << 20);

/// How to import.
#[derive(Clone, Copy, Debug)]
pub struct JsonOptions {
    /// Report what would happen and write nothing.
    pub is_rehearsal: bool,
    /// Look for mentions in articles whose line says nothing about them.
    pub find_mentions: bool,
}

/// Why an import stopped. What was reported as imported before is in the record, whole.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The input could not be read.
    #[error("cannot read the input after line {line}: {source}")]
    #[allow(missing_docs)]
    Read { line: u64, source: std::io::Error },
    /// The record could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Mentions could not be looked for.
    #[error(transparent)]
    TooManyNames(#[from] TooManyNames),
}

impl From<NamesError> for ImportError {
    fn from(err: NamesError) -> Self {
        match err {
            NamesError::Store(err) => err.into(),
            NamesError::TooMany(err) => err.into(),
        }
    }
}

/// Imports JSON lines (docs/import-format.md). A bad line is reported and the rest goes in; lines go in by
/// transactions of up to 500. `bytes` is the size of the input where it is known.
pub async fn import_json(
    input: impl BufRead,
    bytes: Option<u64>,
    options: JsonOptions,
    target: &Target<'_>,
    progress: &mut dyn Progress,
) -> Result<ImportReport, ImportError> {
    let mut import = Import::begin(options, target).await?;
    let mut lines = Lines::of(input);
    let mut entries = 0;
    progress.begin(bytes);
    loop {
        let (batch, is_end) = import.read_batch(&mut lines)?;
        entries += batch.len() as u64;
        import.take(batch).await?;
        progress.advance(lines.bytes, entries);
        if is_end {
            progress.end();
            import.report.problems.sort_by_key(|problem| problem.line);
            return Ok(import.report);
        }
    }
}

struct Import<'a> {
    options: JsonOptions,
    target: &'a Target<'a>,
    report: ImportReport,
    known: Known,
    names: Names,
    /// Lines ready to be published, in the order of the file.
    pending: Vec<Ready>,
    /// Articles whose mentions are looked for when the names before them are published.
    waiting: Vec<Ready>,
    /// Names that lines in `pending` or `waiting` give.
    unsettled: HashSet<Name>,
    /// In a rehearsal, entries that earlier batches would have made.
    rehearsed: HashSet<EntryId>,
}

/// A line ready to be published.
struct Ready {
    line: u64,
    publication: Publication,
    without_mentions: BTreeSet<Locale>,
    /// Names the line gives its entry, each with whose it was before.
    given: Vec<(Name, Option<Holder>)>,
}

impl<'a> Import<'a> {
    async fn begin(options: JsonOptions, target: &'a Target<'a>) -> Result<Self, StoreError> {
        let mut names = Names::default();
        if options.is_rehearsal && options.find_mentions {
            names.load(target.published).await?;
        }
        Ok(Self {
            options,
            target,
            report: ImportReport { is_rehearsal: options.is_rehearsal, ..ImportReport::default() },
            known: Known::default(),
            names,
            pending: Vec::new(),
            waiting: Vec::new(),
            unsettled: HashSet::new(),
            rehearsed: HashSet::new(),
        })
    }

    /// The next lines that can be read, and whether the input ends with them.
    fn read_batch(&mut self, lines: &mut Lines<impl BufRead>) -> Result<(Vec<(u64, Line)>, bool), ImportError> {
        let mut batch = Vec::new();
        let first = lines.bytes;
        while batch.len() < BATCH.0 && lines.bytes - first < BATCH.1 {
            let after = lines.number;
            let read = match lines.next().map_err(|source| ImportError::Read { line: after, source })? {
                None => return Ok((batch, true)),
                Some(Ok(text)) => Line::read(text),
                Some(Err(fault)) => Err(Fault::at("", fault.to_string())),
            };
            match read {
                Ok(line) => batch.push((lines.number, line)),
                Err(fault) => self.refuse(lines.number, fault),
            }
        }
        Ok((batch, false))
    }

    async fn take(&mut self, batch: Vec<(u64, Line)>) -> Result<(), ImportError> {
        let (numbers, mut lines): (Vec<u64>, Vec<Line>) = batch.into_iter().unzip();
        self.known.learn(self.target, &mut lines).await?;
        for (number, mut line) in numbers.into_iter().zip(lines) {
            // A name given by a line that is not in yet may still be refused.
            let mut is_unsettled = false;
            let _ = line.references(|reference| {
                is_unsettled |= Name::of(reference).is_some_and(|name| self.unsettled.contains(&name));
                Named::Kept
            });
            if is_unsettled {
                self.settle().await?;
            }
            match self.ready(number, line) {
                Ok(Some(ready)) => self.queue(ready).await?,
                Ok(None) => {}
                Err(fault) => self.refuse(number, fault),
            }
        }
        self.settle().await
    }

    /// What the line publishes; `None` when its entry was merged, which is remarked upon.
    fn ready(&mut self, number: u64, mut line: Line) -> Result<Option<Ready>, Fault> {
        let known = &self.known;
        let mut led: BTreeSet<EntryId> = BTreeSet::new();
        line.references(|reference| match Name::of(reference).and_then(|name| known.get(&name)) {
            Some(holder) => {
                led.extend(holder.is_merged.then_some(holder.id));
                Named::Is(holder.id)
            }
            None => Named::Unknown,
        })?;
        let mut parts = line.shape()?;
        let identified = self.known.identify(&line, &parts)?;
        if let Some(Holder { id, .. }) = identified.filter(|holder| holder.is_merged) {
            self.pass_over(number, &line, &parts, id);
            return Ok(None);
        }
        let identified = identified.map(|holder| holder.id);
        if identified.is_none() {
            check_whole(&parts)?;
        }
        let id = identified.unwrap_or_else(|| EntryId(self.target.ids.next_id()));
        for kept in led {
            // Named twice, or above itself, because two became one.
            parts.entry = parts.entry.map(|entry| entry.referring_to(id, kept, kept));
        }
        parts.entry.iter().try_for_each(|entry| check_parent(entry, id))?;
        let live_from = self.live_from(&line, &parts, identified.is_none())?;
        let given = Name::given(&line, &parts).into_iter();
        let given = given.map(|name| (name.clone(), self.known.insert(name, id))).collect();
        let without_mentions =
            if self.options.find_mentions { parts.without_mentions.clone() } else { BTreeSet::new() };
        let publication = line.publication(id, live_from, parts);
        Ok(Some(Ready { line: number, publication, without_mentions, given }))
    }

    /// Leaves a line alone whose entry was made one with `kept`; what refers to it finds that one.
    fn pass_over(&mut self, number: u64, line: &Line, parts: &Parts, kept: EntryId) {
        let names = Name::given(line, parts);
        let item = names.first().map_or_else(|| line.kind.to_string(), Name::to_string);
        self.report.pass_over_merged(Some(number), item, kept);
        names.into_iter().for_each(|name| self.known.insert_merged(name, kept));
    }

    /// When the line's versions became live: as it says; else a new appointment from its first day, and all else now.
    fn live_from(&self, line: &Line, parts: &Parts, is_new: bool) -> Result<DateTime<Utc>, Fault> {
        let now = self.target.clock.now();
        match (line.live_from, &parts.entry) {
            (Some(at), _) if at > now => {
                Err(Fault::at("liveFrom", format!("{at} lies in the future; leave it out to publish the entry now")))
            }
            (Some(at), _) => Ok(at.trunc_subsecs(6)),
            (None, Some(Entry::Appointment(appointment))) if is_new => {
                let first = appointment.from.map(PartialDate::earliest);
                Ok(first.map_or(now, |day| day.and_time(NaiveTime::MIN).and_utc().min(now)))
            }
            (None, _) => Ok(now),
        }
    }

    async fn queue(&mut self, ready: Ready) -> Result<(), ImportError> {
        // Versions of one entry keep their order.
        if self.waiting.iter().any(|waiting| waiting.publication.id == ready.publication.id) {
            self.settle().await?;
        }
        self.unsettled.extend(ready.given.iter().map(|(name, _)| name.clone()));
        let queue = if ready.without_mentions.is_empty() { &mut self.pending } else { &mut self.waiting };
        queue.push(ready);
        Ok(())
    }

    /// Publishes all that is ready.
    async fn settle(&mut self) -> Result<(), ImportError> {
        let pending = std::mem::take(&mut self.pending);
        self.publish(pending, &[]).await?;
        let mut waiting = std::mem::take(&mut self.waiting);
        if !waiting.is_empty() {
            let suggestions = self.find_mentions(&mut waiting).await?;
            self.publish(waiting, &suggestions).await?;
        }
        self.unsettled.clear();
        Ok(())
    }

    /// Fills in mentions; gives the suggestions of each article by language.
    async fn find_mentions(
        &mut self,
        articles: &mut [Ready],
    ) -> Result<Vec<BTreeMap<Locale, Vec<Suggestion>>>, ImportError> {
        let finder = self.names.finder(self.target.published).await?;
        let mut suggestions = Vec::with_capacity(articles.len());
        for Ready { publication, without_mentions, .. } in articles {
            let issued_on = match &publication.entry {
                Some(Entry::Article(article)) => article.issued_on(),
                // The line brings a text only; content is live from its day of issue.
                _ => publication.live_from.date_naive(),
            };
            let mut left = BTreeMap::new();
            for (locale, edition) in &mut publication.editions {
                let Text::Article(text) = &mut edition.text else { continue };
                if without_mentions.contains(locale) {
                    let found = finder.find(text, &edition.body, locale, issued_on);
                    text.mentions = found.mentions;
                    left.insert(locale.clone(), found.suggestions);
                }
            }
            suggestions.push(left);
        }
        Ok(suggestions)
    }

    /// Publishes in one transaction; `suggestions` stand beside the lines they belong to.
    async fn publish(
        &mut self,
        ready: Vec<Ready>,
        suggestions: &[BTreeMap<Locale, Vec<Suggestion>>],
    ) -> Result<(), ImportError> {
        if ready.is_empty() {
            return Ok(());
        }
        let publications: Vec<Publication> = ready.iter().map(|ready| ready.publication.clone()).collect();
        let outcomes = self.outcomes(&publications).await?;
        for (index, (ready, outcome)) in ready.into_iter().zip(outcomes).enumerate() {
            self.report.count(ready.publication.kind, &outcome, || (Some(ready.line), None));
            if matches!(outcome, Outcome::Refused(_)) {
                ready.given.into_iter().for_each(|(name, before)| self.known.restore(name, before));
                continue;
            }
            self.names.apply(&ready.publication);
            if let Some(suggestions) = suggestions.get(index) {
                self.note_mentions(&ready.publication, suggestions, &outcome).await?;
            }
        }
        Ok(())
    }

    async fn outcomes(&mut self, publications: &[Publication]) -> Result<Vec<Outcome>, StoreError> {
        let act = Act { origin: "import json".to_owned(), at: self.target.clock.now() };
        if !self.options.is_rehearsal {
            return self.target.published.publish(publications, &act).await;
        }
        // The store forgets what it rehearsed, so that it cannot judge a second version of an entry it never saw.
        let is_new = |one: &&Publication| !self.rehearsed.contains(&one.id);
        let asked: Vec<Publication> = publications.iter().filter(is_new).cloned().collect();
        let mut answers = self.target.published.rehearse(&asked, &act).await?.into_iter();
        let mut outcomes = Vec::with_capacity(publications.len());
        for publication in publications {
            let is_asked = !self.rehearsed.contains(&publication.id);
            outcomes.push(if is_asked { answers.next() } else { None }.unwrap_or(Outcome::Updated { seq: 0 }));
        }
        let made = publications.iter().zip(&outcomes).filter(|(_, outcome)| matches!(outcome, Outcome::Created { .. }));
        let made: Vec<EntryId> = made.map(|(publication, _)| publication.id).collect();
        self.rehearsed.extend(made);
        Ok(outcomes)
    }

    async fn note_mentions(
        &mut self,
        article: &Publication,
        suggestions: &BTreeMap<Locale, Vec<Suggestion>>,
        outcome: &Outcome,
    ) -> Result<(), StoreError> {
        for (locale, suggestions) in suggestions {
            if let Some(Text::Article(text)) = article.editions.get(locale).map(|edition| &edition.text) {
                self.report.mention_count += text.mentions.len() as u64;
            }
            self.report.suggestion_count += suggestions.len() as u64;
            let is_worth_writing = !suggestions.is_empty() || matches!(outcome, Outcome::Updated { .. });
            if let (Some(editorial), true, false) = (self.target.editorial, is_worth_writing, self.options.is_rehearsal)
            {
                editorial.replace_suggestions(article.id, locale, suggestions).await?;
            }
        }
        Ok(())
    }

    fn refuse(&mut self, line: u64, fault: Fault) {
        let item = Some(fault.path).filter(|path| !path.is_empty());
        self.report.add_problem(Problem { line: Some(line), item, message: fault.message });
    }
}

/// Whether a line has all that a new entry needs.
fn check_whole(parts: &Parts) -> Result<(), Fault> {
    if parts.entry.is_none() {
        return Err(Fault::at(
            "",
            "nothing in the record has these names, so this is a new entry and needs its `entry`",
        ));
    }
    if parts.editions.is_empty() {
        return Err(Fault::at("", "a new entry needs a text in at least one language under `texts`"));
    }
    Ok(())
}
