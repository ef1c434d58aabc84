//! What was issued, in the formats of the trade: documents and feeds. Nothing here reads, writes or asks the time: the same
//! item gives the same bytes.

pub mod feed;
pub mod html;
pub mod item;
mod json;
pub mod json_ld;
pub mod newsml;
pub mod ninjs;
pub mod oembed;
pub mod policy;
pub mod relation;
pub mod sitemap;
pub mod text;
mod wording;
mod xml;
