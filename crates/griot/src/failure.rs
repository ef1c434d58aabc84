//! How a failure is told on the last line.

use std::fmt::Write;
use std::io;

/// The message, then each cause that adds something. Many messages name their cause already.
pub fn explain(err: &anyhow::Error) -> String {
    let mut told = String::new();
    for cause in err.chain() {
        let words = cause.to_string();
        if told.is_empty() {
            told = words;
        } else if !told.contains(&words) {
            write!(told, ": {words}").expect("a string takes what is written");
        }
    }
    told
}

/// Whether the reader of our output has gone away.
pub fn is_closed_pipe(err: &anyhow::Error) -> bool {
    let kinds = err.chain().filter_map(|cause| cause.downcast_ref::<io::Error>()).map(io::Error::kind);
    kinds.into_iter().any(|kind| kind == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_is_told_once() {
        let disk = std::io::Error::other("disk on fire");
        let err = anyhow::Error::new(disk).context("cannot read x: disk on fire").context("import failed");
        assert_eq!(explain(&err), "import failed: cannot read x: disk on fire");
    }
}
