use crate::refusal::Location;

/// Lines of a document, to turn byte offsets into line and column.
pub(crate) struct Lines<'a> {
    text: &'a str,
    /// Byte offset of the start of each line.
    starts: Vec<usize>,
    /// Characters before each byte; only for text that is not plain ASCII.
    characters: Option<Vec<u32>>,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let ends_line = *byte == b'\n' || (*byte == b'\r' && bytes.get(at + 1) != Some(&b'\n'));
            if ends_line {
                starts.push(at + 1);
            }
        }
        let characters = (!text.is_ascii()).then(|| {
            let mut seen = 0;
            let is_start = |byte: &u8| (*byte & 0xC0) != 0x80;
            let before = bytes.iter().map(|byte| {
                let before = seen;
                seen += u32::from(is_start(byte));
                before
            });
            before.collect()
        });
        Self { text, starts, characters }
    }

    /// Line and column of the character at byte `offset`; the end of the text for offsets behind it.
    pub(crate) fn at(&self, offset: usize) -> Location {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts[line - 1];
        let column = match &self.characters {
            None => offset - start,
            Some(_) if offset == self.text.len() => self.text[start..].chars().count(),
            Some(before) => (before[offset] - before[start]) as usize,
        };
        Location { line, column: column + 1 }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("ab\ncd", 3, 2, 1)]
    #[case("ab\r\ncd", 5, 2, 2)]
    #[case("ab\rcd", 3, 2, 1)]
    #[case("\"é𝄞\" x", 9, 1, 6)]
    #[case("é", 2, 1, 2)]
    #[case("", 9, 1, 1)]
    fn columns_count_characters(#[case] text: &str, #[case] offset: usize, #[case] line: usize, #[case] column: usize) {
        assert_eq!(Lines::new(text).at(offset), Location { line, column });
    }
}
