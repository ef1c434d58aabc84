//! Just enough of HTTP/1.1 for servers of tests.

use std::io::BufRead;

/// A request that came in whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    #[allow(missing_docs)]
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    #[allow(missing_docs)]
    pub body: Vec<u8>,
}

impl Incoming {
    /// The next request of a connection; `None` at its end, and when it is cut off.
    pub fn read(from: &mut impl BufRead) -> Option<Self> {
        let mut line = String::new();
        from.read_line(&mut line).ok()?;
        let mut words = line.split(' ');
        let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            from.read_line(&mut line).ok().filter(|count| *count > 0)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut found = Self { method, target, headers, body: Vec::new() };
        found.body = vec![0; found.header("content-length").parse().unwrap_or(0)];
        from.read_exact(&mut found.body).ok()?;
        Some(found)
    }

    /// The value of a header; empty without one.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}
