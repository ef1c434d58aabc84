//! Assets: images, documents, recordings.

use async_graphql::ID;

use super::field::objects;
use super::kind::kind;
use super::scalar::LocalizedText;
use crate::graphql::delivery::asset::AssetKind;
use crate::graphql::delivery::scalar::Address;

kind! {
    AssetWrites of Asset {
        /// Begins an asset, as a draft.
        create asset_create: AssetCreateInput,
        /// Changes the draft of an asset. What is left out stays, null clears, and what is given takes the place of what
        /// there was.
        update asset_update: AssetUpdateInput,
        /// An asset in one language.
        text: AssetTextInput,
        /// Changes of an asset in one language, or a new language.
        text update: AssetTextUpdateInput,
    }
    entry {
        required {
            /// What sort of file it is.
            kind: AssetKind,
        }
        optional {
            /// Address of the original, when it is not kept here; give this or `upload`.
            url: Address,
            /// A file that was brought in (`PUT /editorial/uploads`), by the id it was given then. Its facts are measured, and
            /// its address is made here.
            upload: ID,
            /// Facts about the original file, as far as known; not with `upload`.
            file: AssetFileInput,
            /// Who made it and has to be named.
            credit: String,
            /// Terms of use.
            rights: LocalizedText,
            /// Point that stays visible when an image is cropped.
            focal_point: FocalPointInput,
        }
    }
    text {
        required {}
        optional {
            /// Title of the file.
            title: String,
            /// Text alternative; empty for a decorative image.
            alt: String,
            /// Caption.
            caption: String,
        }
    }
}

objects! {
    /// Facts about a file.
    AssetFileInput {
        /// Name of the file as it was uploaded.
        name: Option<String>,
        /// Media type, such as `image/jpeg`.
        mime_type: Option<String>,
        /// Size in bytes, a whole number.
        byte_size: Option<f64>,
        /// SHA-256 of the bytes, lower-case hex.
        sha256: Option<String>,
        /// Width in pixels.
        width: Option<i32>,
        /// Height in pixels.
        height: Option<i32>,
    }

    /// A position within an image, from the top left corner.
    FocalPointInput {
        /// 0 (left) to 1 (right).
        x: f64,
        /// 0 (top) to 1 (bottom).
        y: f64,
    }
}
