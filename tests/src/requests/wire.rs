//! Requests, and all that came back.

use std::io::Read;
use std::time::Duration;

use ureq::http::Request;

/// Longest body that is read.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// One request, as it is sent to each world.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ask {
    #[allow(missing_docs)]
    pub method: &'static str,
    /// Path and query.
    pub target: String,
    #[allow(missing_docs)]
    pub headers: Vec<(&'static str, String)>,
    #[allow(missing_docs)]
    pub body: Option<String>,
}

/// What came back, without the headers that differ between any two answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    #[allow(missing_docs)]
    pub status: u16,
    /// In the order of their names.
    pub headers: Vec<(String, Vec<u8>)>,
    #[allow(missing_docs)]
    pub body: Vec<u8>,
}

/// Connections kept to one server.
#[derive(Debug)]
pub struct Wire {
    agent: ureq::Agent,
    address: String,
}

impl Wire {
    /// The server at an address such as `http://127.0.0.1:8080`.
    pub fn to(address: &str) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(120)));
        Self { agent: config.build().into(), address: address.to_owned() }
    }

    /// The answer to a request.
    ///
    /// # Panics
    /// When none comes.
    pub fn send(&self, ask: &Ask) -> Answer {
        let mut request = Request::builder().method(ask.method).uri(format!("{}{}", self.address, ask.target));
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        let answer = match &ask.body {
            Some(body) => self.agent.run(request.body(body.clone()).expect("the request is well formed")),
            None => self.agent.run(request.body(()).expect("the request is well formed")),
        };
        let mut answer = answer.unwrap_or_else(|err| panic!("{err}: {ask:?}"));
        let mut headers: Vec<_> = answer
            .headers()
            .iter()
            .filter(|(name, _)| *name != "date")
            .map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()))
            .collect();
        headers.sort();
        let body = answer.body_mut().with_config().limit(MOST_BYTES).read_to_vec().expect("the body can be read");
        Answer { status: answer.status().as_u16(), headers, body }
    }
}

impl Ask {
    /// A GET of a path and query.
    pub fn get(target: impl Into<String>) -> Self {
        Self { method: "GET", target: target.into(), headers: Vec::new(), body: None }
    }

    /// Everything the sender says, so that an echo can be told from a leak.
    pub fn said(&self) -> String {
        format!("{} {} {}", self.target, self.body.as_deref().unwrap_or_default(), self.headers.len())
    }
}

impl Answer {
    /// The value of a header; of several of one name the first.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_slice())
    }

    /// The body as its encoding means it.
    ///
    /// # Panics
    /// When it is in another one than gzip, or not in that.
    pub fn decoded(&self) -> Vec<u8> {
        match self.header("content-encoding") {
            None => self.body.clone(),
            Some(b"gzip") => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(&*self.body).read_to_end(&mut plain).expect("the body is gzip");
                plain
            }
            Some(other) => panic!("a body in {} cannot be searched", String::from_utf8_lossy(other)),
        }
    }

    /// All bytes of it: the status apart, which can hold nothing.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes: Vec<u8> = Vec::new();
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\n"].concat());
        }
        bytes.extend(self.decoded());
        bytes
    }
}
