//! Which documents of a segment are meant, one bit each.

/// A set of documents of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    words: Vec<u64>,
}

impl Mask {
    /// None of `count` documents.
    pub fn none(count: u32) -> Self {
        Self { words: vec![0; (count as usize).div_ceil(64)] }
    }

    /// All of `count` documents.
    pub fn all(count: u32) -> Self {
        let mut mask = Self { words: vec![u64::MAX; (count as usize).div_ceil(64)] };
        if let (Some(last), rest @ 1..) = (mask.words.last_mut(), count % 64) {
            *last = (1 << rest) - 1;
        }
        mask
    }

    pub fn set(&mut self, doc: u32) {
        self.words[doc as usize / 64] |= 1 << (doc % 64);
    }

    pub fn clear(&mut self, doc: u32) {
        self.words[doc as usize / 64] &= !(1 << (doc % 64));
    }

    pub fn and(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= other);
    }

    pub fn and_not(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word &= !other);
    }

    pub fn or(&mut self, other: &Self) {
        self.words.iter_mut().zip(&other.words).for_each(|(word, other)| *word |= other);
    }

    pub fn count(&self) -> u64 {
        self.words.iter().map(|word| u64::from(word.count_ones())).sum()
    }

    /// The documents meant, in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> + '_ {
        self.words.iter().enumerate().flat_map(|(at, word)| {
            let mut rest = *word;
            std::iter::from_fn(move || {
                if rest == 0 {
                    return None;
                }
                let bit = rest.trailing_zeros();
                rest &= rest - 1;
                Some(at as u32 * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn masks_are_sets() {
        let mut mask = Mask::none(130);
        for doc in [0, 63, 64, 129] {
            mask.set(doc);
        }
        assert_eq!(mask.iter().collect::<Vec<_>>(), [0, 63, 64, 129]);
        let mut rest = Mask::all(130);
        assert_eq!(rest.count(), 130);
        rest.and_not(&mask);
        assert_eq!(rest.count(), 126);
        rest.and(&mask);
        assert_eq!(rest, Mask::none(130));
        rest.or(&mask);
        rest.clear(0);
        assert_eq!((rest.count(), Mask::all(64).count(), Mask::all(0).count()), (3, 64, 0));
    }
}
