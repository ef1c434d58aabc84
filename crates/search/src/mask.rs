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

    /// What it takes of memory.
    pub fn bytes(&self) -> u64 {
        8 * self.words.len() as u64
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

    /// Hands those it holds to `take`, 64 at a time: which of the 64s of the segment, and a bit for each of those meant.
    pub fn each_64(&self, mut take: impl FnMut(usize, u64)) {
        self.words.iter().enumerate().filter(|(_, word)| **word != 0).for_each(|(at, word)| take(at, *word));
    }

    /// Those for which `is_kept` has a bit, asked as [`Self::each_64`] hands them.
    pub fn filtered(&self, mut is_kept: impl FnMut(usize) -> u64) -> Self {
        let mut kept = Self { words: vec![0; self.words.len()] };
        self.each_64(|at, docs| kept.words[at] = docs & is_kept(at));
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

/// A bit for each of 64 flags, which are 0 or 1.
pub(crate) fn bits(flags: &[u8; 64]) -> u64 {
    // Moves the lowest bit of each of eight bytes to its place in the topmost one, where none meets another.
    const GATHER: u64 = 0x0102_0408_1020_4080;
    let (eights, _) = flags.as_chunks::<8>();
    let gathered = eights.iter().map(|eight| u64::from_le_bytes(*eight).wrapping_mul(GATHER) >> 56);
    gathered.enumerate().fold(0, |bits, (at, eight)| bits | eight << (8 * at))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn flags_become_bits(expected in any::<u64>()) {
            let flags = std::array::from_fn(|at| (expected >> at & 1) as u8);
            prop_assert_eq!(bits(&flags), expected);
        }
    }

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
        mask.each_64(|at, docs| words.push((at, docs)));
        assert_eq!(words, [(0, 1 | 1 << 63), (1, 1), (2, 2)]);
        let low = mask.filtered(|at| if at < 2 { u64::MAX } else { 0 });
        assert_eq!(low.iter().collect::<Vec<_>>(), [0, 63, 64]);
        rest.or(&mask);
        rest.clear(0);
        assert_eq!((rest.count(), Mask::all(64).count(), Mask::all(0).count()), (3, 64, 0));
    }
}
