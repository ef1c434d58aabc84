//! What an import did, for the person who started it.

use std::collections::BTreeMap;
use std::fmt;

use griot_domain::{EntryId, EntryKind};
use griot_persistence::Outcome;

/// The result of an import, or of its rehearsal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Nothing was written: the figures say what would happen.
    pub is_rehearsal: bool,
    /// What became of the entries, by kind.
    pub counts: BTreeMap<EntryKind, Counts>,
    /// Items passed over on purpose, by reason, such as `draft`.
    pub skipped: BTreeMap<String, u64>,
    /// Names found in articles and sure.
    pub mention_count: u64,
    /// Names found in articles and left to an editor.
    pub suggestion_count: u64,
    /// What was changed on the way or could not be fetched, though the item went in, and what was merged; the first
    /// [`ImportReport::MAX_PROBLEMS`].
    pub notes: Vec<Problem>,
    /// What could not be imported and why; the first [`ImportReport::MAX_PROBLEMS`].
    pub problems: Vec<Problem>,
    /// Problems beyond those listed.
    pub unlisted_problem_count: u64,
}

/// What became of the entries of one kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Counts {
    pub created: u64,
    pub updated: u64,
    pub unchanged: u64,
}

/// One thing that could not be imported; the rest went in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line of the file, from 1.
    pub line: Option<u64>,
    /// What it is in the source, such as `post 123 “Visite”` or `entry.topics[0]`.
    pub item: Option<String>,
    /// What is wrong and what to do.
    pub message: String,
}

impl ImportReport {
    /// Problems kept one by one; the rest is counted.
    pub const MAX_PROBLEMS: usize = 1_000;

    /// Counts one outcome. `at` says where a refused publication came from.
    pub fn count(&mut self, kind: EntryKind, outcome: &Outcome, at: impl FnOnce() -> (Option<u64>, Option<String>)) {
        if let Outcome::Refused(refusal) = outcome {
            let (line, item) = at();
            return self.add_problem(Problem { line, item, message: refusal.to_string() });
        }
        let counts = self.counts.entry(kind).or_default();
        match outcome {
            Outcome::Created { .. } => counts.created += 1,
            Outcome::Updated { .. } => counts.updated += 1,
            Outcome::Unchanged | Outcome::Refused(_) => counts.unchanged += 1,
        }
    }

    /// Notes a problem.
    pub fn add_problem(&mut self, problem: Problem) {
        if self.problems.len() < Self::MAX_PROBLEMS {
            self.problems.push(problem);
        } else {
            self.unlisted_problem_count += 1;
        }
    }

    /// Notes something about an item that is no problem.
    pub fn add_note(&mut self, note: Problem) {
        if self.notes.len() < Self::MAX_PROBLEMS {
            self.notes.push(note);
        }
    }

    /// Notes a source record whose entry was made one with `kept`, which is left as it is.
    pub fn pass_over_merged(&mut self, line: Option<u64>, item: String, kept: EntryId) {
        self.skip("merged into another entry");
        let message = format!(
            "was merged into entry {kept}; nothing was written. Make the two one in the source, or leave this one out there"
        );
        self.add_note(Problem { line, item: Some(item), message });
    }

    /// Notes an item passed over on purpose.
    pub fn skip(&mut self, reason: &str) {
        *self.skipped.entry(reason.to_owned()).or_default() += 1;
    }

    /// Every problem, listed or not.
    pub fn problem_count(&self) -> u64 {
        self.problems.len() as u64 + self.unlisted_problem_count
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_rehearsal {
            writeln!(f, "Rehearsal: nothing was written. This would happen:")?;
        }
        for (kind, counts) in &self.counts {
            let Counts { created, updated, unchanged } = counts;
            writeln!(f, "{:<13} {created} new, {updated} changed, {unchanged} as before", format!("{kind}:"))?;
        }
        if self.mention_count + self.suggestion_count > 0 {
            writeln!(f, "mentions:     {} found, {} left to an editor", self.mention_count, self.suggestion_count)?;
        }
        for (reason, count) in &self.skipped {
            writeln!(f, "passed over:  {count} × {reason}")?;
        }
        for note in &self.notes {
            writeln!(f, "note:         {note}")?;
        }
        for problem in &self.problems {
            writeln!(f, "not imported: {problem}")?;
        }
        if self.unlisted_problem_count > 0 {
            writeln!(f, "not imported: {} more", self.unlisted_problem_count)?;
        }
        Ok(())
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.line, &self.item) {
            (Some(line), Some(item)) => write!(f, "line {line}, {item}: ")?,
            (Some(line), None) => write!(f, "line {line}: ")?,
            (None, Some(item)) => write!(f, "{item}: ")?,
            (None, None) => {}
        }
        f.write_str(&self.message)
    }
}
