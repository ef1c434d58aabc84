//! Every format, of items in every state.

mod ninjs;
mod samples;
mod text;
