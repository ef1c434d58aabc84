//! What documents are worth for what is asked.

use crate::matching::{IN_NAME, Points};

/// Hundredths of points for a name that holds the words asked for and no others.
const WHOLE_NAME: u32 = 6_000;

/// Scores the documents of a segment: the mean of their points, a share for a name that says nothing else, and what they
/// are worth by themselves; in hundredths of points.
pub(crate) struct Scores<'a> {
    wanted: Vec<&'a Points>,
    /// The mean, by the sum: to divide takes as long as all the rest.
    means: Vec<u32>,
}

impl<'a> Scores<'a> {
    pub fn new(wanted: Vec<&'a Points>) -> Self {
        let count = wanted.len() as u32;
        let most = u32::from(u8::MAX) * count;
        Self { means: (0..=most).map(|sum| sum * 100 / count.max(1)).collect(), wanted }
    }

    /// Tells the score of each of `docs`, bits of the 64 documents from `first` on; `worth` has what each is worth by
    /// itself, and how many words its name has.
    pub fn each(&self, first: usize, docs: u64, worth: &[u64; 64], mut tell: impl FnMut(u32, u32)) {
        let (mut sums, mut in_name) = ([0_u16; 64], [0_u8; 64]);
        for points in &self.wanted {
            let own = &points[first..points.len().min(first + 64)];
            for ((sum, in_name), points) in sums.iter_mut().zip(&mut in_name).zip(own) {
                *sum += u16::from(*points);
                *in_name += u8::from(*points >= IN_NAME);
            }
        }
        let mut rest = docs;
        while rest != 0 {
            let at = rest.trailing_zeros() as usize;
            rest &= rest - 1;
            let (own, name_words) = ((worth[at] >> 8) as u32, (worth[at] & 255) as u32);
            let score = self.means[usize::from(sums[at])] + self.whole(in_name[at], name_words) + own;
            tell((first + at) as u32, score);
        }
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
