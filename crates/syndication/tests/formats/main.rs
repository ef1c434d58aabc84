//! Every format, of items in every state.

mod html;
mod json_ld;
mod newsml;
mod ninjs;
mod samples;
mod text;
