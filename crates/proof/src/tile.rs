//! Addresses and contents of tiles (C2SP tlog-tiles).

use crate::tree::{Run, WIDTH};

/// A part of the log at an address of its own, such as `0/x001/067` or `entries/000.p/12`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tile {
    #[allow(missing_docs)]
    pub kind: TileKind,
    /// Counted from 0, each of 256.
    pub index: u64,
    /// How many of them are in it; 256 in a full one, which never changes.
    pub width: u64,
}

/// What a tile holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TileKind {
    /// Hashes of a level that is kept.
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

impl Tile {
    /// Reads what stands after `tile/` in an address.
    pub fn parse(path: &str) -> Option<Self> {
        let (kind, rest) = path.split_once('/')?;
        let kind = match kind {
            "entries" => TileKind::Entries,
            // The standard has levels 0 to 5.
            level => TileKind::Hashes(plain(level)?.try_into().ok().filter(|level| *level < 6)?),
        };
        let (index, width) = match rest.split_once(".p/") {
            Some((index, width)) => (index, plain(width).filter(|width| (1..WIDTH).contains(width))?),
            None => (rest, WIDTH),
        };
        let parts: Vec<&str> = index.split('/').collect();
        let (last, before) = parts.split_last()?;
        let mut number: u64 = 0;
        for part in before.iter().map(|part| part.strip_prefix('x')).chain([Some(*last)]) {
            let digits =
                part.filter(|digits| digits.len() == 3 && digits.bytes().all(|digit| digit.is_ascii_digit()))?;
            number = number.checked_mul(1_000)?.checked_add(digits.parse().ok()?)?;
        }
        let tile = Self { kind, index: number, width };
        // One address for each: no zeros in front.
        (tile.path() == path).then_some(tile)
    }

    /// What stands after `tile/` in its address.
    pub fn path(&self) -> String {
        let kind = match self.kind {
            TileKind::Hashes(level) => level.to_string(),
            TileKind::Entries => "entries".to_owned(),
        };
        let mut index = format!("{:03}", self.index % 1_000);
        let mut rest = self.index / 1_000;
        while rest > 0 {
            index = format!("x{:03}/{index}", rest % 1_000);
            rest /= 1_000;
        }
        let part = if self.width < WIDTH { format!(".p/{}", self.width) } else { String::new() };
        format!("{kind}/{index}{part}")
    }

    /// What it holds of the entries, or of the hashes at its level.
    pub fn run(&self) -> Option<Run> {
        let level = match self.kind {
            TileKind::Hashes(level) => level,
            TileKind::Entries => 0,
        };
        Some(Run { level, first: self.index.checked_mul(WIDTH)?, count: self.width })
    }

    /// Whether a log of `size` entries has it.
    pub fn is_in(&self, size: u64) -> bool {
        let Some(Run { level, first, count }) = self.run() else { return false };
        let at_level = size.checked_shr(u32::from(level) * 8).unwrap_or_default();
        first.checked_add(count).is_some_and(|end| end <= at_level)
    }

    /// Whether it is full.
    pub fn is_full(&self) -> bool {
        self.width == WIDTH
    }
}

fn plain(digits: &str) -> Option<u64> {
    digits.parse::<u64>().ok().filter(|number| number.to_string() == digits)
}

/// The contents of a tile of entries: each after its length, in two bytes, the higher first.
pub fn entry_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut bundle = Vec::new();
    for entry in entries {
        let length = u16::try_from(entry.len()).expect("an entry has some hundred bytes");
        bundle.extend(length.to_be_bytes());
        bundle.extend(entry);
    }
    bundle
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("0/000", TileKind::Hashes(0), 0, 256)]
    #[case("0/000.p/1", TileKind::Hashes(0), 0, 1)]
    #[case("2/x001/x234/067", TileKind::Hashes(2), 1_234_067, 256)]
    #[case("entries/x001/000.p/255", TileKind::Entries, 1_000, 255)]
    fn an_address_is_read_as_it_is_written(
        #[case] path: &str,
        #[case] kind: TileKind,
        #[case] index: u64,
        #[case] width: u64,
    ) {
        let tile = Tile { kind, index, width };
        assert_eq!(Tile::parse(path), Some(tile.clone()));
        assert_eq!(tile.path(), path);
    }

    #[rstest]
    #[case("0")]
    #[case("6/000")]
    #[case("00/000")]
    #[case("0/0")]
    #[case("0/x000/001")]
    #[case("0/001/002")]
    #[case("0/000.p/0")]
    #[case("0/000.p/256")]
    #[case("0/000.p/01")]
    #[case("0/+01")]
    #[case("entries/../000")]
    #[case("0/x999/x999/x999/x999/x999/x999/x999/999")]
    fn no_other_address_is_one(#[case] path: &str) {
        assert_eq!(Tile::parse(path), None);
    }

    #[test]
    fn a_log_has_the_tiles_that_its_entries_fill() {
        let has = |path: &str, size| Tile::parse(path).unwrap().is_in(size);
        assert!(has("0/000.p/3", 3) && !has("0/000.p/4", 3) && !has("0/000", 255) && has("0/000", 256));
        assert!(has("1/000.p/1", 256) && !has("1/000.p/1", 255) && !has("entries/001.p/1", 256));
        assert!(!has("5/x999/x999/x999/x999/x999/999", u64::MAX));
        assert_eq!(entry_bundle([b"ab".as_slice(), b""]), [0, 2, b'a', b'b', 0, 0]);
    }
}
