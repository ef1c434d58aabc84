//! The index of one process: its files, and what is taken into them.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use griot_domain::EntryId;
use serde::{Deserialize, Serialize};
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::{Index as Files, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, Searcher, TantivyDocument, Term};
use uuid::Uuid;

use crate::directory::Unhurried;
use crate::document::Stems;
use crate::error::SearchError;
use crate::expand::Postings;
use crate::schema::{Fields, Mark, SHAPE};
use crate::slot::Slot;
use crate::unpacked::{ROOM, Unpacked};

/// Bytes of words gathered before they are written.
const BUFFER: usize = 40 << 20;
/// Share of deleted documents from which on a part of the index is written anew.
const DELETED: f32 = 0.2;

/// How far an index goes; kept with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Reach {
    shape: u32,
    /// The last publication taken in.
    pub seq: i64,
    /// Its instant in microseconds, which tells one record from another; 0 before the first.
    pub at: i64,
    /// Everything up to it was taken in; not so while the index is being made.
    pub is_whole: bool,
    /// Words of a killed text are still in the files.
    pub holds_killed: bool,
}

impl Reach {
    /// That of an empty index.
    pub const NOTHING: Self = Self { shape: SHAPE, seq: 0, at: 0, is_whole: false, holds_killed: false };
}

/// What is taken into an index at once.
pub(crate) struct Batch {
    /// Entries whose documents are replaced.
    pub replaced: Vec<EntryId>,
    pub documents: Vec<TantivyDocument>,
}

/// An open index. Its files belong to this process alone.
pub(crate) struct Index {
    files: Files,
    /// `None` once the index was given up.
    writer: Mutex<Option<IndexWriter>>,
    reader: IndexReader,
    pub fields: Fields,
    /// Stems found before.
    pub stems: Mutex<Stems>,
    /// What searches unpacked before.
    pub unpacked: Arc<Unpacked>,
    /// Kept for as long as the files are.
    _slot: Arc<Slot>,
}

impl Index {
    /// An empty index in the place of whatever is there.
    pub fn create(slot: &Arc<Slot>) -> Result<Self, SearchError> {
        slot.empty()?;
        let (schema, fields) = Fields::schema();
        let files = Files::create(Unhurried::open(&slot.index())?, schema, IndexSettings::default())?;
        Self::over(files, fields, slot)
    }

    /// The index that is there, if every file of it is as it was written.
    pub fn open(slot: &Arc<Slot>) -> Result<(Self, Reach), SearchError> {
        let place = slot.index();
        let damaged = |detail: &str| SearchError::Damaged { place: place.clone(), detail: detail.to_owned() };
        let files = Files::open(Unhurried::open(&place)?)?;
        let (schema, fields) = Fields::schema();
        if files.schema() != schema {
            return Err(damaged("it is of another version"));
        }
        let metas = files.load_metas()?;
        let reach: Option<Reach> = metas.payload.as_deref().and_then(|payload| serde_json::from_str(payload).ok());
        let reach = reach.filter(|reach| reach.shape == SHAPE).ok_or_else(|| damaged("it is of another version"))?;
        for file in metas.list_segment_files() {
            let is_there = tantivy::Directory::exists(files.directory(), &file);
            let is_sound = !is_there.map_err(tantivy::TantivyError::from)?
                || files.directory().validate_checksum(&file).map_err(tantivy::TantivyError::from)?;
            if !is_sound {
                return Err(damaged(&format!("{} is not what was written", file.display())));
            }
        }
        Ok((Self::over(files, fields, slot)?, reach))
    }

    fn over(files: Files, fields: Fields, slot: &Arc<Slot>) -> Result<Self, SearchError> {
        let options =
            IndexWriterOptions::builder().memory_budget_per_thread(BUFFER).num_worker_threads(1).num_merge_threads(1);
        let writer: IndexWriter = files.writer_with_options(options.build())?;
        let mut merging = LogMergePolicy::default();
        merging.set_del_docs_ratio_before_merge(DELETED);
        writer.set_merge_policy(Box::new(merging));
        let reader = files.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let (stems, unpacked) = (Mutex::default(), Arc::new(Unpacked::new(ROOM)));
        let writer = Mutex::new(Some(writer));
        let index = Self { files, writer, reader, fields, stems, unpacked, _slot: Arc::clone(slot) };
        index.unpacked.follow(|| index.searcher());
        Ok(index)
    }

    /// What is in it now.
    pub fn searcher(&self) -> Searcher {
        self.reader.searcher()
    }

    /// Writes nothing more: its place is needed for another one.
    pub fn retire(&self) {
        *self.writer.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// Forgets what is of use while much is taken in.
    pub fn rest(&self) {
        *self.stems.lock().unwrap_or_else(PoisonError::into_inner) = Stems::default();
    }

    fn writer(&self) -> Writing<'_> {
        Writing(self.writer.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes a batch in; it is found after the next [`Self::commit`]. The same may be taken in twice.
    pub fn take_in(&self, batch: Batch) -> Result<(), SearchError> {
        let mut writer = self.writer();
        let writer = writer.get()?;
        for id in batch.replaced {
            writer.delete_term(Term::from_field_text(self.fields.marks, &Mark::Entry(id).text()));
        }
        for document in batch.documents {
            writer.add_document(document)?;
        }
        Ok(())
    }

    /// Makes what was taken in be found.
    pub fn commit(&self, reach: Reach) -> Result<(), SearchError> {
        let mut writer = self.writer();
        let mut commit = writer.get()?.prepare_commit()?;
        commit.set_payload(&serde_json::to_string(&reach).expect("numbers and flags are JSON"));
        commit.commit()?;
        self.reload()
    }

    /// Searches what was written last, and lets go of what was unpacked of segments that are gone.
    fn reload(&self) -> Result<(), SearchError> {
        self.reader.reload()?;
        self.unpacked.follow(|| self.searcher());
        Ok(())
    }

    /// Entries whose documents hold words of `other`.
    pub fn made_from(&self, other: EntryId) -> Result<Vec<EntryId>, SearchError> {
        let mut found = Vec::new();
        for segment in self.searcher().segment_readers() {
            let fast = segment.fast_fields();
            let (high, low) = (fast.u64("id_high")?, fast.u64("id_low")?);
            let postings = Postings { segment, field: self.fields.marks };
            postings.of_word(&Mark::From(other).text(), |docs| {
                let half = |column: &tantivy::columnar::Column<u64>, doc| column.first(doc).unwrap_or_default();
                found.extend(docs.iter().map(|doc| EntryId(Uuid::from_u64_pair(half(&high, *doc), half(&low, *doc)))));
            })?;
        }
        Ok(found)
    }

    /// Writes the parts of the index anew that hold deleted documents, and removes their files: what was deleted is in
    /// none of them any more. It may take seconds.
    pub fn purge(&self) -> Result<(), SearchError> {
        let old: Vec<_> =
            self.files.searchable_segment_metas()?.into_iter().filter(|meta| meta.has_deletes()).collect();
        for segment in old {
            let merging = {
                let mut writer = self.writer();
                writer.get()?.merge(&[segment.id()])
            };
            merging.wait()?;
        }
        self.reload()?;
        let collecting = {
            let mut writer = self.writer();
            writer.get()?.garbage_collect_files()
        };
        collecting.wait()?;
        Ok(())
    }
}

/// The right to write.
struct Writing<'a>(MutexGuard<'a, Option<IndexWriter>>);

impl Writing<'_> {
    fn get(&mut self) -> Result<&mut IndexWriter, SearchError> {
        self.0.as_mut().ok_or(SearchError::GivenUp)
    }
}
