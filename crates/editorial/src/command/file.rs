//! The file of an asset: an address elsewhere, or an upload.

use std::borrow::Cow;

use griot_domain::{Asset, AssetFile, Draft, DraftPatch, Entry, EntryId};
use griot_persistence::Upload;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::desk::{Step, Work};
use crate::{UserError, UserErrorCode};

/// The field of a patch that names an upload.
const UPLOAD: &str = "upload";

impl Work<'_, '_> {
    /// The patch of an asset with what the upload it names stands for. The facts about a file that is kept here are
    /// those that were measured: no patch gives others.
    pub(super) async fn with_file<'p>(
        &self,
        id: EntryId,
        draft: Option<&Draft>,
        patch: &'p DraftPatch,
    ) -> Step<Cow<'p, DraftPatch>> {
        let given = |name: &str| patch.entry.get(name);
        if given("file").is_some_and(|file| file.get("stored").is_some()) {
            return Ok(Err(vec![invalid("entry.file", "a file is kept by an upload; give its id as `upload`")]));
        }
        let asset = draft.and_then(|draft| match &draft.entry {
            Entry::Asset(asset) => Some(asset),
            _ => None,
        });
        match (given(UPLOAD), given("url")) {
            (Some(_), Some(_)) => {
                Ok(Err(vec![invalid(UPLOAD, "give `upload` or `url`, not both: an upload has its own address")]))
            }
            (Some(Value::String(upload)), None) => self.with_upload(id, asset, upload, patch).await,
            (Some(_), None) => Ok(Err(vec![UserError::required(UPLOAD, "`upload` cannot be cleared; give another")])),
            (None, Some(Value::Null)) => {
                Ok(Err(vec![UserError::required("entry.url", "`url` cannot be cleared; leave it out to keep it")]))
            }
            (None, None) if draft.is_none() => {
                Ok(Err(vec![UserError::required("entry.url", "an asset has a file: give `upload`, or `url`")]))
            }
            (None, url) => Ok(elsewhere(asset, url, patch)),
        }
    }

    async fn with_upload<'p>(
        &self,
        id: EntryId,
        asset: Option<&Asset>,
        upload: &str,
        patch: &'p DraftPatch,
    ) -> Step<Cow<'p, DraftPatch>> {
        let Some(files) = &self.desk.files else {
            return Ok(Err(vec![invalid(UPLOAD, "no uploads are taken here; give `url`")]));
        };
        if patch.entry.contains_key("file") {
            let why = "the facts about an upload are measured; leave `file` out";
            return Ok(Err(vec![invalid("entry.file", why)]));
        }
        let found = match upload.parse::<Uuid>() {
            Ok(upload) => self.tx.upload(upload).await?,
            Err(_) => None,
        };
        let Some(found) = found.filter(|found| found.entry.is_some() || found.expires_at > self.at) else {
            let why =
                format!("there is no upload {upload}: an upload no asset has is kept for 24 hours; send it again");
            return Ok(Err(vec![UserError::new(UserErrorCode::NotFound, UPLOAD, why)]));
        };
        if let Some(other) = found.entry.filter(|other| *other != id) {
            let why = format!("the upload is the file of the asset {other}; refer to that, or send the file again");
            return Ok(Err(vec![UserError::new(UserErrorCode::Taken, UPLOAD, why)]));
        }
        let kind = patch.entry.get("kind").cloned().or_else(|| asset.map(|asset| json!(asset.kind)));
        if let Some(error) = kind.and_then(|kind| misfit(kind.as_str().unwrap_or_default(), &found.file)) {
            return Ok(Err(vec![error]));
        }
        self.tx.attach_upload(found.id, id).await?;
        Ok(Ok(Cow::Owned(attached(patch, &found, &files.address))))
    }
}

/// The patch of an asset whose file is not a new upload. With another address, what was known of the file kept here is
/// no longer so.
fn elsewhere<'p>(
    asset: Option<&Asset>,
    url: Option<&Value>,
    patch: &'p DraftPatch,
) -> Result<Cow<'p, DraftPatch>, Vec<UserError>> {
    let Some(asset) = asset.filter(|asset| asset.file.stored.is_some()) else { return Ok(Cow::Borrowed(patch)) };
    let moves = url.is_some_and(|url| url.as_str() != Some(asset.url.as_str()));
    match (moves, patch.entry.contains_key("file")) {
        (true, false) => {
            let mut patch = patch.clone();
            patch.entry.insert("file".to_owned(), Value::Null);
            Ok(Cow::Owned(patch))
        }
        (false, true) => {
            let why = "the file is kept here and its facts are measured; give `upload` or another `url` to replace it";
            Err(vec![invalid("entry.file", why)])
        }
        _ => Ok(Cow::Borrowed(patch)),
    }
}

fn attached(patch: &DraftPatch, upload: &Upload, address: &str) -> DraftPatch {
    let mut patch = patch.clone();
    patch.entry.remove(UPLOAD);
    patch.entry.insert("url".to_owned(), json!(format!("{address}/{}", upload.stored())));
    patch.entry.insert("file".to_owned(), json!(upload.file));
    patch
}

/// Says so when a file is not of the kind of the asset.
fn misfit(kind: &str, file: &AssetFile) -> Option<UserError> {
    let mime_type = file.mime_type.as_deref().unwrap_or_default();
    let kinds: &[&str] = match mime_type.split_once('/') {
        Some(("image", _)) => &["IMAGE"],
        Some(("video", _)) => &["VIDEO", "AUDIO"],
        _ => &["DOCUMENT"],
    };
    (!kinds.contains(&kind)).then(|| {
        let why = format!("the file is {mime_type}: its asset is of the kind {}", kinds.join(" or "));
        invalid("entry.kind", why)
    })
}

fn invalid(path: &str, why: impl Into<String>) -> UserError {
    UserError::new(UserErrorCode::Invalid, path, why)
}
