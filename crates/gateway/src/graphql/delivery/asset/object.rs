//! An asset.

use async_graphql::{Context, Enum, ID, InputObject, Object, SimpleObject};
use griot_domain::{AssetText, MediaPlacement};
use griot_front::directive::{Cost, ForwardConnection, List};

use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::loads::{Loads, loads};
use crate::graphql::delivery::scalar::{Address, Instant, Tag};
use crate::graphql::delivery::seen::{FromSeen, LocaleAlternate, Seen, alternates};
use crate::graphql::delivery::version::{VersionConnection, versions};

/// An image, document or recording.
#[derive(Clone)]
pub(crate) struct Asset {
    pub seen: Seen,
    /// Texts for the use it is put to, which win over its own.
    placement: Option<MediaPlacement>,
}

impl FromSeen for Asset {
    const KIND: griot_domain::EntryKind = griot_domain::EntryKind::Asset;

    fn from_seen(seen: Seen) -> Option<Self> {
        matches!(seen.record.entry, griot_domain::Entry::Asset(_)).then_some(Self { seen, placement: None })
    }
}

impl Asset {
    /// The asset in the use `placement` describes.
    pub fn placed(mut self, placement: &MediaPlacement) -> Self {
        self.placement = Some(placement.clone());
        self
    }

    pub fn entry(&self) -> &griot_domain::Asset {
        match &self.seen.record.entry {
            griot_domain::Entry::Asset(entry) => entry,
            _ => unreachable!("from_seen checks the kind"),
        }
    }

    pub fn own_text(&self) -> Option<&AssetText> {
        match &self.seen.record.text {
            griot_domain::Text::Asset(text) => Some(text),
            _ => None,
        }
    }

    /// Text alternative for this use.
    pub fn alternative(&self) -> Option<String> {
        self.placed_text(|use_| use_.alt.as_ref()).or_else(|| self.own_text()?.alt.clone())
    }

    /// Caption for this use.
    pub fn legend(&self) -> Option<String> {
        self.placed_text(|use_| use_.caption.as_ref()).or_else(|| self.own_text()?.caption.clone())
    }

    /// Address of the file.
    pub fn address(&self, loads: &Loads) -> String {
        match &self.entry().file.stored {
            Some(name) => format!("{}/{name}", loads.media_url),
            None => self.entry().url.clone(),
        }
    }

    fn placed_text(&self, of: impl Fn(&MediaPlacement) -> Option<&griot_domain::Localized>) -> Option<String> {
        self.placement.as_ref().and_then(of).map(|text| self.seen.pick(text).to_owned())
    }
}

/// An image, document, or recording.
#[Object(crate = "griot_front::lean::graphql")]
impl Asset {
    /// View id.
    pub async fn id(&self) -> ID {
        self.seen.node_id()
    }

    /// Identity of the asset across languages and time.
    async fn content_id(&self) -> ID {
        ID(self.seen.record.id.to_string())
    }

    /// What was public of it since when, in the language delivered, the newest first; as far as the view's `asOf`.
    #[graphql(directive = ForwardConnection::apply(10), directive = Cost::apply(5))]
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Answer<VersionConnection> {
        versions(&self.seen, loads(ctx)?, first, after.as_deref()).await
    }

    /// What sort of file it is.
    async fn kind(&self) -> AssetKind {
        self.entry().kind.into()
    }

    /// Title given to the file.
    async fn title(&self) -> Option<&str> {
        self.own_text()?.title.as_deref()
    }

    /// Text alternative for this use; an empty text marks a decorative image.
    async fn alt(&self) -> Option<String> {
        self.alternative()
    }

    /// Caption for this use.
    async fn caption(&self) -> Option<String> {
        self.legend()
    }

    /// Who made it and has to be named.
    async fn credit(&self) -> Option<&str> {
        self.entry().credit.as_deref()
    }

    /// Terms under which it may be used.
    async fn rights(&self) -> Option<&str> {
        self.entry().rights.as_ref().map(|rights| self.seen.pick(rights))
    }

    /// Address of the file. Renditions are not made yet: a transform is checked, and the original answered.
    async fn url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How to derive a rendition; the original when omitted.")] transform: Option<ImageTransform>,
    ) -> Answer<Address> {
        if let Some(transform) = transform {
            transform.check()?;
        }
        Ok(Address(self.address(loads(ctx)?)))
    }

    /// Name of the file as it was uploaded.
    async fn file_name(&self) -> Option<&str> {
        self.entry().file.name.as_deref()
    }

    /// Media type of the file, such as `image/jpeg`.
    async fn mime_type(&self) -> Option<&str> {
        self.entry().file.mime_type.as_deref()
    }

    /// Size in bytes; a float because files may exceed 2 GiB.
    async fn byte_size(&self) -> Option<f64> {
        self.entry().file.byte_size.map(|size| size as f64)
    }

    /// Width in pixels.
    async fn width(&self) -> Option<i32> {
        self.entry().file.width.and_then(|width| width.try_into().ok())
    }

    /// Height in pixels.
    async fn height(&self) -> Option<i32> {
        self.entry().file.height.and_then(|height| height.try_into().ok())
    }

    /// Point that stays visible when an image is cropped.
    async fn focal_point(&self) -> Option<FocalPoint> {
        self.entry().focal_point.map(|point| FocalPoint { x: point.x, y: point.y })
    }

    /// Language of the texts.
    async fn resolved_locale(&self) -> Tag {
        Tag(self.seen.record.locale.to_string())
    }

    /// The other languages of the texts.
    #[graphql(directive = List::apply(10))]
    async fn alternates(&self, ctx: &Context<'_>) -> Answer<Vec<LocaleAlternate>> {
        Ok(alternates(&self.seen, loads(ctx)?))
    }

    /// When the asset first became public.
    async fn published_at(&self) -> Instant {
        Instant(self.seen.record.since)
    }
}

/// What sort of file an asset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::AssetKind")]
pub(crate) enum AssetKind {
    /// A still image.
    Image,
    /// A document to read or download.
    Document,
    /// A sound recording.
    Audio,
    /// A moving picture.
    Video,
}

/// A position within an image, from the top left corner.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct FocalPoint {
    /// 0 (left) to 1 (right).
    x: f64,
    /// 0 (top) to 1 (bottom).
    y: f64,
}

/// How to derive a rendition from an image.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ImageTransform {
    /// Width in pixels, 1 to 8192.
    width: Option<i32>,
    /// Height in pixels, 1 to 8192.
    height: Option<i32>,
    /// What to do when the shape of the box differs; COVER when omitted.
    fit: Option<ImageFit>,
    /// File format; AUTO when omitted.
    format: Option<ImageFormat>,
    /// Quality, 1 to 100.
    quality: Option<i32>,
}

impl ImageTransform {
    fn check(&self) -> Answer<()> {
        let sides = [("transform.width", self.width, 8_192), ("transform.height", self.height, 8_192)];
        for (argument, value, most) in sides.into_iter().chain([("transform.quality", self.quality, 100)]) {
            if let Some(value) = value.filter(|value| !(1..=most).contains(value)) {
                return Err(ApiError::invalid(argument, format!("is {value}; use 1 to {most}")));
            }
        }
        Ok(())
    }
}

/// What to do when the shape of the box differs from the image's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ImageFit {
    /// Fit inside the box, keeping the shape.
    Contain,
    /// Fill the box, cropping around the focal point.
    Cover,
}

/// File format of a rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ImageFormat {
    /// The best the client accepts.
    Auto,
    /// AVIF.
    Avif,
    /// JPEG.
    Jpeg,
    /// PNG.
    Png,
    /// WebP.
    Webp,
}
