//! Lines for whoever runs a command.

use std::fmt::Display;
use std::io::{self, ErrorKind, Write};

/// Prints a line. That nobody reads any more (`griot doctor | head -1`) is no failure.
pub fn say(line: impl Display) -> io::Result<()> {
    unless_unread(writeln!(io::stdout(), "{line}"))
}

/// Prints a text that brings its own line ends.
pub fn say_text(text: impl Display) -> io::Result<()> {
    let mut out = io::stdout().lock();
    unless_unread(write!(out, "{text}").and_then(|()| out.flush()))
}

/// Tells on standard error; where that cannot be written, there is nowhere left to say so.
pub fn complain(line: impl Display) {
    writeln!(io::stderr(), "{line}").ok();
}

fn unless_unread(written: io::Result<()>) -> io::Result<()> {
    match written {
        Err(err) if err.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}
