//! Which documents of a segment are meant, one bit each.

/// A set of documents of one segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Mask {
    words: Vec<u64>,
    /// Documents of the segment.
    len: u32,
}

impl Mask {
    /// None of `count` documents.
    pub fn none(count: u32) -> Self {
        Self { words: vec![0; (count as usize).div_ceil(64)], len: count }
    }

    /// All of `count` documents.
    pub fn all(count: u32) -> Self {
        let mut mask = Self { words: vec![u64::MAX; (count as usize).div_ceil(64)], len: count };
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

    /// Hands those it holds to `take`, 64 at a time: the first document they are counted from, how many there are from it
    /// on, and a bit for each of those meant.
    pub fn each_word(&self, mut take: impl FnMut(usize, usize, u64)) {
        for (at, word) in self.words.iter().enumerate().filter(|(_, word)| **word != 0) {
            take(64 * at, (self.len as usize - 64 * at).min(64), *word);
        }
    }

    /// Those for which `is_kept` has a bit, asked as [`Self::each_word`] hands them.
    pub fn filtered(&self, mut is_kept: impl FnMut(usize, usize) -> u64) -> Self {
        let mut kept = Self::none(self.len);
        self.each_word(|first, count, docs| kept.words[first / 64] = docs & is_kept(first, count));
        kept
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
        let mut words = Vec::new();
        mask.each_word(|first, count, docs| words.push((first, count, docs)));
        assert_eq!(words, [(0, 64, 1 | 1 << 63), (64, 64, 1), (128, 2, 2)]);
        let low = mask.filtered(|first, _| if first < 128 { u64::MAX } else { 0 });
        assert_eq!(low.iter().collect::<Vec<_>>(), [0, 63, 64]);
        rest.or(&mask);
        rest.clear(0);
        assert_eq!((rest.count(), Mask::all(64).count(), Mask::all(0).count()), (3, 64, 0));
    }
}
