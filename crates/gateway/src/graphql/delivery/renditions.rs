//! A rich text and what was made of it so far.

use std::sync::OnceLock;

use bytes::Bytes;
use griot_domain::body::HtmlOptions;
use griot_domain::{Body, EntryId};
use griot_front::parts;

use super::error::{Answer, ApiError};
use super::scalar::{Html, PortableText, Written};

/// A rich text with its usual renditions, each made when it is asked for first and kept with the text.
#[derive(Debug, Default)]
pub(crate) struct Renditions {
    pub body: Body,
    references: OnceLock<Vec<EntryId>>,
    html: OnceLock<Bytes>,
    plain_text: OnceLock<Bytes>,
    portable_text: OnceLock<Bytes>,
}

impl From<Body> for Renditions {
    fn from(body: Body) -> Self {
        Self { body, ..Self::default() }
    }
}

impl Renditions {
    /// The entries its links lead to.
    pub fn references(&self) -> &[EntryId] {
        self.references.get_or_init(|| self.body.references())
    }

    /// HTML of a text that refers to no entry: addresses of entries change without it.
    pub fn html_without_links(&self) -> Answer<Written<Html>> {
        let make = || self.body.html_with(&|_| None, HtmlOptions::default());
        kept(&self.html, || serde_json::to_vec(&make()))
    }

    pub fn plain_text(&self) -> Answer<Written<String>> {
        kept(&self.plain_text, || serde_json::to_vec(&self.body.plain_text()))
    }

    pub fn portable_text(&self) -> Answer<Written<PortableText>> {
        kept(&self.portable_text, || serde_json::to_vec(&self.body))
    }
}

fn kept<T>(cell: &OnceLock<Bytes>, make: impl FnOnce() -> serde_json::Result<Vec<u8>>) -> Answer<Written<T>> {
    parts::holds_kept_text();
    if let Some(json) = cell.get() {
        return Ok(Written::new(json.clone()));
    }
    let json = make().map_err(|err| ApiError::internal(format!("a body cannot be written as JSON: {err}")))?;
    Ok(Written::new(cell.get_or_init(|| Bytes::from(json)).clone()))
}
