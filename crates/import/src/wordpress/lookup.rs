//! What addresses and numbers in texts mean: entries and assets of the same import.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use griot_domain::{AssetId, AssetKind, EntryId};
use percent_encoding::percent_decode_str;
use url::Url;

use super::asset::kind_of;
use super::items::ItemFact;
use super::standing::{Matter, Standing};
use super::survey::Survey;
use crate::html::{KnownAsset, Site};

/// Uploads by address and by what they were uploaded to.
#[derive(Debug, Default)]
pub(crate) struct Uploads {
    /// By the hash of the address as it stands.
    exact: HashMap<u64, u64>,
    /// By the hash of the address without what WordPress adds for sizes.
    stems: HashMap<u64, u64>,
    children: HashMap<u64, Vec<u64>>,
}

impl Uploads {
    pub(crate) fn of(survey: &Survey) -> Self {
        let mut uploads = Self::default();
        // The first upload of a name wins, whatever the order of the map.
        for (number, _) in survey.items.iter() {
            let Some(upload) = survey.items.uploads.get(&number) else { continue };
            let Ok(url) = Url::parse(&upload.url) else { continue };
            let place = place(&url);
            uploads.stems.entry(hash(stem(&place))).or_insert(number);
            uploads.exact.entry(hash(&place)).or_insert(number);
            if upload.parent != 0 {
                uploads.children.entry(upload.parent).or_default().push(number);
            }
        }
        uploads
    }
}

/// The site as the text of one item sees it.
pub(crate) struct Lookup<'a> {
    pub(crate) survey: &'a Survey,
    pub(crate) uploads: &'a Uploads,
    pub(crate) number: u64,
    /// Address of the item.
    pub(crate) base: Url,
    /// A draft may show what is not public; a public item may not.
    pub(crate) sees_drafts: bool,
}

impl Lookup<'_> {
    fn asset(&self, number: u64) -> Option<KnownAsset<'_>> {
        let fact = self.survey.items.get(number).filter(|fact| self.may_see(fact))?;
        let upload = self.survey.items.uploads.get(&number)?;
        Some(KnownAsset { id: AssetId(fact.entry.0), url: &upload.url })
    }

    fn may_see(&self, fact: &ItemFact) -> bool {
        self.sees_drafts || fact.standing == Standing::Published
    }

    /// Uploads to the item that are no images.
    pub(crate) fn own_documents(&self) -> Vec<AssetId> {
        self.children(|kind| kind != AssetKind::Image).map(|asset| asset.id).collect()
    }

    fn children(&self, fits: impl Fn(AssetKind) -> bool) -> impl Iterator<Item = KnownAsset<'_>> {
        let numbers = self.uploads.children.get(&self.number).into_iter().flatten();
        numbers.filter_map(|number| self.asset(*number)).filter(move |asset| fits(kind_of(asset.url)))
    }
}

impl Site for Lookup<'_> {
    fn entry_at(&self, url: &Url) -> Option<EntryId> {
        if !self.survey.site.is_own(url) {
            return None;
        }
        let named = url.query_pairs().find(|(key, _)| matches!(key.as_ref(), "p" | "page_id"));
        let number = match named {
            Some((_, number)) => number.parse().ok()?,
            None => self.survey.item_at(&self.survey.site.old_path(url.as_str())?)?,
        };
        let fact = self.survey.items.get(number)?;
        (fact.standing == Standing::Published && fact.matter != Matter::Attachment).then_some(fact.entry)
    }

    fn asset_at(&self, url: &Url) -> Option<KnownAsset<'_>> {
        let place = place(url);
        let exact = self.uploads.exact.get(&hash(&place));
        self.asset(*exact.or_else(|| self.uploads.stems.get(&hash(stem(&place))))?)
    }

    fn asset_numbered(&self, id: u64) -> Option<KnownAsset<'_>> {
        self.asset(id)
    }

    fn own_pictures(&self) -> Vec<KnownAsset<'_>> {
        self.children(|kind| kind == AssetKind::Image).collect()
    }

    fn base(&self) -> &Url {
        &self.base
    }
}

/// Host and path of an address.
fn place(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    format!("{host}{}", percent_decode_str(url.path()).decode_utf8_lossy())
}

/// `place` up to the end of the name of the upload: without extension, `-300x200`, `-scaled`, `-rotated`.
fn stem(place: &str) -> &str {
    let mut stem = place.rsplit_once('.').map_or(place, |(stem, _)| stem);
    if let Some((before, size)) = stem.rsplit_once('-')
        && let Some((width, height)) = size.split_once('x')
        && [width, height].iter().all(|side| !side.is_empty() && side.bytes().all(|b| b.is_ascii_digit()))
    {
        stem = before;
    }
    ["-scaled", "-rotated"].iter().find_map(|end| stem.strip_suffix(end)).unwrap_or(stem)
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_an_upload_have_one_stem() {
        let of = |url: &str| stem(&place(&Url::parse(url).unwrap())).to_owned();
        let original = of("https://koulouba.ml/wp-content/uploads/2023/07/photo.jpg");
        for size in ["photo-300x200.jpg", "photo-scaled.jpg", "photo-1024x683.jpg", "photo.webp"] {
            assert_eq!(of(&format!("http://www.koulouba.ml/wp-content/uploads/2023/07/{size}")), original);
        }
        assert_ne!(of("https://koulouba.ml/wp-content/uploads/2023/07/photo-2.jpg"), original);
        assert_eq!(of("https://koulouba.ml/%C3%A9t%C3%A9.jpg"), "koulouba.ml/été");
    }
}
