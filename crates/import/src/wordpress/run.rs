//! The course of an import: a survey, then topics, uploads, articles and translations, each in batches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use griot_domain::EntryKind;
use griot_persistence::{Publisher, StoreError};
use tokio::sync::mpsc;

use super::convert::{Converter, Ready, Round};
use super::gone::note_gone;
use super::identity::identify;
use super::lookup::Uploads;
use super::options::WordPressOptions;
use super::publish::Writer;
use super::reader::{Part, ReadError, WxrReader};
use super::standing::Matter;
use super::stored::Files;
use super::survey::{Survey, SurveyError, survey};
use super::topic;
use crate::media::MediaError;
use crate::mention::{Finder, TooManyNames};
use crate::progress::Progress;
use crate::report::{ImportReport, Problem};
use crate::target::Target;

/// Most items of a transaction, and most bytes of their content.
const BATCH: (usize, usize) = (200, 4 << 20);
/// Batches converted ahead of the one being written.
const AHEAD: usize = 1;
/// Readings of the file: the survey and the rounds.
const READINGS: u64 = 4;

/// Why an import stopped. What was reported as imported before is in the record, whole.
#[derive(Debug, thiserror::Error)]
pub enum WordPressError {
    /// The file is refused, unreadable or no export; nothing was imported.
    #[error("{}: {source}", file.display())]
    File {
        #[allow(missing_docs)]
        file: PathBuf,
        #[allow(missing_docs)]
        source: ReadError,
    },
    /// Nothing says which site the export is of.
    #[error("{}: it does not say which site it is of (`wp:base_site_url`); export it with WordPress' own tool", file.display())]
    NoSite {
        #[allow(missing_docs)]
        file: PathBuf,
    },
    /// Drafts are wanted and there is no store for them.
    #[error("drafts go to the editorial store, which is not open: run `griot migrate`, or leave out --with-drafts")]
    NoEditorialStore,
    /// The record could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Mentions could not be looked for.
    #[error(transparent)]
    TooManyNames(#[from] TooManyNames),
    /// Files cannot be fetched or kept.
    #[error(transparent)]
    Media(#[from] MediaError),
    /// The conversion broke down, which is a fault of this program.
    #[error("the conversion stopped: {0}; please report it with the item it stopped at")]
    Stopped(#[from] tokio::task::JoinError),
}

/// Imports a WordPress export. Items that cannot be imported are reported and the rest goes in, batch by batch;
/// run again, it changes nothing that has not changed.
pub async fn import_wordpress(
    file: &Path,
    options: &WordPressOptions,
    target: &Target<'_>,
    progress: &mut dyn Progress,
) -> Result<ImportReport, WordPressError> {
    if options.with_drafts && target.editorial.is_none() {
        return Err(WordPressError::NoEditorialStore);
    }
    let now = target.clock.now();
    let size = std::fs::metadata(file).map_or(0, |facts| facts.len());
    progress.begin(Some(size * READINGS));
    let mut survey = surveyed(file, options, now, progress).await?;
    identify(&mut survey, target).await?;
    note_gone(&mut survey, target.published).await?;
    let mut report = ImportReport { is_rehearsal: options.is_rehearsal, ..ImportReport::default() };
    report.skipped = std::mem::take(&mut survey.skipped);
    std::mem::take(&mut survey.notes).into_iter().for_each(|note| report.add_note(note));
    std::mem::take(&mut survey.problems).into_iter().for_each(|problem| report.add_problem(problem));

    let mut files = Files::load(options, target).await?;
    let finder = finder(target.published).await?;
    let uploads = Uploads::of(&survey);
    let converter = Arc::new(Converter { survey, uploads, options: options.clone(), finder });
    let mut writer = Writer::new(target, report);
    publish_topics(&converter.survey, options.with_drafts, &mut writer).await?;
    for (round, position) in [Round::Uploads, Round::Articles, Round::Translations].into_iter().zip(1..) {
        if has_items(&converter.survey, round) {
            let mut batches = read_round(file.to_owned(), converter.clone(), round);
            while let Some(batch) = batches.receiver.recv().await {
                let mut batch = batch.map_err(|source| WordPressError::File { file: file.to_owned(), source })?;
                batch.problems.into_iter().for_each(|problem| writer.report.add_problem(problem));
                files.attach(&mut batch.ready).await;
                writer.publish(batch.ready).await?;
                progress.advance(size * position + batch.position.min(size), writer.published_count);
            }
            batches.task.await?;
        }
    }
    progress.end();
    if !options.is_rehearsal && writer.published_count > 0 {
        target.published.checkpoint().await?;
    }
    Ok(writer.report)
}

async fn surveyed(
    file: &Path,
    options: &WordPressOptions,
    now: DateTime<Utc>,
    progress: &mut dyn Progress,
) -> Result<Survey, WordPressError> {
    let (path, options, position) = (file.to_owned(), options.clone(), Arc::new(AtomicU64::new(0)));
    let seen = position.clone();
    let mut task = tokio::task::spawn_blocking(move || {
        let reader = WxrReader::open(&path, false)?;
        survey(reader, &options, now, |at| seen.store(at, Ordering::Relaxed))
    });
    let outcome = loop {
        match tokio::time::timeout(Duration::from_millis(200), &mut task).await {
            Ok(outcome) => break outcome?,
            Err(_) => progress.advance(position.load(Ordering::Relaxed), 0),
        }
    };
    outcome.map_err(|error| match error {
        SurveyError::Read(source) => WordPressError::File { file: file.to_owned(), source },
        SurveyError::NoSite => WordPressError::NoSite { file: file.to_owned() },
    })
}

/// The names of the record; `None` while it holds none.
async fn finder(published: &Publisher) -> Result<Option<Finder>, WordPressError> {
    let mut entries = Vec::new();
    for kind in [EntryKind::Person, EntryKind::Institution, EntryKind::Event, EntryKind::Appointment] {
        entries.extend(published.live_entries(kind).await?);
    }
    Ok(if entries.is_empty() { None } else { Some(Finder::build(&entries)?) })
}

async fn publish_topics(survey: &Survey, with_drafts: bool, writer: &mut Writer<'_>) -> Result<(), StoreError> {
    let topics = topic::publications(survey).into_iter();
    let topics = topics.filter(|ready| ready.about.is_public || with_drafts);
    let (merged, topics): (Vec<Ready>, Vec<Ready>) = topics.partition(|ready| ready.about.is_merged);
    for Ready { publication, about } in merged {
        writer.report.pass_over_merged(about.line, about.label, publication.id);
    }
    let mut topics = topics.into_iter().peekable();
    while topics.peek().is_some() {
        let batch = topics.by_ref().take(BATCH.0).collect();
        writer.publish(batch).await?;
    }
    Ok(())
}

fn has_items(survey: &Survey, round: Round) -> bool {
    let is_upload = |matter| matter == Matter::Attachment;
    match round {
        Round::Uploads => survey.items.iter().any(|(_, fact)| is_upload(fact.matter)),
        Round::Articles => survey.items.iter().any(|(_, fact)| !is_upload(fact.matter)),
        Round::Translations => survey.items.has_translations(),
    }
}

/// Items converted together.
struct Batch {
    ready: Vec<Ready>,
    problems: Vec<Problem>,
    /// Bytes of the file read so far.
    position: u64,
}

struct Batches {
    receiver: mpsc::Receiver<Result<Batch, ReadError>>,
    task: tokio::task::JoinHandle<()>,
}

/// Reads and converts on a thread of its own, a little ahead of the writer.
fn read_round(file: PathBuf, converter: Arc<Converter>, round: Round) -> Batches {
    let (sender, receiver) = mpsc::channel(AHEAD);
    let task = tokio::task::spawn_blocking(move || {
        if let Err(error) = send_round(&file, &converter, round, &sender) {
            // Nobody listens when the writer has failed.
            let _ = sender.blocking_send(Err(error));
        }
    });
    Batches { receiver, task }
}

fn send_round(
    file: &Path,
    converter: &Converter,
    round: Round,
    sender: &mpsc::Sender<Result<Batch, ReadError>>,
) -> Result<(), ReadError> {
    let mut reader = WxrReader::open(file, true)?;
    let (mut ready, mut problems, mut weight) = (Vec::new(), Vec::new(), 0);
    loop {
        let part = match reader.next() {
            // The survey has reported it.
            Err(ReadError::Broken { .. }) => None,
            other => other?,
        };
        let is_end = part.is_none();
        if let Some(Part::Item(item)) = part {
            match converter.ready(&item, round) {
                Some(Ok(one)) => {
                    weight += one.about.weight;
                    ready.push(one);
                }
                Some(Err(problem)) => problems.push(problem),
                None => {}
            }
        }
        if is_end || ready.len() >= BATCH.0 || weight >= BATCH.1 {
            let (ready, problems) = (std::mem::take(&mut ready), std::mem::take(&mut problems));
            weight = 0;
            let batch = Batch { ready, problems, position: reader.position() };
            if sender.blocking_send(Ok(batch)).is_err() || is_end {
                return Ok(());
            }
        }
    }
}
