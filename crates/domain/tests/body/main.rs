//! Bodies: reading, checking, annotating and rendering them.

mod annotate;
mod check;
mod html;
mod json;
mod markdown;
mod plain;
mod sample;
