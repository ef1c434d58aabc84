//! The gate between an export file and the XML parser. It looks at every byte once and lets through only
//! what the parser can take in without harm: no declarations, bounded tags, bounded nesting, bounded text,
//! valid UTF-8. Comments are left out, so that memory never depends on them.

use std::io::{self, BufRead, Read};

use memchr::{memchr, memchr_iter, memchr3, memmem};

/// Deepest nesting of elements.
pub(crate) const MAX_DEPTH: usize = 64;
/// Most attributes of one element.
pub(crate) const MAX_ATTRIBUTES: usize = 256;
/// Longest text of one element, in bytes.
pub(crate) const MAX_TEXT: usize = 10 << 20;
/// Longest tag or processing instruction, in bytes.
const MAX_TAG: usize = 64 << 10;
const BUFFER: usize = 64 << 10;
/// Bytes that must be in sight to tell `<![CDATA[` from `<!--` and the rest.
const LOOK_AHEAD: usize = 9;

/// Why a file is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// `<!DOCTYPE …>` or another declaration.
    #[error("it has a document type declaration, which WordPress never writes: remove it, or export again")]
    Declaration,
    #[allow(missing_docs)]
    #[error("elements are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    #[allow(missing_docs)]
    #[error("an element has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes,
    #[allow(missing_docs)]
    #[error("a tag is longer than {MAX_TAG} bytes")]
    LongTag,
    /// UTF-16 or UTF-32.
    #[error("it is not in UTF-8: convert it, for instance with `iconv -t UTF-8`")]
    NotUtf8,
}

#[derive(Clone, Copy, Debug)]
enum State {
    Text,
    Cdata,
    Instruction,
    Tag {
        length: usize,
        attributes: usize,
        quote: Option<u8>,
        is_end: bool,
        last: u8,
    },
    /// Left out up to the terminator, which is left out as well for comments only.
    Comment,
    RestOfText,
    RestOfCdata,
}

/// See the module.
pub(crate) struct Gate<R> {
    source: R,
    buffer: Box<[u8]>,
    /// Next byte to hand out.
    start: usize,
    /// End of what may be handed out.
    ready: usize,
    /// End of what was read and is valid UTF-8.
    valid: usize,
    /// End of what was read.
    end: usize,
    is_at_end: bool,
    is_begun: bool,
    state: State,
    depth: usize,
    text_length: usize,
    line: u64,
    cut_text_at: Option<u64>,
    repaired_at: Option<u64>,
    refused: Option<Refused>,
}

impl<R: Read> Gate<R> {
    pub(crate) fn new(source: R) -> Self {
        Self {
            source,
            buffer: vec![0; BUFFER].into_boxed_slice(),
            start: 0,
            ready: 0,
            valid: 0,
            end: 0,
            is_at_end: false,
            is_begun: false,
            state: State::Text,
            depth: 0,
            text_length: 0,
            line: 1,
            cut_text_at: None,
            repaired_at: None,
            refused: None,
        }
    }

    /// Line of the next byte to be handed out, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// The line where text went over [`MAX_TEXT`] since the last call; the rest of that text is left out.
    pub(crate) fn take_cut_text(&mut self) -> Option<u64> {
        self.cut_text_at.take()
    }

    /// The line of the first bytes that were not UTF-8 (each became `?`) since the last call.
    pub(crate) fn take_repaired(&mut self) -> Option<u64> {
        self.repaired_at.take()
    }

    /// Line of a byte in the buffer.
    fn line_at(&self, position: usize) -> u64 {
        self.line + memchr_iter(b'\n', &self.buffer[self.start..position]).count() as u64
    }

    /// Moves what is left to the front and reads more behind it.
    fn refill(&mut self) -> io::Result<()> {
        self.buffer.copy_within(self.start..self.end, 0);
        self.end -= self.start;
        self.valid -= self.start;
        self.ready -= self.start;
        self.start = 0;
        while self.end < self.buffer.len() && !self.is_at_end {
            match self.source.read(&mut self.buffer[self.end..]) {
                Ok(0) => self.is_at_end = true,
                Ok(count) => {
                    self.end += count;
                    break;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        if !self.is_begun && (self.end >= 2 || self.is_at_end) {
            self.is_begun = true;
            let head = &self.buffer[..self.end];
            if head.starts_with(b"\xfe\xff") || head.starts_with(b"\xff\xfe") || head.starts_with(b"<\0") {
                return Err(io::Error::other(Refused::NotUtf8));
            }
        }
        self.repair();
        Ok(())
    }

    /// Advances `valid`; bytes that are no UTF-8 become `?`.
    fn repair(&mut self) {
        while self.valid < self.end {
            match std::str::from_utf8(&self.buffer[self.valid..self.end]) {
                Ok(_) => self.valid = self.end,
                Err(error) => {
                    self.valid += error.valid_up_to();
                    let bad = match error.error_len() {
                        Some(length) => length,
                        None if self.is_at_end => self.end - self.valid,
                        None => return, // the rest of the character is still to be read
                    };
                    self.buffer[self.valid..self.valid + bad].fill(b'?');
                    if self.repaired_at.is_none() {
                        self.repaired_at = Some(self.line_at(self.valid));
                    }
                }
            }
        }
    }

    /// Leaves out the bytes up to `to`; only when all before has been handed out.
    fn leave_out(&mut self, to: usize) {
        self.line += memchr_iter(b'\n', &self.buffer[self.ready..to]).count() as u64;
        self.ready = to;
        self.start = to;
    }

    /// Moves `ready` (or leaves bytes out) as far as what is in the buffer allows. False when more must be
    /// read first.
    fn advance(&mut self) -> Result<bool, Refused> {
        let seen = &self.buffer[self.ready..self.valid];
        if seen.is_empty() {
            return Ok(self.is_at_end);
        }
        match self.state {
            State::Text => match memchr(b'<', seen) {
                Some(0) => return self.open_markup(),
                found => {
                    let length = found.unwrap_or(seen.len());
                    self.take_text(length, State::RestOfText);
                }
            },
            State::Cdata => match memmem::find(seen, b"]]>") {
                Some(0) => {
                    self.ready += 3;
                    self.state = State::Text;
                }
                Some(length) => self.take_text(length, State::RestOfCdata),
                None if self.is_at_end => self.ready = self.valid,
                None if seen.len() < 3 => return Ok(false),
                None => self.take_text(seen.len() - 2, State::RestOfCdata),
            },
            State::Instruction => match memchr(b'>', seen) {
                Some(at) => {
                    self.ready += at + 1;
                    self.state = State::Text;
                }
                None if self.text_length + seen.len() > MAX_TAG => return Err(Refused::LongTag),
                None => {
                    self.text_length += seen.len();
                    self.ready = self.valid;
                }
            },
            State::Tag { .. } => self.advance_tag()?,
            State::Comment | State::RestOfText | State::RestOfCdata if self.start < self.ready => {}
            State::Comment => match memmem::find(seen, b"-->") {
                Some(at) => {
                    self.leave_out(self.ready + at + 3);
                    self.state = State::Text;
                }
                None if self.is_at_end => self.leave_out(self.valid),
                None if seen.len() < 3 => return Ok(false),
                None => self.leave_out(self.valid - 2),
            },
            State::RestOfText => {
                let length = memchr(b'<', seen).unwrap_or(seen.len());
                self.leave_out(self.ready + length);
                if self.ready < self.valid {
                    self.state = State::Text;
                }
            }
            State::RestOfCdata => match memmem::find(seen, b"]]>") {
                Some(at) => {
                    self.leave_out(self.ready + at);
                    self.state = State::Cdata;
                }
                None if self.is_at_end => self.leave_out(self.valid),
                None if seen.len() < 3 => return Ok(false),
                None => self.leave_out(self.valid - 2),
            },
        }
        Ok(true)
    }

    /// Lets `length` bytes of text through, or as many as the element may still have.
    fn take_text(&mut self, length: usize, rest: State) {
        if self.text_length + length <= MAX_TEXT {
            self.text_length += length;
            self.ready += length;
            return;
        }
        let mut keep = MAX_TEXT - self.text_length;
        while keep > 0 && (self.buffer[self.ready + keep] & 0xc0) == 0x80 {
            keep -= 1;
        }
        self.text_length = MAX_TEXT;
        self.ready += keep;
        if self.cut_text_at.is_none() {
            self.cut_text_at = Some(self.line_at(self.ready));
        }
        self.state = rest;
    }

    fn open_markup(&mut self) -> Result<bool, Refused> {
        let seen = &self.buffer[self.ready..self.valid];
        if seen.len() < LOOK_AHEAD && !self.is_at_end {
            return Ok(false);
        }
        if seen.starts_with(b"<![CDATA[") {
            self.ready += LOOK_AHEAD;
            self.state = State::Cdata;
        } else if seen.starts_with(b"<!--") {
            self.state = State::Comment;
        } else if [&b"<![CDATA["[..], b"<!--"].iter().any(|whole| whole.starts_with(seen)) && seen.len() > 1 {
            // The file ends here, which is for the parser to say.
            self.ready = self.valid;
        } else if seen.starts_with(b"<!") {
            return Err(Refused::Declaration);
        } else if seen.starts_with(b"<?") {
            self.text_length = 0;
            self.state = State::Instruction;
        } else {
            let is_end = seen.get(1) == Some(&b'/');
            self.ready += 1;
            self.text_length = 0;
            self.state = State::Tag { length: 1, attributes: 0, quote: None, is_end, last: b'<' };
        }
        Ok(true)
    }

    fn advance_tag(&mut self) -> Result<(), Refused> {
        let State::Tag { mut length, mut attributes, mut quote, is_end, mut last } = self.state else { return Ok(()) };
        let seen = &self.buffer[self.ready..self.valid];
        let mut at = 0;
        let mut is_closed = false;
        while at < seen.len() {
            let found = match quote {
                Some(mark) => memchr(mark, &seen[at..]),
                None => memchr3(b'>', b'"', b'\'', &seen[at..]),
            };
            let stop = found.map_or(seen.len(), |offset| at + offset);
            if quote.is_none() {
                attributes += memchr_iter(b'=', &seen[at..stop]).count();
            }
            if stop > at {
                last = seen[stop - 1];
            }
            at = stop;
            let Some(&mark) = seen.get(stop) else { break };
            at += 1;
            match quote {
                Some(_) => quote = None,
                None if mark == b'>' => {
                    is_closed = true;
                    break;
                }
                None => quote = Some(mark),
            }
            last = mark;
        }
        length += at;
        if attributes > MAX_ATTRIBUTES {
            return Err(Refused::TooManyAttributes);
        }
        if length > MAX_TAG {
            return Err(Refused::LongTag);
        }
        self.ready += at;
        self.state = State::Tag { length, attributes, quote, is_end, last };
        if is_closed {
            self.state = State::Text;
            if is_end {
                self.depth = self.depth.saturating_sub(1);
            } else if last != b'/' {
                self.depth += 1;
                if self.depth > MAX_DEPTH {
                    return Err(Refused::TooDeep);
                }
            }
        }
        Ok(())
    }
}

impl<R: Read> Read for Gate<R> {
    fn read(&mut self, target: &mut [u8]) -> io::Result<usize> {
        let available = self.fill_buf()?;
        let count = available.len().min(target.len());
        target[..count].copy_from_slice(&available[..count]);
        self.consume(count);
        Ok(count)
    }
}

impl<R: Read> BufRead for Gate<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        while self.start == self.ready {
            if let Some(refused) = self.refused {
                return Err(io::Error::other(refused));
            }
            if self.ready == self.valid && self.is_at_end {
                break;
            }
            // A short step for each piece of markup would cost a call of the parser each: go on while it lasts.
            loop {
                let before = self.ready;
                match self.advance() {
                    Err(refused) => {
                        self.refused = Some(refused);
                        break;
                    }
                    Ok(false) if self.start == self.ready => {
                        self.refill()?;
                        break;
                    }
                    Ok(_) if self.ready == before || self.ready == self.valid => break,
                    Ok(_) => {}
                }
            }
        }
        Ok(&self.buffer[self.start..self.ready])
    }

    fn consume(&mut self, amount: usize) {
        self.line += memchr_iter(b'\n', &self.buffer[self.start..self.start + amount]).count() as u64;
        self.start += amount;
    }
}

#[cfg(test)]
mod tests;
