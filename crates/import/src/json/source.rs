//! Lines of a file, within limits.

use std::io::{self, BufRead, Read};

/// Longest line, in bytes.
pub(super) const MAX_LINE: u64 = 16 << 20;

/// Reads a file line by line. A byte order mark, CRLF, blank lines and lines that begin with `#` are passed over.
pub(super) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// Number of the last line read, from 1.
    pub number: u64,
    /// Bytes read.
    pub bytes: u64,
}

/// A line that cannot be read as text; reading goes on behind it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum LineFault {
    #[error("the line is longer than {} MiB; split the entry's body or import its media by address", MAX_LINE >> 20)]
    TooLong,
    #[error("byte {0} of the line is not UTF-8; save the file in UTF-8")]
    NotUtf8(usize),
}

impl<R: BufRead> Lines<R> {
    pub fn of(source: R) -> Self {
        Self { source, buffer: Vec::new(), number: 0, bytes: 0 }
    }

    /// The next line that holds something, or `None` at the end.
    pub fn next(&mut self) -> io::Result<Option<Result<&str, LineFault>>> {
        loop {
            self.buffer.clear();
            let read = (&mut self.source).take(MAX_LINE + 2).read_until(b'\n', &mut self.buffer)? as u64;
            if read == 0 {
                return Ok(None);
            }
            self.number += 1;
            self.bytes += read;
            let is_whole = self.buffer.last() == Some(&b'\n');
            if !is_whole && read > MAX_LINE {
                self.skip_line()?;
                return Ok(Some(Err(LineFault::TooLong)));
            }
            if self.number == 1 && self.buffer.starts_with(b"\xef\xbb\xbf") {
                self.buffer.drain(..3);
            }
            let blank = self.buffer.iter().find(|byte| !byte.is_ascii_whitespace());
            if !matches!(blank, None | Some(b'#')) {
                break;
            }
        }
        let line = str::from_utf8(&self.buffer).map(str::trim).map_err(|err| LineFault::NotUtf8(err.valid_up_to() + 1));
        Ok(Some(line))
    }

    fn skip_line(&mut self) -> io::Result<()> {
        loop {
            let available = self.source.fill_buf()?;
            let end = available.iter().position(|byte| *byte == b'\n');
            let used = end.map_or(available.len(), |end| end + 1);
            self.source.consume(used);
            self.bytes += used as u64;
            if end.is_some() || used == 0 {
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8]) -> Vec<(u64, Result<String, LineFault>)> {
        let mut lines = Lines::of(text);
        let mut read = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            let line = line.map(str::to_owned);
            read.push((lines.number, line));
        }
        assert_eq!(lines.bytes, text.len() as u64);
        read
    }

    #[test]
    fn marks_blank_lines_and_comments_are_passed_over_and_lines_keep_their_numbers() {
        let text = b"\xef\xbb\xbf# head\r\n\r\n{\"a\":1}\r\n  \n  # note\n{\"b\":2}";
        assert_eq!(read(text), [(3, Ok("{\"a\":1}".into())), (6, Ok("{\"b\":2}".into()))]);
        assert_eq!(read(b"\xef\xbb\xbf{}"), [(1, Ok("{}".into()))]);
        assert_eq!(read(b""), []);
    }

    #[test]
    fn a_line_that_is_not_utf8_is_named_and_passed() {
        assert_eq!(read(b"{\"a\":\"\xff\"}\n{}\n"), [(1, Err(LineFault::NotUtf8(7))), (2, Ok("{}".into()))]);
    }

    #[test]
    fn a_line_over_the_limit_is_named_and_passed() {
        let mut text = vec![b'x'; MAX_LINE as usize + 5];
        text.extend_from_slice(b"\n{}\n");
        assert_eq!(read(&text), [(1, Err(LineFault::TooLong)), (2, Ok("{}".into()))]);
        let mut text = vec![b'x'; MAX_LINE as usize];
        text.extend_from_slice(b"\r\n{}");
        assert_eq!(read(&text).len(), 2);
        assert!(read(&text)[0].1.is_ok());
    }
}
