//! Inputs that several kinds of entry share. Each is given as a whole.

use async_graphql::ID;

use super::field::objects;
use super::scalar::LocalizedText;
use crate::graphql::delivery::scalar::{Partial, Tag};

objects! {
    /// A place.
    PlaceInput {
        /// Name, such as `Palais de Koulouba`.
        name: LocalizedText,
        /// Postal address.
        address: Option<LocalizedText>,
        /// ISO 3166-1 alpha-2 code of the country, in capitals.
        country_code: Option<String>,
        /// Position on the globe.
        point: Option<GeoPointInput>,
    }

    /// A position in WGS 84 degrees.
    GeoPointInput {
        /// North is positive, -90 to 90.
        latitude: f64,
        /// East is positive, -180 to 180.
        longitude: f64,
    }

    /// An asset in use, with texts for that use.
    MediaPlacementInput {
        /// The asset (content id).
        asset: ID,
        /// Text alternative for this use, else the asset's own.
        alt: Option<LocalizedText>,
        /// Caption for this use, else the asset's own.
        caption: Option<LocalizedText>,
    }

    /// Texts for search engines and social cards, where they differ from headline and summary.
    SeoInput {
        /// Document title.
        title: Option<String>,
        /// Meta description.
        description: Option<String>,
        /// Kept out of search engines.
        no_index: Option<bool>,
    }

    /// An identifier in another system.
    ExternalIdInput {
        /// Name of the system, such as `wikidata`.
        scheme: String,
        /// Identifier in that system.
        value: String,
    }

    /// An address of an earlier site that shall lead here.
    OldPathInput {
        /// Path and query, such as `/?p=12`.
        path: String,
        /// The language it showed, when it had one.
        locale: Option<Tag>,
    }

    /// A stretch of time; both ends are included.
    PeriodInput {
        /// First day, month or year.
        from: Option<Partial>,
        /// Last day, month or year; left out while it lasts.
        until: Option<Partial>,
    }
}
