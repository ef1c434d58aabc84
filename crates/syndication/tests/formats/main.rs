//! Every format, of items in every state.

mod json_ld;
mod ninjs;
mod samples;
mod text;
