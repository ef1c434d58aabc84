//! How a failure is told on the last line.

use std::fmt::Write;

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
