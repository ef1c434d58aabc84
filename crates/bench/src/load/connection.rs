//! One keep-alive connection: a request out, an answer in.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Why a measurement ended early.
#[derive(Debug)]
pub enum LoadError {
    Io(std::io::Error),
    /// The bytes are no answer of HTTP/1.1 this reader knows.
    Malformed(String),
    Status {
        status: u16,
        body: String,
    },
    Unexpected {
        expects: &'static str,
        body: String,
    },
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(error) => write!(f, "the connection failed: {error}"),
            Self::Malformed(what) => write!(f, "not an HTTP/1.1 answer: {what}"),
            Self::Status { status, body } => write!(f, "answered with status {status}: {body}"),
            Self::Unexpected { expects, body } => write!(f, "an answer with `errors`, or without `{expects}`: {body}"),
        }
    }
}

impl std::error::Error for LoadError {}

impl From<std::io::Error> for LoadError {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

/// See the module.
pub struct Connection {
    stream: TcpStream,
    /// What came in of the present answer.
    buffer: Vec<u8>,
    /// The body of an answer that came in chunks.
    joined: Vec<u8>,
}

/// How the end of a body is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
}

impl Connection {
    /// Connects, with small packets sent at once.
    pub async fn open(address: SocketAddr) -> Result<Self, LoadError> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(64 << 10), joined: Vec::new() })
    }

    /// Sends `request` and gives the body of the answer, which tells of success, or has status 304 and no body.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<&[u8], LoadError> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let (status, start, framing) = loop {
            self.read_more().await?;
            if let Some(head) = read_head(&self.buffer)? {
                break head;
            }
        };
        let body = match framing {
            Framing::Length(length) => {
                while self.buffer.len() < start + length {
                    self.read_more().await?;
                }
                &self.buffer[start..start + length]
            }
            Framing::Chunked => {
                self.joined.clear();
                let mut at = start;
                loop {
                    match join_chunk(&self.buffer[at..], &mut self.joined)? {
                        Chunk::Partial => self.read_more().await?,
                        Chunk::Whole(length) => at += length,
                        Chunk::Last => break,
                    }
                }
                &self.joined
            }
        };
        if !(200..300).contains(&status) && status != 304 {
            return Err(LoadError::Status { status, body: String::from_utf8_lossy(body).into_owned() });
        }
        Ok(body)
    }

    /// The entity tag of the last answer.
    pub fn last_tag(&self) -> Option<String> {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        response.parse(&self.buffer).ok()?;
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case("etag"))?;
        Some(std::str::from_utf8(found.value).ok()?.to_owned())
    }

    async fn read_more(&mut self) -> Result<(), LoadError> {
        if self.stream.read_buf(&mut self.buffer).await? == 0 {
            return Err(LoadError::Malformed("the connection was closed in the middle of an answer".to_owned()));
        }
        Ok(())
    }
}

/// Status, length of the head, and framing; `None` while the head is not whole.
fn read_head(bytes: &[u8]) -> Result<Option<(u16, usize, Framing)>, LoadError> {
    let mut headers = [httparse::EMPTY_HEADER; 32];
    let mut response = httparse::Response::new(&mut headers);
    let parsed = response.parse(bytes).map_err(|err| LoadError::Malformed(err.to_string()))?;
    let httparse::Status::Complete(start) = parsed else { return Ok(None) };
    let value = |name: &str| {
        let found = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(found.value).ok()
    };
    let framing = match (value("content-length").and_then(|length| length.parse().ok()), value("transfer-encoding")) {
        // RFC 9112, 6.3: the length such an answer may tell is that of the one it stands for.
        _ if response.code == Some(304) => Framing::Length(0),
        (Some(length), None) => Framing::Length(length),
        (None, Some("chunked")) => Framing::Chunked,
        _ => return Err(LoadError::Malformed("neither a length nor chunks".to_owned())),
    };
    Ok(Some((response.code.unwrap_or_default(), start, framing)))
}

#[derive(Debug, PartialEq, Eq)]
enum Chunk {
    Partial,
    /// Its length with framing.
    Whole(usize),
    Last,
}

/// Appends the chunk at the start of `bytes` to `joined`.
fn join_chunk(bytes: &[u8], joined: &mut Vec<u8>) -> Result<Chunk, LoadError> {
    let parsed =
        httparse::parse_chunk_size(bytes).map_err(|_| LoadError::Malformed("a chunk without size".to_owned()))?;
    let httparse::Status::Complete((start, size)) = parsed else { return Ok(Chunk::Partial) };
    let end = start + size as usize;
    if bytes.len() < end + 2 {
        return Ok(Chunk::Partial);
    }
    if size == 0 {
        return Ok(Chunk::Last);
    }
    joined.extend_from_slice(&bytes[start..end]);
    Ok(Chunk::Whole(end + 2))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const REQUEST: &[u8] = b"POST / HTTP/1.1\r\n\r\n";

    /// Asks a server that sends `answer` three bytes at a time.
    async fn exchange(answer: &'static str) -> Result<String, LoadError> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            stream.set_nodelay(true).unwrap();
            // Closing with something unread would reset the connection.
            stream.read_exact(&mut [0; REQUEST.len()]).await.unwrap();
            for part in answer.as_bytes().chunks(3) {
                // A client that knows enough has gone.
                stream.write_all(part).await.ok();
                tokio::task::yield_now().await;
            }
        });
        let mut connection = Connection::open(address).await.unwrap();
        let body = connection.exchange(REQUEST).await;
        server.await.unwrap();
        body.map(|body| String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn bodies_with_a_length_and_in_chunks_are_read_to_their_end() {
        let whole = "HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\nhello world";
        assert_eq!(exchange(whole).await.unwrap(), "hello world");
        let chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";
        assert_eq!(exchange(chunks).await.unwrap(), "hello world");
        assert_eq!(exchange("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await.unwrap(), "");
    }

    #[tokio::test]
    async fn other_answers_are_refused_with_what_they_were() {
        let refused = exchange("HTTP/1.1 503 Busy\r\ncontent-length: 4\r\n\r\nlate").await;
        assert!(matches!(refused, Err(LoadError::Status { status: 503, body }) if body == "late"));
        for broken in
            ["SSH-2.0\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nshort"]
        {
            assert!(matches!(exchange(broken).await, Err(LoadError::Malformed(_))), "{broken}");
        }
    }
}
