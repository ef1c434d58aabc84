//! The gate before any parser: one linear pass over the document's bytes, with a stack on the heap.
//!
//! Parsers recurse on brackets, so deep nesting must be refused by something that does not. The pass knows strings,
//! block strings and comments exactly as the specification does; where a parser might see it otherwise (an unfinished
//! string, a bracket closed by another kind) the document is refused, so nothing can hide from the count.

use std::ops::Range;

/// Size of a document that lexes and whose brackets match.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scan {
    /// Tokens; comments, commas and white space are none.
    pub tokens: usize,
    /// Brackets open at the deepest place.
    pub nesting: usize,
    /// Bytes of the strings that describe operations and fragments.
    pub descriptions: Vec<Range<usize>>,
}

/// Why no parser can read a document. Positions are byte offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// A string that does not end on its line, or a block string that does not end.
    #[error("unterminated string")]
    UnterminatedString(usize),
    /// A closing bracket that nothing opened, or that another kind opened.
    #[error("unexpected `{1}`")]
    Unexpected(usize, char),
    /// A bracket that is never closed.
    #[error("`{1}` is never closed")]
    Unclosed(usize, char),
}

impl ScanError {
    /// Byte offset of the finding.
    pub fn offset(self) -> usize {
        match self {
            Self::UnterminatedString(at) | Self::Unexpected(at, _) | Self::Unclosed(at, _) => at,
        }
    }
}

/// Counts tokens and nesting of `document` in one pass.
pub fn scan(document: &str) -> Result<Scan, ScanError> {
    let bytes = document.as_bytes();
    let mut found = Scan::default();
    let mut open: Vec<(usize, u8)> = Vec::new();
    let mut description = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => continue,
            b'#' => {
                at = skip_while(bytes, at, |byte| byte != b'\n' && byte != b'\r');
                continue;
            }
            b'"' => at = end_of_string(bytes, start).ok_or(ScanError::UnterminatedString(start))?,
            b'{' | b'[' | b'(' => {
                open.push((start, byte));
                found.nesting = found.nesting.max(open.len());
            }
            b'}' | b']' | b')' => {
                let opener = if byte == b')' { b'(' } else { byte - 2 };
                if open.pop().map(|(_, byte)| byte) != Some(opener) {
                    return Err(ScanError::Unexpected(start, char::from(byte)));
                }
            }
            b'.' => at = skip_while(bytes, at, |byte| byte == b'.'),
            b'-' | b'0'..=b'9' => {
                at = skip_while(bytes, at, |byte| is_word(byte) || matches!(byte, b'.' | b'+' | b'-'))
            }
            _ if is_word(byte) => at = skip_while(bytes, at, is_word),
            _ => {}
        }
        found.tokens += 1;
        let is_definition = matches!(&bytes[start..at], b"query" | b"mutation" | b"subscription" | b"fragment");
        found.descriptions.extend(description.take().filter(|_| is_definition));
        description = (byte == b'"' && open.is_empty()).then_some(start..at);
    }
    match open.pop() {
        Some((start, byte)) => Err(ScanError::Unclosed(start, char::from(byte))),
        None => Ok(found),
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn skip_while(bytes: &[u8], from: usize, holds: impl Fn(u8) -> bool) -> usize {
    from + bytes[from..].iter().take_while(|byte| holds(**byte)).count()
}

/// Offset behind the string that starts at `start`, or `None` when it does not end.
fn end_of_string(bytes: &[u8], start: usize) -> Option<usize> {
    let rest = &bytes[start..];
    if rest.starts_with(b"\"\"\"") {
        let mut at = 3;
        loop {
            let rest = rest.get(at..)?;
            match rest.first()? {
                b'\\' if rest.starts_with(b"\\\"\"\"") => at += 4,
                b'"' if rest.starts_with(b"\"\"\"") => return Some(start + at + 3),
                _ => at += 1,
            }
        }
    }
    let mut at = 1;
    loop {
        match rest.get(at)? {
            b'"' => return Some(start + at + 1),
            b'\n' | b'\r' => return None,
            b'\\' if matches!(rest.get(at + 1)?, b'\n' | b'\r') => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", 0, 0)]
    #[case("{a}", 3, 1)]
    #[case("query($a:[Int!]=[1,2]){a(b:{c:[$a]}){d}}", 33, 4)]
    #[case("{a # {[(\n}", 3, 1)]
    #[case("{a # {[(\r}", 3, 1)]
    #[case(r#"{a(b:"{[(\"{")}"#, 8, 2)]
    #[case(r#"{a(b:"\\")}"#, 8, 2)]
    #[case(r#"{a(b:"""{[( " "" \""" ( """)}"#, 8, 2)]
    #[case(r#"{a(b:"" c:"")}"#, 11, 2)]
    #[case("{...a ...on B{c}}", 10, 2)]
    #[case("{a...b...c}", 7, 1)]
    #[case("\u{feff}{a}", 6, 1)]
    #[case("{a(b:-1.5e+3)}", 8, 2)]
    fn tokens_and_nesting_are_those_of_the_specification(
        #[case] document: &str,
        #[case] tokens: usize,
        #[case] nesting: usize,
    ) {
        assert_eq!(scan(document), Ok(Scan { tokens, nesting, descriptions: Vec::new() }));
    }

    #[rstest]
    #[case("{a(b:\"", ScanError::UnterminatedString(5))]
    #[case("{a(b:\"x\n{{{{\")}", ScanError::UnterminatedString(5))]
    #[case("{a(b:\"x\\\n{{{{\")}", ScanError::UnterminatedString(5))]
    #[case("{a(b:\"\"\"x\\\"\"\")}", ScanError::UnterminatedString(5))]
    #[case("{a(b:\"\"\"\")}", ScanError::UnterminatedString(5))]
    #[case("{a]", ScanError::Unexpected(2, ']'))]
    #[case("}{", ScanError::Unexpected(0, '}'))]
    #[case("{a(b:[}[}[})}", ScanError::Unexpected(6, '}'))]
    #[case("{a{b}", ScanError::Unclosed(0, '{'))]
    fn what_a_parser_could_read_in_two_ways_is_refused(#[case] document: &str, #[case] error: ScanError) {
        assert_eq!(scan(document), Err(error));
    }

    #[rstest]
    #[case("\"d\" query A {a}", &["\"d\""])]
    #[case("\"\"\"d\n\"\"\" # why\n fragment F on A {a(b:\"query\")} \"e\" mutation M {a}", &["\"\"\"d\n\"\"\"", "\"e\""])]
    #[case("\"d\" {a}", &[])]
    #[case("\"d\" \"e\" query A {a}", &["\"e\""])]
    #[case("{a(b:\"d\" query:1)}", &[])]
    fn descriptions_stand_before_operations_and_fragments(#[case] document: &str, #[case] expected: &[&str]) {
        let found = scan(document).unwrap().descriptions;
        assert_eq!(found.into_iter().map(|range| &document[range]).collect::<Vec<_>>(), expected);
    }

    /// A document as a tree, so that its size is known before it is written.
    #[derive(Clone, Debug)]
    enum Piece {
        Token(&'static str),
        Ignored(&'static str),
        Group(char, Vec<Piece>),
    }

    impl Piece {
        fn write(&self, into: &mut String) {
            match self {
                Self::Token(text) | Self::Ignored(text) => into.push_str(text),
                Self::Group(open, inner) => {
                    into.push(*open);
                    inner.iter().for_each(|piece| piece.write(into));
                    into.push(match open {
                        '{' => '}',
                        '[' => ']',
                        _ => ')',
                    });
                }
            }
            into.push(' ');
        }

        fn tokens(&self) -> usize {
            match self {
                Self::Token(_) => 1,
                Self::Ignored(_) => 0,
                Self::Group(_, inner) => 2 + inner.iter().map(Self::tokens).sum::<usize>(),
            }
        }

        fn nesting(&self) -> usize {
            match self {
                Self::Group(_, inner) => 1 + inner.iter().map(Self::nesting).max().unwrap_or(0),
                _ => 0,
            }
        }
    }

    fn piece() -> impl Strategy<Value = Piece> {
        let leaf = prop_oneof![
            prop::sample::select(vec![
                "name",
                "_0",
                "-12",
                "1.5e-3",
                "...",
                "$",
                "!",
                "@",
                "\"\"",
                "\"{[(\"",
                r#""\"{""#,
                r#""\\""#,
                "\"\"\"\"\"\"",
                "\"\"\" { \" \"\" \n [ \"\"\"",
                "\"\"\"\\\"\"\"(\"\"\"",
            ])
            .prop_map(Piece::Token),
            prop::sample::select(vec![",", "\n", "# {[(\"\n", "#\"\"\"\n", "\t"]).prop_map(Piece::Ignored),
        ];
        leaf.prop_recursive(40, 200, 6, |inner| {
            (prop::sample::select(vec!['{', '[', '(']), prop::collection::vec(inner, 0..6))
                .prop_map(|(open, inner)| Piece::Group(open, inner))
        })
    }

    proptest! {
        #[test]
        fn the_scan_counts_what_was_written(pieces in prop::collection::vec(piece(), 0..6)) {
            let mut document = String::new();
            pieces.iter().for_each(|piece| piece.write(&mut document));
            let expected = Scan {
                tokens: pieces.iter().map(Piece::tokens).sum(),
                nesting: pieces.iter().map(Piece::nesting).max().unwrap_or(0),
                descriptions: Vec::new(),
            };
            prop_assert_eq!(scan(&document), Ok(expected));
        }

        #[test]
        fn the_scan_never_panics(document in "\\PC*|[{}\\[\\]()\"\\\\#\n a]*") {
            if let Err(error) = scan(&document) {
                prop_assert!(document.is_char_boundary(error.offset()));
            }
        }
    }
}
