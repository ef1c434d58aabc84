//! Every format, of items in every state.

mod calendar;
mod feeds;
mod html;
mod json_ld;
mod newsml;
mod ninjs;
mod oembed;
mod outside;
mod policy;
mod samples;
mod sitemaps;
mod support;
mod text;
