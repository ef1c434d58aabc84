//! Files of assets: facts the record has of those it keeps, and the fetching of others.

use std::collections::HashMap;

use griot_domain::{AssetFile, Entry, EntryId, EntryKind};

use super::convert::Ready;
use super::options::WordPressOptions;
use super::run::WordPressError;
use crate::media::Fetcher;
use crate::target::Target;

/// Files fetched at the same time.
const AT_ONCE: usize = 4;

/// See the module.
pub(super) struct Files {
    /// Of assets whose file is kept, with the address it came from.
    kept: HashMap<EntryId, (String, AssetFile)>,
    fetcher: Option<Fetcher>,
}

impl Files {
    pub(super) async fn load(options: &WordPressOptions, target: &Target<'_>) -> Result<Self, WordPressError> {
        let mut kept = HashMap::new();
        for store in [Some(target.published), target.editorial].into_iter().flatten() {
            for live in store.live_entries(EntryKind::Asset).await? {
                if let Entry::Asset(asset) = live.entry
                    && asset.file.stored.is_some()
                {
                    kept.insert(live.id, (asset.url, asset.file));
                }
            }
        }
        let media = options.media.as_ref().filter(|_| !options.is_rehearsal);
        Ok(Self { kept, fetcher: media.map(Fetcher::new).transpose()? })
    }

    /// Fills in the facts of the files; what cannot be fetched stays an address, with a note.
    pub(super) async fn attach(&mut self, batch: &mut [Ready]) {
        let mut wanted = Vec::new();
        for (position, ready) in batch.iter_mut().enumerate() {
            let id = ready.publication.id;
            let Some(Entry::Asset(asset)) = &mut ready.publication.entry else { continue };
            match self.kept.get(&id).filter(|(url, file)| *url == asset.url && self.has_file(file)) {
                Some((_, file)) => asset.file = file.clone(),
                None => wanted.push((position, asset.url.clone())),
            }
        }
        let Some(fetcher) = &self.fetcher else { return };
        let mut fetched = Vec::new();
        for chunk in wanted.chunks(AT_ONCE) {
            fetched.extend(futures_util::future::join_all(chunk.iter().map(|(_, url)| fetcher.fetch(url))).await);
        }
        for ((position, url), outcome) in wanted.into_iter().zip(fetched) {
            let Ready { publication, about } = &mut batch[position];
            let Some(Entry::Asset(asset)) = &mut publication.entry else { continue };
            match outcome {
                Ok(file) => {
                    asset.file = AssetFile { name: asset.file.name.take(), ..file };
                    self.kept.insert(publication.id, (url, asset.file.clone()));
                }
                Err(error) => about.notes.push(format!("its file was not fetched: {error}")),
            }
        }
    }

    /// Whether the copy is still there, as far as that can be told.
    fn has_file(&self, file: &AssetFile) -> bool {
        match (&self.fetcher, &file.stored) {
            (Some(fetcher), Some(name)) => fetcher.has(name),
            _ => true,
        }
    }
}
