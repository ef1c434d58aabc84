//! The tree of hashes over the entries of a log (RFC 6962, section 2.1), of which only every eighth level is kept.
//!
//! Kept level `L` holds the hashes of the complete subtrees over 256^`L` entries: level 0 those of the entries themselves. The
//! levels between are computed from them, so what is kept is what [tiles](crate::Tile) hold.

use std::ops::Range;

use sha2::{Digest, Sha256};

/// A hash of a subtree.
pub type Hash = [u8; 32];

/// Levels of the tree in one level that is kept.
const HEIGHT: u32 = 8;
/// Hashes in a tile.
pub(crate) const WIDTH: u64 = 1 << HEIGHT;

/// A run of hashes of one level that is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Run {
    #[allow(missing_docs)]
    pub level: u8,
    /// The first of them, counted from 0.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// The hash of an entry.
pub fn leaf(entry: &[u8]) -> Hash {
    let mut hash = Sha256::new_with_prefix([0]);
    hash.update(entry);
    hash.finalize().into()
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new_with_prefix([1]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// The hash of a tree without an entry.
fn of_nothing() -> Hash {
    Sha256::digest([]).into()
}

/// The end of a log, to which entries are added: of each level that is kept, the hashes of the tile that is not full yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Edge {
    size: u64,
    levels: Vec<Vec<Hash>>,
}

impl Edge {
    /// The runs that [`Edge::of`] takes for a log of `size` entries, in this order.
    pub fn runs(size: u64) -> Vec<Run> {
        let mut runs = Vec::new();
        let (mut level, mut count) = (0, size);
        while count > 0 {
            runs.push(Run { level, first: count - count % WIDTH, count: count % WIDTH });
            (level, count) = (level + 1, count / WIDTH);
        }
        runs
    }

    /// The end of a log of `size` entries; `None` when the hashes are not those of [`Edge::runs`].
    pub fn of(size: u64, levels: Vec<Vec<Hash>>) -> Option<Self> {
        let runs = Self::runs(size);
        let fits =
            runs.len() == levels.len() && runs.iter().zip(&levels).all(|(run, level)| run.count == level.len() as u64);
        fits.then_some(Self { size, levels })
    }

    /// How many entries the log has.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Adds an entry. The hashes to keep for it, each with its level and its place there.
    pub fn push(&mut self, entry: &[u8]) -> Vec<(u8, u64, Hash)> {
        let mut kept = Vec::new();
        let (mut hash, mut place) = (leaf(entry), self.size);
        self.size += 1;
        for level in 0..=u8::MAX {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::new());
            }
            let tile = &mut self.levels[usize::from(level)];
            tile.push(hash);
            kept.push((level, place, hash));
            if (tile.len() as u64) < WIDTH {
                break;
            }
            hash = fold_evenly(tile);
            tile.clear();
            place /= WIDTH;
        }
        kept
    }

    /// The hash of the whole tree.
    pub fn root(&self) -> Hash {
        // The complete subtrees that make up the tree, the largest first.
        let mut subtrees = Vec::new();
        for tile in self.levels.iter().rev() {
            let mut rest = tile.as_slice();
            while !rest.is_empty() {
                let (largest, others) = rest.split_at(1 << rest.len().ilog2());
                subtrees.push(fold_evenly(largest));
                rest = others;
            }
        }
        let whole = subtrees.into_iter().rev().reduce(|right, left| parent(&left, &right));
        whole.unwrap_or_else(of_nothing)
    }
}

/// The hash over a power of two of hashes.
fn fold_evenly(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.chunks_exact(2).map(|pair| parent(&pair[0], &pair[1])).collect();
    }
    level[0]
}

/// Where the hashes that are kept come from. Answers as many as the run has.
type Source<'a> = &'a mut dyn FnMut(Run) -> Vec<Hash>;

/// The runs that [`inclusion`] asks for.
pub fn runs_for_inclusion(index: u64, size: u64) -> Vec<Run> {
    let mut runs = Vec::new();
    inclusion(index, size, &mut |run| {
        let blanks = vec![[0; 32]; usize::try_from(run.count).unwrap_or_default()];
        runs.push(run);
        blanks
    });
    runs
}

/// The hashes that show that the entry `index` is in the tree over the first `size` entries, from the entry up. `index` is less
/// than `size`.
pub fn inclusion(index: u64, size: u64, source: Source<'_>) -> Vec<Hash> {
    let mut path = Vec::new();
    let mut range = 0..size;
    while range.end - range.start > 1 {
        let middle = split(&range);
        let (into, beside) = if index < middle {
            (range.start..middle, middle..range.end)
        } else {
            (middle..range.end, range.start..middle)
        };
        path.push(of_range(beside, source));
        range = into;
    }
    path.reverse();
    path
}

/// The root that a path of [`inclusion`] leads to; `None` when the path is too long or too short.
pub fn root_of(index: u64, size: u64, leaf: Hash, path: &[Hash]) -> Option<Hash> {
    if index >= size {
        return None;
    }
    // RFC 9162, section 2.1.3.2.
    let (mut at, mut last, mut hash) = (index, size - 1, leaf);
    for beside in path {
        if last == 0 {
            return None;
        }
        if at % 2 == 1 || at == last {
            hash = parent(beside, &hash);
            while at % 2 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = parent(&hash, beside);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    (last == 0).then_some(hash)
}

/// Where a tree over a range splits: the largest power of two below its length.
fn split(range: &Range<u64>) -> u64 {
    range.start + (1 << (range.end - range.start - 1).ilog2())
}

/// The hash over a range that is a subtree, complete or at the end of the log.
fn of_range(range: Range<u64>, source: Source<'_>) -> Hash {
    let length = range.end - range.start;
    if length.is_power_of_two() {
        let level = length.ilog2();
        let (kept, up) = (level / HEIGHT, level % HEIGHT);
        let (first, count) = ((range.start >> level) << up, 1 << up);
        let level = u8::try_from(kept).expect("a number of 64 bits has 8 levels that are kept");
        return fold_evenly(&source(Run { level, first, count }));
    }
    let middle = split(&range);
    let left = of_range(range.start..middle, source);
    parent(&left, &of_range(middle..range.end, source))
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;

    use super::*;

    /// RFC 6962, section 2.1, to the letter.
    fn naive(entries: &[Vec<u8>]) -> Hash {
        match entries {
            [] => of_nothing(),
            [one] => leaf(one),
            many => {
                let (left, right) = many.split_at((many.len()).next_power_of_two() / 2);
                parent(&naive(left), &naive(right))
            }
        }
    }

    fn entries(count: usize) -> Vec<Vec<u8>> {
        (0..count).map(|number| format!("entry {number}").into_bytes()).collect()
    }

    type Kept = HashMap<(u8, u64), Hash>;

    fn grown(entries: &[Vec<u8>]) -> (Edge, Kept) {
        let mut edge = Edge::default();
        let mut kept = Kept::new();
        for entry in entries {
            for (level, place, hash) in edge.push(entry) {
                assert_eq!(kept.insert((level, place), hash), None, "nothing kept is ever another");
            }
        }
        (edge, kept)
    }

    fn read(kept: &Kept, run: Run) -> Vec<Hash> {
        (run.first..run.first + run.count).map(|place| kept[&(run.level, place)]).collect()
    }

    #[test]
    fn the_roots_of_the_standard_are_found() {
        assert_eq!(hex(&Edge::default().root()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(&leaf(b"")), "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
    }

    fn hex(hash: &Hash) -> String {
        crate::Digest(*hash).to_string()
    }

    #[test]
    fn a_full_tile_leaves_one_hash_above_it() {
        for count in [255, 256, 257, 511, 512, 513] {
            let all = entries(count);
            let (edge, kept) = grown(&all);
            assert_eq!(edge.root(), naive(&all), "{count}");
            assert_eq!(kept.len(), count + count / 256, "{count}");
        }
        let (edge, kept) = grown(&entries(65_537));
        assert_eq!(kept.len(), 65_537 + 256 + 1);
        assert_eq!(Edge::runs(65_537).len(), 3);
        let levels = Edge::runs(65_537).into_iter().map(|run| read(&kept, run)).collect();
        assert_eq!(Edge::of(65_537, levels), Some(edge));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn roots_and_proofs_are_those_of_a_naive_tree(size in 1usize..900, at in 0usize..900, more in 0usize..300) {
            let (index, all) = (at % size, entries(size + more));
            let (_, kept) = grown(&all);
            let (edge, _) = grown(&all[..size]);
            let root = naive(&all[..size]);
            prop_assert_eq!(edge.root(), root);
            let levels = Edge::runs(size as u64).into_iter().map(|run| read(&kept, run)).collect();
            prop_assert_eq!(Edge::of(size as u64, levels), Some(edge));

            // A proof is made for an earlier size while the log goes on.
            let asked = std::cell::RefCell::new(Vec::new());
            let path = inclusion(index as u64, size as u64, &mut |run| { asked.borrow_mut().push(run.clone()); read(&kept, run) });
            prop_assert_eq!(asked.into_inner(), runs_for_inclusion(index as u64, size as u64));
            let proven = |index: usize, size: usize, leaf, path: &[Hash]| root_of(index as u64, size as u64, leaf, path) == Some(root);
            let this = leaf(&all[index]);
            prop_assert!(proven(index, size, this, &path));
            prop_assert!(!proven(index, size, leaf(b"another"), &path));
            prop_assert!(size == 1 || !proven((index + 1) % size, size, this, &path) );
            let mut longer = path.clone();
            longer.push([7; 32]);
            prop_assert!(!proven(index, size, this, &longer));
            for at in 0..path.len() {
                let mut altered = path.clone();
                altered[at][3] ^= 1;
                prop_assert!(!proven(index, size, this, &altered));
                prop_assert!(!proven(index, size, this, &path[..at]));
            }
        }
    }
}
