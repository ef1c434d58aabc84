//! Writing the record as JSON lines.

use std::io::{self, Write};

use griot_persistence::{Publisher, StoreError};

use super::write::write_line;

/// Publications read at a time.
const PAGE: u64 = 500;

/// Why an export stopped.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The record could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The output could not be written.
    #[error("cannot write the export: {0}")]
    Write(#[from] io::Error),
}

/// Writes every publication of the record, in the order they were made; answers how many lines that is. The same
/// record gives the same bytes.
pub async fn export_json(published: &Publisher, out: &mut impl Write) -> Result<u64, ExportError> {
    let mut lines = 0;
    let mut after = 0;
    loop {
        let page = published.journal_page(after, PAGE).await?;
        let Some((last, _)) = page.last() else { break };
        after = *last;
        for (_, publication) in &page {
            write_line(out, publication)?;
            lines += 1;
        }
    }
    out.flush()?;
    Ok(lines)
}
