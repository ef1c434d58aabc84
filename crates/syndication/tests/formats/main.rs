//! Every format, of items in every state.

mod samples;
mod text;
