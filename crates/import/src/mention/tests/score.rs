//! Precision and recall.

use std::collections::BTreeSet;
use std::fmt;

/// Compares what was found with what is there.
#[derive(Debug, Default)]
pub(super) struct Score {
    right: usize,
    pub wrong: Vec<String>,
    pub missed: Vec<String>,
}

impl Score {
    /// Counts one text; `what` names it in the list of misses.
    pub fn count(&mut self, what: &str, expected: &BTreeSet<String>, found: &BTreeSet<String>) {
        self.right += expected.intersection(found).count();
        self.wrong.extend(found.difference(expected).map(|name| format!("{what}: {name}")));
        self.missed.extend(expected.difference(found).map(|name| format!("{what}: {name}")));
    }

    /// Part of what was found that is there.
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.wrong.len())
    }

    /// Part of what is there that was found.
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.missed.len())
    }
}

fn ratio(right: usize, other: usize) -> f64 {
    right as f64 / (right + other) as f64
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (precision, recall) = (self.precision(), self.recall());
        write!(f, "precision {precision:.3}, recall {recall:.3} over {} names", self.right + self.missed.len())?;
        self.wrong.iter().try_for_each(|wrong| write!(f, "\n  wrong   {wrong}"))?;
        self.missed.iter().try_for_each(|missed| write!(f, "\n  missed  {missed}"))
    }
}
