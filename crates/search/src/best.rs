//! The best of many documents.

/// Keeps the documents that can come onto a page: those of the highest scores, with all that are equal to the last.
pub(crate) struct Best {
    /// How many come onto it.
    wanted: usize,
    /// The page begins among those of this score.
    from: Option<u32>,
    found: Vec<Scored>,
    /// Those of the score the page begins among: which of them come before it is told by their ids.
    equal: Vec<Scored>,
    /// Less than this is not on the page.
    least: u32,
    /// How many may be held before those below the page are dropped.
    room: usize,
}

/// A score, and the segment and document that have it.
type Scored = (u32, usize, u32);

impl Best {
    pub fn new(wanted: usize, from: Option<u32>) -> Self {
        Self { wanted, from, found: Vec::new(), equal: Vec::new(), least: 0, room: 4 * wanted + 64 }
    }

    /// Documents of a lower score need not be offered.
    pub fn least(&self) -> u32 {
        self.least
    }

    pub fn offer(&mut self, score: u32, segment: usize, doc: u32) {
        if score < self.least {
            return;
        }
        match self.from {
            Some(from) if score > from => {}
            Some(from) if score == from => self.equal.push((score, segment, doc)),
            _ => self.push((score, segment, doc)),
        }
    }

    fn push(&mut self, scored: Scored) {
        self.found.push(scored);
        if self.found.len() < self.room {
            return;
        }
        let (_, last, _) = self.found.select_nth_unstable_by(self.wanted - 1, |a, b| b.0.cmp(&a.0));
        self.least = last.0;
        self.found.retain(|(score, ..)| *score >= self.least);
        // Many may be equal to the last.
        self.room = self.room.max(2 * self.found.len());
    }
}

impl IntoIterator for Best {
    type Item = Scored;
    type IntoIter = std::iter::Chain<std::vec::IntoIter<Scored>, std::vec::IntoIter<Scored>>;

    /// In no order.
    fn into_iter(self) -> Self::IntoIter {
        self.equal.into_iter().chain(self.found)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn all_that_can_come_onto_a_page_are_kept(
            scores in prop::collection::vec(0_u32..40, 0..400),
            wanted in 1_usize..20,
            from in prop::option::of(0_u32..40),
        ) {
            let mut best = Best::new(wanted, from);
            for (doc, score) in scores.iter().enumerate() {
                best.offer(*score, 0, doc as u32);
            }
            let kept: Vec<u32> = best.into_iter().map(|(_, _, doc)| doc).collect();
            let mut below: Vec<u32> = scores.iter().copied().filter(|score| from.is_none_or(|from| *score < from)).collect();
            below.sort_unstable_by(|a, b| b.cmp(a));
            let least = below.get(wanted - 1).copied().unwrap_or(0);
            for (doc, score) in scores.iter().enumerate() {
                let belongs = from.is_some_and(|from| *score == from)
                    || (from.is_none_or(|from| *score < from) && *score >= least && !below.is_empty());
                if belongs {
                    prop_assert!(kept.contains(&(doc as u32)), "{doc} with {score}, least {least}");
                }
                if from.is_some_and(|from| *score > from) {
                    prop_assert!(!kept.contains(&(doc as u32)));
                }
            }
        }
    }
}
