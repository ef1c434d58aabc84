//! As much of a WebSocket's client as the bench needs: whole text frames both ways, and pongs (RFC 6455).

use std::net::SocketAddr;

use anyhow::{Context, bail, ensure};
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

pub struct WebSocket(BufReader<TcpStream>);

const TEXT: u8 = 0x1;
const CLOSE: u8 = 0x8;
const PING: u8 = 0x9;
const PONG: u8 = 0xa;

impl WebSocket {
    pub async fn open(address: SocketAddr, path: &str, protocol: &str) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let mut stream = BufReader::with_capacity(2_048, stream);
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
             Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\
             Sec-WebSocket-Protocol: {protocol}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await?;
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(stream.read_u8().await.context("the handshake was not answered")?);
        }
        ensure!(answer.starts_with(b"HTTP/1.1 101"), "{}", String::from_utf8_lossy(&answer));
        Ok(Self(stream))
    }

    pub async fn say(&mut self, text: &str) -> anyhow::Result<()> {
        self.send(TEXT, text.as_bytes()).await
    }

    /// The next text.
    pub async fn hear(&mut self) -> anyhow::Result<Vec<u8>> {
        loop {
            let kind = self.0.read_u8().await? & 0x0f;
            let length = match self.0.read_u8().await? & 0x7f {
                126 => u64::from(self.0.read_u16().await?),
                127 => self.0.read_u64().await?,
                short => u64::from(short),
            };
            let mut bytes = vec![0; usize::try_from(length)?];
            self.0.read_exact(&mut bytes).await?;
            match kind {
                TEXT => return Ok(bytes),
                PING => self.send(PONG, &bytes).await?,
                CLOSE => bail!("the server closed: {}", String::from_utf8_lossy(bytes.get(2..).unwrap_or_default())),
                _ => {}
            }
        }
    }

    /// A mask of zeros is a mask, and this is no browser.
    async fn send(&mut self, kind: u8, bytes: &[u8]) -> anyhow::Result<()> {
        let mut frame = vec![0x80 | kind];
        match u16::try_from(bytes.len())? {
            short @ 0..=125 => frame.push(0x80 | u8::try_from(short)?),
            long => {
                frame.push(0x80 | 126);
                frame.extend_from_slice(&long.to_be_bytes());
            }
        }
        frame.extend_from_slice(&[0; 4]);
        frame.extend_from_slice(bytes);
        Ok(self.0.write_all(&frame).await?)
    }
}
