//! States what is issued: follows the journal, signs the hashes of every form, and adds them to the log.
//!
//! How far it is stands with the log, in one row: a process that is killed has added all of a batch or nothing, and another one
//! that writes too makes this one begin the batch anew.

mod drills;

use std::collections::{HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale};
use griot_persistence::{Addition, PublishedStore, Stated, StatedDigest, StatementHead, StatementLog, Touched};
use griot_proof::tree::Edge;
use griot_proof::{Checkpoint, Digest, KeySet, Keyring, LogEntry, Statement};
use tokio::sync::watch;
use tokio::time::sleep;

pub(crate) use self::drills::Drills;
use super::making::{Made, STATED, versions_of};
use super::sidecar::{run, torn};
use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::{Delivery, Loads};

/// Publications looked at together.
const BATCH: u64 = 16;
/// Entries stated in one addition. A kill may change the documents of thousands.
const ENTRIES: usize = 64;
/// How often an entry whose documents cannot be made is tried, while the store answers.
const MOST_TRIES: u32 = 5;
/// What a batch has cost is rested from as long, so that a long record is stated beside its readers and not before them.
const MOST_REST: Duration = Duration::from_millis(200);
/// How long a store out of reach, or another process that writes, is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// How often the log is looked at where nothing happens.
const IDLE: Duration = Duration::from_secs(60);
/// Publications that are looked through for a change in between.
const LATER: u64 = 500;
/// Raised when a form is written otherwise, so that everything is stated as it is written then.
const FORMS: u32 = 5;

/// States everything that is public, from the beginning of the journal on.
pub struct Notary {
    public: Arc<Delivery>,
    store: PublishedStore,
    log: StatementLog,
    keys: Keyring,
    /// The last publication that this gateway has dealt with itself.
    heard: watch::Receiver<Option<i64>>,
    /// Where partners are told of drills, on a machine that has partners.
    drills: Option<Drills>,
    under_way: Option<Stretch>,
    /// Entries whose documents could not be made, and how often.
    failed: HashMap<EntryId, u32>,
}

/// A part of the journal being stated.
struct Stretch {
    /// The last publication before it, and the last one in it.
    from: i64,
    to: i64,
    /// What is left of the entries whose documents it may change, each with a number to name in its statement.
    entries: VecDeque<(EntryId, i64)>,
}

/// What came of a step.
enum Step {
    /// Publications were dealt with.
    Done,
    /// There are none.
    Idle,
    /// Another process was faster.
    Overtaken,
}

impl Notary {
    pub(crate) fn new(
        public: Arc<Delivery>,
        store: PublishedStore,
        log: StatementLog,
        keys: Keyring,
        heard: watch::Receiver<Option<i64>>,
        drills: Option<Drills>,
    ) -> Self {
        Self { public, store, log, keys, heard, drills, under_way: None, failed: HashMap::new() }
    }

    /// States for as long as it is polled.
    pub async fn run(mut self) {
        let mut has_begun = false;
        let mut is_failing = false;
        loop {
            let begun = tokio::time::Instant::now();
            let step = match has_begun {
                true => match self.step().await {
                    // What partners are drilled with comes after what is issued.
                    Ok(Step::Idle) => self.state_drills().await,
                    step => step,
                },
                false => self.begin().await,
            };
            match step {
                Ok(step) => {
                    has_begun |= !matches!(step, Step::Overtaken);
                    is_failing = false;
                    match step {
                        Step::Done => sleep(begun.elapsed().min(MOST_REST)).await,
                        Step::Overtaken => sleep(PAUSE).await,
                        Step::Idle => self.wait().await,
                    }
                }
                Err(cause) => {
                    if !is_failing {
                        tracing::error!(?cause, "what is issued is not stated; it is tried again");
                    }
                    is_failing = true;
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Writes down the public keys, and begins the journal anew where documents are written otherwise than before.
    async fn begin(&self) -> Answer<Step> {
        let known = self.store.statement_head().await?;
        self.refuse_ended(&known)?;
        let now = self.public.clock.now();
        let keys = self.keys.public(&KeySet::parse(&known.keys).unwrap_or_default(), now);
        let keys = serde_json::to_string(&keys).map_err(ApiError::internal)?;
        let made_with = self.made_with();
        let seq = if made_with == known.made_with { known.seq } else { 0 };
        let edge = self.edge(known.size).await?;
        let head = StatementHead { size: known.size, seq, made_with, checkpoint: self.checkpoint(&edge), keys };
        if head == known {
            return Ok(Step::Done);
        }
        self.added(&known, Addition { head, ..Addition::default() }).await
    }

    /// States what comes next in the journal.
    async fn step(&mut self) -> Answer<Step> {
        let known = self.store.statement_head().await?;
        let heard = self.heard.borrow_and_update().unwrap_or_default();
        if known.seq >= heard {
            return Ok(Step::Idle);
        }
        self.refuse_ended(&known)?;
        let mut stretch = match self.under_way.take().filter(|stretch| stretch.from == known.seq) {
            Some(stretch) => stretch,
            None => match self.next_stretch(known.seq, heard).await? {
                Some(stretch) => stretch,
                None => return Ok(Step::Idle),
            },
        };
        let entries: Vec<(EntryId, i64)> = stretch.entries.iter().take(ENTRIES).copied().collect();
        let step = self.state_some(&known, &stretch, &entries).await;
        let is_last = entries.len() == stretch.entries.len();
        match step {
            Ok(Step::Done) if is_last => self.failed.clear(),
            Ok(Step::Done) => {
                stretch.entries.drain(..entries.len());
                self.under_way = Some(stretch);
            }
            // They are made again; what was stated of the stretch before stays so.
            _ => self.under_way = Some(stretch),
        }
        step
    }

    /// States the next entries of a stretch.
    async fn state_some(
        &mut self,
        known: &StatementHead,
        stretch: &Stretch,
        entries: &[(EntryId, i64)],
    ) -> Answer<Step> {
        let seen = self.store.last_seq().await?;
        let public = Arc::clone(&self.public);
        let fresh = || Loads::new(Arc::clone(&public), None);
        let mut loads = fresh();
        let mut made = Vec::new();
        for (id, seq) in entries {
            match self.made(*id, &loads).await? {
                Some(versions) => made.extend(versions.into_iter().map(|one| (*seq, one))),
                // What it could not read stays so for whoever reads by the same.
                None => loads = fresh(),
            }
        }
        if self.has_changed(entries, seen).await? {
            // Half of a document may be older than the other.
            return Ok(Step::Overtaken);
        }
        let mut addition = self.stated(known, made).await?;
        let is_last = entries.len() == stretch.entries.len();
        addition.head.seq = if is_last { stretch.to } else { known.seq };
        self.added(known, addition).await
    }

    /// What comes after a publication, up to `heard`; `None` when nothing does.
    async fn next_stretch(&self, from: i64, heard: i64) -> Answer<Option<Stretch>> {
        let mut page = self.store.touched_after(from, BATCH).await?;
        page.retain(|touched| touched.seq <= heard);
        let Some(last) = page.last() else { return Ok(None) };
        let mut entries = concerned(&page);
        // Whoever was killed is in no document any more, nor is a picture that was taken back.
        let changes_others = |touched: &&Touched| touched.is_killed || touched.kind == EntryKind::Asset;
        let named: Vec<EntryId> = page.iter().filter(changes_others).map(|touched| touched.id).collect();
        let known: HashSet<EntryId> = entries.iter().map(|(id, _)| *id).collect();
        let others = self.store.naming(&named, &STATED).await?.into_iter().filter(|id| !known.contains(id));
        entries.extend(others.map(|id| (id, last.seq)));
        Ok(Some(Stretch { from, to: last.seq, entries: entries.into() }))
    }

    /// Every version of an entry. `None` for one whose documents cannot be made, in the end: all others are to be stated.
    async fn made(&mut self, id: EntryId, loads: &Loads) -> Answer<Option<Vec<Made>>> {
        let cause = match versions_of(id, loads).await {
            Ok(made) => {
                self.failed.remove(&id);
                return Ok(Some(made));
            }
            Err(cause) => cause,
        };
        self.store.last_seq().await?;
        let tries = self.failed.entry(id).or_default();
        *tries += 1;
        if *tries < MOST_TRIES {
            return Err(cause);
        }
        // The count stays until the stretch ends, so that each is tried for so long once.
        tracing::error!(%id, ?cause, "the documents of an entry cannot be made: it is stated when it is published again");
        Ok(None)
    }

    /// A key signs nothing more once another server signs with the one that follows it.
    fn refuse_ended(&self, known: &StatementHead) -> Answer<()> {
        let is_ended = KeySet::parse(&known.keys).is_some_and(|known| self.keys.has_ended(&known));
        match is_ended {
            true => Err(ApiError::internal(
                "another server signs with the key that follows ours: copy it to `proof.keys_dir`, and start this server again",
            )),
            false => Ok(()),
        }
    }

    /// Whether one of these was published after `seen`.
    async fn has_changed(&self, entries: &[(EntryId, i64)], seen: i64) -> Answer<bool> {
        let later = self.store.touched_after(seen, LATER).await?;
        if later.len() as u64 == LATER {
            // One of them may be among those that were not read.
            return Ok(true);
        }
        let later: HashSet<EntryId> = concerned(&later).into_iter().map(|(id, _)| id).collect();
        Ok(entries.iter().any(|(id, _)| later.contains(id)))
    }

    /// The statements of what is not stated so yet, as they follow the log.
    async fn stated(&self, known: &StatementHead, made: Vec<(i64, Made)>) -> Answer<Addition> {
        let now = self.public.clock.now();
        let mut edge = self.edge(known.size).await?;
        let mut addition = Addition::default();
        let mut previous: HashMap<(EntryId, Locale), Digest> = HashMap::new();
        for (seq, made) in made {
            let digests = digests(&made);
            if self.is_stated(&made, &digests).await? {
                continue;
            }
            let item = (made.id, made.locale.clone());
            let before = match previous.get(&item) {
                Some(before) => Some(*before),
                None => {
                    let last = self.store.last_statement(made.id, &made.locale).await?;
                    last.map(|last| Digest::of(last.jws.as_bytes()))
                }
            };
            let (stated, entry) = self.state(made, seq, before, edge.size(), now);
            previous.insert(item, Digest::of(stated.jws.as_bytes()));
            addition.hashes.extend(edge.push(&entry));
            addition.statements.push((stated, digests));
        }
        addition.head = StatementHead { size: edge.size(), checkpoint: self.checkpoint(&edge), ..known.clone() };
        Ok(addition)
    }

    /// Whether the last statement of a version holds these hashes.
    async fn is_stated(&self, made: &Made, digests: &[StatedDigest]) -> Answer<bool> {
        let Some(known) = self.store.statement(made.id, &made.locale, made.version).await? else { return Ok(false) };
        let is_of_status = known.pub_status == made.pub_status;
        Ok(is_of_status && self.store.stated_digests(known.index).await? == digests)
    }

    /// The statement, and what the log holds of it.
    fn state(
        &self,
        made: Made,
        seq: i64,
        previous: Option<Digest>,
        index: u64,
        now: DateTime<Utc>,
    ) -> (Stated, Vec<u8>) {
        let Made { id, locale, version, uri, site, pub_status, signal, subjects } = made;
        let statement = Statement {
            iss: site,
            iat: now.timestamp(),
            uri: uri.clone(),
            version,
            pub_status: pub_status.to_owned(),
            signal,
            previous,
            // Nothing under embargo is stated.
            embargoed_until: None,
            language: locale.to_string(),
            subjects,
            log: self.keys.origin().to_owned(),
        };
        let jws = self.keys.sign(&statement);
        let entry = LogEntry {
            seq,
            uri,
            version,
            pub_status: pub_status.to_owned(),
            statement_sha256: Digest::of(jws.as_bytes()),
            logged_at: now.timestamp(),
        };
        let bytes = entry.bytes();
        let log_entry = String::from_utf8_lossy(&bytes).into_owned();
        (Stated { index, id, locale, version, pub_status: pub_status.to_owned(), at: now, jws, log_entry }, bytes)
    }

    async fn added(&self, known: &StatementHead, addition: Addition) -> Answer<Step> {
        Ok(match self.log.append(known, addition).await? {
            true => Step::Done,
            false => Step::Overtaken,
        })
    }

    /// The end of the log with `size` entries.
    async fn edge(&self, size: u64) -> Answer<Edge> {
        let runs: Vec<_> = Edge::runs(size).into_iter().map(run).collect();
        Edge::of(size, self.store.log_hashes(&runs).await?).ok_or_else(torn)
    }

    fn checkpoint(&self, edge: &Edge) -> String {
        self.keys.note(&Checkpoint { origin: self.keys.origin().to_owned(), size: edge.size(), root: edge.root() })
    }

    /// What decides the bytes of documents beside the record.
    fn made_with(&self) -> String {
        let Delivery { site, fallback_locales, media_url, public_url, .. } = &*self.public;
        format!("{FORMS} {public_url} {media_url} {site:?} {fallback_locales:?}")
    }
}

/// The entries whose documents a publication changes, each with the number of the first one here. A post is published on its own
/// and told with its person and its institution.
fn concerned(page: &[Touched]) -> Vec<(EntryId, i64)> {
    let mut seen = HashSet::new();
    let mut entries = Vec::new();
    for touched in page {
        let own = STATED.contains(&touched.kind).then_some(touched.id);
        let told_with = (touched.kind == EntryKind::Appointment).then_some(&touched.targets).into_iter().flatten();
        // A merge gives what stands for an entry its identifiers.
        let all = own.into_iter().chain(touched.successors.iter().copied()).chain(told_with.copied());
        entries.extend(all.filter(|id| seen.insert(*id)).map(|id| (id, touched.seq)));
    }
    entries
}

fn digests(made: &Made) -> Vec<StatedDigest> {
    let of_subject = |subject: &griot_proof::Subject| {
        let form = subject.name.clone();
        let all = subject.digests().map(move |(made_of, digest)| StatedDigest {
            sha256: digest.to_string(),
            form: form.clone(),
            made_of: made_of.to_owned(),
        });
        all.collect::<Vec<_>>()
    };
    made.subjects.iter().flat_map(of_subject).collect()
}
