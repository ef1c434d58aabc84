//! Files that editors bring in: private until an asset that has them is public.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::TimeDelta;
use griot_access::{EditorialAct, may};
use griot_domain::{AssetFile, EntryId};
use griot_files::{Folders, StoredName};
use griot_persistence::{AuditRecord, StoreError, Upload, UploadPlace};
use serde_json::json;
use uuid::Uuid;

use crate::{Desk, Doing, Done, UserError};

/// How long an upload waits for an asset.
pub const UPLOAD_LIFE: TimeDelta = TimeDelta::hours(24);
/// How old a file has to be that no row speaks of: younger ones may be on their way in.
const STRAY: Duration = Duration::from_secs(25 * 3_600);

/// Where the files of a record are, and what is to do about them.
#[derive(Debug)]
pub(crate) struct Files {
    pub folders: Folders,
    /// Where delivery serves them, such as `https://api.example.org/media`.
    pub address: String,
    /// Something could not be moved, or was not seen to become public: everything has to be looked over.
    is_behind: AtomicBool,
}

/// Why files were not brought to where they belong.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    #[allow(missing_docs)]
    #[error(transparent)]
    Store(#[from] StoreError),
    #[allow(missing_docs)]
    #[error("a file cannot be moved or removed: {0}")]
    Disk(#[from] std::io::Error),
}

impl Desk {
    /// The desk with folders for uploads; `public_url` is the address of delivery.
    pub fn with_files(self, folders: Folders, public_url: &str) -> Self {
        let address = format!("{}/media", public_url.trim_end_matches('/'));
        Self { files: Some(Files { folders, address, is_behind: AtomicBool::new(false) }), ..self }
    }

    /// Where uploads are received; `None` at a desk that takes none.
    pub fn folders(&self) -> Option<&Folders> {
        self.files.as_ref().map(|files| &files.folders)
    }

    /// Takes up a file that lies in the folder of uploads; when it cannot be, the file is removed.
    pub async fn receive(&self, doing: &Doing, file: AssetFile) -> Result<Result<Upload, UserError>, StoreError> {
        let name = file.stored.as_deref().and_then(StoredName::parse);
        let received = self.record_upload(doing, file).await;
        if !matches!(received, Ok(Ok(_)))
            && let (Some(folders), Some(name)) = (self.folders(), name)
            && let Err(err) = folders.discard(&name)
        {
            tracing::error!(error = %err, "an upload that was not taken up cannot be removed");
        }
        received
    }

    async fn record_upload(&self, doing: &Doing, file: AssetFile) -> Result<Result<Upload, UserError>, StoreError> {
        let (act, role) = (EditorialAct::Upload, doing.principal.role);
        if !may(role, act) {
            return Ok(Err(UserError::forbidden(act, role)));
        }
        let at = self.clock.now();
        let upload = Upload {
            id: self.ids.next_id(),
            author: doing.principal.id.clone(),
            at,
            expires_at: at + UPLOAD_LIFE,
            entry: None,
            place: UploadPlace::Private,
            file,
        };
        let AssetFile { name, mime_type, byte_size, sha256, .. } = &upload.file;
        let detail = json!({ "upload": upload.id, "name": name, "mimeType": mime_type, "byteSize": byte_size,
            "sha256": sha256 });
        let record = AuditRecord {
            at,
            author: upload.author.clone(),
            origin: doing.origin.clone(),
            verb: act.as_str().to_owned(),
            subjects: Vec::new(),
            detail,
        };
        let mut tx = self.store.begin().await?;
        tx.add_upload(&upload).await?;
        tx.audit(&record).await?;
        tx.commit().await?;
        Ok(Ok(upload))
    }

    /// Brings the files of these entries to where they belong, after an act. What fails is in the log, and is tried
    /// again with everything else.
    pub(crate) async fn settle_files_of(&self, entries: &[EntryId]) {
        let Some(files) = &self.files else { return };
        if let Err(err) = self.settle_some(files, entries).await {
            tracing::error!(error = %err, "files are not where they belong; it is tried again");
            files.is_behind.store(true, Ordering::Relaxed);
        }
    }

    /// After an act. Boxed, as the acts are.
    pub(crate) fn settle_act<'d>(&'d self, done: &'d Done) -> Pin<Box<dyn Future<Output = ()> + Send + 'd>> {
        Box::pin(async move {
            let entries: Vec<EntryId> = done.entries.iter().map(|(id, _)| *id).collect();
            self.settle_files_of(&entries).await;
        })
    }

    /// Something becomes public that is not yet: files are to follow it.
    pub(crate) fn expect_files(&self) {
        if let Some(files) = &self.files {
            files.is_behind.store(true, Ordering::Relaxed);
        }
    }

    /// Whether something is left to do that an act did not finish.
    pub(crate) fn has_files_behind(&self) -> bool {
        self.files.as_ref().is_some_and(|files| files.is_behind.load(Ordering::Relaxed))
    }

    /// Brings every file to where it belongs: to the media folder what is public, out of both what was killed or never
    /// attached. What a crash left undone is done by this.
    pub async fn settle_files(&self) -> Result<(), FilesError> {
        let Some(files) = &self.files else { return Ok(()) };
        files.is_behind.store(false, Ordering::Relaxed);
        let settled = self.settle_all(files).await;
        if settled.is_err() {
            files.is_behind.store(true, Ordering::Relaxed);
        }
        settled
    }

    async fn settle_all(&self, files: &Files) -> Result<(), FilesError> {
        let mut after = Uuid::nil();
        loop {
            let page = self.store.private_uploads(after).await?;
            let Some(last) = page.last() else { break };
            after = last.id;
            self.release(files, page).await?;
        }
        let killed = self.store.killed_assets(None).await?;
        self.remove_killed(files, killed).await?;
        self.sweep(files).await
    }

    async fn settle_some(&self, files: &Files, entries: &[EntryId]) -> Result<(), FilesError> {
        let mut uploads = self.store.uploads_of(entries).await?;
        uploads.retain(|upload| upload.place == UploadPlace::Private);
        self.release(files, uploads).await?;
        let killed = self.store.killed_assets(Some(entries)).await?;
        self.remove_killed(files, killed).await
    }

    /// Moves those that their asset has in public.
    async fn release(&self, files: &Files, uploads: Vec<Upload>) -> Result<(), FilesError> {
        let names: Vec<&str> = uploads.iter().map(Upload::stored).collect();
        let holders = self.store.holders_of_files(&names).await?;
        let is_public = |upload: &Upload| {
            let held = holders.get(upload.stored());
            held.is_some_and(|held| upload.entry.is_some_and(|entry| held.contains(&entry)))
        };
        let mut released = Vec::new();
        for upload in uploads.iter().filter(|upload| is_public(upload)) {
            let Some(name) = StoredName::parse(upload.stored()) else { continue };
            let folders = files.folders.clone();
            let file = name.clone();
            if on_disk(move || folders.release(&file)).await? {
                released.push(upload.id);
            } else {
                tracing::error!(file = %name, "the file of a public asset is missing");
            }
        }
        self.place(&released, UploadPlace::Public).await
    }

    /// Removes what killed assets had, in public or in a draft.
    async fn remove_killed(&self, files: &Files, killed: Vec<(EntryId, Vec<String>)>) -> Result<(), FilesError> {
        let entries: Vec<EntryId> = killed.iter().map(|(id, _)| *id).collect();
        let uploads = self.store.uploads_of(&entries).await?;
        let names = uploads.iter().map(|upload| upload.stored().to_owned());
        let names = names.chain(killed.into_iter().flat_map(|(_, names)| names));
        let names: Vec<StoredName> = names.filter_map(|name| StoredName::parse(&name)).collect();
        let folders = files.folders.clone();
        on_disk(move || names.iter().try_for_each(|name| folders.remove(name))).await?;
        let ids: Vec<Uuid> = uploads.iter().map(|upload| upload.id).collect();
        self.place(&ids, UploadPlace::Removed).await
    }

    /// Removes what no asset took in time, and what a crash left without a row.
    async fn sweep(&self, files: &Files) -> Result<(), FilesError> {
        loop {
            let tx = self.store.begin().await?;
            let forgotten = tx.forget_uploads(self.clock.now()).await?;
            if forgotten.is_empty() {
                break;
            }
            tx.commit().await?;
            let names: Vec<_> = forgotten.iter().filter_map(|upload| StoredName::parse(upload.stored())).collect();
            let folders = files.folders.clone();
            on_disk(move || names.iter().try_for_each(|name| folders.discard(name))).await?;
        }
        let folders = files.folders.clone();
        let old = on_disk(move || folders.old_uploads(STRAY)).await?;
        let strange = self.store.strange_files(old.iter().map(|name| name.as_str().to_owned()).collect()).await?;
        let strange: Vec<_> = strange.iter().filter_map(|name| StoredName::parse(name)).collect();
        let folders = files.folders.clone();
        Ok(on_disk(move || strange.iter().try_for_each(|name| folders.discard(name))).await?)
    }

    async fn place(&self, ids: &[Uuid], place: UploadPlace) -> Result<(), FilesError> {
        if !ids.is_empty() {
            let tx = self.store.begin().await?;
            tx.place_uploads(ids, place).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Waits for the disk where nobody else waits for it.
async fn on_disk<T: Send + 'static>(work: impl FnOnce() -> std::io::Result<T> + Send + 'static) -> std::io::Result<T> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|err| Err(std::io::Error::other(err)))
}
