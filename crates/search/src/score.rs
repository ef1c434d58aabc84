//! What documents are worth for what is asked.

use crate::mask::bits;
use crate::matching::{IN_NAME, Points, of_64};

/// Hundredths of points for a name that holds the words asked for and no others.
const WHOLE_NAME: u32 = 6_000;

/// What the documents of a segment are worth by themselves, in hundredths of points.
pub(crate) struct Worth {
    /// With the number of words of their names in the last eight bits.
    each: Vec<u32>,
    /// The most of each 64 documents.
    most: Vec<u32>,
}

impl Worth {
    /// From the column of the index.
    pub fn of(weights: &[u64]) -> Self {
        let each: Vec<u32> = weights.iter().map(|weight| *weight as u32).collect();
        let most = each.chunks(64).map(|some| some.iter().copied().max().unwrap_or_default() >> 8).collect();
        Self { each, most }
    }

    /// What it takes of memory.
    pub fn bytes(&self) -> u64 {
        (size_of_val(&*self.each) + size_of_val(&*self.most)) as u64
    }

    /// Documents of the segment.
    pub fn items(&self) -> u64 {
        self.each.len() as u64
    }
}

/// Scores the documents of a segment: the mean of their points, a share for a name that says nothing else, and what they
/// are worth by themselves; in hundredths of points.
pub(crate) struct Scores<'a> {
    wanted: Vec<&'a Points>,
    worth: &'a Worth,
    /// The mean, by the sum: to divide takes as long as all the rest.
    means: Vec<u32>,
}

impl<'a> Scores<'a> {
    pub fn new(wanted: Vec<&'a Points>, worth: &'a Worth) -> Self {
        let count = wanted.len() as u32;
        let most = u32::from(u8::MAX) * count;
        Self { means: (0..=most).map(|sum| sum * 100 / count.max(1)).collect(), wanted, worth }
    }

    /// Tells the score of each of `docs`, bits of the 64 documents from `64 * at` on, that may have `least` or more.
    pub fn each(&self, at: usize, docs: u64, least: u32, mut tell: impl FnMut(u32, u32)) {
        let (mut sums, mut in_name) = ([0_u16; 64], [0_u8; 64]);
        for points in &self.wanted {
            let own = of_64(points, at);
            sums.iter_mut().zip(own).for_each(|(sum, points)| *sum += u16::from(*points));
            in_name.iter_mut().zip(own).for_each(|(in_name, points)| *in_name += u8::from(*points >= IN_NAME));
        }
        let mut rest = docs & self.hopeful(at, &sums, &in_name, least);
        while rest != 0 {
            let bit = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let doc = 64 * at + bit;
            let worth = self.worth.each[doc];
            let score = self.means[usize::from(sums[bit])] + self.whole(in_name[bit], worth & 255) + (worth >> 8);
            tell(doc as u32, score);
        }
    }

    /// Those of 64 documents that have `least`, were they worth as much as the best of them; and those with all of the
    /// words in their names, whatever share that gives.
    fn hopeful(&self, at: usize, sums: &[u16; 64], in_name: &[u8; 64], least: u32) -> u64 {
        let count = self.wanted.len() as u32;
        let mean = least.saturating_sub(self.worth.most[at]);
        let enough = u16::try_from((mean * count.max(1)).div_ceil(100)).unwrap_or(u16::MAX);
        let all = if count == 0 { u8::MAX } else { count as u8 };
        let mut flags = [0; 64];
        for ((flag, sum), in_name) in flags.iter_mut().zip(sums).zip(in_name) {
            *flag = u8::from(*sum >= enough) | u8::from(*in_name == all);
        }
        bits(&flags)
    }

    /// For a name that has all of the words: as much of it as they are.
    fn whole(&self, in_name: u8, name_words: u32) -> u32 {
        let count = self.wanted.len();
        match usize::from(in_name) {
            0 => 0,
            in_name if in_name < count => 0,
            _ => WHOLE_NAME * (count as u32).min(name_words) / name_words.max(1),
        }
    }
}
